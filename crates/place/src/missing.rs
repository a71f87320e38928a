//! Missing links: where a short new link would save a long way round, ranked by the people it helps.
//!
//! A pair may be an error of the map rather than a break on the ground: every finding has to be seen
//! on site before it becomes an item.

use std::collections::{BTreeMap, HashMap, HashSet};

use thiserror::Error;

use crate::{
    access::{AccessLeg, KindAccess},
    distance::Reach,
    effect::Home,
    nearest::NearestMap,
    network::{Direction, Network, NodeId},
    overlay::{Attach, NewLink, Overlay, OverlayError},
    point::{Plane, Point},
};

/// What to look for, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// Ends closer than this in a straight line …
    pub straight_below: u32,
    /// … and further apart than this over the network.
    pub detour_above: u32,
    /// Of pairs whose ends both lie within cells of this size only the shortest is kept.
    pub cell: u32,
}

impl Default for Search {
    /// 300 m apart, 1,200 m on foot; one candidate for each pair of 75 m cells.
    fn default() -> Self {
        Self { straight_below: 300_000, detour_above: 1_200_000, cell: 75_000 }
    }
}

/// A possible link between two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub ends: [NodeId; 2],
    /// Straight length in millimetres.
    pub length: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MissingError {
    #[error("the network has no positions: import it with lon and lat to look for missing links")]
    NoPositions,
    #[error("cells and the straight distance must be larger than 0")]
    Zero,
}

/// All pairs of nodes that lie close together but far apart over the network, shortest first.
///
/// # Errors
/// When the network has no positions, or a setting is 0.
pub fn candidates(network: &Network, search: Search) -> Result<Vec<Candidate>, MissingError> {
    if search.cell == 0 || search.straight_below == 0 {
        return Err(MissingError::Zero);
    }
    let Some(origin) = network.node(0).and_then(|node| network.point(node)) else {
        return if network.node_count() == 0 { Ok(Vec::new()) } else { Err(MissingError::NoPositions) };
    };
    let plane = Plane::around(origin);
    let places: Vec<Option<[f64; 2]>> =
        network.nodes().map(|node| network.point(node).map(|point| plane.flatten(point))).collect();
    let reach_metres = f64::from(search.straight_below) / 1000.0;
    let cell_of = |place: [f64; 2], size: f64| place.map(|metres| (metres / size).floor() as i64);
    let mut grid: HashMap<[i64; 2], Vec<u32>> = HashMap::new();
    for (index, place) in places.iter().enumerate() {
        if let Some(place) = place {
            grid.entry(cell_of(*place, reach_metres)).or_default().push(index as u32);
        }
    }
    let small = f64::from(search.cell) / 1000.0;
    let mut best: HashMap<[[i64; 2]; 2], (u32, [u32; 2])> = HashMap::new();
    let mut reach = Reach::new(network);
    let mut close = Vec::new();
    // The number of the last search that reached a node.
    let mut reached = vec![0u32; network.node_count()];
    for (index, place) in places.iter().enumerate() {
        let (Some(place), Some(node)) = (place, network.node(index)) else { continue };
        let Some(point) = network.point(node) else { continue };
        let [column, row] = cell_of(*place, reach_metres);
        close.clear();
        // The plane is stretched away from its origin: cells on all sides hold all that is close.
        for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
            let Some(others) = grid.get(&[column + dx, row + dy]) else { continue };
            for &other in others.iter().filter(|&&other| other > index as u32) {
                // The plane is off by little; what it puts far outside needs no exact distance.
                let apart = places[other as usize]
                    .map_or(f64::INFINITY, |end| (end[0] - place[0]).hypot(end[1] - place[1]));
                if apart > reach_metres * 1.1 {
                    continue;
                }
                let Some(end) = network.node(other as usize).and_then(|node| network.point(node)) else {
                    continue;
                };
                let straight = point.millimetres_to(end);
                if straight < u64::from(search.straight_below) {
                    close.push((other, straight as u32));
                }
            }
        }
        if close.is_empty() {
            continue;
        }
        let search_number = index as u32 + 1;
        for (node, _) in reach.from(network, &[(node, 0)], search.detour_above) {
            reached[network.index(node)] = search_number;
        }
        for &(other, straight) in close.iter().filter(|(other, _)| reached[*other as usize] != search_number)
        {
            let Some(end) = places[other as usize] else { continue };
            let mut cells = [cell_of(*place, small), cell_of(end, small)];
            cells.sort_unstable();
            let found = (straight, [index as u32, other]);
            best.entry(cells).and_modify(|held| *held = (*held).min(found)).or_insert(found);
        }
    }
    let mut pairs: Vec<_> = best.into_values().collect();
    pairs.sort_unstable();
    Ok(pairs
        .into_iter()
        .filter_map(|(length, [a, b])| {
            Some(Candidate { ends: [network.node(a as usize)?, network.node(b as usize)?], length })
        })
        .collect())
}

