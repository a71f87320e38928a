//! Who is covered, who is not, and of whom it is not known: by community, kind of facility and standard.
//!
//! What a day looks like follows from the portfolio and the layers of that day. Nothing is stored: figures are worked
//! out once and shared while the portfolio is.

mod capacity;
mod change;
mod choice;
mod gap;
mod supply;
mod work;

use std::sync::{Arc, OnceLock, PoisonError};

use domain::code::Code;
use domain::facility::{FacilityStandard, Metric, ReachedBy};
use domain::portfolio::Portfolio;
use place::nearest::Nearest;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub use capacity::{FacilityLoad, KindCapacity};
pub use change::{
    Counts, Difference, DifferenceLine, KindDifference, ProjectGain, ProjectsEffect, YearEnd, since,
};
pub use choice::{Choice, ChoiceFigure};
pub use gap::{Asks, Cause, Causes, GapLine, GapState};
pub use place::coverage::{Basis, CommunityCount, Completeness, Figure, communities_covered};

pub use supply::Supply;

pub use super::ground::Way;
use super::ground::{Days, Ground};
use super::layer::Residences;
use crate::App;
use crate::error::AppError;

/// The farthest that anything is looked for, in millimetres.
pub const FAR: u32 = 10_000_000;

/// What homes are held against: a standard in force, or a limit that a reader chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Nothing where a reader chose the limit.
    pub standard: Option<FacilityStandard>,
    /// In millimetres, inclusive.
    pub limit: u32,
}

impl Rule {
    /// A standard that says how far; nothing where it says how much.
    pub(crate) fn of(standard: &FacilityStandard, walking_metres: u32) -> Option<Self> {
        let millimetres = match standard.metric {
            Metric::Metres => standard.value.checked_mul(Decimal::from(1_000))?,
            Metric::Minutes => {
                standard
                    .value
                    .checked_mul(Decimal::from(walking_metres))?
                    .checked_mul(Decimal::from(1_000))?
                    / Decimal::from(60)
            }
            Metric::PerThousand => return None,
        };
        let limit = millimetres.round().to_u32().filter(|limit| *limit <= FAR)?;
        Some(Self { standard: Some(standard.clone()), limit })
    }

    /// The code of its standard.
    pub fn code(&self) -> Option<&Code> {
        self.standard.as_ref().map(|standard| &standard.standard)
    }
}

/// Coverage by one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCoverage {
    pub rule: Rule,
    /// By the number of the community: in people where they are known of all its homes.
    pub figures: Vec<Figure>,
    /// Why homes have none in reach, by the number of the community.
    pub causes: Vec<Causes>,
    /// The same of every community in residences: people and residences are never added up.
    residences: Vec<(Figure, Causes)>,
    pub whole: Figure,
    pub whole_causes: Causes,
}

impl RuleCoverage {
    /// Some communities together: in people where they are known of all of them, unless residences are wanted.
    pub fn over(&self, communities: &[usize], by_residences: bool) -> (Figure, Causes) {
        let own =
            || communities.iter().filter_map(|at| Some((self.figures.get(*at)?, self.causes.get(*at)?)));
        if by_residences || own().any(|(figure, _)| figure.basis == Basis::Residences) {
            sum(communities.iter().filter_map(|at| self.residences.get(*at)).map(|(a, b)| (a, b)))
        } else {
            sum(own())
        }
    }
}

/// How complete the data of a kind are, by the finest official count there is for a community.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedIn {
    /// The area that was counted; nothing: the whole plan.
    pub area: Option<Code>,
    pub completeness: Completeness,
    /// How many of those that are known somebody has seen on site.
    pub seen: u64,
}

/// At what the open facilities of a kind are reached: how many by each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReachedCounts {
    pub entrances: usize,
    pub boundary: usize,
    /// At their point alone: of those that take up ground, how far they are is only roughly known.
    pub point: usize,
    /// Not at all: they lie too far from the network.
    pub unreached: usize,
}

impl ReachedCounts {
    fn of(ground: &Ground, open: &[usize]) -> Self {
        let mut out = Self::default();
        for facility in open {
            match ground.reached_by(*facility) {
                Some(ReachedBy::Entrances) => out.entrances += 1,
                Some(ReachedBy::Boundary) => out.boundary += 1,
                Some(ReachedBy::Point) => out.point += 1,
                None => out.unreached += 1,
            }
        }
        out
    }

