//! Exact search: branch and bound with a Lagrangian bound.
//!
//! The condition that every point is served once gets a price (one multiplier for each point). What is
//! left splits by site and is solved by picking the best sites, which gives a lower bound for any
//! multipliers; a subgradient method raises it (Held and Karp 1971; for the p-median Narula, Ogbu and
//! Samuelsson 1977). All multipliers are integers, so bounds are exact integers and a cut is a proof.
//! Sites whose opposite state would push the bound past the best solution are decided on the way; what
//! stays open is branched on. Open sites leave the relaxation: they only cap what serving a point costs.

use super::{
    heuristic,
    model::{Choice, Model},
    pick::{Left, pick},
};

/// How long the search may go on.
pub(super) struct Effort<'a> {
    pub(super) nodes: u64,
    /// Asked between rounds; true ends the search with what is known.
    pub(super) stop: &'a mut dyn FnMut() -> bool,
}

/// What the search found out.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) best: Option<Choice>,
    /// No choice costs less than this; equal to the best value where proven.
    pub(super) bound: i64,
    /// Nothing better exists (or nothing at all, without a best).
    pub(super) proven: bool,
    pub(super) nodes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Open,
    Closed,
}

#[derive(Debug, Clone)]
struct Node {
    state: Vec<State>,
    prices: Vec<i64>,
    floor_prices: Vec<i64>,
    bound: i64,
}

enum Verdict {
    /// Nothing better below this node.
    Done,
    Branch {
        site: usize,
        open_first: bool,
    },
    Stopped,
}

const ROOT_ROUNDS: usize = 1500;
const NODE_ROUNDS: usize = 60;

pub(super) struct Search<'m, 'e> {
    model: &'m Model,
    effort: Effort<'e>,
    best: Option<Choice>,
    nodes: u64,
    /// Weight in units of the objective of one unit of floor weight.
    floor_of: Vec<Vec<(u32, i64)>>,
    scale: i64,
}

impl<'m, 'e> Search<'m, 'e> {
    /// `scale` is what one unit of floor weight is worth in the objective.
    pub(super) fn new(model: &'m Model, scale: i64, effort: Effort<'e>) -> Self {
        let mut floor_of = vec![Vec::new(); model.points()];
        for (index, floor) in model.floors.iter().enumerate() {
            for &(point, weight) in &floor.members {
                floor_of[point as usize].push((index as u32, weight));
            }
        }
        Self { model, effort, best: None, nodes: 0, floor_of, scale }
    }

    pub(super) fn run(mut self) -> Outcome {
        let model = self.model;
        self.best = heuristic::greedy(model, &vec![0; model.points()]);
        let state = model.fixed.iter().map(|&f| if f { State::Open } else { State::Free }).collect();
        let root = Node {
            state,
            prices: self.first_prices(),
            floor_prices: vec![0; model.floors.len()],
            bound: self.first_bound(),
        };
        let mut stack = vec![root];
        while let Some(mut node) = stack.pop() {
            if self.cut(node.bound) {
                continue;
            }
            if self.nodes >= self.effort.nodes || (self.effort.stop)() {
                stack.push(node);
                return self.stopped(&stack);
            }
            self.nodes += 1;
            match self.bound(&mut node) {
                Verdict::Done => {}
                Verdict::Stopped => {
                    stack.push(node);
                    return self.stopped(&stack);
                }
                Verdict::Branch { site, open_first } => {
                    let mut other = node.clone();
                    let (first, second) =
                        if open_first { (State::Open, State::Closed) } else { (State::Closed, State::Open) };
                    other.state[site] = second;
                    node.state[site] = first;
                    stack.push(other);
                    stack.push(node);
                }
            }
        }
        let bound = self.best.as_ref().map_or(i64::MAX, |best| best.value);
        Outcome { best: self.best, bound, proven: true, nodes: self.nodes }
    }

    fn stopped(self, stack: &[Node]) -> Outcome {
        let open = stack.iter().map(|node| node.bound).min().unwrap_or(i64::MAX);
        let best = self.best.as_ref().map_or(i64::MAX, |best| best.value);
        let proven = self.cut(open);
        // Objective values are multiples of the step: so is the bound, rounded up.
        let step = i128::from(self.model.step);
        let rounded = (i128::from(open) + step - 1).div_euclid(step) * step;
        let bound = i64::try_from(rounded).unwrap_or(open).min(best);
        Outcome { best: self.best, bound: if proven { best } else { bound }, proven, nodes: self.nodes }
    }