/// One kind of facility as it is now.
#[derive(Debug)]
pub struct Kind<'a> {
    /// Over the network with the links that are there already.
    pub access: &'a KindAccess,
    /// Swept over the base network with the limit of the kind; taken out and put back.
    pub map: NearestMap,
    /// How far each home is from the nearest, by what is there already.
    pub before: &'a [Option<u32>],
    /// The people of each home whom the kind is for.
    pub people: &'a [u32],
}

/// What a candidate would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub candidate: Candidate,
    /// People newly within the limit, summed over kinds.
    pub newly_served: u64,
    /// People of whom at least so many gain or get nearer for some kind.
    pub helped: u64,
    /// Person-millimetres saved by those served before already.
    pub saved: u64,
    /// The way round before, from the first end to the second; nothing where it is longer than was looked for or there is none.
    pub detour: Option<u32>,
    /// A better finding that helps most of the same people.
    pub overlaps: Option<usize>,
}

/// Tries each candidate beside the links that are there already, `open`, and ranks: people newly served, then distance saved, then the shorter link.
/// Candidates that help nobody are left out; at most `keep` are returned.
///
/// # Errors
/// When a candidate is not of this network.
pub fn rank(
    network: &Network,
    open: &[NewLink],
    candidates: &[Candidate],
    kinds: &mut [Kind<'_>],
    homes: &[Home],
    keep: usize,
) -> Result<Vec<Finding>, OverlayError> {
    let now = Overlay::new(network, open)?;
    // Homes by the nodes their legs end at: a repair says which nodes of the base changed. Those beside a place where an
    // open link meets another are always looked at.
    let mut by_node: HashMap<NodeId, Vec<u32>> = HashMap::new();
    let mut beside: Vec<u32> = Vec::new();
    for (index, home) in homes.iter().enumerate() {
        for &leg in &home.legs {
            for (node, _) in crate::access::away(&now, leg) {
                match network.node(node.0 as usize) {
                    Some(_) => by_node.entry(node).or_default().push(index as u32),
                    None => beside.push(index as u32),
                }
            }
        }
    }
    let mut findings: Vec<(Finding, BTreeMap<u32, u64>)> = Vec::new();
    for &candidate in candidates {
        let [from, to] = candidate.ends.map(Attach::Node);
        let link = NewLink { from, to, length: candidate.length, direction: Direction::Both };
        let links: Vec<NewLink> = open.iter().copied().chain([link]).collect();
        let overlay = Overlay::new(network, &links)?;
        let mut finding =
            Finding { candidate, newly_served: 0, helped: 0, saved: 0, detour: None, overlaps: None };
        let mut helped: BTreeMap<u32, u64> = BTreeMap::new();
        for kind in &mut *kinds {
            // Only homes beside a node that changed can change.
            let undo = kind.map.repair(&overlay, kind.access.seeds());
            let touched: HashSet<NodeId> = undo.touched().collect();
            let mut affected: Vec<u32> =
                touched.iter().filter_map(|node| by_node.get(node)).flatten().copied().collect();
            affected.extend(&beside);
            affected.sort_unstable();
            affected.dedup();
            let after = |home: u32| {
                let near = kind.access.nearest(&overlay, &homes[home as usize].legs, &kind.map);
                near.map(|near| near.distance)
            };
            let after: Vec<Option<u32>> = affected.iter().map(|home| after(*home)).collect();
            kind.map.undo(undo);
            for (&home, after) in affected.iter().zip(after) {
                let before = kind.before.get(home as usize).copied().flatten();
                let people = kind.people.get(home as usize).copied().map_or(0, u64::from);
                match (before, after) {
                    (None, Some(_)) => finding.newly_served += people,
                    (Some(before), Some(after)) if after < before => {
                        finding.saved += people * u64::from(before - after);
                    }
                    _ => continue,
                }
                let held = helped.entry(home).or_default();
                *held = people.max(*held);
            }
        }
        finding.helped = helped.values().sum();
        if finding.helped == 0 {
            continue;
        }
        findings.push((finding, helped));
    }
    findings.sort_by_key(|(finding, _)| {
        let Finding { newly_served, saved, candidate, .. } = finding;
        (
            std::cmp::Reverse((*newly_served, *saved)),
            candidate.length,
            candidate.ends.map(|n| network.index(n)),
        )
    });
    findings.truncate(keep);
    for index in 0..findings.len() {
        let (finding, own) = &findings[index];
        let overlaps = (0..index).find(|&better| {
            let other = &findings[better].1;
            let both = own.iter().filter(|(home, _)| other.contains_key(home));
            both.map(|(_, people)| people).sum::<u64>() * 2 > finding.helped
        });
        findings[index].0.overlaps = overlaps;
    }
    let mut reach = Reach::sized(now.node_count());
    for (finding, _) in &mut findings {
        let [from, to] = finding.candidate.ends;
        let far = finding.candidate.length.saturating_mul(100);
        reach.run(&now.forward(), &[(from, 0)], far);
        finding.detour = reach.found().find(|(node, _)| *node == to).map(|(_, far)| far);
    }
    Ok(findings.into_iter().map(|(finding, _)| finding).collect())
}

/// One kind of facility as it is now, for trying links without changing anything.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Each facility with its number and legs.
    pub facilities: &'a [(u32, Vec<AccessLeg>)],
    /// Swept over the base network from these facilities, with the limit of the kind.
    pub map: &'a NearestMap,
}

