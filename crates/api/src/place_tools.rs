//! What is within reach of a place, what links and new facilities would do, and what changed for people.

use app::place::coverage::CoverageAsked;
use app::place::links::{Barriers, KindEffect, LINK_MOST, LinkFault, RankedLink};
use app::place::reach::{Band, Reached as Found};
use app::place::rings::parts;
use app::place::siting::{SitingAsked, SitingFault, SitingModel};
use axum::extract::State;
use axum::response::Response;
use domain::code::Code;
use domain::layer::LayerKind;
use domain::money::Fen;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::Point;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag};
use crate::asked::{Asked, ViewParams, ViewUsed};
use crate::body::{Params, Place};
use crate::problem::{ApiError, FieldError, Kind, What};
use crate::value::{CodeText, Day, Degrees};

/// The facilities of an answer, nearest first; of the rest their number is told.
const FACILITIES_MOST: usize = 500;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get_reach))
        .routes(routes!(try_link))
        .routes(routes!(list_missing_links))
        .routes(routes!(find_sites))
        .routes(routes!(get_coverage_change))
}

fn refuse(field: &str, key: &'static str, args: Vec<(&'static str, String)>) -> ApiError {
    ApiError::with(
        Kind::InvalidParameter,
        vec![FieldError { field: field.to_owned(), what: What::Words(key, args) }],
    )
}

/// A point in WGS 84 of two parameters.
fn point(name: &str, longitude: f64, latitude: f64) -> Result<Point, ApiError> {
    let millionths = |degrees: f64, most: f64| {
        (degrees.is_finite() && degrees.abs() <= most).then(|| (degrees * 1e6).round() as i32)
    };
    match (millionths(longitude, 180.0), millionths(latitude, 90.0)) {
        (Some(longitude), Some(latitude)) => Ok(Point { longitude, latitude }),
        (None, _) => Err(ApiError::parameter(&format!("{name}longitude"), "not-degrees")),
        (_, None) => Err(ApiError::parameter(&format!("{name}latitude"), "not-degrees")),
    }
}

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
    /// What whoever passes the data on has to say.
    licence: Vec<String>,
    view: ViewUsed,
}

fn distance_by(straight: bool) -> String {
    if straight { "straight" } else { "network" }.to_owned()
}

