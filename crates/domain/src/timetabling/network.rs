//! From the recorded plan to the network that the engine schedules.
//!
//! A step is reached when the work that leads to it is done. A chain's steps follow each other unless a
//! template says otherwise. What was done lies where it was recorded; steps before a done one, of which nothing
//! was recorded, were done by then. Use and opening may come before completion, so they tell nothing of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use timetable::calendar::{CalendarId, DayHours, expand};
use timetable::china::WorkingDays;
use timetable::{
    Constraint, Duration, Horizon, Lag, Moment, Network, Placement, Plan, PlanError, Schedule, Task, TaskId,
    WorkingTime,
};

use super::calendar::{days_worked, work_calendar};
use super::chain::Chain;
use super::closing::{LeftOut, leave_out_closing};
use super::parts::{PartAt, PartLeftOut, Taken, parts};
use super::work::Estimate;
use crate::code::Code;
use crate::milestone::Track;
use crate::portfolio::Portfolio;
use crate::project::{Phase, Project, StepLine};
use crate::workday;

/// Minutes of a working day: 08:00 to 12:00 and 13:00 to 17:00.
pub(super) const DAY: i64 = 480;
pub(super) const CLOSE: i64 = 17 * 60;
const OPEN: i64 = 8 * 60;
/// Years within which everything is done.
const UNLIMITED: i64 = 30;

/// Why there is no timetable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TimetableError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Forecast(#[from] timetable::forecast::ForecastError),
    #[error(transparent)]
    Limits(#[from] timetable::resource::ResourceError),
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Done on a recorded day.
    Done,
    /// Done by the day of a later step that is on record.
    Implied,
    /// What it waits for is done: its work has begun.
    Running,
    Open,
}

/// A step in the network.
#[derive(Debug, Clone, PartialEq)]
pub struct StepAt {
    /// Index into the portfolio's projects, and into that project's steps.
    pub project: usize,
    pub step: usize,
    pub task: TaskId,
    pub progress: Progress,
    /// `None` where nobody has said how long it takes: it then counts as taking no time.
    pub estimate: Option<Estimate>,
    pub promise: Option<Date>,
}

/// The timetable of a plan as of a day.
#[derive(Debug, Clone)]
pub struct Timetable {
    pub as_of: Date,
    /// The version of the national working days: the date of the last paper known.
    pub calendar_version: String,
    /// From this day on the national working days are provisional.
    pub provisional_from: Date,
    /// The national working days as they were known.
    pub(crate) national: WorkingDays,
    pub steps: Vec<StepAt>,
    pub(super) part_chains: Vec<PartAt>,
    pub(super) parts_left_out: Vec<PartLeftOut>,
    /// What steps do not wait for here although their words say so.
    pub(super) left_out: Vec<LeftOut>,
    pub(super) plan: Plan,
    pub(super) network: Network,
    pub(super) schedule: Schedule,
    /// The tasks that lead to a promise which is still open.
    pub(super) promised: BTreeSet<TaskId>,
}

impl Timetable {
    /// The timetable of the members of the plan, from what the portfolio says.
    pub fn of(portfolio: &Portfolio) -> Result<Self, TimetableError> {
        Builder::new(portfolio).build()
    }

    /// The engine's plan and its dates for other planning programs: promises are its only deadlines.
    pub fn for_export(&self) -> (Plan, Vec<timetable::TaskDates>) {
        let mut plan = self.plan.clone();
        let of_parts = self.part_chains.iter().flat_map(|held| &held.steps);
        let promised: BTreeSet<TaskId> =
            self.steps.iter().chain(of_parts).filter(|at| at.promise.is_some()).map(|at| at.task).collect();
        for (index, task) in plan.tasks.iter_mut().enumerate() {
            if !promised.contains(&TaskId(index as u32)) {
                task.deadline = None;
            }
        }
        let dates = self.schedule.dates(&self.plan, &self.network);
        (plan, dates)
    }
}

