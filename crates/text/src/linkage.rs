//! Average-linkage clustering of a sparse graph of similarities.
//!
//! The two nearest clusters join, again and again, while the cosine of their middles and the mean
//! similarity over *all* their pairs are large enough; a pair without an edge counts as 0. Unlike density
//! clustering or single linkage, a bridge of a few messages cannot chain unrelated clusters together, so a
//! somewhat different threshold gives somewhat different clusters and never one lump. The cosine of the
//! middles lets a large loose cluster take in its like; the mean holds it back from growing without end
//! (Sokal, Michener 1958: average and centroid linkage).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::hashing::NumberMap;

/// Two members and how similar they are, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    pub a: u32,
    pub b: u32,
    pub similarity: f32,
}

/// When two clusters become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkageRule {
    /// Least cosine between the middles of the two clusters.
    pub least_cosine: f64,
    /// Least mean similarity over all pairs across.
    pub least_mean: f64,
}

#[derive(Debug, PartialEq)]
struct Candidate {
    cosine: f64,
    a: u32,
    b: u32,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        // Ties go to the smaller numbers, so that the result does not depend on the order of edges.
        self.cosine.total_cmp(&other.cosine).then(other.a.cmp(&self.a)).then(other.b.cmp(&self.b))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The clusters of at least two of the members, each ascending, by first member. `may_join` can forbid that
/// two clusters (given by their members) become one. A member of weight w stands for w equal ones.
pub fn average_linkage(
    weights: &[u32],
    edges: &[Edge],
    rule: LinkageRule,
    mut may_join: impl FnMut(&[u32], &[u32]) -> bool,
) -> Vec<Vec<u32>> {
    let members = weights.len();
    let mut clusters: Vec<Vec<u32>> = (0..members as u32).map(|m| vec![m]).collect();
    let mut sizes: Vec<f64> = weights.iter().map(|w| f64::from(*w)).collect();
    // Sum of similarities over all ordered pairs inside, a member with itself included.
    let mut inner: Vec<f64> = sizes.iter().map(|size| size * size).collect();
    let usable = |edge: &&Edge| edge.a != edge.b && (edge.a.max(edge.b) as usize) < members;
    let mut degrees = vec![0usize; members];
    for edge in edges.iter().filter(usable) {
        degrees[edge.a as usize] += 1;
        degrees[edge.b as usize] += 1;
    }
    let mut sums: Vec<NumberMap<u32, f64>> = degrees
        .iter()
        .map(|degree| NumberMap::with_capacity_and_hasher(*degree, Default::default()))
        .collect();
    let mut first = Vec::new();
    for edge in edges.iter().filter(usable) {
        let (a, b) = (edge.a.min(edge.b), edge.a.max(edge.b));
        let similarity = f64::from(edge.similarity);
        let sum = similarity * sizes[a as usize] * sizes[b as usize];
        sums[a as usize].insert(b, sum);
        sums[b as usize].insert(a, sum);
        if similarity >= rule.least_cosine.max(rule.least_mean) {
            first.push(Candidate { cosine: similarity, a, b });
        }
    }
    let mut heap = BinaryHeap::from(first);
    while let Some(Candidate { cosine, a, b }) = heap.pop() {
        if clusters[a as usize].is_empty() || clusters[b as usize].is_empty() {
            continue;
        }
        let Some(sum) = sums[a as usize].get(&b).copied() else { continue };
        // A candidate is out of date when one side has grown since.
        if (sum / (inner[a as usize] * inner[b as usize]).sqrt() - cosine).abs() > 1e-9 {
            continue;
        }
        if !may_join(&clusters[a as usize], &clusters[b as usize]) {
            sums[a as usize].remove(&b);
            sums[b as usize].remove(&a);
            continue;
        }
        let gone = std::mem::take(&mut clusters[b as usize]);
        clusters[a as usize].extend(gone);
        inner[a as usize] += inner[b as usize] + 2.0 * sum;
        sizes[a as usize] += sizes[b as usize];
        let theirs = std::mem::take(&mut sums[b as usize]);
        sums[a as usize].remove(&b);
        for (other, sum) in theirs {
            if other == a {
                continue;
            }
            sums[other as usize].remove(&b);
            *sums[a as usize].entry(other).or_insert(0.0) += sum;
        }
        let own = std::mem::take(&mut sums[a as usize]);
        for (other, sum) in &own {
            sums[*other as usize].insert(a, *sum);
            let cosine = sum / (inner[a as usize] * inner[*other as usize]).sqrt();
            let mean = sum / (sizes[a as usize] * sizes[*other as usize]);
            if cosine >= rule.least_cosine && mean >= rule.least_mean {
                heap.push(Candidate { cosine, a: a.min(*other), b: a.max(*other) });
            }
        }
        sums[a as usize] = own;
    }
    let mut found: Vec<Vec<u32>> = clusters.into_iter().filter(|c| c.len() > 1).collect();
    for cluster in &mut found {
        cluster.sort_unstable();
    }
    found.sort_unstable();
    found
}
