//! Facts of an index: its name, and what it is made of from a day on.

use domain::index::{
    IndexDimension as DomainDimension, IndexFact as Domain, IndexPart as DomainPart,
    IndexVersion as DomainVersion, Scaling as DomainScaling,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::indicator::Instrument;
use crate::value::{Amount, CodeText, Name};
use crate::word::{AggregationWord, BetterWord, IndexPeriodWord};

/// How a value becomes a score from 0 to 100, in the scale of the observations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Scaling {
    /// In even steps between two fixed ends; values beyond them get 0 or 100.
    Range { low: Amount, high: Amount },
    /// The share of the way from a baseline to a target.
    Target { baseline: Amount, target: Amount },
    /// 50 at a mean, ten points for each standard deviation.
    Standard { mean: Amount, deviation: Amount },
}

/// An indicator of the plan as a part of an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexPart {
    pub indicator: CodeText,
    /// Whose observations count; those of others are never mixed in.
    pub instrument: Instrument,
    pub better: BetterWord,
    pub scaling: Scaling,
    /// Within the dimension, above 0; only the ratios count.
    pub weight: Amount,
    /// Where weight and scaling come from.
    #[schema(min_length = 1, max_length = 4000)]
    pub source: String,
}

/// A side of an index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexDimension {
    pub name: Name,
    /// Within the index, above 0; only the ratios count.
    pub weight: Amount,
    #[schema(min_items = 1, max_items = 100)]
    pub parts: Vec<IndexPart>,
}

/// What an index is made of. It holds from the day of the fact until another version begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexVersion {
    pub version: CodeText,
    pub period: IndexPeriodWord,
    pub aggregation: AggregationWord,
    /// Without it there is no value while an indicator is missing. With it, the weights of the others are scaled up
    /// where they cover at least so many percent of all weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub least_coverage: Option<u8>,
    #[schema(min_items = 1, max_items = 100)]
    pub dimensions: Vec<IndexDimension>,
}

/// One thing that can be recorded of an index.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IndexFact {
    Name(Name),
    Version(IndexVersion),
}

impl From<Scaling> for DomainScaling {
    fn from(scaling: Scaling) -> Self {
        match scaling {
            Scaling::Range { low, high } => Self::Range { low: low.0, high: high.0 },
            Scaling::Target { baseline, target } => Self::Target { baseline: baseline.0, target: target.0 },
            Scaling::Standard { mean, deviation } => Self::Standard { mean: mean.0, deviation: deviation.0 },
        }
    }
}

impl From<DomainScaling> for Scaling {
    fn from(scaling: DomainScaling) -> Self {
        match scaling {
            DomainScaling::Range { low, high } => Self::Range { low: Amount(low), high: Amount(high) },
            DomainScaling::Target { baseline, target } => {
                Self::Target { baseline: Amount(baseline), target: Amount(target) }
            }
            DomainScaling::Standard { mean, deviation } => {
                Self::Standard { mean: Amount(mean), deviation: Amount(deviation) }
            }
        }
    }
}

impl From<&DomainPart> for IndexPart {
    fn from(part: &DomainPart) -> Self {
        Self {
            indicator: (&part.indicator).into(),
            instrument: (&part.instrument).into(),
            better: part.better.into(),
            scaling: part.scaling.into(),
            weight: Amount(part.weight),
            source: part.source.clone(),
        }
    }
}

impl From<IndexPart> for DomainPart {
    fn from(part: IndexPart) -> Self {
        Self {
            indicator: part.indicator.0,
            instrument: part.instrument.into(),
            better: part.better.0,
            scaling: part.scaling.into(),
            weight: part.weight.0,
            source: part.source,
        }
    }
}

impl From<&DomainVersion> for IndexVersion {
    fn from(held: &DomainVersion) -> Self {
        let dimension = |held: &DomainDimension| IndexDimension {
            name: (&held.name).into(),
            weight: Amount(held.weight),
            parts: held.parts.iter().map(Into::into).collect(),
        };
        Self {
            version: (&held.version).into(),
            period: held.period.into(),
            aggregation: held.aggregation.into(),
            least_coverage: held.least_coverage,
            dimensions: held.dimensions.iter().map(dimension).collect(),
        }
    }
}

impl From<IndexVersion> for DomainVersion {
    fn from(held: IndexVersion) -> Self {
        let dimension = |held: IndexDimension| DomainDimension {
            name: held.name.into(),
            weight: held.weight.0,
            parts: held.parts.into_iter().map(Into::into).collect(),
        };
        Self {
            version: held.version.0,
            period: held.period.0,
            aggregation: held.aggregation.0,
            least_coverage: held.least_coverage,
            dimensions: held.dimensions.into_iter().map(dimension).collect(),
        }
    }
}

impl From<IndexFact> for Domain {
    fn from(fact: IndexFact) -> Self {
        match fact {
            IndexFact::Name(name) => Self::Name(name.into()),
            IndexFact::Version(version) => Self::Version(version.into()),
        }
    }
}

impl From<&Domain> for IndexFact {
    fn from(fact: &Domain) -> Self {
        match fact {
            Domain::Name(name) => Self::Name(name.into()),
            Domain::Version(version) => Self::Version(version.into()),
        }
    }
}