struct Builder<'a> {
    portfolio: &'a Portfolio,
    as_of: Date,
    days: WorkingDays,
    plan: Plan,
    calendars: BTreeMap<Code, CalendarId>,
    /// The calendars in use, for counting in them.
    working: BTreeMap<CalendarId, WorkingTime>,
    steps: Vec<StepAt>,
    tasks: BTreeMap<(usize, usize), TaskId>,
    projects: BTreeMap<usize, TaskId>,
    part_chains: Vec<PartAt>,
    parts_left_out: Vec<PartLeftOut>,
}

impl<'a> Builder<'a> {
    fn new(portfolio: &'a Portfolio) -> Self {
        let as_of = portfolio.view.as_of;
        let status = workday::day(as_of).at(OPEN);
        let mut plan = Plan::new(portfolio.plan.name.zh.clone(), status);
        plan.status_date = Some(status);
        plan.horizon = Horizon::OwnPromise;
        plan.refuse_overdue = false;
        Self {
            portfolio,
            as_of,
            days: portfolio.plan.working_days(Some(as_of)),
            plan,
            calendars: BTreeMap::new(),
            working: BTreeMap::new(),
            steps: Vec::new(),
            tasks: BTreeMap::new(),
            projects: BTreeMap::new(),
            part_chains: Vec::new(),
            parts_left_out: Vec::new(),
        }
    }

    fn build(mut self) -> Result<Timetable, TimetableError> {
        self.plan.calendars = vec![self.days.calendar("national", &DayHours::office())];
        for calendar in &self.portfolio.plan.calendars {
            let id = CalendarId(self.plan.calendars.len() as u32);
            self.plan.calendars.push(work_calendar(calendar, &self.days, self.as_of));
            self.calendars.insert(calendar.calendar.clone(), id);
        }
        for (at, project) in self.portfolio.projects.iter().enumerate() {
            if project.is_member() && !project.steps.is_empty() && project.phase() != Phase::Left {
                self.project(at, project)?;
            }
        }
        self.links();
        let left_out = leave_out_closing(&mut self.plan);
        let network = Network::new(&self.plan)?;
        let schedule = network.schedule(&self.plan)?;
        Ok(Timetable {
            as_of: self.as_of,
            calendar_version: self.days.version(),
            provisional_from: workday::date_of(self.days.provisional_from),
            national: self.days,
            promised: leading_to_promises(
                self.steps.iter().chain(self.part_chains.iter().flat_map(|held| &held.steps)),
                &self.plan,
            ),
            steps: self.steps,
            part_chains: self.part_chains,
            parts_left_out: self.parts_left_out,
            left_out,
            plan: self.plan,
            network,
            schedule,
        })
    }

    fn calendar(&self, code: Option<&Code>) -> CalendarId {
        code.and_then(|code| self.calendars.get(code)).copied().unwrap_or(CalendarId(0))
    }

    fn project(&mut self, index: usize, project: &'a Project) -> Result<(), PlanError> {
        let summary = self.plan.add(Task::new(self.next_uid(), project.name.zh.clone(), 0));
        self.projects.insert(index, summary);
        let steps = self.chain(index, project, summary, "")?;
        self.tasks.extend(steps.iter().map(|at| ((index, at.step), at.task)));
        self.steps.extend(steps);
        for (part, taken) in parts(project) {
            match taken {
                Taken::LeftOut { step, promised } => {
                    self.parts_left_out.push(PartLeftOut { project: index, part, step, promised });
                }
                Taken::Chain(own, first) => {
                    let name = project.parts.iter().find(|(held, _)| *held == part);
                    let name = name.map_or(part.as_str(), |(_, name)| &name.zh);
                    let steps = self.chain(index, &own, summary, name)?;
                    self.follow(index, project, &steps, first);
                    self.part_chains.push(PartAt { project: index, part, own: *own, steps });
                }
            }
        }
        Ok(())
    }

    fn next_uid(&self) -> i64 {
        self.plan.tasks.len() as i64 + 1
    }

