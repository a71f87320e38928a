//! All rounds of the plan: those that wait for somebody first.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::review::ReviewState;

use super::cost::cost_of_all;
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::{open, step_name};
use crate::visit::{Visit, render};

struct Line {
    project: String,
    address: String,
    round: u32,
    step: String,
    opened: String,
    limit: String,
    answered: usize,
    asked: usize,
    silent: Vec<String>,
    points: usize,
    cost: Option<i64>,
    breaks: usize,
    state: &'static str,
    state_name: String,
}

struct Candidate {
    name: String,
    address: String,
}

#[derive(Template)]
#[template(path = "review/list.html")]
struct ListPage {
    page: Page,
    lines: Vec<Line>,
    overdue: usize,
    points: usize,
    broken: usize,
    may_run: bool,
    candidates: Vec<Candidate>,
}

pub(super) async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let english = visit.lang.is_english();
    let page = visit.page(visit.t("reviews-title"));
    let portfolio = &held.portfolio;
    let mut lines: Vec<(u8, Line)> = Vec::new();
    let mut candidates = Vec::new();
    for project in portfolio.members() {
        for round in &project.reviews {
            let state = round.state(page.as_of);
            let cost = cost_of_all(&held, project, round, page.as_of)?;
            let silent = round.silent().map(|unit| {
                let held = portfolio.units.get(unit);
                held.map_or_else(|| unit.to_string(), |unit| unit.name.get(english).to_owned())
            });
            let rank = match state {
                ReviewState::Overdue => 0,
                ReviewState::Settling => 1,
                ReviewState::Open => 2,
                ReviewState::Ready => 3,
                ReviewState::Passed | ReviewState::Failed | ReviewState::Withdrawn => 4,
            };
            let closed = rank == 4;
            lines.push((
                rank,
                Line {
                    project: project.name.get(english).to_owned(),
                    address: page.link(&format!("/projects/{}/reviews/{}", project.code, round.number)),
                    round: round.number,
                    step: step_name(project, &round.step, english),
                    opened: page.day(&round.opened),
                    limit: page.day(&round.limit()),
                    answered: round.units.len() - round.silent().count(),
                    asked: round.units.len(),
                    silent: if closed { Vec::new() } else { silent.collect() },
                    points: round.open_points().count(),
                    cost: cost.filter(|_| !closed).map(|cost| cost.days),
                    breaks: cost.filter(|_| !closed).map_or(0, |cost| cost.breaks),
                    state: state.as_str(),
                    state_name: page.word("review-state", state.as_str()),
                },
            ));
        }
        // Where an approval is still to come and nobody has been asked.
        let open = project.reviews.iter().any(|round| round.closed.is_none());
        let gate = held.row(project.code.as_str()).is_some_and(|row| {
            row.steps.iter().any(|step| {
                let line = project.steps.iter().find(|line| line.step == step.step);
                !step.is_done() && line.is_some_and(|line| line.gate.is_some())
            })
        });
        if !open && gate {
            candidates.push(Candidate {
                name: project.name.get(english).to_owned(),
                address: page.link(&format!("/projects/{}/reviews/new", project.code)),
            });
        }
    }
    lines.sort_by(|a, b| (a.0, &b.1.opened).cmp(&(b.0, &a.1.opened)));
    let lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
    let may_run = visit.actor.may_somewhere(domain::policy::Action::ReportProgress) && !page.is_past();
    let shown = ListPage {
        overdue: lines.iter().filter(|line| line.state == "overdue").count(),
        points: lines.iter().map(|line| line.points).sum(),
        broken: lines.iter().map(|line| line.breaks).sum(),
        lines,
        may_run,
        candidates,
        page,
    };
    render(StatusCode::OK, &shown)
}
