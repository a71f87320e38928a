//! What a link between two places would do, and which links are missing.

use std::sync::Arc;

use app::place::coverage::Way;
use app::place::links::{Barriers, KindEffect, LINK_MOST, LinkFault, RankedLink};
use app::place::{COVERED, LINKED, is_illustrative, licences};
use axum::extract::State;
use axum::response::Response;
use domain::layer::LayerKind;
use domain::portfolio::Portfolio;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Gaining, point, refuse, refused};
use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag};
use crate::asked::{Asked, ViewParams, ViewUsed};
use crate::body::{Params, Place};
use crate::problem::ApiError;
use crate::value::{CodeText, Degrees};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(try_link)).routes(routes!(list_missing_links))
}

/// The ends of a link.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Ends {
    /// In degrees, WGS 84.
    #[param(minimum = -180, maximum = 180)]
    from_longitude: f64,
    #[param(minimum = -90, maximum = 90)]
    from_latitude: f64,
    #[param(minimum = -180, maximum = 180)]
    to_longitude: f64,
    #[param(minimum = -90, maximum = 90)]
    to_latitude: f64,
}

/// What a link crosses.
#[derive(Debug, Serialize, ToSchema)]
struct Crossed {
    /// water, waterway, railway or metro.
    kind: String,
    name: String,
}

/// What a link does for one kind of facility, in people whom the kind is for.
#[derive(Debug, Serialize, ToSchema)]
struct LinkKind {
    kind: CodeText,
    limit_metres: u32,
    covered_before: u64,
    covered_after: u64,
    /// Metres that those covered before walk less, summed over them.
    saved_person_metres: u64,
}

/// What a link between two places would do.
#[derive(Debug, Serialize, ToSchema)]
struct TriedLink {
    /// With the ways to the network.
    length_millimetres: u32,
    /// The way round before; `null` where there is none within 20 km.
    detour_millimetres: Option<u32>,
    crosses: Option<Crossed>,
    /// `people`, or `residences` where nobody knows how many live in any.
    counted: String,
    kinds: Vec<LinkKind>,
    /// Of whom at least so many gain a kind or get nearer to one.
    helped: u64,
    /// Of whom at least so many gain a kind, by community.
    gaining: Vec<Gaining>,
    /// All that were looked at.
    people: u64,
    residences_without_people: u64,
    unreached: u64,
    /// Of some kind nobody counted the people of the ages it is for: everybody stands in for them.
    everybody: bool,
    /// Always `network`: links are tried on the walking network alone.
    distance_by: String,
    /// Residences or the network are made up.
    illustrative: bool,
    /// What whoever passes the data on has to say.
    licence: Vec<String>,
    view: ViewUsed,
}

fn link_kind(held: &KindEffect) -> LinkKind {
    LinkKind {
        kind: (&held.kind).into(),
        limit_metres: held.limit,
        covered_before: held.before,
        covered_after: held.after,
        saved_person_metres: held.saved,
    }
}

/// What keeps links from being tried.
fn missing(portfolio: &Portfolio) -> ApiError {
    let has = |kind| portfolio.plan.layers.contains_key(&kind);
    let key = match (has(LayerKind::Network), has(LayerKind::Residences)) {
        (false, _) => "links-need-network",
        (true, false) => "links-need-residences",
        (true, true) => "links-need-standards",
    };
    refused(key)
}

async fn barriers(api: &Api, portfolio: &Arc<Portfolio>) -> Result<Barriers, ApiError> {
    let base = api.app().base_map(portfolio).await?;
    Ok(base.map_or_else(Barriers::new, |(map, _)| map.barriers()))
}

/// What a link between two places would do for people
#[utoipa::path(get, path = "/plans/{plan}/links", operation_id = "tryLink", tag = "facilities",
    params(("plan" = CodeText, Path,), Ends, ViewParams),
    responses((status = 200, description = "What the link does.", body = TriedLink)))]
