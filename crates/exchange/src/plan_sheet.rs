//! A plan as a sheet: a row for each task, with its predecessors as `12FS+2d;15SS`.
//!
//! Row 0 (uid 0) stands for the plan: `earliest` is its start, `actual_finish` its status date, `calendar` its
//! calendar. Calendars are `standard` (Monday to Friday), `china` (the national working days), `continuous`, and those
//! that rows of the sheet describe (see [`calendars`]).
//! Moments are `2019-08-14T08:00`; a bare day means its beginning, and its end for deadlines and finishes.

mod calendars;

use std::collections::HashMap;

use timetable::{
    Calendar, CalendarId, Constraint, Duration, Lag, LinkKind, MAX_TASKS, Moment, Plan, PlanError, Progress,
    ScheduleFrom, Task, TaskDates, TaskId,
};

use crate::cell::{Cell, Heading};
use crate::sheet::Sheet;

/// Minutes of a working day.
const DAY: i64 = 480;
/// Mistakes that are named; a file with more is no plan.
const NAMED_MOST: usize = 100;

/// Columns that are read: their name, and what else stands above them.
const COLUMNS: [(&str, &[&str]); 12] = [
    ("uid", &["编号", "序号", "id"]),
    ("name", &["任务", "任务名称", "名称", "task"]),
    ("parent", &["上级", "上级编号"]),
    ("duration_days", &["工期", "工期（天）", "工作日", "duration"]),
    ("predecessors", &["前置任务", "紧前任务"]),
    ("calendar", &["日历"]),
    ("deadline", &["承诺", "承诺日期", "截止日期", "promise"]),
    ("earliest", &["最早开始", "不早于", "start no earlier than"]),
    ("actual_start", &["实际开始"]),
    ("actual_finish", &["实际完成"]),
    ("day", &["日期", "星期"]),
    ("hours", &["工作时间", "上班时间"]),
];
/// Columns that only inform: what was computed.
const COMPUTED: [&str; 7] = [
    "early_start",
    "early_finish",
    "late_start",
    "late_finish",
    "total_float_days",
    "free_float_days",
    "critical",
];

/// What is wrong in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub row: u32,
    pub column: &'static str,
    pub value: String,
    pub reason: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "row {}, {}: “{}”: {}", self.row, self.column, self.value, self.reason)
    }
}

/// Why a sheet is not a plan; nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanSheetError {
    #[error("the sheet has no column {column}; the first row names the columns: uid, name, duration_days …")]
    NoColumn { column: &'static str },
    #[error("{} in the sheet:{}", counted(.mistakes.len()), listed(.mistakes))]
    Mistakes { mistakes: Vec<Mistake> },
    #[error("no row says when the plan begins: give earliest in the row with uid 0, or in some task's row")]
    NoStart,
    #[error("the sheet has more than {MAX_TASKS} tasks; split the plan")]
    TooMany,
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl PlanSheetError {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoColumn { .. } => "plan-sheet-no-column",
            Self::Mistakes { .. } => "plan-sheet-mistakes",
            Self::NoStart => "plan-sheet-no-start",
            Self::TooMany => "plan-sheet-too-many",
            Self::Plan(error) => error.key(),
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoColumn { column } => vec![("column", (*column).into())],
            Self::Mistakes { mistakes } => {
                let place = |it: &Mistake| format!("{} · {} “{}”", it.row, it.column, it.value);
                let places: Vec<String> = mistakes.iter().take(20).map(place).collect();
                vec![("count", mistakes.len().to_string()), ("places", places.join("; "))]
            }
            Self::NoStart => Vec::new(),
            Self::TooMany => vec![("max", MAX_TASKS.to_string())],
            Self::Plan(error) => error.args(),
        }
    }
}

/// Whether a sheet's headings are those of a plan.
pub fn is_plan(sheet: &Sheet) -> bool {
    let headings = sheet.rows.first().map_or(&[][..], |row| row.cells.as_slice());
    ["uid", "name", "duration_days"].iter().all(|column| place_of(headings, column).is_some())
}

