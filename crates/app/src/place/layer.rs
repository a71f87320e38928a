//! What layers hold, and how it is written down: residences, the walking network, parcels, the ground of maps.
//!
//! A layer is one JSON text, always written the same, so that the same content has the same digest. What is read is
//! checked as if a stranger had written it.

use std::collections::BTreeSet;

use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::{Ages, Stated};
use domain::layer::LayerKind;
use domain::money::Fen;
use domain::request::Point;
use jiff::civil::Date;
use place::access::AccessLeg;
use place::components::Components;
use place::network::{Direction, Link, Network};
use place::snap::{Cells, Snapper};
use serde::{Deserialize, Serialize};

use super::base::{BaseMap, CORNERS_MOST, FEATURES_MOST};
use super::coverage::Basis;

/// The most that one layer may hold.
pub const HOMES_MOST: usize = 200_000;
pub const PARCELS_MOST: usize = 20_000;
pub const NODES_MOST: usize = 1_000_000;
pub const LINKS_MOST: usize = 1_500_000;

/// Where people live: a building, an entrance or a cell of a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub code: String,
    /// The area it belongs to, as fine as is known.
    pub community: Code,
    /// In WGS 84.
    pub at: Point,
    /// What its source gave, where that was another datum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// Nothing where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// People of some ages, each group once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aged: Vec<(Ages, u32)>,
}

impl Home {
    /// The people whom a kind of facility is for. Where nobody counted those ages, everybody stands in for them, and
    /// the second value says so.
    pub fn people_for(&self, ages: Option<Ages>) -> (Option<u32>, bool) {
        let Some(ages) = ages else { return (self.people, false) };
        match self.aged.iter().find(|(held, _)| *held == ages) {
            Some((_, people)) => (Some(*people), false),
            None => (self.people, true),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Residences {
    /// In the order of their codes, each once.
    pub homes: Vec<Home>,
}

impl Residences {
    /// All people, where they are known of every residence.
    pub fn people(&self) -> Option<u64> {
        self.homes.iter().map(|home| home.people.map(u64::from)).sum()
    }

    /// What is counted where residences without people are left out: where nobody knows how many live in any of them,
    /// each residence counts as one.
    pub fn counted_in(&self) -> Basis {
        let uncounted = self.homes.iter().all(|home| home.people.is_none());
        if uncounted { Basis::Residences } else { Basis::People }
    }

    /// The areas in which somebody lives, in the order of their codes.
    pub fn communities(&self) -> Vec<Code> {
        let codes: BTreeSet<&Code> = self.homes.iter().map(|home| &home.community).collect();
        codes.into_iter().cloned().collect()
    }
}

/// Land on which something may be built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    pub code: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A point in it, in WGS 84.
    pub at: Point,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// In WGS 84; nothing where only a point is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Boundary>,
    pub square_metres: u64,
    /// Kinds of facilities that may stand there; none: nobody said, and nothing is sited there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Fen>,
    /// The first day on which it can be built on; nothing where it can be at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_on: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Parcels {
    /// In the order of their codes, each once.
    pub parcels: Vec<Parcel>,
}

/// A network as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ways {
    /// Longitude and latitude of each node, in ten-millionths of a degree.
    pub nodes: Vec<[i32; 2]>,
    /// From, to, and length in millimetres.
    pub links: Vec<[u32; 3]>,
    /// The links that lead only from their first end to their second.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_way: Vec<u32>,
}

/// A network that is ready to be walked on.
#[derive(Debug)]
pub struct Walk {
    pub network: Network,
    pub components: Components,
    /// Nothing where it has no positions.
    cells: Option<Cells>,
}

impl Walk {
    /// How a place meets the network, within so many millimetres; empty where it does not.
    pub fn legs(&self, at: place::point::Point, cap: u32) -> Vec<AccessLeg> {
        let Some(cells) = &self.cells else { return Vec::new() };
        Snapper::with(&self.network, &self.components, cells).snap(at, cap).legs()
    }

    /// How several places of one thing meet the network, each leg once.
    pub fn legs_of(&self, places: &[place::point::Point], cap: u32) -> Vec<AccessLeg> {
        let Some(cells) = &self.cells else { return Vec::new() };
        Snapper::with(&self.network, &self.components, cells).snap_all(places, cap)
    }
}

/// The content of a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Residences(Residences),
    Network(Ways),
    Parcels(Parcels),
    BaseMap(BaseMap),
}

#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    #[error("the layer cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("a {found} layer stands where one of {wanted} is meant")]
    OtherKind { found: &'static str, wanted: &'static str },
    #[error("the layer holds {count} {what}, at most {most} are taken: bring a smaller part of the ground")]
    TooMany { what: &'static str, count: usize, most: usize },
    #[error("the layer is not sound: {0}")]
    Unsound(String),
}

impl Content {
    pub fn kind(&self) -> LayerKind {
        match self {
            Self::Residences(_) => LayerKind::Residences,
            Self::Network(_) => LayerKind::Network,
            Self::Parcels(_) => LayerKind::Parcels,
            Self::BaseMap(_) => LayerKind::BaseMap,
        }
    }

    pub fn encode(&self) -> Result<Vec<u8>, ContentError> {
        self.check()?;
        Ok(serde_json::to_vec(self)?)
    }

