//! Where the next services go: least person-distance (p-median), most people covered (maximal covering),
//! fewest sites for full coverage (set covering), under a number of sites or a budget, with existing
//! sites fixed and floors for communities. Every answer carries a proven bound.
//!
//! Models: Hakimi 1964 (p-median), Church and ReVelle 1974 (maximal covering), Toregas et al. 1971 (set
//! covering). A site beyond the radius of a point never serves it.

mod ascent;
mod explain;
mod heuristic;
mod model;
mod pick;
mod search;

use thiserror::Error;

pub use explain::{Explanation, NextSite, SiteEffect};
use model::{Entry, Floor, Model as Inner, Rule};
use search::{Effort, Outcome, Search};

/// A place where a service may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Site {
    /// Price in the unit of the budget.
    pub cost: u64,
    /// Stands already: serves first, costs nothing, cannot move, does not count.
    pub fixed: bool,
}

/// Demand points, sites and the distances between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    weights: Vec<u64>,
    sites: Vec<Site>,
    distances: Vec<Option<u32>>,
}

/// How many new sites there may be. At least one of the two must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    pub count: Option<u32>,
    pub budget: Option<u64>,
}

/// A share of a community's people that must be covered, as weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverFloor {
    pub community: String,
    /// Positions of its demand points.
    pub points: Vec<usize>,
    /// The weight among them that must be covered at least.
    pub at_least: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Model {
    /// Least sum of weight × distance to the nearest open site; nobody beyond the radius.
    PMedian { selection: Selection, radius: Option<u32> },
    /// Most weight within the radius (inclusive) of an open site.
    MaxCover { selection: Selection, radius: u32, floors: Vec<CoverFloor> },
    /// Fewest new sites, or lowest cost of new sites, that cover every point that can be covered.
    SetCover { radius: u32, by_cost: bool },
}

/// When to give up proving.
pub struct Control<'a> {
    /// Nodes of the search tree.
    pub nodes: u64,
    /// Asked now and then; true ends the search with the best known answer and its bound.
    pub stop: &'a mut dyn FnMut() -> bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Weight × distance, weight covered, or sites (or cost), by model.
    pub objective: u64,
    /// No choice is better than this: a lower bound where less is better, an upper one for coverage.
    pub bound: u64,
    /// Objective equals bound: nothing better exists.
    pub proven: bool,
    /// Positions of the new sites, ascending; fixed ones are not repeated.
    pub chosen: Vec<usize>,
    /// Points that no site can reach: they count as not covered.
    pub out_of_reach: Vec<usize>,
    pub nodes: u64,
}

impl Solution {
    /// Distance between objective and bound as a share of the objective; 0 where proven.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let apart = self.objective.abs_diff(self.bound) as f64;
        if apart == 0.0 { 0.0 } else { apart / (self.objective.max(1) as f64) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SitingError {
    #[error(
        "{distances} distances were given for {points} demand points and {sites} sites: give one for \
         each pair"
    )]
    Size { points: usize, sites: usize, distances: usize },
    #[error("no number of sites and no budget was given: without either every site would be chosen")]
    Unlimited,
    #[error("weights times distances, or costs, pass 2^58 in sum: use coarser units")]
    TooLarge,
    #[error(
        "{count} demand points (the first at position {first}) have no site in reach: add sites, raise \
         the radius or leave these points out"
    )]
    OutOfReach { count: usize, first: usize },
    #[error(
        "no choice of sites within the number or budget given reaches every demand point: allow more \
         sites or raise the radius"
    )]
    NoSolution,
    #[error("the search ended before any choice that reaches every demand point was found: give it longer")]
    NothingFound,
    #[error("{}", clash(.clashing))]
    FloorsClash { clashing: Vec<UnmetFloor> },
    #[error("the floor of {community} names demand point {point}, but there are only {points}")]
    UnknownPoint { community: String, point: usize, points: usize },
}

/// A floor that takes part in a clash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetFloor {
    pub community: String,
    pub at_least: u64,
    /// The most that could be covered there if this floor alone mattered.
    pub reachable: u64,
}

fn clash(floors: &[UnmetFloor]) -> String {
    let each: Vec<String> = floors
        .iter()
        .map(|floor| {
            format!("{} (asks {}, alone {} possible)", floor.community, floor.at_least, floor.reachable)
        })
        .collect();
    format!("these floors cannot be met together: {}; lower one of them or allow more sites", each.join(", "))
}

impl Instance {
    /// `distances` row by row: for each demand point its distance to each site in whole millimetres,
    /// nothing where no way leads.
    ///
    /// # Errors
    /// When the number of distances does not fit.
    pub fn new(
        weights: Vec<u64>,
        sites: Vec<Site>,
        distances: Vec<Option<u32>>,
    ) -> Result<Self, SitingError> {
        if weights.len().checked_mul(sites.len()) != Some(distances.len()) {
            let (points, sites) = (weights.len(), sites.len());
            return Err(SitingError::Size { points, sites, distances: distances.len() });
        }
        Ok(Self { weights, sites, distances })
    }

