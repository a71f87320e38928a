//! Draws side by side: forward for dates, backward for what drives them.

use std::ops::Range;

use super::model::{In, Limits, Model, Place, Time};
use super::random::{normal_share, normals, stream, uniform};
use super::tally::Tally;
use crate::plan::LinkKind;

/// Draws computed together.
pub(super) const LANES: usize = 32;

type Lanes = [f32; LANES];
type Marks = [u32; LANES];

/// Streams of random numbers: one kind for tasks, one for causes.
const TASKS: u64 = 1;
const CAUSES: u64 = 2;

/// Marks of a driving chain: to some target, to the plan's end.
const TO_TARGET: u32 = 1;
const TO_END: u32 = 2;

struct Block<'a> {
    model: &'a Model<'a>,
    seed: u64,
    start: Vec<Lanes>,
    finish: Vec<Lanes>,
    marks: Vec<Marks>,
    /// The common factor of each cause.
    factors: Vec<Lanes>,
}

/// Draws the given blocks of lanes; draws beyond `draws` are left out of the tally.
pub(super) fn simulate(model: &Model<'_>, seed: u64, draws: u32, blocks: Range<u64>) -> Tally {
    let steps = model.steps.len();
    let mut block = Block {
        model,
        seed,
        start: vec![[0.0; LANES]; steps],
        finish: vec![[0.0; LANES]; steps],
        marks: vec![[0; LANES]; steps],
        factors: vec![[0.0; LANES]; model.causes.len()],
    };
    let first = blocks.start * LANES as u64;
    let count = (blocks.end * LANES as u64).min(u64::from(draws)).saturating_sub(first);
    let mut tally = Tally::new(steps, model.targets.len(), count as usize);
    for number in blocks {
        let first = number * LANES as u64;
        let used = (u64::from(draws) - first).min(LANES as u64) as usize;
        block.draw_factors(first);
        for step in 0..steps {
            block.forward(step, first);
        }
        let ends = block.ends();
        block.watch(&ends, used, &mut tally);
        block.mark(&ends);
        for step in (0..steps).rev() {
            block.backward(step, used, &mut tally);
        }
    }
    tally
}

