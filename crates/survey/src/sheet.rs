//! One filled-in answer sheet, checked against the instrument that was shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::instrument::{Choice, Fingerprint, Form, Instrument, Question};

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A code of a single question.
    Choice(String),
    /// Codes of a multiple question.
    Choices(Vec<String>),
    /// A number or a point of a scale.
    Number(f64),
    Text(String),
    /// Row code and column code.
    Matrix(BTreeMap<String, String>),
}

/// Answers by question.
pub type Answers = BTreeMap<String, Answer>;

/// One thing wrong with a sheet, to be shown beside its question.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SheetProblem {
    #[error("the question \"{0}\" does not exist in this version")]
    NoSuchQuestion(String),
    #[error("\"{question}\" needs {expected}")]
    WrongForm { question: String, expected: &'static str },
    #[error("\"{question}\": \"{code}\" is not among the answers")]
    NoSuchChoice { question: String, code: String },
    #[error("\"{question}\": {value} is outside {low} to {high}")]
    Outside { question: String, value: f64, low: f64, high: f64 },
    #[error("\"{question}\": {value} is not a whole number")]
    NotWhole { question: String, value: f64 },
    #[error("\"{question}\": {given} answers are ticked; {least} to {most} are allowed")]
    WrongCount { question: String, given: usize, least: u32, most: u32 },
    #[error("\"{question}\": the text has {given} characters; at most {longest} are kept")]
    TooLong { question: String, given: usize, longest: u32 },
    #[error("\"{0}\" is not answered")]
    Unanswered(String),
    #[error("\"{0}\" is answered although it is not asked after the answers before it")]
    NotAsked(String),
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum SheetError {
    /// The questionnaire changed while the sheet was being filled in: it stays with the version it answers.
    #[error(
        "the sheet answers version {shown}, the wave uses {current}: keep it with its own version, or ask the \
         changed questions again"
    )]
    OtherVersion { shown: Fingerprint, current: Fingerprint },
    #[error("{} of the answers cannot be taken: {}", .0.len(), joined(.0))]
    Problems(Vec<SheetProblem>),
}

