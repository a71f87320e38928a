//! What changed between two timetables of a plan, and why.

use jiff::civil::Date;

use crate::code::Code;
use crate::portfolio::Portfolio;
use crate::timetabling::{Estimate, Progress, Row, StepRow, Timetable};
use crate::workday;

/// The most grounds that are given for one project: the first on the way to its promise.
const MOST_GROUNDS: usize = 6;

/// A timetable with what it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub portfolio: &'a Portfolio,
    pub timetable: &'a Timetable,
    pub rows: &'a [Row],
}

impl<'a> Side<'a> {
    fn row(&self, project: &Code) -> Option<&'a Row> {
        Row::of(self.rows, self.portfolio, project.as_str())
    }

    /// The project and step of every link of the chain that drives a step.
    fn chain(&self, step: &StepRow) -> Vec<(Code, Code)> {
        let mut tasks = self.timetable.driving_chain(step.task);
        if tasks.is_empty() {
            tasks.push(step.task);
        }
        tasks
            .into_iter()
            .filter_map(|task| {
                let at = self.timetable.place(task)?;
                let project = &self.portfolio.projects[at.project];
                Some((project.code.clone(), project.steps.get(at.step)?.step.clone()))
            })
            .collect()
    }

    fn step(&self, place: &(Code, Code)) -> Option<&'a StepRow> {
        self.row(&place.0)?.steps.iter().find(|row| row.step == place.1)
    }
}

/// One ground for a date that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The step is given another time.
    Duration { place: (Code, Code), before: Option<Estimate>, after: Option<Estimate> },
    /// It is worked in another calendar, or the calendar's days are others.
    Calendar { place: (Code, Code) },
    /// It waits for other steps than before.
    Waits { place: (Code, Code) },
    /// It may not begin before another day.
    NotBefore { place: (Code, Code), on: Option<Date> },
    /// It is done by now.
    Done { place: (Code, Code), on: Date },
    /// People expect it on another day.
    Stated { place: (Code, Code), on: Option<Date> },
    /// The promise itself is another one.
    Promise { before: Option<Date>, after: Option<Date> },
    /// A limit of capacity is another one: as many at once, before and after.
    Capacity { limit: Code, before: u16, after: u16 },
    /// The country's working days were settled otherwise.
    Holidays { version: String },
    /// Time went by and the work that should have been done was not.
    Time,
}

/// A project whose promise stands otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub project: Code,
    pub step: Code,
    pub promised: Option<Date>,
    pub before: Option<Date>,
    pub after: Option<Date>,
    /// Working days later, negative for earlier; 0 where one of the two is not there.
    pub days: i32,
    /// Working days to spare, before and after.
    pub float: (Option<i64>, Option<i64>),
    pub why: Vec<Why>,
}

impl Moved {
    /// Whether a promise that could be kept no longer can.
    pub fn breaks(&self) -> bool {
        matches!(self.float, (Some(before), Some(after)) if before >= 0 && after < 0)
    }

    /// Whether a promise that was out of reach is within it.
    pub fn saves(&self) -> bool {
        matches!(self.float, (Some(before), Some(after)) if before < 0 && after >= 0)
    }
}

/// Every project whose headline stands otherwise, the worst first.
pub fn moves(before: &Side<'_>, after: &Side<'_>) -> Vec<Moved> {
    let mut out = Vec::new();
    for row in after.rows {
        let project = &after.portfolio.projects[row.project].code;
        let old = before.row(project);
        // What it was about before: with it done, the step is looked at where it now lies.
        let code = old.and_then(Row::headline).or_else(|| row.headline()).map(|step| step.step.clone());
        let Some(code) = code else { continue };
        let place = (project.clone(), code.clone());
        let (was, is) = (before.step(&place), after.step(&place));
        if was.is_none() && is.is_none() {
            continue;
        }
        let finish = |step: Option<&StepRow>| step.map(|step| step.finish);
        let promise = |step: Option<&StepRow>| step.and_then(|step| step.promised);
        let float = (was.and_then(|step| step.float), is.and_then(|step| step.float));
        if finish(was) == finish(is) && promise(was) == promise(is) && float == (float.1, float.1) {
            continue;
        }
        let days = match (finish(was), finish(is)) {
            (Some(from), Some(to)) => after.timetable.national.between(workday::day(from), workday::day(to)),
            _ => 0,
        };
        out.push(Moved {
            promised: promise(is),
            before: finish(was),
            after: finish(is),
            days,
            float,
            why: grounds(before, after, was, is),
            project: project.clone(),
            step: code,
        });
    }
    out.sort_by(|a, b| (b.days, &a.project).cmp(&(a.days, &b.project)));
    out
}

