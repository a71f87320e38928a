//! Questionnaires: questions, scales, versions, and a fingerprint of what was asked.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::condition::Condition;

/// A text in both languages; an empty one is not given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wording {
    #[serde(default)]
    pub zh: String,
    #[serde(default)]
    pub en: String,
}

impl Wording {
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    pub fn is_empty(&self) -> bool {
        self.zh.trim().is_empty() && self.en.trim().is_empty()
    }
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub code: String,
    pub label: Wording,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Form {
    /// One of the choices.
    Single { choices: Vec<Choice> },
    /// Any number of them between the limits.
    Multiple { choices: Vec<Choice>, least: Option<u32>, most: Option<u32> },
    /// Whole points from low to high, with the labels of the ends.
    Scale { low: i32, high: i32, low_label: Wording, high_label: Wording },
    /// A number between the limits.
    Number { least: Option<f64>, most: Option<f64>, whole: bool },
    /// Free text, at most so many characters.
    Text { longest: Option<u32> },
    /// One of the columns for each row.
    Matrix { rows: Vec<Choice>, columns: Vec<Choice> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Name of the column of its answers.
    pub name: String,
    pub wording: Wording,
    #[serde(default)]
    pub hint: Wording,
    pub form: Form,
    #[serde(default)]
    pub required: bool,
    /// Asked only when this holds.
    #[serde(default)]
    pub condition: Option<Condition>,
}

/// A version of a questionnaire, checked: names and codes are unique, scales have a length, conditions look
/// back only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Instrument {
    draft: Draft,
}

/// A questionnaire that is being written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Draft {
    pub name: String,
    pub version: String,
    #[serde(default)]
    pub title: Wording,
    pub questions: Vec<Question>,
}

/// What was asked, as 32 bytes: equal when wording, answers, scale and condition are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InstrumentError {
    #[error("the questionnaire has no question")]
    NoQuestions,
    #[error("question {number} has no name: give the name of the column of its answers")]
    NoName { number: usize },
    #[error("the question name \"{0}\" is used twice: give every question its own")]
    TwiceName(String),
    #[error("question \"{0}\" has no wording in either language")]
    NoWording(String),
    #[error("question \"{0}\" has no choices")]
    NoChoices(String),
    #[error("question \"{question}\": the code \"{code}\" is used twice")]
    TwiceCode { question: String, code: String },
    #[error(
        "question \"{question}\": the code \"{code}\" is empty or contains a blank; codes are single words"
    )]
    BadCode { question: String, code: String },
    #[error("question \"{question}\": {what} runs from {low} to {high}; the first must be the smaller")]
    BadLimits { question: String, what: &'static str, low: String, high: String },
    #[error("the condition of \"{question}\" looks at \"{on}\", which is not asked before it")]
    LooksAhead { question: String, on: String },
    #[error(
        "the condition of \"{question}\" compares \"{on}\" with \"{code}\", which is not among its answers"
    )]
    NoSuchCode { question: String, on: String, code: String },
}

impl Instrument {
    /// Checks a draft.
    ///
    /// # Errors
    /// The first thing that is wrong, by question.
    pub fn new(draft: Draft) -> Result<Self, InstrumentError> {
        match draft.faults().into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self { draft }),
        }
    }

    pub fn name(&self) -> &str {
        &self.draft.name
    }

    pub fn version(&self) -> &str {
        &self.draft.version
    }

    pub fn title(&self) -> &Wording {
        &self.draft.title
    }

    pub fn questions(&self) -> &[Question] {
        &self.draft.questions
    }

    pub fn question(&self, name: &str) -> Option<&Question> {
        self.draft.questions.iter().find(|question| question.name == name)
    }

    /// The fingerprint of all questions in their order.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut writer = Canonical::default();
        for question in &self.draft.questions {
            writer.text(&question.name);
            writer.question(question);
        }
        writer.finish()
    }

    /// The draft for a next version.
    pub fn into_draft(self) -> Draft {
        self.draft
    }
}

impl Draft {
    /// What keeps it from being asked, the first thing of every question.
    pub fn faults(&self) -> Vec<InstrumentError> {
        if self.questions.is_empty() {
            return vec![InstrumentError::NoQuestions];
        }
        let check = |index: usize, question: &Question| {
            if question.name.trim().is_empty() {
                return Err(InstrumentError::NoName { number: index + 1 });
            }
            if question.wording.is_empty() {
                return Err(InstrumentError::NoWording(question.name.clone()));
            }
            check_form(question)?;
            match &question.condition {
                Some(condition) => check_condition(question, condition, &self.questions[..index]),
                None => Ok(()),
            }
        };
        let mut names = HashSet::new();
        let faults = self.questions.iter().enumerate().filter_map(|(index, question)| {
            if names.insert(question.name.as_str()) {
                check(index, question).err()
            } else {
                Some(InstrumentError::TwiceName(question.name.clone()))
            }
        });
        faults.collect()
    }
}

