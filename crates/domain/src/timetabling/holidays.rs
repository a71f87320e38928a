//! A year of the national calendar as the plan holds it: what a paper on holidays says, with where it can be read.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use timetable::china::{Arrangement, Paper, Span, WorkingDays, published_in};

use crate::named::NAME_MAX;
use crate::plan::Plan;
use crate::planned_date::parse_day;
use crate::workday;

/// Years whose holidays can be put on record.
const YEARS: std::ops::RangeInclusive<i16> = 2007..=2100;
/// Days that one paper may list.
const MOST_DAYS: usize = 100;

/// Days that a paper lists, both within it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HolidaySpan {
    pub from: Date,
    pub to: Date,
    /// Worked, although a weekend or off by an earlier paper; else off.
    pub working: bool,
    pub name: String,
}

/// What a paper says of a year.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HolidayPaper {
    /// Where it can be read.
    pub address: String,
    /// In their order, days that belong together as one span.
    pub days: Vec<HolidaySpan>,
}

/// The papers that a plan holds besides the program's, by the day they came out and their year.
pub type HolidayPapers = BTreeMap<(Date, i16), HolidayPaper>;

/// Why days are not those of a year's paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HolidayFault {
    #[error("no year from 2007 to 2100")]
    Year,
    #[error("no days")]
    Nothing,
    #[error("more than 100 days")]
    TooMany,
    #[error("{0} is listed twice")]
    Twice(Date),
    #[error("{0} is not in the year, nor in the month before or after it")]
    Outside(Date),
    #[error("the span that begins on {0} ends before it")]
    Order(Date),
    #[error("{0} has no name, or one that is too long or no single line")]
    Name(Date),
    #[error("no day off is listed")]
    NothingOff,
}

impl HolidayFault {
    /// The last part of the key under which messages explain it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Year => "holidays-year",
            Self::Nothing => "holidays-nothing",
            Self::TooMany => "holidays-too-many",
            Self::Twice(_) => "holidays-twice",
            Self::Outside(_) => "holidays-outside",
            Self::Order(_) => "holidays-order",
            Self::Name(_) => "holidays-name",
            Self::NothingOff => "holidays-nothing-off",
        }
    }

    pub fn day(self) -> Option<Date> {
        match self {
            Self::Twice(day) | Self::Outside(day) | Self::Order(day) | Self::Name(day) => Some(day),
            Self::Year | Self::Nothing | Self::TooMany | Self::NothingOff => None,
        }
    }
}

impl HolidayPaper {
    /// A paper from its spans, in whatever order they come: days that follow each other, are alike and bear one name
    /// become one span, so that the same paper is the same however it was written.
    pub fn new(address: impl Into<String>, mut spans: Vec<HolidaySpan>) -> Self {
        spans.sort();
        let mut days: Vec<HolidaySpan> = Vec::new();
        for span in spans {
            let goes_on = |last: &&mut HolidaySpan| {
                (last.working, &last.name) == (span.working, &span.name)
                    && last.to.tomorrow().is_ok_and(|next| next == span.from)
                    && span.from <= span.to
            };
            match days.last_mut().filter(goes_on) {
                Some(last) => last.to = span.to,
                None => days.push(span),
            }
        }
        Self { address: address.into(), days }
    }

    /// Why it is not the paper of a year.
    pub fn fault(&self, year: i16) -> Option<HolidayFault> {
        if !YEARS.contains(&year) {
            return Some(HolidayFault::Year);
        }
        if self.days.is_empty() {
            return Some(HolidayFault::Nothing);
        }
        let (first, last) = (date(year - 1, 12, 1), date(year + 1, 1, 31));
        let mut listed = 0;
        let mut spans: Vec<&HolidaySpan> = self.days.iter().collect();
        spans.sort();
        let mut until: Option<Date> = None;
        for span in spans {
            if span.to < span.from {
                return Some(HolidayFault::Order(span.from));
            }
            for day in [span.from, span.to] {
                if day < first || last < day {
                    return Some(HolidayFault::Outside(day));
                }
            }
            if until.is_some_and(|until| span.from <= until) {
                return Some(HolidayFault::Twice(span.from));
            }
            let name = span.name.trim();
            if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
                return Some(HolidayFault::Name(span.from));
            }
            listed += (workday::day(span.to).0 - workday::day(span.from).0 + 1) as usize;
            until = Some(span.to);
        }
        if listed > MOST_DAYS {
            return Some(HolidayFault::TooMany);
        }
        self.days.iter().all(|span| span.working).then_some(HolidayFault::NothingOff)
    }

    /// Its days as lines of text: `2027-02-05/2027-02-11 off 春节`.
    pub fn lines(&self) -> String {
        let line = |span: &HolidaySpan| {
            let days = if span.from == span.to {
                span.from.to_string()
            } else {
                format!("{}/{}", span.from, span.to)
            };
            format!("{days} {} {}", if span.working { "work" } else { "off" }, span.name)
        };
        self.days.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Reads lines of days, as [`HolidayPaper::lines`] writes them or with 休 and 班; else the number of the first line
/// that says nothing.
pub fn read_lines(text: &str) -> Result<Vec<HolidaySpan>, usize> {
    let mut out = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let mut words = line.splitn(3, |c: char| c.is_whitespace());
        let (Some(days), Some(what), Some(name)) = (words.next(), words.next(), words.next()) else {
            return Err(number);
        };
        let (from, to) = days.split_once(['/', '～', '~']).unwrap_or((days, days));
        let (Some(from), Some(to)) = (parse_day(from.trim()), parse_day(to.trim())) else {
            return Err(number);
        };
        let working = is_worked(what).ok_or(number)?;
        out.push(HolidaySpan { from, to, working, name: name.trim().to_owned() });
    }
    Ok(out)
}

