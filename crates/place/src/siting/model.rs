//! The one form all siting models take inside: choose sites so that opening costs plus the cost of
//! serving every demand point from its cheapest open site are least. A point may have a price for not
//! being served; without one it must be served.

/// A way to serve a demand point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) cost: i64,
    pub(super) site: u32,
}

/// How many sites may be chosen beside the ones that stand already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) count: Option<u32>,
    /// The budget and the price of each site.
    pub(super) budget: Option<(i64, Vec<i64>)>,
}

/// A part of the demand of which only so much weight may stay unserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Floor {
    /// Demand points and their weights.
    pub(super) members: Vec<(u32, i64)>,
    /// The weight that may stay unserved.
    pub(super) slack: i64,
}

/// An instance to minimise. All sums stay below 2⁶⁰.
#[derive(Debug, Clone)]
pub(super) struct Model {
    first: Vec<u32>,
    entries: Vec<Entry>,
    /// Price of leaving a point unserved; nothing where it must be served.
    pub(super) unserved: Vec<Option<i64>>,
    pub(super) opening: Vec<i64>,
    pub(super) fixed: Vec<bool>,
    pub(super) rule: Rule,
    floors: Vec<Floor>,
    /// For each point the floors it counts for, with its weight.
    floors_of: Vec<Vec<(u32, i64)>>,
    /// All objective values are multiples of this.
    pub(super) step: i64,
}

/// A set of open sites with what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) open: Vec<bool>,
    pub(super) value: i64,
}

impl Model {
    /// `rows` holds for each demand point the sites that can serve it.
    pub(super) fn new(
        mut rows: Vec<Vec<Entry>>,
        unserved: Vec<Option<i64>>,
        opening: Vec<i64>,
        fixed: Vec<bool>,
        rule: Rule,
    ) -> Self {
        let mut first = Vec::with_capacity(rows.len() + 1);
        let mut entries = Vec::new();
        let mut step = 0;
        first.push(0);
        for (row, price) in rows.iter_mut().zip(&unserved) {
            row.sort_unstable_by_key(|entry| (entry.cost, entry.site));
            // Whatever is no better than the price of not serving never matters.
            let useful = row.iter().filter(|entry| price.is_none_or(|price| entry.cost < price));
            entries.extend(useful);
            first.push(entries.len() as u32);
            step = price.iter().fold(step, |step, &price| gcd(step, price));
        }
        step = entries.iter().fold(step, |step, entry: &Entry| gcd(step, entry.cost));
        step = opening.iter().fold(step, |step, &cost| gcd(step, cost)).max(1);
        let floors_of = vec![Vec::new(); unserved.len()];
        Self { first, entries, unserved, opening, fixed, rule, floors: Vec::new(), floors_of, step }
    }

    /// The same with these floors instead of its own.
    pub(super) fn with_floors(mut self, floors: Vec<Floor>) -> Self {
        self.floors_of.iter_mut().for_each(Vec::clear);
        for (index, floor) in floors.iter().enumerate() {
            for &(point, weight) in &floor.members {
                self.floors_of[point as usize].push((index as u32, weight));
            }
        }
        self.floors = floors;
        self
    }

    pub(super) fn floors(&self) -> &[Floor] {
        &self.floors
    }

    #[inline]
    pub(super) fn floors_of(&self, point: usize) -> &[(u32, i64)] {
        &self.floors_of[point]
    }

    pub(super) fn points(&self) -> usize {
        self.unserved.len()
    }

    pub(super) fn sites(&self) -> usize {
        self.opening.len()
    }

    /// Sites that can serve a point, cheapest first.
    #[inline]
    pub(super) fn row(&self, point: usize) -> &[Entry] {
        &self.entries[self.first[point] as usize..self.first[point + 1] as usize]
    }

    /// The site that serves a point when `open` are open.
    pub(super) fn server(&self, point: usize, open: &[bool]) -> Option<Entry> {
        self.row(point).iter().find(|entry| open[entry.site as usize]).copied()
    }

    /// Whether the rule allows these sites.
    pub(super) fn allows(&self, open: &[bool]) -> bool {
        let chosen = || (0..self.sites()).filter(|&site| open[site] && !self.fixed[site]);
        let count_ok = self.rule.count.is_none_or(|count| chosen().count() <= count as usize);
        count_ok
            && self.rule.budget.as_ref().is_none_or(|(budget, prices)| {
                chosen().map(|site| i128::from(prices[site])).sum::<i128>() <= i128::from(*budget)
            })
    }

    /// The cost of a set of sites, or nothing where it leaves unserved what must be served.
    pub(super) fn value(&self, open: &[bool]) -> Option<i64> {
        let mut value: i64 =
            (0..self.sites()).filter(|&site| open[site]).map(|site| self.opening[site]).sum();
        for point in 0..self.points() {
            value += match self.server(point, open) {
                Some(entry) => entry.cost,
                None => self.unserved[point]?,
            };
        }
        let kept = self.floors.iter().all(|floor| self.missed(floor, open) <= floor.slack);
        kept.then_some(value)
    }

    /// The weight of a floor's members that `open` leaves unserved.
    pub(super) fn missed(&self, floor: &Floor, open: &[bool]) -> i64 {
        floor
            .members
            .iter()
            .filter(|(point, _)| self.server(*point as usize, open).is_none())
            .map(|(_, weight)| weight)
            .sum()
    }
}

pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
