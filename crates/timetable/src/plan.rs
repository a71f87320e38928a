//! The plan as it is written: tasks, links, calendars, constraints, progress.

use std::fmt;

use thiserror::Error;

use crate::calendar::{Calendar, CalendarError, CalendarId};
use crate::moment::{FIRST_DAY, LAST_DAY, Moment};

/// Longest duration or lag, in minutes (about 190 years): keeps every sum far from overflow.
pub const MAX_MINUTES: i64 = 100_000_000;
/// Most tasks, and most links between single tasks, a plan may have.
pub const MAX_TASKS: usize = 1_500_000;
pub const MAX_LINKS: usize = 20_000_000;

/// Index of a task in [`Plan::tasks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

impl TaskId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How long a task takes, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duration {
    /// Minutes of work in the task's calendar; 0 is a milestone.
    Working(i64),
    /// Minutes of the clock: nights and holidays count.
    Elapsed(i64),
}

impl Duration {
    pub fn minutes(self) -> i64 {
        match self {
            Duration::Working(m) | Duration::Elapsed(m) => m,
        }
    }
}

/// The four ways a predecessor holds its successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkKind {
    FinishToStart,
    StartToStart,
    FinishToFinish,
    StartToFinish,
}

impl fmt::Display for LinkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkKind::FinishToStart => "FS",
            LinkKind::StartToStart => "SS",
            LinkKind::FinishToFinish => "FF",
            LinkKind::StartToFinish => "SF",
        })
    }
}

/// Time between the two ends of a link; negative is a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lag {
    /// Working minutes in the calendar named by [`LagCalendar`].
    Working(i64),
    /// Minutes of the clock.
    Elapsed(i64),
    /// Percent of the predecessor's duration, as working minutes.
    Percent(i32),
    /// Percent of the predecessor's duration, as minutes of the clock.
    ElapsedPercent(i32),
}

/// The calendar in which a working lag is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LagCalendar {
    /// The successor's (Microsoft Project).
    #[default]
    Successor,
    /// The predecessor's (usual in Primavera P6).
    Predecessor,
    /// The plan's.
    Plan,
    /// Every minute counts.
    Continuous,
}

/// A link between two tasks. At a summary it stands for links with the leaves below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub predecessor: TaskId,
    pub successor: TaskId,
    pub kind: LinkKind,
    pub lag: Lag,
}

/// A date rule on a task. A fixed date wins over links in the forward pass, and so does a latest date when
/// [`Plan::dates_win`] is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    AsSoonAsPossible,
    AsLateAsPossible,
    MustStartOn(Moment),
    MustFinishOn(Moment),
    StartNoEarlierThan(Moment),
    StartNoLaterThan(Moment),
    FinishNoEarlierThan(Moment),
    FinishNoLaterThan(Moment),
}

/// What has happened on a task so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    #[default]
    NotStarted,
    /// Started, with `remaining` working minutes to go; they go on at `resume` or later when it is given.
    Started {
        start: Moment,
        remaining: i64,
        resume: Option<Moment>,
    },
    Finished {
        start: Moment,
        finish: Moment,
    },
}

/// Who sets a task's dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// The engine.
    #[default]
    Automatic,
    /// People: the dates stay, successors follow them.
    Manual { start: Moment, finish: Moment },
}

/// One task, milestone or summary. It is a summary when another task names it as parent.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Number by which people and files know the task; unique in the plan.
    pub uid: i64,
    pub name: String,
    pub parent: Option<TaskId>,
    /// The plan's calendar when `None`.
    pub calendar: Option<CalendarId>,
    /// Ignored for a summary.
    pub duration: Duration,
    pub constraint: Constraint,
    /// A second rule (Primavera P6 allows two).
    pub second_constraint: Option<Constraint>,
    /// The promise: latest finish that still keeps it.
    pub deadline: Option<Moment>,
    pub progress: Progress,
    pub placement: Placement,
    /// Minutes of the clock by which the start is put off after links and dates (levelling delay).
    pub delay: i64,
    /// An inactive task is dated but holds nobody and counts nowhere.
    pub active: bool,
}

impl Task {
    /// An automatic, unconstrained task of `minutes` working minutes.
    pub fn new(uid: i64, name: impl Into<String>, minutes: i64) -> Task {
        Task {
            uid,
            name: name.into(),
            parent: None,
            calendar: None,
            duration: Duration::Working(minutes),
            constraint: Constraint::AsSoonAsPossible,
            second_constraint: None,
            deadline: None,
            progress: Progress::NotStarted,
            placement: Placement::Automatic,
            delay: 0,
            active: true,
        }
    }

    /// How messages name the task.
    pub fn label(&self) -> String {
        if self.name.is_empty() {
            format!("task {}", self.uid)
        } else {
            format!("“{}” ({})", self.name, self.uid)
        }
    }
}

