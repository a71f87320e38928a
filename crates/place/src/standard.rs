//! Standards of coverage as dated data with a source: never constants in code.

use jiff::civil::Date;

/// What a standard is a rule for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// The nearest facility is at most so many metres away, on foot over the network.
    Metres,
    /// … so many minutes away.
    Minutes,
    /// At least so many places for every thousand people.
    PlacesPerThousand,
}

/// One row of a table of standards.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    pub name: String,
    pub version: String,
    pub valid_from: Option<Date>,
    /// The first day it no longer holds.
    pub valid_to: Option<Date>,
    pub kind: String,
    pub metric: Metric,
    pub value: f64,
    pub source_url: Option<String>,
    /// Somebody compared the row with the text of the standard.
    pub checked: bool,
}

impl Standard {
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }

    /// A row without a source counts as unchecked, whatever it says; results that use an unchecked row
    /// carry the mark.
    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.checked && self.source_url.as_ref().is_some_and(|url| !url.is_empty())
    }

    /// The limit in millimetres for a network measured in millimetres, at a walking speed in
    /// millimetres a second. Nothing for rates, or where the value is no distance or time.
    #[must_use]
    pub fn limit(&self, speed: u32) -> Option<u32> {
        let millimetres = match self.metric {
            Metric::Metres => self.value * 1000.0,
            Metric::Minutes => self.value * 60.0 * f64::from(speed),
            Metric::PlacesPerThousand => return None,
        };
        (millimetres >= 0.0 && millimetres < f64::from(u32::MAX)).then_some(millimetres.round() as u32)
    }
}

/// The standards of a kind that hold on a day. Levels do not stand in for each other, so all are kept.
pub fn on_day<'s>(standards: &'s [Standard], kind: &'s str, day: Date) -> impl Iterator<Item = &'s Standard> {
    standards.iter().filter(move |standard| standard.kind == kind && standard.holds_on(day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn standard(metric: Metric, value: f64) -> Standard {
        Standard {
            name: "made up".into(),
            version: "1".into(),
            valid_from: Some(date(2018, 12, 1)),
            valid_to: Some(date(2025, 12, 1)),
            kind: "park".into(),
            metric,
            value,
            source_url: None,
            checked: true,
        }
    }

    #[test]
    fn holds_from_its_first_day_to_the_day_before_its_end() {
        let standards = [standard(Metric::Metres, 500.0)];
        let holds = |day| on_day(&standards, "park", day).count();
        assert_eq!([date(2018, 11, 30), date(2018, 12, 1), date(2025, 11, 30)].map(holds), [0, 1, 1]);
        assert_eq!(holds(date(2025, 12, 1)), 0);
        assert_eq!(on_day(&standards, "school", date(2020, 1, 1)).count(), 0);
    }

    #[test]
    fn minutes_and_metres_are_tested_as_they_are_stated() {
        assert_eq!(standard(Metric::Metres, 300.0).limit(1), Some(300_000));
        assert_eq!(standard(Metric::Minutes, 15.0).limit(1_333), Some(1_199_700));
        assert_eq!(standard(Metric::PlacesPerThousand, 40.0).limit(1_333), None);
        assert_eq!(standard(Metric::Metres, f64::NAN).limit(1), None);
    }

    #[test]
    fn a_row_without_a_source_is_unchecked() {
        assert!(!standard(Metric::Metres, 300.0).is_checked());
    }
}
