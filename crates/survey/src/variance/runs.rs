//! The variance of calibrated samples where every response is its own unit.
//!
//! A score less what calibration explains is `z_i − w_i b_g`, with one b per combination g of calibration
//! groups and for every domain, also those the response is not in. Sums over a run of responses with equal
//! stratum and combination give the same as one walk per response: `Σ(z − w b)² = Σz² − 2b Σz w + b² Σw²`.

use super::{InOrder, Known, OrderedAnswers, Points, Touched, Variances};
use crate::design::{Design, LonelyUnit, Parent};

pub(super) fn variances(
    design: &Design,
    in_order: &InOrder<'_>,
    points: &Points,
    known: &Known<'_>,
    runs: &[bool],
) -> Variances {
    let mut run = Run::new(points, matches!(in_order.answers, OrderedAnswers::Categories(_)));
    let mut stratum = Stratum::new(points);
    let mut found =
        Variances { values: vec![0.0; points.values.len()], freedom: vec![0.0; points.weight.len()] };
    let mut parents = design.parents[0].iter();
    let mut open: Option<&Parent> = None;
    for (position, (&start, &weight)) in design.starts.iter().zip(&design.ordered_weights).enumerate() {
        if runs[position] {
            if position > 0 {
                run.close(&mut stratum);
            }
            known.coefficients.explained(known.calibration.groups_at(position), &mut run.explained);
        }
        if start == 0 {
            if let Some(parent) = open {
                stratum.close(parent, design.lonely, &mut found);
            }
            open = parents.next();
        }
        if weight == 0.0 {
            continue;
        }
        run.weight += weight;
        run.weight_squared += weight * weight;
        if let Some((domain, outcome, value)) = in_order.at(position) {
            run.add(domain, outcome, value, weight);
            stratum.members.mark(domain);
            stratum.counts[domain] += 1.0;
        }
    }
    run.close(&mut stratum);
    if let Some(parent) = open {
        stratum.close(parent, design.lonely, &mut found);
    }
    found
}

/// Sums over one run.
struct Run<'a> {
    points: &'a Points,
    categories: bool,
    /// b of the run, per domain and outcome.
    explained: Vec<f64>,
    weight: f64,
    weight_squared: f64,
    /// Categories: Σw and Σw². Numbers: Σz and Σz w of what follows.
    first: Vec<f64>,
    second: Vec<f64>,
    /// Numbers: Σz².
    squares: Vec<f64>,
    touched: Touched,
}

impl<'a> Run<'a> {
    fn new(points: &'a Points, categories: bool) -> Self {
        let size = points.values.len();
        Self {
            points,
            categories,
            explained: vec![0.0; size],
            weight: 0.0,
            weight_squared: 0.0,
            first: vec![0.0; size],
            second: vec![0.0; size],
            squares: vec![0.0; size],
            touched: Touched::new(points.weight.len()),
        }
    }

    #[inline]
    fn add(&mut self, domain: usize, outcome: usize, value: f64, weight: f64) {
        self.touched.mark(domain);
        let index = domain * self.points.width + outcome;
        if self.categories {
            self.first[index] += weight;
            self.second[index] += weight * weight;
        } else {
            let score = weight * (value - self.points.values[domain]) / self.points.weight[domain];
            self.first[index] += score;
            self.second[index] += score * weight;
            self.squares[index] += score * score;
        }
    }

    fn close(&mut self, stratum: &mut Stratum) {
        for (index, explained) in self.explained.iter().enumerate() {
            stratum.total[index] -= self.weight * explained;
            stratum.squares[index] += self.weight_squared * explained * explained;
        }
        for &domain in &self.touched.list {
            let domain = domain as usize;
            let range = domain * self.points.width..(domain + 1) * self.points.width;
            let whole = self.points.weight[domain];
            let all: f64 = self.first[range.clone()].iter().sum();
            let all_squared: f64 = self.second[range.clone()].iter().sum();
            for index in range.clone() {
                let (total, cross, squares) = if self.categories {
                    let share = self.points.values[index];
                    let own = self.second[index];
                    let rest = (all_squared - own).max(0.0);
                    let squares = (1.0 - share).powi(2) * own + share * share * rest;
                    (
                        (self.first[index] - share * all) / whole,
                        (own - share * all_squared) / whole,
                        squares / (whole * whole),
                    )
                } else {
                    (self.first[index], self.second[index], self.squares[index])
                };
                stratum.total[index] += total;
                stratum.squares[index] += squares - 2.0 * self.explained[index] * cross;
            }
            self.first[range.clone()].fill(0.0);
            self.second[range.clone()].fill(0.0);
            self.squares[range].fill(0.0);
        }
        self.touched.clear();
        self.weight = 0.0;
        self.weight_squared = 0.0;
    }
}

/// Sums over one stratum.
struct Stratum {
    total: Vec<f64>,
    squares: Vec<f64>,
    counts: Vec<f64>,
    members: Touched,
}

impl Stratum {
    fn new(points: &Points) -> Self {
        let (size, count) = (points.values.len(), points.weight.len());
        Self {
            total: vec![0.0; size],
            squares: vec![0.0; size],
            counts: vec![0.0; count],
            members: Touched::new(count),
        }
    }

    fn close(&mut self, parent: &Parent, lonely: LonelyUnit, found: &mut Variances) {
        let units = f64::from(parent.units);
        for (index, value) in found.values.iter_mut().enumerate() {
            let (total, squares) = (self.total[index], self.squares[index]);
            let spread = if units > 1.0 {
                units / (units - 1.0) * (squares - total * total / units)
            } else if lonely == LonelyUnit::Centre {
                squares
            } else {
                0.0
            };
            *value += (1.0 - parent.fraction) * spread.max(0.0);
        }
        self.total.fill(0.0);
        self.squares.fill(0.0);
        for &domain in &self.members.list {
            let domain = domain as usize;
            found.freedom[domain] += self.counts[domain] - 1.0;
            self.counts[domain] = 0.0;
        }
        self.members.clear();
    }
}
