//! What an import wrote.

use app::import::{Counts, Written, table_label};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::{Action, Target};

use super::Case;
use crate::address::with_query;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

#[derive(Template)]
#[template(path = "import/done.html")]
struct DonePage {
    page: Page,
    table: String,
    file: String,
    home: String,
    counts: Counts,
    entries: usize,
    first: u64,
    last: u64,
    /// The audit, beginning with what was written; empty for those who may not read it.
    audit: String,
}

pub(super) fn show(visit: &Visit, case: &Case, written: &Written) -> Result<Response, PageError> {
    let target = Target { plan: Some(case.plan.clone()), ..Target::default() };
    let (first, last) = written.span.map_or((0, 0), |(first, last)| (first.0, last.0));
    let audit = if written.span.is_some() && visit.actor.may(Action::ReadAudit, &target) {
        let before = (last + 1).to_string();
        let address = format!("/p/{}/audit", case.plan);
        with_query(&address, &[("actor", case.waiting.person.as_str()), ("before", &before)])
    } else {
        String::new()
    };
    let page = DonePage {
        page: visit.page(visit.t("import-done-title")),
        table: table_label(visit.lang, case.table.name),
        file: case.waiting.name.clone(),
        home: case.home(),
        counts: written.counts,
        entries: written.entries,
        first,
        last,
        audit,
    };
    render(StatusCode::OK, &page)
}
