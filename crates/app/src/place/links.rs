//! Missing links: what a drawn link does for people, and where the network itself breaks off.
//!
//! Residents are held against the standards in force, each kind of facility with its limit. What does not hang on a
//! link (legs, nearest facilities) is worked out once and shared.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock, PoisonError};

use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::{Ages, Facility, FacilityStanding};
use domain::layer::LayerDigest;
use domain::portfolio::Portfolio;
use domain::request::Point;
use place::access::{AccessLeg, KindAccess};
use place::effect::Home;
use place::isochrone::Catchment;
use place::missing::{Candidate, Kind, Search, Standing, barrier, candidates, rank, with_link};
use place::nearest::NearestMap;
use place::network::Direction;
use place::overlay::{Attach, NewLink};

use super::base::Barrier;
use super::coverage::{Basis, Rule};
use super::ground::Ground;
use super::layer::Walk;
use super::{engine_point, own_point};
use crate::App;
use crate::error::AppError;

/// The longest link that is tried, in metres.
pub const LINK_MOST: u32 = 5_000;
/// The most candidates that are tried, the shortest first, and the most that are kept.
const TRIED_MOST: usize = 3_000;
const KEPT_MOST: usize = 50;
/// How far a way round is looked for, in millimetres.
const DETOUR_MOST: u32 = 20_000_000;

/// Lines that a link may cross, each under the label of what it is.
pub type Barriers = Vec<(String, Vec<place::point::Point>)>;

/// What all of this hangs on: where it is the same, nothing is worked out anew.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    network: LayerDigest,
    residences: LayerDigest,
    /// Of the ground that names what a link crosses.
    base_map: Option<LayerDigest>,
    access_metres: u32,
    limits: Vec<Limit>,
    open: Vec<Open>,
}

/// A kind with the furthest that a standard in force lets people walk, in millimetres, and whom it is for.
#[derive(Debug, Clone, PartialEq)]
struct Limit {
    kind: Code,
    limit: u32,
    ages: Option<Ages>,
}

/// A facility that serves, with the number of its kind and all that tells where it is reached.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    kind: usize,
    at: Point,
    boundary: Option<Boundary>,
    entrances: Vec<Point>,
}

impl Open {
    fn new(kind: usize, facility: &Facility) -> Option<Self> {
        Some(Self {
            kind,
            at: facility.site?.at,
            boundary: facility.boundary.as_ref().map(|held| held.boundary.clone()),
            entrances: facility.entrances.iter().map(|entrance| entrance.at).collect(),
        })
    }
}

/// The facilities that serve and of which it is known where they are, by their numbers in the portfolio, with the
/// numbers of their kinds.
fn serving<'a>(
    portfolio: &'a Portfolio,
    limits: &'a [Limit],
) -> impl Iterator<Item = (usize, usize, &'a Facility)> {
    portfolio.facilities.iter().enumerate().filter_map(|(number, held)| {
        let kind = limits.iter().position(|own| Some(&own.kind) == held.kind.as_ref())?;
        let serves = held.site.is_some() && portfolio.standing_of(held) == FacilityStanding::Open;
        serves.then_some((number, kind, held))
    })
}

struct KindGround {
    kind: Code,
    limit: u32,
    facilities: Vec<(u32, Vec<AccessLeg>)>,
    access: KindAccess,
    map: NearestMap,
    before: Vec<Option<u32>>,
    /// The people of each home whom the kind is for.
    people: Vec<u32>,
}

/// Residents, the network and the facilities of a day.
pub struct LinkGround {
    pub(crate) key: Key,
    walk: Arc<Walk>,
    homes: Vec<Home>,
    communities: Vec<Code>,
    kinds: Vec<KindGround>,
    /// Residences where nobody knows how many live in any: each counts as one.
    pub basis: Basis,
    /// Residences that are left out because nobody knows how many live there.
    pub uncounted: usize,
    /// People (or residences) too far from the network to walk to it.
    pub unreached: u64,
    /// Nobody counted people of the ages that some kind is for: everybody stands in for them.
    pub everybody: bool,
    ranked: OnceLock<Ranked>,
}

