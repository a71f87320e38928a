//! The network compiled for drawing.

use std::collections::HashMap;

use super::random::Triangle;
use super::{ForecastError, Inputs};
use crate::moment::Moment;
use crate::network::{EdgeKind, Network, NodeKind, State};
use crate::plan::{LinkKind, MAX_MINUTES, Plan, TaskId};
use crate::working_time::WorkingTime;

/// How long a node takes in a draw, in minutes of its calendar.
#[derive(Debug, Clone, Copy)]
pub(super) enum Time {
    Fixed(f32),
    Drawn { triangle: Triangle, stream: u64, cause: Option<u32> },
}

/// How a node gets its dates.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// After its predecessors, within bounds. Bounds on the finish move with the drawn duration.
    /// `floor`: some predecessor may start before the plan does; then its start, if it is earlier than this
    /// position, is where the node may start, but not before `start_min`.
    Open { start_min: f32, floor: Option<f32>, limits: Option<u32> },
    /// Started: goes on at `goes_on` for the drawn time.
    Running { start: f32, goes_on: f32 },
    /// Given dates.
    Set { start: f32, finish: f32 },
    /// The latest finish of its predecessors.
    Latest,
    /// The earliest start of its predecessors.
    Earliest,
}

/// Bounds by dates that few nodes have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub finish_min: Option<f32>,
    pub start_cap: Option<f32>,
    pub finish_cap: Option<f32>,
    pub start_on: Option<f32>,
    pub finish_on: Option<f32>,
    /// Minutes of the clock by which the start is put off; carried through the calendar.
    pub delay: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct In {
    pub from: u32,
    /// For members: finish of the latest, start of the earliest.
    pub kind: LinkKind,
    /// Lag in minutes of the node's calendar; unused with a conversion.
    pub lag: f32,
    /// Index into [`Model::conversions`] when predecessor, lag and node do not share one calendar.
    pub conversion: Option<u32>,
}

/// From a position in one calendar over a lag in a second to a position in a third.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversion {
    /// The position is that of a start: a morning, not the evening before.
    morning: bool,
    from: u16,
    /// `None`: by the clock.
    over: Option<u16>,
    to: u16,
    lag: i64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub place: Place,
    pub time: Time,
    /// Planned duration, against which overruns count.
    pub planned: f32,
    pub calendar: u16,
    pub is_leaf: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct WatchedTarget {
    pub step: u32,
    /// Position of the promise in the step's calendar.
    pub promise: Option<f32>,
}

pub(super) struct Model<'a> {
    network: &'a Network,
    pub steps: Vec<Step>,
    pub in_start: Vec<u32>,
    pub ins: Vec<In>,
    pub limits: Vec<Limits>,
    pub conversions: Vec<Conversion>,
    pub targets: Vec<WatchedTarget>,
    /// Steps whose latest finish is the plan's.
    pub ends: Vec<(u32, Option<u32>)>,
    /// Calendar in which the plan's end is counted.
    pub end_calendar: u16,
    /// Position of the plan's start in each calendar, the zero of single-precision positions.
    zero: Vec<i64>,
    /// The earliest instant each node can start at, whatever is drawn.
    floors: Vec<Moment>,
    /// √ρ and √(1 − ρ) of each cause.
    pub causes: Vec<(f32, f32)>,
}

