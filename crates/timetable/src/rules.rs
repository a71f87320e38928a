//! What a task's dates, constraints and progress, and those of the summaries above it, mean for the passes.

use crate::moment::Moment;
use crate::network::{Special, State};
use crate::plan::{Constraint, MAX_MINUTES, Placement, Plan, PlanError, Progress, Task};

/// What a task takes over from the summaries above it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Inherited {
    inactive: bool,
    deadline: Option<Moment>,
    start_min: Option<Moment>,
    finish_max: Option<Moment>,
}

impl Inherited {
    pub(crate) fn with(mut self, summary: &Task) -> Inherited {
        self.inactive |= !summary.active;
        self.deadline = earliest(self.deadline, summary.deadline);
        match summary.constraint {
            Constraint::StartNoEarlierThan(date) => self.start_min = self.start_min.max(Some(date)),
            Constraint::FinishNoLaterThan(date) => self.finish_max = earliest(self.finish_max, Some(date)),
            _ => {}
        }
        self
    }
}

fn earliest(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// What a leaf's rules and those of the summaries above it mean for the passes.
pub(crate) fn special_of(plan: &Plan, task: &Task) -> Result<Special, PlanError> {
    let mut summaries = Vec::new();
    let mut at = task.parent;
    while let Some(parent) = at {
        summaries.push(&plan.tasks[parent.index()]);
        at = plan.tasks[parent.index()].parent;
    }
    let above = summaries.into_iter().rev().fold(Inherited::default(), Inherited::with);
    special(plan, task, above)
}

/// What a task's rules mean for the passes.
pub(crate) fn special(plan: &Plan, task: &Task, above: Inherited) -> Result<Special, PlanError> {
    let mut special = Special {
        inactive: above.inactive || !task.active,
        deadline: earliest(above.deadline, task.deadline),
        start_min: above.start_min,
        late_finish_max: above.finish_max,
        delay: task.delay,
        ..Special::default()
    };
    if !(0..=MAX_MINUTES).contains(&task.delay) {
        return Err(PlanError::BadDuration { task: task.label(), what: "delay", minutes: task.delay });
    }
    for constraint in std::iter::once(task.constraint).chain(task.second_constraint) {
        add_constraint(&mut special, constraint, plan.dates_win);
    }
    special.state = match (task.progress, task.placement) {
        (Progress::Finished { start, finish }, _) => {
            if finish < start {
                return Err(PlanError::DatesReversed {
                    task: task.label(),
                    earlier: "actual start",
                    earlier_date: start,
                    later: "actual finish",
                    later_date: finish,
                });
            }
            State::Finished { start, finish }
        }
        (_, Placement::Manual { start, finish }) => {
            if finish < start {
                return Err(PlanError::DatesReversed {
                    task: task.label(),
                    earlier: "start",
                    earlier_date: start,
                    later: "finish",
                    later_date: finish,
                });
            }
            State::Manual { start, finish }
        }
        (Progress::Started { start, remaining, resume }, Placement::Automatic) => {
            if !(0..=MAX_MINUTES).contains(&remaining) {
                let what = "remaining duration";
                return Err(PlanError::BadDuration { task: task.label(), what, minutes: remaining });
            }
            State::Started { start, remaining, resume }
        }
        (Progress::NotStarted, Placement::Automatic) => State::Open,
    };
    let open = !matches!(special.state, State::Finished { .. }) && !special.inactive;
    if let (true, true, Some(promise), Some(status)) =
        (plan.refuse_overdue, open, special.deadline, plan.status_date)
        && promise < status
    {
        return Err(PlanError::PromiseBeforeStatus { task: task.label(), promise, status });
    }
    Ok(special)
}

fn add_constraint(special: &mut Special, constraint: Constraint, dates_win: bool) {
    match constraint {
        Constraint::AsSoonAsPossible => {}
        Constraint::AsLateAsPossible => special.as_late_as_possible = true,
        Constraint::MustStartOn(date) => {
            special.start_on = Some(date);
            special.late_start_on = Some(date);
        }
        Constraint::MustFinishOn(date) => {
            special.finish_on = Some(date);
            special.late_finish_on = Some(date);
        }
        Constraint::StartNoEarlierThan(date) => special.start_min = special.start_min.max(Some(date)),
        Constraint::FinishNoEarlierThan(date) => special.finish_min = special.finish_min.max(Some(date)),
        Constraint::StartNoLaterThan(date) => {
            special.late_start_max = earliest(special.late_start_max, Some(date));
            if dates_win {
                special.start_cap = earliest(special.start_cap, Some(date));
            }
        }
        Constraint::FinishNoLaterThan(date) => {
            special.late_finish_max = earliest(special.late_finish_max, Some(date));
            if dates_win {
                special.finish_cap = earliest(special.finish_cap, Some(date));
            }
        }
    }
}
