//! The network people move on: nodes and links with integer lengths, as compressed rows.
//!
//! Nodes are renumbered along a Hilbert curve (by breadth first where positions are missing), so that
//! neighbours on the ground are neighbours in memory. The outside speaks of nodes by their position in
//! the input; [`NodeId`] is the inner number and can only be had from the network it belongs to.

use thiserror::Error;

use crate::{hilbert, point::Point};

/// A node of one [`Network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

/// A link of one [`Network`], by its position in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub(crate) u32);

impl LinkId {
    /// Position of the link in the list the network was built from.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which way a link may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    #[default]
    Both,
    /// From the first end to the second only.
    Forward,
}

/// One link as given: ends by node position in the input, length in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub from: u32,
    pub to: u32,
    pub length: u32,
    pub direction: Direction,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    #[error("link {link} names node {node}, but there are only {nodes} nodes: add the node or drop the link")]
    UnknownNode { link: usize, node: u32, nodes: usize },
    #[error("{count} {what} are more than a network can hold ({max}): cut the area into parts")]
    TooMany { what: &'static str, count: usize, max: usize },
    #[error("{points} positions were given for {nodes} nodes: give one for each node, or none at all")]
    PositionCount { points: usize, nodes: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arc {
    pub(crate) to: u32,
    pub(crate) length: u32,
}

/// Arcs by the node they leave, with the link each came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    first: Vec<u32>,
    arcs: Vec<Arc>,
    links: Vec<u32>,
}

impl Rows {
    fn build(nodes: usize, arcs: &[(u32, Arc, u32)]) -> Self {
        let mut first = vec![0u32; nodes + 1];
        for (from, _, _) in arcs {
            first[*from as usize + 1] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut sorted = vec![Arc { to: 0, length: 0 }; arcs.len()];
        let mut links = vec![0; arcs.len()];
        for &(from, arc, link) in arcs {
            let place = &mut next[from as usize];
            sorted[*place as usize] = arc;
            links[*place as usize] = link;
            *place += 1;
        }
        Self { first, arcs: sorted, links }
    }

    #[inline]
    fn range(&self, node: u32) -> std::ops::Range<usize> {
        self.first[node as usize] as usize..self.first[node as usize + 1] as usize
    }

    #[inline]
    pub(crate) fn of(&self, node: u32) -> &[Arc] {
        &self.arcs[self.range(node)]
    }

    pub(crate) fn with_links(&self, node: u32) -> impl Iterator<Item = (Arc, u32)> + '_ {
        let range = self.range(node);
        self.arcs[range.clone()].iter().copied().zip(self.links[range].iter().copied())
    }
}

/// An immutable network. Memory is linear in nodes and links.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Position of each inner node, or empty.
    points: Vec<Point>,
    /// Inner number of each input node and back.
    inner: Vec<u32>,
    outer: Vec<u32>,
    links: Vec<Link>,
    forward: Rows,
    /// Only where a link is one-way; otherwise `forward` serves both directions.
    backward: Option<Rows>,
}

impl Network {
    /// Builds a network of `nodes` nodes. `points` holds a position for each node, or nothing.
    ///
    /// Links from a node to itself are kept in the list but lead nowhere; of parallel links the
    /// shortest open one counts.
    ///
    /// # Errors
    /// When a link names a node that does not exist, positions do not match, or there are more than
    /// 2³² − 2 nodes or 2³¹ − 1 links.
    pub fn build(nodes: usize, points: &[Point], links: Vec<Link>) -> Result<Self, NetworkError> {
        let too_many = |what, count, max| NetworkError::TooMany { what, count, max };
        if nodes >= u32::MAX as usize {
            return Err(too_many("nodes", nodes, u32::MAX as usize - 1));
        }
        if links.len() > i32::MAX as usize {
            return Err(too_many("links", links.len(), i32::MAX as usize));
        }
        if !points.is_empty() && points.len() != nodes {
            return Err(NetworkError::PositionCount { points: points.len(), nodes });
        }
        for (index, link) in links.iter().enumerate() {
            for node in [link.from, link.to] {
                if node as usize >= nodes {
                    return Err(NetworkError::UnknownNode { link: index, node, nodes });
                }
            }
        }
        let outer = if points.is_empty() { breadth_first(nodes, &links) } else { hilbert::order(points) };
        let mut inner = vec![0u32; nodes];
        for (position, &node) in outer.iter().enumerate() {
            inner[node as usize] = position as u32;
        }
        let points = if points.is_empty() {
            Vec::new()
        } else {
            outer.iter().map(|&node| points[node as usize]).collect()
        };

        let one_way = links.iter().any(|link| link.direction == Direction::Forward);
        let mut ahead = Vec::with_capacity(links.len() * 2);
        let mut back = Vec::with_capacity(if one_way { links.len() * 2 } else { 0 });
        for (index, link) in links.iter().enumerate().filter(|(_, link)| link.from != link.to) {
            let (a, b) = (inner[link.from as usize], inner[link.to as usize]);
            let there = Arc { to: b, length: link.length };
            let here = Arc { to: a, length: link.length };
            ahead.push((a, there, index as u32));
            if one_way {
                back.push((b, here, index as u32));
            }
            if link.direction == Direction::Both {
                ahead.push((b, here, index as u32));
                if one_way {
                    back.push((a, there, index as u32));
                }
            }
        }
        let forward = Rows::build(nodes, &ahead);
        let backward = one_way.then(|| Rows::build(nodes, &back));
        Ok(Self { points, inner, outer, links, forward, backward })
    }