impl<'a> Model<'a> {
    pub fn new(plan: &Plan, network: &'a Network, inputs: &Inputs) -> Result<Model<'a>, ForecastError> {
        check(plan, inputs)?;
        // Dates from the finish backward have no start to draw from; take the one they lead to.
        let start = match network.bounds.start {
            Some(start) => start,
            None => network.schedule(plan)?.start(),
        };
        let zero = network.calendars.iter().map(|c| c.position(start)).collect();
        let mut model = Model {
            network,
            steps: Vec::with_capacity(network.len()),
            in_start: vec![0],
            ins: Vec::with_capacity(network.in_edges.len()),
            limits: Vec::new(),
            conversions: Vec::new(),
            targets: Vec::new(),
            ends: Vec::new(),
            end_calendar: network.compiled.get(&plan.calendar).copied().unwrap_or_default(),
            zero,
            floors: Vec::with_capacity(network.len()),
            causes: inputs
                .causes
                .iter()
                .map(|c| (c.correlation.sqrt() as f32, (1.0 - c.correlation).sqrt() as f32))
                .collect(),
        };
        for node in 0..network.len() {
            model.add_node(plan, inputs, node, start);
        }
        for node in 0..network.len() {
            let is_end = network.outs(node).iter().all(|e| network.is_inactive(e.other as usize));
            if is_end && network.nodes[node].kind == NodeKind::Leaf && !network.is_inactive(node) {
                let conversion = model.conversion(network.nodes[node].calendar, model.end_calendar);
                model.ends.push((node as u32, conversion));
            }
        }
        model.add_targets(plan, inputs);
        Ok(model)
    }

    pub fn ins_of(&self, step: usize) -> &[In] {
        &self.ins[self.in_start[step] as usize..self.in_start[step + 1] as usize]
    }

    fn calendar(&self, index: u16) -> &'a WorkingTime {
        &self.network.calendars[usize::from(index)]
    }

    /// Position of an instant, counted from the plan's start.
    fn position(&self, calendar: u16, t: Moment) -> f32 {
        (self.calendar(calendar).position(t) - self.zero[usize::from(calendar)]) as f32
    }

    /// The instant at a position: the end of work, as finishes are.
    pub fn instant(&self, calendar: u16, position: f32) -> Moment {
        self.calendar(calendar).earliest(position as i64 + self.zero[usize::from(calendar)])
    }

    /// A position carried into another calendar.
    pub fn convert(&self, conversion: u32, position: f32) -> f32 {
        let Conversion { morning, from, over, to, lag } = self.conversions[conversion as usize];
        let t = match morning {
            true => self.calendar(from).latest(position as i64 + self.zero[usize::from(from)]),
            false => self.instant(from, position),
        };
        let t = match over {
            Some(over) => self.calendar(over).add(t, lag),
            None => Moment::from_minutes(self.calendar(from).up(t).minutes() + lag),
        };
        self.position(to, t)
    }

    /// A start in one step's calendar carried into another's.
    pub fn carry_start(&self, from: u16, to: u16, position: f32) -> f32 {
        if from == to {
            return position;
        }
        self.position(to, self.calendar(from).latest(position as i64 + self.zero[usize::from(from)]))
    }

    fn push_conversion(&mut self, conversion: Conversion) -> u32 {
        self.conversions.push(conversion);
        self.conversions.len() as u32 - 1
    }

    /// A conversion without lag, when one is needed.
    fn conversion(&mut self, from: u16, to: u16) -> Option<u32> {
        (from != to)
            .then(|| self.push_conversion(Conversion { morning: false, from, over: Some(to), to, lag: 0 }))
    }

