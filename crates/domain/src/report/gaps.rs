//! Service gaps in a report: which are asked for is kept as data, and what was found is frozen when it is issued.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::facility::GapAnswer;
use crate::named::Named;

/// The lines of the register that a table lists; of the rest their number is told.
pub const GAPS_LISTED: usize = 300;

/// Gaps as a draft asks for them, and as they were frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapTable {
    pub title: Named,
    /// Only those of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Code>,
    /// Only communities in this area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Code>,
    /// The day that the report's own day is compared with.
    pub since: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<FoundGaps>,
}

/// What was found on the report's day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FoundGaps {
    /// Nobody said where people live: nothing can be counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_residences: bool,
    /// Distances are straight lines: no network was in force.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub straight: bool,
    /// Residences or network are made up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub illustrative: bool,
    /// Communities of which no residence is on record.
    #[serde(default)]
    pub without_residences: usize,
    pub sums: Vec<GapSum>,
    pub lines: Vec<GapRow>,
    /// The days on which the requests that stand beside the lines came in, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_in: Option<(Date, Date)>,
    /// All lines of the register that were asked for, listed or not.
    pub all_lines: usize,
    /// What whoever passes the data on has to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

/// One kind by one standard of distance, over all communities that were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapSum {
    pub kind: Named,
    /// What the standard asks for.
    pub rule: Named,
    /// Somebody compared the standard with its text.
    pub checked: bool,
    /// Residences are counted: people are not known of all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_residences: bool,
    pub covered: u64,
    pub not_covered: u64,
    pub unknown: u64,
    /// Newly covered, and no longer covered, since the day that is compared with.
    pub gained: u64,
    pub lost: u64,
    /// Facilities known, and officially.
    pub known: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<u64>,
}

impl GapSum {
    pub fn all(&self) -> u64 {
        self.covered + self.not_covered + self.unknown
    }

    pub fn covered_before(&self) -> u64 {
        covered_before(self.covered, self.gained, self.lost)
    }
}

/// How many were covered on the day that is compared with, of those who are there on the later one.
pub fn covered_before(covered: u64, gained: u64, lost: u64) -> u64 {
    (covered + lost).saturating_sub(gained)
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapRow {
    pub community: Code,
    pub area: Named,
    pub kind: Named,
    pub rule: Named,
    /// `not_covered`, `full` or `unknown`.
    pub state: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_residences: bool,
    /// Those whom the state is about, those of whom nobody knows, and all.
    pub concerned: u64,
    pub unknown: u64,
    pub all: u64,
    /// Causes by their words, the commonest first.
    pub causes: Vec<(String, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<GapAnswer>,
    /// What the project or item that answers it is called.
    #[serde(default)]
    pub answered_by: Named,
    /// Residents' requests of the categories that belong to the kind; none where none belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// The hot issues that were confirmed of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<GapIssue>,
}

/// A hot issue beside a gap, with how many of its requests are of the community and the categories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapIssue {
    pub item: Code,
    pub name: Named,
    pub requests: u64,
}
