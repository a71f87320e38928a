//! The layers of a plan, and bringing a walking network: a map extract, or nodes and edges as CSV. What it comes to is
//! shown before it is put on the books; until then it waits like any other file.

use app::AppError;
use app::import::{FILE_MOST, Keeping, Profile, Reading};
use app::place::layer::{Content, Ways};
use app::place::{LayerGround, NetworkRefused, WayFindings};
use askama::Template;
use axum::Router;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use domain::code::Code;
use domain::layer::LayerKind;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::refusal::Refusal;
use domain::source::{Grade, Source};
use sheets::NetworkFault;
use words::Lang;

use super::whole;
use crate::PagesState;
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::error::PageError;
use crate::file_form::{FileForm, TEXT_MOST};
use crate::form::FormState;
use crate::page::Page;
use crate::place::may_manage_plan;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

/// What a browser may send: more than is taken, so that too large a file is told by a page.
const BODY_MOST: usize = 4 * FILE_MOST;
/// The name under which a network waits.
const WAITS_AS: &str = "network";
/// What is said of a network besides its file.
const SAID: [&str; 7] = ["name", "licence", "source_title", "source_url", "grade", "effective", "reason"];

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/place/layers", get(show))
        .route(
            "/p/{plan}/place/layers/network",
            get(bring).post(take).layer(DefaultBodyLimit::max(BODY_MOST)),
        )
        .route("/p/{plan}/place/layers/network/{id}", get(check).post(put))
        .route("/p/{plan}/place/layers/network/{id}/discard", post(discard))
}

/// A layer in force, as a line.
pub(super) struct LayerLine {
    pub label: String,
    pub name: String,
    pub count: String,
    pub people: String,
    pub from: String,
    pub grade: Grade,
    pub licence: String,
    pub table: &'static str,
}

pub(super) fn layer_lines(lang: Lang, portfolio: &Portfolio) -> Vec<LayerLine> {
    portfolio
        .plan
        .layers
        .iter()
        .map(|(kind, held)| LayerLine {
            label: word(lang, "layer", kind.as_str()),
            name: held.layer.name.get(lang.is_english()).to_owned(),
            count: whole(held.layer.count),
            people: held.layer.people.map_or_else(String::new, whole),
            from: day(lang, held.from),
            grade: held.grade,
            licence: held.layer.licence.clone(),
            table: match kind {
                LayerKind::Network | LayerKind::BaseMap => "",
                LayerKind::Residences | LayerKind::Parcels => kind.as_str(),
            },
        })
        .collect()
}

#[derive(Template)]
#[template(path = "place/coverage/layers.html")]
struct LayersPage<'a> {
    page: Page,
    plan: &'a Code,
    saved: String,
    layers: Vec<LayerLine>,
    may_manage: bool,
}

async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let body = LayersPage {
        page: visit.page(visit.t("layers-title")),
        saved: saved(visit.lang, &Typed(query)),
        layers: layer_lines(visit.lang, &portfolio),
        may_manage: may_manage_plan(&visit, &plan),
        plan: &plan,
    };
    render(StatusCode::OK, &body)
}

async fn enter(visit: &Visit, plan: &str) -> Result<(Code, Code), PageError> {
    let plan = known_code(plan)?;
    let person = visit.signed_in()?;
    if !may_manage_plan(visit, &plan) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    Ok((plan, person))
}