fn place_of(headings: &[String], column: &str) -> Option<usize> {
    let (name, also) = COLUMNS.iter().find(|(name, _)| *name == column)?;
    headings.iter().position(|heading| {
        let heading = heading.trim().to_lowercase();
        heading == *name || also.contains(&heading.as_str())
    })
}

fn counted(count: usize) -> String {
    if count == 1 { "one mistake".into() } else { format!("{count} mistakes") }
}

fn listed(mistakes: &[Mistake]) -> String {
    const SHOWN: usize = 20;
    let mut out: String = mistakes.iter().take(SHOWN).map(|mistake| format!("\n  {mistake}")).collect();
    if mistakes.len() > SHOWN {
        out.push_str(&format!("\n  and {} more", mistakes.len() - SHOWN));
    }
    out
}

/// A link as it was typed, with the row that holds it.
struct Typed {
    row: u32,
    successor: TaskId,
    predecessor: i64,
    kind: LinkKind,
    lag: Lag,
    text: String,
}

struct Reader<'a> {
    places: HashMap<&'static str, usize>,
    plan: Plan,
    ids: HashMap<i64, TaskId>,
    parents: Vec<(u32, TaskId, i64)>,
    links: Vec<Typed>,
    calendars: HashMap<String, CalendarId>,
    /// Those that rows describe.
    described: HashMap<String, CalendarId>,
    /// Days that these list.
    listed: usize,
    start: Option<Moment>,
    earliest: Option<Moment>,
    mistakes: Vec<Mistake>,
    row: u32,
    cells: &'a [String],
}

/// Reads a sheet whose first row names the columns.
pub fn read(sheet: &Sheet) -> Result<Plan, PlanSheetError> {
    let headings = sheet.rows.first().map_or(&[][..], |row| row.cells.as_slice());
    let mut places = HashMap::new();
    for (column, _) in COLUMNS {
        if let Some(place) = place_of(headings, column) {
            places.insert(column, place);
        }
    }
    for column in ["uid", "name", "duration_days"] {
        if !places.contains_key(column) {
            return Err(PlanSheetError::NoColumn { column });
        }
    }
    let mut plan = Plan::new(sheet.name.clone(), Moment::default());
    plan.calendars = vec![Calendar::standard("standard")];
    let mut reader = Reader {
        places,
        plan,
        ids: HashMap::new(),
        parents: Vec::new(),
        links: Vec::new(),
        calendars: HashMap::from([("standard".to_owned(), CalendarId(0))]),
        described: HashMap::new(),
        listed: 0,
        start: None,
        earliest: None,
        mistakes: Vec::new(),
        row: 0,
        cells: &[],
    };
    for fault in &sheet.faults {
        let reason = format!("the cell cannot be read ({})", fault.kind.key());
        reader.mistakes.push(Mistake { row: fault.row, column: "cell", value: fault.value.clone(), reason });
    }
    // Calendars may be described behind the tasks that are worked in them.
    for of_calendars in [true, false] {
        for row in sheet.rows.iter().skip(1) {
            reader.row = row.number;
            reader.cells = &row.cells;
            match reader.is_calendar() {
                true if of_calendars => reader.calendar_row(),
                false if !of_calendars => reader.row()?,
                _ => {}
            }
        }
    }
    reader.finish()
}

impl<'a> Reader<'a> {
    fn text(&self, column: &'static str) -> &'a str {
        let place = self.places.get(column).copied();
        let cell = place.and_then(|place| self.cells.get(place));
        // Written sheets are made harmless for spreadsheets: what stands before such a text is not its own.
        cell.map_or("", |cell| crate::injection::original(cell).trim())
    }

    fn fail(&mut self, column: &'static str, reason: impl Into<String>) {
        if self.mistakes.len() < NAMED_MOST {
            let value = self.text(column).chars().take(60).collect();
            self.mistakes.push(Mistake { row: self.row, column, value, reason: reason.into() });
        }
    }

    fn whole(&mut self, column: &'static str) -> Option<i64> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.fail(column, "write a whole number");
        }
        number
    }

    /// A moment; a bare day is its beginning, or its end at 17:00.
    fn moment(&mut self, column: &'static str, end: bool) -> Option<Moment> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let day =
            || text.parse::<timetable::Day>().ok().map(|day| day.at(if end { 17 * 60 } else { 8 * 60 }));
        let moment = day().or_else(|| text.parse().ok());
        if moment.is_none() {
            self.fail(column, "write a day such as 2019-08-14, or a moment such as 2019-08-14T17:00");
        }
        moment
    }

