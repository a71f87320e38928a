//! A person's notices.

use app::notify::say;
use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::notice::EventKey;

use super::minute;
use crate::editor::field::Typed;
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::encode;

const PAGE: usize = 30;

struct Line {
    event: String,
    said: String,
    topic: String,
    time: String,
    link: String,
    urgent: bool,
    unread: bool,
}

#[derive(Template)]
#[template(path = "notices/inbox.html")]
struct InboxPage {
    page: Page,
    unread_only: bool,
    lines: Vec<Line>,
    next: String,
    /// All that the reader saw, and no later one, is marked as read.
    shown_at: i64,
}

pub async fn show(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let typed = Typed(query);
    let unread_only = typed.get("show") == "unread";
    let before = typed
        .get("before")
        .split_once('.')
        .and_then(|(time, event)| Some((time.parse().ok()?, EventKey::new(event).ok()?)));
    let inbox = visit.app.inbox(&person, unread_only, before, PAGE).await?;
    let lines = inbox
        .notices
        .into_iter()
        .map(|held| Line {
            event: held.notice.event.to_string(),
            said: say(visit.lang, &held.notice.said),
            topic: visit.t(&format!("notify-topic-{}", held.notice.topic.as_str())).into_owned(),
            time: minute(&visit.app, held.created_at),
            link: held.notice.link.to_string(),
            urgent: held.notice.urgent,
            unread: held.read_at.is_none(),
        })
        .collect();
    let show = if unread_only { "show=unread&" } else { "" };
    let next = inbox.next.map_or(String::new(), |(time, event)| {
        format!("/notices?{show}before={}", encode(&format!("{time}.{event}")))
    });
    let shown_at = visit.app.clock().now().as_microsecond();
    let page = visit.page(visit.t("notices-title"));
    render(StatusCode::OK, &InboxPage { page, unread_only, lines, next, shown_at })
}

/// Marks one as read and goes where it leads.
pub async fn read(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let event = EventKey::new(typed.get("event")).map_err(|_| app::AppError::NotFound)?;
    visit.app.mark_read(&person, &event).await?;
    let link = domain::notice::SitePath::new(typed.get("link"));
    Ok(Redirect::to(link.as_ref().map_or("/notices", |link| link.as_str())).into_response())
}

pub async fn read_all(visit: Visit, Filled(typed): Filled) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let shown_at = typed.get("shown_at").parse().map_err(|_| PageError::bad_request())?;
    visit.app.mark_all_read(&person, shown_at).await?;
    Ok(Redirect::to("/notices").into_response())
}
