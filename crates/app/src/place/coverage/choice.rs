//! How many of a kind people have to choose from: within the distance of a rule, and how far beside the nearest one the
//! next ones are. Whoever has only one loses the service when it closes, is full or does not suit.
//!
//! Of the facilities that are known: there may be others.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use domain::code::Code;
use place::coverage::Basis;
use place::nearest::Nearest;

use super::{Coverage, FAR, KindCoverage};
use crate::App;
use crate::error::AppError;

/// How many of the nearest are told of each home.
const NEAREST: NonZeroUsize = NonZeroUsize::new(3).expect("not zero");

/// People, or residences, by how many they have within reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceFigure {
    pub basis: Basis,
    /// Who has none, one, two, three or more.
    pub by_number: [u64; 4],
    /// Who does not lie on the network: what they have in reach is not known.
    pub unreached: u64,
    /// How far the second nearest is for half of the residences, at most; nothing where fewer than half have one within
    /// [`FAR`].
    pub second: Option<u32>,
}

impl ChoiceFigure {
    /// The place in [`Self::by_number`] of whoever has so many.
    pub fn step(in_reach: u64) -> usize {
        in_reach.min(3) as usize
    }

    pub fn total(&self) -> u64 {
        self.by_number.iter().sum::<u64>() + self.unreached
    }
}

/// The choice of a kind within a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// How many each home has within the limit; nothing where it does not lie on the network.
    pub in_reach: Vec<Option<u32>>,
    /// The nearest, the second and the third nearest of each home, within [`FAR`].
    pub nearest: Vec<[Option<Nearest>; NEAREST.get()]>,
    /// By the number of the community: in people where they are known of all its homes.
    pub communities: Vec<ChoiceFigure>,
    pub whole: ChoiceFigure,
}

impl Choice {
    fn of(coverage: &Coverage, kind: &KindCoverage, limit: u32) -> Option<Self> {
        let ground = &coverage.ground;
        let in_reach = ground.in_reach(&kind.open, limit)?.into_iter().enumerate();
        let in_reach = in_reach
            .map(|(home, count)| ground.reached(home).then(|| u32::try_from(count).unwrap_or(u32::MAX)));
        let nearest = ground.nearest_k(&kind.open, FAR, NEAREST).into_iter();
        let nearest = nearest.map(|held| std::array::from_fn(|at| held.get(at).copied()));
        let nobody = ChoiceFigure { basis: Basis::People, by_number: [0; 4], unreached: 0, second: None };
        let mut out = Self {
            in_reach: in_reach.collect(),
            nearest: nearest.collect(),
            communities: Vec::new(),
            whole: nobody,
        };
        let communities = (0..coverage.communities.len()).map(|at| coverage.homes_of(at).collect());
        out.communities = communities.map(|homes: Vec<usize>| out.figure(kind, &homes)).collect();
        let all: Vec<usize> = (0..out.in_reach.len()).collect();
        out.whole = out.figure(kind, &all);
        Some(out)
    }

    /// Some homes together. People and residences are never added up.
    fn figure(&self, kind: &KindCoverage, homes: &[usize]) -> ChoiceFigure {
        let people = |home: &usize| kind.people.get(*home).copied().flatten();
        let known = homes.iter().all(|home| people(home).is_some());
        let mut out = ChoiceFigure {
            basis: if known { Basis::People } else { Basis::Residences },
            by_number: [0; 4],
            unreached: 0,
            second: None,
        };
        let mut second: Vec<u32> = Vec::new();
        for home in homes {
            let weight = if known { people(home).map_or(0, u64::from) } else { 1 };
            match self.in_reach.get(*home).copied().flatten() {
                Some(count) => out.by_number[ChoiceFigure::step(u64::from(count))] += weight,
                None => out.unreached += weight,
            }
            let nearest = self.nearest.get(*home).and_then(|held| held[1]);
            second.push(nearest.map_or(u32::MAX, |near| near.distance));
        }
        out.second = super::half(second);
        out
    }
}

type Found = Arc<OnceLock<Option<Arc<Choice>>>>;

/// Choices lately asked for, the last one first.
#[derive(Debug, Default)]
pub(super) struct Choices(Mutex<Vec<((Code, u32), Found)>>);

impl Choices {
    /// One is as large as all residences are many: who pages through one kind finds it, and few look at more at a time.
    const MOST: usize = 4;

    /// Where a choice is, or will be once the first who asked has worked it out.
    fn place(&self, kind: &Code, limit: u32) -> Found {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = held.iter().position(|((own, within), _)| own == kind && *within == limit);
        let found = at.map(|at| held.remove(at)).unwrap_or_else(|| ((kind.clone(), limit), Arc::default()));
        let place = found.1.clone();
        held.truncate(Self::MOST - 1);
        held.insert(0, found);
        place
    }
}

impl App {
    /// How many of a kind people have within a limit, one of those that it is held against. `None` where it is none of
    /// them.
    pub async fn choice(
        &self,
        coverage: &Arc<Coverage>,
        kind: &Code,
        limit: u32,
    ) -> Result<Option<Arc<Choice>>, AppError> {
        let held = coverage.kind(kind.as_str());
        if !held.is_some_and(|held| held.rules.iter().any(|rule| rule.rule.limit == limit)) {
            return Ok(None);
        }
        let place = coverage.choices.place(kind, limit);
        if let Some(found) = place.get() {
            return Ok(found.clone());
        }
        let (coverage, kind) = (coverage.clone(), kind.clone());
        self.place_work(move || {
            let work = || Choice::of(&coverage, coverage.kind(kind.as_str())?, limit).map(Arc::new);
            place.get_or_init(work).clone()
        })
        .await
    }
}
