//! Did it change anything? Difference in differences with seasonal control.
//!
//! Requests before and after a project are compared with comparable areas where nothing was done, month by
//! month with the same month before, so that neither the season nor a city-wide trend counts as an effect.
//! Each area is first reduced to one number (its mean seasonal difference), which makes serial correlation
//! within an area harmless (Bertrand, Duflo and Mullainathan 2004, section IV.C); the error comes from how
//! much areas differ (Donald and Lang 2007), and a permutation test asks how often areas picked at random
//! would show as much.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::change::holm;
use crate::distribution::{t_quantile, two_sided};
use crate::random::Random;

/// One area over all periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub area: String,
    /// Whether the project reaches it.
    pub treated: bool,
    /// One value per period, such as requests per 1,000 residents; `None` where nothing is recorded.
    pub values: Vec<Option<f64>>,
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Differences, in the unit of the values.
    Level,
    /// Differences of logarithms, reported as relative change; values must be above 0.
    Relative,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EffectSettings {
    /// Index of the first period after the project took effect.
    pub start: usize,
    /// Periods per year: 12 for months, 4 for quarters, 1 for years.
    pub season: usize,
    /// Last periods before `start` to leave out, while building went on.
    pub leave_out: usize,
    pub scale: Scale,
    pub confidence: f64,
    /// Permutations drawn when there are too many to go through all.
    pub permutations: usize,
    pub seed: u64,
}

impl Default for EffectSettings {
    fn default() -> Self {
        Self {
            start: 0,
            season: 12,
            leave_out: 0,
            scale: Scale::Level,
            confidence: 0.95,
            permutations: 9_999,
            seed: 1,
        }
    }
}

/// The effect with its uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// Change of the treated areas beyond that of the comparison areas: in the unit of the values, or as a
    /// share (−0.2 is a fifth less) on the relative scale.
    pub effect: f64,
    pub ci_low: f64,
    pub ci_high: f64,
    /// On the scale of the comparison (logarithms when relative).
    pub std_error: f64,
    pub df: f64,
    pub p_value: f64,
    /// Share of random choices of "treated" areas with an effect at least as large.
    pub permutation_p: f64,
    pub treated: usize,
    pub compared: usize,
    /// The same for a made-up start in the middle of the time before: should show nothing. `None` when the
    /// time before is too short.
    pub before: Option<Placebo>,
    /// What the figure cannot say.
    pub limits: Vec<Limit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Placebo {
    pub effect: f64,
    pub p_value: f64,
}

