//! The projects as bars over time: done, to come, over the promise, and the span of the odds.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;

use super::asking::{Asking, Filter, address, open};
use super::scale::{Scale, WIDTH};
use crate::error::PageError;
use crate::page::Page;
use crate::project_chart::shortened;
use crate::visit::{Visit, render};

const ROW: i64 = 22;
const TOP: i64 = 30;

struct Bar {
    y: i64,
    label: String,
    address: String,
    done: Option<(i64, i64)>,
    ahead: Option<(i64, i64)>,
    over: Option<(i64, i64)>,
    /// From the computed finish to the day by which 80 of 100 draws have finished.
    spread: Option<(i64, i64)>,
    promise: Option<i64>,
    said: String,
}

#[derive(Template)]
#[template(path = "timetable/bars.html")]
struct BarsPage {
    page: Page,
    filter: Filter,
    bars: Vec<Bar>,
    lines: Vec<(i64, String)>,
    today: i64,
    width: i64,
    height: i64,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let odds = held.odds().map_err(app::AppError::from)?;
    let page = visit.page(visit.t("timetable-bars-title"));
    let (as_of, english) = (page.as_of, visit.lang.is_english());
    let found = asking.find(&held);
    let days = found.iter().flat_map(|found| {
        let headline = found.headline();
        let drawn = odds.of(found.row.project).map(|it| it.p80);
        let ends =
            headline.map(|step| step.finish).into_iter().chain(headline.and_then(|step| step.promised));
        ends.chain(drawn).chain(found.row.steps.iter().filter_map(|step| step.actual))
    });
    let scale = Scale::over(days.collect::<Vec<_>>().into_iter(), as_of);
    let bars = found
        .iter()
        .enumerate()
        .map(|(at, found)| {
            let project = found.project;
            let headline = found.headline();
            let begun = found.row.steps.iter().filter_map(|step| step.actual).min();
            let last = found.row.steps.iter().filter_map(|step| step.actual).max();
            let done_to = if headline.is_some() { begun.map(|_| as_of) } else { last };
            let finish = headline.map(|step| step.finish);
            let promise = headline.and_then(|step| step.promised);
            let drawn = odds.of(found.row.project).filter(|_| found.row.unknown == 0);
            let span = |from, to| (from < to).then(|| (scale.x(from), scale.x(to)));
            let name = project.name.get(english).to_owned();
            let mut said = vec![name.clone()];
            if let Some(finish) = finish {
                said.push(visit.tw("timetable-said-finish", &[("date", &page.day(&finish))]));
            }
            if let Some(promise) = promise {
                said.push(visit.tw("timetable-said-promise", &[("date", &page.day(&promise))]));
            }
            Bar {
                y: TOP + at as i64 * ROW,
                label: shortened(&name, 36),
                address: address(&page, project),
                done: begun.zip(done_to).and_then(|(from, to)| span(from, to)),
                ahead: finish.and_then(|finish| span(as_of, finish)),
                over: finish.zip(promise).and_then(|(finish, promise)| span(promise.max(as_of), finish)),
                spread: finish.zip(drawn).and_then(|(finish, drawn)| span(finish, drawn.p80)),
                promise: promise.map(|day| scale.x(day)),
                said: said.join(crate::words_of::comma(visit.lang)),
            }
        })
        .collect::<Vec<_>>();
    let filter = asking.filter(&visit, &page, &held);
    let height = TOP + bars.len() as i64 * ROW + 10;
    let (lines, today) = (scale.lines(), scale.x(as_of));
    render(StatusCode::OK, &BarsPage { page, filter, bars, lines, today, width: WIDTH, height })
}