/// What a link does for one kind of facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindEffect {
    pub kind: Code,
    /// In metres.
    pub limit: u32,
    /// People whom the kind is for within the limit before and after.
    pub before: u64,
    pub after: u64,
    /// Metres that people served before already walk less, summed over them.
    pub saved: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub ends: [Point; 2],
    /// With the ways to the network, in millimetres.
    pub length: u32,
    /// The way round before; nothing where there is none within 20 km.
    pub detour: Option<u32>,
    pub barrier: Option<Barrier>,
    pub kinds: Vec<KindEffect>,
    /// People of whom at least so many gain a kind or get nearer to one.
    pub helped: u64,
    /// People of whom at least so many gain a kind, by community.
    pub gaining: BTreeMap<Code, u64>,
    /// All people that were looked at.
    pub people: u64,
}

/// Why a drawn link cannot be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// An end (the first or the second) lies so far from the network, at least, in metres.
    OffNetwork { end: usize, metres: u32 },
    /// It is longer than is tried.
    TooLong,
    /// Both ends are one place.
    NoLength,
}

/// A link that is worth looking at on site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedLink {
    pub ends: [Point; 2],
    /// In millimetres.
    pub length: u32,
    pub detour: Option<u32>,
    pub barrier: Option<Barrier>,
    /// People newly within the limit, summed over kinds; people helped; metres saved, summed over people and kinds.
    pub newly: u64,
    pub helped: u64,
    pub saved: u64,
    /// A better one, by its place in the list, that helps most of the same people.
    pub overlaps: Option<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranked {
    pub links: Vec<RankedLink>,
    /// Pairs that lie near but far to walk.
    pub candidates: usize,
    /// Not all of them were tried: the longer ones were left out.
    pub cut: bool,
}

fn limits(portfolio: &Portfolio) -> Vec<Limit> {
    let (rules, day) = (portfolio.plan.coverage_rules(), portfolio.view.as_of);
    let kinds = portfolio.plan.facility_kinds.iter().filter_map(|held| {
        let standards = portfolio.plan.standards_of(held.kind.as_str(), day);
        let limits = standards.filter_map(|standard| Rule::of(standard, rules.walking_metres));
        let limit = limits.map(|rule| rule.limit).max()?;
        Some(Limit { kind: held.kind.clone(), limit, ages: held.ages })
    });
    kinds.collect()
}

impl Key {
    /// `None` where there is no network, nobody lives anywhere, or nothing is asked of any kind.
    pub(crate) fn of(portfolio: &Portfolio) -> Option<Self> {
        use domain::layer::LayerKind;
        let digest = |kind| Some(portfolio.plan.layers.get(&kind)?.layer.digest);
        let limits = limits(portfolio);
        let open = serving(portfolio, &limits).filter_map(|(_, kind, held)| Open::new(kind, held)).collect();
        (!limits.is_empty()).then_some(Self {
            network: digest(LayerKind::Network)?,
            residences: digest(LayerKind::Residences)?,
            base_map: digest(LayerKind::BaseMap),
            access_metres: portfolio.plan.coverage_rules().access_metres,
            limits,
            open,
        })
    }

    /// How far the network is looked for, in millimetres.
    fn cap(&self) -> u32 {
        self.access_metres.saturating_mul(1_000)
    }
}

/// Lately worked out, the last one first.
#[derive(Default)]
pub(crate) struct LinkGroundCache(VecDeque<Arc<LinkGround>>);

impl LinkGroundCache {
    /// Two plans, or two days of one.
    const MOST: usize = 2;

    fn find(&mut self, key: &Key) -> Option<Arc<LinkGround>> {
        let at = self.0.iter().position(|held| held.key == *key)?;
        let held = self.0.remove(at)?;
        self.0.push_front(held.clone());
        Some(held)
    }

    fn keep(&mut self, ground: Arc<LinkGround>) {
        self.0.truncate(Self::MOST - 1);
        self.0.push_front(ground);
    }
}

impl App {
    /// What links are tried on, on the portfolio's day. `None` where there is no walking network or no residences, or
    /// no standard says how far people may walk.
    pub async fn link_ground(&self, portfolio: &Arc<Portfolio>) -> Result<Option<Arc<LinkGround>>, AppError> {
        let Some(key) = Key::of(portfolio) else { return Ok(None) };
        let cache = || self.inner.link_grounds.lock().unwrap_or_else(PoisonError::into_inner);
        let held = cache().find(&key);
        if held.is_some() {
            return Ok(held);
        }
        let (app, portfolio, layers) = (self.clone(), portfolio.clone(), self.layers(portfolio).await?);
        self.place_work(move || {
            let cache = || app.inner.link_grounds.lock().unwrap_or_else(PoisonError::into_inner);
            // Another one may have made it while this one waited for its turn.
            let held = cache().find(&key);
            if held.is_some() {
                return held;
            }
            let ground = app.ground(&portfolio, &portfolio, &layers)?;
            let made = Arc::new(LinkGround::new(key, &portfolio, &ground)?);
            cache().keep(made.clone());
            Some(made)
        })
        .await
    }

