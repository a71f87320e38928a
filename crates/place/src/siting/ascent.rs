//! Raises the Lagrangian bound at one node of the search: the relaxation for given prices, its slope, and
//! a step along it (a subgradient method that keeps part of the last direction; Camerini, Fratta and
//! Maffioli 1975).

use super::{
    model::Model,
    pick::{Left, Pick, pick},
    search::{Node, State},
};

/// What the sites that are open at a node leave to decide.
#[derive(Debug)]
pub(super) struct Ground {
    /// What serving a point costs at most; nothing where no open site serves it and it must be served.
    pub(super) cap: Vec<Option<i64>>,
    /// Opening costs of the open sites.
    pub(super) cost: i64,
    pub(super) left: Left,
}

/// How much of the last direction is kept.
const MEMORY: f64 = 0.6;
/// Weight of the newest round in the share of rounds that took a site.
const NEWEST: f64 = 0.03;

pub(super) struct Ascent<'m> {
    model: &'m Model,
    scale: i64,
    root: bool,
    prices: Vec<i64>,
    floor_prices: Vec<i64>,
    direction: Vec<f64>,
    floor_direction: Vec<f64>,
    /// Points the last round left unserved at their full price.
    given_up: Vec<bool>,
    candidates: Vec<(i64, u32)>,
    /// What opening each site adds to the bound, at the prices of the last round.
    pub(super) worth: Vec<i64>,
    /// Sites the last round took.
    pub(super) taken: Vec<bool>,
    /// How often each site was taken lately.
    pub(super) often: Vec<f64>,
    /// The bound of the last round, and the best of all rounds.
    pub(super) value: i64,
    pub(super) best: i64,
    theta: f64,
    idle: u32,
}

/// The slope of the bound at the prices of a round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slope {
    pub(super) norm: f64,
    /// The relaxed choice serves every point exactly once and keeps all floors.
    pub(super) exact: bool,
}

impl<'m> Ascent<'m> {
    pub(super) fn new(model: &'m Model, scale: i64, node: &Node, root: bool) -> Self {
        let (points, sites) = (model.points(), model.sites());
        Self {
            model,
            scale,
            root,
            prices: node.prices.clone(),
            floor_prices: node.floor_prices.clone(),
            direction: vec![0.0; points],
            floor_direction: vec![0.0; model.floors().len()],
            given_up: vec![false; points],
            candidates: Vec::with_capacity(sites),
            worth: vec![0; sites],
            taken: vec![false; sites],
            often: vec![0.0; sites],
            value: i64::MIN,
            best: i64::MIN,
            theta: if root { 1.5 } else { 0.5 },
            idle: 0,
        }
    }

    /// Solves the relaxation at the prices at hand; a better bound goes to the node with its prices.
    pub(super) fn relax(&mut self, node: &mut Node, ground: &Ground) -> Pick {
        let model = self.model;
        self.worth.copy_from_slice(&model.opening);
        let mut value = ground.cost;
        for (floor, price) in model.floors().iter().zip(&self.floor_prices) {
            value -= price * floor.slack;
        }
        for point in 0..model.points() {
            if let Some(cap) = self.priced_cap(point, ground.cap[point]) {
                self.prices[point] = self.prices[point].min(cap);
            }
            let price = self.prices[point];
            value += price;
            for entry in model.row(point) {
                if entry.cost >= price {
                    break;
                }
                self.worth[entry.site as usize] += entry.cost - price;
            }
        }
        self.candidates.clear();
        let free = (0..model.sites()).filter(|&site| node.state[site] == State::Free);
        self.candidates.extend(free.map(|site| (self.worth[site], site as u32)));
        let choice = pick(&mut self.candidates, ground.left, &model.rule);
        self.value = value.saturating_add(choice.value);
        self.taken.fill(false);
        for often in &mut self.often {
            *often *= 1.0 - NEWEST;
        }
        for &site in &choice.chosen {
            self.taken[site as usize] = true;
            self.often[site as usize] += NEWEST;
        }
        if self.value > self.best {
            self.best = self.value;
            self.idle = 0;
            node.prices.copy_from_slice(&self.prices);
            node.floor_prices.copy_from_slice(&self.floor_prices);
            node.bound = node.bound.max(self.value);
        } else {
            self.idle += 1;
        }
        choice
    }

