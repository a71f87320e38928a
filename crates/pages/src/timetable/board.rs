//! The battle map: projects by months of a year, with what was done, promised and is computed.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::milestone::step;
use jiff::civil::Date;

use super::asking::{Asking, Filter, Found, address, open, step_name};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

/// What stands in a month: `done`, `promised`, `missed` or `computed`, and the step.
struct Mark {
    kind: &'static str,
    step: String,
    on: String,
}

struct Line {
    name: String,
    address: String,
    months: Vec<Vec<Mark>>,
}

#[derive(Template)]
#[template(path = "timetable/board.html")]
struct BoardPage {
    page: Page,
    filter: Filter,
    year: i16,
    previous: String,
    next: String,
    /// Months with whether it is the one looked at.
    months: Vec<(String, bool)>,
    lines: Vec<Line>,
    /// How many starts and completions fall into each month, done or to come; of all pages together.
    sums: Vec<(usize, usize)>,
    before: Option<String>,
    after: Option<String>,
}

/// Projects on one page of the map.
const ON_PAGE: usize = 60;

/// Steps that stand on the map whoever promised them.
const PUBLIC: [&str; 4] = [step::START, step::COMPLETION, step::IN_USE, step::OPENING];

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let page = visit.page(visit.t("timetable-board-title"));
    let as_of = page.as_of;
    let year =
        asking.year.parse::<i16>().ok().filter(|year| (1990..=2100).contains(year)).unwrap_or(as_of.year());
    let english = visit.lang.is_english();
    let mut found = asking.find(&held);
    // The map shows the whole year, also of what has been done since.
    if asking.only.is_empty() {
        let done = Asking { only: "done".into(), ..asking.clone() };
        found.extend(done.find(&held));
        found.sort_by_key(|found| found.row.project);
    }
    let mut lines: Vec<Line> = found
        .iter()
        .filter_map(|found| {
            let months = marks(found, year, as_of, &page, english);
            months.iter().any(|month| !month.is_empty()).then(|| Line {
                name: found.project.name.get(english).to_owned(),
                address: address(&page, found.project),
                months,
            })
        })
        .collect();
    let sums = (1..=12)
        .map(|month| {
            let of = |step: &str| found.iter().filter(|found| falls_in(found, step, year, month)).count();
            (of(step::START), of(step::COMPLETION))
        })
        .collect();
    let at = asking.page.parse::<usize>().unwrap_or(1).clamp(1, lines.len().div_ceil(ON_PAGE).max(1));
    let paged = |at: usize| {
        let asking = Asking { page: at.to_string(), year: year.to_string(), ..asking.clone() };
        asking.whole_address(&page, "/timetable/board")
    };
    let before = (at > 1).then(|| paged(at - 1));
    let after = (at * ON_PAGE < lines.len()).then(|| paged(at + 1));
    let lines: Vec<Line> = lines.drain(..).skip((at - 1) * ON_PAGE).take(ON_PAGE).collect();
    let other = |year: i16| asking.address(&page, &format!("/timetable/board?year={year}"));
    let months = (1..=12)
        .map(|month| {
            let key = format!("month-short-{month}");
            (visit.t(&key).into_owned(), as_of.year() == year && as_of.month() == month)
        })
        .collect();
    let filter = asking.filter(&visit, &page, &held);
    let (previous, next) = (other(year - 1), other(year + 1));
    render(
        StatusCode::OK,
        &BoardPage { filter, year, previous, next, months, lines, sums, before, after, page },
    )
}

/// The day a step was done, else the day it is computed for.
fn day_of(found: &Found<'_>, code: &str) -> Option<Date> {
    let step = found.row.steps.iter().find(|it| it.step.as_str() == code)?;
    step.actual.or_else(|| (!step.is_done()).then_some(step.finish))
}

fn falls_in(found: &Found<'_>, code: &str, year: i16, month: i8) -> bool {
    day_of(found, code).is_some_and(|day| day.year() == year && day.month() == month)
}

fn marks(found: &Found<'_>, year: i16, as_of: Date, page: &Page, english: bool) -> Vec<Vec<Mark>> {
    let mut months: Vec<Vec<Mark>> = (0..12).map(|_| Vec::new()).collect();
    let headline = found.row.headline;
    for (at, step) in found.row.steps.iter().enumerate() {
        let public = PUBLIC.contains(&step.step.as_str());
        let name = || step_name(found.project, &step.step, english);
        let mut put = |kind: &'static str, day: Date| {
            if day.year() == year
                && let Some(month) = months.get_mut(day.month() as usize - 1)
            {
                month.push(Mark { kind, step: name(), on: page.day(&day) });
            }
        };
        if let Some(actual) = step.actual {
            put("done", actual);
        } else if !step.is_done() {
            if let Some(promised) = step.promised {
                put(if promised < as_of { "missed" } else { "promised" }, promised);
            }
            // What nobody has promised, and lies behind what was, is left out.
            if step.promised.is_some() || (public && headline.is_some_and(|headline| at <= headline)) {
                put("computed", step.finish);
            }
        }
    }
    months
}
