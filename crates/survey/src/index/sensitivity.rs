//! How much an index and the order of areas depend on the weights.

use serde::Serialize;

use super::{IndexError, IndexVersion, Observed, Part};
use crate::random::Random;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SensitivitySettings {
    /// Every weight moves up and down by at most this share of itself, all at once.
    pub spread: f64,
    /// Number of weight sets drawn.
    pub draws: usize,
    pub seed: u64,
}

impl Default for SensitivitySettings {
    fn default() -> Self {
        Self { spread: 0.5, draws: 1_000, seed: 1 }
    }
}

/// One area under many weight sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    pub area: String,
    pub value: f64,
    /// Rank with the weights as they are; 1 is the highest value, equal values share the better rank.
    pub rank: usize,
    /// Value below which 5 % and 95 % of the draws lie.
    pub low: f64,
    pub high: f64,
    /// Best and worst rank in the middle 90 % of the draws.
    pub best_rank: usize,
    pub worst_rank: usize,
}

/// Values and ranks of all areas under weights drawn around the given ones (OECD and JRC 2008, step 7).
/// Areas without a value have no rank and are left out.
///
/// # Errors
/// Values that are not finite, a spread outside 0 to 1, no draws.
pub fn sensitivity(
    version: &IndexVersion,
    areas: &[(String, Observed)],
    settings: SensitivitySettings,
) -> Result<Vec<Sensitivity>, IndexError> {
    if !(settings.spread >= 0.0 && settings.spread < 1.0) {
        let expected = "give a share from 0 to below 1";
        return Err(IndexError::BadSetting { what: "the spread", value: settings.spread, expected });
    }
    if settings.draws == 0 {
        let expected = "give at least 1";
        return Err(IndexError::BadSetting { what: "the number of draws", value: 0.0, expected });
    }
    let mut names = Vec::new();
    let mut scores = Vec::new();
    for (name, observed) in areas {
        let own = version.scores(observed)?;
        let pairs: Vec<(f64, Option<f64>)> =
            version.flat.iter().zip(&own).map(|(part, score)| (part.weight, *score)).collect();
        // Whether there is a value depends on the declared weights only.
        if version.join(&pairs).0.is_some() {
            names.push(name.clone());
            scores.push(own);
        }
    }
    // One buffer for all areas and draws.
    let mut present: Vec<(f64, Option<f64>)> = Vec::with_capacity(version.flat.len());
    let mut values = |weights: &[f64]| -> Vec<f64> {
        let joined = scores.iter().map(|own| {
            present.clear();
            present.extend(weights.iter().copied().zip(own.iter().copied()));
            version.joined(&present)
        });
        joined.collect()
    };
    let mut weights: Vec<f64> = version.flat.iter().map(|part| part.weight).collect();
    let value = values(&weights);
    let rank = ranks(&value);
    let mut drawn_values = vec![Vec::with_capacity(settings.draws); names.len()];
    let mut drawn_ranks = vec![Vec::with_capacity(settings.draws); names.len()];
    let mut random = Random::new(settings.seed);
    for _ in 0..settings.draws {
        let moved = |part: &Part| part.weight * (1.0 + settings.spread * (2.0 * random.unit() - 1.0));
        weights.clear();
        weights.extend(version.flat.iter().map(moved));
        let found = values(&weights);
        for (area, rank) in ranks(&found).into_iter().enumerate() {
            drawn_values[area].push(found[area]);
            drawn_ranks[area].push(rank);
        }
    }
    let tail = |count: usize| (count as f64 * 0.05).floor() as usize;
    let results = names.into_iter().enumerate().map(|(area, name)| {
        drawn_values[area].sort_by(f64::total_cmp);
        drawn_ranks[area].sort_unstable();
        let (first, last) = (tail(settings.draws), settings.draws - 1 - tail(settings.draws));
        Sensitivity {
            area: name,
            value: value[area],
            rank: rank[area],
            low: drawn_values[area][first],
            high: drawn_values[area][last],
            best_rank: drawn_ranks[area][first],
            worst_rank: drawn_ranks[area][last],
        }
    });
    Ok(results.collect())
}

/// 1 for the largest; equal values share the better rank.
fn ranks(values: &[f64]) -> Vec<usize> {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    values.iter().map(|value| sorted.partition_point(|other| other > value) + 1).collect()
}
