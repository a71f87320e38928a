//! Missing links: what a drawn link does for people, and where the network itself breaks off.
//!
//! Residents are held against the standards in force, each kind of facility with its limit. What does not hang on a
//! link (legs, nearest facilities) is worked out once and shared.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock, PoisonError};

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::Point;
use place::access::{AccessLeg, KindAccess};
use place::effect::Home;
use place::isochrone::Catchment;
use place::missing::{Candidate, Kind, Search, Standing, barrier, candidates, rank, with_links};
use place::nearest::NearestMap;
use place::overlay::NewLink as EngineLink;

use super::base::Barrier;
use super::coverage::Basis;
use super::ground::Ground;
use super::layer::Walk;
use super::link_key::{Key, serving};
use super::span::{Span, Spans};
use super::{engine_point, own_point};
use crate::App;
use crate::error::AppError;

pub use super::span::{LINK_MOST, LinkFault};

/// The most candidates that are tried, the shortest first, and the most that are kept.
const TRIED_MOST: usize = 3_000;
const KEPT_MOST: usize = 50;
/// How far a way round is looked for, in millimetres.
const DETOUR_MOST: u32 = 20_000_000;

/// Lines that a link may cross, each under the label of what it is.
pub type Barriers = Vec<(String, Vec<place::point::Point>)>;

struct KindGround {
    kind: Code,
    limit: u32,
    facilities: Vec<(u32, Vec<AccessLeg>)>,
    /// Over the network with the links of the plan that are open.
    access: KindAccess,
    /// Over the network alone.
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
    links: Spans,
    ranked: OnceLock<Ranked>,
    gains: OnceLock<Vec<Option<LinkGain>>>,
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

/// What a link of the plan does: one that people walk over against the day without it, another against the day with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkGain {
    /// People of whom at least so many gain a kind.
    pub gaining: u64,
    /// As above, or get nearer to one.
    pub helped: u64,
}

/// What two days differ by.
struct Gains {
    kinds: Vec<KindEffect>,
    helped: u64,
    /// By the number of the community.
    gaining: BTreeMap<usize, u64>,
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

    /// What each link of the plan does, by its number in it.
    pub async fn link_gains(&self, ground: &Arc<LinkGround>) -> Result<Vec<Option<LinkGain>>, AppError> {
        let ground = ground.clone();
        self.place_work(move || ground.own_gains().to_vec()).await
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
        let links = ground.links().clone();
        let overlay = links.over(&walk.network, links.open());
        let standing: Vec<(usize, usize)> =
            serving(portfolio, &key.limits).map(|(facility, kind, _)| (facility, kind)).collect();
        let kinds = key.limits.iter().zip(weights).enumerate().map(|(number, (own, people))| {
            let (kind, limit) = (own.kind.clone(), own.limit);
            let own = standing.iter().enumerate().filter(|(_, (_, kind))| *kind == number);
            let facilities: Vec<(u32, Vec<AccessLeg>)> = own
                .map(|(at, (facility, _))| (at as u32, ground.facility_legs(*facility).to_vec()))
                .collect();
            let placed = || facilities.iter().map(|(number, legs)| (*number, legs.as_slice()));
            let alone = KindAccess::new(&walk.network, placed());
            let map = NearestMap::sweep(&walk.network, alone.seeds(), limit);
            let access = KindAccess::new(&overlay, placed());
            let mut now = map.clone();
            // The copy is not used again.
            let _ = now.repair(&overlay, access.seeds());
            let near = |home: &Home| access.nearest(&overlay, &home.legs, &now);
            let before = homes.iter().map(|home| near(home).map(|near| near.distance)).collect();
            KindGround { kind, limit, facilities, access, map, before, people }
        });
        let kinds = kinds.collect();
        let (ranked, gains) = (OnceLock::new(), OnceLock::new());
        Some(Self {
            key,
            walk,
            homes,
            communities,
            kinds,
            basis,
            uncounted,
            unreached,
            everybody,
            links,
            ranked,
            gains,
        })
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
        let network = &self.walk.network;
        let span = Span::between(&self.walk, ends, None, self.key.access_metres)?;
        let after = self.with(self.open().into_iter().chain([span.link]));
        let found = self.gains(&self.before(), &after);
        let community =
            |(number, people): (usize, u64)| Some((self.communities.get(number)?.clone(), people));
        // From the place where the link leaves the network to where it comes back.
        let [first, second] = span.legs.map(|leg| AccessLeg { leg: 0, ..leg });
        let overlay = self.links.over(network, self.links.open());
        Ok(Effect {
            ends,
            length: span.link.length,
            detour: Catchment::new(&overlay, &[second], DETOUR_MOST).distance(&[first]),
            barrier: match ends.map(engine_point) {
                [Some(from), Some(to)] => barrier([from, to], barriers).and_then(Barrier::parse),
                _ => None,
            },
            kinds: found.kinds,
            helped: found.helped,
            gaining: found.gaining.into_iter().filter_map(community).collect(),
            people: self.homes.iter().map(|home| u64::from(home.people)).sum(),
        })
    }

