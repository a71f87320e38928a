//! A calendar expanded for arithmetic: positions, next and previous working instants, adding and taking
//! working minutes.
//!
//! The *position* of an instant is the number of working minutes before it, counted from an arbitrary
//! origin. Two instants of equal position are the same moment of work: Friday 17:00 and Monday 08:00.
//! Days inside the window that holds every exception are looked up in a cumulative table; outside it only
//! the week pattern counts, so weeks are arithmetic and no date runs out of calendar.

use std::collections::HashMap;

use crate::calendar::DayHours;
use crate::moment::{DAY, Day, Moment};

/// A calendar ready for arithmetic. Built by [`crate::calendar::expand`].
#[derive(Debug, Clone)]
pub struct WorkingTime {
    /// Every minute works: positions are instants and nothing needs looking up.
    continuous: bool,
    /// First day of the table, a Monday.
    first: i64,
    /// Working minutes before each day of the table, one more entry than days; whole weeks.
    before: Box<[i64]>,
    /// Index into `patterns` for each day of the table.
    pattern: Box<[u32]>,
    patterns: Box<[DayPattern]>,
    /// Pattern of each week day outside the table, Monday first.
    week: [u32; 7],
    /// Working minutes before each week day, and of the whole week at the end.
    week_before: [i64; 8],
    /// For each run of `1 << bucket_shift` positions, a day at or before the one that holds its first.
    bucket: Box<[u32]>,
    bucket_shift: u32,
}

/// Working intervals `(from, to, worked before)` of one kind of day, in minutes.
#[derive(Debug, Clone)]
struct DayPattern(Box<[(i64, i64, i64)]>);

impl DayPattern {
    fn new(hours: &DayHours) -> DayPattern {
        let mut worked = 0;
        let spans = hours.spans().iter().map(|&(from, to)| {
            let span = (i64::from(from), i64::from(to), worked);
            worked += i64::from(to - from);
            span
        });
        DayPattern(spans.collect())
    }

    /// Minutes worked before `minute` of the day.
    fn worked_before(&self, minute: i64) -> i64 {
        let mut worked = 0;
        for &(from, to, before) in &self.0 {
            if minute < to {
                return before + (minute - from).max(0);
            }
            worked = before + to - from;
        }
        worked
    }

    /// The earliest minute of the day before which `worked` minutes (≥ 1) have been worked.
    fn earliest(&self, worked: i64) -> i64 {
        self.0.iter().find(|s| worked <= s.2 + s.1 - s.0).map_or(DAY, |s| s.0 + worked - s.2)
    }

    /// The latest minute of the day before which no more than `worked` minutes have been worked.
    fn latest(&self, worked: i64) -> i64 {
        self.0.iter().find(|s| worked < s.2 + s.1 - s.0).map_or(DAY, |s| s.0 + worked - s.2)
    }
}

impl WorkingTime {
    /// A calendar that works every minute.
    pub fn continuous() -> WorkingTime {
        WorkingTime {
            continuous: true,
            first: 0,
            before: Box::new([0]),
            pattern: Box::new([]),
            patterns: Box::new([]),
            week: [0; 7],
            week_before: std::array::from_fn(|d| d as i64 * DAY),
            bucket: Box::new([]),
            bucket_shift: 0,
        }
    }

    /// `week`: hours of each week day, Monday first, not all empty. `days`: hours of the days of a window
    /// that starts on `first`, a Monday, and lasts whole weeks.
    pub(crate) fn new(week: &[DayHours; 7], first: Day, days: &[&DayHours]) -> WorkingTime {
        if week.iter().chain(days.iter().copied()).all(DayHours::is_whole_day) {
            return WorkingTime::continuous();
        }
        debug_assert!(first.weekday() == 0 && days.len().is_multiple_of(7));
        let mut patterns = Vec::new();
        let mut seen: HashMap<DayHours, u32> = HashMap::new();
        let mut intern = |hours: &DayHours| match seen.get(hours) {
            Some(&i) => i,
            None => {
                let i = patterns.len() as u32;
                patterns.push(DayPattern::new(hours));
                seen.insert(hours.clone(), i);
                i
            }
        };
        let week_patterns = std::array::from_fn(|d| intern(&week[d]));
        let mut week_before = [0; 8];
        for d in 0..7 {
            week_before[d + 1] = week_before[d] + week[d].minutes();
        }
        let mut total = 0;
        let mut before = Vec::with_capacity(days.len() + 1);
        for hours in days {
            before.push(total);
            total += hours.minutes();
        }
        before.push(total);
        let pattern = days.iter().map(|hours| intern(hours)).collect();

        // Buckets as wide as an average day, so that one holds one or two days.
        let bucket_shift = (total / days.len().max(1) as i64).max(1).ilog2();
        let mut bucket = Vec::with_capacity((total >> bucket_shift) as usize + 1);
        for (day, &start) in before.iter().enumerate().take(days.len()) {
            let end = before[day + 1];
            while ((bucket.len() as i64) << bucket_shift) < end {
                debug_assert!(start <= (bucket.len() as i64) << bucket_shift);
                bucket.push(day as u32);
            }
        }
        WorkingTime {
            continuous: false,
            first: i64::from(first.0),
            before: before.into(),
            pattern,
            patterns: patterns.into(),
            week: week_patterns,
            week_before,
            bucket: bucket.into(),
            bucket_shift,
        }
    }

    /// Whether every minute works.
    pub fn is_continuous(&self) -> bool {
        self.continuous
    }

