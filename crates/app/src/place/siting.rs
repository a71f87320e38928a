//! Where the next facilities of a kind should stand: parcels chosen for the people who live around, beside what serves
//! already, under a number, a budget and a floor for every community, with a bound that is proven.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::code::Code;
use domain::facility::FacilityStanding;
use domain::money::Fen;
use domain::portfolio::Portfolio;
use domain::request::Point;
use place::siting::{Control, CoverFloor, Instance, Model, Selection, Site, SitingError, Solution};
use store::StoreError;

use super::Layers;
use super::coverage::{Basis, FAR, Rule};
use super::ground::{Ground, Way};
use super::layer::{Parcel, Residences};
use crate::App;
use crate::error::AppError;

/// The most pairs of a residence and a parcel.
const PAIRS_MOST: usize = 12_000_000;
/// When proving is given up; the best answer so far is given with its bound.
const PATIENCE: Duration = Duration::from_secs(12);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SitingModel {
    /// Most people within the distance.
    MostPeople,
    /// Least walking for all.
    LeastWalking,
    /// Fewest sites that cover everybody who can be covered.
    FewestSites,
}

impl SitingModel {
    pub const ALL: [SitingModel; 3] = [Self::MostPeople, Self::LeastWalking, Self::FewestSites];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::MostPeople => "max_cover",
            Self::LeastWalking => "p_median",
            Self::FewestSites => "set_cover",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.as_str() == text)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitingAsked {
    pub kind: Code,
    pub model: SitingModel,
    /// How many new sites there may be, and what they may cost; of the fewest sites neither is asked.
    pub count: Option<u32>,
    pub budget: Option<Fen>,
    /// How far a site serves, in metres; least walking may have none.
    pub metres: Option<u32>,
    /// The share of every community's people who must be covered, in thousandths: of most people only.
    pub floor_permille: Option<u16>,
    /// Other shares for single communities; of one with 0 nothing is asked.
    pub floors: BTreeMap<Code, u16>,
    /// The land that one needs at least; what its kind says when not given.
    pub least_square_metres: Option<u32>,
}

impl SitingAsked {
    /// Where no distance was given and the model needs one: the furthest that a standard in force lets people walk.
    pub fn with_distance(mut self, portfolio: &Portfolio) -> Self {
        if self.metres.is_none() && self.model != SitingModel::LeastWalking {
            let walking = portfolio.plan.coverage_rules().walking_metres;
            let standards = portfolio.plan.standards_of(self.kind.as_str(), portfolio.view.as_of);
            let metres = standards.filter_map(|held| Some(Rule::of(held, walking)?.limit / 1_000));
            self.metres = metres.filter(|metres| (1..=10_000).contains(metres)).max();
        }
        self
    }

    /// For how many communities a floor of their own may be asked.
    pub const FLOORS_MOST: usize = 300;

    /// The land that one needs at least.
    fn least(&self, portfolio: &Portfolio) -> Option<u32> {
        let of_kind = || portfolio.plan.facility_kind(self.kind.as_str())?.least_square_metres;
        self.least_square_metres.or_else(of_kind).filter(|least| *least > 0)
    }
}

