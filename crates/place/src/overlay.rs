//! A network seen with links that are added. The base is only read; what an overlay keeps is as
//! small as they are.
//!
//! A new link may begin and end anywhere along an existing one. That link is then split there, its
//! parts adding up to the old length exactly. The outcome does not
//! depend on the order of the links.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use thiserror::Error;

use crate::{
    access::{Beside, Ground},
    graph::Graph,
    network::{Arc, Direction, Link, LinkId, Network, NetworkError, NodeId, Rows},
};

/// Where a new link meets the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attach {
    Node(NodeId),
    /// On a link, so far from its first end.
    Along {
        link: LinkId,
        offset: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLink {
    pub from: Attach,
    pub to: Attach,
    pub length: u32,
    pub direction: Direction,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OverlayError {
    #[error("new link {new} names link {link}, but the network has {links} links")]
    UnknownLink { new: usize, link: usize, links: usize },
    #[error("new link {new} names a node of another network")]
    UnknownNode { new: usize },
    #[error("new link {new} attaches {offset} along link {link}, which is only {length} long: measure again")]
    PastEnd { new: usize, link: usize, offset: u32, length: u32 },
}

/// A link of the network as it is now: an unchanged one, a part of a split one, or a new one.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: u32,
    to: u32,
    length: u32,
    direction: Direction,
}

#[derive(Debug, Clone)]
pub struct Overlay<'n> {
    base: &'n Network,
    /// Nodes made by splitting: link and offset give the inner number.
    splits: BTreeMap<(LinkId, u32), u32>,
    added: Vec<(Piece, NewLink)>,
    /// Nodes with other arcs than in the base, ascending, and the same by node.
    changed: Vec<u32>,
    touched: Vec<bool>,
    forward: HashMap<u32, Vec<Arc>>,
    backward: HashMap<u32, Vec<Arc>>,
}

impl<'n> Overlay<'n> {
    /// # Errors
    /// When a link names something the network does not have.
    pub fn new(base: &'n Network, links: &[NewLink]) -> Result<Self, OverlayError> {
        let mut splits = BTreeMap::new();
        for (new, link) in links.iter().enumerate() {
            for end in [link.from, link.to] {
                check_attach(base, new, end)?;
                if let Attach::Along { link, offset } = end
                    && offset != 0
                    && offset != base.links()[link.index()].length
                {
                    splits.insert((link, offset), 0);
                }
            }
        }
        let nodes = base.node_count() as u32;
        for (index, node) in splits.values_mut().enumerate() {
            *node = nodes + index as u32;
        }
        let mut overlay = Self { splits, ..Self::of(base) };
        overlay.added = links
            .iter()
            .map(|link| {
                let (from, to) = (overlay.attach(link.from), overlay.attach(link.to));
                (Piece { from, to, length: link.length, direction: link.direction }, *link)
            })
            .collect();
        overlay.index();
        Ok(overlay)
    }

    /// A network as it is.
    #[must_use]
    pub fn of(base: &'n Network) -> Self {
        Self {
            base,
            splits: BTreeMap::new(),
            added: Vec::new(),
            changed: Vec::new(),
            touched: vec![false; base.node_count()],
            forward: HashMap::new(),
            backward: HashMap::new(),
        }
    }

    /// Writes out the arcs of every node that has other arcs than in the base.
    fn index(&mut self) {
        let mut touched = vec![false; self.node_count()];
        let mut nodes: BTreeSet<u32> = self.splits.values().copied().collect();
        for (piece, _) in &self.added {
            nodes.extend([piece.from, piece.to]);
        }
        let changed: BTreeSet<LinkId> = self.splits.keys().map(|(link, _)| *link).collect();
        for &link in &changed {
            nodes.extend(self.base.ends(link).map(|node| node.0));
        }
        let base_nodes = self.base.node_count() as u32;
        let kept = |rows: &Rows, node: u32| -> Vec<Arc> {
            if node >= base_nodes {
                return Vec::new();
            }
            let arcs = rows.with_links(node);
            arcs.filter(|(_, link)| !changed.contains(&LinkId(*link))).map(|(arc, _)| arc).collect()
        };
        for &node in &nodes {
            touched[node as usize] = true;
            self.forward.insert(node, kept(self.base.forward(), node));
            self.backward.insert(node, kept(self.base.backward(), node));
        }
        let pieces: Vec<Piece> = self.parts().chain(self.added.iter().map(|(piece, _)| *piece)).collect();
        for piece in pieces.iter().filter(|piece| piece.from != piece.to) {
            let there = Arc { to: piece.to, length: piece.length };
            let here = Arc { to: piece.from, length: piece.length };
            self.forward.entry(piece.from).or_default().push(there);
            self.backward.entry(piece.to).or_default().push(here);
            if piece.direction == Direction::Both {
                self.forward.entry(piece.to).or_default().push(here);
                self.backward.entry(piece.from).or_default().push(there);
            }
        }
        self.touched = touched;
        self.changed = nodes.into_iter().collect();
    }

    fn attach(&self, end: Attach) -> u32 {
        match end {
            Attach::Node(node) => node.0,
            Attach::Along { link, offset } => {
                let [from, to] = self.base.ends(link);
                self.splits.get(&(link, offset)).copied().unwrap_or(if offset == 0 { from.0 } else { to.0 })
            }
        }
    }

