//! What homes have within reach, and what is nearest to them, against a sweep from every entrance: over the network and
//! over one with links that are added.

use std::num::NonZeroUsize;

use place::{
    access::{AccessLeg, KindAccess},
    in_reach::Places,
    isochrone::Catchment,
    nearest::{Nearest, NearestLists},
    network::{Direction, Network},
    overlay::{Attach, NewLink, Overlay},
    sums::{SUM_LIMIT_MAX, SumError},
};
use proptest::prelude::*;

use crate::entrances::{Case, case, legs};

/// Two ends, each a link and a share of its length in hundredths; the length, and whether it is one-way.
type Added = ([(usize, u32); 2], u32, bool);

fn added() -> impl Strategy<Value = Vec<Added>> {
    let end = || (0usize..100, 0u32..=100);
    let link = (end(), end(), 1u32..300, any::<bool>());
    prop::collection::vec(link.prop_map(|(a, b, length, one_way)| ([a, b], length, one_way)), 1..4)
}

fn links(network: &Network, added: &[Added]) -> Vec<NewLink> {
    let attach = |(link, share): (usize, u32)| {
        let leg = legs(network, &[(link, share, 0)])[0];
        Attach::Along { link: leg.link, offset: leg.offset }
    };
    let link = |([from, to], length, one_way): &Added| NewLink {
        from: attach(*from),
        to: attach(*to),
        length: *length,
        direction: if *one_way { Direction::Forward } else { Direction::Both },
    };
    added.iter().map(link).collect()
}

/// Homes and facilities as they meet the network; a facility weighs by its number.
struct Town {
    facilities: Vec<Vec<AccessLeg>>,
    homes: Vec<Vec<AccessLeg>>,
    limit: u32,
}

fn weight(facility: usize) -> u64 {
    [1, 10, 100, 1_000, 10_000][facility]
}

impl Town {
    fn new(network: &Network, case: &Case) -> Self {
        let all = |places: &[Vec<_>]| places.iter().map(|own| legs(network, own)).collect();
        Self { facilities: all(&case.facilities), homes: all(&case.homes), limit: case.limit }
    }

    /// All facilities within the limit of each home, nearest first: each entrance swept for itself.
    fn brute(&self, overlay: &Overlay<'_>) -> Vec<Vec<Nearest>> {
        let entrances = (0u32..)
            .zip(&self.facilities)
            .flat_map(|(facility, legs)| legs.iter().map(move |leg| (facility, *leg)));
        let alone: Vec<(u32, Catchment)> = entrances
            .map(|(facility, leg)| (facility, Catchment::new(overlay, &[leg], self.limit)))
            .collect();
        let of = |home: &Vec<AccessLeg>| {
            let mut all: Vec<Nearest> = alone
                .iter()
                .filter_map(|(facility, from)| {
                    Some(Nearest { distance: from.distance(home)?, facility: *facility })
                })
                .collect();
            all.sort_unstable_by_key(|near| (near.facility, near.distance));
            all.dedup_by_key(|near| near.facility);
            all.sort_unstable();
            all
        };
        self.homes.iter().map(of).collect()
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &[AccessLeg])> {
        (0..).zip(self.facilities.iter().map(Vec::as_slice))
    }

    fn weighted(&self) -> impl Iterator<Item = (u64, &[AccessLeg])> {
        self.facilities.iter().enumerate().map(|(facility, legs)| (weight(facility), legs.as_slice()))
    }

    /// Several times over, so that there is more than one group to search.
    fn origins(&self) -> Vec<&[AccessLeg]> {
        self.homes.iter().cycle().take(self.homes.len() * 7).map(Vec::as_slice).collect()
    }

    fn nearest(&self, network: &Network, k: NonZeroUsize) -> Vec<Vec<Nearest>> {
        let access = KindAccess::new(network, self.numbered());
        let lists = NearestLists::sweep(network, access.seeds(), self.limit, k);
        self.homes.iter().map(|home| access.nearest_k(network, home, &lists)).collect()
    }

    fn nearest_overlay(&self, overlay: &Overlay<'_>, k: NonZeroUsize) -> Vec<Vec<Nearest>> {
        let access = KindAccess::new(overlay, self.numbered());
        let lists = NearestLists::sweep_overlay(overlay, access.seeds(), self.limit, k);
        self.homes.iter().map(|home| access.nearest_k(overlay, home, &lists)).collect()
    }
}

/// How many weights of those within a limit come to for each origin.
fn sums_of(brute: &[Vec<Nearest>], origins: usize, limit: u32) -> Vec<u64> {
    let within = |all: &Vec<Nearest>| {
        let near = all.iter().filter(|near| near.distance <= limit);
        near.map(|near| weight(near.facility as usize)).sum()
    };
    brute.iter().cycle().take(origins).map(within).collect()
}

