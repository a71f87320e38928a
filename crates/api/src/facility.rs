//! Facilities of a plan.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::facility::{Facility as DomainFacility, OnSite};
use domain::fact::Fact;
use domain::subject::Subject;
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
use crate::fact::{Entrance, FacilityFact, SeenOnSite, SiteBoundary};
use crate::problem::ApiError;
use crate::value::{CodeText, Day, Degrees, Name, code};
use crate::word::{DatumWord, FacilityStandingWord, GradeWord};
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_facilities, register_facility))
        .routes(routes!(get_facility))
        .routes(routes!(record_facility_facts))
}

/// A facility in a list.
#[derive(Debug, Serialize, ToSchema)]
struct FacilityLine {
    code: CodeText,
    name: Option<Name>,
    kind: Option<CodeText>,
    longitude: Option<Degrees>,
    latitude: Option<Degrees>,
    /// At what it is reached: `entrances`, its `boundary`, or its `point` alone.
    reached_by: Option<String>,
    /// The area it is said to lie in, else the finest one whose boundary holds it.
    area: Option<CodeText>,
    capacity: Option<u32>,
    /// Whether it serves on the day that is looked at.
    standing: FacilityStandingWord,
    project: Option<CodeText>,
    /// Whether somebody saw on site what is said of it: `seen`, `lapsed` since, or `never`.
    on_site: String,
    grade: GradeWord,
    /// What whoever passes its data on has to say.
    licence: String,
    version: u64,
}

/// A facility as it is on record.
#[derive(Debug, Serialize, ToSchema)]
struct Facility {
    code: CodeText,
    plan: CodeText,
    name: Option<Name>,
    kind: Option<CodeText>,
    /// Longitude in WGS 84.
    longitude: Option<Degrees>,
    /// Latitude in WGS 84.
    latitude: Option<Degrees>,
    /// The datum in which its source gave the coordinates.
    stated_datum: Option<DatumWord>,
    /// Where it ends, of one that is more than a point.
    boundary: Option<SiteBoundary>,
    /// Where people go in.
    entrances: Vec<Entrance>,
    /// At what it is reached: `entrances`, its `boundary`, or its `point` alone.
    reached_by: Option<String>,
    area: Option<CodeText>,
    capacity: Option<u32>,
    opens: Option<Day>,
    closes: Option<Day>,
    project: Option<CodeText>,
    /// Whether somebody saw on site what is said of it: `seen`, `lapsed` since, or `never`.
    on_site: String,
    /// What was seen last.
    seen: Option<SeenOnSite>,
    grade: GradeWord,
    licence: String,
    version: u64,
    view: ViewUsed,
}

/// Facilities of a plan, with how each stands on the day
#[utoipa::path(get, path = "/plans/{plan}/facilities", operation_id = "listFacilities", tag = "facilities",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of facilities.", body = Page<FacilityLine>)))]
async fn list_facilities(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let list = asked.page(view, portfolio.facilities.iter().collect(), |held| FacilityLine {
        code: (&held.code).into(),
        name: held.name.as_ref().map(Name::from),
        kind: code(&held.kind),
        longitude: held.site.map(|site| Degrees(site.at.longitude)),
        latitude: held.site.map(|site| Degrees(site.at.latitude)),
        reached_by: held.reached_by().map(|by| by.as_str().to_owned()),
        area: portfolio.area_of(held).map(|area| (&area.code).into()),
        capacity: held.capacity,
        standing: portfolio.standing_of(held).into(),
        project: code(&held.project),
        on_site: held.on_site.as_str().to_owned(),
        grade: held.grade.into(),
        licence: held.licence.clone(),
        version: held.version.0,
    });
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Puts a facility on the books
#[utoipa::path(post, path = "/plans/{plan}/facilities", operation_id = "registerFacility", tag = "facilities",
    params(("plan" = CodeText, Path,)),
    request_body = Registration<FacilityFact>,
    responses((status = 201, description = "The facility is on the books.", body = Outcome)))]
async fn register_facility(
    State(api): State<Api>,
    Caller(caller): Caller,
    Place(CodeText(plan)): Place<CodeText>,
    Body(body): Body<Registration<FacilityFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    api.history(&plan).await?;
    let address = format!("{PREFIX}/plans/{plan}/facilities/{code}");
    let ground = Ground { effective, source, reason };
    api.register(&caller, Subject::facility(&plan, &code), given(facts), ground, address).await
}

fn given(facts: Vec<FacilityFact>) -> Vec<Fact> {
    facts.into_iter().map(|fact| Fact::Facility(fact.into())).collect()
}

/// One facility
#[utoipa::path(get, path = "/plans/{plan}/facilities/{facility}", operation_id = "getFacility",
    tag = "facilities",
    params(("plan" = CodeText, Path,), ("facility" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The facility.", body = Facility)))]
async fn get_facility(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(own))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (held, view) = find(&api, &plan, &own, &asked).await?;
    let used = asked.used(view);
    let body = Facility {
        code: (&held.code).into(),
        plan: (&plan).into(),
        name: held.name.as_ref().map(Name::from),
        kind: code(&held.kind),
        longitude: held.site.map(|site| Degrees(site.at.longitude)),
        latitude: held.site.map(|site| Degrees(site.at.latitude)),
        stated_datum: held.site.map(|site| site.source().datum.into()),
        boundary: held.boundary.as_ref().map(Into::into),
        entrances: held.entrances.iter().map(Into::into).collect(),
        reached_by: held.reached_by().map(|by| by.as_str().to_owned()),
        area: code(&held.area),
        capacity: held.capacity,
        opens: held.opens.map(Into::into),
        closes: held.closes.map(Into::into),
        project: code(&held.project),
        on_site: held.on_site.as_str().to_owned(),
        seen: match &held.on_site {
            OnSite::Seen(seen) | OnSite::Lapsed(seen) => Some(seen.into()),
            OnSite::Never => None,
        },
        grade: held.grade.into(),
        licence: held.licence.clone(),
        version: held.version.0,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &subject_tag(held.version, view, Audience::Public), &used, body))
}

async fn find(
    api: &Api,
    plan: &Code,
    own: &Code,
    asked: &Asked,
) -> Result<(DomainFacility, domain::history::View), ApiError> {
    let history = api.history(plan).await?;
    let view = asked.pinned(&history);
    let held = history.get(&Subject::facility(plan, own));
    Ok((found(held.and_then(|held| DomainFacility::at(held, view)))?, view))
}

/// Records facts of a facility
#[utoipa::path(post, path = "/plans/{plan}/facilities/{facility}/facts",
    operation_id = "recordFacilityFacts", tag = "facilities",
    params(("plan" = CodeText, Path,), ("facility" = CodeText, Path,)),
    request_body = Record<FacilityFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_facility_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(own))): Place<(CodeText, CodeText)>,
    Body(Record { facts, effective, source, reason }): Body<Record<FacilityFact>>,
) -> Result<Response, ApiError> {
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::facility(&plan, &own), given(facts), ground).await
}
