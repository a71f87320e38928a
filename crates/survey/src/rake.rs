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
    #[error(
        "weights explode: {rows} responses would count more than {most} times what they did (response {row}: \
         {factor:.1} times; it is {categories}); join small categories, hold weights within bounds, or allow a \
         larger factor"
    )]
    Exploding { rows: usize, most: f64, row: usize, factor: f64, categories: String },
    #[error("the bounds {low} to {high} cannot be: 0 ≤ low < 1 < high")]
    BadBounds { low: f64, high: f64 },
    #[error(
        "margin \"{margin}\": with weights between {low} and {high} times the mean, the {rows} responses of \
         \"{category}\" reach {least} to {most}, not {total}; widen the bounds or join the category to another"
    )]
    BoundsTooTight {
        margin: String,
        category: String,
        rows: usize,
        low: f64,
        high: f64,
        least: f64,
        most: f64,
        total: f64,
    },
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
                    let known =
                        labels.iter().map(|label| format!("\"{label}\"")).collect::<Vec<_>>().join(", ");
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
    /// Largest factor between a new weight and the old one (both scaled to the same sum) that is let pass.
    pub most_factor: f64,
}

impl Default for RakeSettings {
    fn default() -> Self {
        Self { tolerance: 1e-10, most_rounds: 2_000, bounds: None, most_factor: 20.0 }
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

/// Weights that meet all margins: `base` times one factor per category of each margin.
///
/// With bounds, weights beyond them stand at them (the truncated case of Deville and Särndal 1992), and
/// the margins are still met; where both cannot be, the error says which category does not fit.
///
/// # Errors
/// See [`RakeError`]; every one names the margin and the category.
pub fn rake(base: &[f64], margins: &[Margin], settings: &RakeSettings) -> Result<Raked, RakeError> {
    check(base, margins, settings)?;
    let population = margins.first().map_or(0.0, Margin::population);
    let positive = base.iter().filter(|weight| **weight > 0.0).count();
    let mean = population / positive as f64;
    let limits = settings.bounds.map(|(low, high)| (low * mean, high * mean));
    if let (Some((low, high)), Some((least, most))) = (settings.bounds, limits) {
        check_reach(base, margins, (low, high), (least, most))?;
    }
    let scale = population / base.iter().sum::<f64>();
    // Weights before the bounds; they are kept apart, so that a weight may leave a bound again.
    let mut free: Vec<f64> = base.iter().map(|weight| weight * scale).collect();
    let mut sums: Vec<Vec<f64>> = margins.iter().map(|margin| vec![0.0; margin.totals.len()]).collect();
    let mut rounds = 0;
    let mut before = f64::INFINITY;
    let worst = loop {
        rounds += 1;
        let mut found: f64 = 0.0;
        for margin in margins {
            match limits {
                None => fit(&mut free, margin),
                Some(limits) => found = found.max(fit_within(&mut free, margin, limits)),
            }
        }
        // Within limits it takes many rounds: the margins are added up again only when it may be over.
        if found > settings.tolerance && rounds % STALL != 0 && rounds < settings.most_rounds {
            continue;
        }
        let worst = deviation(&free, margins, limits, &mut sums);
        if worst.largest <= settings.tolerance {
            break worst.largest;
        }
        let stalled = rounds % STALL == 0 && worst.largest > 0.9 * before;
        if rounds % STALL == 0 {
            before = worst.largest;
        }
        if stalled || rounds >= settings.most_rounds || worst.largest.is_nan() {
            let margin = &margins[worst.margin];
            return Err(RakeError::NotMet {
                rounds,
                margin: margin.name.clone(),
                category: margin.column.labels()[worst.category].clone(),
                reached: sums[worst.margin][worst.category],
                wanted: margin.totals[worst.category],
            });
        }
    };
    let weights = match limits {
        None => free,
        Some(limits) => free.iter().map(|&weight| within(weight, limits)).collect(),
    };
    check_factors(base, &weights, scale, margins, settings.most_factor)?;
    let ratios =
        weights.iter().zip(base).filter(|(_, base)| **base > 0.0).map(|(new, old)| new / old / scale);
    let factor_range = ratios.fold((f64::INFINITY, 0.0_f64), |(low, high), r| (low.min(r), high.max(r)));
    let at_bound = |weight: &&f64| limits.is_some_and(|(low, high)| **weight == low || **weight == high);
    let report = RakeReport {
        rounds,
        deviation: worst,
        factor_range,
        largest_ratio: weights.iter().copied().fold(0.0, f64::max) / mean,
        deff_before: kish_deff(base),
        deff_after: kish_deff(&weights),
        trimmed: weights.iter().filter(at_bound).count(),
        margins: report(base, &weights, margins),
    };
    Ok(Raked { weights, report })
}

/// A few responses must not speak for a large part of the population.
fn check_factors(
    base: &[f64],
    weights: &[f64],
    scale: f64,
    margins: &[Margin],
    most: f64,
) -> Result<(), RakeError> {
    let (mut rows, mut worst, mut factor) = (0, 0, 0.0);
    for (row, (old, new)) in base.iter().zip(weights).enumerate() {
        let own = new / (old * scale);
        if own > most {
            rows += 1;
            if own > factor {
                (worst, factor) = (row, own);
            }
        }
    }
    if rows == 0 {
        return Ok(());
    }
    let categories: Vec<String> = margins
        .iter()
        .map(|margin| format!("{} \"{}\"", margin.name, margin.column.label(worst).unwrap_or_default()))
        .collect();
    Err(RakeError::Exploding { rows, most, row: worst + 1, factor, categories: categories.join(", ") })
}

/// After this many rounds without getting a tenth nearer, raking gives up.
const STALL: usize = 100;

/// A weight of 0 stays 0: it takes no part.
fn within(weight: f64, (low, high): (f64, f64)) -> f64 {
    if weight == 0.0 { 0.0 } else { weight.clamp(low, high) }
}

/// Whether each category can have its total at all within the limits.
fn check_reach(
    base: &[f64],
    margins: &[Margin],
    (low, high): (f64, f64),
    (least, most): (f64, f64),
) -> Result<(), RakeError> {
    for margin in margins {
        let mut counts = vec![0_usize; margin.totals.len()];
        for (&weight, &code) in base.iter().zip(margin.column.codes()) {
            counts[code as usize] += usize::from(weight > 0.0);
        }
        for (category, (&rows, &total)) in counts.iter().zip(&margin.totals).enumerate() {
            let (least, most) = (least * rows as f64, most * rows as f64);
            if total < least || total > most {
                return Err(RakeError::BoundsTooTight {
                    margin: margin.name.clone(),
                    category: margin.column.labels()[category].clone(),
                    rows,
                    low,
                    high,
                    least,
                    most,
                    total,
                });
            }
        }
    }
    Ok(())
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
        && !((0.0..1.0).contains(&low) && high > 1.0 && high.is_finite())
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

/// Every category gets its total.
fn fit(weights: &mut [f64], margin: &Margin) {
    let mut sums = vec![0.0; margin.totals.len()];
    add_up(weights, margin, &mut sums);
    let factors: Vec<f64> = sums
        .iter()
        .zip(&margin.totals)
        .map(|(sum, total)| if *sum > 0.0 { total / sum } else { 1.0 })
        .collect();
    for (weight, &code) in weights.iter_mut().zip(margin.column.codes()) {
        *weight *= factors[code as usize];
    }
}

/// Every category gets nearer to its total: weights inside the limits share what those at a limit leave.
/// Returns the largest relative deviation that was found.
fn fit_within(weights: &mut [f64], margin: &Margin, limits: (f64, f64)) -> f64 {
    let mut inside = vec![0.0; margin.totals.len()];
    let mut fixed = vec![0.0; margin.totals.len()];
    for (&weight, &code) in weights.iter().zip(margin.column.codes()) {
        let held = within(weight, limits);
        if held == weight { inside[code as usize] += weight } else { fixed[code as usize] += held }
    }
    let mut deviation: f64 = 0.0;
    let factors: Vec<f64> = (0..inside.len())
        .map(|index| {
            let (total, inside, fixed) = (margin.totals[index], inside[index], fixed[index]);
            let left = total - fixed;
            if total > 0.0 {
                deviation = deviation.max(((inside + fixed) / total - 1.0).abs());
            }
            if inside > 0.0 && left > 0.0 {
                // A large step may carry many weights over a limit; the next round takes it from there.
                (left / inside).clamp(0.2, 5.0)
            } else if inside + fixed > 0.0 {
                (total / (inside + fixed)).clamp(0.2, 5.0)
            } else {
                1.0
            }
        })
        .collect();
    for (weight, &code) in weights.iter_mut().zip(margin.column.codes()) {
        *weight *= factors[code as usize];
    }
    deviation
}

struct Deviation {
    largest: f64,
    margin: usize,
    category: usize,
}

fn deviation(
    weights: &[f64],
    margins: &[Margin],
    limits: Option<(f64, f64)>,
    sums: &mut [Vec<f64>],
) -> Deviation {
    let mut worst = Deviation { largest: 0.0, margin: 0, category: 0 };
    for (index, (margin, sums)) in margins.iter().zip(sums).enumerate() {
        match limits {
            None => add_up(weights, margin, sums),
            Some(limits) => {
                sums.fill(0.0);
                for (&weight, &code) in weights.iter().zip(margin.column.codes()) {
                    sums[code as usize] += within(weight, limits);
                }
            }
        }
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
            let categories =
                margin.column.labels().iter().enumerate().map(|(index, category)| CategoryReport {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn coded(values: &[&str]) -> Coded {
        Coded::from_texts(values.iter().map(|value| Some(*value)))
    }

    fn margin(name: &str, values: &[&str], totals: &[(&str, f64)]) -> Result<Margin, RakeError> {
        let totals = totals.iter().map(|(label, total)| ((*label).to_owned(), *total)).collect();
        Margin::new(name.into(), coded(values), totals)
    }

    #[test]
    fn one_margin_is_post_stratification() {
        let m = margin("sex", &["F", "F", "M"], &[("F", 60.0), ("M", 40.0)]).expect("margin");
        let raked = rake(&[1.0, 2.0, 1.0], &[m], &RakeSettings::default()).expect("met");
        assert_eq!(raked.weights, [20.0, 40.0, 40.0]);
        assert_eq!(raked.report.rounds, 1);
    }

    #[test]
    fn says_what_cannot_be() {
        let error = |result: Result<Margin, RakeError>| result.expect_err("refused").to_string();
        assert!(error(margin("sex", &["F"], &[("F", 1.0), ("M", 1.0)])).contains("cannot be met"));
        assert!(error(margin("sex", &["F", "X"], &[("F", 1.0)])).contains("\"X\""));
        assert!(error(margin("sex", &["F"], &[("F", 0.0)])).contains("total of 0"));
        assert!(error(margin("sex", &["F"], &[("F", f64::NAN)])).contains("finite"));
        assert!(error(margin("sex", &["F"], &[("F", 1.0), ("F", 1.0)])).contains("twice"));
        let sex = margin("sex", &["F", "M"], &[("F", 6.0), ("M", 4.0)]).expect("margin");
        let age = margin("age", &["a", "b"], &[("a", 6.0), ("b", 5.0)]).expect("margin");
        let error = rake(&[1.0; 2], &[sex.clone(), age], &RakeSettings::default()).expect_err("refused");
        assert!(error.to_string().contains("different populations"), "{error}");
        // Sex and age coincide in the sample, but not in the population.
        let age = margin("age", &["a", "b"], &[("a", 5.0), ("b", 5.0)]).expect("margin");
        let error = rake(&[1.0; 2], &[sex.clone(), age], &RakeSettings::default()).expect_err("refused");
        assert!(matches!(error, RakeError::NotMet { rounds: 200, .. }), "{error}");
        let bounds = RakeSettings { bounds: Some((0.9, 1.1)), ..RakeSettings::default() };
        assert!(matches!(rake(&[1.0; 2], &[sex], &bounds), Err(RakeError::BoundsTooTight { .. })));
    }

    #[test]
    fn one_response_does_not_speak_for_half_the_city() {
        let values: Vec<&str> = (0..100).map(|row| if row == 7 { "F" } else { "M" }).collect();
        let sex = margin("sex", &values, &[("F", 50.0), ("M", 50.0)]).expect("margin");
        let error =
            rake(&[1.0; 100], std::slice::from_ref(&sex), &RakeSettings::default()).expect_err("explodes");
        assert!(error.to_string().contains("response 8: 50.0 times; it is sex \"F\""), "{error}");
        let settings = RakeSettings { most_factor: 60.0, ..RakeSettings::default() };
        assert!(rake(&[1.0; 100], &[sex], &settings).is_ok());
    }

    proptest! {
        /// Whenever all combinations occur, all margins are met and no weight turns negative; bounds hold.
        #[test]
        fn margins_are_met(
            extra in proptest::collection::vec((0_usize..3, 0_usize..2, 0.2_f64..5.0), 0..60),
            a in proptest::array::uniform3(1.0_f64..4.0),
            b in proptest::array::uniform2(1.0_f64..4.0),
        ) {
            let rows: Vec<(usize, usize, f64)> =
                (0..3).flat_map(|a| (0..2).map(move |b| (a, b, 1.0))).chain(extra).collect();
            let names = ["x", "y", "z"];
            let column = |pick: &dyn Fn(&(usize, usize, f64)) -> usize| {
                Coded::from_texts(rows.iter().map(|row| Some(names[pick(row)])))
            };
            let scale = a.iter().sum::<f64>() / b.iter().sum::<f64>();
            let totals = |values: &[f64], factor: f64| {
                values.iter().zip(names).map(|(value, name)| (name.to_owned(), value * factor)).collect::<Vec<_>>()
            };
            let margins = [
                Margin::new("a".into(), column(&|row| row.0), totals(&a, 1.0)).expect("margin"),
                Margin::new("b".into(), column(&|row| row.1), totals(&b, scale)).expect("margin"),
            ];
            let base: Vec<f64> = rows.iter().map(|row| row.2).collect();
            let settings = RakeSettings { most_factor: f64::INFINITY, ..RakeSettings::default() };
            let raked = rake(&base, &margins, &settings).expect("met");
            prop_assert!(raked.report.deviation <= 1e-10);
            prop_assert!(raked.weights.iter().all(|weight| *weight > 0.0));
            let bounds = RakeSettings { bounds: Some((0.1, 5.0)), ..settings };
            if let Ok(raked) = rake(&base, &margins, &bounds) {
                let mean = raked.weights.iter().sum::<f64>() / base.len() as f64;
                for weight in &raked.weights {
                    prop_assert!(*weight >= 0.1 * mean * 0.999_999 && *weight <= 5.0 * mean * 1.000_001);
                }
                prop_assert!(raked.report.deviation <= 1e-10);
            }
        }
    }
}