    /// Whether of any more is known than a point.
    pub fn is_drawn(&self) -> bool {
        self.entrances + self.boundary > 0
    }
}

/// Coverage of one kind of facility.
#[derive(Debug, Clone, PartialEq)]
pub struct KindCoverage {
    pub kind: Code,
    /// The facilities that serve on the day, by their number in the portfolio.
    pub open: Vec<usize>,
    pub reached: ReachedCounts,
    /// For each home the nearest of them; nothing where none is within [`FAR`].
    pub near: Vec<Option<Nearest>>,
    /// The people of each home whom the kind is for.
    pub people: Vec<Option<u32>>,
    /// The kind is for some ages, and nobody counted people of those: everybody stands in for them.
    pub everybody: bool,
    /// How complete the data are in the plan as a whole, and for each community by the number of it.
    pub whole: CountedIn,
    pub counted: Vec<CountedIn>,
    pub rules: Vec<RuleCoverage>,
    pub capacity: Option<KindCapacity>,
    /// The standards that say how much there has to be.
    pub supplies: Vec<Supply>,
}

/// Coverage of a plan on a day.
#[derive(Debug)]
pub struct Coverage {
    pub way: Way,
    pub residences: Arc<Residences>,
    /// Areas in which somebody lives, by their codes; figures are numbered as they are.
    pub communities: Vec<Code>,
    /// The number of the community of each home, and the homes of each community.
    pub community_of: Vec<usize>,
    homes_of: Vec<Vec<usize>>,
    /// Communities of the plan of which no residence is on record: nothing is known of who is covered there.
    pub without_residences: Vec<Code>,
    /// Homes and open facilities that lie too far from the network.
    pub unreached_homes: usize,
    pub unreached_facilities: usize,
    /// Homes that are reached over a part of the network alone that is cut off from the rest.
    pub island_homes: usize,
    pub kinds: Vec<KindCoverage>,
    ground: Arc<Ground>,
    /// What projects did, and what the end of the year brings, once somebody asked.
    effect: OnceLock<Arc<ProjectsEffect>>,
    year_end: OnceLock<YearEnd>,
    /// How many there are to choose from, by kinds and limits that somebody asked for.
    choices: choice::Choices,
}

impl Coverage {
    pub fn kind(&self, kind: &str) -> Option<&KindCoverage> {
        self.kinds.iter().find(|held| held.kind.as_str() == kind)
    }

    pub fn community(&self, code: &str) -> Option<usize> {
        self.communities.binary_search_by(|held| held.as_str().cmp(code)).ok()
    }

    /// How many communities have all of some kinds in reach by every standard. One of which nothing is known of some
    /// kind, or where no residence is on record, is unknown. A kind for ages of which nobody lives there is passed over.
    pub fn communities_with<'a>(&self, kinds: impl Iterator<Item = &'a Code>) -> CommunityCount {
        let mut figures: Vec<Vec<Figure>> = Vec::new();
        for kind in kinds {
            let rules = self.kind(kind.as_str()).map_or(&[][..], |held| held.rules.as_slice());
            figures.extend(rules.iter().map(|rule| rule.figures.clone()));
            if rules.is_empty() {
                let unknown =
                    Figure { basis: Basis::Residences, covered: 0, not_covered: 0, unknown: 1, unreached: 0 };
                figures.push(vec![unknown; self.communities.len()]);
            }
        }
        let mut count = match figures.is_empty() {
            true => CommunityCount { unknown: self.communities.len(), ..CommunityCount::default() },
            false => communities_covered(&figures),
        };
        count.unknown += self.without_residences.len();
        count
    }

    /// The distance that half of some homes have at most to the nearest one; nothing where fewer than half have any
    /// within [`FAR`].
    pub fn half_way(&self, kind: &KindCoverage, homes: impl Iterator<Item = usize>) -> Option<u32> {
        let near = |home: usize| Some(kind.near.get(home)?.map_or(u32::MAX, |near| near.distance));
        half(homes.filter_map(near).collect())
    }

    /// As above, of a community's homes that have none within a limit.
    pub fn half_way_beyond(&self, kind: &KindCoverage, community: usize, limit: u32) -> Option<u32> {
        let beyond = |home: &usize| kind.near[*home].is_none_or(|near| near.distance > limit);
        self.half_way(kind, self.homes_of(community).filter(beyond))
    }

    /// The homes of a community, by their number.
    pub fn homes_of(&self, community: usize) -> impl Iterator<Item = usize> + '_ {
        self.homes_of.get(community).into_iter().flatten().copied()
    }
}

