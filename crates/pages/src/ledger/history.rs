//! Every entry about an item in words, newest first, and the way to put a wrong one right.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::history::SubjectHistory;
use domain::item::{Item, ItemKind, Standing};
use domain::journal::{Entry, Seq};
use domain::policy::Action;
use domain::subject::Subject;
use store::EntryFilter;

use super::item::target;
use super::list::staff_only;
use crate::editor::book::Book;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, who};

/// Entries on a page.
const PAGE: usize = 50;

struct Line {
    seq: Seq,
    recorded: String,
    effective: String,
    who: String,
    event: String,
    facts: Vec<String>,
    reason: String,
    source: String,
    corrected_by: Option<Seq>,
    audit: bool,
    correct: bool,
}

#[derive(Template)]
#[template(path = "ledger/history.html")]
struct HistoryPage {
    page: Page,
    name: String,
    item: String,
    lines: Vec<Line>,
    older: String,
    newest: String,
}

/// By which entry each corrected one was put right.
fn corrected(history: &SubjectHistory) -> BTreeMap<Seq, Seq> {
    history.facts().iter().filter_map(|fact| Some((fact.seq, fact.superseded?))).collect()
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (item, history) = visit.app.item(&plan, &code, visit.asked).await?;
    let typed = Typed(query);
    let before = typed.get("before").parse().ok().map(Seq);
    let filter = EntryFilter {
        subject: Some(Subject::item(&plan, &code)),
        known: Some(portfolio.view.known),
        ..EntryFilter::default()
    };
    let found = visit.app.entries(filter, before, PAGE).await?;
    let page = visit.page(visit.t("item-history-title"));
    let target = target(&item, &portfolio);
    let audit = visit.actor.may(Action::ReadAudit, &target);
    let correct = !page.is_past() && !is_frozen(&item) && visit.actor.may(Action::CorrectEntry, &target);
    let corrected = corrected(&history);
    let signers = visit.app.signers().await?;
    let book = Book::of_plan(visit.lang, portfolio.clone());
    let line = |entry: &Entry| {
        let draft = &entry.draft;
        let recorded = visit.app.clock().zone().to_datetime(entry.recorded_at);
        let corrected_by = corrected.get(&entry.seq).copied().filter(|by| *by <= portfolio.view.known);
        Line {
            seq: entry.seq,
            recorded: recorded.strftime("%Y-%m-%d %H:%M").to_string(),
            effective: day(visit.lang, draft.effective),
            who: who(visit.lang, &signers, &draft.actor),
            event: match draft.event.corrects() {
                Some(wrong) => visit.tw("audit-corrects", &[("entry", &wrong.to_string())]),
                None => visit.t(&format!("event-{}", draft.event.name())).into_owned(),
            },
            facts: draft.event.facts().iter().map(|fact| book.line(fact)).collect(),
            reason: draft.reason.clone(),
            source: draft.source.title.clone(),
            corrected_by,
            audit,
            correct: correct && corrected_by.is_none(),
        }
    };
    let address = page.link(&format!("/items/{code}/history"));
    let shown = HistoryPage {
        name: item.name.get(visit.lang.is_english()).to_owned(),
        item: page.link(&format!("/items/{code}")),
        lines: found.items.iter().map(line).collect(),
        older: found.next.map_or_else(String::new, |next| {
            let joint = if address.contains('?') { '&' } else { '?' };
            format!("{address}{joint}before={next}")
        }),
        newest: if before.is_some() { address } else { String::new() },
        page,
    };
    render(StatusCode::OK, &shown)
}

/// What was issued is not rewritten.
fn is_frozen(item: &Item) -> bool {
    item.kind == ItemKind::Report && item.standing() != Standing::Open
}