    fn calendar(&mut self) -> Option<CalendarId> {
        let name = self.text("calendar").to_lowercase();
        if name.is_empty() {
            return None;
        }
        if let Some(id) = self.calendars.get(&name) {
            return Some(*id);
        }
        let Some(calendar) = calendars::built_in(&name) else {
            self.fail(
                "calendar",
                "known are standard, china, continuous, and those described in rows whose uid is calendar",
            );
            return None;
        };
        let id = CalendarId(self.plan.calendars.len() as u32);
        self.plan.calendars.push(calendar);
        self.calendars.insert(name, id);
        Some(id)
    }

    fn row(&mut self) -> Result<(), PlanSheetError> {
        if self.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.text("uid").is_empty() {
            self.fail("uid", "give every task a number of its own");
            return Ok(());
        }
        let Some(uid) = self.whole("uid") else { return Ok(()) };
        let (calendar, earliest) = (self.calendar(), self.moment("earliest", false));
        if uid == 0 {
            self.start = earliest.or(self.start);
            self.plan.status_date = self.moment("actual_finish", false);
            self.plan.calendar = calendar.unwrap_or(self.plan.calendar);
            if !self.text("name").is_empty() {
                self.plan.name = self.text("name").to_owned();
            }
            return Ok(());
        }
        if self.plan.tasks.len() >= MAX_TASKS {
            return Err(PlanSheetError::TooMany);
        }
        let duration = self.duration().unwrap_or(Duration::Working(0));
        let minutes = duration.minutes();
        let (started, finished) = (self.moment("actual_start", false), self.moment("actual_finish", true));
        let deadline = self.moment("deadline", true);
        self.earliest = [self.earliest, earliest, started].into_iter().flatten().min();
        let progress = match (started, finished) {
            (None, None) => Progress::NotStarted,
            (Some(start), None) => Progress::Started { start, remaining: minutes, resume: None },
            (start, Some(finish)) => Progress::Finished { start: start.unwrap_or(finish), finish },
        };
        let mut task = Task::new(uid, self.text("name"), minutes);
        task.duration = duration;
        task.calendar = calendar;
        task.deadline = deadline;
        task.progress = progress;
        if let Some(earliest) = earliest {
            task.constraint = Constraint::StartNoEarlierThan(earliest);
        }
        let id = self.plan.add(task);
        if self.ids.insert(uid, id).is_some() {
            self.fail("uid", "another row has this number");
        }
        if let Some(parent) = self.whole("parent").filter(|parent| *parent != 0) {
            self.parents.push((self.row, id, parent));
        }
        self.links(id);
        Ok(())
    }

