//! What projects do for people: each alone and given the others, and by the odds of a day.

use std::{collections::HashMap, num::NonZeroUsize};

use crate::access::AccessLeg;

/// A residence with known people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub community: usize,
    pub people: u32,
    pub legs: Vec<AccessLeg>,
}

/// What one project does to people covered, summed over kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectEffect {
    pub project: u32,
    /// With it alone against none.
    pub alone: i64,
    /// With all against all but it.
    pub last: i64,
}

/// Effects of all projects. The single effects need not add up: the rest is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    pub projects: Vec<ProjectEffect>,
    pub together: i64,
    /// What is left of `together` after the sum of the effects alone.
    pub shared: i64,
}

/// The odds that a project is in use by a day, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odds {
    pub project: u32,
    pub permille: u16,
}

/// People covered (summed over kinds) under uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    pub expected: f64,
    /// One in ten lies below, half, one in ten above.
    pub tenth: u64,
    pub median: u64,
    pub ninetieth: u64,
    /// All combinations were computed; otherwise `draws` of them.
    pub exact: bool,
}

/// Uncertain projects whose combinations are all computed.
const ALL_COMBINATIONS: usize = 10;

/// What each project adds to a value: alone, given all others, and together. `value` is told which projects count.
///
/// # Errors
/// As `value`.
pub fn attribute<E>(
    projects: &[u32],
    mut value: impl FnMut(&dyn Fn(u32) -> bool) -> Result<u64, E>,
) -> Result<Attribution, E> {
    let none = value(&|_| false)? as i64;
    let all = value(&|_| true)? as i64;
    let mut effects = Vec::with_capacity(projects.len());
    for &project in projects {
        let alone = value(&|other| other == project)? as i64 - none;
        let last = all - value(&|other| other != project)? as i64;
        effects.push(ProjectEffect { project, alone, last });
    }
    let together = all - none;
    let shared = together - effects.iter().map(|effect| effect.alone).sum::<i64>();
    Ok(Attribution { projects: effects, together, shared })
}

/// A value when projects come only with some odds, independently. `value` is told of each project whether it comes;
/// nothing of those without odds. Up to ten uncertain projects all combinations are computed, beyond that `draws`
/// seeded ones.
///
/// # Errors
/// As `value`.
pub fn forecast<E>(
    odds: &[Odds],
    draws: NonZeroUsize,
    seed: u64,
    mut value: impl FnMut(&dyn Fn(u32) -> Option<bool>) -> Result<u64, E>,
) -> Result<Forecast, E> {
    let chance: HashMap<u32, f64> =
        odds.iter().map(|odds| (odds.project, f64::from(odds.permille.min(1000)) / 1000.0)).collect();
    let mut uncertain: Vec<u32> =
        chance.iter().filter(|(_, chance)| **chance > 0.0 && **chance < 1.0).map(|(p, _)| *p).collect();
    uncertain.sort_unstable();
    let exact = uncertain.len() <= ALL_COMBINATIONS;
    let mut random = seed;
    let mut known: HashMap<Vec<bool>, u64> = HashMap::new();
    let mut outcomes: Vec<(u64, f64)> = Vec::new();
    let rounds = if exact { 1 << uncertain.len() } else { draws.get() };
    for round in 0..rounds {
        let mut weight = 1.0 / if exact { 1.0 } else { rounds as f64 };
        let set: Vec<bool> = uncertain
            .iter()
            .enumerate()
            .map(|(place, project)| {
                if exact {
                    let comes = round >> place & 1 == 1;
                    weight *= if comes { chance[project] } else { 1.0 - chance[project] };
                    comes
                } else {
                    uniform(&mut random) < chance[project]
                }
            })
            .collect();
        let found = match known.get(&set) {
            Some(&found) => found,
            None => {
                let found = value(&|project: u32| match uncertain.binary_search(&project) {
                    Ok(place) => Some(set[place]),
                    Err(_) => chance.get(&project).map(|chance| *chance >= 1.0),
                })?;
                known.insert(set, found);
                found
            }
        };
        outcomes.push((found, weight));
    }
    outcomes.sort_by_key(|outcome| outcome.0);
    let expected = outcomes.iter().map(|(value, weight)| *value as f64 * weight).sum();
    let quantile = |share: f64| {
        let mut below = 0.0;
        let found = outcomes.iter().find(|(_, weight)| {
            below += weight;
            below >= share - 1e-12
        });
        found.or(outcomes.last()).map_or(0, |(value, _)| *value)
    };
    Ok(Forecast { expected, tenth: quantile(0.1), median: quantile(0.5), ninetieth: quantile(0.9), exact })
}

/// The next number of a seeded sequence (SplitMix64; Steele, Lea, Flood 2014), between 0 and 1.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ mixed >> 31) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two homes of ten people are served anyway; of the two others each project serves both.
    fn served(with: &dyn Fn(u32) -> bool) -> u64 {
        if with(1) || with(2) { 40 } else { 20 }
    }

    #[test]
    fn two_projects_that_help_the_same_people() {
        let found = attribute(&[1, 2], |with| Ok::<_, ()>(served(with))).unwrap();
        let each: Vec<_> = found.projects.iter().map(|held| (held.project, held.alone, held.last)).collect();
        assert_eq!(each, [(1, 20, 0), (2, 20, 0)]);
        assert_eq!((found.together, found.shared), (20, -20));
    }

    #[test]
    fn a_forecast_weighs_all_combinations() {
        let odds = [Odds { project: 1, permille: 500 }, Odds { project: 2, permille: 200 }];
        let value =
            |comes: &dyn Fn(u32) -> Option<bool>| Ok::<_, ()>(served(&|one| comes(one) == Some(true)));
        let found = forecast(&odds, NonZeroUsize::new(50).unwrap(), 1, value).unwrap();
        // The others are served unless both are late: 1 - 0.5 x 0.8.
        assert!(found.exact);
        assert!((found.expected - (20.0 + 20.0 * 0.6)).abs() < 1e-9);
        assert_eq!((found.tenth, found.median, found.ninetieth), (20, 40, 40));
    }
}