    fn add_node(&mut self, plan: &Plan, inputs: &Inputs, node: usize, plan_start: Moment) {
        let network = self.network;
        let floor = self.floor(node, plan_start);
        let bounds = network.special(node).copied().unwrap_or_default();
        let before = |date| network.calendar(node).sub(date, network.nodes[node].duration);
        let finishes = [bounds.finish_cap, bounds.finish_on].map(|date| date.map(before));
        let dates = [bounds.start_cap, bounds.start_on].into_iter().chain(finishes).flatten();
        self.floors.push(dates.fold(floor, Moment::min));
        let n = &network.nodes[node];
        let special = network.special(node);
        let at = |model: &Self, t: Moment| model.position(n.calendar, t);
        let state = special.map_or(State::Open, |s| s.state);
        let status = network.bounds.status;
        let mut planned = n.duration as f32;
        let place = match (n.kind, state) {
            (NodeKind::FinishOf, _) => Place::Latest,
            (NodeKind::StartOf(_), _) => Place::Earliest,
            (_, State::Manual { start, finish } | State::Finished { start, finish }) => {
                Place::Set { start: at(self, start), finish: at(self, finish) }
            }
            (_, State::Started { start, remaining, resume }) => {
                let done = (n.duration - remaining).max(0);
                let goes_on = network.calendar(node).add(start, done);
                let goes_on = goes_on.max(resume.unwrap_or(goes_on)).max(status.unwrap_or(goes_on));
                planned = remaining as f32;
                Place::Running { start: at(self, start), goes_on: at(self, goes_on) }
            }
            (_, State::Open) => {
                let bounds = special.copied().unwrap_or_default();
                let early = floor < plan_start && !network.ins(node).is_empty();
                let bound = status.max(bounds.start_min);
                let start_min = match (early, bound) {
                    (true, None) => f32::NEG_INFINITY,
                    (true, Some(bound)) => at(self, bound),
                    (false, bound) => at(self, floor.max(bound.unwrap_or(floor))),
                };
                let floor = early.then(|| at(self, plan_start));
                let limits = Limits {
                    finish_min: bounds.finish_min.map(|t| at(self, t)),
                    start_cap: bounds.start_cap.map(|t| at(self, t)),
                    finish_cap: bounds.finish_cap.map(|t| at(self, t)),
                    start_on: bounds.start_on.map(|t| at(self, t)),
                    finish_on: bounds.finish_on.map(|t| at(self, t)),
                    delay: None,
                };
                let delay = (bounds.delay > 0).then(|| {
                    let (from, to, lag) = (n.calendar, n.calendar, bounds.delay);
                    self.push_conversion(Conversion { morning: true, from, over: None, to, lag })
                });
                let limits = Limits { delay, ..limits };
                let any = [
                    limits.finish_min,
                    limits.start_cap,
                    limits.finish_cap,
                    limits.start_on,
                    limits.finish_on,
                ];
                let limits = (delay.is_some() || any.iter().any(Option::is_some)).then(|| {
                    self.limits.push(limits);
                    self.limits.len() as u32 - 1
                });
                Place::Open { start_min, floor, limits }
            }
        };
        let spread = inputs.spreads.get(n.task.index()).copied().flatten();
        let time = match (spread, place) {
            (Some(spread), Place::Open { .. } | Place::Running { .. }) if spread.high > 0 => {
                // What remains of a running task takes its share of the spread.
                let share = if n.duration > 0 { f64::from(planned) / n.duration as f64 } else { 1.0 };
                let scaled = |minutes: i64| (minutes as f64 * share).round() as f32;
                let uid = plan.tasks[n.task.index()].uid as u64;
                Time::Drawn {
                    triangle: Triangle::new(scaled(spread.low), scaled(spread.likely), scaled(spread.high)),
                    stream: uid,
                    cause: inputs.task_cause.get(n.task.index()).copied().flatten(),
                }
            }
            _ => Time::Fixed(planned),
        };
        let is_leaf = n.kind == NodeKind::Leaf;
        self.steps.push(Step { place, time, planned, calendar: n.calendar, is_leaf });
        for edge in network.ins(node) {
            let from = network.nodes[edge.other as usize].calendar;
            let kind = match (edge.kind, n.kind) {
                (EdgeKind::Link(kind), _) => kind,
                (EdgeKind::Member, NodeKind::StartOf(_)) => LinkKind::StartToStart,
                (EdgeKind::Member, _) => LinkKind::FinishToFinish,
            };
            let over = if edge.lag == 0 { n.calendar } else { edge.lag_calendar };
            let conversion = (from != n.calendar || over != n.calendar).then(|| {
                // A milestone that nothing leads to lies where its date is; one that ends work lies on the evening.
                let lone = network.nodes[edge.other as usize].duration == 0
                    && network.ins(edge.other as usize).is_empty();
                let by_start = matches!(kind, LinkKind::StartToStart | LinkKind::StartToFinish);
                let (morning, over) = (by_start || lone, Some(over));
                self.push_conversion(Conversion {
                    morning,
                    from,
                    over,
                    to: n.calendar,
                    lag: i64::from(edge.lag),
                })
            });
            self.ins.push(In { from: edge.other, kind, lag: edge.lag as f32, conversion });
        }
        self.in_start.push(self.ins.len() as u32);
    }

