//! Links added to the network: a repaired map equals a new sweep and a rebuilt network bit for bit, undoing
//! restores the base, and adding never makes anything worse.

use std::num::NonZeroUsize;

use place::{
    access::{AccessLeg, KindAccess},
    nearest::{Nearest, NearestLists, NearestMap, Seed},
    network::{Direction, Link, Network},
    overlay::{Attach, NewLink, Overlay},
};
use proptest::{prelude::*, sample::Index};

#[derive(Debug, Clone)]
struct Case {
    nodes: usize,
    links: Vec<Link>,
    added: Vec<Added>,
    shops: Vec<(Index, u32, u32)>,
    homes: Vec<(Index, u32, u32)>,
    limit: u32,
}

#[derive(Debug, Clone)]
struct Added {
    ends: [(Index, Option<u32>); 2],
    length: u32,
    one_way: bool,
}

fn direction(one_way: bool) -> Direction {
    if one_way { Direction::Forward } else { Direction::Both }
}

fn added() -> impl Strategy<Value = Added> {
    let end = || (any::<Index>(), prop::option::of(0u32..40));
    (end(), end(), 0u32..40, any::<bool>()).prop_map(|(from, to, length, one_way)| Added {
        ends: [from, to],
        length,
        one_way,
    })
}

fn case() -> impl Strategy<Value = Case> {
    (2usize..16).prop_flat_map(|nodes| {
        let link = (0..nodes as u32, 0..nodes as u32, 0u32..30, prop::bool::weighted(0.2))
            .prop_map(|(from, to, length, one_way)| Link { from, to, length, direction: direction(one_way) });
        let place = || (any::<Index>(), 0u32..30, 0u32..6);
        (
            prop::collection::vec(link, 1..30),
            prop::collection::vec(added(), 0..6),
            prop::collection::vec(place(), 0..5),
            prop::collection::vec(place(), 1..6),
            5u32..120,
        )
            .prop_map(move |(links, added, shops, homes, limit)| Case {
                nodes,
                links,
                added,
                shops,
                homes,
                limit,
            })
    })
}

impl Case {
    fn network(&self) -> Network {
        Network::build(self.nodes, &[], self.links.clone()).unwrap()
    }

    fn added(&self, network: &Network) -> Vec<NewLink> {
        let attach = |(index, offset): &(Index, Option<u32>)| match offset {
            None => Attach::Node(network.node(index.index(self.nodes)).unwrap()),
            Some(offset) => {
                let link = index.index(self.links.len());
                let offset = (*offset).min(self.links[link].length);
                Attach::Along { link: network.link(link).unwrap(), offset }
            }
        };
        let made = |Added { ends: [from, to], length, one_way }: &Added| NewLink {
            from: attach(from),
            to: attach(to),
            length: *length,
            direction: direction(*one_way),
        };
        self.added.iter().map(made).collect()
    }

    fn legs(&self, network: &Network, places: &[(Index, u32, u32)]) -> Vec<[AccessLeg; 1]> {
        places
            .iter()
            .map(|(index, offset, leg)| {
                let link = index.index(self.links.len());
                let offset = (*offset).min(self.links[link].length);
                [AccessLeg { link: network.link(link).unwrap(), offset, leg: *leg }]
            })
            .collect()
    }
}

