//! Where people and facilities touch the network: on a link, some way along it, after a straight leg.

use crate::{
    nearest::{Nearest, NearestLists, NearestMap, Seed},
    network::{Direction, Link, LinkId, Network, NodeId},
};

/// A way from a point to the network: to a place on a link, `offset` from the link's first end, after
/// a straight leg of `leg`. Both are in the unit of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessLeg {
    pub link: LinkId,
    pub offset: u32,
    pub leg: u32,
}

/// A node next to a place on a link, and how far it is from there along the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    pub node: NodeId,
    pub distance: u32,
}

/// A network, or one with links that are added, as the ground under access legs.
pub trait Ground {
    /// The network, without what is added to it.
    fn network(&self) -> &Network;
    /// The nodes that bracket a place on a link: the last one before it and the first one after.
    fn brackets(&self, link: LinkId, offset: u32) -> Option<[Beside; 2]>;
}

impl Ground for Network {
    fn network(&self) -> &Network {
        self
    }

    fn brackets(&self, link: LinkId, offset: u32) -> Option<[Beside; 2]> {
        let length = self.links().get(link.index())?.length;
        let offset = offset.min(length);
        let [from, to] = self.ends(link);
        Some([Beside { node: from, distance: offset }, Beside { node: to, distance: length - offset }])
    }
}

fn link_of(ground: &impl Ground, link: LinkId) -> Option<Link> {
    ground.network().links().get(link.index()).copied()
}

/// The nodes from which a leg's place on the network is reached, with the whole way from there.
fn towards(ground: &impl Ground, leg: AccessLeg) -> impl Iterator<Item = (NodeId, u32)> {
    let direction = link_of(ground, leg.link).map(|link| link.direction);
    let brackets = ground.brackets(leg.link, leg.offset);
    let [before, after] = brackets.map_or([None, None], |[before, after]| [Some(before), Some(after)]);
    let after = after.filter(|_| direction == Some(Direction::Both));
    with_leg(before, leg).chain(with_leg(after, leg))
}

/// The nodes that are reached from a leg's place on the network, with the whole way there.
pub(crate) fn away(ground: &impl Ground, leg: AccessLeg) -> impl Iterator<Item = (NodeId, u32)> {
    let direction = link_of(ground, leg.link).map(|link| link.direction);
    let brackets = ground.brackets(leg.link, leg.offset);
    let [before, after] = brackets.map_or([None, None], |[before, after]| [Some(before), Some(after)]);
    let before = before.filter(|_| direction == Some(Direction::Both));
    with_leg(before, leg).chain(with_leg(after, leg))
}

fn with_leg(beside: Option<Beside>, leg: AccessLeg) -> std::option::IntoIter<(NodeId, u32)> {
    beside.and_then(|beside| Some((beside.node, beside.distance.checked_add(leg.leg)?))).into_iter()
}

/// The facilities of one kind on the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindAccess {
    seeds: Vec<Seed>,
    /// Link, offset, leg, facility; sorted.
    on_links: Vec<(AccessLeg, u32)>,
}

impl KindAccess {
    /// Places facilities, each with its number and legs.
    #[must_use]
    pub fn new<'a>(
        ground: &impl Ground,
        facilities: impl IntoIterator<Item = (u32, &'a [AccessLeg])>,
    ) -> Self {
        let mut access = Self::default();
        for (facility, legs) in facilities {
            for &leg in legs {
                let seeds = towards(ground, leg).map(|(node, distance)| Seed { node, facility, distance });
                access.seeds.extend(seeds);
                access.on_links.push((leg, facility));
            }
        }
        access.on_links.sort_unstable();
        access
    }

    /// The starts of a sweep.
    #[must_use]
    pub fn seeds(&self) -> &[Seed] {
        &self.seeds
    }

    /// The nearest facility from a point with these legs: over the network by `map`, or straight along
    /// a shared link. Nothing where none is within the limit of the map.
    #[must_use]
    pub fn nearest(&self, ground: &impl Ground, legs: &[AccessLeg], map: &NearestMap) -> Option<Nearest> {
        legs.iter()
            .flat_map(|&leg| {
                let over_nodes = away(ground, leg).filter_map(|(node, distance)| {
                    let near = map.at(node)?;
                    Some(Nearest { distance: near.distance.checked_add(distance)?, ..near })
                });
                over_nodes.chain(self.along(ground, leg))
            })
            .filter(|near| near.distance <= map.limit())
            .min()
    }

