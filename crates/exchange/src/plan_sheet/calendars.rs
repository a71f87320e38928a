//! Calendars in a sheet of tasks: rows whose uid is `calendar`.
//!
//! `name` is the calendar's, `day` a day of the week (1 is Monday; `1-5` are several), a date or a span of dates
//! (`2019-11-15/2020-03-15`), and `hours` when it is worked: `08:00-12:00 13:00-17:00`, or `-` for not at all. Days of
//! the week that no row names are not worked; dates go before them.

use timetable::calendar::flatten;
use timetable::china::WorkingDays;
use timetable::moment::parse_clock;
use timetable::{Calendar, CalendarId, Day, DayHours, Plan};

use super::{COLUMNS, COMPUTED, Reader};
use crate::cell::Cell;

/// What stands in the column of numbers.
const MARK: [&str; 2] = ["calendar", "日历"];

/// A calendar that needs no description.
pub(super) fn built_in(name: &str) -> Option<Calendar> {
    Some(match name {
        "standard" => Calendar::standard("standard"),
        "china" | "national" | "法定工作日" => {
            WorkingDays::known_on(None).calendar("china", &DayHours::office())
        }
        "continuous" | "24" => Calendar::continuous("continuous"),
        _ => return None,
    })
}

impl Reader<'_> {
    /// Whether the row describes a calendar.
    pub(super) fn is_calendar(&self) -> bool {
        MARK.contains(&self.text("uid").to_lowercase().as_str())
    }

    pub(super) fn calendar_row(&mut self) {
        let name = self.text("name").to_owned();
        if name.is_empty() {
            self.fail("name", "give the calendar's name");
            return;
        }
        let days = days(self.text("day"));
        let hours = hours(self.text("hours"));
        if days.is_none() {
            self.fail(
                "day",
                "write days of the week such as 1-5, a date, or two dates such as 2019-11-15/2020-03-15",
            );
        }
        if hours.is_none() {
            self.fail("hours", "write times such as 08:00-12:00 13:00-17:00, or - for no work");
        }
        let (Some(days), Some(hours)) = (days, hours) else { return };
        let free: timetable::calendar::Week = std::array::from_fn(|_| Some(DayHours::free()));
        // The first row that names it begins it, in the place of one that needs no description.
        let key = name.to_lowercase();
        let id = match self.described.get(&key) {
            Some(id) => *id,
            None => {
                let calendar = Calendar { name, week: free, ..Calendar::default() };
                let id = match self.calendars.get(&key) {
                    Some(id) => {
                        self.plan.calendars[id.index()] = calendar;
                        *id
                    }
                    None => {
                        self.plan.calendars.push(calendar);
                        CalendarId(self.plan.calendars.len() as u32 - 1)
                    }
                };
                self.calendars.insert(key.clone(), id);
                self.described.insert(key, id);
                id
            }
        };
        if let Days::Dates(from, to) = days {
            self.listed += (to.0 - from.0) as usize + 1;
            if self.listed > DAYS_MOST {
                self.fail("day", "the calendars of the sheet list more than a million days");
                return;
            }
        }
        let calendar = &mut self.plan.calendars[id.index()];
        match days {
            Days::Week(from, to) => {
                calendar.week[from..=to].fill(Some(hours));
            }
            Days::Dates(from, to) => {
                calendar.days.extend((from.0..=to.0).map(|day| (Day(day), hours.clone())));
            }
        }
    }
}

/// Days that a row is about, both ends within it.
enum Days {
    Week(usize, usize),
    Dates(Day, Day),
}

/// The most days of one span: ten years. A longer one takes several rows.
const SPAN_MOST: i32 = 3_660;
/// The most days that all rows together may list.
const DAYS_MOST: usize = 1_000_000;

