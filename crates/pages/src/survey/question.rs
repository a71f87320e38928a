//! Questions as fields of a form, and what was typed as answers.

use domain::survey::Questionnaire;
use serde_json::{Value, json};
use survey::condition::{Condition, Literal};
use survey::instrument::{Choice, Form, Question};
use survey::sheet::{Answer, Answers, Sheet, SheetError, SheetProblem, is_asked};
use words::Lang;

use super::told;
use crate::editor::field::Typed;

/// Questions of one step on a phone.
const TOGETHER_MOST: usize = 6;

/// One way to answer.
pub(super) struct Way {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// A row of a table of questions.
pub(super) struct Line {
    pub field: String,
    pub label: String,
    pub ways: Vec<Way>,
}

/// A question as it is shown.
pub(super) struct Shown {
    /// The name of its field and the id of its place.
    pub field: String,
    pub text: String,
    pub hint: String,
    pub kind: &'static str,
    pub required: bool,
    pub ways: Vec<Way>,
    pub lines: Vec<Line>,
    pub value: String,
    pub low: String,
    pub high: String,
    pub longest: u32,
    /// When it is asked, for scripts; empty: always.
    pub when: String,
    pub faults: Vec<String>,
}

impl Shown {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

/// The field of a question, by its place.
pub(super) fn field(place: usize) -> String {
    format!("q{place}")
}

fn row_field(place: usize, row: usize) -> String {
    format!("q{place}r{row}")
}

/// Whether a field holds an answer.
pub(super) fn is_answer(name: &str) -> bool {
    let rest = name.strip_prefix('q').map(|rest| rest.split_once('r').unwrap_or((rest, "0")));
    rest.is_some_and(|(place, row)| place.parse::<usize>().is_ok() && row.parse::<usize>().is_ok())
}

/// The places of questions that are answered together: a question whose asking depends on an answer comes after it.
pub(super) fn steps(asked: &Questionnaire) -> Vec<Vec<usize>> {
    let questions = asked.asks.questions();
    let mut out: Vec<Vec<usize>> = Vec::new();
    for (place, question) in questions.iter().enumerate() {
        let depends = |step: &Vec<usize>| {
            let on = question.condition.as_ref().map(Condition::questions).unwrap_or_default();
            step.iter().any(|held| on.contains(&questions[*held].name.as_str()))
        };
        match out.last_mut() {
            Some(step) if step.len() < TOGETHER_MOST && !depends(step) => step.push(place),
            _ => out.push(vec![place]),
        }
    }
    out
}

/// What is wrong with one answer.
pub(super) struct Fault {
    pub place: usize,
    pub message: String,
}

/// What was typed as answers; what is not asked after the answers before it is left out.
pub(super) fn answers(asked: &Questionnaire, typed: &Typed, lang: Lang) -> (Answers, Vec<Fault>) {
    let (mut out, mut faults) = (Answers::new(), Vec::new());
    for (place, question) in asked.asks.questions().iter().enumerate() {
        if !is_asked(question, &out) {
            continue;
        }
        let value = typed.get(&field(place));
        let answer = match &question.form {
            Form::Single { .. } => {
                Some(value).filter(|it| !it.is_empty()).map(|it| Answer::Choice(it.into()))
            }
            Form::Multiple { .. } => {
                let name = field(place);
                let ticked = typed.0.iter().filter(|(held, value)| *held == name && !value.is_empty());
                let codes: Vec<String> = ticked.map(|(_, value)| value.clone()).collect();
                (!codes.is_empty()).then_some(Answer::Choices(codes))
            }
            Form::Scale { .. } | Form::Number { .. } if value.is_empty() => None,
            Form::Scale { .. } | Form::Number { .. } => match number(value) {
                Some(number) => Some(Answer::Number(number)),
                None => {
                    let message = words::text(lang, "survey-fault-number").into_owned();
                    faults.push(Fault { place, message });
                    None
                }
            },
            Form::Text { .. } => {
                Some(value.replace("\r\n", "\n")).filter(|text| !text.is_empty()).map(Answer::Text)
            }
            Form::Matrix { rows, .. } => {
                let cells = rows.iter().enumerate().filter_map(|(row, line)| {
                    let value = typed.get(&row_field(place, row));
                    (!value.is_empty()).then(|| (line.code.clone(), value.to_owned()))
                });
                let cells: std::collections::BTreeMap<String, String> = cells.collect();
                (!cells.is_empty()).then_some(Answer::Matrix(cells))
            }
        };
        if let Some(answer) = answer {
            out.insert(question.name.clone(), answer);
        }
    }
    (out, faults)
}

/// A number as people type it, also with the wide digits of a Chinese keyboard.
fn number(text: &str) -> Option<f64> {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            '．' | '。' => '.',
            other => other,
        })
        .filter(|c| !matches!(c, ',' | '，' | ' '))
        .collect();
    plain.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Everything wrong with answers, by the place of the question.
pub(super) fn faults(asked: &Questionnaire, answers: &Answers, lang: Lang) -> Vec<Fault> {
    match Sheet::check(&asked.asks, asked.asks.fingerprint(), answers.clone()) {
        Err(SheetError::Problems(problems)) => told_faults(asked, &problems, lang),
        _ => unanswered_rows(asked, answers, lang),
    }
}

/// A table of questions that everybody answers is answered in every row.
fn unanswered_rows(asked: &Questionnaire, answers: &Answers, lang: Lang) -> Vec<Fault> {
    let mut out = Vec::new();
    for (place, question) in asked.asks.questions().iter().enumerate() {
        if let (Form::Matrix { rows, .. }, Some(Answer::Matrix(cells)), true) =
            (&question.form, answers.get(&question.name), question.required)
            && cells.len() < rows.len()
        {
            out.push(Fault { place, message: words::text(lang, "survey-fault-rows").into_owned() });
        }
    }
    out
}

pub(super) fn told_faults(asked: &Questionnaire, problems: &[SheetProblem], lang: Lang) -> Vec<Fault> {
    problems
        .iter()
        .filter_map(|problem| {
            let (name, key, args) = said(problem);
            let place = asked.asks.questions().iter().position(|question| question.name == name)?;
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Some(Fault { place, message: words::with(lang, key, &args) })
        })
        .collect()
}

type Said<'a> = (&'a str, &'static str, Vec<(&'static str, String)>);