fn grounds(before: &Side<'_>, after: &Side<'_>, was: Option<&StepRow>, is: Option<&StepRow>) -> Vec<Why> {
    let mut out = Vec::new();
    let promise = |step: Option<&StepRow>| step.and_then(|step| step.promised);
    if promise(was) != promise(is) {
        out.push(Why::Promise { before: promise(was), after: promise(is) });
    }
    let mut places: Vec<(Code, Code)> = is.map(|step| after.chain(step)).unwrap_or_default();
    for place in was.map(|step| before.chain(step)).unwrap_or_default() {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        out.extend(at(before, after, &place));
    }
    let end = was.into_iter().chain(is).map(|step| step.finish).max().unwrap_or(after.timetable.as_of);
    if holidays(before, after, end) {
        out.push(Why::Holidays { version: after.timetable.calendar_version.clone() });
    }
    if out.is_empty() {
        out.extend(limits(before, after));
    }
    if out.is_empty() && before.timetable.as_of != after.timetable.as_of {
        out.push(Why::Time);
    }
    out.truncate(MOST_GROUNDS);
    out
}

/// Whether the country's working days from the day looked at to another are others.
fn holidays(before: &Side<'_>, after: &Side<'_>, end: Date) -> bool {
    let (was, is) = (&before.timetable.national, &after.timetable.national);
    let from = before.timetable.as_of.min(after.timetable.as_of);
    let span = workday::day(from)..=workday::day(end);
    was != is && was.differences(is).iter().any(|day| span.contains(day))
}

/// Limits of capacity that are others: through them a step waits for steps that it has nothing else to do with.
fn limits(before: &Side<'_>, after: &Side<'_>) -> Vec<Why> {
    let old = &before.portfolio.plan.work_limits;
    let new = after.portfolio.plan.work_limits.iter();
    new.filter_map(|limit| {
        let old = old.iter().find(|held| held.limit == limit.limit)?;
        let (before, after) = (old.capacity, limit.capacity);
        (before != after).then(|| Why::Capacity { limit: limit.limit.clone(), before, after })
    })
    .collect()
}

/// What is otherwise with one step.
fn at(before: &Side<'_>, after: &Side<'_>, place: &(Code, Code)) -> Vec<Why> {
    let mut out = Vec::new();
    let work = |side: &Side<'_>| {
        let project = side.portfolio.project(place.0.as_str())?;
        side.portfolio.plan.work(project, &place.1).cloned()
    };
    let links = |side: &Side<'_>| {
        let project = side.portfolio.project(place.0.as_str());
        let links = project.map(|project| project.links.as_slice()).unwrap_or_default();
        links.iter().filter(|link| link.step == place.1).cloned().collect::<Vec<_>>()
    };
    let (old, new) = (before.step(place), after.step(place));
    let finished = |row: Option<&StepRow>| row.is_some_and(|row| row.progress == Progress::Done);
    if !finished(old) && finished(new) {
        let on = new.map_or(Date::MIN, |row| row.actual.unwrap_or(row.finish));
        return vec![Why::Done { place: place.clone(), on }];
    }
    let stated = |row: Option<&StepRow>| row.and_then(|row| row.stated);
    if stated(old) != stated(new) {
        out.push(Why::Stated { place: place.clone(), on: stated(new) });
    }
    let (was, is) = (work(before), work(after));
    let days = |work: &Option<crate::timetabling::Work>| work.as_ref().map(|work| work.days);
    if days(&was) != days(&is) {
        out.push(Why::Duration { place: place.clone(), before: days(&was), after: days(&is) });
    }
    let calendar = |side: &Side<'_>, work: &Option<crate::timetabling::Work>| {
        let code = work.as_ref().and_then(|work| work.calendar.clone())?;
        let held = side.portfolio.plan.calendars.iter().find(|it| it.calendar == code)?;
        Some((held.holidays, held.week, held.closed.clone()))
    };
    if calendar(before, &was) != calendar(after, &is) {
        out.push(Why::Calendar { place: place.clone() });
    }
    let waits = |work: &Option<crate::timetabling::Work>| work.as_ref().and_then(|work| work.after.clone());
    if waits(&was) != waits(&is) || links(before) != links(after) {
        out.push(Why::Waits { place: place.clone() });
    }
    let not_before = |work: &Option<crate::timetabling::Work>| work.as_ref().and_then(|work| work.not_before);
    if not_before(&was) != not_before(&is) {
        out.push(Why::NotBefore { place: place.clone(), on: not_before(&is) });
    }
    out
}
