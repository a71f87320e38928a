//! Full and incremental re-planning. `cargo bench -p timetable --bench replan`

#[path = "common/mod.rs"]
mod common;
#[path = "common/portfolio.rs"]
mod portfolio;

use std::hint::black_box;

use common::{Random, measure};
use portfolio::portfolio;
use timetable::{Duration, LivePlan, Network, TaskId};

fn main() {
    let plan = portfolio(108);
    println!("{} tasks with summaries, {} links", plan.tasks.len(), plan.links.len());
    measure("compile the network", 50, |_| drop(black_box(Network::new(&plan))));
    let network = match Network::new(&plan) {
        Ok(network) => network,
        Err(error) => return println!("{error}"),
    };
    measure("both passes of 3,240 tasks (goal 2 ms)", 200, |_| drop(black_box(network.schedule(&plan))));
    let Ok(schedule) = network.schedule(&plan) else { return };
    measure("dates and floats of all tasks", 100, |_| drop(black_box(schedule.dates(&plan, &network))));

    let Ok(mut live) = LivePlan::new(plan) else { return };
    let mut random = Random::new(3);
    let leaves: Vec<TaskId> =
        (0..live.plan().tasks.len() as u32).filter(|i| i % 31 != 0).map(TaskId).collect();
    measure("change of one duration (goal 0.2 ms)", 2000, |_| {
        let id = leaves[random.below(leaves.len() as u64) as usize];
        let minutes = (1 + random.below(30) as i64) * 480;
        if let Err(error) = live.set_task(id, |task| task.duration = Duration::Working(minutes)) {
            println!("{error}");
        }
    });

    for (projects, goal) in [(3_334, "100,000 tasks (goal 150 ms)"), (33_334, "1,000,000 tasks (goal 2 s)")] {
        let plan = portfolio(projects);
        measure(&format!("compile, {goal}"), 3, |_| drop(black_box(Network::new(&plan))));
        let Ok(network) = Network::new(&plan) else { return };
        measure(&format!("both passes, {goal}"), 5, |_| drop(black_box(network.schedule(&plan))));
    }
}
