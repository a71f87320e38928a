//! Calendars of the format.

use std::collections::{BTreeMap, HashMap};

use timetable::calendar::Week;
use timetable::moment::{FIRST_DAY, LAST_DAY, parse_clock};
use timetable::recurrence::{DayKind, MonthDay, Recurrence, Rule};
use timetable::{Calendar, CalendarId, Day, DayHours, Moment, Period};

use super::MspdiError;
use super::read::{flag, number};
use super::xml::{Item, Xml};

/// Most exception days a file may spell out, over all calendars.
const MAX_DAYS: usize = 2_000_000;

/// The calendars of a file with the numbers by which the file knows them.
#[derive(Default)]
pub(super) struct Calendars {
    pub list: Vec<Calendar>,
    pub by_uid: HashMap<i64, CalendarId>,
    /// Base calendar numbers, resolved once all calendars are read.
    bases: Vec<Option<i64>>,
    days: usize,
}

/// Exceptions sort by this: later ones win on a day that several name. A single span beats every rule that
/// comes back; among those daily beats yearly beats monthly beats weekly (MS Project 2010 and later).
fn precedence(rule: Option<&Rule>) -> u8 {
    match rule {
        Some(Rule::Weekly { .. }) => 0,
        Some(Rule::Monthly { .. }) => 1,
        Some(Rule::Yearly { .. }) => 2,
        Some(Rule::Daily { .. }) => 3,
        None => 4,
    }
}

struct Exception {
    line: usize,
    days: Vec<Day>,
    hours: DayHours,
    precedence: u8,
}

#[derive(Default)]
struct Parts {
    uid: Option<i64>,
    name: String,
    is_base: bool,
    base: Option<i64>,
    week: Week,
    any_week_day: bool,
    /// Exceptions in the old form, as week day 0.
    old: Vec<Exception>,
    new: Vec<Exception>,
    periods: Vec<Period>,
}

impl Calendars {
    /// Reads the children of `<Calendars>`.
    pub fn read(&mut self, xml: &mut Xml<'_>) -> Result<(), MspdiError> {
        while let Item::Child(name) = xml.next()? {
            if name == "Calendar" {
                self.read_calendar(xml)?;
            } else {
                xml.skip()?;
            }
        }
        Ok(())
    }

    fn read_calendar(&mut self, xml: &mut Xml<'_>) -> Result<(), MspdiError> {
        let line = xml.line();
        let mut parts = Parts::default();
        while let Item::Child(name) = xml.next()? {
            match name.as_str() {
                "UID" => parts.uid = Some(number(xml, "UID")?),
                "Name" => parts.name = xml.text()?.trim().to_owned(),
                "IsBaseCalendar" => parts.is_base = flag(xml, "IsBaseCalendar")?,
                "BaseCalendarUID" => parts.base = Some(number(xml, "BaseCalendarUID")?),
                "WeekDays" => read_week_days(xml, &mut parts)?,
                "Exceptions" => read_exceptions(xml, &mut parts)?,
                "WorkWeeks" => read_work_weeks(xml, &mut parts)?,
                _ => xml.skip()?,
            }
        }
        let Some(uid) = parts.uid else {
            return Err(MspdiError::Missing {
                line,
                what: format!("calendar “{}”", parts.name),
                element: "UID",
            });
        };
        if parts.name.is_empty() {
            parts.name = format!("calendar {uid}");
        }
        if self.list.len() >= usize::from(u16::MAX) {
            return Err(MspdiError::TooMany { line, what: "calendars", limit: usize::from(u16::MAX) });
        }
        let base = parts.base.filter(|&b| b > 0 && !parts.is_base && b != uid);
        if base.is_none() && !parts.any_week_day {
            parts.week = Calendar::standard("").week;
        }
        // Since 2007 every exception is written twice; the old form lacks names and rules.
        let mut exceptions = if parts.new.is_empty() { parts.old } else { parts.new };
        exceptions.sort_by_key(|e| e.precedence);
        let mut days = BTreeMap::new();
        for exception in exceptions {
            self.days += exception.days.len();
            if self.days > MAX_DAYS {
                let what = "calendar exception days";
                return Err(MspdiError::TooMany { line: exception.line, what, limit: MAX_DAYS });
            }
            for day in exception.days {
                days.insert(day, exception.hours.clone());
            }
        }
        let id = CalendarId(self.list.len() as u32);
        self.list.push(Calendar {
            name: parts.name,
            base: None,
            week: parts.week,
            periods: parts.periods,
            days,
        });
        self.bases.push(base);
        self.by_uid.insert(uid, id);
        Ok(())
    }

