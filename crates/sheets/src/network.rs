//! Walking networks from files: a map extract of OpenStreetMap, or nodes and edges as CSV.

use std::io::Read;

use exchange::network_csv::Nodes;
use exchange::osm_pbf::{self, Limits, PbfError, Sink, Tags};
use exchange::table::TableError;
use place::datum::Datum;
use place::network::{Direction, Link};
use place::point::{NotOnEarth, Point};
use place::profile::Profile;
use place::streets::StreetBuilder;

/// What whoever passes data of OpenStreetMap on has to say.
pub const OPENSTREETMAP: &str =
    "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright";

/// Streets on which people can walk, before they are cut to a plan's areas.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkStreets {
    pub points: Vec<Point>,
    pub links: Vec<Link>,
    /// References to nodes that the extract lacks: the way is broken there.
    pub missing_nodes: u64,
    /// The notice that the file itself asks for.
    pub licence: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum NetworkFault {
    #[error(transparent)]
    Pbf(#[from] PbfError),
    #[error("nodes: {0}")]
    Nodes(TableError),
    #[error("edges: {0}")]
    Edges(TableError),
    #[error("the nodes have no longitude and latitude: add columns lon and lat")]
    NoPositions,
    #[error(transparent)]
    NotOnEarth(#[from] NotOnEarth),
}

impl NetworkFault {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Pbf(PbfError::NotPbf) => "network-not-pbf",
            Self::Pbf(PbfError::Truncated { .. } | PbfError::Read { .. }) => "network-cut-short",
            Self::Pbf(PbfError::TooLarge { .. }) => "network-too-large",
            Self::Pbf(PbfError::Compression { .. } | PbfError::Feature { .. }) => "network-other-form",
            Self::Pbf(PbfError::Damaged { .. }) => "network-damaged",
            Self::Nodes(_) => "network-nodes",
            Self::Edges(_) => "network-edges",
            Self::NoPositions => "network-no-positions",
            Self::NotOnEarth(_) => "network-not-on-earth",
        }
    }
}

struct Collect(StreetBuilder);

impl Sink for Collect {
    fn node(&mut self, id: i64, lon: i64, lat: i64, _: Tags<'_>) {
        self.0.node(id, lon, lat);
    }

    fn way(&mut self, _: i64, nodes: &[i64], tags: Tags<'_>) {
        if let Some(usage) = Profile::Walk.admits(|key| tags.get(key)) {
            self.0.way(nodes, usage);
        }
    }
}

/// Reads the streets of an `.osm.pbf` extract.
pub fn network_of_extract(input: impl Read) -> Result<WalkStreets, NetworkFault> {
    let mut collect = Collect(StreetBuilder::new());
    osm_pbf::read(input, Limits::default(), &mut collect)?;
    let streets = collect.0.finish();
    let links = streets.links.iter().map(|street| Link {
        from: street.from,
        to: street.to,
        length: street.millimetres(),
        direction: street.direction,
    });
    Ok(WalkStreets {
        links: links.collect(),
        missing_nodes: streets.losses.missing_nodes,
        points: streets.points,
        licence: OPENSTREETMAP,
    })
}

/// Reads nodes (`id`, `lon`, `lat` in a datum) and edges (`u`, `v`, `length_m`, `oneway`).
pub fn network_of_tables(
    nodes: impl Read,
    edges: impl Read,
    datum: Datum,
) -> Result<WalkStreets, NetworkFault> {
    let nodes = Nodes::read(nodes).map_err(NetworkFault::Nodes)?;
    if nodes.points.is_empty() {
        return Err(NetworkFault::NoPositions);
    }
    let edges = nodes.read_edges(edges).map_err(NetworkFault::Edges)?;
    let points = nodes.points.iter().map(|&[lon, lat]| datum.to_wgs84(lon, lat)).collect::<Result<_, _>>()?;
    let links = edges.into_iter().map(|edge| Link {
        from: edge.from,
        to: edge.to,
        length: edge.millimetres,
        direction: if edge.one_way { Direction::Forward } else { Direction::Both },
    });
    Ok(WalkStreets { points, links: links.collect(), missing_nodes: 0, licence: "" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]
mod tests {
    use super::*;

    #[test]
    fn tables_make_streets_and_faults_are_named() {
        let nodes = "id,lon,lat\na,116.33,40.07\nb,116.34,40.07\n";
        let edges = "u,v,length_m\na,b,851.2\n".as_bytes();
        let found = network_of_tables(nodes.as_bytes(), edges, Datum::Wgs84).unwrap();
        assert_eq!((found.points.len(), found.links[0].length), (2, 851_200));
        // Shifted coordinates come to where they are, and lengths stay as they were measured.
        let shifted: String = found
            .points
            .iter()
            .zip(["a", "b"])
            .map(|(at, id)| {
                let [lon, lat] = Datum::Gcj02.from_wgs84(*at);
                format!("{id},{lon},{lat}\n")
            })
            .collect();
        let nodes_there = format!("id,lon,lat\n{shifted}");
        let there = network_of_tables(nodes_there.as_bytes(), edges, Datum::Gcj02).unwrap();
        assert!(there.points.iter().zip(&found.points).all(|(a, b)| a.metres_to(*b) < 0.01));
        assert_eq!(there.links, found.links);
        let wrong = network_of_tables(nodes_there.as_bytes(), edges, Datum::Wgs84).unwrap();
        assert!(wrong.points[0].metres_to(found.points[0]) > 500.0);
        let key = |nodes: &str, edges: &str| {
            network_of_tables(nodes.as_bytes(), edges.as_bytes(), Datum::Wgs84).unwrap_err().key()
        };
        assert_eq!(key("id\na\nb\n", "u,v,length_m\na,b,1\n"), "network-no-positions");
        assert_eq!(key(nodes, "u,v,length_m\na,c,1\n"), "network-edges");
        assert_eq!(key("id,lon,lat\na,400,1\n", ""), "network-nodes");
        assert_eq!(network_of_extract(&b"no map"[..]).unwrap_err().key(), "network-not-pbf");
    }
}
