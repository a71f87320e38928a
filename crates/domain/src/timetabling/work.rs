//! What a timetable stands on: how long steps take, in which calendar, and what they wait for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::item::kind::texts;
use crate::named::Named;

/// The most working days that a step may take, or a link may wait: twenty years.
pub const MOST_DAYS: u16 = 5_000;

/// How many working days a step takes once nothing holds it: at best, usually, at worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Estimate {
    pub low: u16,
    pub likely: u16,
    pub high: u16,
}

impl Estimate {
    /// Three numbers that do not fall.
    pub fn new(low: u16, likely: u16, high: u16) -> Option<Self> {
        (low <= likely && likely <= high && high <= MOST_DAYS).then_some(Self { low, likely, high })
    }

    /// A step that takes exactly so long.
    pub fn exactly(days: u16) -> Option<Self> {
        Self::new(days, days, days)
    }

    pub fn is_ordered(self) -> bool {
        Self::new(self.low, self.likely, self.high).is_some()
    }
}

/// The work that leads to a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Work {
    pub days: Estimate,
    /// The plan's working calendar it is done in; the national working days when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Code>,
    /// The steps of the same chain that must be done before it; the one before it when not said. An empty list
    /// lets it begin at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<Code>>,
    /// The day before which it does not begin, whatever else is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Date>,
}

texts! {
    /// What a link holds to what.
    StepLinkKind {
        FinishToStart => "finish_to_start",
        StartToStart => "start_to_start",
        FinishToFinish => "finish_to_finish",
        StartToFinish => "start_to_finish",
    }
}

impl From<StepLinkKind> for timetable::LinkKind {
    fn from(kind: StepLinkKind) -> Self {
        match kind {
            StepLinkKind::FinishToStart => Self::FinishToStart,
            StepLinkKind::StartToStart => Self::StartToStart,
            StepLinkKind::FinishToFinish => Self::FinishToFinish,
            StepLinkKind::StartToFinish => Self::StartToFinish,
        }
    }
}

/// Something a step waits for besides its own chain: a step of the same or of another project of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepLink {
    /// The step that waits.
    pub step: Code,
    /// The project of the step that is waited for; the same one when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Code>,
    pub before: Code,
    pub kind: StepLinkKind,
    /// Working days between them; negative for a lead.
    #[serde(default)]
    pub lag: i16,
}

impl StepLink {
    /// Whether it ties the same two steps.
    pub fn is_between(&self, other: &Self) -> bool {
        (&self.step, &self.project, &self.before) == (&other.step, &other.project, &other.before)
    }
}

/// A day of the year, whichever year: the bounds of a winter stop.
///
/// Its text form is `11-15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayOfYear {
    month: i8,
    day: i8,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no day of the year: write month and day, such as 11-15")]
pub struct NotADayOfYear(String);

impl std::str::FromStr for DayOfYear {
    type Err = NotADayOfYear;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bad = || NotADayOfYear(text.chars().take(20).collect());
        let (month, day) = text.split_once('-').ok_or_else(bad)?;
        let number = |text: &str| text.parse::<i8>().map_err(|_| bad());
        let day = Self { month: number(month)?, day: number(day)? };
        // 2000 is a leap year: it has every day that some year has.
        Date::new(2000, day.month, day.day).map_err(|_| bad())?;
        Ok(day)
    }
}

impl std::fmt::Display for DayOfYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl TryFrom<String> for DayOfYear {
    type Error = NotADayOfYear;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DayOfYear> for String {
    fn from(day: DayOfYear) -> Self {
        day.to_string()
    }
}

impl DayOfYear {
    /// The day in a year; 29 February is the 28th where there is none.
    pub fn in_year(self, year: i16) -> Option<Date> {
        let first = Date::new(year, self.month, 1).ok()?;
        first.with().day(self.day.min(first.days_in_month())).build().ok()
    }
}

/// A time of every year in which no work is done, both days within it; it may run over the turn of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Closed {
    pub from: DayOfYear,
    pub to: DayOfYear,
}

/// A working calendar of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkCalendar {
    pub calendar: Code,
    pub name: Named,
    /// Whether it keeps the national holidays and make-up days; else every day of `week` is worked.
    pub holidays: bool,
    /// The days of the week that are worked, Monday first.
    pub week: [bool; 7],
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Closed>,
}