    /// `3`, `2.5` or `4h` of work; `3ed` by the clock.
    fn duration(&mut self) -> Option<Duration> {
        let text = self.text("duration_days");
        if text.is_empty() {
            return None;
        }
        let elapsed = text.strip_suffix("ed");
        let (number, unit) = match (elapsed, text.strip_suffix('h')) {
            (Some(days), _) => (days, 1_440.0),
            (None, Some(hours)) => (hours, 60.0),
            (None, None) => (text.trim_end_matches(['d', '天']), DAY as f64),
        };
        let minutes = number.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|n| n * unit);
        match minutes {
            Some(minutes) if minutes >= 0.0 && minutes <= timetable::MAX_MINUTES as f64 => {
                let minutes = minutes.round() as i64;
                Some(if elapsed.is_some() { Duration::Elapsed(minutes) } else { Duration::Working(minutes) })
            }
            Some(minutes) if minutes < 0.0 => {
                self.fail("duration_days", "a duration is not negative");
                None
            }
            _ => {
                self.fail(
                    "duration_days",
                    "write working days such as 3 or 2.5, hours such as 4h, or days by the clock such as 3ed",
                );
                None
            }
        }
    }

    fn links(&mut self, successor: TaskId) {
        for part in self.text("predecessors").split([';', '；', ',', '，']).map(str::trim) {
            if part.is_empty() {
                continue;
            }
            match predecessor(part) {
                Some((predecessor, kind, lag)) => self.links.push(Typed {
                    row: self.row,
                    successor,
                    predecessor,
                    kind,
                    lag,
                    text: part.to_owned(),
                }),
                None => self.fail(
                    "predecessors",
                    "write the number, FS, SS, FF or SF, and the lag: 12, 12FS+2d, 12SS-1d, 12FF+50%, 12FS+3ed",
                ),
            }
        }
    }

    fn finish(mut self) -> Result<Plan, PlanSheetError> {
        let mut wrong = Vec::new();
        for (row, task, parent) in &self.parents {
            match self.ids.get(parent) {
                Some(parent) => self.plan.tasks[task.index()].parent = Some(*parent),
                None => wrong.push(Mistake {
                    row: *row,
                    column: "parent",
                    value: parent.to_string(),
                    reason: "no row has this number".into(),
                }),
            }
        }
        for link in &self.links {
            match self.ids.get(&link.predecessor) {
                Some(predecessor) => self.plan.link(*predecessor, link.successor, link.kind, link.lag),
                None => wrong.push(Mistake {
                    row: link.row,
                    column: "predecessors",
                    value: link.text.clone(),
                    reason: format!("no row has the number {}", link.predecessor),
                }),
            }
        }
        self.mistakes.extend(wrong);
        if !self.mistakes.is_empty() {
            self.mistakes.sort_by_key(|mistake| mistake.row);
            return Err(PlanSheetError::Mistakes { mistakes: self.mistakes });
        }
        let start = self.start.or(self.earliest).or(self.plan.status_date).ok_or(PlanSheetError::NoStart)?;
        self.plan.schedule_from = ScheduleFrom::Start(start);
        Ok(self.plan)
    }
}

/// `12`, `12FS+2d`, `12SS-1.5d`, `12FF+50%`, `12FS+3ed`, `12FS+4h`.
fn predecessor(text: &str) -> Option<(i64, LinkKind, Lag)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let uid = text[..digits].parse().ok()?;
    let rest = text[digits..].trim();
    let (kind, lag) = match rest.get(..2).map(str::to_ascii_uppercase).as_deref() {
        Some("FS") => (LinkKind::FinishToStart, &rest[2..]),
        Some("SS") => (LinkKind::StartToStart, &rest[2..]),
        Some("FF") => (LinkKind::FinishToFinish, &rest[2..]),
        Some("SF") => (LinkKind::StartToFinish, &rest[2..]),
        _ => (LinkKind::FinishToStart, rest),
    };
    let lag = lag.trim().to_ascii_lowercase();
    if lag.is_empty() {
        return Some((uid, kind, Lag::Working(0)));
    }
    if !lag.starts_with(['+', '-']) {
        return None;
    }
    let unit = lag.find(|c: char| !matches!(c, '+' | '-' | '.' | '0'..='9')).unwrap_or(lag.len());
    let number: f64 = lag[..unit].parse().ok()?;
    let within =
        |minutes: f64| (minutes.abs() <= timetable::MAX_MINUTES as f64).then_some(minutes.round() as i64);
    let lag = match &lag[unit..] {
        "" | "d" | "天" => Lag::Working(within(number * DAY as f64)?),
        "w" => Lag::Working(within(number * 5.0 * DAY as f64)?),
        "h" => Lag::Working(within(number * 60.0)?),
        "ed" => Lag::Elapsed(within(number * 1_440.0)?),
        "%" => Lag::Percent(within(number)?.try_into().ok()?),
        "e%" => Lag::ElapsedPercent(within(number)?.try_into().ok()?),
        _ => return None,
    };
    Some((uid, kind, lag))
}

/// Days, halves where there are any.
fn days(minutes: i64) -> String {
    if minutes % DAY == 0 {
        (minutes / DAY).to_string()
    } else {
        format!("{:.4}", minutes as f64 / DAY as f64)
    }
}