    /// What a link between two places does.
    pub async fn link_effect(
        &self,
        ground: &Arc<LinkGround>,
        ends: [Point; 2],
        barriers: Barriers,
    ) -> Result<Result<Effect, LinkFault>, AppError> {
        let ground = ground.clone();
        self.place_work(move || ground.effect(ends, &barriers)).await
    }

    /// The links that are worth looking at; worked out where nobody has asked before.
    pub async fn ranked_links(
        &self,
        ground: &Arc<LinkGround>,
        barriers: Barriers,
    ) -> Result<Ranked, AppError> {
        let ground = ground.clone();
        self.place_work(move || ground.ranked(&barriers).clone()).await
    }
}

impl LinkGround {
    /// Whether the links that are worth looking at were worked out already.
    pub fn is_ranked(&self) -> bool {
        self.ranked.get().is_some()
    }

    /// Works out what does not hang on a link: heavy. `None` where there is no network.
    pub(crate) fn new(key: Key, portfolio: &Portfolio, ground: &Ground) -> Option<Self> {
        let walk = ground.walk()?.clone();
        let basis = ground.residences.counted_in();
        let by_residences = basis == Basis::Residences;
        let communities = ground.residences.communities();
        let (mut homes, mut uncounted, mut unreached) = (Vec::new(), 0, 0u64);
        let mut weights: Vec<Vec<u32>> = vec![Vec::new(); key.limits.len()];
        let mut everybody = false;
        for (number, home) in ground.residences.homes.iter().enumerate() {
            let people = if by_residences { Some(1) } else { home.people };
            let Some(people) = people else {
                uncounted += 1;
                continue;
            };
            let community = communities.binary_search(&home.community).unwrap_or_default();
            let legs = ground.home_legs(number).to_vec();
            if legs.is_empty() {
                unreached += u64::from(people);
            }
            for (own, weights) in key.limits.iter().zip(&mut weights) {
                let (of_ages, stands_in) = home.people_for(own.ages);
                everybody |= stands_in && !by_residences;
                weights.push(if by_residences { 1 } else { of_ages.unwrap_or(0) });
            }
            homes.push(Home { community, people, legs });
        }
        let standing: Vec<(usize, usize)> =
            serving(portfolio, &key.limits).map(|(facility, kind, _)| (facility, kind)).collect();
        let kinds = key.limits.iter().zip(weights).enumerate().map(|(number, (own, people))| {
            let (kind, limit) = (own.kind.clone(), own.limit);
            let own = standing.iter().enumerate().filter(|(_, (_, kind))| *kind == number);
            let facilities: Vec<(u32, Vec<AccessLeg>)> = own
                .map(|(at, (facility, _))| (at as u32, ground.facility_legs(*facility).to_vec()))
                .collect();
            let placed = facilities.iter().map(|(number, legs)| (*number, legs.as_slice()));
            let access = KindAccess::new(&walk.network, placed);
            let map = NearestMap::sweep(&walk.network, access.seeds(), limit);
            let near = |home: &Home| access.nearest(&walk.network, &home.legs, &map);
            let before = homes.iter().map(|home| near(home).map(|near| near.distance)).collect();
            KindGround { kind, limit, facilities, access, map, before, people }
        });
        let kinds = kinds.collect();
        let ranked = OnceLock::new();
        Some(Self { key, walk, homes, communities, kinds, basis, uncounted, unreached, everybody, ranked })
    }

    /// The kinds that are looked at, with their limits in metres.
    pub fn kinds(&self) -> impl Iterator<Item = (&Code, u32)> {
        self.kinds.iter().map(|held| (&held.kind, held.limit / 1_000))
    }

