//! Distances from single places: tables, pairs, what lies within a limit.

use std::num::NonZeroUsize;

use crate::{
    graph::{Base, Graph},
    heap::MinHeap,
    nearest::{LIMIT_MAX, NearestMap, Seed},
    network::{Network, NodeId},
    parallel,
};

/// A bounded search that reuses its memory from one origin to the next.
#[derive(Debug)]
pub struct Reach {
    distances: Vec<u32>,
    settled: Vec<u32>,
    heap: MinHeap<u64>,
}

const FAR: u32 = u32::MAX;

impl Reach {
    #[must_use]
    pub fn new(network: &Network) -> Self {
        Self::sized(network.node_count())
    }

    pub(crate) fn sized(nodes: usize) -> Self {
        Self { distances: vec![FAR; nodes], settled: Vec::new(), heap: MinHeap::new() }
    }

    /// All nodes within `limit` (inclusive) of `starts`, each with its distance, nearest first.
    /// A start is a node and the distance already covered there.
    pub fn from<'a>(
        &'a mut self,
        network: &Network,
        starts: &[(NodeId, u32)],
        limit: u32,
    ) -> impl Iterator<Item = (NodeId, u32)> + 'a {
        self.run(&Base(network.forward(), network.node_count()), starts, limit);
        self.found()
    }

    /// What the last run found, nearest first.
    pub(crate) fn found(&self) -> impl Iterator<Item = (NodeId, u32)> + '_ {
        self.settled.iter().map(|&node| (NodeId(node), self.distances[node as usize]))
    }

    pub(crate) fn run(&mut self, graph: &impl Graph, starts: &[(NodeId, u32)], limit: u32) {
        for node in self.settled.drain(..) {
            self.distances[node as usize] = FAR;
        }
        self.heap.clear();
        let limit = limit.min(LIMIT_MAX);
        let Self { distances, settled, heap } = self;
        let mut offer = |node: u32, distance: u64, heap: &mut MinHeap<u64>, settled: &mut Vec<u32>| {
            let held = &mut distances[node as usize];
            if distance <= u64::from(limit) && distance < u64::from(*held) {
                if *held == FAR {
                    settled.push(node);
                }
                *held = distance as u32;
                heap.push(distance << 32 | u64::from(node));
            }
            *held
        };
        for &(node, distance) in starts {
            offer(node.0, u64::from(distance), heap, settled);
        }
        while let Some(key) = heap.pop() {
            let (node, distance) = (key as u32, key >> 32);
            // An offer that cannot win reads the distance held.
            if u64::from(offer(node, u64::MAX, heap, settled)) != distance {
                continue;
            }
            graph.each_arc(node, |arc| {
                offer(arc.to, distance + u64::from(arc.length), heap, settled);
            });
        }
        settled.sort_unstable_by_key(|&node| (distances[node as usize], node));
    }
}

/// The distance from one node to another, or nothing where no way leads within [`LIMIT_MAX`].
#[must_use]
pub fn between(network: &Network, from: NodeId, to: NodeId) -> Option<u32> {
    let seed = Seed { node: to, facility: 0, distance: 0 };
    NearestMap::sweep(network, &[seed], LIMIT_MAX).at(from).map(|nearest| nearest.distance)
}

/// Distances from each origin (rows) to each site (columns); nothing beyond `limit`.
#[must_use]
pub fn table(
    network: &Network,
    origins: &[NodeId],
    sites: &[NodeId],
    limit: u32,
    threads: NonZeroUsize,
) -> Vec<Vec<Option<u32>>> {
    let columns = parallel::map(
        threads,
        sites.len(),
        || (),
        |(), site| {
            let seed = Seed { node: sites[site], facility: 0, distance: 0 };
            let map = NearestMap::sweep(network, &[seed], limit);
            origins.iter().map(|&origin| map.at(origin).map(|near| near.distance)).collect::<Vec<_>>()
        },
    );
    (0..origins.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}
