//! Bringing the ground of maps as GeoJSON, and what it comes to before it is put on the books.

use std::collections::BTreeMap;

use app::AppError;
use app::place::base::{BaseFault, BaseMap};
use app::place::layer::Content;
use askama::Template;
use axum::Router;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::facility::Datum;
use domain::layer::LayerKind;
use domain::refusal::Refusal;

use super::bring::Brings;
use super::layers::{BODY_MOST, Waits, enter, keep, receive};
use super::whole;
use crate::PagesState;
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::file_form::FileForm;
use crate::page::Page;
use crate::visit::{Visit, render};

const LAYER: LayerKind = LayerKind::BaseMap;
const BRINGS: Brings = Brings {
    title: "base-map-bring",
    lead: "base-map-lead",
    licence_hint: "",
    files: &[("file", "base-map-file", ".geojson,.json")],
    asks_datum: Some("base-map-datum-hint"),
};

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route(
            "/p/{plan}/place/layers/base-map",
            get(bring).post(take).layer(DefaultBodyLimit::max(BODY_MOST)),
        )
        .route("/p/{plan}/place/layers/base-map/{id}", get(check).post(put))
        .route("/p/{plan}/place/layers/base-map/{id}/discard", post(discard))
}

async fn bring(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    BRINGS.begin(&visit, &plan).await
}

/// Why a file is no base map, in the reader's language.
fn why(visit: &Visit, fault: &BaseFault) -> String {
    match fault {
        BaseFault::NotGeoJson => visit.t("base-map-not-geojson").into_owned(),
        BaseFault::Kind { at, kind } => {
            let kind: String = kind.chars().take(60).collect();
            visit.tw("base-map-kind", &[("at", &at.to_string()), ("kind", &kind)])
        }
        BaseFault::Shape { at } => visit.tw("base-map-shape", &[("at", &at.to_string())]),
        BaseFault::TooMany => visit.t("base-map-too-many").into_owned(),
        BaseFault::Elsewhere => visit.t("base-map-elsewhere").into_owned(),
    }
}

async fn take(
    visit: Visit,
    Path(plan): Path<String>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let parts = FileForm::open(&visit, multipart)?;
    let (plan, person) = enter(&visit, &plan).await?;
    let mut brought = receive(&visit, parts).await?;
    if !brought.is_too_large() && brought.file.is_empty() {
        brought.form.fail("file", visit.t("network-choose-file"));
    }
    let datum = Datum::parse(brought.form.value("datum"));
    if datum.is_none() && !brought.is_too_large() {
        brought.form.fail("datum", visit.t("base-map-datum-needed"));
    }
    let Some(datum) = datum.filter(|_| brought.form.errors.is_empty()) else {
        return BRINGS.page(&visit, brought.status(), brought.form);
    };
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let mut form = std::mem::take(&mut brought.form);
    let name = std::mem::take(&mut brought.name);
    let bytes = match visit.app.read_base_map(&portfolio, std::mem::take(&mut brought.file), datum).await? {
        Ok(bytes) => bytes,
        Err(fault) => {
            form.fail("file", why(&visit, &fault));
            return BRINGS.page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form);
        }
    };
    match keep(&visit, (&plan, &person), LAYER, (&form, &name), bytes).await? {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(()) => {
            form.fail("", visit.t("import-no-room"));
            BRINGS.page(&visit, StatusCode::SERVICE_UNAVAILABLE, form)
        }
    }
}

/// A base map on the desk of its owner.
struct Case {
    waits: Waits,
    map: BaseMap,
}

impl Case {
    async fn open(visit: &Visit, plan: &str, id: &str) -> Result<Self, PageError> {
        let mut waits = Waits::open(visit, plan, LAYER, id).await?;
        let bytes = std::mem::take(&mut waits.waiting.bytes);
        let map = visit.app.waiting_base_map(bytes).await?.ok_or(AppError::NotFound)?;
        Ok(Self { waits, map })
    }
}

#[derive(Template)]
#[template(path = "place/coverage/base_map_check.html")]
struct CheckPage {
    page: Page,
    address: String,
    file: String,
    /// How many things of each kind.
    counts: Vec<(String, String)>,
    licence: String,
    replaces: String,
    errors: Vec<String>,
}

async fn check_page(
    visit: &Visit,
    status: StatusCode,
    case: &Case,
    refusals: &[Refusal],
) -> Result<Response, PageError> {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for feature in &case.map.features {
        *counts.entry(feature.kind).or_default() += 1;
    }
    let name =
        |kind: app::place::base::GroundKind| visit.t(&format!("ground-{}", kind.as_str())).into_owned();
    let body = CheckPage {
        page: visit.page(visit.t("base-map-check")),
        address: case.waits.address(),
        file: case.waits.waiting.name.clone(),
        counts: counts.into_iter().map(|(kind, count)| (name(kind), whole(count))).collect(),
        licence: case.waits.said("licence").to_owned(),
        replaces: case.waits.replaces(visit).await?,
        errors: refusals.iter().map(|refusal| words::refusal(visit.lang, refusal)).collect(),
    };
    render(status, &body)
}

async fn check(visit: Visit, Path((plan, id)): Path<(String, String)>) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    check_page(&visit, StatusCode::OK, &case, &[]).await
}

async fn put(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, PageError> {
    let mut case = Case::open(&visit, &plan, &id).await?;
    let content = Content::BaseMap(std::mem::take(&mut case.map));
    match case.waits.put(&visit, content).await? {
        Ok(response) => Ok(response),
        Err(refusals) => check_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &case, &refusals).await,
    }
}

async fn discard(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, PageError> {
    Waits::open(&visit, &plan, LAYER, &id).await?.discard(&visit).await
}
