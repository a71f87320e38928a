//! Counts of a sample, and what they say.

use super::model::Model;
use super::{Forecast, Inputs, OnTime, Percentiles, Sampling, TargetForecast, TaskForecast};
use crate::moment::Moment;
use crate::network::Network;
use crate::plan::Plan;

/// How often a step lay on a driving chain.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StepCount {
    pub to_target: u32,
    pub to_end: u32,
    /// Sum of minutes beyond plan while driving a target.
    pub overrun: i64,
}

/// Counts of a run of draws. All sums are whole numbers, so merging in any split gives the same.
pub(super) struct Tally {
    pub steps: Vec<StepCount>,
    /// Finish positions of each target, one for each draw.
    pub samples: Vec<Vec<f32>>,
    /// Finish positions of the plan.
    pub ends: Vec<f32>,
    /// Number of draws for each number of promises kept.
    pub kept: Vec<u64>,
}

impl Tally {
    pub fn new(steps: usize, targets: usize, draws: usize) -> Tally {
        Tally {
            steps: vec![StepCount::default(); steps],
            samples: (0..targets).map(|_| Vec::with_capacity(draws)).collect(),
            ends: Vec::with_capacity(draws),
            kept: vec![0; targets + 1],
        }
    }

    /// Joins the tallies of consecutive runs.
    pub fn merge(parts: Vec<Tally>) -> Tally {
        let mut parts = parts.into_iter();
        let mut sum = parts.next().unwrap_or_else(|| Tally::new(0, 0, 0));
        for part in parts {
            for (a, b) in sum.steps.iter_mut().zip(part.steps) {
                a.to_target += b.to_target;
                a.to_end += b.to_end;
                a.overrun += b.overrun;
            }
            for (a, b) in sum.samples.iter_mut().zip(part.samples) {
                a.extend(b);
            }
            sum.ends.extend(part.ends);
            for (a, b) in sum.kept.iter_mut().zip(part.kept) {
                *a += b;
            }
        }
        sum
    }

    fn draws(&self) -> u64 {
        self.kept.iter().sum()
    }

    /// Mean number of promises that hold.
    pub fn expected(&self) -> f64 {
        let total: u64 = self.kept.iter().enumerate().map(|(n, draws)| n as u64 * draws).sum();
        total as f64 / self.draws().max(1) as f64
    }

    pub fn into_forecast(
        mut self,
        plan: &Plan,
        network: &Network,
        inputs: &Inputs,
        model: &Model<'_>,
        sampling: Sampling,
    ) -> Forecast {
        let draws = f64::from(sampling.draws);
        let mut targets = Vec::with_capacity(inputs.targets.len());
        let mut promises = 0usize;
        for ((target, watched), samples) in inputs.targets.iter().zip(&model.targets).zip(&mut self.samples) {
            let on_time = watched
                .promise
                .map(|promise| samples.iter().filter(|f| **f <= promise).count() as f64 / draws);
            promises += usize::from(on_time.is_some());
            let calendar = model.steps[watched.step as usize].calendar;
            targets.push(TargetForecast {
                task: target.task,
                promise: target.promise,
                on_time,
                standard_error: on_time.map(|p| (p * (1.0 - p) / draws).sqrt()),
                finish: percentiles(samples, |position| model.instant(calendar, position)),
            });
        }
        let end = percentiles(&mut self.ends, |position| model.instant(model.end_calendar, position));
        let tasks = (0..plan.tasks.len())
            .map(|i| match network.node(crate::plan::TaskId(i as u32)) {
                None => TaskForecast::default(),
                Some(node) => TaskForecast {
                    critical: f64::from(self.steps[node].to_target) / draws,
                    critical_to_end: f64::from(self.steps[node].to_end) / draws,
                    overrun: self.steps[node].overrun as f64 / draws,
                },
            })
            .collect();
        let on_time = (promises > 0).then(|| {
            let at = |share: f64| {
                let rank = rank(share, self.draws() as usize) as u64;
                let mut below = 0;
                let found = self.kept.iter().position(|&draws| {
                    below += draws;
                    below > rank
                });
                found.unwrap_or(promises) as u32
            };
            OnTime {
                expected: self.expected(),
                p10: at(0.10),
                p50: at(0.50),
                p90: at(0.90),
                all: self.kept[promises] as f64 / draws,
                distribution: self.kept[..=promises].iter().map(|&n| n as f64 / draws).collect(),
            }
        });
        Forecast { draws: sampling.draws, seed: sampling.seed, end, targets, tasks, on_time }
    }
}

/// Index in sorted order of the smallest value that at least `share` of `count` values do not exceed.
fn rank(share: f64, count: usize) -> usize {
    ((share * count as f64).ceil() as usize).clamp(1, count.max(1)) - 1
}

fn percentiles(samples: &mut [f32], date: impl Fn(f32) -> Moment) -> Percentiles {
    let mut at = |share: f64| {
        if samples.is_empty() {
            return date(0.0);
        }
        let (_, value, _) = samples.select_nth_unstable_by(rank(share, samples.len()), f32::total_cmp);
        date(*value)
    };
    Percentiles { p10: at(0.10), p50: at(0.50), p80: at(0.80), p90: at(0.90), p95: at(0.95) }
}
