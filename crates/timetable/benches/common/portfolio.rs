//! A plan to measure with, made up but shaped like a portfolio of building projects.

use timetable::china::WorkingDays;
use timetable::{DayHours, Lag, LinkKind, Plan, Task, TaskId};

use crate::common::Random;

/// `projects` of 30 steps each on the national calendar: about 1.34 links a task, four tenths with a lag, some
/// between projects.
pub fn portfolio(projects: usize) -> Plan {
    let mut random = Random::new(7);
    let mut plan = Plan::new("portfolio", "2018-08-13T08:00".parse().unwrap_or_default());
    plan.calendars = vec![WorkingDays::known_on(None).calendar("national", &DayHours::office())];
    for p in 0..projects {
        let summary = plan.add(Task::new(p as i64 * 100 + 1, format!("Project {p}"), 0));
        let first = summary.0 + 1;
        for step in 0..30u32 {
            let days = if step == 29 { 0 } else { 3 + random.below(25) as i64 };
            let mut task =
                Task::new(i64::from(step) + p as i64 * 100 + 10, format!("T{p}-{step}"), days * 480);
            task.parent = Some(summary);
            let id = plan.add(task);
            let links = if step == 0 { 0 } else { 1 + u32::from(random.below(100) < 36 && step > 1) };
            for _ in 0..links {
                let from =
                    TaskId(first + random.below(u64::from(step.min(4))) as u32 + step.saturating_sub(4));
                let kind = match random.below(100) {
                    0..87 => LinkKind::FinishToStart,
                    87..96 => LinkKind::StartToStart,
                    _ => LinkKind::FinishToFinish,
                };
                let lag = [0, 0, 0, 2, 5, 10][random.below(6) as usize] * 480;
                plan.link(from, id, kind, Lag::Working(lag));
            }
        }
        // Sixty of a hundred projects wait for a step of an earlier one.
        if p > 0 && random.below(100) < 60 {
            let other = random.below(p as u64) as u32 * 31 + 1;
            let from = TaskId(other + random.below(15) as u32);
            plan.link(
                from,
                TaskId(first + 15 + random.below(14) as u32),
                LinkKind::FinishToStart,
                Lag::Working(0),
            );
        }
    }
    plan
}
