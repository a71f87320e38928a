//! The evaluation of a year as a page; the same is written as a paper, and frozen in a report that somebody issues.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::item::Item;
use domain::policy::{Action, Target};

use super::plan::{EffectLine, Line, Sector, Told};
use super::{FeltPart, is_staff};
use crate::editor::page::{Filled, known_code};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::ledger::paper::PaperLine;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::day as day_of;

#[derive(Template)]
#[template(path = "evaluation/year.html")]
struct YearPage {
    page: Page,
    lead: String,
    summary: Vec<String>,
    sectors: Vec<Sector>,
    whole: Sector,
    lines: Vec<Line>,
    effects: Vec<EffectLine>,
    reach: String,
    felt: Option<FeltPart>,
    felt_none: String,
    /// For those who work on the plan.
    papers: Vec<PaperLine>,
    /// The reports that were drafted and issued on the year: address, name, number, standing and digest.
    reports: Vec<Report>,
    /// Where a report is begun; empty for those who may issue none.
    begin: String,
}

struct Report {
    address: String,
    name: String,
    number: String,
    state: String,
    on: String,
    digest: String,
}

pub async fn show(visit: Visit, Path((plan, year)): Path<(String, String)>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let year: i16 = year.parse().map_err(|_| PageError::not_found().in_lang(visit.lang))?;
    visit.portfolio(&plan).await?;
    let found = visit.app.year_evaluation(&plan, year, visit.asked).await?;
    let page = visit.page(visit.tw("evaluation-year-title", &[("year", &year.to_string())]));
    let staff = is_staff(&visit, &plan);
    let looked = visit.asked.as_of.unwrap_or_else(|| visit.app.clock().today());
    let day = Some(found.portfolio.view.as_of).filter(|day| *day != looked);
    let told = Told { page: &page, found: &found, staff, day };
    let (sectors, whole) = told.sectors();
    let (felt, felt_none) = told.felt();
    let as_of = found.portfolio.view.as_of;
    let reports = match staff {
        true => visit.app.evaluation_reports(&plan, year).await?,
        false => Vec::new(),
    };
    let may_issue = may_issue(&visit, &plan) && !page.is_past();
    let body = YearPage {
        lead: visit.tw("evaluation-year-lead", &[("date", &day_of(visit.lang, as_of))]),
        summary: app::evaluation::summary(visit.lang, &found, year),
        sectors,
        whole,
        lines: found.of_year(year).map(|line| told.line(line)).collect(),
        effects: told.effects(found.lines.iter()),
        reach: told.reach(),
        felt,
        felt_none,
        reports: reports.iter().map(|item| report(&page, item)).collect(),
        begin: if may_issue { format!("/p/{plan}/evaluation/years/{year}/report") } else { String::new() },
        papers: if staff { vec![PaperLine::evaluation(&page, year)] } else { Vec::new() },
        page,
    };
    render(StatusCode::OK, &body)
}

fn may_issue(visit: &Visit, plan: &Code) -> bool {
    visit.actor.may(Action::IssueReport, &Target { plan: Some(plan.clone()), ..Target::default() })
}

fn report(page: &Page, item: &Item) -> Report {
    let issued = item.issued.as_ref();
    Report {
        address: page.link(&format!("/reports/{}", item.code)),
        name: item.name.get(page.lang.is_english()).to_owned(),
        number: issued.map_or_else(String::new, |issued| page.t1("report-number", "number", issued.number)),
        state: page.word("item-state", item.state.as_str()),
        on: page.day(&item.finished().unwrap_or(item.received)),
        digest: issued.map_or_else(String::new, |issued| issued.digest.chars().take(12).collect()),
    }
}

/// Begins a report on the year, or goes to the draft that is there.
pub async fn draft(
    visit: Visit,
    Path((plan, year)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let year: i16 = year.parse().map_err(|_| PageError::not_found().in_lang(visit.lang))?;
    if !may_issue(&visit, &plan) {
        return Err(visit.forbidden(Action::IssueReport));
    }
    let code = visit.app.draft_evaluation(&visit.actor, &plan, year, &source(&visit)).await?;
    Ok(Redirect::to(&format!("/p/{plan}/reports/{code}")).into_response())
}
