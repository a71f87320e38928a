//! The same variance where every response is its own unit, from sums per stratum alone.
//!
//! A response of category c in a domain has the score `w (1 − p_c)/Ŵ` for c and `−w p_l/Ŵ` for every
//! other category l, so that sums of w and w² per stratum, domain and category are all that is needed:
//! `Σz_l² = ((1 − p_l)² Σ_l w² + p_l² (Σw² − Σ_l w²)) / Ŵ²`, a sum of positive terms.

use super::{InOrder, OrderedAnswers, Points, Touched, Variances};
use crate::design::{Design, LonelyUnit, Parent};

pub(super) fn variances(design: &Design, in_order: &InOrder<'_>, points: &Points) -> Variances {
    let count = points.weight.len();
    let size = points.values.len();
    let categories = matches!(in_order.answers, OrderedAnswers::Categories(_));
    let mut sums = Stratum {
        first: vec![0.0; size],
        second: vec![0.0; size],
        members: vec![0.0; count],
        touched: Touched::new(count),
    };
    let mut found = Variances { values: vec![0.0; size], freedom: vec![0.0; count] };
    let mut parents = design.parents[0].iter();
    let mut open: Option<&Parent> = None;
    for (position, (&start, &weight)) in design.starts.iter().zip(&design.ordered_weights).enumerate() {
        if start == 0 {
            if let Some(parent) = open {
                sums.close(parent, design.lonely, points, categories, &mut found);
            }
            open = parents.next();
        }
        if weight == 0.0 {
            continue;
        }
        let Some((domain, outcome, value)) = in_order.at(position) else { continue };
        sums.touched.mark(domain);
        sums.members[domain] += 1.0;
        let index = domain * points.width + outcome;
        if categories {
            sums.first[index] += weight;
            sums.second[index] += weight * weight;
        } else {
            let score = weight * (value - points.values[domain]) / points.weight[domain];
            sums.first[index] += score;
            sums.second[index] += score * score;
        }
    }
    if let Some(parent) = open {
        sums.close(parent, design.lonely, points, categories, &mut found);
    }
    found
}

/// Sums over the responses of one stratum: of weights and their squares for categories, of scores and
/// their squares for numbers.
struct Stratum {
    first: Vec<f64>,
    second: Vec<f64>,
    members: Vec<f64>,
    touched: Touched,
}

impl Stratum {
    fn close(
        &mut self,
        parent: &Parent,
        lonely: LonelyUnit,
        points: &Points,
        categories: bool,
        found: &mut Variances,
    ) {
        let units = f64::from(parent.units);
        for &domain in &self.touched.list {
            let domain = domain as usize;
            let range = domain * points.width..(domain + 1) * points.width;
            let (all, all_squares): (f64, f64) = if categories {
                (self.first[range.clone()].iter().sum(), self.second[range.clone()].iter().sum())
            } else {
                (0.0, 0.0)
            };
            let whole = points.weight[domain];
            for index in range {
                let (total, squares) = if categories {
                    let share = points.values[index];
                    let own = self.second[index];
                    let squares = (1.0 - share).powi(2) * own + share * share * (all_squares - own).max(0.0);
                    ((self.first[index] - share * all) / whole, squares / (whole * whole))
                } else {
                    (self.first[index], self.second[index])
                };
                let spread = if units > 1.0 {
                    units / (units - 1.0) * (squares - total * total / units)
                } else if lonely == LonelyUnit::Centre {
                    squares
                } else {
                    0.0
                };
                found.values[index] += (1.0 - parent.fraction) * spread.max(0.0);
                self.first[index] = 0.0;
                self.second[index] = 0.0;
            }
            found.freedom[domain] += self.members[domain] - 1.0;
            self.members[domain] = 0.0;
        }
        self.touched.clear();
    }
}
