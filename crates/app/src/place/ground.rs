//! Homes and facilities on the ground: over the walking network where one is in force, else in straight lines. They are
//! placed once for a portfolio, and whoever asks for distances shares them.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock, PoisonError, Weak};

use domain::facility::ReachedBy;
use domain::portfolio::Portfolio;
use domain::request::Point as At;
use place::access::{AccessLeg, KindAccess};
use place::in_reach::Places;
use place::isochrone::Catchment;
use place::nearest::{Nearest, NearestLists, NearestMap};
use place::point::Point;

use super::approach::Approach;
use super::layer::{Residences, Walk};
use super::span::Spans;
use super::straight::ByLatitude;
use super::{Layers, engine_point};
use crate::App;

/// How distances are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// On foot over the walking network.
    Network,
    /// In straight lines: no network is in force. People walk farther.
    Straight,
}

impl Way {
    /// How distances are measured by what is walked on.
    pub(crate) fn of(walk: Option<&Walk>) -> Self {
        if walk.is_some() { Self::Network } else { Self::Straight }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Straight => "straight",
        }
    }
}

/// A home, and how it meets the network.
#[derive(Debug)]
struct Spot {
    at: Option<Point>,
    legs: Vec<AccessLeg>,
}

/// Where a facility is reached, and how these places meet the network.
#[derive(Debug)]
pub(super) struct Door {
    pub approach: Approach,
    /// At what it is reached over the network, where there is one.
    by: ReachedBy,
    pub legs: Vec<AccessLeg>,
}

/// Homes and facilities, numbered as in the residences and in the portfolio.
#[derive(Debug)]
pub(crate) struct Ground {
    pub residences: Arc<Residences>,
    walk: Option<Arc<Walk>>,
    /// How far the network is looked for, in millimetres.
    cap: u32,
    homes: Vec<Spot>,
    facilities: Vec<Option<Door>>,
    links: Spans,
}

/// The portfolio whose facilities are looked at, and the one whose layers they are held against.
pub(crate) struct Days {
    portfolio: Weak<Portfolio>,
    layers: Weak<Portfolio>,
}

impl Days {
    pub fn new(portfolio: &Arc<Portfolio>, layers: &Arc<Portfolio>) -> Self {
        Self { portfolio: Arc::downgrade(portfolio), layers: Arc::downgrade(layers) }
    }

    pub fn are(&self, portfolio: &Arc<Portfolio>, layers: &Arc<Portfolio>) -> bool {
        let same =
            |held: &Weak<Portfolio>, own: &Arc<Portfolio>| std::ptr::eq(held.as_ptr(), Arc::as_ptr(own));
        same(&self.portfolio, portfolio) && same(&self.layers, layers)
    }

    /// Whether anybody still looks at them.
    pub fn are_held(&self) -> bool {
        self.portfolio.strong_count() > 0 && self.layers.strong_count() > 0
    }
}

/// Grounds lately made, the last one first.
#[derive(Default)]
pub(crate) struct GroundCache(Vec<(Days, Arc<OnceLock<Arc<Ground>>>)>);

impl GroundCache {
    /// Days before and after, of two plans.
    const MOST: usize = 4;

    /// The ground of a portfolio, where somebody has made it.
    fn made(&self, portfolio: &Arc<Portfolio>) -> Option<Arc<Ground>> {
        let held = self.0.iter().find(|(days, _)| days.are(portfolio, portfolio));
        held.and_then(|(_, ground)| ground.get().cloned())
    }

    /// Where a ground is, or will be once the first who asked has made it.
    fn place(&mut self, portfolio: &Arc<Portfolio>, layers: &Arc<Portfolio>) -> Arc<OnceLock<Arc<Ground>>> {
        self.0.retain(|(days, _)| days.are_held());
        let held = self.0.iter().position(|(days, _)| days.are(portfolio, layers));
        let held = held
            .map(|at| self.0.remove(at))
            .unwrap_or_else(|| (Days::new(portfolio, layers), Arc::default()));
        let place = held.1.clone();
        self.0.truncate(Self::MOST - 1);
        self.0.insert(0, held);
        place
    }
}

