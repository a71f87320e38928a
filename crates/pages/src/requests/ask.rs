//! Asking, from a phone and without an account: where, what, and a look at it before it goes.

use std::sync::LazyLock;

use app::read::Asked;
use app::request::{NewRequest, PersonalData, Suggestions};
use askama::Template;
use axum::extract::Path;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::request::personal::mask;
use domain::request::{Channel, Point, RequestCategory, RequestKind, question};

use super::brought::{Brought, FIELD as PHOTO};
use super::choices::{self, Choices, excerpt};
use super::mail::language;
use super::photos::{self, Shot};
use super::questions::{Asking, FIELD, answers, asking, refused, said};
use super::spot::{self, Pressed, Spot};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::sign_in_rate::{SignInRate, client};
use crate::visit::{Visit, render};
use crate::words_of::{encode, moment, word};

/// The longest text of a request, in characters.
const TEXT_MOST: usize = 2_000;
const LINE_MOST: usize = 150;

/// How many requests one address may send: one each quarter of a minute, twenty at once.
static FLOOD: LazyLock<SignInRate> = LazyLock::new(SignInRate::default);
/// And in a day: many may share an address.
static DAILY: LazyLock<SignInRate> = LazyLock::new(|| SignInRate::a_day(300));

struct Fault {
    at: String,
    message: String,
}

/// Somebody else's request that is alike.
struct Alike {
    code: String,
    title: String,
    text: String,
    when: String,
    state: String,
}

#[derive(Template)]
#[template(path = "requests/ask.html")]
struct AskPage {
    page: Page,
    here: String,
    step: &'static str,
    typed: Typed,
    faults: Vec<Fault>,
    areas: Vec<Choices>,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    because: String,
    warning: String,
    questions: Vec<Asking>,
    /// What was answered: question and answer, masked.
    answered: Vec<(String, String)>,
    /// Answers and contact, kept through the steps that do not show them.
    kept: Vec<(String, String)>,
    alike: Vec<Alike>,
    spot: Option<Spot>,
    photos: Vec<Shot>,
    photo_faults: Vec<String>,
    shown: String,
    place: String,
    kind: String,
    secret: String,
}

impl AskPage {
    fn is_step(&self, name: &str) -> bool {
        self.step == name
    }

    fn value(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }

    /// Whether one of several values was chosen.
    fn has(&self, name: &str, value: &str) -> bool {
        self.typed.0.iter().any(|(held, given)| held == name && given == value)
    }

    fn messages<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.faults.iter().filter(move |fault| fault.at == name).map(|fault| fault.message.as_str())
    }

    fn has_fault(&self, name: &str) -> bool {
        self.faults.iter().any(|fault| fault.at == name)
    }
}

#[derive(Template)]
#[template(path = "requests/closed.html")]
struct ClosedPage {
    page: Page,
}

/// Requests are taken only where there are rules for them.
async fn taking(visit: &Visit, plan: &Code) -> Result<Option<std::sync::Arc<Portfolio>>, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    Ok(portfolio.plan.request_rules.is_some().then_some(portfolio))
}