    /// The nearest facilities from a point with these legs, each once and nearest first: as many as the lists hold at
    /// a node, within their limit.
    ///
    /// The lists at the nodes next to the point are enough for that. Say that one of its k nearest is reached by such
    /// a node and stands not in the list there. Then k others stand before it in that list: by way of the node each is
    /// nearer to the point as well, or as near with a lower number, so that it was not one of the k nearest. One that
    /// is reached along a shared link is offered by itself.
    #[must_use]
    pub fn nearest_k(&self, ground: &impl Ground, legs: &[AccessLeg], lists: &NearestLists) -> Vec<Nearest> {
        let offers = legs.iter().flat_map(|&leg| {
            let over_nodes = away(ground, leg).flat_map(|(node, distance)| {
                let further = move |near: Nearest| {
                    Some(Nearest { distance: near.distance.checked_add(distance)?, ..near })
                };
                lists.at(node).filter_map(further)
            });
            over_nodes.chain(self.along(ground, leg))
        });
        let mut offers: Vec<Nearest> = offers.filter(|near| near.distance <= lists.limit()).collect();
        offers.sort_unstable();
        let mut found: Vec<Nearest> = Vec::new();
        for near in offers {
            if found.len() == lists.k() {
                break;
            }
            if found.iter().all(|held| held.facility != near.facility) {
                found.push(near);
            }
        }
        found
    }

    /// Where facilities touch a link.
    pub(crate) fn on_link(&self, link: LinkId) -> impl Iterator<Item = AccessLeg> + '_ {
        let start = self.on_links.partition_point(|(leg, _)| leg.link < link);
        self.on_links[start..].iter().map(|(leg, _)| *leg).take_while(move |leg| leg.link == link)
    }

    /// Facilities on the same link, reached without passing a node.
    pub(crate) fn along(&self, ground: &impl Ground, leg: AccessLeg) -> impl Iterator<Item = Nearest> {
        let link = link_of(ground, leg.link);
        let start = self.on_links.partition_point(|(other, _)| other.link < leg.link);
        let both_ways = link.is_some_and(|link| link.direction == Direction::Both);
        self.on_links[start..]
            .iter()
            .take_while(move |(other, _)| link.is_some() && other.link == leg.link)
            .filter(move |(other, _)| both_ways || other.offset >= leg.offset)
            .filter_map(move |&(other, facility)| {
                let distance = other.offset.abs_diff(leg.offset).checked_add(other.leg)?;
                Some(Nearest { distance: distance.checked_add(leg.leg)?, facility })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(direction: Direction) -> Network {
        let link = |from, to, length| Link { from, to, length, direction };
        Network::build(3, &[], vec![link(0, 1, 100), link(1, 2, 50)]).unwrap()
    }

    fn leg(network: &Network, link: usize, offset: u32, leg: u32) -> AccessLeg {
        AccessLeg { link: network.link(link).unwrap(), offset, leg }
    }

    fn nearest(network: &Network, facility: AccessLeg, from: AccessLeg) -> Option<u32> {
        let access = KindAccess::new(network, [(0, [facility].as_slice())]);
        let map = NearestMap::sweep(network, access.seeds(), 1_000);
        access.nearest(network, &[from], &map).map(|near| near.distance)
    }

    #[test]
    fn legs_count_at_both_ends() {
        let network = network(Direction::Both);
        let shop = leg(&network, 1, 20, 3);
        assert_eq!(nearest(&network, shop, leg(&network, 0, 90, 5)), Some(5 + 10 + 20 + 3));
        assert_eq!(nearest(&network, shop, leg(&network, 1, 25, 1)), Some(1 + 5 + 3));
    }

    #[test]
    fn a_shared_one_way_link_is_walked_in_its_direction() {
        let network = network(Direction::Forward);
        let shop = leg(&network, 0, 60, 0);
        assert_eq!(nearest(&network, shop, leg(&network, 0, 10, 0)), Some(50));
        assert_eq!(nearest(&network, shop, leg(&network, 0, 70, 0)), None);
    }
}
