//! Reads a file into a plan.

use std::collections::HashMap;

use timetable::calendar::expand;
use timetable::{
    Calendar, CalendarId, Constraint, Duration, Lag, LagCalendar, Link, LinkKind, MAX_TASKS, Moment,
    Placement, Plan, Progress, ScheduleFrom, Task, TaskId,
};

use super::MspdiError;
use super::calendars::Calendars;
use super::codes::{constraint, is_elapsed, lag, link_kind, parse_duration};
use super::plan::{Baseline, Document, Recorded, TaskRecord, Warning};
use super::xml::{Item, Xml, decode};

/// Field numbers of the custom fields Duration1 … Duration3.
const DURATION_FIELDS: [i64; 3] = [188_743_783, 188_743_784, 188_743_785];

/// Reads an MSPDI file.
pub fn read(bytes: &[u8]) -> Result<Document, MspdiError> {
    let text = decode(bytes)?;
    let mut xml = Xml::new(&text);
    let (root, namespace) = xml.root()?;
    if root != "Project" || namespace.is_some_and(|n| !n.contains("schemas.microsoft.com/project")) {
        return Err(MspdiError::NotAProject { root });
    }
    let mut file = File::default();
    while let Item::Child(name) = xml.next()? {
        file.read_property(&mut xml, &name)?;
    }
    xml.finish()?;
    file.into_document()
}

/// A number in the element just entered.
pub(super) fn number(xml: &mut Xml<'_>, element: &'static str) -> Result<i64, MspdiError> {
    let line = xml.line();
    let text = xml.text()?;
    text.trim().parse().map_err(|_| MspdiError::Value {
        line,
        element,
        value: text,
        expected: "a whole number",
    })
}

/// A yes or no in the element just entered.
pub(super) fn flag(xml: &mut Xml<'_>, element: &'static str) -> Result<bool, MspdiError> {
    let line = xml.line();
    let text = xml.text()?;
    match text.trim() {
        "1" | "true" => Ok(true),
        "0" | "false" | "" => Ok(false),
        _ => Err(MspdiError::Value { line, element, value: text, expected: "0 or 1" }),
    }
}

/// A date-time in the element just entered; empty and NA are none.
fn moment(xml: &mut Xml<'_>, element: &'static str) -> Result<Option<Moment>, MspdiError> {
    let line = xml.line();
    let text = xml.text()?;
    if text.trim().is_empty() || text.trim() == "NA" {
        return Ok(None);
    }
    let expected = "a date-time such as 2019-08-14T08:00:00, between 1900 and 2299";
    text.parse().map(Some).map_err(|_| MspdiError::Value { line, element, value: text, expected })
}

fn duration(xml: &mut Xml<'_>, element: &'static str) -> Result<Option<i64>, MspdiError> {
    let line = xml.line();
    let text = xml.text()?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let expected = "a duration such as PT40H0M0S";
    parse_duration(&text).map(Some).ok_or(MspdiError::Value { line, element, value: text, expected })
}

/// Tenths of a minute in the element just entered, as minutes.
fn tenths(xml: &mut Xml<'_>, element: &'static str) -> Result<i64, MspdiError> {
    let line = xml.line();
    let text = xml.text()?;
    let value: f64 = text
        .trim()
        .parse()
        .ok()
        .filter(|v: &f64| v.is_finite() && v.abs() < 1e15)
        .ok_or(MspdiError::Value { line, element, value: text, expected: "a number" })?;
    Ok((value / 10.0).round() as i64)
}

#[derive(Default)]
struct File {
    name: Option<String>,
    title: Option<String>,
    start: Option<Moment>,
    finish: Option<Moment>,
    from_finish: bool,
    calendar: Option<i64>,
    status_date: Option<Moment>,
    critical_limit_days: i64,
    minutes_per_day: Option<i64>,
    calendars: Calendars,
    tasks: Vec<RawTask>,
    /// Tasks with work done in pieces: their dates cannot be computed from the duration alone.
    splits: Vec<i64>,
}

#[derive(Default)]
struct RawLink {
    line: usize,
    predecessor: i64,
    kind: Option<i64>,
    cross_project: bool,
    lag: i64,
    format: i64,
}

