//! The forecast of the whole plan: how many promises hold by a year's end, and what costs most.

use std::collections::BTreeMap;

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::timetabling::{OnTimeBy, Row, Timetable};
use jiff::civil::Date;

use super::{change_of, may_manage};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::{address, open};
use crate::visit::{Visit, render};
use words::shown::odds as percent;

/// The width and height of the chart's ground.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 180.0;
/// Shares below are not drawn: a thousandth of the draws.
const LEAST: f64 = 0.001;
const MOST_LINES: usize = 15;

struct Bar {
    number: usize,
    share: String,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    /// Whether it lies in the middle eight of ten draws.
    middle: bool,
    label: bool,
}

struct Year {
    year: i16,
    here: bool,
    address: String,
}

struct StepCost {
    name: String,
    authority: String,
    projects: usize,
    days: String,
    share: String,
}

struct Promise {
    name: String,
    address: String,
    step: String,
    promised: String,
    p50: String,
    p80: String,
    p95: String,
    odds: String,
    unlikely: bool,
}

#[derive(Template)]
#[template(path = "outlook/forecast.html")]
struct ForecastPage {
    page: Page,
    saved: String,
    years: Vec<Year>,
    by: String,
    promises: usize,
    expected: String,
    low: u32,
    high: u32,
    all: String,
    all_open: String,
    open: usize,
    broken: usize,
    bars: Vec<Bar>,
    causes: Vec<(String, String)>,
    steps: Vec<StepCost>,
    lines: Vec<Promise>,
    correlation: u8,
    draws: u32,
    seed: u64,
    kept: Vec<(String, usize, String)>,
    may_manage: bool,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let odds = held.odds().map_err(AppError::from)?;
    let english = visit.lang.is_english();
    let page = visit.page(visit.t("forecast-title"));
    let promised: Vec<Date> =
        odds.projects.iter().filter_map(|it| it.promise).filter(|promise| *promise >= page.as_of).collect();
    let mut years: Vec<i16> = promised.iter().map(|day| day.year()).collect();
    years.sort_unstable();
    years.dedup();
    let typed = Typed(query);
    let year = typed.get("year").parse().ok().filter(|year| years.contains(year));
    let year = year.or(years.first().copied()).unwrap_or(page.as_of.year());
    let by = Date::new(year, 12, 31).unwrap_or(page.as_of);
    let found = {
        let held = held.clone();
        tokio::task::spawn_blocking(move || held.on_time_by(by))
            .await
            .map_err(|_| PageError::busy())?
            .map_err(AppError::from)?
    };
    let plan_held = &held.portfolio.plan;
    let rules = plan_held.forecast_rules();
    let mut lines: Vec<(f64, Promise)> = Vec::new();
    for row in &held.rows {
        let (Some(drawn), Some(step)) = (odds.of(row.project), row.headline()) else { continue };
        let (Some(promise), Some((share, _))) = (drawn.promise, drawn.on_time) else { continue };
        if promise < page.as_of || promise > by {
            continue;
        }
        let project = &held.portfolio.projects[row.project];
        lines.push((
            share,
            Promise {
                name: project.name.get(english).to_owned(),
                address: address(&page, project),
                step: crate::timetable::asking::step_name(project, &step.step, english),
                promised: page.day(&promise),
                p50: page.day(&drawn.p50),
                p80: page.day(&drawn.p80),
                p95: page.day(&drawn.p95),
                odds: percent(share),
                unlikely: share < 0.5,
            },
        ));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let shown = ForecastPage {
        saved: saved(visit.lang, &typed),
        years: years
            .iter()
            .map(|year| Year {
                year: *year,
                here: *year == by.year(),
                address: page.at(&format!("{}?year={year}", page.path)),
            })
            .collect(),
        by: page.day(&by),
        promises: found.promises,
        expected: format!("{:.1}", found.expected),
        low: found.range.0,
        high: found.range.1,
        all: percent(found.all),
        all_open: percent(odds.all),
        open: odds.promises,
        broken: odds.projects.iter().filter(|it| it.promise.is_some_and(|day| day < page.as_of)).count(),
        bars: bars(&found),
        causes: odds
            .causes
            .iter()
            .filter(|(_, gained)| *gained >= 0.05)
            .map(|(name, gained)| (name.get(english).to_owned(), format!("{gained:.1}")))
            .collect(),
        steps: step_costs(&held.portfolio, &held.timetable, &held.rows, odds, english),
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        correlation: rules.correlation,
        draws: odds.draws,
        seed: odds.seed,
        kept: plan_held
            .forecasts
            .iter()
            .rev()
            .take(MOST_LINES)
            .map(|kept| {
                (page.day(&kept.on), kept.promises.len(), kept.digest.chars().take(12).collect::<String>())
            })
            .collect(),
        may_manage: may_manage(&visit, &plan_held.code) && !page.is_past(),
        page,
    };
    render(StatusCode::OK, &shown)
}

/// The distribution as bars, from the first number that matters to the last.
fn bars(found: &OnTimeBy) -> Vec<Bar> {
    let weighs = |at: &usize| found.distribution[*at] >= LEAST;
    let all = 0..found.distribution.len();
    let (Some(first), Some(last)) = (all.clone().find(weighs), all.rev().find(weighs)) else {
        return Vec::new();
    };
    let count = (last - first + 1) as f64;
    let most = found.distribution.iter().copied().fold(0.0, f64::max).max(LEAST);
    let room = WIDTH / count;
    let every = (count / 24.0).ceil() as usize;
    (first..=last)
        .map(|number| {
            let share = found.distribution[number];
            let height = (HEIGHT * share / most * 10.0).round() / 10.0;
            let x = (room * (number - first) as f64 * 10.0).round() / 10.0;
            Bar {
                number,
                share: percent(share),
                x: x + 1.0,
                y: HEIGHT - height,
                width: ((room - 2.0).max(1.0) * 10.0).round() / 10.0,
                height,
                middle: (found.range.0 as usize..=found.range.1 as usize).contains(&number),
                label: (number - first).is_multiple_of(every.max(1)),
            }
        })
        .collect()
}

/// Steps of one name and authority together: the working days they cost the promises beyond what is usual.
fn step_costs(
    portfolio: &domain::portfolio::Portfolio,
    timetable: &Timetable,
    rows: &[Row],
    odds: &domain::timetabling::Odds,
    english: bool,
) -> Vec<StepCost> {
    let mut costs: BTreeMap<(String, String), (usize, f64, f64)> = BTreeMap::new();
    for row in rows {
        for step in row.steps.iter().filter(|step| !step.is_done()) {
            let Some(at) = timetable.place(step.task) else { continue };
            let Some(line) = portfolio.projects[row.project].steps.get(at.step) else { continue };
            let overrun = odds.overrun.get(&step.task).copied().unwrap_or(0.0);
            let share = odds.critical.get(&step.task).copied().unwrap_or(0.0);
            let authority = line.gate.as_ref().map_or("", |gate| gate.authority.get(english));
            let held = costs.entry((line.name.get(english).to_owned(), authority.to_owned())).or_default();
            *held = (held.0 + 1, held.1 + overrun, held.2 + share);
        }
    }
    let mut costs: Vec<_> = costs.into_iter().filter(|(_, (_, days, _))| *days >= 0.05).collect();
    costs.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
    costs
        .into_iter()
        .take(MOST_LINES)
        .map(|((name, authority), (projects, days, share))| StepCost {
            name,
            authority,
            projects,
            days: format!("{days:.0}"),
            share: percent(share / projects.max(1) as f64),
        })
        .collect()
}

/// Puts today's forecast on record.
pub(super) async fn keep(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(_): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    if !may_manage(&visit, &plan) {
        return Err(visit.forbidden(domain::policy::Action::ManagePlan));
    }
    let change = change_of(&visit, &plan, Vec::new(), "");
    let receipt = visit.app.keep_forecast(&visit.actor, &plan, (change.source, String::new())).await?;
    Ok(done(&format!("/p/{plan}/timetable/forecast"), Some(&receipt)))
}