impl Block<'_> {
    fn draw_factors(&mut self, first: u64) {
        for (cause, factor) in self.factors.iter_mut().enumerate() {
            uniform(stream(self.seed, CAUSES, cause as u64), first, factor);
            normals(factor);
        }
    }

    /// Durations of a step.
    fn times(&self, time: &Time, first: u64) -> Lanes {
        match *time {
            Time::Fixed(minutes) => [minutes; LANES],
            Time::Drawn { triangle, stream: number, cause } => {
                let mut u = [0.0; LANES];
                uniform(stream(self.seed, TASKS, number), first, &mut u);
                if let Some(cause) = cause {
                    let (shared, own) = self.model.causes[cause as usize];
                    let factor = &self.factors[cause as usize];
                    normals(&mut u);
                    for (u, z) in u.iter_mut().zip(factor) {
                        *u = normal_share(shared * z + own * *u);
                    }
                }
                for u in &mut u {
                    *u = triangle.quantile(*u);
                }
                u
            }
        }
    }

    /// When the predecessor's end of a link comes, with the lag, in the successor's calendar.
    fn held(&self, link: &In) -> Lanes {
        let from = match link.kind {
            LinkKind::FinishToStart | LinkKind::FinishToFinish => &self.finish[link.from as usize],
            LinkKind::StartToStart | LinkKind::StartToFinish => &self.start[link.from as usize],
        };
        match link.conversion {
            None => std::array::from_fn(|i| from[i] + link.lag),
            Some(conversion) => std::array::from_fn(|i| self.model.convert(conversion, from[i])),
        }
    }

    fn forward(&mut self, step: usize, first: u64) {
        let s = &self.model.steps[step];
        let (start, finish) = match s.place {
            Place::Set { start, finish } => ([start; LANES], [finish; LANES]),
            Place::Running { start, goes_on } => {
                let time = self.times(&s.time, first);
                ([start; LANES], std::array::from_fn(|i| goes_on + time[i]))
            }
            Place::Latest | Place::Earliest => {
                let latest = matches!(s.place, Place::Latest);
                let mut at: Option<Lanes> = None;
                for link in self.model.ins_of(step) {
                    let held = self.held(link);
                    at = Some(match at {
                        None => held,
                        Some(at) if latest => {
                            std::array::from_fn(|i| if held[i] > at[i] { held[i] } else { at[i] })
                        }
                        Some(at) => std::array::from_fn(|i| if held[i] < at[i] { held[i] } else { at[i] }),
                    });
                }
                let at = at.unwrap_or([0.0; LANES]);
                (at, at)
            }
            Place::Open { start_min, floor, limits } => {
                let time = self.times(&s.time, first);
                let mut start = match floor {
                    None => [start_min; LANES],
                    Some(floor) => self.early_floor(step, floor, start_min),
                };
                for link in self.model.ins_of(step) {
                    let held = self.held(link);
                    let on_start = matches!(link.kind, LinkKind::FinishToStart | LinkKind::StartToStart);
                    for i in 0..LANES {
                        let t = if on_start { held[i] } else { held[i] - time[i] };
                        start[i] = if t > start[i] { t } else { start[i] };
                    }
                }
                if let Some(limits) = limits {
                    self.model.limits[limits as usize].apply(self.model, &mut start, &time);
                }
                (start, std::array::from_fn(|i| start[i] + time[i]))
            }
        };
        self.start[step] = start;
        self.finish[step] = finish;
    }

    /// Where a node may start at the earliest when a predecessor may start before the plan.
    fn early_floor(&self, step: usize, floor: f32, start_min: f32) -> Lanes {
        let steps = &self.model.steps;
        let mut lanes = [floor; LANES];
        for link in self.model.ins_of(step) {
            let from = link.from as usize;
            for (lane, start) in lanes.iter_mut().zip(&self.start[from]) {
                *lane = lane.min(self.model.carry_start(steps[from].calendar, steps[step].calendar, *start));
            }
        }
        lanes.map(|lane| lane.max(start_min))
    }

    /// The plan's finish in each lane.
    fn ends(&self) -> Lanes {
        let mut end = [f32::NEG_INFINITY; LANES];
        for &(step, conversion) in &self.model.ends {
            let finish = self.end_of(step, conversion);
            for i in 0..LANES {
                end[i] = if finish[i] > end[i] { finish[i] } else { end[i] };
            }
        }
        if self.model.ends.is_empty() { [0.0; LANES] } else { end }
    }

    fn end_of(&self, step: u32, conversion: Option<u32>) -> Lanes {
        let finish = &self.finish[step as usize];
        match conversion {
            None => *finish,
            Some(conversion) => std::array::from_fn(|i| self.model.convert(conversion, finish[i])),
        }
    }

    /// Writes the finishes of targets and plan into the tally.
    fn watch(&self, ends: &Lanes, used: usize, tally: &mut Tally) {
        let mut kept = [0u32; LANES];
        for (target, samples) in self.model.targets.iter().zip(&mut tally.samples) {
            let finish = &self.finish[target.step as usize];
            samples.extend_from_slice(&finish[..used]);
            if let Some(promise) = target.promise {
                for i in 0..LANES {
                    kept[i] += u32::from(finish[i] <= promise);
                }
            }
        }
        tally.ends.extend_from_slice(&ends[..used]);
        for &count in &kept[..used] {
            tally.kept[count as usize] += 1;
        }
    }

    /// Marks the finishes from which driving chains run back.
    fn mark(&mut self, ends: &Lanes) {
        self.marks.fill([0; LANES]);
        for target in &self.model.targets {
            for mark in &mut self.marks[target.step as usize] {
                *mark |= TO_TARGET;
            }
        }
        for &(step, conversion) in &self.model.ends {
            let finish = self.end_of(step, conversion);
            for i in 0..LANES {
                self.marks[step as usize][i] |= if finish[i] == ends[i] { TO_END } else { 0 };
            }
        }
    }

    /// Hands a step's marks to the predecessors that drive it, and counts them.
    fn backward(&mut self, step: usize, used: usize, tally: &mut Tally) {
        let marks = self.marks[step];
        let s = &self.model.steps[step];
        if let Place::Open { .. } | Place::Latest | Place::Earliest = s.place {
            for link in self.model.ins_of(step) {
                let held = self.held(link);
                let own = match link.kind {
                    LinkKind::FinishToStart | LinkKind::StartToStart => &self.start[step],
                    LinkKind::FinishToFinish | LinkKind::StartToFinish => &self.finish[step],
                };
                let from = &mut self.marks[link.from as usize];
                for i in 0..LANES {
                    from[i] |= if held[i] == own[i] { marks[i] } else { 0 };
                }
            }
        }
        if !s.is_leaf {
            return;
        }
        let began = match s.place {
            Place::Running { goes_on, .. } => [goes_on; LANES],
            _ => self.start[step],
        };
        let finish = &self.finish[step];
        let (mut to_target, mut to_end, mut overrun) = (0u32, 0u32, 0.0f32);
        for i in 0..used {
            let marked = marks[i] & TO_TARGET;
            to_target += marked;
            to_end += marks[i] >> 1;
            overrun += (finish[i] - began[i] - s.planned) * marked as f32;
        }
        let count = &mut tally.steps[step];
        count.to_target += to_target;
        count.to_end += to_end;
        count.overrun += overrun as i64;
    }
}

impl Limits {
    fn apply(&self, model: &Model<'_>, start: &mut Lanes, time: &Lanes) {
        let mut each = |f: &dyn Fn(f32, f32) -> f32| {
            for (start, time) in start.iter_mut().zip(time) {
                *start = f(*start, *time);
            }
        };
        if let Some(t) = self.finish_min {
            each(&|start, time| start.max(t - time));
        }
        if let Some(delay) = self.delay {
            each(&|start, _| model.convert(delay, start));
        }
        if let Some(t) = self.start_cap {
            each(&|start, _| start.min(t));
        }
        if let Some(t) = self.finish_cap {
            each(&|start, time| start.min(t - time));
        }
        if let Some(t) = self.start_on {
            each(&|_, _| t);
        }
        if let Some(t) = self.finish_on {
            each(&|_, time| t - time);
        }
    }
}
