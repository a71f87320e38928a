//! How far people walk from a place in some minutes, and who and what lies within.
//!
//! Over the walking network where one is in force; else in a straight line, which every answer says. What is counted
//! is counted by distances, in whole millimetres; the lines around are pictures.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError, Weak};

use domain::code::Code;
use domain::facility::{Facility, FacilityStanding};
use domain::portfolio::Portfolio;
use domain::request::Point;
use place::access::AccessLeg;
use place::isochrone::{Catchment, Ring, area, circle, outline};

use super::approach::Approach;
use super::ground::{Ground, Way};
use super::layer::{Home, Walk};
use super::span::Spans;
use super::{Layers, engine_point, own_point};
use crate::App;
use crate::error::AppError;

/// The minutes of the living circles.
pub const MINUTES: [u16; 3] = [5, 10, 15];

/// How far beside a street the line is drawn, and how finely, in metres.
const AROUND: f64 = 35.0;
const CELL: f64 = 12.0;

/// What lies within so many minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub minutes: u16,
    pub metres: u32,
    /// The line around, to be filled by the even-odd rule; empty where nothing is reached.
    pub rings: Vec<Vec<Point>>,
    /// Its area as a share of the circle's, in thousandths; nothing where distances are straight.
    pub shed_permille: Option<u16>,
    /// People of the residences within whose people are known, and how many residences these are.
    pub people: u64,
    pub counted: usize,
    /// Residences within of which nobody knows how many live there.
    pub uncounted: usize,
    /// Open facilities within, by kind.
    pub facilities: BTreeMap<Code, usize>,
}

/// A facility that is reached: its code, its kind and how far it is in millimetres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    pub facility: Code,
    pub kind: Code,
    pub millimetres: u32,
}

impl Band {
    /// The step in which numbers of people are told to whoever may see no single homes.
    pub const PEOPLE_STEP: u64 = 10;

    /// People in whole steps, so that two places side by side do not tell who lives in a home between them; nothing
    /// where there are some and fewer than a step.
    pub fn people_in_steps(&self) -> Option<u64> {
        match self.people {
            0 => Some(0),
            few if few < Self::PEOPLE_STEP => None,
            people => Some((people + Self::PEOPLE_STEP / 2) / Self::PEOPLE_STEP * Self::PEOPLE_STEP),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    pub way: Way,
    /// The place lies farther from the network than people are taken to walk across; nothing is reached.
    pub unreached: bool,
    /// Whether there are residences to count.
    pub has_residences: bool,
    pub bands: Vec<Band>,
    /// The open facilities within the last band, nearest first.
    pub facilities: Vec<Within>,
}

fn ring(ring: &Ring) -> Vec<Point> {
    ring.iter().copied().map(own_point).collect()
}

/// Distances from one place.
struct Around<'a> {
    at: Point,
    centre: place::point::Point,
    over: Option<(&'a Walk, Catchment<'a>)>,
    /// Where homes and facilities were placed already.
    ground: Option<&'a Ground>,
    cap: u32,
    limit: u32,
}

impl Around<'_> {
    /// How far a home is, in millimetres; nothing where it is farther than the limit.
    fn distance(&self, number: usize, home: &Home) -> Option<u32> {
        let at = engine_point(home.at)?;
        let straight = u32::try_from(self.centre.millimetres_to(at)).ok().filter(|it| *it <= self.limit)?;
        match (&self.over, self.ground) {
            // Nobody walks less than the straight line: what lies farther need not be looked for.
            (Some((_, catchment)), Some(ground)) => catchment.distance(ground.home_legs(number)),
            (Some((walk, catchment)), None) => catchment.distance(&walk.legs(at, self.cap)),
            (None, _) => Some(straight),
        }
    }

    /// How far the nearest place is where a facility is reached.
    fn distance_to(&self, number: usize, facility: &Facility) -> Option<u32> {
        if !Approach::is_near(facility, self.at, self.limit / 1_000) {
            return None;
        }
        if let Some(ground) = self.ground {
            let door = ground.door(number)?;
            return self.through(&door.approach, |_| Cow::Borrowed(&door.legs));
        }
        let approach = Approach::of(facility)?;
        self.through(&approach, |walk| Cow::Owned(approach.legs(walk, self.cap).1))
    }

    fn through<'l>(
        &self,
        approach: &Approach,
        legs: impl FnOnce(&Walk) -> Cow<'l, [AccessLeg]>,
    ) -> Option<u32> {
        if !approach.may_be_within(self.centre, self.limit) {
            return None;
        }
        match &self.over {
            Some((walk, catchment)) => catchment.distance(&legs(walk)),
            None => u32::try_from(approach.straight(self.centre)).ok().filter(|far| *far <= self.limit),
        }
    }
}

/// Answers lately given, the last one first: a page and its file are one job.
#[derive(Default)]
pub(crate) struct ReachCache(VecDeque<(Weak<Portfolio>, Point, Arc<Reached>)>);

impl ReachCache {
    const MOST: usize = 8;

