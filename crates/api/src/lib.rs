//! REST API v1 and its OpenAPI description.
//!
//! An answer comes about in this order: [`problem::render`] sees to the form of errors, [`access::keep`]
//! finds out who calls and whether the operation is open to them, the handler reads through
//! [`asked::Asked`] or changes through [`app::App::change`]. How to add an operation:
//!
//! 1. write the handler in the file of its thing, with `#[utoipa::path]` and an `operation_id`;
//! 2. add it to that file's `routes()`;
//! 3. add a row to [`access::TABLE`]: without one it is open to nobody;
//! 4. add its words to `locales/*/api.ftl` (`api-op-…`) and, for a body, an example to [`example`];
//! 5. write the description anew: `cargo run -p api --example openapi`.
//!
//! The tests find whatever was forgotten.

pub mod access;
mod answer;
mod area;
mod asked;
mod body;
mod caller;
mod coverage;
mod docs;
mod document;
mod entry;
mod evaluation;
pub mod example;
mod facility;
mod fact;
mod figure;
mod html;
mod index;
mod indicator;
mod item;
mod item_shape;
mod ledger;
mod ledger_filter;
mod milestone;
mod mistake;
mod person;
mod place_tools;
mod plan;
mod plan_link;
pub mod problem;
mod project;
mod project_list;
mod report;
mod survey;
mod timetable;
mod unit;
mod value;
mod word;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use app::App;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use axum::{Router, middleware};
use domain::code::Code;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

use crate::problem::{ApiError, Kind};

/// Where the API lies.
pub const PREFIX: &str = "/api/v1";

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    /// The description as text: asked for seldom, and a tenth of what it takes as a tree.
    description: Bytes,
    operations: access::Operations,
    /// Plans that are on the books: none ever leaves them.
    plans: Mutex<BTreeSet<Code>>,
}

impl Api {
    pub(crate) fn app(&self) -> &App {
        &self.inner.app
    }

    /// The description, as it is sent.
    pub(crate) fn description(&self) -> Bytes {
        self.inner.description.clone()
    }

    pub(crate) fn operations(&self) -> &access::Operations {
        &self.inner.operations
    }

    pub(crate) fn knows(&self, plan: &Code) -> bool {
        self.inner.plans.lock().unwrap_or_else(PoisonError::into_inner).contains(plan)
    }

    pub(crate) fn learn(&self, plans: Vec<Code>) {
        self.inner.plans.lock().unwrap_or_else(PoisonError::into_inner).extend(plans);
    }
}

fn described() -> (Router<Api>, Value) {
    let routes = OpenApiRouter::<Api>::new()
        .merge(plan::routes())
        .merge(project::routes())
        .merge(milestone::routes())
        .merge(ledger::routes())
        .merge(item::routes())
        .merge(report::routes())
        .merge(timetable::routes())
        .merge(indicator::routes())
        .merge(index::routes())
        .merge(facility::routes())
        .merge(plan_link::routes())
        .merge(coverage::routes())
        .merge(place_tools::routes())
        .merge(evaluation::routes())
        .merge(survey::routes())
        .merge(figure::routes())
        .merge(entry::routes())
        .merge(unit::routes())
        .merge(area::routes())
        .merge(person::routes())
        .merge(caller::routes())
        .merge(docs::routes());
    let (router, generated) =
        OpenApiRouter::with_openapi(document::base()).nest(PREFIX, routes).split_for_parts();
    // The description is plain data: it always becomes JSON.
    let document = document::complete(&generated).unwrap_or_default();
    (router, document)
}

/// The API, ready to be merged into a server's router. All its addresses begin with [`PREFIX`].
pub fn router(app: App) -> Router {
    let (router, document) = described();
    let operations = access::Operations::of(&document);
    let description = Bytes::from(document.to_string());
    drop(document);
    let inner = Inner { app, description, operations, plans: Mutex::default() };
    let api = Api { inner: Arc::new(inner) };
    router
        .route(PREFIX, any(nothing_there))
        .route(&format!("{PREFIX}/"), any(nothing_there))
        .route(&format!("{PREFIX}/{{*rest}}"), any(nothing_there))
        .layer(middleware::from_fn_with_state(api.clone(), access::keep))
        .layer(DefaultBodyLimit::max(body::BODY_MOST))
        .layer(middleware::from_fn(problem::render))
        .layer(middleware::from_fn(problem::headless))
        .with_state(api)
}

async fn nothing_there() -> ApiError {
    ApiError::new(Kind::NotFound)
}

/// The description as it is served and checked in: OpenAPI 3.1.
pub fn document() -> Value {
    described().1
}
