//! The sheets of a frozen wave as a table, one a row, for those who run the survey and go on working with them.
//!
//! Nothing in it leads to a sheet as it is kept: no id, no day, no link. What people wrote is left out: it is told by
//! question and stands beside no other answer. Rows lie in the order of what they say, so that their order says nothing
//! else, and the same wave is always the same file.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::code::Code;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use domain::survey::{FrozenWave, HeldWave, Questionnaire, SurveyFault, Wave};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use store::{Connection, StoreError};
use survey::coded::{Coded, CodedBuilder};
use survey::instrument::{Form, Question};
use survey::tabulate::weights_of;

use super::estimate::{Columns, TICK_MARK, column_name, spec_of};
use super::freeze::{Counted, PAGE, each};
use super::survey_target;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::request::csv_line;

/// Rows that are written at once.
const ROWS_AT_ONCE: usize = 500;

/// What a column tells of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told<'a> {
    /// How it came.
    Mode,
    /// What it counts for; 1 in the mean.
    Weight,
    /// The answer to a question.
    Answer(&'a str),
    /// That to one row of a table of questions.
    Row(&'a str, &'a str),
    /// Whether one of several answers was ticked: 1 or 0, empty where none was given.
    Ticked(&'a str, &'a str),
}

/// The columns in their order with their names, of which no two are the same: questions by which results are broken
/// down come first.
pub(super) fn columns<'a>(asked: &'a Questionnaire, wave: &Wave, weighted: bool) -> Vec<(String, Told<'a>)> {
    let groupings = wave.groupings();
    let mut questions: Vec<&Question> = asked.asks.questions().iter().collect();
    questions.sort_by_key(|question| {
        groupings.iter().position(|name| *name == question.name).unwrap_or(groupings.len())
    });
    let mut taken = BTreeSet::new();
    let mut named = |mut head: String| {
        while !taken.insert(head.clone()) {
            head.push('_');
        }
        head
    };
    let mut of_questions = Vec::new();
    for question in questions {
        let name = question.name.as_str();
        match &question.form {
            Form::Text { .. } => {}
            Form::Multiple { choices, .. } => of_questions.extend(choices.iter().map(|choice| {
                (named(format!("{name}/{}", choice.code)), Told::Ticked(name, choice.code.as_str()))
            })),
            Form::Matrix { rows, .. } => of_questions.extend(
                rows.iter()
                    .map(|row| (named(format!("{name}/{}", row.code)), Told::Row(name, row.code.as_str()))),
            ),
            Form::Single { .. } | Form::Scale { .. } | Form::Number { .. } => {
                of_questions.push((named(name.to_owned()), Told::Answer(name)));
            }
        }
    }
    let mut out = vec![(named("mode".to_owned()), Told::Mode)];
    if weighted {
        out.push((named("weight".to_owned()), Told::Weight));
    }
    out.extend(of_questions);
    out
}

/// The cells of one column.
#[derive(Debug)]
enum Cells {
    Coded(Arc<Coded>),
    /// By the answers that were given together: whether this one is among them.
    Ticked(Arc<Coded>, Vec<bool>),
    Weight(Vec<f64>),
}

impl Cells {
    /// By which rows are put in order. Weights follow from answers.
    fn key(&self, row: usize) -> u32 {
        match self {
            Self::Coded(held) => held.codes()[row],
            Self::Ticked(held, among) => {
                among.get(held.codes()[row] as usize).map_or(Coded::MISSING, |ticked| u32::from(*ticked))
            }
            Self::Weight(_) => 0,
        }
    }

    fn text(&self, row: usize) -> String {
        match self {
            Self::Coded(held) => held.label(row).unwrap_or_default().to_owned(),
            Self::Ticked(held, among) => match among.get(held.codes()[row] as usize) {
                None => String::new(),
                Some(ticked) => u8::from(*ticked).to_string(),
            },
            Self::Weight(weights) => {
                Decimal::from_f64(weights[row]).unwrap_or_default().round_dp(6).normalize().to_string()
            }
        }
    }
}

/// The file, written a stretch at a time: what is held of a sheet are some numbers, not its text.
#[derive(Debug)]
pub struct Microdata {
    heads: Vec<String>,
    cells: Vec<Cells>,
    order: Vec<u32>,
    /// Rows that were written; none before the names of the columns were.
    written: Option<usize>,
}

