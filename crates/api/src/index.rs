//! Indices: what they are made of, and what they come to, down to the observations.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::index::{HeldVersion, Index as DomainIndex, IndexCell, IndexValues};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::subject::Subject;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
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
use crate::fact::{IndexFact, IndexVersion};
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, Name};
use crate::word::GradeWord;
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_indices, register_index))
        .routes(routes!(get_index))
        .routes(routes!(record_index_facts))
        .routes(routes!(list_index_values))
}

/// An index in a list.
#[derive(Debug, Serialize, ToSchema)]
struct IndexLine {
    code: CodeText,
    name: Name,
    /// The version in force on the day that is looked at.
    in_force: Option<CodeText>,
    /// The last period of the whole plan that has a value.
    latest: Option<IndexLatest>,
}

#[derive(Debug, Serialize, ToSchema)]
struct IndexLatest {
    /// A year, quarter or month: 2019, 2019-Q3 or 2019-08.
    span: String,
    /// 0 to 100.
    value: Amount,
    /// Share of all weight whose indicators have a value.
    coverage: Amount,
    /// Whether it, or something that it rests on, is made up.
    illustrative: bool,
}

/// A version with the day from which it holds.
#[derive(Debug, Serialize, ToSchema)]
struct DatedVersion {
    from: Day,
    /// The day on which another version followed.
    until: Option<Day>,
    grade: GradeWord,
    /// The entry that recorded it.
    entry: u64,
    made_of: IndexVersion,
}

/// An index with all its versions.
#[derive(Debug, Serialize, ToSchema)]
struct Index {
    code: CodeText,
    plan: CodeText,
    name: Name,
    /// In order of the day from which they hold; the last is in force.
    versions: Vec<DatedVersion>,
    version: u64,
    view: ViewUsed,
}

/// One indicator of a value, with the observation that was used.
#[derive(Debug, Serialize, ToSchema)]
struct PartOfValue {
    dimension: Name,
    indicator: CodeText,
    value: Option<Amount>,
    on: Option<Day>,
    /// The key of the observation; `baseline` for the value before the plan began.
    key: Option<CodeText>,
    entry: Option<u64>,
    grade: Option<GradeWord>,
    /// 0 to 100.
    score: Option<Amount>,
    /// Share of all weight, before any rescaling.
    weight: Amount,
    /// Why there is no value: not_observed, other_instrument, disputed or no_indicator.
    missing: Option<String>,
}

/// The index of one area and period.
#[derive(Debug, Serialize, ToSchema)]
struct IndexValueLine {
    /// Null: the whole of the plan.
    area: Option<CodeText>,
    /// A year, quarter or month: 2019, 2019-Q3 or 2019-08.
    span: String,
    from: Day,
    to: Day,
    /// Whether days of the period are still to come.
    running: bool,
    made_of: CodeText,
    /// 0 to 100; null where too much is missing.
    value: Option<Amount>,
    /// Share of all weight whose indicators have a value.
    coverage: Amount,
    /// Whether it, or something that it rests on, is made up.
    illustrative: bool,
    parts: Vec<PartOfValue>,
}

/// Six decimals: the rest is noise of binary numbers.
fn amount(value: f64) -> Amount {
    Amount(Decimal::from_f64(value).unwrap_or_default().round_dp(6).normalize())
}

fn latest(values: Option<&IndexValues>) -> Option<IndexLatest> {
    let (cell, value) = values?.of_area(None).rev().find_map(|cell| Some((cell, cell.value?)))?;
    Some(IndexLatest {
        span: cell.span.to_string(),
        value: amount(value),
        coverage: amount(cell.coverage),
        illustrative: cell.illustrative,
    })
}

/// What the version in force comes to.
async fn values_of(
    api: &Api,
    portfolio: &Arc<Portfolio>,
    index: &DomainIndex,
) -> Result<Option<Arc<IndexValues>>, ApiError> {
    let Some(version) = index.in_force() else { return Ok(None) };
    Ok(api.app().index_values(portfolio, &index.code, version).await?)
}

