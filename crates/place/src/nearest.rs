//! The nearest facility of every node, and the k nearest.
//!
//! One sweep (Dijkstra's algorithm from all facilities of a kind at once, against the direction of
//! travel) labels every node within the limit with the distance to a facility and with which one it
//! is. Lengths are integers and ties go to the lower facility number, so a label does not depend on
//! the order of the work. Limits are inclusive.

use std::num::NonZeroUsize;

use crate::{
    graph::{Base, Graph},
    heap::MinHeap,
    network::{Network, NodeId},
    parallel,
};

/// Where a facility touches the network: `distance` is what its access leg adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    pub node: NodeId,
    pub facility: u32,
    pub distance: u32,
}

/// A facility in reach of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nearest {
    pub distance: u32,
    pub facility: u32,
}

/// Distance above, facility below: the order of labels is by distance, then by facility.
pub(crate) type Label = u64;
pub(crate) const NO_LABEL: Label = u64::MAX;

pub(crate) fn label(distance: u32, facility: u32) -> Label {
    u64::from(distance) << 32 | u64::from(facility)
}

pub(crate) fn distance_of(label: Label) -> u32 {
    (label >> 32) as u32
}

/// `label` moved `length` further away, or nothing where that passes `limit`.
#[inline]
pub(crate) fn further(label: Label, length: u32, limit: u32) -> Option<Label> {
    let distance = (label >> 32) + u64::from(length);
    (distance <= u64::from(limit)).then(|| distance << 32 | label & u64::from(u32::MAX))
}

fn read(label: Label) -> Option<Nearest> {
    (label != NO_LABEL).then(|| Nearest { distance: distance_of(label), facility: label as u32 })
}

/// Distances and limits stay below this value, which the inner labels use for "not reached".
pub const LIMIT_MAX: u32 = u32::MAX - 1;

/// The nearest facility of one kind for every node of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestMap {
    pub(crate) labels: Vec<Label>,
    pub(crate) limit: u32,
}

impl NearestMap {
    /// Sweeps from `seeds` as far as `limit` (inclusive, at most [`LIMIT_MAX`]).
    #[must_use]
    pub fn sweep(network: &Network, seeds: &[Seed], limit: u32) -> Self {
        Self::sweep_over(&Base(network.backward(), network.node_count()), seeds, limit)
    }

    /// One sweep for each kind, spread over threads; the result is the same on any number.
    #[must_use]
    pub fn sweep_kinds(
        network: &Network,
        kinds: &[Vec<Seed>],
        limit: u32,
        threads: NonZeroUsize,
    ) -> Vec<Self> {
        parallel::map(threads, kinds.len(), || (), |(), kind| Self::sweep(network, &kinds[kind], limit))
    }

    pub(crate) fn sweep_over(graph: &impl Graph, seeds: &[Seed], limit: u32) -> Self {
        let limit = limit.min(LIMIT_MAX);
        let mut map = Self { labels: vec![NO_LABEL; graph.node_count()], limit };
        let mut heap = MinHeap::new();
        for seed in seeds.iter().filter(|seed| seed.distance <= limit) {
            map.lower(seed.node.0, label(seed.distance, seed.facility), &mut heap, |_, _| ());
        }
        map.settle(graph, &mut heap, |_, _| ());
        map
    }

    /// Offers a label to a node; `changed` hears the node and the label it had.
    #[inline]
    pub(crate) fn lower(
        &mut self,
        node: u32,
        offer: Label,
        heap: &mut MinHeap<u64>,
        mut changed: impl FnMut(u32, Label),
    ) {
        let held = &mut self.labels[node as usize];
        if offer < *held {
            changed(node, *held);
            *held = offer;
            heap.push(offer >> 32 << 32 | u64::from(node));
        }
    }

    /// Carries lowered labels on until nothing gets nearer.
    pub(crate) fn settle(
        &mut self,
        graph: &impl Graph,
        heap: &mut MinHeap<u64>,
        mut changed: impl FnMut(u32, Label),
    ) {
        while let Some(key) = heap.pop() {
            let node = key as u32;
            let here = self.labels[node as usize];
            if here >> 32 != key >> 32 {
                continue;
            }
            let limit = self.limit;
            graph.each_arc(node, |arc| {
                if let Some(offer) = further(here, arc.length, limit) {
                    self.lower(arc.to, offer, heap, &mut changed);
                }
            });
        }
    }

    /// The nearest facility of a node, or nothing where none is within the limit.
    #[must_use]
    pub fn at(&self, node: NodeId) -> Option<Nearest> {
        self.labels.get(node.0 as usize).copied().and_then(read)
    }

    /// How far the sweep went (inclusive).
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }
}

/// The `k` nearest facilities of one kind for every node, nearest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestLists {
    labels: Vec<Label>,
    /// Labels kept for each node.
    width: usize,
    k: usize,
    limit: u32,
}

impl NearestLists {
    /// Sweeps from `seeds` as far as `limit` (inclusive, at most [`LIMIT_MAX`]). A facility is listed
    /// once at a node, however many ways lead to it; two facilities at one place are two choices.
    #[must_use]
    pub fn sweep(network: &Network, seeds: &[Seed], limit: u32, k: NonZeroUsize) -> Self {
        Self::sweep_over(&Base(network.backward(), network.node_count()), seeds, limit, k)
    }

