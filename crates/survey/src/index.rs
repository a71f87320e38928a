//! Composite indices such as 七有五性: dated sets of indicators, a value per area and period, what moved it,
//! and how much it depends on the weights.
//!
//! Terms and methods of the OECD and JRC "Handbook on Constructing Composite Indicators" (2008). A missing
//! indicator is never filled in silently: either there is no value, or the value says that it covers only
//! part of the weight.

mod contribution;
mod sensitivity;

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use contribution::{Contribution, contributions};
pub use sensitivity::{Sensitivity, SensitivitySettings, sensitivity};

/// Which way an indicator is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
}

/// From the value of an indicator to a score from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Normalisation {
    /// Linear between fixed goalposts; values beyond them get 0 or 100. Fixed ones keep periods comparable.
    Goalposts { low: f64, high: f64 },
    /// Share of the way from a baseline to the target; beyond the target is 100, behind the baseline 0.
    ToTarget { baseline: f64, target: f64 },
    /// 50 at the reference mean, ten points per reference standard deviation, cut at 0 and 100.
    Standard { mean: f64, deviation: f64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexIndicator {
    /// Name of the indicator whose observations are used.
    pub name: String,
    pub direction: Direction,
    pub normalisation: Normalisation,
    /// Weight within the dimension, above 0; only the ratios count.
    pub weight: f64,
    /// Where indicator, target and weight come from.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    pub name: String,
    /// Weight within the index, above 0; only the ratios count.
    pub weight: f64,
    pub indicators: Vec<IndexIndicator>,
}

/// How scores are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Weighted mean: a weak side is made up for by a strong one.
    #[default]
    Arithmetic,
    /// Weighted geometric mean: weak sides weigh more, a score of 0 gives 0.
    Geometric,
}

/// What happens when an indicator has no value.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum MissingRule {
    /// No index value; the missing indicators are named.
    #[default]
    NoValue,
    /// The weights of the others are scaled up, if they cover at least this share of all weight; the value
    /// carries its coverage and the names of what is missing.
    Rescale { least_coverage: f64 },
}

/// One version of an index, in force for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "IndexDraft", into = "IndexDraft")]
pub struct IndexVersion {
    draft: IndexDraft,
    /// Indicators with their part of the whole weight, in order.
    flat: Vec<Part>,
}

/// One indicator with its share of all weight.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    dimension: usize,
    indicator: usize,
    weight: f64,
}

