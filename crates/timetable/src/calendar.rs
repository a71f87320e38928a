//! Working calendars as they are written: a week, periods with another week, single days, and a base
//! calendar for what a calendar leaves open.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::moment::{DAY, Day, FIRST_DAY, LAST_DAY};
use crate::working_time::WorkingTime;

/// Index of a calendar in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CalendarId(pub u32);

impl CalendarId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The working hours of one day: intervals in minutes since midnight, sorted, apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct DayHours(Vec<(u16, u16)>);

/// Hours that make no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "working hours from minute {from} to minute {to} of the day: the end must come after the start, and both lie within the day (0 to 1440)"
)]
pub struct BadHours {
    pub from: i64,
    pub to: i64,
}

impl DayHours {
    /// No work.
    pub fn free() -> DayHours {
        DayHours::default()
    }

    /// 08:00–12:00 and 13:00–17:00.
    pub fn office() -> DayHours {
        DayHours(vec![(480, 720), (780, 1020)])
    }

    /// Midnight to midnight.
    pub fn whole_day() -> DayHours {
        DayHours(vec![(0, 1440)])
    }

    /// Hours from intervals `[from, to)` in minutes since midnight, in any order; touching ones are joined.
    pub fn new(intervals: &[(i64, i64)]) -> Result<DayHours, BadHours> {
        let mut spans = Vec::with_capacity(intervals.len());
        for &(from, to) in intervals {
            match (u16::try_from(from), u16::try_from(to)) {
                (Ok(f), Ok(t)) if f < t && i64::from(t) <= DAY => spans.push((f, t)),
                _ => return Err(BadHours { from, to }),
            }
        }
        spans.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Ok(DayHours(joined))
    }

    /// The intervals, sorted.
    pub fn spans(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Working minutes of the day.
    pub fn minutes(&self) -> i64 {
        self.0.iter().map(|&(from, to)| i64::from(to - from)).sum()
    }

    pub(crate) fn is_whole_day(&self) -> bool {
        self.0 == [(0, 1440)]
    }
}

/// Hours of each week day, Monday first; `None` leaves the day to the base calendar.
pub type Week = [Option<DayHours>; 7];

/// A span of days with a week of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub from: Day,
    /// Inclusive.
    pub to: Day,
    pub week: Week,
}

/// A working calendar. A day listed in `days` is as written there; otherwise a listed day of the base;
/// otherwise the first period that holds it, own before base; otherwise the week, own before base.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    pub name: String,
    pub base: Option<CalendarId>,
    pub week: Week,
    pub periods: Vec<Period>,
    pub days: BTreeMap<Day, DayHours>,
}

/// A calendar that cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    #[error("calendar “{name}” has no working time in its week: give at least one week day working hours")]
    NoWorkingTime { name: String },
    #[error("calendar “{name}” is based on itself, through {through}: remove one of these bases")]
    BaseCycle { name: String, through: String },
    #[error(
        "calendar “{name}” is based on a calendar that does not exist: add the base calendar or remove the reference"
    )]
    NoBase { name: String },
    #[error("calendar “{name}” has an exception on {day}: use days between {FIRST_DAY} and {LAST_DAY}")]
    OutOfRange { name: String, day: Day },
}

impl Calendar {
    /// Monday to Friday, 08:00–12:00 and 13:00–17:00, no holidays.
    pub fn standard(name: &str) -> Calendar {
        let week = std::array::from_fn(|d| Some(if d < 5 { DayHours::office() } else { DayHours::free() }));
        Calendar { name: name.to_owned(), week, ..Calendar::default() }
    }

    /// Every minute of every day.
    pub fn continuous(name: &str) -> Calendar {
        let week = std::array::from_fn(|_| Some(DayHours::whole_day()));
        Calendar { name: name.to_owned(), week, ..Calendar::default() }
    }

    fn check_days(&self) -> Result<(), CalendarError> {
        let ends = self.periods.iter().flat_map(|p| [p.from, p.to]);
        for day in self.days.keys().copied().chain(ends) {
            if !(FIRST_DAY..=LAST_DAY).contains(&day) {
                return Err(CalendarError::OutOfRange { name: self.name.clone(), day });
            }
        }
        Ok(())
    }
}