fn cut(brute: &[Vec<Nearest>], k: NonZeroUsize) -> Vec<Vec<Nearest>> {
    brute.iter().map(|all| all.iter().copied().take(k.get()).collect()).collect()
}

/// The limit itself, and two on either side of a distance that some home has.
fn limits(brute: &[Vec<Nearest>], limit: u32, which: usize) -> Vec<u32> {
    let distances: Vec<u32> = brute.iter().flatten().map(|near| near.distance).collect();
    let one = distances.get(which % distances.len().max(1)).copied();
    let beside = one.into_iter().flat_map(|distance| [distance, distance.saturating_sub(1)]);
    std::iter::once(limit).chain(beside).collect()
}

fn threads() -> [NonZeroUsize; 3] {
    [1, 2, 5].map(|threads| NonZeroUsize::new(threads).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_in_reach_is_what_every_entrance_reaches(
        case in case(), added in added(), k in 1usize..6, which in 0usize..40,
    ) {
        let Some(network) = case.network() else { return Ok(()) };
        let (town, k) = (Town::new(&network, &case), NonZeroUsize::new(k).unwrap());
        let origins = town.origins();
        let base = town.brute(&Overlay::of(&network));
        prop_assert_eq!(town.nearest(&network, k), cut(&base, k));
        let places = Places::new(&network, town.weighted()).unwrap();
        for limit in limits(&base, case.limit, which) {
            for threads in threads() {
                let sums = places.sums(&network, &origins, limit, threads).unwrap();
                prop_assert_eq!(sums, sums_of(&base, origins.len(), limit), "{}", limit);
            }
        }
        let overlay = Overlay::new(&network, &links(&network, &added)).unwrap();
        let changed = town.brute(&overlay);
        prop_assert_eq!(town.nearest_overlay(&overlay, k), cut(&changed, k));
        let places = Places::new(&overlay, town.weighted()).unwrap();
        for limit in limits(&changed, case.limit, which) {
            for threads in threads() {
                let sums = places.sums_overlay(&overlay, &origins, limit, threads).unwrap();
                prop_assert_eq!(sums, sums_of(&changed, origins.len(), limit), "{}", limit);
            }
        }
    }

    #[test]
    fn one_more_link_leaves_nobody_less(case in case(), added in added(), k in 1usize..6) {
        let Some(network) = case.network() else { return Ok(()) };
        let (town, k) = (Town::new(&network, &case), NonZeroUsize::new(k).unwrap());
        let overlay = Overlay::new(&network, &links(&network, &added)).unwrap();
        for (before, after) in town.nearest(&network, k).iter().zip(town.nearest_overlay(&overlay, k)) {
            prop_assert!(before.len() <= after.len());
            prop_assert!(before.iter().zip(&after).all(|(before, after)| after.distance <= before.distance));
        }
        let origins = town.origins();
        let before = Places::new(&network, town.weighted()).unwrap();
        let before = before.sums(&network, &origins, case.limit, NonZeroUsize::MIN).unwrap();
        let after = Places::new(&overlay, town.weighted()).unwrap();
        let after = after.sums_overlay(&overlay, &origins, case.limit, NonZeroUsize::MIN).unwrap();
        prop_assert!(before.iter().zip(&after).all(|(before, after)| before <= after));
    }
}

#[test]
fn what_cannot_be_summed_is_refused_and_who_meets_no_network_reaches_nothing() {
    let link = place::network::Link { from: 0, to: 1, length: 100, direction: Direction::Both };
    let network = Network::build(2, &[], vec![link]).unwrap();
    let shop = legs(&network, &[(0, 0, 5), (0, 100, 5)]);
    let large = [(u64::MAX / 2, shop.as_slice()), (1, shop.as_slice())];
    assert_eq!(Places::new(&network, large), Err(SumError::WeightsTooLarge));
    let places = Places::new(&network, [(7, shop.as_slice()), (2, [].as_slice())]).unwrap();
    let home = legs(&network, &[(0, 50, 10)]);
    let sums = |limit| places.sums(&network, &[&home, &[]], limit, NonZeroUsize::MIN);
    assert_eq!((sums(65), sums(64)), (Ok(vec![7, 0]), Ok(vec![0, 0])));
    assert_eq!(sums(SUM_LIMIT_MAX), Ok(vec![7, 0]));
    assert_eq!(sums(SUM_LIMIT_MAX + 1), Err(SumError::LimitTooLarge { limit: SUM_LIMIT_MAX + 1 }));
}