/// A parcel that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenSite {
    pub code: String,
    pub name: String,
    pub at: Point,
    pub cost: Option<Fen>,
    /// People whose nearest site it is, and those whom no other one serves.
    pub people: u64,
    /// What is lost without it: people, or metres that people walk more.
    pub loss: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sited {
    pub way: Way,
    /// Residences where nobody knows how many live in any: each counts as one.
    pub basis: Basis,
    /// Of people of the ages that the kind is for nobody has counted some: everybody stands in for them.
    pub everybody: bool,
    /// Residences that are left out because nobody knows how many live there.
    pub uncounted: usize,
    /// People whom no parcel and no facility reaches.
    pub out_of_reach: u64,
    /// People covered, sites or yuan, or metres that people walk: by the model.
    pub objective: u64,
    pub bound: u64,
    pub proven: bool,
    pub chosen: Vec<ChosenSite>,
    pub cost: Fen,
    /// The parcel that would be next, and what it would add.
    pub next: Option<(String, u64)>,
    /// People within the distance before and after, by community; of least walking without a distance there are none.
    pub communities: BTreeMap<Code, (u64, u64, u64)>,
    /// Parcels that were looked at, and where they lie; those without a price are left out where there is a budget.
    pub candidates: Vec<(String, Point)>,
    pub unpriced: usize,
    /// The land that one needs at least, and the parcels that are smaller and were left out.
    pub least_square_metres: Option<u32>,
    pub too_small: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SitingFault {
    NoResidences,
    /// No parcel may take the kind by the day that is looked at.
    NoParcels,
    /// A floor was asked for an area in which nobody lives on record.
    NobodyThere(Code),
    /// All parcels that may take it are smaller than it needs.
    TooSmall {
        parcels: usize,
        least: u32,
    },
    /// More pairs of residences and parcels than are worked through.
    TooLarge {
        homes: usize,
        parcels: usize,
    },
    /// Neither a number nor a budget was given.
    Unlimited,
    /// The model needs a distance.
    NoDistance,
    NoSolution,
    NothingFound,
    /// Floors that cannot be met together: the community, how many are asked, how many could be reached there alone.
    FloorsClash(Vec<(String, u64, u64)>),
}

impl From<SitingError> for SitingFault {
    fn from(error: SitingError) -> Self {
        match error {
            SitingError::Unlimited => Self::Unlimited,
            SitingError::FloorsClash { clashing } => Self::FloorsClash(
                clashing.into_iter().map(|it| (it.community, it.at_least, it.reachable)).collect(),
            ),
            SitingError::NothingFound => Self::NothingFound,
            SitingError::NoSolution | SitingError::OutOfReach { .. } => Self::NoSolution,
            SitingError::TooLarge => Self::TooLarge { homes: usize::MAX, parcels: 0 },
            SitingError::Size { points, sites, .. } => Self::TooLarge { homes: points, parcels: sites },
            SitingError::UnknownPoint { points, .. } => Self::TooLarge { homes: points, parcels: 0 },
        }
    }
}

/// Stops the search when whoever asked is gone.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl App {
    /// Chooses parcels on the day of a portfolio; the search is given up after some seconds, one at a time.
    pub async fn site_facilities(
        &self,
        portfolio: &Arc<Portfolio>,
        asked: SitingAsked,
    ) -> Result<Result<Sited, SitingFault>, AppError> {
        let layers = self.layers(portfolio).await?;
        let own = self.inner.siting.clone().acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (app, portfolio, gone) = (self.clone(), portfolio.clone(), Gone(stopped.clone()));
        let work = move || {
            let _own = own;
            let begun = Instant::now();
            let mut stop = || stopped.load(Ordering::Relaxed) || begun.elapsed() > PATIENCE;
            let ground = || app.ground(&portfolio, &portfolio, &layers);
            sited(&portfolio, &layers, ground, &asked, &mut stop)
        };
        let found = self.place_work(work).await?;
        drop(gone);
        Ok(found)
    }
}

/// The parcels that are looked at, and how many are left out.
struct Fitting<'a> {
    parcels: Vec<&'a Parcel>,
    too_small: usize,
    unpriced: usize,
}

/// The parcels that may take a kind by a day and are large enough; with a budget only those that have a price.
fn fitting<'a>(layers: &'a Layers, portfolio: &Portfolio, asked: &SitingAsked, least: u32) -> Fitting<'a> {
    let all: &[Parcel] = layers.parcels.as_ref().map_or(&[], |held| &held.parcels);
    let day = portfolio.view.as_of;
    let fits = all.iter().filter(|parcel| {
        parcel.kinds.contains(&asked.kind) && parcel.available_on.is_none_or(|on| on <= day)
    });
    let (large, small): (Vec<&Parcel>, Vec<&Parcel>) =
        fits.partition(|parcel| parcel.square_metres >= u64::from(least));
    let too_small = small.len();
    // Of the fewest sites no budget is asked.
    if asked.budget.is_none() || asked.model == SitingModel::FewestSites {
        return Fitting { parcels: large, too_small, unpriced: 0 };
    }
    let (priced, unpriced): (Vec<&Parcel>, Vec<&Parcel>) =
        large.into_iter().partition(|parcel| parcel.cost.is_some());
    Fitting { parcels: priced, too_small, unpriced: unpriced.len() }
}

/// People and their communities, as the search sees them.
struct Demand<'a> {
    residences: &'a Residences,
    /// Homes by their number in the residences.
    homes: Vec<usize>,
    weights: Vec<u64>,
    basis: Basis,
    everybody: bool,
    uncounted: usize,
}

impl<'a> Demand<'a> {
    fn community(&self, at: usize) -> &'a Code {
        &self.residences.homes[self.homes[at]].community
    }
}

