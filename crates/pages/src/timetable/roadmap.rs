//! The roadmap: the ordered view of the same steps, quarter by quarter, what is to be reached in each.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::milestone::step;
use domain::timetabling::Flag;
use jiff::civil::Date;

use super::asking::{Asking, Filter, address, open, step_name};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

/// Quarters on one page.
const QUARTERS: usize = 8;

struct Line {
    name: String,
    address: String,
    step: String,
    on: String,
    /// How the promise stands; none where nobody promised.
    flag: Option<Flag>,
    done: bool,
}

struct Quarter {
    name: String,
    here: bool,
    /// Starts, completions and what comes into use.
    counts: [usize; 3],
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "timetable/roadmap.html")]
struct RoadmapPage {
    page: Page,
    filter: Filter,
    quarters: Vec<Quarter>,
    previous: Option<String>,
    next: Option<String>,
}

const PUBLIC: [&str; 4] = [step::START, step::COMPLETION, step::IN_USE, step::OPENING];

/// Quarters counted from the year 0.
fn quarter_of(day: Date) -> i32 {
    i32::from(day.year()) * 4 + (i32::from(day.month()) - 1) / 3
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let page = visit.page(visit.t("roadmap-title"));
    let (as_of, english) = (page.as_of, visit.lang.is_english());
    let mut found = asking.find(&held);
    if asking.only.is_empty() {
        found.extend(Asking { only: "done".into(), ..asking.clone() }.find(&held));
        found.sort_by_key(|found| found.at);
    }
    let mut steps: BTreeMap<i32, Vec<(Date, Line, usize)>> = BTreeMap::new();
    for found in &found {
        for held in &found.row.steps {
            let place = PUBLIC.iter().position(|code| *code == held.step.as_str());
            // The road leads to what the public hears about, and to whatever was promised.
            if place.is_none() && held.promised.is_none() {
                continue;
            }
            let on = match (held.is_done(), held.actual) {
                (true, Some(actual)) => actual,
                (true, None) => continue,
                (false, _) => held.finish,
            };
            let line = Line {
                name: found.project.name.get(english).to_owned(),
                address: address(&page, found.project),
                step: step_name(found.project, &held.step, english),
                on: page.day(&on),
                flag: held.bars(as_of).promise.map(|(_, flag)| flag),
                done: held.is_done(),
            };
            steps.entry(quarter_of(on)).or_default().push((on, line, place.map_or(3, |at| at.min(2))));
        }
    }
    // Unless another is asked for, the road begins a quarter before the day looked at.
    let first = steps.keys().next().copied().unwrap_or(0);
    let last = steps.keys().next_back().copied().unwrap_or(0);
    let from =
        asking.page.parse::<i32>().unwrap_or_else(|_| quarter_of(as_of) - 1).clamp(first, last.max(first));
    let to = from + QUARTERS as i32;
    let other = |at: i32| {
        Asking { page: at.to_string(), ..asking.clone() }.whole_address(&page, "/timetable/roadmap")
    };
    let quarters = steps
        .range(from..to)
        .map(|(at, held)| {
            let mut counts = [0; 3];
            held.iter().filter(|(_, _, place)| *place < 3).for_each(|(_, _, place)| counts[*place] += 1);
            (*at, counts)
        })
        .collect::<Vec<_>>();
    let mut lines: BTreeMap<i32, Vec<(Date, Line, usize)>> = steps;
    let quarters = quarters
        .into_iter()
        .map(|(at, counts)| {
            let mut held = lines.remove(&at).unwrap_or_default();
            held.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
            let (year, quarter) = (at.div_euclid(4).to_string(), (at.rem_euclid(4) + 1).to_string());
            Quarter {
                name: visit.tw("roadmap-quarter", &[("year", &year), ("quarter", &quarter)]),
                here: at == quarter_of(as_of),
                counts,
                lines: held.into_iter().map(|(_, line, _)| line).collect(),
            }
        })
        .collect();
    let view = RoadmapPage {
        filter: asking.filter(&visit, &page, &held),
        quarters,
        previous: (from > first).then(|| other((from - QUARTERS as i32).max(first))),
        next: (to <= last).then(|| other(to)),
        page,
    };
    render(StatusCode::OK, &view)
}
