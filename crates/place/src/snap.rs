//! Finds where a point meets the network: the nearest place on a link, with a cap.
//!
//! The leg to that place counts. A point further from the network than the cap is unreached, which is a
//! value of its own: it is never 0, never the limit, and never dropped from totals.

use std::borrow::Cow;

use thiserror::Error;

use crate::{
    access::AccessLeg,
    components::Components,
    network::{LinkId, Network},
    point::{Plane, Point, to_millimetres},
};

/// Side of a cell of the index.
const CELL_METRES: f64 = 200.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the network has no positions, so nothing can be placed on it: import it with lon and lat")]
pub struct NoPositions;

/// How a point meets the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Further from the network than the cap.
    Unreached,
    /// On the largest component.
    Reached(AccessLeg),
    /// The nearest link lies on an island; `mainland` is a leg to the largest component, if one is
    /// within the cap.
    Island { nearest: AccessLeg, mainland: Option<AccessLeg> },
}

impl Access {
    #[must_use]
    pub fn legs(&self) -> Vec<AccessLeg> {
        match self {
            Self::Unreached => Vec::new(),
            Self::Reached(leg) => vec![*leg],
            Self::Island { nearest, mainland } => std::iter::once(*nearest).chain(*mainland).collect(),
        }
    }
}

/// The links of a network by position: made once, and used for as long as the network is the same.
#[derive(Debug, Clone)]
pub struct Cells {
    plane: Plane,
    /// Cell and link, sorted.
    cells: Vec<(u64, u32)>,
}

impl Cells {
    /// # Errors
    /// When the network has no positions.
    pub fn of(network: &Network) -> Result<Self, NoPositions> {
        let origin = network.node(0).and_then(|node| network.point(node)).ok_or(NoPositions)?;
        let plane = Plane::around(origin);
        let mut cells = Vec::with_capacity(network.links().len() * 2);
        for link in 0..network.links().len() as u32 {
            let [Some(a), Some(b)] = network.ends(LinkId(link)).map(|end| network.point(end)) else {
                continue;
            };
            each_cell(plane.flatten(a), plane.flatten(b), |cell| cells.push((cell, link)));
        }
        cells.sort_unstable();
        cells.dedup();
        Ok(Self { plane, cells })
    }
}

/// Finds links of a network by position. Lengths of the network must be millimetres.
#[derive(Debug)]
pub struct Snapper<'n> {
    network: &'n Network,
    components: &'n Components,
    index: Cow<'n, Cells>,
}

impl<'n> Snapper<'n> {
    /// # Errors
    /// When the network has no positions.
    pub fn new(network: &'n Network, components: &'n Components) -> Result<Self, NoPositions> {
        Ok(Self { network, components, index: Cow::Owned(Cells::of(network)?) })
    }

    /// With cells that were made of the same network before.
    #[must_use]
    pub fn with(network: &'n Network, components: &'n Components, cells: &'n Cells) -> Self {
        Self { network, components, index: Cow::Borrowed(cells) }
    }

    fn ends(&self, link: LinkId) -> Option<[Point; 2]> {
        let [a, b] = self.network.ends(link);
        Some([self.network.point(a)?, self.network.point(b)?])
    }

