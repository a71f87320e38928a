//! The islands of a walking network: parts that are cut off from the largest one, where they lie, and who lives on them.
//! Whatever is reached over one alone has no way to anything else.

use std::cmp::Reverse;

use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::Point;
use place::access::AccessLeg;
use place::network::NodeId;

use super::approach::Approach;
use super::layer::{Residences, Walk};
use super::{engine_point, own_point};

/// The islands that are told one by one.
const TOLD: usize = 10;

/// One part that is cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Island {
    pub nodes: usize,
    /// Its node nearest to its middle, and the smallest area of the plan that this lies in.
    pub at: Option<Point>,
    pub area: Option<Code>,
    /// Homes and facilities that are reached over it and over no other part.
    pub homes: usize,
    pub facilities: usize,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Islands {
    /// The largest ones, by their nodes.
    pub largest: Vec<Island>,
    /// Homes and facilities that are reached over islands alone, whichever.
    pub homes: usize,
    pub facilities: usize,
}

impl Walk {
    /// The island over which something is reached, where no leg leads to the largest part.
    pub(super) fn island_of(&self, legs: &[AccessLeg]) -> Option<usize> {
        let node = |leg: &AccessLeg| self.network.ends(leg.link)[0];
        let nearest = legs.first().map(node)?;
        let cut_off = legs.iter().all(|leg| self.components.on_island(node(leg)));
        cut_off.then(|| self.components.component(nearest))
    }
}

/// What can be told of the islands of a network by where people live and what is on the books.
pub fn islands(walk: &Walk, portfolio: &Portfolio, residences: Option<&Residences>) -> Islands {
    let mut parts: Vec<usize> = (0..walk.components.count()).collect();
    parts.retain(|part| *part != walk.components.largest());
    if parts.is_empty() {
        return Islands::default();
    }
    let cap = portfolio.plan.coverage_rules().access_metres.saturating_mul(1_000);
    let homes = residences.map_or(&[][..], |held| &held.homes).iter();
    let homes = homes.filter_map(|home| walk.island_of(&walk.legs(engine_point(home.at)?, cap)));
    let homes: Vec<usize> = homes.collect();
    let facilities = portfolio.facilities.iter().filter_map(Approach::of);
    let facilities = facilities.filter_map(|approach| walk.island_of(&approach.legs(walk, cap).1));
    let facilities: Vec<usize> = facilities.collect();
    let on = |all: &[usize], part: usize| all.iter().filter(|held| **held == part).count();
    parts.sort_by_key(|part| (Reverse(walk.components.sizes()[*part]), *part));
    parts.truncate(TOLD);
    let island = |part: &usize| {
        let at = middle(walk, *part);
        Island {
            nodes: walk.components.sizes()[*part] as usize,
            area: at.and_then(|at| portfolio.area_at(at)).map(|area| area.code.clone()),
            at,
            homes: on(&homes, *part),
            facilities: on(&facilities, *part),
        }
    };
    Islands { largest: parts.iter().map(island).collect(), homes: homes.len(), facilities: facilities.len() }
}

/// The node of a part that lies nearest to the mean of all of them.
fn middle(walk: &Walk, part: usize) -> Option<Point> {
    let nodes = || walk.network.nodes().filter(move |node: &NodeId| walk.components.component(*node) == part);
    let points = || nodes().filter_map(|node| walk.network.point(node));
    let count = points().count().max(1) as f64;
    let [lon, lat] = points().fold([0.0, 0.0], |sum, at| [sum[0] + at.lon(), sum[1] + at.lat()]);
    let mean = place::point::Point::new(lon / count, lat / count).ok()?;
    let nearest = points().min_by(|a, b| a.metres_to(mean).total_cmp(&b.metres_to(mean)))?;
    Some(own_point(nearest))
}
