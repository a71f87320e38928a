//! What happened to a published request, as everybody may read it: moves and answers, and what was answered to
//! the category's questions.

use domain::code::Code;
use domain::request::RequestState;
use jiff::civil::DateTime;
use words::Lang;

use super::open_data::with_offset;
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNote {
    /// One of a kind on this server.
    pub id: String,
    pub at: DateTime,
    pub datetime: String,
    /// `state` or `answer`.
    pub kind: &'static str,
    /// The state it was in from then on.
    pub state: RequestState,
    pub is_open: bool,
    pub description: String,
}

/// An answer to a question, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDetail {
    pub question: Code,
    pub label: String,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenHistory {
    pub notes: Vec<OpenNote>,
    pub details: Vec<OpenDetail>,
}

impl App {
    /// In the order in which it happened.
    pub async fn open_history(&self, plan: &Code, code: &Code, lang: Lang) -> Result<OpenHistory, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let (request, _) = self.request(plan, code, Asked::default()).await?;
        if !request.is_public() {
            return Err(AppError::NotFound);
        }
        let zone = self.clock().zone().clone();
        let english = lang.is_english();
        let mut notes: Vec<OpenNote> = Vec::new();
        for moved in &request.moves {
            let state = words::text(lang, &format!("request-state-{}", moved.to.as_str().replace('_', "-")));
            let unit = moved.unit.as_ref().and_then(|unit| portfolio.units.get(unit));
            let description = match unit {
                Some(unit) => format!("{state} · {}", unit.name.get(english)),
                None => state.into_owned(),
            };
            notes.push(OpenNote {
                id: format!("{code}-{}-s", moved.seq),
                at: moved.at,
                datetime: with_offset(&zone, moved.at),
                kind: "state",
                state: moved.to,
                is_open: moved.to.is_open(),
                description,
            });
        }
        for (number, (at, text)) in request.answers.iter().enumerate() {
            notes.push(OpenNote {
                id: format!("{code}-{}-a", number + 1),
                at: *at,
                datetime: with_offset(&zone, *at),
                kind: "answer",
                state: RequestState::Answered,
                is_open: false,
                description: text.clone(),
            });
        }
        // An answer stands behind the move that it was given with.
        notes.sort_by_key(|note| (note.at, note.kind == "answer"));
        let category =
            request.category.as_ref().and_then(|code| portfolio.plan.request_category(code.as_str()));
        let details = request
            .details
            .iter()
            .filter_map(|answer| {
                let question = category?.question(&answer.question)?;
                Some(OpenDetail {
                    question: answer.question.clone(),
                    label: question.name.get(english).to_owned(),
                    values: question.said(&answer.values, english),
                })
            })
            .collect();
        Ok(OpenHistory { notes, details })
    }
}