fn joined(problems: &[SheetProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A sheet that fits its instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    fingerprint: Fingerprint,
    answers: Answers,
}

impl Sheet {
    /// Checks answers given to the version with the fingerprint `shown`.
    ///
    /// # Errors
    /// Another version, or all problems at once, in the order of the questions.
    pub fn check(instrument: &Instrument, shown: Fingerprint, answers: Answers) -> Result<Self, SheetError> {
        let current = instrument.fingerprint();
        if shown != current {
            return Err(SheetError::OtherVersion { shown, current });
        }
        let mut problems: Vec<SheetProblem> = answers
            .keys()
            .filter(|name| instrument.question(name).is_none())
            .map(|name| SheetProblem::NoSuchQuestion(name.clone()))
            .collect();
        for question in instrument.questions() {
            let asked = is_asked(question, &answers);
            match answers.get(&question.name) {
                Some(_) if !asked => problems.push(SheetProblem::NotAsked(question.name.clone())),
                Some(answer) => problems.extend(check_answer(question, answer)),
                None if asked && question.required => {
                    problems.push(SheetProblem::Unanswered(question.name.clone()));
                }
                None => {}
            }
        }
        if problems.is_empty() {
            Ok(Self { fingerprint: current, answers })
        } else {
            Err(SheetError::Problems(problems))
        }
    }

    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The version it answers.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

/// Whether a question is asked after these answers.
pub fn is_asked(question: &Question, answers: &Answers) -> bool {
    question.condition.as_ref().is_none_or(|condition| condition.holds(&|name| answers.get(name)))
}

fn check_answer(question: &Question, answer: &Answer) -> Vec<SheetProblem> {
    let name = || question.name.clone();
    let wrong = |expected| vec![SheetProblem::WrongForm { question: name(), expected }];
    let known = |choices: &[Choice], code: &str| choices.iter().any(|choice| choice.code == code);
    let no_such = |code: &String| SheetProblem::NoSuchChoice { question: name(), code: code.clone() };
    match (&question.form, answer) {
        (Form::Single { choices }, Answer::Choice(code)) => {
            if known(choices, code) {
                Vec::new()
            } else {
                vec![no_such(code)]
            }
        }
        (Form::Single { .. }, _) => wrong("one of its choices"),
        (Form::Multiple { choices, least, most }, Answer::Choices(codes)) => {
            let mut problems: Vec<SheetProblem> =
                codes.iter().filter(|code| !known(choices, code)).map(no_such).collect();
            let mut distinct = codes.clone();
            distinct.sort();
            distinct.dedup();
            let (least, most) = (least.unwrap_or(0), most.unwrap_or(choices.len() as u32));
            if distinct.len() < least as usize
                || distinct.len() > most as usize
                || distinct.len() < codes.len()
            {
                let given = codes.len();
                problems.push(SheetProblem::WrongCount { question: name(), given, least, most });
            }
            problems
        }
        (Form::Multiple { .. }, _) => wrong("a list of its choices"),
        (Form::Scale { low, high, .. }, Answer::Number(value)) => {
            check_number(question, *value, Some(f64::from(*low)), Some(f64::from(*high)), true)
        }
        (Form::Scale { .. }, _) => wrong("a point of its scale"),
        (Form::Number { least, most, whole }, Answer::Number(value)) => {
            check_number(question, *value, *least, *most, *whole)
        }
        (Form::Number { .. }, _) => wrong("a number"),
        (Form::Text { longest }, Answer::Text(text)) => {
            let given = text.chars().count();
            match longest {
                Some(longest) if given > *longest as usize => {
                    vec![SheetProblem::TooLong { question: name(), given, longest: *longest }]
                }
                _ => Vec::new(),
            }
        }
        (Form::Text { .. }, _) => wrong("a text"),
        (Form::Matrix { rows, columns }, Answer::Matrix(cells)) => cells
            .iter()
            .flat_map(|(row, column)| {
                let row = (!known(rows, row)).then(|| no_such(row));
                row.into_iter().chain((!known(columns, column)).then(|| no_such(column)))
            })
            .collect(),
        (Form::Matrix { .. }, _) => wrong("one of its columns for each row"),
    }
}

fn check_number(
    question: &Question,
    value: f64,
    least: Option<f64>,
    most: Option<f64>,
    whole: bool,
) -> Vec<SheetProblem> {
    let question = question.name.clone();
    let (low, high) = (least.unwrap_or(f64::NEG_INFINITY), most.unwrap_or(f64::INFINITY));
    if !value.is_finite() || value < low || value > high {
        return vec![SheetProblem::Outside { question, value, low, high }];
    }
    if whole && value.fract() != 0.0 {
        return vec![SheetProblem::NotWhole { question, value }];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::tests::{choice, question};
    use crate::instrument::{Draft, Wording};

    fn instrument() -> Instrument {
        let labels = Wording::default;
        let single = || vec![choice("yes"), choice("no")];
        let mut felt = question("felt", Form::Single { choices: single() });
        felt.required = true;
        let mut why = question("why", Form::Text { longest: Some(5) });
        why.condition = Some("${felt} = 'no'".parse().expect("condition"));
        let scale = Form::Scale { low: 1, high: 5, low_label: labels(), high_label: labels() };
        let needs = Form::Multiple { choices: single(), least: Some(1), most: Some(1) };
        let grid = Form::Matrix { rows: vec![choice("bus")], columns: single() };
        let questions =
            vec![felt, why, question("score", scale), question("needs", needs), question("grid", grid)];
        Instrument::new(Draft { name: "i".into(), version: "1".into(), title: labels(), questions })
            .expect("valid")
    }

    fn check(answers: &[(&str, Answer)]) -> Result<Sheet, SheetError> {
        let instrument = instrument();
        let answers = answers.iter().map(|(name, answer)| ((*name).to_owned(), answer.clone())).collect();
        Sheet::check(&instrument, instrument.fingerprint(), answers)
    }

    fn problems(answers: &[(&str, Answer)]) -> Vec<SheetProblem> {
        match check(answers) {
            Err(SheetError::Problems(problems)) => problems,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn takes_what_fits() {
        let felt = |code: &str| ("felt", Answer::Choice(code.into()));
        assert!(check(&[felt("yes"), ("score", Answer::Number(5.0))]).is_ok());
        assert!(check(&[felt("no"), ("why", Answer::Text("很远".into()))]).is_ok());
        let grid = Answer::Matrix(BTreeMap::from([("bus".to_owned(), "yes".to_owned())]));
        assert!(check(&[felt("no"), ("grid", grid)]).is_ok());
    }

    #[test]
    fn names_everything_that_does_not() {
        assert_eq!(problems(&[]), [SheetProblem::Unanswered("felt".into())]);
        let felt = ("felt", Answer::Choice("yes".into()));
        let found = problems(&[
            felt.clone(),
            ("why", Answer::Text("far".into())),
            ("score", Answer::Number(7.0)),
            ("needs", Answer::Choices(vec!["yes".into(), "maybe".into()])),
            ("other", Answer::Number(1.0)),
        ]);
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(found.contains(&SheetProblem::NotAsked("why".into())));
        assert!(matches!(problems(&[("felt", Answer::Number(1.0))])[0], SheetProblem::WrongForm { .. }));
        let half = problems(&[felt, ("score", Answer::Number(2.5))]);
        assert!(matches!(half[0], SheetProblem::NotWhole { .. }));
    }

    #[test]
    fn a_changed_questionnaire_is_noticed() {
        let first = instrument();
        let mut draft = first.clone().into_draft();
        draft.questions[0].wording.en.push('!');
        let second = Instrument::new(draft).expect("valid");
        let error = Sheet::check(&second, first.fingerprint(), Answers::new()).expect_err("other version");
        assert!(matches!(error, SheetError::OtherVersion { .. }));
    }
}
