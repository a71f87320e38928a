//! Bringing a walking network: a map extract, or nodes and edges as CSV, and what it comes to before it is put on the
//! books.

use std::sync::Arc;

use app::AppError;
use app::place::layer::{Content, Ways};
use app::place::{Islands, NetworkRefused, WayFindings, degrees_text};
use askama::Template;
use axum::Router;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::facility::Datum;
use domain::layer::LayerKind;
use domain::portfolio::Portfolio;
use domain::refusal::Refusal;
use sheets::NetworkFault;
use words::Lang;

use super::bring::Brings;
use super::layers::{BODY_MOST, Waits, enter, keep, receive};
use super::{area_name, whole};
use crate::PagesState;
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::file_form::FileForm;
use crate::page::Page;
use crate::visit::{Visit, render};

const LAYER: LayerKind = LayerKind::Network;
const BRINGS: Brings = Brings {
    title: "network-bring",
    lead: "network-lead",
    licence_hint: "network-licence-hint",
    files: &[
        ("file", "network-extract", ".pbf"),
        ("nodes", "network-nodes-file", ".csv"),
        ("edges", "network-edges-file", ".csv"),
    ],
    asks_datum: Some("network-datum-hint"),
};

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route(
            "/p/{plan}/place/layers/network",
            get(bring).post(take).layer(DefaultBodyLimit::max(BODY_MOST)),
        )
        .route("/p/{plan}/place/layers/network/{id}", get(check).post(put))
        .route("/p/{plan}/place/layers/network/{id}/discard", post(discard))
}

async fn bring(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    BRINGS.begin(&visit, &plan).await
}

/// Why files are not taken, with the field it is about.
fn why(lang: Lang, extract: bool, refused: &NetworkRefused<NetworkFault>) -> (&'static str, String) {
    match refused {
        NetworkRefused::Files(fault) => {
            let field = match fault {
                NetworkFault::Pbf(_) => "file",
                NetworkFault::Nodes(_) | NetworkFault::NoPositions | NetworkFault::NotOnEarth(_) => "nodes",
                NetworkFault::Edges(_) => "edges",
            };
            (field, words::with(lang, fault.key(), &[("why", &fault.to_string())]))
        }
        NetworkRefused::Ways(fault) => {
            let given = fault.args();
            let given: Vec<(&str, &str)> =
                given.iter().map(|(name, value)| (*name, value.as_str())).collect();
            (if extract { "file" } else { "nodes" }, words::with(lang, fault.key(), &given))
        }
    }
}

async fn take(
    visit: Visit,
    Path(plan): Path<String>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let parts = FileForm::open(&visit, multipart)?;
    let (plan, person) = enter(&visit, &plan).await?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let mut brought = receive(&visit, parts).await?;
    let tables = !brought.nodes.is_empty() && !brought.edges.is_empty();
    if !brought.is_too_large() && brought.file.is_empty() && !tables {
        brought.form.fail("file", visit.t("network-choose-file"));
    }
    // An extract is of one datum by its format.
    let datum = if tables && brought.file.is_empty() {
        Datum::parse(brought.form.value("datum"))
    } else {
        Some(Datum::Wgs84)
    };
    if datum.is_none() && !brought.is_too_large() {
        brought.form.fail("datum", visit.t("base-map-datum-needed"));
    }
    let Some(datum) = datum.filter(|_| brought.form.errors.is_empty()) else {
        return BRINGS.page(&visit, brought.status(), brought.form);
    };
    let mut form = std::mem::take(&mut brought.form);
    let name = std::mem::take(&mut brought.name);
    let extract = !brought.file.is_empty();
    // The notice that the files ask for comes along.
    let read = move || {
        let streets = if extract {
            sheets::network_of_extract(brought.file.as_slice())
        } else {
            let datum = app::place::engine(datum);
            sheets::network_of_tables(brought.nodes.as_slice(), brought.edges.as_slice(), datum)
        };
        streets.map(|streets| (streets.points, streets.links, streets.licence))
    };
    let (bytes, licence) = match visit.app.read_network(&portfolio, read).await? {
        Ok(read) => read,
        Err(refused) => {
            let (field, text) = why(visit.lang, extract, &refused);
            form.fail(field, text);
            return BRINGS.page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form);
        }
    };
    if form.value("licence").is_empty() {
        form.set("licence", licence);
    }
    match keep(&visit, (&plan, &person), LAYER, (&form, &name), bytes).await? {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(()) => {
            form.fail("", visit.t("import-no-room"));
            BRINGS.page(&visit, StatusCode::SERVICE_UNAVAILABLE, form)
        }
    }
}

/// A network on the desk of its owner.
struct Case {
    waits: Waits,
    ways: Ways,
    found: WayFindings,
    islands: Islands,
    portfolio: Arc<Portfolio>,
}

impl Case {
    async fn open(visit: &Visit, plan: &str, id: &str) -> Result<Self, PageError> {
        let mut waits = Waits::open(visit, plan, LAYER, id).await?;
        let bytes = std::mem::take(&mut waits.waiting.bytes);
        let portfolio = visit.app.portfolio(&waits.plan, app::read::Asked::default()).await?;
        let read = visit.app.waiting_network(&portfolio, bytes).await?;
        let (ways, found, islands) = read.ok_or(AppError::NotFound)?;
        Ok(Self { waits, ways, found, islands, portfolio })
    }
}

/// A part that is cut off.
struct IslandLine {
    area: String,
    /// Where it lies, in degrees.
    at: String,
    nodes: String,
    homes: String,
    facilities: String,
}

impl IslandLine {
    fn of(visit: &Visit, case: &Case) -> Vec<Self> {
        let line = |held: &app::place::Island| Self {
            area: held
                .area
                .as_ref()
                .map_or_else(|| "—".into(), |area| area_name(visit.lang, &case.portfolio, area)),
            at: held.at.map_or_else(String::new, |at| {
                format!("{}, {}", degrees_text(at.longitude), degrees_text(at.latitude))
            }),
            nodes: whole(held.nodes as u64),
            homes: whole(held.homes as u64),
            facilities: whole(held.facilities as u64),
        };
        case.islands.largest.iter().map(line).collect()
    }
}

#[derive(Template)]
#[template(path = "place/coverage/network_check.html")]
struct CheckPage {
    page: Page,
    address: String,
    file: String,
    nodes: String,
    links: String,
    kilometres: String,
    islands: String,
    island_nodes: String,
    /// The largest of them, and who is on all of them alone.
    largest: Vec<IslandLine>,
    island_homes: String,
    island_facilities: String,
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
    let body = CheckPage {
        page: visit.page(visit.t("network-check")),
        address: case.waits.address(),
        file: case.waits.waiting.name.clone(),
        nodes: whole(case.found.nodes as u64),
        links: whole(case.found.links as u64),
        kilometres: whole(case.found.metres / 1_000),
        islands: whole(case.found.islands as u64),
        island_nodes: whole(case.found.island_nodes as u64),
        largest: IslandLine::of(visit, case),
        island_homes: whole(case.islands.homes as u64),
        island_facilities: whole(case.islands.facilities as u64),
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
    let content = Content::from(std::mem::take(&mut case.ways));
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