impl App {
    /// The ground of a portfolio and of its own layers, where it was made already: one place needs few of its homes
    /// and facilities, and does not make it.
    pub(super) fn made_ground(&self, portfolio: &Arc<Portfolio>) -> Option<Arc<Ground>> {
        self.inner.grounds.lock().unwrap_or_else(PoisonError::into_inner).made(portfolio)
    }

    /// The ground of a portfolio's facilities and of where people live by `layers`, those of `layers_of`. Heavy the
    /// first time: for a thread that may wait. `None` where nobody said where people live.
    pub(crate) fn ground(
        &self,
        portfolio: &Arc<Portfolio>,
        layers_of: &Arc<Portfolio>,
        layers: &Layers,
    ) -> Option<Arc<Ground>> {
        let residences = layers.residences.as_ref()?;
        let place = {
            let mut cache = self.inner.grounds.lock().unwrap_or_else(PoisonError::into_inner);
            cache.place(portfolio, layers_of)
        };
        let make = || Arc::new(Ground::new(portfolio, residences.clone(), layers.network.clone()));
        Some(place.get_or_init(make).clone())
    }
}

impl Ground {
    fn new(portfolio: &Portfolio, residences: Arc<Residences>, walk: Option<Arc<Walk>>) -> Self {
        let cap = portfolio.plan.coverage_rules().access_metres.saturating_mul(1_000);
        let spot = |at: Option<Point>| Spot {
            at,
            legs: match (&walk, at) {
                (Some(walk), Some(at)) => walk.legs(at, cap),
                _ => Vec::new(),
            },
        };
        let homes = residences.homes.iter().map(|home| spot(engine_point(home.at))).collect();
        let door = |approach: Approach| {
            let met = walk.as_ref().map(|walk| approach.legs(walk, cap));
            let (by, legs) = met.unwrap_or((approach.by, Vec::new()));
            Door { approach, by, legs }
        };
        let facilities = portfolio.facilities.iter().map(|held| Approach::of(held).map(door)).collect();
        let links = Spans::of(portfolio, walk.as_deref());
        Self { residences, walk, cap, homes, facilities, links }
    }

    /// What is walked on, where there is a network.
    pub fn walk(&self) -> Option<&Arc<Walk>> {
        self.walk.as_ref()
    }

    /// How a home meets the network; empty where it is too far from it, or there is none.
    pub fn home_legs(&self, home: usize) -> &[AccessLeg] {
        self.homes.get(home).map_or(&[], |spot| &spot.legs)
    }

    pub fn way(&self) -> Way {
        Way::of(self.walk.as_deref())
    }

    /// Whether a home can be measured from: it lies on the network, where there is one.
    pub fn reached(&self, home: usize) -> bool {
        self.homes.get(home).is_some_and(|spot| self.walk.is_none() || !spot.legs.is_empty())
    }

    /// Where a facility is reached; nothing where nobody said where it is.
    pub(super) fn door(&self, facility: usize) -> Option<&Door> {
        self.facilities.get(facility)?.as_ref()
    }

    /// At what a facility is reached; nothing where it cannot be measured to.
    pub fn reached_by(&self, facility: usize) -> Option<ReachedBy> {
        let door = self.door(facility)?;
        (self.walk.is_none() || !door.legs.is_empty()).then_some(door.by)
    }

    /// How a facility meets the network; empty where it does not, or there is none.
    pub fn facility_legs(&self, facility: usize) -> &[AccessLeg] {
        self.door(facility).map_or(&[], |door| &door.legs)
    }

    /// The links of the plan as they meet the network.
    pub fn links(&self) -> &Spans {
        &self.links
    }

    /// For each home the nearest of some facilities within a limit, by their numbers in the portfolio.
    pub fn nearest(&self, facilities: &[usize], limit: u32) -> Vec<Option<Nearest>> {
        self.nearest_by(facilities, self.links.open(), limit)
    }

    /// As above, where people walk over these links of the plan.
    pub fn nearest_by(&self, facilities: &[usize], links: &[usize], limit: u32) -> Vec<Option<Nearest>> {
        let Some(walk) = &self.walk else { return self.straight(facilities, limit) };
        let own = facilities
            .iter()
            .filter_map(|&number| Some((u32::try_from(number).ok()?, self.facility_legs(number))));
        let homes = self.homes.iter();
        if links.is_empty() {
            let network = &walk.network;
            let access = KindAccess::new(network, own);
            let map = NearestMap::sweep(network, access.seeds(), limit);
            return homes.map(|home| access.nearest(network, &home.legs, &map)).collect();
        }
        let overlay = self.links.over(&walk.network, links);
        let access = KindAccess::new(&overlay, own);
        let map = NearestMap::sweep_overlay(&overlay, access.seeds(), limit);
        homes.map(|home| access.nearest(&overlay, &home.legs, &map)).collect()
    }