impl Microdata {
    /// None where no weights can be worked out any more as they were when the wave was frozen.
    fn of(wave: &Wave, asked: &Questionnaire, answers: Columns, modes: Coded) -> Option<Self> {
        let answers = answers.finish();
        let (spec, _) = spec_of(wave, asked, &answers);
        let weights = match spec.totals.is_empty() {
            true => None,
            false => Some(weights_of(&spec, &answers).ok()?),
        };
        let rows = modes.len();
        let answers: BTreeMap<String, Arc<Coded>> =
            answers.into_iter().map(|(name, held)| (name, Arc::new(held.sorted()))).collect();
        let modes = Arc::new(modes.sorted());
        let (mut heads, mut cells) = (Vec::new(), Vec::new());
        for (head, told) in columns(asked, wave, weights.is_some()) {
            cells.push(match told {
                Told::Mode => Cells::Coded(modes.clone()),
                Told::Weight => Cells::Weight(weights.clone()?),
                Told::Answer(question) => Cells::Coded(answers.get(question)?.clone()),
                Told::Row(question, row) => {
                    Cells::Coded(answers.get(&column_name(question, Some(row)))?.clone())
                }
                Told::Ticked(question, choice) => {
                    let held = answers.get(question)?;
                    let among = |label: &String| label.split(TICK_MARK).any(|ticked| ticked == choice);
                    Cells::Ticked(held.clone(), held.labels().iter().map(among).collect())
                }
            });
            heads.push(head);
        }
        let mut order: Vec<u32> = (0..u32::try_from(rows).ok()?).collect();
        order.sort_unstable_by(|a, b| {
            let of = |held: &Cells| held.key(*a as usize).cmp(&held.key(*b as usize));
            cells.iter().map(of).find(|found| found.is_ne()).unwrap_or(Ordering::Equal)
        });
        Some(Self { heads, cells, order, written: None })
    }

    /// How many sheets it has.
    pub fn sheets(&self) -> usize {
        self.order.len()
    }
}

/// The file piece by piece: UTF-8 with a mark at its beginning by which spreadsheets know it.
impl Iterator for Microdata {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let Some(written) = self.written else {
            self.written = Some(0);
            return Some(format!("\u{feff}{}", csv_line(&self.heads)));
        };
        let to = self.order.len().min(written + ROWS_AT_ONCE);
        let rows = self.order.get(written..to).filter(|rows| !rows.is_empty())?;
        let line = |row: &u32| csv_line(self.cells.iter().map(|held| held.text(*row as usize)));
        let piece = rows.iter().map(line).collect();
        self.written = Some(to);
        Some(piece)
    }
}

fn broken() -> AppError {
    Refusal::whole(Problem::BadSurvey(SurveyFault::Broken)).into()
}

impl App {
    /// The sheets that a frozen wave was counted by, for those who run surveys. While sheets still come in, two files
    /// would tell which came between them; of fewer people than anything is shown of, none is given.
    pub async fn microdata(
        &self,
        actor: &Actor,
        plan: &Code,
        held: &HeldWave,
        asked: &Questionnaire,
    ) -> Result<Microdata, AppError> {
        if !actor.may(Action::ManageSurveys, &survey_target(plan)) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::ManageSurveys)).into());
        }
        let fault = match held.frozen() {
            None => Some(SurveyFault::NotFrozen),
            Some(_) if !held.tells_texts() => Some(SurveyFault::TooFewSheets { least: held.wave.least }),
            Some(_) => None,
        };
        if let Some(fault) = fault {
            return Err(Refusal::whole(Problem::BadSurvey(fault)).into());
        }
        let frozen: FrozenWave = held.frozen().ok_or(AppError::NotFound)?.clone();
        // The turn goes with the work: where its reader has left, it still ends before the next one begins.
        let turn = self.inner.microdata_turn.clone().lock_owned().await;
        let (app, plan, wave, asked) = (self.clone(), plan.clone(), held.wave.clone(), asked.clone());
        let work = move || {
            let _turn = turn;
            let read = |c: &mut Connection| {
                let (mut counted, mut modes) = (Counted::new(&asked), CodedBuilder::default());
                each(
                    |after| c.survey_sheets(&plan, &wave.wave, after, PAGE),
                    |held| {
                        modes.push(Some(held.mode.as_str()));
                        counted.add(held)
                    },
                )?;
                Ok::<_, StoreError>((counted, modes.finish()))
            };
            let (counted, modes) = app.database().read(read)?;
            if counted.digest() != frozen.sheets_digest {
                return Err(broken());
            }
            Microdata::of(&wave, &asked, counted.columns, modes).ok_or_else(broken)
        };
        crate::aside(work).await?
    }
}

#[cfg(test)]
mod tests {
    use super::super::sketched::{self, choices, question, single};
    use super::*;

    #[test]
    fn no_two_columns_have_one_name_and_groups_come_first() {
        let asked = sketched::asked(vec![
            question("weight", Form::Number { least: None, most: None, whole: true }),
            single("better/bus", &["yes", "no"]),
            question(
                "better",
                Form::Multiple { choices: choices(&["bus", "park"]), least: None, most: None },
            ),
            question("why", Form::Text { longest: None }),
            single("sex", &["f", "m"]),
            question("near", Form::Matrix { rows: choices(&["shop"]), columns: choices(&["yes", "no"]) }),
        ]);
        let wave = Wave { groups: vec!["sex".into()], ..sketched::wave() };
        let heads = |weighted: bool| -> Vec<String> {
            columns(&asked, &wave, weighted).into_iter().map(|(head, _)| head).collect()
        };
        let expected =
            ["mode", "weight_", "sex", "weight", "better/bus", "better/bus_", "better/park", "near/shop"];
        assert_eq!(heads(true), expected);
        assert_eq!(heads(false), [&expected[..1], &expected[2..]].concat());
    }
}
