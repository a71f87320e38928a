//! What all form pages share: reading what a browser sent, and the page a form stands on.

use app::{Actor, AppError, Receipt};
use askama::Template;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use words::Lang;

use super::field::{Control, Typed};
use super::sheet::Sheet;
use crate::PagesState;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::visitor::Visitor;

/// A form as a browser sent it, its secret checked.
pub struct Filled(pub Typed);

impl FromRequest<PagesState> for Filled {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &PagesState) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
        let axum::Form(pairs) = form.map_err(|_| PageError::bad_request().in_lang(visitor.lang))?;
        let typed = Typed(pairs);
        if matches!(visitor.actor, Actor::Public) {
            return Err(PageError::sign_in(&visitor.here));
        }
        visitor.check_csrf(typed.get("csrf"))?;
        Ok(Self(typed))
    }
}

/// A code in an address: anything that is none names nothing.
pub fn known_code(text: &str) -> Result<Code, PageError> {
    Code::new(text).map_err(|_| AppError::NotFound.into())
}

/// What a page says after a change, from its address.
pub fn saved(lang: Lang, query: &Typed) -> String {
    if let Ok(entry) = query.get("saved").parse::<u64>() {
        return words::with(lang, "edit-saved", &[("entry", &entry.to_string())]);
    }
    if query.has("unchanged") { words::text(lang, "edit-unchanged").into_owned() } else { String::new() }
}

/// Back to a page, which then says what was recorded.
pub fn done(to: &str, receipt: Option<&Receipt>) -> Response {
    let query = match receipt.and_then(|receipt| receipt.entries.last()) {
        Some(entry) => format!("saved={}", entry.seq),
        None => "unchanged=1".to_owned(),
    };
    Redirect::to(&format!("{to}?{query}")).into_response()
}

/// How often a form is handled again when someone else is quicker by a hair.
pub const TRIES: usize = 3;

#[derive(Template)]
#[template(path = "editor/form.html")]
struct FormPage {
    page: Page,
    title: String,
    sheet: Sheet,
}

/// A page that is a form and nothing else.
pub fn form_page(
    visit: &Visit,
    status: StatusCode,
    title: impl Into<String>,
    sheet: Sheet,
) -> Result<Response, PageError> {
    let title = title.into();
    render(status, &FormPage { page: visit.page(&title), title, sheet })
}
