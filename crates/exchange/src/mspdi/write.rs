//! Writes a plan with its computed dates.
//!
//! Elements stand in the order the schema demands. MPXJ and MS Project read the result and arrive at the same
//! dates; percent and elapsed lags, promises (as deadlines), progress and calendars go along.

use std::fmt::Write;

use timetable::calendar::{Week, expand};
use timetable::{
    Calendar, Constraint, Day, DayHours, Duration, LagCalendar, Placement, Plan, Progress, ScheduleFrom,
    TaskDates,
};

use super::codes::{constraint_code, format_duration, lag_code, link_code};
use super::plan::Baseline;

/// What goes into the file besides plan and dates.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions<'a> {
    /// Minutes of a working day for display; 480 when 0.
    pub minutes_per_day: i64,
    /// Baselines of each task, in plan order; missing ones have none.
    pub baselines: &'a [Vec<Baseline>],
}

/// The plan as an MSPDI file. `dates` has one entry for each task of the plan, as
/// [`timetable::Schedule::dates`] gives them. A rule the format has no place for (a second constraint, a lag
/// calendar other than the successor's) is named in the returned notes.
pub fn write(plan: &Plan, dates: &[TaskDates], options: &WriteOptions<'_>) -> (String, Vec<String>) {
    let mut notes = Vec::new();
    if plan.lag_calendar != LagCalendar::Successor && !plan.links.is_empty() {
        notes.push(
            "lags are measured in the successor's calendar in this format; dates may differ".to_owned(),
        );
    }
    let mut out = Writer { text: String::with_capacity(1024 + plan.tasks.len() * 1200), depth: 0 };
    out.line("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
    out.line("<Project xmlns=\"http://schemas.microsoft.com/project\">");
    out.depth = 1;
    let minutes_per_day = if options.minutes_per_day > 0 { options.minutes_per_day } else { 480 };
    write_properties(&mut out, plan, dates, minutes_per_day);
    out.open("Calendars");
    for (i, calendar) in plan.calendars.iter().enumerate() {
        write_calendar(&mut out, calendar, i as i64 + 1);
    }
    out.close("Calendars");
    out.open("Tasks");
    write_tasks(&mut out, plan, dates, options, &mut notes);
    out.close("Tasks");
    out.line_at(0, "</Project>");
    (out.text, notes)
}

struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    fn line(&mut self, text: &str) {
        self.line_at(self.depth, text);
    }

    fn line_at(&mut self, depth: usize, text: &str) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn open(&mut self, name: &str) {
        self.line(&format!("<{name}>"));
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    fn value(&mut self, name: &str, value: impl std::fmt::Display) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "<{name}>{value}</{name}>");
    }

    fn string(&mut self, name: &str, value: &str) {
        self.value(name, escape(value));
    }

    fn moment(&mut self, name: &str, value: timetable::Moment) {
        self.value(name, format_args!("{value}:00"));
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.value(name, u8::from(value));
    }
}

/// Text with markup escaped and without the control characters XML cannot hold.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            c if c < ' ' || c == '\u{FFFE}' || c == '\u{FFFF}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn write_properties(out: &mut Writer, plan: &Plan, dates: &[TaskDates], minutes_per_day: i64) {
    let first = dates.iter().map(|d| d.start).min();
    let last = dates.iter().map(|d| d.finish).max();
    let (start, finish, from_start) = match plan.schedule_from {
        ScheduleFrom::Start(start) => (start, last.unwrap_or(start), true),
        ScheduleFrom::Finish(finish) => (first.unwrap_or(finish), finish, false),
    };
    out.value("SaveVersion", 14);
    out.string("Name", &plan.name);
    out.string("Title", &plan.name);
    out.flag("ScheduleFromStart", from_start);
    out.moment("StartDate", start);
    out.moment("FinishDate", finish);
    out.value("CriticalSlackLimit", plan.critical_limit / minutes_per_day);
    out.value("CalendarUID", i64::from(plan.calendar.0) + 1);
    out.value("DefaultStartTime", "08:00:00");
    out.value("DefaultFinishTime", "17:00:00");
    out.value("MinutesPerDay", minutes_per_day);
    out.value("MinutesPerWeek", minutes_per_day * 5);
    out.value("DaysPerMonth", 20);
    out.flag("HonorConstraints", plan.dates_win);
    if let Some(date) = plan.status_date {
        out.moment("StatusDate", date);
    }
}

fn write_hours(out: &mut Writer, hours: &DayHours) {
    out.flag("DayWorking", hours.minutes() > 0);
}

