//! How likely the promises are to hold, from the spread of every step and the authorities they share.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use timetable::forecast::{Cause, Inputs, Sampling, Spread, Target, TargetForecast, cost_by_cause, forecast};
use timetable::{MAX_MINUTES, Moment};

use super::network::{DAY, Progress, Timetable, TimetableError, date_of};
use super::rows::Row;
use crate::code::Code;
use crate::milestone::{Gate, step};
use crate::named::Named;
use crate::portfolio::Portfolio;

/// What the draws say of one project's headline promise, or of a part's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProjectOdds {
    /// Index into the portfolio's projects.
    pub project: usize,
    pub promise: Option<Date>,
    /// Share of draws in which the promise holds, and its standard error.
    pub on_time: Option<(f64, f64)>,
    pub p50: Date,
    pub p80: Date,
    pub p95: Date,
}

impl ProjectOdds {
    fn of((project, promise): (usize, Option<Date>), target: &TargetForecast) -> Self {
        Self {
            project,
            promise,
            on_time: match (promise, target.on_time) {
                (None, _) => None,
                (Some(_), Some(share)) => Some((share, target.standard_error.unwrap_or(0.0))),
                (Some(_), None) => Some((0.0, 0.0)),
            },
            p50: date_of(target.finish.p50),
            p80: date_of(target.finish.p80),
            p95: date_of(target.finish.p95),
        }
    }
}

/// What the draws say of the whole plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Odds {
    pub draws: u32,
    pub seed: u64,
    pub projects: Vec<ProjectOdds>,
    /// What parts with chains of their own promise; it is not counted among the plan's promises.
    pub parts: Vec<(Code, ProjectOdds)>,
    /// Promises that are open, of which so many are expected to hold; one in ten draws lies below and one above.
    pub promises: usize,
    pub expected: f64,
    pub range: (u32, u32),
    /// Share of draws in which all hold.
    pub all: f64,
    /// Share of draws for each number of promises that hold.
    pub distribution: Vec<f64>,
    /// Share of draws in which the step drives some promise, by task.
    pub critical: BTreeMap<timetable::TaskId, f64>,
    /// Working days beyond what is usual, on average over all draws, while it drives some promise, by task.
    pub overrun: BTreeMap<timetable::TaskId, f64>,
}

/// How many of the promises due by a day are expected to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct OnTimeBy {
    pub by: Date,
    pub promises: usize,
    pub expected: f64,
    pub range: (u32, u32),
    pub all: f64,
    /// Share of draws for each number of promises that hold, from none to all.
    pub distribution: Vec<f64>,
}

impl Odds {
    pub fn of(&self, project: usize) -> Option<&ProjectOdds> {
        self.projects.binary_search_by_key(&project, |it| it.project).ok().map(|at| &self.projects[at])
    }

    pub fn of_part(&self, project: usize, part: &Code) -> Option<&ProjectOdds> {
        self.parts.iter().find(|(code, it)| it.project == project && code == part).map(|(_, it)| it)
    }
}

impl Timetable {
    /// Draws the odds of the headline promises. Projects with steps of unknown length are left out: nothing
    /// honest can be said of them. A promise whose day has passed is no promise that may still hold.
    pub fn odds(
        &self,
        portfolio: &Portfolio,
        rows: &[Row],
        sampling: Sampling,
    ) -> Result<Odds, TimetableError> {
        let Drawing { inputs, watched, .. } = self.drawing(portfolio, rows, None);
        let drawn = forecast(&self.plan, &self.network, &inputs, sampling)?;
        let projects =
            drawn.targets.iter().zip(watched).map(|(target, held)| ProjectOdds::of(held, target)).collect();
        let parts = self.part_odds(inputs, sampling)?;
        let critical = self
            .steps
            .iter()
            .map(|at| (at.task, drawn.tasks[at.task.index()].critical))
            .filter(|(_, share)| *share > 0.0)
            .collect();
        let overrun = self
            .steps
            .iter()
            .map(|at| (at.task, drawn.tasks[at.task.index()].overrun / DAY as f64))
            .filter(|(_, days)| *days > 0.0)
            .collect();
        let (promises, expected, range, all, distribution) = match drawn.on_time {
            Some(on_time) => (
                on_time.distribution.len().saturating_sub(1),
                on_time.expected,
                (on_time.p10, on_time.p90),
                on_time.all,
                on_time.distribution,
            ),
            None => (0, 0.0, (0, 0), 0.0, Vec::new()),
        };
        Ok(Odds {
            draws: drawn.draws,
            seed: drawn.seed,
            projects,
            parts,
            promises,
            expected,
            range,
            all,
            distribution,
            critical,
            overrun,
        })
    }