/// From which end the plan is scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleFrom {
    /// As soon as possible from this instant on.
    Start(Moment),
    /// Back from this instant; the start follows.
    Finish(Moment),
}

/// Where the backward pass begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Horizon {
    /// The latest early finish of the plan: a later promise changes nothing (Microsoft Project).
    #[default]
    PlanEnd,
    /// For each task the latest promise it leads to; the plan's end for tasks that lead to none.
    OwnPromise,
}

/// A plan ready to be checked and scheduled.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub name: String,
    pub schedule_from: ScheduleFrom,
    /// Work that remains starts no earlier than this.
    pub status_date: Option<Moment>,
    pub calendars: Vec<Calendar>,
    /// The plan's calendar.
    pub calendar: CalendarId,
    pub tasks: Vec<Task>,
    pub links: Vec<Link>,
    pub lag_calendar: LagCalendar,
    /// Whether latest dates win over links (Microsoft Project) or only show negative float (Primavera P6).
    pub dates_win: bool,
    /// A task is critical when its total float is at most this many minutes.
    pub critical_limit: i64,
    pub horizon: Horizon,
    /// Whether a promise before the status date is an error; otherwise it just shows negative float.
    pub refuse_overdue: bool,
}

impl Plan {
    /// An empty plan on the standard calendar, scheduled from `start`.
    pub fn new(name: impl Into<String>, start: Moment) -> Plan {
        Plan {
            name: name.into(),
            schedule_from: ScheduleFrom::Start(start),
            status_date: None,
            calendars: vec![Calendar::standard("Standard")],
            calendar: CalendarId(0),
            tasks: Vec::new(),
            links: Vec::new(),
            lag_calendar: LagCalendar::Successor,
            dates_win: true,
            critical_limit: 0,
            horizon: Horizon::PlanEnd,
            refuse_overdue: true,
        }
    }

    /// Adds a task and returns its index.
    pub fn add(&mut self, task: Task) -> TaskId {
        let id = TaskId(self.tasks.len() as u32);
        self.tasks.push(task);
        id
    }

    /// Adds a link.
    pub fn link(&mut self, predecessor: TaskId, successor: TaskId, kind: LinkKind, lag: Lag) {
        self.links.push(Link { predecessor, successor, kind, lag });
    }
}

/// Why a plan cannot be scheduled. Every message names the place and says how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error("the links go round in a circle: {}: remove one of these links", ring(.tasks))]
    Cycle { tasks: Vec<String> },
    #[error(
        "a link from {predecessor} to {successor} names a task that does not exist: remove the link or add the task"
    )]
    DanglingLink { predecessor: String, successor: String },
    #[error("{task} is linked with itself: remove the link")]
    SelfLink { task: String },
    #[error(
        "a link joins the summary {summary} with {task}, which lies below it: link tasks that do not contain each other"
    )]
    LinkWithinSummary { summary: String, task: String },
    #[error("two tasks have the number {uid}: {first} and {second}; give one of them another number")]
    DuplicateUid { uid: i64, first: String, second: String },
    #[error("{task} lies below itself or below a task that does not exist: correct the outline")]
    BadParent { task: String },
    #[error("{task} has a {what} of {minutes} minutes: write a duration from 0 to {MAX_MINUTES} minutes")]
    BadDuration { task: String, what: &'static str, minutes: i64 },
    #[error("the link from {predecessor} to {successor} has a lag beyond {MAX_MINUTES} minutes: shorten it")]
    BadLag { predecessor: String, successor: String },
    #[error("{task}: the {what} {date} is out of range: use dates between {FIRST_DAY} and {LAST_DAY}")]
    DateOutOfRange { task: String, what: &'static str, date: Moment },
    #[error(
        "{task}: the {later} {later_date} comes before the {earlier} {earlier_date}: correct one of them"
    )]
    DatesReversed {
        task: String,
        earlier: &'static str,
        earlier_date: Moment,
        later: &'static str,
        later_date: Moment,
    },
    #[error(
        "{task}: the promise {promise} comes before the status date {status}: the task is not finished, so give a promise that can still be kept or record the finish"
    )]
    PromiseBeforeStatus { task: String, promise: Moment, status: Moment },
    #[error(
        "{task} uses calendar number {calendar}, which does not exist: add the calendar or choose another"
    )]
    NoCalendar { task: String, calendar: u32 },
    #[error("the plan has {count} {what}; the most that can be scheduled is {limit}: split the plan")]
    TooLarge { what: &'static str, count: usize, limit: usize },
    #[error("{task} runs past {LAST_DAY} or before {FIRST_DAY}: shorten the durations or lags before it")]
    BeyondCalendar { task: String },
    #[error("there is no task number {uid} in the plan: check the number")]
    NoTask { uid: i64 },
    #[error("there is no link number {link} in the plan: check the number")]
    NoLink { link: u32 },
    #[error("{task} is a summary: its duration and progress follow from the tasks below it; change those")]
    IsSummary { task: String },
}