    /// Lets the steps of a part wait for those of the whole that lie before the part's own.
    fn follow(&mut self, index: usize, project: &Project, steps: &[StepAt], first: usize) {
        let whole = Chain::new(self.portfolio, project);
        for at in steps {
            for before in whole.after[first + at.step].iter().filter(|before| **before < first) {
                let from = self.tasks[&(index, *before)];
                self.plan.link(from, at.task, timetable::LinkKind::FinishToStart, Lag::Working(0));
            }
        }
    }

    /// Puts the chain of a project, or of a part of one, into the network; of a part, with its name.
    fn chain(
        &mut self,
        index: usize,
        project: &Project,
        summary: TaskId,
        part: &str,
    ) -> Result<Vec<StepAt>, PlanError> {
        let chain = Chain::new(self.portfolio, project);
        let mut steps: Vec<StepAt> = Vec::new();
        for (at, line) in project.steps.iter().enumerate() {
            let work = chain.work[at];
            let estimate = work.map(|work| work.days);
            let track = project.track(line.step.as_str());
            let promise = track.and_then(Track::promised).map(|date| date.last());
            let calendar = self.calendar(work.and_then(|work| work.calendar.as_ref()));
            if !self.working.contains_key(&calendar) {
                self.working.insert(calendar, expand(&self.plan.calendars, calendar)?);
            }
            let (progress, how, days) = self.progress(&chain, at, line, estimate, &self.working[&calendar]);
            let minutes = days * DAY;
            let task = Task {
                parent: Some(summary),
                calendar: Some(calendar),
                duration: Duration::Working(minutes),
                // A step that is done keeps its promise or has broken it: no work is held by it any more.
                deadline: promise
                    .filter(|_| matches!(progress, Progress::Running | Progress::Open))
                    .map(|day| workday::day(day).at(CLOSE)),
                progress: how,
                placement: Placement::Automatic,
                constraint: work
                    .and_then(|work| work.not_before)
                    .map_or(Constraint::AsSoonAsPossible, |day| {
                        Constraint::StartNoEarlierThan(workday::day(day).at(OPEN))
                    }),
                ..Task::new(
                    self.next_uid(),
                    if part.is_empty() {
                        line.name.zh.clone()
                    } else {
                        format!("{part} · {}", line.name.zh)
                    },
                    minutes,
                )
            };
            let task = self.plan.add(task);
            steps.push(StepAt { project: index, step: at, task, progress, estimate, promise });
        }
        // What follows the last promise has no limit, and sets none to what comes before it.
        let awaited: BTreeSet<usize> = chain.after.iter().flatten().copied().collect();
        let unlimited = workday::day(self.as_of.saturating_add(jiff::Span::new().years(UNLIMITED))).at(CLOSE);
        for at in (0..project.steps.len()).filter(|at| !awaited.contains(at)) {
            let task = &mut self.plan.tasks[steps[at].task.index()];
            task.deadline.get_or_insert(unlimited);
        }
        for (at, before) in chain.after.iter().enumerate() {
            for before in before {
                let (from, to) = (steps[*before].task, steps[at].task);
                self.plan.link(from, to, timetable::LinkKind::FinishToStart, Lag::Working(0));
            }
        }
        Ok(steps)
    }

