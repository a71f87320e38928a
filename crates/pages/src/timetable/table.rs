//! One table: for every project what was promised, what is computed, and how likely it is to hold.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::source::Grade;

use super::asking::{Asking, Filter, address, day, open_drawn, step_name};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

struct Line {
    code: String,
    name: String,
    address: String,
    grade: Grade,
    unit: String,
    /// The next thing to do, and its last day.
    next: String,
    next_by: String,
    headline: String,
    promised: String,
    finish: String,
    p80: String,
    /// Working days to spare.
    float: Option<i64>,
    odds: String,
    unlikely: bool,
    unknown: usize,
    left_out: usize,
    provisional: bool,
}

/// The plan's odds in one line.
pub(super) struct Summary {
    pub promises: usize,
    pub broken: usize,
    pub expected: String,
    pub low: u32,
    pub high: u32,
    pub all: String,
    pub draws: u32,
    pub seed: u64,
    pub calendar: String,
    pub causes: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "timetable/table.html")]
struct TablePage {
    page: Page,
    filter: Filter,
    lines: Vec<Line>,
    summary: Summary,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let held = open_drawn(&visit, &plan).await?;
    let causes = held.aside(|it| it.costs().map(<[_]>::to_vec)).await?;
    let odds = held.odds().map_err(app::AppError::from)?;
    let english = visit.lang.is_english();
    let page = visit.page(visit.t("timetable-title"));
    let mut found = asking.find(&held);
    // The worst first; then those without a promise, in the order of their codes.
    found.sort_by_key(|found| {
        let headline = found.headline();
        (headline.and_then(|step| step.float).unwrap_or(i64::MAX), found.project.code.clone())
    });
    let lines = found
        .iter()
        .map(|found| {
            let (project, headline) = (found.project, found.headline());
            let next = found.row.next().filter(|_| headline.is_some());
            let drawn = odds.of(found.row.project);
            let share = drawn.and_then(|drawn| drawn.on_time).map(|(share, _)| share);
            Line {
                code: project.code.to_string(),
                name: project.name.get(english).to_owned(),
                address: address(&page, project),
                grade: project.grade,
                unit: project
                    .lead_unit
                    .as_ref()
                    .and_then(|unit| held.portfolio.units.get(unit))
                    .map_or_else(String::new, |unit| unit.name.get(english).to_owned()),
                next: next.map_or_else(String::new, |step| step_name(project, &step.step, english)),
                next_by: day(&page, found.row.next_by().filter(|_| headline.is_some())),
                headline: headline.map_or_else(String::new, |step| step_name(project, &step.step, english)),
                promised: day(&page, headline.and_then(|step| step.promised)),
                finish: day(&page, headline.map(|step| step.finish)),
                p80: day(&page, drawn.map(|drawn| drawn.p80)),
                float: headline.and_then(|step| step.float),
                odds: share.map_or_else(String::new, words::shown::odds),
                unlikely: share.is_some_and(|share| share < 0.5),
                unknown: found.row.unknown,
                left_out: held.timetable.left_out(found.row.project).count(),
                provisional: headline.is_some_and(|step| step.provisional),
            }
        })
        .collect();
    let broken = odds.projects.iter().filter(|it| it.promise.is_some_and(|day| day < page.as_of)).count();
    let summary = Summary {
        promises: odds.promises,
        broken,
        expected: format!("{:.1}", odds.expected),
        low: odds.range.0,
        high: odds.range.1,
        all: words::shown::odds(odds.all),
        draws: odds.draws,
        seed: odds.seed,
        calendar: held.timetable.calendar_version.clone(),
        causes: causes
            .iter()
            .filter(|(_, gained)| *gained >= 0.05)
            .take(5)
            .map(|(name, gained)| (name.get(english).to_owned(), format!("{gained:.1}")))
            .collect(),
    };
    let filter = asking.filter(&visit, &page, &held);
    render(StatusCode::OK, &TablePage { page, filter, lines, summary })
}