fn said(problem: &SheetProblem) -> Said<'_> {
    use SheetProblem as P;
    match problem {
        P::NoSuchQuestion(question) | P::NotAsked(question) => (question, "survey-fault-not-asked", vec![]),
        P::WrongForm { question, .. } => (question, "survey-fault-form", vec![]),
        P::NoSuchChoice { question, .. } => (question, "survey-fault-choice", vec![]),
        P::Outside { question, low, high, .. } => match (low.is_finite(), high.is_finite()) {
            (true, true) => {
                let args = vec![("low", low.to_string()), ("high", high.to_string())];
                (question, "survey-fault-outside", args)
            }
            (true, false) => (question, "survey-fault-low", vec![("low", low.to_string())]),
            _ => (question, "survey-fault-high", vec![("high", high.to_string())]),
        },
        P::NotWhole { question, .. } => (question, "survey-fault-whole", vec![]),
        P::WrongCount { question, least, most, .. } => {
            (question, "survey-fault-count", vec![("least", least.to_string()), ("most", most.to_string())])
        }
        P::TooLong { question, longest, .. } => {
            (question, "survey-fault-long", vec![("most", longest.to_string())])
        }
        P::Unanswered(question) => (question, "survey-fault-unanswered", vec![]),
    }
}

/// Questions as they are shown, with what was typed.
pub(super) fn shown(
    asked: &Questionnaire,
    places: &[usize],
    typed: &Typed,
    faults: &[Fault],
    lang: Lang,
) -> Vec<Shown> {
    let questions = asked.asks.questions();
    places
        .iter()
        .filter_map(|place| Some((*place, questions.get(*place)?)))
        .map(|(place, question)| {
            let given = |name: &str, value: &str| {
                typed.0.iter().any(|(held, typed)| held == name && typed.trim() == value)
            };
            let ways = |name: &str, choices: &[Choice]| -> Vec<Way> {
                let of = |choice: &Choice| Way {
                    value: choice.code.clone(),
                    label: told(lang, &choice.label),
                    chosen: given(name, &choice.code),
                };
                choices.iter().map(of).collect()
            };
            let name = field(place);
            let mut out = Shown {
                text: told(lang, &question.wording),
                hint: told(lang, &question.hint),
                kind: "text",
                required: question.required,
                ways: Vec::new(),
                lines: Vec::new(),
                value: typed.get(&name).to_owned(),
                low: String::new(),
                high: String::new(),
                longest: 1_000,
                when: question
                    .condition
                    .as_ref()
                    .map(|held| when(asked, held).to_string())
                    .unwrap_or_default(),
                faults: faults
                    .iter()
                    .filter(|held| held.place == place)
                    .map(|held| held.message.clone())
                    .collect(),
                field: name.clone(),
            };
            match &question.form {
                Form::Single { choices } => (out.kind, out.ways) = ("single", ways(&name, choices)),
                Form::Multiple { choices, .. } => (out.kind, out.ways) = ("multiple", ways(&name, choices)),
                Form::Scale { low, high, low_label, high_label } => {
                    out.kind = "scale";
                    let way = |point: i32| {
                        let value = point.to_string();
                        Way { label: value.clone(), chosen: given(&name, &value), value }
                    };
                    out.ways = (*low..=*high).map(way).collect();
                    (out.low, out.high) = (told(lang, low_label), told(lang, high_label));
                }
                Form::Number { .. } => out.kind = "number",
                Form::Text { longest } => out.longest = longest.unwrap_or(1_000),
                Form::Matrix { rows, columns } => {
                    out.kind = "matrix";
                    let line = |(row, held): (usize, &Choice)| {
                        let field = row_field(place, row);
                        Line { label: told(lang, &held.label), ways: ways(&field, columns), field }
                    };
                    out.lines = rows.iter().enumerate().map(line).collect();
                }
            }
            out
        })
        .collect()
}