fn licences(portfolio: &Portfolio) -> Vec<String> {
    let layers = portfolio.plan.layers.values();
    layers.map(|held| held.layer.licence.clone()).filter(|notice| !notice.is_empty()).collect()
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
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let at = point("", from.longitude, from.latitude)?;
    let found = api.app().reached(&portfolio, at).await?;
    let found = found.ok_or(ApiError::parameter("longitude", "not-degrees"))?;
    // As pages do: whoever may see single homes anywhere is told people to the last one.
    let exact = caller.0.may_somewhere(Action::ReadStaff);
    let used = asked.used(view);
    let body = Reach {
        longitude: Degrees(at.longitude),
        latitude: Degrees(at.latitude),
        distance_by: distance_by(found.straight),
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
        licence: licences(&portfolio),
        view: used.clone(),
    };
    let audience = if exact { Audience::Staff } else { Audience::Public };
    Ok(answer(&conditions, &caller.0, &list_tag(view, audience), &used, body))
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

/// People of a community.
#[derive(Debug, Serialize, ToSchema)]
struct Gaining {
    area: CodeText,
    people: u64,
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

fn counts(by_residences: bool) -> String {
    if by_residences { "residences" } else { "people" }.to_owned()
}

/// What keeps links from being tried.
fn missing(portfolio: &Portfolio) -> ApiError {
    let has = |kind| portfolio.plan.layers.contains_key(&kind);
    let key = match (has(LayerKind::Network), has(LayerKind::Residences)) {
        (false, _) => "links-need-network",
        (true, false) => "links-need-residences",
        (true, true) => "links-need-standards",
    };
    ApiError::with(
        Kind::Refused,
        vec![FieldError { field: String::new(), what: What::Words(key, Vec::new()) }],
    )
}

async fn barriers(api: &Api, portfolio: &std::sync::Arc<Portfolio>) -> Result<Barriers, ApiError> {
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
    let history = api.history(&plan).await?;
    caller.staff_of(&plan)?;
    let view = asked.pinned(&history);
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
        counted: counts(ground.by_residences),
        kinds: effect.kinds.iter().map(link_kind).collect(),
        helped: effect.helped,
        gaining: gaining.collect(),
        people: effect.people,
        residences_without_people: ground.uncounted as u64,
        unreached: ground.unreached,
        everybody: ground.everybody,
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
    let history = api.history(&plan).await?;
    caller.staff_of(&plan)?;
    let view = asked.pinned(&history);
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let ground = api.app().link_ground(&portfolio).await?.ok_or_else(|| missing(&portfolio))?;
    let barriers = barriers(&api, &portfolio).await?;
    let ranked = api.app().ranked_links(&ground, barriers).await?;
    let used = asked.used(view);
    let body = MissingLinks {
        counted: counts(ground.by_residences),
        candidates: ranked.candidates as u64,
        cut: ranked.cut,
        links: ranked.links.iter().map(missing_link).collect(),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}

/// What is asked of siting.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SitesAsked {
    /// The kind of facility that is to be sited.
    kind: CodeText,
    /// `max_cover`: most people within the distance; `p_median`: least walking; `set_cover`: fewest sites.
    #[param(required = false)]
    model: Option<String>,
    /// How many new sites there may be.
    #[param(minimum = 1, maximum = 1000, required = false)]
    sites: Option<u32>,
    /// What they may cost together, in whole yuan.
    #[param(minimum = 1, maximum = 1000000000000_i64, required = false)]
    budget_yuan: Option<i64>,
    /// How far a site serves; that of the standards in force when not given.
    #[param(minimum = 1, maximum = 10000, required = false)]
    metres: Option<u32>,
    /// The share of every community's people that must be covered, in percent: of `max_cover` only.
    #[param(minimum = 1, maximum = 100, required = false)]
    floor_percent: Option<u16>,
}

/// A parcel that was chosen.
#[derive(Debug, Serialize, ToSchema)]
struct SiteChosen {
    parcel: String,
    name: String,
    longitude: Degrees,
    latitude: Degrees,
    /// In fen.
    cost: Option<i64>,
    /// Whose nearest one it is, and whom no other one serves.
    people: u64,
    loss_without_it: u64,
}

/// Who is covered in a community before and after.
#[derive(Debug, Serialize, ToSchema)]
struct SitingCommunity {
    area: CodeText,
    covered_before: u64,
    covered_after: u64,
    all: u64,
}

/// The parcel that would be next, and what it would add.
#[derive(Debug, Serialize, ToSchema)]
struct NextSite {
    parcel: String,
    gain: u64,
}

/// Where the next facilities should stand.
#[derive(Debug, Serialize, ToSchema)]
struct Siting {
    kind: CodeText,
    model: String,
    metres: Option<u32>,
    /// People covered, person-metres walked, or sites, by the model.
    objective: u64,
    /// What no choice can be better than.
    bound: u64,
    /// Whether the choice is proven to be the best; else the search was ended at its limit.
    proven: bool,
    distance_by: String,
    /// `people`, or `residences` where nobody knows how many live in any.
    counted: String,
    /// In fen.
    cost: i64,
    chosen: Vec<SiteChosen>,
    next: Option<NextSite>,
    communities: Vec<SitingCommunity>,
    out_of_reach: u64,
    residences_without_people: u64,
    parcels_without_price: u64,
    everybody: bool,
    view: ViewUsed,
}

impl SitesAsked {
    fn wanted(&self, portfolio: &Portfolio) -> Result<SitingAsked, ApiError> {
        let model = match self.model.as_deref() {
            None => SitingModel::MostPeople,
            Some(text) => SitingModel::parse(text).ok_or(ApiError::parameter("model", "not-understood"))?,
        };
        if portfolio.plan.facility_kind(self.kind.0.as_str()).is_none() {
            return Err(refuse("kind", "siting-need-kind", Vec::new()));
        }
        let within = |name: &str, value: Option<i64>, most: i64| match value {
            Some(value) if !(1..=most).contains(&value) => Err(ApiError::parameter(name, "not-understood")),
            _ => Ok(()),
        };
        within("sites", self.sites.map(i64::from), 1_000)?;
        within("metres", self.metres.map(i64::from), 10_000)?;
        within("floor_percent", self.floor_percent.map(i64::from), 100)?;
        within("budget_yuan", self.budget_yuan, 1_000_000_000_000)?;
        let asked = SitingAsked {
            kind: self.kind.0.clone(),
            model,
            count: self.sites,
            budget: self.budget_yuan.map(|yuan| Fen(yuan * 100)),
            metres: self.metres,
            floor_permille: self.floor_percent.map(|percent| percent * 10),
        };
        Ok(asked.with_distance(portfolio))
    }
}

fn siting_fault(fault: SitingFault) -> ApiError {
    let key = match fault {
        SitingFault::NoResidences => "shares-need-residences",
        SitingFault::NoParcels => "siting-no-parcels",
        SitingFault::TooLarge { .. } => "siting-too-large",
        SitingFault::Unlimited => "siting-unlimited",
        SitingFault::NoDistance => "siting-no-distance",
        SitingFault::NoSolution => "siting-no-solution",
        SitingFault::NothingFound => "siting-nothing-found",
        SitingFault::FloorsClash(floors) => {
            // Each community by its code, with what is asked and what could be reached there alone.
            let each = floors.into_iter().map(|(area, asked, possible)| FieldError {
                field: area.clone(),
                what: What::Words(
                    "siting-clash-one",
                    vec![("area", area), ("asked", asked.to_string()), ("possible", possible.to_string())],
                ),
            });
            return ApiError::with(Kind::Refused, each.take(100).collect());
        }
    };
    ApiError::with(
        Kind::Refused,
        vec![FieldError { field: String::new(), what: What::Words(key, Vec::new()) }],
    )
}

/// Where the next facilities of a kind should stand, of the parcels on record
///
/// One question is searched at a time, for twelve seconds at most; what serves already stays.
#[utoipa::path(get, path = "/plans/{plan}/siting", operation_id = "findSites", tag = "facilities",
    params(("plan" = CodeText, Path,), SitesAsked, ViewParams),
    responses((status = 200, description = "The choice with its bound.", body = Siting)))]
