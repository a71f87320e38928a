//! Sums of weights (people, shops …) within a distance of many places.
//!
//! A single search over a few hundred nodes spends most of its time in the heap. Neighbouring origins
//! see nearly the same nodes, so sixteen of them are searched together: every node carries sixteen
//! distances, and one pass over a link lowers them all with vector instructions. Nodes are revisited
//! until nothing gets nearer, so the distances are exact whatever the order.

use std::num::NonZeroUsize;

use thiserror::Error;

use crate::{
    graph::{Base, Graph},
    network::{Network, NodeId},
    parallel,
};

/// Origins searched together.
pub(crate) const LANES: usize = 16;
/// Not reached. Distances stay below it, so that adding a length below it cannot overflow.
const FAR: i32 = i32::MAX / 2;
/// The largest limit of a sum, 1,073 km in millimetres.
pub const SUM_LIMIT_MAX: u32 = FAR as u32 - 1;

pub(crate) type Lanes = [i32; LANES];

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SumError {
    #[error("the weights add up to more than {max}: use a coarser unit", max = i64::MAX)]
    WeightsTooLarge,
    #[error("a limit of {limit} is beyond the largest ({SUM_LIMIT_MAX}) for sums: lower it")]
    LimitTooLarge { limit: u32 },
}

/// A non-negative weight on every node; those that were not given one weigh nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights(Vec<i64>);

impl Weights {
    /// Weights on the same node add up.
    ///
    /// # Errors
    /// When all weights together pass 2⁶³ − 1.
    pub fn new(
        network: &Network,
        weights: impl IntoIterator<Item = (NodeId, u64)>,
    ) -> Result<Self, SumError> {
        let mut by_node = vec![0i64; network.node_count()];
        let mut total = 0i64;
        for (node, weight) in weights {
            let weight = i64::try_from(weight).map_err(|_| SumError::WeightsTooLarge)?;
            total = total.checked_add(weight).ok_or(SumError::WeightsTooLarge)?;
            by_node[node.0 as usize] += weight;
        }
        Ok(Self(by_node))
    }
}

/// For each origin the sum of the weights of all nodes it reaches within `limit` (inclusive).
///
/// # Errors
/// When the limit is beyond [`SUM_LIMIT_MAX`].
pub fn sums_within(
    network: &Network,
    weights: &Weights,
    origins: &[NodeId],
    limit: u32,
    threads: NonZeroUsize,
) -> Result<Vec<u64>, SumError> {
    check_limit(limit)?;
    // Inner numbers follow the Hilbert curve: consecutive ones are neighbours.
    let mut order: Vec<(u32, u32)> =
        origins.iter().enumerate().map(|(place, node)| (node.0, place as u32)).collect();
    order.sort_unstable();
    let groups: Vec<&[(u32, u32)]> = order.chunks(LANES).collect();
    let found = parallel::map(
        threads,
        groups.len(),
        || Search::new(network.node_count(), limit),
        |search, group| {
            for (lane, (node, _)) in groups[group].iter().enumerate() {
                search.start(lane, *node, 0);
            }
            search.spread(Base(network.forward(), network.node_count()));
            search.sum_and_reset(&weights.0)
        },
    );
    let mut sums = vec![0; origins.len()];
    for (group, found) in groups.iter().zip(found) {
        for ((_, place), sum) in group.iter().zip(found) {
            sums[*place as usize] = sum as u64;
        }
    }
    Ok(sums)
}

pub(crate) fn check_limit(limit: u32) -> Result<(), SumError> {
    if limit > SUM_LIMIT_MAX { Err(SumError::LimitTooLarge { limit }) } else { Ok(()) }
}

/// Buckets of the queue; a node waits in the bucket of the nearest of its lowered lanes.
const BUCKETS: usize = 64;
const NOWHERE: u8 = u8::MAX;

pub(crate) struct Search {
    distances: Vec<Lanes>,
    /// The bucket a node waits in, or [`NOWHERE`].
    waiting: Vec<u8>,
    touched: Vec<u32>,
    buckets: Vec<Vec<u32>>,
    width: i32,
    limit: i32,
}

impl Search {
    /// For limits up to [`SUM_LIMIT_MAX`].
    pub(crate) fn new(nodes: usize, limit: u32) -> Self {
        let limit = limit as i32;
        Self {
            distances: vec![[FAR; LANES]; nodes],
            waiting: vec![NOWHERE; nodes],
            touched: Vec::new(),
            buckets: vec![Vec::new(); BUCKETS],
            width: limit / BUCKETS as i32 + 1,
            limit,
        }
    }

    /// Begins a lane at a node that is so far from its origin, at most the limit.
    pub(crate) fn start(&mut self, lane: usize, node: u32, distance: i32) {
        let held = &mut self.distances[node as usize];
        if held.iter().all(|&distance| distance == FAR) {
            self.touched.push(node);
        }
        if distance < held[lane] {
            held[lane] = distance;
            let target = (distance / self.width) as u8;
            let waits = &mut self.waiting[node as usize];
            if target < *waits {
                *waits = target;
                self.buckets[usize::from(target)].push(node);
            }
        }
    }

    /// Carries all lanes on as far as the limit.
    pub(crate) fn spread(&mut self, graph: impl Graph) {
        let mut bucket = 0;
        while bucket < BUCKETS {
            let Some(node) = self.buckets[bucket].pop() else {
                bucket += 1;
                continue;
            };
            if usize::from(self.waiting[node as usize]) != bucket {
                continue;
            }
            self.waiting[node as usize] = NOWHERE;
            let here = self.distances[node as usize];
            for arc in graph.arcs(node) {
                let Ok(length) = i32::try_from(arc.length) else { continue };
                if length > self.limit {
                    continue;
                }
                let there = &mut self.distances[arc.to as usize];
                let mut nearest = FAR;
                let mut before = FAR;
                for lane in 0..LANES {
                    let offer = here[lane] + length;
                    let offer = if offer > self.limit { FAR } else { offer };
                    let held = there[lane];
                    before = before.min(held);
                    let lowered = offer < held;
                    nearest = nearest.min(if lowered { offer } else { FAR });
                    there[lane] = if lowered { offer } else { held };
                }
                if nearest < FAR {
                    if before == FAR {
                        self.touched.push(arc.to);
                    }
                    let target = (nearest / self.width) as u8;
                    let waits = &mut self.waiting[arc.to as usize];
                    if target < *waits {
                        *waits = target;
                        self.buckets[usize::from(target)].push(arc.to);
                        bucket = bucket.min(usize::from(target));
                    }
                }
            }
        }
    }

    /// Tells of each node that was reached how far it is in each lane, then forgets it. What lies beyond the limit is
    /// farther than any limit.
    pub(crate) fn tell_and_reset(&mut self, mut tell: impl FnMut(u32, &Lanes)) {
        for node in self.touched.drain(..) {
            let held = &mut self.distances[node as usize];
            tell(node, held);
            *held = [FAR; LANES];
        }
    }

    fn sum_and_reset(&mut self, weights: &[i64]) -> [i64; LANES] {
        let mut sums = [0i64; LANES];
        for node in self.touched.drain(..) {
            let weight = weights[node as usize];
            let held = &mut self.distances[node as usize];
            if weight != 0 {
                for lane in 0..LANES {
                    sums[lane] += if held[lane] < FAR { weight } else { 0 };
                }
            }
            *held = [FAR; LANES];
        }
        sums
    }
}