fn closed(visit: &Visit) -> Result<Response, PageError> {
    render(StatusCode::OK, &ClosedPage { page: visit.page(visit.t("ask-closed-title")) })
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let Some(portfolio) = taking(&visit, &plan).await? else { return closed(&visit) };
    page(&visit, &plan, &portfolio, "place", Typed::default(), Vec::new(), None).await
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    extensions: Extensions,
    brought: Brought,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let Some(portfolio) = taking(&visit, &plan).await? else { return closed(&visit) };
    if !brought.typed.get("website").is_empty() {
        // Only programs fill what nobody sees.
        return Err(PageError::bad_request().in_lang(visit.lang));
    }
    let secret = secret_of(&visit, &brought.typed);
    let (mut typed, photo_faults) = photos::draft(&visit, &plan, &secret, brought).await?;
    typed.set("key", secret.clone());
    // Where an address names the place better than the list did.
    if typed.get("area").is_empty() && !typed.get("address").is_empty() {
        let told = suggest(&visit, &plan, &typed).await?;
        if let Some(area) = told.area {
            typed.set("area", area.to_string());
        }
    }
    let step = typed.get("step").to_owned();
    if step == "edit" {
        return page(&visit, &plan, &portfolio, "place", typed, Vec::new(), None).await;
    }
    if step == "place" {
        let faults = match spot::press(&visit, &plan, &portfolio, &mut typed).await? {
            Pressed::No => None,
            Pressed::Yes => Some(Vec::new()),
            Pressed::Wrong(key) => Some(vec![fault(&visit, "spot", key)]),
        };
        if let Some(faults) = faults {
            return page(&visit, &plan, &portfolio, "place", typed, faults, None).await;
        }
    }
    let mut faults = place_faults(&visit, &typed);
    if step == "place" && faults.is_empty() {
        // What the device told is looked at as what was pressed is.
        let wrong = spot::settle(&visit, &plan, &portfolio, &mut typed).await?;
        let wrong = wrong.filter(|_| point(&typed).is_none() || typed.get("address").is_empty());
        faults.extend(wrong.map(|key| fault(&visit, "spot", key)));
    }
    if !faults.is_empty() {
        return page(&visit, &plan, &portfolio, "place", typed, faults, None).await;
    }
    if step == "place" {
        return page(&visit, &plan, &portfolio, "matter", typed, Vec::new(), None).await;
    }
    let mut faults = matter_faults(&visit, &typed);
    faults.extend(photo_faults.into_iter().map(|message| Fault { at: PHOTO.into(), message }));
    if !faults.is_empty() {
        return page(&visit, &plan, &portfolio, "matter", typed, faults, None).await;
    }
    let suggestions = suggest(&visit, &plan, &typed).await?;
    if step == "matter"
        && typed.get("category").is_empty()
        && let Some(best) = suggestions.sure()
    {
        typed.set("category", best.category.to_string());
    }
    let category = portfolio.plan.request_category(typed.get("category"));
    if let Some(category) = category.filter(|category| !category.questions.is_empty()) {
        // What a category asks is answered before anybody is shown what will be read.
        let asked = typed.get("asked") == category.category.as_str();
        let faults = if asked { answer_faults(&visit, category, &typed) } else { Vec::new() };
        if !asked || !faults.is_empty() {
            return page(&visit, &plan, &portfolio, "details", typed, faults, Some(&suggestions)).await;
        }
    }
    if matches!(step.as_str(), "matter" | "details") {
        return page(&visit, &plan, &portfolio, "check", typed, Vec::new(), Some(&suggestions)).await;
    }
    let mut faults = contact_faults(&visit, &typed);
    // Chosen here, it says for the first time what to do in danger.
    if category.is_some_and(|held| held.warning.is_some() && typed.get("warned") != held.category.as_str()) {
        faults.push(fault(&visit, "category", "ask-read-warning"));
    }
    let (address, now) = (client(&extensions), visit.app.clock().now());
    if faults.is_empty() && (FLOOD.take(address, now).is_err() || DAILY.take(address, now).is_err()) {
        faults.push(Fault { at: String::new(), message: visit.t("ask-too-many").into_owned() });
    }
    if !faults.is_empty() {
        return page(&visit, &plan, &portfolio, "check", typed, faults, Some(&suggestions)).await;
    }
    let new = NewRequest {
        secret: secret.clone(),
        drafts: typed.get("drafts") == "yes",
        language: language(visit.lang),
        details: category.map(|category| answers(category, &typed)).unwrap_or_default(),
        ..new_request(&typed, Channel::Site, &suggestions)
    };
    match visit.app.file_request(&app::Actor::Public, &plan, new).await {
        Ok(_) => {
            let mail = if typed.get("email").is_empty() { "" } else { "&mail=1" };
            let to = format!("/p/{plan}/my?sent=1{mail}&key={}", encode(&secret));
            Ok(Redirect::to(&to).into_response())
        }
        Err(app::AppError::NoKey) => {
            let fault = Fault { at: "phone".into(), message: visit.t("ask-no-key").into_owned() };
            page(&visit, &plan, &portfolio, "check", typed, vec![fault], Some(&suggestions)).await
        }
        Err(app::AppError::Refused(refusals)) => {
            let faults: Vec<Fault> = refusals
                .iter()
                .map(|refusal| refused(visit.lang, category, refusal))
                .map(|(at, message)| Fault { at, message })
                .collect();
            let answers = faults.iter().any(|fault| !fault.at.is_empty());
            let step = if answers { "details" } else { "check" };
            page(&visit, &plan, &portfolio, step, typed, faults, Some(&suggestions)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The secret of the link that whoever asks will have: the one that the form was shown with.
pub(super) fn secret_of(visit: &Visit, typed: &Typed) -> String {
    match typed.get("key") {
        // One that was not made here is none.
        key if key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()) => key.to_owned(),
        _ => visit.app.request_secret(),
    }
}

async fn suggest(visit: &Visit, plan: &Code, typed: &Typed) -> Result<Suggestions, PageError> {
    let area = Code::new(typed.get("area")).ok();
    let found = visit
        .app
        .suggest_for_request(plan, typed.get("text"), typed.get("address"), area.as_ref(), point(typed))
        .await?;
    Ok(found)
}

pub(super) fn point(typed: &Typed) -> Option<Point> {
    let degrees = |name: &str| {
        let value: f64 = typed.get(name).parse().ok().filter(|value: &f64| value.is_finite())?;
        Some((value * 1e6).round() as i32)
    };
    let point = Point { longitude: degrees("longitude")?, latitude: degrees("latitude")? };
    point.is_on_earth().then_some(point)
}

/// A request as the form has it.
pub(super) fn new_request(typed: &Typed, channel: Channel, suggestions: &Suggestions) -> NewRequest {
    let category = Code::new(typed.get("category")).ok();
    let suggested = suggestions.sure().map(|best| &best.category) == category.as_ref() && category.is_some();
    NewRequest {
        kind: RequestKind::parse(typed.get("kind")).unwrap_or(RequestKind::Complaint),
        area: Code::new(typed.get("area")).ok(),
        address: typed.get("address").to_owned(),
        point: point(typed),
        category,
        suggested,
        public: typed.get("public") == "yes",
        person: PersonalData {
            name: typed.get("name").to_owned(),
            phone: typed.get("phone").to_owned(),
            email: typed.get("email").to_owned(),
            ..PersonalData::default()
        },
        ..NewRequest::new(channel, typed.get("text"))
    }
}

fn fault(visit: &Visit, at: &'static str, key: &str) -> Fault {
    Fault { at: at.to_owned(), message: visit.t(key).into_owned() }
}

fn place_faults(visit: &Visit, typed: &Typed) -> Vec<Fault> {
    let mut out = Vec::new();
    if typed.get("area").is_empty() && typed.get("address").is_empty() && point(typed).is_none() {
        out.push(fault(visit, "area", "ask-missing-place"));
    }
    if typed.get("address").chars().count() > LINE_MOST {
        out.push(fault(visit, "address", "ask-too-long"));
    }
    out
}

fn matter_faults(visit: &Visit, typed: &Typed) -> Vec<Fault> {
    match typed.get("text").chars().count() {
        0 => vec![fault(visit, "text", "ask-missing-text")],
        n if n > TEXT_MOST => vec![fault(visit, "text", "ask-too-long")],
        _ => Vec::new(),
    }
}

pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (7..=15).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'))
}

pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.ends_with('.') && !text.contains(char::is_whitespace)
    })
}

