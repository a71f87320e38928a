//! The plan compiled for scheduling: leaves in topological order with packed links.
//!
//! Every leaf task is a node. A link that leaves a summary starts at a gathering node: the latest finish of
//! its leaves (finish-to-start, finish-to-finish) or their earliest start (start-to-start,
//! start-to-finish). A link that enters a summary is spread over its leaves. Nodes are numbered in
//! topological order, so a pass is one sweep over arrays.

use std::collections::HashMap;

use crate::calendar::CalendarId;
use crate::moment::Moment;
use crate::plan::{LinkKind, Plan, TaskId};
use crate::working_time::WorkingTime;

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Leaf,
    /// Latest finish of a summary's leaves.
    FinishOf,
    /// Earliest start of a summary's leaves; the index counts these nodes.
    StartOf(u32),
}

/// How one node holds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EdgeKind {
    Link(LinkKind),
    /// A leaf and the gathering node above it.
    Member,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    /// The node at the other end.
    pub other: u32,
    /// Lag in minutes of `lag_calendar`.
    pub lag: i32,
    /// Index of the link in the plan; meaningless for members.
    pub origin: u32,
    pub lag_calendar: u16,
    pub kind: EdgeKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Minutes in `calendar`.
    pub duration: i64,
    /// Calendar of the duration: the continuous one for an elapsed duration.
    pub calendar: u16,
    pub kind: NodeKind,
    /// Index into [`Network::specials`], or `NONE`.
    pub special: u32,
    /// The task (the summary for a gathering node).
    pub task: TaskId,
}

pub(crate) const NONE: u32 = u32::MAX;

/// Everything about a node that most nodes lack.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Special {
    pub inactive: bool,
    pub state: State,
    pub as_late_as_possible: bool,
    /// Minutes of the clock by which the start is put off.
    pub delay: i64,
    pub start_min: Option<Moment>,
    pub finish_min: Option<Moment>,
    /// Fixed and latest dates that win over links going forward.
    pub start_on: Option<Moment>,
    pub finish_on: Option<Moment>,
    pub start_cap: Option<Moment>,
    pub finish_cap: Option<Moment>,
    /// Latest dates going backward.
    pub late_start_on: Option<Moment>,
    pub late_finish_on: Option<Moment>,
    pub late_start_max: Option<Moment>,
    pub late_finish_max: Option<Moment>,
    /// The earliest promise of the task and the summaries above it.
    pub deadline: Option<Moment>,
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum State {
    #[default]
    Open,
    Manual {
        start: Moment,
        finish: Moment,
    },
    Started {
        start: Moment,
        remaining: i64,
        resume: Option<Moment>,
    },
    Finished {
        start: Moment,
        finish: Moment,
    },
}

/// A checked plan in the form the passes work on.
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) nodes: Vec<Node>,
    pub(crate) specials: Vec<Special>,
    /// Predecessor edges of node `i`: `in_edges[in_start[i]..in_start[i + 1]]`.
    pub(crate) in_start: Vec<u32>,
    pub(crate) in_edges: Vec<Edge>,
    /// Successor edges likewise.
    pub(crate) out_start: Vec<u32>,
    pub(crate) out_edges: Vec<Edge>,
    pub(crate) calendars: Vec<WorkingTime>,
    /// Index in `calendars` of each calendar of the plan that is used.
    pub(crate) compiled: HashMap<CalendarId, u16>,
    /// Node of each task; `NONE` for summaries.
    pub(crate) node_of: Vec<u32>,
    pub(crate) start_nodes: u32,
    pub(crate) bounds: Bounds,
    pub(crate) any_as_late: bool,
    pub(crate) critical_limit: i64,
}

/// The ends of the plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub start: Option<Moment>,
    pub finish: Option<Moment>,
    pub status: Option<Moment>,
    pub own_promise: bool,
}

impl Network {
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn ins(&self, node: usize) -> &[Edge] {
        &self.in_edges[self.in_start[node] as usize..self.in_start[node + 1] as usize]
    }

    pub(crate) fn outs(&self, node: usize) -> &[Edge] {
        &self.out_edges[self.out_start[node] as usize..self.out_start[node + 1] as usize]
    }

    pub(crate) fn special(&self, node: usize) -> Option<&Special> {
        self.specials.get(self.nodes[node].special as usize)
    }

    pub(crate) fn calendar(&self, node: usize) -> &WorkingTime {
        &self.calendars[self.nodes[node].calendar as usize]
    }

    /// The calendar in which the work of a task is counted; `None` for a summary.
    pub fn calendar_of(&self, task: TaskId) -> Option<&WorkingTime> {
        self.node(task).map(|node| self.calendar(node))
    }

    /// The calendar in which a summary's float is counted: its own if some leaf uses it, else the plan's.
    pub(crate) fn summary_calendar(&self, plan: &Plan, task: TaskId) -> &WorkingTime {
        let own = plan.tasks[task.index()].calendar.and_then(|id| self.compiled.get(&id));
        let index = own.or_else(|| self.compiled.get(&plan.calendar)).copied().unwrap_or_default();
        &self.calendars[usize::from(index)]
    }

    /// The node of a leaf task.
    pub(crate) fn node(&self, task: TaskId) -> Option<usize> {
        self.node_of.get(task.index()).filter(|&&n| n != NONE).map(|&n| n as usize)
    }

    /// Number of leaf tasks and gathering points, and of links between them.
    pub fn size(&self) -> (usize, usize) {
        (self.nodes.len(), self.in_edges.len())
    }

    pub(crate) fn is_finished(&self, node: usize) -> bool {
        matches!(self.special(node), Some(Special { state: State::Finished { .. }, .. }))
    }

    /// How far the work on a started node has come: its start plus what is done.
    pub(crate) fn resumes_at(&self, node: usize) -> Option<Moment> {
        match self.special(node)?.state {
            State::Started { start, remaining, .. } => {
                let done = (self.nodes[node].duration - remaining).max(0);
                Some(self.calendar(node).add(start, done))
            }
            _ => None,
        }
    }

    pub(crate) fn is_inactive(&self, node: usize) -> bool {
        self.special(node).is_some_and(|s| s.inactive)
    }

    /// The instant `lag` after `t`.
    pub(crate) fn shift(&self, edge: &Edge, t: Moment) -> Moment {
        if edge.lag == 0 { t } else { self.calendars[edge.lag_calendar as usize].add(t, i64::from(edge.lag)) }
    }

    /// The instant `lag` before `t`.
    pub(crate) fn back(&self, edge: &Edge, t: Moment) -> Moment {
        if edge.lag == 0 { t } else { self.calendars[edge.lag_calendar as usize].sub(t, i64::from(edge.lag)) }
    }
}
