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
    /// The row of a table of questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
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

/// The question of a survey of the plan's own that asks for what an indicator measures. What its published waves came to
/// stands beside the observations, and is none: they are of another instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBy {
    /// The questionnaire, in whichever version.
    pub instrument: Code,
    pub question: String,
    /// The answer whose share it is; none for the mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The share of all other answers instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub others: bool,
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
        /// The cited wave that it was published of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wave: Option<Code>,
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
        /// The part of the plan's area that it is about; none: the whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<Code>,
        /// The cited wave that it was published of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wave: Option<Code>,
    },
    /// That a wave of a survey came to an observation.
    Measured(Measured),
    /// By which question a survey of the plan's own asks for the same.
    AskedBy(AskedBy),
    /// Which of the observations of a day is used, and why.
    Accepted {
        on: Date,
        key: Code,
        because: String,
        /// The area that the observations are about; none: the whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<Code>,
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
            Self::AskedBy(held) => format!("asked_by/{}", held.instrument),
            Self::Accepted { on, area: None, .. } => format!("accepted/{on}"),
            Self::Accepted { on, area: Some(area), .. } => format!("accepted/{on}/{area}"),
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
    /// The cited wave that it was published of.
    pub wave: Option<Code>,
    pub seq: Seq,
    pub grade: Grade,
}

/// What was observed of the whole of a plan or of one area.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// In order of date, then of recording.
    pub observations: Vec<Observation>,
    /// Which of a day's observations is used, and why.
    pub accepted: BTreeMap<Date, (Code, String)>,
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
    /// What was observed of the whole.
    pub whole: Series,
    /// What was observed of parts of the plan's area.
    pub by_area: BTreeMap<Code, Series>,
    /// What observations rest on, where a survey came to them, by their keys.
    pub measured: BTreeMap<Code, Measured>,
    /// The questions by which surveys of the plan's own ask for the same, each questionnaire once.
    pub asked_by: Vec<AskedBy>,
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
                IndicatorFact::Baseline { value, on, instrument, wave } => {
                    out.baseline = Some(Observation {
                        key: Code::new("baseline").expect("a literal code"),
                        on: *on,
                        value: *value,
                        instrument: instrument.clone(),
                        approximate: false,
                        wave: wave.clone(),
                        seq,
                        grade,
                    });
                }
                IndicatorFact::Target { on, value, instrument } => {
                    out.targets.push((*on, *value, instrument.clone()));
                }
                IndicatorFact::Observation { key, on, value, instrument, approximate, area, wave } => {
                    out.series_mut(area.as_ref()).observations.push(Observation {
                        key: key.clone(),
                        on: *on,
                        value: *value,
                        instrument: instrument.clone(),
                        approximate: *approximate,
                        wave: wave.clone(),
                        seq,
                        grade,
                    });
                }
                IndicatorFact::Measured(measured) => {
                    out.measured.insert(measured.key.clone(), measured.clone());
                }
                IndicatorFact::AskedBy(asked) => {
                    out.asked_by.retain(|held| held.instrument != asked.instrument);
                    out.asked_by.push(asked.clone());
                }
                IndicatorFact::Accepted { on, key, because, area } => {
                    out.series_mut(area.as_ref()).accepted.insert(*on, (key.clone(), because.clone()));
                }
            }
        }
        out.targets.sort_by_key(|(on, ..)| *on);
        for series in out.by_area.values_mut().chain([&mut out.whole]) {
            series.observations.sort_by_key(|observation| (observation.on, observation.seq));
        }
        out
    }

    fn series_mut(&mut self, area: Option<&Code>) -> &mut Series {
        match area {
            None => &mut self.whole,
            Some(area) => self.by_area.entry(area.clone()).or_default(),
        }
    }

    /// What was observed of an area, or of the whole.
    pub fn series(&self, area: Option<&Code>) -> Option<&Series> {
        area.map_or(Some(&self.whole), |area| self.by_area.get(area))
    }

    /// An observation by its key, of the whole or of an area.
    pub fn observation(&self, key: &Code) -> Option<&Observation> {
        let all = [&self.whole].into_iter().chain(self.by_area.values());
        all.flat_map(|series| &series.observations).find(|held| held.key == *key)
    }

    /// The observation that stands for a day, of the whole: see [`Series::standing`].
    pub fn standing(&self, on: Date) -> Option<&Observation> {
        self.whole.standing(on)
    }

    /// The latest day's standing observation of the whole.
    pub fn latest(&self) -> Option<&Observation> {
        self.whole.days().into_iter().rev().find_map(|on| self.standing(on))
    }

    /// Days on which sources of the whole disagree and no observation is accepted.
    pub fn disputed(&self) -> Vec<Date> {
        self.whole.disputed()
    }
}

impl Series {
    /// The observations of a day.
    pub fn on(&self, day: Date) -> impl Iterator<Item = &Observation> {
        self.within(day, day).iter()
    }

    /// The observations from a day to another, in the order of their days.
    pub fn within(&self, first: Date, last: Date) -> &[Observation] {
        let from = self.observations.partition_point(|held| held.on < first);
        let to = self.observations.partition_point(|held| held.on <= last);
        // Nothing lies between days in the wrong order.
        self.observations.get(from..to).unwrap_or_default()
    }

    fn days(&self) -> Vec<Date> {
        let mut days: Vec<Date> = self.observations.iter().map(|held| held.on).collect();
        days.dedup();
        days
    }

    /// The observation that stands for a day: the accepted one, else the only one. `None` while
    /// sources disagree and nobody has chosen.
    pub fn standing(&self, on: Date) -> Option<&Observation> {
        self.standing_of(on, |_| true)
    }

    /// The one that stands among a day's observations by one instrument. `None` also where one by another instrument
    /// was accepted.
    pub fn standing_by(&self, on: Date, instrument: &Instrument) -> Option<&Observation> {
        self.standing_of(on, |held| held.instrument == *instrument)
    }

    fn standing_of(&self, on: Date, counts: impl Fn(&Observation) -> bool) -> Option<&Observation> {
        let of_day = || self.on(on).filter(|held| counts(held));
        if let Some((key, _)) = self.accepted.get(&on) {
            return of_day().find(|held| held.key == *key);
        }
        let first = of_day().next()?;
        of_day().all(|held| held.value == first.value && held.instrument == first.instrument).then_some(first)
    }

    /// Days on which sources disagree and no observation is accepted.
    pub fn disputed(&self) -> Vec<Date> {
        let mut days = self.days();
        days.retain(|on| self.standing(*on).is_none());
        days
    }
}
