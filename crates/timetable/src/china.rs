//! Chinese working days: public holidays and make-up days, as known on a given day.
//!
//! Each year's arrangement comes from a paper of the State Council; some years a second paper changed it. A
//! year whose paper is not known yet is provisional: its statutory days only, those on a weekend moved to the
//! next free weekday. Data: `data/china.txt`, derived from holiday-cn (MIT, notice beside it); the days that
//! follow moon and sun by the Chinese calendar's rules (GB/T 33661-2017).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::{Calendar, DayHours};
use crate::moment::{Day, FIRST_DAY};

static DATA: &str = include_str!("../data/china.txt");

/// A State Council paper on public holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The year it arranges.
    pub year: i32,
    pub published: Day,
    pub address: Cow<'static, str>,
}

/// Days that a paper lists, both within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub from: Day,
    pub to: Day,
    pub working: bool,
    pub name: Cow<'static, str>,
}

/// A paper with the days it lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    pub paper: Paper,
    pub days: Vec<Span>,
}

/// A day that differs from the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub working: bool,
    pub name: Cow<'static, str>,
    /// Index into [`WorkingDays::papers`]; `None` for a provisional day.
    pub paper: Option<usize>,
}

/// The national working days as known on some day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingDays {
    /// The papers known, by date of publication; the last one names the version.
    pub papers: Vec<Paper>,
    pub days: BTreeMap<Day, Listed>,
    /// From this day on the days are provisional.
    pub provisional_from: Day,
}

/// Provisional years run up to this one: the data holds the feasts of no later year.
pub const LAST_YEAR: i32 = 2045;

/// The first year whose working days a paper settled for the whole country as they are told here.
const FIRST_SETTLED: i32 = 2007;

