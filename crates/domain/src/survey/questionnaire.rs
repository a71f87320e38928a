//! A version of a questionnaire, as the plan keeps it.

use serde::{Deserialize, Serialize};
use survey::instrument::{Choice, Form, Instrument, Question, Wording};

use super::fault::SurveyFault;
use crate::code::Code;
use crate::named::TEXT_MAX;

pub const QUESTIONS_MOST: usize = 120;
/// Choices, rows or columns of one question.
pub const CHOICES_MOST: usize = 200;
/// All texts together, in characters: a version is one fact.
const TEXTS_MOST: usize = 60_000;

/// What is asked. Another wording, scale or order is another version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Questionnaire {
    pub instrument: Code,
    pub version: u32,
    pub asks: Instrument,
}

impl Questionnaire {
    /// What tells it from every other version, as hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.asks.fingerprint().to_string()
    }

    pub fn fault(&self) -> Option<SurveyFault> {
        let questions = self.asks.questions();
        if questions.len() > QUESTIONS_MOST {
            return Some(SurveyFault::TooLarge);
        }
        let missing = |question: &str| Some(SurveyFault::NoChinese { question: question.to_owned() });
        let mut sum = 0;
        let mut texts = |wording: &Wording| {
            for text in [&wording.zh, &wording.en] {
                let long = text.chars().count();
                sum += long;
                if long > TEXT_MAX || text.chars().any(|c| c.is_control() && c != '\n') {
                    return false;
                }
            }
            true
        };
        if self.asks.title().zh.trim().is_empty() {
            return missing("");
        }
        let mut sound = texts(self.asks.title());
        for question in questions {
            if !said(question) {
                return missing(&question.name);
            }
            sound &= question.name.len() <= Code::MAX && texts(&question.wording) && texts(&question.hint);
            for choices in choices(question) {
                sound &= choices.len() <= CHOICES_MOST;
                sound &= choices.iter().all(|choice| choice.code.len() <= Code::MAX && texts(&choice.label));
            }
            if let Form::Scale { low, high, low_label, high_label } = &question.form {
                sound &= high.saturating_sub(*low) <= 100 && texts(low_label) && texts(high_label);
            }
        }
        (!sound || sum > TEXTS_MOST).then_some(SurveyFault::TooLarge)
    }

    /// A question that is answered by one of its choices.
    pub fn single(&self, name: &str) -> Result<&[Choice], SurveyFault> {
        let question =
            self.asks.question(name).ok_or_else(|| SurveyFault::NoQuestion { question: name.to_owned() })?;
        single_codes(question).ok_or_else(|| SurveyFault::NotSingle { question: name.to_owned() })
    }

    /// The same, and nobody may leave it out.
    pub fn always(&self, name: &str) -> Result<&[Choice], SurveyFault> {
        let choices = self.single(name)?;
        let asked = self.asks.question(name).is_some_and(|held| held.required && held.condition.is_none());
        if asked { Ok(choices) } else { Err(SurveyFault::NotAlways { question: name.to_owned() }) }
    }
}

/// The choices of a question of which one is the answer.
pub fn single_codes(question: &Question) -> Option<&[Choice]> {
    match &question.form {
        Form::Single { choices } => Some(choices),
        _ => None,
    }
}

fn choices(question: &Question) -> Vec<&[Choice]> {
    match &question.form {
        Form::Single { choices } | Form::Multiple { choices, .. } => vec![choices],
        Form::Matrix { rows, columns } => vec![rows, columns],
        Form::Scale { .. } | Form::Number { .. } | Form::Text { .. } => Vec::new(),
    }
}

/// Whether a question and its choices are said in Chinese.
fn said(question: &Question) -> bool {
    let given = |wording: &Wording| !wording.zh.trim().is_empty();
    given(&question.wording) && choices(question).into_iter().flatten().all(|choice| given(&choice.label))
}