    fn find(&mut self, portfolio: &Arc<Portfolio>, at: Point) -> Option<Arc<Reached>> {
        self.0.retain(|held| held.0.strong_count() > 0);
        let same = |held: &Weak<Portfolio>| std::ptr::eq(held.as_ptr(), Arc::as_ptr(portfolio));
        let place = self.0.iter().position(|held| held.1 == at && same(&held.0))?;
        let held = self.0.remove(place)?;
        let found = held.2.clone();
        self.0.push_front(held);
        Some(found)
    }

    fn keep(&mut self, portfolio: &Arc<Portfolio>, at: Point, found: Arc<Reached>) {
        self.0.truncate(Self::MOST - 1);
        self.0.push_front((Arc::downgrade(portfolio), at, found));
    }
}

impl App {
    /// Who and what lies within the minutes of the living circles around a place. `None` off the earth.
    pub async fn reached(
        &self,
        portfolio: &Arc<Portfolio>,
        at: Point,
    ) -> Result<Option<Arc<Reached>>, AppError> {
        let cached = self.inner.reached.lock().unwrap_or_else(PoisonError::into_inner).find(portfolio, at);
        if cached.is_some() {
            return Ok(cached);
        }
        let layers = self.layers(portfolio).await?;
        let (app, portfolio) = (self.clone(), portfolio.clone());
        self.place_work(move || {
            let cache = || app.inner.reached.lock().unwrap_or_else(PoisonError::into_inner);
            // Another one may have worked it out while this one waited for its turn.
            let cached = cache().find(&portfolio, at);
            if cached.is_some() {
                return cached;
            }
            let ground = app.made_ground(&portfolio);
            let found = Arc::new(reached(&portfolio, &layers, ground.as_deref(), at)?);
            cache().keep(&portfolio, at, found.clone());
            Some(found)
        })
        .await
    }
}

/// Who and what lies within the minutes of a place, on the portfolio's day: heavy work. `None` off the earth.
fn reached(portfolio: &Portfolio, layers: &Layers, ground: Option<&Ground>, at: Point) -> Option<Reached> {
    let rules = portfolio.plan.coverage_rules();
    let centre = engine_point(at)?;
    let metres_in = |minutes: u16| (u64::from(minutes) * u64::from(rules.walking_metres) / 60) as u32;
    let furthest = MINUTES.into_iter().max().map_or(0, metres_in);
    let (cap, limit) = (rules.access_metres.saturating_mul(1_000), furthest.saturating_mul(1_000));
    let walk: Option<&Walk> = layers.network.as_deref();
    let legs = walk.map(|walk| walk.legs(centre, cap));
    let unreached = legs.as_ref().is_some_and(Vec::is_empty);
    // Those of the day, placed already where the ground is.
    let own;
    let links = match ground {
        Some(ground) => ground.links(),
        None => {
            own = Spans::of(portfolio, walk);
            &own
        }
    };
    let overlay = walk.map(|walk| links.over(&walk.network, links.open()));
    let over = walk.zip(overlay.as_ref()).zip(legs);
    let over = over.map(|((walk, overlay), legs)| (walk, Catchment::new(overlay, &legs, limit)));
    let around = Around { at, centre, over, ground, cap, limit };

    let all = portfolio.facilities.iter().enumerate();
    let open = all.filter(|(_, held)| portfolio.standing_of(held) == FacilityStanding::Open);
    let mut facilities: Vec<Within> = open
        .filter_map(|(number, held)| {
            let millimetres = around.distance_to(number, held)?;
            Some(Within { facility: held.code.clone(), kind: held.kind.clone()?, millimetres })
        })
        .collect();
    facilities.sort_by(|a, b| (a.millimetres, &a.facility).cmp(&(b.millimetres, &b.facility)));
    let homes: &[Home] = layers.residences.as_ref().map_or(&[], |held| &held.homes);
    let homes = homes.iter().enumerate();
    let homes: Vec<(u32, Option<u32>)> =
        homes.filter_map(|(number, home)| Some((around.distance(number, home)?, home.people))).collect();

    let band = |minutes: u16| {
        let metres = metres_in(minutes);
        let limit = metres.saturating_mul(1_000);
        let rings = match &around.over {
            Some((_, catchment)) => outline(&catchment.parts(limit), AROUND, CELL),
            None => vec![circle(centre, f64::from(metres))],
        };
        let round = std::f64::consts::PI * f64::from(metres).powi(2);
        let share = (area(&rings) / round.max(1.0) * 1000.0).round().clamp(0.0, 1000.0) as u16;
        let mut by_kind: BTreeMap<Code, usize> = BTreeMap::new();
        for held in facilities.iter().filter(|held| held.millimetres <= limit) {
            *by_kind.entry(held.kind.clone()).or_default() += 1;
        }
        let within = || homes.iter().filter(|(far, _)| *far <= limit);
        Band {
            minutes,
            metres,
            shed_permille: around.over.is_some().then_some(share),
            rings: rings.iter().map(ring).collect(),
            people: within().filter_map(|(_, people)| people.map(u64::from)).sum(),
            counted: within().filter(|(_, people)| people.is_some()).count(),
            uncounted: within().filter(|(_, people)| people.is_none()).count(),
            facilities: by_kind,
        }
    };
    Some(Reached {
        way: Way::of(walk),
        unreached,
        has_residences: layers.residences.is_some(),
        bands: MINUTES.into_iter().map(band).collect(),
        facilities,
    })
}
