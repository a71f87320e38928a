//! What calibration to known totals takes out of the error.
//!
//! Weights calibrated to population totals (post-strata, raking margins) leave only the part of a score
//! that the calibration variables do not explain: the score is replaced by its residual from the regression
//! on the group indicators, weighted by the weights before calibration (Deville and Särndal 1992,
//! "Calibration estimators in survey sampling", section 3). For post-strata these are deviations from
//! post-stratum means.

use std::collections::HashMap;

use thiserror::Error;

use crate::coded::Coded;
use crate::variance::{Answers, Points};

/// The regression on the groups of the calibration margins.
#[derive(Debug, Clone)]
pub struct Projection {
    /// Weights before calibration.
    base: Vec<f64>,
    margins: Vec<Coded>,
    /// First group of each margin.
    offsets: Vec<usize>,
    groups: usize,
    /// Cholesky factor of the cross products, rows of redundant groups left out.
    factor: Vec<f64>,
    kept: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProjectionError {
    #[error("margin {margin} has {found} rows, the weights have {expected}: give one category per response")]
    UnequalLengths { margin: usize, found: usize, expected: usize },
    #[error("row {row} has no category in margin {margin}: every response needs one")]
    Missing { margin: usize, row: usize },
    #[error(
        "the margins have {groups} categories together; at most {most} are supported: join small categories"
    )]
    TooManyGroups { groups: usize, most: usize },
}

/// Most categories over all margins: the cross products are a dense square of this side.
const MOST_GROUPS: usize = 3_000;

impl Projection {
    /// Prepares the regression for these margins and the weights before calibration.
    ///
    /// # Errors
    /// Unequal lengths, rows without a category, more than 3,000 categories.
    pub fn new(base: &[f64], margins: Vec<Coded>) -> Result<Self, ProjectionError> {
        let mut offsets = Vec::with_capacity(margins.len());
        let mut groups = 0;
        for (index, margin) in margins.iter().enumerate() {
            let expected = base.len();
            if margin.len() != expected {
                let found = margin.len();
                return Err(ProjectionError::UnequalLengths { margin: index + 1, found, expected });
            }
            if let Some(row) = margin.codes().iter().position(|&code| code == Coded::MISSING) {
                return Err(ProjectionError::Missing { margin: index + 1, row: row + 1 });
            }
            offsets.push(groups);
            groups += margin.labels().len();
        }
        if groups > MOST_GROUPS {
            return Err(ProjectionError::TooManyGroups { groups, most: MOST_GROUPS });
        }
        let mut cross = vec![0.0; groups * groups];
        let mut own = Vec::with_capacity(margins.len());
        for (row, &weight) in base.iter().enumerate() {
            own.clear();
            own.extend(
                margins.iter().zip(&offsets).map(|(margin, offset)| offset + margin.codes()[row] as usize),
            );
            for &a in &own {
                for &b in &own {
                    cross[a * groups + b] += weight;
                }
            }
        }
        let (factor, kept) = cholesky(&cross, groups);
        Ok(Self { base: base.to_vec(), margins, offsets, groups, factor, kept })
    }

    /// Number of responses.
    pub(crate) fn len(&self) -> usize {
        self.base.len()
    }

    /// Number of groups over all margins.
    pub(crate) fn groups(&self) -> usize {
        self.groups
    }

    /// One number per response, equal where all groups are.
    pub(crate) fn combinations(&self) -> Vec<u32> {
        let mut combined = vec![0_u32; self.base.len()];
        for margin in &self.margins {
            let mut seen: HashMap<(u32, u32), u32> = HashMap::new();
            for (number, &code) in combined.iter_mut().zip(margin.codes()) {
                let next = seen.len() as u32;
                *number = *seen.entry((*number, code)).or_insert(next);
            }
        }
        combined
    }

    /// Number of margins: every response is in one group of each.
    pub(crate) fn margins(&self) -> usize {
        self.margins.len()
    }

    /// The groups of the responses in this order, those of one response side by side.
    pub(crate) fn groups_in_order(&self, order: &[u32]) -> Vec<u32> {
        let mut groups = vec![0; order.len() * self.margins.len()];
        for (index, (margin, offset)) in self.margins.iter().zip(&self.offsets).enumerate() {
            let cells = groups.iter_mut().skip(index).step_by(self.margins.len());
            for (cell, &row) in cells.zip(order) {
                *cell = *offset as u32 + margin.codes()[row as usize];
            }
        }
        groups
    }

