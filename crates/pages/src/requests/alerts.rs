//! Area alerts: asking for them without an account, confirming and ending them by link, and seeing what is kept.

use std::sync::LazyLock;

use app::request::{AlertLinked, AlertPurpose, alert_name};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{Extensions, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::request::alert::{AROUND, AlertPlace, AlertRhythm, AlertWish};

use super::ask::is_email;
use super::choices::{self, Choices, words_of};
use super::mail::language;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::sign_in_rate::{SignInRate, client};
use crate::visit::{Visit, render};
use crate::words_of::{day, encode};

/// Wishes that one address may send, and links that it may try.
static FLOOD: LazyLock<SignInRate> = LazyLock::new(SignInRate::default);

#[derive(Template)]
#[template(path = "requests/alert.html")]
struct AskPage {
    page: Page,
    typed: Typed,
    here: String,
    areas: Vec<Choices>,
    metres: Vec<Choice>,
    categories: Vec<Choice>,
    rhythms: Vec<Choice>,
    fault_place: String,
    fault_email: String,
    sent: bool,
    open: bool,
}

impl AskPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }
}

async fn asking(
    visit: &Visit,
    plan: &Code,
    typed: Typed,
    (status, fault_place, fault_email): (StatusCode, String, String),
) -> Result<Response, PageError> {
    let portfolio = visit.app.portfolio(plan, app::read::Asked::default()).await?;
    let lang = visit.lang;
    let mut metres = vec![Choice::new("", visit.t("alert-metres-none"))];
    metres.extend(AROUND.iter().map(|it| {
        let value = it.to_string();
        Choice::new(value.clone(), visit.tw("alert-metres-value", &[("metres", &value)]))
    }));
    let private =
        |choice: &Choice| portfolio.plan.request_category(&choice.value).is_some_and(|held| held.private);
    let mut categories = choices::categories(&portfolio, lang, "alert-category-all");
    categories.retain(|choice| !private(choice));
    let shown = AskPage {
        here: format!("/p/{plan}/alerts"),
        areas: choices::areas(&portfolio, lang),
        metres,
        categories,
        rhythms: words_of(lang, "alert-rhythm", AlertRhythm::ALL.iter().map(|it| it.as_str())),
        fault_place,
        fault_email,
        sent: typed.has("sent"),
        open: portfolio.plan.request_rules.is_some(),
        typed,
        page: visit.page(visit.t("alert-title")),
    };
    render(status, &shown)
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    asking(&visit, &plan, Typed(query), (StatusCode::OK, String::new(), String::new())).await
}

/// Where the form is, filled in with what a page is about.
pub(super) fn address(plan: &Code, area: &str, category: &str, point: Option<Point>) -> String {
    let mut pairs: Vec<String> = Vec::new();
    if let Some(point) = point {
        let degrees = |value: i32| format!("{:.5}", f64::from(value) / 1e6);
        let (latitude, longitude) = (degrees(point.latitude), degrees(point.longitude));
        pairs.push(format!("latitude={latitude}&longitude={longitude}&metres={}", AROUND[1]));
    } else if !area.is_empty() {
        pairs.push(format!("area={}", encode(area)));
    }
    if !category.is_empty() {
        pairs.push(format!("category={}", encode(category)));
    }
    match pairs.is_empty() {
        true => format!("/p/{plan}/alerts"),
        false => format!("/p/{plan}/alerts?{}", pairs.join("&")),
    }
}

/// Degrees in millionths; nothing where it is no number.
fn degrees(text: &str) -> Option<i32> {
    let value: f64 = text.trim().replace(',', ".").parse().ok()?;
    (value.is_finite() && value.abs() <= 180.0).then(|| (value * 1e6).round() as i32)
}

