//! Joint reviews (多规合一): rounds of a project, what departments say, and what each open point costs in days.

mod cost;
mod form;
mod list;
mod show;

pub(crate) use cost::settled_by;

use std::sync::Arc;

use app::read::Asked;
use axum::Router;
use axum::routing::get;
use domain::authorize::target_of;
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::review::Round;
use domain::subject::Subject;

use crate::PagesState;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::visit::Visit;

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/timetable/reviews", get(list::show))
        .route("/p/{plan}/projects/{code}/reviews/new", get(form::new).post(form::open))
        .route("/p/{plan}/projects/{code}/reviews/{round}", get(show::show))
        .route("/p/{plan}/projects/{code}/reviews/{round}/opinion", get(form::opinion).post(form::say))
        .route("/p/{plan}/projects/{code}/reviews/{round}/point", get(form::point).post(form::raise))
        .route("/p/{plan}/projects/{code}/reviews/{round}/close", get(form::closing).post(form::close))
}

/// A project with its rounds, and what touches it.
struct Opened {
    plan: Code,
    portfolio: Arc<Portfolio>,
    project: Project,
    target: Target,
}

impl Opened {
    /// As the reader looks at it.
    async fn read(visit: &Visit, plan: &str, code: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        staff_only(visit)?;
        let portfolio = visit.portfolio(&plan).await?;
        Self::of(visit, plan, portfolio, code).await
    }

    /// As it is on record now: what is said is said of that.
    async fn now(visit: &Visit, plan: &str, code: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        staff_only(visit)?;
        let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
        Self::of(visit, plan, portfolio, code).await
    }

    async fn of(visit: &Visit, plan: Code, portfolio: Arc<Portfolio>, code: &str) -> Result<Self, PageError> {
        let project = portfolio.project(code).cloned().ok_or_else(PageError::not_found)?;
        let history = visit.app.history(&plan).await?;
        let target = target_of(&Subject::project(&plan, &project.code), &*history);
        Ok(Self { plan, portfolio, project, target })
    }

    fn round(&self, number: &str) -> Result<&Round, PageError> {
        let number: u32 = number.parse().map_err(|_| PageError::not_found())?;
        self.project.reviews.iter().find(|round| round.number == number).ok_or_else(PageError::not_found)
    }

    /// Whether the reader opens and closes rounds.
    fn may_run(&self, visit: &Visit) -> bool {
        visit.actor.may(Action::ReportProgress, &self.target)
    }

    /// Whether the reader speaks for a department.
    fn may_speak(&self, visit: &Visit, unit: &Code) -> bool {
        let own =
            Target { lead_unit: Some(unit.clone()), supporting_units: Vec::new(), ..self.target.clone() };
        visit.actor.may(Action::HandleItem, &own)
    }

    fn unit_name(&self, unit: &Code, english: bool) -> String {
        let held = self.portfolio.units.get(unit);
        held.map_or_else(|| unit.to_string(), |unit| unit.name.get(english).to_owned())
    }

    fn address(&self, round: u32) -> String {
        format!("/projects/{}/reviews/{round}", self.project.code)
    }
}
