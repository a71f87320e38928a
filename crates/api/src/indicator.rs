//! Indicators and their observations.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::View;
use domain::indicator::{
    Indicator as DomainIndicator, IndicatorFact as DomainFact, Observation as DomainObservation,
};
use domain::journal::Seq;
use domain::subject::{Subject, SubjectKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::answer::{
    Audience, Conditions, Ground, Outcome, Record, Registration, Source, answer, list_tag, page, subject_tag,
};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::{Body, Place};
use crate::fact::{IndicatorFact, Instrument};
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, Name, code};
use crate::word::{DirectionWord, GradeWord};
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_indicators, register_indicator))
        .routes(routes!(get_indicator))
        .routes(routes!(record_indicator_facts))
        .routes(routes!(list_observations, record_observation))
        .routes(routes!(accept_observation))
}

/// An indicator in a list.
#[derive(Debug, Serialize, ToSchema)]
struct IndicatorLine {
    code: CodeText,
    name: Option<Name>,
    unit: Option<Name>,
    direction: Option<DirectionWord>,
    sector: Option<CodeText>,
    /// The latest day's observation that stands.
    latest: Option<Observation>,
    version: u64,
}

/// A value someone stated for a day.
#[derive(Debug, Serialize, ToSchema)]
struct Observation {
    key: CodeText,
    on: Day,
    value: Amount,
    instrument: Instrument,
    approximate: bool,
    /// The part of the plan's area that it is about; null: the whole.
    area: Option<CodeText>,
    /// The cited wave that it was published of.
    wave: Option<CodeText>,
    grade: GradeWord,
    /// Whether it is the one that is used for its day.
    standing: bool,
    /// The entry that recorded it.
    entry: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Target {
    on: Day,
    value: Amount,
    instrument: Instrument,
}

/// Which of a day's observations is used, and why.
#[derive(Debug, Serialize, ToSchema)]
struct Acceptance {
    on: Day,
    key: CodeText,
    because: String,
}

/// An indicator with baseline, targets and what was accepted.
#[derive(Debug, Serialize, ToSchema)]
struct Indicator {
    code: CodeText,
    plan: CodeText,
    name: Option<Name>,
    unit: Option<Name>,
    direction: Option<DirectionWord>,
    sector: Option<CodeText>,
    baseline: Option<Observation>,
    targets: Vec<Target>,
    /// The latest day's observation that stands.
    latest: Option<Observation>,
    accepted: Vec<Acceptance>,
    /// Days on which sources disagree and no observation is accepted.
    disputed: Vec<Day>,
    version: u64,
    view: ViewUsed,
}

fn observation(held: &DomainObservation, standing: bool) -> Observation {
    observation_of(held, standing, None)
}

fn observation_of(held: &DomainObservation, standing: bool, area: Option<&Code>) -> Observation {
    Observation {
        key: (&held.key).into(),
        on: held.on.into(),
        value: Amount(held.value),
        instrument: (&held.instrument).into(),
        approximate: held.approximate,
        area: area.map(CodeText::from),
        wave: held.wave.as_ref().map(CodeText::from),
        grade: held.grade.into(),
        standing,
        entry: held.seq.0,
    }
}

/// An indicator at the asked point of view, with its version.
async fn find(
    api: &Api,
    plan: &Code,
    code: &Code,
    asked: &Asked,
) -> Result<(DomainIndicator, Seq, View), ApiError> {
    let history = api.history(plan).await?;
    let view = asked.pinned(&history);
    let held = found(history.get(&Subject::indicator(plan, code)).filter(|held| held.exists(view)))?;
    Ok((DomainIndicator::at(code, held.visible::<DomainFact>(view)), held.version, view))
}

/// Indicators of a plan
#[utoipa::path(get, path = "/plans/{plan}/indicators", operation_id = "listIndicators", tag = "indicators",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of indicators.", body = Page<IndicatorLine>)))]
async fn list_indicators(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let held = history.of_kind(&plan, SubjectKind::Indicator).filter(|held| held.exists(view)).collect();
    let list = asked.page(view, held, |held| {
        let indicator = DomainIndicator::at(&held.subject.code, held.visible::<DomainFact>(view));
        IndicatorLine {
            code: (&held.subject.code).into(),
            name: indicator.name.as_ref().map(Name::from),
            unit: indicator.unit.as_ref().map(Name::from),
            direction: indicator.direction.map(Into::into),
            sector: code(&indicator.sector),
            latest: indicator.latest().map(|held| observation(held, true)),
            version: held.version.0,
        }
    });
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Puts an indicator on the books
#[utoipa::path(post, path = "/plans/{plan}/indicators", operation_id = "registerIndicator", tag = "indicators",
    params(("plan" = CodeText, Path,)),
    request_body = Registration<IndicatorFact>,
    responses((status = 201, description = "The indicator is on the books.", body = Outcome)))]
async fn register_indicator(
    State(api): State<Api>,
    Caller(caller): Caller,
    Place(CodeText(plan)): Place<CodeText>,
    Body(body): Body<Registration<IndicatorFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    api.history(&plan).await?;
    let facts = facts.into_iter().map(|fact| Fact::Indicator(fact.into())).collect();
    let address = format!("{PREFIX}/plans/{plan}/indicators/{code}");
    let ground = Ground { effective, source, reason };
    api.register(&caller, Subject::indicator(&plan, &code), facts, ground, address).await
}

