//! Scenarios with dates and projects: every picture reached by repair equals one computed anew; effects
//! and forecasts follow their definitions.

use std::num::NonZeroUsize;

use jiff::civil::{Date, date};
use place::{
    access::AccessLeg,
    effect::{Evaluator, Home, Odds},
    nearest::NearestMap,
    network::{Direction, Link, Network},
    overlay::{Attach, LinkChange, NewLink},
    scenario::{DatedLink, Facility, InUse, Scenario, ScenarioError},
};
use proptest::{prelude::*, sample::Index};

const DAY: Date = date(2025, 6, 30);

/// A street with one home at each link, 100 long each; a shop at the west end; project 1 opens a shop
/// in the east, project 2 a short cut from west to east, project 3 (later) closes nothing of note.
fn street() -> Network {
    let links =
        (0..6).map(|i| Link { from: i, to: i + 1, length: 100, direction: Direction::Both }).collect();
    Network::build(7, &[], links).unwrap()
}

fn leg(network: &Network, link: usize, offset: u32) -> Vec<AccessLeg> {
    vec![AccessLeg { link: network.link(link).unwrap(), offset, leg: 0 }]
}

fn scenario(network: &Network) -> Scenario<'_> {
    let opens = |day: Date, project| InUse { from: Some(day), until: None, project: Some(project) };
    let facility = |legs, in_use| Facility { kind: 0, legs, capacity: None, in_use };
    let facilities = vec![
        facility(leg(network, 0, 0), InUse::default()),
        facility(leg(network, 5, 100), opens(date(2025, 5, 1), 1)),
    ];
    let node = |index| Attach::Node(network.node(index).unwrap());
    let short_cut =
        LinkChange::Add(NewLink { from: node(0), to: node(6), length: 10, direction: Direction::Both });
    let links = vec![DatedLink { change: short_cut, in_use: opens(date(2025, 6, 30), 2) }];
    Scenario::new(network, 1, facilities, links, vec![]).unwrap()
}

fn homes(network: &Network) -> Vec<Home> {
    (0..6).map(|link| Home { community: link / 3, people: 10, legs: leg(network, link, 50) }).collect()
}

#[test]
fn effects_of_two_projects_that_help_the_same_people() {
    let network = street();
    let scenario = scenario(&network);
    let homes = homes(&network);
    let mut evaluator = Evaluator::new(&scenario, &homes, &[170], NonZeroUsize::MIN);
    let effects = evaluator.attribute(DAY).unwrap();
    // Two homes in the west are served anyway; either project serves the two in the east.
    let each: Vec<_> = effects.projects.iter().map(|e| (e.project, e.alone, e.last)).collect();
    assert_eq!(each, [(1, 20, 0), (2, 20, 0)]);
    assert_eq!((effects.together, effects.shared), (20, -20));

    let before = evaluator.on(date(2025, 4, 30)).unwrap();
    let between = evaluator.on(date(2025, 5, 1)).unwrap();
    let after = evaluator.on(DAY).unwrap();
    assert_eq!(evaluator.gaining(2, &before, &after), [0, 20]);
    let change = evaluator.compare(&before, &between)[0];
    assert_eq!((change.gained, change.lost, change.saved, change.added), (20, 0, 0, 0));
    assert_eq!(evaluator.compare(&between, &after)[0].gained, 0);
    assert_eq!(scenario.days(), [date(2025, 5, 1), DAY]);
}

#[test]
fn a_forecast_weighs_all_combinations() {
    let network = street();
    let scenario = scenario(&network);
    let homes = homes(&network);
    let mut evaluator = Evaluator::new(&scenario, &homes, &[170], NonZeroUsize::MIN);
    let odds = [Odds { project: 1, permille: 500 }, Odds { project: 2, permille: 200 }];
    let draws = NonZeroUsize::new(50).unwrap();
    let forecast = evaluator.forecast(date(2024, 1, 1), &odds, draws, 1).unwrap();
    // The east is served unless both are late: 1 - 0.5 x 0.8.
    assert!(forecast.exact);
    assert!((forecast.expected - (20.0 + 20.0 * 0.6)).abs() < 1e-9);
    assert_eq!((forecast.tenth, forecast.median, forecast.ninetieth), (20, 40, 40));
    let certain = evaluator.forecast(DAY, &[], draws, 1).unwrap();
    assert_eq!(certain.expected, 40.0);
}

