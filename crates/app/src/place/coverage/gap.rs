//! Gaps: who has a service out of reach, or a full one, and why. Worked out, never typed in.

use domain::code::Code;
use domain::facility::{Gap, HeldAnswer};
use domain::portfolio::Portfolio;
use place::coverage::{Basis, Residence};
use place::nearest::Nearest;
use rust_decimal::Decimal;

use super::Coverage;

/// Why somebody has none in reach, or one that is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The nearest one is too far away.
    TooFar,
    /// One is near in a straight line, and no way leads there that is short enough.
    NoLink,
    /// One that is near is not in use yet.
    Planned,
    /// One that is near serves no more.
    Closed,
    /// The home lies too far from the network.
    Unreached,
    /// The nearest one takes fewer than come.
    Full,
    /// There is less in reach than a standard asks for so many people.
    TooFew,
}

impl Cause {
    pub const ALL: [Cause; 7] =
        [Self::TooFar, Self::NoLink, Self::Planned, Self::Closed, Self::Unreached, Self::Full, Self::TooFew];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooFar => "too_far",
            Self::NoLink => "no_link",
            Self::Planned => "planned",
            Self::Closed => "closed",
            Self::Unreached => "unreached",
            Self::Full => "full",
            Self::TooFew => "too_few",
        }
    }
}

/// People, or residences, by cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Causes([u64; Cause::ALL.len()]);

impl Causes {
    pub(super) fn add(&mut self, cause: Cause, weight: u64) {
        if let Some(held) = Cause::ALL.iter().position(|it| *it == cause).and_then(|at| self.0.get_mut(at)) {
            *held += weight;
        }
    }

    pub fn of(&self, cause: Cause) -> u64 {
        Cause::ALL.iter().zip(self.0).filter(|(held, _)| **held == cause).map(|(_, weight)| weight).sum()
    }

    /// Adds those of others.
    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(held, more)| *held += more);
    }

    /// Causes that anybody has, the commonest first.
    pub fn each(&self) -> Vec<(Cause, u64)> {
        let mut out: Vec<(Cause, u64)> =
            Cause::ALL.into_iter().zip(self.0).filter(|(_, weight)| *weight > 0).collect();
        out.sort_by_key(|(cause, weight)| (std::cmp::Reverse(*weight), *cause));
        out
    }
}

/// The nearest that do not count, by home; empty where there are none.
pub(super) struct Elsewhere {
    pub planned: Vec<Option<Nearest>>,
    pub closed: Vec<Option<Nearest>>,
    pub straight: Vec<Option<Nearest>>,
}

impl Elsewhere {
    /// Why a home that has none in reach has none.
    pub fn cause(&self, home: usize, held: &Residence, limit: u32) -> Cause {
        let within = |of: &[Option<Nearest>]| {
            of.get(home).copied().flatten().is_some_and(|near| near.distance <= limit)
        };
        if !held.reached {
            Cause::Unreached
        } else if within(&self.straight) {
            Cause::NoLink
        } else if within(&self.planned) {
            Cause::Planned
        } else if within(&self.closed) {
            Cause::Closed
        } else {
            Cause::TooFar
        }
    }
}

/// Whether a gap is known to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapState {
    /// Somebody is not covered.
    NotCovered,
    /// All are covered, some by one that is full.
    Full,
    /// Somebody has none in reach, and the data are too incomplete to say that there is none.
    Unknown,
}

impl GapState {
    pub const ALL: [GapState; 3] = [Self::NotCovered, Self::Full, Self::Unknown];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCovered => "not_covered",
            Self::Full => "full",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What the standard of a gap asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// One within a distance in millimetres. `nearest`: at half of the homes that have none within it the nearest one
    /// is at most so far; nothing where half of them have none within [`super::FAR`].
    Within { limit: u32, nearest: Option<u32> },
    /// So much for a thousand people, and what they have in reach, where that is known.
    PerThousand { asked: Decimal, has: Option<Decimal> },
}

/// A line of the gap register.
#[derive(Debug, Clone, PartialEq)]
pub struct GapLine {
    pub gap: Gap,
    /// The gravest of what is found: the others stand in the numbers beside it.
    pub state: GapState,
    pub basis: Basis,
    /// People, or residences, that are concerned by the state, and all of the community.
    pub concerned: u64,
    pub all: u64,
    /// Those covered by one that is full, and those of whom nobody knows, whatever the state is.
    pub full: u64,
    pub unknown: u64,
    pub asks: Asks,
    pub causes: Causes,
    pub answer: Option<HeldAnswer>,
}

