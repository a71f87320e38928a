//! Whether what was promised was kept, by the date that the public was told first.

use jiff::civil::Date;

use crate::milestone::step;
use crate::planned_date::{PlannedDate, days_between};
use crate::project::Project;

/// How a promise stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    OnTime,
    /// Done, so many days after the first promise.
    Late(i32),
    /// Not done, and the first promise passed so many days ago.
    Overdue(i32),
    NotDue,
    /// Done, though the public was told no date.
    DoneUnpromised,
    OpenUnpromised,
}

impl Kept {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late(_) => "late",
            Self::Overdue(_) => "overdue",
            Self::NotDue => "not_due",
            Self::DoneUnpromised => "done_unpromised",
            Self::OpenUnpromised => "open_unpromised",
        }
    }

    pub fn is_done(self) -> bool {
        matches!(self, Self::OnTime | Self::Late(_) | Self::DoneUnpromised)
    }

    /// Days behind the first promise; none where there was none, or it holds.
    pub fn days(self) -> Option<i32> {
        match self {
            Self::Late(days) | Self::Overdue(days) => Some(days),
            _ => None,
        }
    }

    /// By what was promised and what came, as of a day.
    pub fn of(promised: Option<PlannedDate>, actual: Option<PlannedDate>, as_of: Date) -> Self {
        match (promised, actual) {
            (None, Some(_)) => Self::DoneUnpromised,
            (None, None) => Self::OpenUnpromised,
            (Some(promised), Some(actual)) => match promised.days_until(actual) {
                days if days > 0 => Self::Late(days),
                _ => Self::OnTime,
            },
            (Some(promised), None) => match days_between(promised.last(), as_of) {
                days if days > 0 => Self::Overdue(days),
                _ => Self::NotDue,
            },
        }
    }
}

/// A step that the public hears about, as it was promised and as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStep {
    pub step: &'static str,
    pub first: Option<PlannedDate>,
    /// The promise that holds now.
    pub last: Option<PlannedDate>,
    /// How many promises there were.
    pub promises: usize,
    pub actual: Option<PlannedDate>,
    pub kept: Kept,
}

fn kept_step(project: &Project, step: &'static str, as_of: Date) -> KeptStep {
    let track = project.track(step);
    let first = track.and_then(|track| track.first_promised());
    let actual = project.reached(step);
    // What is in use is complete, whether anybody recorded it or not.
    let came = actual.or_else(|| project.reached(step::IN_USE).filter(|_| step == step::COMPLETION));
    KeptStep {
        step,
        first,
        last: track.and_then(|track| track.promised()),
        promises: track.map_or(0, |track| track.promises.len()),
        actual,
        kept: Kept::of(first, came, as_of),
    }
}

/// The public steps of a project that were promised or done.
pub fn kept_steps(project: &Project, as_of: Date) -> Vec<KeptStep> {
    [step::START, step::COMPLETION, step::IN_USE, step::OPENING]
        .into_iter()
        .map(|step| kept_step(project, step, as_of))
        .filter(|held| held.first.is_some() || held.actual.is_some())
        .collect()
}

/// How the promise of a project stands: that of its use, else of its completion. Without either promise, whether it is
/// in use or completed.
pub fn kept(project: &Project, as_of: Date) -> Kept {
    let held = [step::IN_USE, step::COMPLETION].map(|step| kept_step(project, step, as_of));
    let promised = held.iter().find(|held| held.first.is_some());
    promised.map_or_else(
        || match held.iter().any(|held| held.actual.is_some()) {
            true => Kept::DoneUnpromised,
            false => Kept::OpenUnpromised,
        },
        |held| held.kept,
    )
}

/// Projects by how their promise stands; together they are all projects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptCounts {
    pub on_time: u64,
    pub late: u64,
    pub overdue: u64,
    pub not_due: u64,
    pub done_unpromised: u64,
    pub open_unpromised: u64,
}

impl KeptCounts {
    pub fn add(&mut self, kept: Kept) {
        *match kept {
            Kept::OnTime => &mut self.on_time,
            Kept::Late(_) => &mut self.late,
            Kept::Overdue(_) => &mut self.overdue,
            Kept::NotDue => &mut self.not_due,
            Kept::DoneUnpromised => &mut self.done_unpromised,
            Kept::OpenUnpromised => &mut self.open_unpromised,
        } += 1;
    }

    pub fn all(&self) -> u64 {
        self.done() + self.overdue + self.not_due + self.open_unpromised
    }

    pub fn done(&self) -> u64 {
        self.on_time + self.late + self.done_unpromised
    }

    pub fn promised(&self) -> u64 {
        self.on_time + self.late + self.overdue + self.not_due
    }
}