    /// How far a step is, for readers and for the engine, and the working days it takes in all.
    fn progress(
        &self,
        chain: &Chain<'_>,
        at: usize,
        line: &StepLine,
        estimate: Option<Estimate>,
        calendar: &WorkingTime,
    ) -> (Progress, timetable::Progress, i64) {
        let usual = estimate.map_or(0, |estimate| i64::from(estimate.likely));
        if let Some((day, implied)) = chain.done[at] {
            let finish = workday::day(day).at(CLOSE);
            let begun = chain.free_since(at).flatten().filter(|begun| *begun <= day).unwrap_or(day);
            let start = workday::day(begun).at(if begun == day { OPEN } else { CLOSE });
            let progress = if implied { Progress::Implied } else { Progress::Done };
            return (progress, timetable::Progress::Finished { start, finish }, usual);
        }
        match (chain.free_since(at), estimate) {
            (Some(Some(begun)), Some(estimate)) if estimate.likely > 0 && begun < self.as_of => {
                let stated = chain.project.track(line.step.as_str()).and_then(|track| track.forecast);
                let stated = stated.map(|date| date.last()).filter(|day| *day >= self.as_of);
                let days = |from: Date, to: Date| days_worked(calendar, from, to);
                let worked = days(begun, self.as_of);
                // What is left begins after the day looked at, unless that day is the last itself.
                let (worked, left) = match stated.map(|day| days(self.as_of, day)) {
                    None => (worked, remaining(estimate, worked)),
                    Some(0) => (worked - days(self.as_of.yesterday().unwrap_or(begun), self.as_of), 1),
                    Some(left) => (worked, left),
                };
                let start = workday::day(begun).at(CLOSE);
                let progress = timetable::Progress::Started { start, remaining: left * DAY, resume: None };
                // The engine lets the work go on where its whole length less what is left ends.
                (Progress::Running, progress, worked + left)
            }
            (Some(Some(_)), _) => (Progress::Running, timetable::Progress::NotStarted, usual),
            _ => (Progress::Open, timetable::Progress::NotStarted, usual),
        }
    }

    /// The links that were recorded besides the chains. One that names a step which is not in the timetable,
    /// since its project has left the plan, holds nothing.
    fn links(&mut self) {
        let places: BTreeMap<&Code, usize> =
            self.projects.keys().map(|at| (&self.portfolio.projects[*at].code, *at)).collect();
        let step = |at: usize, code: &Code| {
            self.portfolio.projects[at].steps.iter().position(|line| line.step == *code)
        };
        let mut found = Vec::new();
        for &at in self.projects.keys() {
            let project = &self.portfolio.projects[at];
            for link in &project.links {
                let other = link.project.as_ref().map_or(Some(at), |code| places.get(code).copied());
                let ends = other.and_then(|other| {
                    Some(((other, step(other, &link.before)?), (at, step(at, &link.step)?)))
                });
                if let Some((from, to)) = ends
                    && let (Some(from), Some(to)) = (self.tasks.get(&from), self.tasks.get(&to))
                {
                    found.push((*from, *to, link.kind.into(), Lag::Working(i64::from(link.lag) * DAY)));
                }
            }
        }
        for (from, to, kind, lag) in found {
            self.plan.link(from, to, kind, lag);
        }
    }
}

fn leading_to_promises<'a>(steps: impl Iterator<Item = &'a StepAt>, plan: &Plan) -> BTreeSet<TaskId> {
    let open =
        |at: &&StepAt| at.promise.is_some() && matches!(at.progress, Progress::Running | Progress::Open);
    let mut found: BTreeSet<TaskId> = steps.filter(open).map(|at| at.task).collect();
    // What is done hands no limit on to what should have come before it.
    let done =
        |task: TaskId| matches!(plan.tasks[task.index()].progress, timetable::Progress::Finished { .. });
    let mut before: BTreeMap<TaskId, Vec<TaskId>> = BTreeMap::new();
    for link in plan.links.iter().filter(|link| !done(link.successor)) {
        before.entry(link.successor).or_default().push(link.predecessor);
    }
    let mut ahead: Vec<TaskId> = found.iter().copied().collect();
    while let Some(task) = ahead.pop() {
        for earlier in before.get(&task).into_iter().flatten() {
            if found.insert(*earlier) {
                ahead.push(*earlier);
            }
        }
    }
    found
}

/// Working days left of work that has been under way for some: what is usually left; past the usual, half of
/// what is left to the worst; past the worst, a tenth of it, since nobody has said when it will be done.
fn remaining(estimate: Estimate, worked: i64) -> i64 {
    let (likely, high) = (i64::from(estimate.likely), i64::from(estimate.high));
    let left = if worked < likely {
        likely - worked
    } else if worked < high {
        (high - worked + 1) / 2
    } else {
        high / 10
    };
    left.max(1)
}

/// The day a moment falls on.
pub(super) fn date_of(moment: Moment) -> Date {
    workday::date_of(moment.day())
}