fn demand<'a>(layers: &'a Layers, portfolio: &Portfolio, kind: &Code) -> Option<Demand<'a>> {
    let residences = layers.residences.as_ref()?;
    let ages = portfolio.plan.facility_kind(kind.as_str()).and_then(|held| held.ages);
    let basis = residences.counted_in();
    let by_residences = basis == Basis::Residences;
    let mut out =
        Demand { residences, homes: Vec::new(), weights: Vec::new(), basis, everybody: false, uncounted: 0 };
    for (number, home) in residences.homes.iter().enumerate() {
        let (people, stands_in) = home.people_for(ages);
        let people = if by_residences { Some(1) } else { people };
        match people {
            None => out.uncounted += 1,
            Some(0) => {}
            Some(people) => {
                out.everybody |= stands_in && !by_residences;
                out.homes.push(number);
                out.weights.push(u64::from(people));
            }
        }
    }
    Some(out)
}

/// The parcels, and everything that is to be said of the choice: heavy.
fn sited(
    portfolio: &Portfolio,
    layers: &Layers,
    ground: impl FnOnce() -> Option<Arc<Ground>>,
    asked: &SitingAsked,
    stop: &mut dyn FnMut() -> bool,
) -> Result<Sited, SitingFault> {
    let mut demand = demand(layers, portfolio, &asked.kind).ok_or(SitingFault::NoResidences)?;
    let homes = &demand.residences.homes;
    let lives = |area: &Code| homes.iter().any(|home| home.community == *area);
    if let Some(area) = asked.floors.keys().find(|area| !lives(area)) {
        return Err(SitingFault::NobodyThere(area.clone()));
    }
    let least = asked.least(portfolio);
    let Fitting { parcels, too_small, unpriced } = fitting(layers, portfolio, asked, least.unwrap_or(0));
    if parcels.is_empty() {
        return Err(match least {
            Some(least) if too_small > 0 && unpriced == 0 => {
                SitingFault::TooSmall { parcels: too_small, least }
            }
            _ => SitingFault::NoParcels,
        });
    }
    if demand.homes.is_empty() {
        return Err(SitingFault::NoResidences);
    }
    if demand.homes.len().saturating_mul(parcels.len() + 1) > PAIRS_MOST {
        return Err(SitingFault::TooLarge { homes: demand.homes.len(), parcels: parcels.len() });
    }
    let limit = match (asked.metres, asked.model) {
        (Some(metres), _) => metres.saturating_mul(1_000).min(FAR),
        (None, SitingModel::LeastWalking) => FAR,
        (None, _) => return Err(SitingFault::NoDistance),
    };
    let ground = ground().ok_or(SitingFault::NoResidences)?;
    let open = portfolio.facilities.iter().enumerate().filter(|(_, held)| {
        held.kind.as_ref() == Some(&asked.kind) && portfolio.standing_of(held) == FacilityStanding::Open
    });
    let open: Vec<usize> = open.map(|(number, _)| number).collect();
    // What serves already is one site: the nearest of them.
    let near = ground.nearest(&open, limit);
    let existing: Vec<Option<u32>> =
        demand.homes.iter().map(|home| near[*home].map(|near| near.distance)).collect();
    let places = parcels.iter().map(|parcel| parcel.at);
    let by_parcel =
        ground.distances_from(places, &demand.homes, limit, stop).ok_or(SitingFault::NothingFound)?;
    let width = parcels.len() + 1;
    let mut distances = Vec::with_capacity(demand.homes.len() * width);
    let mut kept = Vec::new();
    let mut out_of_reach = 0;
    // They stay people of their communities.
    let mut left_out: BTreeMap<Code, u64> = BTreeMap::new();
    for (at, near) in existing.iter().enumerate() {
        let row = std::iter::once(*near).chain(by_parcel.iter().map(|far| far[at]));
        let row: Vec<Option<u32>> = row.collect();
        if row.iter().all(Option::is_none) {
            out_of_reach += demand.weights[at];
            // Who can never be served counts in most people only, where floors are shares of all.
            if asked.model != SitingModel::MostPeople {
                *left_out.entry(demand.community(at).clone()).or_default() += demand.weights[at];
                continue;
            }
        }
        kept.push(at);
        distances.extend(row);
    }
    demand.homes = kept.iter().map(|at| demand.homes[*at]).collect();
    demand.weights = kept.iter().map(|at| demand.weights[*at]).collect();
    if demand.homes.is_empty() {
        return Err(SitingFault::NoSolution);
    }
    let sites = std::iter::once(Site { cost: 0, fixed: true }).chain(parcels.iter().map(|parcel| {
        let cost = parcel.cost.map_or(0, |cost| u64::try_from(cost.0).unwrap_or(0));
        Site { cost, fixed: false }
    }));
    let instance = Instance::new(demand.weights.clone(), sites.collect(), distances)?;
    let model = model(asked, limit, &demand);
    let mut control = Control { nodes: u64::MAX, stop };
    let solution = instance.solve(&model, &mut control)?;
    let near = |at: usize, site: usize| {
        let far = match site.checked_sub(1) {
            None => existing[kept[at]],
            Some(parcel) => by_parcel[parcel][kept[at]],
        };
        far.is_some_and(|far| far <= limit)
    };
    let told = Told { asked, demand: &demand, parcels: &parcels, instance: &instance, near: &near };
    let mut out = told.of(&model, &solution);
    out.way = Way::of(layers.network.as_deref());
    out.out_of_reach = out_of_reach;
    for (community, people) in left_out {
        out.communities.entry(community).or_default().2 += people;
    }
    out.unpriced = unpriced;
    (out.least_square_metres, out.too_small) = (least, too_small);
    Ok(out)
}

