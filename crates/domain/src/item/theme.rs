//! The theme of a month (每月一题): a matter that residents raise most, taken up as a task with a lead unit, measures
//! and a goal, told to everybody, and closed by what was measured of it. Which one it is is proposed by figures and
//! decided by a person.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::named::Named;

/// Categories of one theme.
pub const CATEGORIES_MOST: usize = 10;
/// Months that are measured before a theme's own, and after it.
pub const MONTHS_BEFORE: i32 = 3;
pub const MONTHS_AFTER: i32 = 12;
/// Months with which a month is compared.
pub const COMPARED: usize = 3;
/// A category with fewer requests in a month is not proposed.
pub const LEAST: u32 = 5;

/// What is told of a theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyTheme {
    /// The first day of its month.
    pub month: Date,
    pub categories: Vec<Code>,
    /// Why it was chosen and what is to be reached.
    pub about: Named,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub measures: Named,
    /// What was done.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub done: Named,
    /// Whether everybody may read it.
    #[serde(default)]
    pub shown: bool,
}

fn is_empty(named: &Named) -> bool {
    *named == Named::default()
}

/// What is wrong with a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeFault {
    /// It does not name the first day of a month.
    Month,
    /// It names no category, too many, or one twice.
    Categories,
    /// Nothing is said of it.
    About,
}

impl ThemeFault {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Categories => "categories",
            Self::About => "about",
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Month => "bad-theme-month",
            Self::Categories => "bad-theme-categories",
            Self::About => "bad-theme-about",
        }
    }
}

impl MonthlyTheme {
    /// Whether what is measured for it is measured for another one, too: the words of both may differ.
    pub fn measures_the_same(&self, other: &Self) -> bool {
        let sorted = |theme: &Self| {
            let mut codes = theme.categories.clone();
            codes.sort_unstable();
            codes
        };
        self.month == other.month && sorted(self) == sorted(other)
    }

    pub fn fault(&self) -> Option<ThemeFault> {
        if self.month.first_of_month() != self.month {
            return Some(ThemeFault::Month);
        }
        let mut codes: Vec<&Code> = self.categories.iter().collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() || codes.len() != self.categories.len() || codes.len() > CATEGORIES_MOST {
            return Some(ThemeFault::Categories);
        }
        self.about.zh.trim().is_empty().then_some(ThemeFault::About)
    }

    pub fn last_day(&self) -> Date {
        self.month.last_of_month()
    }

    /// The months to be measured by a day: whole ones, those before its own included.
    pub fn months(&self, today: Date) -> Vec<Date> {
        let last = last_whole_month(today);
        (-MONTHS_BEFORE..=MONTHS_AFTER)
            .map(|at| self.month.saturating_add(at.months()))
            .filter(|month| *month <= last)
            .collect()
    }
}

/// The first day of the last month that is over by the end of a day.
pub fn last_whole_month(day: Date) -> Date {
    match day == day.last_of_month() {
        true => day.first_of_month(),
        false => day.first_of_month().saturating_sub(1.month()),
    }
}

/// What a month's requests of the theme's categories came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThemeMonth {
    /// Its first day.
    pub month: Date,
    /// Requests received.
    pub requests: u32,
    /// Of those whose limit ran out in the month: how many whoever asked judged, and how many of them count as solved,
    /// in hundredths, since part of a solution may count.
    pub judged: u32,
    pub solved: u32,
}

impl ThemeMonth {
    /// The share solved in tenths of a percent, rounded half up; nothing of none.
    pub fn share(&self) -> Option<u32> {
        (self.judged > 0).then(|| (self.solved * 10 * 2 + self.judged) / (self.judged * 2))
    }
}

/// What was measured of a theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThemeFigures {
    /// The last day that is in them.
    pub to: Date,
    pub months: Vec<ThemeMonth>,
}

/// Requests of a category in a month, and in the months before, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryMonth {
    pub category: Code,
    pub now: u32,
    pub before: [u32; COMPARED],
}

/// A category with the arithmetic by which it is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeProposal {
    pub category: Code,
    pub now: u32,
    pub before: [u32; COMPARED],
    /// Its share of all requests of the month, in tenths of a percent.
    pub weight: u32,
    /// How many more than the mean of the months before, in hundredths.
    pub rise: i64,
    /// Its places by weight and by rise; the smaller their sum, the more speaks for it.
    pub by_weight: usize,
    pub by_rise: usize,
}