fn answer_faults(visit: &Visit, category: &RequestCategory, typed: &Typed) -> Vec<Fault> {
    let wrong = question::faults(category, &answers(category, typed), true);
    wrong
        .into_iter()
        .map(|(question, fault)| {
            let refusal = Refusal { field: String::new(), problem: Problem::Answer { question, fault } };
            let (at, message) = refused(visit.lang, Some(category), &refusal);
            Fault { at, message }
        })
        .collect()
}

fn contact_faults(visit: &Visit, typed: &Typed) -> Vec<Fault> {
    let mut out = Vec::new();
    let (phone, email) = (typed.get("phone"), typed.get("email"));
    if !phone.is_empty() && !is_phone(phone) {
        out.push(fault(visit, "phone", "ask-bad-phone"));
    }
    if !email.is_empty() && !is_email(email) {
        out.push(fault(visit, "email", "ask-bad-email"));
    }
    for name in ["name", "email"] {
        if typed.get(name).chars().count() > LINE_MOST {
            out.push(fault(visit, "name", "ask-too-long"));
        }
    }
    out
}

/// What the other steps hold, so that nobody types anything twice by going back and forth.
fn kept(step: &str, typed: &Typed) -> Vec<(String, String)> {
    let contact = ["public", "name", "phone", "email"];
    let answers = |name: &str| name.starts_with(FIELD) || name == "asked";
    let keeps = |name: &str| match step {
        _ if name == "drafts" => true,
        "details" => contact.contains(&name),
        "check" => answers(name),
        _ => contact.contains(&name) || answers(name),
    };
    typed.0.iter().filter(|(name, value)| keeps(name) && !value.is_empty()).cloned().collect()
}

