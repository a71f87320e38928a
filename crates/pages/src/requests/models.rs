//! What the program has learnt of requests: the model in use, its figures, all others, and taking one into use.

use app::Signers;
use app::request::{HeldModel, Learnt, Material, ModelBook, ModelTaken, ModelUse};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::request::learning::{
    LEAST_EACH, LEAST_HELD_OUT, LEAST_LEARNT, Measured, ModelAsks, NotTaken, may_be_used,
};

use super::choices::{category_name, unit_name};
use crate::editor::page::{Filled, known_code};
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{comma, moment, who};

struct Label {
    name: String,
    learnt: u32,
    asked: u32,
    f1: String,
}

struct Line {
    number: u32,
    made: String,
    by: String,
    learnt: String,
    asked: u32,
    macro_f1: String,
    accuracy: String,
    sure: String,
    rules: String,
    against: String,
    in_use: bool,
    /// Why it cannot be taken into use; empty where it can.
    why_not: String,
    labels: Vec<Label>,
    left_out: String,
}

struct Section {
    asks: &'static str,
    title: String,
    in_use: String,
    about: String,
    rules_in_use: bool,
    lines: Vec<Line>,
    uses: Vec<String>,
}

#[derive(Template)]
#[template(path = "requests/models.html")]
struct ModelsPage {
    page: Page,
    here: String,
    said: String,
    fault: String,
    may: bool,
    sections: Vec<Section>,
}

/// What an answer of a page is about.
#[derive(Default)]
struct Told {
    said: String,
    fault: String,
}

fn percent(hundredths: u32) -> String {
    format!("{}.{}%", hundredths / 100, hundredths % 100 / 10)
}

fn may(visit: &Visit, plan: &Code) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visit.actor.may(Action::TakeRequest, &target)
}

fn label(portfolio: &Portfolio, asks: ModelAsks, code: &Code, visit: &Visit) -> String {
    match asks {
        ModelAsks::Category => category_name(portfolio, Some(code), visit.lang),
        ModelAsks::Unit => unit_name(portfolio, Some(code), visit.lang),
    }
}

fn left_out(visit: &Visit, portfolio: &Portfolio, asks: ModelAsks, held: &[(Code, u32)]) -> String {
    let named: Vec<String> =
        held.iter().map(|(code, count)| format!("{} {count}", label(portfolio, asks, code, visit))).collect();
    named.join(comma(visit.lang))
}

fn named(visit: &Visit, number: u32) -> String {
    match number {
        0 => visit.t("model-rules").into_owned(),
        number => visit.tw("model-number", &[("number", &number.to_string())]),
    }
}

fn at(visit: &Visit, micros: i64) -> String {
    let zone = visit.app.clock().zone().clone();
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::new(), |at| moment(visit.lang, zone.to_datetime(at)))
}

fn why_not(visit: &Visit, not: NotTaken) -> String {
    match not {
        NotTaken::Worse { own, in_use } => {
            visit.tw("model-worse", &[("own", &percent(own)), ("other", &percent(in_use))])
        }
        NotTaken::MeasuredAgainstAnother { measured, in_use } => visit.tw(
            "model-measured-against",
            &[("measured", &named(visit, measured)), ("in_use", &named(visit, in_use))],
        ),
    }
}

fn line(visit: &Visit, portfolio: &Portfolio, signers: &Signers, book: &ModelBook, held: &HeldModel) -> Line {
    let figures = &held.figures;
    let Measured { asked, macro_f1, accuracy, sure, sure_right } = figures.measured;
    let was = book.uses.iter().any(|used| used.number == held.number);
    let count = |value: u32| value.to_string();
    let asks = held.asks;
    Line {
        number: held.number,
        made: at(visit, held.made_at),
        by: who(visit.lang, signers, &held.made_by),
        learnt: visit.tw(
            "model-learnt-from",
            &[("count", &count(figures.learnt)), ("distinct", &count(figures.distinct))],
        ),
        asked,
        macro_f1: percent(macro_f1),
        accuracy: percent(accuracy),
        sure: visit.tw("model-sure-share", &[("share", &percent(sure)), ("right", &percent(sure_right))]),
        rules: percent(figures.rules.macro_f1),
        against: visit.tw(
            "model-against",
            &[("name", &named(visit, figures.against)), ("f1", &percent(figures.in_use.macro_f1))],
        ),
        in_use: held.number == book.in_use,
        why_not: may_be_used(figures, book.in_use, was)
            .map_or_else(|not| why_not(visit, not), |()| String::new()),
        labels: figures
            .labels
            .iter()
            .map(|held| Label {
                name: label(portfolio, asks, &held.label, visit),
                learnt: held.learnt,
                asked: held.asked,
                f1: if held.asked == 0 { "—".to_owned() } else { percent(held.f1) },
            })
            .collect(),
        left_out: left_out(visit, portfolio, held.asks, &figures.left_out),
    }
}