    /// The parts of split links.
    fn parts(&self) -> impl Iterator<Item = Piece> + '_ {
        let mut splits = self.splits.iter().peekable();
        let mut before: Option<(u32, u32)> = None;
        let mut pending: Option<Piece> = None;
        std::iter::from_fn(move || {
            if let Some(piece) = pending.take() {
                return Some(piece);
            }
            let (&(link, offset), &node) = splits.next()?;
            let [from, to] = self.base.ends(link);
            let whole = self.base.links()[link.index()];
            let (start, at) = before.take().unwrap_or((from.0, 0));
            let more = splits.peek().is_some_and(|((next, _), _)| *next == link);
            if more {
                before = Some((node, offset));
            } else {
                pending = Some(Piece {
                    from: node,
                    to: to.0,
                    length: whole.length - offset,
                    direction: whole.direction,
                });
            }
            Some(Piece { from: start, to: node, length: offset - at, direction: whole.direction })
        })
    }

    #[must_use]
    pub fn base(&self) -> &'n Network {
        self.base
    }

    #[must_use]
    pub fn node_count(&self) -> usize {
        self.base.node_count() + self.splits.len()
    }

    /// The node at a position: those of the base first, then the ones made by splitting, by link and
    /// offset.
    #[must_use]
    pub fn node(&self, index: usize) -> Option<NodeId> {
        self.base.node(index).or_else(|| (index < self.node_count()).then_some(NodeId(index as u32)))
    }

    /// Links that were added, each with the nodes that it joins.
    pub(crate) fn added(&self) -> impl Iterator<Item = ([NodeId; 2], &NewLink)> {
        self.added.iter().map(|(piece, link)| ([NodeId(piece.from), NodeId(piece.to)], link))
    }

    /// Nodes by which a link is split, with their offsets.
    pub(crate) fn splits_of(&self, link: LinkId) -> impl Iterator<Item = (u32, NodeId)> {
        self.splits.range((link, 0)..=(link, u32::MAX)).map(|((_, offset), node)| (*offset, NodeId(*node)))
    }

    /// Nodes with other arcs than in the base.
    pub(crate) fn changed_nodes(&self) -> &[u32] {
        &self.changed
    }

    pub(crate) fn forward(&self) -> View<'_> {
        View { overlay: self, rows: self.base.forward(), changed: &self.forward }
    }

    pub(crate) fn backward(&self) -> View<'_> {
        View { overlay: self, rows: self.base.backward(), changed: &self.backward }
    }

    /// The changed network built anew: what an import of it would give. Nodes are in the order of
    /// [`Self::node`].
    ///
    /// # Errors
    /// When there are more nodes or links than a network can hold.
    pub fn rebuild(&self) -> Result<Network, NetworkError> {
        let base = self.base;
        let outer = |node: u32| -> u32 {
            if (node as usize) < base.node_count() { base.index(NodeId(node)) as u32 } else { node }
        };
        let split: BTreeSet<LinkId> = self.splits.keys().map(|(link, _)| *link).collect();
        let kept = (0..base.links().len() as u32)
            .filter(|&link| !split.contains(&LinkId(link)))
            .map(|link| base.links()[link as usize]);
        let changed = self.parts().chain(self.added.iter().map(|(piece, _)| *piece)).map(|piece| Link {
            from: outer(piece.from),
            to: outer(piece.to),
            length: piece.length,
            direction: piece.direction,
        });
        Network::build(self.node_count(), &[], kept.chain(changed).collect())
    }
}

fn check_link(base: &Network, new: usize, link: LinkId) -> Result<(), OverlayError> {
    let links = base.links().len();
    if link.index() < links {
        Ok(())
    } else {
        Err(OverlayError::UnknownLink { new, link: link.index(), links })
    }
}

fn check_attach(base: &Network, new: usize, end: Attach) -> Result<(), OverlayError> {
    match end {
        Attach::Node(node) if (node.0 as usize) < base.node_count() => Ok(()),
        Attach::Node(_) => Err(OverlayError::UnknownNode { new }),
        Attach::Along { link, offset } => {
            check_link(base, new, link)?;
            let length = base.links()[link.index()].length;
            if offset <= length {
                Ok(())
            } else {
                Err(OverlayError::PastEnd { new, link: link.index(), offset, length })
            }
        }
    }
}

impl Ground for Overlay<'_> {
    fn network(&self) -> &Network {
        self.base
    }

    fn brackets(&self, link: LinkId, offset: u32) -> Option<[Beside; 2]> {
        let [mut before, mut after] = self.base.brackets(link, offset)?;
        let offset = before.distance;
        if let Some((&(_, at), &node)) = self.splits.range((link, 0)..=(link, offset)).next_back() {
            before = Beside { node: NodeId(node), distance: offset - at };
        }
        if let Some((&(_, at), &node)) = self.splits.range((link, offset)..=(link, u32::MAX)).next() {
            after = Beside { node: NodeId(node), distance: at - offset };
        }
        Some([before, after])
    }
}

/// The arcs of an overlay in one direction.
#[derive(Clone, Copy)]
pub(crate) struct View<'o> {
    overlay: &'o Overlay<'o>,
    rows: &'o Rows,
    changed: &'o HashMap<u32, Vec<Arc>>,
}

impl Graph for View<'_> {
    fn node_count(&self) -> usize {
        self.overlay.node_count()
    }

    #[inline]
    fn arcs(&self, node: u32) -> &[Arc] {
        if self.overlay.touched[node as usize] {
            self.changed.get(&node).map_or(&[][..], Vec::as_slice)
        } else {
            self.rows.of(node)
        }
    }
}
