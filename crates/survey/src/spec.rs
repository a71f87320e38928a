//! What is to be estimated from a file of responses, in names of its columns.

use crate::design::LonelyUnit;
use crate::estimate::Settings;

/// The design of a sample and the questions to estimate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spec {
    /// Column of the weights; without one every response counts the same.
    pub weights: Option<String>,
    /// Columns whose combination is the stratum; none for an unstratified sample.
    pub strata: Vec<String>,
    /// Stages of selection, outermost first; none when responses were selected directly.
    pub stages: Vec<StageSpec>,
    pub lonely: LonelyUnit,
    pub questions: Vec<QuestionSpec>,
    /// Groupings beside the whole sample; each a combination of columns.
    pub groups: Vec<Vec<String>>,
    /// Population totals that the weights are raked to.
    pub totals: Vec<TotalsSpec>,
    /// Texts that mean "no answer" in every column.
    pub missing: Vec<String>,
    pub settings: Settings,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct StageSpec {
    /// Column of the units; `None` when responses are the units.
    pub units: Option<String>,
    pub population: Option<PopulationSpec>,
}

/// Where the finite population of a stage is found.
#[derive(Debug, Clone, PartialEq)]
pub enum PopulationSpec {
    /// A column: values above 1 count the units of the population, values up to 1 are sampled fractions.
    Column(String),
    /// One value per stratum, by its label.
    PerStratum(Vec<(String, f64)>),
    /// One value for the whole sample.
    Same(f64),
}

/// Totals of the categories of one column, or of combinations of columns.
#[derive(Debug, Clone, PartialEq)]
pub struct TotalsSpec {
    pub columns: Vec<String>,
    /// Category per column, then its total; or shares that add up to 1 or 100.
    pub totals: Vec<(Vec<String>, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The share of each answer.
    Share,
    /// The mean of a number.
    Mean,
    /// Several answers in one cell: the share of respondents who gave each.
    Multiple,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Share => "share",
            Kind::Mean => "mean",
            Kind::Multiple => "multiple",
        }
    }
}

/// Answers that the labels of a question do not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unlisted {
    #[default]
    Refuse,
    /// Each is an answer of its own.
    Keep,
    /// Each is no answer.
    Missing,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuestionSpec {
    pub column: String,
    /// `None`: numbers with more than twelve different values are means, everything else shares.
    pub kind: Option<Kind>,
    /// Wording, carried into the result.
    pub text: Option<String>,
    /// Code and label of each answer, in the order of the result.
    pub labels: Vec<(String, String)>,
    /// Number that each answer counts for in a mean.
    pub scores: Vec<(String, f64)>,
    /// Only the share of these answers together.
    pub share_of: Vec<String>,
    /// Texts that mean "no answer" to this question.
    pub missing: Vec<String>,
    pub unlisted: Unlisted,
    /// Smallest and largest number of the scale.
    pub range: Option<(f64, f64)>,
    /// What separates the answers of a [`Kind::Multiple`] question.
    pub separator: Option<String>,
}

impl Spec {
    /// All columns the estimates need, each once.
    pub fn columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        names.extend(self.weights.as_deref());
        names.extend(self.strata.iter().map(String::as_str));
        for stage in &self.stages {
            names.extend(stage.units.as_deref());
            if let Some(PopulationSpec::Column(column)) = &stage.population {
                names.push(column);
            }
        }
        names.extend(self.questions.iter().map(|question| question.column.as_str()));
        names.extend(self.groups.iter().flatten().map(String::as_str));
        names.extend(self.totals.iter().flat_map(|totals| &totals.columns).map(String::as_str));
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }
}
