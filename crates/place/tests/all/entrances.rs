//! Facilities with several entrances: each is one facility, reached at the nearest of them.

use std::num::NonZeroUsize;

use place::access::{AccessLeg, KindAccess};
use place::isochrone::Catchment;
use place::nearest::{Nearest, NearestLists, NearestMap};
use place::network::{Direction, Link, Network};
use place::overlay::Overlay;
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(crate) struct Case {
    links: Vec<Link>,
    nodes: usize,
    /// Entrances of each facility, and doors of each home: link, share of its length in hundredths, leg.
    pub(crate) facilities: Vec<Vec<(usize, u32, u32)>>,
    pub(crate) homes: Vec<Vec<(usize, u32, u32)>>,
    pub(crate) limit: u32,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    (3usize..14).prop_flat_map(|nodes| {
        let link = (0..nodes as u32, 0..nodes as u32, 1u32..400, prop::bool::weighted(0.25));
        let place = || (0usize..100, 0u32..=100, 0u32..50);
        (
            prop::collection::vec(link, 2..24),
            prop::collection::vec(prop::collection::vec(place(), 1..5), 1..5),
            prop::collection::vec(prop::collection::vec(place(), 1..3), 1..8),
            100u32..2_000,
        )
            .prop_map(move |(links, facilities, homes, limit)| Case {
                links: links
                    .into_iter()
                    .filter(|(from, to, ..)| from != to)
                    .map(|(from, to, length, one_way)| Link {
                        from,
                        to,
                        length,
                        direction: if one_way { Direction::Forward } else { Direction::Both },
                    })
                    .collect(),
                nodes,
                facilities,
                homes,
                limit,
            })
    })
}

impl Case {
    pub(crate) fn network(&self) -> Option<Network> {
        (!self.links.is_empty()).then(|| Network::build(self.nodes, &[], self.links.clone()).unwrap())
    }
}

pub(crate) fn legs(network: &Network, places: &[(usize, u32, u32)]) -> Vec<AccessLeg> {
    let leg = |(link, share, leg): &(usize, u32, u32)| {
        let index = link % network.links().len();
        let link = network.link(index).unwrap();
        AccessLeg { link, offset: network.links()[index].length * share / 100, leg: *leg }
    };
    places.iter().map(leg).collect()
}

/// The nearest facility of each home, where facilities have these legs.
fn nearest(
    network: &Network,
    facilities: &[Vec<AccessLeg>],
    homes: &[Vec<AccessLeg>],
    limit: u32,
) -> Vec<Option<Nearest>> {
    let access = KindAccess::new(network, (0..).zip(facilities.iter().map(Vec::as_slice)));
    let map = NearestMap::sweep(network, access.seeds(), limit);
    homes.iter().map(|home| access.nearest(network, home, &map)).collect()
}

proptest! {
    #[test]
    fn the_nearest_is_that_of_all_entrances_and_one_more_makes_nothing_worse(
        case in case(), which in 0usize..5, more in (0usize..100, 0u32..=100, 0u32..50),
    ) {
        let Some(network) = case.network() else { return Ok(()) };
        let mut facilities: Vec<_> = case.facilities.iter().map(|places| legs(&network, places)).collect();
        let homes: Vec<_> = case.homes.iter().map(|places| legs(&network, places)).collect();
        let found = nearest(&network, &facilities, &homes, case.limit);
        // Each entrance swept for itself.
        let overlay = Overlay::of(&network);
        let alone: Vec<(u32, Catchment)> = (0..)
            .zip(&facilities)
            .flat_map(|(facility, legs)| legs.iter().map(move |leg| (facility, *leg)))
            .map(|(facility, leg)| (facility, Catchment::new(&overlay, &[leg], case.limit)))
            .collect();
        for (home, found) in homes.iter().zip(&found) {
            let brute = alone
                .iter()
                .filter_map(|(facility, from)| Some(Nearest { distance: from.distance(home)?, facility: *facility }))
                .min();
            prop_assert_eq!(*found, brute);
        }
        let one = which % facilities.len();
        facilities[one].extend(legs(&network, &[more]));
        for (before, after) in found.iter().zip(nearest(&network, &facilities, &homes, case.limit)) {
            prop_assert!(before.is_none_or(|before| after.is_some_and(|after| after.distance <= before.distance)));
        }
    }

    #[test]
    fn a_choice_has_each_facility_once(case in case(), k in 1usize..6) {
        let Some(network) = case.network() else { return Ok(()) };
        let facilities: Vec<_> = case.facilities.iter().map(|places| legs(&network, places)).collect();
        let access = KindAccess::new(&network, (0..).zip(facilities.iter().map(Vec::as_slice)));
        let lists = NearestLists::sweep(&network, access.seeds(), case.limit, NonZeroUsize::new(k).unwrap());
        for node in network.nodes() {
            let mut own: Vec<u32> = lists.at(node).map(|near| near.facility).collect();
            let count = own.len();
            own.sort_unstable();
            own.dedup();
            prop_assert!(count == own.len() && count <= k.min(facilities.len()));
        }
    }
}
