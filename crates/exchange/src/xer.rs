//! Primavera P6's text exchange format (XER): plans in.
//!
//! A file is a list of tables (`%T` name, `%F` columns, `%R` rows, tab-separated). Read are PROJECT, CALENDAR,
//! SCHEDOPTIONS, PROJWBS, TASK and TASKPRED. P6 measures lags in the calendar its options name (the
//! predecessor's unless said otherwise), and only mandatory dates win over links; both go along.

mod calendar;
mod table;

use std::collections::HashMap;

use thiserror::Error;
use timetable::{
    Calendar, CalendarId, Constraint, DayHours, Duration, Horizon, Lag, LagCalendar, Link, LinkKind,
    MAX_TASKS, Moment, Plan, PlanError, Progress, ScheduleFrom, Task, TaskId,
};

use table::{Row, Table, Tables};

/// Why a file is not a plan. Messages name the place and say how to mend it.
#[derive(Debug, Error)]
pub enum XerError {
    #[error("this is not an XER file: it does not begin with “ERMHDR”; in Primavera P6 export as XER")]
    NotXer,
    #[error("line {line}: {reason}")]
    Line { line: usize, reason: String },
    #[error("the file has no table {table}; export the project again with its activities")]
    NoTable { table: &'static str },
    #[error("line {line}: table {table} lacks the column {column}; export the project again")]
    NoColumn { line: usize, table: String, column: &'static str },
    #[error("line {line}: column {column} holds “{value}”, expected {expected}")]
    Value { line: usize, column: &'static str, value: String, expected: &'static str },
    #[error("line {line}: calendar “{calendar}”: {reason}")]
    Calendar { line: usize, calendar: String, reason: String },
    #[error(
        "line {line}: a relationship names activity {task}, which is not in the file; add it or remove the relationship"
    )]
    DanglingLink { line: usize, task: i64 },
    #[error("line {line}: more than {MAX_TASKS} activities; split the plan")]
    TooMany { line: usize },
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl XerError {
    /// The key under which messages in any language explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotXer => "file-plan-not-xer",
            Self::Line { .. } => "file-plan-line",
            Self::NoTable { .. } => "file-plan-no-table",
            Self::NoColumn { .. } => "file-plan-no-column",
            Self::Value { .. } => "file-plan-value",
            Self::Calendar { .. } => "file-plan-calendar",
            Self::DanglingLink { .. } => "file-plan-dangling-link",
            Self::TooMany { .. } => "file-plan-too-many",
            Self::Plan(error) => error.key(),
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let at = |line: &usize, rest: &[(&'static str, &str)]| {
            let rest = rest.iter().map(|(name, value)| (*name, (*value).to_owned()));
            std::iter::once(("line", line.to_string())).chain(rest).collect()
        };
        match self {
            Self::NotXer => Vec::new(),
            Self::Line { line, reason } => at(line, &[("reason", reason)]),
            Self::NoTable { table } => vec![("table", (*table).to_owned())],
            Self::NoColumn { line, table, column } => at(line, &[("table", table), ("column", column)]),
            Self::Value { line, column, value, expected } => {
                at(line, &[("element", column), ("value", value), ("expected", expected)])
            }
            Self::Calendar { line, calendar, reason } => {
                at(line, &[("calendar", calendar), ("reason", reason)])
            }
            Self::DanglingLink { line, task } => at(line, &[("task", &task.to_string())]),
            Self::TooMany { line } => at(line, &[("what", "activities"), ("limit", &MAX_TASKS.to_string())]),
            Self::Plan(error) => error.args(),
        }
    }
}

/// A file as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub plan: Plan,
    /// What was read differently from how it is written, or could not be used.
    pub warnings: Vec<String>,
    pub minutes_per_day: i64,
}

/// Whether a file looks like an XER file.
pub fn is_xer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ERMHDR")
}

/// Reads an XER file. All projects in it become one plan, each a summary of its own.
pub fn read(bytes: &[u8]) -> Result<Document, XerError> {
    if !is_xer(bytes) {
        return Err(XerError::NotXer);
    }
    // P6 writes the code page of its machine: take UTF-8 where it is, else byte for byte.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    };
    Reader::new(&Tables::parse(&text)?)?.read()
}