    /// The same draws, looked at for what parts promise.
    fn part_odds(
        &self,
        mut inputs: Inputs,
        sampling: Sampling,
    ) -> Result<Vec<(Code, ProjectOdds)>, TimetableError> {
        inputs.targets.clear();
        let mut watched = Vec::new();
        for part in self.parts() {
            // Nothing honest can be said of one with steps of unknown length.
            let unknown = part.steps.iter().any(|step| !step.is_done() && step.unknown);
            if let Some(headline) = part.headline().filter(|_| !unknown) {
                let promise = headline.promised;
                let open = promise.filter(|day| *day >= self.as_of);
                inputs.targets.push(Target { task: headline.task, promise: open.map(end_of) });
                watched.push((part.part.clone(), (part.project, promise)));
            }
        }
        if watched.is_empty() {
            return Ok(Vec::new());
        }
        let drawn = forecast(&self.plan, &self.network, &inputs, sampling)?;
        let found = drawn.targets.iter().zip(watched);
        Ok(found.map(|(target, (part, held))| (part, ProjectOdds::of(held, target))).collect())
    }

    /// Authorities and what they cost: promises that would hold in addition if their decisions took the usual
    /// time; the dearest first. For each of them the promises are drawn once more.
    pub fn costs(
        &self,
        portfolio: &Portfolio,
        rows: &[Row],
        sampling: Sampling,
    ) -> Result<Vec<(Named, f64)>, TimetableError> {
        let Drawing { inputs, causes, .. } = self.drawing(portfolio, rows, None);
        if causes.is_empty() || inputs.targets.iter().all(|target| target.promise.is_none()) {
            return Ok(Vec::new());
        }
        // What a cause costs is a difference of means: a part of the draws tells it well enough.
        let fewer = Sampling { draws: (sampling.draws / 5).max(1), ..sampling };
        let costs = cost_by_cause(&self.plan, &self.network, &inputs, fewer)?.into_iter();
        let mut costs: Vec<(Named, f64)> =
            costs.map(|cost| (causes[cost.cause as usize].clone(), cost.gained)).collect();
        costs.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(costs)
    }

    /// How many of the promises due by a day hold.
    pub fn on_time_by(
        &self,
        portfolio: &Portfolio,
        rows: &[Row],
        sampling: Sampling,
        by: Date,
    ) -> Result<OnTimeBy, TimetableError> {
        let Drawing { inputs, .. } = self.drawing(portfolio, rows, Some(by));
        let drawn = forecast(&self.plan, &self.network, &inputs, sampling)?;
        Ok(match drawn.on_time {
            Some(on_time) => OnTimeBy {
                by,
                promises: on_time.distribution.len().saturating_sub(1),
                expected: on_time.expected,
                range: (on_time.p10, on_time.p90),
                all: on_time.all,
                distribution: on_time.distribution,
            },
            None => {
                OnTimeBy { by, promises: 0, expected: 0.0, range: (0, 0), all: 1.0, distribution: vec![1.0] }
            }
        })
    }