    #[must_use]
    pub fn node_count(&self) -> usize {
        self.outer.len()
    }

    /// The node at a position of the input.
    #[must_use]
    pub fn node(&self, index: usize) -> Option<NodeId> {
        self.inner.get(index).map(|&inner| NodeId(inner))
    }

    /// Position of a node in the input.
    #[must_use]
    pub fn index(&self, node: NodeId) -> usize {
        self.outer[node.0 as usize] as usize
    }

    /// All nodes in the order of the input.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> + '_ {
        self.inner.iter().map(|&inner| NodeId(inner))
    }

    /// Where a node lies, if positions are known.
    #[must_use]
    pub fn point(&self, node: NodeId) -> Option<Point> {
        self.points.get(node.0 as usize).copied()
    }

    /// The links in the order of the input.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    #[must_use]
    pub fn link(&self, index: usize) -> Option<LinkId> {
        (index < self.links.len()).then_some(LinkId(index as u32))
    }

    /// The two ends of a link.
    #[must_use]
    pub fn ends(&self, link: LinkId) -> [NodeId; 2] {
        let link = self.links[link.index()];
        [NodeId(self.inner[link.from as usize]), NodeId(self.inner[link.to as usize])]
    }

    pub(crate) fn forward(&self) -> &Rows {
        &self.forward
    }

    /// Arcs against the direction of travel: a sweep over them from a facility finds who can reach it.
    pub(crate) fn backward(&self) -> &Rows {
        self.backward.as_ref().unwrap_or(&self.forward)
    }
}

/// Breadth-first order from the first node of each part.
fn breadth_first(nodes: usize, links: &[Link]) -> Vec<u32> {
    let mut both = Vec::with_capacity(links.len() * 2);
    for (index, link) in links.iter().enumerate() {
        both.push((link.from, Arc { to: link.to, length: link.length }, index as u32));
        both.push((link.to, Arc { to: link.from, length: link.length }, index as u32));
    }
    let rows = Rows::build(nodes, &both);
    let mut seen = vec![false; nodes];
    let mut order: Vec<u32> = Vec::with_capacity(nodes);
    let mut next = 0;
    for start in 0..nodes as u32 {
        if std::mem::replace(&mut seen[start as usize], true) {
            continue;
        }
        order.push(start);
        while let Some(&node) = order.get(next) {
            next += 1;
            for arc in rows.of(node) {
                if !std::mem::replace(&mut seen[arc.to as usize], true) {
                    order.push(arc.to);
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: u32, to: u32) -> Link {
        Link { from, to, length: 1, direction: Direction::Both }
    }

    #[test]
    fn numbers_go_there_and_back() {
        let network = Network::build(4, &[], vec![link(3, 1), link(1, 0)]).unwrap();
        for index in 0..4 {
            assert_eq!(network.index(network.node(index).unwrap()), index);
        }
        assert_eq!(network.node(4), None);
        let ends = network.ends(network.link(0).unwrap());
        assert_eq!(ends.map(|node| network.index(node)), [3, 1]);
    }

    #[test]
    fn names_the_link_with_an_unknown_node() {
        let error = Network::build(2, &[], vec![link(0, 1), link(1, 2)]).unwrap_err();
        assert_eq!(error, NetworkError::UnknownNode { link: 1, node: 2, nodes: 2 });
        assert_eq!(
            error.to_string(),
            "link 1 names node 2, but there are only 2 nodes: add the node or drop the link"
        );
    }

    #[test]
    fn an_empty_network_is_a_network() {
        assert_eq!(Network::build(0, &[], vec![]).unwrap().node_count(), 0);
    }
}
