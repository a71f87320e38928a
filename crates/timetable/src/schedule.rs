//! The passes: early dates forward, late dates backward.

use crate::moment::Moment;
use crate::network::{Edge, EdgeKind, Network, NodeKind, State};
use crate::plan::{LinkKind, Plan, PlanError, TaskId};

/// Early and late dates of every node of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub(crate) early_start: Vec<Moment>,
    pub(crate) early_finish: Vec<Moment>,
    /// Late start by which links hold predecessors: for a started task, that of the remaining work.
    pub(crate) late_start: Vec<Moment>,
    pub(crate) late_finish: Vec<Moment>,
    /// For every earliest-start gathering node, the leaf that starts first.
    pub(crate) first_leaf: Vec<u32>,
    /// Latest promise each node leads to, kept only for [`crate::plan::Horizon::OwnPromise`].
    pub(crate) promise: Vec<Option<Moment>>,
    /// Where the forward pass began.
    pub(crate) start: Moment,
    /// Latest early finish of the active tasks.
    pub(crate) end: Moment,
}

impl Network {
    /// Runs both passes. `plan` is the plan the network was compiled from; it only names tasks in errors.
    pub fn schedule(&self, plan: &Plan) -> Result<Schedule, PlanError> {
        let count = self.len();
        let zero = Moment::default();
        let mut schedule = Schedule {
            early_start: vec![zero; count],
            early_finish: vec![zero; count],
            late_start: vec![zero; count],
            late_finish: vec![zero; count],
            first_leaf: vec![0; self.start_nodes as usize],
            promise: if self.bounds.own_promise { vec![None; count] } else { Vec::new() },
            start: zero,
            end: zero,
        };
        schedule.run(self);
        schedule.check(self, plan)?;
        Ok(schedule)
    }
}

impl Schedule {
    /// The latest early finish of the plan.
    pub fn end(&self) -> Moment {
        self.end
    }

    /// The instant from which tasks without predecessors start.
    pub fn start(&self) -> Moment {
        self.start
    }

    pub(crate) fn run(&mut self, network: &Network) {
        match (network.bounds.start, network.bounds.finish) {
            (Some(start), _) => {
                self.start = start;
                self.forward(network, false);
                self.end = self.latest_finish(network);
                self.backward(network);
                if network.any_as_late {
                    self.forward(network, true);
                }
            }
            (None, finish) => {
                // From the finish: late dates first; the plan starts when the first of them does.
                self.end = finish.unwrap_or_default();
                self.backward(network);
                let open = (0..network.len()).filter(|&n| !network.is_inactive(n));
                self.start = open.map(|n| self.late_start[n]).min().unwrap_or(self.end);
                self.forward(network, false);
            }
        }
    }

    fn forward(&mut self, network: &Network, late_placed: bool) {
        for node in 0..network.len() {
            let (start, finish) = self.early(network, node, late_placed);
            self.early_start[node] = start;
            self.early_finish[node] = finish;
        }
    }

    pub(crate) fn backward(&mut self, network: &Network) {
        for node in (0..network.len()).rev() {
            self.set_late(network, node);
        }
    }

    pub(crate) fn latest_finish(&self, network: &Network) -> Moment {
        (0..network.len())
            .filter(|&n| network.nodes[n].special == crate::network::NONE || !network.is_inactive(n))
            .map(|n| self.early_finish[n])
            .max()
            .unwrap_or(self.start)
    }

    /// Dates far outside the accepted years mean a chain that overflows every calendar.
    fn check(&self, network: &Network, plan: &Plan) -> Result<(), PlanError> {
        let bad =
            (0..network.len()).find(|&n| !self.early_finish[n].in_range() || !self.late_start[n].in_range());
        match bad {
            None => Ok(()),
            Some(node) => {
                let task =
                    plan.tasks.get(network.nodes[node].task.index()).map_or_else(String::new, |t| t.label());
                Err(PlanError::BeyondCalendar { task })
            }
        }
    }

