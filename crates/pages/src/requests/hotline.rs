//! Beginning a report of the hotline: of a day, a week, a month or some days.

use app::request::HotlineSpan;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::policy::{Action, Target};
use jiff::civil::Date;

use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, form_page, known_code};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::staff_only;
use crate::visit::Visit;

const SPANS: [&str; 4] = ["day", "week", "month", "days"];

/// Whether somebody may begin one.
pub(super) fn may(visit: &Visit, plan: &Code) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visit.actor.may(Action::IssueReport, &target)
}

fn allowed(visit: &Visit, plan: &Code) -> Result<(), PageError> {
    staff_only(visit)?;
    if may(visit, plan) { Ok(()) } else { Err(visit.forbidden(Action::IssueReport)) }
}

fn sheet(visit: &Visit, plan: &Code) -> Sheet {
    let field = |name: &str, key: &str, control| Field::new(visit.lang, name, key, control);
    let choices: Vec<Choice> =
        SPANS.iter().map(|span| Choice::new(*span, visit.t(&format!("hotline-span-{span}")))).collect();
    let yesterday = visit.app.clock().today().yesterday().unwrap_or(Date::MIN);
    let here = format!("/p/{plan}/requests");
    let mut sheet = Sheet::new(format!("{here}/report"), format!("{here}/monitor"), visit.t("hotline-begin"));
    sheet.intro = visit.t("hotline-lead").into_owned();
    sheet.group(
        visit.t("hotline-title"),
        vec![
            field("span", "hotline-span", Control::Select(choices)).value("day").required(),
            field("from", "hotline-on", Control::Day).value(yesterday.to_string()).required(),
            field("to", "hotline-to", Control::Day),
        ],
    )
}

fn span(typed: &Typed) -> Option<HotlineSpan> {
    let from = parse_day(typed.get("from"))?;
    Some(match typed.get("span") {
        "week" => HotlineSpan::Week(from),
        "month" => HotlineSpan::Month(from),
        "days" => HotlineSpan::Days(from, parse_day(typed.get("to")).unwrap_or(from)),
        _ => HotlineSpan::Day(from),
    })
}

pub async fn form(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    allowed(&visit, &plan)?;
    form_page(&visit, StatusCode::OK, visit.t("hotline-title"), sheet(&visit, &plan))
}

pub async fn draft(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    allowed(&visit, &plan)?;
    let mut form = sheet(&visit, &plan);
    form.refill(&typed);
    let again = |form: Sheet, status| form_page(&visit, status, visit.t("hotline-title"), form);
    let Some(span) = span(&typed) else {
        form.fault("from", visit.t("field-error-not-a-day").into_owned());
        return again(form, StatusCode::UNPROCESSABLE_ENTITY);
    };
    match visit.app.draft_hotline(&visit.actor, &plan, span, &source(&visit)).await {
        Ok(code) => Ok(Redirect::to(&format!("/p/{plan}/reports/{code}")).into_response()),
        Err(error) => {
            let refusals = refused(error)?;
            for refusal in &refusals {
                form.fault("from", words::refusal(visit.lang, refusal));
            }
            again(form, refused_status(&refusals))
        }
    }
}
