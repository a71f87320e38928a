//! Steps of a project's milestone chain, their dates and approval gates.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::named::Named;
use crate::planned_date::{PlannedDate, days_between};

/// The steps the public hears about and that figures count. They are never taken for one another:
/// a ceremony is no start on site, completion is no opening.
pub mod step {
    pub const GROUNDBREAKING: &str = "groundbreaking";
    pub const START: &str = "start";
    pub const COMPLETION: &str = "completion";
    pub const ACCEPTANCE: &str = "acceptance";
    pub const HANDOVER: &str = "handover";
    pub const TRIAL: &str = "trial";
    pub const IN_USE: &str = "in_use";
    pub const OPENING: &str = "opening";

    /// The order in which they must follow each other where both are on record for the same part.
    /// Use and opening may come before completion: a part, or a road not yet accepted, may be in use.
    pub const ORDERED: [(&str, &str); 4] =
        [(START, COMPLETION), (COMPLETION, ACCEPTANCE), (START, IN_USE), (START, OPENING)];
}

/// Whose word a milestone's date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Told to the public.
    Promised,
    /// The internal baseline.
    Planned,
    /// What is now expected.
    Forecast,
    /// What happened.
    Actual,
}

impl Aspect {
    pub const ALL: [Aspect; 4] = [Self::Promised, Self::Planned, Self::Forecast, Self::Actual];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::Planned => "planned",
            Self::Forecast => "forecast",
            Self::Actual => "actual",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aspect| aspect.as_str() == text)
    }
}

/// Why a date moved. No cause is published for most slips, so "not stated" is a valid value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelayReason {
    Approval,
    EnvironmentalAssessment,
    LandClearance,
    Utilities,
    DesignChange,
    Funds,
    Contractor,
    WeatherOrEpidemic,
    Other,
    NotStated,
}

impl DelayReason {
    pub const ALL: [DelayReason; 10] = [
        Self::Approval,
        Self::EnvironmentalAssessment,
        Self::LandClearance,
        Self::Utilities,
        Self::DesignChange,
        Self::Funds,
        Self::Contractor,
        Self::WeatherOrEpidemic,
        Self::Other,
        Self::NotStated,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::EnvironmentalAssessment => "environmental_assessment",
            Self::LandClearance => "land_clearance",
            Self::Utilities => "utilities",
            Self::DesignChange => "design_change",
            Self::Funds => "funds",
            Self::Contractor => "contractor",
            Self::WeatherOrEpidemic => "weather_or_epidemic",
            Self::Other => "other",
            Self::NotStated => "not_stated",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// An approval that must be had before the next step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gate {
    /// Who decides.
    pub authority: Named,
    /// The document that is granted.
    pub document: Named,
    /// The statutory limit, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// A time limit with its unit: "days" and "working days" both occur in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Days(u16),
    WorkingDays(u16),
}

/// A step of a template for a kind of project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepTemplate {
    pub step: Code,
    pub name: Named,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// The dates of one step side by side, as of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track {
    /// Every promise in the order it was published, with the day of publication.
    pub promises: Vec<(Date, PlannedDate)>,
    pub planned: Option<PlannedDate>,
    pub forecast: Option<PlannedDate>,
    pub actual: Option<PlannedDate>,
    /// The cause given with the latest moved date.
    pub cause: Option<DelayReason>,
}

impl Track {
    /// The promise that now holds.
    pub fn promised(&self) -> Option<PlannedDate> {
        self.promises.last().map(|(_, date)| *date)
    }

    /// The promise residents heard first.
    pub fn first_promised(&self) -> Option<PlannedDate> {
        self.promises.first().map(|(_, date)| *date)
    }

    /// Days late against the first promise: from the actual date, else from the forecast or a later
    /// promise, and, when the promise has passed with nothing done, at least up to `as_of`.
    /// Negative when early. `None` without a promise.
    pub fn slip_days(&self, as_of: Date) -> Option<i32> {
        let first = self.first_promised()?;
        if let Some(actual) = self.actual {
            return Some(first.days_until(actual));
        }
        let expected = [self.promised(), self.forecast].into_iter().flatten().max();
        let by_word = expected.map_or(0, |expected| first.days_until(expected));
        let by_clock = days_between(first.last(), as_of).max(0);
        Some(by_word.max(by_clock))
    }

    /// Whether the promise that now holds has passed without the step being done.
    pub fn is_late(&self, as_of: Date) -> bool {
        self.actual.is_none() && self.promised().is_some_and(|promised| promised.last() < as_of)
    }

    /// The best word on when it will be or was done.
    pub fn expected(&self) -> Option<PlannedDate> {
        self.actual.or(self.forecast).or(self.promised()).or(self.planned)
    }

    pub fn is_empty(&self) -> bool {
        self.promises.is_empty() && self.planned.is_none() && self.forecast.is_none() && self.actual.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn slip_counts_from_the_first_promise() {
        let mut track = Track {
            promises: vec![
                (date(2019, 8, 14), "2019-12".parse().unwrap()),
                (date(2021, 7, 21), "2024".parse().unwrap()),
            ],
            ..Track::default()
        };
        assert_eq!(track.slip_days(date(2021, 8, 1)), Some(1827));
        assert!(!track.is_late(date(2024, 12, 31)));
        assert!(track.is_late(date(2025, 1, 1)));
        track.actual = Some("2019-12-01".parse().unwrap());
        assert_eq!(track.slip_days(date(2025, 1, 1)), Some(-30));
        assert!(!track.is_late(date(2025, 1, 1)));
    }

    #[test]
    fn a_passed_promise_slips_with_every_day() {
        let track =
            Track { promises: vec![(date(2019, 1, 1), "2019-06-30".parse().unwrap())], ..Track::default() };
        assert_eq!(track.slip_days(date(2019, 6, 1)), Some(0));
        assert_eq!(track.slip_days(date(2019, 7, 10)), Some(10));
    }
}