#[derive(Template)]
#[template(path = "place/coverage/network.html")]
struct BringPage {
    page: Page,
    form: FormState,
    grades: Vec<(&'static str, String)>,
    file_most: usize,
    megabytes: usize,
    too_large: String,
}

fn bring_page(visit: &Visit, status: StatusCode, form: FormState) -> Result<Response, PageError> {
    let megabytes = FILE_MOST >> 20;
    let grades = Grade::ALL
        .into_iter()
        .map(|grade| (grade.as_str(), visit.t(&format!("grade-{}", grade.as_str())).into_owned()))
        .collect();
    let body = BringPage {
        page: visit.page(visit.t("network-bring")),
        form,
        grades,
        file_most: FILE_MOST,
        megabytes,
        too_large: visit.tw("import-too-large", &[("max", &megabytes.to_string())]),
    };
    render(status, &body)
}

async fn bring(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    enter(&visit, &plan).await?;
    let mut form = FormState::default();
    form.set("grade", Grade::Reported.as_str());
    bring_page(&visit, StatusCode::OK, form)
}

/// What a browser sent.
#[derive(Default)]
struct Brought {
    form: FormState,
    name: String,
    extract: Vec<u8>,
    nodes: Vec<u8>,
    edges: Vec<u8>,
    too_large: Option<&'static str>,
}

async fn receive(mut parts: FileForm<'_>) -> Result<Brought, PageError> {
    let mut out = Brought::default();
    let most = |name: &str| if matches!(name, "file" | "nodes" | "edges") { FILE_MOST } else { TEXT_MOST };
    while let Some(part) = parts.next(most).await? {
        let (bytes, which) = match part.name.as_str() {
            "file" => (&mut out.extract, "file"),
            "nodes" => (&mut out.nodes, "nodes"),
            "edges" => (&mut out.edges, "edges"),
            other => {
                if SAID.contains(&other) {
                    out.form.set(other, part.text());
                }
                continue;
            }
        };
        *bytes = part.bytes;
        if part.too_large {
            out.too_large = Some(which);
        }
        if !part.file.is_empty() {
            out.name = part.file;
        }
    }
    if parts.is_too_large() {
        out.too_large = Some("file");
    }
    Ok(out)
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
    let mut brought = receive(parts).await?;
    let mut form = std::mem::take(&mut brought.form);
    if let Some(field) = brought.too_large {
        let megabytes = (FILE_MOST >> 20).to_string();
        form.fail(field, visit.tw("import-too-large", &[("max", &megabytes)]));
        return bring_page(&visit, StatusCode::PAYLOAD_TOO_LARGE, form);
    }
    let tables = !brought.nodes.is_empty() && !brought.edges.is_empty();
    if brought.extract.is_empty() && !tables {
        form.fail("file", visit.t("network-choose-file"));
    }
    if !form.value("effective").is_empty() && parse_day(form.value("effective")).is_none() {
        form.fail("effective", visit.t("field-error-not-a-day"));
    }
    if form.value("source_title").is_empty() && form.value("source_url").is_empty() {
        form.fail("source_title", visit.t("network-source-missing"));
    }
    if !form.errors.is_empty() {
        return bring_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form);
    }
    let name = std::mem::take(&mut brought.name);
    let extract = !brought.extract.is_empty();
    // The notice that the files ask for comes along.
    let read = move || {
        let streets = if extract {
            sheets::network_of_extract(brought.extract.as_slice())
        } else {
            sheets::network_of_tables(brought.nodes.as_slice(), brought.edges.as_slice())
        };
        streets.map(|streets| (streets.points, streets.links, streets.licence))
    };
    let (bytes, licence) = match visit.app.read_network(&portfolio, read).await? {
        Ok(read) => read,
        Err(refused) => {
            let (field, text) = why(visit.lang, extract, &refused);
            form.fail(field, text);
            return bring_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form);
        }
    };
    if form.value("licence").is_empty() {
        form.set("licence", licence);
    }
    let profile = Profile { constants: form.values.clone(), ..Profile::default() };
    let reading = Reading { table: WAITS_AS.to_owned(), profile };
    match visit.app.keep_file(&person, &plan, &name, &reading, bytes).await? {
        Keeping::Waits(id) => {
            Ok(Redirect::to(&format!("/p/{plan}/place/layers/network/{id}")).into_response())
        }
        Keeping::NoRoom => {
            form.fail("", visit.t("import-no-room"));
            bring_page(&visit, StatusCode::SERVICE_UNAVAILABLE, form)
        }
    }
}

/// A network on the desk of its owner.
struct Case {
    plan: Code,
    waiting: app::import::Waiting,
    ways: Ways,
    found: WayFindings,
}

impl Case {
    async fn open(visit: &Visit, plan: &str, id: &str) -> Result<Self, PageError> {
        let (plan, person) = enter(visit, plan).await?;
        let mut waiting = visit.app.waiting_file(&person, &plan, id).await?;
        if waiting.reading.table != WAITS_AS {
            return Err(AppError::NotFound.into());
        }
        let bytes = std::mem::take(&mut waiting.bytes);
        let (ways, found) = visit.app.waiting_network(bytes).await?.ok_or(AppError::NotFound)?;
        Ok(Self { plan, waiting, ways, found })
    }

    fn said(&self, name: &str) -> &str {
        self.waiting.reading.profile.constants.get(name).map_or("", String::as_str)
    }

    fn ground(&self) -> LayerGround {
        let label = |lang| words::text(lang, "layer-network").into_owned();
        let name = match self.said("name") {
            "" => Named::new(label(Lang::Zh), label(Lang::En)),
            name => Named::new(name, ""),
        };
        LayerGround {
            name,
            licence: self.said("licence").to_owned(),
            effective: parse_day(self.said("effective")),
            source: Source {
                grade: Grade::parse(self.said("grade")).unwrap_or_default(),
                title: self.said("source_title").to_owned(),
                url: self.said("source_url").to_owned(),
                unit: None,
            },
            reason: self.said("reason").to_owned(),
        }
    }

    fn address(&self) -> String {
        format!("/p/{}/place/layers/network/{}", self.plan, self.waiting.id)
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
    let portfolio = visit.app.portfolio(&case.plan, app::read::Asked::default()).await?;
    let held = portfolio.plan.layers.get(&LayerKind::Network);
    let body = CheckPage {
        page: visit.page(visit.t("network-check")),
        address: case.address(),
        file: case.waiting.name.clone(),
        nodes: whole(case.found.nodes as u64),
        links: whole(case.found.links as u64),
        kilometres: whole(case.found.metres / 1_000),
        islands: whole(case.found.islands as u64),
        island_nodes: whole(case.found.island_nodes as u64),
        licence: case.said("licence").to_owned(),
        replaces: held
            .map_or_else(String::new, |held| held.layer.name.get(visit.lang.is_english()).to_owned()),
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
    let ground = case.ground();
    let content = Content::from(std::mem::take(&mut case.ways));
    let new = visit.app.make_layer(content, ground).await?;
    match visit.app.put_layer(&visit.actor, &case.plan, new).await {
        Ok(receipt) => {
            visit.app.drop_file(&case.waiting).await?;
            Ok(done(&format!("/p/{}/place/layers", case.plan), Some(&receipt)))
        }
        Err(AppError::Refused(refusals)) => {
            check_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &case, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn discard(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    visit.app.drop_file(&case.waiting).await?;
    Ok(Redirect::to(&format!("/p/{}/place/layers/network", case.plan)).into_response())
}
