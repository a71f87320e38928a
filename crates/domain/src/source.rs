//! Where a fact comes from.

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// How far a record can be relied on by someone outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Stands in a public document whose address is kept.
    Published,
    /// Reported by the unit that is responsible.
    #[default]
    Reported,
    /// Made up to fill a demonstration; never to be taken for a fact.
    Illustrative,
}

impl Grade {
    pub const ALL: [Grade; 3] = [Self::Published, Self::Reported, Self::Illustrative];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Reported => "reported",
            Self::Illustrative => "illustrative",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.as_str() == text)
    }
}

/// The document and its address, or the reporting unit, behind an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Source {
    #[serde(default)]
    pub grade: Grade,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Code>,
}
