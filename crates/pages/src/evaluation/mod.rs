//! Evaluation: a project, the plan by sector, and a year, each by what was promised, delivered, used and felt.

mod chart;
mod plan;
mod project;
mod said;
mod year;

use app::evaluation::Felt;
use axum::Router;
use axum::routing::{get, post};
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use words::Lang;

use crate::PagesState;
use crate::page::Page;
use crate::survey::{FeltLine, felt_line};
use crate::visit::Visit;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/evaluation", get(plan::show))
        .route("/p/{plan}/evaluation.csv", get(plan::csv))
        .route("/p/{plan}/evaluation/years/{year}", get(year::show))
        .route("/p/{plan}/evaluation/years/{year}/report", post(year::draft))
        .route("/p/{plan}/projects/{code}/evaluation", get(project::show))
}

/// Numbers by area, and matters that are not public, are for staff.
fn is_staff(visit: &Visit, plan: &Code) -> bool {
    visit.actor.may(Action::ReadStaff, &Target { plan: Some(plan.clone()), ..Target::default() })
}

fn area_name(portfolio: &Portfolio, lang: Lang, code: &Code) -> String {
    let held = portfolio.areas.get(code);
    held.map_or(code.as_str(), |area| area.name.get(lang.is_english())).to_owned()
}

fn project_name(portfolio: &Portfolio, lang: Lang, code: &Code) -> String {
    let held = portfolio.project(code.as_str());
    held.map_or(code.as_str(), |project| project.name.get(lang.is_english())).to_owned()
}

fn sector_name(portfolio: &Portfolio, lang: Lang, code: Option<&Code>) -> String {
    let held = code.and_then(|code| portfolio.plan.sector(code.as_str()));
    match held {
        Some(sector) => sector.name.get(lang.is_english()).to_owned(),
        None => words::text(lang, "evaluation-no-sector").into_owned(),
    }
}

/// What people of one area said, line by line.
struct FeltView {
    area: String,
    lines: Vec<FeltLine>,
}

/// Two waves beside each other.
struct FeltPart {
    waves: String,
    address: String,
    groups: Vec<FeltView>,
}

fn felt_part(page: &Page, portfolio: &Portfolio, felt: &Felt) -> FeltPart {
    let lang = page.lang;
    let name = |held: &domain::survey::HeldWave| held.wave.name.get(lang.is_english()).to_owned();
    let (from, to) = (&felt.before.wave.wave, &felt.after.wave.wave);
    FeltPart {
        waves: page.t2("evaluation-felt-waves", "before", name(&felt.before), "after", name(&felt.after)),
        address: page.link(&format!("/surveys/compare?from={from}&to={to}")),
        groups: felt
            .groups
            .iter()
            .map(|group| FeltView {
                area: group.area.as_ref().map_or_else(
                    || page.t("evaluation-felt-all").into_owned(),
                    |area| area_name(portfolio, lang, area),
                ),
                lines: group
                    .lines
                    .iter()
                    .map(|line| felt_line(lang, &portfolio.plan, &felt.after, line))
                    .collect(),
            })
            .collect(),
    }
}
