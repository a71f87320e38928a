//! Yearly lists: what a year's list says, and what the books say of it.

use app::AppError;
use app::read::Asked;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::carry_over::carry_over;
use domain::code::Code;
use domain::plan::{ListEntryKind, YearlyList};
use jiff::civil::date;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::revision::{may_manage, project_name};
use crate::visit::{Visit, render};

struct Row {
    year: i16,
    issue: u32,
    title: String,
    on: String,
    carried: String,
    new: String,
}

#[derive(Template)]
#[template(path = "revisions/lists.html")]
struct ListsPage<'a> {
    page: Page,
    plan: &'a Code,
    rows: Vec<Row>,
    may_manage: bool,
}

fn declared(value: Option<u32>) -> String {
    value.map_or_else(|| "—".into(), |value| value.to_string())
}

fn listed(list: &YearlyList, kind: ListEntryKind) -> usize {
    list.entries.iter().filter(|entry| entry.entry == kind).count()
}

pub async fn list(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let english = visit.lang.is_english();
    let rows = portfolio
        .plan
        .lists
        .iter()
        .map(|list| Row {
            year: list.year,
            issue: list.issue,
            title: list.title.get(english).to_owned(),
            on: list.on.to_string(),
            carried: declared(list.declared_carried_over),
            new: declared(list.declared_new),
        })
        .collect();
    let may_manage = may_manage(&visit, &plan);
    render(
        StatusCode::OK,
        &ListsPage { page: visit.page(visit.t("list-title")), plan: &plan, rows, may_manage },
    )
}

/// One count, three ways: as declared, as listed, by the books.
struct Count {
    label: String,
    declared: String,
    listed: usize,
    computed: usize,
}

struct EntryLine {
    code: String,
    name: String,
    aim: String,
}

struct DifferenceLine {
    code: String,
    name: String,
    what: String,
}

#[derive(Template)]
#[template(path = "revisions/yearly.html")]
struct YearPage<'a> {
    page: Page,
    plan: &'a Code,
    title: String,
    of: String,
    on: String,
    year: i16,
    issue: u32,
    counts: Vec<Count>,
    groups: Vec<(String, Vec<EntryLine>)>,
    differences: Vec<DifferenceLine>,
    differs: String,
    may_manage: bool,
}

pub async fn show(
    visit: Visit,
    Path((plan, year, issue)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let (Ok(year), Ok(issue)) = (year.parse::<i16>(), issue.parse::<u32>()) else {
        return Err(PageError::not_found());
    };
    let portfolio = visit.portfolio(&plan).await?;
    let list = portfolio
        .plan
        .lists
        .iter()
        .find(|list| (list.year, list.issue) == (year, issue))
        .ok_or(AppError::NotFound)?;
    let known_at = visit.asked.known_at;
    let turn = if (1949..=2199).contains(&year) { date(year - 1, 12, 31) } else { list.on };
    let turn = visit.app.portfolio(&plan, Asked { as_of: Some(turn), known_at }).await;
    let issued = visit.app.portfolio(&plan, Asked { as_of: Some(list.on), known_at }).await?;
    // A plan that began in the year had nothing under way before it.
    let turn = match turn {
        Ok(turn) => turn,
        Err(AppError::NotFound) => {
            let mut empty = (*issued).clone();
            empty.projects.clear();
            std::sync::Arc::new(empty)
        }
        Err(error) => return Err(error.into()),
    };
    let books = carry_over(list, &turn, &issued);
    let english = visit.lang.is_english();
    let kinds = [
        (ListEntryKind::CarriedOver, list.declared_carried_over, books.carried_over.len()),
        (ListEntryKind::New, list.declared_new, books.new.len()),
    ];
    let word =
        |kind: ListEntryKind| visit.t(&format!("entry-{}", kind.as_str().replace('_', "-"))).into_owned();
    let counts = kinds
        .iter()
        .map(|(kind, says, computed)| Count {
            label: word(*kind),
            declared: declared(*says),
            listed: listed(list, *kind),
            computed: *computed,
        })
        .collect();
    let groups = kinds
        .iter()
        .map(|(kind, ..)| {
            let entries = list.entries.iter().filter(|entry| entry.entry == *kind);
            let lines = entries.map(|entry| EntryLine {
                code: entry.project.to_string(),
                name: project_name(&portfolio, &entry.project, english),
                aim: entry
                    .aim
                    .map_or_else(String::new, |aim| visit.t(&format!("aim-{}", aim.as_str())).into_owned()),
            });
            (word(*kind), lines.collect())
        })
        .collect();
    let count = books.differences.len().to_string();
    let page = YearPage {
        title: list.title.get(english).to_owned(),
        of: visit.tw("list-of", &[("year", &year.to_string()), ("issue", &issue.to_string())]),
        on: list.on.to_string(),
        year,
        issue,
        counts,
        groups,
        differs: visit.tw("list-differences", &[("count", &count)]),
        differences: books
            .differences
            .iter()
            .map(|(code, difference)| DifferenceLine {
                code: code.to_string(),
                name: project_name(&portfolio, code, english),
                what: visit.t(&format!("difference-{}", difference.key())).into_owned(),
            })
            .collect(),
        may_manage: may_manage(&visit, &plan),
        plan: &plan,
        page: visit.page(list.title.get(english)),
    };
    render(StatusCode::OK, &page)
}