    /// The plan's start, or an earlier date from which a task is asked to start, or that of a predecessor.
    fn floor(&self, node: usize, plan_start: Moment) -> Moment {
        let network = self.network;
        let special = network.special(node).copied().unwrap_or_default();
        if let State::Manual { start, .. } | State::Started { start, .. } | State::Finished { start, .. } =
            special.state
        {
            return start;
        }
        let ins = network.ins(node);
        if ins.is_empty() {
            let finish = |date| network.calendar(node).sub(date, network.nodes[node].duration);
            let asked = special.start_min.max(special.finish_min.map(finish));
            return plan_start.min(asked.unwrap_or(plan_start));
        }
        ins.iter().map(|edge| self.floors[edge.other as usize]).fold(plan_start, Moment::min)
    }

    fn add_targets(&mut self, plan: &Plan, inputs: &Inputs) {
        let mut leaves: HashMap<TaskId, Vec<u32>> = HashMap::new();
        for target in &inputs.targets {
            if self.network.node(target.task).is_none() {
                leaves.insert(target.task, Vec::new());
            }
        }
        if !leaves.is_empty() {
            for (i, task) in plan.tasks.iter().enumerate() {
                let Some(node) =
                    self.network.node(TaskId(i as u32)).filter(|&n| !self.network.is_inactive(n))
                else {
                    continue;
                };
                let mut above = task.parent;
                while let Some(parent) = above {
                    if let Some(list) = leaves.get_mut(&parent) {
                        list.push(node as u32);
                    }
                    above = plan.tasks[parent.index()].parent;
                }
            }
        }
        for target in &inputs.targets {
            let step = match self.network.node(target.task) {
                Some(node) => node as u32,
                None => self.add_gathering(leaves.get(&target.task).map_or(&[][..], Vec::as_slice)),
            };
            let calendar = self.steps[step as usize].calendar;
            let promise = target.promise.map(|t| self.position(calendar, t));
            self.targets.push(WatchedTarget { step, promise });
        }
    }

    /// A step for the latest finish of a summary's leaves.
    fn add_gathering(&mut self, leaves: &[u32]) -> u32 {
        let calendar = self.end_calendar;
        for &from in leaves {
            let conversion = self.conversion(self.steps[from as usize].calendar, calendar);
            self.ins.push(In { from, kind: LinkKind::FinishToFinish, lag: 0.0, conversion });
        }
        self.in_start.push(self.ins.len() as u32);
        self.steps.push(Step {
            place: Place::Latest,
            time: Time::Fixed(0.0),
            planned: 0.0,
            calendar,
            is_leaf: false,
        });
        self.steps.len() as u32 - 1
    }
}

fn check(plan: &Plan, inputs: &Inputs) -> Result<(), ForecastError> {
    for (task, spread) in inputs.spreads.iter().enumerate() {
        let Some(spread) = spread else { continue };
        let Some(task) = plan.tasks.get(task) else { return Err(ForecastError::NoTask(task as u32)) };
        let (low, likely, high) = (spread.low, spread.likely, spread.high);
        if !(0 <= low && low <= likely && likely <= high && high <= MAX_MINUTES) {
            return Err(ForecastError::BadSpread { task: task.label(), low, likely, high });
        }
    }
    for cause in &inputs.causes {
        if !(0.0..=1.0).contains(&cause.correlation) {
            return Err(ForecastError::BadCorrelation {
                cause: cause.name.clone(),
                correlation: cause.correlation,
            });
        }
    }
    for cause in inputs.task_cause.iter().flatten() {
        if *cause as usize >= inputs.causes.len() {
            return Err(ForecastError::NoCause(*cause));
        }
    }
    for target in &inputs.targets {
        let Some(task) = plan.tasks.get(target.task.index()) else {
            return Err(ForecastError::NoTask(target.task.0));
        };
        if let (true, Some(promise), Some(status)) = (plan.refuse_overdue, target.promise, plan.status_date)
            && promise < status
            && !matches!(task.progress, crate::plan::Progress::Finished { .. })
        {
            return Err(ForecastError::PromiseBeforeStatus { task: task.label(), promise, status });
        }
    }
    Ok(())
}