async fn try_link(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    Params(ends): Params<Ends>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let from = point("from_", ends.from_longitude, ends.from_latitude)?;
    let to = point("to_", ends.to_longitude, ends.to_latitude)?;
    let ground = api.app().link_ground(&portfolio).await?.ok_or_else(|| missing(&portfolio))?;
    let barriers = barriers(&api, &portfolio).await?;
    let tried = api.app().link_effect(&ground, [from, to], barriers).await?;
    let effect = tried.map_err(|fault| match fault {
        LinkFault::OffNetwork { end, metres } => {
            let field = if end == 0 { "from_longitude" } else { "to_longitude" };
            refuse(field, "links-off-network", vec![("metres", metres.to_string())])
        }
        LinkFault::TooLong => {
            refuse("to_longitude", "links-too-long", vec![("metres", LINK_MOST.to_string())])
        }
        LinkFault::NoLength => refuse("to_longitude", "links-no-length", Vec::new()),
    })?;
    let used = asked.used(view);
    let gaining = effect.gaining.iter().map(|(area, people)| Gaining { area: area.into(), people: *people });
    let body = TriedLink {
        length_millimetres: effect.length,
        detour_millimetres: effect.detour,
        crosses: effect
            .barrier
            .as_ref()
            .map(|held| Crossed { kind: held.kind.as_str().to_owned(), name: held.name.clone() }),
        counted: ground.basis.as_str().to_owned(),
        kinds: effect.kinds.iter().map(link_kind).collect(),
        helped: effect.helped,
        gaining: gaining.collect(),
        people: effect.people,
        residences_without_people: ground.uncounted as u64,
        unreached: ground.unreached,
        everybody: ground.everybody,
        distance_by: Way::Network.as_str().to_owned(),
        illustrative: is_illustrative(&portfolio, &COVERED),
        licence: licences(&portfolio, &LINKED),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}

/// A link that is worth looking at on site.
#[derive(Debug, Serialize, ToSchema)]
struct MissingLink {
    from_longitude: Degrees,
    from_latitude: Degrees,
    to_longitude: Degrees,
    to_latitude: Degrees,
    length_millimetres: u32,
    detour_millimetres: Option<u32>,
    crosses: Option<Crossed>,
    /// Newly within the limit, summed over kinds.
    newly_covered: u64,
    helped: u64,
    saved_person_metres: u64,
    /// A better one that helps most of the same people, by its place in the list, from 0.
    overlaps: Option<u64>,
}

/// Where the network breaks off: the best candidates.
#[derive(Debug, Serialize, ToSchema)]
struct MissingLinks {
    /// `people`, or `residences` where nobody knows how many live in any.
    counted: String,
    /// Pairs that lie near and are far to walk.
    candidates: u64,
    /// Not all of them were tried: the longer ones were left out.
    cut: bool,
    /// The best first, 50 at most.
    links: Vec<MissingLink>,
    /// Always `network`: links are tried on the walking network alone.
    distance_by: String,
    /// Residences or the network are made up.
    illustrative: bool,
    /// What whoever passes the data on has to say.
    licence: Vec<String>,
    view: ViewUsed,
}

fn missing_link(held: &RankedLink) -> MissingLink {
    let [from, to] = held.ends;
    MissingLink {
        from_longitude: Degrees(from.longitude),
        from_latitude: Degrees(from.latitude),
        to_longitude: Degrees(to.longitude),
        to_latitude: Degrees(to.latitude),
        length_millimetres: held.length,
        detour_millimetres: held.detour,
        crosses: held
            .barrier
            .as_ref()
            .map(|held| Crossed { kind: held.kind.as_str().to_owned(), name: held.name.clone() }),
        newly_covered: held.newly,
        helped: held.helped,
        saved_person_metres: held.saved,
        overlaps: held.overlaps.map(|at| at as u64),
    }
}

/// Links that are missing from the walking network, ranked by the people they would help
///
/// A finding may be an error of the map: each has to be seen on site.
#[utoipa::path(get, path = "/plans/{plan}/missing-links", operation_id = "listMissingLinks", tag = "facilities",
    params(("plan" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The best candidates.", body = MissingLinks)))]
async fn list_missing_links(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let ground = api.app().link_ground(&portfolio).await?.ok_or_else(|| missing(&portfolio))?;
    let barriers = barriers(&api, &portfolio).await?;
    let ranked = api.app().ranked_links(&ground, barriers).await?;
    let used = asked.used(view);
    let body = MissingLinks {
        counted: ground.basis.as_str().to_owned(),
        candidates: ranked.candidates as u64,
        cut: ranked.cut,
        links: ranked.links.iter().map(missing_link).collect(),
        distance_by: Way::Network.as_str().to_owned(),
        illustrative: is_illustrative(&portfolio, &COVERED),
        licence: licences(&portfolio, &LINKED),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}