impl Coverage {
    /// All gaps: those that are known before those that are not, those of many before those of few.
    pub fn gaps(&self, portfolio: &Portfolio) -> Vec<GapLine> {
        let mut out = Vec::new();
        for kind in &self.kinds {
            for rule in &kind.rules {
                let Some(standard) = rule.rule.code() else { continue };
                for (community, figure) in rule.figures.iter().enumerate() {
                    let full = self.full(kind, community, rule.rule.limit, figure.basis);
                    let (state, concerned) = if figure.not_covered > 0 {
                        (GapState::NotCovered, figure.not_covered)
                    } else if full > 0 {
                        (GapState::Full, full)
                    } else if figure.unknown > 0 {
                        (GapState::Unknown, figure.unknown)
                    } else {
                        continue;
                    };
                    let gap = Gap {
                        community: self.communities[community].clone(),
                        kind: kind.kind.clone(),
                        standard: standard.clone(),
                    };
                    let mut causes = rule.causes[community];
                    causes.add(Cause::Full, full);
                    let limit = rule.rule.limit;
                    out.push(GapLine {
                        answer: portfolio.plan.gap_answers.get(&gap).cloned(),
                        gap,
                        state,
                        basis: figure.basis,
                        concerned,
                        all: figure.total(),
                        full,
                        unknown: figure.unknown,
                        asks: Asks::Within { limit, nearest: self.half_way_beyond(kind, community, limit) },
                        causes,
                    });
                }
            }
            self.short(kind, portfolio, &mut out);
        }
        out.sort_by(|a, b| {
            (a.state, std::cmp::Reverse(a.concerned), &a.gap).cmp(&(
                b.state,
                std::cmp::Reverse(b.concerned),
                &b.gap,
            ))
        });
        out
    }

    /// Communities that have less in reach than a standard asks for.
    fn short(&self, kind: &super::KindCoverage, portfolio: &Portfolio, out: &mut Vec<GapLine>) {
        for supply in &kind.supplies {
            for (community, code) in self.communities.iter().enumerate() {
                let Some(short) = supply.short(self, kind, community, portfolio) else { continue };
                let gap = Gap {
                    community: code.clone(),
                    kind: kind.kind.clone(),
                    standard: supply.standard.standard.clone(),
                };
                let mut causes = Causes::default();
                if short.state == GapState::NotCovered {
                    causes.add(Cause::TooFew, short.people);
                }
                out.push(GapLine {
                    answer: portfolio.plan.gap_answers.get(&gap).cloned(),
                    gap,
                    state: short.state,
                    basis: short.basis,
                    concerned: short.people,
                    all: short.people,
                    full: 0,
                    unknown: if short.state == GapState::Unknown { short.people } else { 0 },
                    asks: short.asks,
                    causes,
                });
            }
        }
    }

    /// People, or residences, that are covered by a facility that is full.
    fn full(&self, kind: &super::KindCoverage, community: usize, limit: u32, basis: Basis) -> u64 {
        let Some(capacity) = &kind.capacity else { return 0 };
        let full: Vec<usize> = capacity
            .loads
            .iter()
            .filter(|held| held.load.full() == Some(true))
            .map(|held| held.facility)
            .collect();
        if full.is_empty() {
            return 0;
        }
        self.homes_of(community)
            .filter(|home| {
                kind.near[*home]
                    .is_some_and(|near| near.distance <= limit && full.contains(&(near.facility as usize)))
            })
            .map(|home| match basis {
                Basis::People => kind.people[home].map_or(0, u64::from),
                Basis::Residences => 1,
            })
            .sum()
    }
}

impl GapLine {
    /// The project or item that sees to it.
    pub fn linked(&self) -> Option<&Code> {
        use domain::facility::GapAnswer;
        match &self.answer.as_ref()?.answer {
            GapAnswer::Project { project } => Some(project),
            GapAnswer::Item { item } => Some(item),
            GapAnswer::Refused { .. } => None,
        }
    }
}