struct Feasts {
    spring_festival: Day,
    others: [(Day, &'static str); 3],
}

impl WorkingDays {
    /// The days as known at the end of `known`, or with all papers when `None`.
    pub fn known_on(known: Option<Day>) -> WorkingDays {
        WorkingDays::with(&[], known)
    }

    /// As [`known_on`](Self::known_on), with papers that the program does not hold, or holds otherwise: one of the
    /// same year and day takes the place of its own.
    pub fn with(own: &[Arrangement], known: Option<Day>) -> WorkingDays {
        let (mut papers, feasts) = built_in();
        let is_own = |held: &Paper| {
            own.iter().any(|it| (it.paper.year, it.paper.published) == (held.year, held.published))
        };
        papers.retain(|held| !is_own(&held.paper));
        papers.extend(own.iter().cloned());
        papers.retain(|held| known.is_none_or(|day| held.paper.published <= day));
        papers.sort_by_key(|held| held.paper.published);

        let settled: BTreeSet<i32> = papers.iter().map(|held| held.paper.year).collect();
        let first = settled.first().copied().unwrap_or(FIRST_SETTLED);
        let mut days = BTreeMap::new();
        for (&year, feasts) in feasts.range(first..).filter(|(year, _)| !settled.contains(year)) {
            for (day, name) in statutory_days(year, feasts) {
                days.insert(day, Listed { working: false, name: name.into(), paper: None });
            }
        }
        for (index, held) in papers.iter().enumerate() {
            for span in &held.days {
                for n in span.from.0..=span.to.0 {
                    let (working, name) = (span.working, span.name.clone());
                    days.insert(Day(n), Listed { working, name, paper: Some(index) });
                }
            }
        }
        let open = (first..).find(|year| !settled.contains(year)).unwrap_or(first);
        let papers = papers.into_iter().map(|held| held.paper).collect();
        WorkingDays { papers, days, provisional_from: Day::new(open, 1, 1).unwrap_or(FIRST_DAY) }
    }

    /// Whether people work on `day`.
    pub fn is_working(&self, day: Day) -> bool {
        self.days.get(&day).map_or(day.weekday() < 5, |listed| listed.working)
    }

    /// The paper a listed day rests on.
    pub fn paper_of(&self, day: Day) -> Option<&Paper> {
        self.days.get(&day).and_then(|listed| self.papers.get(listed.paper?))
    }

    /// Whether nothing is settled yet about `day`.
    pub fn is_provisional(&self, day: Day) -> bool {
        if day < self.provisional_from || self.paper_of(day).is_some() {
            return false;
        }
        // A year may be settled before the one that comes ahead of it.
        let (year, ..) = day.ymd();
        !self.papers.iter().any(|paper| paper.year == year)
    }

    /// Working days after `from` up to and with `to`; negative when `to` is earlier.
    pub fn between(&self, from: Day, to: Day) -> i32 {
        if to < from {
            return -self.between(to, from);
        }
        (from.0 + 1..=to.0).filter(|at| self.is_working(Day(*at))).count() as i32
    }

    /// Days on which the two differ about whether people work.
    pub fn differences(&self, other: &WorkingDays) -> Vec<Day> {
        let listed: BTreeSet<Day> = self.days.keys().chain(other.days.keys()).copied().collect();
        listed.into_iter().filter(|day| self.is_working(*day) != other.is_working(*day)).collect()
    }

    /// What holds of a year: its last paper and the days that its papers list.
    pub fn year(&self, year: i32) -> Option<Arrangement> {
        let paper = self.papers.iter().rfind(|paper| paper.year == year)?.clone();
        let mut days: Vec<Span> = Vec::new();
        for (day, listed) in &self.days {
            let of = listed.paper.and_then(|at| self.papers.get(at));
            if of.is_none_or(|paper| paper.year != year) {
                continue;
            }
            let goes_on = |last: &&mut Span| {
                last.to.next() == *day && last.working == listed.working && last.name == listed.name
            };
            match days.last_mut().filter(goes_on) {
                Some(last) => last.to = *day,
                None => {
                    let (working, name) = (listed.working, listed.name.clone());
                    days.push(Span { from: *day, to: *day, working, name });
                }
            }
        }
        Some(Arrangement { paper, days })
    }

    /// The name of this version: the date of the last paper.
    pub fn version(&self) -> String {
        self.papers.last().map_or_else(|| "no paper".to_owned(), |paper| paper.published.to_string())
    }

    /// The `n`-th working day after `day` (before it when negative); `day` itself for 0. Stops at the ends of
    /// the accepted years.
    pub fn nth_working_day(&self, day: Day, n: i32) -> Day {
        let (step, mut left) = (n.signum(), n.unsigned_abs());
        let mut at = day;
        while left > 0 && (FIRST_DAY..=crate::moment::LAST_DAY).contains(&at) {
            at = Day(at.0 + step);
            left -= u32::from(self.is_working(at));
        }
        at
    }

    /// A calendar with `hours` on every working day.
    pub fn calendar(&self, name: &str, hours: &DayHours) -> Calendar {
        let week = std::array::from_fn(|d| Some(if d < 5 { hours.clone() } else { DayHours::free() }));
        let hours_of = |listed: &Listed| if listed.working { hours.clone() } else { DayHours::free() };
        let days = self.days.iter().map(|(&day, listed)| (day, hours_of(listed))).collect();
        Calendar { name: name.to_owned(), week, days, ..Calendar::default() }
    }
}

/// The papers that the program holds, and the feasts of the years.
fn built_in() -> (Vec<Arrangement>, BTreeMap<i32, Feasts>) {
    let mut papers: Vec<Arrangement> = Vec::new();
    let mut feasts: BTreeMap<i32, Feasts> = BTreeMap::new();
    let list = |papers: &mut Vec<Arrangement>, from: &str, to: &str, working: bool, name: &'static str| {
        if let (Ok(from), Ok(to), Some(held)) = (from.parse(), to.parse(), papers.last_mut()) {
            held.days.push(Span { from, to, working, name: name.into() });
        }
    };
    for line in DATA.lines() {
        let words: Vec<&'static str> = line.split_whitespace().collect();
        // The data is part of the program; a test reads every line, so nothing is passed over here.
        match words[..] {
            ["paper", year, published, address] => {
                if let (Ok(year), Ok(published)) = (year.parse(), published.parse()) {
                    let paper = Paper { year, published, address: address.into() };
                    papers.push(Arrangement { paper, days: Vec::new() });
                }
            }
            ["off", from, to, name] => list(&mut papers, from, to, false, name),
            ["work", day, name] => list(&mut papers, day, day, true, name),
            ["feasts", year, spring, qingming, dragon_boat, mid_autumn] => {
                if let (Ok(year), Ok(spring_festival), Ok(q), Ok(d), Ok(m)) =
                    (year.parse(), spring.parse(), qingming.parse(), dragon_boat.parse(), mid_autumn.parse())
                {
                    let others = [(q, "清明节"), (d, "端午节"), (m, "中秋节")];
                    feasts.insert(year, Feasts { spring_festival, others });
                }
            }
            _ => {}
        }
    }
    (papers, feasts)
}

/// The day a paper's address tells, as official sites form them: `/2019-03/22/`, `/2008-03-28/`, `t20181206_`, or
/// the month alone, `/202511/`, of which it is the last day.
pub fn published_in(address: &str) -> Option<Day> {
    let text = address.as_bytes();
    let number = |at: usize, length: usize| -> Option<i32> {
        let part = text.get(at..at + length)?;
        part.iter().all(u8::is_ascii_digit).then(|| address.get(at..at + length)?.parse().ok()).flatten()
    };
    let is = |at: usize, wanted: &[u8]| text.get(at).is_some_and(|byte| wanted.contains(byte));
    let year_at = |at: usize| number(at, 4).filter(|year| (1990..=2100).contains(year));
    let begins = |at: usize| at == 0 || !text[at - 1].is_ascii_digit();
    let ends = |at: usize| text.get(at).is_none_or(|byte| !byte.is_ascii_digit());
    let places = || (0..text.len()).filter(|at| begins(*at));
    let parted = places().find_map(|at| {
        let (year, month) = (year_at(at).filter(|_| is(at + 4, b"-/"))?, number(at + 5, 2)?);
        let day = number(at + 8, 2).filter(|_| is(at + 7, b"-/") && ends(at + 10))?;
        Day::new(year, month.try_into().ok()?, day.try_into().ok()?)
    });
    let joined = || {
        places().find_map(|at| {
            let day = number(at + 6, 2).filter(|_| ends(at + 8))?;
            Day::new(year_at(at)?, number(at + 4, 2)?.try_into().ok()?, day.try_into().ok()?)
        })
    };
    let month = || {
        places().find_map(|at| {
            let skip = usize::from(is(at + 4, b"-/"));
            let (year, month) = (year_at(at)?, number(at + 4 + skip, 2).filter(|_| ends(at + 6 + skip))?);
            let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            Day::new(year, month.try_into().ok()?, 1).map(|next| Day(next.0 - 1))
        })
    };
    parted.or_else(joined).or_else(month)
}

/// The statutory days of a year, those on a weekend moved to the next weekday that is free for it.
///
/// Regulation on Public Holidays for National Annual Festivals and Memorial Days: eleven days since 2008, with
/// the eve instead of the third day of the Spring Festival until 2013; thirteen since 2025.
fn statutory_days(year: i32, feasts: &Feasts) -> Vec<(Day, &'static str)> {
    let fixed = |month, day| Day::new(year, month, day);
    let spring = match year {
        ..=2013 => -1..=1,
        2014..=2024 => 0..=2,
        _ => -1..=2,
    };
    let labour_days = if year >= 2025 { 1..=2 } else { 1..=1 };
    let mut statutory: Vec<(Day, &'static str)> = Vec::new();
    statutory.extend(fixed(1, 1).map(|d| (d, "元旦")));
    statutory.extend(spring.map(|offset| (Day(feasts.spring_festival.0 + offset), "春节")));
    statutory.extend(labour_days.filter_map(|d| fixed(5, d)).map(|d| (d, "劳动节")));
    statutory.extend((1..=3).filter_map(|d| fixed(10, d)).map(|d| (d, "国庆节")));
    statutory.extend(feasts.others);
    statutory.sort_unstable();
    let mut taken: BTreeMap<Day, &'static str> = BTreeMap::new();
    let (weekend, weekdays): (Vec<_>, Vec<_>) =
        statutory.into_iter().partition(|(day, _)| day.weekday() >= 5);
    let mut to_move = weekend;
    for (day, name) in weekdays {
        // Two feasts on one day are two days off.
        if taken.insert(day, name).is_some() {
            to_move.push((day, name));
        }
    }
    for (day, name) in to_move {
        let mut free = day;
        while free.weekday() >= 5 || taken.contains_key(&free) {
            free = free.next();
        }
        taken.insert(free, name);
        // The feast itself stays a day without work, whatever the week says.
        taken.entry(day).or_insert(name);
    }
    taken.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn working_days(days: &WorkingDays, from: &str, to: &str) -> usize {
        (day(from).0..=day(to).0).filter(|&n| days.is_working(Day(n))).count()
    }

    #[test]
    fn every_line_of_the_data_is_read() {
        let all = WorkingDays::known_on(None);
        let spans = DATA.lines().filter(|l| l.starts_with("off ") || l.starts_with("work ")).count();
        let papers = DATA.lines().filter(|l| l.starts_with("paper ")).count();
        let feasts = DATA.lines().filter(|l| l.starts_with("feasts ")).count();
        let rest = DATA.lines().filter(|l| l.starts_with('#') || l.is_empty()).count();
        assert_eq!(spans + papers + feasts + rest, DATA.lines().count());
        assert_eq!(all.papers.len(), papers);
        // 678 days are listed by the papers, as in the source.
        assert_eq!(all.days.values().filter(|l| l.paper.is_some()).count(), 678);
        assert_eq!(all.version(), "2025-11-30");
    }

    #[test]
    fn addresses_tell_their_day() {
        for (address, told) in [
            ("http://www.gov.cn/zhengce/zhengceku/2008-03/28/content_1645.htm", Some("2008-03-28")),
            ("http://www.gov.cn/zhengce/zhengceku/2008-03-28/content_1761.htm", Some("2008-03-28")),
            ("https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm", Some("2025-11-30")),
            ("https://www.gov.cn/zhengce/202612/content_1.htm", Some("2026-12-31")),
            ("https://example.gov.cn/t20181206_346287.htm", Some("2018-12-06")),
            ("https://www.gov.cn/content_5340644.htm", None),
            ("https://www.gov.cn/2019-13/40/", None),
            ("公告", None),
        ] {
            assert_eq!(published_in(address), told.map(day), "{address}");
        }
        // Those of the program's own papers tell the same as its data does.
        for paper in WorkingDays::known_on(None).papers {
            assert_eq!(published_in(&paper.address), Some(paper.published), "{}", paper.address);
        }
    }

    fn paper(year: i32, published: &str, days: &[(&str, &str, bool)]) -> Arrangement {
        let span = |&(from, to, working): &(&str, &str, bool)| Span {
            from: day(from),
            to: day(to),
            working,
            name: "春节".into(),
        };
        let paper = Paper { year, published: day(published), address: "https://www.gov.cn/x".into() };
        Arrangement { paper, days: days.iter().map(span).collect() }
    }

    #[test]
    fn papers_that_come_later_settle_their_years() {
        let next = paper(
            2027,
            "2026-11-06",
            &[("2027-02-05", "2027-02-11", false), ("2027-01-31", "2027-01-31", true)],
        );
        let of_2028 = paper(2028, "2026-11-06", &[("2028-01-01", "2028-01-03", false)]);
        let all = WorkingDays::with(std::slice::from_ref(&next), None);
        assert_eq!(all.provisional_from, day("2028-01-01"));
        assert!(all.is_working(day("2027-01-31")) && !all.is_working(day("2027-02-11")));
        // What was put down for the year until then is gone: the paper says all of it.
        assert!(all.is_working(day("2027-10-01")) && !all.is_provisional(day("2027-10-01")));
        assert_eq!(all.version(), "2026-11-06");
        // Before it came out it says nothing.
        let before = WorkingDays::with(std::slice::from_ref(&next), Some(day("2026-11-05")));
        assert_eq!(before, WorkingDays::known_on(Some(day("2026-11-05"))));
        // A year that is settled ahead of the one before it leaves that one provisional.
        let ahead = WorkingDays::with(&[of_2028], None);
        assert_eq!(ahead.provisional_from, day("2027-01-01"));
        assert!(ahead.is_provisional(day("2027-05-10")) && !ahead.is_provisional(day("2028-05-10")));
        assert!(!ahead.is_working(day("2027-10-01")), "the statutory days hold meanwhile");
        // A paper in the place of one of the program's own replaces it; the same one changes nothing.
        let known = WorkingDays::known_on(None);
        let (papers, _) = built_in();
        assert_eq!(WorkingDays::with(&papers, None), known);
        let other = paper(2026, "2025-11-30", &[("2026-01-01", "2026-01-01", false)]);
        let changed = WorkingDays::with(&[other], None);
        assert!(changed.is_working(day("2026-01-02")) && !known.is_working(day("2026-01-02")));
        assert!(known.differences(&changed).contains(&day("2026-01-02")));
        assert_eq!(known.differences(&known), Vec::<Day>::new());
    }

    #[test]
    fn working_days_of_known_spans() {
        let days = WorkingDays::known_on(None);
        assert_eq!(working_days(&days, "2018-08-13", "2021-08-12"), 749);
        assert_eq!(working_days(&days, "2019-08-14", "2019-12-31"), 96);
        for (year, count) in [
            (2018, 250),
            (2019, 250),
            (2020, 249),
            (2021, 250),
            (2022, 249),
            (2023, 249),
            (2024, 251),
            (2025, 248),
            (2026, 248),
            (2027, 248),
        ] {
            assert_eq!(
                working_days(&days, &format!("{year}-01-01"), &format!("{year}-12-31")),
                count,
                "{year}"
            );
        }
    }

    #[test]
    fn nth_working_day_across_holidays() {
        let days = WorkingDays::known_on(None);
        for (from, n, to) in [
            ("2018-12-28", 1, "2018-12-29"),
            ("2018-12-28", 3, "2019-01-03"),
            ("2019-04-26", 5, "2019-05-06"),
            ("2019-09-27", 5, "2019-10-10"),
            ("2019-08-14", 45, "2019-10-22"),
            ("2019-08-14", 100, "2020-01-08"),
            ("2020-01-17", 10, "2020-02-07"),
            ("2021-12-31", 5, "2022-01-10"),
            ("2019-12-31", -45, "2019-10-29"),
            ("2019-12-31", -100, "2019-08-07"),
        ] {
            assert_eq!(days.nth_working_day(day(from), n).to_string(), to, "{from} {n:+}");
        }
    }

    #[test]
    fn a_year_without_a_paper_is_provisional() {
        let days = WorkingDays::known_on(None);
        assert_eq!(days.provisional_from, day("2027-01-01"));
        let off: Vec<String> = days
            .days
            .range(day("2027-01-01")..=day("2027-12-31"))
            .filter(|(d, _)| d.weekday() < 5)
            .map(|(d, _)| d.to_string()[5..].to_owned())
            .collect();
        let expected = [
            "01-01", "02-05", "02-08", "02-09", "02-10", "04-05", "05-03", "05-04", "06-09", "09-15",
            "10-01", "10-04", "10-05",
        ];
        assert_eq!(off, expected);
        assert!(days.is_provisional(day("2027-03-01")) && !days.is_provisional(day("2026-12-31")));
    }

    #[test]
    fn later_papers_change_earlier_ones() {
        let before = WorkingDays::known_on(Some(day("2019-03-21")));
        let after = WorkingDays::known_on(Some(day("2019-03-22")));
        assert!(before.is_working(day("2019-05-02")) && !before.is_working(day("2019-04-28")));
        assert!(!after.is_working(day("2019-05-02")) && after.is_working(day("2019-04-28")));
        let before = WorkingDays::known_on(Some(day("2020-01-26")));
        assert!(before.is_working(day("2020-02-01")) && before.is_working(day("2020-01-31")));
        let after = WorkingDays::known_on(Some(day("2020-01-27")));
        assert!(!after.is_working(day("2020-02-01")) && !after.is_working(day("2020-01-31")));
        assert_eq!(after.paper_of(day("2020-02-01")).unwrap().published, day("2020-01-27"));
    }

    #[test]
    fn a_statutory_year_loses_its_statutory_days() {
        // As known at the end of 2010 all later years are provisional: eleven days, thirteen since 2025.
        let days = WorkingDays::known_on(Some(day("2010-12-31")));
        for year in 2012..=LAST_YEAR {
            let (first, last) = (Day::new(year, 1, 1).unwrap(), Day::new(year, 12, 31).unwrap());
            let weekdays = (first.0..=last.0).filter(|&n| Day(n).weekday() < 5).count();
            let statutory = if year >= 2025 { 13 } else { 11 };
            // A feast of the next year's first days never moves into this one.
            assert_eq!(
                working_days(&days, &first.to_string(), &last.to_string()),
                weekdays - statutory,
                "{year}"
            );
        }
    }
}