#[derive(Default)]
struct RawTask {
    line: usize,
    uid: Option<i64>,
    name: String,
    is_null: bool,
    inactive: bool,
    manual: bool,
    external: bool,
    outline_level: Option<i64>,
    outline_number: Option<String>,
    duration: Option<i64>,
    duration_format: i64,
    manual_start: Option<Moment>,
    manual_finish: Option<Moment>,
    milestone: bool,
    constraint: i64,
    constraint_date: Option<Moment>,
    calendar: Option<i64>,
    deadline: Option<Moment>,
    actual_start: Option<Moment>,
    actual_finish: Option<Moment>,
    remaining: Option<i64>,
    percent_complete: Option<i64>,
    resume: Option<Moment>,
    leveling_delay: i64,
    recorded: Recorded,
    baselines: Vec<Baseline>,
    three_point: [Option<i64>; 3],
    links: Vec<RawLink>,
}

impl RawTask {
    fn label(&self) -> String {
        match (self.name.is_empty(), self.uid) {
            (false, Some(uid)) => format!("“{}” ({uid})", self.name),
            (false, None) => format!("“{}”", self.name),
            (true, Some(uid)) => format!("number {uid}"),
            (true, None) => "without a name".to_owned(),
        }
    }
}

impl File {
    fn read_property(&mut self, xml: &mut Xml<'_>, name: &str) -> Result<(), MspdiError> {
        match name {
            "Name" => self.name = Some(xml.text()?),
            "Title" => self.title = Some(xml.text()?),
            "StartDate" => self.start = moment(xml, "StartDate")?,
            "FinishDate" => self.finish = moment(xml, "FinishDate")?,
            "ScheduleFromStart" => self.from_finish = !flag(xml, "ScheduleFromStart")?,
            "CalendarUID" => self.calendar = Some(number(xml, "CalendarUID")?),
            "StatusDate" => self.status_date = moment(xml, "StatusDate")?,
            "CriticalSlackLimit" => self.critical_limit_days = number(xml, "CriticalSlackLimit")?,
            "MinutesPerDay" => self.minutes_per_day = Some(number(xml, "MinutesPerDay")?),
            "Calendars" => self.calendars.read(xml)?,
            "Tasks" => {
                while let Item::Child(name) = xml.next()? {
                    if name == "Task" {
                        self.read_task(xml)?;
                    } else {
                        xml.skip()?;
                    }
                }
            }
            "Assignments" => {
                while let Item::Child(name) = xml.next()? {
                    if name == "Assignment" {
                        self.read_assignment(xml)?;
                    } else {
                        xml.skip()?;
                    }
                }
            }
            _ => xml.skip()?,
        }
        Ok(())
    }

    fn read_task(&mut self, xml: &mut Xml<'_>) -> Result<(), MspdiError> {
        let mut task = RawTask { line: xml.line(), duration_format: 7, ..RawTask::default() };
        while let Item::Child(name) = xml.next()? {
            read_task_field(xml, &name, &mut task)?;
        }
        if task.is_null {
            return Ok(());
        }
        if self.tasks.len() >= MAX_TASKS {
            return Err(MspdiError::TooMany { line: task.line, what: "tasks", limit: MAX_TASKS });
        }
        if task.uid.is_none() {
            return Err(MspdiError::Missing {
                line: task.line,
                what: format!("task {}", task.label()),
                element: "UID",
            });
        }
        self.tasks.push(task);
        Ok(())
    }

    /// Notes which tasks are split: an assignment whose work pauses in the middle.
    fn read_assignment(&mut self, xml: &mut Xml<'_>) -> Result<(), MspdiError> {
        let mut task = None;
        let (mut worked, mut paused, mut split) = (false, false, false);
        while let Item::Child(name) = xml.next()? {
            match name.as_str() {
                "TaskUID" => task = Some(number(xml, "TaskUID")?),
                "TimephasedData" => {
                    let (mut kind, mut value) = (0, None);
                    while let Item::Child(name) = xml.next()? {
                        match name.as_str() {
                            "Type" => kind = number(xml, "Type")?,
                            "Value" => value = parse_duration(&xml.text()?),
                            _ => xml.skip()?,
                        }
                    }
                    // 1 = remaining work, spread over time.
                    if let (1, Some(minutes)) = (kind, value) {
                        split |= paused && minutes > 0;
                        paused |= worked && minutes == 0;
                        worked |= minutes > 0;
                    }
                }
                _ => xml.skip()?,
            }
        }
        if let (true, Some(task)) = (split, task) {
            self.splits.push(task);
        }
        Ok(())
    }

