//! What changes do for people: who is served before and after, each project alone and given the
//! others, the odds of a day.
//!
//! The base is swept once; every other picture is reached by repairing the maps and read from them.

use std::{collections::HashMap, num::NonZeroUsize};

use jiff::civil::Date;

use crate::{
    access::{AccessLeg, KindAccess},
    nearest::{Nearest, NearestMap},
    parallel,
    scenario::{InUse, Scenario, ScenarioError},
};

/// A residence with known people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub community: usize,
    pub people: u32,
    pub legs: Vec<AccessLeg>,
}

/// For each kind and home the nearest facility within the limit of the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    pub nearest: Vec<Vec<Option<Nearest>>>,
}

/// Two pictures compared for one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// People served after but not before, and the other way round. They have no time to compare.
    pub gained: u64,
    pub lost: u64,
    /// Person-distance saved and added among those served before and after.
    pub saved: u64,
    pub added: u64,
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

/// Evaluates pictures of one scenario for one set of homes.
#[derive(Debug)]
pub struct Evaluator<'a, 'n> {
    scenario: &'a Scenario<'n>,
    homes: &'a [Home],
    base_open: Vec<bool>,
    maps: Vec<NearestMap>,
}

/// Uncertain projects whose combinations are all computed.
const ALL_COMBINATIONS: usize = 10;

impl<'a, 'n> Evaluator<'a, 'n> {
    /// Sweeps the base (what no project brings and is not dated). `limits` by kind; a kind without a
    /// limit reaches only who stands on the spot.
    #[must_use]
    pub fn new(scenario: &'a Scenario<'n>, homes: &'a [Home], limits: &[u32], threads: NonZeroUsize) -> Self {
        let mut limits = limits.to_vec();
        limits.resize(scenario.kinds(), 0);
        let network = scenario.network();
        // Dated things, projects and changes of links come in by repairing.
        let base_open: Vec<bool> =
            scenario.facilities().iter().map(|facility| facility.in_use == InUse::default()).collect();
        let base = |kind: usize| {
            let all = scenario.facilities().iter().enumerate();
            let own = all.filter(|(number, facility)| facility.kind == kind && base_open[*number]);
            KindAccess::new(network, own.map(|(number, facility)| (number as u32, facility.legs.as_slice())))
        };
        let maps = parallel::map(
            threads,
            scenario.kinds(),
            || (),
            |(), kind| NearestMap::sweep(network, base(kind).seeds(), limits[kind]),
        );
        Self { scenario, homes, base_open, maps }
    }

    /// Who is served when `counts` lets things through.
    ///
    /// # Errors
    /// As [`Scenario::picture`].
    pub fn served(&mut self, counts: impl Fn(&InUse) -> bool) -> Result<Served, ScenarioError> {
        let picture = self.scenario.picture(counts)?;
        let mut nearest = Vec::with_capacity(self.maps.len());
        for (kind, map) in self.maps.iter_mut().enumerate() {
            let gone: Vec<u32> = (0..self.base_open.len())
                .filter(|&number| {
                    self.base_open[number]
                        && !picture.open[number]
                        && self.scenario.facilities()[number].kind == kind
                })
                .map(|number| number as u32)
                .collect();
            let access = &picture.kinds[kind];
            let undo = map.repair(&picture.overlay, access.seeds(), &gone);
            let homes = self.homes.iter();
            nearest.push(homes.map(|home| access.nearest(&picture.overlay, &home.legs, map)).collect());
            map.undo(undo);
        }
        Ok(Served { nearest })
    }

    /// Who is served on a day.
    ///
    /// # Errors
    /// As [`Scenario::picture`].
    pub fn on(&mut self, day: Date) -> Result<Served, ScenarioError> {
        self.served(|in_use| in_use.on(day))
    }

    /// People covered, by kind.
    #[must_use]
    pub fn covered(&self, served: &Served) -> Vec<u64> {
        let people = |kind: &Vec<Option<Nearest>>| {
            let homes = self.homes.iter().zip(kind);
            homes.filter(|(_, near)| near.is_some()).map(|(home, _)| u64::from(home.people)).sum()
        };
        served.nearest.iter().map(people).collect()
    }

    /// Compares two pictures, by kind.
    #[must_use]
    pub fn compare(&self, before: &Served, after: &Served) -> Vec<Change> {
        let compare = |(before, after): (&Vec<Option<Nearest>>, &Vec<Option<Nearest>>)| {
            let mut change = Change::default();
            for (home, (before, after)) in self.homes.iter().zip(before.iter().zip(after)) {
                let people = u64::from(home.people);
                match (before, after) {
                    (None, Some(_)) => change.gained += people,
                    (Some(_), None) => change.lost += people,
                    (Some(before), Some(after)) => {
                        let distance = |from: u32, to: u32| people * u64::from(from.saturating_sub(to));
                        change.saved += distance(before.distance, after.distance);
                        change.added += distance(after.distance, before.distance);
                    }
                    (None, None) => {}
                }
            }
            change
        };
        before.nearest.iter().zip(&after.nearest).map(compare).collect()
    }

    /// People by community who gain at least one kind.
    #[must_use]
    pub fn gaining(&self, communities: usize, before: &Served, after: &Served) -> Vec<u64> {
        let mut gaining = vec![0; communities];
        for (index, home) in self.homes.iter().enumerate() {
            let gains = before
                .nearest
                .iter()
                .zip(&after.nearest)
                .any(|(before, after)| before[index].is_none() && after[index].is_some());
            if gains && let Some(sum) = gaining.get_mut(home.community) {
                *sum += u64::from(home.people);
            }
        }
        gaining
    }

    /// The effect of each project on people covered as of a day: alone, given all others, and together.
    ///
    /// # Errors
    /// As [`Scenario::picture`].
    pub fn attribute(&mut self, day: Date) -> Result<Attribution, ScenarioError> {
        let projects = self.scenario.projects();
        attribute(&projects, |with| {
            let served = self.served(|in_use| in_use.on(day) && in_use.project.is_none_or(with))?;
            Ok(self.covered(&served).iter().sum())
        })
    }

    /// People covered on a day when projects are in use by then only with some odds, independently.
    /// Projects without odds count as their dates say; those with odds count whatever their date says.
    ///
    /// # Errors
    /// As [`Scenario::picture`].
    pub fn forecast(
        &mut self,
        day: Date,
        odds: &[Odds],
        draws: NonZeroUsize,
        seed: u64,
    ) -> Result<Forecast, ScenarioError> {
        forecast(odds, draws, seed, |comes| {
            let served = self.served(|in_use| match in_use.project.and_then(comes) {
                Some(comes) => comes,
                None => in_use.on(day),
            })?;
            Ok(self.covered(&served).iter().sum())
        })
    }
}

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
