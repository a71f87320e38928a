//! What moderation puts in the place of what everybody reads of a request: of its own words, of what units answered and
//! gave as reasons, of what was answered to its category's questions. The words themselves stay for those who handle it.

use serde::{Deserialize, Serialize};

use super::question::QuestionAnswer;
use super::state::Request;
use super::workflow::RequestState;
use crate::code::Code;
use crate::journal::Seq;
use crate::plan::Plan;

/// What everybody reads where something was left out.
pub const LEFT_OUT: &str = "［已隐去 left out］";

/// A part of what everybody reads, besides title and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeratedPart {
    /// An answer, by the entry that gave it.
    Answer(Seq),
    /// Why it was refused or put on the books, by the entry that says so.
    Reason(Seq),
    /// What was answered to a question.
    Detail(Code),
}

impl ModeratedPart {
    /// As forms have it: `answer:17`, `detail:where`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Answer(seq) => format!("answer:{seq}"),
            Self::Reason(seq) => format!("reason:{seq}"),
            Self::Detail(question) => format!("detail:{question}"),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (kind, of) = text.split_once(':')?;
        let seq = || of.parse().ok().map(Seq);
        match kind {
            "answer" => seq().map(Self::Answer),
            "reason" => seq().map(Self::Reason),
            "detail" => Code::new(of).ok().map(Self::Detail),
            _ => None,
        }
    }
}

/// Something that moderation did and has not undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moderation {
    Hidden,
    Edited {
        title: String,
        text: String,
    },
    /// Other words for a part; none where it is left out.
    Replaced {
        part: ModeratedPart,
        text: String,
    },
}

impl Request {
    /// The words that everybody reads in the place of a part's own.
    pub fn replaced(&self, part: &ModeratedPart) -> Option<&str> {
        self.moderation.iter().rev().find_map(|held| match held {
            Moderation::Replaced { part: held, text } if held == part => {
                Some(if text.is_empty() { LEFT_OUT } else { text })
            }
            _ => None,
        })
    }

    /// The parts that everybody reads besides title and text, with what stands there by itself.
    pub fn public_parts(&self, plan: &Plan) -> Vec<(ModeratedPart, String)> {
        let answers = self.answer_entries.iter().zip(&self.answers);
        let answers = answers.map(|(seq, (_, text))| (ModeratedPart::Answer(*seq), text.clone()));
        let reasons = self.moves.iter().filter(|moved| {
            matches!(moved.to, RequestState::Refused | RequestState::OnTheBooks) && !moved.reason.is_empty()
        });
        let reasons = reasons.map(|moved| (ModeratedPart::Reason(moved.seq), moved.reason.clone()));
        let details = plan.public_details(self);
        let details = details.map(|(question, answer)| {
            let said = question.said(&answer.values, false).join("、");
            (ModeratedPart::Detail(answer.question.clone()), said)
        });
        answers.chain(reasons).chain(details).collect()
    }

    /// As everybody reads it, where it is shown: with what moderation put in the place of words, and without answers
    /// that are not for everybody.
    pub fn as_read_by_everybody(mut self, plan: &Plan) -> Self {
        let details = plan.public_details(&self).map(|(_, answer)| {
            let other = self.replaced(&ModeratedPart::Detail(answer.question.clone()));
            let values = other.map_or_else(|| answer.values.clone(), |text| vec![text.to_owned()]);
            QuestionAnswer { question: answer.question.clone(), values }
        });
        let details = details.collect();
        let other = |part: ModeratedPart| self.replaced(&part).map(str::to_owned);
        let answers: Vec<Option<String>> =
            self.answer_entries.iter().map(|seq| other(ModeratedPart::Answer(*seq))).collect();
        let reasons: Vec<Option<String>> =
            self.moves.iter().map(|moved| other(ModeratedPart::Reason(moved.seq))).collect();
        self.details = details;
        for ((_, text), other) in self.answers.iter_mut().zip(answers) {
            *text = other.unwrap_or_else(|| std::mem::take(text));
        }
        for (moved, other) in self.moves.iter_mut().zip(reasons) {
            moved.reason = other.unwrap_or_else(|| std::mem::take(&mut moved.reason));
        }
        if let Some((title, text)) = self.edited() {
            (self.title, self.text) = (title.to_owned(), text.to_owned());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_are_written() {
        let question = Code::new("where").unwrap();
        for part in
            [ModeratedPart::Answer(Seq(17)), ModeratedPart::Reason(Seq(3)), ModeratedPart::Detail(question)]
        {
            assert_eq!(ModeratedPart::parse(&part.to_text()), Some(part));
        }
        for text in ["", "answer", "answer:x", "word:3", "detail:"] {
            assert_eq!(ModeratedPart::parse(text), None, "{text}");
        }
    }
}
