//! Who else is working on a request, told on its page and on its forms.

use app::request::Holder;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::visit::{Visit, render};
use crate::words_of::who;

/// One line for each of them.
pub(super) async fn told(visit: &Visit, holders: Vec<Holder>) -> Result<Vec<String>, PageError> {
    if holders.is_empty() {
        return Ok(Vec::new());
    }
    let signers = visit.app.signers().await?;
    Ok(holders
        .into_iter()
        .map(|held| {
            let name = who(visit.lang, &signers, &held.person);
            let until = held.until.strftime("%H:%M").to_string();
            visit.tw("request-held-by", &[("who", &name), ("until", &until)])
        })
        .collect())
}

pub(super) async fn others(visit: &Visit, plan: &Code, code: &Code) -> Result<Vec<String>, PageError> {
    let holders = visit.app.request_holders(&visit.actor, plan, code).await?;
    told(visit, holders).await
}

#[derive(Template)]
#[template(path = "requests/held.html")]
struct Held {
    holders: Vec<String>,
}

/// The part of a request's page that is looked up again while somebody watches.
pub(super) async fn live(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let holders = others(&visit, &plan, &code).await?;
    render(StatusCode::OK, &Held { holders })
}