    #[must_use]
    pub fn points(&self) -> usize {
        self.weights.len()
    }

    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    #[must_use]
    pub fn weight(&self, point: usize) -> u64 {
        self.weights[point]
    }

    fn row(&self, point: usize) -> &[Option<u32>] {
        &self.distances[point * self.sites.len()..][..self.sites.len()]
    }

    /// Sites within the radius of a point.
    fn reach(&self, point: usize, radius: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
        let near = self.row(point).iter().enumerate();
        near.filter_map(move |(site, &distance)| Some((site, distance.filter(|&d| d <= radius)?)))
    }

    /// Solves `model`.
    ///
    /// # Errors
    /// When the model has no solution, numbers are too large for exact sums, or nothing limits it.
    pub fn solve(&self, model: &Model, control: &mut Control<'_>) -> Result<Solution, SitingError> {
        match model {
            Model::PMedian { selection, radius } => {
                self.p_median(*selection, radius.unwrap_or(u32::MAX), control)
            }
            Model::MaxCover { selection, radius, floors } => {
                self.max_cover(*selection, *radius, floors, control)
            }
            Model::SetCover { radius, by_cost } => self.set_cover(*radius, *by_cost, control),
        }
    }

    fn p_median(
        &self,
        selection: Selection,
        radius: u32,
        control: &mut Control<'_>,
    ) -> Result<Solution, SitingError> {
        let rule = self.rule(selection)?;
        let lost = self.out_of_reach(radius);
        if let Some(&first) = lost.first() {
            return Err(SitingError::OutOfReach { count: lost.len(), first });
        }
        let mut rows = Vec::with_capacity(self.points());
        let mut total = 0i128;
        for point in 0..self.points() {
            let mut row = Vec::new();
            let mut dearest = 0i128;
            for (site, distance) in self.reach(point, radius) {
                let cost = i128::from(self.weights[point]) * i128::from(distance);
                dearest = dearest.max(cost);
                row.push(Entry {
                    cost: i64::try_from(cost).map_err(|_| SitingError::TooLarge)?,
                    site: site as u32,
                });
            }
            total += dearest;
            rows.push(row);
        }
        within(total)?;
        let inner =
            Inner::new(rows, vec![None; self.points()], vec![0; self.sites.len()], self.fixed(), rule);
        let outcome = solve(&inner, 1, control);
        let best = outcome.best.as_ref().ok_or(if outcome.proven {
            SitingError::NoSolution
        } else {
            SitingError::NothingFound
        })?;
        let (objective, bound) = (best.value as u64, outcome.bound.max(0) as u64);
        Ok(self.solution(&best.open, objective, bound, &outcome, Vec::new()))
    }

    fn max_cover(
        &self,
        selection: Selection,
        radius: u32,
        floors: &[CoverFloor],
        control: &mut Control<'_>,
    ) -> Result<Solution, SitingError> {
        let rule = self.rule(selection)?;
        let total: i128 = self.weights.iter().map(|&weight| i128::from(weight)).sum();
        let scale = scale(total)?;
        let inner_floors =
            floors.iter().map(|floor| self.inner_floor(floor)).collect::<Result<Vec<_>, _>>()?;
        let inner = self.cover_model(radius, &self.weights, scale, rule).with_floors(inner_floors);
        let outcome = solve(&inner, scale, control);
        let Some(best) = &outcome.best else {
            if !outcome.proven {
                return Err(SitingError::NothingFound);
            }
            return Err(SitingError::FloorsClash { clashing: self.clashing(&inner, floors, scale, control) });
        };
        let total = total as i64;
        let (objective, bound) = (total - best.value / scale, total - outcome.bound.max(0) / scale);
        Ok(self.solution(&best.open, objective as u64, bound as u64, &outcome, self.out_of_reach(radius)))
    }

    fn cover_model(&self, radius: u32, weights: &[u64], scale: i64, rule: Rule) -> Inner {
        let rows = (0..self.points())
            .map(|point| {
                self.reach(point, radius).map(|(site, _)| Entry { cost: 0, site: site as u32 }).collect()
            })
            .collect();
        let unserved = weights.iter().map(|&weight| Some(weight as i64 * scale)).collect();
        Inner::new(rows, unserved, vec![0; self.sites.len()], self.fixed(), rule)
    }

    fn inner_floor(&self, floor: &CoverFloor) -> Result<Floor, SitingError> {
        let points = self.points();
        if let Some(&point) = floor.points.iter().find(|&&point| point >= points) {
            return Err(SitingError::UnknownPoint { community: floor.community.clone(), point, points });
        }
        let mut own = floor.points.clone();
        own.sort_unstable();
        own.dedup();
        let members: Vec<_> = own.iter().map(|&point| (point as u32, self.weights[point] as i64)).collect();
        let total: i64 = members.iter().map(|(_, weight)| weight).sum();
        // More than all there is: a slack below zero can never be met.
        let slack = i64::try_from(i128::from(total) - i128::from(floor.at_least)).unwrap_or(-1);
        Ok(Floor { members, slack })
    }

