//! Nearest maps follow links that are added without a new sweep: only what got nearer is computed again. The result is
//! bit for bit that of a new sweep.

use std::num::NonZeroUsize;

use crate::{
    heap::MinHeap,
    nearest::{Label, NO_LABEL, NearestLists, NearestMap, Seed, label},
    network::NodeId,
    overlay::Overlay,
};

/// What a repair changed, to take it back.
#[derive(Debug, Clone)]
#[must_use = "without it the map cannot return to the base"]
pub struct Undo {
    nodes: usize,
    /// Nodes with the label they had, in the order of the changes.
    before: Vec<(u32, Label)>,
}

impl Undo {
    /// Nodes of the base whose label was touched (some perhaps more than once).
    pub fn touched(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.before.iter().map(|&(node, _)| node).filter(|&node| (node as usize) < self.nodes).map(NodeId)
    }
}

impl NearestMap {
    /// Sweeps over a network seen through changes.
    #[must_use]
    pub fn sweep_overlay(overlay: &Overlay<'_>, seeds: &[Seed], limit: u32) -> Self {
        Self::sweep_over(&overlay.backward(), seeds, limit)
    }

    /// Carries a map of the base network over to `overlay`. `seeds` are all starts of the same facilities there.
    pub fn repair(&mut self, overlay: &Overlay<'_>, seeds: &[Seed]) -> Undo {
        let mut undo = Undo { nodes: self.labels.len(), before: Vec::new() };
        self.labels.resize(overlay.node_count(), NO_LABEL);
        let mut heap = MinHeap::new();
        let mut note = |node, before| undo.before.push((node, before));
        // From where arcs changed, and from the starts themselves.
        for &node in overlay.changed_nodes() {
            let held = self.labels[node as usize];
            if held != NO_LABEL {
                heap.push(held >> 32 << 32 | u64::from(node));
            }
        }
        let limit = self.limit;
        for seed in seeds.iter().filter(|seed| seed.distance <= limit) {
            self.lower(seed.node.0, label(seed.distance, seed.facility), &mut heap, &mut note);
        }
        self.settle(&overlay.backward(), &mut heap, &mut note);
        undo
    }

    /// Takes a repair back: the map is again that of the base, bit for bit.
    pub fn undo(&mut self, undo: Undo) {
        for (node, before) in undo.before.into_iter().rev() {
            self.labels[node as usize] = before;
        }
        self.labels.truncate(undo.nodes);
    }
}

impl NearestLists {
    /// Sweeps over a network seen through changes.
    #[must_use]
    pub fn sweep_overlay(overlay: &Overlay<'_>, seeds: &[Seed], limit: u32, k: NonZeroUsize) -> Self {
        Self::sweep_over(&overlay.backward(), seeds, limit, k)
    }
}