/// A limit of the evaluation, to be printed with it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Always: areas were not chosen by lot.
    NotRandom,
    OneTreatedArea,
    FewComparisons(usize),
    /// The areas already went apart before.
    ApartBefore,
    /// The time before is too short to see whether they did.
    ShortBefore,
    /// Not every season occurs after the start.
    PartOfTheYear {
        seasons: usize,
        of: usize,
    },
    /// Periods without a value were left out.
    Missing(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRandom => write!(
                f,
                "The areas were chosen, not drawn by lot: whatever else happened in them at the same time is part \
                 of the figure."
            ),
            Self::OneTreatedArea => write!(
                f,
                "Only one area was reached: how areas differ by chance is judged from the comparison areas alone."
            ),
            Self::FewComparisons(count) => {
                write!(f, "Only {count} comparison areas: the interval is wide and rests on few differences.")
            }
            Self::ApartBefore => write!(
                f,
                "The areas went apart already before the project: part or all of the figure may be an older trend."
            ),
            Self::ShortBefore => {
                write!(f, "The time before is too short to see whether the areas went the same way.")
            }
            Self::PartOfTheYear { seasons, of } => {
                write!(f, "Only {seasons} of {of} seasons are compared: the rest of the year may differ.")
            }
            Self::Missing(count) => {
                write!(f, "{count} values are missing; they were left out, not filled in.")
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum EffectError {
    #[error("{what}: {expected}")]
    BadSetting { what: &'static str, expected: &'static str },
    #[error(
        "\"{area}\" has {found} periods, the first area has {expected}: give every area the same periods"
    )]
    UnequalLengths { area: String, found: usize, expected: usize },
    #[error("no area is marked as treated")]
    NoneTreated,
    #[error("{0} comparison areas are too few for an error: give at least 2")]
    TooFewCompared(usize),
    #[error("\"{area}\", period {period}: {value} cannot be compared ({expected})")]
    BadValue { area: String, period: usize, value: f64, expected: &'static str },
    #[error("\"{area}\" has no season with values both before and after the start")]
    NothingToCompare { area: String },
}

/// Fewer comparison areas than this deserve a remark.
const FEW: usize = 6;

/// The effect in the treated areas.
///
/// # Errors
/// Settings outside the periods, too few areas, values that cannot be compared, areas without a common season.
pub fn effect(series: &[Series], settings: &EffectSettings) -> Result<Effect, EffectError> {
    check(series, settings)?;
    let transformed = transform(series, settings.scale)?;
    let before = settings.start - settings.leave_out;
    let periods = series[0].values.len();
    let differences = differences(series, &transformed, settings.season, 0..before, settings.start..periods)?;
    let found = compare(series, &differences);

    let middle = (before / 2).max(settings.season);
    let long_enough = before >= 2 * settings.season;
    let placebo = if long_enough {
        self::differences(series, &transformed, settings.season, 0..middle, middle..before)
            .ok()
            .map(|differences| compare(series, &differences))
    } else {
        None
    };

    let treated = series.iter().filter(|series| series.treated).count();
    let compared = series.len() - treated;
    let mut limits = vec![Limit::NotRandom];
    if treated == 1 {
        limits.push(Limit::OneTreatedArea);
    }
    if compared < FEW {
        limits.push(Limit::FewComparisons(compared));
    }
    match &placebo {
        None => limits.push(Limit::ShortBefore),
        Some(placebo) if placebo.p_value < 0.1 => limits.push(Limit::ApartBefore),
        Some(_) => {}
    }
    let season = |range: std::ops::Range<usize>| {
        let mut seasons: Vec<usize> = range.map(|period| period % settings.season).collect();
        seasons.sort_unstable();
        seasons.dedup();
        seasons
    };
    let (early, late) = (season(0..before), season(settings.start..periods));
    let common = late.iter().filter(|season| early.contains(season)).count();
    if common < settings.season {
        limits.push(Limit::PartOfTheYear { seasons: common, of: settings.season });
    }
    let missing = series.iter().flat_map(|series| &series.values).filter(|value| value.is_none()).count();
    if missing > 0 {
        limits.push(Limit::Missing(missing));
    }
    let back = |value: f64| match settings.scale {
        Scale::Level => value,
        Scale::Relative => value.exp_m1(),
    };
    let reach = t_quantile(f64::midpoint(1.0, settings.confidence), found.df) * found.std_error;
    Ok(Effect {
        effect: back(found.effect),
        ci_low: back(found.effect - reach),
        ci_high: back(found.effect + reach),
        std_error: found.std_error,
        df: found.df,
        p_value: found.p_value,
        permutation_p: permutation(series, &differences, found.effect, settings),
        treated,
        compared,
        before: placebo.map(|placebo| Placebo { effect: back(placebo.effect), p_value: placebo.p_value }),
        limits,
    })
}

fn check(series: &[Series], settings: &EffectSettings) -> Result<(), EffectError> {
    let periods = series.first().map_or(0, |series| series.values.len());
    let bad = |what, expected| Err(EffectError::BadSetting { what, expected });
    if let Some(other) = series.iter().find(|series| series.values.len() != periods) {
        let (area, found) = (other.area.clone(), other.values.len());
        return Err(EffectError::UnequalLengths { area, found, expected: periods });
    }
    if settings.season == 0 {
        return bad("the season is 0 periods long", "give 12 for months, 4 for quarters, 1 for years");
    }
    if settings.start <= settings.leave_out || settings.start >= periods {
        return bad("the start leaves no period before or after it", "give an index within the periods");
    }
    if !(settings.confidence > 0.0 && settings.confidence < 1.0) {
        return bad("the confidence is out of range", "give a number above 0 and below 1, such as 0.95");
    }
    let treated = series.iter().filter(|series| series.treated).count();
    if treated == 0 {
        return Err(EffectError::NoneTreated);
    }
    if series.len() - treated < 2 {
        return Err(EffectError::TooFewCompared(series.len() - treated));
    }
    Ok(())
}

fn transform(series: &[Series], scale: Scale) -> Result<Vec<Vec<Option<f64>>>, EffectError> {
    let one = |series: &Series| {
        let values = series.values.iter().enumerate().map(|(period, value)| {
            let Some(value) = *value else { return Ok(None) };
            let (good, expected) = match scale {
                Scale::Level => (value.is_finite(), "give finite values, or none"),
                Scale::Relative => {
                    (value.is_finite() && value > 0.0, "the relative scale needs values above 0; use levels")
                }
            };
            if !good {
                let area = series.area.clone();
                return Err(EffectError::BadValue { area, period: period + 1, value, expected });
            }
            Ok(Some(if scale == Scale::Relative { value.ln() } else { value }))
        });
        values.collect()
    };
    series.iter().map(one).collect()
}

/// Per area: values after, less the mean of the same season before, averaged over the periods after.
fn differences(
    series: &[Series],
    values: &[Vec<Option<f64>>],
    season: usize,
    before: std::ops::Range<usize>,
    after: std::ops::Range<usize>,
) -> Result<Vec<f64>, EffectError> {
    let one = |(series, values): (&Series, &Vec<Option<f64>>)| {
        let (mut sums, mut counts) = (vec![0.0; season], vec![0.0; season]);
        for period in before.clone() {
            if let Some(value) = values[period] {
                sums[period % season] += value;
                counts[period % season] += 1.0;
            }
        }
        let (mut sum, mut count) = (0.0, 0.0);
        for period in after.clone() {
            let known = counts[period % season];
            if let Some(value) = values[period]
                && known > 0.0
            {
                sum += value - sums[period % season] / known;
                count += 1.0;
            }
        }
        if count > 0.0 {
            Ok(sum / count)
        } else {
            Err(EffectError::NothingToCompare { area: series.area.clone() })
        }
    };
    series.iter().zip(values).map(one).collect()
}

struct Compared {
    effect: f64,
    std_error: f64,
    df: f64,
    p_value: f64,
}

/// Treated against compared areas with one common spread, which also serves a single treated area. With as
/// few areas as there usually are, separate spreads make intervals that are too short.
fn compare(series: &[Series], differences: &[f64]) -> Compared {
    let pick = |treated: bool| -> Vec<f64> {
        let pairs = series.iter().zip(differences).filter(|(series, _)| series.treated == treated);
        pairs.map(|(_, difference)| *difference).collect()
    };
    let (treated, compared) = (pick(true), pick(false));
    let ((mean_t, squares_t), (mean_c, squares_c)) = (moments(&treated), moments(&compared));
    let (n_t, n_c) = (treated.len() as f64, compared.len() as f64);
    let df = n_t + n_c - 2.0;
    let std_error = ((squares_t + squares_c) / df * (1.0 / n_t + 1.0 / n_c)).sqrt();
    let effect = mean_t - mean_c;
    let p_value = match (std_error > 0.0, effect == 0.0) {
        (true, _) => two_sided(effect / std_error, df),
        (false, same) => f64::from(u8::from(same)),
    };
    Compared { effect, std_error, df, p_value }
}

/// Mean and sum of squares about it.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum())
}

