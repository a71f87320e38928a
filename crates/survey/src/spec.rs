//! What is to be estimated from a file of responses, in names of its columns.

use crate::design::LonelyUnit;
use crate::estimate::Settings;
use crate::instrument::{Canonical, Fingerprint};

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
    /// Totals give weights, and estimates are not taken to be more exact by them: where whole clusters were drawn that
    /// the responses do not tell, nobody knows whether they are.
    pub weights_only: bool,
    /// Smallest and largest ratio of a raked weight to the mean weight, where weights are trimmed.
    pub bounds: Option<(f64, f64)>,
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

impl QuestionSpec {
    /// What was asked, as far as the spec says: wording, answers, scale, and what is counted. The column and
    /// the codes of missing answers are not part of it, unless the column is all there is to go by.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut writer = Canonical::default();
        writer.text(self.text.as_deref().unwrap_or(&self.column));
        writer.text(self.kind.map_or("guessed", Kind::name));
        writer.text(&self.labels.len().to_string());
        for (code, label) in &self.labels {
            writer.text(code);
            writer.text(label);
        }
        writer.text(&self.scores.len().to_string());
        for (code, score) in &self.scores {
            writer.text(code);
            writer.text(&score.to_string());
        }
        self.share_of.iter().for_each(|code| writer.text(code));
        if let Some((low, high)) = self.range {
            writer.text(&format!("{low} to {high}"));
        }
        writer.finish()
    }
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