    fn into_document(mut self) -> Result<Document, MspdiError> {
        let mut warnings = Vec::new();
        self.calendars.connect();
        if self.calendars.list.is_empty() {
            self.calendars.list.push(Calendar::standard("Standard"));
        }
        let calendar =
            self.calendar.and_then(|uid| self.calendars.by_uid.get(&uid).copied()).unwrap_or(CalendarId(0));

        let starts = self.tasks.iter().filter_map(|t| t.recorded.start);
        let start = self.start.or_else(|| starts.min());
        let schedule_from = match (self.from_finish, self.finish, start) {
            (true, Some(finish), _) => ScheduleFrom::Finish(finish),
            (_, _, Some(start)) => ScheduleFrom::Start(start),
            (true, None, None) => {
                return Err(MspdiError::Missing {
                    line: 1,
                    what: "the project".to_owned(),
                    element: "FinishDate",
                });
            }
            (false, _, None) => {
                return Err(MspdiError::Missing {
                    line: 1,
                    what: "the project".to_owned(),
                    element: "StartDate",
                });
            }
        };
        let minutes_per_day = self.minutes_per_day.filter(|m| (1..=1440).contains(m)).unwrap_or(480);
        let mut plan = Plan {
            name: self.title.or(self.name).unwrap_or_default(),
            schedule_from,
            status_date: self.status_date,
            calendars: std::mem::take(&mut self.calendars.list),
            calendar,
            tasks: Vec::with_capacity(self.tasks.len()),
            links: Vec::new(),
            lag_calendar: LagCalendar::Successor,
            dates_win: true,
            critical_limit: self.critical_limit_days.clamp(0, 100_000) * minutes_per_day,
            horizon: timetable::Horizon::PlanEnd,
            refuse_overdue: true,
        };
        let by_uid: HashMap<i64, TaskId> =
            self.tasks.iter().enumerate().filter_map(|(i, t)| Some((t.uid?, TaskId(i as u32)))).collect();

        let mut records = Vec::with_capacity(self.tasks.len());
        // The open summaries: outline level and index.
        let mut open: Vec<(i64, TaskId)> = Vec::new();
        for (i, raw) in self.tasks.iter_mut().enumerate() {
            let id = TaskId(i as u32);
            let level = raw.level();
            while open.last().is_some_and(|&(l, _)| l >= level) {
                open.pop();
            }
            let parent = open.last().map(|&(_, id)| id);
            open.push((level, id));
            let calendar = match raw.calendar {
                Some(uid) if uid > 0 => self.calendars.by_uid.get(&uid).copied().or_else(|| {
                    let text = format!(
                        "task {} uses calendar {uid}, which is not in the file; the project's is used",
                        raw.label()
                    );
                    warnings.push(Warning { line: raw.line, text });
                    None
                }),
                _ => None,
            };
            let task = raw.task(&plan, parent, calendar, &mut warnings)?;
            plan.tasks.push(task);
            records.push(TaskRecord {
                outline_level: level.clamp(0, i64::from(u32::MAX)) as u32,
                milestone: raw.milestone,
                recorded: raw.recorded,
                baselines: std::mem::take(&mut raw.baselines),
                three_point: match raw.three_point {
                    [Some(low), Some(likely), Some(high)] => Some([low, likely, high]),
                    _ => None,
                },
            });
        }
        for (i, raw) in self.tasks.iter().enumerate() {
            for link in &raw.links {
                if let Some(link) = raw.link(link, TaskId(i as u32), &by_uid, &mut warnings)? {
                    plan.links.push(link);
                }
            }
        }
        for uid in self.splits {
            if let Some(id) = by_uid.get(&uid) {
                let raw = &self.tasks[id.index()];
                let text = format!(
                    "task {} is worked on in pieces; it is scheduled as one, its recorded dates are kept beside",
                    raw.label()
                );
                warnings.push(Warning { line: raw.line, text });
            }
        }
        Ok(Document { plan, tasks: records, warnings, minutes_per_day })
    }
}

impl RawTask {
    /// Depth in the outline, from the level or the number of parts of the outline number.
    fn level(&self) -> i64 {
        match (self.outline_level, &self.outline_number) {
            (Some(level), _) => level.max(0),
            (None, Some(number)) if self.uid != Some(0) => number.split('.').count() as i64,
            _ if self.uid == Some(0) => 0,
            _ => 1,
        }
    }