fn numbered(legs: &[[AccessLeg; 1]]) -> impl Iterator<Item = (u32, &[AccessLeg])> {
    legs.iter().enumerate().map(|(facility, legs)| (facility as u32, legs.as_slice()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_repair_equals_a_sweep_and_a_rebuild(case in case()) {
        let network = case.network();
        let shops = case.legs(&network, &case.shops);
        let before = KindAccess::new(&network, numbered(&shops));
        let base = NearestMap::sweep(&network, before.seeds(), case.limit);
        let overlay = Overlay::new(&network, &case.added(&network)).unwrap();
        let after = KindAccess::new(&overlay, numbered(&shops));

        let mut repaired = base.clone();
        let undo = repaired.repair(&overlay, after.seeds());
        let swept = NearestMap::sweep_overlay(&overlay, after.seeds(), case.limit);
        prop_assert_eq!(&repaired, &swept);

        let rebuilt = overlay.rebuild().unwrap();
        let seeds: Vec<Seed> = after
            .seeds()
            .iter()
            .map(|seed| {
                let index = (0..overlay.node_count()).find(|&i| overlay.node(i) == Some(seed.node)).unwrap();
                Seed { node: rebuilt.node(index).unwrap(), ..*seed }
            })
            .collect();
        let anew = NearestMap::sweep(&rebuilt, &seeds, case.limit);
        for index in 0..overlay.node_count() {
            prop_assert_eq!(
                repaired.at(overlay.node(index).unwrap()),
                anew.at(rebuilt.node(index).unwrap())
            );
        }

        repaired.undo(undo);
        prop_assert_eq!(repaired, base);
    }

    #[test]
    fn adding_never_makes_anything_worse(case in case(), extra in (any::<Index>(), 0u32..30, 0u32..6)) {
        let network = case.network();
        let mut shops = case.legs(&network, &case.shops);
        let homes = case.legs(&network, &case.homes);
        let before = KindAccess::new(&network, numbered(&shops));
        let map = NearestMap::sweep(&network, before.seeds(), case.limit);
        let overlay = Overlay::new(&network, &case.added(&network)).unwrap();
        shops.extend(case.legs(&network, &[extra]));
        let after = KindAccess::new(&overlay, numbered(&shops));
        let new_map = NearestMap::sweep_overlay(&overlay, after.seeds(), case.limit);
        for home in &homes {
            let old = before.nearest(&network, home, &map).map(|near| near.distance);
            let new = after.nearest(&overlay, home, &new_map).map(|near| near.distance);
            prop_assert!(new.unwrap_or(u32::MAX) <= old.unwrap_or(u32::MAX), "{:?} then {:?}", old, new);
        }
    }

    #[test]
    fn the_order_of_links_does_not_matter(case in case()) {
        let network = case.network();
        let added = case.added(&network);
        let mut turned = added.clone();
        turned.reverse();
        let shops = case.legs(&network, &case.shops);
        let map = |links: &[NewLink]| {
            let overlay = Overlay::new(&network, links).unwrap();
            let access = KindAccess::new(&overlay, numbered(&shops));
            NearestMap::sweep_overlay(&overlay, access.seeds(), case.limit)
        };
        prop_assert_eq!(map(&added), map(&turned));
    }

    #[test]
    fn distances_from_homes_equal_those_over_every_place_made_a_node(case in case()) {
        // Homes and shops split their links; then everything is a plain node-to-node distance.
        let network = case.network();
        let (shops, homes) = (case.legs(&network, &case.shops), case.legs(&network, &case.homes));
        let access = KindAccess::new(&network, numbered(&shops));
        let map = NearestMap::sweep(&network, access.seeds(), case.limit);
        let attach = |leg: &AccessLeg| Attach::Along { link: leg.link, offset: leg.offset };
        let detached = Attach::Node(network.node(0).unwrap());
        let splits: Vec<_> = shops.iter().chain(&homes).flatten().map(|leg| {
            // A one-way link from nowhere useful: it only makes the split.
            NewLink { from: attach(leg), to: detached, length: u32::MAX, direction: Direction::Forward }
        }).collect();
        let overlay = Overlay::new(&network, &splits).unwrap();
        let split_access = KindAccess::new(&overlay, numbered(&shops));
        let split_map = NearestMap::sweep_overlay(&overlay, split_access.seeds(), case.limit);
        for home in &homes {
            prop_assert_eq!(
                access.nearest(&network, home, &map).map(|near| near.distance),
                split_access.nearest(&overlay, home, &split_map).map(|near| near.distance)
            );
        }
    }

    #[test]
    fn the_lists_are_the_k_best_of_single_sweeps(case in case(), k in 1usize..5) {
        let network = case.network();
        let shops = case.legs(&network, &case.shops);
        let access = KindAccess::new(&network, numbered(&shops));
        let lists = NearestLists::sweep(&network, access.seeds(), case.limit, NonZeroUsize::new(k).unwrap());
        let single: Vec<NearestMap> = (0..shops.len() as u32)
            .map(|shop| {
                let seeds: Vec<Seed> =
                    access.seeds().iter().filter(|seed| seed.facility == shop).copied().collect();
                NearestMap::sweep(&network, &seeds, case.limit)
            })
            .collect();
        for node in network.nodes() {
            let mut all: Vec<Nearest> = single.iter().filter_map(|map| map.at(node)).collect();
            all.sort_unstable();
            all.truncate(k);
            prop_assert_eq!(lists.at(node).collect::<Vec<_>>(), all);
        }
    }
}
