//! Dates as plans give them: a day, a month, a quarter or a year, "on" or "by".

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How exactly a date was given. Most promises name a year or "the end of the year".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    Day,
    Month,
    Quarter,
    Year,
}

/// A date with the precision it was given in; `last` is the last day that still keeps it.
///
/// Comparing and slipping use `last`: "2019" is kept on 2019-12-31 and broken on 2020-01-01.
/// The text form is `2019-10-13`, `2019-10`, `2019-Q4` or `2019`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlannedDate {
    last: Date,
    precision: Precision,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no date: write 2019-10-13, 2019-10, 2019-Q4 or 2019")]
pub struct PlannedDateError(pub String);

impl PlannedDate {
    pub fn day(date: Date) -> Self {
        Self { last: date, precision: Precision::Day }
    }

    /// The last day that keeps it.
    pub fn last(self) -> Date {
        self.last
    }

    /// The first day of the period it names.
    pub fn first(self) -> Date {
        match self.precision {
            Precision::Day => self.last,
            Precision::Month => self.last.first_of_month(),
            Precision::Quarter => {
                let month = (self.last.month() - 1) / 3 * 3 + 1;
                Date::new(self.last.year(), month, 1).unwrap_or(self.last)
            }
            Precision::Year => self.last.first_of_year(),
        }
    }

    pub fn precision(self) -> Precision {
        self.precision
    }

    /// Days from this date to `other`, by their last days: positive when `other` is later.
    pub fn days_until(self, other: PlannedDate) -> i32 {
        days_between(self.last, other.last)
    }
}

/// Whole days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    // Both dates lie within jiff's years -9999..=9999, whose span in days fits an i32.
    from.until(to).map(|span| span.get_days()).unwrap_or(0)
}

impl fmt::Display for PlannedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m) = (self.last.year(), self.last.month());
        match self.precision {
            Precision::Day => write!(f, "{}", self.last),
            Precision::Month => write!(f, "{y:04}-{m:02}"),
            Precision::Quarter => write!(f, "{y:04}-Q{}", (m - 1) / 3 + 1),
            Precision::Year => write!(f, "{y:04}"),
        }
    }
}

impl FromStr for PlannedDate {
    type Err = PlannedDateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bad = || PlannedDateError(text.chars().take(40).collect());
        let (last, precision) = if let Some((year, rest)) = text.split_once('-') {
            if let Some(quarter) = rest.strip_prefix(['Q', 'q']) {
                let quarter: i8 = quarter.parse().map_err(|_| bad())?;
                if !(1..=4).contains(&quarter) {
                    return Err(bad());
                }
                (month_end(year, quarter * 3).ok_or_else(bad)?, Precision::Quarter)
            } else if rest.contains('-') {
                (parse_day(text).ok_or_else(bad)?, Precision::Day)
            } else {
                let month: i8 = two_digits(rest).ok_or_else(bad)?;
                (month_end(year, month).ok_or_else(bad)?, Precision::Month)
            }
        } else {
            (month_end(text, 12).ok_or_else(bad)?, Precision::Year)
        };
        if !(1949..=2199).contains(&last.year()) {
            return Err(bad());
        }
        Ok(Self { last, precision })
    }
}

fn parse_year(text: &str) -> Option<i16> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn two_digits(text: &str) -> Option<i8> {
    (matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn month_end(year: &str, month: i8) -> Option<Date> {
    Some(Date::new(parse_year(year)?, month, 1).ok()?.last_of_month())
}

/// A plain day: `2019-08-14` (also `2019-8-14`), within the years 1949 to 2199.
pub fn parse_day(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let date = Date::new(parse_year(year)?, two_digits(month)?, two_digits(day)?).ok()?;
    (1949..=2199).contains(&date.year()).then_some(date)
}

impl TryFrom<String> for PlannedDate {
    type Error = PlannedDateError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PlannedDate> for String {
    fn from(date: PlannedDate) -> String {
        date.to_string()
    }
}

impl From<Date> for PlannedDate {
    fn from(date: Date) -> Self {
        Self::day(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn a_period_is_kept_until_its_last_day() {
        let year: PlannedDate = "2019".parse().unwrap();
        assert_eq!((year.first(), year.last()), (date(2019, 1, 1), date(2019, 12, 31)));
        let quarter: PlannedDate = "2020-Q1".parse().unwrap();
        assert_eq!((quarter.first(), quarter.last()), (date(2020, 1, 1), date(2020, 3, 31)));
        let month: PlannedDate = "2020-02".parse().unwrap();
        assert_eq!(month.last(), date(2020, 2, 29));
        assert_eq!(year.days_until(month), 60);
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in
            ["", "19", "2019-13", "2019-02-30", "2019-Q5", "二〇一九", "2019-10-13-1", "0001", "20190101"]
        {
            assert!(text.parse::<PlannedDate>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_form_is_read_back(year in 1949i16..2199, month in 1i8..=12, day in 1i8..=28, form in 0..4) {
            let text = match form {
                0 => format!("{year:04}"),
                1 => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
                2 => format!("{year:04}-{month:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}"),
            };
            let parsed: PlannedDate = text.parse().unwrap();
            prop_assert_eq!(parsed.to_string(), text);
            prop_assert!(parsed.first() <= parsed.last());
        }

        #[test]
        fn never_panics(text in ".{0,20}") {
            let _ = text.parse::<PlannedDate>();
        }
    }
}
