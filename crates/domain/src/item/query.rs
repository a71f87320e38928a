//! What of the ledger is asked for, and in which order.
//!
//! The same filter is put to the database for items and to [`LedgerQuery::takes`] for the rows of projects.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::kind::{ItemKind, Level, Series, texts};
use super::ledger::{LedgerRow, RowKind};
use super::light::{Judge, Light};
use super::workflow::Standing;
use crate::code::Code;

texts! {
    Sort {
        Due => "due",
        Received => "received",
        Finished => "finished",
        Reported => "reported",
        Number => "number",
        LeadUnit => "lead_unit",
        Name => "name",
    }
}

/// Conditions on rows; all given ones must hold, an empty list asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerQuery {
    pub kinds: Vec<ItemKind>,
    /// Also rows of projects, of milestones.
    pub projects: bool,
    pub milestones: bool,
    pub standings: Vec<Standing>,
    pub lights: Vec<Light>,
    /// Led or supported by this unit.
    pub unit: Option<Code>,
    /// Led by this unit.
    pub lead_unit: Option<Code>,
    pub caller: Option<Code>,
    pub person: Option<Code>,
    pub level: Option<Level>,
    pub series: Option<Series>,
    pub sector: Option<Code>,
    /// In one of these areas.
    pub areas: Vec<Code>,
    pub due: (Option<Date>, Option<Date>),
    pub received: (Option<Date>, Option<Date>),
    pub finished: (Option<Date>, Option<Date>),
    /// Words of its name, number or text.
    pub words: String,
}

/// Where a page of rows begins: after this key and code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct After {
    pub key: String,
    pub code: String,
}

/// What stands for a date that is not there: after every other.
pub const NEVER: &str = "9999-12-31";

impl Sort {
    /// The text that rows are ordered by, compared by its bytes.
    pub fn key(self, row: &LedgerRow) -> String {
        let day = |date: Option<Date>| date.map_or_else(|| NEVER.to_owned(), |date| date.to_string());
        match self {
            Self::Due => day(row.due),
            Self::Received => day(row.received),
            Self::Finished => day(row.finished),
            Self::Reported => day(row.last_report.or(row.received)),
            Self::Number => row.number.clone(),
            Self::LeadUnit => row.lead_unit.as_ref().map(Code::to_string).unwrap_or_default(),
            Self::Name => row.name.zh.clone(),
        }
    }

    pub fn after(self, row: &LedgerRow) -> After {
        After { key: self.key(row), code: row.id() }
    }
}

impl After {
    pub fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = self.cmp(other);
        if descending { order.reverse() } else { order }
    }
}

impl LedgerQuery {
    /// Whether items are asked for at all: with kinds of its own, only those.
    pub fn wants_items(&self) -> bool {
        !self.kinds.is_empty() || !(self.projects || self.milestones) || self.is_everything()
    }

    fn is_everything(&self) -> bool {
        self.projects && self.milestones && self.kinds.is_empty()
    }

    /// Whether a row is what is asked for, judged by its light on the day.
    pub fn takes(&self, row: &LedgerRow, judge: &Judge) -> bool {
        let within = |date: Option<Date>, (from, to): (Option<Date>, Option<Date>)| {
            (from.is_none() && to.is_none())
                || date.is_some_and(|date| from.is_none_or(|f| date >= f) && to.is_none_or(|t| date <= t))
        };
        let kind = match &row.kind {
            RowKind::Item(kind) => self.wants_items() && (self.kinds.is_empty() || self.kinds.contains(kind)),
            RowKind::Project => self.projects,
            RowKind::Milestone { .. } => self.milestones,
        };
        let same = |wanted: &Option<Code>, found: &Option<Code>| wanted.is_none() || wanted == found;
        kind && (self.standings.is_empty() || self.standings.contains(&row.standing))
            && self.unit.as_ref().is_none_or(|unit| row.concerns(unit))
            && same(&self.lead_unit, &row.lead_unit)
            && same(&self.caller, &row.caller)
            && same(&self.person, &row.person)
            && same(&self.sector, &row.sector)
            && (self.level.is_none() || self.level == row.level)
            && (self.series.is_none() || self.series == row.series)
            && (self.areas.is_empty() || row.areas.iter().any(|area| self.areas.contains(area)))
            && within(row.due, self.due)
            && within(row.received, self.received)
            && within(row.finished, self.finished)
            && (self.words.is_empty() || contains(row, &self.words))
            && (self.lights.is_empty() || self.lights.contains(&judge.judge(row).light))
    }
}

/// What words are looked for in.
pub fn searched(row: &LedgerRow) -> String {
    format!("{} {} {} {} {}", row.name.zh, row.name.en, row.number, row.code, row.issuer).to_lowercase()
}

fn contains(row: &LedgerRow, words: &str) -> bool {
    let text = searched(row);
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}
