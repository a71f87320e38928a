//! Small changes without planning everything anew.
//!
//! A change of one task or lag re-dates only what it reaches: nodes are visited in topological order and the
//! walk stops where dates stay the same. The result equals a full run.

use crate::check::check_dates;
use crate::compile::resolve_lag;
use crate::moment::Moment;
use crate::network::{Edge, EdgeKind, NONE, Network, NodeKind, Special};
use crate::plan::{Duration, Lag, MAX_MINUTES, Plan, PlanError, Task, TaskId};
use crate::rules::special_of;
use crate::schedule::Schedule;

/// A plan with its network and timetable, kept in step.
#[derive(Debug, Clone)]
pub struct LivePlan {
    plan: Plan,
    network: Network,
    schedule: Schedule,
    /// Nodes still to visit in each direction.
    forward: Bits,
    backward: Bits,
}

impl LivePlan {
    /// Checks and schedules a plan.
    pub fn new(plan: Plan) -> Result<LivePlan, PlanError> {
        let network = Network::new(&plan)?;
        let schedule = network.schedule(&plan)?;
        let bits = Bits::new(network.len());
        Ok(LivePlan { plan, network, schedule, forward: bits.clone(), backward: bits })
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Changes a task and re-dates what that reaches. Another outline, number, calendar, activity or kind of
    /// duration plans everything anew, and so does any change of a summary. On an error nothing has changed.
    pub fn set_task(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) -> Result<(), PlanError> {
        let Some(old) = self.plan.tasks.get(id.index()) else {
            return Err(PlanError::NoTask { uid: i64::from(id.0) });
        };
        let old = old.clone();
        let mut task = old.clone();
        change(&mut task);
        let same_kind = matches!(
            (old.duration, task.duration),
            (Duration::Working(_), Duration::Working(_)) | (Duration::Elapsed(_), Duration::Elapsed(_))
        );
        let same_network = same_kind
            && task.parent == old.parent
            && task.uid == old.uid
            && task.calendar == old.calendar
            && task.active == old.active;
        let Some(node) = self.network.node(id).filter(|_| same_network) else {
            let mut plan = self.plan.clone();
            plan.tasks[id.index()] = task;
            *self = LivePlan::new(plan)?;
            return Ok(());
        };
        check_dates(&self.plan, &task)?;
        let minutes = task.duration.minutes();
        if !(0..=MAX_MINUTES).contains(&minutes) {
            return Err(PlanError::BadDuration { task: task.label(), what: "duration", minutes });
        }
        let special = special_of(&self.plan, &task)?;
        if minutes != old.duration.minutes() && !self.rescale_lags(node, minutes) {
            let mut plan = self.plan.clone();
            plan.tasks[id.index()] = task;
            *self = LivePlan::new(plan)?;
            return Ok(());
        }
        self.plan.tasks[id.index()] = task;
        self.network.nodes[node].duration = minutes;
        self.set_special(node, special);
        self.forward.set(node);
        self.backward.set(node);
        for edge in self.network.ins(node) {
            self.backward.set(edge.other as usize);
        }
        self.refresh().or_else(|error| {
            // Back to where it was: the old plan is known to be good.
            self.plan.tasks[id.index()] = old;
            *self = LivePlan::new(self.plan.clone())?;
            Err(error)
        })
    }

    /// Changes the lag of a link, given by its index in the plan, and re-dates what that reaches. On an
    /// error nothing has changed.
    pub fn set_lag(&mut self, link: u32, lag: Lag) -> Result<(), PlanError> {
        let Some(entry) = self.plan.links.get_mut(link as usize) else {
            return Err(PlanError::NoLink { link });
        };
        let old = std::mem::replace(&mut entry.lag, lag);
        let by_clock = |lag: Lag| matches!(lag, Lag::Elapsed(_) | Lag::ElapsedPercent(_));
        let percent = |lag: Lag| matches!(lag, Lag::Percent(_) | Lag::ElapsedPercent(_));
        if by_clock(old) != by_clock(lag) || percent(old) || percent(lag) {
            // The lag counts in another calendar or in shares of durations: compile anew.
            return match LivePlan::new(self.plan.clone()) {
                Ok(live) => {
                    *self = live;
                    Ok(())
                }
                Err(error) => {
                    self.plan.links[link as usize].lag = old;
                    Err(error)
                }
            };
        }
        let minutes = resolve_lag(lag, 0);
        let (Ok(minutes), true) = (i32::try_from(minutes), minutes.abs() <= MAX_MINUTES) else {
            let bad = self.plan.links[link as usize];
            self.plan.links[link as usize].lag = old;
            let label = |id: TaskId| self.plan.tasks.get(id.index()).map_or_else(String::new, Task::label);
            return Err(PlanError::BadLag {
                predecessor: label(bad.predecessor),
                successor: label(bad.successor),
            });
        };
        let of_link = |e: &&mut Edge| e.kind != EdgeKind::Member && e.origin == link;
        for edge in self.network.in_edges.iter_mut().filter(of_link) {
            edge.lag = minutes;
            self.backward.set(edge.other as usize);
        }
        for edge in self.network.out_edges.iter_mut().filter(of_link) {
            edge.lag = minutes;
            self.forward.set(edge.other as usize);
        }
        self.refresh().or_else(|error| {
            self.plan.links[link as usize].lag = old;
            *self = LivePlan::new(self.plan.clone())?;
            Err(error)
        })
    }

    fn set_special(&mut self, node: usize, special: Special) {
        let slot = self.network.nodes[node].special;
        if slot != NONE {
            self.network.specials[slot as usize] = special;
        } else if special != Special::default() {
            self.network.nodes[node].special = self.network.specials.len() as u32;
            self.network.specials.push(special);
        }
        let any = self.network.specials.iter().any(|s| s.as_late_as_possible);
        self.network.any_as_late = any && self.network.bounds.start.is_some();
    }

    /// Lags that are shares of the node's duration follow it; false when one grows out of range.
    fn rescale_lags(&mut self, node: usize, minutes: i64) -> bool {
        let network = &mut self.network;
        let range = network.out_start[node] as usize..network.out_start[node + 1] as usize;
        for at in range {
            let edge = network.out_edges[at];
            let Some(link) =
                self.plan.links.get(edge.origin as usize).filter(|_| edge.kind != EdgeKind::Member)
            else {
                continue;
            };
            if !matches!(link.lag, Lag::Percent(_) | Lag::ElapsedPercent(_)) {
                continue;
            }
            let lag = resolve_lag(link.lag, minutes);
            let (Ok(lag), true) = (i32::try_from(lag), lag.abs() <= MAX_MINUTES) else { return false };
            network.out_edges[at].lag = lag;
            let to = edge.other as usize;
            let ins = network.in_start[to] as usize..network.in_start[to + 1] as usize;
            for back in &mut network.in_edges[ins] {
                if back.other as usize == node && back.origin == edge.origin && back.kind != EdgeKind::Member
                {
                    back.lag = lag;
                }
            }
            self.forward.set(to);
        }
        true
    }

    /// Visits what is marked.
    fn refresh(&mut self) -> Result<(), PlanError> {
        let network = &self.network;
        if network.any_as_late || network.bounds.start.is_none() {
            // Dates that follow late dates, or a start that follows the finish: both passes depend on all.
            self.forward.clear();
            self.backward.clear();
            self.schedule = network.schedule(&self.plan)?;
            return Ok(());
        }
        let schedule = &mut self.schedule;
        let mut out_of_range = None;
        while let Some(node) = self.forward.take_first() {
            let (start, finish) = schedule.early(network, node, false);
            if (start, finish) == (schedule.early_start[node], schedule.early_finish[node]) {
                continue;
            }
            (schedule.early_start[node], schedule.early_finish[node]) = (start, finish);
            if !finish.in_range() {
                out_of_range = Some(node);
            }
            for edge in network.outs(node) {
                let to = edge.other as usize;
                self.forward.set(to);
                // Which leaf starts first is known only when the late dates of the gathering node are set.
                if let NodeKind::StartOf(_) = network.nodes[to].kind {
                    self.backward.set(to);
                    for edge in network.ins(to) {
                        self.backward.set(edge.other as usize);
                    }
                }
            }
        }
        let end = schedule.latest_finish(network);
        if end != schedule.end {
            schedule.end = end;
            self.backward.clear();
            schedule.backward(network);
            out_of_range =
                out_of_range.or_else(|| (0..network.len()).find(|&n| !schedule.late_start[n].in_range()));
        }
        while let Some(node) = self.backward.take_last() {
            let late = |s: &Schedule| -> (Moment, Moment, Option<Option<Moment>>) {
                (s.late_start[node], s.late_finish[node], s.promise.get(node).copied())
            };
            let before = late(schedule);
            schedule.set_late(network, node);
            if late(schedule) == before {
                continue;
            }
            if !schedule.late_start[node].in_range() {
                out_of_range = Some(node);
            }
            for edge in network.ins(node) {
                self.backward.set(edge.other as usize);
            }
        }
        match out_of_range {
            None => Ok(()),
            Some(node) => {
                let task = self.plan.tasks[network.nodes[node].task.index()].label();
                Err(PlanError::BeyondCalendar { task })
            }
        }
    }
}

/// A set of small numbers taken out in order.
#[derive(Debug, Clone)]
struct Bits {
    words: Vec<u64>,
    /// Words outside `low..high` are empty.
    low: usize,
    high: usize,
}

impl Bits {
    fn new(count: usize) -> Bits {
        let words = count.div_ceil(64);
        Bits { words: vec![0; words], low: words, high: 0 }
    }

    fn set(&mut self, n: usize) {
        self.words[n / 64] |= 1 << (n % 64);
        self.low = self.low.min(n / 64);
        self.high = self.high.max(n / 64 + 1);
    }

    fn clear(&mut self) {
        self.words[self.low.min(self.high)..self.high].fill(0);
        (self.low, self.high) = (self.words.len(), 0);
    }

    fn take_first(&mut self) -> Option<usize> {
        while self.low < self.high {
            let word = &mut self.words[self.low];
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(self.low * 64 + bit);
            }
            self.low += 1;
        }
        self.clear();
        None
    }

    fn take_last(&mut self) -> Option<usize> {
        while self.low < self.high {
            let word = &mut self.words[self.high - 1];
            if *word != 0 {
                let bit = 63 - word.leading_zeros() as usize;
                *word &= !(1 << bit);
                return Some((self.high - 1) * 64 + bit);
            }
            self.high -= 1;
        }
        self.clear();
        None
    }
}