#[test]
fn refuses_what_does_not_exist() {
    let network = street();
    let facility = Facility { kind: 3, legs: vec![], capacity: None, in_use: InUse::default() };
    let error = Scenario::new(&network, 1, vec![facility.clone()], vec![], vec![]).unwrap_err();
    assert_eq!(error, ScenarioError::UnknownKind { facility: 0, kind: 3, kinds: 1 });
    let backwards = InUse { from: Some(DAY), until: Some(DAY), project: None };
    let facility = Facility { kind: 0, in_use: backwards, ..facility };
    let error = Scenario::new(&network, 1, vec![facility], vec![], vec![]).unwrap_err();
    assert!(matches!(error, ScenarioError::Backwards { what: "facility", .. }));
}

type Dates = (Option<u8>, Option<u8>, Option<u32>);

fn in_use((from, length, project): Dates) -> InUse {
    let day = |number: u8| date(2025, 1, 1).checked_add(jiff::Span::new().days(i64::from(number))).unwrap();
    InUse {
        from: from.map(day),
        until: length.map(|l| day(from.unwrap_or(0).saturating_add(l % 50 + 1))),
        project,
    }
}

fn dates() -> impl Strategy<Value = Dates> {
    (prop::option::of(0u8..100), prop::option::weighted(0.3, 0u8..50), prop::option::of(0u32..4))
}

proptest! {
    #[test]
    fn a_picture_by_repair_is_a_picture_anew(
        lengths in prop::collection::vec((0u32..8, 0u32..8, 1u32..50), 1..16),
        shops in prop::collection::vec((any::<Index>(), 0u32..50, 0usize..2, dates()), 0..8),
        changes in prop::collection::vec((prop::option::of((0usize..8, 0usize..8, 0u32..30)), any::<Index>(), dates()), 0..5),
        days in prop::collection::vec(0u8..110, 1..6),
        without in 0u32..4,
    ) {
        let links: Vec<Link> = lengths
            .iter()
            .map(|&(from, to, length)| Link { from, to, length, direction: Direction::Both })
            .collect();
        let network = Network::build(8, &[], links.clone()).unwrap();
        let at = |index: Index, offset: u32| {
            let link = index.index(links.len());
            leg(&network, link, offset.min(links[link].length))
        };
        let facilities: Vec<Facility> = shops
            .iter()
            .map(|&(index, offset, kind, dates)| {
                Facility { kind, legs: at(index, offset), capacity: None, in_use: in_use(dates) }
            })
            .collect();
        let dated: Vec<DatedLink> = changes
            .iter()
            .map(|&(add, index, dates)| {
                let node = |index| Attach::Node(network.node(index).unwrap());
                let change = match add {
                    Some((from, to, length)) => LinkChange::Add(NewLink {
                        from: node(from),
                        to: node(to),
                        length,
                        direction: Direction::Both,
                    }),
                    None => LinkChange::Close(network.link(index.index(links.len())).unwrap()),
                };
                DatedLink { change, in_use: in_use(dates) }
            })
            .collect();
        let scenario = Scenario::new(&network, 2, facilities, dated, vec![]).unwrap();
        let homes: Vec<Home> = (0..links.len())
            .map(|link| Home { community: 0, people: 1, legs: leg(&network, link, links[link].length / 2) })
            .collect();
        let limits = [60, 90];
        let mut evaluator = Evaluator::new(&scenario, &homes, &limits, NonZeroUsize::MIN);
        for day in days {
            let day = date(2025, 1, 1).checked_add(jiff::Span::new().days(i64::from(day))).unwrap();
            let counts = |in_use: &InUse| in_use.on(day) && in_use.project != Some(without);
            let served = evaluator.served(counts).unwrap();
            let picture = scenario.picture(counts).unwrap();
            for (kind, limit) in limits.into_iter().enumerate() {
                let access = &picture.kinds[kind];
                let map = NearestMap::sweep_overlay(&picture.overlay, access.seeds(), limit);
                for (home, found) in homes.iter().zip(&served.nearest[kind]) {
                    prop_assert_eq!(*found, access.nearest(&picture.overlay, &home.legs, &map));
                }
            }
        }
    }
}