/// Whether a word says that a day is worked, or that it is off.
pub fn is_worked(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "work" | "worked" | "班" | "上班" | "补班" | "调休上班" => Some(true),
        "off" | "休" | "休息" | "放假" | "调休放假" => Some(false),
        _ => None,
    }
}

/// The papers as the calendar has them.
pub(crate) fn arrangements(papers: &HolidayPapers) -> Vec<Arrangement> {
    let of = |((published, year), paper): (&(Date, i16), &HolidayPaper)| Arrangement {
        paper: Paper {
            year: i32::from(*year),
            published: workday::day(*published),
            address: paper.address.clone().into(),
        },
        days: paper
            .days
            .iter()
            .map(|span| Span {
                from: workday::day(span.from),
                to: workday::day(span.to),
                working: span.working,
                name: span.name.clone().into(),
            })
            .collect(),
    };
    papers.iter().map(of).collect()
}

/// When a paper came out: as the plan or the program has it on record, else as its address tells; never after today.
pub fn came_out(plan: &Plan, year: i16, address: &str, today: Date) -> Option<Date> {
    let own = plan.holidays.iter().rfind(|((_, of), held)| *of == year && held.address == address);
    let on_record = || {
        let papers = plan.working_days(None).papers;
        let held = papers.iter().rfind(|held| held.year == i32::from(year) && held.address == address);
        held.map(|held| held.published)
    };
    match own {
        Some(((published, _), _)) => Some(*published),
        None => on_record().or_else(|| published_in(address)).map(|day| workday::date_of(day).min(today)),
    }
}

/// What holds of a year as of a day: when its last paper came out, and the days that its papers list.
pub fn of_year(days: &WorkingDays, year: i16) -> Option<(Date, HolidayPaper)> {
    let held = days.year(i32::from(year))?;
    let spans = held.days.into_iter().map(|span| HolidaySpan {
        from: workday::date_of(span.from),
        to: workday::date_of(span.to),
        working: span.working,
        name: span.name.into_owned(),
    });
    let paper = HolidayPaper::new(held.paper.address, spans.collect());
    Some((workday::date_of(held.paper.published), paper))
}

/// A year of the national calendar as it was known on a day.
pub struct CalendarYear {
    pub year: i16,
    /// When its papers came out, and where they can be read; none while it is provisional.
    pub papers: Vec<(Date, String)>,
    /// How many days of it are worked.
    pub working: i32,
    pub days: Vec<HolidaySpan>,
}

impl CalendarYear {
    pub fn of(days: &WorkingDays, year: i16) -> Self {
        let papers = days.papers.iter().filter(|paper| paper.year == i32::from(year));
        let spans = match of_year(days, year) {
            Some((_, paper)) => paper.days,
            None => {
                let put_down = days
                    .days
                    .iter()
                    .filter(|(day, listed)| listed.paper.is_none() && workday::date_of(**day).year() == year);
                let spans = put_down.map(|(day, listed)| HolidaySpan {
                    from: workday::date_of(*day),
                    to: workday::date_of(*day),
                    working: listed.working,
                    name: listed.name.clone().into_owned(),
                });
                HolidayPaper::new("", spans.collect()).days
            }
        };
        Self {
            year,
            papers: papers.map(|it| (workday::date_of(it.published), it.address.to_string())).collect(),
            working: working_days_of(days, year),
            days: spans,
        }
    }

    pub fn is_provisional(&self) -> bool {
        self.papers.is_empty()
    }
}

fn working_days_of(days: &WorkingDays, year: i16) -> i32 {
    days.between(workday::day(date(year - 1, 12, 31)), workday::day(date(year, 12, 31)))
}