    /// What each link of the plan does, by its number in it; nothing for one that does not meet the network. Heavy the
    /// first time.
    pub fn own_gains(&self) -> &[Option<LinkGain>] {
        self.gains.get_or_init(|| {
            let all = 0..self.key.links.len();
            all.map(|link| {
                if !self.links.meets(link) {
                    return None;
                }
                let open = self.links.open();
                let without: Vec<usize> = open.iter().copied().filter(|other| *other != link).collect();
                let found = if without.len() < open.len() {
                    let before = self.with(self.links.added(&without));
                    let before: Vec<&[Option<u32>]> = before.iter().map(Vec::as_slice).collect();
                    let after: Vec<Vec<Option<u32>>> =
                        self.kinds.iter().map(|held| held.before.clone()).collect();
                    self.gains(&before, &after)
                } else {
                    let with = [open, &[link][..]].concat();
                    self.gains(&self.before(), &self.with(self.links.added(&with)))
                };
                Some(LinkGain { gaining: found.gaining.values().sum(), helped: found.helped })
            })
            .collect()
        })
    }

    /// The links of the plan that people walk over on the day.
    fn open(&self) -> Vec<EngineLink> {
        self.links.added(self.links.open())
    }

    /// How far each home is from the nearest of each kind on the day.
    fn before(&self) -> Vec<&[Option<u32>]> {
        self.kinds.iter().map(|held| held.before.as_slice()).collect()
    }

    /// How far each home is from the nearest of each kind over the network with these links.
    fn with(&self, links: impl IntoIterator<Item = EngineLink>) -> Vec<Vec<Option<u32>>> {
        let links: Vec<EngineLink> = links.into_iter().collect();
        let kinds: Vec<Standing> =
            self.kinds.iter().map(|held| Standing { facilities: &held.facilities, map: &held.map }).collect();
        // Each of them was tried on this network when it was placed.
        with_links(&self.walk.network, &links, &kinds, &self.homes).unwrap_or_default()
    }

    fn gains(&self, before: &[&[Option<u32>]], after: &[Vec<Option<u32>>]) -> Gains {
        let mut helped = vec![0u64; self.homes.len()];
        let mut gains = vec![0u64; self.homes.len()];
        let kinds = self.kinds.iter().zip(before.iter().zip(after)).map(|(held, (before, after))| {
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
                let (before, after) = (before[at], after[at]);
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
        let kinds = kinds.collect();
        let mut gaining: BTreeMap<usize, u64> = BTreeMap::new();
        for (home, gains) in self.homes.iter().zip(gains).filter(|(_, gains)| *gains > 0) {
            *gaining.entry(home.community).or_default() += gains;
        }
        Gains { kinds, helped: helped.iter().sum(), gaining }
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
                .map(|held| Kind {
                    access: &held.access,
                    map: held.map.clone(),
                    before: &held.before,
                    people: &held.people,
                })
                .collect();
            let findings =
                rank(network, &self.open(), &tried, &mut kinds, &self.homes, KEPT_MOST).unwrap_or_default();
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
