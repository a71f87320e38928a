//! All estimates a [`Spec`] asks for, from the columns of a file of responses.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;

use crate::answers::{AnswerError, Prepared, prepare};
use crate::calibration::{Projection, ProjectionError};
use crate::coded::{Coded, CodedError};
use crate::design::{Design, DesignError, Population, Stage};
use crate::estimate::{Answers, EstimateError, Outcome, Settings, estimate};
use crate::instrument::Fingerprint;
use crate::rake::{Margin, RakeError, RakeReport, RakeSettings, rake};
use crate::spec::{Kind, PopulationSpec, QuestionSpec, Spec, TotalsSpec};

/// The label of the whole sample as a group.
pub const WHOLE: &str = "all";

/// What joins the labels of combined columns.
pub const JOINT: &str = " × ";

/// One estimate of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub question: String,
    /// What was asked: figures with another one are not comparable.
    pub asked: Fingerprint,
    pub kind: Kind,
    /// Columns of the grouping; none for the whole sample.
    pub group_by: Vec<String>,
    pub group: String,
    /// The answer whose share it is, as coded and as shown; `None` for means.
    pub level: Option<String>,
    pub label: Option<String>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub rows: Vec<Row>,
    pub responses: usize,
    pub strata: usize,
    pub units: usize,
    pub degrees_of_freedom: f64,
    /// How the weights were raked, when the spec has totals.
    pub raked: Option<RakeReport>,
    /// What a reader should know: rows without a group, guesses made.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum TabulateError {
    #[error("{role} names the column \"{name}\", which the responses do not have; they have {known}")]
    NoColumn { role: &'static str, name: String, known: String },
    #[error("{role} \"{column}\": response {row} has {found} where a number is due")]
    NotANumber { role: &'static str, column: String, row: usize, found: String },
    #[error("the finite population of stratum \"{stratum}\" is missing; known are {known}")]
    NoPopulation { stratum: String, known: String },
    #[error("{0} asks for a question, and none is given: name the columns to estimate under [[questions]]")]
    NoQuestions(&'static str),
    #[error(
        "the population totals of {columns} are shares that add up to {sum}: give shares that add up to 1 \
             (or 100), or totals of people"
    )]
    OddShares { columns: String, sum: f64 },
    #[error(transparent)]
    Design(#[from] DesignError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Estimate(#[from] EstimateError),
    #[error(transparent)]
    Rake(#[from] RakeError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Coded(#[from] CodedError),
}

/// The columns of a file of responses, by name.
pub type Columns = BTreeMap<String, Coded>;

/// Estimates everything the spec asks for, in its order: by question, then the whole sample, then each
/// grouping. `threads` work side by side; the result does not depend on their number.
///
/// # Errors
/// Columns that do not exist, values that do not fit, and everything the parts refuse.
pub fn tabulate(spec: &Spec, columns: &Columns, threads: usize) -> Result<Table, TabulateError> {
    if spec.questions.is_empty() {
        return Err(TabulateError::NoQuestions("the design"));
    }
    let mut notes = Vec::new();
    let known = Lookup { columns };
    for question in &spec.questions {
        known.get("a question", &question.column)?;
    }
    let rows = columns.values().next().map_or(0, Coded::len);
    let base = weights(spec, &known, rows)?;
    let strata = match spec.strata.as_slice() {
        [] => None,
        names => Some(known.combined("the stratum", names)?),
    };
    let mut stages = Vec::with_capacity(spec.stages.len());
    for stage in &spec.stages {
        let units =
            stage.units.as_deref().map(|name| known.get("the sampling unit", name).cloned()).transpose()?;
        let population = match &stage.population {
            None => None,
            Some(population) => Some(populations(population, &known, strata.as_ref(), rows)?),
        };
        stages.push(Stage { units, population });
    }
    let (weights, projection, raked) = calibrated(spec, &known, base)?;
    let mut design = Design::new(weights, strata.as_ref(), stages, spec.lonely)?;
    if let Some(projection) = projection.filter(|_| !spec.weights_only) {
        design = design.calibrated(projection)?;
    }

    let mut groupings = vec![(Vec::new(), Coded::whole(rows, WHOLE))];
    for names in &spec.groups {
        let column = known.combined("the grouping", names)?;
        let gone: Vec<String> = column
            .labels()
            .iter()
            .filter(|label| label.is_empty() || spec.missing.contains(label))
            .cloned()
            .collect();
        let column = column.without_labels(&gone).sorted();
        if column.missing() > 0 {
            let rows = column.missing();
            notes.push(format!("{rows} responses have no {} and are in no group of it", names.join(JOINT)));
        }
        groupings.push((names.clone(), column));
    }
    let work = Work { design: &design, groupings: &groupings, spec };
    let tables = in_parallel(&spec.questions, threads, |question| {
        work.question(question, known.get("a question", &question.column)?)
    });
    let mut table_rows = Vec::new();
    for (question, result) in spec.questions.iter().zip(tables) {
        let found = result?;
        if question.kind.is_none()
            && let Some(row) = found.first()
        {
            let (name, kind) = (&question.column, row.kind.name());
            notes.push(format!("question \"{name}\" says no kind and is taken as a {kind}"));
        }
        table_rows.extend(found);
    }
    Ok(Table {
        rows: table_rows,
        responses: rows,
        strata: design.strata(),
        units: design.units(),
        degrees_of_freedom: design.degrees_of_freedom(),
        raked,
        notes,
    })
}

/// The weights by which [`tabulate`] counts the responses, in their order: base weights, brought to the totals.
///
/// # Errors
/// Columns that do not exist, values that do not fit, totals that no weights meet.
pub fn weights_of(spec: &Spec, columns: &Columns) -> Result<Vec<f64>, TabulateError> {
    let known = Lookup { columns };
    let rows = columns.values().next().map_or(0, Coded::len);
    let (weights, ..) = calibrated(spec, &known, weights(spec, &known, rows)?)?;
    Ok(weights)
}

/// Runs `work` for each item on some threads; results in the order of the items.
fn in_parallel<I: Sync, O: Send>(items: &[I], threads: usize, work: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let threads = threads.clamp(1, items.len().max(1));
    if threads == 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, O)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    let result = work(item);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

struct Work<'a> {
    design: &'a Design,
    groupings: &'a [(Vec<String>, Coded)],
    spec: &'a Spec,
}

impl Work<'_> {
    fn question(&self, question: &QuestionSpec, column: &Coded) -> Result<Vec<Row>, TabulateError> {
        let prepared = prepare(column.clone(), question, &self.spec.missing)?;
        let mut rows = Vec::new();
        for (names, groups) in self.groupings {
            match &prepared {
                Prepared::Numbers(values) => {
                    self.add(
                        &mut rows,
                        question,
                        Kind::Mean,
                        names,
                        groups,
                        Answers::Numbers(values),
                        &|_| None,
                    )?;
                }
                Prepared::Shares { column, shown, results } => {
                    let label = |level: usize| {
                        (level < *results).then(|| (column.labels()[level].clone(), shown[level].clone()))
                    };
                    let answers = Answers::Categories(column);
                    self.add(&mut rows, question, Kind::Share, names, groups, answers, &label)?;
                }
                Prepared::Options(options) => {
                    for (name, shown, column) in options {
                        let label = |level: usize| (level == 0).then(|| (name.clone(), shown.clone()));
                        let answers = Answers::Categories(column);
                        self.add(&mut rows, question, Kind::Multiple, names, groups, answers, &label)?;
                    }
                }
            }
        }
        Ok(rows)
    }

    #[expect(clippy::too_many_arguments, reason = "one call per kind of answer, all of them facts of a row")]
    fn add(
        &self,
        rows: &mut Vec<Row>,
        question: &QuestionSpec,
        kind: Kind,
        names: &[String],
        groups: &Coded,
        answers: Answers<'_>,
        label: &dyn Fn(usize) -> Option<(String, String)>,
    ) -> Result<(), TabulateError> {
        let settings: &Settings = &self.spec.settings;
        for cell in estimate(self.design, answers, groups, settings)? {
            let label = label(cell.level);
            if label.is_none() && kind != Kind::Mean {
                continue;
            }
            let (level, label) = label.unzip();
            rows.push(Row {
                question: question.column.clone(),
                asked: question.fingerprint(),
                kind,
                group_by: names.to_vec(),
                group: groups.labels()[cell.group].clone(),
                level,
                label,
                outcome: cell.outcome,
            });
        }
        Ok(())
    }
}

