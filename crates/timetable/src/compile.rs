//! Checks a plan and compiles it into a [`Network`].

use std::collections::HashMap;

use crate::calendar::{CalendarId, expand};
use crate::check::{check_dates, check_outline, check_uids};
use crate::network::{Bounds, Edge, EdgeKind, NONE, Network, Node, NodeKind, Special};
use crate::plan::{
    Constraint, Duration, Horizon, Lag, LagCalendar, LinkKind, MAX_LINKS, MAX_MINUTES, MAX_TASKS, Plan,
    PlanError, ScheduleFrom, Task, TaskId,
};
use crate::rules::{Inherited, special};
use crate::working_time::WorkingTime;

/// An edge between nodes before they are put in order.
struct RawEdge {
    from: u32,
    to: u32,
    edge: EdgeKind,
    lag: i32,
    lag_calendar: u16,
    origin: u32,
}

impl Network {
    /// Checks `plan` and compiles it.
    pub fn new(plan: &Plan) -> Result<Network, PlanError> {
        Builder::new(plan)?.build()
    }
}

struct Builder<'a> {
    plan: &'a Plan,
    /// First task below each task and the next one beside it, both in plan order.
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    calendars: Vec<WorkingTime>,
    /// Compiled calendar of each calendar of the plan, once it is needed.
    compiled: HashMap<CalendarId, u16>,
    continuous: Option<u16>,
    nodes: Vec<Node>,
    specials: Vec<Special>,
    node_of: Vec<u32>,
    finish_of: HashMap<TaskId, Option<u32>>,
    start_of: HashMap<TaskId, Option<u32>>,
    edges: Vec<RawEdge>,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan) -> Result<Builder<'a>, PlanError> {
        let count = plan.tasks.len();
        if count > MAX_TASKS {
            return Err(PlanError::TooLarge { what: "tasks", count, limit: MAX_TASKS });
        }
        check_uids(&plan.tasks)?;
        let mut first_child = vec![NONE; count];
        let mut next_sibling = vec![NONE; count];
        for (i, task) in plan.tasks.iter().enumerate().rev() {
            if let Some(parent) = task.parent {
                let Some(first) = first_child.get_mut(parent.index()) else {
                    return Err(PlanError::BadParent { task: task.label() });
                };
                next_sibling[i] = *first;
                *first = i as u32;
            }
        }
        check_outline(plan)?;
        Ok(Builder {
            plan,
            first_child,
            next_sibling,
            calendars: Vec::new(),
            compiled: HashMap::new(),
            continuous: None,
            nodes: Vec::with_capacity(count),
            specials: Vec::new(),
            node_of: vec![NONE; count],
            finish_of: HashMap::new(),
            start_of: HashMap::new(),
            edges: Vec::with_capacity(plan.links.len()),
        })
    }

    fn build(mut self) -> Result<Network, PlanError> {
        let plan = self.plan;
        self.calendar(plan.calendar, "the plan")?;
        let inherited = self.inherited();
        for (i, task) in plan.tasks.iter().enumerate() {
            check_dates(plan, task)?;
            if self.first_child[i] == NONE {
                self.add_leaf(TaskId(i as u32), task, inherited.get(i))?;
            }
        }
        for index in 0..plan.links.len() {
            self.add_link(index as u32)?;
        }
        self.order()
    }

    /// The compiled index of a calendar of the plan.
    fn calendar(&mut self, id: CalendarId, user: &str) -> Result<u16, PlanError> {
        if let Some(&index) = self.compiled.get(&id) {
            return Ok(index);
        }
        if id.index() >= self.plan.calendars.len() {
            return Err(PlanError::NoCalendar { task: user.to_owned(), calendar: id.0 });
        }
        let working = expand(&self.plan.calendars, id)?;
        let index = self.push_calendar(working)?;
        self.compiled.insert(id, index);
        Ok(index)
    }

    fn continuous(&mut self) -> Result<u16, PlanError> {
        if let Some(index) = self.continuous {
            return Ok(index);
        }
        let index = self.push_calendar(WorkingTime::continuous())?;
        self.continuous = Some(index);
        Ok(index)
    }

    fn push_calendar(&mut self, working: WorkingTime) -> Result<u16, PlanError> {
        let count = self.calendars.len();
        let index = u16::try_from(count).map_err(|_| PlanError::TooLarge {
            what: "calendars",
            count,
            limit: usize::from(u16::MAX),
        })?;
        self.calendars.push(working);
        Ok(index)
    }

    /// The calendar of a task's own working time.
    fn task_calendar(&mut self, task: &Task) -> Result<u16, PlanError> {
        match task.calendar {
            Some(id) => match self.compiled.get(&id) {
                Some(&index) => Ok(index),
                None => self.calendar(id, &task.label()),
            },
            None => self.calendar(self.plan.calendar, "the plan"),
        }
    }

    /// What each task takes over from the summaries above it: deadline, earliest start, latest finish.
    fn inherited(&self) -> Vec<Inherited> {
        let tasks = &self.plan.tasks;
        let rules = |task: &Task| {
            task.deadline.is_some()
                || matches!(
                    task.constraint,
                    Constraint::StartNoEarlierThan(_) | Constraint::FinishNoLaterThan(_)
                )
        };
        let any = tasks.iter().enumerate().any(|(i, task)| self.first_child[i] != NONE && rules(task));
        let inactive = tasks.iter().enumerate().any(|(i, task)| self.first_child[i] != NONE && !task.active);
        if !any && !inactive {
            return Vec::new();
        }
        let mut result: Vec<Option<Inherited>> = vec![None; tasks.len()];
        let mut path = Vec::new();
        for i in 0..tasks.len() {
            // Up to the nearest ancestor already known, then down again.
            let mut at = i;
            while result[at].is_none() {
                path.push(at);
                match tasks[at].parent {
                    Some(parent) => at = parent.index(),
                    None => break,
                }
            }
            while let Some(task) = path.pop() {
                let above = match tasks[task].parent {
                    None => Inherited::default(),
                    Some(parent) => {
                        let parent_task = &tasks[parent.index()];
                        result[parent.index()].unwrap_or_default().with(parent_task)
                    }
                };
                result[task] = Some(above);
            }
        }
        result.into_iter().map(Option::unwrap_or_default).collect()
    }

    fn add_leaf(&mut self, id: TaskId, task: &Task, inherited: Option<&Inherited>) -> Result<(), PlanError> {
        let minutes = task.duration.minutes();
        if !(0..=MAX_MINUTES).contains(&minutes) {
            return Err(PlanError::BadDuration { task: task.label(), what: "duration", minutes });
        }
        let own = self.task_calendar(task)?;
        let calendar = match task.duration {
            Duration::Working(_) => own,
            Duration::Elapsed(_) => self.continuous()?,
        };
        let special = special(self.plan, task, inherited.copied().unwrap_or_default())?;
        let special = if special == Special::default() {
            NONE
        } else {
            self.specials.push(special);
            self.specials.len() as u32 - 1
        };
        self.node_of[id.index()] = self.nodes.len() as u32;
        self.nodes.push(Node { duration: minutes, calendar, kind: NodeKind::Leaf, special, task: id });
        Ok(())
    }

    /// The leaves at or below a task.
    fn leaves(&self, task: TaskId) -> Vec<u32> {
        let mut leaves = Vec::new();
        let mut stack = vec![task.0];
        while let Some(at) = stack.pop() {
            if self.node_of[at as usize] != NONE {
                leaves.push(self.node_of[at as usize]);
            }
            let mut child = self.first_child[at as usize];
            while child != NONE {
                stack.push(child);
                child = self.next_sibling[child as usize];
            }
        }
        leaves.sort_unstable();
        leaves
    }

    fn is_inactive(&self, node: u32) -> bool {
        self.specials.get(self.nodes[node as usize].special as usize).is_some_and(|s| s.inactive)
    }

    fn add_link(&mut self, index: u32) -> Result<(), PlanError> {
        let plan = self.plan;
        let link = plan.links[index as usize];
        let (Some(predecessor), Some(successor)) =
            (plan.tasks.get(link.predecessor.index()), plan.tasks.get(link.successor.index()))
        else {
            let name = |id: TaskId| {
                plan.tasks.get(id.index()).map_or_else(|| format!("task index {}", id.0), Task::label)
            };
            return Err(PlanError::DanglingLink {
                predecessor: name(link.predecessor),
                successor: name(link.successor),
            });
        };
        if link.predecessor == link.successor {
            return Err(PlanError::SelfLink { task: predecessor.label() });
        }
        if self.is_below(link.successor, link.predecessor) {
            return Err(PlanError::LinkWithinSummary {
                summary: predecessor.label(),
                task: successor.label(),
            });
        }
        if self.is_below(link.predecessor, link.successor) {
            return Err(PlanError::LinkWithinSummary {
                summary: successor.label(),
                task: predecessor.label(),
            });
        }
        let from_summary = self.node_of[link.predecessor.index()] == NONE;
        let percent = matches!(link.lag, Lag::Percent(_) | Lag::ElapsedPercent(_));
        let sources: Vec<u32> = if !from_summary {
            vec![self.node_of[link.predecessor.index()]]
        } else if percent {
            // A share of "the predecessor's duration" means each leaf's own.
            self.leaves(link.predecessor)
        } else {
            self.gathering_node(link.predecessor, link.kind)?.into_iter().collect()
        };
        let targets = match self.node_of[link.successor.index()] {
            NONE => self.leaves(link.successor),
            node => vec![node],
        };
        let count = self.edges.len() + sources.len() * targets.len();
        if count > MAX_LINKS {
            return Err(PlanError::TooLarge { what: "links between single tasks", count, limit: MAX_LINKS });
        }
        for &from in &sources {
            // An inactive task holds nobody.
            if self.is_inactive(from) {
                continue;
            }
            for &to in &targets {
                let lag = resolve_lag(link.lag, self.nodes[from as usize].duration);
                let lag = i32::try_from(lag).ok().filter(|l| i64::from(*l).abs() <= MAX_MINUTES).ok_or_else(
                    || PlanError::BadLag { predecessor: predecessor.label(), successor: successor.label() },
                )?;
                let lag_calendar = self.lag_calendar(link.lag, from, to)?;
                let edge = EdgeKind::Link(link.kind);
                self.edges.push(RawEdge { from, to, edge, lag, lag_calendar, origin: index });
            }
        }
        Ok(())
    }

    fn lag_calendar(&mut self, lag: Lag, from: u32, to: u32) -> Result<u16, PlanError> {
        let plan = self.plan;
        match lag {
            Lag::Elapsed(_) | Lag::ElapsedPercent(_) => self.continuous(),
            Lag::Working(_) | Lag::Percent(_) => match plan.lag_calendar {
                LagCalendar::Successor => {
                    self.task_calendar(&plan.tasks[self.nodes[to as usize].task.index()])
                }
                LagCalendar::Predecessor => {
                    self.task_calendar(&plan.tasks[self.nodes[from as usize].task.index()])
                }
                LagCalendar::Plan => self.calendar(plan.calendar, "the plan"),
                LagCalendar::Continuous => self.continuous(),
            },
        }
    }

    fn is_below(&self, task: TaskId, summary: TaskId) -> bool {
        let mut at = self.plan.tasks[task.index()].parent;
        while let Some(parent) = at {
            if parent == summary {
                return true;
            }
            at = self.plan.tasks[parent.index()].parent;
        }
        false
    }

    /// The node that gathers a summary's leaves for links of this kind; `None` when no leaf is active.
    fn gathering_node(&mut self, summary: TaskId, kind: LinkKind) -> Result<Option<u32>, PlanError> {
        let by_start = matches!(kind, LinkKind::StartToStart | LinkKind::StartToFinish);
        let known = if by_start { &self.start_of } else { &self.finish_of };
        if let Some(&node) = known.get(&summary) {
            return Ok(node);
        }
        let leaves: Vec<u32> = self.leaves(summary).into_iter().filter(|&n| !self.is_inactive(n)).collect();
        let node = if leaves.is_empty() {
            None
        } else {
            let node = self.nodes.len() as u32;
            let count = self.start_of.values().filter(|n| n.is_some()).count() as u32;
            let kind = if by_start { NodeKind::StartOf(count) } else { NodeKind::FinishOf };
            let calendar = self.task_calendar(&self.plan.tasks[summary.index()])?;
            self.nodes.push(Node { duration: 0, calendar, kind, special: NONE, task: summary });
            for from in leaves {
                let edge = EdgeKind::Member;
                self.edges.push(RawEdge { from, to: node, edge, lag: 0, lag_calendar: 0, origin: NONE });
            }
            Some(node)
        };
        let known = if by_start { &mut self.start_of } else { &mut self.finish_of };
        known.insert(summary, node);
        Ok(node)
    }

    /// Numbers the nodes in topological order and packs the edges.
    fn order(self) -> Result<Network, PlanError> {
        let count = self.nodes.len();
        let (out_start, outs) = pack(count, self.edges.iter().map(|e| e.from));
        let mut waiting = vec![0u32; count];
        for edge in &self.edges {
            waiting[edge.to as usize] += 1;
        }
        // First come, first served, so nodes stay near their neighbours in the plan.
        let mut order: Vec<u32> = (0..count as u32).filter(|&n| waiting[n as usize] == 0).collect();
        let mut done = 0;
        while done < order.len() {
            let node = order[done] as usize;
            done += 1;
            for &e in &outs[out_start[node] as usize..out_start[node + 1] as usize] {
                let to = self.edges[e as usize].to;
                waiting[to as usize] -= 1;
                if waiting[to as usize] == 0 {
                    order.push(to);
                }
            }
        }
        if order.len() < count {
            return Err(self.cycle(&waiting));
        }
        drop((out_start, outs));

        let mut place = vec![0u32; count];
        for (at, &node) in order.iter().enumerate() {
            place[node as usize] = at as u32;
        }
        let nodes: Vec<Node> = order.iter().map(|&n| self.nodes[n as usize]).collect();
        let node_of =
            self.node_of.iter().map(|&n| if n == NONE { NONE } else { place[n as usize] }).collect();
        let edge = |e: &RawEdge, other: u32| Edge {
            other,
            lag: e.lag,
            origin: e.origin,
            lag_calendar: e.lag_calendar,
            kind: e.edge,
        };
        let (in_start, ins) = pack(count, self.edges.iter().map(|e| place[e.to as usize]));
        let in_edges = ins
            .iter()
            .map(|&e| edge(&self.edges[e as usize], place[self.edges[e as usize].from as usize]))
            .collect();
        drop(ins);
        let (out_start, outs) = pack(count, self.edges.iter().map(|e| place[e.from as usize]));
        let out_edges = outs
            .iter()
            .map(|&e| edge(&self.edges[e as usize], place[self.edges[e as usize].to as usize]))
            .collect();
        let plan = self.plan;
        let (start, finish) = match plan.schedule_from {
            ScheduleFrom::Start(start) => (Some(start), None),
            ScheduleFrom::Finish(finish) => (None, Some(finish)),
        };
        let any_as_late = self.specials.iter().any(|s| s.as_late_as_possible);
        Ok(Network {
            nodes,
            specials: self.specials,
            in_start,
            in_edges,
            out_start,
            out_edges,
            calendars: self.calendars,
            compiled: self.compiled,
            node_of,
            start_nodes: self.start_of.values().filter(|n| n.is_some()).count() as u32,
            bounds: Bounds {
                start,
                finish,
                status: plan.status_date,
                own_promise: plan.horizon == Horizon::OwnPromise,
            },
            any_as_late: any_as_late && start.is_some(),
            critical_limit: plan.critical_limit,
        })
    }

    /// The tasks of one circle among the nodes that still wait.
    fn cycle(&self, waiting: &[u32]) -> PlanError {
        let mut before = vec![NONE; waiting.len()];
        for edge in &self.edges {
            if waiting[edge.from as usize] > 0 && waiting[edge.to as usize] > 0 {
                before[edge.to as usize] = edge.from;
            }
        }
        // Every waiting node has a waiting predecessor, so walking back must come round.
        let mut seen = vec![false; waiting.len()];
        let mut at = waiting.iter().position(|&w| w > 0).unwrap_or_default() as u32;
        while at != NONE && !seen[at as usize] {
            seen[at as usize] = true;
            at = before[at as usize];
        }
        let mut tasks = Vec::new();
        let first = at;
        while at != NONE {
            let label = self.plan.tasks[self.nodes[at as usize].task.index()].label();
            if tasks.last() != Some(&label) {
                tasks.push(label);
            }
            at = before[at as usize];
            if at == first {
                break;
            }
        }
        tasks.reverse();
        PlanError::Cycle { tasks }
    }
}

/// Counting sort of edge numbers by `key`: the start of each key's run, and the numbers.
fn pack(count: usize, keys: impl Iterator<Item = u32> + Clone) -> (Vec<u32>, Vec<u32>) {
    let mut start = vec![0u32; count + 1];
    let mut total = 0;
    for key in keys.clone() {
        start[key as usize + 1] += 1;
        total += 1;
    }
    for i in 0..count {
        start[i + 1] += start[i];
    }
    let mut next = start.clone();
    let mut sorted = vec![0u32; total];
    for (edge, key) in keys.enumerate() {
        sorted[next[key as usize] as usize] = edge as u32;
        next[key as usize] += 1;
    }
    (start, sorted)
}

/// Minutes of a lag, given the predecessor's duration.
pub(crate) fn resolve_lag(lag: Lag, predecessor_minutes: i64) -> i64 {
    match lag {
        Lag::Working(m) | Lag::Elapsed(m) => m,
        Lag::Percent(p) | Lag::ElapsedPercent(p) => {
            // Half minutes round away from zero.
            let hundredths = predecessor_minutes * i64::from(p);
            (hundredths.abs() + 50) / 100 * hundredths.signum()
        }
    }
}
