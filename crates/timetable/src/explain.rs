//! Why a date is as it is, what a delay hits, and what changed between two timetables.

use std::collections::BTreeMap;

use crate::dates::TaskDates;
use crate::moment::Moment;
use crate::network::{EdgeKind, Network, NodeKind, State};
use crate::plan::{LinkKind, Plan, PlanError, TaskId};
use crate::schedule::Schedule;

/// What sets a task's early start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// Nothing holds it before the plan begins.
    PlanStart,
    /// Work that is left waits for the status date.
    StatusDate,
    /// This link of the plan.
    Link(u32),
    /// A date rule of the task or a summary above it.
    Constraint,
    /// A levelling delay.
    Delay,
    /// It has started.
    ActualStart,
    /// People set its dates.
    Manual,
}

/// One step of a chain of driving links, from the earlier task to the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainStep {
    pub link: u32,
    pub predecessor: TaskId,
    pub successor: TaskId,
}

/// How far a delay reaches one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub task: TaskId,
    /// Working minutes in the task's calendar by which its finish moves.
    pub by: i64,
    pub finish_before: Moment,
    pub finish_after: Moment,
    /// The link through which the delay arrives; `None` for the delayed task itself.
    pub through: Option<u32>,
}

/// A task whose dates differ between two timetables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub uid: i64,
    /// `None` when the task is new, or gone.
    pub before: Option<TaskDates>,
    pub after: Option<TaskDates>,
}

impl Schedule {
    /// Everything that sets the early start of a leaf task; several when they agree to the minute of work.
    /// Empty for a summary.
    pub fn drivers(&self, network: &Network, task: TaskId) -> Vec<Driver> {
        let Some(node) = self.node(network, task) else { return Vec::new() };
        let calendar = network.calendar(node);
        let special = network.special(node);
        match special.map_or(State::Open, |s| s.state) {
            State::Manual { .. } => return vec![Driver::Manual],
            State::Started { .. } | State::Finished { .. } => return vec![Driver::ActualStart],
            State::Open => {}
        }
        let at = calendar.position(self.early_start[node]);
        let is_here = |t: Moment| calendar.position(t) == at;
        let duration = network.nodes[node].duration;
        let mut drivers = Vec::new();
        let (links, _) = self.driving_links(network, node);
        drivers.extend(links.into_iter().map(Driver::Link));
        if let Some(s) = special {
            let starts = [s.start_min, s.start_cap, s.start_on];
            let finishes = [s.finish_min, s.finish_cap, s.finish_on];
            let dates = starts
                .into_iter()
                .flatten()
                .chain(finishes.into_iter().flatten().map(|f| calendar.sub(f, duration)));
            if dates.into_iter().any(is_here) {
                drivers.push(Driver::Constraint);
            }
            if s.delay > 0 && drivers.is_empty() {
                drivers.push(Driver::Delay);
            }
        }
        if drivers.is_empty() {
            let waits = network.bounds.status.is_some_and(|status| status > self.start && is_here(status));
            drivers.push(if waits { Driver::StatusDate } else { Driver::PlanStart });
        }
        drivers
    }

    /// Links (by index in the plan) that set the early start of a node, and for each the node it leads from.
    fn driving_links(&self, network: &Network, node: usize) -> (Vec<u32>, Vec<usize>) {
        let calendar = network.calendar(node);
        let at = calendar.position(self.early_start[node]);
        let duration = network.nodes[node].duration;
        let (mut links, mut from) = (Vec::new(), Vec::new());
        for edge in network.ins(node) {
            let EdgeKind::Link(kind) = edge.kind else { continue };
            let other = edge.other as usize;
            let start = match kind {
                LinkKind::FinishToStart => network.shift(edge, self.early_finish[other]),
                LinkKind::StartToStart => network.shift(edge, self.early_start[other]),
                LinkKind::FinishToFinish => {
                    calendar.sub(network.shift(edge, self.early_finish[other]), duration)
                }
                LinkKind::StartToFinish => {
                    calendar.sub(network.shift(edge, self.early_start[other]), duration)
                }
            };
            if calendar.position(start) == at {
                links.push(edge.origin);
                from.push(other);
            }
        }
        (links, from)
    }

