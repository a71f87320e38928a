//! Importing tables: a file is brought, looked through without changing anything, and imported on its
//! owner's word, all rows or none.
//!
//! Between the two the file waits in the database, bounded and for some hours: what is looked through
//! and what is imported are then the same bytes, whichever server answers, and nobody can change them
//! on the way. Each row passes the policy like any other change.

mod bring;
mod check;
mod columns;
mod done;
mod files;
mod look;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use domain::code::Code;
use domain::policy::{Action, Reach, Scope, reach};

use app::import::Waiting;
use app::table::{self, Table};

use crate::PagesState;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::visit::Visit;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route(
            "/p/{plan}/import",
            get(bring::show).post(bring::take).layer(DefaultBodyLimit::max(bring::BODY_MOST)),
        )
        .route("/p/{plan}/import/templates/{file}", get(files::template))
        .route("/p/{plan}/import/{id}", get(check::show).post(check::import))
        .route("/p/{plan}/import/{id}/columns", get(columns::show).post(columns::save))
        .route("/p/{plan}/import/{id}/discard", post(check::discard))
        .route("/p/{plan}/import/{id}/{file}", get(files::of_case))
}

/// Whether any of the person's roles may import into the plan; what of it, each row finds out.
pub(crate) fn may_import(visit: &Visit, plan: &Code) -> bool {
    visit.actor.grants().iter().any(|grant| {
        reach(grant.role, Action::Import) != Reach::No
            && match &grant.scope {
                Scope::Plan(held) => held == plan,
                Scope::Everything | Scope::Area(_) | Scope::Unit(_) => true,
            }
    })
}

/// The plan of an address, for those who may import into it.
async fn enter(visit: &Visit, plan: &str) -> Result<(Code, Code), PageError> {
    let plan = known_code(plan)?;
    let person = visit.signed_in()?;
    if !may_import(visit, &plan) {
        return Err(visit.forbidden(Action::Import));
    }
    visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    Ok((plan, person))
}

/// A waiting file on the desk of its owner.
struct Case {
    plan: Code,
    table: &'static Table,
    waiting: Waiting,
}

impl Case {
    async fn open(visit: &Visit, plan: &str, id: &str) -> Result<Self, PageError> {
        let (plan, person) = enter(visit, plan).await?;
        let waiting = visit.app.waiting_file(&person, &plan, id).await?;
        let table = table::table(&waiting.reading.table).ok_or(app::AppError::NotFound)?;
        Ok(Self { plan, table, waiting })
    }

    fn home(&self) -> String {
        format!("/p/{}/import", self.plan)
    }

    fn address(&self) -> String {
        format!("{}/{}", self.home(), self.waiting.id)
    }
}
