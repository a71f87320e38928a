//! What a sweep walks over: the arcs leaving a node. The base network is one graph, a network seen
//! through changes another.

use crate::network::{Arc, Rows};

pub(crate) trait Graph {
    fn node_count(&self) -> usize;
    fn arcs(&self, node: u32) -> &[Arc];

    #[inline]
    fn each_arc(&self, node: u32, visit: impl FnMut(Arc)) {
        self.arcs(node).iter().copied().for_each(visit);
    }
}

/// Rows together with their node count.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a>(pub(crate) &'a Rows, pub(crate) usize);

impl Graph for Base<'_> {
    #[inline]
    fn node_count(&self) -> usize {
        self.1
    }

    #[inline]
    fn arcs(&self, node: u32) -> &[Arc] {
        self.0.of(node)
    }
}
