//! Sums against single searches, and distances against the definition.

use std::num::NonZeroUsize;

use place::{
    distance::{Reach, between, table},
    network::{Direction, Link, Network},
    sums::{SumError, Weights, sums_within},
};
use proptest::prelude::*;

fn network() -> impl Strategy<Value = Network> {
    (1usize..60).prop_flat_map(|nodes| {
        let link = (0..nodes as u32, 0..nodes as u32, 0u32..1000, prop::bool::weighted(0.2)).prop_map(
            |(from, to, length, one_way)| Link {
                from,
                to,
                length,
                direction: if one_way { Direction::Forward } else { Direction::Both },
            },
        );
        prop::collection::vec(link, 0..120).prop_map(move |links| Network::build(nodes, &[], links).unwrap())
    })
}

/// Shortest distances by relaxing every link until nothing changes.
fn slow(network: &Network) -> Vec<Vec<u64>> {
    let nodes = network.node_count();
    (0..nodes)
        .map(|start| {
            let mut far = vec![u64::MAX; nodes];
            far[start] = 0;
            for _ in 0..nodes {
                for link in network.links() {
                    let (a, b) = (link.from as usize, link.to as usize);
                    far[b] = far[b].min(far[a].saturating_add(u64::from(link.length)));
                    if link.direction == Direction::Both {
                        far[a] = far[a].min(far[b].saturating_add(u64::from(link.length)));
                    }
                }
            }
            far
        })
        .collect()
}

proptest! {
    #[test]
    fn sums_and_distances_follow_the_definition(
        network in network(),
        weights in prop::collection::vec(0u64..1000, 60),
        limit in 0u32..3000,
        threads in 1usize..4,
    ) {
        let far = slow(&network);
        let nodes: Vec<_> = network.nodes().collect();
        let own = Weights::new(&network, nodes.iter().copied().zip(weights.iter().copied())).unwrap();
        let threads = NonZeroUsize::new(threads).unwrap();
        let sums = sums_within(&network, &own, &nodes, limit, threads).unwrap();
        let mut reach = Reach::new(&network);
        for (origin, &start) in nodes.iter().enumerate() {
            let within = |to: &usize| far[origin][*to] <= u64::from(limit);
            let expected: u64 = (0..nodes.len()).filter(within).map(|to| weights[to]).sum();
            prop_assert_eq!(sums[origin], expected);
            let mut found: Vec<_> = reach
                .from(&network, &[(start, 0)], limit)
                .map(|(node, distance)| (network.index(node), u64::from(distance)))
                .collect();
            found.sort_unstable();
            let all: Vec<_> = (0..nodes.len()).filter(within).map(|to| (to, far[origin][to])).collect();
            prop_assert_eq!(found, all);
        }
        let last = nodes.len() - 1;
        let direct = between(&network, nodes[0], nodes[last]).map_or(u64::MAX, u64::from);
        prop_assert_eq!(direct, far[0][last]);
        let rows = table(&network, &nodes[..1], &nodes, u32::MAX, threads);
        for (to, distance) in rows[0].iter().enumerate() {
            prop_assert_eq!(distance.map_or(u64::MAX, u64::from), far[0][to]);
        }
    }
}

#[test]
fn too_large_sums_and_limits_are_refused() {
    let network = Network::build(1, &[], vec![]).unwrap();
    let node = network.node(0).unwrap();
    let large = Weights::new(&network, [(node, u64::MAX / 2), (node, 1)]);
    assert_eq!(large, Err(SumError::WeightsTooLarge));
    let weights = Weights::new(&network, [(node, 7), (node, 2)]).unwrap();
    let sums = |limit| sums_within(&network, &weights, &[node], limit, NonZeroUsize::MIN);
    assert_eq!(sums(0), Ok(vec![9]));
    assert_eq!(sums(u32::MAX), Err(SumError::LimitTooLarge { limit: u32::MAX }));
}
