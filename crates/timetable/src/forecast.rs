//! Monte-Carlo forecast: how likely the promises are to hold, and what stands in their way.
//!
//! One draw gives every unfinished task a duration and runs the forward pass. Times are working positions in
//! each task's calendar, so within one calendar a draw is a sweep of additions and maxima over lanes; dates
//! are made only at the end. Where a link crosses calendars, or its lag counts the clock, a finish means the
//! evening on which work ends. The same seed gives the same answer on any number of threads.
//!
//! Shared causes follow the one-factor Gaussian copula: z = √ρ·Z(cause) + √(1−ρ)·e, u = Φ(z),
//! duration = quantile(u), with one Z for each cause and draw.

mod draw;
mod model;
mod random;
mod tally;

use thiserror::Error;

use crate::moment::Moment;
use crate::network::Network;
use crate::plan::{MAX_MINUTES, Plan, PlanError, TaskId};

use model::Model;
pub(crate) use random::mix;
use tally::Tally;

/// How long a task may take, in minutes of its own calendar: triangular from `low` over `likely` to `high`.
/// For a running task the remaining duration takes its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    pub low: i64,
    pub likely: i64,
    pub high: i64,
}

/// A cause that many tasks share: one authority, one gate, one utility.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    pub name: String,
    /// ρ, 0 … 1: share of the spread that all its tasks have in common.
    pub correlation: f64,
}

/// A finish to watch: a task or a whole summary, with its promise if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub task: TaskId,
    pub promise: Option<Moment>,
}

/// What a forecast is made from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs {
    /// For each task of the plan; `None` takes exactly its planned duration.
    pub spreads: Vec<Option<Spread>>,
    /// For each task of the plan, the index of its cause; empty when there are none.
    pub task_cause: Vec<Option<u32>>,
    pub causes: Vec<Cause>,
    pub targets: Vec<Target>,
}

/// Size of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    pub draws: u32,
    pub seed: u64,
    /// Threads to use, at least 1; the answer does not depend on it.
    pub threads: usize,
}

/// Most draws, and most draws times targets (a finish is kept for each).
pub const MAX_DRAWS: u32 = 10_000_000;
pub const MAX_SAMPLES: usize = 500_000_000;

/// Why a forecast cannot be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ForecastError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(
        "{task}: a three-point duration of {low}, {likely}, {high} minutes; give three numbers from 0 to {MAX_MINUTES} that do not fall"
    )]
    BadSpread { task: String, low: i64, likely: i64, high: i64 },
    #[error("cause “{cause}” has a correlation of {correlation}; give a number from 0 to 1")]
    BadCorrelation { cause: String, correlation: f64 },
    #[error("{draws} draws; give 1 to {MAX_DRAWS}")]
    BadDraws { draws: u32 },
    #[error(
        "{draws} draws of {targets} finishes are more than the {MAX_SAMPLES} that fit; draw less or watch fewer"
    )]
    TooManySamples { draws: u32, targets: usize },
    #[error("{task}: the promise {promise} comes before the status date {status}; promise a later date")]
    PromiseBeforeStatus { task: String, promise: Moment, status: Moment },
    #[error(
        "the forecast names task index {0}, which the plan does not have; make its inputs from the same plan"
    )]
    NoTask(u32),
    #[error("the forecast names cause {0}, which is not among its causes; add the cause")]
    NoCause(u32),
}

/// Finish dates by share of draws: `p80` is the earliest date by which 80 of 100 draws have finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentiles {
    pub p10: Moment,
    pub p50: Moment,
    pub p80: Moment,
    pub p90: Moment,
    pub p95: Moment,
}

/// What the draws say about one target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetForecast {
    pub task: TaskId,
    pub promise: Option<Moment>,
    /// Share of draws in which the promise holds.
    pub on_time: Option<f64>,
    /// Standard error of that share.
    pub standard_error: Option<f64>,
    pub finish: Percentiles,
}

/// What the draws say about one task (0 for summaries).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TaskForecast {
    /// Share of draws in which the task lies on a chain of links that drives some target's finish.
    pub critical: f64,
    /// The same for the finish of the whole plan.
    pub critical_to_end: f64,
    /// Mean over all draws of the working minutes beyond plan while on a target's driving chain.
    pub overrun: f64,
}

/// The number of promises that hold.
#[derive(Debug, Clone, PartialEq)]
pub struct OnTime {
    /// Mean over the draws, the sum of the targets' shares.
    pub expected: f64,
    pub p10: u32,
    pub p50: u32,
    pub p90: u32,
    /// Share of draws in which every promise holds.
    pub all: f64,
    /// Share of draws for each number of promises that hold, 0 … all.
    pub distribution: Vec<f64>,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub draws: u32,
    pub seed: u64,
    /// The plan's finish.
    pub end: Percentiles,
    pub targets: Vec<TargetForecast>,
    pub tasks: Vec<TaskForecast>,
    /// `None` when no target has a promise.
    pub on_time: Option<OnTime>,
}

/// What a cause costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CauseCost {
    pub cause: u32,
    /// Promises that would hold in addition, on average, if the tasks of this cause took their planned time.
    pub gained: f64,
}

/// Draws a forecast.
pub fn forecast(
    plan: &Plan,
    network: &Network,
    inputs: &Inputs,
    sampling: Sampling,
) -> Result<Forecast, ForecastError> {
    let model = Model::new(plan, network, inputs)?;
    let tally = run(&model, sampling)?;
    Ok(tally.into_forecast(plan, network, inputs, &model, sampling))
}

/// For every cause, what its lateness costs: the same draws again with its tasks on plan.
pub fn cost_by_cause(
    plan: &Plan,
    network: &Network,
    inputs: &Inputs,
    sampling: Sampling,
) -> Result<Vec<CauseCost>, ForecastError> {
    let base = run(&Model::new(plan, network, inputs)?, sampling)?.expected();
    let mut costs = Vec::with_capacity(inputs.causes.len());
    for cause in 0..inputs.causes.len() as u32 {
        let mut without = inputs.clone();
        for (task, of) in inputs.task_cause.iter().enumerate() {
            if *of == Some(cause)
                && let Some(spread) = without.spreads.get_mut(task)
            {
                *spread = None;
            }
        }
        let expected = run(&Model::new(plan, network, &without)?, sampling)?.expected();
        costs.push(CauseCost { cause, gained: expected - base });
    }
    Ok(costs)
}

fn run(model: &Model, sampling: Sampling) -> Result<Tally, ForecastError> {
    let Sampling { draws, seed, threads } = sampling;
    if draws == 0 || draws > MAX_DRAWS {
        return Err(ForecastError::BadDraws { draws });
    }
    let targets = model.targets.len() + 1;
    if targets.saturating_mul(draws as usize) > MAX_SAMPLES {
        return Err(ForecastError::TooManySamples { draws, targets });
    }
    let blocks = u64::from(draws).div_ceil(draw::LANES as u64);
    let threads = (threads.max(1) as u64).min(blocks);
    let share = |t: u64| t * blocks / threads;
    let parts: Vec<Tally> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|t| scope.spawn(move || draw::simulate(model, seed, draws, share(t)..share(t + 1))))
            .collect();
        let mut parts = vec![draw::simulate(model, seed, draws, 0..share(1))];
        // A thread that could not finish would have panicked, which simulate never does; its share is redrawn here.
        parts.extend(others.into_iter().zip(1..).map(|(other, t)| {
            other.join().unwrap_or_else(|_| draw::simulate(model, seed, draws, share(t)..share(t + 1)))
        }));
        parts
    });
    Ok(Tally::merge(parts))
}
