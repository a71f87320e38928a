//! Working days: limits and reminders count them, make-up days included.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use jiff::civil::{Date, date};
use timetable::china::{Arrangement, WorkingDays};
use timetable::moment::Day;

use crate::code::Code;
use crate::milestone::Limit;

const EPOCH: Date = date(1970, 1, 1);

pub(crate) fn day(of: Date) -> Day {
    // jiff's years fit an i32 of days many times over.
    Day(EPOCH.until(of).map_or(0, |span| span.get_days()))
}

pub(crate) fn date_of(day: Day) -> Date {
    EPOCH.checked_add(jiff::Span::new().days(day.0)).unwrap_or(Date::MAX)
}

/// The country's working days as this process counts limits and reminders: by every paper that the program holds, and
/// those that its plans have on record.
struct Country {
    of_plans: BTreeMap<Code, Vec<Arrangement>>,
    days: Arc<WorkingDays>,
}

fn country() -> &'static RwLock<Country> {
    static COUNTRY: OnceLock<RwLock<Country>> = OnceLock::new();
    COUNTRY.get_or_init(|| {
        let days = Arc::new(WorkingDays::known_on(None));
        RwLock::new(Country { of_plans: BTreeMap::new(), days })
    })
}

fn days() -> Arc<WorkingDays> {
    country().read().unwrap_or_else(PoisonError::into_inner).days.clone()
}

/// Takes in the papers that a plan has on record, in the place of those it had before. Where plans differ about a
/// paper, the one whose code comes last is heard.
pub(crate) fn learn(plan: &Code, papers: Vec<Arrangement>) {
    let held = |country: &Country| country.of_plans.get(plan).map_or(papers.is_empty(), |old| *old == papers);
    if held(&country().read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut country = country().write().unwrap_or_else(PoisonError::into_inner);
    country.of_plans.insert(plan.clone(), papers);
    let mut all: BTreeMap<(i32, Day), Arrangement> = BTreeMap::new();
    for held in country.of_plans.values().flatten() {
        all.insert((held.paper.year, held.paper.published), held.clone());
    }
    let all: Vec<Arrangement> = all.into_values().collect();
    country.days = Arc::new(WorkingDays::with(&all, None));
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

    #[test]
    fn papers_of_plans_are_counted_by_and_let_go_again() {
        use timetable::china::{Paper, Span};
        let plan = Code::new("p").unwrap();
        // A year that no other test counts in: what is learnt is the whole process's.
        let off = Span {
            from: day(date(2043, 3, 2)),
            to: day(date(2043, 3, 6)),
            working: false,
            name: "节".into(),
        };
        let paper = Paper { year: 2043, published: day(date(2026, 11, 6)), address: "a".into() };
        let papers = vec![Arrangement { paper, days: vec![off] }];
        let before = nth(date(2043, 2, 27), 1);
        learn(&plan, papers.clone());
        assert!(!is_working(date(2043, 3, 4)) && !is_provisional(date(2043, 3, 9)));
        assert_eq!((before, nth(date(2043, 2, 27), 1)), (date(2043, 3, 2), date(2043, 3, 9)));
        learn(&plan, papers);
        learn(&plan, Vec::new());
        assert_eq!(nth(date(2043, 2, 27), 1), before);
        assert!(is_provisional(date(2043, 3, 9)));
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
