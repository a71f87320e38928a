//! What a category asks beyond the text: questions with their kinds, and whether an answer fits.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rules::RequestCategory;
use crate::code::Code;
use crate::item::kind::texts;
use crate::named::Named;

/// The questions that one category may ask.
pub const QUESTIONS_MOST: usize = 30;
/// The longest answer that is a line, and that is a text, in characters.
const LINE_MOST: usize = 200;
const TEXT_MOST: usize = 2_000;

texts! {
    /// What kind of answer is wanted: the data types of Open311's service attributes.
    AnswerKind {
        Line => "string",
        Number => "number",
        Moment => "datetime",
        Text => "text",
        One => "singlevaluelist",
        Several => "multivaluelist",
        /// Nothing is asked: something whoever asks should know.
        Remark => "remark",
    }
}

/// One of the answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerChoice {
    pub choice: Code,
    pub name: Named,
}

/// A question of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub question: Code,
    pub kind: AnswerKind,
    pub name: Named,
    /// How it is to be understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Named>,
    #[serde(default)]
    pub required: bool,
    /// What is answered is for those who work on it, whoever else may read the request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// For the kinds that choose from a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<AnswerChoice>,
}

/// An answer: one value, or several where several may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QuestionAnswer {
    pub question: Code,
    pub values: Vec<String>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFault {
    Missing,
    /// The category asks nothing of the kind.
    Unknown,
    NotANumber,
    NotAMoment,
    NotAChoice,
    OnlyOne,
    TooLong,
}

impl AnswerFault {
    pub const ALL: [AnswerFault; 7] = [
        Self::Missing,
        Self::Unknown,
        Self::NotANumber,
        Self::NotAMoment,
        Self::NotAChoice,
        Self::OnlyOne,
        Self::TooLong,
    ];

    /// What it is called in messages.
    pub fn key(self) -> &'static str {
        match self {
            Self::Missing => "answer-missing",
            Self::Unknown => "answer-unknown",
            Self::NotANumber => "answer-not-a-number",
            Self::NotAMoment => "answer-not-a-moment",
            Self::NotAChoice => "answer-not-a-choice",
            Self::OnlyOne => "answer-only-one",
            Self::TooLong => "answer-too-long",
        }
    }
}

impl AnswerKind {
    pub fn chooses(self) -> bool {
        matches!(self, Self::One | Self::Several)
    }
}

/// Whether it is a moment as people and programs write it: with a time or without, with its zone or without.
pub fn is_moment(text: &str) -> bool {
    let text = text.trim();
    text.parse::<DateTime>().is_ok() || text.parse::<Timestamp>().is_ok()
}

impl Question {
    /// An answer as it is kept: blanks around it gone, and what was left empty not there.
    fn fault(&self, values: &[String]) -> Option<AnswerFault> {
        if self.kind != AnswerKind::Several && values.len() > 1 {
            return Some(AnswerFault::OnlyOne);
        }
        let one = |value: &String| match self.kind {
            AnswerKind::Remark => Some(AnswerFault::Unknown),
            AnswerKind::Line => (value.chars().count() > LINE_MOST).then_some(AnswerFault::TooLong),
            AnswerKind::Text => (value.chars().count() > TEXT_MOST).then_some(AnswerFault::TooLong),
            AnswerKind::Number => value.parse::<Decimal>().is_err().then_some(AnswerFault::NotANumber),
            AnswerKind::Moment => (!is_moment(value)).then_some(AnswerFault::NotAMoment),
            AnswerKind::One | AnswerKind::Several => {
                let known = self.choices.iter().any(|choice| choice.choice.as_str() == value);
                (!known).then_some(AnswerFault::NotAChoice)
            }
        };
        values.iter().find_map(one)
    }

    /// What an answer says, in words.
    pub fn said(&self, values: &[String], english: bool) -> Vec<String> {
        let word = |value: &String| {
            let chosen = self.choices.iter().find(|choice| choice.choice.as_str() == value);
            chosen.map_or_else(|| value.clone(), |choice| choice.name.get(english).to_owned())
        };
        values.iter().map(word).collect()
    }
}

/// Answers without blanks around them, empty ones and doubles.
pub fn tidy(answers: Vec<QuestionAnswer>) -> Vec<QuestionAnswer> {
    let mut out: Vec<QuestionAnswer> = Vec::new();
    for answer in answers {
        let mut seen = BTreeSet::new();
        let values: Vec<String> = answer
            .values
            .iter()
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty() && seen.insert(value.clone()))
            .collect();
        if !values.is_empty() && !out.iter().any(|held| held.question == answer.question) {
            out.push(QuestionAnswer { question: answer.question, values });
        }
    }
    out
}

