//! What a picture of the timetable shows: the bars of steps and projects, what ties them, and how promises stand.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use timetable::{Driver, Lag, TaskId};

use super::network::{DAY, Progress, Timetable};
use super::rows::{Row, StepRow};
use super::work::StepLinkKind;
use crate::item::kind::texts;

texts! {
    /// How a promise stands on the day looked at.
    Flag {
        /// Done by the promised day.
        Kept => "kept",
        /// Done after it, or not done though it has passed.
        Missed => "missed",
        /// Computed to be done by the promised day.
        Holds => "holds",
        /// Computed to be done after it.
        Short => "short",
    }
}

/// A span of days, both within it.
pub type Span = (Date, Date);

/// What is drawn of a step or of a whole project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    pub done: Option<Span>,
    pub ahead: Option<Span>,
    /// The part of what is ahead that lies behind the promise.
    pub over: Option<Span>,
    /// From the computed finish to the last day that keeps every promise.
    pub spare: Option<Span>,
    pub critical: bool,
    pub promise: Option<(Date, Flag)>,
}

/// A link of the network between two steps: indices into the rows, and into their steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    pub from: (usize, usize),
    pub to: (usize, usize),
    pub kind: StepLinkKind,
    /// Working days; negative for a lead.
    pub lag: i64,
    /// Whether the later step could come earlier without it.
    pub driving: bool,
}

impl From<timetable::LinkKind> for StepLinkKind {
    fn from(kind: timetable::LinkKind) -> Self {
        match kind {
            timetable::LinkKind::FinishToStart => Self::FinishToStart,
            timetable::LinkKind::StartToStart => Self::StartToStart,
            timetable::LinkKind::FinishToFinish => Self::FinishToFinish,
            timetable::LinkKind::StartToFinish => Self::StartToFinish,
        }
    }
}

fn flag(promise: Date, done: Option<Date>, finish: Date, as_of: Date) -> Flag {
    match done {
        Some(done) if done <= promise => Flag::Kept,
        Some(_) => Flag::Missed,
        None if promise < as_of => Flag::Missed,
        None if finish > promise => Flag::Short,
        None => Flag::Holds,
    }
}

impl StepRow {
    /// The step's bars. What only a later step shows to be done has no days of its own.
    pub fn bars(&self, as_of: Date) -> Bars {
        let done = self.is_done().then_some(self.actual.unwrap_or(self.finish));
        let promise = self.promised.map(|day| (day, flag(day, done, self.finish, as_of)));
        let mut bars = Bars { promise, critical: self.critical, ..Bars::default() };
        match self.progress {
            Progress::Implied => bars.promise = None,
            Progress::Done => bars.done = Some((self.start, self.finish)),
            Progress::Running | Progress::Open => {
                bars.done = (self.start < as_of).then_some((self.start, as_of));
                bars.ahead = Some((self.start.max(as_of), self.finish));
                bars.over = self
                    .promised
                    .filter(|promise| *promise < self.finish)
                    .map(|promise| (promise.max(self.start).max(as_of), self.finish));
                bars.spare = self.late_finish.filter(|late| *late > self.finish).map(|it| (self.finish, it));
            }
        }
        bars
    }
}

impl Row {
    /// The project in one line: from its first recorded day to what its headline is computed for.
    pub fn bars(&self, as_of: Date) -> Bars {
        let recorded = || self.steps.iter().filter_map(|step| step.actual);
        let begun = recorded().min();
        let Some(headline) = self.headline() else {
            // All that it is for is done: its last promise tells how it came out.
            let last = self.steps.iter().rev().find(|step| step.actual.is_some() && step.promised.is_some());
            return Bars {
                done: begun.zip(recorded().max()),
                promise: last.and_then(|step| step.bars(as_of).promise),
                ..Bars::default()
            };
        };
        Bars {
            done: begun.filter(|begun| *begun < as_of).map(|begun| (begun, as_of)),
            ahead: (headline.finish > as_of)
                .then(|| (if begun.is_some() { as_of } else { self.first_day(as_of) }, headline.finish)),
            ..headline.bars(as_of)
        }
    }

    /// The first computed day of a project that has not begun.
    fn first_day(&self, as_of: Date) -> Date {
        let open = self.steps.iter().filter(|step| !step.is_done()).map(|step| step.start);
        open.min().unwrap_or(as_of).max(as_of)
    }

    /// The span the row's bars cover, to say what was so at an earlier moment.
    pub fn span(&self) -> Option<Span> {
        let shown = || self.steps.iter().filter(|step| step.progress != Progress::Implied);
        let to = match self.headline() {
            Some(step) => step.finish,
            // What is open behind the aim is no part of it.
            None => self.steps.iter().filter_map(|step| step.actual).max()?,
        };
        let from = shown().map(|step| step.start).min()?;
        Some((from.min(to), to))
    }
}

impl Timetable {
    /// The links between the steps of some rows, in the order of the network.
    pub fn ties(&self, rows: &[Row]) -> Vec<Tie> {
        let places: BTreeMap<TaskId, (usize, usize)> = rows
            .iter()
            .enumerate()
            .flat_map(|(row, held)| {
                held.steps.iter().enumerate().map(move |(at, step)| (step.task, (row, at)))
            })
            .collect();
        let driving: BTreeSet<u32> = places
            .keys()
            .flat_map(|task| self.drivers(*task))
            .filter_map(|driver| match driver {
                Driver::Link(link) => Some(link),
                _ => None,
            })
            .collect();
        (0u32..)
            .zip(&self.plan.links)
            .filter_map(|(at, link)| {
                let lag = match link.lag {
                    Lag::Working(minutes) => minutes / DAY,
                    Lag::Elapsed(_) | Lag::Percent(_) | Lag::ElapsedPercent(_) => 0,
                };
                Some(Tie {
                    from: *places.get(&link.predecessor)?,
                    to: *places.get(&link.successor)?,
                    kind: link.kind.into(),
                    lag,
                    driving: driving.contains(&at),
                })
            })
            .collect()
    }
}