/// How far each home is from the nearest facility of each kind once links are added; nothing where that is
/// further than the limit. New links may begin and end along others.
///
/// # Errors
/// When a link is not of this network.
pub fn with_links(
    network: &Network,
    links: &[NewLink],
    kinds: &[Standing<'_>],
    homes: &[Home],
) -> Result<Vec<Vec<Option<u32>>>, OverlayError> {
    let overlay = Overlay::new(network, links)?;
    let kinds = kinds.iter().map(|kind| {
        let own = kind.facilities.iter().map(|(number, legs)| (*number, legs.as_slice()));
        let access = KindAccess::new(&overlay, own);
        let mut map = kind.map.clone();
        // The copy is not used again.
        let _ = map.repair(&overlay, access.seeds());
        let near = |home: &Home| access.nearest(&overlay, &home.legs, &map).map(|near| near.distance);
        homes.iter().map(near).collect()
    });
    Ok(kinds.collect())
}

/// The first barrier (railway, water, motorway …) that the straight line between two points crosses.
/// Barriers are lines with a label; touching counts as crossing.
#[must_use]
pub fn barrier(ends: [Point; 2], barriers: &[(String, Vec<Point>)]) -> Option<&str> {
    let plane = Plane::around(ends[0]);
    let [a, b] = ends.map(|point| plane.flatten(point));
    let turn =
        |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    let crosses = |c: [f64; 2], d: [f64; 2]| {
        turn(a, b, c) * turn(a, b, d) <= 0.0
            && turn(c, d, a) * turn(c, d, b) <= 0.0
            && [0, 1].into_iter().all(|axis| {
                a[axis].min(b[axis]) <= c[axis].max(d[axis]) && c[axis].min(d[axis]) <= a[axis].max(b[axis])
            })
    };
    barriers
        .iter()
        .find(|(_, line)| line.windows(2).any(|pair| crosses(plane.flatten(pair[0]), plane.flatten(pair[1]))))
        .map(|(label, _)| label.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::AccessLeg, network::Link};

    fn point(lon: f64, lat: f64) -> Point {
        Point::new(lon, lat).unwrap()
    }

    /// Two parallel streets 100 m apart, joined only 2 km to the east.
    fn network() -> Network {
        let points = vec![
            point(116.30, 40.0700),
            point(116.3234, 40.0700),
            point(116.3234, 40.0709),
            point(116.30, 40.0709),
        ];
        let link = |from: u32, to: u32| Link {
            from,
            to,
            length: points[from as usize].millimetres_to(points[to as usize]) as u32,
            direction: Direction::Both,
        };
        let links = vec![link(0, 1), link(1, 2), link(2, 3)];
        Network::build(4, &points, links).unwrap()
    }

    #[test]
    fn finds_and_ranks_the_gap() {
        let network = network();
        let found = candidates(&network, Search::default()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].ends.map(|node| network.index(node)), [0, 3]);
        let at = |link: usize, offset| vec![AccessLeg { link: network.link(link).unwrap(), offset, leg: 0 }];
        let shop = at(2, network.links()[2].length);
        let access = KindAccess::new(&network, [(0, shop.as_slice())]);
        let map = NearestMap::sweep(&network, access.seeds(), 1_000_000);
        let homes = vec![
            Home { community: 0, people: 30, legs: at(0, 10_000) },
            Home { community: 0, people: 5, legs: at(2, 1_500_000) },
        ];
        let people: Vec<u32> = homes.iter().map(|home| home.people).collect();
        let near = |home: &Home| access.nearest(&network, &home.legs, &map).map(|near| near.distance);
        let before: Vec<Option<u32>> = homes.iter().map(near).collect();
        let mut kinds = [Kind { access: &access, map: map.clone(), before: &before, people: &people }];
        let ranked = rank(&network, &[], &found, &mut kinds, &homes, 10).unwrap();
        assert_eq!(kinds[0].map, map);
        assert_eq!((ranked[0].newly_served, ranked[0].helped, ranked[0].saved), (30, 30, 0));
        assert!(ranked[0].detour.is_some_and(|detour| detour > 4_000_000));

        // Where a bridge stands 40 m on already, one more helps a little.
        let on = |link: usize, offset| Attach::Along { link: network.link(link).unwrap(), offset };
        let end = network.links()[2].length;
        let (from, to) = (on(0, 40_000), on(2, end - 40_000));
        let bridge = NewLink { from, to, length: 100_000, direction: Direction::Both };
        let open = [bridge];
        let overlay = Overlay::new(&network, &open).unwrap();
        let access = KindAccess::new(&overlay, [(0, shop.as_slice())]);
        let facilities = [(0, shop.clone())];
        let standing = [Standing { facilities: &facilities, map: &map }];
        let before = with_links(&network, &open, &standing, &homes).unwrap();
        assert_eq!(before[0][0], Some(170_000));
        let mut kinds = [Kind { access: &access, map: map.clone(), before: &before[0], people: &people }];
        let ranked = rank(&network, &open, &found, &mut kinds, &homes, 10).unwrap();
        let direct = found[0].length + 10_000;
        let told = (ranked[0].newly_served, ranked[0].helped, ranked[0].saved);
        assert_eq!(told, (0, 30, 30 * u64::from(170_000 - direct)));
        assert_eq!(ranked[0].detour, Some(180_000));
    }

    #[test]
    fn the_way_round_is_that_from_the_first_end_where_ways_lead_one_way() {
        let link = |from, to, length, direction| Link { from, to, length, direction };
        // From 0 to 3 by 1 and 2, and never back; a home before it and a shop behind it.
        let links = vec![
            link(0, 1, 2_000_000, Direction::Forward),
            link(1, 2, 100_000, Direction::Forward),
            link(2, 3, 2_000_000, Direction::Forward),
            link(4, 0, 50_000, Direction::Both),
            link(3, 5, 50_000, Direction::Both),
        ];
        let network = Network::build(6, &[], links).unwrap();
        let at = |link: usize| vec![AccessLeg { link: network.link(link).unwrap(), offset: 25_000, leg: 0 }];
        let shop = at(4);
        let access = KindAccess::new(&network, [(0, shop.as_slice())]);
        let map = NearestMap::sweep(&network, access.seeds(), 1_000_000);
        let homes = [Home { community: 0, people: 30, legs: at(3) }];
        let mut kinds = [Kind { access: &access, map, before: &[None], people: &[30] }];
        let mut detour = |ends: [usize; 2]| {
            let ends = ends.map(|node| network.node(node).unwrap());
            let tried = [Candidate { ends, length: 100_000 }];
            let ranked = rank(&network, &[], &tried, &mut kinds, &homes, 10).unwrap();
            assert_eq!(ranked[0].newly_served, 30);
            ranked[0].detour
        };
        assert_eq!((detour([0, 3]), detour([3, 0])), (Some(4_100_000), None));
    }

    #[test]
    fn a_link_from_the_middle_of_a_street_is_tried() {
        let network = network();
        let at = |link: usize, offset| vec![AccessLeg { link: network.link(link).unwrap(), offset, leg: 0 }];
        let facilities = [(0, at(2, network.links()[2].length - 50_000))];
        let own = || facilities.iter().map(|(number, legs)| (*number, legs.as_slice()));
        let access = KindAccess::new(&network, own());
        let map = NearestMap::sweep(&network, access.seeds(), 1_000_000);
        let homes = [
            Home { community: 0, people: 30, legs: at(0, 40_000) },
            Home { community: 0, people: 5, legs: at(0, 1_999_000) },
        ];
        let attach = |link: usize, offset| Attach::Along { link: network.link(link).unwrap(), offset };
        let (from, to) = (attach(0, 100_000), attach(2, network.links()[2].length - 100_000));
        let link = NewLink { from, to, length: 100_000, direction: Direction::Both };
        let kinds = [Standing { facilities: &facilities, map: &map }];
        let after = with_links(&network, &[link], &kinds, &homes).unwrap();
        // 60 m to the link, 100 m over it, 50 m back to the shop.
        assert_eq!(after, [[Some(210_000), None]]);
        let before = access.nearest(&network, &homes[0].legs, &map);
        assert_eq!(before, None);
    }

    #[test]
    fn names_the_barrier() {
        let rail = ("railway".to_owned(), vec![point(116.29, 40.0705), point(116.31, 40.0705)]);
        let barriers = [rail];
        let ends = [point(116.30, 40.07), point(116.30, 40.0709)];
        assert_eq!(barrier(ends, &barriers), Some("railway"));
        assert_eq!(barrier([point(116.30, 40.071), ends[1]], &barriers), None);
    }
}