/// Share of choices of as many areas with an effect at least as large, the real choice included.
fn permutation(series: &[Series], differences: &[f64], effect: f64, settings: &EffectSettings) -> f64 {
    let treated = series.iter().filter(|series| series.treated).count();
    let total: f64 = differences.iter().sum();
    let (n_t, n_c) = (treated as f64, (series.len() - treated) as f64);
    let as_large = |sum: f64| {
        let other = sum / n_t - (total - sum) / n_c;
        other.abs() >= effect.abs() * (1.0 - 1e-12)
    };
    if treated == 1 {
        let count = differences.iter().filter(|difference| as_large(**difference)).count();
        return count as f64 / differences.len() as f64;
    }
    let mut random = Random::new(settings.seed);
    let mut order: Vec<usize> = (0..series.len()).collect();
    let draws = settings.permutations.max(1);
    let mut count = 1;
    for _ in 0..draws {
        random.shuffle(&mut order);
        if as_large(order[..treated].iter().map(|&index| differences[index]).sum()) {
            count += 1;
        }
    }
    f64::from(count) / (draws as f64 + 1.0)
}

/// p-values of several evaluated projects, allowing for their number (Holm).
pub fn judged_together(effects: &[Effect]) -> Vec<f64> {
    holm(&effects.iter().map(|effect| effect.p_value).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Areas with a season, a common trend, noise and an effect from month 24 on in the treated ones.
    fn made(effect: f64, treated: usize, compared: usize, months: usize, seed: u64) -> Vec<Series> {
        let mut random = Random::new(seed);
        let mut series = Vec::new();
        for area in 0..treated + compared {
            let level = 20.0 + 5.0 * random.normal();
            let values = (0..months).map(|month| {
                let season = 4.0 * (month as f64 / 12.0 * std::f64::consts::TAU).sin();
                let on = if area < treated && month >= 24 { effect } else { 0.0 };
                Some(level + season + 0.2 * month as f64 + on + random.normal())
            });
            let values = values.collect();
            series.push(Series { area: format!("area {area}"), treated: area < treated, values });
        }
        series
    }

    fn settings() -> EffectSettings {
        EffectSettings { start: 24, permutations: 499, ..EffectSettings::default() }
    }

    #[test]
    fn by_hand() {
        let series = |area: &str, treated, values: [f64; 4]| Series {
            area: area.into(),
            treated,
            values: values.map(Some).to_vec(),
        };
        // Two seasons; differences 10 and 2 within the treated one, 1 and 3 in the others.
        let all = [
            series("t", true, [10.0, 20.0, 20.0, 22.0]),
            series("c", false, [10.0, 20.0, 11.0, 21.0]),
            series("d", false, [10.0, 20.0, 13.0, 23.0]),
        ];
        let settings = EffectSettings { start: 2, season: 2, ..EffectSettings::default() };
        let found = effect(&all, &settings).expect("effect");
        assert!((found.effect - 4.0).abs() < 1e-12);
        assert!((found.std_error - (2.0_f64 * 1.5).sqrt()).abs() < 1e-12);
        assert_eq!((found.df, found.treated, found.compared), (1.0, 1, 2));
        assert!((found.permutation_p - 1.0 / 3.0).abs() < 1e-12);
        assert!(found.limits.contains(&Limit::ShortBefore) && found.limits.contains(&Limit::OneTreatedArea));
    }

    #[test]
    fn finds_an_effect_through_season_and_trend() {
        // Only seven months after: without seasonal control the season would count as an effect.
        let found = effect(&made(-5.0, 3, 12, 31, 4), &settings()).expect("effect");
        assert!((found.effect + 5.0).abs() < 1.5, "{found:?}");
        assert!(found.ci_high < 0.0 && found.p_value < 0.01 && found.permutation_p < 0.02, "{found:?}");
        assert!(found.limits.contains(&Limit::PartOfTheYear { seasons: 7, of: 12 }));
        assert!(found.before.expect("two years before").p_value > 0.01);
    }

    #[test]
    fn intervals_cover_no_effect_as_often_as_they_say() {
        let covered = (0..1_000)
            .filter(|seed| {
                let found = effect(&made(0.0, 3, 10, 36, 1_000 + seed), &settings()).expect("effect");
                found.ci_low <= 0.0 && found.ci_high >= 0.0
            })
            .count();
        assert!((930..=970).contains(&covered), "{covered}");
    }

    #[test]
    fn relative_change() {
        let mut series = made(0.0, 2, 6, 36, 9);
        for series in &mut series {
            if series.treated {
                series.values[24..].iter_mut().flatten().for_each(|value| *value *= 0.7);
            }
        }
        let found =
            effect(&series, &EffectSettings { scale: Scale::Relative, ..settings() }).expect("effect");
        assert!((found.effect + 0.3).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn refuses_what_cannot_be_compared() {
        let good = made(0.0, 1, 3, 36, 1);
        let error =
            |series: &[Series], settings: EffectSettings| effect(series, &settings).expect_err("refused");
        assert!(matches!(
            error(&good, EffectSettings { start: 0, ..settings() }),
            EffectError::BadSetting { .. }
        ));
        assert!(matches!(
            error(&good, EffectSettings { season: 0, ..settings() }),
            EffectError::BadSetting { .. }
        ));
        assert!(matches!(error(&good[1..], settings()), EffectError::NoneTreated));
        assert!(matches!(error(&good[..2], settings()), EffectError::TooFewCompared(1)));
        assert!(matches!(error(&[], settings()), EffectError::BadSetting { .. }));
        let mut zero = good.clone();
        zero[0].values[3] = Some(0.0);
        let relative = EffectSettings { scale: Scale::Relative, ..settings() };
        assert!(matches!(error(&zero, relative), EffectError::BadValue { period: 4, .. }));
        let mut gone = good.clone();
        gone[2].values[24..].fill(None);
        assert!(matches!(error(&gone, settings()), EffectError::NothingToCompare { .. }));
        let mut gap = good;
        gap[2].values[30] = None;
        let found = effect(&gap, &settings()).expect("effect");
        assert!(found.limits.contains(&Limit::Missing(1)));
    }
}
