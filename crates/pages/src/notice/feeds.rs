//! A person's calendars, to be subscribed to.

use app::AppError;
use app::notify::Covers;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::policy::{Action, Target};

use super::calendar::site;
use super::minute;
use crate::PagesState;
use crate::editor::book::Book;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::Filled;
use crate::editor::sheet::Sheet;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

/// More than these at once, and nobody knows any more who reads where.
const LIVE_MOST: usize = 20;

struct Line {
    id: String,
    name: String,
    made: String,
    live: bool,
}

#[derive(Template)]
#[template(path = "notices/feeds.html")]
struct FeedsPage {
    page: Page,
    said: String,
    /// Shown this once.
    address: String,
    lines: Vec<Line>,
    sheet: Sheet,
}

struct View {
    status: StatusCode,
    said: String,
    address: String,
    fault: String,
}

async fn page(visit: &Visit, view: View) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let (book, _) = Book::of_directory(visit.lang, &visit.app).await?;
    let named = |covers: &str| match covers {
        "own" => visit.t("feeds-own").into_owned(),
        other => book.scope_name(other),
    };
    let lines: Vec<Line> = visit
        .app
        .feeds(&person)
        .await?
        .into_iter()
        .map(|feed| Line {
            name: named(&feed.covers),
            made: minute(&visit.app, feed.created_at),
            live: feed.revoked_at.is_none(),
            id: feed.id,
        })
        .collect();
    let mut choices = vec![Choice::new("own", visit.t("feeds-own"))];
    if visit.actor.may_somewhere(Action::ReadStaff) {
        for unit in visit.app.units_of(&visit.actor).await? {
            let covers = Covers::Unit(unit).to_string();
            choices.push(Choice::new(covers.clone(), named(&covers)));
        }
        for plan in visit.app.plans().await? {
            if visit.actor.may(Action::ReadStaff, &Target { plan: Some(plan.clone()), ..Target::default() }) {
                let covers = Covers::Plan(plan).to_string();
                choices.push(Choice::new(covers.clone(), named(&covers)));
            }
        }
    }
    let field = Field::new(visit.lang, "covers", "feeds-covers", Control::Select(choices)).value("own");
    let mut sheet =
        Sheet::new("/calendars", "/notices", visit.t("feeds-make")).group(visit.t("feeds-new"), vec![field]);
    if !view.fault.is_empty() {
        sheet.fault("covers", view.fault);
    }
    let (said, address) = (view.said, view.address);
    let page = FeedsPage { page: visit.page(visit.t("feeds-title")), said, address, lines, sheet };
    let mut response = render(view.status, &page)?;
    // A secret may stand on this page.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

pub async fn show(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, PageError> {
    let said =
        if Typed(query).has("revoked") { visit.t("feeds-revoked").into_owned() } else { String::new() };
    page(&visit, View { status: StatusCode::OK, said, address: String::new(), fault: String::new() }).await
}

pub async fn create(
    State(state): State<PagesState>,
    visit: Visit,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    let wrong = |key: &str| View {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        said: String::new(),
        address: String::new(),
        fault: visit.t(key).into_owned(),
    };
    let covers = Covers::parse(typed.get("covers"));
    let allowed = match &covers {
        None => false,
        Some(Covers::Own) => true,
        Some(Covers::Unit(unit)) => visit.app.units_of(&visit.actor).await?.contains(unit),
        Some(Covers::Plan(plan)) => {
            visit.actor.may(Action::ReadStaff, &Target { plan: Some(plan.clone()), ..Target::default() })
        }
    };
    let Some(covers) = covers.filter(|_| allowed) else {
        return page(&visit, wrong("field-error-not-a-choice")).await;
    };
    let live = visit.app.feeds(&person).await?.iter().filter(|feed| feed.revoked_at.is_none()).count();
    if live >= LIVE_MOST {
        return page(&visit, wrong("feeds-too-many")).await;
    }
    let made = visit.app.new_feed(&person, &covers).await?;
    let site = site(&headers, state.secure_cookies);
    let address = format!("{site}/calendar.ics?key={}&language={}", made.secret, visit.lang.tag());
    page(&visit, View { status: StatusCode::OK, said: String::new(), address, fault: String::new() }).await
}

pub async fn revoke(visit: Visit, Path(id): Path<String>, Filled(_): Filled) -> Result<Response, PageError> {
    let person = visit.signed_in()?;
    match visit.app.revoke_feed(&person, &id).await? {
        true => Ok(Redirect::to("/calendars?revoked").into_response()),
        false => Err(AppError::NotFound.into()),
    }
}
