//! Weighted shares and means with their error, for the whole sample or any group.

use serde::Serialize;
use thiserror::Error;

use crate::coded::Coded;
use crate::design::Design;
use crate::distribution::t_quantile;
use crate::variance::{Points, Variances, points, variances};

pub use crate::variance::Answers;

/// An estimate with its error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Share between 0 and 1, or mean in the unit of the answers.
    pub estimate: f64,
    pub std_error: f64,
    pub ci_low: f64,
    pub ci_high: f64,
    /// Design effect: variance over that of a simple random sample of the same base; `None` where the
    /// latter is 0.
    pub deff: Option<f64>,
    /// Loss of precision by unequal weights alone, 1 + cv² (Kish 1965).
    pub deff_kish: f64,
    /// Degrees of freedom of the interval; infinite is written as null.
    pub df: f64,
    /// Responses behind it, unweighted.
    pub n: usize,
    /// Sum of their weights.
    pub weight_sum: f64,
}

/// An estimate, or the reason why none is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Shown(Estimate),
    /// Fewer responses than the smallest base that may be shown.
    Suppressed {
        n: usize,
    },
}

/// One cell of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Index into the labels of the grouping.
    pub group: usize,
    /// Index into the labels of the answers; 0 for numbers.
    pub level: usize,
    pub outcome: Outcome,
}

/// Intervals for shares; means always have `estimate ± t · std_error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShareInterval {
    /// On the log-odds, back-transformed: stays between 0 and 1 and keeps its coverage near the ends
    /// (Korn and Graubard 1999, section 2.5).
    #[default]
    Logit,
    /// `estimate ± t · std_error`, cut at 0 and 1.
    Linear,
}

/// The simple random sample that the design effect compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeffBase {
    /// Finite when the design is finite, so that a simple random sample always has 1.
    #[default]
    AsDesigned,
    WithReplacement,
    WithoutReplacement,
}

/// Degrees of freedom of intervals for groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freedom {
    /// First-stage units less strata in which the group occurs.
    #[default]
    Group,
    /// First-stage units less strata of the whole design.
    Design,
    /// The normal distribution.
    Normal,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Confidence of the intervals, above 0 and below 1.
    pub confidence: f64,
    /// Smallest number of responses that is shown; at least 2, since one response has no error.
    pub min_base: usize,
    pub share_interval: ShareInterval,
    pub deff_base: DeffBase,
    pub freedom: Freedom,
    /// Every variance is multiplied by it: what clusters cost that the responses do not tell, at least 1 (Kish 1965).
    pub inflation: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            confidence: 0.95,
            min_base: 2,
            share_interval: ShareInterval::default(),
            deff_base: DeffBase::default(),
            freedom: Freedom::default(),
            inflation: 1.0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum EstimateError {
    #[error("{what} has {found} rows, the design has {expected}: give one value per response")]
    UnequalLengths { what: &'static str, found: usize, expected: usize },
    #[error("variances cannot be multiplied by {0}: give a number of 1 or more")]
    BadInflation(f64),
    #[error("a confidence of {0} cannot be: give a number above 0 and below 1, such as 0.95")]
    BadConfidence(f64),
    #[error(
        "{cells} results (groups times answers) are too many, with population totals times their categories at most \
         {most}: group more coarsely"
    )]
    TooManyCells { cells: usize, most: usize },
}

/// Most results of one question by one grouping, times the categories of population totals.
const MOST_CELLS: usize = 20_000_000;