    /// Links with a cell within `reach` metres of a point; some are further away, none is missing.
    fn near(&self, point: Point, reach: f64) -> Vec<u32> {
        let [x, y] = self.index.plane.flatten(point);
        // East-west distances shrink away from the latitude of the plane; look a little further.
        let reach = reach * 1.05 + CELL_METRES * 0.05;
        let (west, east) = (cell_of(x - reach), cell_of(x + reach));
        let mut links = Vec::new();
        for row in cell_of(y - reach)..=cell_of(y + reach) {
            let (first, last) = (key(west, row), key(east, row));
            let start = self.index.cells.partition_point(|(cell, _)| *cell < first);
            links.extend(
                self.index.cells[start..].iter().take_while(|(cell, _)| *cell <= last).map(|(_, link)| *link),
            );
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    /// Snaps a point; `cap` in millimetres.
    #[must_use]
    pub fn snap(&self, point: Point, cap: u32) -> Access {
        let plane = Plane::around(point);
        let mut nearest: Option<AccessLeg> = None;
        let mut mainland: Option<AccessLeg> = None;
        for link in self.near(point, f64::from(cap) / 1000.0) {
            let link = LinkId(link);
            let Some([a, b]) = self.ends(link) else { continue };
            let (a, b) = (plane.flatten(a), plane.flatten(b));
            let share = project([0.0, 0.0], a, b);
            let leg = to_millimetres(length(between(a, b, share)));
            let Some(leg) = u32::try_from(leg).ok().filter(|&leg| leg <= cap) else { continue };
            let found = AccessLeg { link, offset: self.offset(link, share), leg };
            let better = |held: Option<AccessLeg>| {
                held.is_none_or(|held| (found.leg, found.link) < (held.leg, held.link))
            };
            if better(nearest) {
                nearest = Some(found);
            }
            if !self.on_island(link) && better(mainland) {
                mainland = Some(found);
            }
        }
        match nearest {
            None => Access::Unreached,
            Some(nearest) if self.on_island(nearest.link) => Access::Island { nearest, mainland },
            Some(nearest) => Access::Reached(nearest),
        }
    }

    /// Snaps several points of one thing, such as its entrances: all their legs, each once.
    #[must_use]
    pub fn snap_all(&self, points: &[Point], cap: u32) -> Vec<AccessLeg> {
        let mut legs: Vec<AccessLeg> =
            points.iter().flat_map(|point| self.snap(*point, cap).legs()).collect();
        legs.sort_unstable();
        legs.dedup();
        legs
    }

    fn on_island(&self, link: LinkId) -> bool {
        self.components.on_island(self.network.ends(link)[0])
    }

    fn offset(&self, link: LinkId, share: f64) -> u32 {
        let length = self.network.links()[link.index()].length;
        ((f64::from(length) * share).round() as u32).min(length)
    }
}

fn cell_of(metres: f64) -> i32 {
    (metres / CELL_METRES).floor() as i32
}

fn key(column: i32, row: i32) -> u64 {
    let ordered = |number: i32| u64::from((number as u32) ^ (1 << 31));
    ordered(row) << 32 | ordered(column)
}

/// The cells a straight line passes.
fn each_cell(a: [f64; 2], b: [f64; 2], mut visit: impl FnMut(u64)) {
    let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
    let x_at = |y: f64| {
        let rise = high[1] - low[1];
        if rise == 0.0 { low[0] } else { low[0] + (high[0] - low[0]) * ((y - low[1]) / rise).clamp(0.0, 1.0) }
    };
    for row in cell_of(low[1])..=cell_of(high[1]) {
        let (bottom, top) = (f64::from(row) * CELL_METRES, f64::from(row + 1) * CELL_METRES);
        let (mut left, mut right) = (x_at(bottom.max(low[1])), x_at(top.min(high[1])));
        if low[1] == high[1] {
            (left, right) = (low[0], high[0]);
        }
        if left > right {
            std::mem::swap(&mut left, &mut right);
        }
        for column in cell_of(left)..=cell_of(right) {
            visit(key(column, row));
        }
    }
}

fn between(a: [f64; 2], b: [f64; 2], share: f64) -> [f64; 2] {
    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

fn length(vector: [f64; 2]) -> f64 {
    vector[0].hypot(vector[1])
}

/// Share of the way from `a` to `b` at which the line comes closest to `point`.
fn project(point: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let square = along[0] * along[0] + along[1] * along[1];
    if square == 0.0 {
        return 0.0;
    }
    (((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / square).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Direction, Link};

    fn point(lon: f64, lat: f64) -> Point {
        Point::new(lon, lat).unwrap()
    }

    /// A street of 1 km going east, and an island street north of it.
    fn network() -> Network {
        let points = [
            point(116.30, 40.07),
            point(116.3117, 40.07),
            point(116.32, 40.07),
            point(116.305, 40.0715),
            point(116.306, 40.0715),
        ];
        let link = |from: usize, to: usize| Link {
            from: from as u32,
            to: to as u32,
            length: points[from].millimetres_to(points[to]) as u32,
            direction: Direction::Both,
        };
        Network::build(5, &points, vec![link(0, 1), link(1, 2), link(3, 4)]).unwrap()
    }

    #[test]
    fn snaps_to_the_middle_of_a_link() {
        let network = network();
        let parts = Components::of(&network);
        let snapper = Snapper::new(&network, &parts).unwrap();
        let Access::Reached(leg) = snapper.snap(point(116.30585, 40.069), 250_000) else { panic!() };
        assert_eq!(leg.link.index(), 0);
        let half = network.links()[0].length / 2;
        assert!(leg.offset.abs_diff(half) < 100, "{leg:?}");
        assert!(leg.leg.abs_diff(111_195) < 50, "{leg:?}");
    }

    #[test]
    fn past_the_cap_is_unreached() {
        let network = network();
        let parts = Components::of(&network);
        let snapper = Snapper::new(&network, &parts).unwrap();
        assert_eq!(snapper.snap(point(116.31, 40.06), 250_000), Access::Unreached);
        assert!(matches!(snapper.snap(point(116.31, 40.06), 1_200_000), Access::Reached(_)));
    }

    #[test]
    fn an_island_keeps_a_second_leg_to_the_mainland() {
        let network = network();
        let parts = Components::of(&network);
        let snapper = Snapper::new(&network, &parts).unwrap();
        let access = snapper.snap(point(116.3055, 40.0716), 250_000);
        let Access::Island { nearest, mainland: Some(mainland) } = access else { panic!("{access:?}") };
        assert_eq!((nearest.link.index(), mainland.link.index()), (2, 0));
        assert_eq!(snapper.snap(point(116.3055, 40.0716), 50_000).legs().len(), 1);
    }

    #[test]
    fn several_points_of_a_park_meet_the_network_each_place_once() {
        let network = network();
        let parts = Components::of(&network);
        let snapper = Snapper::new(&network, &parts).unwrap();
        let border = |south: f64| {
            let corners = [(116.301, south), (116.303, south), (116.303, south + 0.001), (116.301, south)];
            crate::border::along(&[corners.map(|(lon, lat)| point(lon, lat)).to_vec()], 10.0, 400)
        };
        // The street passes 22 m south of it: only the southern border is near enough.
        let legs = snapper.snap_all(&border(40.0702), 30_000);
        assert!((17..=20).contains(&legs.len()), "{}", legs.len());
        assert!(legs.iter().all(|leg| leg.link.index() == 0 && leg.leg.abs_diff(22_239) < 8_000), "{legs:?}");
        assert!(legs.is_sorted());
        assert_eq!(snapper.snap_all(&border(40.0705), 30_000), []);
        let twice = [point(116.302, 40.0701); 2];
        assert_eq!(snapper.snap_all(&twice, 30_000).len(), 1);
    }

    #[test]
    fn a_network_without_positions_cannot_be_snapped_to() {
        let network = Network::build(1, &[], vec![]).unwrap();
        let parts = Components::of(&network);
        assert!(Snapper::new(&network, &parts).is_err());
    }
}
