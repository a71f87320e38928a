//! Ten thousand draws of a portfolio. `cargo bench -p timetable --bench forecast`

#[path = "common/mod.rs"]
mod common;
#[path = "common/portfolio.rs"]
mod portfolio;

use std::hint::black_box;

use common::measure;
use portfolio::portfolio;
use timetable::forecast::{Cause, Inputs, Sampling, Spread, Target, forecast};
use timetable::{Network, TaskId};

fn main() {
    let plan = portfolio(108);
    let network = match Network::new(&plan) {
        Ok(network) => network,
        Err(error) => return println!("{error}"),
    };
    let spreads = plan.tasks.iter().map(|task| {
        let minutes = task.duration.minutes();
        Some(Spread { low: minutes * 4 / 5, likely: minutes, high: minutes * 8 / 5 })
    });
    let independent = Inputs {
        spreads: spreads.collect(),
        targets: (0..108).map(|p| Target { task: TaskId(p * 31 + 30), promise: None }).collect(),
        ..Inputs::default()
    };
    let shared = Inputs {
        task_cause: plan.tasks.iter().map(|task| Some((task.uid % 12) as u32)).collect(),
        causes: (0..12).map(|c| Cause { name: c.to_string(), correlation: 0.3 }).collect(),
        ..independent.clone()
    };
    for threads in [1, 2] {
        let sampling = Sampling { draws: 10_000, seed: 7, threads };
        measure(&format!("10,000 draws, independent, {threads} threads (goal 0.3 CPU-s)"), 5, |_| {
            drop(black_box(forecast(&plan, &network, &independent, sampling)));
        });
        measure(&format!("10,000 draws, 12 shared causes, {threads} threads"), 5, |_| {
            drop(black_box(forecast(&plan, &network, &shared, sampling)));
        });
    }
}