/// One indicator with its baseline, targets and accepted values
#[utoipa::path(get, path = "/plans/{plan}/indicators/{indicator}", operation_id = "getIndicator",
    tag = "indicators",
    params(("plan" = CodeText, Path,), ("indicator" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The indicator.", body = Indicator)))]
async fn get_indicator(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (indicator, version, view) = find(&api, &plan, &code, &asked).await?;
    let used = asked.used(view);
    let body = Indicator {
        code: (&code).into(),
        plan: (&plan).into(),
        name: indicator.name.as_ref().map(Name::from),
        unit: indicator.unit.as_ref().map(Name::from),
        direction: indicator.direction.map(Into::into),
        sector: crate::value::code(&indicator.sector),
        baseline: indicator.baseline.as_ref().map(|held| observation(held, true)),
        targets: indicator
            .targets
            .iter()
            .map(|(on, value, instrument)| Target {
                on: (*on).into(),
                value: Amount(*value),
                instrument: instrument.into(),
            })
            .collect(),
        latest: indicator.latest().map(|held| observation(held, true)),
        accepted: indicator
            .whole
            .accepted
            .iter()
            .map(|(on, (key, because))| Acceptance {
                on: (*on).into(),
                key: key.into(),
                because: because.clone(),
            })
            .collect(),
        disputed: indicator.disputed().into_iter().map(Into::into).collect(),
        version: version.0,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &subject_tag(version, view, Audience::Public), &used, body))
}

/// Records facts of an indicator
#[utoipa::path(post, path = "/plans/{plan}/indicators/{indicator}/facts",
    operation_id = "recordIndicatorFacts", tag = "indicators",
    params(("plan" = CodeText, Path,), ("indicator" = CodeText, Path,)),
    request_body = Record<IndicatorFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_indicator_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(Record { facts, effective, source, reason }): Body<Record<IndicatorFact>>,
) -> Result<Response, ApiError> {
    let facts = facts.into_iter().map(|fact| Fact::Indicator(fact.into())).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::indicator(&plan, &code), facts, ground).await
}

/// A value to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewObservation {
    /// Tells it from what others stated for the same day.
    key: CodeText,
    on: Day,
    value: Amount,
    instrument: Instrument,
    /// The statement says "more than", "nearly", "about".
    #[serde(default)]
    approximate: bool,
    /// The part of the plan's area that it is about; without it, the whole.
    #[serde(default)]
    area: Option<CodeText>,
    /// The cited wave that it was published of.
    #[serde(default)]
    wave: Option<CodeText>,
    #[serde(default)]
    source: Option<Source>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    reason: String,
}

/// Which of a day's observations is to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAcceptance {
    on: Day,
    #[schema(min_length = 1, max_length = 4000)]
    because: String,
    /// The area that the observations are about; without it, the whole.
    #[serde(default)]
    area: Option<CodeText>,
    #[serde(default)]
    source: Option<Source>,
}

/// Observations of an indicator: all that anyone stated, also where they disagree
#[utoipa::path(get, path = "/plans/{plan}/indicators/{indicator}/observations",
    operation_id = "listObservations", tag = "indicators",
    params(("plan" = CodeText, Path,), ("indicator" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of observations.", body = Page<Observation>)))]
async fn list_observations(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (indicator, _, view) = find(&api, &plan, &code, &asked).await?;
    let areas = indicator.by_area.iter().map(|(area, series)| (Some(area), series));
    let all: Vec<_> = [(None, &indicator.whole)]
        .into_iter()
        .chain(areas)
        .flat_map(|(area, series)| series.observations.iter().map(move |held| (area, series, held)))
        .collect();
    let list = asked.page(view, all, |(area, series, held)| {
        let standing = series.standing(held.on).is_some_and(|standing| standing.key == held.key);
        observation_of(held, standing, area)
    });
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Records an observation
#[utoipa::path(post, path = "/plans/{plan}/indicators/{indicator}/observations",
    operation_id = "recordObservation", tag = "indicators",
    params(("plan" = CodeText, Path,), ("indicator" = CodeText, Path,)),
    request_body = NewObservation,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "It was already on record.", body = Outcome)))]
async fn record_observation(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(body): Body<NewObservation>,
) -> Result<Response, ApiError> {
    let fact = DomainFact::Observation {
        key: body.key.0,
        on: body.on.0,
        value: body.value.0,
        instrument: body.instrument.into(),
        approximate: body.approximate,
        area: body.area.map(|area| area.0),
        wave: body.wave.map(|wave| wave.0),
    };
    let ground = Ground { effective: None, source: body.source, reason: body.reason };
    let subject = Subject::indicator(&plan, &code);
    api.record(&caller, &conditions, subject, vec![Fact::Indicator(fact)], ground).await
}

/// Accepts one of the observations of a day, with a reason
#[utoipa::path(post, path = "/plans/{plan}/indicators/{indicator}/observations/{key}/acceptance",
    operation_id = "acceptObservation", tag = "indicators",
    params(("plan" = CodeText, Path,), ("indicator" = CodeText, Path,), ("key" = CodeText, Path,)),
    request_body = NewAcceptance,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "It was already accepted.", body = Outcome)))]
async fn accept_observation(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code), CodeText(key))): Place<(CodeText, CodeText, CodeText)>,
    Body(body): Body<NewAcceptance>,
) -> Result<Response, ApiError> {
    let fact = DomainFact::Accepted {
        on: body.on.0,
        key,
        because: body.because,
        area: body.area.map(|area| area.0),
    };
    let ground = Ground { effective: None, source: body.source, reason: String::new() };
    let subject = Subject::indicator(&plan, &code);
    api.record(&caller, &conditions, subject, vec![Fact::Indicator(fact)], ground).await
}
