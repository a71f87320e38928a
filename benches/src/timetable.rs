//! The timetable's engine on a made-up portfolio: 108 projects of 30 steps, and many more.

use std::hint::black_box;
use std::time::Instant;

use timetable::forecast::{Inputs, Sampling, Spread, Target, forecast};
use timetable::{Duration, LivePlan, Network, TaskId};

use crate::common::Random;
use crate::portfolio::portfolio;
use crate::results::{Goal, Results, median, millis};

fn timed(runs: usize, mut work: impl FnMut()) -> f64 {
    let times = (0..runs).map(|_| {
        let begun = Instant::now();
        work();
        millis(begun.elapsed())
    });
    median(times.collect())
}

pub fn engine(results: &mut Results) -> anyhow::Result<()> {
    let plan = portfolio(108);
    let network = Network::new(&plan)?;
    let size = format!("{} tasks, {} links", 108 * 30, plan.links.len());
    let passes = timed(100, || drop(black_box(network.schedule(&plan))));
    results.add(format!("re-plan of {size}, both passes"), Goal::AtMost(2.0), passes, "ms", "");
    let mut live = LivePlan::new(plan.clone())?;
    let mut random = Random::new(3);
    let leaves: Vec<TaskId> = (0..plan.tasks.len() as u32).filter(|at| at % 31 != 0).map(TaskId).collect();
    let changed = timed(2_000, || {
        let task = leaves[random.below(leaves.len() as u64) as usize];
        let minutes = (1 + random.below(30) as i64) * 480;
        // A duration within bounds makes no plan impossible.
        drop(live.set_task(task, |task| task.duration = Duration::Working(minutes)));
    });
    results.add("change of one duration in it", Goal::AtMost(0.2), changed, "ms", "");
    let spreads = plan.tasks.iter().map(|task| {
        let minutes = task.duration.minutes();
        Some(Spread { low: minutes * 4 / 5, likely: minutes, high: minutes * 8 / 5 })
    });
    let inputs = Inputs {
        spreads: spreads.collect(),
        targets: (0..108).map(|at| Target { task: TaskId(at * 31 + 30), promise: None }).collect(),
        ..Inputs::default()
    };
    // One thread: what the clock says is what the processor did.
    let sampling = Sampling { draws: 10_000, seed: 7, threads: 1 };
    let drawn = timed(3, || drop(black_box(forecast(&plan, &network, &inputs, sampling)))) / 1_000.0;
    results.add("10,000 forecast draws of it, with criticality", Goal::AtMost(0.3), drawn, "CPU-s", "");
    for (projects, name, goal) in [(3_334, "100,000", 150.0), (33_334, "1,000,000", 2_000.0)] {
        let plan = portfolio(projects);
        let network = Network::new(&plan)?;
        let passes = timed(3, || drop(black_box(network.schedule(&plan))));
        results.add(format!("re-plan of {name} tasks, both passes"), Goal::AtMost(goal), passes, "ms", "");
    }
    Ok(())
}