async fn page(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    step: &'static str,
    typed: Typed,
    faults: Vec<Fault>,
    suggestions: Option<&Suggestions>,
) -> Result<Response, PageError> {
    let lang = visit.lang;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let best = suggestions.and_then(Suggestions::sure);
    let chosen = portfolio.plan.request_category(typed.get("category"));
    let area = Code::new(typed.get("area")).ok();
    let secret = secret_of(visit, &typed);
    let photos = match typed.get("drafts") {
        "yes" if matches!(step, "matter" | "check") => photos::drafted(visit, plan, &secret).await?,
        _ => Vec::new(),
    };
    let shown = AskPage {
        here: format!("/p/{plan}/ask"),
        spot: match step {
            "place" => spot::shown(visit, plan, portfolio, &typed),
            _ => None,
        },
        step,
        photo_faults: faults.iter().filter(|it| it.at == PHOTO).map(|it| it.message.clone()).collect(),
        faults,
        photos,
        areas: choices::areas(portfolio, lang),
        kinds: choices::kinds(lang),
        categories: choices::categories(portfolio, lang, "ask-category-none"),
        because: best
            .filter(|best| best.category.as_str() == typed.get("category"))
            .map(|best| best.because.join(crate::words_of::comma(lang)))
            .unwrap_or_default(),
        warning: chosen
            .and_then(|category| category.warning.as_ref())
            .map(|warning| warning.get(lang.is_english()).to_owned())
            .unwrap_or_default(),
        answered: chosen.map(|category| said(category, &typed, lang)).unwrap_or_default(),
        kept: kept(step, &typed),
        questions: chosen.map(|category| asking(category, lang)).unwrap_or_default(),
        alike: suggestions
            .map(|found| {
                let alike = found.similar.iter().map(|(row, _)| Alike {
                    code: row.code.to_string(),
                    title: row.title.clone(),
                    text: excerpt(&row.text, 160),
                    when: moment(lang, row.received),
                    state: word(lang, "request-state", row.state.as_str()),
                });
                alike.collect()
            })
            .unwrap_or_default(),
        shown: mask(typed.get("text")),
        place: choices::place(portfolio, area.as_ref(), &mask(typed.get("address")), lang),
        kind: match typed.get("kind") {
            "" => String::new(),
            kind => word(lang, "request-kind", kind),
        },
        secret,
        typed,
        page: visit.page(visit.t("ask-title")),
    };
    render(status, &shown)
}
