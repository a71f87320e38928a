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
use domain::history::History;
use domain::milestone::step;
use domain::planned_date::PlannedDate;
use domain::portfolio::Portfolio;
use domain::project::{Phase, Project};
use domain::source::Grade;
use domain::statement;
use jiff::ToSpan;
use serde::Deserialize;
use words::Lang;

use crate::PagesState;
use crate::changes::{self, Change};
use crate::error::{PageError, render};
use crate::page::Page;
use crate::projects::{self, ListQuery};
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
    #[serde(default)]
    plan: String,
}

/// The form of the plan switch; the day looked at comes along.
async fn switch(visitor: Visitor, Query(choice): Query<Choice>) -> Result<Redirect, PageError> {
    let plan = plan_code(&choice.plan, &visitor)?;
    let given = [("as_of", visitor.asked.as_of), ("known_at", visitor.known_day)];
    let query: Vec<String> =
        given.iter().filter_map(|(name, day)| Some(format!("{name}={}", (*day)?))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(Redirect::to(&format!("/p/{plan}{mark}{}", query.join("&"))))
}

/// A share of all projects, as a length of the bar in thousandths.
struct Share {
    class: &'static str,
    label: String,
    count: usize,
    x: usize,
    width: usize,
}

struct SectorLine {
    code: String,
    name: String,
    total: usize,
    started: usize,
    completed: usize,
    in_use: usize,
    /// Lengths in thousandths of the largest sector's.
    done_width: usize,
    doing_width: usize,
    rest_width: usize,
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

/// A day worth looking at: an edition of the plan.
struct Day {
    iso: String,
    title: String,
    declared: Option<u32>,
    is_here: bool,
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
    undated: usize,
    due: usize,
    shares: Vec<Share>,
    year: i16,
    sectors: Vec<SectorLine>,
    started_this_year: Vec<Dated>,
    finished_this_year: Vec<Dated>,
    slips: Vec<Slipped>,
    slipped: usize,
    changed: Vec<Change>,
    changed_since: String,
    faults: Vec<String>,
    illustrative: usize,
    revision: Option<String>,
    days: Vec<Day>,
}

/// Lines of a list that stand open; the rest unfold.
const OPEN: usize = 6;
const SLIPS: usize = 10;

async fn overview(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path(plan): Path<String>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let portfolio = visitor.portfolio(&state, &plan).await?;
    let history = state.app.history(&plan).await.map_err(|error| visitor.fail(error))?;
    // The days to jump to are all editions known today, not only those of the day looked at.
    let today = state.app.portfolio(&plan, Asked::default()).await.ok();
    let days = today.iter().flat_map(|portfolio| &portfolio.plan.revisions);
    let days = days
        .map(|revision| Day {
            iso: revision.on.to_string(),
            title: revision.title.get(visitor.english()).to_owned(),
            declared: revision.declared,
            is_here: revision.on == portfolio.view.as_of,
        })
        .collect();
    let title = words::text(visitor.lang, "nav-overview").into_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    render(&compose(page, &portfolio, &history, days, &visitor))
}

fn compose(
    page: Page,
    portfolio: &Arc<Portfolio>,
    history: &History,
    days: Vec<Day>,
    visitor: &Visitor,
) -> OverviewPage {
    let (lang, english) = (visitor.lang, visitor.english());
    let as_of = portfolio.view.as_of;
    let year = as_of.year();
    let horizon = Horizon::YearEnd.day(as_of);
    let count = |standing: Standing| portfolio.members().filter(|p| standing.holds(p, horizon)).count();
    let (total, started, completed) =
        (portfolio.members().count(), count(Standing::Started), count(Standing::Completed));
    let (to_start, later) = (count(Standing::ToStart), count(Standing::Later));
    let under_way = started.saturating_sub(completed);
    let undated = total.saturating_sub(started + to_start + later);
    let week_ago = as_of.saturating_sub(7.days());
    let mut slips = slips(portfolio, lang);
    let slipped = slips.len();
    slips.truncate(SLIPS);
    let year_text = year.to_string();
    let labels = [
        ("done", words::text(lang, "phase-completed").into_owned(), completed),
        ("doing", words::text(lang, "phase-under-way").into_owned(), under_way),
        ("soon", words::with(lang, "count-to-start", &[("year", &year_text)]), to_start),
        ("rest", words::text(lang, "count-later").into_owned(), later),
        ("none", words::text(lang, "count-undated").into_owned(), undated),
    ];
    OverviewPage {
        total,
        started,
        completed,
        in_use: count(Standing::InUse),
        to_start,
        later,
        undated,
        due: projects::select(portfolio, &ListQuery::still_due(year)).len(),
        shares: shares(labels, total),
        year,
        sectors: sectors(portfolio, english),
        started_this_year: in_year(portfolio, step::START, lang),
        finished_this_year: in_year(portfolio, step::COMPLETION, lang),
        slips,
        slipped,
        changed: changes::since(week_ago, history, portfolio, lang),
        changed_since: words_of::day(lang, week_ago),
        faults: statement::faults(portfolio).iter().map(|f| crate::figures::fault_text(lang, f)).collect(),
        illustrative: portfolio.members().filter(|p| p.grade == Grade::Illustrative).count(),
        revision: portfolio.plan.revision().map(|r| r.title.get(english).to_owned()),
        days,
        page,
    }
}

fn shares<const N: usize>(labels: [(&'static str, String, usize); N], total: usize) -> Vec<Share> {
    let total = total.max(1);
    let mut before = 0;
    labels
        .into_iter()
        .map(|(class, label, count)| {
            // Both ends are rounded from the left, so that the lengths add up to the whole.
            let (x, end) = (before * 1000 / total, (before + count) * 1000 / total);
            before += count;
            Share { class, label, count, x, width: end - x }
        })
        .filter(|share| share.count > 0)
        .collect()
}

fn sectors(portfolio: &Portfolio, english: bool) -> Vec<SectorLine> {
    let of = |code: &Code| -> Vec<&Project> {
        portfolio.members().filter(|p| p.sector.as_ref() == Some(code)).collect()
    };
    let most = portfolio.plan.sectors.iter().map(|sector| of(&sector.code).len()).max().unwrap_or(0).max(1);
    portfolio
        .plan
        .sectors
        .iter()
        .map(|sector| {
            let of = of(&sector.code);
            let started = of.iter().filter(|p| p.is_started()).count();
            let completed = of.iter().filter(|p| p.is_completed()).count();
            SectorLine {
                code: sector.code.to_string(),
                name: sector.name.get(english).to_owned(),
                total: of.len(),
                started,
                completed,
                in_use: of.iter().filter(|p| p.is_in_use()).count(),
                done_width: completed * 1000 / most,
                doing_width: started.saturating_sub(completed) * 1000 / most,
                rest_width: (of.len() - started) * 1000 / most,
            }
        })
        .collect()
}

/// The projects that reached a step in the year looked at, the latest first.
fn in_year(portfolio: &Portfolio, wanted: &str, lang: Lang) -> Vec<Dated> {
    let year = portfolio.view.as_of.year();
    let mut found: Vec<(PlannedDate, &Project)> = portfolio
        .members()
        .filter_map(|project| Some((project.reached(wanted)?, project)))
        .filter(|(date, _)| date.last().year() == year)
        .collect();
    found.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
    found
        .into_iter()
        .map(|(date, project)| Dated {
            code: project.code.to_string(),
            name: project.name.get(lang.is_english()).to_owned(),
            grade: project.grade,
            date: words_of::planned(lang, date),
            phase: project.phase(),
        })
        .collect()
}

/// Everything later than first promised, the largest slip first.
fn slips(portfolio: &Portfolio, lang: Lang) -> Vec<Slipped> {
    let as_of = portfolio.view.as_of;
    let mut out: Vec<Slipped> = portfolio
        .members()
        .filter_map(|project| {
            let (step, days) = project.worst_slip(as_of)?;
            let track = project.track(step.as_str())?;
            (days > 0).then(|| Slipped {
                code: project.code.to_string(),
                name: project.name.get(lang.is_english()).to_owned(),
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
    out.sort_by_key(|slip| std::cmp::Reverse(slip.days));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_the_bar_and_leave_out_nothing() {
        let label = |class, count| (class, String::new(), count);
        let bar = shares([label("a", 35), label("b", 32), label("c", 0), label("d", 41)], 108);
        assert_eq!(bar.iter().map(|share| share.width).sum::<usize>(), 1000);
        assert_eq!(bar.iter().map(|share| share.count).sum::<usize>(), 108);
        assert!(bar.windows(2).all(|pair| pair[0].x + pair[0].width == pair[1].x));
        assert!(shares([label("a", 0)], 0).is_empty());
    }
}
