//! Recurring calendar exceptions: the days a rule yields.
//!
//! The rules are those of Microsoft Project's calendar exceptions (daily, weekly, monthly and yearly, by day
//! or by position). Weeks begin on Sunday.

use crate::moment::{Day, days_in_month};

/// Which day of a month a monthly or yearly rule means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthDay {
    /// The day with this number; a month without it is skipped.
    Number(u32),
    /// The first, second … (`nth` 0 … 3) or last (4) of a kind of day.
    Position { nth: u32, kind: DayKind },
}

/// What a position counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    AnyDay,
    /// Monday to Friday.
    Weekday,
    /// Saturday or Sunday.
    WeekendDay,
    /// 0 = Monday … 6 = Sunday.
    Weekday7(usize),
}

/// How often the exception comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Every `every` days (≥ 1).
    Daily { every: u32 },
    /// On the given week days (bit 0 = Monday … bit 6 = Sunday) of every `every`-th week.
    Weekly { every: u32, days: u8 },
    /// On a day of every `every`-th month.
    Monthly { every: u32, day: MonthDay },
    /// On a day of one month (1 … 12) of every year.
    Yearly { month: u32, day: MonthDay },
}

/// A rule with its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    pub rule: Rule,
    pub from: Day,
    /// Inclusive.
    pub to: Day,
    /// No more days than this.
    pub at_most: Option<u32>,
}

impl Recurrence {
    /// The days of the exception, in order. Every step moves on in time, so the walk ends with the span.
    pub fn days(&self) -> Vec<Day> {
        let limit = self.at_most.map_or(usize::MAX, |n| n as usize);
        let mut days = Vec::new();
        match self.rule {
            Rule::Daily { every } => {
                let every = every.max(1) as usize;
                let candidates = (self.from.0..=self.to.0).step_by(every).map(Day);
                days.extend(candidates.take(limit));
            }
            Rule::Weekly { every, days: bits } => {
                // Days since the Sunday on which the first week begins.
                let sunday = self.from.0 - (self.from.weekday() as i32 + 1) % 7;
                let every = i64::from(every.max(1));
                let in_week = |n: &i32| (i64::from(n - sunday) / 7) % every == 0;
                let on_day = |n: &i32| bits >> Day(*n).weekday() & 1 == 1;
                let candidates = (self.from.0..=self.to.0).filter(|n| in_week(n) && on_day(n)).map(Day);
                days.extend(candidates.take(limit));
            }
            Rule::Monthly { every, day } => {
                let (year, month, _) = self.from.ymd();
                let first = i64::from(year) * 12 + i64::from(month) - 1;
                self.walk_months(first, i64::from(every.max(1)), day, limit, &mut days);
            }
            Rule::Yearly { month, day } => {
                let (year, _, _) = self.from.ymd();
                let first = i64::from(year) * 12 + i64::from(month.clamp(1, 12)) - 1;
                self.walk_months(first, 12, day, limit, &mut days);
            }
        }
        days
    }

    fn walk_months(&self, first: i64, step: i64, day: MonthDay, limit: usize, days: &mut Vec<Day>) {
        let mut number = first;
        while days.len() < limit {
            let (year, month) = (number.div_euclid(12) as i32, number.rem_euclid(12) as u32 + 1);
            match Day::new(year, month, 1) {
                Some(start) if start <= self.to => {}
                _ => return,
            }
            if let Some(found) = day.in_month(year, month)
                && (self.from..=self.to).contains(&found)
            {
                days.push(found);
            }
            number += step;
        }
    }
}

impl MonthDay {
    fn in_month(self, year: i32, month: u32) -> Option<Day> {
        match self {
            MonthDay::Number(n) => Day::new(year, month, n),
            MonthDay::Position { nth, kind } => {
                let mut matching = (1..=days_in_month(year, month))
                    .filter_map(|d| Day::new(year, month, d))
                    .filter(|d| kind.matches(*d));
                if nth >= 4 { matching.next_back() } else { matching.nth(nth as usize) }
            }
        }
    }
}

impl DayKind {
    fn matches(self, day: Day) -> bool {
        match self {
            DayKind::AnyDay => true,
            DayKind::Weekday => day.weekday() < 5,
            DayKind::WeekendDay => day.weekday() >= 5,
            DayKind::Weekday7(w) => day.weekday() == w,
        }
    }
}
