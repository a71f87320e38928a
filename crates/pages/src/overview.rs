//! The plan at a glance, as of any day.

use std::sync::Arc;

use app::read::Asked;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::Uri;
use axum::response::{Html, Redirect};
use axum::routing::get;
use domain::code::Code;
use domain::figure::{Horizon, Standing};
use domain::milestone::step;
use domain::planned_date::PlannedDate;
use domain::portfolio::Portfolio;
use domain::project::{Phase, Project};
use domain::source::Grade;
use domain::statement;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::page::Page;
use crate::visitor::Visitor;
use crate::words_of;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/", get(home)).route("/plans", get(switch)).route("/p/{plan}", get(overview))
}

/// The plan named in the address, or the not-found page.
pub(crate) fn plan_code(text: &str, visitor: &Visitor) -> Result<Code, PageError> {
    Code::new(text).map_err(|_| PageError::not_found().in_lang(visitor.lang))
}

async fn home(State(state): State<PagesState>, visitor: Visitor, uri: Uri) -> Result<Redirect, PageError> {
    let plans = state.app.plans().await.map_err(|error| visitor.fail(error))?;
    let plan = plans.first().ok_or_else(|| PageError::not_found().in_lang(visitor.lang))?;
    let query = uri.query().map_or(String::new(), |query| format!("?{query}"));
    Ok(Redirect::to(&format!("/p/{plan}{query}")))
}

#[derive(Debug, Deserialize)]
struct Choice {
    plan: String,
}

async fn switch(visitor: Visitor, Query(choice): Query<Choice>) -> Result<Redirect, PageError> {
    Ok(Redirect::to(&format!("/p/{}", plan_code(&choice.plan, &visitor)?)))
}

struct SectorLine {
    code: String,
    name: String,
    total: usize,
    started: usize,
    completed: usize,
    in_use: usize,
    /// Widths of the bar in thousandths.
    done_width: usize,
    doing_width: usize,
}

struct Dated {
    code: String,
    name: String,
    grade: Grade,
    date: String,
    phase: Phase,
}

struct Slipped {
    code: String,
    name: String,
    grade: Grade,
    step: String,
    first: String,
    now: String,
    days: i32,
}

#[derive(Template)]
#[template(path = "overview/page.html")]
struct OverviewPage {
    page: Page,
    total: usize,
    started: usize,
    completed: usize,
    in_use: usize,
    to_start: usize,
    later: usize,
    year: i16,
    sectors: Vec<SectorLine>,
    started_this_year: Vec<Dated>,
    finished_this_year: Vec<Dated>,
    slips: Vec<Slipped>,
    slipped: usize,
    changed: Vec<Dated>,
    changed_since: String,
    faults: Vec<String>,
    illustrative: usize,
    revision: Option<String>,
}

async fn overview(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path(plan): Path<String>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let portfolio = state.app.portfolio(&plan, visitor.asked).await.map_err(|e| visitor.fail(e))?;
    let as_of = portfolio.view.as_of;
    let week_ago = as_of.saturating_sub(7.days());
    let before = Asked { as_of: Some(week_ago), ..visitor.asked };
    // A plan a week old has no week before it.
    let before = state.app.portfolio(&plan, before).await.ok();
    let title = words::text(visitor.lang, "nav-overview").into_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    render(&compose(page, &portfolio, before.as_ref(), week_ago, &visitor))
}

fn compose(
    page: Page,
    portfolio: &Portfolio,
    before: Option<&Arc<Portfolio>>,
    week_ago: Date,
    visitor: &Visitor,
) -> OverviewPage {
    let (lang, english) = (visitor.lang, visitor.english());
    let as_of = portfolio.view.as_of;
    let horizon = Horizon::YearEnd.day(as_of);
    let count = |standing: Standing| portfolio.members().filter(|p| standing.holds(p, horizon)).count();
    let dated = |project: &Project, date: PlannedDate| Dated {
        code: project.code.to_string(),
        name: project.name.get(english).to_owned(),
        grade: project.grade,
        date: words_of::planned(lang, date),
        phase: project.phase(),
    };
    let this_year = |wanted: &str| {
        let mut found: Vec<(PlannedDate, &Project)> = portfolio
            .members()
            .filter_map(|p| Some((p.first_actual(wanted)?, p)))
            .filter(|(date, _)| date.last().year() == as_of.year())
            .collect();
        found.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
        found.into_iter().map(|(date, project)| dated(project, date)).collect::<Vec<_>>()
    };
    let mut slips: Vec<Slipped> = portfolio
        .members()
        .filter_map(|project| {
            let (step, days) = project.worst_slip(as_of)?;
            let track = project.track(step.as_str())?;
            (days > 0).then(|| Slipped {
                code: project.code.to_string(),
                name: project.name.get(english).to_owned(),
                grade: project.grade,
                step: words_of::word(lang, "step", step.as_str()),
                first: track.first_promised().map_or(String::new(), |d| words_of::planned(lang, d)),
                now: match (track.actual, track.expected()) {
                    (Some(actual), _) => words_of::planned(lang, actual),
                    (None, Some(expected)) if expected.last() >= as_of => words_of::planned(lang, expected),
                    _ => words::text(lang, "slip-open").into_owned(),
                },
                days,
            })
        })
        .collect();
    slips.sort_by_key(|slip| std::cmp::Reverse(slip.days));
    let slipped = slips.len();
    slips.truncate(10);
    let changed = before.map_or(Vec::new(), |before| {
        portfolio
            .members()
            .filter(|project| {
                before.project(project.code.as_str()).is_none_or(|then| then.phase() != project.phase())
            })
            .map(|project| {
                let date = [step::IN_USE, step::COMPLETION, step::START]
                    .iter()
                    .find_map(|step| project.first_actual(step))
                    .unwrap_or(PlannedDate::day(as_of));
                dated(project, date)
            })
            .collect()
    });
    let sectors = portfolio
        .plan
        .sectors
        .iter()
        .map(|sector| {
            let of: Vec<&Project> =
                portfolio.members().filter(|p| p.sector.as_ref() == Some(&sector.code)).collect();
            let started = of.iter().filter(|p| p.is_started()).count();
            let completed = of.iter().filter(|p| p.is_completed()).count();
            let total = of.len().max(1);
            SectorLine {
                code: sector.code.to_string(),
                name: sector.name.get(english).to_owned(),
                total: of.len(),
                started,
                completed,
                in_use: of.iter().filter(|p| p.is_in_use()).count(),
                done_width: completed * 1000 / total,
                doing_width: (started - completed) * 1000 / total,
            }
        })
        .collect();
    OverviewPage {
        total: portfolio.members().count(),
        started: count(Standing::Started),
        completed: count(Standing::Completed),
        in_use: count(Standing::InUse),
        to_start: count(Standing::ToStart),
        later: count(Standing::Later),
        year: as_of.year(),
        sectors,
        started_this_year: this_year(step::START),
        finished_this_year: this_year(step::COMPLETION),
        slips,
        slipped,
        changed,
        changed_since: words_of::day(lang, week_ago),
        faults: statement::faults(portfolio).iter().map(|f| crate::figures::fault_text(lang, f)).collect(),
        illustrative: portfolio.members().filter(|p| p.grade == Grade::Illustrative).count(),
        revision: portfolio.plan.revision().map(|r| r.title.get(english).to_owned()),
        page,
    }
}
