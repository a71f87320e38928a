//! Quality and time of placing under limits, on instances made like those of PSPLIB (R. Kolisch, A. Sprecher,
//! 1996): tasks of 1 to 10 days, one to three predecessors, four resources. The gap is against the larger of
//! the longest path and the work of the busiest resource, which no timetable can beat.
//! `cargo bench -p timetable --bench resources`

#[path = "common/mod.rs"]
mod common;

use common::{Random, measure};
use timetable::resource::{Demand, Resource, Search, level};
use timetable::{Lag, LinkKind, Network, Plan, Task, TaskId};

const DAY: i64 = 480;

fn instance(tasks: usize, seed: u64) -> (Plan, Vec<Resource>, Vec<Demand>) {
    let mut random = Random::new(seed + 1);
    let mut plan = Plan::new("instance", "2019-08-15T08:00".parse().unwrap_or_default());
    let mut demands = Vec::new();
    let mut most = [0u32; 4];
    for i in 0..tasks {
        let id = plan.add(Task::new(i as i64, "", (1 + random.below(10) as i64) * DAY));
        for _ in 0..(1 + random.below(3)) {
            if i > 3 {
                let from = TaskId(random.below(i.min(25) as u64) as u32 + (i - i.min(25)) as u32);
                plan.link(from, id, LinkKind::FinishToStart, Lag::Working(0));
            }
        }
        for resource in 0..4u32 {
            if random.below(2) == 0 {
                let units = 1 + random.below(10) as u32;
                most[resource as usize] = most[resource as usize].max(units);
                demands.push(Demand { task: id, resource, units });
            }
        }
    }
    let capacity = |m: u32| m + m * 2 / 3;
    let resources = most.map(|m| Resource { name: "crew".to_owned(), capacity: capacity(m) });
    (plan, resources.into(), demands)
}

fn main() {
    for tasks in [30, 60, 120] {
        for (name, samples, moves) in
            [("rules only", 0, 0), ("1,000 tries", 300, 700), ("5,000 tries", 1500, 3500)]
        {
            let mut gap = 0.0;
            let instances = 10;
            measure(&format!("{tasks} tasks, {name}, {instances} instances"), 1, |_| {
                for seed in 0..instances {
                    let (plan, resources, demands) = instance(tasks, seed);
                    let Ok(network) = Network::new(&plan) else { return };
                    let Ok(calendar) = timetable::calendar::expand(&plan.calendars, plan.calendar) else {
                        return;
                    };
                    let search = Search { samples, moves, seed };
                    let Ok(levelled) = level(&plan, &network, &resources, &demands, search) else { return };
                    let timetable::ScheduleFrom::Start(start) = plan.schedule_from else { return };
                    let days = |t| calendar.between(start, t) / DAY;
                    let mut work = vec![0i64; resources.len()];
                    for d in &demands {
                        work[d.resource as usize] +=
                            i64::from(d.units) * plan.tasks[d.task.index()].duration.minutes() / DAY;
                    }
                    let busiest = work
                        .iter()
                        .zip(&resources)
                        .map(|(w, r)| (w + i64::from(r.capacity) - 1) / i64::from(r.capacity));
                    let bound = busiest.max().unwrap_or(0).max(days(levelled.end_without_limits));
                    gap += days(levelled.end) as f64 / bound as f64 - 1.0;
                }
            });
            println!("    mean gap to the bound {:.1} %", gap * 100.0 / instances as f64);
        }
    }
}
