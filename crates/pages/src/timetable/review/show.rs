//! One round: who was asked, what each said and when, what is to be settled and what it costs.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::Action;
use domain::review::{Point, Round};

use super::Opened;
use super::cost::{Cost, cost, cost_of_all, settled_by};
use crate::editor::field::Typed;
use crate::editor::page::saved;
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::{open, step_name};
use crate::visit::{Visit, render};

struct Opinion {
    unit: String,
    verdict: &'static str,
    verdict_name: String,
    on: String,
    late: bool,
    text: String,
    /// Where the reader says something for this department; empty where they may not.
    say: String,
    raise: String,
}

struct PointLine {
    number: u32,
    unit: String,
    text: String,
    raised: String,
    days: u16,
    by: String,
    open: bool,
    settled: String,
    how: String,
    cost: String,
    breaks: usize,
    act: String,
    /// Where a task is put on the books for it.
    task: String,
}

#[derive(Template)]
#[template(path = "review/show.html")]
struct ReviewPage {
    page: Page,
    saved: String,
    project: String,
    project_address: String,
    step: String,
    opened: String,
    limit: String,
    days: u16,
    state: &'static str,
    state_name: String,
    opinions: Vec<Opinion>,
    points: Vec<PointLine>,
    together: Option<(String, String, usize, usize)>,
    closed: Option<(String, String, String)>,
    close: String,
}

pub(super) async fn show(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::read(&visit, &plan, &code).await?;
    let round = opened.round(&number)?;
    let held = open(&visit, &plan).await?;
    let english = visit.lang.is_english();
    let name = opened.project.name.get(english).to_owned();
    let page = visit.page(visit.tw("review-of", &[("name", &name), ("round", &round.number.to_string())]));
    let open_round = round.closed.is_none() && !page.is_past();
    let act = |what: &str, query: &str| page.link(&format!("{}/{what}{query}", opened.address(round.number)));
    let opinions =
        round.units.iter().map(|unit| opinion(&page, &opened, &visit, round, unit, &act)).collect();
    let mut points = Vec::new();
    for point in &round.points {
        points.push(point_line(&visit, &page, &opened, &held, round, point, open_round)?);
    }
    let state = round.state(page.as_of);
    let together = cost_of_all(&held, &opened.project, round, page.as_of)?
        .filter(|_| round.closed.is_none())
        .map(|cost| {
            let finish = cost.finish.map_or_else(String::new, |day| page.day(&day));
            (said(&page, &cost), finish, cost.breaks, cost.projects)
        });
    let shown = ReviewPage {
        saved: saved(visit.lang, &Typed(query)),
        project: name,
        project_address: page.link(&format!("/projects/{}/timetable", opened.project.code)),
        step: step_name(&opened.project, &round.step, english),
        opened: page.day(&round.opened),
        limit: page.day(&round.limit()),
        days: round.days,
        state: state.as_str(),
        state_name: page.word("review-state", state.as_str()),
        opinions,
        points,
        together,
        closed: round.closed.as_ref().map(|(on, outcome, text)| {
            (page.day(on), page.word("review-said", outcome.as_str()), text.clone())
        }),
        close: if open_round && opened.may_run(&visit) { act("close", "") } else { String::new() },
        page,
    };
    render(StatusCode::OK, &shown)
}

fn said(page: &Page, cost: &Cost) -> String {
    match cost.days {
        0 => page.t("review-costs-nothing").into_owned(),
        days => page.t1("review-costs", "days", days),
    }
}

fn opinion(
    page: &Page,
    opened: &Opened,
    visit: &Visit,
    round: &Round,
    unit: &domain::code::Code,
    act: &dyn Fn(&str, &str) -> String,
) -> Opinion {
    let held = round.opinions.get(unit);
    let may = round.closed.is_none() && !page.is_past() && opened.may_speak(visit, unit);
    let verdict = held.map_or("silent", |said| said.verdict.as_str());
    Opinion {
        unit: opened.unit_name(unit, page.lang.is_english()),
        verdict,
        verdict_name: page.word("review-said", verdict),
        on: held.map_or_else(String::new, |said| page.day(&said.on)),
        late: held.map_or(page.as_of, |said| said.on) > round.limit(),
        text: held.map_or_else(String::new, |said| said.text.clone()),
        say: if may { act("opinion", &format!("?unit={unit}")) } else { String::new() },
        raise: if may { act("point", &format!("?unit={unit}")) } else { String::new() },
    }
}

fn point_line(
    visit: &Visit,
    page: &Page,
    opened: &Opened,
    held: &app::timetable::PlanTimetable,
    round: &Round,
    point: &Point,
    open_round: bool,
) -> Result<PointLine, PageError> {
    let english = page.lang.is_english();
    let by = settled_by(point, page.as_of);
    let cost = match point.is_open() && round.closed.is_none() {
        true => cost(held, &opened.project, &round.step, by)?,
        false => None,
    };
    let may = open_round && point.is_open() && opened.may_speak(visit, &point.unit);
    let task = visit.actor.may(Action::SuperviseItem, &opened.target) && open_round && point.is_open();
    Ok(PointLine {
        number: point.number,
        unit: opened.unit_name(&point.unit, english),
        text: point.text.clone(),
        raised: page.day(&point.raised),
        days: point.days,
        by: page.day(&by),
        open: point.is_open(),
        settled: point.settled.as_ref().map_or_else(String::new, |(on, _)| page.day(on)),
        how: point.settled.as_ref().map_or_else(String::new, |(_, how)| how.clone()),
        cost: cost
            .as_ref()
            .map_or_else(|| page.t("review-cost-behind").into_owned(), |cost| said(page, cost)),
        breaks: cost.map_or(0, |cost| cost.breaks),
        act: match may {
            true => page.link(&format!("{}/point?number={}", opened.address(round.number), point.number)),
            false => String::new(),
        },
        task: match task {
            true => page.link(&format!(
                "/items/new/tracked-task?project={}&round={}&point={}",
                opened.project.code, round.number, point.number
            )),
            false => String::new(),
        },
    })
}
