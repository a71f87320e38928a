//! What is wrong with a version of an index.

use survey::index::IndexError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexFault {
    /// No dimension, or one without an indicator.
    Empty,
    /// A dimension or an indicator stands in it twice.
    Twice {
        name: String,
    },
    /// A weight that is not above zero.
    Weight {
        name: String,
    },
    /// A weight that is larger than any ratio needs.
    Heavy {
        name: String,
    },
    /// Ends, baseline and target, or deviation that give no score, or go against what is better.
    Scaling {
        indicator: String,
    },
    NoSource {
        indicator: String,
    },
    /// A name or a source that does not stand in one line of text: see [`text`](super::text).
    Line {
        name: String,
    },
    /// Not a share from 1 to 100 percent.
    Coverage,
    /// More dimensions or indicators than a version may have.
    TooMany,
}

impl From<IndexError> for IndexFault {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Twice(name) => Self::Twice { name },
            IndexError::BadWeight { name, .. } => Self::Weight { name },
            IndexError::BadNormalisation { name, .. } => Self::Scaling { indicator: name },
            IndexError::NoSource(indicator) => Self::NoSource { indicator },
            IndexError::BadCoverage(_) => Self::Coverage,
            // The rest is of values and of days, which a version has none of.
            _ => Self::Empty,
        }
    }
}

impl IndexFault {
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Empty => "index-empty",
            Self::Twice { .. } => "index-twice",
            Self::Weight { .. } => "index-weight",
            Self::Heavy { .. } => "index-heavy",
            Self::Scaling { .. } => "index-scaling",
            Self::NoSource { .. } => "index-no-source",
            Self::Line { .. } => "index-line",
            Self::Coverage => "index-coverage",
            Self::TooMany => "index-too-many",
        }
    }

    pub(crate) fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Twice { name } | Self::Weight { name } | Self::Line { name } => {
                vec![("name", name.clone())]
            }
            Self::Heavy { name } => {
                vec![("name", name.clone()), ("most", super::WEIGHT_MOST.to_string())]
            }
            Self::Scaling { indicator } | Self::NoSource { indicator } => {
                vec![("name", indicator.clone())]
            }
            Self::TooMany => vec![("most", super::PARTS_MOST.to_string())],
            Self::Empty | Self::Coverage => Vec::new(),
        }
    }
}
