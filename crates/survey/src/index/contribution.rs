//! What moved an index between two periods.

use serde::Serialize;

use super::{Aggregation, IndexError, IndexVersion, Observed};

/// The part of the change that comes from one indicator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contribution {
    pub indicator: String,
    pub dimension: String,
    pub score_before: f64,
    pub score_after: f64,
    /// Points of the index; all of them add up to its change.
    pub points: f64,
}

/// Takes the change of an index apart, exactly: for the weighted mean `w Δscore`; for the geometric mean the
/// logarithmic mean decomposition (Ang 2004, LMDI-I). Both periods use the same version and must be complete,
/// since an indicator that appears or disappears moves the index without anything having changed.
///
/// # Errors
/// Missing or non-finite values; a geometric score of 0, which has no logarithm.
pub fn contributions(
    version: &IndexVersion,
    before: &Observed,
    after: &Observed,
) -> Result<Vec<Contribution>, IndexError> {
    let (first, second) = (version.scores(before)?, version.scores(after)?);
    let mut pairs = Vec::with_capacity(first.len());
    for ((part, before), after) in version.flat.iter().zip(&first).zip(&second) {
        let Some(pair) = before.zip(*after) else {
            return Err(IndexError::NoValue(format!("\"{}\"", version.indicator(part).name)));
        };
        pairs.push(pair);
    }
    let mean = match version.draft.aggregation {
        Aggregation::Arithmetic => None,
        Aggregation::Geometric => {
            let zero = version.flat.iter().zip(&pairs).find(|(_, pair)| pair.0 <= 0.0 || pair.1 <= 0.0);
            if let Some((part, _)) = zero {
                let name = &version.indicator(part).name;
                return Err(IndexError::NoValue(format!("the logarithm of the score 0 of \"{name}\"")));
            }
            let log = |pick: fn(&(f64, f64)) -> f64| -> f64 {
                version.flat.iter().zip(&pairs).map(|(part, pair)| part.weight * pick(pair).ln()).sum()
            };
            Some(logarithmic_mean(log(|pair| pair.0).exp(), log(|pair| pair.1).exp()))
        }
    };
    let contribution = |(part, &(score_before, score_after)): (&super::Part, &(f64, f64))| Contribution {
        indicator: version.indicator(part).name.clone(),
        dimension: version.draft.dimensions[part.dimension].name.clone(),
        score_before,
        score_after,
        points: match mean {
            None => part.weight * (score_after - score_before),
            Some(mean) => part.weight * mean * (score_after / score_before).ln(),
        },
    };
    Ok(version.flat.iter().zip(&pairs).map(contribution).collect())
}

/// `(b − a) / ln(b/a)`, and a where both are equal.
fn logarithmic_mean(a: f64, b: f64) -> f64 {
    let ratio = (b / a).ln();
    if ratio.abs() < 1e-9 { f64::midpoint(a, b) } else { (b - a) / ratio }
}