async fn find_sites(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    Params(given): Params<SitesAsked>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    caller.staff_of(&plan)?;
    let view = asked.pinned(&history);
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let wanted = given.wanted(&portfolio)?;
    let found = api.app().site_facilities(&portfolio, wanted.clone()).await?.map_err(siting_fault)?;
    let used = asked.used(view);
    let chosen = found.chosen.iter().map(|site| SiteChosen {
        parcel: site.code.clone(),
        name: site.name.clone(),
        longitude: Degrees(site.at.longitude),
        latitude: Degrees(site.at.latitude),
        cost: site.cost.map(|cost| cost.0),
        people: site.people,
        loss_without_it: site.loss,
    });
    let communities = found.communities.iter().map(|(area, (before, after, all))| SitingCommunity {
        area: area.into(),
        covered_before: *before,
        covered_after: *after,
        all: *all,
    });
    let body = Siting {
        kind: (&wanted.kind).into(),
        model: wanted.model.as_str().to_owned(),
        metres: wanted.metres,
        objective: found.objective,
        bound: found.bound,
        proven: found.proven,
        distance_by: distance_by(found.straight),
        counted: counts(found.by_residences),
        cost: found.cost.0,
        chosen: chosen.collect(),
        next: found.next.clone().map(|(parcel, gain)| NextSite { parcel, gain }),
        communities: communities.collect(),
        out_of_reach: found.out_of_reach,
        residences_without_people: found.uncounted as u64,
        parcels_without_price: found.unpriced as u64,
        everybody: found.everybody,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}

/// The day to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Since {
    /// The first day of the plan when not given.
    #[param(required = false)]
    since: Option<Day>,
}

