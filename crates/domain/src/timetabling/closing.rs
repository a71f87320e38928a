//! Waits that would close a circle.
//!
//! Words that close one are refused where they are given. Still one may come about: a project keeps the chain that its
//! kind had when it was registered, while what is usual is judged by the chain that the kind has now. One project's
//! circle must not take the timetable from all others.

use timetable::{Link, Plan, Progress, TaskId};

use super::network::{StepAt, Timetable};

/// A step that waits for another only by its words: in the timetable it does not, for with that wait the two would
/// stand in a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub step: TaskId,
    pub waits_for: TaskId,
}

impl Timetable {
    /// What the steps of a project do not wait for here although their words say so: places of both steps.
    pub fn left_out(&self, project: usize) -> impl Iterator<Item = (&StepAt, &StepAt)> {
        let places = self.left_out.iter().filter_map(|it| self.place(it.step).zip(self.place(it.waits_for)));
        places.filter(move |(step, _)| step.project == project)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    /// On the way that is being followed.
    On,
    Over,
}

/// Takes the waits out of a plan that close circles, and tells those of work that is still to be done.
pub(super) fn leave_out_closing(plan: &mut Plan) -> Vec<LeftOut> {
    let closing = closing(&plan.links, plan.tasks.len());
    if closing.is_empty() {
        return Vec::new();
    }
    let links = std::mem::take(&mut plan.links).into_iter().enumerate();
    let (left_out, held): (Vec<_>, Vec<_>) = links.partition(|(at, _)| closing.binary_search(at).is_ok());
    plan.links = held.into_iter().map(|(_, link)| link).collect();
    let done = |task: TaskId| matches!(plan.tasks[task.index()].progress, Progress::Finished { .. });
    left_out
        .into_iter()
        .filter(|(_, link)| !done(link.successor))
        .map(|(_, link)| LeftOut { step: link.successor, waits_for: link.predecessor })
        .collect()
}

/// The places of the links that lead back to a task on the way to them, in ascending order.
fn closing(links: &[Link], tasks: usize) -> Vec<usize> {
    let mut ahead: Vec<Vec<usize>> = vec![Vec::new(); tasks];
    for (at, link) in links.iter().enumerate() {
        ahead[link.predecessor.index()].push(at);
    }
    let mut visits = vec![Visit::New; tasks];
    let mut found = Vec::new();
    for root in 0..tasks {
        if visits[root] != Visit::New {
            continue;
        }
        visits[root] = Visit::On;
        // The way, each task with the number of its links that were followed.
        let mut way = vec![(root, 0)];
        while let Some((task, followed)) = way.last_mut() {
            let Some(&at) = ahead[*task].get(*followed) else {
                visits[*task] = Visit::Over;
                way.pop();
                continue;
            };
            *followed += 1;
            let next = links[at].successor.index();
            match visits[next] {
                Visit::New => {
                    visits[next] = Visit::On;
                    way.push((next, 0));
                }
                Visit::On => found.push(at),
                Visit::Over => {}
            }
        }
    }
    found.sort_unstable();
    found
}
