//! Layers of a plan, who is covered, and the gaps: worked out for a day, read only.

use app::place::coverage::{Asks, Coverage as Worked, CoverageAsked, GapLine};
use app::place::evidence::{Evidence, Reader};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::portfolio::Portfolio;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams};
use crate::body::Place;
use crate::fact::GapAnswer;
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, DigestText, Name};
use crate::word::{GapStateWord, GradeWord, LayerKindWord};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_layers))
        .routes(routes!(list_coverage))
        .routes(routes!(list_gaps))
}

/// A layer in force.
#[derive(Debug, Serialize, ToSchema)]
struct Layer {
    layer: LayerKindWord,
    name: Name,
    digest: DigestText,
    /// Residences, nodes of the network, or parcels.
    count: u64,
    links: Option<u64>,
    /// The people of residences, where they are known of all.
    people: Option<u64>,
    /// The first day on which it holds.
    from: Day,
    grade: GradeWord,
    /// What whoever passes its data on has to say.
    licence: String,
}

/// Coverage of one community by one kind of facility and rule.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageLine {
    area: CodeText,
    kind: CodeText,
    standard: Option<CodeText>,
    /// Whether somebody compared the standard with its text.
    standard_checked: bool,
    /// The limit, inclusive.
    limit_millimetres: u32,
    /// `network` on foot over the walking network, or `straight` lines where none is in force.
    distance_by: String,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
    covered: u64,
    not_covered: u64,
    /// Of whom it is not known, those who are not on the network included.
    unknown: u64,
    unreached: u64,
    /// Facilities known, and officially; the latter `null` where there is no count.
    known_facilities: u64,
    official_facilities: Option<u64>,
    /// Open facilities of the kind in the whole plan that are reached at their point alone.
    facilities_at_point: u64,
    /// Nobody counted people of the ages that the kind is for: everybody stands in for them.
    everybody: bool,
}

/// A line of the gap register.
#[derive(Debug, Serialize, ToSchema)]
struct GapOfPlan {
    area: CodeText,
    kind: CodeText,
    standard: CodeText,
    state: GapStateWord,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
    /// Those whom the state is about.
    concerned: u64,
    all: u64,
    /// Of whom nobody knows, whatever the state is.
    unknown: u64,
    /// Covered by one that is full, whatever the state is.
    in_full: u64,
    /// Half of the homes that have none in reach have the nearest one at most so far.
    nearest_millimetres: Option<u32>,
    /// Of a standard of distance.
    limit_millimetres: Option<u32>,
    /// Of a standard of so much for a thousand people: what they have in reach, and what it asks for.
    per_thousand: Option<Amount>,
    asked_per_thousand: Option<Amount>,
    /// The commonest cause: too_far, no_link, planned, closed, unreached, full or too_few.
    cause: Option<String>,
    /// Published requests of residents in the community, of the categories that belong to the kind, of the twelve months
    /// up to the day; none where none belongs to it, or where it is not told because small numbers would be known.
    requests: Option<u64>,
    requests_from: Option<Day>,
    requests_to: Option<Day>,
    answer: Option<GapAnswer>,
    answered_on: Option<Day>,
}

/// Layers of a plan: residences, the walking network, parcels
#[utoipa::path(get, path = "/plans/{plan}/layers", operation_id = "listLayers", tag = "facilities",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "The layers in force.", body = Page<Layer>)))]
async fn list_layers(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let list = asked.page(view, portfolio.plan.layers.iter().collect(), |(kind, held)| Layer {
        layer: (*kind).into(),
        name: (&held.layer.name).into(),
        digest: DigestText(held.layer.digest),
        count: held.layer.count,
        links: held.layer.links,
        people: held.layer.people,
        from: held.from.into(),
        grade: held.grade.into(),
        licence: held.layer.licence.clone(),
    });
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Who is covered, by community, kind of facility and standard; nothing where nobody said where people live
#[utoipa::path(get, path = "/plans/{plan}/coverage", operation_id = "listCoverage", tag = "facilities",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of coverage.", body = Page<CoverageLine>)))]
async fn list_coverage(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let found = worked(&api, &portfolio).await?;
    let lines = found.as_deref().map_or_else(Vec::new, lines);
    let list = asked.page(view, lines, |line| line);
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

async fn worked(api: &Api, portfolio: &Arc<Portfolio>) -> Result<Option<Arc<Worked>>, ApiError> {
    Ok(api.app().coverage(portfolio, CoverageAsked::default()).await?)
}

fn lines(found: &Worked) -> Vec<CoverageLine> {
    let mut out = Vec::new();
    for kind in &found.kinds {
        for held in &kind.rules {
            for (number, figure) in held.figures.iter().enumerate() {
                let completeness = kind.counted[number].completeness;
                let standard = held.rule.standard.as_ref();
                out.push(CoverageLine {
                    area: (&found.communities[number]).into(),
                    kind: (&kind.kind).into(),
                    standard: standard.map(|standard| (&standard.standard).into()),
                    standard_checked: standard.is_some_and(|standard| standard.is_checked()),
                    limit_millimetres: held.rule.limit,
                    distance_by: found.way.as_str().to_owned(),
                    counted: figure.basis.as_str().to_owned(),
                    covered: figure.covered,
                    not_covered: figure.not_covered,
                    unknown: figure.unknown,
                    unreached: figure.unreached,
                    known_facilities: completeness.known,
                    official_facilities: completeness.official,
                    facilities_at_point: kind.reached.point as u64,
                    everybody: kind.everybody,
                });
            }
        }
    }
    out
}

/// The gap register: who lacks what, why, and what becomes of it
#[utoipa::path(get, path = "/plans/{plan}/gaps", operation_id = "listGaps", tag = "facilities",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of gaps.", body = Page<GapOfPlan>)))]
async fn list_gaps(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let found = worked(&api, &portfolio).await?;
    let gaps = found.as_ref().map_or_else(Vec::new, |found| found.gaps(&portfolio));
    let communities = found.as_ref().map_or(&[][..], |found| &found.communities);
    let evidence = api.app().gap_evidence(&portfolio, communities, Reader::Everybody).await?;
    let list = asked.page(view, gaps, |line| gap(line, &evidence));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

fn gap(line: GapLine, evidence: &Evidence) -> GapOfPlan {
    let held = evidence.of(&line.gap);
    let (limit, nearest, asked, has) = match line.asks {
        Asks::Within { limit, nearest } => (Some(limit), nearest, None, None),
        Asks::PerThousand { asked, has } => (None, None, Some(asked), has),
    };
    GapOfPlan {
        area: (&line.gap.community).into(),
        kind: (&line.gap.kind).into(),
        standard: (&line.gap.standard).into(),
        state: line.state.into(),
        counted: line.basis.as_str().to_owned(),
        concerned: line.concerned,
        all: line.all,
        unknown: line.unknown,
        in_full: line.full,
        nearest_millimetres: nearest,
        limit_millimetres: limit,
        per_thousand: has.map(Amount),
        asked_per_thousand: asked.map(Amount),
        cause: line.causes.each().first().map(|(cause, _)| cause.as_str().to_owned()),
        requests: held.and_then(|held| held.requests),
        requests_from: held.map(|_| evidence.from.into()),
        requests_to: held.map(|_| evidence.to.into()),
        answer: line.answer.as_ref().map(|held| (&held.answer).into()),
        answered_on: line.answer.as_ref().map(|held| held.on.into()),
    }
}
