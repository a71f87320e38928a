//! Nearest maps follow a change of the network or of the facilities without a new sweep: only what got
//! nearer, or lost its way, is computed again. The result is bit for bit that of a new sweep.

use std::collections::HashSet;

use crate::{
    graph::{Base, Graph},
    heap::MinHeap,
    nearest::{Label, NO_LABEL, NearestMap, Seed, further, label},
    network::{Network, NodeId},
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

    /// Carries a map of the base network over to `overlay`. `seeds` are all starts as they are now,
    /// `gone` the facilities of the map that are no longer there or have moved.
    pub fn repair(&mut self, overlay: &Overlay<'_>, seeds: &[Seed], gone: &[u32]) -> Undo {
        let base = overlay.base();
        let mut undo = Undo { nodes: self.labels.len(), before: Vec::new() };
        self.labels.resize(overlay.node_count(), NO_LABEL);
        let mut heap = MinHeap::new();
        let lost = self.lost(base, overlay, gone);
        for &node in &lost {
            undo.before.push((node, self.labels[node as usize]));
            self.labels[node as usize] = NO_LABEL;
        }
        let mut note = |node, before| undo.before.push((node, before));
        // From the rim of what was lost, from where arcs changed, and from the starts themselves.
        let waken = |map: &Self, node: u32, heap: &mut MinHeap<u64>| {
            let held = map.labels[node as usize];
            if held != NO_LABEL {
                heap.push(held >> 32 << 32 | u64::from(node));
            }
        };
        for &node in &lost {
            overlay.forward().each_arc(node, |arc| waken(self, arc.to, &mut heap));
        }
        for node in overlay.changed_nodes().iter().copied() {
            waken(self, node, &mut heap);
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

    /// Nodes whose label may hang on a closed link or a facility that is gone: everything that the
    /// label could have come to over links that fit exactly.
    fn lost(&self, base: &Network, overlay: &Overlay<'_>, gone: &[u32]) -> Vec<u32> {
        let mut lost = Vec::new();
        let mut seen = HashSet::new();
        let mut take = |node: u32, lost: &mut Vec<u32>| {
            if seen.insert(node) {
                lost.push(node);
            }
        };
        if !gone.is_empty() {
            let gone: HashSet<u32> = gone.iter().copied().collect();
            for (node, &held) in self.labels.iter().enumerate() {
                if held != NO_LABEL && gone.contains(&(held as u32)) {
                    take(node as u32, &mut lost);
                }
            }
        }
        let fits = |from: u32, to: u32, length: u32| {
            let (from, to) = (self.labels[from as usize], self.labels[to as usize]);
            from != NO_LABEL && further(from, length, self.limit) == Some(to)
        };
        for link in overlay.closed() {
            // The label of an end may have come over the link, or from a facility on it.
            for node in base.ends(link) {
                if self.labels[node.0 as usize] != NO_LABEL {
                    take(node.0, &mut lost);
                }
            }
        }
        let rows = Base(base.backward(), base.node_count());
        let mut next = 0;
        while let Some(&node) = lost.get(next) {
            next += 1;
            rows.each_arc(node, |arc| {
                if fits(node, arc.to, arc.length) {
                    take(arc.to, &mut lost);
                }
            });
        }
        lost
    }
}