fn used(visit: &Visit, signers: &Signers, used: &ModelUse) -> String {
    let args = [
        ("at", &*at(visit, used.at)),
        ("who", &*who(visit.lang, signers, &used.person)),
        ("name", &*named(visit, used.number)),
    ];
    let said = visit.tw("model-used", &args);
    if used.reason.is_empty() { said } else { format!("{said} · {}", used.reason) }
}

async fn page(visit: &Visit, status: StatusCode, plan: &Code, told: Told) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(plan).await?;
    let signers = visit.app.signers().await?;
    let mut sections = Vec::new();
    for asks in ModelAsks::ALL.iter().copied() {
        let book = visit.app.request_models(plan, asks).await?;
        sections.push(Section {
            asks: asks.as_str(),
            title: visit.t(&format!("model-asks-{}", asks.as_str())).into_owned(),
            in_use: named(visit, book.in_use),
            about: visit.t(&format!("model-rules-{}", asks.as_str())).into_owned(),
            rules_in_use: book.in_use == 0,
            lines: book.models.iter().map(|held| line(visit, &portfolio, &signers, &book, held)).collect(),
            uses: book.uses.iter().map(|held| used(visit, &signers, held)).collect(),
        });
    }
    let page = visit.page(visit.t("model-title"));
    let shown = ModelsPage {
        here: format!("/p/{plan}/requests/models"),
        said: told.said,
        fault: told.fault,
        may: may(visit, plan) && !page.is_past(),
        sections,
        page,
    };
    render(status, &shown)
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    axum::extract::Query(query): axum::extract::Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let typed = crate::editor::field::Typed(query);
    let said = match (typed.get("learnt").parse::<u32>(), typed.get("used").parse::<u32>()) {
        (Ok(number), _) => visit.tw("model-done-learnt", &[("number", &number.to_string())]),
        (_, Ok(number)) => visit.tw("model-done-used", &[("name", &named(&visit, number))]),
        _ => String::new(),
    };
    page(&visit, StatusCode::OK, &plan, Told { said, ..Told::default() }).await
}

fn too_few(visit: &Visit, portfolio: &Portfolio, asks: ModelAsks, found: &Material) -> String {
    let count = |value: usize| value.to_string();
    let said = visit.tw(
        "model-too-few",
        &[
            ("learnt", &count(found.learnt)),
            ("asked", &count(found.held_out)),
            ("labels", &count(found.labels)),
            ("least_learnt", &count(LEAST_LEARNT)),
            ("least_asked", &count(LEAST_HELD_OUT)),
            ("least_each", &count(LEAST_EACH)),
        ],
    );
    if found.left_out.is_empty() {
        return said;
    }
    let names = left_out(visit, portfolio, asks, &found.left_out);
    format!("{said} {}", visit.tw("model-left-out", &[("names", &names)]))
}

pub async fn learn(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if !may(&visit, &plan) {
        return Err(visit.forbidden(Action::TakeRequest));
    }
    let asks = ModelAsks::parse(typed.get("asks")).ok_or_else(PageError::bad_request)?;
    match visit.app.learn_requests(&visit.actor, &plan, asks).await? {
        Learnt::Model(held) => {
            Ok(Redirect::to(&format!("/p/{plan}/requests/models?learnt={}", held.number)).into_response())
        }
        Learnt::TooFew(found) => {
            let portfolio = visit.portfolio(&plan).await?;
            let fault = too_few(&visit, &portfolio, asks, &found);
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, Told { fault, ..Told::default() }).await
        }
    }
}

pub async fn take(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if !may(&visit, &plan) {
        return Err(visit.forbidden(Action::TakeRequest));
    }
    let asks = ModelAsks::parse(typed.get("asks")).ok_or_else(PageError::bad_request)?;
    let number: u32 = typed.get("number").parse().map_err(|_| PageError::bad_request())?;
    let taken = visit.app.use_request_model(&visit.actor, &plan, (asks, number), typed.get("reason")).await?;
    match taken {
        ModelTaken::InUse => {
            Ok(Redirect::to(&format!("/p/{plan}/requests/models?used={number}")).into_response())
        }
        ModelTaken::Not(not) => {
            let fault = why_not(&visit, not);
            page(&visit, StatusCode::CONFLICT, &plan, Told { fault, ..Told::default() }).await
        }
    }
}
