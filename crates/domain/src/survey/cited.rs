//! A wave that others held, known only by what was published of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::journal::Seq;
use crate::named::Named;
use crate::source::Grade;

/// Whoever cites a wave says what was published and what was not; neither sample nor questions are made up for it. What
/// it came to are the observations and baselines that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitedWave {
    /// A code among those of the plan's own waves.
    pub wave: Code,
    pub name: Named,
    /// The days on which people were asked, as far as they were published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// The day of the publication.
    pub told: Date,
    /// What was not published of it.
    #[serde(default)]
    pub untold: Named,
}

impl CitedWave {
    /// People are asked before it is told what they said.
    pub fn is_in_order(&self) -> bool {
        let days = [self.from, self.to, Some(self.told)];
        days.iter().flatten().is_sorted()
    }
}

/// A cited wave with the entry that last said so.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldCited {
    pub cited: CitedWave,
    pub seq: Seq,
    pub grade: Grade,
}