    /// Early start and finish of a node from those of its predecessors.
    pub(crate) fn early(&self, network: &Network, node: usize, late_placed: bool) -> (Moment, Moment) {
        let n = &network.nodes[node];
        match n.kind {
            NodeKind::Leaf => {}
            NodeKind::FinishOf => {
                let finish = network.ins(node).iter().map(|e| self.early_finish[e.other as usize]).max();
                return (finish.unwrap_or_default(), finish.unwrap_or_default());
            }
            NodeKind::StartOf(_) => {
                let start = network.ins(node).iter().map(|e| self.early_start[e.other as usize]).min();
                return (start.unwrap_or_default(), start.unwrap_or_default());
            }
        }
        let calendar = network.calendar(node);
        let special = network.special(node);
        if let Some(special) = special {
            match special.state {
                State::Open => {}
                State::Manual { start, finish } | State::Finished { start, finish } => {
                    return (start, finish);
                }
                State::Started { start, remaining, resume } => {
                    let done = (n.duration - remaining).max(0);
                    let mut goes_on = calendar.add(start, done);
                    goes_on =
                        goes_on.max(resume.unwrap_or(goes_on)).max(network.bounds.status.unwrap_or(goes_on));
                    let mut finish = calendar.add(goes_on, remaining);
                    if let Some(date) = special.finish_min {
                        finish = finish.max(date);
                    }
                    return (start, finish);
                }
            }
        }

        let mut start = self.floor(network, node);
        // A finish given by a link or a date: it stands for the same working position as the computed
        // finish, but MS Project writes it as given (next morning instead of the evening before).
        let mut given_finish = None;
        for edge in network.ins(node) {
            let EdgeKind::Link(kind) = edge.kind else { continue };
            let (from_start, from_finish) = self.held_by(network, edge, node, late_placed);
            match kind {
                LinkKind::FinishToStart => {
                    let t = network.shift(edge, from_finish);
                    if t > start {
                        (start, given_finish) = (t, None);
                    }
                }
                LinkKind::StartToStart => {
                    let t = network.shift(edge, from_start);
                    if t > start {
                        (start, given_finish) = (t, None);
                    }
                }
                LinkKind::FinishToFinish | LinkKind::StartToFinish => {
                    let from = if kind == LinkKind::FinishToFinish { from_finish } else { from_start };
                    let finish = network.shift(edge, from);
                    let t = calendar.sub(finish, n.duration);
                    if t > start {
                        (start, given_finish) = (t, Some(finish));
                    }
                }
            }
        }
        if n.duration == 0 && !calendar.touches_work(start) {
            start = calendar.up(start);
        }
        if let Some(special) = special {
            if let Some(date) = special.start_min
                && date > start
            {
                (start, given_finish) = (date, None);
            }
            if let Some(date) = special.finish_min {
                let t = calendar.sub(date, n.duration);
                if t > start {
                    (start, given_finish) = (t, Some(date));
                }
            }
            if special.delay > 0 {
                let put_off = Moment::from_minutes(calendar.up(start).minutes() + special.delay);
                (start, given_finish) = (put_off, None);
            }
            if let Some(date) = special.start_cap
                && calendar.position(start) > calendar.position(date)
            {
                (start, given_finish) = (date, None);
            }
            if let Some(date) = special.finish_cap {
                let t = calendar.sub(date, n.duration);
                if calendar.position(start) > calendar.position(t) {
                    (start, given_finish) = (t, None);
                }
            }
            if let Some(date) = special.start_on {
                (start, given_finish) = (date, None);
            }
            if let Some(date) = special.finish_on {
                (start, given_finish) = (calendar.sub(date, n.duration), Some(date));
            }
        }
        if n.duration == 0 {
            return (start, start);
        }
        let start = calendar.up(start);
        let finish = calendar.add(start, n.duration);
        let no_links = network.ins(node).is_empty();
        let is_own_date = |given: Moment| {
            special.is_some_and(|s| s.finish_on == Some(given) || no_links && s.finish_min == Some(given))
        };
        match given_finish {
            // A date people set is written as they set it, even on a day without work.
            Some(given)
                if given > finish
                    && (calendar.up(finish) == given
                        || (is_own_date(given) && calendar.position(given) == calendar.position(finish))) =>
            {
                (start, given)
            }
            _ => (start, finish),
        }
    }

    /// Before this a node does not start, whatever its links say: the plan's start, or the start of a
    /// predecessor that lies before it. A task without predecessors that is asked to start (or finish) no
    /// earlier than a date before the plan's start begins there, as MS Project has it. Work that is left
    /// waits for the status date.
    fn floor(&self, network: &Network, node: usize) -> Moment {
        let ins = network.ins(node);
        let mut floor = self.start;
        if ins.is_empty() {
            if let Some(special) = network.special(node) {
                let finish = |date| network.calendar(node).sub(date, network.nodes[node].duration);
                let asked = special.start_min.max(special.finish_min.map(finish));
                floor = floor.min(asked.unwrap_or(floor));
            }
        } else {
            for edge in ins {
                floor = floor.min(self.early_start[edge.other as usize]);
            }
        }
        network.bounds.status.map_or(floor, |status| status.max(floor))
    }