    fn days(&self) -> i64 {
        self.pattern.len() as i64
    }

    fn total(&self) -> i64 {
        self.before[self.pattern.len()]
    }

    fn week_minutes(&self) -> i64 {
        self.week_before[7]
    }

    /// Working minutes before `t`, from the calendar's own origin.
    pub fn position(&self, t: Moment) -> i64 {
        let t = t.minutes();
        if self.continuous {
            return t;
        }
        let civil_day = t.div_euclid(DAY);
        let minute = t - civil_day * DAY;
        let day = civil_day - self.first;
        if (0..self.days()).contains(&day) {
            let day = day as usize;
            return self.before[day] + self.patterns[self.pattern[day] as usize].worked_before(minute);
        }
        // Outside the table: whole weeks before it or after it.
        let (origin, day) = if day < 0 { (0, day) } else { (self.total(), day - self.days()) };
        let (weeks, weekday) = (day.div_euclid(7), day.rem_euclid(7) as usize);
        origin
            + weeks * self.week_minutes()
            + self.week_before[weekday]
            + self.patterns[self.week[weekday] as usize].worked_before(minute)
    }

    /// The first instant at position `p`: the end of a working interval, never the start of the next.
    pub fn earliest(&self, p: i64) -> Moment {
        if self.continuous {
            return Moment::from_minutes(p);
        }
        if 0 < p && p <= self.total() {
            let day = self.day_of(p, |before| before < p);
            let minute = self.patterns[self.pattern[day] as usize].earliest(p - self.before[day]);
            return Moment::from_minutes((self.first + day as i64) * DAY + minute);
        }
        let (origin_day, p) =
            if p <= 0 { (self.first, p) } else { (self.first + self.days(), p - self.total()) };
        let weeks = (p - 1).div_euclid(self.week_minutes());
        let rest = p - weeks * self.week_minutes();
        let weekday = (0..7).find(|&d| rest <= self.week_before[d + 1]).unwrap_or(6);
        let minute = self.patterns[self.week[weekday] as usize].earliest(rest - self.week_before[weekday]);
        Moment::from_minutes((origin_day + weeks * 7 + weekday as i64) * DAY + minute)
    }

    /// The last instant at position `p`: the start of a working interval, never the end of the one before.
    pub fn latest(&self, p: i64) -> Moment {
        if self.continuous {
            return Moment::from_minutes(p);
        }
        if 0 <= p && p < self.total() {
            let day = self.day_of(p, |before| before <= p);
            let minute = self.patterns[self.pattern[day] as usize].latest(p - self.before[day]);
            return Moment::from_minutes((self.first + day as i64) * DAY + minute);
        }
        let (origin_day, p) =
            if p < 0 { (self.first, p) } else { (self.first + self.days(), p - self.total()) };
        let weeks = p.div_euclid(self.week_minutes());
        let rest = p - weeks * self.week_minutes();
        let weekday = (0..7).find(|&d| rest < self.week_before[d + 1]).unwrap_or(6);
        let minute = self.patterns[self.week[weekday] as usize].latest(rest - self.week_before[weekday]);
        Moment::from_minutes((origin_day + weeks * 7 + weekday as i64) * DAY + minute)
    }

    /// The last day of the table for which `holds(minutes before it)`; it holds for the first day.
    fn day_of(&self, p: i64, holds: impl Fn(i64) -> bool) -> usize {
        let last = self.pattern.len() - 1;
        let bucket = ((p.max(1) - 1) >> self.bucket_shift) as usize;
        let mut day = self.bucket.get(bucket).map_or(0, |&d| d as usize);
        for _ in 0..8 {
            if day >= last || !holds(self.before[day + 1]) {
                return day;
            }
            day += 1;
        }
        // A long stretch without work: search the rest.
        day + self.before[day + 1..=last].partition_point(|&before| holds(before))
    }

    /// The next instant at or after `t` at which work goes on (`t` itself when it does).
    pub fn up(&self, t: Moment) -> Moment {
        if self.continuous { t } else { self.latest(self.position(t)) }
    }

    /// The last instant at or before `t` at which work had just been going on (`t` itself when it had).
    pub fn down(&self, t: Moment) -> Moment {
        if self.continuous { t } else { self.earliest(self.position(t)) }
    }

    /// The instant at which `minutes` have been worked after `t`, at the end of a working interval;
    /// `t` itself for 0; [`WorkingTime::sub`] for a negative number.
    pub fn add(&self, t: Moment, minutes: i64) -> Moment {
        if self.continuous {
            return Moment::from_minutes(t.minutes() + minutes);
        }
        match minutes {
            0 => t,
            1.. => self.earliest(self.position(t) + minutes),
            _ => self.latest(self.position(t) + minutes),
        }
    }

    /// The instant from which `minutes` remain until `t`, at the start of a working interval;
    /// `t` itself for 0; [`WorkingTime::add`] for a negative number.
    pub fn sub(&self, t: Moment, minutes: i64) -> Moment {
        self.add(t, -minutes)
    }

    /// Working minutes from `from` to `to`, negative when `to` comes first.
    pub fn between(&self, from: Moment, to: Moment) -> i64 {
        self.position(to) - self.position(from)
    }

    /// Whether `t` lies in a working interval, at its start or at its end.
    pub fn touches_work(&self, t: Moment) -> bool {
        self.continuous || self.up(t) == t || self.down(t) == t
    }
}
