//! Streets of a map extract become links: ways are cut at every node, broken where a node is missing,
//! measured, joined into parts, and on request merged between junctions.

use crate::{
    network::{Direction, Link, Network, NetworkError},
    point::Point,
    profile::Travel,
};

/// Takes the nodes and admitted ways of an extract, in any order.
#[derive(Debug, Default)]
pub struct StreetBuilder {
    /// Node id and position in 10⁻⁷ degrees.
    nodes: Vec<(i64, [i32; 2])>,
    references: Vec<i64>,
    ways: Vec<(u32, Travel)>,
    off_earth: u64,
}

/// One link between two nodes of [`Streets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Street {
    pub from: u32,
    pub to: u32,
    /// Length in micrometres: merged streets add up before they are rounded.
    micrometres: u64,
    pub direction: Direction,
}

impl Street {
    /// Length in whole millimetres (at most 4,294 km; longer ones count as that).
    #[must_use]
    pub fn millimetres(&self) -> u32 {
        to_millimetres(self.micrometres)
    }
}

fn to_millimetres(micrometres: u64) -> u32 {
    u32::try_from((micrometres + 500) / 1000).unwrap_or(u32::MAX)
}

/// The streets a profile may use. Nodes are sorted by their id.
#[derive(Debug, Clone, PartialEq)]
pub struct Streets {
    pub ids: Vec<i64>,
    pub points: Vec<Point>,
    pub links: Vec<Street>,
    /// What did not come through.
    pub losses: Losses,
}

/// What an extract named but did not hold, or held but could not be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// References of admitted ways to nodes that the extract lacks; the way is broken there.
    pub missing_nodes: u64,
    /// Nodes with a position off the earth; treated as missing.
    pub off_earth: u64,
    /// Parallel links beside a shorter one, and links from a node to itself.
    pub duplicates: u64,
}

impl StreetBuilder {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Coordinates in 10⁻⁷ degrees.
    pub fn node(&mut self, id: i64, lon: i64, lat: i64) {
        let within = |value: i64, limit: i64| {
            i32::try_from(value).ok().filter(|value| i64::from(*value).abs() <= limit)
        };
        match (within(lon, 1_800_000_000), within(lat, 900_000_000)) {
            (Some(lon), Some(lat)) => self.nodes.push((id, [lon, lat])),
            _ => self.off_earth += 1,
        }
    }

    pub fn way(&mut self, nodes: &[i64], travel: Travel) {
        if let Ok(length) = u32::try_from(nodes.len()) {
            self.references.extend_from_slice(nodes);
            self.ways.push((length, travel));
        }
    }

    /// Cuts the ways into links between neighbouring nodes.
    #[must_use]
    pub fn finish(mut self) -> Streets {
        let mut losses = Losses { off_earth: self.off_earth, ..Losses::default() };
        // Of several nodes with one id the first in the file counts.
        self.nodes.sort_by_key(|(id, _)| *id);
        self.nodes.dedup_by_key(|(id, _)| *id);
        let nodes = &self.nodes;
        let mut used = vec![false; nodes.len()];
        let mut links: Vec<Street> = Vec::with_capacity(self.references.len());
        let mut references = self.references.iter();
        for (length, travel) in &self.ways {
            let mut last: Option<usize> = None;
            for id in references.by_ref().take(*length as usize) {
                let Ok(node) = nodes.binary_search_by_key(id, |(id, _)| *id) else {
                    losses.missing_nodes += 1;
                    last = None;
                    continue;
                };
                if let Some(from) = last.replace(node) {
                    if from == node {
                        losses.duplicates += 1;
                        continue;
                    }
                    let (direction, turned) = travel.of_link();
                    let (from, to) = if turned { (node, from) } else { (from, node) };
                    let metres = degrees(nodes[from].1).metres_to(degrees(nodes[to].1));
                    let micrometres = (metres * 1e6).round() as u64;
                    used[from] = true;
                    used[to] = true;
                    links.push(Street { from: from as u32, to: to as u32, micrometres, direction });
                }
            }
        }
        let mut number = vec![0u32; nodes.len()];
        let mut ids = Vec::new();
        let mut points = Vec::new();
        for (node, _) in used.iter().enumerate().filter(|(_, used)| **used) {
            number[node] = ids.len() as u32;
            ids.push(nodes[node].0);
            points.push(degrees(nodes[node].1));
        }
        for link in &mut links {
            link.from = number[link.from as usize];
            link.to = number[link.to as usize];
        }
        let before = links.len();
        let links = without_parallels(links);
        losses.duplicates += (before - links.len()) as u64;
        Streets { ids, points, links, losses }
    }
}

