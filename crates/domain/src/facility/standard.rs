//! Standards of coverage: dated data with a source, and whether somebody has compared it with the source.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::named::Named;

/// The level a standard is set for. Levels do not stand in for each other: what serves the 15-minute circle is
/// no facility of the 5-minute one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Circle {
    #[serde(rename = "minutes_5")]
    Minutes5,
    #[serde(rename = "minutes_8")]
    Minutes8,
    #[serde(rename = "minutes_10")]
    Minutes10,
    #[serde(rename = "minutes_15")]
    Minutes15,
    Subdistrict,
    Community,
    /// A housing project.
    Project,
}

impl Circle {
    pub const ALL: [Circle; 7] = [
        Self::Minutes5,
        Self::Minutes8,
        Self::Minutes10,
        Self::Minutes15,
        Self::Subdistrict,
        Self::Community,
        Self::Project,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minutes5 => "minutes_5",
            Self::Minutes8 => "minutes_8",
            Self::Minutes10 => "minutes_10",
            Self::Minutes15 => "minutes_15",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
            Self::Project => "project",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|circle| circle.as_str() == text)
    }
}

/// What a standard is a rule for. Metres and minutes are tested as they are stated, neither for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The nearest one is at most so many metres away, on foot.
    Metres,
    /// The nearest one is at most so many minutes away, on foot.
    Minutes,
    /// At least so much capacity for a thousand of those it is for.
    PerThousand,
}

impl Metric {
    pub const ALL: [Metric; 3] = [Self::Metres, Self::Minutes, Self::PerThousand];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metres => "metres",
            Self::Minutes => "minutes",
            Self::PerThousand => "per_thousand",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == text)
    }
}

/// That somebody compared a standard with the text it is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checked {
    pub on: Date,
    pub by: String,
}

/// One rule of a standard for a kind of facility.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FacilityStandard {
    pub standard: Code,
    pub kind: Code,
    /// The document with its version, as it is cited.
    pub name: Named,
    pub circle: Circle,
    pub metric: Metric,
    pub value: Decimal,
    /// The first day on which it holds; none: as long as anybody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The first day on which it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Where the text can be read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
}

impl FacilityStandard {
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }

    /// What nobody can look up counts as unchecked, and so does what nobody looked up.
    pub fn is_checked(&self) -> bool {
        self.checked.is_some() && !self.url.is_empty()
    }
}
