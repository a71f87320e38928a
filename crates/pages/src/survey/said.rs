//! A page that says one thing to whoever came to answer: thank you, not now, or why not.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::Opened;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

#[derive(Template)]
#[template(path = "survey/said.html")]
struct SaidPage {
    page: Page,
    here: String,
    wave: String,
    name: String,
    text: String,
    /// Where what came of it can be read.
    results: String,
}

pub(super) fn say(
    visit: &Visit,
    opened: &Opened,
    (title, name): (&str, &str),
    text: String,
    results: String,
) -> Result<Response, PageError> {
    let page = visit.page(visit.t(title));
    let here = format!("{}/answer", opened.here());
    let said = SaidPage { page, here, wave: opened.named(), name: name.to_owned(), text, results };
    render(StatusCode::OK, &said)
}
