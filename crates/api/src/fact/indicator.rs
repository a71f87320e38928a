//! Facts of an indicator.

use domain::indicator::{AskedBy, IndicatorFact as Domain, Instrument as DomainInstrument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::item::SurveyMeasure;
use crate::value::{Amount, CodeText, Day, Name};
use crate::word::DirectionWord;

/// How a value was come by. Values of different instruments or scales are never compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    pub instrument: CodeText,
    /// What its numbers mean: percent, points_of_10, yuan_per_month …
    pub scale: CodeText,
}

/// One thing that can be recorded of an indicator.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IndicatorFact {
    Name(Name),
    Unit(Name),
    Direction {
        direction: DirectionWord,
    },
    Sector {
        sector: CodeText,
    },
    /// The value before the plan began.
    Baseline {
        value: Amount,
        on: Day,
        instrument: Instrument,
        /// The cited wave that it was published of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wave: Option<CodeText>,
    },
    Target {
        on: Day,
        value: Amount,
        instrument: Instrument,
    },
    /// A value someone stated for a day; several may disagree, each under its own key.
    Observation {
        key: CodeText,
        on: Day,
        value: Amount,
        instrument: Instrument,
        /// The statement says "more than", "nearly", "about".
        #[serde(default)]
        approximate: bool,
        /// The part of the plan's area that it is about; without it, the whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<CodeText>,
        /// The cited wave that it was published of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wave: Option<CodeText>,
    },
    /// That a wave of a survey came to an observation.
    Measured(SurveyMeasure),
    /// By which question a survey of the plan's own asks for the same.
    AskedBy {
        /// The questionnaire, in whichever version.
        instrument: CodeText,
        #[schema(max_length = 64)]
        question: String,
        /// The answer whose share it is; without it, the mean.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_length = 64)]
        answer: Option<String>,
        /// The share of all other answers instead.
        #[serde(default)]
        others: bool,
    },
    /// Which of the observations of a day is used, and why.
    Accepted {
        on: Day,
        key: CodeText,
        #[schema(max_length = 4000)]
        because: String,
        /// The area that the observations are about; without it, the whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<CodeText>,
    },
}

impl From<&DomainInstrument> for Instrument {
    fn from(instrument: &DomainInstrument) -> Self {
        Self { instrument: (&instrument.instrument).into(), scale: (&instrument.scale).into() }
    }
}

impl From<Instrument> for DomainInstrument {
    fn from(instrument: Instrument) -> Self {
        Self { instrument: instrument.instrument.0, scale: instrument.scale.0 }
    }
}

impl From<IndicatorFact> for Domain {
    fn from(fact: IndicatorFact) -> Self {
        use IndicatorFact as F;
        match fact {
            F::Name(name) => Domain::Name(name.into()),
            F::Unit(name) => Domain::Unit(name.into()),
            F::Direction { direction } => Domain::Direction { direction: direction.0 },
            F::Sector { sector } => Domain::Sector { sector: sector.0 },
            F::Baseline { value, on, instrument, wave } => Domain::Baseline {
                value: value.0,
                on: on.0,
                instrument: instrument.into(),
                wave: wave.map(|wave| wave.0),
            },
            F::Target { on, value, instrument } => {
                Domain::Target { on: on.0, value: value.0, instrument: instrument.into() }
            }
            F::Observation { key, on, value, instrument, approximate, area, wave } => Domain::Observation {
                key: key.0,
                on: on.0,
                value: value.0,
                instrument: instrument.into(),
                approximate,
                area: area.map(|area| area.0),
                wave: wave.map(|wave| wave.0),
            },
            F::Measured(measured) => Domain::Measured(measured.0),
            F::AskedBy { instrument, question, answer, others } => {
                Domain::AskedBy(AskedBy { instrument: instrument.0, question, answer, others })
            }
            F::Accepted { on, key, because, area } => {
                Domain::Accepted { on: on.0, key: key.0, because, area: area.map(|area| area.0) }
            }
        }
    }
}

impl From<&Domain> for IndicatorFact {
    fn from(fact: &Domain) -> Self {
        match fact {
            Domain::Name(name) => Self::Name(name.into()),
            Domain::Unit(name) => Self::Unit(name.into()),
            Domain::Direction { direction } => Self::Direction { direction: (*direction).into() },
            Domain::Sector { sector } => Self::Sector { sector: sector.into() },
            Domain::Baseline { value, on, instrument, wave } => Self::Baseline {
                value: Amount(*value),
                on: (*on).into(),
                instrument: instrument.into(),
                wave: wave.as_ref().map(Into::into),
            },
            Domain::Target { on, value, instrument } => {
                Self::Target { on: (*on).into(), value: Amount(*value), instrument: instrument.into() }
            }
            Domain::Observation { key, on, value, instrument, approximate, area, wave } => {
                Self::Observation {
                    key: key.into(),
                    on: (*on).into(),
                    value: Amount(*value),
                    instrument: instrument.into(),
                    approximate: *approximate,
                    area: area.as_ref().map(Into::into),
                    wave: wave.as_ref().map(Into::into),
                }
            }
            Domain::Measured(measured) => Self::Measured(SurveyMeasure(measured.clone())),
            Domain::AskedBy(held) => Self::AskedBy {
                instrument: (&held.instrument).into(),
                question: held.question.clone(),
                answer: held.answer.clone(),
                others: held.others,
            },
            Domain::Accepted { on, key, because, area } => Self::Accepted {
                on: (*on).into(),
                key: key.into(),
                because: because.clone(),
                area: area.as_ref().map(Into::into),
            },
        }
    }
}