/// An index version that is being written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexDraft {
    pub name: String,
    pub version: String,
    pub valid_from: Date,
    /// Last day; `None` while in force.
    #[serde(default)]
    pub valid_to: Option<Date>,
    pub dimensions: Vec<Dimension>,
    #[serde(default)]
    pub aggregation: Aggregation,
    #[serde(default)]
    pub missing: MissingRule,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum IndexError {
    #[error("the index has no indicator")]
    Empty,
    #[error("the dimension \"{0}\" has no indicator")]
    EmptyDimension(String),
    #[error("\"{0}\" occurs twice: give every dimension and every indicator its own name")]
    Twice(String),
    #[error("the weight of \"{name}\" is {weight}: weights are finite and above 0")]
    BadWeight { name: String, weight: f64 },
    #[error("\"{name}\": {what}")]
    BadNormalisation { name: String, what: &'static str },
    #[error("the indicator \"{0}\" names no source: say where it, its target and its weight come from")]
    NoSource(String),
    #[error("the version ends on {to}, before it begins on {from}")]
    EndsBeforeItBegins { from: Date, to: Date },
    #[error("the least coverage is {0}: give a share above 0 and at most 1")]
    BadCoverage(f64),
    #[error("\"{name}\" is {value}: values are finite; leave out what is missing")]
    BadValue { name: String, value: f64 },
    #[error("no version of the index is in force on {0}")]
    NotInForce(Date),
    #[error("versions \"{first}\" and \"{second}\" are both in force on {day}: end the first before")]
    Overlap { first: String, second: String, day: Date },
    #[error("there is no value to take apart: {0} is missing")]
    NoValue(String),
    #[error("{what} is {value}; {expected}")]
    BadSetting { what: &'static str, value: f64, expected: &'static str },
}

/// Values of indicators for one area and period, by name; what is missing is left out.
pub type Observed = BTreeMap<String, f64>;

/// The index of one area and period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexValue {
    pub version: String,
    /// 0 to 100; `None` when too much is missing.
    pub value: Option<f64>,
    /// Share of all weight whose indicators have a value.
    pub coverage: f64,
    /// Indicators without a value.
    pub missing: Vec<String>,
    pub dimensions: Vec<DimensionValue>,
    pub scores: Vec<Score>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DimensionValue {
    pub name: String,
    pub value: Option<f64>,
    pub coverage: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    pub indicator: String,
    pub dimension: String,
    pub value: Option<f64>,
    /// 0 to 100.
    pub score: Option<f64>,
    /// Share of all weight, before any rescaling.
    pub weight: f64,
}

impl IndexVersion {
    /// Checks a draft.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn new(draft: IndexDraft) -> Result<Self, IndexError> {
        check(&draft)?;
        let all: f64 = draft.dimensions.iter().map(|dimension| dimension.weight).sum();
        let mut flat = Vec::new();
        for (index, dimension) in draft.dimensions.iter().enumerate() {
            let inside: f64 = dimension.indicators.iter().map(|indicator| indicator.weight).sum();
            flat.extend(dimension.indicators.iter().enumerate().map(|(position, indicator)| Part {
                dimension: index,
                indicator: position,
                weight: dimension.weight / all * indicator.weight / inside,
            }));
        }
        Ok(Self { draft, flat })
    }

    pub fn draft(&self) -> &IndexDraft {
        &self.draft
    }

    /// Name and version, for values computed with it.
    pub fn label(&self) -> String {
        format!("{} {}", self.draft.name, self.draft.version)
    }

    pub fn in_force(&self, day: Date) -> bool {
        self.draft.valid_from <= day && self.draft.valid_to.is_none_or(|to| day <= to)
    }

    /// Names of the indicators, in order.
    pub fn indicators(&self) -> impl Iterator<Item = &str> {
        self.flat.iter().map(|part| self.indicator(part).name.as_str())
    }

    fn indicator(&self, part: &Part) -> &IndexIndicator {
        &self.draft.dimensions[part.dimension].indicators[part.indicator]
    }

    /// Scores in the order of the indicators.
    fn scores(&self, observed: &Observed) -> Result<Vec<Option<f64>>, IndexError> {
        let score = |part: &Part| {
            let indicator = self.indicator(part);
            match observed.get(&indicator.name) {
                None => Ok(None),
                Some(value) if !value.is_finite() => {
                    Err(IndexError::BadValue { name: indicator.name.clone(), value: *value })
                }
                Some(value) => Ok(Some(indicator.score(*value))),
            }
        };
        self.flat.iter().map(score).collect()
    }

    /// The index of one area and period.
    ///
    /// # Errors
    /// Values that are not finite.
    pub fn value(&self, observed: &Observed) -> Result<IndexValue, IndexError> {
        let scores = self.scores(observed)?;
        let pairs: Vec<(f64, Option<f64>)> =
            self.flat.iter().zip(&scores).map(|(part, score)| (part.weight, *score)).collect();
        let (value, coverage) = self.join(&pairs);
        let dimensions = self.draft.dimensions.iter().enumerate().map(|(index, dimension)| {
            let inside: Vec<(f64, Option<f64>)> = self
                .flat
                .iter()
                .zip(&scores)
                .filter(|(part, _)| part.dimension == index)
                .map(|(part, score)| (part.weight, *score))
                .collect();
            let (value, coverage) = self.join(&inside);
            DimensionValue { name: dimension.name.clone(), value, coverage }
        });
        let named = self.flat.iter().zip(&scores).map(|(part, score)| Score {
            indicator: self.indicator(part).name.clone(),
            dimension: self.draft.dimensions[part.dimension].name.clone(),
            value: observed.get(&self.indicator(part).name).copied(),
            score: *score,
            weight: part.weight,
        });
        let scores: Vec<Score> = named.collect();
        Ok(IndexValue {
            version: self.label(),
            value,
            coverage,
            missing: scores.iter().filter(|it| it.score.is_none()).map(|it| it.indicator.clone()).collect(),
            dimensions: dimensions.collect(),
            scores,
        })
    }

    /// Joins weighted scores: the value, and the share of weight that has a score.
    fn join(&self, scores: &[(f64, Option<f64>)]) -> (Option<f64>, f64) {
        let all: f64 = scores.iter().map(|(weight, _)| weight).sum();
        let present: Vec<(f64, f64)> =
            scores.iter().filter_map(|(weight, score)| score.map(|score| (*weight, score))).collect();
        let weight: f64 = present.iter().map(|(weight, _)| weight).sum();
        let complete = present.len() == scores.len();
        let coverage = if complete { 1.0 } else { weight / all };
        let enough = match self.draft.missing {
            MissingRule::NoValue => complete,
            MissingRule::Rescale { least_coverage } => coverage >= least_coverage - 1e-12,
        };
        let value = (enough && !present.is_empty()).then(|| self.joined(scores));
        (value, coverage)
    }

    /// The weighted mean of the scores that are there; NaN when there are none.
    fn joined(&self, scores: &[(f64, Option<f64>)]) -> f64 {
        let (mut weight, mut sum) = (0.0, 0.0);
        for (part, score) in scores {
            let Some(score) = score else { continue };
            weight += part;
            sum += match self.draft.aggregation {
                Aggregation::Arithmetic => part * score,
                Aggregation::Geometric => part * score.ln(),
            };
        }
        match self.draft.aggregation {
            Aggregation::Arithmetic => sum / weight,
            Aggregation::Geometric => (sum / weight).exp(),
        }
    }
}