    /// Connects calendars with their bases; a base that is not in the file is left out.
    pub fn connect(&mut self) {
        for (calendar, base) in self.list.iter_mut().zip(&self.bases) {
            calendar.base = base.and_then(|uid| self.by_uid.get(&uid).copied());
        }
    }
}

fn bad(line: usize, parts: &Parts, reason: impl Into<String>) -> MspdiError {
    MspdiError::Calendar { line, calendar: parts.name.clone(), reason: reason.into() }
}

fn read_week_days(xml: &mut Xml<'_>, parts: &mut Parts) -> Result<(), MspdiError> {
    while let Item::Child(name) = xml.next()? {
        if name != "WeekDay" {
            xml.skip()?;
            continue;
        }
        let line = xml.line();
        let day = read_day(xml, parts)?;
        match day.kind {
            Some(0) => {
                let span = day.span(parts, line)?;
                let hours = day.hours(parts, line)?;
                parts.old.push(Exception { line, days: days_of(span), hours, precedence: precedence(None) });
            }
            Some(kind @ 1..=7) => {
                parts.any_week_day = true;
                parts.week[(kind as usize + 5) % 7] = Some(day.hours(parts, line)?);
            }
            _ => return Err(bad(line, parts, "a week day without a DayType from 0 to 7")),
        }
    }
    Ok(())
}

fn days_of((from, to): (Day, Day)) -> Vec<Day> {
    (from.0..=to.0).map(Day).collect()
}

/// The fields shared by week days and exceptions.
#[derive(Default)]
struct DayParts {
    kind: Option<i64>,
    working: bool,
    from: Option<Day>,
    to: Option<Day>,
    times: Vec<(i64, i64)>,
    exception_kind: Option<i64>,
    period: Option<i64>,
    days_of_week: Option<i64>,
    month: Option<i64>,
    month_day: Option<i64>,
    month_item: Option<i64>,
    month_position: Option<i64>,
    occurrences: Option<i64>,
    by_occurrences: bool,
}

