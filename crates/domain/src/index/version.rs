//! What an index is made of.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use survey::index as engine;

use super::fault::IndexFault;
use super::span::IndexPeriod;
use crate::code::Code;
use crate::indicator::Instrument;
use crate::item::kind::texts;
use crate::named::Named;

/// The most indicators of a version.
pub const PARTS_MOST: usize = 100;
/// The largest weight; only ratios count.
pub const WEIGHT_MOST: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

texts! {
    /// Which way a value is good.
    Better {
        Higher => "higher",
        Lower => "lower",
    }
}

texts! {
    /// How scores are joined.
    Aggregation {
        /// Weighted mean: a strong side makes up for a weak one.
        Arithmetic => "arithmetic",
        /// Weighted geometric mean: weak sides weigh more.
        Geometric => "geometric",
    }
}

/// How a value becomes a score from 0 to 100. All numbers are in the scale of the observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// In even steps between two fixed ends; values beyond them get 0 or 100.
    Range { low: Decimal, high: Decimal },
    /// The share of the way from a baseline to a target.
    Target { baseline: Decimal, target: Decimal },
    /// 50 at a mean, ten points for each standard deviation.
    Standard { mean: Decimal, deviation: Decimal },
}

impl Scaling {
    /// Its name, and its two numbers in order.
    pub fn parts(self) -> (&'static str, Decimal, Decimal) {
        match self {
            Self::Range { low, high } => ("range", low, high),
            Self::Target { baseline, target } => ("target", baseline, target),
            Self::Standard { mean, deviation } => ("standard", mean, deviation),
        }
    }

    pub fn new(name: &str, first: Decimal, second: Decimal) -> Option<Self> {
        match name {
            "range" => Some(Self::Range { low: first, high: second }),
            "target" => Some(Self::Target { baseline: first, target: second }),
            "standard" => Some(Self::Standard { mean: first, deviation: second }),
            _ => None,
        }
    }

    fn engine(self) -> engine::Normalisation {
        let (_, first, second) = self.parts();
        let (first, second) = (float(first), float(second));
        match self {
            Self::Range { .. } => engine::Normalisation::Goalposts { low: first, high: second },
            Self::Target { .. } => engine::Normalisation::ToTarget { baseline: first, target: second },
            Self::Standard { .. } => engine::Normalisation::Standard { mean: first, deviation: second },
        }
    }
}

/// An indicator of the plan as a part of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    pub indicator: Code,
    /// Whose observations count; those of others are never mixed in.
    pub instrument: Instrument,
    pub better: Better,
    pub scaling: Scaling,
    /// Within the dimension, above 0; only the ratios count.
    pub weight: Decimal,
    /// Where weight and scaling come from.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexDimension {
    pub name: Named,
    /// Within the index, above 0; only the ratios count.
    pub weight: Decimal,
    pub parts: Vec<IndexPart>,
}

/// One set of dimensions and indicators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexVersion {
    pub version: Code,
    pub period: IndexPeriod,
    pub aggregation: Aggregation,
    /// Without one there is no value while an indicator is missing. With one, the weights of the others are scaled up
    /// where they cover at least so many percent of all weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_coverage: Option<u8>,
    pub dimensions: Vec<IndexDimension>,
}

pub(super) fn float(value: Decimal) -> f64 {
    // Every decimal is a finite double.
    value.to_f64().unwrap_or_default()
}

impl IndexVersion {
    /// All parts in order, each with the place of its dimension.
    pub fn parts(&self) -> impl Iterator<Item = (usize, &IndexPart)> {
        let dimensions = self.dimensions.iter().enumerate();
        dimensions.flat_map(|(at, dimension)| dimension.parts.iter().map(move |part| (at, part)))
    }

    /// The version as the engine reckons with it: dimensions are called by their Chinese names, indicators by their
    /// codes.
    ///
    /// # Errors
    /// What makes no sense, see [`IndexFault`].
    pub fn engine(&self) -> Result<engine::IndexVersion, IndexFault> {
        if self.parts().count() > PARTS_MOST || self.dimensions.len() > PARTS_MOST {
            return Err(IndexFault::TooMany);
        }
        let part = |part: &IndexPart| engine::IndexIndicator {
            name: part.indicator.to_string(),
            direction: match part.better {
                Better::Higher => engine::Direction::HigherIsBetter,
                Better::Lower => engine::Direction::LowerIsBetter,
            },
            normalisation: part.scaling.engine(),
            weight: float(part.weight),
            source: part.source.clone(),
        };
        let dimension = |dimension: &IndexDimension| engine::Dimension {
            name: dimension.name.zh.clone(),
            weight: float(dimension.weight),
            indicators: dimension.parts.iter().map(part).collect(),
        };
        let draft = engine::IndexDraft {
            name: String::new(),
            version: self.version.to_string(),
            // Which version holds on a day follows from the facts: see `Index::in_force`.
            valid_from: jiff::civil::Date::MIN,
            valid_to: None,
            dimensions: self.dimensions.iter().map(dimension).collect(),
            aggregation: match self.aggregation {
                Aggregation::Arithmetic => engine::Aggregation::Arithmetic,
                Aggregation::Geometric => engine::Aggregation::Geometric,
            },
            missing: self.least_coverage.map_or(engine::MissingRule::NoValue, |percent| {
                engine::MissingRule::Rescale { least_coverage: f64::from(percent) / 100.0 }
            }),
        };
        engine::IndexVersion::new(draft).map_err(IndexFault::from)
    }
}
