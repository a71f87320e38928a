//! Units: the organisations that are responsible for something.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::subject::{Subject, SubjectKind, directory};
use domain::unit::{Unit as DomainUnit, UnitFact as DomainFact};
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
use crate::fact::UnitFact;
use crate::problem::ApiError;
use crate::value::{CodeText, Name, code};
use crate::word::UnitLevelWord;
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_units, register_unit))
        .routes(routes!(get_unit))
        .routes(routes!(record_unit_facts))
}

/// A unit in a list.
#[derive(Debug, Serialize, ToSchema)]
struct UnitLine {
    code: CodeText,
    name: Name,
    level: Option<UnitLevelWord>,
    parent: Option<CodeText>,
    area: Option<CodeText>,
    active: bool,
    version: u64,
}

/// A unit.
#[derive(Debug, Serialize, ToSchema)]
struct Unit {
    code: CodeText,
    name: Name,
    level: Option<UnitLevelWord>,
    parent: Option<CodeText>,
    area: Option<CodeText>,
    active: bool,
    version: u64,
    view: ViewUsed,
}

fn line(held: &SubjectHistory, view: View) -> UnitLine {
    let unit = DomainUnit::at(&held.subject.code, held.visible::<DomainFact>(view));
    UnitLine {
        code: (&unit.code).into(),
        name: (&unit.name).into(),
        level: unit.level.map(Into::into),
        parent: code(&unit.parent),
        area: code(&unit.area),
        active: unit.active,
        version: held.version.0,
    }
}

/// Units on the books
#[utoipa::path(get, path = "/units", operation_id = "listUnits", tag = "directory",
    params(ViewParams, PageParams),
    responses((status = 200, description = "A page of units.", body = Page<UnitLine>)))]
async fn list_units(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.directory().await?;
    let view = asked.pinned(&history);
    let held = history.of_kind(&directory(), SubjectKind::Unit).filter(|held| held.exists(view)).collect();
    let list = asked.page(view, held, |held| line(held, view));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Puts a unit on the books
#[utoipa::path(post, path = "/units", operation_id = "registerUnit", tag = "directory",
    request_body = Registration<UnitFact>,
    responses((status = 201, description = "The unit is on the books.", body = Outcome)))]
async fn register_unit(
    State(api): State<Api>,
    Caller(caller): Caller,
    Body(body): Body<Registration<UnitFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    let facts = facts.into_iter().map(|fact| Fact::Unit(fact.into())).collect();
    let address = format!("{PREFIX}/units/{code}");
    api.register(&caller, Subject::unit(&code), facts, Ground { effective, source, reason }, address).await
}

/// One unit
#[utoipa::path(get, path = "/units/{unit}", operation_id = "getUnit", tag = "directory",
    params(("unit" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The unit.", body = Unit)))]
async fn get_unit(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.directory().await?;
    let view = asked.pinned(&history);
    let held = found(history.get(&Subject::unit(&code)).filter(|held| held.exists(view)))?;
    let used = asked.used(view);
    let UnitLine { code, name, level, parent, area, active, version } = line(held, view);
    let body = Unit { code, name, level, parent, area, active, version, view: used.clone() };
    Ok(answer(&conditions, &caller, &subject_tag(held.version, view, Audience::Public), &used, body))
}

/// Records facts of a unit
#[utoipa::path(post, path = "/units/{unit}/facts", operation_id = "recordUnitFacts", tag = "directory",
    params(("unit" = CodeText, Path,)),
    request_body = Record<UnitFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_unit_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    Body(Record { facts, effective, source, reason }): Body<Record<UnitFact>>,
) -> Result<Response, ApiError> {
    let facts = facts.into_iter().map(|fact| Fact::Unit(fact.into())).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::unit(&code), facts, ground).await
}