    /// Whether a bound leaves no room for anything better than the best known.
    fn cut(&self, bound: i64) -> bool {
        self.best.as_ref().is_some_and(|best| bound > best.value - self.model.step)
    }

    fn offer(&mut self, open: Vec<bool>) {
        if let Some(choice) = heuristic::finish(self.model, open)
            && self.best.as_ref().is_none_or(|best| choice.value < best.value)
        {
            self.best = Some(choice);
        }
    }

    /// Every point served as cheaply as any site can.
    fn first_bound(&self) -> i64 {
        let model = self.model;
        let served = (0..model.points()).map(|point| {
            let cheapest = model.row(point).first().map(|entry| entry.cost);
            cheapest.or(model.unserved[point]).unwrap_or(0)
        });
        let fixed = (0..model.sites()).filter(|&site| model.fixed[site]).map(|site| model.opening[site]);
        served.chain(fixed).sum()
    }

    /// Start: between the two cheapest services of each point in the best known choice.
    fn first_prices(&self) -> Vec<i64> {
        let model = self.model;
        (0..model.points())
            .map(|point| {
                let row = model.row(point);
                let open = self.best.as_ref().map(|best| best.open.as_slice());
                let mut served =
                    row.iter().filter(|entry| open.is_some_and(|open| open[entry.site as usize]));
                let first = served.next().or(row.first()).map(|entry| entry.cost);
                let second = served.next().map(|entry| entry.cost).or(model.unserved[point]);
                let (first, second) = (first.unwrap_or(0), second.or(first).unwrap_or(0));
                let price = first + (second - first) / 2;
                price.max(row.first().map_or(0, |entry| entry.cost))
            })
            .collect()
    }

