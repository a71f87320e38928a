//! What an edit of durations or links would move, and why, shown before it is accepted.

use std::sync::Arc;

use app::AppError;
use app::timetable::{Limits, PlanTimetable};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::scenario::with_facts;
use domain::subject::Subject;

use crate::editor::book::Book;
use crate::editor::desk::Task;
use crate::editor::field::Typed;
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::holidays::said;
use crate::timetable::scenario::said::Teller;
use crate::timetable::scenario::{Outcome, compared, said_error};
use crate::visit::{Visit, render};

/// How the edit is accepted or taken up again.
pub(crate) struct Accept {
    pub title: String,
    pub action: String,
    pub back: String,
    /// What was typed, to be sent once more.
    pub hidden: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "outlook/preview.html")]
struct PreviewPage {
    page: Page,
    accept: Accept,
    wanted: Vec<String>,
    outcome: Option<Outcome>,
    impossible: String,
}

/// The page that says what facts about a subject would change. They are checked by the rules elsewhere.
pub(crate) async fn preview(
    visit: &Visit,
    base: &Arc<PlanTimetable>,
    subject: &Subject,
    facts: &[Fact],
    accept: Accept,
) -> Result<Response, PageError> {
    let page = visit.page(accept.title.clone());
    let portfolio = &base.portfolio;
    let teller = Teller { lang: visit.lang, portfolio };
    let mut book = Book::of_plan(visit.lang, portfolio.clone());
    book.project = portfolio.project(subject.code.as_str()).cloned();
    let (mut outcome, mut impossible) = (None, String::new());
    match visit.app.try_facts(portfolio, subject, facts).await? {
        Ok(tried) => outcome = Some(compared(&page, &teller, base, &tried, Limits::Ignored).await?),
        Err(error) => impossible = said_error(visit, &error),
    }
    let mut wanted: Vec<String> = facts.iter().map(|fact| book.line(fact)).collect();
    let after = with_facts(portfolio, subject, facts);
    wanted.extend(said(visit.lang, &portfolio.plan, &after.plan, portfolio.view.as_of, facts));
    render(StatusCode::OK, &PreviewPage { page, accept, wanted, outcome, impossible })
}

/// What an edit of a subject would move, before it is accepted. `None` where nothing is to be shown: it was
/// accepted, changes nothing, or is not in order and is told so by the form.
pub(crate) async fn before_accepting(
    visit: &Visit,
    plan: &Code,
    subject: &Subject,
    task: &Task<'_>,
    typed: &Typed,
) -> Result<Option<Response>, PageError> {
    if typed.has("accepted") {
        return Ok(None);
    }
    let Some((facts, change)) = task.wanted(typed).filter(|(facts, _)| !facts.is_empty()) else {
        return Ok(None);
    };
    let tried = visit.app.try_all(&visit.actor, vec![change]).await?;
    if !tried.iter().all(|tried| tried.as_ref().is_ok_and(|receipt| !receipt.entries.is_empty())) {
        return Ok(None);
    }
    let base = as_it_stands(visit, plan).await?;
    let hidden = typed.0.iter().filter(|(name, _)| name != "csrf").cloned().collect();
    let accept =
        Accept { title: task.legend.clone(), action: task.action.clone(), back: task.cancel.clone(), hidden };
    preview(visit, &base, subject, &facts, accept).await.map(Some)
}

/// The plan's timetable as it now stands.
pub(crate) async fn as_it_stands(visit: &Visit, plan: &Code) -> Result<Arc<PlanTimetable>, AppError> {
    let view = visit.app.view(app::read::Asked::default()).await?;
    visit.app.timetable_dates(plan, view).await
}
