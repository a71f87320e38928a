//! What finished projects add, in residents' units: places, beds, m², m³/day, km.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::named::Named;

/// How far a quantity has come: a later stage stands in for an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Planned,
    Approved,
    Built,
}

impl Stage {
    pub const ALL: [Stage; 3] = [Self::Planned, Self::Approved, Self::Built];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Approved => "approved",
            Self::Built => "built",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

/// Net is what is added; gross includes what stood there before. Only net is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    #[default]
    Net,
    Gross,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Gross => "gross",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Net, Self::Gross].into_iter().find(|basis| basis.as_str() == text)
    }
}

/// A kind of output: what is counted and its unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OutputKind {
    pub kind: Code,
    pub name: Named,
    pub unit: Named,
}

/// A quantity that was published for several projects together. It is counted once, when all of its
/// members count, and then their own quantities of that kind are not added to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputGroup {
    pub group: Code,
    pub name: Named,
    pub kind: Code,
    pub stage: Stage,
    pub quantity: Decimal,
    pub members: Vec<Code>,
}