fn write_times(out: &mut Writer, hours: &DayHours) {
    if hours.spans().is_empty() {
        return;
    }
    out.open("WorkingTimes");
    for &(from, to) in hours.spans() {
        out.open("WorkingTime");
        let clock = |m: u16| format!("{:02}:{:02}:00", m / 60 % 24, m % 60);
        out.value("FromTime", clock(from));
        out.value("ToTime", clock(to));
        out.close("WorkingTime");
    }
    out.close("WorkingTimes");
}

fn write_time_period(out: &mut Writer, from: Day, to: Day) {
    out.open("TimePeriod");
    out.value("FromDate", format_args!("{from}T00:00:00"));
    out.value("ToDate", format_args!("{to}T23:59:59"));
    out.close("TimePeriod");
}

fn write_week(out: &mut Writer, week: &Week) {
    // Sunday first, as day type 1.
    for kind in 1..=7usize {
        if let Some(hours) = &week[(kind + 5) % 7] {
            out.open("WeekDay");
            out.value("DayType", kind);
            write_hours(out, hours);
            write_times(out, hours);
            out.close("WeekDay");
        }
    }
}

fn write_calendar(out: &mut Writer, calendar: &Calendar, uid: i64) {
    out.open("Calendar");
    out.value("UID", uid);
    out.string("Name", &calendar.name);
    out.flag("IsBaseCalendar", calendar.base.is_none());
    out.flag("IsBaselineCalendar", false);
    out.value("BaseCalendarUID", calendar.base.map_or(-1, |id| i64::from(id.0) + 1));
    // Neighbouring days with the same hours become one exception.
    let mut spans: Vec<(Day, Day, &DayHours)> = Vec::new();
    for (&day, hours) in &calendar.days {
        match spans.last_mut() {
            Some(last) if last.1.next() == day && last.2 == hours => last.1 = day,
            _ => spans.push((day, day, hours)),
        }
    }
    out.open("WeekDays");
    write_week(out, &calendar.week);
    for &(from, to, hours) in &spans {
        out.open("WeekDay");
        out.value("DayType", 0);
        write_hours(out, hours);
        write_time_period(out, from, to);
        write_times(out, hours);
        out.close("WeekDay");
    }
    out.close("WeekDays");
    if !spans.is_empty() {
        out.open("Exceptions");
        for &(from, to, hours) in &spans {
            out.open("Exception");
            out.flag("EnteredByOccurrences", false);
            write_time_period(out, from, to);
            out.value("Occurrences", to.0 - from.0 + 1);
            out.value("Name", "");
            out.value("Type", 1);
            write_hours(out, hours);
            write_times(out, hours);
            out.close("Exception");
        }
        out.close("Exceptions");
    }
    if !calendar.periods.is_empty() {
        out.open("WorkWeeks");
        for period in &calendar.periods {
            out.open("WorkWeek");
            write_time_period(out, period.from, period.to);
            out.value("Name", "");
            out.open("WeekDays");
            write_week(out, &period.week);
            out.close("WeekDays");
            out.close("WorkWeek");
        }
        out.close("WorkWeeks");
    }
    out.close("Calendar");
}