fn model(asked: &SitingAsked, limit: u32, demand: &Demand) -> Model {
    let budget = asked.budget.map(|budget| u64::try_from(budget.0).unwrap_or(0));
    let selection = Selection { count: asked.count, budget };
    match asked.model {
        SitingModel::LeastWalking => Model::PMedian { selection, radius: Some(limit) },
        SitingModel::FewestSites => Model::SetCover { radius: limit, by_cost: false },
        SitingModel::MostPeople => {
            let mut by_community: BTreeMap<&Code, Vec<usize>> = BTreeMap::new();
            for at in 0..demand.homes.len() {
                by_community.entry(demand.community(at)).or_default().push(at);
            }
            let floors = by_community.iter().filter_map(|(community, points)| {
                let own = asked.floors.get(*community).copied().or(asked.floor_permille);
                let share = own.filter(|share| *share > 0)?;
                let people: u64 = points.iter().map(|at| demand.weights[*at]).sum();
                let at_least = (people * u64::from(share)).div_ceil(1_000);
                Some(CoverFloor { community: community.to_string(), points: points.clone(), at_least })
            });
            Model::MaxCover { selection, radius: limit, floors: floors.collect() }
        }
    }
}

/// What an answer is told from.
struct Told<'a> {
    asked: &'a SitingAsked,
    demand: &'a Demand<'a>,
    parcels: &'a [&'a Parcel],
    instance: &'a Instance,
    /// Whether a site serves a home.
    near: &'a dyn Fn(usize, usize) -> bool,
}

impl Told<'_> {
    fn parcel(&self, site: usize) -> Option<&Parcel> {
        self.parcels.get(site.checked_sub(1)?).copied()
    }

    fn of(&self, model: &Model, solution: &Solution) -> Sited {
        let told = self.instance.explain(model, solution);
        let walking = self.asked.model == SitingModel::LeastWalking;
        // Person-millimetres are told in metres.
        let scaled = |value: u64| if walking { value / 1_000 } else { value };
        let chosen: Vec<ChosenSite> = told
            .sites
            .iter()
            .filter_map(|effect| {
                let parcel = self.parcel(effect.site)?;
                Some(ChosenSite {
                    code: parcel.code.clone(),
                    name: parcel.name.clone(),
                    at: parcel.at,
                    cost: parcel.cost,
                    people: effect.weight,
                    loss: scaled(effect.loss),
                })
            })
            .collect();
        let mut communities: BTreeMap<Code, (u64, u64, u64)> = BTreeMap::new();
        for at in 0..self.demand.homes.len() {
            let people = self.demand.weights[at];
            let before = (self.near)(at, 0);
            let after = before || solution.chosen.iter().any(|site| (self.near)(at, *site));
            let held = communities.entry(self.demand.community(at).clone()).or_default();
            held.0 += if before { people } else { 0 };
            held.1 += if after { people } else { 0 };
            held.2 += people;
        }
        Sited {
            way: Way::Network,
            basis: self.demand.basis,
            everybody: self.demand.everybody,
            uncounted: self.demand.uncounted,
            out_of_reach: 0,
            objective: scaled(solution.objective),
            bound: scaled(solution.bound),
            proven: solution.proven,
            cost: Fen(chosen.iter().filter_map(|site| site.cost).map(|cost| cost.0).sum()),
            chosen,
            next: told.next.and_then(|next| Some((self.parcel(next.site)?.code.clone(), scaled(next.gain)))),
            communities,
            candidates: self.parcels.iter().map(|parcel| (parcel.code.clone(), parcel.at)).collect(),
            unpriced: 0,
            least_square_metres: None,
            too_small: 0,
        }
    }
}