    /// The share of draws in which projects are in use by a day. Projects without such a step, and those of which
    /// some step is of unknown length, are left out: nothing honest can be said of them.
    pub fn in_use_by(
        &self,
        portfolio: &Portfolio,
        rows: &[Row],
        (by, projects): (Date, &[usize]),
        sampling: Sampling,
    ) -> Result<Vec<(usize, f64)>, TimetableError> {
        let Drawing { mut inputs, .. } = self.drawing(portfolio, rows, None);
        inputs.targets.clear();
        let mut watched = Vec::new();
        let known = rows.iter().filter(|row| row.unknown == 0).map(|row| row.project);
        let known: BTreeSet<usize> = known.filter(|project| projects.contains(project)).collect();
        for at in self.steps.iter().filter(|at| known.contains(&at.project)) {
            let Some(project) = portfolio.projects.get(at.project) else { continue };
            if project.steps.get(at.step).is_some_and(|line| line.step.as_str() == step::IN_USE) {
                watched.push(at.project);
                inputs.targets.push(Target { task: at.task, promise: Some(end_of(by)) });
            }
        }
        if watched.is_empty() {
            return Ok(Vec::new());
        }
        let drawn = forecast(&self.plan, &self.network, &inputs, sampling)?;
        let shares = drawn.targets.iter().map(|target| target.on_time.unwrap_or(0.0));
        Ok(watched.into_iter().zip(shares).collect())
    }

    /// What a forecast is drawn from: the spreads of open steps, the authorities they share, the promises that are
    /// open and, with a day, due by it.
    fn drawing(&self, portfolio: &Portfolio, rows: &[Row], by: Option<Date>) -> Drawing {
        let mut causes: Vec<Named> = Vec::new();
        let mut inputs = Inputs {
            spreads: vec![None; self.plan.tasks.len()],
            task_cause: vec![None; self.plan.tasks.len()],
            ..Inputs::default()
        };
        for (at, project) in self.all_steps(portfolio) {
            if matches!(at.progress, Progress::Done | Progress::Implied) {
                continue;
            }
            // Of work under way the whole length is known: its spread keeps the proportions of what is usual.
            let length = self.plan.tasks[at.task.index()].duration.minutes();
            let minutes = |days: u16| match at.estimate.map_or(0, |usual| usual.likely) {
                0 => i64::from(days) * DAY,
                likely => (i64::from(days) * length / i64::from(likely)).min(MAX_MINUTES),
            };
            inputs.spreads[at.task.index()] = at.estimate.filter(|it| it.high > it.low).map(|it| Spread {
                low: minutes(it.low),
                likely: minutes(it.likely),
                high: minutes(it.high),
            });
            let gate = project.steps.get(at.step).and_then(|line| line.gate.as_ref());
            if let Some(Gate { authority, .. }) = gate {
                let cause = causes.iter().position(|held| held == authority).unwrap_or_else(|| {
                    causes.push(authority.clone());
                    causes.len() - 1
                });
                inputs.task_cause[at.task.index()] = Some(cause as u32);
            }
        }
        let correlation = f64::from(portfolio.plan.forecast_rules().correlation.min(100)) / 100.0;
        inputs.causes = causes.iter().map(|name| Cause { name: name.zh.clone(), correlation }).collect();
        let mut watched = Vec::new();
        for row in rows.iter().filter(|row| row.unknown == 0) {
            if let Some(headline) = row.headline() {
                let promise = headline.promised;
                let open = promise.filter(|day| *day >= self.as_of);
                let due = open.filter(|day| by.is_none_or(|by| *day <= by));
                watched.push((row.project, promise));
                inputs.targets.push(Target { task: headline.task, promise: due.map(end_of) });
            }
        }
        Drawing { inputs, watched, causes }
    }
}

/// What a forecast is drawn from, with the projects watched and the causes by their place.
struct Drawing {
    inputs: Inputs,
    watched: Vec<(usize, Option<Date>)>,
    causes: Vec<Named>,
}

/// The moment at which a promise for a day is broken if nothing has come of it.
fn end_of(day: Date) -> Moment {
    crate::workday::day(day).at(17 * 60)
}