/// Estimates the share of each label, or the mean, in each group: cells by group, then level.
///
/// Responses without an answer or without a group are outside the group they would be in, and so are
/// those with a weight of 0.
///
/// # Errors
/// Unequal lengths, a confidence outside 0 to 1, an inflation below 1, too many cells.
pub fn estimate(
    design: &Design,
    answers: Answers<'_>,
    groups: &Coded,
    settings: &Settings,
) -> Result<Vec<Cell>, EstimateError> {
    let expected = design.len();
    for (what, found) in [("the answers", answers.len()), ("the grouping", groups.len())] {
        if found != expected {
            return Err(EstimateError::UnequalLengths { what, found, expected });
        }
    }
    if !(settings.confidence > 0.0 && settings.confidence < 1.0) {
        return Err(EstimateError::BadConfidence(settings.confidence));
    }
    if !(settings.inflation >= 1.0 && settings.inflation.is_finite()) {
        return Err(EstimateError::BadInflation(settings.inflation));
    }
    let cells = answers.width().saturating_mul(groups.labels().len());
    let calibration = design.calibration.as_ref().map_or(1, |calibration| calibration.projection.groups());
    if cells.saturating_mul(calibration) > MOST_CELLS {
        return Err(EstimateError::TooManyCells { cells, most: MOST_CELLS });
    }
    let points = points(design.weights(), answers, groups);
    let variances = variances(design, answers, groups, &points);
    let share = matches!(answers, Answers::Categories(_));
    let mut cells = Vec::with_capacity(cells);
    for group in 0..groups.labels().len() {
        let n = points.base[group];
        let freedom = match settings.freedom {
            Freedom::Group => variances.freedom[group],
            Freedom::Design => design.degrees_of_freedom(),
            Freedom::Normal => f64::INFINITY,
        };
        let t = t_quantile(f64::midpoint(1.0, settings.confidence), freedom.max(1.0));
        for level in 0..points.width {
            let outcome = if n < settings.min_base.max(2) {
                Outcome::Suppressed { n }
            } else {
                let cell = One { group, level, share, t, freedom };
                Outcome::Shown(cell.estimate(design, &points, &variances, settings))
            };
            cells.push(Cell { group, level, outcome });
        }
    }
    Ok(cells)
}

/// What one cell needs besides the sums.
struct One {
    group: usize,
    level: usize,
    share: bool,
    t: f64,
    freedom: f64,
}

impl One {
    fn estimate(
        &self,
        design: &Design,
        points: &Points,
        variances: &Variances,
        settings: &Settings,
    ) -> Estimate {
        let index = self.group * points.width + self.level;
        let n = points.base[self.group];
        let weight_sum = points.weight[self.group];
        let estimate = points.values[index];
        let variance = variances.values[index] * settings.inflation;
        let std_error = variance.sqrt();
        let spread =
            if self.share { estimate * (1.0 - estimate) } else { points.squares[self.group] / weight_sum };
        let finite = match settings.deff_base {
            DeffBase::AsDesigned => design.is_finite(),
            DeffBase::WithReplacement => false,
            DeffBase::WithoutReplacement => true,
        };
        let left = if finite { (1.0 - n as f64 / weight_sum).max(0.0) } else { 1.0 };
        let simple = spread / (n as f64 - 1.0) * left;
        // Rounding leaves a spread of about 1e-33 where all answers are equal.
        let negligible = 1e-24 * estimate * estimate / n as f64;
        let (ci_low, ci_high) = self.interval(estimate, std_error, n, settings);
        Estimate {
            estimate,
            std_error,
            ci_low,
            ci_high,
            deff: (simple > negligible).then(|| variance / simple),
            deff_kish: n as f64 * points.weight_squared[self.group] / (weight_sum * weight_sum),
            df: self.freedom,
            n,
            weight_sum,
        }
    }

    fn interval(&self, estimate: f64, std_error: f64, n: usize, settings: &Settings) -> (f64, f64) {
        let reach = self.t * std_error;
        if !self.share {
            return (estimate - reach, estimate + reach);
        }
        match settings.share_interval {
            ShareInterval::Linear => ((estimate - reach).max(0.0), (estimate + reach).min(1.0)),
            ShareInterval::Logit => {
                // All or none: the sample shows no variance, which does not mean that there is no error.
                // The exact binomial bound (Clopper and Pearson 1934) still says something.
                let tail = f64::midpoint(1.0, -settings.confidence);
                let bound = 1.0 - tail.powf(settings.inflation / n as f64);
                if estimate <= 0.0 {
                    return (0.0, bound);
                }
                if estimate >= 1.0 {
                    return (1.0 - bound, 1.0);
                }
                let odds = (estimate / (1.0 - estimate)).ln();
                let reach = reach / (estimate * (1.0 - estimate));
                (logistic(odds - reach), logistic(odds + reach))
            }
        }
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