/// An answer as people read it.
pub(super) fn read(question: &Question, answer: Option<&Answer>, lang: Lang) -> String {
    let label = |choices: &[Choice], code: &str| {
        let found = choices.iter().find(|choice| choice.code == code);
        found.map_or_else(|| code.to_owned(), |choice| told(lang, &choice.label))
    };
    let comma = crate::words_of::comma(lang);
    match (&question.form, answer) {
        (Form::Single { choices }, Some(Answer::Choice(code))) => label(choices, code),
        (Form::Multiple { choices, .. }, Some(Answer::Choices(codes))) => {
            codes.iter().map(|code| label(choices, code)).collect::<Vec<_>>().join(comma)
        }
        (Form::Matrix { rows, columns }, Some(Answer::Matrix(cells))) => {
            let cell = |(row, column): (&String, &String)| {
                format!("{}: {}", label(rows, row), label(columns, column))
            };
            cells.iter().map(cell).collect::<Vec<_>>().join(comma)
        }
        (_, Some(Answer::Number(number))) => number.to_string(),
        (_, Some(Answer::Text(text))) => text.clone(),
        _ => "—".to_owned(),
    }
}

/// A condition for the script that shows and hides questions: fields instead of names.
fn when(asked: &Questionnaire, condition: &Condition) -> Value {
    let place = |name: &str| {
        let found = asked.asks.questions().iter().position(|question| question.name == name);
        field(found.unwrap_or(usize::MAX))
    };
    let all = |parts: &[Condition]| parts.iter().map(|part| when(asked, part)).collect::<Vec<_>>();
    match condition {
        Condition::Compare { question, comparison, value } => {
            let value = match value {
                Literal::Number(number) => json!(number),
                Literal::Text(text) => json!(text),
            };
            json!({ "field": place(question), "by": comparison.as_str(), "value": value })
        }
        Condition::Selected { question, code } => json!({ "field": place(question), "has": code }),
        Condition::All(parts) => json!({ "all": all(parts) }),
        Condition::Any(parts) => json!({ "any": all(parts) }),
        Condition::Not(part) => json!({ "not": when(asked, part) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(number("１２．５"), Some(12.5));
        assert_eq!(number("1,200"), Some(1200.0));
        assert_eq!(number("many"), None);
        assert_eq!(number("inf"), None);
    }

    #[test]
    fn answers_are_told_from_other_fields() {
        assert!(is_answer("q0") && is_answer("q12r3"));
        assert!(!is_answer("q") && !is_answer("question") && !is_answer("sheet") && !is_answer("q1rx"));
    }
}
