//! One round as its facts make it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::item::kind::texts;
use crate::milestone::Limit;

texts! {
    /// What a department says of a project.
    Verdict {
        Agree => "agree",
        /// It agrees once its points are settled.
        Conditional => "conditional",
        Disagree => "disagree",
    }
}

texts! {
    /// How a round ended.
    Outcome {
        Passed => "passed",
        Failed => "failed",
        Withdrawn => "withdrawn",
    }
}

texts! {
    /// Where a round stands.
    ReviewState {
        /// Departments are still asked.
        Open => "open",
        /// The limit has passed and somebody has not answered.
        Overdue => "overdue",
        /// All have answered; points are open.
        Settling => "settling",
        /// Nothing stands in the way of passing it.
        Ready => "ready",
        Passed => "passed",
        Failed => "failed",
        Withdrawn => "withdrawn",
    }
}

/// Whether a point still stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointStanding {
    Open,
    /// With what settled it.
    Settled(String),
}

/// What can be recorded of a round.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewFact {
    /// The round begins on the day the fact holds from.
    Opened { step: Code, units: Vec<Code>, days: u16 },
    Opinion {
        unit: Code,
        verdict: Verdict,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Something to be settled, with the working days that this is expected to take.
    Point { number: u32, unit: Code, text: String, days: u16, standing: PointStanding },
    Closed {
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
}

impl ReviewFact {
    /// Its slot: that of a round's opening comes before those of everything said in it.
    pub fn slot(&self, round: u32) -> String {
        match self {
            Self::Opened { .. } => format!("review/{round}"),
            Self::Opinion { unit, .. } => format!("review/{round}/opinion/{unit}"),
            Self::Point { number, .. } => format!("review/{round}/point/{number}"),
            Self::Closed { .. } => format!("review/{round}/closed"),
        }
    }

    /// The department whose own word it is.
    pub fn word_of(&self) -> Option<&Code> {
        match self {
            Self::Opinion { unit, .. } | Self::Point { unit, .. } => Some(unit),
            Self::Opened { .. } | Self::Closed { .. } => None,
        }
    }
}

/// What a department said, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpinionAt {
    pub on: Date,
    pub verdict: Verdict,
    pub text: String,
}

/// Something to be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub number: u32,
    pub unit: Code,
    pub text: String,
    pub days: u16,
    pub raised: Date,
    pub settled: Option<(Date, String)>,
}

impl Point {
    pub fn is_open(&self) -> bool {
        self.settled.is_none()
    }
}

/// A joint round.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    pub number: u32,
    /// The approval that it leads to.
    pub step: Code,
    pub units: Vec<Code>,
    pub days: u16,
    pub opened: Date,
    pub opinions: BTreeMap<Code, OpinionAt>,
    pub points: Vec<Point>,
    pub closed: Option<(Date, Outcome, String)>,
}

impl Round {
    /// Takes a fact into the rounds of a project; what is said in a round that was never opened says nothing.
    pub fn take(rounds: &mut Vec<Round>, number: u32, fact: &ReviewFact, on: Date) {
        let at = rounds.iter().position(|round| round.number == number);
        match (fact, at) {
            (ReviewFact::Opened { step, units, days }, at) => {
                let (step, units, days) = (step.clone(), units.clone(), *days);
                match at.map(|at| &mut rounds[at]) {
                    Some(round) => {
                        (round.step, round.units, round.days, round.opened) = (step, units, days, on)
                    }
                    None => rounds.push(Round {
                        number,
                        step,
                        units,
                        days,
                        opened: on,
                        opinions: BTreeMap::new(),
                        points: Vec::new(),
                        closed: None,
                    }),
                }
            }
            (fact, Some(at)) => rounds[at].add(fact, on),
            (_, None) => {}
        }
    }

    fn add(&mut self, fact: &ReviewFact, on: Date) {
        match fact {
            ReviewFact::Opened { .. } => {}
            ReviewFact::Opinion { unit, verdict, text } => {
                let said = OpinionAt { on, verdict: *verdict, text: text.clone() };
                self.opinions.insert(unit.clone(), said);
            }
            ReviewFact::Point { number, unit, text, days, standing } => {
                let held = self.points.iter().position(|point| point.number == *number);
                let raised = held.map_or(on, |at| self.points[at].raised);
                let settled = match standing {
                    PointStanding::Open => None,
                    PointStanding::Settled(how) => Some((on, how.clone())),
                };
                let point = Point {
                    number: *number,
                    unit: unit.clone(),
                    text: text.clone(),
                    days: *days,
                    raised,
                    settled,
                };
                match held {
                    Some(at) => self.points[at] = point,
                    None => self.points.push(point),
                }
                self.points.sort_by_key(|point| point.number);
            }
            ReviewFact::Closed { outcome, text } => self.closed = Some((on, *outcome, text.clone())),
        }
    }

    /// The last day on which departments are in time.
    pub fn limit(&self) -> Date {
        Limit::WorkingDays(self.days).end(self.opened)
    }

    /// Departments that have not said anything.
    pub fn silent(&self) -> impl Iterator<Item = &Code> {
        self.units.iter().filter(|unit| !self.opinions.contains_key(*unit))
    }

    pub fn open_points(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.is_open())
    }

    /// Departments that refuse.
    pub fn against(&self) -> impl Iterator<Item = &Code> {
        let said = self.opinions.iter().filter(|(_, said)| said.verdict == Verdict::Disagree);
        said.map(|(unit, _)| unit)
    }

    pub fn state(&self, as_of: Date) -> ReviewState {
        match &self.closed {
            Some((_, Outcome::Passed, _)) => return ReviewState::Passed,
            Some((_, Outcome::Failed, _)) => return ReviewState::Failed,
            Some((_, Outcome::Withdrawn, _)) => return ReviewState::Withdrawn,
            None => {}
        }
        if self.silent().next().is_some() {
            return if as_of > self.limit() { ReviewState::Overdue } else { ReviewState::Open };
        }
        if self.open_points().next().is_some() || self.against().next().is_some() {
            ReviewState::Settling
        } else {
            ReviewState::Ready
        }
    }
}
