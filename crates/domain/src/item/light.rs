//! Status lights: computed from dates, evidence and reports by rule sets that are data. Nobody types one.
//!
//! A rule set is resolved for a day into plain comparisons of dates, so that the database and this module
//! judge by exactly the same conditions and a new day needs no recomputing.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::kind::texts;
use super::ledger::{EvidenceStanding, LedgerRow};
use super::workflow::Standing;
use crate::code::Code;
use crate::named::Named;
use crate::workday;

texts! {
    Light {
        Red => "red",
        Orange => "orange",
        Yellow => "yellow",
        Blue => "blue",
        Green => "green",
        /// Neither promise nor limit: never shown as green.
        NoDate => "no_date",
        Suspended => "suspended",
        Done => "done",
        Withdrawn => "withdrawn",
    }
}

/// One reason for a light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The limit has passed, at least so many working days ago (0: any day after it).
    Overdue(u16),
    /// The limit is no more than so many working days ahead.
    DueWithin(u16),
    /// It is forecast to be done after its limit.
    ForecastLate,
    /// A matter reported on weekly has gone without at least so many reports.
    ReportsMissed(u16),
    /// Evidence was sent back and none has come since.
    EvidenceReturned,
    /// The timetable leaves fewer working days than so many before the promise (0: it is out of reach). Holds of
    /// projects and their milestones only.
    FloatBelow(u16),
}

impl Test {
    /// The key under which messages say it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Overdue(0) => "overdue",
            Self::Overdue(_) => "overdue-by",
            Self::DueWithin(_) => "due-within",
            Self::ForecastLate => "forecast-late",
            Self::ReportsMissed(_) => "reports-missed",
            Self::EvidenceReturned => "evidence-returned",
            Self::FloatBelow(0) => "out-of-reach",
            Self::FloatBelow(_) => "float-below",
        }
    }

    pub fn number(self) -> Option<u16> {
        match self {
            Self::Overdue(n) | Self::DueWithin(n) | Self::ReportsMissed(n) | Self::FloatBelow(n) => Some(n),
            Self::ForecastLate | Self::EvidenceReturned => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LightRule {
    pub light: Light,
    pub any: Vec<Test>,
}

/// A set of rules; the first that holds gives the light.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LightRules {
    pub code: Code,
    pub version: u32,
    pub name: Named,
    pub source: Named,
    pub rules: Vec<LightRule>,
    /// Colour a month by its own history: missed stays red, made up later turns yellow, never green.
    #[serde(default)]
    pub months: bool,
}

impl LightRules {
    /// The sets that come with the program: four in real use, and the recommended one first.
    pub fn presets() -> Vec<Self> {
        serde_json::from_str(include_str!("../../data/lights.json")).expect("presets that a test reads")
    }

    /// The recommended set.
    pub fn usual() -> Self {
        Self::presets().swap_remove(0)
    }

    /// The rules in terms of a day.
    pub fn on(&self, day: Date) -> Judge {
        let rules = self
            .rules
            .iter()
            .map(|rule| (rule.light, rule.any.iter().map(|test| (*test, resolve(*test, day))).collect()))
            .collect();
        Judge { day, rules }
    }
}

/// A test resolved for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    DueBefore(Date),
    ForecastAfterDue,
    /// A weekly matter whose last word is older.
    ReportBefore(Date),
    EvidenceReturned,
    /// Of what stands in the timetable.
    FloatBelow(i64),
}

fn resolve(test: Test, day: Date) -> Condition {
    match test {
        Test::Overdue(0) => Condition::DueBefore(day),
        Test::Overdue(n) => {
            let last = if workday::is_working(day) { day } else { workday::nth(day, -1) };
            Condition::DueBefore(workday::nth(last, 1 - i32::from(n)))
        }
        Test::DueWithin(n) => Condition::DueBefore(workday::nth(day, i32::from(n) + 1)),
        Test::ForecastLate => Condition::ForecastAfterDue,
        Test::ReportsMissed(n) => {
            Condition::ReportBefore(day.saturating_sub(Span::new().weeks(i32::from(n))))
        }
        Test::EvidenceReturned => Condition::EvidenceReturned,
        Test::FloatBelow(n) => Condition::FloatBelow(i64::from(n)),
    }
}

impl Condition {
    fn holds(self, row: &LedgerRow) -> bool {
        match self {
            Self::DueBefore(day) => row.due.is_some_and(|due| due < day),
            Self::ForecastAfterDue => matches!((row.forecast, row.due), (Some(f), Some(due)) if f > due),
            Self::ReportBefore(day) => {
                row.weekly && row.last_report.or(row.received).is_some_and(|on| on < day)
            }
            Self::EvidenceReturned => row.evidence == EvidenceStanding::Returned,
            Self::FloatBelow(days) => row.float.is_some_and(|float| float < days),
        }
    }
}

/// Rules ready to judge rows on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judge {
    pub day: Date,
    pub rules: Vec<(Light, Vec<(Test, Condition)>)>,
}

/// A light and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub light: Light,
    pub because: Option<Test>,
}

impl Judge {
    /// Whether a light may depend on the timetable.
    pub fn asks_float(&self) -> bool {
        let mut tests = self.rules.iter().flat_map(|(_, tests)| tests);
        tests.any(|(test, _)| matches!(test, Test::FloatBelow(_)))
    }

    pub fn judge(&self, row: &LedgerRow) -> Verdict {
        let plain = |light| Verdict { light, because: None };
        match row.standing {
            Standing::Done => return plain(Light::Done),
            Standing::Suspended => return plain(Light::Suspended),
            Standing::Withdrawn => return plain(Light::Withdrawn),
            Standing::Open => {}
        }
        for (light, tests) in &self.rules {
            if let Some((test, _)) = tests.iter().find(|(_, condition)| condition.holds(row)) {
                return Verdict { light: *light, because: Some(*test) };
            }
        }
        plain(if row.due.is_some() { Light::Green } else { Light::NoDate })
    }
}

/// The colour of an item's month, once the month has closed: green when what was due in it was done by
/// its end, red when not, yellow from the day it was made up. `None` when nothing was due.
pub fn month_colour(
    due: Option<Date>,
    finished: Option<Date>,
    month_end: Date,
    as_of: Date,
) -> Option<Light> {
    due.filter(|due| due.first_of_month() == month_end.first_of_month())?;
    Some(match finished.filter(|on| *on <= as_of) {
        Some(on) if on <= month_end => Light::Green,
        Some(_) => Light::Yellow,
        None => Light::Red,
    })
}
