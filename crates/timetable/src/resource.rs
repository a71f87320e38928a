//! Timetables under limited resources: reviewers of an authority, a shared contractor.
//!
//! Serial schedule generation: tasks are placed one after another, each at the first instant at which its
//! links hold and every resource has room from its start to its finish, nights included. The result keeps every
//! link and every limit. The order comes from priority rules, from regret-based biased random sampling and
//! from moving tasks within the best order found (R. Kolisch, S. Hartmann, "Heuristic algorithms for the
//! resource-constrained project scheduling problem", 1999).

use std::collections::BTreeMap;

use thiserror::Error;

use crate::moment::Moment;
use crate::network::State;
use crate::plan::{Plan, PlanError, TaskId};
use crate::schedule::Schedule;
use crate::{Network, TaskDates};

/// Something of which only so much can be used at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub name: String,
    pub capacity: u32,
}

/// A task's use of a resource from its start to its finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    pub task: TaskId,
    /// Index of the resource.
    pub resource: u32,
    /// At least 1.
    pub units: u32,
}

/// Which task goes first among those whose predecessors are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    LatestFinish,
    LatestStart,
    LeastFloat,
    /// The most work in the task and in all that follows it directly.
    GreatestRank,
    /// The most tasks downstream.
    MostSuccessors,
}

/// Every rule, the best on average first.
pub const RULES: [Rule; 5] =
    [Rule::LatestFinish, Rule::LatestStart, Rule::LeastFloat, Rule::MostSuccessors, Rule::GreatestRank];

/// How long to search after the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// Orders drawn around the rules.
    pub samples: u32,
    /// Moves tried within the best order.
    pub moves: u32,
    pub seed: u64,
}

/// A timetable that keeps all links and limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Levelled {
    /// Start and finish of each task of the plan, summaries included.
    pub dates: Vec<(Moment, Moment)>,
    /// Working minutes, in its own calendar, by which each task starts later than its links and dates let it once
    /// what it follows is placed: what it waits for room. 0 for summaries.
    pub waits: Vec<i64>,
    pub end: Moment,
    /// Working minutes, in the tasks' calendars, by which promises are missed in all.
    pub late: i64,
    /// The end without any limit: no order can be earlier.
    pub end_without_limits: Moment,
    /// Fixed tasks (started, done by hand, bound to a date) that overdraw a resource.
    pub overdrawn: Vec<(TaskId, u32)>,
}

/// Why no such timetable exists.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResourceError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(
        "{task} needs {units} of “{resource}”, which has {capacity}: raise the capacity or lower the need"
    )]
    TooMuch { task: String, resource: String, units: u32, capacity: u32 },
    #[error("a need names resource {resource}, which does not exist: add the resource")]
    NoResource { resource: u32 },
    #[error("{task} is a summary and does no work of its own: put the need on the tasks below it")]
    OnSummary { task: String },
}

/// Places all tasks of `plan` under the limits.
pub fn level(
    plan: &Plan,
    network: &Network,
    resources: &[Resource],
    demands: &[Demand],
    search: Search,
) -> Result<Levelled, ResourceError> {
    let free = network.schedule(plan)?;
    let needs = needs(plan, network, resources, demands)?;
    let placer = Placer { network, resources, needs: &needs, free: &free };
    let mut best: Option<(Cost, Vec<u32>, Schedule)> = None;
    let mut consider = |order: Vec<u32>| {
        let schedule = placer.place(&order);
        let cost = placer.cost(&schedule);
        if best.as_ref().is_none_or(|(known, _, _)| cost < *known) {
            best = Some((cost, order, schedule));
            return true;
        }
        false
    };
    let priorities: Vec<Vec<i64>> = RULES.iter().map(|rule| placer.priorities(*rule)).collect();
    let mut random = Random(search.seed);
    for priority in &priorities {
        consider(placer.order(priority, None));
    }
    for sample in 0..search.samples {
        // Two rules in three draws are the strong ones.
        let rule = [0, 1, 0, 1, 2, 3][sample as usize % 6];
        let order = placer.order(&priorities[rule], Some(&mut random));
        consider(order);
    }
    let Some((mut cost, mut order, mut schedule)) = best else {
        return Ok(placer.levelled(plan, free.clone(), Vec::new()));
    };
    for _ in 0..search.moves {
        let Some(moved) = placer.moved(&order, &mut random) else { break };
        let next = placer.place(&moved);
        let next_cost = placer.cost(&next);
        // Equal is taken, too: plateaus are wide.
        if next_cost <= cost {
            (cost, order, schedule) = (next_cost, moved, next);
        }
    }
    let overdrawn = placer.overdrawn(&schedule);
    Ok(placer.levelled(plan, schedule, overdrawn))
}

