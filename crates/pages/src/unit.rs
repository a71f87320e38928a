//! Units and what they are responsible for.

use std::collections::BTreeMap;

use app::AppError;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::unit::Unit;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::late::{Late, late};
use crate::page::Page;
use crate::tree::ordered;
use crate::visit::{Visit, render};
use crate::words_of::comma;

struct Row<'a> {
    unit: &'a Unit,
    name: &'a str,
    depth: usize,
    level: String,
    lead: usize,
    supporting: usize,
    late: usize,
}

#[derive(Template)]
#[template(path = "units/list.html")]
struct ListPage<'a> {
    page: Page,
    plan: &'a Code,
    rows: Vec<Row<'a>>,
    without: usize,
}

fn leads<'a>(portfolio: &'a Portfolio, unit: &'a Code) -> impl Iterator<Item = &'a Project> {
    portfolio.members().filter(move |project| project.lead_unit.as_ref() == Some(unit))
}

fn supports<'a>(portfolio: &'a Portfolio, unit: &'a Code) -> impl Iterator<Item = &'a Project> {
    portfolio.members().filter(move |project| project.supporting_units.iter().any(|(held, _)| held == unit))
}

pub async fn list(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let english = visit.lang.is_english();
    let portfolio = visit.portfolio(&plan).await?;
    let parents: BTreeMap<Code, Option<Code>> =
        portfolio.units.iter().map(|(code, unit)| (code.clone(), unit.parent.clone())).collect();
    let rows = ordered(&parents)
        .into_iter()
        .filter_map(|(code, depth)| {
            let unit = portfolio.units.get(&code)?;
            Some(Row {
                unit,
                name: unit.name.get(english),
                depth,
                level: level(&visit, unit.level.map(|level| level.as_str())),
                lead: leads(&portfolio, &code).count(),
                supporting: supports(&portfolio, &code).count(),
                late: late(leads(&portfolio, &code), portfolio.view.as_of).len(),
            })
        })
        .collect();
    let without = portfolio.members().filter(|project| project.lead_unit.is_none()).count();
    render(StatusCode::OK, &ListPage { page: visit.page(visit.t("unit-title")), plan: &plan, rows, without })
}

pub fn level(visit: &Visit, level: Option<&str>) -> String {
    level.map_or_else(String::new, |level| visit.t(&format!("level-{level}")).into_owned())
}

/// A project as lists of units and areas show it.
pub struct ProjectLine {
    pub code: String,
    pub name: String,
    pub phase: String,
    pub phase_key: &'static str,
    pub remark: String,
}

pub fn project_line(visit: &Visit, project: &Project, remark: String) -> ProjectLine {
    let phase = project.phase().as_str();
    ProjectLine {
        code: project.code.to_string(),
        name: project.name.get(visit.lang.is_english()).to_owned(),
        phase: visit.t(&format!("phase-{}", phase.replace('_', "-"))).into_owned(),
        phase_key: phase,
        remark,
    }
}

/// A late milestone in words.
pub struct LateLine {
    pub project: String,
    pub project_name: String,
    pub step: String,
    pub promised: String,
    pub days: String,
}

pub fn late_line(visit: &Visit, portfolio: &Portfolio, late: &Late) -> LateLine {
    let english = visit.lang.is_english();
    let project = portfolio.project(late.project.as_str());
    let line = project.and_then(|p| p.steps.iter().find(|line| line.step == late.step));
    let part = late.part.as_ref().and_then(|part| {
        project.and_then(|p| p.parts.iter().find(|(held, _)| held == part)).map(|(_, name)| name.get(english))
    });
    let step = line.map_or_else(|| late.step.to_string(), |line| line.name.get(english).to_owned());
    LateLine {
        project: late.project.to_string(),
        project_name: project.map_or_else(String::new, |p| p.name.get(english).to_owned()),
        step: part.map_or_else(|| step.clone(), |part| format!("{part} · {step}")),
        promised: late.promised.to_string(),
        days: visit.tw("late-count", &[("days", &late.days.to_string())]),
    }
}

#[derive(Template)]
#[template(path = "units/unit.html")]
struct UnitPage<'a> {
    page: Page,
    plan: &'a Code,
    unit: &'a Unit,
    name: String,
    level: String,
    parent: Option<(String, String)>,
    children: Vec<(String, String)>,
    area: String,
    lead: Vec<ProjectLine>,
    supporting: Vec<ProjectLine>,
    late: Vec<LateLine>,
    may_edit: bool,
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let portfolio = visit.portfolio(&plan).await?;
    let unit = portfolio.units.get(&code).ok_or(AppError::NotFound)?;
    let english = visit.lang.is_english();
    let named = |code: &Code| {
        let name = portfolio.units.get(code).map_or(code.as_str(), |unit| unit.name.get(english));
        (code.to_string(), name.to_owned())
    };
    let supporting = supports(&portfolio, &code)
        .map(|project| {
            let roles: Vec<&str> = project
                .supporting_units
                .iter()
                .filter(|(held, _)| *held == code)
                .map(|(_, role)| role.as_str())
                .collect();
            project_line(&visit, project, roles.join(comma(visit.lang)))
        })
        .collect();
    let target = Target { lead_unit: Some(code.clone()), ..Target::default() };
    let page = UnitPage {
        name: unit.name.get(english).to_owned(),
        level: level(&visit, unit.level.map(|level| level.as_str())),
        parent: unit.parent.as_ref().map(named),
        children: portfolio
            .units
            .values()
            .filter(|u| u.parent.as_ref() == Some(&code))
            .map(|u| named(&u.code))
            .collect(),
        area: unit.area.as_ref().map_or_else(String::new, |area| {
            portfolio.areas.get(area).map_or(area.as_str(), |a| a.name.get(english)).to_owned()
        }),
        lead: leads(&portfolio, &code).map(|p| project_line(&visit, p, String::new())).collect(),
        supporting,
        late: late(leads(&portfolio, &code), portfolio.view.as_of)
            .iter()
            .map(|late| late_line(&visit, &portfolio, late))
            .collect(),
        may_edit: visit.actor.may(Action::ManageDirectory, &target),
        unit,
        plan: &plan,
        page: visit.page(unit.name.get(english)),
    };
    render(StatusCode::OK, &page)
}