/// Where; else what is wrong with it, by its key.
fn place(typed: &Typed) -> Result<AlertPlace, &'static str> {
    let area = Code::new(typed.get("area")).ok();
    let metres = typed.get("metres").parse::<u32>().ok().filter(|it| AROUND.contains(it));
    match (area, metres) {
        (Some(_), Some(_)) => Err("alert-place-both"),
        (Some(area), None) => Ok(AlertPlace::Area(area)),
        (None, None) => Ok(AlertPlace::Plan),
        (None, Some(metres)) => {
            let (latitude, longitude) = (degrees(typed.get("latitude")), degrees(typed.get("longitude")));
            let middle = latitude.zip(longitude).map(|(latitude, longitude)| Point { longitude, latitude });
            let middle = middle.filter(|point| point.is_on_earth()).ok_or("alert-place-wrong")?;
            Ok(AlertPlace::Circle { middle, metres })
        }
    }
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    extensions: Extensions,
    axum::Form(pairs): axum::Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(pairs);
    if FLOOD.take(client(&extensions), visit.app.clock().now()).is_err() {
        return Err(PageError::busy().in_lang(visit.lang));
    }
    // Only programs fill in what nobody sees.
    if !typed.get("website").is_empty() {
        return Err(PageError::bad_request().in_lang(visit.lang));
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let t = |key: &str| visit.t(key).into_owned();
    let (place, email) = (place(&typed), typed.get("email").to_owned());
    let bad = !is_email(&email) || email.len() > 254;
    let place = match place {
        Ok(place) if !bad => place,
        place => {
            let fault_place = place.err().map_or_else(String::new, t);
            let fault_email = if bad { t("ask-bad-email") } else { String::new() };
            return asking(&visit, &plan, typed, (wrong, fault_place, fault_email)).await;
        }
    };
    let every = AlertRhythm::parse(typed.get("rhythm")).unwrap_or(AlertRhythm::Week);
    let wish = AlertWish { place, category: Code::new(typed.get("category")).ok(), every };
    match visit.app.ask_for_alert(&plan, &email, wish, language(visit.lang)).await {
        Ok(()) => Ok(Redirect::to(&format!("/p/{plan}/alerts?sent=1")).into_response()),
        Err(app::AppError::NoKey) => {
            asking(&visit, &plan, typed, (wrong, String::new(), t("ask-no-key"))).await
        }
        Err(error) => Err(error.into()),
    }
}

struct Own {
    alert: String,
    name: String,
    said: String,
}

#[derive(Template)]
#[template(path = "requests/alert_link.html")]
struct LinkPage {
    page: Page,
    heading: String,
    said: String,
    good: bool,
    here: String,
    token: String,
    /// The button, where there is one to press.
    button: String,
    own: Option<Vec<Own>>,
    manage: String,
    again: String,
}

fn slowed(visit: &Visit, extensions: &Extensions) -> Result<(), PageError> {
    match FLOOD.take(client(extensions), visit.app.clock().now()) {
        Ok(()) => Ok(()),
        Err(_) => Err(PageError::busy().in_lang(visit.lang)),
    }
}

