//! Where the next facilities of a kind should stand.

use std::collections::BTreeMap;

use app::place::siting::{SitingAsked, SitingFault, SitingModel};
use app::place::{SITED, is_illustrative, licences};
use axum::extract::State;
use axum::response::Response;
use domain::code::Code;
use domain::money::Fen;
use domain::portfolio::Portfolio;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{refuse, refused};
use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag};
use crate::asked::{Asked, ViewParams, ViewUsed};
use crate::body::{Params, Place};
use crate::problem::{ApiError, FieldError, Kind, What};
use crate::value::{CodeText, Degrees};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(find_sites))
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
    /// Other shares for single communities, each as `area:percent`, separated by commas, 300 at most; of one with 0
    /// nothing is asked.
    #[param(max_length = 21000, required = false)]
    floors: Option<String>,
    /// The land that one needs at least; what its kind says when not given.
    #[param(maximum = 10000000, required = false)]
    least_square_metres: Option<u32>,
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
    /// The land that one needs at least, and how many parcels are smaller and were left out.
    least_square_metres: Option<u32>,
    parcels_too_small: u64,
    everybody: bool,
    /// Residences, the network or the parcels are made up.
    illustrative: bool,
    /// What whoever passes the data on has to say.
    licence: Vec<String>,
    view: ViewUsed,
}

/// Shares of single communities in thousandths, of `area:percent,…`.
fn floors(text: &str) -> Option<BTreeMap<Code, u16>> {
    let mut out = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (area, percent) = pair.split_once(':')?;
        let percent = percent.trim().parse::<u16>().ok().filter(|percent| *percent <= 100)?;
        // One that is said twice is not understood.
        if out.insert(Code::new(area.trim()).ok()?, percent * 10).is_some() {
            return None;
        }
    }
    (out.len() <= SitingAsked::FLOORS_MOST).then_some(out)
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
        if self.least_square_metres.is_some_and(|least| least > 10_000_000) {
            return Err(ApiError::parameter("least_square_metres", "not-understood"));
        }
        within("budget_yuan", self.budget_yuan, 1_000_000_000_000)?;
        let own = floors(self.floors.as_deref().unwrap_or_default());
        let asked = SitingAsked {
            kind: self.kind.0.clone(),
            model,
            count: self.sites,
            budget: self.budget_yuan.map(|yuan| Fen(yuan * 100)),
            metres: self.metres,
            floor_permille: self.floor_percent.map(|percent| percent * 10),
            floors: own.ok_or(ApiError::parameter("floors", "not-understood"))?,
            least_square_metres: self.least_square_metres,
        };
        Ok(asked.with_distance(portfolio))
    }
}

fn siting_fault(fault: SitingFault) -> ApiError {
    let key = match fault {
        SitingFault::NoResidences => "shares-need-residences",
        SitingFault::NoParcels => "siting-no-parcels",
        SitingFault::TooSmall { parcels, least } => {
            let told = vec![("count", parcels.to_string()), ("least", least.to_string())];
            return refuse("least_square_metres", "siting-too-small", told);
        }
        SitingFault::TooLarge { .. } => "siting-too-large",
        SitingFault::Unlimited => "siting-unlimited",
        SitingFault::NoDistance => "siting-no-distance",
        SitingFault::NoSolution => "siting-no-solution",
        SitingFault::NothingFound => "siting-nothing-found",
        SitingFault::NobodyThere(area) => {
            return refuse("floors", "siting-nobody-there", vec![("area", area.to_string())]);
        }
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
    refused(key)
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
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
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
        distance_by: found.way.as_str().to_owned(),
        counted: found.basis.as_str().to_owned(),
        cost: found.cost.0,
        chosen: chosen.collect(),
        next: found.next.clone().map(|(parcel, gain)| NextSite { parcel, gain }),
        communities: communities.collect(),
        out_of_reach: found.out_of_reach,
        residences_without_people: found.uncounted as u64,
        parcels_without_price: found.unpriced as u64,
        least_square_metres: found.least_square_metres,
        parcels_too_small: found.too_small as u64,
        everybody: found.everybody,
        illustrative: is_illustrative(&portfolio, &SITED),
        licence: licences(&portfolio, &SITED),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}