struct Lookup<'a> {
    columns: &'a Columns,
}

impl<'a> Lookup<'a> {
    fn get(&self, role: &'static str, name: &str) -> Result<&'a Coded, TabulateError> {
        self.columns.get(name).ok_or_else(|| TabulateError::NoColumn {
            role,
            name: name.to_owned(),
            known: self.columns.keys().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "),
        })
    }

    fn combined(&self, role: &'static str, names: &[String]) -> Result<Coded, TabulateError> {
        let columns = names.iter().map(|name| self.get(role, name)).collect::<Result<Vec<_>, _>>()?;
        match columns.as_slice() {
            [one] => Ok((*one).clone()),
            many => Ok(Coded::cross(many, JOINT)?),
        }
    }

    fn numbers(&self, role: &'static str, name: &str) -> Result<Vec<f64>, TabulateError> {
        let column = self.get(role, name)?;
        let values: Vec<Option<f64>> = column
            .labels()
            .iter()
            .map(|label| label.parse().ok().filter(|value: &f64| value.is_finite()))
            .collect();
        let number = |(row, &code): (usize, &u32)| {
            values.get(code as usize).copied().flatten().ok_or_else(|| TabulateError::NotANumber {
                role,
                column: name.to_owned(),
                row: row + 1,
                found: column.label(row).map_or("nothing".to_owned(), |text| format!("\"{text}\"")),
            })
        };
        column.codes().iter().enumerate().map(number).collect()
    }
}

fn weights(spec: &Spec, known: &Lookup<'_>, rows: usize) -> Result<Vec<f64>, TabulateError> {
    match &spec.weights {
        Some(name) => known.numbers("the weight", name),
        None => Ok(vec![1.0; rows]),
    }
}

/// Values above 1 count units, values up to 1 are sampled fractions.
fn population(value: f64) -> Population {
    if value <= 1.0 { Population::Fraction(value) } else { Population::Units(value) }
}

fn populations(
    spec: &PopulationSpec,
    known: &Lookup<'_>,
    strata: Option<&Coded>,
    rows: usize,
) -> Result<Vec<Population>, TabulateError> {
    match spec {
        PopulationSpec::Same(value) => Ok(vec![population(*value); rows]),
        PopulationSpec::Column(name) => {
            Ok(known.numbers("the finite population", name)?.into_iter().map(population).collect())
        }
        PopulationSpec::PerStratum(values) => {
            let whole = Coded::whole(rows, WHOLE);
            let strata = strata.unwrap_or(&whole);
            let per_label = strata.labels().iter().map(|label| {
                values.iter().find(|(name, _)| name == label).map(|(_, value)| population(*value)).ok_or_else(
                    || TabulateError::NoPopulation {
                        stratum: label.clone(),
                        known: values
                            .iter()
                            .map(|(name, _)| format!("\"{name}\""))
                            .collect::<Vec<_>>()
                            .join(", "),
                    },
                )
            });
            let per_label = per_label.collect::<Result<Vec<_>, _>>()?;
            // A row without a stratum is refused by the design, which says so better.
            let unknown = Population::Fraction(1.0);
            Ok(strata.codes().iter().map(|&code| *per_label.get(code as usize).unwrap_or(&unknown)).collect())
        }
    }
}

type Calibrated = (Vec<f64>, Option<Projection>, Option<RakeReport>);

fn calibrated(spec: &Spec, known: &Lookup<'_>, base: Vec<f64>) -> Result<Calibrated, TabulateError> {
    if spec.totals.is_empty() {
        return Ok((base, None, None));
    }
    let sum = base.iter().sum();
    let margins = margins(&spec.totals, known.columns, sum)?;
    let raked = rake(&base, &margins, &RakeSettings { bounds: spec.bounds, ..RakeSettings::default() })?;
    let columns = margins.iter().map(|margin| margin.column().clone()).collect();
    let projection = Projection::new(&base, columns)?;
    Ok((raked.weights, Some(projection), Some(raked.report)))
}

/// Joins totals to the columns they are of. Shares become totals of `weight_sum`, or of the population of
/// the margins given in people.
///
/// # Errors
/// Columns that do not exist, categories that do not fit, shares that add up to neither 1 nor 100.
pub fn margins(
    totals: &[TotalsSpec],
    columns: &Columns,
    weight_sum: f64,
) -> Result<Vec<Margin>, TabulateError> {
    let known = Lookup { columns };
    let mut margins = Vec::with_capacity(totals.len());
    let mut shares = Vec::with_capacity(totals.len());
    for spec in totals {
        let name = spec.columns.join(JOINT);
        let column = known.combined("a margin", &spec.columns)?;
        let gone: Vec<String> = column.labels().iter().filter(|label| label.is_empty()).cloned().collect();
        let column = column.without_labels(&gone);
        // "1" in the totals is "1.0" in the responses.
        let labels: Vec<(String, f64)> = spec
            .totals
            .iter()
            .map(|(categories, total)| {
                let joined = categories.join(JOINT);
                let same = |label: &&String| {
                    **label == joined
                        || matches!((label.parse::<f64>(), joined.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
                };
                (column.labels().iter().find(same).cloned().unwrap_or(joined), *total)
            })
            .collect();
        let sum: f64 = labels.iter().map(|(_, total)| total).sum();
        let fraction = labels.iter().all(|(_, total)| *total <= 1.0);
        let share = (sum - 1.0).abs() < 1e-3 || (sum - 100.0).abs() < 0.1 && weight_sum > 110.0;
        if fraction && !share && labels.len() > 1 {
            return Err(TabulateError::OddShares { columns: name, sum });
        }
        shares.push(share);
        margins.push(Margin::new(name, column, labels)?);
    }
    let in_people =
        margins.iter().zip(&shares).find(|(_, share)| !**share).map(|(margin, _)| margin.population());
    let population = in_people.unwrap_or(weight_sum);
    let scaled = margins
        .into_iter()
        .zip(shares)
        .map(|(margin, share)| if share { margin.scaled_to(population) } else { margin });
    Ok(scaled.collect())
}