    fn task(
        &self,
        plan: &Plan,
        parent: Option<TaskId>,
        calendar: Option<CalendarId>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Task, MspdiError> {
        let mut warn = |text: String| warnings.push(Warning { line: self.line, text });
        let elapsed = is_elapsed(self.duration_format);
        let minutes = match (self.duration, self.recorded.start, self.recorded.finish) {
            (Some(minutes), _, _) => minutes,
            (None, Some(start), Some(finish)) if elapsed => finish.minutes() - start.minutes(),
            (None, Some(start), Some(finish)) => expand(&plan.calendars, calendar.unwrap_or(plan.calendar))
                .map_err(timetable::PlanError::from)?
                .between(start, finish),
            _ => 0,
        };
        let constraint = match constraint(self.constraint, self.constraint_date) {
            Ok(Some(constraint)) => constraint,
            Ok(None) => {
                let (element, expected) = ("ConstraintType", "0 to 7");
                return Err(MspdiError::Value {
                    line: self.line,
                    element,
                    value: self.constraint.to_string(),
                    expected,
                });
            }
            Err(()) => {
                warn(format!(
                    "task {} has a constraint without a date; the constraint is left out",
                    self.label()
                ));
                Constraint::AsSoonAsPossible
            }
        };
        let finish = self.actual_finish.or_else(|| {
            // Complete, yet without an actual finish: the recorded finish is when it was.
            self.recorded.finish.filter(|_| self.percent_complete == Some(100) && self.actual_start.is_some())
        });
        let progress = match (self.actual_start, finish) {
            (start, Some(finish)) => {
                Progress::Finished { start: start.or(self.recorded.start).unwrap_or(finish), finish }
            }
            (Some(start), None) => {
                let share = 100 - self.percent_complete.unwrap_or(0).clamp(0, 100);
                let remaining = self.remaining.unwrap_or(minutes.saturating_mul(share) / 100);
                Progress::Started { start, remaining, resume: self.resume.filter(|&r| r > start) }
            }
            (None, None) => Progress::NotStarted,
        };
        let start = self.recorded.start.or(self.manual_start);
        let finish = self.recorded.finish.or(self.manual_finish);
        let placement = match (self.manual || self.external, start, finish) {
            (true, Some(start), Some(finish)) => Placement::Manual { start, finish },
            (true, _, _) => {
                warn(format!(
                    "task {} is scheduled by hand but has no start and finish; it is scheduled automatically",
                    self.label()
                ));
                Placement::Automatic
            }
            (false, _, _) => Placement::Automatic,
        };
        Ok(Task {
            uid: self.uid.unwrap_or_default(),
            name: self.name.clone(),
            parent,
            calendar,
            duration: if elapsed { Duration::Elapsed(minutes) } else { Duration::Working(minutes) },
            constraint,
            second_constraint: None,
            deadline: self.deadline,
            progress,
            placement,
            // Tenths of a minute by the clock.
            delay: (self.leveling_delay / 10).max(0),
            active: !self.inactive,
        })
    }

    fn link(
        &self,
        raw: &RawLink,
        successor: TaskId,
        by_uid: &HashMap<i64, TaskId>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Link>, MspdiError> {
        let Some(&predecessor) = by_uid.get(&raw.predecessor) else {
            if raw.cross_project {
                let text = format!(
                    "task {} follows a task of another file, number {}; the link is left out",
                    self.label(),
                    raw.predecessor
                );
                warnings.push(Warning { line: raw.line, text });
                return Ok(None);
            }
            return Err(MspdiError::DanglingLink {
                line: raw.line,
                task: self.label(),
                predecessor: raw.predecessor,
            });
        };
        let code = raw.kind.unwrap_or(1);
        let kind: LinkKind = link_kind(code).ok_or_else(|| MspdiError::Value {
            line: raw.line,
            element: "Type",
            value: code.to_string(),
            expected: "a link type from 0 to 3",
        })?;
        let lag = lag(raw.lag, raw.format);
        let on_finish = matches!(kind, LinkKind::FinishToFinish | LinkKind::StartToFinish);
        let text = match lag {
            Lag::ElapsedPercent(_) => {
                "an elapsed percent lag; it counts as that share of the duration by the clock"
            }
            Lag::Elapsed(_) if on_finish => {
                "an elapsed lag to a finish; programs disagree on it, here the finish waits that long by the clock"
            }
            _ => return Ok(Some(Link { predecessor, successor, kind, lag })),
        };
        warnings.push(Warning { line: raw.line, text: format!("task {} has {text}", self.label()) });
        Ok(Some(Link { predecessor, successor, kind, lag }))
    }
}

fn read_task_field(xml: &mut Xml<'_>, name: &str, task: &mut RawTask) -> Result<(), MspdiError> {
    match name {
        "UID" => task.uid = Some(number(xml, "UID")?),
        "Name" => task.name = xml.text()?.trim().to_owned(),
        "IsNull" => task.is_null = flag(xml, "IsNull")?,
        "Active" => task.inactive = !flag(xml, "Active")?,
        "Manual" => task.manual = flag(xml, "Manual")?,
        "ExternalTask" => task.external = flag(xml, "ExternalTask")?,
        "OutlineLevel" => task.outline_level = Some(number(xml, "OutlineLevel")?),
        "OutlineNumber" => task.outline_number = Some(xml.text()?),
        "Duration" => task.duration = duration(xml, "Duration")?,
        "DurationFormat" => task.duration_format = number(xml, "DurationFormat")?,
        "Start" => task.recorded.start = moment(xml, "Start")?,
        "Finish" => task.recorded.finish = moment(xml, "Finish")?,
        "EarlyStart" => task.recorded.early_start = moment(xml, "EarlyStart")?,
        "EarlyFinish" => task.recorded.early_finish = moment(xml, "EarlyFinish")?,
        "LateStart" => task.recorded.late_start = moment(xml, "LateStart")?,
        "LateFinish" => task.recorded.late_finish = moment(xml, "LateFinish")?,
        "TotalSlack" => task.recorded.total_float = Some(tenths(xml, "TotalSlack")?),
        "FreeSlack" => task.recorded.free_float = Some(tenths(xml, "FreeSlack")?),
        "Critical" => task.recorded.critical = Some(flag(xml, "Critical")?),
        "ManualStart" => task.manual_start = moment(xml, "ManualStart")?,
        "ManualFinish" => task.manual_finish = moment(xml, "ManualFinish")?,
        "Milestone" => task.milestone = flag(xml, "Milestone")?,
        "ConstraintType" => task.constraint = number(xml, "ConstraintType")?,
        "ConstraintDate" => task.constraint_date = moment(xml, "ConstraintDate")?,
        "CalendarUID" => task.calendar = Some(number(xml, "CalendarUID")?),
        "Deadline" => task.deadline = moment(xml, "Deadline")?,
        "ActualStart" => task.actual_start = moment(xml, "ActualStart")?,
        "ActualFinish" => task.actual_finish = moment(xml, "ActualFinish")?,
        "RemainingDuration" => task.remaining = duration(xml, "RemainingDuration")?,
        "PercentComplete" => task.percent_complete = Some(number(xml, "PercentComplete")?),
        "Resume" => task.resume = moment(xml, "Resume")?,
        "LevelingDelay" => task.leveling_delay = number(xml, "LevelingDelay")?,
        "PredecessorLink" => {
            let link = read_link(xml)?;
            task.links.push(link);
        }
        "Baseline" => {
            let baseline = read_baseline(xml)?;
            task.baselines.push(baseline);
        }
        "ExtendedAttribute" => read_extended_attribute(xml, task)?,
        _ => xml.skip()?,
    }
    Ok(())
}

fn read_link(xml: &mut Xml<'_>) -> Result<RawLink, MspdiError> {
    let line = xml.line();
    let mut link = RawLink { line, format: 7, ..RawLink::default() };
    let mut predecessor = None;
    while let Item::Child(name) = xml.next()? {
        match name.as_str() {
            "PredecessorUID" => predecessor = Some(number(xml, "PredecessorUID")?),
            "Type" => link.kind = Some(number(xml, "Type")?),
            "CrossProject" => link.cross_project = flag(xml, "CrossProject")?,
            "LinkLag" => link.lag = number(xml, "LinkLag")?,
            "LagFormat" => link.format = number(xml, "LagFormat")?,
            _ => xml.skip()?,
        }
    }
    let what = || "a predecessor link".to_owned();
    link.predecessor =
        predecessor.ok_or_else(|| MspdiError::Missing { line, what: what(), element: "PredecessorUID" })?;
    Ok(link)
}

fn read_baseline(xml: &mut Xml<'_>) -> Result<Baseline, MspdiError> {
    let mut baseline = Baseline { number: 0, start: None, finish: None, duration: None };
    while let Item::Child(name) = xml.next()? {
        match name.as_str() {
            "Number" => baseline.number = number(xml, "Number")?.clamp(0, 10) as u32,
            "Start" => baseline.start = moment(xml, "Start")?,
            "Finish" => baseline.finish = moment(xml, "Finish")?,
            "Duration" => baseline.duration = duration(xml, "Duration")?,
            _ => xml.skip()?,
        }
    }
    Ok(baseline)
}

fn read_extended_attribute(xml: &mut Xml<'_>, task: &mut RawTask) -> Result<(), MspdiError> {
    let (mut field, mut value) = (None, String::new());
    while let Item::Child(name) = xml.next()? {
        match name.as_str() {
            "FieldID" => field = xml.text()?.trim().parse::<i64>().ok(),
            "Value" => value = xml.text()?,
            _ => xml.skip()?,
        }
    }
    if let Some(slot) = field.and_then(|f| DURATION_FIELDS.iter().position(|&d| d == f)) {
        task.three_point[slot] = parse_duration(&value);
    }
    Ok(())
}
