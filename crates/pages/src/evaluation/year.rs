//! The annual evaluation report as a page; the same is written as a paper.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::plan::{EffectLine, Line, Sector, Told};
use super::{FeltPart, is_staff};
use crate::editor::page::known_code;
use crate::error::PageError;
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
        papers: if staff { vec![PaperLine::evaluation(&page, year)] } else { Vec::new() },
        page,
    };
    render(StatusCode::OK, &body)
}
