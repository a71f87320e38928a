//! From sheets to estimates: columns of answers, weights to known totals, shares and means with their error.

use std::collections::BTreeMap;

use domain::survey::{Questionnaire, ResultKind, ResultRow, Shown, Wave, WaveResults};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use survey::coded::{Coded, CodedBuilder};
use survey::design::LonelyUnit;
use survey::estimate::{Outcome, Settings};
use survey::instrument::{Form, Question};
use survey::rake::RakeError;
use survey::sheet::{Answer, Answers};
use survey::spec::{Kind, QuestionSpec, Spec, TotalsSpec};
use survey::tabulate::{Table, TabulateError, tabulate};

/// Estimates of one wave: more rows than these are nobody's reading.
pub const ROWS_MOST: usize = 60_000;
/// Between the name of a table of questions and its row.
const ROW_MARK: char = '\u{1f}';
/// Between the answers that were ticked together.
const TICK_MARK: &str = "\u{1e}";

/// Why there are no estimates.
#[derive(Debug, Clone, PartialEq)]
pub enum EstimateFault {
    NoSheets,
    /// Nobody gave an answer for which a total is known.
    EmptyCell {
        question: String,
        code: String,
    },
    /// Some gave an answer of which there is nobody.
    ZeroTotal {
        question: String,
        code: String,
        people: usize,
    },
    DifferentPopulations {
        first: String,
        other: String,
    },
    /// No weights meet all totals.
    NotMet {
        question: String,
        code: String,
    },
    /// Weights that would count a sheet very often.
    Exploding {
        people: usize,
        of: String,
    },
    /// Totals that no weights within the bounds meet.
    TooTight {
        question: String,
        code: String,
    },
    TooManyRows,
    /// Anything else, in the words of the engine.
    Other(String),
}

/// The columns of a wave's sheets, filled sheet by sheet.
pub(super) struct Columns {
    names: Vec<Column>,
}

struct Column {
    name: String,
    builder: CodedBuilder,
    texts: bool,
}

impl Columns {
    pub fn of(asked: &Questionnaire) -> Self {
        let mut names = Vec::new();
        for question in asked.asks.questions() {
            let rows: Vec<String> = match &question.form {
                Form::Matrix { rows, .. } => {
                    rows.iter().map(|row| format!("{}{ROW_MARK}{}", question.name, row.code)).collect()
                }
                _ => vec![question.name.clone()],
            };
            let texts = matches!(question.form, Form::Text { .. });
            names.extend(rows.into_iter().map(|name| Column {
                name,
                builder: CodedBuilder::default(),
                texts,
            }));
        }
        Self { names }
    }

    pub fn push(&mut self, answers: &Answers) {
        for column in self.names.iter_mut().filter(|column| !column.texts) {
            let (name, row) = match column.name.split_once(ROW_MARK) {
                Some((name, row)) => (name, Some(row)),
                None => (column.name.as_str(), None),
            };
            let value = match (answers.get(name), row) {
                (Some(Answer::Choice(code)), None) => Some(code.clone()),
                (Some(Answer::Choices(codes)), None) if !codes.is_empty() => Some(codes.join(TICK_MARK)),
                (Some(Answer::Number(number)), None) => Some(number.to_string()),
                (Some(Answer::Matrix(cells)), Some(row)) => cells.get(row).cloned(),
                _ => None,
            };
            column.builder.push(value.as_deref());
        }
    }

    fn finish(self) -> BTreeMap<String, Coded> {
        let all = self.names.into_iter().filter(|column| !column.texts);
        all.map(|column| (column.name, column.builder.finish())).collect()
    }
}

/// Estimates everything a wave asks for. `sheets` are the sheets that were pushed.
pub(super) fn estimate(
    wave: &Wave,
    asked: &Questionnaire,
    columns: Columns,
    sheets: u64,
) -> Result<WaveResults, EstimateFault> {
    if sheets == 0 {
        return Err(EstimateFault::NoSheets);
    }
    let columns = columns.finish();
    let answered = |name: &str| columns.get(name).is_some_and(|column| column.missing() < column.len());
    let mut questions = Vec::new();
    for question in asked.asks.questions() {
        questions.extend(specs(question).into_iter().filter(|spec| answered(&spec.column)));
    }
    let spec = Spec {
        lonely: LonelyUnit::Refuse,
        questions,
        groups: wave
            .groupings()
            .into_iter()
            .filter(|name| answered(name))
            .map(|name| vec![name.to_owned()])
            .collect(),
        totals: wave
            .margins
            .iter()
            .map(|margin| TotalsSpec {
                columns: vec![margin.question.clone()],
                totals: margin
                    .totals
                    .iter()
                    .map(|(code, total)| (vec![code.clone()], total.to_f64().unwrap_or_default()))
                    .collect(),
            })
            .collect(),
        bounds: wave.trim.map(|percent| (0.0, f64::from(percent) / 100.0)),
        settings: Settings { min_base: wave.least as usize, ..Settings::default() },
        ..Spec::default()
    };
    let table = tabulate(&spec, &columns, 2).map_err(fault)?;
    results(table, sheets)
}

