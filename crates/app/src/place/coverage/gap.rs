//! Gaps: who has a service out of reach, or a full one, and why. Worked out, never typed in.

use domain::code::Code;
use domain::facility::{Gap, HeldAnswer};
use domain::portfolio::Portfolio;
use place::coverage::{Basis, Residence};
use place::nearest::Nearest;

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
}

impl Cause {
    pub const ALL: [Cause; 6] =
        [Self::TooFar, Self::NoLink, Self::Planned, Self::Closed, Self::Unreached, Self::Full];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooFar => "too_far",
            Self::NoLink => "no_link",
            Self::Planned => "planned",
            Self::Closed => "closed",
            Self::Unreached => "unreached",
            Self::Full => "full",
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

/// A line of the gap register.
#[derive(Debug, Clone, PartialEq)]
pub struct GapLine {
    pub gap: Gap,
    pub state: GapState,
    pub basis: Basis,
    /// People, or residences, that are concerned, and all of the community.
    pub concerned: u64,
    pub all: u64,
    /// The distance to the nearest one at half of the homes that are concerned, in millimetres.
    pub nearest: Option<u32>,
    pub limit: u32,
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
                    out.push(GapLine {
                        answer: portfolio.plan.gap_answers.get(&gap).cloned(),
                        gap,
                        state,
                        basis: figure.basis,
                        concerned,
                        all: figure.total(),
                        nearest: self.half_way(kind, community, rule.rule.limit),
                        limit: rule.rule.limit,
                        causes,
                    });
                }
            }
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

    /// The distance to the nearest one at half of a community's homes that have none in reach.
    fn half_way(&self, kind: &super::KindCoverage, community: usize, limit: u32) -> Option<u32> {
        let near = |home: usize| kind.near[home].map(|near| near.distance);
        let mut beyond: Vec<u32> =
            self.homes_of(community).filter_map(near).filter(|distance| *distance > limit).collect();
        beyond.sort_unstable();
        beyond.get(beyond.len() / 2).copied()
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
