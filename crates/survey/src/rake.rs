//! Raking and post-stratification: weights that reproduce known population totals.
//!
//! Iterative proportional fitting (Deming and Stephan 1940; Deville, Särndal and Sautory 1993). One margin
//! is post-stratification and is met in one step.

use thiserror::Error;

use crate::coded::Coded;
use crate::weights::kish_deff;

/// One variable with the population total of each of its categories.
#[derive(Debug, Clone)]
pub struct Margin {
    name: String,
    column: Coded,
    /// One total per label of the column, in its order.
    totals: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum RakeError {
    #[error("margin \"{margin}\": category \"{category}\" is given twice; give each category once")]
    TwiceTotal { margin: String, category: String },
    #[error(
        "margin \"{margin}\": category \"{category}\" has the total {total}; totals are finite and not below 0"
    )]
    BadTotal { margin: String, category: String, total: f64 },
    #[error(
        "margin \"{margin}\": category \"{category}\" has a population of {total} but no response with a weight: \
         the total cannot be met; join it to a similar category in margins and responses"
    )]
    EmptyCell { margin: String, category: String, total: f64 },
    #[error(
        "margin \"{margin}\": {rows} responses have the category \"{category}\", which the margin does not give \
         (it gives {known}); add its total or recode the responses"
    )]
    UnknownCategory { margin: String, category: String, rows: usize, known: String },
    #[error(
        "margin \"{margin}\": category \"{category}\" has a total of 0 but {rows} responses: drop these \
         responses or join the category to another"
    )]
    ZeroTotal { margin: String, category: String, rows: usize },
    #[error(
        "margin \"{margin}\": {rows} responses have no value (first in row {first}); give one, or recode the \
         gap as a category with its own total"
    )]
    MissingValues { margin: String, rows: usize, first: usize },
    #[error(
        "the margins add up to different populations: \"{first}\" to {first_total}, \"{other}\" to \
         {other_total}; one population has one size: correct the margins, or give shares instead of totals"
    )]
    DifferentPopulations { first: String, first_total: f64, other: String, other_total: f64 },
    #[error("no margin is given")]
    NoMargin,
    #[error("{what} has {found} rows, the weights have {expected}: give one value per response")]
    UnequalLengths { what: String, found: usize, expected: usize },
    #[error("the weight of row {row} is {weight}: weights are finite and not below 0")]
    BadWeight { row: usize, weight: f64 },
    #[error(
        "the margins cannot be met: after {rounds} rounds \"{category}\" of margin \"{margin}\" is at {reached} \
         instead of {wanted}; combinations without any response leave no weights that fit all margins: join \
         categories or drop a margin"
    )]
    NotMet { rounds: usize, margin: String, category: String, reached: f64, wanted: f64 },
    #[error("the bounds {low} to {high} cannot be: 0 ≤ low < 1 < high")]
    BadBounds { low: f64, high: f64 },
}

impl Margin {
    /// Joins a column to its totals.
    ///
    /// # Errors
    /// Categories given twice, totals below 0, categories of responses without a total and the reverse.
    pub fn new(name: String, column: Coded, totals: Vec<(String, f64)>) -> Result<Self, RakeError> {
        for (index, (category, total)) in totals.iter().enumerate() {
            if totals[..index].iter().any(|(other, _)| other == category) {
                return Err(RakeError::TwiceTotal { margin: name, category: category.clone() });
            }
            if !total.is_finite() || *total < 0.0 {
                return Err(RakeError::BadTotal { margin: name, category: category.clone(), total: *total });
            }
        }
        let rows = column.missing();
        if rows > 0 {
            let first = column.codes().iter().position(|&code| code == Coded::MISSING).unwrap_or(0) + 1;
            return Err(RakeError::MissingValues { margin: name, rows, first });
        }
        let labels: Vec<String> = totals.iter().map(|(category, _)| category.clone()).collect();
        let column = column.with_first_labels(&labels);
        let counts = column.counts();
        for (index, (category, &rows)) in column.labels().iter().zip(&counts).enumerate() {
            match totals.get(index) {
                None if rows > 0 => {
                    let known = labels.iter().map(|label| format!("\"{label}\"")).collect::<Vec<_>>().join(", ");
                    let category = category.clone();
                    return Err(RakeError::UnknownCategory { margin: name, category, rows, known });
                }
                Some((category, total)) if *total > 0.0 && rows == 0 => {
                    let (category, total) = (category.clone(), *total);
                    return Err(RakeError::EmptyCell { margin: name, category, total });
                }
                Some((category, 0.0)) if rows > 0 => {
                    let category = category.clone();
                    return Err(RakeError::ZeroTotal { margin: name, category, rows });
                }
                _ => {}
            }
        }
        let mut totals: Vec<f64> = totals.into_iter().map(|(_, total)| total).collect();
        totals.resize(column.labels().len(), 0.0);
        Ok(Self { name, column, totals })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn column(&self) -> &Coded {
        &self.column
    }

    pub fn population(&self) -> f64 {
        self.totals.iter().sum()
    }

    /// The same shares for another population.
    #[must_use]
    pub fn scaled_to(mut self, population: f64) -> Self {
        let factor = population / self.population();
        self.totals.iter_mut().for_each(|total| *total *= factor);
        self
    }
}

/// When raking stops, and how far a weight may move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RakeSettings {
    /// Largest relative deviation of a category from its total.
    pub tolerance: f64,
    pub most_rounds: usize,
    /// Smallest and largest ratio of a weight to the mean weight, when weights are trimmed.
    pub bounds: Option<(f64, f64)>,
}