    /// Regression coefficients of the scores of every domain and outcome.
    pub(crate) fn coefficients(
        &self,
        answers: Answers<'_>,
        domains: &Coded,
        points: &Points,
    ) -> Coefficients {
        let (width, size) = (points.width, points.values.len());
        let categories = matches!(answers, Answers::Categories(_));
        let mut right = vec![0.0; self.groups * size];
        let mut group_weight = vec![0.0; self.groups * points.weight.len()];
        for (row, &weight) in self.base.iter().enumerate() {
            let domain = domains.codes()[row];
            if domain == Coded::MISSING || weight == 0.0 {
                continue;
            }
            let Some((outcome, value)) = answers.at(row) else { continue };
            let domain = domain as usize;
            for (margin, offset) in self.margins.iter().zip(&self.offsets) {
                let group = offset + margin.codes()[row] as usize;
                if categories {
                    right[group * size + domain * width + outcome] += weight;
                    group_weight[group * points.weight.len() + domain] += weight;
                } else {
                    right[group * size + domain] += weight * (value - points.values[domain]);
                }
            }
        }
        for group in 0..self.groups {
            for domain in 0..points.weight.len() {
                let weight = group_weight[group * points.weight.len() + domain];
                for index in domain * width..(domain + 1) * width {
                    let value = &mut right[group * size + index];
                    *value = if points.base[domain] == 0 {
                        0.0
                    } else {
                        (*value - points.values[index] * weight) / points.weight[domain]
                    };
                }
            }
        }
        self.solve(&mut right, size);
        Coefficients { size, values: right }
    }

    /// Solves for all right-hand sides in place; coefficients of redundant groups become 0.
    fn solve(&self, right: &mut [f64], size: usize) {
        let n = self.groups;
        let mut kept = vec![false; n];
        self.kept.iter().for_each(|&group| kept[group] = true);
        for (group, _) in kept.iter().enumerate().filter(|(_, kept)| !**kept) {
            right[group * size..(group + 1) * size].fill(0.0);
        }
        for (position, &i) in self.kept.iter().enumerate() {
            for &j in &self.kept[..position] {
                subtract_row(right, size, i, j, self.factor[i * n + j]);
            }
            scale_row(right, size, i, 1.0 / self.factor[i * n + i]);
        }
        for (position, &i) in self.kept.iter().enumerate().rev() {
            for &j in &self.kept[position + 1..] {
                subtract_row(right, size, i, j, self.factor[j * n + i]);
            }
            scale_row(right, size, i, 1.0 / self.factor[i * n + i]);
        }
    }
}

/// `rows[i] -= factor * rows[j]`.
fn subtract_row(rows: &mut [f64], size: usize, i: usize, j: usize, factor: f64) {
    if factor != 0.0 {
        for index in 0..size {
            rows[i * size + index] -= factor * rows[j * size + index];
        }
    }
}

fn scale_row(rows: &mut [f64], size: usize, i: usize, factor: f64) {
    rows[i * size..(i + 1) * size].iter_mut().for_each(|value| *value *= factor);
}

/// Cholesky factor (lower) of a positive semidefinite matrix; groups that the ones before explain are left
/// out of the second result.
fn cholesky(matrix: &[f64], n: usize) -> (Vec<f64>, Vec<usize>) {
    let mut factor = vec![0.0; n * n];
    let mut kept: Vec<usize> = Vec::with_capacity(n);
    for i in 0..n {
        let mut pivot = matrix[i * n + i];
        for &j in &kept {
            let mut sum = matrix[i * n + j];
            for &k in kept.iter().take_while(|&&k| k < j) {
                sum -= factor[i * n + k] * factor[j * n + k];
            }
            let value = sum / factor[j * n + j];
            factor[i * n + j] = value;
            pivot -= value * value;
        }
        if pivot > matrix[i * n + i] * 1e-9 {
            factor[i * n + i] = pivot.sqrt();
            kept.push(i);
        }
    }
    (factor, kept)
}

/// Coefficients `[group][domain and outcome]`.
#[derive(Debug, Clone)]
pub(crate) struct Coefficients {
    size: usize,
    values: Vec<f64>,
}

impl Coefficients {
    /// The sum over the groups of one response: what calibration explains of its score, per unit of weight.
    pub(crate) fn explained(&self, groups: &[u32], out: &mut [f64]) {
        out.fill(0.0);
        for group in groups {
            let start = *group as usize * self.size;
            for (sum, value) in out.iter_mut().zip(&self.values[start..start + self.size]) {
                *sum += value;
            }
        }
    }

    #[inline]
    pub(crate) fn subtract(&self, group: u32, weight: f64, scores: &mut [f64]) {
        let start = group as usize * self.size;
        for (score, value) in scores.iter_mut().zip(&self.values[start..start + self.size]) {
            *score -= weight * value;
        }
    }
}
