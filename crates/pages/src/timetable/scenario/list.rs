//! All scenarios of a plan.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::Action;

use super::{now, target};
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};

struct Line {
    code: String,
    name: String,
    address: String,
    aim: String,
    changes: usize,
    standing: &'static str,
    standing_name: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "scenario/list.html")]
struct ListPage {
    page: Page,
    saved: String,
    lines: Vec<Line>,
    may_try: bool,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let now = now(&visit, &plan).await?;
    let page = visit.page(visit.t("scenarios-title"));
    let english = visit.lang.is_english();
    let mut lines: Vec<Line> = now
        .plan
        .scenarios
        .iter()
        .map(|(scenario, _)| Line {
            code: scenario.scenario.to_string(),
            name: scenario.name.get(english).to_owned(),
            address: page.link(&format!("/timetable/scenarios/{}", scenario.scenario)),
            aim: scenario.aim.clone(),
            changes: scenario.changes.len(),
            standing: scenario.standing.as_str(),
            standing_name: page.word("scenario-standing", scenario.standing.as_str()),
            open: scenario.standing == domain::scenario::Standing::Open,
        })
        .collect();
    lines.sort_by_key(|line| !line.open);
    let may_try = visit.actor.may(Action::TryScenario, &target(&plan));
    let saved = saved(visit.lang, &Typed(query));
    render(StatusCode::OK, &ListPage { page, saved, lines, may_try })
}
