//! Areas: city, district, subdistrict or town, community.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::area::{Area as DomainArea, AreaFact as DomainFact};
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::subject::{Subject, SubjectKind, directory};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::answer::{
    Audience, Conditions, Ground, Outcome, Record, Registration, answer, list_tag, page, subject_tag,
};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::{Body, Place};
use crate::fact::AreaFact;
use crate::problem::ApiError;
use crate::value::{CodeText, Name, code};
use crate::word::AreaLevelWord;
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_areas, register_area))
        .routes(routes!(get_area))
        .routes(routes!(record_area_facts))
}

/// An area in a list.
#[derive(Debug, Serialize, ToSchema)]
struct AreaLine {
    code: CodeText,
    name: Name,
    level: Option<AreaLevelWord>,
    parent: Option<CodeText>,
    population: Option<u64>,
    /// What people call it besides.
    aliases: Vec<String>,
    active: bool,
    version: u64,
}

/// An area.
#[derive(Debug, Serialize, ToSchema)]
struct Area {
    code: CodeText,
    name: Name,
    level: Option<AreaLevelWord>,
    parent: Option<CodeText>,
    population: Option<u64>,
    /// What people call it besides.
    aliases: Vec<String>,
    active: bool,
    version: u64,
    view: ViewUsed,
}

fn line(held: &SubjectHistory, view: View) -> AreaLine {
    let area = DomainArea::at(&held.subject.code, held.visible::<DomainFact>(view));
    AreaLine {
        code: (&area.code).into(),
        name: (&area.name).into(),
        level: area.level.map(Into::into),
        parent: code(&area.parent),
        population: area.population,
        aliases: area.aliases,
        active: area.active,
        version: held.version.0,
    }
}

/// Areas on the books
#[utoipa::path(get, path = "/areas", operation_id = "listAreas", tag = "directory",
    params(ViewParams, PageParams),
    responses((status = 200, description = "A page of areas.", body = Page<AreaLine>)))]
async fn list_areas(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.directory().await?;
    let view = asked.pinned(&history);
    let held = history.of_kind(&directory(), SubjectKind::Area).filter(|held| held.exists(view)).collect();
    let list = asked.page(view, held, |held| line(held, view));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Puts an area on the books
#[utoipa::path(post, path = "/areas", operation_id = "registerArea", tag = "directory",
    request_body = Registration<AreaFact>,
    responses((status = 201, description = "The area is on the books.", body = Outcome)))]
async fn register_area(
    State(api): State<Api>,
    Caller(caller): Caller,
    Body(body): Body<Registration<AreaFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    let facts = facts.into_iter().map(|fact| Fact::Area(fact.into())).collect();
    let address = format!("{PREFIX}/areas/{code}");
    api.register(&caller, Subject::area(&code), facts, Ground { effective, source, reason }, address).await
}

/// One area
#[utoipa::path(get, path = "/areas/{area}", operation_id = "getArea", tag = "directory",
    params(("area" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The area.", body = Area)))]
async fn get_area(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.directory().await?;
    let view = asked.pinned(&history);
    let held = found(history.get(&Subject::area(&code)).filter(|held| held.exists(view)))?;
    let used = asked.used(view);
    let AreaLine { code, name, level, parent, population, aliases, active, version } = line(held, view);
    let body = Area { code, name, level, parent, population, aliases, active, version, view: used.clone() };
    Ok(answer(&conditions, &caller, &subject_tag(held.version, view, Audience::Public), &used, body))
}

/// Records facts of an area
#[utoipa::path(post, path = "/areas/{area}/facts", operation_id = "recordAreaFacts", tag = "directory",
    params(("area" = CodeText, Path,)),
    request_body = Record<AreaFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_area_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    Body(Record { facts, effective, source, reason }): Body<Record<AreaFact>>,
) -> Result<Response, ApiError> {
    let facts = facts.into_iter().map(|fact| Fact::Area(fact.into())).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::area(&code), facts, ground).await
}