/// What is estimated of a question: one line, or one for each row of a table of questions; a scale has its mean and
/// the share of each point.
fn specs(question: &Question) -> Vec<QuestionSpec> {
    let coded = |codes: Vec<String>| codes.into_iter().map(|code| (code.clone(), code)).collect();
    let of = |column: String, kind: Kind, labels: Vec<(String, String)>| QuestionSpec {
        column,
        kind: Some(kind),
        labels,
        ..QuestionSpec::default()
    };
    let codes = |choices: &[survey::instrument::Choice]| -> Vec<String> {
        choices.iter().map(|choice| choice.code.clone()).collect()
    };
    let name = || question.name.clone();
    match &question.form {
        Form::Single { choices } => vec![of(name(), Kind::Share, coded(codes(choices)))],
        Form::Multiple { choices, .. } => {
            let spec = of(name(), Kind::Multiple, coded(codes(choices)));
            vec![QuestionSpec { separator: Some(TICK_MARK.to_owned()), ..spec }]
        }
        Form::Scale { low, high, .. } => {
            let points = coded((*low..=*high).map(|point| point.to_string()).collect());
            vec![of(name(), Kind::Mean, Vec::new()), of(name(), Kind::Share, points)]
        }
        Form::Number { .. } => vec![of(name(), Kind::Mean, Vec::new())],
        Form::Text { .. } => Vec::new(),
        Form::Matrix { rows, columns } => rows
            .iter()
            .map(|row| {
                let column = format!("{}{ROW_MARK}{}", question.name, row.code);
                of(column, Kind::Share, coded(codes(columns)))
            })
            .collect(),
    }
}

fn results(table: Table, sheets: u64) -> Result<WaveResults, EstimateFault> {
    if table.rows.len() > ROWS_MOST {
        return Err(EstimateFault::TooManyRows);
    }
    let rows = table
        .rows
        .into_iter()
        .map(|row| {
            let (question, part) = match row.question.split_once(ROW_MARK) {
                Some((question, part)) => (question.to_owned(), Some(part.to_owned())),
                None => (row.question.clone(), None),
            };
            let kind = match row.kind {
                Kind::Share => ResultKind::Share,
                Kind::Mean => ResultKind::Mean,
                Kind::Multiple => ResultKind::Multiple,
            };
            let (n, shown) = match row.outcome {
                Outcome::Suppressed { n } => (n, None),
                Outcome::Shown(found) => (found.n, shown(&found)),
            };
            ResultRow {
                question,
                row: part,
                kind,
                group: row.group_by.first().map(|by| (by.clone(), row.group.clone())),
                answer: row.level,
                n: n as u64,
                shown,
            }
        })
        .collect::<Vec<_>>();
    let report = table.raked;
    Ok(WaveResults {
        sheets,
        weighted: report.is_some(),
        weights_deff: report
            .as_ref()
            .map_or(Some(Decimal::ONE), |report| six(report.deff_after))
            .unwrap_or_default(),
        trimmed: report.map_or(0, |report| report.trimmed as u64),
        rows,
    })
}

fn six(value: f64) -> Option<Decimal> {
    Decimal::from_f64(value).map(|value| value.round_dp(6).normalize())
}

fn shown(found: &survey::estimate::Estimate) -> Option<Shown> {
    Some(Shown {
        estimate: six(found.estimate)?,
        std_error: six(found.std_error)?,
        low: six(found.ci_low)?,
        high: six(found.ci_high)?,
        deff: found.deff.and_then(six),
        df: Some(found.df).filter(|df| df.is_finite()).and_then(six),
    })
}

fn fault(error: TabulateError) -> EstimateFault {
    let TabulateError::Rake(error) = error else { return EstimateFault::Other(error.to_string()) };
    match error {
        RakeError::EmptyCell { margin, category, .. } => {
            EstimateFault::EmptyCell { question: margin, code: category }
        }
        RakeError::ZeroTotal { margin, category, rows } => {
            EstimateFault::ZeroTotal { question: margin, code: category, people: rows }
        }
        RakeError::DifferentPopulations { first, other, .. } => {
            EstimateFault::DifferentPopulations { first, other }
        }
        RakeError::NotMet { margin, category, .. } => {
            EstimateFault::NotMet { question: margin, code: category }
        }
        RakeError::Exploding { rows, categories, .. } => {
            EstimateFault::Exploding { people: rows, of: categories }
        }
        RakeError::BoundsTooTight { margin, category, .. } => {
            EstimateFault::TooTight { question: margin, code: category }
        }
        other => EstimateFault::Other(other.to_string()),
    }
}