fn write_tasks(
    out: &mut Writer,
    plan: &Plan,
    dates: &[TaskDates],
    options: &WriteOptions<'_>,
    notes: &mut Vec<String>,
) {
    let count = plan.tasks.len();
    let mut is_summary = vec![false; count];
    for task in &plan.tasks {
        if let Some(parent) = task.parent {
            is_summary[parent.index()] = true;
        }
    }
    // A summary lasts as long as its span in the plan's calendar.
    let working = expand(&plan.calendars, plan.calendar).ok();
    let mut links_into: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (i, link) in plan.links.iter().enumerate() {
        links_into[link.successor.index()].push(i);
    }
    let first_id = usize::from(!plan.tasks.iter().any(|t| t.uid == 0));
    for (id, i) in outline_order(plan).into_iter().enumerate() {
        let (task, dates) = (&plan.tasks[i], &dates[i]);
        let level = outline_level(plan, i);
        let minutes = task.duration.minutes();
        let elapsed = matches!(task.duration, Duration::Elapsed(_));
        out.open("Task");
        out.value("UID", task.uid);
        out.value("ID", id + first_id);
        out.string("Name", &task.name);
        out.flag("Active", task.active);
        out.flag("Manual", matches!(task.placement, Placement::Manual { .. }));
        // Fixed duration: no work is assigned, the duration is what counts.
        out.value("Type", 1);
        out.flag("IsNull", false);
        out.value("OutlineLevel", level);
        out.value("Priority", 500);
        out.moment("Start", dates.start);
        out.moment("Finish", dates.finish);
        let span = working.as_ref().map_or(0, |w| w.between(dates.start, dates.finish).max(0));
        out.value("Duration", format_duration(if is_summary[i] { span } else { minutes }));
        if let Placement::Manual { start, finish } = task.placement {
            out.moment("ManualStart", start);
            out.moment("ManualFinish", finish);
            out.value("ManualDuration", format_duration(minutes));
        }
        out.value("DurationFormat", if elapsed { 8 } else { 7 });
        out.flag("Estimated", false);
        out.flag("Milestone", minutes == 0 && !is_summary[i]);
        out.flag("Summary", is_summary[i]);
        out.flag("Critical", dates.critical);
        out.moment("EarlyStart", dates.early_start);
        out.moment("EarlyFinish", dates.early_finish);
        out.moment("LateStart", dates.late_start);
        out.moment("LateFinish", dates.late_finish);
        out.value("FreeSlack", dates.free_float * 10);
        out.value("TotalSlack", dates.total_float * 10);
        if !is_summary[i] {
            let (actual_start, actual_finish, remaining) = match task.progress {
                Progress::NotStarted => (None, None, minutes),
                Progress::Started { start, remaining, .. } => (Some(start), None, remaining),
                Progress::Finished { start, finish } => (Some(start), Some(finish), 0),
            };
            let done = (minutes - remaining).max(0);
            let percent = match (actual_finish, minutes) {
                (Some(_), _) => 100,
                (None, 1..) => done * 100 / minutes,
                (None, _) => 0,
            };
            out.value("PercentComplete", percent);
            if let Some(start) = actual_start {
                out.moment("ActualStart", start);
            }
            if let Some(finish) = actual_finish {
                out.moment("ActualFinish", finish);
            }
            out.value("ActualDuration", format_duration(done));
            if let Progress::Started { resume: Some(resume), .. } = task.progress {
                out.moment("Resume", resume);
            }
            out.value("RemainingDuration", format_duration(remaining.max(0)));
        }
        write_constraint(out, task.constraint, task.calendar.map_or(-1, |id| i64::from(id.0) + 1));
        if let Some(deadline) = task.deadline {
            out.moment("Deadline", deadline);
        }
        if task.delay > 0 {
            out.value("LevelingDelay", task.delay * 10);
            out.value("LevelingDelayFormat", 8);
        }
        if task.second_constraint.is_some() {
            notes.push(format!("{} has a second constraint, which the format cannot hold", task.label()));
        }
        for &link in &links_into[i] {
            let link = &plan.links[link];
            let (lag, format) = lag_code(link.lag);
            out.open("PredecessorLink");
            out.value("PredecessorUID", plan.tasks[link.predecessor.index()].uid);
            out.value("Type", link_code(link.kind));
            out.flag("CrossProject", false);
            out.value("LinkLag", lag);
            out.value("LagFormat", format);
            out.close("PredecessorLink");
        }
        for baseline in options.baselines.get(i).into_iter().flatten() {
            write_baseline(out, baseline);
        }
        out.close("Task");
    }
}

fn write_constraint(out: &mut Writer, constraint: Constraint, calendar: i64) {
    let (code, date) = constraint_code(constraint);
    out.value("ConstraintType", code);
    out.value("CalendarUID", calendar);
    if let Some(date) = date {
        out.moment("ConstraintDate", date);
    }
}

fn write_baseline(out: &mut Writer, baseline: &Baseline) {
    out.open("Baseline");
    out.value("Number", baseline.number);
    if let Some(start) = baseline.start {
        out.moment("Start", start);
    }
    if let Some(finish) = baseline.finish {
        out.moment("Finish", finish);
    }
    if let Some(minutes) = baseline.duration {
        out.value("Duration", format_duration(minutes));
    }
    out.close("Baseline");
}

/// Indices of the tasks with each summary before its children and siblings in plan order.
fn outline_order(plan: &Plan) -> Vec<usize> {
    let count = plan.tasks.len();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut stack = Vec::new();
    for (i, task) in plan.tasks.iter().enumerate().rev() {
        match task.parent {
            Some(parent) => children[parent.index()].push(i),
            None => stack.push(i),
        }
    }
    let mut order = Vec::with_capacity(count);
    while let Some(at) = stack.pop() {
        order.push(at);
        stack.append(&mut children[at]);
    }
    order
}

/// Depth in the outline: 1 at the top, 0 for the project summary (number 0) and one less for all below it.
fn outline_level(plan: &Plan, index: usize) -> usize {
    let mut level = 0;
    let mut at = Some(index);
    while let Some(i) = at {
        level += usize::from(plan.tasks[i].uid != 0);
        at = plan.tasks[i].parent.map(|p| p.index());
    }
    level
}