fn degrees([lon, lat]: [i32; 2]) -> Point {
    // Checked when the node came in.
    Point::from_checked(f64::from(lon) / 1e7, f64::from(lat) / 1e7)
}

/// Keeps the shortest of the links between two nodes that may be used in the same direction.
fn without_parallels(mut links: Vec<Street>) -> Vec<Street> {
    for link in &mut links {
        if link.direction == Direction::Both && link.from > link.to {
            std::mem::swap(&mut link.from, &mut link.to);
        }
    }
    let key = |link: &Street| (link.from, link.to, link.direction == Direction::Forward);
    links.sort_by_key(|link| (key(link), link.micrometres));
    links.dedup_by_key(|link| key(link));
    links
}

impl Streets {
    /// The network with lengths in millimetres.
    ///
    /// # Errors
    /// When there are more nodes or links than a network can hold.
    pub fn network(&self) -> Result<Network, NetworkError> {
        let links = self
            .links
            .iter()
            .map(|street| Link {
                from: street.from,
                to: street.to,
                length: street.millimetres(),
                direction: street.direction,
            })
            .collect();
        Network::build(self.ids.len(), &self.points, links)
    }

    /// Total length in metres.
    #[must_use]
    pub fn metres(&self) -> f64 {
        self.links.iter().map(|link| u128::from(link.micrometres)).sum::<u128>() as f64 / 1e6
    }

    /// Keeps the nodes for which `keep` holds and the links between them.
    #[must_use]
    pub fn retain(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<u32> = (0..self.ids.len() as u32).filter(|&node| keep(node as usize)).collect();
        self.keep(&kept, &self.links)
    }

    /// Renumbers to the nodes in `kept` (ascending) and the links among them.
    fn keep(&self, kept: &[u32], links: &[Street]) -> Self {
        let mut number = vec![u32::MAX; self.ids.len()];
        for (new, &old) in kept.iter().enumerate() {
            number[old as usize] = new as u32;
        }
        let links = links
            .iter()
            .filter_map(|link| {
                let (from, to) = (number[link.from as usize], number[link.to as usize]);
                (from != u32::MAX && to != u32::MAX).then_some(Street { from, to, ..*link })
            })
            .collect();
        Self {
            ids: kept.iter().map(|&node| self.ids[node as usize]).collect(),
            points: kept.iter().map(|&node| self.points[node as usize]).collect(),
            links,
            losses: self.losses,
        }
    }

    /// Merges the chains between junctions into single links: junctions are the nodes that do not
    /// simply continue one street. Loops vanish, of parallel chains the shortest stays. Distances
    /// between the nodes that stay do not change.
    #[must_use]
    pub fn merged(&self) -> Self {
        let incident = self.incident();
        let passes: Vec<bool> = (0..self.ids.len()).map(|node| self.passes(node, &incident)).collect();
        let mut done = vec![false; self.links.len()];
        let mut chains = Vec::new();
        for start in (0..self.ids.len()).filter(|&node| !passes[node]) {
            for &first in incident.of(start) {
                if done[first as usize] {
                    continue;
                }
                let (mut node, mut next) = (start as u32, first);
                let mut chain = Street { from: node, to: node, micrometres: 0, direction: Direction::Both };
                let mut against = false;
                loop {
                    done[next as usize] = true;
                    let link = self.links[next as usize];
                    if link.direction == Direction::Forward {
                        chain.direction = Direction::Forward;
                        against = link.to == node;
                    }
                    chain.micrometres += link.micrometres;
                    node = if link.from == node { link.to } else { link.from };
                    if !passes[node as usize] {
                        break;
                    }
                    let ways = incident.of(node as usize);
                    next = if ways[0] == next { ways[1] } else { ways[0] };
                }
                chain.to = node;
                if against {
                    std::mem::swap(&mut chain.from, &mut chain.to);
                }
                if chain.from != chain.to {
                    chains.push(chain);
                }
            }
        }
        let kept: Vec<u32> = (0..self.ids.len() as u32).filter(|&node| !passes[node as usize]).collect();
        let mut merged = self.keep(&kept, &without_parallels(chains));
        merged.losses = self.losses;
        merged
    }

