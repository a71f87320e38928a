//! What coverage is judged by besides standards: how many there are officially, and the plan's own settings.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::journal::Seq;
use crate::source::Grade;

/// How many facilities of a kind there are by an official count, against which the data are held. Without one nobody
/// knows how complete they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfficialCount {
    pub kind: Code,
    /// The area that was counted; none: all that the plan is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Code>,
    /// `None` withdraws the word.
    pub count: Option<u32>,
}

/// An official count with the day it is of, and the entry that said so.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldCount {
    pub count: u32,
    pub on: Date,
    pub seq: Seq,
    pub grade: Grade,
}

/// How coverage is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CoverageRules {
    /// From which share of the official count, in thousandths, the data of a kind count as complete.
    pub complete_permille: u16,
    /// How far from the walking network a home or a facility may lie, in metres.
    pub access_metres: u32,
    /// How fast people walk, in metres an hour.
    pub walking_metres: u32,
}

impl CoverageRules {
    /// 90 in a hundred known, 250 m to the network, 4.8 km an hour.
    pub fn usual() -> Self {
        Self { complete_permille: 900, access_metres: 250, walking_metres: 4_800 }
    }

    pub fn is_sound(self) -> bool {
        (1..=1_000).contains(&self.complete_permille)
            && (1..=2_000).contains(&self.access_metres)
            && (500..=10_000).contains(&self.walking_metres)
    }
}

impl Default for CoverageRules {
    fn default() -> Self {
        Self::usual()
    }
}

/// A gap: a service that residents of a community cannot reach by a standard, or that is full. It is worked out, never
/// typed in; what is said of one is what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    pub community: Code,
    pub kind: Code,
    pub standard: Code,
}

/// What becomes of a gap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapAnswer {
    /// This project is to close it.
    Project { project: Code },
    /// This item of the ledger sees to it.
    Item { item: Code },
    /// It is not closed, and why.
    Refused { why: String },
}

/// An answer to a gap with its day and the entry that gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldAnswer {
    pub answer: GapAnswer,
    pub on: Date,
    pub seq: Seq,
}
