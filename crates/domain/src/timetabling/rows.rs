//! What the timetable says of every step and every project, as dates and working days.

use jiff::civil::Date;
use timetable::{Driver, TaskId};

use super::network::{DAY, Progress, Timetable, date_of};
use crate::code::Code;
use crate::milestone::step;
use crate::portfolio::Portfolio;
use crate::project::Project;

/// One step of a project in the timetable.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    pub step: Code,
    pub task: TaskId,
    pub progress: Progress,
    /// Where it lies: recorded dates for what is done, computed ones for the rest.
    pub start: Date,
    pub finish: Date,
    /// The last days that still keep every promise it leads to; `None` for what is done or leads to none, and
    /// no last day to start for what has begun.
    pub late_start: Option<Date>,
    pub late_finish: Option<Date>,
    /// Working days to spare before a promise is missed, rounded down; negative when one is missed already.
    pub float: Option<i64>,
    pub critical: bool,
    pub promised: Option<Date>,
    /// What people last said they expect.
    pub stated: Option<Date>,
    pub actual: Option<Date>,
    /// Nobody has said how long it takes.
    pub unknown: bool,
    /// It lies in years whose holidays are not settled yet.
    pub provisional: bool,
}

impl StepRow {
    pub fn is_done(&self) -> bool {
        matches!(self.progress, Progress::Done | Progress::Implied)
    }
}

/// One project in the timetable: its headline promise, the latest public one that is still open.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Index into the portfolio's projects.
    pub project: usize,
    pub steps: Vec<StepRow>,
    /// The step that the promise, the forecast and the float are about; `None` when all is done.
    pub headline: Option<usize>,
    /// Open steps up to the headline of which nobody has said how long they take.
    pub unknown: usize,
}

impl Row {
    pub fn headline(&self) -> Option<&StepRow> {
        self.headline.map(|at| &self.steps[at])
    }

    /// The row of a project among the rows of its timetable, which come in the portfolio's order.
    pub fn of<'a>(rows: &'a [Row], portfolio: &Portfolio, project: &str) -> Option<&'a Row> {
        Self::place(rows, portfolio, project).map(|at| &rows[at])
    }

    /// Where that row stands.
    pub fn place(rows: &[Row], portfolio: &Portfolio, project: &str) -> Option<usize> {
        let project = portfolio.place(project)?;
        rows.binary_search_by_key(&project, |row| row.project).ok()
    }

    /// The last day to begin the next thing to do; where it has begun, the last day to end it.
    pub fn next_by(&self) -> Option<Date> {
        self.next().and_then(|step| step.late_start.or(step.late_finish))
    }

    /// The next thing to do: the first open step that a promise hangs on, else the first open one.
    pub fn next(&self) -> Option<&StepRow> {
        let mut open = self.steps.iter().filter(|row| !row.is_done());
        open.clone().find(|row| row.float.is_some()).or_else(|| open.next())
    }
}

/// The public steps in which a promise is looked for, the furthest first.
const PROMISED: [&str; 4] = [step::OPENING, step::IN_USE, step::COMPLETION, step::START];
/// What a project without a promise is for.
const AIMS: [&str; 2] = [step::IN_USE, step::COMPLETION];

impl Timetable {
    /// Every project of the timetable in the portfolio's order.
    pub fn rows(&self, portfolio: &Portfolio) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for at in &self.steps {
            if rows.last().is_none_or(|row| row.project != at.project) {
                rows.push(Row { project: at.project, steps: Vec::new(), headline: None, unknown: 0 });
            }
            let project = &portfolio.projects[at.project];
            if let (Some(row), Some(line)) = (rows.last_mut(), self.step_row(project, at)) {
                row.steps.push(line);
            }
        }
        for row in &mut rows {
            row.headline = headline(&row.steps);
            let open = row.steps.iter().take(row.headline.map_or(0, |at| at + 1));
            row.unknown = open.filter(|it| !it.is_done() && it.unknown).count();
        }
        rows
    }

    pub(super) fn step_row(&self, project: &Project, at: &super::StepAt) -> Option<StepRow> {
        let dates = self.schedule.dates_of(&self.network, at.task)?;
        let line = project.steps.get(at.step)?;
        let track = project.track(line.step.as_str());
        let open = matches!(at.progress, Progress::Open | Progress::Running);
        let limited = open && self.promised.contains(&at.task);
        let finish = date_of(dates.early_finish);
        Some(StepRow {
            step: line.step.clone(),
            task: at.task,
            progress: at.progress,
            start: date_of(dates.early_start),
            finish,
            late_start: (limited && at.progress == Progress::Open).then(|| date_of(dates.late_start)),
            late_finish: limited.then(|| date_of(dates.late_finish)),
            float: limited.then(|| dates.total_float.div_euclid(DAY)),
            critical: limited && dates.critical,
            promised: at.promise,
            stated: track.and_then(|track| track.forecast).map(|date| date.last()),
            actual: project.reached(line.step.as_str()).map(|date| date.last()),
            unknown: at.estimate.is_none(),
            provisional: open && finish >= self.provisional_from,
        })
    }

    /// Why a step does not come earlier: the steps that drive it, the first of them first.
    pub fn driving_chain(&self, task: TaskId) -> Vec<TaskId> {
        let mut chain: Vec<TaskId> = Vec::new();
        for link in self.schedule.driving_chain(&self.network, task) {
            if chain.is_empty() {
                chain.push(link.predecessor);
            }
            chain.push(link.successor);
        }
        chain
    }

    /// What holds the start of a step.
    pub fn drivers(&self, task: TaskId) -> Vec<Driver> {
        self.schedule.drivers(&self.network, task)
    }

    /// What a delay of a step by some working days moves: the steps, each with its own delay in working days
    /// and its finish before and after.
    pub fn delay(
        &self,
        task: TaskId,
        days: u16,
    ) -> Result<Vec<(TaskId, i64, Date, Date)>, super::TimetableError> {
        let hits = self.schedule.delay(&self.plan, &self.network, task, i64::from(days) * DAY)?;
        Ok(hits
            .into_iter()
            .map(|hit| {
                // Part of a day late is late by that day.
                let days = (hit.by + DAY - 1).div_euclid(DAY);
                (hit.task, days, date_of(hit.finish_before), date_of(hit.finish_after))
            })
            .collect())
    }

    /// The place of a task: project and step.
    pub fn place(&self, task: TaskId) -> Option<&super::StepAt> {
        self.steps.binary_search_by_key(&task, |at| at.task).ok().map(|at| &self.steps[at])
    }
}

/// The furthest public step that was promised and is open; without a promise the use, or the completion, that
/// is still to come. A project in use has kept what it is for; one of a kind that knows none of these steps is for
/// what it promised last, or for its last step.
pub(super) fn headline(steps: &[StepRow]) -> Option<usize> {
    let place = |code: &str| steps.iter().position(|row| row.step.as_str() == code);
    let open = |at: &usize| !steps[*at].is_done();
    let promised = PROMISED.iter().filter_map(|code| place(code)).filter(open);
    promised.into_iter().find(|at| steps[*at].promised.is_some()).or_else(|| {
        if let Some(aim) = AIMS.iter().find_map(|code| place(code)) {
            return open(&aim).then_some(aim);
        }
        let mut last = (0..steps.len()).rev().filter(open);
        last.clone().find(|at| steps[*at].promised.is_some()).or_else(|| last.next())
    })
}