impl IndexIndicator {
    /// The score of a finite value, 0 to 100.
    fn score(&self, value: f64) -> f64 {
        let share = match self.normalisation {
            Normalisation::Goalposts { low, high } => {
                let share = (value - low) / (high - low);
                if self.direction == Direction::LowerIsBetter { 1.0 - share } else { share }
            }
            // Baseline and target say the direction themselves.
            Normalisation::ToTarget { baseline, target } => (value - baseline) / (target - baseline),
            Normalisation::Standard { mean, deviation } => {
                let distance = (value - mean) / deviation / 10.0;
                0.5 + if self.direction == Direction::LowerIsBetter { -distance } else { distance }
            }
        };
        share.clamp(0.0, 1.0) * 100.0
    }
}

/// The version in force on a day.
///
/// # Errors
/// None, or two at once.
pub fn in_force(versions: &[IndexVersion], day: Date) -> Result<&IndexVersion, IndexError> {
    let mut found = versions.iter().filter(|version| version.in_force(day));
    match (found.next(), found.next()) {
        (None, _) => Err(IndexError::NotInForce(day)),
        (Some(version), None) => Ok(version),
        (Some(first), Some(second)) => {
            Err(IndexError::Overlap { first: first.label(), second: second.label(), day })
        }
    }
}

fn check(draft: &IndexDraft) -> Result<(), IndexError> {
    if draft.dimensions.is_empty() {
        return Err(IndexError::Empty);
    }
    if let Some(to) = draft.valid_to
        && to < draft.valid_from
    {
        return Err(IndexError::EndsBeforeItBegins { from: draft.valid_from, to });
    }
    if let MissingRule::Rescale { least_coverage } = draft.missing
        && !(least_coverage > 0.0 && least_coverage <= 1.0)
    {
        return Err(IndexError::BadCoverage(least_coverage));
    }
    let weight = |name: &str, weight: f64| {
        if weight.is_finite() && weight > 0.0 {
            Ok(())
        } else {
            Err(IndexError::BadWeight { name: name.to_owned(), weight })
        }
    };
    let (mut dimensions, mut indicators) = (HashSet::new(), HashSet::new());
    for dimension in &draft.dimensions {
        if !dimensions.insert(&dimension.name) {
            return Err(IndexError::Twice(dimension.name.clone()));
        }
        weight(&dimension.name, dimension.weight)?;
        if dimension.indicators.is_empty() {
            return Err(IndexError::EmptyDimension(dimension.name.clone()));
        }
        for indicator in &dimension.indicators {
            if !indicators.insert(&indicator.name) {
                return Err(IndexError::Twice(indicator.name.clone()));
            }
            weight(&indicator.name, indicator.weight)?;
            if indicator.source.trim().is_empty() {
                return Err(IndexError::NoSource(indicator.name.clone()));
            }
            check_normalisation(indicator)?;
        }
    }
    Ok(())
}

fn check_normalisation(indicator: &IndexIndicator) -> Result<(), IndexError> {
    let bad = |what| Err(IndexError::BadNormalisation { name: indicator.name.clone(), what });
    match indicator.normalisation {
        Normalisation::Goalposts { low, high } => {
            if !(low.is_finite() && high.is_finite() && low < high) {
                return bad("the goalposts must be finite, the low one below the high one");
            }
        }
        Normalisation::ToTarget { baseline, target } => {
            if !(baseline.is_finite() && target.is_finite()) || baseline == target {
                return bad("baseline and target must be finite and differ");
            }
            if (target > baseline) != (indicator.direction == Direction::HigherIsBetter) {
                return bad("the target lies in the bad direction from the baseline");
            }
        }
        Normalisation::Standard { mean, deviation } => {
            if !(mean.is_finite() && deviation.is_finite() && deviation > 0.0) {
                return bad("the reference mean must be finite and its deviation above 0");
            }
        }
    }
    Ok(())
}

impl TryFrom<IndexDraft> for IndexVersion {
    type Error = IndexError;

    fn try_from(draft: IndexDraft) -> Result<Self, IndexError> {
        Self::new(draft)
    }
}

impl From<IndexVersion> for IndexDraft {
    fn from(version: IndexVersion) -> Self {
        version.draft
    }
}

#[cfg(test)]
mod tests;
