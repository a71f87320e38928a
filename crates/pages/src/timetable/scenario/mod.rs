//! What-if: scenarios made, valued, compared side by side and adopted.

mod adopt;
mod compare;
mod form;
mod list;
pub(super) mod said;
mod show;

pub(super) use said::MEASURES;
pub(super) use show::{Outcome, compared, said_error};

use app::read::Asked;
use axum::Router;
use axum::routing::get;
use domain::code::Code;
use domain::journal::Seq;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::scenario::{Scenario, Standing};
use domain::source::{Grade, Source};
use std::sync::Arc;

use crate::PagesState;
use crate::editor::change::own_unit;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::visit::Visit;

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/timetable/scenarios", get(list::show))
        .route("/p/{plan}/timetable/scenarios/new", get(form::new).post(form::make))
        .route("/p/{plan}/timetable/scenarios/compare", get(compare::show))
        .route("/p/{plan}/timetable/scenarios/{code}", get(show::show).post(show::act))
        .route("/p/{plan}/timetable/scenarios/{code}/edit", get(form::edit).post(form::save))
        .route("/p/{plan}/timetable/scenarios/{code}/add/{kind}", get(form::add).post(form::put))
        .route("/p/{plan}/timetable/scenarios/{code}/adopt", get(adopt::show).post(adopt::save))
}

fn target(plan: &Code) -> Target {
    Target { plan: Some(plan.clone()), ..Target::default() }
}

/// The plan as it is now on record: scenarios are read from there, whichever day they are valued on.
async fn now(visit: &Visit, plan: &Code) -> Result<Arc<Portfolio>, PageError> {
    Ok(visit.app.portfolio(plan, Asked::default()).await?)
}

/// A scenario with the plan that holds it.
struct Opened {
    plan: Code,
    now: Arc<Portfolio>,
    scenario: Scenario,
    version: Seq,
}

impl Opened {
    async fn new(visit: &Visit, plan: &str, code: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        crate::ledger::staff_only(visit)?;
        let now = now(visit, &plan).await?;
        let scenario = now.plan.scenario(code).cloned().ok_or_else(PageError::not_found)?;
        let version = now.plan.version;
        Ok(Self { plan, now, scenario, version })
    }

    fn is_open(&self) -> bool {
        self.scenario.standing == Standing::Open
    }

    /// Where it stands.
    fn path(&self) -> String {
        format!("/timetable/scenarios/{}", self.scenario.scenario)
    }
}

/// Refuses whoever may not try things out.
fn may_try(visit: &Visit, plan: &Code) -> Result<(), PageError> {
    if visit.actor.may(Action::TryScenario, &target(plan)) {
        Ok(())
    } else {
        Err(visit.forbidden(Action::TryScenario))
    }
}

/// What somebody tries out is their own word.
fn source(visit: &Visit) -> Source {
    Source { grade: Grade::Reported, unit: Code::new(&own_unit(&visit.actor)).ok(), ..Source::default() }
}
