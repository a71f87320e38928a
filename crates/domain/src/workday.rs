//! Working days: limits and reminders count them, make-up days included.

use std::sync::OnceLock;

use jiff::civil::{Date, date};
use timetable::china::WorkingDays;
use timetable::moment::Day;

use crate::milestone::Limit;

const EPOCH: Date = date(1970, 1, 1);

pub(crate) fn day(of: Date) -> Day {
    // jiff's years fit an i32 of days many times over.
    Day(EPOCH.until(of).map_or(0, |span| span.get_days()))
}

pub(crate) fn date_of(day: Day) -> Date {
    EPOCH.checked_add(jiff::Span::new().days(day.0)).unwrap_or(Date::MAX)
}

/// The national working days with every paper known to the program: the same for all plans and servers, and for a
/// moment looked back at.
fn days() -> &'static WorkingDays {
    static DAYS: OnceLock<WorkingDays> = OnceLock::new();
    DAYS.get_or_init(|| WorkingDays::known_on(None))
}

pub fn is_working(of: Date) -> bool {
    days().is_working(day(of))
}

/// Whether the year's holidays are not yet settled by a paper.
pub fn is_provisional(of: Date) -> bool {
    days().is_provisional(day(of))
}

/// The `n`-th working day after `from` (before it when negative); `from` itself for 0.
pub fn nth(from: Date, n: i32) -> Date {
    date_of(days().nth_working_day(day(from), n))
}

/// `of` itself when people work on it, else the next day they do.
pub fn at_or_after(of: Date) -> Date {
    if is_working(of) { of } else { nth(of, 1) }
}

/// Working days after `from` up to and with `to`; negative when `to` is earlier.
pub fn between(from: Date, to: Date) -> i32 {
    days().between(day(from), day(to))
}

impl Limit {
    /// The last day that keeps the limit when it begins to run on `from`.
    pub fn end(self, from: Date) -> Date {
        match self {
            Self::Days(days) => from.saturating_add(jiff::Span::new().days(i32::from(days))),
            Self::WorkingDays(days) => nth(from, i32::from(days)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn make_up_days_count_and_holidays_do_not() {
        // National Day 2018: 1 to 7 October off, 29 and 30 September made up.
        assert!(is_working(date(2018, 9, 29)) && is_working(date(2018, 9, 30)));
        assert!(!is_working(date(2018, 10, 5)));
        assert_eq!(nth(date(2018, 9, 28), 3), date(2018, 10, 8));
        assert_eq!(Limit::WorkingDays(2).end(date(2018, 9, 30)), date(2018, 10, 9));
        assert_eq!(Limit::Days(2).end(date(2018, 9, 30)), date(2018, 10, 2));
        assert!(is_provisional(date(2040, 1, 4)) && !is_provisional(date(2019, 1, 4)));
    }

    proptest! {
        #[test]
        fn counting_undoes_stepping(offset in 0i32..4_000, n in 0i32..200) {
            let from = date_of(Day(day(date(2016, 1, 1)).0 + offset));
            let end = nth(from, n);
            prop_assert_eq!(between(from, end), n);
            prop_assert_eq!(between(end, from), -n);
            prop_assert!(n == 0 || is_working(end));
            prop_assert!(is_working(at_or_after(from)));
        }
    }
}
