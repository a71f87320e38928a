//! A scenario as it is written down.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::named::Named;
use crate::timetabling::{Closed, MOST_DAYS};

/// The most changes a scenario may hold: more than these are no longer looked through by anybody.
pub const MOST_CHANGES: usize = 40;

/// Where a change holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In every project of the plan.
    Plan,
    /// In the projects of one template.
    Kind(Code),
    Project(Code),
}

/// Which steps a change is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    Step(Code),
    /// What one authority decides, by its Chinese name.
    Authority(String),
    /// Every step that is an approval.
    Approvals,
    /// Every step that is none.
    Works,
}

/// What becomes of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shorter {
    /// It takes so many percent of its time.
    Percent(u8),
    /// It takes so many working days at most.
    AtMost(u16),
}

/// One thing done otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Two approvals are given in one round: the later one comes with the earlier, which takes as long as the
    /// longer of the two.
    Merge {
        at: Place,
        step: Code,
        into: Code,
    },
    /// A step begins when an earlier one begins, rather than after it.
    Together {
        at: Place,
        step: Code,
        with: Code,
    },
    Shorten {
        at: Place,
        steps: Steps,
        to: Shorter,
    },
    /// Work goes on in two or three shifts.
    Shifts {
        at: Place,
        steps: Steps,
        shifts: u8,
    },
    /// The work to a step begins no earlier than on a day.
    Start {
        project: Code,
        step: Code,
        on: Date,
    },
    /// No work is done in a time of every year.
    Close {
        at: Place,
        steps: Steps,
        closed: Closed,
    },
    /// Work goes on through the times in which its calendar is closed.
    WorkThrough {
        at: Place,
        steps: Steps,
    },
    /// A limit of review or building capacity is another one.
    Capacity {
        limit: Code,
        capacity: u16,
    },
}

impl Change {
    pub const KINDS: [&str; 8] =
        ["merge", "together", "shorten", "shifts", "start", "close", "work_through", "capacity"];

    /// The name under which messages and forms know it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Merge { .. } => "merge",
            Self::Together { .. } => "together",
            Self::Shorten { .. } => "shorten",
            Self::Shifts { .. } => "shifts",
            Self::Start { .. } => "start",
            Self::Close { .. } => "close",
            Self::WorkThrough { .. } => "work_through",
            Self::Capacity { .. } => "capacity",
        }
    }

    /// Whether its numbers mean anything.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Shorten { to: Shorter::Percent(percent), .. } => (1..=99).contains(percent),
            Self::Shorten { to: Shorter::AtMost(days), .. } => *days <= MOST_DAYS,
            Self::Shifts { shifts, .. } => (2..=3).contains(shifts),
            Self::Merge { step, into: other, .. } | Self::Together { step, with: other, .. } => step != other,
            Self::Capacity { capacity, .. } => *capacity >= 1,
            Self::Start { .. } | Self::Close { .. } | Self::WorkThrough { .. } => true,
        }
    }

    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Merge { at, .. }
            | Self::Together { at, .. }
            | Self::Shorten { at, .. }
            | Self::Shifts { at, .. }
            | Self::Close { at, .. }
            | Self::WorkThrough { at, .. } => Some(at),
            Self::Start { .. } | Self::Capacity { .. } => None,
        }
    }
}

/// What has become of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    #[default]
    Open,
    Withdrawn,
    /// It became the plan with a revision, and stays as it was then.
    Adopted(u32),
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Withdrawn => "withdrawn",
            Self::Adopted(_) => "adopted",
        }
    }
}

/// A list of changes under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    pub scenario: Code,
    pub name: Named,
    /// What it is to find out or to reach.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub aim: String,
    #[serde(default)]
    pub changes: Vec<Change>,
    #[serde(default)]
    pub standing: Standing,
}