    /// A chain of driving links that leads to a task, from its beginning: the answer to "why not earlier?".
    /// Where several links drive, the first in the plan is followed.
    pub fn driving_chain(&self, network: &Network, task: TaskId) -> Vec<ChainStep> {
        let mut chain = Vec::new();
        let Some(mut node) = self.node(network, task) else { return chain };
        // Every step goes to an earlier node, so the walk ends.
        loop {
            let open = network.special(node).map_or(State::Open, |s| s.state) == State::Open;
            let (links, from) = self.driving_links(network, node);
            let (true, Some(&link), Some(&previous)) = (open, links.first(), from.first()) else { break };
            let leaf = self.deciding_leaf(network, previous);
            let (predecessor, successor) = (network.nodes[leaf].task, network.nodes[node].task);
            chain.push(ChainStep { link, predecessor, successor });
            node = leaf;
        }
        chain.reverse();
        chain
    }

    /// The leaf that gives a gathering node its date; the node itself when it is a leaf.
    fn deciding_leaf(&self, network: &Network, node: usize) -> usize {
        let dates = match network.nodes[node].kind {
            NodeKind::Leaf => return node,
            NodeKind::FinishOf => &self.early_finish,
            NodeKind::StartOf(_) => &self.early_start,
        };
        let found = network.ins(node).iter().map(|e| e.other as usize).find(|&n| dates[n] == dates[node]);
        found.unwrap_or(node)
    }

    /// What a delay of a task's finish by `minutes` of its work moves downstream, in topological order, the
    /// task itself first. Tasks with enough float are not listed.
    pub fn delay(
        &self,
        plan: &Plan,
        network: &Network,
        task: TaskId,
        minutes: i64,
    ) -> Result<Vec<Hit>, PlanError> {
        let Some(node) = self.node(network, task) else {
            let label =
                plan.tasks.get(task.index()).map_or_else(|| format!("task index {}", task.0), |t| t.label());
            return Err(PlanError::IsSummary { task: label });
        };
        if !(0..=crate::plan::MAX_MINUTES).contains(&minutes) {
            return Err(PlanError::BadDuration {
                task: plan.tasks[task.index()].label(),
                what: "delay",
                minutes,
            });
        }
        let mut delayed = self.clone();
        delayed.early_finish[node] = network.calendar(node).add(self.early_finish[node], minutes);
        let mut hits = Vec::new();
        for at in node..network.len() {
            if at != node {
                let (start, finish) = delayed.early(network, at, false);
                delayed.early_start[at] = start;
                delayed.early_finish[at] = finish;
            }
            if network.nodes[at].kind != NodeKind::Leaf || delayed.early_finish[at] == self.early_finish[at] {
                continue;
            }
            let by = network.calendar(at).between(self.early_finish[at], delayed.early_finish[at]);
            if by == 0 {
                continue;
            }
            let through =
                if at == node { None } else { delayed.driving_links(network, at).0.first().copied() };
            hits.push(Hit {
                task: network.nodes[at].task,
                by,
                finish_before: self.early_finish[at],
                finish_after: delayed.early_finish[at],
                through,
            });
        }
        Ok(hits)
    }
}

/// The tasks whose dates or floats differ between two timetables, matched by number, in number order. The two may
/// come from different plans or calendar versions.
pub fn changes(before: (&Plan, &[TaskDates]), after: (&Plan, &[TaskDates])) -> Vec<Change> {
    let mut by_uid: BTreeMap<i64, Change> = BTreeMap::new();
    for (task, dates) in before.0.tasks.iter().zip(before.1) {
        by_uid.insert(task.uid, Change { uid: task.uid, before: Some(*dates), after: None });
    }
    for (task, dates) in after.0.tasks.iter().zip(after.1) {
        by_uid.entry(task.uid).or_insert(Change { uid: task.uid, before: None, after: None }).after =
            Some(*dates);
    }
    by_uid.into_values().filter(|c| c.before != c.after).collect()
}
