//! Indicators: measured quantities with baseline, targets and observations.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::history::Held;
use crate::journal::Seq;
use crate::named::Named;
use crate::source::Grade;

/// How a value was come by. Values of different instruments or scales are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Instrument {
    pub instrument: Code,
    /// What its numbers mean: `percent`, `points_of_10`, `yuan_per_month` …
    pub scale: Code,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Up,
    Down,
    Neither,
}

impl Direction {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            "neither" => Some(Self::Neither),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Neither => "neither",
        }
    }
}

/// What an observation rests on that a survey came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The observation's own key.
    pub key: Code,
    pub wave: Code,
    pub question: String,
    /// The answer whose share it is; none for a mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The fingerprint of the question.
    pub asked: String,
    /// In the unit of the observation, as are the ends of the 95 % interval.
    pub std_error: Decimal,
    pub low: Decimal,
    pub high: Decimal,
    /// People behind it.
    pub n: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorFact {
    Name(Named),
    Unit(Named),
    Direction {
        direction: Direction,
    },
    Sector {
        sector: Code,
    },
    /// The value before the plan began.
    Baseline {
        value: Decimal,
        on: Date,
        instrument: Instrument,
    },
    Target {
        on: Date,
        value: Decimal,
        instrument: Instrument,
    },
    /// A value someone stated for a day; several may disagree, each under its own key.
    Observation {
        key: Code,
        on: Date,
        value: Decimal,
        instrument: Instrument,
        /// The statement says "more than", "nearly", "about".
        #[serde(default)]
        approximate: bool,
    },
    /// That a wave of a survey came to an observation.
    Measured(Measured),
    /// Which of the observations of a day is used, and why.
    Accepted {
        on: Date,
        key: Code,
        because: String,
    },
}

impl IndicatorFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name(_) => "name".into(),
            Self::Unit(_) => "unit".into(),
            Self::Direction { .. } => "direction".into(),
            Self::Sector { .. } => "sector".into(),
            Self::Baseline { .. } => "baseline".into(),
            Self::Target { on, .. } => format!("target/{on}"),
            Self::Observation { key, .. } => format!("observation/{key}"),
            Self::Measured(measured) => format!("measured/{}", measured.key),
            Self::Accepted { on, .. } => format!("accepted/{on}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub key: Code,
    pub on: Date,
    pub value: Decimal,
    pub instrument: Instrument,
    pub approximate: bool,
    pub seq: Seq,
    pub grade: Grade,
}

/// An indicator as of a day, as known at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Indicator {
    pub code: Option<Code>,
    pub name: Option<Named>,
    pub unit: Option<Named>,
    pub direction: Option<Direction>,
    pub sector: Option<Code>,
    pub baseline: Option<Observation>,
    pub targets: Vec<(Date, Decimal, Instrument)>,
    /// In order of date, then of recording.
    pub observations: Vec<Observation>,
    pub accepted: BTreeMap<Date, (Code, String)>,
    /// What observations rest on, where a survey came to them, by their keys.
    pub measured: BTreeMap<Code, Measured>,
}

/// Two values that may not be set against each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComparisonError {
    #[error("measured by {0} and {1}: different instruments are not compared")]
    Instrument(Code, Code),
    #[error("on the scales {0} and {1}: different scales are not compared")]
    Scale(Code, Code),
}

/// The change from one observation to another, or why there is none.
pub fn change(from: &Observation, to: &Observation) -> Result<Decimal, ComparisonError> {
    if from.instrument.instrument != to.instrument.instrument {
        return Err(ComparisonError::Instrument(
            from.instrument.instrument.clone(),
            to.instrument.instrument.clone(),
        ));
    }
    if from.instrument.scale != to.instrument.scale {
        return Err(ComparisonError::Scale(from.instrument.scale.clone(), to.instrument.scale.clone()));
    }
    Ok(to.value - from.value)
}

impl Indicator {
    pub fn at<'a>(code: &Code, held: impl Iterator<Item = Held<'a, IndicatorFact>>) -> Self {
        let mut out = Self { code: Some(code.clone()), ..Self::default() };
        for Held { fact, seq, grade, .. } in held {
            match fact {
                IndicatorFact::Name(name) => out.name = Some(name.clone()),
                IndicatorFact::Unit(unit) => out.unit = Some(unit.clone()),
                IndicatorFact::Direction { direction } => out.direction = Some(*direction),
                IndicatorFact::Sector { sector } => out.sector = Some(sector.clone()),
                IndicatorFact::Baseline { value, on, instrument } => {
                    out.baseline = Some(Observation {
                        key: Code::new("baseline").expect("a literal code"),
                        on: *on,
                        value: *value,
                        instrument: instrument.clone(),
                        approximate: false,
                        seq,
                        grade,
                    });
                }
                IndicatorFact::Target { on, value, instrument } => {
                    out.targets.push((*on, *value, instrument.clone()));
                }
                IndicatorFact::Observation { key, on, value, instrument, approximate } => {
                    out.observations.push(Observation {
                        key: key.clone(),
                        on: *on,
                        value: *value,
                        instrument: instrument.clone(),
                        approximate: *approximate,
                        seq,
                        grade,
                    });
                }
                IndicatorFact::Measured(measured) => {
                    out.measured.insert(measured.key.clone(), measured.clone());
                }
                IndicatorFact::Accepted { on, key, because } => {
                    out.accepted.insert(*on, (key.clone(), because.clone()));
                }
            }
        }
        out.targets.sort_by_key(|(on, ..)| *on);
        out.observations.sort_by_key(|observation| (observation.on, observation.seq));
        out
    }

    /// The observation that stands for a day: the accepted one, else the only one. `None` while
    /// sources disagree and nobody has chosen.
    pub fn standing(&self, on: Date) -> Option<&Observation> {
        let of_day = || self.observations.iter().filter(move |o| o.on == on);
        if let Some((key, _)) = self.accepted.get(&on) {
            return of_day().find(|o| o.key == *key);
        }
        let first = of_day().next()?;
        of_day().all(|o| o.value == first.value && o.instrument == first.instrument).then_some(first)
    }

    /// The latest day's standing observation.
    pub fn latest(&self) -> Option<&Observation> {
        let mut days: Vec<Date> = self.observations.iter().map(|o| o.on).collect();
        days.dedup();
        days.iter().rev().find_map(|on| self.standing(*on))
    }

    /// Days on which sources disagree and no observation is accepted.
    pub fn disputed(&self) -> Vec<Date> {
        let mut days: Vec<Date> = self.observations.iter().map(|o| o.on).collect();
        days.dedup();
        days.retain(|on| self.standing(*on).is_none());
        days
    }
}
