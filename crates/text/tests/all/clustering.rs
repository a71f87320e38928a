//! Neighbour search against looking at all vectors; linkage against a plain implementation.

use proptest::prelude::*;
use text::linkage::{Edge, LinkageRule, average_linkage};
use text::neighbours::{NeighbourIndex, Search, UnitVector, cosine};

fn vectors() -> impl Strategy<Value = Vec<UnitVector>> {
    let entries = proptest::collection::btree_map(0u32..40, 0.01f32..1.0, 0..12);
    proptest::collection::vec(entries.prop_map(|e| UnitVector::new(e.into_iter().collect(), 1.0)), 0..30)
}

/// Joins the two nearest clusters again and again, working every mean out from the pairs.
fn plain_linkage(weights: &[u32], edges: &[Edge], rule: LinkageRule) -> Vec<Vec<u32>> {
    let similarity = |a: u32, b: u32| -> f64 {
        if a == b {
            return 1.0;
        }
        let found = edges.iter().find(|e| (e.a.min(e.b), e.a.max(e.b)) == (a.min(b), a.max(b)));
        found.map_or(0.0, |e| f64::from(e.similarity))
    };
    let size = |c: &[u32]| -> f64 { c.iter().map(|m| f64::from(weights[*m as usize])).sum() };
    let sum = |x: &[u32], y: &[u32]| -> f64 {
        let mut total = 0.0;
        for a in x {
            for b in y {
                total +=
                    similarity(*a, *b) * f64::from(weights[*a as usize]) * f64::from(weights[*b as usize]);
            }
        }
        total
    };
    let mut clusters: Vec<Vec<u32>> = (0..weights.len() as u32).map(|m| vec![m]).collect();
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for y in 0..clusters.len() {
            for x in 0..y {
                let across = sum(&clusters[x], &clusters[y]);
                let cosine =
                    across / (sum(&clusters[x], &clusters[x]) * sum(&clusters[y], &clusters[y])).sqrt();
                let mean = across / (size(&clusters[x]) * size(&clusters[y]));
                if cosine >= rule.least_cosine
                    && mean >= rule.least_mean
                    && best.is_none_or(|(most, _, _)| cosine > most)
                {
                    best = Some((cosine, x, y));
                }
            }
        }
        let Some((_, x, y)) = best else { break };
        let gone = clusters.remove(y);
        clusters[x].extend(gone);
    }
    let mut found: Vec<Vec<u32>> = clusters.into_iter().filter(|c| c.len() > 1).collect();
    for cluster in &mut found {
        cluster.sort_unstable();
    }
    found.sort();
    found
}

proptest! {
    #[test]
    fn the_index_misses_no_neighbour(vectors in vectors(), least in 0.05f32..0.95) {
        let mut index = NeighbourIndex::new(40, least);
        let mut search = Search::default();
        for (number, vector) in vectors.iter().enumerate() {
            let mut found = Vec::new();
            index.find(vector, &mut search, |n| found.push((n.number, n.cosine)));
            found.sort_by_key(|(number, _)| *number);
            let mut wanted = Vec::new();
            for (other, earlier) in vectors[..number].iter().enumerate() {
                let exact = cosine(&earlier.by_column(), &vector.by_column());
                // Only those clearly on one side of the threshold: sums differ in the last bits.
                if (exact - least).abs() > 1e-4 && exact >= least {
                    wanted.push((other as u32, exact));
                }
            }
            for (other, exact) in &wanted {
                let hit = found.iter().find(|(n, _)| n == other);
                prop_assert!(hit.is_some_and(|(_, c)| (c - exact).abs() < 1e-4), "{other} {exact}");
            }
            for (other, _) in &found {
                let exact = cosine(&vectors[*other as usize].by_column(), &vector.by_column());
                prop_assert!(exact >= least - 1e-4);
            }
            prop_assert_eq!(index.add(vector), number as u32);
        }
    }

    #[test]
    fn linkage_equals_the_plain_one_whatever_the_order_of_edges(
        weights in proptest::collection::vec(1u32..4, 2..12),
        raw in proptest::collection::btree_map((0u32..12, 0u32..12), 1u32..100_000, 0..40),
        least_cosine in 0.1f64..0.8,
        least_mean in 0.0f64..0.4,
    ) {
        let members = weights.len() as u32;
        // Distinct similarities: ties may fall either way.
        let mut edges: Vec<Edge> = raw
            .into_iter()
            .filter(|((a, b), _)| a < b && *b < members)
            .enumerate()
            .map(|(at, ((a, b), s))| Edge { a, b, similarity: (s as f32 + at as f32 * 0.013) / 100_001.0 })
            .collect();
        let rule = LinkageRule { least_cosine, least_mean };
        let found = average_linkage(&weights, &edges, rule, |_, _| true);
        prop_assert_eq!(&found, &plain_linkage(&weights, &edges, rule));
        edges.reverse();
        for edge in &mut edges {
            (edge.a, edge.b) = (edge.b, edge.a);
        }
        prop_assert_eq!(&found, &average_linkage(&weights, &edges, rule, |_, _| true));
    }
}

#[test]
fn a_bridge_does_not_chain_two_clusters() {
    // Two tight groups of four and one message near one of each.
    let mut edges = Vec::new();
    for group in [0u32, 4] {
        for a in group..group + 4 {
            for b in group..a {
                edges.push(Edge { a: b, b: a, similarity: 0.9 });
            }
        }
    }
    edges.push(Edge { a: 0, b: 8, similarity: 0.7 });
    edges.push(Edge { a: 4, b: 8, similarity: 0.7 });
    let rule = LinkageRule { least_cosine: 0.3, least_mean: 0.15 };
    let found = average_linkage(&[1; 9], &edges, rule, |_, _| true);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|cluster| cluster.len() <= 5));
}