/// What is asked of coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CoverageAsked {
    /// A limit in metres instead of the standards.
    pub limit: Option<u32>,
}

/// Coverage lately worked out, the last one first, by the portfolio it belongs to and the one whose layers it is of.
#[derive(Default)]
pub(crate) struct CoverageCache(Vec<Kept>);

struct Kept {
    days: Days,
    asked: CoverageAsked,
    coverage: Arc<Coverage>,
}

impl CoverageCache {
    /// Days before and after, each with and without a limit of one's own.
    const MOST: usize = 4;

    fn find(
        &mut self,
        portfolio: &Arc<Portfolio>,
        layers: &Arc<Portfolio>,
        asked: CoverageAsked,
    ) -> Option<Arc<Coverage>> {
        self.0.retain(|kept| kept.days.are_held());
        let at = self.0.iter().position(|kept| kept.days.are(portfolio, layers) && kept.asked == asked)?;
        self.0[..=at].rotate_right(1);
        self.0.first().map(|kept| kept.coverage.clone())
    }

    /// Limits of one's own give way first: many ask for the standards, and few for the same limit.
    fn keep(&mut self, kept: Kept) {
        while self.0.len() >= Self::MOST {
            let last = self.0.iter().rposition(|kept| kept.asked.limit.is_some());
            self.0.remove(last.unwrap_or(self.0.len() - 1));
        }
        self.0.insert(0, kept);
    }
}

impl App {
    /// Who is covered on the day of a portfolio; nothing where nobody said where people live.
    pub async fn coverage(
        &self,
        portfolio: &Arc<Portfolio>,
        asked: CoverageAsked,
    ) -> Result<Option<Arc<Coverage>>, AppError> {
        self.coverage_of(portfolio, portfolio, asked).await
    }

    /// Who of the people of another day would be covered: two days are compared for the same people.
    pub(crate) async fn coverage_of(
        &self,
        portfolio: &Arc<Portfolio>,
        layers_of: &Arc<Portfolio>,
        asked: CoverageAsked,
    ) -> Result<Option<Arc<Coverage>>, AppError> {
        let find = || {
            let mut cache = self.inner.coverage.lock().unwrap_or_else(PoisonError::into_inner);
            cache.find(portfolio, layers_of, asked)
        };
        if let Some(found) = find() {
            return Ok(Some(found));
        }
        let layers = self.layers(layers_of).await?;
        if layers.residences.is_none() {
            return Ok(None);
        }
        // One at a time: who comes second finds what the first one worked out.
        let turn = self.inner.coverage_turn.clone().lock_owned().await;
        if let Some(found) = find() {
            return Ok(Some(found));
        }
        let (app, portfolio, layers_of) = (self.clone(), portfolio.clone(), layers_of.clone());
        self.place_work(move || {
            let _turn = turn;
            // Where homes and facilities lie is the same whatever they are held against.
            let ground = app.ground(&portfolio, &layers_of, &layers)?;
            let coverage = Arc::new(work::coverage(&portfolio, ground, asked));
            let days = Days::new(&portfolio, &layers_of);
            let mut cache = app.inner.coverage.lock().unwrap_or_else(PoisonError::into_inner);
            cache.keep(Kept { days, asked, coverage: coverage.clone() });
            Some(coverage)
        })
        .await
    }
}

/// The distance that half have at most; nothing where fewer than half have any. Who has none is `u32::MAX` away.
fn half(mut distances: Vec<u32>) -> Option<u32> {
    distances.sort_unstable();
    let middle = distances.len().checked_sub(1)? / 2;
    distances.get(middle).copied().filter(|distance| *distance != u32::MAX)
}

/// Figures and causes of several communities together, all of one basis.
fn sum<'a>(figures: impl Iterator<Item = (&'a Figure, &'a Causes)>) -> (Figure, Causes) {
    let empty = Figure { basis: Basis::People, covered: 0, not_covered: 0, unknown: 0, unreached: 0 };
    figures.fold((empty, Causes::default()), |(sum, mut causes), (own, why)| {
        causes.merge(why);
        let figure = Figure {
            basis: own.basis,
            covered: sum.covered + own.covered,
            not_covered: sum.not_covered + own.not_covered,
            unknown: sum.unknown + own.unknown,
            unreached: sum.unreached + own.unreached,
        };
        (figure, causes)
    })
}