/// The day the last paper came out, and the last year that one settles.
pub fn version(days: &WorkingDays) -> Option<(Date, i16)> {
    let last = days.papers.last()?;
    let year = days.papers.iter().map(|paper| paper.year).max()?;
    Some((workday::date_of(last.published), year.try_into().ok()?))
}

/// Working days of a year, and the days on which two calendars differ about whether people work, with what the second
/// says.
pub struct Difference {
    pub year: i16,
    pub before: i32,
    pub after: i32,
    pub off: Vec<Date>,
    pub worked: Vec<Date>,
}

impl Difference {
    pub fn of(year: i16, before: &WorkingDays, after: &WorkingDays) -> Self {
        let (mut off, mut worked) = (Vec::new(), Vec::new());
        for day in before.differences(after) {
            if after.is_working(day) { &mut worked } else { &mut off }.push(workday::date_of(day));
        }
        Self { year, before: working_days_of(before, year), after: working_days_of(after, year), off, worked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(from: Date, to: Date, working: bool, name: &str) -> HolidaySpan {
        HolidaySpan { from, to, working, name: name.into() }
    }

    #[test]
    fn a_paper_is_the_same_however_it_was_written() {
        let one = HolidayPaper::new(
            "https://www.gov.cn/x",
            vec![
                span(date(2027, 2, 5), date(2027, 2, 7), false, "春节"),
                span(date(2027, 1, 31), date(2027, 1, 31), true, "春节"),
            ],
        );
        let days = (5..=7).rev().map(|day| span(date(2027, 2, day), date(2027, 2, day), false, "春节"));
        let other = days.chain([span(date(2027, 1, 31), date(2027, 1, 31), true, "春节")]).collect();
        assert_eq!(one, HolidayPaper::new("https://www.gov.cn/x", other));
        assert_eq!(one.lines(), "2027-01-31 work 春节\n2027-02-05/2027-02-07 off 春节");
        assert_eq!(read_lines(&one.lines()), Ok(one.days.clone()));
        assert_eq!(
            read_lines("2027-01-31 班 春节\n\n 2027-02-05/2027-02-07 放假 春节 "),
            Ok(one.days.clone())
        );
        assert_eq!(read_lines("2027-01-31 班 春节\n2027-02-30 休 春节"), Err(2));
        assert_eq!(read_lines("2027-01-31 春节"), Err(1));
        assert_eq!(one.fault(2027), None);
    }

    #[test]
    fn what_is_no_year_is_told() {
        let off = |from, to| span(from, to, false, "节");
        let fault = |year, days: Vec<HolidaySpan>| HolidayPaper::new("a", days).fault(year);
        let day = date(2027, 5, 1);
        assert_eq!(fault(2006, vec![off(day, day)]), Some(HolidayFault::Year));
        assert_eq!(fault(2027, Vec::new()), Some(HolidayFault::Nothing));
        assert_eq!(fault(2028, vec![off(day, day)]), Some(HolidayFault::Outside(day)));
        assert_eq!(fault(2027, vec![off(day, date(2027, 4, 1))]), Some(HolidayFault::Order(day)));
        assert_eq!(
            fault(
                2027,
                vec![off(day, date(2027, 5, 3)), span(date(2027, 5, 3), date(2027, 5, 3), true, "x")]
            ),
            Some(HolidayFault::Twice(date(2027, 5, 3)))
        );
        assert_eq!(fault(2027, vec![span(day, day, false, " ")]), Some(HolidayFault::Name(day)));
        assert_eq!(fault(2027, vec![span(day, day, true, "x")]), Some(HolidayFault::NothingOff));
        assert_eq!(fault(2027, vec![off(date(2027, 1, 1), date(2027, 12, 31))]), Some(HolidayFault::TooMany));
        // The last days of the year before and the first of the next belong to it.
        assert_eq!(fault(2027, vec![off(date(2026, 12, 31), date(2027, 1, 2))]), None);
    }

    proptest! {
        #[test]
        fn lines_say_the_paper(days in prop::collection::btree_map(0i32..365, (any::<bool>(), 0usize..3), 1..60)) {
            let names = ["元旦", "春节", "国庆节、中秋节"];
            let spans = days.iter().map(|(day, (working, name))| {
                let at = workday::date_of(timetable::Day(workday::day(date(2027, 1, 1)).0 + day));
                span(at, at, *working, names[*name])
            });
            let paper = HolidayPaper::new("a", spans.collect());
            let read = HolidayPaper::new("a", read_lines(&paper.lines()).unwrap());
            prop_assert_eq!(&read, &paper);
            prop_assert!(matches!(paper.fault(2027), None | Some(HolidayFault::NothingOff)));
        }
    }
}
