//! What happened to published requests, as everybody may read it: moves and answers, and what was answered to the
//! category's questions.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::{Request, RequestState};
use jiff::civil::DateTime;
use words::Lang;

use super::open_data::with_offset;
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenNote {
    pub at: DateTime,
    pub datetime: String,
    /// `state` or `answer`.
    pub kind: &'static str,
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
    /// In the order in which it happened.
    pub notes: Vec<OpenNote>,
    pub details: Vec<OpenDetail>,
}

/// A move in words: the state, and the unit that has it from then on.
pub(super) fn moved(portfolio: &Portfolio, to: RequestState, unit: Option<&Code>, lang: Lang) -> String {
    let state = words::text(lang, &format!("request-state-{}", to.as_str().replace('_', "-")));
    match unit.and_then(|unit| portfolio.units.get(unit)) {
        Some(unit) => format!("{state} · {}", unit.name.get(lang.is_english())),
        None => state.into_owned(),
    }
}

impl OpenHistory {
    fn of(request: &Request, portfolio: &Portfolio, lang: Lang, offset: &dyn Fn(DateTime) -> String) -> Self {
        let note = |at, kind, description| OpenNote { at, datetime: offset(at), kind, description };
        let moves = request
            .moves
            .iter()
            .map(|held| note(held.at, "state", moved(portfolio, held.to, held.unit.as_ref(), lang)));
        let answers = request.answers.iter().map(|(at, text)| note(*at, "answer", text.clone()));
        let mut notes: Vec<OpenNote> = moves.chain(answers).collect();
        // An answer stands behind the move that it was given with.
        notes.sort_by_key(|note| (note.at, note.kind == "answer"));
        let details = portfolio.plan.public_details(request).map(|(question, answer)| OpenDetail {
            question: answer.question.clone(),
            label: question.name.get(lang.is_english()).to_owned(),
            values: question.said(&answer.values, lang.is_english()),
        });
        Self { notes, details: details.collect() }
    }
}

impl App {
    /// What happened to some requests; those that are not published are left out.
    pub async fn open_histories(
        &self,
        plan: &Code,
        codes: Vec<Code>,
        lang: Lang,
    ) -> Result<BTreeMap<Code, OpenHistory>, AppError> {
        let view = self.view(Asked::default()).await?;
        let portfolio = self.portfolio_at(plan, view).await?;
        let zone = self.clock().zone().clone();
        let offset = move |at: DateTime| with_offset(&zone, at);
        let plan = plan.clone();
        let histories = self.database().read_async(move |c| c.whole_requests(&plan, &codes)).await?;
        let published = histories
            .iter()
            .filter_map(|held| Request::at(held, view))
            .filter(|request| portfolio.plan.shows(request));
        Ok(published
            .map(|request| request.as_read_by_everybody(&portfolio.plan))
            .map(|request| (request.code.clone(), OpenHistory::of(&request, &portfolio, lang, &offset)))
            .collect())
    }
}
