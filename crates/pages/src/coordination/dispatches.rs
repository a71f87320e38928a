//! Instant dispatches: those under way, and those of a period.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::item::ItemKind;
use domain::item::call::Punctuality;
use domain::item::ledger::LedgerRow;
use domain::item::query::LedgerQuery;
use domain::item::workflow::Standing;
use serde::Deserialize;

use super::period::Period;
use super::units::now;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::line::{Line, line};
use crate::ledger::list::staff_only;
use crate::ledger::register::may_register;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::moment;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    from: String,
    to: String,
}

struct Dispatch {
    line: Line,
    answer_by: String,
    answered: usize,
    late: usize,
    called: usize,
}

#[derive(Template)]
#[template(path = "coordination/dispatches.html")]
struct DispatchesPage {
    page: Page,
    period: Period,
    open: Vec<Dispatch>,
    closed: Vec<Dispatch>,
    add: String,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let period = Period::of(&asking.from, &asking.to, portfolio.view.as_of);
    let page = visit.page(visit.t("dispatches-title"));
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let now = now(&visit);
    let of = |row: &LedgerRow| {
        let call = row.call.clone().unwrap_or_default();
        let count = |wanted: &[Punctuality]| {
            call.units.iter().filter(|unit| wanted.contains(&call.punctuality(unit, now))).count()
        };
        Dispatch {
            line: line(&page, &portfolio, row, judge.judge(row)),
            answer_by: call.answer_by.map_or_else(String::new, |at| moment(visit.lang, at)),
            answered: count(&[Punctuality::InTime, Punctuality::Late]),
            late: count(&[Punctuality::Late, Punctuality::Overdue]),
            called: call.units.len(),
        }
    };
    let kinds = vec![ItemKind::Dispatch];
    let open =
        LedgerQuery { kinds: kinds.clone(), standings: vec![Standing::Open], ..LedgerQuery::default() };
    let closed = LedgerQuery {
        kinds,
        standings: vec![Standing::Done, Standing::Withdrawn],
        received: period.bounds(),
        ..LedgerQuery::default()
    };
    let open = visit.app.all_items(&portfolio, &open).await?;
    let closed = visit.app.all_items(&portfolio, &closed).await?;
    let may_add = !page.is_past() && may_register(&visit).any(|kind| kind == ItemKind::Dispatch);
    let shown = DispatchesPage {
        period,
        open: open.iter().rev().map(of).collect(),
        closed: closed.iter().rev().map(of).collect(),
        add: if may_add { format!("/p/{plan}/items/new/dispatch") } else { String::new() },
        page,
    };
    render(StatusCode::OK, &shown)
}
