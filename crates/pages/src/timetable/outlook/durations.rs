//! How long steps really took beside what the plan takes them to take, and taking the measured numbers over.

use std::sync::Arc;

use app::read::Asked;
use app::timetable::PlanTimetable;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::forecast::{FEWEST, durations};
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::subject::Subject;
use domain::timetabling::{Estimate, Work};

use super::preview::{Accept, preview};
use super::{change_of, may_manage};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::editor::sheet::refused;
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::open;
use crate::timetable::scenario::said::Teller;
use crate::visit::{Visit, render};

struct Line {
    template: String,
    kind: String,
    step: String,
    name: String,
    usual: String,
    count: usize,
    measured: String,
    /// Whether the two differ, so that there is something to take over.
    differs: bool,
}

#[derive(Template)]
#[template(path = "outlook/durations.html")]
struct DurationsPage {
    page: Page,
    saved: String,
    lines: Vec<Line>,
    fewest: usize,
    may_manage: bool,
    here: String,
}

fn span(days: Estimate) -> String {
    format!("{} / {} / {}", days.low, days.likely, days.high)
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let page = visit.page(visit.t("durations-title"));
    let plan = &held.portfolio.plan;
    let teller = Teller { lang: visit.lang, portfolio: &held.portfolio };
    let english = visit.lang.is_english();
    let lines = durations(&held.portfolio, &held.timetable, &held.rows)
        .into_iter()
        .map(|found| {
            let usual = plan.usual_work.get(&(found.template.clone(), found.step.clone())).map(|it| it.days);
            let measured = found.estimate();
            Line {
                kind: plan
                    .template(found.template.as_str())
                    .map_or_else(|| found.template.to_string(), |it| it.name.get(english).to_owned()),
                name: teller.step(None, &found.step),
                usual: usual.map_or_else(String::new, span),
                count: found.took.len(),
                measured: measured.map_or_else(String::new, span),
                differs: measured.is_some() && measured != usual,
                template: found.template.to_string(),
                step: found.step.to_string(),
            }
        })
        .collect();
    let shown = DurationsPage {
        saved: saved(visit.lang, &Typed(query)),
        lines,
        fewest: FEWEST,
        may_manage: may_manage(&visit, &plan.code) && !page.is_past(),
        here: page.path.clone(),
        page,
    };
    render(StatusCode::OK, &shown)
}

/// What a step's measured numbers come to, shown before they are taken over.
pub(super) async fn take(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    if !may_manage(&visit, &plan) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let view = visit.app.view(Asked::default()).await?;
    let base = visit.app.timetable(&plan, view).await?;
    let (template, step) = (known_code(typed.get("template"))?, known_code(typed.get("step"))?);
    let fact = measured(&base, &template, &step).ok_or_else(PageError::not_found)?;
    let home = format!("/p/{plan}/timetable/durations");
    if !typed.has("accepted") {
        let facts = [Fact::from(fact)];
        let hidden =
            vec![("template".to_owned(), template.to_string()), ("step".to_owned(), step.to_string())];
        let title = visit.t("durations-take-title").into_owned();
        let accept = Accept { action: home.clone(), back: home, hidden, title };
        return preview(&visit, &base, &Subject::plan(&plan), &facts, accept).await;
    }
    let change = change_of(&visit, &plan, vec![fact], &visit.t("durations-reason"));
    match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => Ok(done(&home, Some(&receipt))),
        Err(error) => {
            refused(error)?;
            Err(PageError::not_now().in_lang(visit.lang))
        }
    }
}

fn measured(base: &Arc<PlanTimetable>, template: &Code, step: &Code) -> Option<PlanFact> {
    let found = durations(&base.portfolio, &base.timetable, &base.rows);
    let found = found.iter().find(|it| it.template == *template && it.step == *step)?;
    let days = found.estimate()?;
    let held = base.portfolio.plan.usual_work.get(&(template.clone(), step.clone()));
    let work = match held {
        Some(work) => Work { days, ..work.clone() },
        None => Work { days, calendar: None, after: None, not_before: None },
    };
    Some(PlanFact::UsualWork { template: template.clone(), step: step.clone(), work: Some(work) })
}