/// Everything that is wrong with [`tidy`] answers to a category's questions. What is required is asked for only
/// where whoever asked could answer: an order that was taken down elsewhere is as it is (`complete` is false).
pub fn faults(
    category: &RequestCategory,
    answers: &[QuestionAnswer],
    complete: bool,
) -> Vec<(Code, AnswerFault)> {
    let mut out = Vec::new();
    for question in &category.questions {
        let given = answers.iter().find(|answer| answer.question == question.question);
        match given {
            Some(answer) => {
                out.extend(question.fault(&answer.values).map(|fault| (question.question.clone(), fault)));
            }
            None if complete && question.required && question.kind != AnswerKind::Remark => {
                out.push((question.question.clone(), AnswerFault::Missing));
            }
            None => {}
        }
    }
    for answer in answers {
        if !category.questions.iter().any(|question| question.question == answer.question) {
            out.push((answer.question.clone(), AnswerFault::Unknown));
        }
    }
    out
}

/// What is inconsistent in a category's questions.
pub(crate) fn questions_fault(questions: &[Question]) -> Option<&'static str> {
    if questions.len() > QUESTIONS_MOST {
        return Some("questions");
    }
    let codes: BTreeSet<&Code> = questions.iter().map(|question| &question.question).collect();
    let twice = codes.len() != questions.len();
    let listless = questions.iter().any(|question| question.kind.chooses() == question.choices.is_empty());
    (twice || listless).then_some("questions")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        Code::new(text).expect("a code")
    }

    fn question(name: &str, kind: AnswerKind, required: bool, choices: &[&str]) -> Question {
        let choice = |name: &&str| AnswerChoice { choice: code(name), name: Named::new(*name, "") };
        Question {
            question: code(name),
            kind,
            name: Named::new(name, ""),
            about: None,
            required,
            private: false,
            choices: choices.iter().map(choice).collect(),
        }
    }

    fn category() -> RequestCategory {
        RequestCategory {
            questions: vec![
                question("kind", AnswerKind::One, true, &["miss", "spill"]),
                question("days", AnswerKind::Number, false, &[]),
                question("spots", AnswerKind::Several, false, &["a", "b"]),
                question("since", AnswerKind::Moment, false, &[]),
                question("tip", AnswerKind::Remark, true, &[]),
            ],
            ..RequestCategory::new(code("garbage"), 1, Named::new("垃圾", "Garbage"), code("usual"))
        }
    }

    fn answer(name: &str, values: &[&str]) -> QuestionAnswer {
        QuestionAnswer { question: code(name), values: values.iter().map(|it| (*it).to_owned()).collect() }
    }

    #[test]
    fn answers_fit_their_questions() {
        let category = category();
        assert_eq!(questions_fault(&category.questions), None);
        let fine = tidy(vec![
            answer("kind", &[" miss "]),
            answer("days", &["2.5"]),
            answer("spots", &["b", "a", "b", ""]),
            answer("since", &["2019-08-14T09:30:00+08:00"]),
        ]);
        assert_eq!(fine[2].values, ["b", "a"]);
        assert_eq!(faults(&category, &fine, true), []);
        for moment in
            ["2019-08-14", "2019-08-14T09:30", "2019-08-14T01:30:00Z", "2019-08-14T01:30:00.5+00:00"]
        {
            assert_eq!(faults(&category, &[answer("since", &[moment])], false), [], "{moment}");
        }
        assert_eq!(faults(&category, &[], true), [(code("kind"), AnswerFault::Missing)]);
        assert_eq!(faults(&category, &[], false), []);
        for (wrong, fault) in [
            (answer("kind", &["other"]), AnswerFault::NotAChoice),
            (answer("kind", &["miss", "spill"]), AnswerFault::OnlyOne),
            (answer("days", &["two"]), AnswerFault::NotANumber),
            (answer("since", &["lately"]), AnswerFault::NotAMoment),
            (answer("tip", &["read"]), AnswerFault::Unknown),
            (answer("colour", &["red"]), AnswerFault::Unknown),
        ] {
            let expected = [(wrong.question.clone(), fault)];
            assert_eq!(faults(&category, &[wrong], false), expected);
        }
    }

    #[test]
    fn questions_have_names_of_their_own_and_lists_to_choose_from() {
        let twice =
            [question("a", AnswerKind::Line, false, &[]), question("a", AnswerKind::Text, false, &[])];
        assert_eq!(questions_fault(&twice), Some("questions"));
        assert_eq!(questions_fault(&[question("a", AnswerKind::One, false, &[])]), Some("questions"));
        assert_eq!(questions_fault(&[question("a", AnswerKind::Number, false, &["b"])]), Some("questions"));
    }
}