impl TryFrom<Draft> for Instrument {
    type Error = InstrumentError;

    fn try_from(draft: Draft) -> Result<Self, InstrumentError> {
        Self::new(draft)
    }
}

impl From<Instrument> for Draft {
    fn from(instrument: Instrument) -> Self {
        instrument.draft
    }
}

impl Question {
    /// The fingerprint of this question alone: estimates from questions with different ones are not
    /// comparable. The name of the column and the hint are not part of it, and runs of blanks count as one.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut writer = Canonical::default();
        writer.question(self);
        writer.finish()
    }
}

fn check_form(question: &Question) -> Result<(), InstrumentError> {
    let limits = |what, low: String, high: String| InstrumentError::BadLimits {
        question: question.name.clone(),
        what,
        low,
        high,
    };
    match &question.form {
        Form::Single { choices } => check_choices(question, choices),
        Form::Multiple { choices, least, most } => {
            check_choices(question, choices)?;
            let (low, high) = (least.unwrap_or(0), most.unwrap_or(u32::MAX));
            if low > high || low as usize > choices.len() {
                let most = (choices.len() as u32).min(high);
                return Err(limits("the number of choices", low.to_string(), most.to_string()));
            }
            Ok(())
        }
        Form::Scale { low, high, .. } if low >= high => {
            Err(limits("the scale", low.to_string(), high.to_string()))
        }
        Form::Number { least: Some(least), most: Some(most), .. } if least > most => {
            Err(limits("the number", least.to_string(), most.to_string()))
        }
        Form::Matrix { rows, columns } => {
            check_choices(question, rows)?;
            check_choices(question, columns)
        }
        _ => Ok(()),
    }
}

fn check_choices(question: &Question, choices: &[Choice]) -> Result<(), InstrumentError> {
    let name = || question.name.clone();
    if choices.is_empty() {
        return Err(InstrumentError::NoChoices(name()));
    }
    let mut codes = HashSet::new();
    for choice in choices {
        let code = choice.code.clone();
        if code.is_empty() || code.contains(char::is_whitespace) {
            return Err(InstrumentError::BadCode { question: name(), code });
        }
        if !codes.insert(code.clone()) {
            return Err(InstrumentError::TwiceCode { question: name(), code });
        }
    }
    Ok(())
}

fn check_condition(
    question: &Question,
    condition: &Condition,
    before: &[Question],
) -> Result<(), InstrumentError> {
    for on in condition.questions() {
        if !before.iter().any(|other| other.name == on) {
            return Err(InstrumentError::LooksAhead { question: question.name.clone(), on: on.to_owned() });
        }
    }
    for (on, code) in condition.codes() {
        let choices = before.iter().find(|other| other.name == on).map(|other| &other.form);
        if let Some(Form::Single { choices } | Form::Multiple { choices, .. }) = choices
            && !code.is_empty()
            && !choices.iter().any(|choice| choice.code == code)
        {
            let (on, code) = (on.to_owned(), code.to_owned());
            return Err(InstrumentError::NoSuchCode { question: question.name.clone(), on, code });
        }
    }
    Ok(())
}

/// Writes a question so that different ones never read the same: every text with its length before it.
#[derive(Default)]
pub(crate) struct Canonical {
    hash: Sha256,
}

impl Canonical {
    pub(crate) fn text(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        self.hash.update((text.len() as u64).to_be_bytes());
        self.hash.update(text.as_bytes());
    }

    fn wording(&mut self, wording: &Wording) {
        self.text(&wording.zh);
        self.text(&wording.en);
    }

    fn choices(&mut self, choices: &[Choice]) {
        self.text(&choices.len().to_string());
        for choice in choices {
            self.text(&choice.code);
            self.wording(&choice.label);
        }
    }

    fn limit<T: fmt::Display>(&mut self, limit: Option<T>) {
        self.text(&limit.map_or("none".to_owned(), |limit| limit.to_string()));
    }

