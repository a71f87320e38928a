//! When a matter that many people raised counts as put right: when few enough people still raise it.
//!
//! The rate is that of distinct people in a week, in hundredths. It is measured over whole weeks from the requests
//! that match, and stands in the item's facts with the day up to which it was measured: a task with a goal is
//! cleared by what was measured, and by nobody's word.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::code::Code;

/// Weeks over which a rate may be measured.
pub const WEEKS_MOST: u16 = 26;
/// Words that one goal may look for.
pub const WORDS_MOST: usize = 10;

/// What is to be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestGoal {
    /// Which requests count: of this category, in these areas and all below them, with any of these words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Code>,
    /// Further categories that count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Code>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Code>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// People in a week, in hundredths: as it was, and as it is to be at most.
    pub baseline: u32,
    pub target: u32,
    /// Whole weeks, one after the other, over which it must hold.
    pub weeks: u16,
}

/// People of each whole week up to a Sunday, the earliest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredWeeks {
    pub to: Date,
    pub people: Vec<u32>,
}

/// What is wrong with a goal, or with what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalFault {
    /// It is not below what it was.
    Target,
    Weeks,
    /// It counts every request, or looks for too many words or for none.
    Words,
    /// There is no goal to measure, or too much was measured.
    Measured,
}

impl GoalFault {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Weeks => "weeks",
            Self::Words => "words",
            Self::Measured => "measured",
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Target => "bad-goal-target",
            Self::Weeks => "bad-goal-weeks",
            Self::Words => "bad-goal-words",
            Self::Measured => "bad-goal-measured",
        }
    }
}

/// How a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalStanding {
    /// Not measured, or not up to the last whole week.
    NotMeasured,
    /// Too few weeks since it was put on the books.
    TooEarly {
        from: Date,
    },
    Above {
        rate: u32,
    },
    Met {
        rate: u32,
    },
}

/// The last Sunday that is over by the end of a day.
pub fn last_sunday(day: Date) -> Date {
    let since = i64::from(day.weekday().since(Weekday::Sunday));
    day.saturating_sub(since.days())
}

/// The mean of the last weeks, in hundredths, rounded half up; nothing of no week.
pub fn rate(people: &[u32], weeks: u16) -> Option<u32> {
    let own = &people[people.len().saturating_sub(usize::from(weeks))..];
    if own.is_empty() {
        return None;
    }
    let (sum, number) = (own.iter().map(|people| u64::from(*people)).sum::<u64>(), own.len() as u64);
    u32::try_from((sum * 200 + number) / (number * 2)).ok()
}

impl RequestGoal {
    /// The categories that count; any where it names none.
    pub fn categories(&self) -> impl Iterator<Item = &Code> {
        self.category.iter().chain(&self.more)
    }

    /// What is inconsistent in it.
    pub fn fault(&self) -> Option<GoalFault> {
        if self.target >= self.baseline {
            return Some(GoalFault::Target);
        }
        if !(1..=WEEKS_MOST).contains(&self.weeks) {
            return Some(GoalFault::Weeks);
        }
        let empty = self.words.iter().any(|word| word.trim().is_empty());
        if empty || self.words.len() > WORDS_MOST {
            return Some(GoalFault::Words);
        }
        // What would count every request of the plan is no matter.
        if self.category.is_none() && !self.more.is_empty() {
            return Some(GoalFault::Words);
        }
        if self.category.is_none() && self.areas.is_empty() && self.words.is_empty() {
            return Some(GoalFault::Words);
        }
        None
    }