/// What changed by one standard.
#[derive(Debug, Serialize, ToSchema)]
struct KindChange {
    kind: CodeText,
    standard: Option<CodeText>,
    limit_millimetres: u32,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
    covered_before: u64,
    covered_after: u64,
    all: u64,
    gained: u64,
    lost: u64,
    /// Of those who had one on both days.
    saved_person_metres: u64,
    added_person_metres: u64,
}

/// What one project does for people, summed over kinds and standards.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectChange {
    project: CodeText,
    /// With it alone, and what it adds when all others are there.
    alone: i64,
    last: i64,
}

/// Who gained and lost services between two days, for the people of the later one.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageChange {
    since: Day,
    kinds: Vec<KindChange>,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
    /// At least so many gained a service, by community.
    gaining: Vec<Gaining>,
    projects: Vec<ProjectChange>,
    together: i64,
    shared: i64,
    view: ViewUsed,
}

/// What changed for people since a day, and what projects did
#[utoipa::path(get, path = "/plans/{plan}/coverage/change", operation_id = "getCoverageChange", tag = "facilities",
    params(("plan" = CodeText, Path,), Since, ViewParams),
    responses((status = 200, description = "What changed.", body = CoverageChange)))]
async fn get_coverage_change(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    Params(since): Params<Since>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let after = api.app().portfolio_at(&plan, view).await?;
    let began = after.plan.period.map_or(view.as_of, |(from, _)| from).min(view.as_of);
    let since = since.since.map_or(began, |day| day.0);
    if since > view.as_of {
        return Err(refuse("since", "coverage-since-wrong", Vec::new()));
    }
    let before = api.app().portfolio_since(&plan, since, asked.known_at).await?;
    let difference = api.app().coverage_difference(&before, &after, CoverageAsked::default()).await?;
    let difference = difference.ok_or_else(|| {
        let what = What::Words("shares-need-residences", Vec::new());
        ApiError::with(Kind::Refused, vec![FieldError { field: String::new(), what }])
    })?;
    let effect = api.app().coverage_by_projects(&after).await?;
    let used = asked.used(view);
    let kinds = difference.kinds.iter().filter_map(|held| {
        let kind = difference.after.kind(held.kind.as_str())?;
        let rule = kind.rules.iter().find(|own| own.rule == held.rule)?;
        let (gained, lost) = (held.gained_whole(), held.lost_whole());
        Some(KindChange {
            kind: (&held.kind).into(),
            standard: held.rule.code().map(Into::into),
            limit_millimetres: held.rule.limit,
            counted: held.basis.as_str().to_owned(),
            covered_before: (rule.whole.covered + lost).saturating_sub(gained),
            covered_after: rule.whole.covered,
            all: rule.whole.total(),
            gained,
            lost,
            saved_person_metres: held.saved,
            added_person_metres: held.added,
        })
    });
    let gaining = difference.after.communities.iter().zip(&difference.gaining);
    let body = CoverageChange {
        since: since.into(),
        kinds: kinds.collect(),
        counted: difference.basis.as_str().to_owned(),
        gaining: gaining.map(|(area, people)| Gaining { area: area.into(), people: *people }).collect(),
        projects: effect
            .iter()
            .flat_map(|effect| &effect.projects)
            .map(|held| ProjectChange { project: (&held.project).into(), alone: held.alone, last: held.last })
            .collect(),
        together: effect.as_ref().map_or(0, |effect| effect.together),
        shared: effect.as_ref().map_or(0, |effect| effect.shared),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &list_tag(view, Audience::Public), &used, body))
}