    /// One sweep for each kind, spread over threads; the result is the same on any number.
    #[must_use]
    pub fn sweep_kinds(
        network: &Network,
        kinds: &[Vec<Seed>],
        limit: u32,
        k: NonZeroUsize,
        threads: NonZeroUsize,
    ) -> Vec<Self> {
        parallel::map(threads, kinds.len(), || (), |(), kind| Self::sweep(network, &kinds[kind], limit, k))
    }

    pub(crate) fn sweep_over(graph: &impl Graph, seeds: &[Seed], limit: u32, k: NonZeroUsize) -> Self {
        let limit = limit.min(LIMIT_MAX);
        // No node can list more facilities than there are seeds, so a huge k costs no memory.
        let (k, width) = (k.get(), k.get().min(seeds.len().max(1)));
        let labels = vec![NO_LABEL; graph.node_count().saturating_mul(width)];
        let mut lists = Self { labels, width, k, limit };
        let mut heap: MinHeap<(Label, u32)> = MinHeap::new();
        for seed in seeds.iter().filter(|seed| seed.distance <= limit) {
            lists.offer(seed.node.0, label(seed.distance, seed.facility), &mut heap);
        }
        while let Some((here, node)) = heap.pop() {
            if !lists.of(node).contains(&here) {
                continue;
            }
            graph.each_arc(node, |arc| {
                if let Some(offer) = further(here, arc.length, limit) {
                    lists.offer(arc.to, offer, &mut heap);
                }
            });
        }
        lists
    }

    #[inline]
    fn of(&self, node: u32) -> &[Label] {
        &self.labels[node as usize * self.width..][..self.width]
    }

    /// Puts a label into the sorted list of a node if it belongs there: one label for each facility,
    /// the lowest.
    #[inline]
    fn offer(&mut self, node: u32, offer: Label, heap: &mut MinHeap<(Label, u32)>) {
        let list = &mut self.labels[node as usize * self.width..][..self.width];
        if offer >= list[self.width - 1] {
            return;
        }
        let place = list.iter().take_while(|&&held| held < offer).count();
        if list[..place].iter().any(|&held| held as u32 == offer as u32) || list[place] == offer {
            return;
        }
        // The slot that gives way: the same facility from further away, or the last.
        let gap = list[place..]
            .iter()
            .position(|&held| held as u32 == offer as u32 && held != NO_LABEL)
            .map_or(self.width - 1, |after| place + after);
        list.copy_within(place..gap, place + 1);
        list[place] = offer;
        heap.push((offer, node));
    }

    /// The facilities in reach of a node, nearest first, ties by facility number.
    pub fn at(&self, node: NodeId) -> impl Iterator<Item = Nearest> + '_ {
        self.of(node.0).iter().map_while(|&label| read(label))
    }

    /// How many a list holds at most, as it was asked.
    #[must_use]
    pub fn k(&self) -> usize {
        self.k
    }

    /// How far the sweep went (inclusive).
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Direction, Link};

    fn path(lengths: &[u32], direction: Direction) -> Network {
        let links = lengths
            .iter()
            .enumerate()
            .map(|(index, &length)| Link { from: index as u32, to: index as u32 + 1, length, direction })
            .collect();
        Network::build(lengths.len() + 1, &[], links).unwrap()
    }

    fn seed(network: &Network, node: usize, facility: u32) -> Seed {
        Seed { node: network.node(node).unwrap(), facility, distance: 0 }
    }

    #[test]
    fn limit_is_inclusive_and_ties_go_to_the_lower_facility() {
        let network = path(&[10, 10, 10], Direction::Both);
        let map = NearestMap::sweep(&network, &[seed(&network, 2, 7), seed(&network, 0, 3)], 10);
        let found: Vec<_> = network.nodes().map(|node| map.at(node)).collect();
        let near = |distance, facility| Some(Nearest { distance, facility });
        assert_eq!(found, [near(0, 3), near(10, 3), near(0, 7), near(10, 7)]);
        let map = NearestMap::sweep(&network, &[seed(&network, 0, 3)], 19);
        assert_eq!(map.at(network.node(2).unwrap()), None);
    }

    #[test]
    fn one_way_links_lead_to_a_facility_only_in_their_direction() {
        let network = path(&[10, 10], Direction::Forward);
        let map = NearestMap::sweep(&network, &[seed(&network, 1, 0)], 100);
        assert_eq!(map.at(network.node(0).unwrap()), Some(Nearest { distance: 10, facility: 0 }));
        assert_eq!(map.at(network.node(2).unwrap()), None);
    }

    #[test]
    fn very_long_links_do_not_wrap_around() {
        let network = path(&[u32::MAX, u32::MAX], Direction::Both);
        let map = NearestMap::sweep(&network, &[seed(&network, 0, 0)], u32::MAX);
        assert_eq!(map.at(network.node(1).unwrap()), None);
    }

    #[test]
    fn two_facilities_at_one_node_are_two_choices() {
        let network = path(&[10], Direction::Both);
        let seeds = [seed(&network, 0, 1), seed(&network, 0, 0), seed(&network, 0, 1)];
        let lists = NearestLists::sweep(&network, &seeds, 100, NonZeroUsize::new(9).unwrap());
        let found: Vec<_> = lists.at(network.node(1).unwrap()).map(|n| (n.distance, n.facility)).collect();
        assert_eq!(found, [(10, 0), (10, 1)]);
    }
}