    /// What a link between two places does. Heavy.
    ///
    /// # Errors
    /// When an end does not meet the network, or the link is too long or none.
    pub fn effect(&self, ends: [Point; 2], barriers: &Barriers) -> Result<Effect, LinkFault> {
        let off = |end| LinkFault::OffNetwork { end, metres: self.key.access_metres };
        let network = &self.walk.network;
        let mut met = Vec::new();
        for (end, point) in ends.iter().enumerate() {
            let at = engine_point(*point).ok_or(off(end))?;
            let leg = self.walk.legs(at, self.key.cap()).first().copied().ok_or(off(end))?;
            met.push((at, leg));
        }
        let [(from, first), (to, second)] = met.as_slice() else { return Err(LinkFault::NoLength) };
        let straight = from.millimetres_to(*to);
        if straight > u64::from(LINK_MOST) * 1_000 {
            return Err(LinkFault::TooLong);
        }
        if straight == 0 || (first.link, first.offset) == (second.link, second.offset) {
            return Err(LinkFault::NoLength);
        }
        let length = (straight as u32).saturating_add(first.leg).saturating_add(second.leg);
        let attach = |leg: &AccessLeg| Attach::Along { link: leg.link, offset: leg.offset };
        let link = NewLink { from: attach(first), to: attach(second), length, direction: Direction::Both };
        let kinds: Vec<Standing> =
            self.kinds.iter().map(|held| Standing { facilities: &held.facilities, map: &held.map }).collect();
        let after = with_link(network, link, &kinds, &self.homes).map_err(|_| LinkFault::NoLength)?;

        let mut helped = vec![0u64; self.homes.len()];
        let mut gains = vec![0u64; self.homes.len()];
        let effects = self.kinds.iter().zip(&after).map(|(held, after)| {
            let mut out = KindEffect {
                kind: held.kind.clone(),
                limit: held.limit / 1_000,
                before: 0,
                after: 0,
                saved: 0,
            };
            let mut saved = 0u64;
            for (at, people) in held.people.iter().enumerate() {
                let people = u64::from(*people);
                let (before, after) = (held.before[at], after[at]);
                out.before += if before.is_some() { people } else { 0 };
                out.after += if after.is_some() { people } else { 0 };
                match (before, after) {
                    (None, Some(_)) => {
                        helped[at] = helped[at].max(people);
                        gains[at] = gains[at].max(people);
                    }
                    (Some(before), Some(after)) if after < before => {
                        helped[at] = helped[at].max(people);
                        saved += people * u64::from(before - after);
                    }
                    _ => {}
                }
            }
            out.saved = saved / 1_000;
            out
        });
        let kinds = effects.collect();
        let mut gaining: BTreeMap<Code, u64> = BTreeMap::new();
        for (home, gains) in self.homes.iter().zip(gains).filter(|(_, gains)| *gains > 0) {
            if let Some(community) = self.communities.get(home.community) {
                *gaining.entry(community.clone()).or_default() += gains;
            }
        }
        // From the place where the link leaves the network to where it comes back.
        let [first, second] = [first, second].map(|leg| AccessLeg { leg: 0, ..*leg });
        Ok(Effect {
            ends,
            length,
            detour: Catchment::new(network, &[second], DETOUR_MOST).distance(&[first]),
            barrier: barrier([*from, *to], barriers).and_then(Barrier::parse),
            kinds,
            helped: helped.iter().sum(),
            gaining,
            people: self.homes.iter().map(|home| u64::from(home.people)).sum(),
        })
    }

    /// The links that are worth looking at, best first. Heavy the first time.
    pub fn ranked(&self, barriers: &Barriers) -> &Ranked {
        self.ranked.get_or_init(|| {
            let network = &self.walk.network;
            let found = candidates(network, Search::default()).unwrap_or_default();
            let tried: Vec<Candidate> = found.iter().copied().take(TRIED_MOST).collect();
            let mut kinds: Vec<Kind> = self
                .kinds
                .iter()
                .map(|held| Kind { access: &held.access, map: held.map.clone(), people: &held.people })
                .collect();
            let findings = rank(network, &tried, &mut kinds, &self.homes, KEPT_MOST).unwrap_or_default();
            let links = findings.into_iter().filter_map(|finding| {
                let [from, to] = finding.candidate.ends.map(|node| network.point(node));
                let (from, to) = (from?, to?);
                Some(RankedLink {
                    ends: [own_point(from), own_point(to)],
                    length: finding.candidate.length,
                    detour: finding.detour,
                    barrier: barrier([from, to], barriers).and_then(Barrier::parse),
                    newly: finding.newly_served,
                    helped: finding.helped,
                    saved: finding.saved / 1_000,
                    overlaps: finding.overlaps,
                })
            });
            Ranked { links: links.collect(), candidates: found.len(), cut: found.len() > TRIED_MOST }
        })
    }
}