    pub fn decode(bytes: &[u8], wanted: LayerKind) -> Result<Self, ContentError> {
        let held: Self = serde_json::from_slice(bytes)?;
        if held.kind() != wanted {
            let (found, wanted) = (held.kind().as_str(), wanted.as_str());
            return Err(ContentError::OtherKind { found, wanted });
        }
        held.check()?;
        Ok(held)
    }

    fn check(&self) -> Result<(), ContentError> {
        let few = |what, count, most| match count > most {
            true => Err(ContentError::TooMany { what, count, most }),
            false => Ok(()),
        };
        let unsound = |what: String| Err(ContentError::Unsound(what));
        match self {
            Self::Residences(held) => {
                few("residences", held.homes.len(), HOMES_MOST)?;
                if let Some(pair) = held.homes.windows(2).find(|pair| pair[0].code >= pair[1].code) {
                    return unsound(format!("residence '{}' stands out of order or twice", pair[1].code));
                }
                match held.homes.iter().find(|home| !home.at.is_on_earth()) {
                    Some(home) => unsound(format!("residence '{}' is not on earth", home.code)),
                    None => Ok(()),
                }
            }
            Self::Network(ways) => {
                few("nodes", ways.nodes.len(), NODES_MOST)?;
                few("links", ways.links.len(), LINKS_MOST)?;
                let most = ways.links.len();
                match ways.one_way.iter().find(|link| **link as usize >= most) {
                    Some(link) => unsound(format!("one-way link {link} does not exist")),
                    None => Ok(()),
                }
            }
            Self::BaseMap(held) => {
                few("things", held.features.len(), FEATURES_MOST)?;
                few("corners", held.corners(), CORNERS_MOST)
            }
            Self::Parcels(held) => {
                few("parcels", held.parcels.len(), PARCELS_MOST)?;
                if let Some(pair) = held.parcels.windows(2).find(|pair| pair[0].code >= pair[1].code) {
                    return unsound(format!("parcel '{}' stands out of order or twice", pair[1].code));
                }
                match held.parcels.iter().find(|parcel| !parcel.at.is_on_earth()) {
                    Some(parcel) => unsound(format!("parcel '{}' is not on earth", parcel.code)),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Ways {
    /// The network, with the parts that hang together.
    pub fn walk(&self) -> Result<Walk, ContentError> {
        let unsound = |error: &dyn std::fmt::Display| ContentError::Unsound(error.to_string());
        let points = self
            .nodes
            .iter()
            .map(|[lon, lat]| place::point::Point::new(f64::from(*lon) / 1e7, f64::from(*lat) / 1e7))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unsound(&error))?;
        let mut links: Vec<Link> = self
            .links
            .iter()
            .map(|[from, to, length]| Link {
                from: *from,
                to: *to,
                length: *length,
                direction: Direction::Both,
            })
            .collect();
        for at in &self.one_way {
            if let Some(link) = links.get_mut(*at as usize) {
                link.direction = Direction::Forward;
            }
        }
        let network = Network::build(points.len(), &points, links).map_err(|error| unsound(&error))?;
        let components = Components::of(&network);
        let cells = Cells::of(&network).ok();
        Ok(Walk { network, components, cells })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(code: &str, people: Option<u32>) -> Home {
        Home {
            code: code.into(),
            community: Code::new("hlg").unwrap(),
            at: Point { longitude: 116_336_200, latitude: 40_070_200 },
            stated: None,
            people,
            aged: vec![("3-5".parse().unwrap(), 4)],
        }
    }

    #[test]
    fn what_is_written_is_read_the_same_and_written_the_same() {
        let content = Content::Residences(Residences { homes: vec![home("A", Some(90)), home("B", None)] });
        let bytes = content.encode().unwrap();
        let read = Content::decode(&bytes, LayerKind::Residences).unwrap();
        assert_eq!((&read, read.encode().unwrap()), (&content, bytes.clone()));
        assert!(matches!(Content::decode(&bytes, LayerKind::Network), Err(ContentError::OtherKind { .. })));
        assert!(matches!(Content::decode(b"[]", LayerKind::Network), Err(ContentError::Json(_))));
        let twice = Content::Residences(Residences { homes: vec![home("A", None), home("A", None)] });
        assert!(matches!(twice.encode(), Err(ContentError::Unsound(_))));
    }

    #[test]
    fn ages_that_nobody_counted_are_everybody_and_said() {
        let held = home("A", Some(90));
        assert_eq!(held.people_for(None), (Some(90), false));
        assert_eq!(held.people_for("3-5".parse().ok()), (Some(4), false));
        assert_eq!(held.people_for("65+".parse().ok()), (Some(90), true));
        let some = Residences { homes: vec![home("A", Some(90)), home("B", None)] };
        assert_eq!(some.people(), None);
    }

    #[test]
    fn a_network_is_walked_on_and_damage_is_said() {
        let ways = Ways {
            nodes: vec![[1_163_300_000, 400_700_000], [1_163_400_000, 400_700_000]],
            links: vec![[0, 1, 850_000]],
            one_way: vec![0],
        };
        let walk = ways.walk().unwrap();
        assert_eq!((walk.network.node_count(), walk.components.count()), (2, 1));
        assert_eq!(walk.network.links()[0].direction, Direction::Forward);
        let wild = Ways { links: vec![[0, 9, 1]], ..ways.clone() };
        assert!(matches!(wild.walk(), Err(ContentError::Unsound(_))));
        let no_link = Content::Network(Ways { one_way: vec![7], ..ways });
        assert!(matches!(no_link.encode(), Err(ContentError::Unsound(_))));
    }
}