fn days(text: &str) -> Option<Days> {
    let of_week = |text: &str| text.trim().parse::<usize>().ok().filter(|day| (1..=7).contains(day));
    if let Some(day) = of_week(text) {
        return Some(Days::Week(day - 1, day - 1));
    }
    if let Some((from, to)) = text.split_once('-').and_then(|(from, to)| Some((of_week(from)?, of_week(to)?)))
    {
        return (from <= to).then_some(Days::Week(from - 1, to - 1));
    }
    let (from, to) = text.split_once('/').unwrap_or((text, text));
    let (from, to): (Day, Day) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    let known = timetable::moment::FIRST_DAY..=timetable::moment::LAST_DAY;
    let fits = from <= to && to.0 - from.0 < SPAN_MOST && known.contains(&from) && known.contains(&to);
    fits.then_some(Days::Dates(from, to))
}

fn hours(text: &str) -> Option<DayHours> {
    if matches!(text, "-" | "休" | "—") {
        return Some(DayHours::free());
    }
    let spans: Option<Vec<(i64, i64)>> = text
        .split([' ', ',', '，', ';', '；', '、'])
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (from, to) = part.split_once(['-', '–', '~'])?;
            let to = if to == "24:00" { 1_440 } else { parse_clock(to)? };
            Some((parse_clock(from)?, to))
        })
        .collect();
    let spans = spans.filter(|spans| !spans.is_empty())?;
    DayHours::new(&spans).ok()
}

/// The rows that describe the calendars of a plan; none for those that need no description.
pub(super) fn rows(plan: &Plan) -> impl Iterator<Item = Vec<Cell>> + '_ {
    let ids = (0..plan.calendars.len() as u32).map(CalendarId);
    ids.filter_map(move |id| {
        // One that cannot be laid out schedules nothing either.
        let flat = flatten(&plan.calendars, id).ok()?;
        let known = built_in(&flat.name.to_lowercase());
        let known = known.and_then(|known| flatten(&[known], CalendarId(0)).ok());
        let same =
            known.is_some_and(|known| (known.week, known.days) == (flat.week.clone(), flat.days.clone()));
        (!same).then(|| described(&flat))
    })
    .flatten()
}

fn described(calendar: &Calendar) -> Vec<Vec<Cell>> {
    let row = |day: String, hours: &DayHours| {
        let mut cells = vec![Cell::Empty; COLUMNS.len() + COMPUTED.len()];
        cells[0] = Cell::text(MARK[0]);
        cells[1] = Cell::text(&calendar.name);
        cells[COLUMNS.len() - 2] = Cell::text(day);
        cells[COLUMNS.len() - 1] = Cell::text(written(hours));
        cells
    };
    let free = DayHours::free();
    let week: Vec<&DayHours> = calendar.week.iter().map(|hours| hours.as_ref().unwrap_or(&free)).collect();
    let mut out = Vec::new();
    let mut from = 0;
    for at in 1..=7 {
        if at == 7 || week[at] != week[from] {
            let day = if from + 1 == at { at.to_string() } else { format!("{}-{at}", from + 1) };
            out.push(row(day, week[from]));
            from = at;
        }
    }
    let mut spans: Vec<(Day, Day, &DayHours)> = Vec::new();
    for (day, hours) in &calendar.days {
        let goes_on = |(from, to, held): &&mut (Day, Day, &DayHours)| {
            to.next() == *day && *held == hours && day.0 - from.0 < SPAN_MOST
        };
        match spans.last_mut().filter(goes_on) {
            Some((_, to, _)) => *to = *day,
            None => spans.push((*day, *day, hours)),
        }
    }
    out.extend(spans.into_iter().map(|(from, to, hours)| {
        row(if from == to { from.to_string() } else { format!("{from}/{to}") }, hours)
    }));
    out
}

fn written(hours: &DayHours) -> String {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let spans = hours.spans().iter().map(|(from, to)| format!("{}-{}", time(*from), time(*to)));
    match hours.spans() {
        [] => "-".to_owned(),
        _ => spans.collect::<Vec<_>>().join(" "),
    }
}