    fn question(&mut self, question: &Question) {
        self.wording(&question.wording);
        match &question.form {
            Form::Single { choices } => {
                self.text("single");
                self.choices(choices);
            }
            Form::Multiple { choices, least, most } => {
                self.text("multiple");
                self.choices(choices);
                self.limit(*least);
                self.limit(*most);
            }
            Form::Scale { low, high, low_label, high_label } => {
                self.text("scale");
                self.limit(Some(low));
                self.limit(Some(high));
                self.wording(low_label);
                self.wording(high_label);
            }
            Form::Number { least, most, whole } => {
                self.text("number");
                self.limit(*least);
                self.limit(*most);
                self.limit(Some(whole));
            }
            Form::Text { longest } => {
                self.text("text");
                self.limit(*longest);
            }
            Form::Matrix { rows, columns } => {
                self.text("matrix");
                self.choices(rows);
                self.choices(columns);
            }
        }
        self.text(&question.condition.as_ref().map_or(String::new(), Condition::to_string));
    }

    pub(crate) fn finish(self) -> Fingerprint {
        Fingerprint(self.hash.finalize().into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is no fingerprint: 64 hexadecimal digits are expected")]
pub struct BadFingerprint(String);

impl std::str::FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let bad = || BadFingerprint(text.to_owned());
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn choice(code: &str) -> Choice {
        Choice { code: code.into(), label: Wording::new("", code) }
    }

    pub(crate) fn question(name: &str, form: Form) -> Question {
        Question {
            name: name.into(),
            wording: Wording::new("您觉得有改善吗?", "Do you feel an improvement?"),
            hint: Wording::default(),
            form,
            required: false,
            condition: None,
        }
    }

    fn yes_no(name: &str) -> Question {
        question(name, Form::Single { choices: vec![choice("yes"), choice("no")] })
    }

    fn draft(questions: Vec<Question>) -> Draft {
        Draft { name: "felt".into(), version: "1".into(), title: Wording::default(), questions }
    }

    #[test]
    fn the_fingerprint_is_of_wording_scale_and_condition() {
        let first = yes_no("a").fingerprint();
        let mut same = yes_no("b");
        same.hint = Wording::new("", "think of the last year");
        same.wording.en = "Do you  feel an improvement? ".into();
        assert_eq!(same.fingerprint(), first);
        let mut other = yes_no("a");
        other.wording.zh.push('吗');
        assert_ne!(other.fingerprint(), first);
        let mut other = yes_no("a");
        other.condition = Some("${q} = 'x'".parse().expect("condition"));
        assert_ne!(other.fingerprint(), first);
        let scale = |high| {
            let labels = Wording::default;
            question("s", Form::Scale { low: 1, high, low_label: labels(), high_label: labels() })
                .fingerprint()
        };
        assert_ne!(scale(5), scale(10));
        assert_eq!(first.to_string().parse(), Ok(first));
        assert!("zz".parse::<Fingerprint>().is_err());
    }

    #[test]
    fn refuses_what_cannot_be_asked() {
        let error = |questions| Instrument::new(draft(questions)).expect_err("refused");
        assert_eq!(error(vec![]), InstrumentError::NoQuestions);
        assert_eq!(error(vec![yes_no("a"), yes_no("a")]), InstrumentError::TwiceName("a".into()));
        assert!(matches!(
            error(vec![question("a", Form::Single { choices: vec![] })]),
            InstrumentError::NoChoices(_)
        ));
        let twice = Form::Single { choices: vec![choice("x"), choice("x")] };
        assert!(matches!(error(vec![question("a", twice)]), InstrumentError::TwiceCode { .. }));
        let labels = Wording::default;
        let scale = Form::Scale { low: 5, high: 5, low_label: labels(), high_label: labels() };
        assert!(matches!(error(vec![question("a", scale)]), InstrumentError::BadLimits { .. }));
        let mut ahead = yes_no("a");
        ahead.condition = Some("${b} = 'yes'".parse().expect("condition"));
        assert!(matches!(error(vec![ahead, yes_no("b")]), InstrumentError::LooksAhead { .. }));
        let mut wrong = yes_no("b");
        wrong.condition = Some("${a} = 'perhaps'".parse().expect("condition"));
        assert!(matches!(error(vec![yes_no("a"), wrong]), InstrumentError::NoSuchCode { .. }));
    }

    #[test]
    fn travels_as_json_and_is_checked_on_arrival() {
        let instrument = Instrument::new(draft(vec![yes_no("a")])).expect("valid");
        let text = serde_json::to_string(&instrument).expect("JSON");
        let back: Instrument = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back.fingerprint(), instrument.fingerprint());
        let broken = text.replace("\"no\"", "\"yes\"");
        assert!(serde_json::from_str::<Instrument>(&broken).is_err());
    }
}