/// Indices of a plan
#[utoipa::path(get, path = "/plans/{plan}/indices", operation_id = "listIndices", tag = "indicators",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of indices.", body = Page<IndexLine>)))]
async fn list_indices(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let Page { items, next, total, view: used } =
        asked.page(view, portfolio.indices.iter().collect(), |index: &DomainIndex| index);
    let mut lines = Vec::with_capacity(items.len());
    for index in items {
        let version = index.in_force();
        let values = values_of(&api, &portfolio, index).await?;
        lines.push(IndexLine {
            code: (&index.code).into(),
            name: (&index.name).into(),
            in_force: version.map(|held| (&held.version.version).into()),
            latest: latest(values.as_deref()),
        });
    }
    let list = Page { items: lines, next, total, view: used };
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

fn given(facts: Vec<IndexFact>) -> Vec<Fact> {
    facts.into_iter().map(|fact| Fact::Index(fact.into())).collect()
}

/// Puts an index on the books
#[utoipa::path(post, path = "/plans/{plan}/indices", operation_id = "registerIndex", tag = "indicators",
    params(("plan" = CodeText, Path,)),
    request_body = Registration<IndexFact>,
    responses((status = 201, description = "The index is on the books.", body = Outcome)))]
async fn register_index(
    State(api): State<Api>,
    Caller(caller): Caller,
    Place(CodeText(plan)): Place<CodeText>,
    Body(body): Body<Registration<IndexFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    api.history(&plan).await?;
    let address = format!("{PREFIX}/plans/{plan}/indices/{code}");
    let ground = Ground { effective, source, reason };
    api.register(&caller, Subject::index(&plan, &code), given(facts), ground, address).await
}

/// One index with all its versions
#[utoipa::path(get, path = "/plans/{plan}/indices/{index}", operation_id = "getIndex", tag = "indicators",
    params(("plan" = CodeText, Path,), ("index" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The index.", body = Index)))]
async fn get_index(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let held = found(history.get(&Subject::index(&plan, &code)))?;
    let index = found(DomainIndex::at(held, view))?;
    let (used, Seq(version)) = (asked.used(view), held.version);
    let dated = |held: &HeldVersion| DatedVersion {
        from: held.from.into(),
        until: index.until(held).map(Into::into),
        grade: held.grade.into(),
        entry: held.seq.0,
        made_of: (&held.version).into(),
    };
    let body = Index {
        code: (&code).into(),
        plan: (&plan).into(),
        name: (&index.name).into(),
        versions: index.versions.iter().map(dated).collect(),
        version,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &subject_tag(held.version, view, Audience::Public), &used, body))
}

/// Records facts of an index
#[utoipa::path(post, path = "/plans/{plan}/indices/{index}/facts", operation_id = "recordIndexFacts",
    tag = "indicators",
    params(("plan" = CodeText, Path,), ("index" = CodeText, Path,)),
    request_body = Record<IndexFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_index_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(Record { facts, effective, source, reason }): Body<Record<IndexFact>>,
) -> Result<Response, ApiError> {
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::index(&plan, &code), given(facts), ground).await
}

/// What an index comes to for every area and period, by the version in force, with the observations that were used
#[utoipa::path(get, path = "/plans/{plan}/indices/{index}/values", operation_id = "listIndexValues",
    tag = "indicators",
    params(("plan" = CodeText, Path,), ("index" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of values.", body = Page<IndexValueLine>)))]
async fn list_index_values(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let index = found(portfolio.indices.iter().find(|index| index.code == code))?;
    let values = values_of(&api, &portfolio, index).await?;
    let cells = values
        .as_ref()
        .map_or_else(Vec::new, |values| values.cells.iter().map(|cell| (values, cell)).collect());
    let list = asked.page(view, cells, |(values, cell)| value_line(&values.version, cell));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

fn value_line(version: &HeldVersion, cell: &IndexCell) -> IndexValueLine {
    let parts = cell.parts.iter().filter_map(|part| {
        let used = part.used.as_ref().ok().map(|used| &used.observation);
        Some(PartOfValue {
            dimension: (&version.version.dimensions.get(part.dimension)?.name).into(),
            indicator: (&part.indicator).into(),
            value: used.map(|used| Amount(used.value)),
            on: used.map(|used| used.on.into()),
            key: used.map(|used| (&used.key).into()),
            entry: used.map(|used| used.seq.0),
            grade: used.map(|used| used.grade.into()),
            score: part.score.map(amount),
            weight: amount(part.weight),
            missing: part.used.as_ref().err().map(|why| why.as_str().to_owned()),
        })
    });
    let area: Option<&Code> = cell.area.as_ref();
    IndexValueLine {
        area: area.map(Into::into),
        span: cell.span.to_string(),
        from: cell.span.first().into(),
        to: cell.span.last().into(),
        running: cell.running,
        made_of: (&version.version.version).into(),
        value: cell.value.map(amount),
        coverage: amount(cell.coverage),
        illustrative: cell.illustrative,
        parts: parts.collect(),
    }
}
