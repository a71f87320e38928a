//! Making a scenario the plan: what will be recorded, which promises move and why, and the word that does it.

use std::sync::Arc;

use app::scenario::{Adoption, Tried, limits_of};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::journal::Seq;
use domain::named::Named;
use domain::policy::Action;
use domain::source::{Grade, Source};
use domain::subject::{Subject, SubjectKind};

use super::said::Teller;
use super::show::{Outcome, compared, said_error};
use super::{Opened, source, target};
use crate::editor::book::Book;
use crate::editor::change::seen;
use crate::editor::field::{Control, Field, Typed};
use crate::editor::page::Filled;
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

#[derive(Template)]
#[template(path = "scenario/adopt.html")]
struct AdoptPage {
    page: Page,
    name: String,
    back: String,
    /// What will be recorded, by what it is recorded of.
    wanted: Vec<(String, Vec<String>)>,
    outcome: Option<Outcome>,
    impossible: String,
    sheet: Sheet,
}

async fn opened(visit: &Visit, plan: &str, code: &str) -> Result<Opened, PageError> {
    let opened = Opened::new(visit, plan, code).await?;
    if !visit.actor.may(Action::ManagePlan, &target(&opened.plan)) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    if !opened.is_open() {
        return Err(PageError::not_now().in_lang(visit.lang));
    }
    Ok(opened)
}

pub(super) async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let opened = opened(&visit, &plan, &code).await?;
    let tried = tried(&visit, &opened).await?;
    let sheet = sheet(&visit, &opened, &tried);
    shown(&visit, &opened, &tried, StatusCode::OK, sheet).await
}

/// The plan as it would be. What is adopted changes it as it is now, whichever day was looked at.
async fn tried(visit: &Visit, opened: &Opened) -> Result<Arc<Tried>, PageError> {
    Ok(visit.app.try_changes(&opened.now, &opened.scenario.changes).await?)
}

fn sheet(visit: &Visit, opened: &Opened, tried: &Tried) -> Sheet {
    let lang = visit.lang;
    let name = &opened.scenario.name;
    let field = |name: &str, key: &str, control| Field::new(lang, name, key, control);
    let fields = vec![
        field("title_zh", "field-title-zh", Control::Text).required().value(&name.zh),
        field("title_en", "field-title-en", Control::Text).value(&name.en),
        field("document", "field-source-title", Control::Text),
        field("reason", "field-scenario-reason", Control::Area).required().value(&opened.scenario.aim),
    ];
    let page = visit.page("");
    Sheet::new(
        page.link(&format!("{}/adopt", opened.path())),
        page.link(&opened.path()),
        visit.t("scenario-adopt-now"),
    )
    .hidden("version", opened.version.to_string())
    .hidden("touched", tried.touched.to_string())
    .group(visit.t("scenario-adopt-as"), fields)
}

async fn shown(
    visit: &Visit,
    opened: &Opened,
    tried: &Tried,
    status: StatusCode,
    sheet: Sheet,
) -> Result<Response, PageError> {
    let base = visit.app.timetable_dates(&opened.plan, opened.now.view).await?;
    let name = opened.scenario.name.get(visit.lang.is_english()).to_owned();
    let page = visit.page(visit.tw("scenario-adopt-of", &[("name", &name)]));
    let teller = Teller { lang: visit.lang, portfolio: &opened.now };
    let book = Book::of_plan(visit.lang, tried.portfolio.clone());
    let of = |subject: &Subject| match subject.kind {
        SubjectKind::Project => teller.project(&subject.code),
        _ => visit.t("scenario-of-plan").into_owned(),
    };
    let wanted = tried.facts.iter();
    let wanted = wanted
        .map(|(subject, facts)| (of(subject), facts.iter().map(|fact| book.line(fact)).collect()))
        .collect();
    let (mut outcome, mut impossible) = (None, String::new());
    match &tried.timetable {
        Ok(after) => {
            let limits = limits_of(&opened.scenario.changes);
            outcome = Some(compared(&page, &teller, &base, after, limits).await?);
        }
        Err(error) => impossible = said_error(visit, error),
    }
    let back = page.link(&opened.path());
    render(status, &AdoptPage { page, name, back, wanted, outcome, impossible, sheet })
}

pub(super) async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = opened(&visit, &plan, &code).await?;
    let valued = tried(&visit, &opened).await?;
    let mut sheet = sheet(&visit, &opened, &valued);
    sheet.refill(&typed);
    let Some(adoption) = read(&visit, &opened, &typed, &mut sheet) else {
        return shown(&visit, &opened, &valued, StatusCode::UNPROCESSABLE_ENTITY, sheet).await;
    };
    let error = match visit.app.adopt_scenario(&visit.actor, &opened.plan, adoption).await {
        Ok(_) => {
            let to = format!("/p/{}{}", opened.plan, opened.path());
            return Ok(Redirect::to(&to).into_response());
        }
        Err(error) => error,
    };
    let refusals = refused(error)?;
    for refusal in &refusals {
        let field = if refusal.field == "reason" { "reason" } else { "" };
        sheet.fault(field, words::refusal(visit.lang, refusal));
    }
    // What it comes to by now is what is shown, and what the next word is about.
    let fresh = self::opened(&visit, &plan, &code).await?;
    let valued = tried(&visit, &fresh).await?;
    sheet.renew("version", &fresh.version.to_string());
    sheet.renew("touched", &valued.touched.to_string());
    shown(&visit, &fresh, &valued, refused_status(&refusals), sheet).await
}

fn read(visit: &Visit, opened: &Opened, typed: &Typed, sheet: &mut Sheet) -> Option<Adoption> {
    let mut reader = Reader::new(typed);
    let (zh, en) = (reader.text("title_zh").to_owned(), reader.text("title_en").to_owned());
    let (reason, document) = (reader.long("reason"), reader.text("document").to_owned());
    if zh.is_empty() {
        reader.fail("title_zh", Mistake::Missing);
    }
    if reason.is_empty() {
        reader.fail("reason", Mistake::Missing);
    }
    if !reader.mistakes.is_empty() {
        sheet.mistakes(visit.lang, &reader.mistakes);
        return None;
    }
    Some(Adoption {
        scenario: opened.scenario.scenario.clone(),
        title: Named::new(zh, en),
        source: Source { grade: Grade::Reported, title: document, ..source(visit) },
        reason,
        expected: seen(typed),
        touched: Seq(typed.get("touched").parse().unwrap_or(0)),
    })
}
