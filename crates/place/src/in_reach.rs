//! What lies within a distance of people: sums over places (shops, beds …) for origins that meet the network somewhere
//! along its links, as the places do. With a weight of 1 each, the sum is how many there are to choose from.

use std::num::NonZeroUsize;

use crate::{
    access::{AccessLeg, Ground, KindAccess, away},
    graph::{Base, Graph},
    network::{Network, NodeId},
    overlay::Overlay,
    parallel,
    sums::{LANES, Search, SumError, check_limit},
};

/// A place as it is reached from a node, so far away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Door {
    place: u32,
    way: u32,
}

/// Places with their weights where they touch the network, or the network with the links that they were placed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    weights: Vec<i64>,
    access: KindAccess,
    /// Doors by node: those of node `n` begin at `first[n]`.
    first: Vec<u32>,
    doors: Vec<Door>,
}

impl Places {
    /// Places, each with its weight and legs; however many legs one has, it is one.
    ///
    /// # Errors
    /// When all weights together pass 2⁶³ − 1.
    pub fn new<'a>(
        ground: &impl Ground,
        places: impl IntoIterator<Item = (u64, &'a [AccessLeg])>,
    ) -> Result<Self, SumError> {
        let (mut weights, mut legs) = (Vec::new(), Vec::new());
        let mut total = 0i64;
        for (weight, own) in places {
            let weight = i64::try_from(weight).map_err(|_| SumError::WeightsTooLarge)?;
            total = total.checked_add(weight).ok_or(SumError::WeightsTooLarge)?;
            weights.push(weight);
            legs.push(own);
        }
        let access = KindAccess::new(ground, (0..).zip(legs));
        let mut seeds: Vec<(u32, Door)> = access
            .seeds()
            .iter()
            .map(|seed| (seed.node.0, Door { place: seed.facility, way: seed.distance }))
            .collect();
        // The nearest of its doors comes first, and the others never matter.
        seeds.sort_unstable();
        seeds.dedup_by_key(|(node, door)| (*node, door.place));
        let nodes = seeds.last().map_or(0, |(node, _)| *node as usize + 1);
        let mut first = vec![0u32; nodes + 1];
        for (node, _) in &seeds {
            first[*node as usize + 1] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        Ok(Self { weights, access, first, doors: seeds.into_iter().map(|(_, door)| door).collect() })
    }

    /// For each origin (by its legs) the sum of the weights of all places within `limit` (inclusive), each once.
    ///
    /// # Errors
    /// When the limit is beyond [`SUM_LIMIT_MAX`](crate::sums::SUM_LIMIT_MAX).
    pub fn sums(
        &self,
        network: &Network,
        origins: &[&[AccessLeg]],
        limit: u32,
        threads: NonZeroUsize,
    ) -> Result<Vec<u64>, SumError> {
        self.sums_over(network, Base(network.forward(), network.node_count()), origins, limit, threads)
    }

    /// As [`Self::sums`], over a network seen through changes.
    ///
    /// # Errors
    /// When the limit is beyond [`SUM_LIMIT_MAX`](crate::sums::SUM_LIMIT_MAX).
    pub fn sums_overlay(
        &self,
        overlay: &Overlay<'_>,
        origins: &[&[AccessLeg]],
        limit: u32,
        threads: NonZeroUsize,
    ) -> Result<Vec<u64>, SumError> {
        self.sums_over(overlay, overlay.forward(), origins, limit, threads)
    }

    fn sums_over(
        &self,
        ground: &(impl Ground + Sync),
        graph: impl Graph + Copy + Sync,
        origins: &[&[AccessLeg]],
        limit: u32,
        threads: NonZeroUsize,
    ) -> Result<Vec<u64>, SumError> {
        check_limit(limit)?;
        // Neighbours on the ground are searched together; who does not meet the network reaches nothing.
        let beside = |legs: &[AccessLeg]| {
            let [before, _] = legs.iter().find_map(|leg| ground.network().brackets(leg.link, leg.offset))?;
            Some(before.node)
        };
        let mut order: Vec<(NodeId, usize)> =
            origins.iter().enumerate().filter_map(|(origin, legs)| Some((beside(legs)?, origin))).collect();
        order.sort_unstable();
        let groups: Vec<&[(NodeId, usize)]> = order.chunks(LANES).collect();
        let found = parallel::map(
            threads,
            groups.len(),
            || Count::new(self, graph.node_count(), limit),
            |count, group| {
                for (lane, (_, origin)) in groups[group].iter().enumerate() {
                    count.start(ground, lane, origins[*origin]);
                }
                count.search.spread(graph);
                count.sum_and_reset()
            },
        );
        let mut sums = vec![0; origins.len()];
        for (group, found) in groups.iter().zip(found) {
            for ((_, origin), sum) in group.iter().zip(found) {
                sums[*origin] = sum as u64;
            }
        }
        Ok(sums)
    }

    /// The places that are reached from a node.
    fn doors(&self, node: u32) -> &[Door] {
        let node = node as usize;
        match (self.first.get(node), self.first.get(node + 1)) {
            (Some(from), Some(to)) => &self.doors[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// Origins of one group, and the places that they reach.
struct Count<'a> {
    places: &'a Places,
    search: Search,
    limit: u32,
    /// For each place the lanes that reach it, one bit each, and the places that any does.
    reached: Vec<u16>,
    touched: Vec<u32>,
}

impl<'a> Count<'a> {
    fn new(places: &'a Places, nodes: usize, limit: u32) -> Self {
        let reached = vec![0; places.weights.len()];
        Self { places, search: Search::new(nodes, limit), limit, reached, touched: Vec::new() }
    }

    fn start(&mut self, ground: &impl Ground, lane: usize, legs: &[AccessLeg]) {
        for &leg in legs {
            for (node, distance) in away(ground, leg).filter(|(_, distance)| *distance <= self.limit) {
                self.search.start(lane, node.0, distance as i32);
            }
            for near in self.places.access.along(ground, leg).filter(|near| near.distance <= self.limit) {
                note(&mut self.reached, &mut self.touched, near.facility, 1 << lane);
            }
        }
    }

    fn sum_and_reset(&mut self) -> [i64; LANES] {
        let Self { places, search, limit, reached, touched } = self;
        search.tell_and_reset(|node, distances| {
            for door in places.doors(node) {
                // What is left of the limit at the node; nobody comes as far as a door beyond it.
                let Some(rest) = limit.checked_sub(door.way) else { continue };
                let rest = rest as i32;
                let mut lanes = 0u16;
                for (lane, distance) in distances.iter().enumerate() {
                    lanes |= u16::from(*distance <= rest) << lane;
                }
                note(reached, touched, door.place, lanes);
            }
        });
        let mut sums = [0i64; LANES];
        for place in self.touched.drain(..) {
            let lanes = std::mem::take(&mut self.reached[place as usize]);
            let weight = self.places.weights[place as usize];
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum += if lanes >> lane & 1 == 1 { weight } else { 0 };
            }
        }
        sums
    }
}

/// Notes that a place is reached in some lanes.
fn note(reached: &mut [u16], touched: &mut Vec<u32>, place: u32, lanes: u16) {
    let held = &mut reached[place as usize];
    if *held == 0 && lanes != 0 {
        touched.push(place);
    }
    *held |= lanes;
}
