//! Saved lists: a filter of the ledger under a name, on the ledger, on the desk, and where they are kept.

use app::saved_list::{KeepError, Lists, Wanted};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::saved_list::{SavedList, Sharing};

use super::address::{Asking, with};
use super::line::unit_name;
use super::list::{Choice, staff_only};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, known_code};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::who;

/// Rows of a list are counted up to here.
const COUNT_MOST: u64 = 1_000;
/// Lists whose rows are counted, and shared ones that the ledger and the desk show: the page where lists are
/// kept has all.
const COUNTED_MOST: usize = 60;
const SHARED_SHOWN: usize = 30;

/// A list as the ledger and the desk show it.
pub(super) struct Shown {
    pub name: String,
    pub address: String,
    /// Whose it is; empty for one's own.
    pub whose: String,
    /// Whether it is what the page shows.
    pub is_here: bool,
}

/// The lists that the ledger and the desk show.
pub(super) struct Shelf {
    pub lists: Vec<Shown>,
    /// What leads to the page where they are kept; it says how many there are where not all are shown.
    pub all: String,
}

/// A list on the page where they are kept.
struct Kept {
    id: String,
    name: String,
    address: String,
    /// How many rows it has; empty where they were not counted.
    count: String,
    sharing: Vec<Choice>,
    /// With whom it is shared, in words.
    shared: String,
    whose: String,
    fault: String,
}

#[derive(Template)]
#[template(path = "ledger/saved.html")]
struct SavedPage {
    page: Page,
    base: String,
    done: String,
    fault: String,
    own: Vec<Kept>,
    shared: Vec<Kept>,
}

fn asking(list: &SavedList) -> Asking {
    let uri = format!("/?{}", list.query).parse::<axum::http::Uri>();
    uri.ok().and_then(|uri| Query::try_from_uri(&uri).ok()).map(|Query(asking)| asking).unwrap_or_default()
}

fn address(page: &Page, query: &str) -> String {
    if query.is_empty() { page.link("/ledger") } else { page.link(&format!("/ledger?{query}")) }
}

async fn counts(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    lists: &Lists,
) -> Result<Vec<String>, PageError> {
    let all = lists.own.iter().chain(&lists.shared);
    let queries = all.take(COUNTED_MOST).map(|list| asking(list).query(portfolio)).collect();
    let counts = visit.app.ledger_counts(plan, queries, COUNT_MOST, visit.asked).await?;
    let said = |count: u64| match count {
        COUNT_MOST => format!("{}+", COUNT_MOST - 1),
        count => count.to_string(),
    };
    Ok(counts.into_iter().map(said).collect())
}

/// The reader's own lists and those that others share.
pub(super) async fn shown(
    visit: &Visit,
    page: &Page,
    plan: &Code,
    here: Option<&Asking>,
) -> Result<Shelf, PageError> {
    let held = visit.app.saved_lists(&visit.actor, plan).await?;
    let signers = visit.app.signers().await?;
    let here = here.map(|asking| with(asking, &[]));
    let (own, total) = (held.own.len(), held.own.len() + held.shared.len());
    let all = held.own.iter().chain(held.shared.iter().take(SHARED_SHOWN)).enumerate();
    let lists: Vec<Shown> = all
        .map(|(at, list)| Shown {
            name: list.name.clone(),
            address: address(page, &list.query),
            whose: if at < own { String::new() } else { who(visit.lang, &signers, &list.owner) },
            is_here: here.as_ref() == Some(&list.query),
        })
        .collect();
    let all = if lists.len() < total {
        visit.tw("saved-lists-all", &[("count", &total.to_string())])
    } else {
        visit.t("saved-lists-keep").into_owned()
    };
    Ok(Shelf { lists, all })
}

/// With whom the reader may share a list: choices, the present one chosen.
pub(super) fn sharing_choices(visit: &Visit, portfolio: &Portfolio, present: &Sharing) -> Vec<Choice> {
    let units: Vec<Code> = portfolio.units.keys().cloned().collect();
    let mut may = visit.app.may_share(&visit.actor, &portfolio.plan.code, &units);
    may.insert(0, Sharing::Nobody);
    if !may.contains(present) {
        may.push(present.clone());
    }
    may.into_iter()
        .map(|sharing| Choice {
            chosen: sharing == *present,
            label: said(visit, portfolio, &sharing),
            value: sharing.to_string(),
        })
        .collect()
}