/// Minutes late, then the end.
type Cost = (i64, Moment);

/// Needs of each node: resource and units.
type Needs = Vec<Vec<(u32, u32)>>;

fn needs(
    plan: &Plan,
    network: &Network,
    resources: &[Resource],
    demands: &[Demand],
) -> Result<Needs, ResourceError> {
    let mut needs: Needs = vec![Vec::new(); network.len()];
    for demand in demands {
        let Some(resource) = resources.get(demand.resource as usize) else {
            return Err(ResourceError::NoResource { resource: demand.resource });
        };
        let label = || {
            plan.tasks
                .get(demand.task.index())
                .map_or_else(|| format!("task index {}", demand.task.0), |t| t.label())
        };
        let Some(node) = network.node(demand.task) else {
            return Err(ResourceError::OnSummary { task: label() });
        };
        if demand.units > resource.capacity {
            let (resource, capacity) = (resource.name.clone(), resource.capacity);
            return Err(ResourceError::TooMuch { task: label(), resource, units: demand.units, capacity });
        }
        if demand.units > 0 && !network.is_inactive(node) && !network.is_finished(node) {
            needs[node].push((demand.resource, demand.units));
        }
    }
    Ok(needs)
}

/// Units in use over time: from each instant on, until the next.
#[derive(Debug, Clone, Default)]
struct Usage(BTreeMap<Moment, u32>);

impl Usage {
    fn at(&self, t: Moment) -> u32 {
        self.0.range(..=t).next_back().map_or(0, |(_, &units)| units)
    }

    /// The first instant in `from..to` at which more than `room` is in use.
    fn conflict(&self, from: Moment, to: Moment, room: u32) -> Option<Moment> {
        if self.at(from) > room {
            return Some(from);
        }
        self.0.range(from..to).find(|&(_, &units)| units > room).map(|(&t, _)| t)
    }

    /// The first instant after `t` at which no more than `room` is in use.
    fn relief(&self, t: Moment, room: u32) -> Option<Moment> {
        let after = (std::ops::Bound::Excluded(t), std::ops::Bound::Unbounded);
        self.0.range(after).find(|&(_, &units)| units <= room).map(|(&t, _)| t)
    }

    fn take(&mut self, from: Moment, to: Moment, units: u32) {
        for t in [from, to] {
            let in_use = self.at(t);
            self.0.entry(t).or_insert(in_use);
        }
        for (_, in_use) in self.0.range_mut(from..to) {
            *in_use = in_use.saturating_add(units);
        }
    }
}

struct Placer<'a> {
    network: &'a Network,
    resources: &'a [Resource],
    needs: &'a Needs,
    /// The timetable without limits.
    free: &'a Schedule,
}

