//! What everybody may read: published requests, each with what came of it, and following one.

use std::sync::LazyLock;

use app::read::Asked;
use app::request::{RequestPaging, RequestsFound};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::request::ModerationGround;

use super::ask::is_email;
use super::asking::publicly_asked;
use super::choices::{self, category_name, place, unit_name};
use super::list::{Line, address, after, counted, line};
use super::mail::language;
use super::photos::{Shot, shots};
use super::questions::answered;
use super::timeline::{Happening, Reader, timeline};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::sign_in_rate::{SignInRate, client};
use crate::visit::{Visit, render};
use crate::words_of::{moment, word};

const PAGE_SIZE: usize = 20;

pub(super) static FLOOD: LazyLock<SignInRate> = LazyLock::new(SignInRate::default);

#[derive(Template)]
#[template(path = "requests/voices.html")]
struct VoicesPage {
    page: Page,
    typed: Typed,
    lines: Vec<Line>,
    said: String,
    categories: Vec<Choice>,
    areas: Vec<Choice>,
    standings: Vec<Choice>,
    /// The same as a feed, a file and a map.
    conditions: String,
    /// Where the same is asked for by mail.
    alerts: String,
    next: String,
    first: String,
    open: bool,
}

impl VoicesPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }
}

/// Whether it is still worked on.
pub(super) fn standings(visit: &Visit) -> Vec<Choice> {
    vec![
        Choice::new("", visit.t("filter-any")),
        Choice::new("open", visit.t("voices-standing-open")),
        Choice::new("closed", visit.t("voices-standing-closed")),
    ]
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let (lang, now) = (visit.lang, visit.app.wall());
    let wanted = publicly_asked(&typed, &portfolio, now);
    let paging = RequestPaging { after: after(&typed), limit: PAGE_SIZE, ..RequestPaging::default() };
    let RequestsFound { page: found, total } =
        visit.app.public_requests_found(&plan, &wanted, &paging).await?;
    let here = format!("/p/{plan}/voices");
    let link = |query: String| if query.is_empty() { here.clone() } else { format!("{here}?{query}") };
    let shown = VoicesPage {
        lines: found.rows.iter().map(|row| line(&portfolio, row, now, lang)).collect(),
        said: counted(&visit, total),
        categories: choices::categories(&portfolio, lang, "filter-any"),
        areas: choices::all_areas(&portfolio, lang, "filter-any"),
        standings: standings(&visit),
        conditions: match address(&typed, &[]) {
            some if some.is_empty() => some,
            some => format!("?{some}"),
        },
        alerts: super::alerts::address(&plan, typed.get("area"), typed.get("category"), None),
        next: found.next.map_or_else(String::new, |after| {
            link(address(&typed, &[("key", &after.key), ("after", after.code.as_str())]))
        }),
        first: if after(&typed).is_some() { link(address(&typed, &[])) } else { String::new() },
        open: portfolio.plan.request_rules.is_some(),
        page: visit.page(visit.t("voices-title")),
        typed,
    };
    render(StatusCode::OK, &shown)
}

#[derive(Template)]
#[template(path = "requests/voice.html")]
struct VoicePage {
    page: Page,
    /// Where news of this area are asked for by mail.
    alerts: String,
    here: String,
    title: String,
    text: String,
    state: &'static str,
    state_name: String,
    grade: &'static str,
    grade_name: String,
    category: String,
    place: String,
    received: String,
    unit: String,
    answer: Option<(String, String)>,
    answered: Vec<(String, String)>,
    happenings: Vec<Happening>,
    shots: Vec<Shot>,
    followers: String,
    followed: bool,
    flagged: bool,
    email: String,
    email_fault: String,
    may_follow: bool,
    edited: bool,
    grounds: Vec<Choice>,
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    page(&visit, StatusCode::OK, &plan, &code, &Typed(query), String::new()).await
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    code: &Code,
    typed: &Typed,
    email_fault: String,
) -> Result<Response, PageError> {
    let request = visit.app.public_request(plan, code).await?;
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    let lang = visit.lang;
    let followers = visit.app.followers(plan, code).await?;
    let address = |file: &str| format!("/p/{plan}/voices/{code}/photos/{file}");
    let shown = VoicePage {
        alerts: {
            let (category, finest) = (request.category.as_ref(), request.areas.first());
            let place = portfolio.public_place(category, finest, &request.address, request.point);
            let exact = place.point.filter(|_| !place.blurred);
            let area = request.areas.first().map_or("", Code::as_str);
            super::alerts::address(plan, if exact.is_some() { "" } else { area }, "", exact)
        },
        shots: shots(visit, plan, &request, request.public_photos(), address).await?,
        here: format!("/p/{plan}/voices/{code}"),
        title: request.title.clone(),
        text: request.text.clone(),
        state: request.state.as_str(),
        state_name: word(lang, "request-state", request.state.as_str()),
        grade: request.grade.as_str(),
        grade_name: word(lang, "grade", request.grade.as_str()),
        category: category_name(&portfolio, request.category.as_ref(), lang),
        place: place(&portfolio, request.areas.first(), &request.address, lang),
        received: moment(lang, request.received),
        unit: unit_name(&portfolio, request.lead_unit.as_ref(), lang),
        answer: request.answer().map(|(at, text)| (moment(lang, *at), text.clone())),
        answered: answered(&portfolio, &request, lang),
        happenings: timeline(&portfolio, &request, lang, Reader::Everybody),
        followers: if followers > 0 {
            visit.tw("voices-followers", &[("count", &followers.to_string())])
        } else {
            String::new()
        },
        followed: typed.has("followed"),
        flagged: typed.has("flagged"),
        edited: request.edited().is_some(),
        grounds: choices::words_of(
            lang,
            "moderation-ground",
            ModerationGround::ALL.iter().filter(|it| **it != ModerationGround::Mistake).map(|it| it.as_str()),
        ),
        email: typed.get("email").to_owned(),
        email_fault,
        may_follow: request.state.is_open(),
        page: visit.page(request.title.clone()),
    };
    render(status, &shown)
}

pub async fn follow(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    extensions: Extensions,
    axum::Form(pairs): axum::Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let typed = Typed(pairs);
    let address = client(&extensions);
    if FLOOD.take(address, visit.app.clock().now()).is_err() || !typed.get("website").is_empty() {
        return Err(PageError::bad_request().in_lang(visit.lang));
    }
    let email = typed.get("email");
    if !email.is_empty() && !is_email(email) {
        let fault = visit.t("ask-bad-email").into_owned();
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &code, &typed, fault).await;
    }
    // One person counts once: signed in by the account, else by where the browser is.
    let who = match visit.actor.person() {
        Some(person) => format!("person {person}"),
        None => format!("{address:?}"),
    };
    visit.app.follow_request(&plan, &code, &format!("{plan}/{code} {who}")).await?;
    if !email.is_empty() {
        match visit.app.follow_by_mail(&plan, &code, email, language(visit.lang)).await {
            Err(app::AppError::NoKey) => {
                let fault = visit.t("ask-no-key").into_owned();
                return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &code, &typed, fault).await;
            }
            outcome => outcome?,
        }
    }
    Ok(Redirect::to(&format!("/p/{plan}/voices/{code}?followed=1")).into_response())
}