    /// How it stands on a day, for an item that is on the books since another: weeks before that prove nothing.
    pub fn standing(&self, measured: Option<&MeasuredWeeks>, since: Date, today: Date) -> GoalStanding {
        let sunday = last_sunday(today);
        // Somebody may look on a Monday before the week has been measured.
        let Some(held) = measured.filter(|held| held.to.saturating_add(7.days()) >= sunday) else {
            return GoalStanding::NotMeasured;
        };
        let first = held.to.saturating_sub((i64::from(self.weeks) * 7 - 1).days());
        if first < since || held.people.len() < usize::from(self.weeks) {
            // The Monday on or after which the weeks begin that count.
            let wait = i64::from(Weekday::Monday.since(since.weekday()));
            return GoalStanding::TooEarly {
                from: since.saturating_add((wait + i64::from(self.weeks) * 7).days()),
            };
        }
        match rate(&held.people, self.weeks) {
            Some(rate) if rate <= self.target => GoalStanding::Met { rate },
            Some(rate) => GoalStanding::Above { rate },
            None => GoalStanding::NotMeasured,
        }
    }
}

/// Hundredths as people read them: 250 is 2.5, 300 is 3.
pub fn hundredths(value: u32) -> String {
    let (whole, rest) = (value / 100, value % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn goal(weeks: u16, target: u32) -> RequestGoal {
        RequestGoal {
            category: Code::new("parking").ok(),
            more: Vec::new(),
            areas: Vec::new(),
            words: Vec::new(),
            baseline: 1_000,
            target,
            weeks,
        }
    }

    #[test]
    fn a_goal_is_met_by_weeks_after_it_was_set() {
        // 2019-08-14 is a Wednesday; the last whole week ended on the 11th.
        let (today, since) = (date(2019, 8, 14), date(2019, 7, 15));
        let measured = MeasuredWeeks { to: date(2019, 8, 11), people: vec![9, 9, 3, 2, 3, 2] };
        assert_eq!(goal(4, 300).standing(Some(&measured), since, today), GoalStanding::Met { rate: 250 });
        assert_eq!(goal(4, 200).standing(Some(&measured), since, today), GoalStanding::Above { rate: 250 });
        // Weeks before it was on the books prove nothing.
        let later = date(2019, 7, 16);
        assert_eq!(
            goal(4, 300).standing(Some(&measured), later, today),
            GoalStanding::TooEarly { from: date(2019, 8, 19) }
        );
        // What was measured long ago neither.
        assert_eq!(
            goal(4, 300).standing(Some(&measured), since, date(2019, 9, 1)),
            GoalStanding::NotMeasured
        );
        assert_eq!(goal(4, 300).standing(None, since, today), GoalStanding::NotMeasured);
    }

    #[test]
    fn numbers_are_said_as_people_read_them() {
        assert_eq!([250, 300, 33, 5, 0].map(hundredths), ["2.5", "3", "0.33", "0.05", "0"]);
        assert_eq!(rate(&[1, 2, 2], 3), Some(167));
        assert_eq!(rate(&[], 3), None);
        assert_eq!(last_sunday(date(2019, 8, 11)), date(2019, 8, 11));
        assert_eq!(last_sunday(date(2019, 8, 12)), date(2019, 8, 11));
    }

    proptest! {
        #[test]
        fn a_met_goal_is_below_its_target_on_weeks_of_its_own(
            people in proptest::collection::vec(0u32..50, 0..30), weeks in 1u16..=26, target in 0u32..3_000,
            back in 0i64..300, ago in 0i64..30,
        ) {
            let today = date(2019, 8, 14);
            let to = last_sunday(today.saturating_sub(ago.days()));
            let since = today.saturating_sub(back.days());
            let measured = MeasuredWeeks { to, people: people.clone() };
            let standing = goal(weeks, target).standing(Some(&measured), since, today);
            if let GoalStanding::Met { rate } = standing {
                prop_assert!(rate <= target);
                prop_assert!(people.len() >= usize::from(weeks));
                let own = &people[people.len() - usize::from(weeks)..];
                let mean = own.iter().sum::<u32>() as f64 / f64::from(weeks);
                prop_assert!((mean * 100.0 - f64::from(rate)).abs() <= 0.5 + 1e-9);
                prop_assert!(to.saturating_sub((i64::from(weeks) * 7 - 1).days()) >= since);
                prop_assert!(to.saturating_add(7.days()) >= last_sunday(today));
            }
        }
    }
}