async fn page(
    visit: &Visit,
    (plan, purpose, token): (&Code, AlertPurpose, &str),
    linked: AlertLinked,
    done: bool,
) -> Result<Response, PageError> {
    use AlertPurpose::{Confirm, Manage, Stop};
    let portfolio = visit.app.portfolio(plan, app::read::Asked::default()).await?;
    let t = |key: &str| visit.t(key).into_owned();
    let of = |key: &str, wish: &AlertWish| {
        let place = alert_name(&portfolio, wish, visit.lang);
        let every = t(&format!("alert-rhythm-{}", wish.every.as_str()));
        visit.tw(key, &[("place", &place), ("every", &every)])
    };
    let mut own = None;
    let (status, said, good) = match (&linked, purpose) {
        (AlertLinked::Unknown, _) => (StatusCode::NOT_FOUND, t("alert-unknown"), false),
        (AlertLinked::Expired, _) => (StatusCode::GONE, t("alert-expired"), false),
        (AlertLinked::Used, Stop | Manage) => (StatusCode::OK, t("alert-stop-used"), true),
        (AlertLinked::Used, Confirm) => (StatusCode::OK, t("alert-confirm-used"), true),
        (AlertLinked::Good { wish, .. }, Confirm) if done => {
            (StatusCode::OK, of("alert-confirm-done", wish), true)
        }
        (AlertLinked::Good { wish, .. }, Confirm) => (StatusCode::OK, of("alert-confirm-lead", wish), true),
        (AlertLinked::Good { .. }, Stop) if done => (StatusCode::OK, t("alert-stop-done"), true),
        (AlertLinked::Good { wish, .. }, Stop) => (StatusCode::OK, of("alert-stop-lead", wish), true),
        (AlertLinked::Good { .. }, Manage) => {
            own = Some(owned(visit, &portfolio, plan, token).await?);
            (StatusCode::OK, t("alert-manage-lead"), true)
        }
    };
    let asks = matches!(linked, AlertLinked::Good { .. }) && !done;
    let view = LinkPage {
        heading: t(&format!("alert-page-{}", purpose.as_str())),
        said,
        good,
        here: format!("/p/{plan}/alerts/{}", purpose.as_str()),
        token: token.to_owned(),
        button: match purpose {
            Confirm if asks => t("alert-confirm-button"),
            Stop if asks => t("alert-stop-button"),
            _ => String::new(),
        },
        own,
        manage: match linked {
            AlertLinked::Good { manage, .. } if purpose == Confirm && done => manage,
            _ => String::new(),
        },
        again: format!("/p/{plan}/alerts"),
        page: visit.page(visit.t("alert-title")),
    };
    let mut response = render(status, &view)?;
    // The address holds what opens it: it goes nowhere else.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

async fn owned(
    visit: &Visit,
    portfolio: &Portfolio,
    plan: &Code,
    token: &str,
) -> Result<Vec<Own>, PageError> {
    let zone = visit.app.clock().zone().clone();
    let held = visit.app.own_alerts(plan, token).await?;
    Ok(held
        .into_iter()
        .map(|held| {
            let since = day(visit.lang, zone.to_datetime(held.created_at).date());
            let mut said = vec![
                visit.t(&format!("alert-rhythm-{}", held.wish.every.as_str())).into_owned(),
                visit.tw("alert-manage-since", &[("day", &since)]),
            ];
            if !held.confirmed {
                said.push(visit.t("alert-manage-unconfirmed").into_owned());
            }
            Own {
                alert: held.alert,
                name: alert_name(portfolio, &held.wish, visit.lang),
                said: said.join(" · "),
            }
        })
        .collect())
}

fn purpose(text: &str) -> Result<AlertPurpose, PageError> {
    AlertPurpose::parse(text).ok_or_else(|| app::AppError::NotFound.into())
}

pub async fn look(
    visit: Visit,
    Path((plan, name)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    extensions: Extensions,
) -> Result<Response, PageError> {
    let (plan, purpose, typed) = (known_code(&plan)?, purpose(&name)?, Typed(query));
    let token = typed.get("t");
    let linked = visit.app.look_at_alert_link(&plan, purpose, token).await?;
    if linked == AlertLinked::Unknown {
        slowed(&visit, &extensions)?;
    }
    page(&visit, (&plan, purpose, token), linked, false).await
}

/// The button, or a mail program's own "unsubscribe".
pub async fn act(
    visit: Visit,
    Path((plan, name)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    extensions: Extensions,
    axum::Form(pairs): axum::Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, purpose) = (known_code(&plan)?, purpose(&name)?);
    let typed = Typed(pairs.into_iter().chain(query).collect());
    let token = typed.get("t");
    slowed(&visit, &extensions)?;
    if purpose == AlertPurpose::Manage {
        let one = Some(typed.get("stop").to_owned()).filter(|alert| alert != "all");
        if typed.has("stop") {
            visit.app.stop_own_alert(&plan, token, one).await?;
        }
    }
    let linked = match purpose {
        // The wish of the link itself may have been ended just now.
        AlertPurpose::Manage => visit.app.look_at_alert_link(&plan, purpose, token).await?,
        purpose => visit.app.use_alert_link(&plan, purpose, token).await?,
    };
    page(&visit, (&plan, purpose, token), linked, true).await
}
