//! Who is covered, who is not, and of whom it is not known: by community, kind of facility and standard.
//!
//! What a day looks like follows from the portfolio and the layers of that day. Nothing is stored: figures are worked
//! out once and shared while the portfolio is.

mod capacity;
mod change;
mod gap;
mod work;

use std::sync::{Arc, OnceLock, PoisonError};

use domain::code::Code;
use domain::facility::{FacilityStandard, Metric};
use domain::portfolio::Portfolio;
use place::nearest::Nearest;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub use capacity::{FacilityLoad, KindCapacity};
pub use change::{Difference, KindDifference, ProjectGain, ProjectsEffect, YearEnd};
pub use gap::{Cause, Causes, GapLine, GapState};
pub use place::coverage::{Basis, CommunityCount, Completeness, Figure, communities_covered};

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
    /// By the number of the community.
    pub figures: Vec<Figure>,
    /// Why homes have none in reach, by the number of the community.
    pub causes: Vec<Causes>,
    pub whole: Figure,
}

/// How complete the data of a kind are, by the finest official count there is for a community.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedIn {
    /// The area that was counted; nothing: the whole plan.
    pub area: Option<Code>,
    pub completeness: Completeness,
}

/// Coverage of one kind of facility.
#[derive(Debug, Clone, PartialEq)]
pub struct KindCoverage {
    pub kind: Code,
    /// The facilities that serve on the day, by their number in the portfolio.
    pub open: Vec<usize>,
    /// For each home the nearest of them; nothing where none is within [`FAR`].
    pub near: Vec<Option<Nearest>>,
    /// The people of each home whom the kind is for.
    pub people: Vec<Option<u32>>,
    /// The kind is for some ages, and nobody counted people of those: everybody stands in for them.
    pub everybody: bool,
    /// Of the plan as a whole.
    pub completeness: Completeness,
    /// How complete the data are for each community, by the number of it.
    pub counted: Vec<CountedIn>,
    pub rules: Vec<RuleCoverage>,
    pub capacity: Option<KindCapacity>,
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
    /// Homes and open facilities that lie too far from the network.
    pub unreached_homes: usize,
    pub unreached_facilities: usize,
    pub kinds: Vec<KindCoverage>,
    ground: Arc<Ground>,
    /// What projects did, and what the end of the year brings, once somebody asked.
    effect: OnceLock<Arc<ProjectsEffect>>,
    year_end: OnceLock<YearEnd>,
}

impl Coverage {
    pub fn kind(&self, kind: &str) -> Option<&KindCoverage> {
        self.kinds.iter().find(|held| held.kind.as_str() == kind)
    }

    pub fn community(&self, code: &str) -> Option<usize> {
        self.communities.binary_search_by(|held| held.as_str().cmp(code)).ok()
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

/// Figures of several communities together. Where people are not known of all, residences are counted.
pub(crate) fn sum<'a>(figures: impl Iterator<Item = &'a Figure>) -> Figure {
    let empty = Figure { basis: Basis::People, covered: 0, not_covered: 0, unknown: 0, unreached: 0 };
    figures.fold(empty, |sum, own| Figure {
        basis: if own.basis == Basis::Residences { Basis::Residences } else { sum.basis },
        covered: sum.covered + own.covered,
        not_covered: sum.not_covered + own.not_covered,
        unknown: sum.unknown + own.unknown,
        unreached: sum.unreached + own.unreached,
    })
}
