//! The periods for which an index has a value.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::item::kind::texts;

texts! {
    /// How long the periods of an index are.
    IndexPeriod {
        Year => "year",
        Quarter => "quarter",
        Month => "month",
    }
}

impl IndexPeriod {
    fn months(self) -> i8 {
        match self {
            Self::Year => 12,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }

    /// The period that a day lies in.
    pub fn holding(self, day: Date) -> Span {
        Span { period: self, year: day.year(), number: (day.month() - 1) / self.months() }
    }
}

/// One year, quarter or month: `2019`, `2019-Q3`, `2019-08`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    period: IndexPeriod,
    year: i16,
    /// From 0.
    number: i8,
}

impl Span {
    pub fn period(self) -> IndexPeriod {
        self.period
    }

    /// Its place in a row of all periods of its length: the next one has the next number.
    pub fn ordinal(self) -> i32 {
        i32::from(self.year) * (12 / i32::from(self.period.months())) + i32::from(self.number)
    }

    pub fn first(self) -> Date {
        jiff::civil::date(self.year, self.number * self.period.months() + 1, 1)
    }

    pub fn last(self) -> Date {
        let month = (self.number + 1) * self.period.months();
        jiff::civil::date(self.year, month, 1).last_of_month()
    }

    pub fn holds(self, day: Date) -> bool {
        (self.first()..=self.last()).contains(&day)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period {
            IndexPeriod::Year => write!(f, "{:04}", self.year),
            IndexPeriod::Quarter => write!(f, "{:04}-Q{}", self.year, self.number + 1),
            IndexPeriod::Month => write!(f, "{:04}-{:02}", self.year, self.number + 1),
        }
    }
}

/// Neither a year, nor a quarter, nor a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period is a year, a quarter or a month: 2019, 2019-Q3 or 2019-08")]
pub struct NotASpan;

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
        if year.len() != 4 || !text.is_ascii() {
            return Err(NotASpan);
        }
        let year: i16 = year.parse().ok().filter(|year| *year > 0).ok_or(NotASpan)?;
        let (period, number) = match rest {
            None => (IndexPeriod::Year, Some(1)),
            Some(rest) => match rest.strip_prefix('Q') {
                Some(number) => (IndexPeriod::Quarter, number.parse::<i8>().ok()),
                None => (IndexPeriod::Month, rest.parse::<i8>().ok().filter(|_| rest.len() == 2)),
            },
        };
        let number = number.filter(|number| (1..=12 / period.months()).contains(number)).ok_or(NotASpan)?;
        let found = Self { period, year, number: number - 1 };
        if found.to_string() == text { Ok(found) } else { Err(NotASpan) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn periods_that_follow_each_other_are_numbered_so() {
        for period in [IndexPeriod::Year, IndexPeriod::Quarter, IndexPeriod::Month] {
            let held = period.holding(date(2019, 12, 31));
            let next = period.holding(held.last().tomorrow().unwrap());
            assert_eq!(next.ordinal(), held.ordinal() + 1);
        }
    }

    #[test]
    fn a_span_is_read_as_it_is_written() {
        let day = date(2020, 2, 29);
        for (period, text, first, last) in [
            (IndexPeriod::Year, "2020", date(2020, 1, 1), date(2020, 12, 31)),
            (IndexPeriod::Quarter, "2020-Q1", date(2020, 1, 1), date(2020, 3, 31)),
            (IndexPeriod::Month, "2020-02", date(2020, 2, 1), day),
        ] {
            let span = period.holding(day);
            assert_eq!(span.to_string(), text);
            assert_eq!(text.parse(), Ok(span));
            assert_eq!((span.first(), span.last()), (first, last));
            assert!(span.holds(day) && !span.holds(date(2021, 1, 1)));
        }
        for text in [
            "",
            "20",
            "2020-",
            "2020-13",
            "2020-0",
            "2020-2",
            "2020-Q5",
            "2020-Q0",
            "-020",
            "2020-Q+1",
            "二〇二〇",
        ] {
            assert_eq!(text.parse::<Span>(), Err(NotASpan), "{text}");
        }
    }
}