    /// Links by the nodes they touch.
    fn incident(&self) -> Incident {
        let mut first = vec![0u32; self.ids.len() + 1];
        for link in &self.links {
            first[link.from as usize + 1] += 1;
            first[link.to as usize + 1] += 1;
        }
        for node in 0..self.ids.len() {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut links = vec![0; self.links.len() * 2];
        for (index, link) in self.links.iter().enumerate() {
            for node in [link.from, link.to] {
                links[next[node as usize] as usize] = index as u32;
                next[node as usize] += 1;
            }
        }
        Incident { first, links }
    }

    /// Whether a node only continues a street: two links to two other nodes, usable the same way.
    fn passes(&self, node: usize, incident: &Incident) -> bool {
        let &[a, b] = incident.of(node) else { return false };
        let (a, b) = (self.links[a as usize], self.links[b as usize]);
        let node = node as u32;
        let enters = |link: Street| link.to == node;
        a.direction == b.direction && (a.direction == Direction::Both || enters(a) != enters(b))
    }
}

struct Incident {
    first: Vec<u32>,
    links: Vec<u32>,
}

impl Incident {
    fn of(&self, node: usize) -> &[u32] {
        &self.links[self.first[node] as usize..self.first[node + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{distance, profile::Travel};

    const WALK: Travel = Travel::Both;
    const RIDE: Travel = Travel::Along;

    fn streets(nodes: i64, ways: &[(&[i64], Travel)]) -> Streets {
        let mut builder = StreetBuilder::new();
        for (nodes, travel) in ways {
            builder.way(nodes, *travel);
        }
        for id in 0..nodes {
            builder.node(id, 10_000 * id, 400_000_000 + 3_000 * (id % 3));
        }
        builder.finish()
    }

    #[test]
    fn a_missing_node_breaks_the_way() {
        let streets = streets(4, &[(&[0, 1, 99, 2, 3], WALK)]);
        assert_eq!(streets.losses.missing_nodes, 1);
        let ends: Vec<_> = streets.links.iter().map(|link| (link.from, link.to)).collect();
        assert_eq!(ends, [(0, 1), (2, 3)]);
    }

    #[test]
    fn parallels_and_repeated_nodes_are_kept_once() {
        let streets = streets(3, &[(&[0, 1, 1, 2], WALK), (&[2, 1], WALK)]);
        assert_eq!((streets.links.len(), streets.losses.duplicates), (2, 2));
    }

    #[test]
    fn positions_off_the_earth_are_missing() {
        let mut builder = StreetBuilder::new();
        builder.node(1, i64::MAX, 0);
        builder.node(2, 0, 0);
        builder.way(&[1, 2], WALK);
        let streets = builder.finish();
        assert_eq!((streets.losses.off_earth, streets.losses.missing_nodes), (1, 1));
        assert!(streets.links.is_empty());
    }

    #[test]
    fn merging_keeps_distances_between_junctions() {
        // A ring 0-1-2-3-4-0 with a tail 2-5-6 and a loop 6-7-8-6.
        let ways: [(&[i64], Travel); 2] = [(&[0, 1, 2, 3, 4, 0], WALK), (&[2, 5, 6, 7, 8, 6], WALK)];
        let full = streets(9, &ways);
        let merged = full.merged();
        assert_eq!(merged.ids, [2, 6]);
        assert_eq!(merged.links.len(), 1);
        let (network, short) = (full.network().unwrap(), merged.network().unwrap());
        let node = |network: &Network, index| network.node(index).unwrap();
        let whole = distance::between(&network, node(&network, 2), node(&network, 6)).unwrap();
        let merged = distance::between(&short, node(&short, 0), node(&short, 1)).unwrap();
        // Each of the two links of the full network is rounded on its own.
        assert!(whole.abs_diff(merged) <= 2);
    }

    #[test]
    fn one_way_chains_merge_in_their_direction_only() {
        let merged = streets(5, &[(&[0, 1, 2], RIDE), (&[2, 3], WALK), (&[3, 4], RIDE)]).merged();
        // 1 passes; 2 and 3 separate one-way from two-way.
        assert_eq!(merged.ids, [0, 2, 3, 4]);
        let directions: Vec<_> = merged.links.iter().map(|link| link.direction).collect();
        assert_eq!(directions, [Direction::Forward, Direction::Both, Direction::Forward]);
        let against = streets(3, &[(&[0, 1], RIDE), (&[2, 1], RIDE)]).merged();
        assert_eq!(against.ids, [0, 1, 2]);
    }
}