fn said(visit: &Visit, portfolio: &Portfolio, sharing: &Sharing) -> String {
    match sharing {
        Sharing::Nobody => visit.t("saved-list-private").into_owned(),
        Sharing::Plan => visit.t("saved-list-for-plan").into_owned(),
        Sharing::Unit(unit) => {
            visit.tw("saved-list-for-unit", &[("unit", &unit_name(portfolio, unit, visit.lang))])
        }
    }
}

/// A fault and the list it is about; empty for a new one.
struct Fault {
    id: String,
    message: String,
    name: String,
}

async fn page(
    visit: &Visit,
    plan: &Code,
    status: StatusCode,
    done: String,
    fault: Option<Fault>,
) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(plan).await?;
    let lists = visit.app.saved_lists(&visit.actor, plan).await?;
    let counts = counts(visit, plan, &portfolio, &lists).await?;
    let signers = visit.app.signers().await?;
    let page = visit.page(visit.t("saved-lists-title"));
    let counts = counts.into_iter().chain(std::iter::repeat_with(String::new));
    let kept = |(list, count): (&SavedList, String)| {
        let fault = fault.as_ref().filter(|fault| fault.id == list.id);
        Kept {
            id: list.id.clone(),
            name: fault.map_or_else(|| list.name.clone(), |fault| fault.name.clone()),
            address: address(&page, &list.query),
            count,
            sharing: sharing_choices(visit, &portfolio, &list.sharing),
            shared: said(visit, &portfolio, &list.sharing),
            whose: who(visit.lang, &signers, &list.owner),
            fault: fault.map_or_else(String::new, |fault| fault.message.clone()),
        }
    };
    let mut all: Vec<Kept> = lists.own.iter().chain(&lists.shared).zip(counts).map(kept).collect();
    let shared = all.split_off(lists.own.len());
    let fault = fault.filter(|fault| fault.id.is_empty()).map_or_else(String::new, |fault| fault.message);
    render(
        status,
        &SavedPage { base: format!("/p/{plan}/ledger/lists"), done, fault, own: all, shared, page },
    )
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let key = match Typed(query).get("done") {
        "saved" => "saved-list-saved",
        "dropped" => "saved-list-dropped",
        _ => "",
    };
    let done = if key.is_empty() { String::new() } else { visit.t(key).into_owned() };
    page(&visit, &plan, StatusCode::OK, done, None).await
}

/// What a form says a list is to be; what is asked for is put as the ledger's own address would.
fn wanted(typed: &Typed) -> Result<Wanted, PageError> {
    let query = typed.has("query").then(|| {
        let list = format!("/?{}", typed.get("query")).parse::<axum::http::Uri>();
        list.ok()
            .and_then(|uri| Query::<Asking>::try_from_uri(&uri).ok())
            .map(|Query(asking)| with(&asking, &[]))
    });
    let query = match query {
        Some(None) => return Err(PageError::bad_request()),
        query => query.flatten(),
    };
    let sharing = Sharing::parse(typed.get("sharing")).ok_or_else(PageError::bad_request)?;
    Ok(Wanted { name: typed.get("name").to_owned(), query, sharing })
}

/// Keeps what the ledger shows under a name.
pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let outcome = visit.app.save_list(&visit.actor, &plan, wanted(&typed)?).await;
    answer(&visit, &plan, &typed, "", outcome.map(drop)).await
}

/// Changes one of the reader's own lists, or throws it away.
pub async fn change(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if typed.has("drop") {
        visit.app.drop_list(&visit.actor, &plan, &id).await?;
        return Ok(Redirect::to(&format!("/p/{plan}/ledger/lists?done=dropped")).into_response());
    }
    let outcome = visit.app.change_list(&visit.actor, &plan, &id, wanted(&typed)?).await;
    answer(&visit, &plan, &typed, &id, outcome).await
}

async fn answer(
    visit: &Visit,
    plan: &Code,
    typed: &Typed,
    id: &str,
    outcome: Result<(), KeepError>,
) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/p/{plan}/ledger/lists?done=saved")).into_response()),
        Err(KeepError::App(error)) => Err(error.into()),
        Err(KeepError::List(problem)) => {
            let message = visit.t(problem.key()).into_owned();
            let fault = Fault { id: id.to_owned(), message, name: typed.get("name").to_owned() };
            page(visit, plan, StatusCode::UNPROCESSABLE_ENTITY, String::new(), Some(fault)).await
        }
    }
}