fn link_text(uid: i64, kind: LinkKind, lag: Lag) -> String {
    let (number, unit) = match lag {
        Lag::Working(0) => return format!("{uid}{kind}"),
        Lag::Working(minutes) if minutes % DAY == 0 => (minutes / DAY, "d".to_owned()),
        Lag::Working(minutes) => return format!("{uid}{kind}{:+}h", minutes as f64 / 60.0),
        Lag::Elapsed(minutes) => return format!("{uid}{kind}{:+}ed", minutes as f64 / 1_440.0),
        Lag::Percent(percent) => (i64::from(percent), "%".to_owned()),
        Lag::ElapsedPercent(percent) => (i64::from(percent), "e%".to_owned()),
    };
    format!("{uid}{kind}{number:+}{unit}")
}

/// The headings of a written plan.
pub fn headings() -> Vec<Heading> {
    let names = COLUMNS.iter().map(|(name, _)| *name).chain(COMPUTED);
    names.map(|name| Heading { name: name.to_owned(), label: name.to_owned() }).collect()
}

/// The rows of a plan with its computed dates, the plan's own first, its calendars last. Constraints other than an
/// earliest start have no place in a sheet: MSPDI keeps them.
pub fn rows<'a>(plan: &'a Plan, dates: &'a [TaskDates]) -> impl Iterator<Item = Vec<Cell>> + 'a {
    let mut into: HashMap<TaskId, Vec<String>> = HashMap::new();
    for link in &plan.links {
        let uid = plan.tasks[link.predecessor.index()].uid;
        into.entry(link.successor).or_default().push(link_text(uid, link.kind, link.lag));
    }
    let moment = |moment: Option<Moment>| moment.map_or(Cell::Empty, |moment| Cell::text(moment.to_string()));
    let calendar = |id: Option<CalendarId>| {
        let name = id.and_then(|id| plan.calendars.get(id.index())).map(|calendar| calendar.name.clone());
        name.map_or(Cell::Empty, Cell::text)
    };
    let start = match plan.schedule_from {
        ScheduleFrom::Start(start) | ScheduleFrom::Finish(start) => start,
    };
    let head = vec![
        Cell::number(0),
        Cell::text(&plan.name),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        calendar(Some(plan.calendar)),
        Cell::Empty,
        moment(Some(start)),
        Cell::Empty,
        moment(plan.status_date),
    ];
    let width = COLUMNS.len() + COMPUTED.len();
    let head = head.into_iter().chain(std::iter::repeat(Cell::Empty)).take(width).collect();
    let tasks = plan.tasks.iter().zip(dates).enumerate().filter(|(_, (task, _))| task.uid != 0);
    let body = tasks.map(move |(at, (task, dates))| {
        let earliest = match task.constraint {
            Constraint::StartNoEarlierThan(date) => Some(date),
            _ => None,
        };
        let (started, finished, minutes) = match task.progress {
            Progress::NotStarted => (None, None, task.duration.minutes()),
            // What is left is what is planned from now on.
            Progress::Started { start, remaining, .. } => (Some(start), None, remaining),
            Progress::Finished { start, finish } => (Some(start), Some(finish), task.duration.minutes()),
        };
        let duration = match task.duration {
            Duration::Working(_) => Cell::number(days(minutes)),
            Duration::Elapsed(_) => Cell::text(format!("{}ed", minutes as f64 / 1_440.0)),
        };
        let parent = task.parent.map(|parent| plan.tasks[parent.index()].uid).filter(|uid| *uid != 0);
        vec![
            Cell::number(task.uid),
            Cell::text(&task.name),
            parent.map_or(Cell::Empty, Cell::number),
            duration,
            into.get(&TaskId(at as u32)).map_or(Cell::Empty, |links| Cell::text(links.join(";"))),
            calendar(task.calendar),
            moment(task.deadline),
            moment(earliest),
            moment(started),
            moment(finished),
            Cell::Empty,
            Cell::Empty,
            Cell::text(dates.early_start.to_string()),
            Cell::text(dates.early_finish.to_string()),
            Cell::text(dates.late_start.to_string()),
            Cell::text(dates.late_finish.to_string()),
            Cell::number(days(dates.total_float)),
            Cell::number(days(dates.free_float)),
            Cell::Bool(dates.critical),
        ]
    });
    std::iter::once(head).chain(body).chain(calendars::rows(plan))
}
