//! How far people get from a place on foot, and whom and what they find there.

use app::place::reach::{Band, Reached as Found};
use app::place::rings::parts;
use app::place::{COVERED, is_illustrative, licences};
use axum::extract::State;
use axum::response::Response;
use domain::code::Code;
use domain::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::point;
use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag};
use crate::asked::{Asked, ViewParams, ViewUsed};
use crate::body::{Params, Place};
use crate::problem::ApiError;
use crate::value::{CodeText, Degrees};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get_reach))
}

/// The facilities of an answer, nearest first; of the rest their number is told.
const FACILITIES_MOST: usize = 500;

/// Where from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FromPlace {
    /// In degrees, WGS 84.
    #[param(minimum = -180, maximum = 180)]
    longitude: f64,
    #[param(minimum = -90, maximum = 90)]
    latitude: f64,
}

/// How many facilities of a kind.
#[derive(Debug, Serialize, ToSchema)]
struct KindCount {
    kind: CodeText,
    count: u64,
}

/// A GeoJSON geometry (RFC 7946): polygons with their holes, longitude first.
#[derive(Debug, Serialize, ToSchema)]
struct MultiPolygon {
    /// Always `MultiPolygon`.
    #[serde(rename = "type")]
    kind: String,
    coordinates: Vec<Vec<Vec<Vec<f64>>>>,
}

/// What lies within so many minutes on foot.
#[derive(Debug, Serialize, ToSchema)]
struct ReachBand {
    minutes: u16,
    metres: u32,
    /// People within; `null` where nobody said where people live, or where there are fewer than the step.
    people: Option<u64>,
    residences: Option<u64>,
    residences_without_people: Option<u64>,
    /// The area that is reached against that of the circle, in thousandths; `null` where distances are straight.
    share_of_circle_permille: Option<u16>,
    facilities: Vec<KindCount>,
    shape: MultiPolygon,
}

/// A facility within reach.
#[derive(Debug, Serialize, ToSchema)]
struct ReachedFacility {
    code: CodeText,
    kind: CodeText,
    millimetres: u32,
}

/// How far people get from a place, and whom and what they find there.
#[derive(Debug, Serialize, ToSchema)]
struct Reach {
    longitude: Degrees,
    latitude: Degrees,
    /// `network` on foot over the walking network, or `straight` lines where none is in force.
    distance_by: String,
    /// The place lies too far from the network: nothing is reached.
    unreached: bool,
    /// The step in which people are told: 1 to those who may see single homes.
    people_in_steps_of: u64,
    bands: Vec<ReachBand>,
    /// Open facilities within the last band, nearest first, 500 at most.
    facilities: Vec<ReachedFacility>,
    /// Facilities that are left out of the list.
    facilities_left: u64,
    /// Residences or the network are made up.
    illustrative: bool,
    /// What whoever passes the data on has to say.
    licence: Vec<String>,
    view: ViewUsed,
}

fn kinds(of: impl Iterator<Item = (Code, u64)>) -> Vec<KindCount> {
    of.map(|(kind, count)| KindCount { kind: CodeText(kind), count }).collect()
}

fn band(held: &Band, found: &Found, exact: bool) -> ReachBand {
    let known = |count: u64| found.has_residences.then_some(count);
    ReachBand {
        minutes: held.minutes,
        metres: held.metres,
        people: if exact { known(held.people) } else { held.people_in_steps().and_then(known) },
        residences: known((held.counted + held.uncounted) as u64),
        residences_without_people: known(held.uncounted as u64),
        share_of_circle_permille: held.shed_permille,
        facilities: kinds(held.facilities.iter().map(|(kind, count)| (kind.clone(), *count as u64))),
        shape: MultiPolygon {
            kind: "MultiPolygon".to_owned(),
            coordinates: parts(&held.rings)
                .into_iter()
                .map(|part| part.into_iter().map(|ring| ring.into_iter().map(Vec::from).collect()).collect())
                .collect(),
        },
    }
}

/// Who and what is within 5, 10 and 15 minutes of a place
///
/// People are told in steps of ten to those who may not see single homes.
#[utoipa::path(get, path = "/plans/{plan}/reach", operation_id = "getReach", tag = "facilities",
    params(("plan" = CodeText, Path,), FromPlace, ViewParams),
    responses((status = 200, description = "What is reached.", body = Reach)))]
async fn get_reach(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    Params(from): Params<FromPlace>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let at = point("", from.longitude, from.latitude)?;
    let found = api.app().reached(&portfolio, at).await?;
    let found = found.ok_or(ApiError::parameter("longitude", "not-degrees"))?;
    // As pages do: whoever may see single homes anywhere is told people to the last one.
    let exact = caller.0.may_somewhere(Action::ReadStaff);
    let used = asked.used(view);
    let body = Reach {
        longitude: Degrees(at.longitude),
        latitude: Degrees(at.latitude),
        distance_by: found.way.as_str().to_owned(),
        unreached: found.unreached,
        people_in_steps_of: if exact { 1 } else { Band::PEOPLE_STEP },
        bands: found.bands.iter().map(|held| band(held, &found, exact)).collect(),
        facilities: found
            .facilities
            .iter()
            .take(FACILITIES_MOST)
            .map(|held| ReachedFacility {
                code: (&held.facility).into(),
                kind: (&held.kind).into(),
                millimetres: held.millimetres,
            })
            .collect(),
        facilities_left: found.facilities.len().saturating_sub(FACILITIES_MOST) as u64,
        illustrative: is_illustrative(&portfolio, &COVERED),
        licence: licences(&portfolio, &COVERED),
        view: used.clone(),
    };
    let audience = if exact { Audience::Staff } else { Audience::Public };
    Ok(answer(&conditions, &caller.0, &list_tag(view, audience), &used, body))
}