struct Reader<'a> {
    projects: Vec<Row<'a>>,
    wbs: Vec<Row<'a>>,
    tasks: Vec<Row<'a>>,
    links: Vec<Row<'a>>,
    options: Vec<Row<'a>>,
    calendars: Vec<Row<'a>>,
    warnings: Vec<String>,
    task_ids: HashMap<i64, TaskId>,
    wbs_ids: HashMap<i64, TaskId>,
    calendar_ids: HashMap<i64, CalendarId>,
}

impl<'a> Reader<'a> {
    fn new(tables: &'a Tables<'a>) -> Result<Reader<'a>, XerError> {
        let rows = |name| tables.get(name).map_or_else(Vec::new, Table::rows);
        let required = |name| tables.get(name).map(Table::rows).ok_or(XerError::NoTable { table: name });
        Ok(Reader {
            projects: required("PROJECT")?,
            tasks: required("TASK")?,
            wbs: rows("PROJWBS"),
            links: rows("TASKPRED"),
            options: rows("SCHEDOPTIONS"),
            calendars: rows("CALENDAR"),
            warnings: Vec::new(),
            task_ids: HashMap::new(),
            wbs_ids: HashMap::new(),
            calendar_ids: HashMap::new(),
        })
    }

    fn read(mut self) -> Result<Document, XerError> {
        let Some(project) = self.projects.first() else {
            return Err(XerError::NoTable { table: "PROJECT" });
        };
        let start = self.earliest_start()?;
        let name = project.text("proj_short_name").unwrap_or_default().to_owned();
        let status_date = project.moment("last_recalc_date")?;
        let project_calendar = project.number("clndr_id")?;
        let mut plan = Plan::new(name, start);
        plan.schedule_from = ScheduleFrom::Start(start);
        // Before anything has begun the data date is the plan's start.
        plan.status_date = status_date.filter(|&date| date > start);
        plan.calendars.clear();
        plan.lag_calendar = self.lag_calendar();
        plan.dates_win = false;
        plan.horizon = Horizon::PlanEnd;
        let critical_hours = project.decimal("critical_drtn_hr_cnt")?.unwrap_or(0.0);
        plan.critical_limit = minutes(critical_hours).max(0);

        let mut minutes_per_day = 480;
        let rows = std::mem::take(&mut self.calendars);
        for row in &rows {
            let (id, calendar) = calendar::read(row)?;
            if Some(id) == project_calendar
                || row.text("default_flag") == Some("Y") && project_calendar.is_none()
            {
                plan.calendar = CalendarId(plan.calendars.len() as u32);
                let hours = row.decimal("day_hr_cnt")?.unwrap_or(8.0);
                minutes_per_day = minutes(hours).clamp(1, 1440);
            }
            self.calendar_ids.insert(id, CalendarId(plan.calendars.len() as u32));
            plan.calendars.push(calendar);
        }
        for (row, calendar) in rows.iter().zip(0..) {
            let base = row.number("base_clndr_id")?.and_then(|id| self.calendar_ids.get(&id).copied());
            plan.calendars[calendar].base = base.filter(|b| b.index() != calendar);
        }
        if plan.calendars.is_empty() {
            plan.calendars.push(Calendar::standard("Standard"));
        }
        self.add_wbs(&mut plan)?;
        self.add_tasks(&mut plan)?;
        self.add_links(&mut plan)?;
        Ok(Document { plan, warnings: self.warnings, minutes_per_day })
    }

    /// The earliest planned start of the projects.
    fn earliest_start(&self) -> Result<Moment, XerError> {
        let mut starts = Vec::new();
        for row in &self.projects {
            starts.extend(row.moment("plan_start_date")?);
        }
        if starts.is_empty() {
            for row in &self.tasks {
                starts.extend(row.moment("target_start_date")?);
            }
        }
        starts.into_iter().min().ok_or_else(|| XerError::Line {
            line: self.projects.first().map_or(1, |row| row.line),
            reason: "the project has no plan_start_date; set its planned start".to_owned(),
        })
    }

    fn lag_calendar(&self) -> LagCalendar {
        match self.options.first().and_then(|row| row.text("sched_calendar_on_relationship_lag")) {
            Some("rcal_Successor") => LagCalendar::Successor,
            Some("rcal_ProjectDefault") => LagCalendar::Plan,
            Some("rcal_24Hour") => LagCalendar::Continuous,
            _ => LagCalendar::Predecessor,
        }
    }

    /// The work breakdown structure becomes the summaries.
    fn add_wbs(&mut self, plan: &mut Plan) -> Result<(), XerError> {
        for row in &self.wbs {
            let id = row.required_number("wbs_id")?;
            let name = row.text("wbs_name").or(row.text("wbs_short_name")).unwrap_or_default();
            // Numbers of summaries are negative: P6 numbers activities and structure apart.
            let task = plan.add(Task::new(id.checked_neg().unwrap_or(id), name, 0));
            self.wbs_ids.insert(id, task);
        }
        for row in &self.wbs {
            let id = row.required_number("wbs_id")?;
            let parent = row.number("parent_wbs_id")?.and_then(|p| self.wbs_ids.get(&p).copied());
            if let Some(&task) = self.wbs_ids.get(&id) {
                plan.tasks[task.index()].parent = parent.filter(|&p| p != task);
            }
        }
        Ok(())
    }

    fn add_tasks(&mut self, plan: &mut Plan) -> Result<(), XerError> {
        let rows = std::mem::take(&mut self.tasks);
        for row in &rows {
            if plan.tasks.len() >= MAX_TASKS {
                return Err(XerError::TooMany { line: row.line });
            }
            let id = row.required_number("task_id")?;
            let task = self.task(row, id)?;
            self.task_ids.insert(id, plan.add(task));
        }
        Ok(())
    }

    fn task(&mut self, row: &Row<'_>, id: i64) -> Result<Task, XerError> {
        let code = row.text("task_code").unwrap_or_default();
        let name = match row.text("task_name") {
            Some(name) if !name.is_empty() => name,
            _ => code,
        };
        let kind = row.text("task_type").unwrap_or("TT_Task");
        let hours = row.decimal("target_drtn_hr_cnt")?.unwrap_or(0.0);
        let milestone = matches!(kind, "TT_Mile" | "TT_FinMile");
        let duration = if milestone { 0 } else { minutes(hours) };
        let mut task = Task::new(id, name, duration);
        task.duration = Duration::Working(duration);
        task.parent = row.number("wbs_id")?.and_then(|w| self.wbs_ids.get(&w).copied());
        task.calendar = row.number("clndr_id")?.and_then(|c| self.calendar_ids.get(&c).copied());
        if matches!(kind, "TT_LOE" | "TT_WBS") {
            let what = if kind == "TT_LOE" { "level of effort" } else { "a WBS summary" };
            self.warnings.push(format!(
                "line {}: {} is {what}; it holds nothing and is left aside",
                row.line,
                task.label()
            ));
            task.active = false;
        }
        let remaining = minutes(row.decimal("remain_drtn_hr_cnt")?.unwrap_or(hours));
        let (start, finish) = (row.moment("act_start_date")?, row.moment("act_end_date")?);
        task.progress = match (start, finish) {
            (start, Some(finish)) => {
                Progress::Finished { start: start.unwrap_or(finish).min(finish), finish }
            }
            (Some(start), None) => Progress::Started { start, remaining, resume: row.moment("resume_date")? },
            (None, None) => Progress::NotStarted,
        };
        let constraint = self.constraint(row, &mut task, "cstr_type", "cstr_date")?;
        let second = self.constraint(row, &mut task, "cstr_type2", "cstr_date2")?;
        task.constraint = constraint.unwrap_or(Constraint::AsSoonAsPossible);
        if let (Some(_), Some(_)) = (task.second_constraint, second) {
            self.warnings.push(format!(
                "line {}: {} has two constraints with three dates; the last is left out",
                row.line,
                task.label()
            ));
        }
        task.second_constraint = task.second_constraint.or(second);
        Ok(task)
    }

    fn constraint(
        &mut self,
        row: &Row<'_>,
        task: &mut Task,
        kind: &'static str,
        date: &'static str,
    ) -> Result<Option<Constraint>, XerError> {
        let Some(code) = row.text(kind).filter(|k| !k.is_empty()) else { return Ok(None) };
        if code == "CS_ALAP" {
            return Ok(Some(Constraint::AsLateAsPossible));
        }
        let Some(date) = row.moment(date)? else {
            self.warnings.push(format!(
                "line {}: {} has the constraint {code} without a date; it is left out",
                row.line,
                task.label()
            ));
            return Ok(None);
        };
        Ok(Some(match code {
            "CS_MANDSTART" => Constraint::MustStartOn(date),
            "CS_MANDFIN" => Constraint::MustFinishOn(date),
            // "On" a date is "no earlier" and "no later" together; links still win.
            "CS_MSO" => {
                task.second_constraint = Some(Constraint::StartNoLaterThan(date));
                Constraint::StartNoEarlierThan(date)
            }
            "CS_MEO" => {
                task.second_constraint = Some(Constraint::FinishNoLaterThan(date));
                Constraint::FinishNoEarlierThan(date)
            }
            "CS_MSOA" => Constraint::StartNoEarlierThan(date),
            "CS_MSOB" => Constraint::StartNoLaterThan(date),
            "CS_MEOA" => Constraint::FinishNoEarlierThan(date),
            "CS_MEOB" => Constraint::FinishNoLaterThan(date),
            other => {
                self.warnings.push(format!(
                    "line {}: {} has the unknown constraint {other}; it is left out",
                    row.line,
                    task.label()
                ));
                return Ok(None);
            }
        }))
    }

    fn add_links(&mut self, plan: &mut Plan) -> Result<(), XerError> {
        for row in &self.links {
            let (from, to) = (row.required_number("pred_task_id")?, row.required_number("task_id")?);
            let outside = |column| -> Result<bool, XerError> {
                let project = row.number(column)?;
                let known =
                    |id: i64| self.projects.iter().any(|p| p.number("proj_id").ok().flatten() == Some(id));
                Ok(project.is_some_and(|id| !known(id)))
            };
            let find = |id: i64, column| -> Result<Option<TaskId>, XerError> {
                match self.task_ids.get(&id) {
                    Some(&task) => Ok(Some(task)),
                    None if outside(column)? => Ok(None),
                    None => Err(XerError::DanglingLink { line: row.line, task: id }),
                }
            };
            let (Some(predecessor), Some(successor)) = (find(from, "pred_proj_id")?, find(to, "proj_id")?)
            else {
                self.warnings.push(format!(
                    "line {}: a relationship with a project outside the file is left out",
                    row.line
                ));
                continue;
            };
            let aside = |id: TaskId| !plan.tasks[id.index()].active;
            if aside(predecessor) || aside(successor) {
                continue;
            }
            let kind = match row.text("pred_type").unwrap_or("PR_FS") {
                "PR_FS" => LinkKind::FinishToStart,
                "PR_SS" => LinkKind::StartToStart,
                "PR_FF" => LinkKind::FinishToFinish,
                "PR_SF" => LinkKind::StartToFinish,
                other => {
                    let expected = "PR_FS, PR_SS, PR_FF or PR_SF";
                    return Err(XerError::Value {
                        line: row.line,
                        column: "pred_type",
                        value: other.to_owned(),
                        expected,
                    });
                }
            };
            let lag = Lag::Working(minutes(row.decimal("lag_hr_cnt")?.unwrap_or(0.0)));
            plan.links.push(Link { predecessor, successor, kind, lag });
        }
        Ok(())
    }
}

/// Whole minutes of hours; a number out of every range stays out of range and is refused with the plan.
fn minutes(hours: f64) -> i64 {
    (hours * 60.0).round() as i64
}

/// Hours of a day as P6 knows them.
fn day_hours(spans: &[(i64, i64)]) -> Result<DayHours, timetable::BadHours> {
    DayHours::new(spans)
}
