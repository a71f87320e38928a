//! Exact search: branch and bound with a Lagrangian bound.
//!
//! The condition that every point is served once gets a price (one multiplier for each point). What is
//! left splits by site and is solved by picking the best sites, which gives a lower bound for any
//! multipliers; a subgradient method raises it (Held and Karp 1971; for the p-median Narula, Ogbu and
//! Samuelsson 1977). All multipliers are integers, so bounds are exact integers and a cut is a proof.
//! Sites whose opposite state would push the bound past the best solution are decided on the way; what
//! stays open is branched on. Open sites leave the relaxation: they only cap what serving a point costs.

use super::{
    ascent::{Ascent, Ground},
    heuristic,
    model::{Choice, Model},
    pick::{Left, Pick},
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
pub(super) enum State {
    Free,
    Open,
    Closed,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) state: Vec<State>,
    pub(super) prices: Vec<i64>,
    pub(super) floor_prices: Vec<i64>,
    pub(super) bound: i64,
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
    scale: i64,
    /// No solution costs more.
    worst: i64,
}

impl<'m, 'e> Search<'m, 'e> {
    /// `scale` is what one unit of floor weight is worth in the objective.
    pub(super) fn new(model: &'m Model, scale: i64, effort: Effort<'e>) -> Self {
        let dearest = |point: usize| {
            let served = model.row(point).last().map_or(0, |entry| entry.cost);
            model.unserved[point].map_or(served, |price| price.max(served))
        };
        let worst = (0..model.points()).map(dearest).chain(model.opening.iter().copied()).sum();
        Self { model, effort, best: None, nodes: 0, scale, worst }
    }

    pub(super) fn run(mut self) -> Outcome {
        let model = self.model;
        self.best = heuristic::greedy(model, &vec![0; model.points()], &mut *self.effort.stop);
        let state = model.fixed.iter().map(|&f| if f { State::Open } else { State::Free }).collect();
        let root = Node {
            state,
            prices: self.first_prices(),
            floor_prices: vec![0; model.floors().len()],
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

    /// What has to be beaten: the best known value, or one that every solution beats.
    fn goal(&self) -> i64 {
        self.best.as_ref().map_or(self.worst + self.model.step, |best| best.value)
    }

    /// Whether a bound leaves no room for anything better than the best known (or, before anything is
    /// known, for any solution at all).
    fn cut(&self, bound: i64) -> bool {
        bound > self.goal() - self.model.step
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
        let root = self.nodes == 1;
        let mut ground = Ground { cap: vec![None; self.model.points()], cost: 0, left: Left::default() };
        if self.absorb(node, &mut ground).is_none() || self.settled(node, ground.left) {
            return Verdict::Done;
        }
        let mut ascent = Ascent::new(self.model, self.scale, node, root);
        for round in 0..if root { ROOT_ROUNDS } else { NODE_ROUNDS } {
            if round > 0 && (self.effort.stop)() {
                return Verdict::Stopped;
            }
            let choice = ascent.relax(node, &ground);
            if self.cut(node.bound) {
                return Verdict::Done;
            }
            // A primal try now and then, and at every step while the root is fresh.
            let fresh = root && round < 40;
            if round % 20 == 0 || fresh {
                self.try_choice(node, &ascent, round % 60 == 0 || fresh);
            }
            if self.decide(node, &ascent, &choice)
                && (self.absorb(node, &mut ground).is_none() || self.settled(node, ground.left))
            {
                return Verdict::Done;
            }
            let slope = ascent.slope(&ground);
            if slope.exact {
                // The relaxed choice serves every point once: it is a solution worth just the bound.
                self.offer_taken(node, &ascent.taken);
            }
            if self.cut(node.bound) {
                return Verdict::Done;
            }
            if !ascent.step(slope.norm, self.goal()) {
                break;
            }
        }
        self.branch(node, &ascent.often)
    }

    /// Decides the free sites that can only be in one state in anything better than the best known.
    fn decide(&self, node: &mut Node, ascent: &Ascent<'_>, choice: &Pick) -> bool {
        let goal = self.goal();
        // A bound far below the best of this node decides nothing.
        if ascent.value < ascent.best - goal.saturating_sub(ascent.best) / 4 {
            return false;
        }
        let mut decided = false;
        for (site, own) in node.state.iter_mut().enumerate().filter(|(_, state)| **state == State::Free) {
            let price = self.model.rule.budget.as_ref().map_or(0, |(_, prices)| prices[site]);
            let worth = ascent.worth[site];
            let (rise, state) = if ascent.taken[site] {
                (choice.if_closed(worth, price), State::Open)
            } else {
                (choice.if_opened(worth, price), State::Closed)
            };
            // Each decision compares with the bound of this round and holds for anything better,
            // whatever the others are.
            if self.cut(ascent.value.saturating_add(rise)) {
                *own = state;
                decided = true;
            }
        }
        decided
    }

    /// Takes the open sites of a node out of the relaxation. Nothing where the node has no solution.
    fn absorb(&self, node: &Node, ground: &mut Ground) -> Option<()> {
        let model = self.model;
        let Ground { cap, cost, left } = ground;
        *cost = 0;
        let mut count = 0;
        let mut spent = 0i128;
        for (site, &state) in node.state.iter().enumerate() {
            if state == State::Open {
                *cost += model.opening[site];
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
        for floor in model.floors() {
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

    fn try_choice(&mut self, node: &Node, ascent: &Ascent<'_>, thorough: bool) {
        let model = self.model;
        let mut open: Vec<bool> = node
            .state
            .iter()
            .zip(&ascent.taken)
            .map(|(&state, &taken)| state == State::Open || taken)
            .collect();
        if !model.allows(&open) {
            return;
        }
        if thorough {
            let extra: Vec<i64> = (0..model.points()).map(|point| ascent.floor_price(point)).collect();
            heuristic::improve(model, &mut open, &extra, 60, &mut *self.effort.stop);
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