impl Placer<'_> {
    /// Whether a task's dates are given, so that it takes its resources before all others.
    fn is_fixed(&self, node: usize) -> bool {
        self.network.special(node).is_some_and(|s| {
            s.state != State::Open
                || s.start_on.is_some()
                || s.finish_on.is_some()
                || s.start_cap.is_some()
                || s.finish_cap.is_some()
        })
    }

    /// Smaller goes first.
    fn priorities(&self, rule: Rule) -> Vec<i64> {
        let network = self.network;
        let count = network.len();
        match rule {
            Rule::LatestFinish => self.free.late_finish.iter().map(|t| t.minutes()).collect(),
            Rule::LatestStart => self.free.late_start.iter().map(|t| t.minutes()).collect(),
            Rule::LeastFloat => (0..count).map(|n| self.free.total_float(network, n)).collect(),
            Rule::GreatestRank => (0..count)
                .map(|n| {
                    let after: i64 =
                        network.outs(n).iter().map(|e| network.nodes[e.other as usize].duration).sum();
                    -(network.nodes[n].duration + after)
                })
                .collect(),
            Rule::MostSuccessors => {
                // Longest number of steps to the end stands in for the number of tasks downstream.
                let mut depth = vec![0i64; count];
                for n in (0..count).rev() {
                    depth[n] = network.outs(n).iter().map(|e| depth[e.other as usize] + 1).max().unwrap_or(0);
                }
                depth.iter().map(|d| -d).collect()
            }
        }
    }

    /// An order in which every node comes after its predecessors: by priority, or drawn around it.
    fn order(&self, priority: &[i64], mut random: Option<&mut Random>) -> Vec<u32> {
        let network = self.network;
        let mut waiting: Vec<u32> = (0..network.len()).map(|n| network.ins(n).len() as u32).collect();
        let mut ready: Vec<u32> = (0..network.len() as u32).filter(|&n| waiting[n as usize] == 0).collect();
        let mut order = Vec::with_capacity(network.len());
        while !ready.is_empty() {
            let pick = match &mut random {
                None => {
                    let best = ready.iter().enumerate().min_by_key(|(_, n)| (priority[**n as usize], **n));
                    best.map_or(0, |(at, _)| at)
                }
                Some(random) => {
                    // The chance of a node grows with how much it would be missed against the least urgent one.
                    let worst = ready.iter().map(|&n| priority[n as usize]).max().unwrap_or(0);
                    let scale =
                        ready.iter().map(|&n| worst - priority[n as usize]).max().unwrap_or(0).max(1) as f64;
                    let weight = |n: u32| {
                        let regret = (worst - priority[n as usize]) as f64 / scale;
                        (0.05 + regret).powi(3)
                    };
                    let total: f64 = ready.iter().map(|&n| weight(n)).sum();
                    let mut at = random.unit() * total;
                    let found = ready.iter().position(|&n| {
                        at -= weight(n);
                        at < 0.0
                    });
                    found.unwrap_or(ready.len() - 1)
                }
            };
            let node = ready.swap_remove(pick);
            order.push(node);
            for edge in network.outs(node as usize) {
                let left = &mut waiting[edge.other as usize];
                *left -= 1;
                if *left == 0 {
                    ready.push(edge.other);
                }
            }
        }
        order
    }

    /// Places the nodes in this order.
    fn place(&self, order: &[u32]) -> Schedule {
        let network = self.network;
        let mut schedule = self.free.clone();
        let mut usage = vec![Usage::default(); self.resources.len()];
        for node in (0..network.len()).filter(|&n| self.is_fixed(n)) {
            self.take(&mut usage, node, self.free.early_start[node], self.free.early_finish[node]);
        }
        for &node in order {
            let node = node as usize;
            let (mut start, mut finish) = schedule.early(network, node, false);
            if !self.needs[node].is_empty() && start < finish && !self.is_fixed(node) {
                (start, finish) = self.first_room(&usage, node, start, finish);
                self.take(&mut usage, node, start, finish);
            }
            (schedule.early_start[node], schedule.early_finish[node]) = (start, finish);
        }
        schedule.end = schedule.latest_finish(network);
        schedule
    }

    fn take(&self, usage: &mut [Usage], node: usize, start: Moment, finish: Moment) {
        for &(resource, units) in &self.needs[node] {
            if start < finish {
                usage[resource as usize].take(start, finish, units);
            }
        }
    }

    /// The first dates from `start` on at which every resource has room.
    fn first_room(&self, usage: &[Usage], node: usize, start: Moment, finish: Moment) -> (Moment, Moment) {
        let calendar = self.network.calendar(node);
        let duration = self.network.nodes[node].duration;
        let (mut start, mut finish) = (start, finish);
        loop {
            let mut next = None;
            for &(resource, units) in &self.needs[node] {
                let usage = &usage[resource as usize];
                // Never below 0: a need beyond the capacity is refused at the door.
                let room = self.resources[resource as usize].capacity.saturating_sub(units);
                if let Some(conflict) = usage.conflict(start, finish, room)
                    && let Some(relief) = usage.relief(conflict, room)
                {
                    next = next.max(Some(relief));
                }
            }
            let Some(after) = next else { return (start, finish) };
            start = if duration > 0 { calendar.up(after) } else { after };
            finish = calendar.add(start, duration);
        }
    }

    /// Working minutes between where links let a node start and where it starts.
    fn wait(&self, schedule: &Schedule, node: usize) -> i64 {
        if self.is_fixed(node) {
            return 0;
        }
        let (free, _) = schedule.early(self.network, node, false);
        self.network.calendar(node).between(free, schedule.early_start[node])
    }

    /// Minutes by which promises are missed, and the end.
    fn cost(&self, schedule: &Schedule) -> Cost {
        let network = self.network;
        let late = (0..network.len()).filter_map(|node| {
            let deadline = network.special(node).filter(|s| !s.inactive).and_then(|s| s.deadline)?;
            Some(network.calendar(node).between(deadline, schedule.early_finish[node]).max(0))
        });
        (late.sum(), schedule.end)
    }

    /// The order with one node moved as far as its links allow, to a place drawn in between.
    fn moved(&self, order: &[u32], random: &mut Random) -> Option<Vec<u32>> {
        let network = self.network;
        let mut at = vec![0u32; order.len()];
        for (place, &node) in order.iter().enumerate() {
            at[node as usize] = place as u32;
        }
        for _ in 0..32 {
            let from = random.below(order.len() as u64) as usize;
            let node = order[from] as usize;
            let first =
                network.ins(node).iter().map(|e| at[e.other as usize] as usize + 1).max().unwrap_or(0);
            let last =
                network.outs(node).iter().map(|e| at[e.other as usize] as usize).min().unwrap_or(order.len());
            if last - first <= 1 {
                continue;
            }
            let to = first + random.below((last - first) as u64) as usize;
            let mut moved = order.to_vec();
            if to < from {
                moved[to..=from].rotate_right(1);
            } else {
                moved[from..=to].rotate_left(1);
            }
            return Some(moved);
        }
        None
    }

    /// Fixed tasks that find a resource used up by other fixed tasks.
    fn overdrawn(&self, schedule: &Schedule) -> Vec<(TaskId, u32)> {
        let mut usage = vec![Usage::default(); self.resources.len()];
        let mut overdrawn = Vec::new();
        for node in (0..self.network.len()).filter(|&n| self.is_fixed(n)) {
            let (start, finish) = (schedule.early_start[node], schedule.early_finish[node]);
            for &(resource, units) in &self.needs[node] {
                let room = self.resources[resource as usize].capacity.saturating_sub(units);
                if start < finish && usage[resource as usize].conflict(start, finish, room).is_some() {
                    overdrawn.push((self.network.nodes[node].task, resource));
                }
            }
            self.take(&mut usage, node, start, finish);
        }
        overdrawn
    }

    fn levelled(&self, plan: &Plan, schedule: Schedule, overdrawn: Vec<(TaskId, u32)>) -> Levelled {
        let rows: Vec<TaskDates> = schedule.dates(plan, self.network);
        let (late, end) = self.cost(&schedule);
        let waits = (0u32..)
            .zip(&plan.tasks)
            .map(|(index, _)| self.network.node(TaskId(index)).map_or(0, |node| self.wait(&schedule, node)))
            .collect();
        Levelled {
            waits,
            dates: rows.iter().map(|d| (d.early_start, d.early_finish)).collect(),
            end,
            late,
            end_without_limits: self.free.end,
            overdrawn,
        }
    }
}

/// A small generator (SplitMix64); the search depends on nothing but its seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        crate::forecast::mix(self.0)
    }

    fn below(&mut self, n: u64) -> u64 {
        // The bias of the remainder is below 2⁻⁴⁰ for any plan.
        self.next() % n.max(1)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}