    /// A smallest set of floors that cannot be met together: each is left out in turn and stays out
    /// where the rest still clashes.
    fn clashing(
        &self,
        inner: &Inner,
        floors: &[CoverFloor],
        scale: i64,
        control: &mut Control<'_>,
    ) -> Vec<UnmetFloor> {
        let mut kept: Vec<usize> = (0..floors.len()).collect();
        for index in 0..floors.len() {
            let rest: Vec<usize> = kept.iter().copied().filter(|&other| other != index).collect();
            let floors = rest.iter().map(|&other| inner.floors()[other].clone()).collect();
            let trial = inner.clone().with_floors(floors);
            let outcome = solve(&trial, scale, control);
            if outcome.best.is_none() && outcome.proven {
                kept = rest;
            }
        }
        kept.into_iter()
            .map(|index| {
                let floor = &floors[index];
                let mut weights = vec![0; self.points()];
                for &point in &floor.points {
                    weights[point] = self.weights[point];
                }
                let mut alone = inner.clone().with_floors(Vec::new());
                alone.unserved = weights.iter().map(|&weight| Some(weight as i64 * scale)).collect();
                let total: u64 = weights.iter().sum();
                let outcome = solve(&alone, scale, control);
                let missed = outcome.best.map_or(total as i64, |best| best.value / scale);
                UnmetFloor {
                    community: floor.community.clone(),
                    at_least: floor.at_least,
                    reachable: total - missed as u64,
                }
            })
            .collect()
    }

    fn set_cover(
        &self,
        radius: u32,
        by_cost: bool,
        control: &mut Control<'_>,
    ) -> Result<Solution, SitingError> {
        let lost = self.out_of_reach(radius);
        let price = |site: &Site| match (site.fixed, by_cost) {
            (true, _) => 0,
            (false, true) => i128::from(site.cost),
            (false, false) => 1,
        };
        let scale = scale(self.sites.iter().map(price).sum())?;
        let opening = self.sites.iter().map(|site| price(site) as i64 * scale).collect();
        let rows: Vec<Vec<Entry>> = (0..self.points())
            .map(|point| {
                self.reach(point, radius).map(|(site, _)| Entry { cost: 0, site: site as u32 }).collect()
            })
            .collect();
        let unserved = rows.iter().map(|row: &Vec<Entry>| row.is_empty().then_some(0)).collect();
        let inner = Inner::new(rows, unserved, opening, self.fixed(), Rule::default());
        let outcome = solve(&inner, scale, control);
        let best = outcome.best.as_ref().ok_or(SitingError::NothingFound)?;
        let (objective, bound) = (best.value / scale, outcome.bound.max(0) / scale);
        Ok(self.solution(&best.open, objective as u64, bound as u64, &outcome, lost))
    }

    fn fixed(&self) -> Vec<bool> {
        self.sites.iter().map(|site| site.fixed).collect()
    }

    fn rule(&self, selection: Selection) -> Result<Rule, SitingError> {
        if selection.count.is_none() && selection.budget.is_none() {
            return Err(SitingError::Unlimited);
        }
        let budget = match selection.budget {
            None => None,
            Some(budget) => {
                within(self.sites.iter().map(|site| i128::from(site.cost)).sum())?;
                let prices = self.sites.iter().map(|site| site.cost as i64).collect();
                Some((i64::try_from(budget).unwrap_or(i64::MAX), prices))
            }
        };
        Ok(Rule { count: selection.count, budget })
    }

    fn out_of_reach(&self, radius: u32) -> Vec<usize> {
        (0..self.points()).filter(|&point| self.reach(point, radius).next().is_none()).collect()
    }

    fn solution(
        &self,
        open: &[bool],
        objective: u64,
        bound: u64,
        outcome: &Outcome,
        out_of_reach: Vec<usize>,
    ) -> Solution {
        let chosen = (0..self.sites.len()).filter(|&site| open[site] && !self.sites[site].fixed).collect();
        Solution { objective, bound, proven: outcome.proven, chosen, out_of_reach, nodes: outcome.nodes }
    }
}

fn solve(inner: &Inner, scale: i64, control: &mut Control<'_>) -> Outcome {
    Search::new(inner, scale, Effort { nodes: control.nodes, stop: &mut *control.stop }).run()
}

const TOTAL_MAX: i128 = 1 << 58;

fn within(total: i128) -> Result<(), SitingError> {
    if total <= TOTAL_MAX { Ok(()) } else { Err(SitingError::TooLarge) }
}

/// Multipliers are whole numbers: small weights are scaled up so that they can be fine enough.
fn scale(total: i128) -> Result<i64, SitingError> {
    within(total)?;
    let mut scale = 1;
    while scale < 1 << 20 && total * i128::from(scale) < 1 << 48 {
        scale *= 2;
    }
    Ok(scale)
}