    /// How the bound changes with the prices: up where nothing serves a point, down where several do.
    pub(super) fn slope(&mut self, ground: &Ground) -> Slope {
        let model = self.model;
        let mut slope = Slope { norm: 0.0, exact: true };
        let mut missed = vec![0i64; model.floors().len()];
        for point in 0..model.points() {
            let price = self.prices[point];
            let near = model.row(point).iter().take_while(|entry| entry.cost < price);
            let mut count = near.filter(|entry| self.taken[entry.site as usize]).count() as i32;
            let cap = ground.cap[point];
            let given_up = count == 0 && self.priced_cap(point, cap).is_some_and(|cap| price >= cap);
            self.given_up[point] = given_up;
            if given_up {
                count = 1;
                if cap == model.unserved[point] {
                    for &(floor, weight) in model.floors_of(point) {
                        missed[floor as usize] += weight;
                    }
                }
            }
            slope.exact &= count == 1;
            let direction = &mut self.direction[point];
            *direction = f64::from(1 - count) + MEMORY * *direction;
            slope.norm += *direction * *direction;
        }
        for (index, floor) in model.floors().iter().enumerate() {
            let over = missed[index] - floor.slack;
            slope.exact &= over == 0 || over < 0 && self.floor_prices[index] == 0;
            let direction = &mut self.floor_direction[index];
            *direction = over as f64 / floor_unit(model, index) + MEMORY * *direction;
            slope.norm += *direction * *direction;
        }
        slope
    }

    /// Moves the prices towards `goal`. False where nothing more is to be hoped for.
    pub(super) fn step(&mut self, norm: f64, goal: i64) -> bool {
        let model = self.model;
        if norm < 1e-9 {
            return false;
        }
        let (patience, least) = if self.root { (25, 1e-3) } else { (10, 2e-2) };
        if self.idle >= patience {
            self.idle = 0;
            self.theta *= 0.6;
            if self.theta < least {
                return false;
            }
        }
        let step = self.theta * (goal.saturating_sub(self.value).max(1) as f64) / norm;
        // Prices never need to pass this, and sums of prices this large do not overflow.
        let ceiling = (1 << 60) / (model.points() as i64 + 1);
        for (point, price) in self.prices.iter_mut().enumerate() {
            let lowest = model.row(point).first().map_or(0, |entry| entry.cost);
            let moved = price.saturating_add((step * self.direction[point]).round() as i64);
            // A price that is at its cap follows the cap, which moves with the prices of the floors.
            let moved = if self.given_up[point] { ceiling } else { moved };
            *price = moved.clamp(lowest, ceiling.max(lowest));
        }
        for (index, price) in self.floor_prices.iter_mut().enumerate() {
            let change = step * self.floor_direction[index] / floor_unit(model, index);
            *price = price.saturating_add(change.round() as i64).clamp(0, self.scale.saturating_mul(64));
        }
        true
    }

    /// What the floors add to the price of leaving a point unserved.
    pub(super) fn floor_price(&self, point: usize) -> i64 {
        let floors = self.model.floors_of(point).iter();
        floors.map(|&(floor, weight)| self.floor_prices[floor as usize] * weight).sum()
    }

    /// What leaving a point to the open sites, or unserved, costs with the floors priced in.
    #[inline]
    fn priced_cap(&self, point: usize, cap: Option<i64>) -> Option<i64> {
        let cap = cap?;
        if self.model.floors_of(point).is_empty() || Some(cap) != self.model.unserved[point] {
            return Some(cap);
        }
        Some(cap.saturating_add(self.floor_price(point)))
    }
}

/// The mean weight of a floor's members: it brings slopes of floors to the size of those of points.
fn floor_unit(model: &Model, floor: usize) -> f64 {
    let members = &model.floors()[floor].members;
    let total: i64 = members.iter().map(|(_, weight)| weight).sum();
    (total as f64 / (members.len().max(1) as f64)).max(1.0)
}
