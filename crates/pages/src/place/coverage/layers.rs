//! The layers of a plan: listed, brought by forms with files, and taken off the books. What is brought waits like any
//! other file until its owner has seen what it comes to.

use app::AppError;
use app::import::{FILE_MOST, Keeping, Profile, Reading};
use app::place::LayerGround;
use app::place::layer::Content;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::code::Code;
use domain::layer::LayerKind;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::refusal::Refusal;
use domain::source::{Grade, Source};
use words::Lang;

use super::{base_map, network, whole, withdraw};
use crate::PagesState;
use crate::editor::field::Typed;
use crate::editor::page::{done, known_code, saved};
use crate::error::PageError;
use crate::file_form::{FileForm, TEXT_MOST};
use crate::form::FormState;
use crate::page::Page;
use crate::place::may_manage_plan;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

/// What a browser may send: more than is taken, so that too large a file is told by a page.
pub(super) const BODY_MOST: usize = 4 * FILE_MOST;
/// What is said of a layer besides its file.
const SAID: [&str; 8] =
    ["name", "licence", "datum", "source_title", "source_url", "grade", "effective", "reason"];

pub(super) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/place/layers", get(show))
        .route("/p/{plan}/place/layers/withdraw/{layer}", get(withdraw::show).post(withdraw::take))
        .merge(network::routes())
        .merge(base_map::routes())
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
    /// What it is called in addresses.
    pub address: String,
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
            address: address(*kind),
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

pub(super) async fn enter(visit: &Visit, plan: &str) -> Result<(Code, Code), PageError> {
    let plan = known_code(plan)?;
    let person = visit.signed_in()?;
    if !may_manage_plan(visit, &plan) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    Ok((plan, person))
}

/// What a browser sent.
#[derive(Default)]
pub(super) struct Brought {
    pub form: FormState,
    pub name: String,
    pub file: Vec<u8>,
    pub nodes: Vec<u8>,
    pub edges: Vec<u8>,
    too_large: Option<&'static str>,
}

async fn read(mut parts: FileForm<'_>) -> Result<Brought, PageError> {
    let mut out = Brought::default();
    let most = |name: &str| if matches!(name, "file" | "nodes" | "edges") { FILE_MOST } else { TEXT_MOST };
    while let Some(part) = parts.next(most).await? {
        let (bytes, which) = match part.name.as_str() {
            "file" => (&mut out.file, "file"),
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

/// What a browser sent, with the mistakes of what is said besides the files in its form.
pub(super) async fn receive(visit: &Visit, parts: FileForm<'_>) -> Result<Brought, PageError> {
    let mut brought = read(parts).await?;
    let form = &mut brought.form;
    if let Some(field) = brought.too_large {
        let megabytes = (FILE_MOST >> 20).to_string();
        form.fail(field, visit.tw("import-too-large", &[("max", &megabytes)]));
        return Ok(brought);
    }
    if !form.value("effective").is_empty() && parse_day(form.value("effective")).is_none() {
        form.fail("effective", visit.t("field-error-not-a-day"));
    }
    if form.value("source_title").is_empty() && form.value("source_url").is_empty() {
        form.fail("source_title", visit.t("network-source-missing"));
    }
    Ok(brought)
}

impl Brought {
    /// How a form with mistakes is answered.
    pub fn status(&self) -> StatusCode {
        if self.too_large.is_some() {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    pub fn is_too_large(&self) -> bool {
        self.too_large.is_some()
    }
}

/// The address of what waits to become a layer; `Err`: there is no room for it now.
pub(super) async fn keep(
    visit: &Visit,
    (plan, person): (&Code, &Code),
    layer: LayerKind,
    (form, name): (&FormState, &str),
    bytes: Vec<u8>,
) -> Result<Result<String, ()>, PageError> {
    let profile = Profile { constants: form.values.clone(), ..Profile::default() };
    let reading = Reading { table: layer.as_str().to_owned(), profile };
    Ok(match visit.app.keep_file(person, plan, name, &reading, bytes).await? {
        Keeping::Waits(id) => Ok(format!("/p/{plan}/place/layers/{}/{id}", address(layer))),
        Keeping::NoRoom => Err(()),
    })
}

/// What a layer is called in addresses.
pub(super) fn address(layer: LayerKind) -> String {
    layer.as_str().replace('_', "-")
}

/// What waits on the desk of its owner to become a layer.
pub(super) struct Waits {
    pub plan: Code,
    layer: LayerKind,
    pub waiting: app::import::Waiting,
}

impl Waits {
    pub async fn open(visit: &Visit, plan: &str, layer: LayerKind, id: &str) -> Result<Self, PageError> {
        let (plan, person) = enter(visit, plan).await?;
        let waiting = visit.app.waiting_file(&person, &plan, id).await?;
        if waiting.reading.table != layer.as_str() {
            return Err(AppError::NotFound.into());
        }
        Ok(Self { plan, layer, waiting })
    }

    pub fn said(&self, name: &str) -> &str {
        self.waiting.reading.profile.constants.get(name).map_or("", String::as_str)
    }

    fn ground(&self) -> LayerGround {
        let label = |lang| word(lang, "layer", self.layer.as_str());
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

    pub fn address(&self) -> String {
        format!("/p/{}/place/layers/{}/{}", self.plan, address(self.layer), self.waiting.id)
    }

    /// Puts content on the books in place of what waited; `Err`: what the rules say against it.
    pub async fn put(
        &self,
        visit: &Visit,
        content: Content,
    ) -> Result<Result<Response, Vec<Refusal>>, PageError> {
        let put = match visit.app.make_layer(content, self.ground()).await {
            Ok(new) => visit.app.put_layer(&visit.actor, &self.plan, new).await,
            Err(error) => Err(error),
        };
        match put {
            Ok(receipt) => {
                visit.app.drop_file(&self.waiting).await?;
                Ok(Ok(done(&format!("/p/{}/place/layers", self.plan), Some(&receipt))))
            }
            Err(AppError::Refused(refusals)) => Ok(Err(refusals)),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn discard(&self, visit: &Visit) -> Result<Response, PageError> {
        visit.app.drop_file(&self.waiting).await?;
        Ok(Redirect::to(&format!("/p/{}/place/layers/{}", self.plan, address(self.layer))).into_response())
    }

    /// What it would take the place of.
    pub async fn replaces(&self, visit: &Visit) -> Result<String, PageError> {
        let portfolio = visit.app.portfolio(&self.plan, app::read::Asked::default()).await?;
        let held = portfolio.plan.layers.get(&self.layer);
        Ok(held.map_or_else(String::new, |held| held.layer.name.get(visit.lang.is_english()).to_owned()))
    }
}
