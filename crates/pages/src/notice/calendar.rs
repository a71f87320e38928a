//! A calendar as calendar programs fetch it, by a secret in its address.
//!
//! The secret stands in the query, which is never logged.

use app::AppError;
use app::notify::{CalendarLine, Covers, Moment};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exchange::icalendar::{self, Calendar, Entry, Time};
use jiff::{SignedDuration, ToSpan};
use serde::Deserialize;
use words::Lang;

use crate::PagesState;
use crate::error::PageError;
use crate::words_of::word;

/// A meeting's end is not on record.
const MEETING_HOURS: i64 = 2;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    key: String,
    /// Not `lang`, which chooses the language of pages and is kept in a cookie.
    #[serde(default)]
    language: String,
}

/// The site as its reader reaches it.
pub fn site(headers: &HeaderMap, secure: bool) -> String {
    format!("{}://{}", if secure { "https" } else { "http" }, host(headers))
}

fn host(headers: &HeaderMap) -> String {
    let given = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    if !given.is_empty() && given.chars().all(good) { given.to_owned() } else { "localhost".into() }
}

pub async fn show(
    State(state): State<PagesState>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let lang = Lang::parse(&asked.language).unwrap_or(Lang::Zh);
    let fail = |error: AppError| PageError::of(error, lang);
    // Unknown, revoked and no longer allowed look alike.
    let opened = state.app.open_feed(&asked.key).await.map_err(fail)?;
    let (actor, covers) = opened.ok_or_else(|| fail(AppError::NotFound))?;
    let lines = state.app.calendar(&actor, &covers).await.map_err(fail)?;
    let site = site(&headers, state.secure_cookies);
    let now = state.app.clock().now();
    let of = match &covers {
        Covers::Own => words::text(lang, "feeds-own").into_owned(),
        Covers::Unit(code) | Covers::Plan(code) => code.to_string(),
    };
    let calendar = Calendar {
        name: format!("{} · {of}", words::text(lang, "product-name")),
        host: host(&headers),
        made: now,
        entries: lines.into_iter().map(|line| entry(lang, line, &site, now)).collect(),
    };
    let mut response = icalendar::write(&calendar).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

fn entry(lang: Lang, line: CalendarLine, site: &str, now: jiff::Timestamp) -> Entry {
    let name = line.name.get(lang.is_english());
    let title = match (&line.moment, &line.step) {
        (Moment::Meeting { .. }, _) => name.to_owned(),
        (Moment::Latest(_), step) => {
            let step = step.as_ref().map_or_else(String::new, |step| word(lang, "step", step.as_str()));
            words::with(lang, "feeds-step-latest", &[("name", name), ("step", &step)])
        }
        (Moment::Due(_), None) => words::with(lang, "feeds-due", &[("name", name)]),
        (Moment::Due(_), Some(step)) => {
            let step = word(lang, "step", step.as_str());
            words::with(lang, "feeds-step-due", &[("name", name), ("step", &step)])
        }
    };
    let (time, place, cancelled, reminder) = match line.moment {
        Moment::Due(on) | Moment::Latest(on) => {
            (Time::Day(on), String::new(), false, SignedDuration::from_hours(15))
        }
        Moment::Meeting { at, place, cancelled } => {
            let end = at.checked_add(MEETING_HOURS.hours()).unwrap_or(at);
            (Time::Hours(at, end), place, cancelled, SignedDuration::from_mins(30))
        }
    };
    Entry {
        id: line.id,
        sequence: line.version,
        changed: now,
        title,
        details: String::new(),
        place,
        link: format!("{site}{}", line.path),
        time,
        cancelled,
        reminders: vec![reminder],
    }
}
