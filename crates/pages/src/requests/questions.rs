//! What a category asks beyond the text: its questions as fields, what was answered, and how it is shown.

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::request::personal::mask;
use domain::request::question::{AnswerKind, Question, QuestionAnswer, tidy};
use domain::request::{Request, RequestCategory};
use words::Lang;

use crate::editor::field::{Choice, Typed};

/// The names of the fields begin with this.
pub(super) const FIELD: &str = "answer-";

/// A question as a field.
pub(super) struct Asking {
    pub field: String,
    pub label: String,
    pub hint: String,
    pub kind: &'static str,
    pub optional: bool,
    pub choices: Vec<Choice>,
}

impl Asking {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Whether it is answered by choosing.
    pub fn chooses(&self) -> bool {
        !self.choices.is_empty()
    }
}

pub(super) fn field(question: &Code) -> String {
    format!("{FIELD}{question}")
}

pub(super) fn asking(category: &RequestCategory, lang: Lang) -> Vec<Asking> {
    let english = lang.is_english();
    let one = |question: &Question| Asking {
        field: field(&question.question),
        label: question.name.get(english).to_owned(),
        hint: {
            let about = question.about.as_ref().map(|about| about.get(english).to_owned());
            let inner = question.private.then(|| words::text(lang, "ask-question-private").into_owned());
            about.into_iter().chain(inner).collect::<Vec<_>>().join(" ")
        },
        kind: question.kind.as_str(),
        optional: !question.required && question.kind != AnswerKind::Remark,
        choices: question
            .choices
            .iter()
            .map(|choice| Choice::new(choice.choice.to_string(), choice.name.get(english)))
            .collect(),
    };
    category.questions.iter().map(one).collect()
}

/// What was typed as answers.
pub(super) fn answers(category: &RequestCategory, typed: &Typed) -> Vec<QuestionAnswer> {
    let values = |question: &Code| {
        let name = field(question);
        typed.0.iter().filter(|(held, _)| *held == name).map(|(_, value)| value.clone()).collect()
    };
    let given = category.questions.iter().map(|question| QuestionAnswer {
        question: question.question.clone(),
        values: values(&question.question),
    });
    tidy(given.collect())
}

/// A refusal with the words of the question it is about, instead of its code.
pub(super) fn refused(lang: Lang, category: Option<&RequestCategory>, refusal: &Refusal) -> (String, String) {
    let Problem::Answer { question, fault } = &refusal.problem else {
        return (String::new(), words::refusal(lang, refusal));
    };
    let held = category.and_then(|category| category.question(question));
    let name = held.map_or_else(|| question.to_string(), |held| held.name.get(lang.is_english()).to_owned());
    let message = words::with(lang, &format!("refusal-{}", fault.key()), &[("question", &name)]);
    (field(question), message)
}

/// What was typed as answers, as it will be read.
pub(super) fn said(category: &RequestCategory, typed: &Typed, lang: Lang) -> Vec<(String, String)> {
    let english = lang.is_english();
    answers(category, typed)
        .iter()
        .filter_map(|answer| {
            let question = category.question(&answer.question)?;
            let words = question.said(&answer.values, english).join(crate::words_of::comma(lang));
            Some((question.name.get(english).to_owned(), mask(&words)))
        })
        .collect()
}

/// What was answered, in words: question and answer.
pub(super) fn answered(portfolio: &Portfolio, request: &Request, lang: Lang) -> Vec<(String, String)> {
    let category = request.category.as_ref().and_then(|code| portfolio.plan.request_category(code.as_str()));
    let english = lang.is_english();
    let said = |answer: &QuestionAnswer| match category.and_then(|held| held.question(&answer.question)) {
        Some(question) => (
            question.name.get(english).to_owned(),
            question.said(&answer.values, english).join(crate::words_of::comma(lang)),
        ),
        // The category has changed since: the answers stand as they were given.
        None => (answer.question.to_string(), answer.values.join(crate::words_of::comma(lang))),
    };
    request.details.iter().map(said).collect()
}
