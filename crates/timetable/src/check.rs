//! Checks of a plan that need no network.

use std::collections::HashMap;

use crate::moment::Moment;
use crate::plan::{Constraint, Placement, Plan, PlanError, Progress, ScheduleFrom, Task};

/// No two tasks share a number.
pub(crate) fn check_uids(tasks: &[Task]) -> Result<(), PlanError> {
    let mut seen: HashMap<i64, &Task> = HashMap::with_capacity(tasks.len());
    for task in tasks {
        if let Some(first) = seen.insert(task.uid, task) {
            return Err(PlanError::DuplicateUid {
                uid: task.uid,
                first: first.label(),
                second: task.label(),
            });
        }
    }
    Ok(())
}

/// Every task's parents end at the top.
pub(crate) fn check_outline(plan: &Plan) -> Result<(), PlanError> {
    // 0 unknown, 1 on the way up, 2 reaches the top.
    let mut state = vec![0u8; plan.tasks.len()];
    let mut path = Vec::new();
    for i in 0..plan.tasks.len() {
        let mut at = i;
        while state[at] == 0 {
            state[at] = 1;
            path.push(at);
            match plan.tasks[at].parent {
                Some(parent) => at = parent.index(),
                None => break,
            }
            if state[at] == 1 {
                return Err(PlanError::BadParent { task: plan.tasks[at].label() });
            }
        }
        for done in path.drain(..) {
            state[done] = 2;
        }
    }
    Ok(())
}

/// Every date written on a task lies in the accepted years.
pub(crate) fn check_dates(plan: &Plan, task: &Task) -> Result<(), PlanError> {
    let check = |what: &'static str, date: Option<Moment>| match date {
        Some(date) if !date.in_range() => Err(PlanError::DateOutOfRange { task: task.label(), what, date }),
        _ => Ok(()),
    };
    for constraint in std::iter::once(task.constraint).chain(task.second_constraint) {
        let date = match constraint {
            Constraint::AsSoonAsPossible | Constraint::AsLateAsPossible => None,
            Constraint::MustStartOn(d)
            | Constraint::MustFinishOn(d)
            | Constraint::StartNoEarlierThan(d)
            | Constraint::StartNoLaterThan(d)
            | Constraint::FinishNoEarlierThan(d)
            | Constraint::FinishNoLaterThan(d) => Some(d),
        };
        check("constraint date", date)?;
    }
    check("promise", task.deadline)?;
    match task.progress {
        Progress::NotStarted => {}
        Progress::Started { start, resume, .. } => {
            check("actual start", Some(start))?;
            check("resume date", resume)?;
        }
        Progress::Finished { start, finish } => {
            check("actual start", Some(start))?;
            check("actual finish", Some(finish))?;
        }
    }
    if let Placement::Manual { start, finish } = task.placement {
        check("start", Some(start))?;
        check("finish", Some(finish))?;
    }
    let (what, date) = match plan.schedule_from {
        ScheduleFrom::Start(date) => ("plan start", date),
        ScheduleFrom::Finish(date) => ("plan finish", date),
    };
    check(what, Some(date))?;
    check("status date", plan.status_date)?;
    Ok(())
}
