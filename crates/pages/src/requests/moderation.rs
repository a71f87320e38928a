//! The public log of moderation, and what readers report.

use app::request::ModerationLine;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::journal::Seq;
use domain::request::ModerationGround;

use super::voices::FLOOD;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::sign_in_rate::client;
use crate::visit::{Visit, render};
use crate::words_of::{moment, word};

struct Line {
    at: String,
    act: String,
    ground: String,
    /// The request's number, where everybody may read it.
    request: String,
}

#[derive(Template)]
#[template(path = "requests/moderation.html")]
struct LogPage {
    page: Page,
    lines: Vec<Line>,
    next: String,
}

pub async fn log(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let before = Typed(query).get("before").parse::<u32>().ok().map(|seq| Seq(seq.into()));
    let (lines, next) = visit.app.moderation_log(&plan, before).await?;
    let lang = visit.lang;
    let line = |line: ModerationLine| Line {
        at: moment(lang, line.at),
        act: word(lang, "moderation-act", line.act.as_str()),
        ground: word(lang, "moderation-ground", line.ground.as_str()),
        request: line.request.map(|code| code.to_string()).unwrap_or_default(),
    };
    let shown = LogPage {
        lines: lines.into_iter().map(line).collect(),
        next: next.map_or_else(String::new, |seq| format!("/p/{plan}/moderation?before={seq}")),
        page: visit.page(visit.t("moderation-title")),
    };
    render(StatusCode::OK, &shown)
}

/// A reader says that something is wrong with a published request.
pub async fn flag(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    extensions: Extensions,
    axum::Form(pairs): axum::Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let typed = Typed(pairs);
    let address = client(&extensions);
    let ground = ModerationGround::parse(typed.get("ground"));
    let (Some(ground), true, Ok(())) =
        (ground, typed.get("website").is_empty(), FLOOD.take(address, visit.app.clock().now()))
    else {
        return Err(PageError::bad_request().in_lang(visit.lang));
    };
    let who = match visit.actor.person() {
        Some(person) => format!("person {person}"),
        None => format!("{address:?}"),
    };
    visit.app.flag_request(&plan, &code, &format!("{plan}/{code} {who}"), ground).await?;
    Ok(Redirect::to(&format!("/p/{plan}/voices/{code}?flagged=1")).into_response())
}