impl PlanError {
    /// The key under which messages in any language explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Calendar(error) => match error {
                CalendarError::NoWorkingTime { .. } => "timetable-error-no-working-time",
                CalendarError::BaseCycle { .. } => "timetable-error-base-cycle",
                CalendarError::NoBase { .. } => "timetable-error-no-base",
                CalendarError::OutOfRange { .. } => "timetable-error-exception",
            },
            Self::Cycle { .. } => "timetable-error-cycle",
            Self::DanglingLink { .. } => "timetable-error-dangling-link",
            Self::SelfLink { .. } => "timetable-error-self-link",
            Self::LinkWithinSummary { .. } => "timetable-error-within-summary",
            Self::DuplicateUid { .. } => "timetable-error-duplicate",
            Self::BadParent { .. } => "timetable-error-parent",
            Self::BadDuration { .. } => "timetable-error-duration",
            Self::BadLag { .. } => "timetable-error-lag",
            Self::DateOutOfRange { .. } => "timetable-error-date",
            Self::DatesReversed { .. } => "timetable-error-reversed",
            Self::PromiseBeforeStatus { .. } => "timetable-error-promise",
            Self::NoCalendar { .. } => "timetable-error-no-calendar",
            Self::TooLarge { .. } => "timetable-error-too-large",
            Self::BeyondCalendar { .. } => "timetable-error-beyond",
            Self::NoTask { .. } => "timetable-error-no-task",
            Self::NoLink { .. } => "timetable-error-no-link",
            Self::IsSummary { .. } => "timetable-error-summary",
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let link = |predecessor: &String, successor: &String| {
            vec![("predecessor", predecessor.clone()), ("successor", successor.clone())]
        };
        match self {
            Self::Calendar(error) => match error {
                CalendarError::NoWorkingTime { name } | CalendarError::NoBase { name } => {
                    vec![("name", name.clone())]
                }
                CalendarError::BaseCycle { name, through } => {
                    vec![("name", name.clone()), ("through", through.clone())]
                }
                CalendarError::OutOfRange { name, day } => {
                    vec![("name", name.clone()), ("date", day.to_string())]
                }
            },
            Self::Cycle { tasks } => vec![("tasks", ring(tasks))],
            Self::DanglingLink { predecessor, successor } | Self::BadLag { predecessor, successor } => {
                link(predecessor, successor)
            }
            Self::SelfLink { task }
            | Self::BadParent { task }
            | Self::BadDuration { task, .. }
            | Self::BeyondCalendar { task }
            | Self::IsSummary { task } => vec![("task", task.clone())],
            Self::LinkWithinSummary { summary, task } => {
                vec![("summary", summary.clone()), ("task", task.clone())]
            }
            Self::DuplicateUid { uid, first, second } => {
                vec![("uid", uid.to_string()), ("first", first.clone()), ("second", second.clone())]
            }
            Self::DateOutOfRange { task, date, .. } => {
                vec![("task", task.clone()), ("date", date.to_string())]
            }
            Self::DatesReversed { task, earlier_date, later_date, .. } => vec![
                ("task", task.clone()),
                ("earlier", earlier_date.to_string()),
                ("later", later_date.to_string()),
            ],
            Self::PromiseBeforeStatus { task, promise, status } => {
                vec![("task", task.clone()), ("promise", promise.to_string()), ("status", status.to_string())]
            }
            Self::NoCalendar { task, calendar } => {
                vec![("task", task.clone()), ("calendar", calendar.to_string())]
            }
            Self::TooLarge { count, limit, .. } => {
                vec![("count", count.to_string()), ("limit", limit.to_string())]
            }
            Self::NoTask { uid } => vec![("uid", uid.to_string())],
            Self::NoLink { link } => vec![("link", link.to_string())],
        }
    }
}

/// The tasks of a circle as `A → B → A`, shortened in the middle when it is long.
fn ring(tasks: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut names: Vec<&str> = tasks.iter().map(String::as_str).collect();
    if names.len() > SHOWN {
        let hidden = format!("… {} more …", names.len() - SHOWN);
        let tail = names.split_off(names.len() - SHOWN / 2);
        names.truncate(SHOWN / 2);
        let head = names.join(" → ");
        return format!("{head} → {hidden} → {} → {}", tail.join(" → "), tasks[0]);
    }
    names.extend(tasks.first().map(String::as_str));
    names.join(" → ")
}