    /// How far each of some homes is from each of some places over the links that people walk over on the day; nothing
    /// beyond the limit. None once it is to be stopped.
    pub fn distances_from(
        &self,
        places: impl Iterator<Item = At>,
        homes: &[usize],
        limit: u32,
        stop: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<Vec<Option<u32>>>> {
        let walk = self.walk.as_ref();
        let walk = walk.map(|walk| (walk, self.links.over(&walk.network, self.links.open())));
        let far = |at: At| {
            let Some(at) = engine_point(at) else { return vec![None; homes.len()] };
            match &walk {
                Some((walk, overlay)) => {
                    let catchment = Catchment::new(overlay, &walk.legs(at, self.cap), limit);
                    homes.iter().map(|home| catchment.distance(self.home_legs(*home))).collect()
                }
                None => {
                    let straight = |home: &usize| {
                        let far = self.homes.get(*home)?.at?.millimetres_to(at);
                        u32::try_from(far).ok().filter(|far| *far <= limit)
                    };
                    homes.iter().map(straight).collect()
                }
            }
        };
        // On a large network distances alone may take all the time there is.
        places.map(|at| (!stop()).then(|| far(at))).collect()
    }

    /// For each home the nearest `k` of some facilities within a limit, each once and nearest first, over the links that
    /// people walk over on the day.
    pub fn nearest_k(&self, facilities: &[usize], limit: u32, k: NonZeroUsize) -> Vec<Vec<Nearest>> {
        let homes = self.homes.iter();
        let Some(walk) = &self.walk else {
            let places = self.places(facilities);
            let own = |at: Option<Point>| at.map_or_else(Vec::new, |at| places.nearest_k(at, limit, k));
            return homes.map(|home| own(home.at)).collect();
        };
        let overlay = self.links.over(&walk.network, self.links.open());
        let own = facilities
            .iter()
            .filter_map(|&number| Some((u32::try_from(number).ok()?, self.facility_legs(number))));
        let access = KindAccess::new(&overlay, own);
        let lists = NearestLists::sweep_overlay(&overlay, access.seeds(), limit, k);
        homes.map(|home| access.nearest_k(&overlay, &home.legs, &lists)).collect()
    }

    /// How many of some facilities each home has within a limit, over the links that people walk over on the day; nothing
    /// where the limit is beyond any that is summed over.
    pub fn in_reach(&self, facilities: &[usize], limit: u32) -> Option<Vec<u64>> {
        let homes = self.homes.iter();
        let Some(walk) = &self.walk else {
            let places = self.places(facilities);
            let own = |at: Option<Point>| at.map_or(0, |at| places.within(at, limit) as u64);
            return Some(homes.map(|home| own(home.at)).collect());
        };
        let overlay = self.links.over(&walk.network, self.links.open());
        let own = facilities.iter().map(|&number| (1, self.facility_legs(number)));
        let origins: Vec<&[AccessLeg]> = homes.map(|home| home.legs.as_slice()).collect();
        let places = Places::new(&overlay, own).ok()?;
        places.sums_overlay(&overlay, &origins, limit, NonZeroUsize::MIN).ok()
    }

    /// The nearest in straight lines, whatever network there is.
    pub fn straight(&self, facilities: &[usize], limit: u32) -> Vec<Option<Nearest>> {
        let places = self.places(facilities);
        self.homes.iter().map(|home| home.at.and_then(|at| places.nearest(at, limit))).collect()
    }

    /// Where some facilities are reached.
    fn places(&self, facilities: &[usize]) -> ByLatitude {
        let doors =
            facilities.iter().filter_map(|&number| Some((self.door(number)?, u32::try_from(number).ok()?)));
        let of = |(door, number): (&Door, u32)| -> Vec<(Point, u32)> {
            door.approach.places.iter().map(|place| (*place, number)).collect()
        };
        ByLatitude::new(doors.flat_map(of))
    }
}