    /// The dates of a predecessor that hold a successor: late ones for a task placed as late as possible.
    fn held_by(&self, network: &Network, edge: &Edge, node: usize, late_placed: bool) -> (Moment, Moment) {
        let from = edge.other as usize;
        let as_late = |n: usize| network.special(n).is_some_and(|s| s.as_late_as_possible);
        if late_placed && as_late(from) && !as_late(node) {
            (self.late_start[from], self.late_finish[from])
        } else {
            (self.early_start[from], self.early_finish[from])
        }
    }

    /// Latest promise among the node's own and those of its successors.
    pub(crate) fn promise_of(&self, network: &Network, node: usize) -> Option<Moment> {
        let own = network.special(node).and_then(|s| s.deadline);
        network.outs(node).iter().map(|e| self.promise[e.other as usize]).fold(own, Option::max)
    }

    /// Late start and finish of a node from those of its successors.
    pub(crate) fn late(&self, network: &Network, node: usize) -> (Moment, Moment) {
        let n = &network.nodes[node];
        let special = network.special(node);
        let state = special.map_or(State::Open, |s| s.state);
        if let State::Finished { start, finish } = state {
            return (start, finish);
        }
        let horizon =
            if network.bounds.own_promise { self.promise[node].unwrap_or(self.end) } else { self.end };
        let calendar = network.calendar(node);
        let manual = matches!(state, State::Manual { .. });
        let started = matches!(state, State::Started { .. });
        let mut limit = horizon;
        for edge in network.outs(node) {
            let to = edge.other as usize;
            if network.is_inactive(to) || network.is_finished(to) {
                continue;
            }
            let bound = match edge.kind {
                EdgeKind::Member => match network.nodes[to].kind {
                    NodeKind::StartOf(index) => {
                        // Only the leaf that starts first is held back; a started one cannot be any more.
                        if started || manual || self.first_leaf[index as usize] != node as u32 {
                            continue;
                        }
                        calendar.add(calendar.up(self.late_start[to]), n.duration)
                    }
                    _ => self.late_finish[to],
                },
                EdgeKind::Link(LinkKind::FinishToStart) => network.back(edge, self.late_start[to]),
                EdgeKind::Link(LinkKind::FinishToFinish) => network.back(edge, self.late_finish[to]),
                EdgeKind::Link(kind) => {
                    // MS Project lets neither a started nor a manual task be held by its start.
                    if started || manual {
                        continue;
                    }
                    let start = match (kind, network.resumes_at(to)) {
                        // A successor that has begun first can only be held where its work stands.
                        (LinkKind::StartToStart, Some(_)) if network.outs(to).is_empty() => continue,
                        (LinkKind::StartToStart, Some(stands)) => stands,
                        (LinkKind::StartToStart, None) => network.back(edge, self.late_start[to]),
                        _ => network.back(edge, self.late_finish[to]),
                    };
                    match n.kind {
                        NodeKind::Leaf => calendar.add(start, n.duration),
                        _ => start,
                    }
                }
            };
            limit = limit.min(bound);
        }
        if n.kind != NodeKind::Leaf {
            return (limit, limit);
        }
        if let Some(special) = special {
            if let Some(date) = special.late_start_on {
                limit = calendar.add(date, n.duration);
            }
            if let Some(date) = special.late_finish_on {
                limit = date;
            }
            if let Some(date) = special.late_start_max {
                limit = limit.min(calendar.add(date, n.duration));
            }
            if let Some(date) = special.late_finish_max {
                limit = limit.min(date);
            }
            if let Some(date) = special.deadline {
                limit = limit.min(date);
            }
        }
        let work = match state {
            State::Started { remaining, .. } => remaining,
            _ => n.duration,
        };
        // A milestone keeps its instant unless that lies outside working time.
        let finish =
            if (work > 0 && !manual) || !calendar.touches_work(limit) { calendar.down(limit) } else { limit };
        (calendar.sub(finish, work), finish)
    }

    /// Late dates of a node, and what other nodes need to know about it, written down.
    pub(crate) fn set_late(&mut self, network: &Network, node: usize) {
        if network.bounds.own_promise {
            self.promise[node] = self.promise_of(network, node);
        }
        if let NodeKind::StartOf(index) = network.nodes[node].kind {
            let start = self.early_start[node];
            let first = network.ins(node).iter().find(|e| self.early_start[e.other as usize] == start);
            self.first_leaf[index as usize] = first.map_or(u32::MAX, |e| e.other);
        }
        (self.late_start[node], self.late_finish[node]) = self.late(network, node);
    }

    /// Node of a leaf task.
    pub(crate) fn node(&self, network: &Network, task: TaskId) -> Option<usize> {
        network.node(task).filter(|&n| n < self.early_start.len())
    }
}