impl DayParts {
    fn span(&self, parts: &Parts, line: usize) -> Result<(Day, Day), MspdiError> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from <= to => Ok((from, to)),
            (Some(day), None) | (None, Some(day)) => Ok((day, day)),
            (Some(from), Some(to)) => Err(bad(
                line,
                parts,
                format!("an exception from {from} to {to} ends before it begins; swap the dates"),
            )),
            (None, None) => {
                Err(bad(line, parts, "an exception without a TimePeriod; give FromDate and ToDate"))
            }
        }
    }

    fn hours(&self, parts: &Parts, line: usize) -> Result<DayHours, MspdiError> {
        if !self.working {
            return Ok(DayHours::free());
        }
        if self.times.is_empty() {
            return Ok(DayHours::office());
        }
        DayHours::new(&self.times).map_err(|error| bad(line, parts, error.to_string()))
    }

    /// The recurrence rule; `None` for a plain span of days.
    fn rule(&self, parts: &Parts, line: usize) -> Result<Option<Rule>, MspdiError> {
        let every = u32::try_from(self.period.unwrap_or(1)).unwrap_or(1).max(1);
        let month_day = |by_position: bool| -> Result<MonthDay, MspdiError> {
            if !by_position {
                let number =
                    self.month_day.and_then(|d| u32::try_from(d).ok()).filter(|d| (1..=31).contains(d));
                return number
                    .map(MonthDay::Number)
                    .ok_or_else(|| bad(line, parts, "MonthDay must be 1 to 31"));
            }
            let kind = match self.month_item {
                Some(0) => DayKind::AnyDay,
                Some(1) => DayKind::Weekday,
                Some(2) => DayKind::WeekendDay,
                Some(item @ 3..=9) => DayKind::Weekday7((item as usize + 3) % 7),
                _ => return Err(bad(line, parts, "MonthItem must be 0 to 9")),
            };
            match self.month_position {
                Some(nth @ 0..=4) => Ok(MonthDay::Position { nth: nth as u32, kind }),
                _ => Err(bad(line, parts, "MonthPosition must be 0 to 4")),
            }
        };
        let month = || match self.month {
            Some(month @ 0..=11) => Ok(month as u32 + 1),
            _ => Err(bad(line, parts, "Month must be 0 (January) to 11")),
        };
        Ok(match self.exception_kind {
            None | Some(1) => None,
            Some(7) => Some(Rule::Daily { every }),
            Some(6) => {
                // Bits of the file begin with Sunday, those of the rule with Monday.
                let bits = self.days_of_week.unwrap_or(0) & 0x7F;
                let days = (bits >> 1 | (bits & 1) << 6) as u8;
                Some(Rule::Weekly { every, days })
            }
            Some(4) => Some(Rule::Monthly { every, day: month_day(false)? }),
            Some(5) => Some(Rule::Monthly { every, day: month_day(true)? }),
            Some(2) => Some(Rule::Yearly { month: month()?, day: month_day(false)? }),
            Some(3) => Some(Rule::Yearly { month: month()?, day: month_day(true)? }),
            Some(other) => {
                return Err(bad(line, parts, format!("an exception of Type {other}; known are 1 to 7")));
            }
        })
    }
}

fn read_exceptions(xml: &mut Xml<'_>, parts: &mut Parts) -> Result<(), MspdiError> {
    while let Item::Child(name) = xml.next()? {
        if name != "Exception" {
            xml.skip()?;
            continue;
        }
        let line = xml.line();
        let day = read_day(xml, parts)?;
        let (from, to) = day.span(parts, line)?;
        let hours = day.hours(parts, line)?;
        let rule = day.rule(parts, line)?;
        let days = match rule {
            None => days_of((from, to)),
            Some(rule) => {
                let at_most =
                    day.occurrences.filter(|&n| day.by_occurrences && n > 0).map(|n| n.min(1_000_000) as u32);
                Recurrence { rule, from, to, at_most }.days()
            }
        };
        // A rule that yields one day is a single exception like any other.
        let precedence = precedence(rule.as_ref().filter(|_| days.len() > 1));
        parts.new.push(Exception { line, days, hours, precedence });
    }
    Ok(())
}

fn read_work_weeks(xml: &mut Xml<'_>, parts: &mut Parts) -> Result<(), MspdiError> {
    while let Item::Child(name) = xml.next()? {
        if name != "WorkWeek" {
            xml.skip()?;
            continue;
        }
        let line = xml.line();
        let mut week: Week = Week::default();
        let mut span = DayParts::default();
        while let Item::Child(name) = xml.next()? {
            match name.as_str() {
                "TimePeriod" => read_time_period(xml, &mut span)?,
                "WeekDays" => {
                    while let Item::Child(name) = xml.next()? {
                        if name != "WeekDay" {
                            xml.skip()?;
                            continue;
                        }
                        let line = xml.line();
                        let day = read_day(xml, parts)?;
                        if let Some(kind @ 1..=7) = day.kind {
                            week[(kind as usize + 5) % 7] = Some(day.hours(parts, line)?);
                        }
                    }
                }
                _ => xml.skip()?,
            }
        }
        let (from, to) = span.span(parts, line)?;
        parts.periods.push(Period { from, to, week });
    }
    Ok(())
}