impl Default for RakeSettings {
    fn default() -> Self {
        Self { tolerance: 1e-10, most_rounds: 2_000, bounds: None }
    }
}

/// The new weights and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Raked {
    pub weights: Vec<f64>,
    pub report: RakeReport,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RakeReport {
    pub rounds: usize,
    /// Largest relative deviation from a total that is left.
    pub deviation: f64,
    /// Smallest and largest ratio of new to old weight, after scaling both to the same sum.
    pub factor_range: (f64, f64),
    /// Largest weight over the mean weight.
    pub largest_ratio: f64,
    /// Precision lost by unequal weights before and after, 1 + cv².
    pub deff_before: f64,
    pub deff_after: f64,
    /// Weights held at a bound, when bounds were set.
    pub trimmed: usize,
    pub margins: Vec<MarginReport>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MarginReport {
    pub margin: String,
    /// Per category: label, responses, weight before, wanted total, weight after.
    pub categories: Vec<CategoryReport>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CategoryReport {
    pub category: String,
    pub responses: usize,
    pub before: f64,
    pub wanted: f64,
    pub after: f64,
}

/// Weights that meet all margins, as near to `base` as the proportional fitting keeps them.
///
/// With bounds, weights beyond them are held there and the rest raked again until both hold; where both
/// cannot hold, the margins win or [`RakeError::NotMet`] says which one does not fit.
///
/// # Errors
/// See [`RakeError`]; every one names the margin and the category.
pub fn rake(base: &[f64], margins: &[Margin], settings: &RakeSettings) -> Result<Raked, RakeError> {
    check(base, margins, settings)?;
    let population = margins.first().map_or(0.0, Margin::population);
    let sum: f64 = base.iter().sum();
    let mut weights = base.to_vec();
    let mut held = vec![false; base.len()];
    let mut rounds = 0;
    let mut sums: Vec<Vec<f64>> = margins.iter().map(|margin| vec![0.0; margin.totals.len()]).collect();
    let positive = base.iter().filter(|weight| **weight > 0.0).count();
    let limits = settings.bounds.map(|(low, high)| {
        let mean = population / positive as f64;
        (low * mean, high * mean)
    });
    let deviation = loop {
        rounds += 1;
        fit_once(&mut weights, margins, &held, limits.is_some());
        let deviation = deviation(&weights, margins, &mut sums);
        if deviation.largest <= settings.tolerance {
            let Some((low, high)) = limits else { break deviation.largest };
            if !hold(&mut weights, &mut held, low, high, settings.tolerance) {
                break deviation.largest;
            }
        }
        if rounds >= settings.most_rounds || deviation.largest.is_nan() {
            let margin = &margins[deviation.margin];
            return Err(RakeError::NotMet {
                rounds,
                margin: margin.name.clone(),
                category: margin.column.labels()[deviation.category].clone(),
                reached: sums[deviation.margin][deviation.category],
                wanted: margin.totals[deviation.category],
            });
        }
    };
    let scale = population / sum;
    let ratios = weights.iter().zip(base).filter(|(_, base)| **base > 0.0).map(|(new, old)| new / old / scale);
    let factor_range = ratios.fold((f64::INFINITY, 0.0_f64), |(low, high), r| (low.min(r), high.max(r)));
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let report = RakeReport {
        rounds,
        deviation,
        factor_range,
        largest_ratio: largest * positive as f64 / population,
        deff_before: kish_deff(base),
        deff_after: kish_deff(&weights),
        trimmed: held.iter().filter(|held| **held).count(),
        margins: report(base, &weights, margins),
    };
    Ok(Raked { weights, report })
}

fn check(base: &[f64], margins: &[Margin], settings: &RakeSettings) -> Result<(), RakeError> {
    let Some(first) = margins.first() else { return Err(RakeError::NoMargin) };
    if let Some(row) = base.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
        return Err(RakeError::BadWeight { row: row + 1, weight: base[row] });
    }
    for margin in margins {
        if margin.column.len() != base.len() {
            let (found, expected) = (margin.column.len(), base.len());
            let what = format!("margin \"{}\"", margin.name);
            return Err(RakeError::UnequalLengths { what, found, expected });
        }
        let mut sums = vec![0.0; margin.totals.len()];
        add_up(base, margin, &mut sums);
        let empty = sums.iter().zip(&margin.totals).position(|(sum, total)| *sum == 0.0 && *total > 0.0);
        if let Some(index) = empty {
            return Err(RakeError::EmptyCell {
                margin: margin.name.clone(),
                category: margin.column.labels()[index].clone(),
                total: margin.totals[index],
            });
        }
        let (first_total, other_total) = (first.population(), margin.population());
        if (first_total - other_total).abs() > 1e-6 * first_total.max(other_total) {
            let (first, other) = (first.name.clone(), margin.name.clone());
            return Err(RakeError::DifferentPopulations { first, first_total, other, other_total });
        }
    }
    if let Some((low, high)) = settings.bounds
        && !(low >= 0.0 && low < 1.0 && high > 1.0)
    {
        return Err(RakeError::BadBounds { low, high });
    }
    Ok(())
}

fn add_up(weights: &[f64], margin: &Margin, sums: &mut [f64]) {
    sums.fill(0.0);
    for (&weight, &code) in weights.iter().zip(margin.column.codes()) {
        sums[code as usize] += weight;
    }
}

/// One round over all margins. Held weights stay, the others of a category share what is left of its
/// total.
fn fit_once(weights: &mut [f64], margins: &[Margin], held: &[bool], any_held: bool) {
    for margin in margins {
        let codes = margin.column.codes();
        let mut free = vec![0.0; margin.totals.len()];
        let mut fixed = vec![0.0; margin.totals.len()];
        if any_held {
            for ((&weight, &code), &held) in weights.iter().zip(codes).zip(held) {
                if held { fixed[code as usize] += weight } else { free[code as usize] += weight }
            }
        } else {
            add_up(weights, margin, &mut free);
        }
        let factors: Vec<f64> = (0..free.len())
            .map(|index| {
                if free[index] > 0.0 { ((margin.totals[index] - fixed[index]) / free[index]).max(0.0) } else { 1.0 }
            })
            .collect();
        if any_held {
            for ((weight, &code), &held) in weights.iter_mut().zip(codes).zip(held) {
                if !held {
                    *weight *= factors[code as usize];
                }
            }
        } else {
            for (weight, &code) in weights.iter_mut().zip(codes) {
                *weight *= factors[code as usize];
            }
        }
    }
}

/// Holds weights beyond the limits at them; false when there are none beyond.
fn hold(weights: &mut [f64], held: &mut [bool], low: f64, high: f64, tolerance: f64) -> bool {
    let mut any = false;
    for (weight, held) in weights.iter_mut().zip(held) {
        if *held || *weight == 0.0 {
            continue;
        }
        if *weight > high * (1.0 + tolerance) || *weight < low * (1.0 - tolerance) {
            *weight = weight.clamp(low, high);
            *held = true;
            any = true;
        }
    }
    any
}

struct Deviation {
    largest: f64,
    margin: usize,
    category: usize,
}

fn deviation(weights: &[f64], margins: &[Margin], sums: &mut [Vec<f64>]) -> Deviation {
    let mut worst = Deviation { largest: 0.0, margin: 0, category: 0 };
    for (index, (margin, sums)) in margins.iter().zip(sums).enumerate() {
        add_up(weights, margin, sums);
        for (category, (sum, total)) in sums.iter().zip(&margin.totals).enumerate() {
            let off = if *total > 0.0 { (sum / total - 1.0).abs() } else { 0.0 };
            if off > worst.largest || off.is_nan() {
                worst = Deviation { largest: off, margin: index, category };
            }
        }
    }
    worst
}

fn report(base: &[f64], weights: &[f64], margins: &[Margin]) -> Vec<MarginReport> {
    margins
        .iter()
        .map(|margin| {
            let mut before = vec![0.0; margin.totals.len()];
            let mut after = vec![0.0; margin.totals.len()];
            add_up(base, margin, &mut before);
            add_up(weights, margin, &mut after);
            let counts = margin.column.counts();
            let categories = margin.column.labels().iter().enumerate().map(|(index, category)| CategoryReport {
                category: category.clone(),
                responses: counts[index],
                before: before[index],
                wanted: margin.totals[index],
                after: after[index],
            });
            MarginReport { margin: margin.name.clone(), categories: categories.collect() }
        })
        .collect()
}