/// What speaks for which category, the most first, of `sum` requests of the month, in a category or not. Few requests
/// speak for nothing.
pub fn proposals(all: &[CategoryMonth], sum: u64) -> Vec<ThemeProposal> {
    let sum = sum.max(all.iter().map(|it| u64::from(it.now)).sum());
    let mut out: Vec<ThemeProposal> = all
        .iter()
        .filter(|it| it.now >= LEAST)
        .map(|it| {
            let before: i64 = it.before.iter().map(|count| i64::from(*count)).sum();
            let months = COMPARED as i64;
            ThemeProposal {
                category: it.category.clone(),
                now: it.now,
                before: it.before,
                weight: ((u64::from(it.now) * 2_000 + sum) / (sum * 2)) as u32,
                rise: i64::from(it.now) * 100 - (before * 200 + months) / (months * 2),
                by_weight: 0,
                by_rise: 0,
            }
        })
        .collect();
    // Equal numbers share a place.
    let place = |better: usize| better + 1;
    let (weights, rises): (Vec<u32>, Vec<i64>) = out.iter().map(|it| (it.now, it.rise)).unzip();
    for it in &mut out {
        it.by_weight = place(weights.iter().filter(|now| **now > it.now).count());
        it.by_rise = place(rises.iter().filter(|rise| **rise > it.rise).count());
    }
    out.sort_by(|a, b| {
        let of = |it: &ThemeProposal| it.by_weight + it.by_rise;
        of(a).cmp(&of(b)).then(b.now.cmp(&a.now)).then_with(|| a.category.cmp(&b.category))
    });
    out
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn theme() -> MonthlyTheme {
        MonthlyTheme {
            month: date(2019, 6, 1),
            categories: vec![code("parking")],
            about: Named::new("停车难", "Parking"),
            measures: Named::default(),
            done: Named::default(),
            shown: true,
        }
    }

    #[test]
    fn a_theme_names_a_month_and_its_categories() {
        assert_eq!(theme().fault(), None);
        assert_eq!(MonthlyTheme { month: date(2019, 6, 2), ..theme() }.fault(), Some(ThemeFault::Month));
        let twice = vec![code("parking"), code("parking")];
        for categories in [Vec::new(), twice] {
            assert_eq!(MonthlyTheme { categories, ..theme() }.fault(), Some(ThemeFault::Categories));
        }
        assert_eq!(MonthlyTheme { about: Named::default(), ..theme() }.fault(), Some(ThemeFault::About));
    }

    #[test]
    fn only_whole_months_are_measured() {
        let of = |day| theme().months(day);
        assert_eq!(of(date(2019, 6, 29)).last(), Some(&date(2019, 5, 1)));
        assert_eq!(of(date(2019, 6, 30)).last(), Some(&date(2019, 6, 1)));
        assert_eq!(of(date(2019, 6, 30)).first(), Some(&date(2019, 3, 1)));
        assert_eq!(of(date(2030, 1, 1)).len(), 16);
    }

    #[test]
    fn what_weighs_and_rises_most_is_proposed_first() {
        let of = |name: &str, now, before| CategoryMonth { category: code(name), now, before };
        let counted = [
            of("noise", 20, [20, 20, 20]),
            of("parking", 30, [12, 9, 12]),
            of("heating", 4, [0, 0, 0]),
            of("roads", 46, [50, 48, 46]),
        ];
        let found = proposals(&counted, 100);
        let said: Vec<(&str, u32, i64, usize, usize)> = found
            .iter()
            .map(|it| (it.category.as_str(), it.weight, it.rise, it.by_weight, it.by_rise))
            .collect();
        assert_eq!(
            said,
            [("parking", 300, 1_900, 2, 1), ("roads", 460, -200, 1, 3), ("noise", 200, 0, 3, 2),]
        );
        // As many again are in no category: they are part of the whole all the same.
        let weights: Vec<u32> = proposals(&counted, 200).iter().map(|it| it.weight).collect();
        assert_eq!(weights, [150, 230, 100]);
        assert!(proposals(&[], 9).is_empty());
    }

    #[test]
    fn a_share_is_rounded_once() {
        let month = |judged, solved| ThemeMonth { month: date(2019, 6, 1), requests: 9, judged, solved };
        assert_eq!(month(0, 0).share(), None);
        assert_eq!(month(3, 250).share(), Some(833));
        assert_eq!(month(3, 300).share(), Some(1_000));
    }

    proptest! {
        /// Every category of weight is proposed once, and one that is better in both ways stands before the other.
        #[test]
        fn proposals_hold_their_order(counts in prop::collection::vec((0_u32..60, 0_u32..60, 0_u32..60, 0_u32..60), 0..12)) {
            let all: Vec<CategoryMonth> = counts
                .iter()
                .enumerate()
                .map(|(at, (now, a, b, c))| CategoryMonth {
                    category: code(&format!("c{at}")),
                    now: *now,
                    before: [*a, *b, *c],
                })
                .collect();
            let found = proposals(&all, 0);
            prop_assert_eq!(found.len(), all.iter().filter(|it| it.now >= LEAST).count());
            prop_assert!(found.iter().map(|it| it.weight).sum::<u32>() <= 1_000 + found.len() as u32);
            for (at, one) in found.iter().enumerate() {
                for other in &found[at + 1..] {
                    prop_assert!(!(other.now > one.now && other.rise > one.rise));
                }
            }
        }
    }
}