fn read_time_period(xml: &mut Xml<'_>, day: &mut DayParts) -> Result<(), MspdiError> {
    while let Item::Child(name) = xml.next()? {
        match name.as_str() {
            "FromDate" => day.from = read_date(xml, "FromDate")?,
            "ToDate" => day.to = read_date(xml, "ToDate")?,
            _ => xml.skip()?,
        }
    }
    Ok(())
}

fn read_date(xml: &mut Xml<'_>, element: &'static str) -> Result<Option<Day>, MspdiError> {
    let line = xml.line();
    let text = xml.text()?;
    if text.trim().is_empty() || text.trim() == "NA" {
        return Ok(None);
    }
    match text.parse::<Moment>() {
        Ok(moment) => Ok(Some(moment.day().clamp(FIRST_DAY, LAST_DAY))),
        Err(_) => Err(MspdiError::Value {
            line,
            element,
            value: text,
            expected: "a date-time such as 2019-08-14T00:00:00",
        }),
    }
}

fn read_day(xml: &mut Xml<'_>, parts: &Parts) -> Result<DayParts, MspdiError> {
    let mut day = DayParts::default();
    while let Item::Child(name) = xml.next()? {
        match name.as_str() {
            "DayType" => day.kind = Some(number(xml, "DayType")?),
            "DayWorking" => day.working = flag(xml, "DayWorking")?,
            "TimePeriod" => read_time_period(xml, &mut day)?,
            "WorkingTimes" => {
                while let Item::Child(name) = xml.next()? {
                    if name == "WorkingTime" {
                        read_working_time(xml, parts, &mut day)?;
                    } else {
                        xml.skip()?;
                    }
                }
            }
            "Type" => day.exception_kind = Some(number(xml, "Type")?),
            "Period" => day.period = Some(number(xml, "Period")?),
            "DaysOfWeek" => day.days_of_week = Some(number(xml, "DaysOfWeek")?),
            "Month" => day.month = Some(number(xml, "Month")?),
            "MonthDay" => day.month_day = Some(number(xml, "MonthDay")?),
            "MonthItem" => day.month_item = Some(number(xml, "MonthItem")?),
            "MonthPosition" => day.month_position = Some(number(xml, "MonthPosition")?),
            "Occurrences" => day.occurrences = Some(number(xml, "Occurrences")?),
            "EnteredByOccurrences" => day.by_occurrences = flag(xml, "EnteredByOccurrences")?,
            _ => xml.skip()?,
        }
    }
    Ok(day)
}

fn read_working_time(xml: &mut Xml<'_>, parts: &Parts, day: &mut DayParts) -> Result<(), MspdiError> {
    let line = xml.line();
    let (mut from, mut to) = (None, None);
    while let Item::Child(name) = xml.next()? {
        let slot = match name.as_str() {
            "FromTime" => &mut from,
            "ToTime" => &mut to,
            _ => {
                xml.skip()?;
                continue;
            }
        };
        let text = xml.text()?;
        if text.trim().is_empty() {
            continue;
        }
        // MPXJ writes some times with a date before them.
        let clock = text.rsplit_once('T').map_or(text.as_str(), |(_, clock)| clock);
        let minute = parse_clock(clock);
        *slot = Some(
            minute
                .ok_or_else(|| bad(line, parts, format!("“{text}” is not a time of day; write HH:MM:SS")))?,
        );
    }
    match (from, to) {
        // Midnight at the end of the day is written as 00:00.
        (Some(from), Some(0)) => day.times.push((from, 1440)),
        (Some(from), Some(to)) => day.times.push((from, to)),
        _ => {}
    }
    Ok(())
}
