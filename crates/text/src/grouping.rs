//! Which messages say the same, in whole or in another form, so that none stands on both sides of a split
//! between learning and measuring.

use std::collections::HashMap;

use crate::category::MessageText;
use crate::random::SplitMix;
use crate::units::{BREAK, Unit};

/// Two messages are one when they share this part of the smaller one's pairs of neighbouring units. Low
/// on purpose: a wrong union costs a little choice in splitting, a missed one flatters the measurement.
const SHARED: f64 = 0.6;

/// Candidates share some of each other's rarest pairs; this many are looked at.
const RAREST: usize = 24;

/// A pair of units in more messages than this says nothing about who copied whom.
const FREQUENT: usize = 200;

/// The group of each message. A message cut down to its words without stop words, a shortened, a
/// continued and a slightly changed one fall into the group of the original.
pub fn same_message_groups(texts: &[MessageText<'_>]) -> Vec<u32> {
    let mut numbers: HashMap<(Unit, Unit), u32> = HashMap::new();
    let mut pairs: Vec<Vec<u32>> = Vec::with_capacity(texts.len());
    let mut units = Vec::new();
    for text in texts {
        units.clear();
        text.push_units(&mut units);
        let mut own: Vec<u32> = units
            .windows(2)
            .filter(|w| w[0] != BREAK && w[1] != BREAK)
            .map(|w| {
                let next = numbers.len() as u32;
                *numbers.entry((w[0], w[1])).or_insert(next)
            })
            .collect();
        own.sort_unstable();
        own.dedup();
        pairs.push(own);
    }
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); numbers.len()];
    for (message, own) in pairs.iter().enumerate() {
        for pair in own {
            holders[*pair as usize].push(message as u32);
        }
    }
    let mut union = UnionFind::new(texts.len());
    let mut hits: HashMap<u32, u32> = HashMap::new();
    for (message, own) in pairs.iter().enumerate() {
        let mut shared: Vec<u32> =
            own.iter().copied().filter(|p| (2..=FREQUENT).contains(&holders[*p as usize].len())).collect();
        shared.sort_by_key(|p| holders[*p as usize].len());
        hits.clear();
        for pair in shared.into_iter().take(RAREST) {
            for other in &holders[pair as usize] {
                if *other as usize != message {
                    *hits.entry(*other).or_insert(0) += 1;
                }
            }
        }
        let mut best: Vec<(u32, u32)> = hits.iter().map(|(other, n)| (*n, *other)).collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        for (_, other) in best.into_iter().take(8) {
            let theirs = &pairs[other as usize];
            let smaller = own.len().min(theirs.len());
            if common(own, theirs) as f64 >= SHARED * smaller as f64 {
                union.join(message as u32, other);
            }
        }
    }
    (0..texts.len() as u32).map(|message| union.find(message)).collect()
}

/// The part (0 to `parts` − 1) of each row: whole groups, spread so that each part gets its share of every
/// category.
pub fn folds(groups: &[u32], wanted: &[u8], parts: usize, seed: u64) -> Vec<usize> {
    let mut first: HashMap<u32, u8> = HashMap::new();
    let mut order: Vec<u32> = Vec::new();
    for (group, label) in groups.iter().zip(wanted) {
        first.entry(*group).or_insert_with(|| {
            order.push(*group);
            *label
        });
    }
    SplitMix::new(seed).shuffle(&mut order);
    let mut next = [0usize; 256];
    let mut part_of: HashMap<u32, usize> = HashMap::new();
    for group in order {
        let turn = &mut next[usize::from(first.get(&group).copied().unwrap_or(0))];
        part_of.insert(group, *turn % parts.max(1));
        *turn += 1;
    }
    groups.iter().map(|group| part_of.get(group).copied().unwrap_or(0)).collect()
}

/// Number of common members of two ascending lists.
pub(crate) fn common<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

/// Disjoint sets with path halving.
#[derive(Debug)]
pub(crate) struct UnionFind(Vec<u32>);

impl UnionFind {
    pub(crate) fn new(members: usize) -> Self {
        Self((0..members as u32).collect())
    }

    pub(crate) fn find(&mut self, member: u32) -> u32 {
        let mut at = member;
        while self.0[at as usize] != at {
            self.0[at as usize] = self.0[self.0[at as usize] as usize];
            at = self.0[at as usize];
        }
        at
    }

    /// The smaller number stays the name of the set.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}
