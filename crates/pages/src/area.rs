//! Areas, and the projects and outputs in them.

use std::collections::{BTreeMap, BTreeSet};

use app::AppError;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::Area;
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::rollup::{Ask, roll_up};

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::tree::{below, ordered};
use crate::unit::{ProjectLine, level, project_line};
use crate::visit::{Visit, render};
use crate::words_of::number;

struct Row<'a> {
    area: &'a Area,
    name: &'a str,
    depth: usize,
    level: String,
    people: String,
    projects: usize,
}

#[derive(Template)]
#[template(path = "areas/list.html")]
struct ListPage<'a> {
    page: Page,
    plan: &'a Code,
    rows: Vec<Row<'a>>,
}

type Parents = BTreeMap<Code, Option<Code>>;

fn parents(portfolio: &Portfolio) -> Parents {
    portfolio.areas.iter().map(|(code, area)| (code.clone(), area.parent.clone())).collect()
}

fn lies_in(project: &Project, areas: &BTreeSet<Code>) -> bool {
    project.areas.iter().any(|area| areas.contains(area))
}

pub async fn list(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let english = visit.lang.is_english();
    let portfolio = visit.portfolio(&plan).await?;
    let parents = parents(&portfolio);
    let rows = ordered(&parents)
        .into_iter()
        .filter_map(|(code, depth)| {
            let area = portfolio.areas.get(&code)?;
            let within = below(&code, &parents);
            Some(Row {
                area,
                name: area.name.get(english),
                depth,
                level: level(&visit, area.level.map(|level| level.as_str())),
                people: people(area.population),
                projects: portfolio.members().filter(|project| lies_in(project, &within)).count(),
            })
        })
        .collect();
    render(StatusCode::OK, &ListPage { page: visit.page(visit.t("area-title")), plan: &plan, rows })
}

fn people(population: Option<u64>) -> String {
    population.map_or_else(|| "—".into(), |people| number(people.into()))
}

/// What the projects of an area add: a kind of output with its sum.
struct OutputLine {
    name: String,
    unit: String,
    sum: String,
}

#[derive(Template)]
#[template(path = "areas/area.html")]
struct AreaPage<'a> {
    page: Page,
    plan: &'a Code,
    area: &'a Area,
    name: String,
    level: String,
    parent: Option<(String, String)>,
    children: Vec<(String, String)>,
    people: String,
    projects: Vec<ProjectLine>,
    outputs: Vec<OutputLine>,
    may_edit: bool,
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let portfolio = visit.portfolio(&plan).await?;
    let area = portfolio.areas.get(&code).ok_or(AppError::NotFound)?;
    let english = visit.lang.is_english();
    let within = below(&code, &parents(&portfolio));
    let named = |code: &Code| {
        let name = portfolio.areas.get(code).map_or(code.as_str(), |area| area.name.get(english));
        (code.to_string(), name.to_owned())
    };
    // The same roll-up as on the outputs page, over the plan cut down to this area.
    let mut here = (*portfolio).clone();
    here.projects.retain(|project| lies_in(project, &within));
    let rollup = roll_up(&here, Ask::default());
    let outputs = portfolio
        .plan
        .output_kinds
        .iter()
        .map(|kind| (kind, rollup.total(&kind.kind)))
        .filter(|(_, sum)| !sum.is_zero())
        .map(|(kind, sum)| OutputLine {
            name: kind.name.get(english).to_owned(),
            unit: kind.unit.get(english).to_owned(),
            sum: number(sum),
        })
        .collect();
    let target = Target { areas: vec![code.clone()], ..Target::default() };
    let page = AreaPage {
        name: area.name.get(english).to_owned(),
        level: level(&visit, area.level.map(|level| level.as_str())),
        people: area.population.map_or_else(String::new, |held| people(Some(held))),
        parent: area.parent.as_ref().map(named),
        children: portfolio
            .areas
            .values()
            .filter(|a| a.parent.as_ref() == Some(&code))
            .map(|a| named(&a.code))
            .collect(),
        projects: here.members().map(|project| project_line(&visit, project, String::new())).collect(),
        outputs,
        may_edit: visit.actor.may(Action::ManageDirectory, &target),
        area,
        plan: &plan,
        page: visit.page(area.name.get(english)),
    };
    render(StatusCode::OK, &page)
}
