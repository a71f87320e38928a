//! By what the effect of a project on requests is measured, where people settled it.

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// Months that one part of a window may have.
pub const MONTHS_MOST: u16 = 60;

/// What is not given goes the usual way, so that an empty choice takes one back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationChoice {
    /// Areas that the project reaches, each counted with all below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<Code>,
    /// Areas that they are compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Code>,
    /// Categories of requests that the project is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Code>,
    /// Months before the works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u16>,
    /// Months of the works, up to the delivery: left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u16>,
    /// Months since the delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u16>,
}

impl EvaluationChoice {
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its stretches of months are such as can be compared.
    pub fn has_fit_months(&self) -> bool {
        let some = |months: Option<u16>| months.is_none_or(|months| (1..=MONTHS_MOST).contains(&months));
        some(self.before) && some(self.after) && self.left_out.is_none_or(|months| months <= MONTHS_MOST)
    }
}

/// What is wrong with a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationFault {
    Months,
    /// An area stands in it twice, by itself or with one that holds it.
    Areas,
    /// A single area to compare with has no spread.
    OneCompared,
}

impl EvaluationFault {
    pub fn key(self) -> &'static str {
        match self {
            Self::Months => "evaluation-months",
            Self::Areas => "evaluation-areas",
            Self::OneCompared => "evaluation-one-compared",
        }
    }
}