    /// Raises the bound of a node, decides sites on the way, and says how to go on.
    fn bound(&mut self, node: &mut Node) -> Verdict {
        let model = self.model;
        let (points, sites) = (model.points(), model.sites());
        let mut cap = vec![None; points];
        let mut fixed_cost = 0;
        let mut left = Left::default();
        let alive = self.absorb(node, &mut cap, &mut fixed_cost, &mut left).is_some();
        if !alive || self.settled(node, left) {
            return Verdict::Done;
        }
        let rounds = if self.nodes == 1 { ROOT_ROUNDS } else { NODE_ROUNDS };
        let mut prices = node.prices.clone();
        let mut floor_prices = node.floor_prices.clone();
        let mut worth = vec![0i64; sites];
        let mut taken = vec![false; sites];
        let mut often = vec![0.0f64; sites];
        let mut direction = vec![0.0f64; points];
        let mut floor_direction = vec![0.0f64; floor_prices.len()];
        let mut candidates: Vec<(i64, u32)> = Vec::with_capacity(sites);
        let mut best_here = i64::MIN;
        let mut theta = if self.nodes == 1 { 1.5 } else { 0.5 };
        let mut idle = 0;
        for round in 0..rounds {
            if round % 16 == 15 && (self.effort.stop)() {
                return Verdict::Stopped;
            }
            // The relaxation for the prices at hand.
            worth.copy_from_slice(&model.opening);
            let mut value = fixed_cost;
            for (floor, price) in model.floors.iter().zip(&floor_prices) {
                value -= price * floor.slack;
            }
            for point in 0..points {
                if let Some(cap) = self.priced_cap(point, cap[point], &floor_prices) {
                    prices[point] = prices[point].min(cap);
                }
                let price = prices[point];
                value += price;
                for entry in model.row(point) {
                    if entry.cost >= price {
                        break;
                    }
                    worth[entry.site as usize] += entry.cost - price;
                }
            }
            candidates.clear();
            candidates.extend(
                (0..sites)
                    .filter(|&site| node.state[site] == State::Free)
                    .map(|site| (worth[site], site as u32)),
            );
            let choice = pick(&mut candidates, left, &model.rule);
            value = value.saturating_add(choice.value);
            for site in 0..sites {
                taken[site] = false;
                often[site] *= 0.97;
            }
            for &site in &choice.chosen {
                taken[site as usize] = true;
                often[site as usize] += 0.03;
            }
            if value > best_here {
                best_here = value;
                node.prices.copy_from_slice(&prices);
                node.floor_prices.copy_from_slice(&floor_prices);
                node.bound = node.bound.max(value);
                idle = 0;
                if self.cut(value) {
                    return Verdict::Done;
                }
            } else {
                idle += 1;
            }
            // A primal try now and then, and whenever the root gets somewhere new.
            if round % 20 == 0 || (self.nodes == 1 && round < 40) {
                self.try_choice(
                    node,
                    &taken,
                    &floor_prices,
                    round % 60 == 0 || self.nodes == 1 && round < 40,
                );
                if self.cut(best_here) {
                    return Verdict::Done;
                }
            }
            // Sites that can only be in one state in anything better.
            if let Some(best) = self.best.as_ref().map(|best| best.value)
                && value > best_here - (best - best_here) / 4 - 1
            {
                let mut decisions = Vec::new();
                for site in (0..sites).filter(|&site| node.state[site] == State::Free) {
                    let price = model.rule.budget.as_ref().map_or(0, |(_, prices)| prices[site]);
                    let (rise, state) = if taken[site] {
                        (choice.if_closed(worth[site], price), State::Open)
                    } else {
                        (choice.if_opened(worth[site], price), State::Closed)
                    };
                    if value.saturating_add(rise) > best - model.step {
                        // Each decision compares with the bound of this round and holds for anything
                        // better, whatever the others are.
                        decisions.push((site, state));
                    }
                }
                if !decisions.is_empty() {
                    for (site, state) in decisions {
                        node.state[site] = state;
                    }
                    let alive = self.absorb(node, &mut cap, &mut fixed_cost, &mut left).is_some();
                    if !alive || self.settled(node, left) {
                        return Verdict::Done;
                    }
                }
            }
            // A step along the subgradient.
            let mut norm = 0.0;
            let mut exact = true;
            let mut missed = vec![0i64; floor_prices.len()];
            for point in 0..points {
                let price = prices[point];
                let mut count = 0i32;
                for entry in model.row(point) {
                    if entry.cost >= price {
                        break;
                    }
                    count += i32::from(taken[entry.site as usize]);
                }
                let at_cap =
                    self.priced_cap(point, cap[point], &floor_prices).is_some_and(|cap| price >= cap);
                if count == 0 && at_cap {
                    count = 1;
                    if cap[point] == model.unserved[point] {
                        for &(floor, weight) in &self.floor_of[point] {
                            missed[floor as usize] += weight;
                        }
                    }
                }
                let slope = f64::from(1 - count);
                exact &= count == 1;
                direction[point] = slope + 0.6 * direction[point];
                norm += direction[point] * direction[point];
            }
            for (index, floor) in model.floors.iter().enumerate() {
                let slope = (missed[index] - floor.slack) as f64 / self.floor_unit(index);
                exact &= missed[index] <= floor.slack
                    && (floor_prices[index] == 0 || missed[index] == floor.slack);
                floor_direction[index] = slope + 0.6 * floor_direction[index];
                norm += floor_direction[index] * floor_direction[index];
            }
            if exact {
                // The relaxed choice serves every point once: it is a solution worth just the bound.
                self.offer_taken(node, &taken);
                if self.cut(best_here) {
                    return Verdict::Done;
                }
            }
            if norm < 1e-9 {
                break;
            }
            if idle >= if self.nodes == 1 { 25 } else { 10 } {
                idle = 0;
                theta *= 0.6;
                if theta < if self.nodes == 1 { 1e-3 } else { 2e-2 } {
                    break;
                }
            }
            let target = self.best.as_ref().map_or_else(
                || best_here.saturating_add(best_here.saturating_abs() / 20 + 1),
                |best| best.value,
            );
            let step = theta * ((target - value).max(1) as f64) / norm;
            for point in 0..points {
                let lowest = model.row(point).first().map_or(0, |entry| entry.cost);
                let moved = prices[point].saturating_add((step * direction[point]).round() as i64);
                prices[point] = moved.clamp(lowest, self.ceiling().max(lowest));
            }
            for (index, price) in floor_prices.iter_mut().enumerate() {
                let change = step * floor_direction[index] / self.floor_unit(index);
                *price = price.saturating_add(change.round() as i64).clamp(0, self.scale.saturating_mul(64));
            }
        }
        if self.cut(node.bound) {
            return Verdict::Done;
        }
        self.branch(node, &often)
    }

    /// Prices never need to pass this, and sums of prices this large do not overflow.
    fn ceiling(&self) -> i64 {
        (1 << 60) / (self.model.points() as i64 + 1)
    }

    fn floor_unit(&self, floor: usize) -> f64 {
        let floor = &self.model.floors[floor];
        let total: i64 = floor.members.iter().map(|(_, weight)| weight).sum();
        (total as f64 / (floor.members.len().max(1) as f64)).max(1.0)
    }

