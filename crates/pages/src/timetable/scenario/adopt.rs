//! Making a scenario the plan: what will be recorded, which promises move and why, and the word that does it.

use app::scenario::Adoption;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::named::Named;
use domain::policy::Action;
use domain::scenario::{apply, facts};
use domain::source::{Grade, Source};

use super::said::Teller;
use super::show::{Outcome, compared, said_error};
use super::{Opened, source, target};
use crate::editor::book::Book;
use crate::editor::change::seen;
use crate::editor::field::{Control, Field, Typed};
use crate::editor::page::Filled;
use crate::editor::reader::{Mistake, Reader};
use crate::editor::sheet::{Sheet, is_conflict, is_forbidden, refused};
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
    let sheet = sheet(&visit, &opened);
    shown(&visit, opened, StatusCode::OK, sheet).await
}

fn sheet(visit: &Visit, opened: &Opened) -> Sheet {
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
    .group(visit.t("scenario-adopt-as"), fields)
}

async fn shown(
    visit: &Visit,
    opened: Opened,
    status: StatusCode,
    sheet: Sheet,
) -> Result<Response, PageError> {
    // What is adopted changes the plan as it is now, whichever day was looked at.
    let view = visit.app.view(app::read::Asked::default()).await?;
    let base = visit.app.timetable(&opened.plan, view).await?;
    let name = opened.scenario.name.get(visit.lang.is_english()).to_owned();
    let page = visit.page(visit.tw("scenario-adopt-of", &[("name", &name)]));
    let teller = Teller { lang: visit.lang, portfolio: &opened.now };
    let after = apply(&opened.now, &opened.scenario.changes).portfolio;
    let book = Book::of_plan(visit.lang, std::sync::Arc::new(after.clone()));
    let wanted = facts(&opened.now, &after)
        .iter()
        .map(|(subject, facts)| {
            let of = match subject.kind {
                domain::subject::SubjectKind::Project => teller.project(&subject.code),
                _ => visit.t("scenario-of-plan").into_owned(),
            };
            (of, facts.iter().map(|fact| book.line(fact)).collect())
        })
        .collect();
    let (mut outcome, mut impossible) = (None, String::new());
    match visit.app.try_changes(&base.portfolio, &opened.scenario.changes).await? {
        Ok(tried) => outcome = Some(compared(&page, &teller, &base, &tried.timetable)?),
        Err(error) => impossible = said_error(visit, &error),
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
    let mut sheet = sheet(&visit, &opened);
    sheet.refill(&typed);
    let Some(adoption) = read(&visit, &opened, &typed, &mut sheet) else {
        return shown(&visit, opened, StatusCode::UNPROCESSABLE_ENTITY, sheet).await;
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
    let status = match (is_forbidden(&refusals), is_conflict(&refusals)) {
        (true, _) => StatusCode::FORBIDDEN,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // What it comes to by now is what is shown, and what the next word is about.
    let fresh = self::opened(&visit, &plan, &code).await?;
    for (name, value) in &mut sheet.hidden {
        if name == "version" {
            *value = fresh.version.to_string();
        }
    }
    shown(&visit, fresh, status, sheet).await
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
    })
}
