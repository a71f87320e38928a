//! Dates and floats of every task, summaries included.

use crate::moment::Moment;
use crate::network::{Edge, EdgeKind, NONE, Network, NodeKind, State};
use crate::plan::{LinkKind, Plan, TaskId};
use crate::schedule::Schedule;

/// What a timetable says about one task. Floats are working minutes in the task's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskDates {
    pub early_start: Moment,
    pub early_finish: Moment,
    pub late_start: Moment,
    pub late_finish: Moment,
    /// Where the task is placed: late dates for one that goes as late as possible, actual dates if there are any.
    pub start: Moment,
    pub finish: Moment,
    /// Negative when a promise cannot be kept.
    pub total_float: i64,
    pub free_float: i64,
    pub critical: bool,
}

impl Schedule {
    /// Dates of a leaf task; `None` for a summary.
    pub fn dates_of(&self, network: &Network, task: TaskId) -> Option<TaskDates> {
        let node = self.node(network, task)?;
        let special = network.special(node);
        let state = special.map_or(State::Open, |s| s.state);
        let as_late = special.is_some_and(|s| s.as_late_as_possible);
        let (early_start, early_finish) = (self.early_start[node], self.early_finish[node]);
        let late_finish = self.late_finish[node];
        let late_start = match state {
            State::Started { start, .. } | State::Finished { start, .. } => start,
            State::Open | State::Manual { .. } => self.late_start[node],
        };
        let total_float = self.total_float(network, node);
        let finished = matches!(state, State::Finished { .. });
        let (start, finish) = match state {
            State::Open if as_late => (late_start, late_finish),
            _ => (early_start, early_finish),
        };
        Some(TaskDates {
            early_start,
            early_finish,
            late_start,
            late_finish,
            start,
            finish,
            total_float,
            free_float: self.free_float(network, node),
            critical: !finished && total_float <= network.critical_limit,
        })
    }

    /// Working minutes the node may slip before the horizon or a promise is missed.
    pub(crate) fn total_float(&self, network: &Network, node: usize) -> i64 {
        let calendar = network.calendar(node);
        let special = network.special(node);
        match special.map_or(State::Open, |s| s.state) {
            State::Finished { .. } => return 0,
            State::Started { .. } => {
                return calendar.between(self.early_finish[node], self.late_finish[node]);
            }
            State::Open | State::Manual { .. } => {}
        }
        if special.is_some_and(|s| s.as_late_as_possible) {
            return 0;
        }
        let start = calendar.between(self.early_start[node], self.late_start[node]);
        start.min(calendar.between(self.early_finish[node], self.late_finish[node]))
    }

    /// Working minutes the node may slip before it moves a successor or the plan's end.
    pub(crate) fn free_float(&self, network: &Network, node: usize) -> i64 {
        if network.is_finished(node) {
            return 0;
        }
        let calendar = network.calendar(node);
        let special = network.special(node);
        let (start, finish) = if special.is_some_and(|s| s.as_late_as_possible) {
            (self.late_start[node], self.late_finish[node])
        } else {
            (self.early_start[node], self.early_finish[node])
        };
        // No task may slip past the plan's end, even when its links hold only its start.
        let mut free = calendar.between(finish, self.end);
        let mut hold = |by: i64| free = free.min(by);
        for edge in network.outs(node) {
            match edge.kind {
                EdgeKind::Link(kind) => {
                    if let Some((limit, on_start)) = self.room(network, edge, kind) {
                        hold(calendar.between(if on_start { start } else { finish }, limit));
                    }
                }
                EdgeKind::Member => {
                    let gather = edge.other as usize;
                    let by_start = matches!(network.nodes[gather].kind, NodeKind::StartOf(_));
                    if by_start && self.early_start[gather] != start {
                        continue;
                    }
                    for edge in network.outs(gather) {
                        if let EdgeKind::Link(kind) = edge.kind
                            && let Some((limit, on_start)) = self.room(network, edge, kind)
                        {
                            hold(calendar.between(if on_start { start } else { finish }, limit));
                        }
                    }
                }
            }
        }
        free.max(0)
    }

    /// How late the predecessor's end of a link may come before it moves the successor, and whether that
    /// end is the predecessor's start.
    fn room(&self, network: &Network, edge: &Edge, kind: LinkKind) -> Option<(Moment, bool)> {
        let to = edge.other as usize;
        if network.is_finished(to) || network.is_inactive(to) {
            return None;
        }
        let as_late = network.special(to).is_some_and(|s| s.as_late_as_possible);
        let (start, finish) = if as_late {
            (self.late_start[to], self.late_finish[to])
        } else {
            (self.early_start[to], self.early_finish[to])
        };
        Some(match kind {
            LinkKind::FinishToStart => (network.back(edge, start), false),
            LinkKind::StartToStart => (network.back(edge, start), true),
            LinkKind::FinishToFinish => (network.back(edge, finish), false),
            LinkKind::StartToFinish => (network.back(edge, finish), true),
        })
    }

    /// Dates of all tasks of the plan, in its order. A summary spans its active leaves; its total float is
    /// the smaller of the floats of its two ends, and its free float the same, not below 0. A summary with no
    /// active leaf spans its inactive ones.
    pub fn dates(&self, plan: &Plan, network: &Network) -> Vec<TaskDates> {
        let count = plan.tasks.len();
        let mut rows: Vec<Option<TaskDates>> = Vec::with_capacity(count);
        let mut is_active = vec![false; count];
        for (i, active) in is_active.iter_mut().enumerate() {
            let task = TaskId(i as u32);
            rows.push(self.dates_of(network, task));
            *active = network.node(task).is_some_and(|n| !network.is_inactive(n));
        }
        for i in 0..count {
            if network.node_of[i] == NONE {
                continue;
            }
            let Some(leaf) = rows[i] else { continue };
            let mut at = plan.tasks[i].parent;
            while let Some(parent) = at {
                let p = parent.index();
                rows[p] = Some(match rows[p] {
                    Some(sum) if is_active[p] == is_active[i] => TaskDates {
                        early_start: sum.early_start.min(leaf.early_start),
                        early_finish: sum.early_finish.max(leaf.early_finish),
                        late_start: sum.late_start.min(leaf.late_start),
                        late_finish: sum.late_finish.max(leaf.late_finish),
                        start: sum.start.min(leaf.start),
                        finish: sum.finish.max(leaf.finish),
                        total_float: 0,
                        free_float: 0,
                        critical: sum.critical || leaf.critical,
                    },
                    Some(sum) if is_active[p] => sum,
                    _ => leaf,
                });
                is_active[p] |= is_active[i];
                at = plan.tasks[p].parent;
            }
        }
        let fallback = TaskDates {
            early_start: self.start,
            early_finish: self.start,
            late_start: self.end,
            late_finish: self.end,
            start: self.start,
            finish: self.start,
            total_float: 0,
            free_float: 0,
            critical: false,
        };
        let rows = rows.into_iter().enumerate().map(|(i, row)| {
            let mut row = row.unwrap_or(fallback);
            if network.node_of[i] == NONE {
                let calendar = network.summary_calendar(plan, TaskId(i as u32));
                let start = calendar.between(row.early_start, row.late_start);
                row.total_float = start.min(calendar.between(row.early_finish, row.late_finish));
                row.free_float = row.total_float.max(0);
            }
            row
        });
        rows.collect()
    }
}