    /// What leaving a point to the open sites, or unserved, costs with the floors priced in.
    #[inline]
    fn priced_cap(&self, point: usize, cap: Option<i64>, floor_prices: &[i64]) -> Option<i64> {
        let cap = cap?;
        if self.floor_of[point].is_empty() || Some(cap) != self.model.unserved[point] {
            return Some(cap);
        }
        let extra: i64 =
            self.floor_of[point].iter().map(|&(floor, weight)| floor_prices[floor as usize] * weight).sum();
        Some(cap.saturating_add(extra))
    }

    /// Takes the open sites of a node out of the relaxation. Nothing where the node has no solution.
    fn absorb(
        &self,
        node: &Node,
        cap: &mut [Option<i64>],
        fixed_cost: &mut i64,
        left: &mut Left,
    ) -> Option<()> {
        let model = self.model;
        *fixed_cost = 0;
        let mut count = 0;
        let mut spent = 0i128;
        for (site, &state) in node.state.iter().enumerate() {
            if state == State::Open {
                *fixed_cost += model.opening[site];
                if !model.fixed[site] {
                    count += 1;
                    spent += model.rule.budget.as_ref().map_or(0, |(_, prices)| i128::from(prices[site]));
                }
            }
        }
        left.count = match model.rule.count {
            Some(limit) => Some(limit.checked_sub(count)?),
            None => None,
        };
        left.budget = match &model.rule.budget {
            Some((budget, _)) => {
                let rest = i128::from(*budget) - spent;
                if rest < 0 {
                    return None;
                }
                i64::try_from(rest).ok()
            }
            None => None,
        };
        for (point, cap) in cap.iter_mut().enumerate() {
            let mut possible = model.unserved[point].is_some();
            *cap = model.unserved[point];
            for entry in model.row(point) {
                match node.state[entry.site as usize] {
                    State::Open => {
                        *cap = Some(entry.cost);
                        possible = true;
                        break;
                    }
                    State::Free => possible = true,
                    State::Closed => {}
                }
            }
            if !possible {
                return None;
            }
        }
        // Floors that no free site can still meet.
        for floor in &model.floors {
            let lost: i64 = floor
                .members
                .iter()
                .filter(|(point, _)| {
                    model.row(*point as usize).iter().all(|e| node.state[e.site as usize] == State::Closed)
                })
                .map(|(_, weight)| weight)
                .sum();
            if lost > floor.slack {
                return None;
            }
        }
        Some(())
    }

    /// Closes sites the rule has no room for; true where nothing is left to decide, after offering it.
    fn settled(&mut self, node: &mut Node, left: Left) -> bool {
        let prices = self.model.rule.budget.as_ref().map(|(_, prices)| prices.as_slice());
        let dear = |site: usize| match (left.budget, prices) {
            (Some(budget), Some(prices)) => prices[site] > budget,
            _ => false,
        };
        let full = left.count == Some(0);
        let mut free = 0;
        for (site, state) in node.state.iter_mut().enumerate() {
            if *state == State::Free {
                if full || dear(site) {
                    *state = State::Closed;
                } else {
                    free += 1;
                }
            }
        }
        if free == 0 {
            self.offer(node.state.iter().map(|&state| state == State::Open).collect());
        }
        free == 0
    }

    fn offer_taken(&mut self, node: &Node, taken: &[bool]) {
        let open =
            node.state.iter().zip(taken).map(|(&state, &taken)| state == State::Open || taken).collect();
        self.offer(open);
    }

    fn try_choice(&mut self, node: &Node, taken: &[bool], floor_prices: &[i64], thorough: bool) {
        let model = self.model;
        let mut open: Vec<bool> =
            node.state.iter().zip(taken).map(|(&state, &taken)| state == State::Open || taken).collect();
        if !model.allows(&open) {
            return;
        }
        if thorough {
            let extra: Vec<i64> = (0..model.points())
                .map(|point| {
                    let floors = self.floor_of[point].iter();
                    floors.map(|&(floor, weight)| floor_prices[floor as usize] * weight).sum()
                })
                .collect();
            heuristic::improve(model, &mut open, &extra, 60);
        }
        self.offer(open);
    }

    /// The undecided site the relaxation is least sure of.
    fn branch(&mut self, node: &Node, often: &[f64]) -> Verdict {
        let free = (0..node.state.len()).filter(|&site| node.state[site] == State::Free);
        let doubt = |site: usize| (often[site] - 0.5).abs();
        match free.min_by(|&a, &b| doubt(a).total_cmp(&doubt(b)).then(a.cmp(&b))) {
            Some(site) => Verdict::Branch { site, open_first: often[site] >= 0.3 },
            None => {
                self.offer(node.state.iter().map(|&state| state == State::Open).collect());
                Verdict::Done
            }
        }
    }
}