/// A calendar with its bases laid out: the hours of the week, and those of each day from the first that any of them
/// speaks of, whole weeks from a Monday on.
struct LaidOut<'a> {
    week: [DayHours; 7],
    chain: Vec<&'a Calendar>,
    span: Option<(Day, Day)>,
}

impl<'a> LaidOut<'a> {
    fn new(calendars: &'a [Calendar], id: CalendarId) -> Result<Self, CalendarError> {
        let chain = base_chain(calendars, id)?;
        for calendar in &chain {
            calendar.check_days()?;
        }
        let week: [DayHours; 7] =
            std::array::from_fn(|d| chain.iter().find_map(|c| c.week[d].clone()).unwrap_or_default());
        if week.iter().all(|hours| hours.minutes() == 0) {
            return Err(CalendarError::NoWorkingTime { name: chain[0].name.clone() });
        }
        let mut span: Option<(Day, Day)> = None;
        let mut widen = |from: Day, to: Day| {
            span = Some(span.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
        };
        for calendar in &chain {
            if let (Some((from, _)), Some((to, _))) =
                (calendar.days.first_key_value(), calendar.days.last_key_value())
            {
                widen(*from, *to);
            }
            for period in &calendar.periods {
                widen(period.from, period.to.max(period.from));
            }
        }
        let span = span.map(|(first, last)| (Day(first.0 - first.weekday() as i32), last));
        Ok(Self { week, chain, span })
    }

    /// The hours of each day of its span.
    fn days(&self) -> Vec<&DayHours> {
        let Some((first, last)) = self.span else { return Vec::new() };
        let weeks = (last.0 - first.0) / 7 + 1;
        let mut days: Vec<&DayHours> = (0..weeks * 7).map(|n| &self.week[(n % 7) as usize]).collect();
        let slot = |day: Day| (day.0 - first.0) as usize;
        // From the weakest to the strongest: base periods, own periods, base days, own days.
        for calendar in self.chain.iter().rev() {
            for period in calendar.periods.iter().rev() {
                for n in period.from.0..=period.to.0 {
                    let weekday = Day(n).weekday();
                    if let Some(hours) = &period.week[weekday] {
                        days[slot(Day(n))] = hours;
                    }
                }
            }
        }
        for calendar in self.chain.iter().rev() {
            for (&day, hours) in &calendar.days {
                days[slot(day)] = hours;
            }
        }
        days
    }
}

/// Expands calendar `id` of `calendars` for arithmetic.
pub fn expand(calendars: &[Calendar], id: CalendarId) -> Result<WorkingTime, CalendarError> {
    let laid = LaidOut::new(calendars, id)?;
    let Some((first, _)) = laid.span else {
        // No exceptions: one week of table, the rest is arithmetic.
        let days: Vec<&DayHours> = laid.week.iter().collect();
        return Ok(WorkingTime::new(&laid.week, Day(4), &days));
    };
    Ok(WorkingTime::new(&laid.week, first, &laid.days()))
}

/// Calendar `id` of `calendars` without bases and periods: a week, and the days that are otherwise. It works the same.
pub fn flatten(calendars: &[Calendar], id: CalendarId) -> Result<Calendar, CalendarError> {
    let laid = LaidOut::new(calendars, id)?;
    let first = laid.span.map_or(0, |(first, _)| first.0);
    let days = (first..).zip(laid.days()).filter(|(n, hours)| laid.week[Day(*n).weekday()] != **hours);
    let days = days.map(|(n, hours)| (Day(n), hours.clone())).collect();
    let name = laid.chain[0].name.clone();
    Ok(Calendar { name, week: laid.week.clone().map(Some), days, ..Calendar::default() })
}

/// The calendar and its bases, nearest first.
fn base_chain(calendars: &[Calendar], id: CalendarId) -> Result<Vec<&Calendar>, CalendarError> {
    let mut chain: Vec<&Calendar> = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        let Some(calendar) = calendars.get(id.index()) else {
            let name = chain.last().map_or_else(|| format!("number {}", id.0), |c| c.name.clone());
            return Err(CalendarError::NoBase { name });
        };
        if chain.len() >= calendars.len() {
            let through = chain.iter().map(|c| format!("“{}”", c.name)).collect::<Vec<_>>().join(" → ");
            return Err(CalendarError::BaseCycle { name: chain[0].name.clone(), through });
        }
        chain.push(calendar);
        next = calendar.base;
    }
    Ok(chain)
}
