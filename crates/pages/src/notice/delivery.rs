//! The delivery as its keepers see it.

use app::notify::Recipient;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::policy::Action;

use super::minute;
use crate::PagesState;
use crate::editor::field::Typed;
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::encode;

const PAGE: usize = 50;

struct Letter {
    key: String,
    time: String,
    tries: i64,
    answer: String,
}

struct Hook {
    id: String,
    audience: String,
    topics: String,
}

#[derive(Template)]
#[template(path = "admin/delivery.html")]
struct DeliveryPage {
    page: Page,
    said: String,
    open: i64,
    held: i64,
    dead: i64,
    mail: bool,
    letters: Vec<Letter>,
    next: String,
    hooks: Vec<Hook>,
}

pub async fn show(
    State(state): State<PagesState>,
    visit: Visit,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    if !visit.actor.may_somewhere(Action::ManagePeople) {
        return Err(visit.forbidden(Action::ManagePeople));
    }
    let typed = Typed(query);
    let before =
        typed.get("before").split_once('.').and_then(|(at, key)| Some((at.parse().ok()?, key.to_owned())));
    let mut letters = visit.app.dead_letters(&visit.actor, before, PAGE + 1).await?;
    let more = letters.len() > PAGE;
    letters.truncate(PAGE);
    let next = letters.last().filter(|_| more).map_or(String::new(), |letter| {
        format!("/admin/delivery?before={}", encode(&format!("{}.{}", letter.settled_at, letter.key)))
    });
    let letters = letters
        .into_iter()
        .map(|letter| Letter {
            time: minute(&visit.app, letter.settled_at),
            key: letter.key,
            tries: letter.tries,
            answer: letter.answer,
        })
        .collect();
    let comma = crate::words_of::comma(visit.lang);
    let hooks = state
        .reach
        .hooks
        .iter()
        .map(|hook| Hook {
            id: hook.id.to_string(),
            audience: match &hook.audience {
                Recipient::Person(code) | Recipient::Unit(code) => code.to_string(),
            },
            topics: hook
                .topics
                .iter()
                .map(|topic| visit.t(&format!("notify-topic-{}", topic.as_str())).into_owned())
                .collect::<Vec<_>>()
                .join(comma),
        })
        .collect();
    let sizes = visit.app.queue_sizes().await?;
    let said = ["resent", "discarded", "tested"].iter().find(|what| typed.has(what));
    let page = DeliveryPage {
        page: visit.page(visit.t("admin-delivery")),
        said: said.map_or(String::new(), |what| visit.t(&format!("delivery-{what}")).into_owned()),
        open: sizes.open,
        held: sizes.held,
        dead: sizes.dead,
        mail: state.reach.mail,
        letters,
        next,
        hooks,
    };
    render(StatusCode::OK, &page)
}

pub async fn resend(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    visit.app.resend(&visit.actor, typed.get("key")).await?;
    Ok(Redirect::to("/admin/delivery?resent").into_response())
}

pub async fn resend_all(visit: Visit, Filled(_): Filled) -> Result<Response, PageError> {
    visit.app.resend_all(&visit.actor).await?;
    Ok(Redirect::to("/admin/delivery?resent").into_response())
}

pub async fn discard(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    visit.app.discard(&visit.actor, typed.get("key")).await?;
    Ok(Redirect::to("/admin/delivery?discarded").into_response())
}

/// Sends a message to a webhook that is configured.
pub async fn test(
    State(state): State<PagesState>,
    visit: Visit,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let hook = Code::new(typed.get("webhook")).ok();
    let hook = hook.filter(|id| state.reach.hooks.iter().any(|hook| hook.id == *id));
    let hook = hook.ok_or(app::AppError::NotFound)?;
    visit.app.test_webhook(&visit.actor, &hook).await?;
    Ok(Redirect::to("/admin/delivery?tested").into_response())
}
