//! How far one gets: the parts of links within a limit of a place, and a line around them.
//!
//! The line is a picture. What lies within is counted by distances over the network, never by the line.

use crate::{
    access::{AccessLeg, KindAccess},
    nearest::NearestMap,
    network::{Direction, Link, LinkId, NodeId},
    overlay::{Attach, Overlay},
    point::{EARTH_RADIUS_METRES, Plane, Point},
};

/// A part of a link, as a straight line between two points.
pub type Part = [Point; 2];

/// Who reaches a place within a limit.
#[derive(Debug)]
pub struct Catchment<'o> {
    overlay: &'o Overlay<'o>,
    access: KindAccess,
    map: NearestMap,
}

impl<'o> Catchment<'o> {
    /// Sweeps from a place with these legs; the limit is inclusive and holds the legs.
    #[must_use]
    pub fn new(overlay: &'o Overlay<'o>, legs: &[AccessLeg], limit: u32) -> Self {
        let access = KindAccess::new(overlay, [(0, legs)]);
        let map = NearestMap::sweep_overlay(overlay, access.seeds(), limit);
        Self { overlay, access, map }
    }

    /// How far it is from a point with these legs; nothing where that is further than the limit.
    #[must_use]
    pub fn distance(&self, legs: &[AccessLeg]) -> Option<u32> {
        self.access.nearest(self.overlay, legs, &self.map).map(|near| near.distance)
    }

    /// The parts of links from which the place is reached within `limit`, at most the limit of the sweep.
    /// A network without positions has none.
    #[must_use]
    pub fn parts(&self, limit: u32) -> Vec<Part> {
        let limit = limit.min(self.map.limit());
        let network = self.overlay.base();
        let mut out = Vec::new();
        for index in 0..network.links().len() {
            let Some(id) = network.link(index) else { continue };
            let link = network.links()[index];
            for [from, to] in self.stretches(id, link, limit) {
                out.extend(self.part(id, from, to));
            }
        }
        for (ends, link) in self.overlay.added() {
            let places = [link.from, link.to].map(|end| self.place(end));
            let [Some(first), Some(second)] = places else { continue };
            let reached = self.between_ends(ends, link.length, link.direction, limit);
            out.extend(
                whole(reached)
                    .into_iter()
                    .map(|[from, to]| [from, to].map(|offset| between([first, second], link.length, offset))),
            );
        }
        out
    }

    /// What is left of the limit at a node.
    fn rest(&self, node: NodeId, limit: u32) -> Option<u32> {
        self.map.at(node).and_then(|near| limit.checked_sub(near.distance))
    }

    /// The stretches within the limit by way of the ends, as offsets from the first one.
    fn between_ends(
        &self,
        ends: [NodeId; 2],
        length: u32,
        direction: Direction,
        limit: u32,
    ) -> Vec<[u32; 2]> {
        let [first, second] = ends.map(|node| self.rest(node, limit));
        let mut out = Vec::new();
        if direction == Direction::Both
            && let Some(rest) = first
        {
            out.push([0, rest.min(length)]);
        }
        if let Some(rest) = second {
            out.push([length - rest.min(length), length]);
        }
        out
    }

    /// The stretches of a link within the limit, as offsets from its first end: at most one from each end, and one
    /// around each place where the legs touch it or another link meets it.
    fn stretches(&self, id: LinkId, held: Link, limit: u32) -> Vec<[u32; 2]> {
        let length = held.length;
        let mut out = self.between_ends(self.overlay.base().ends(id), length, held.direction, limit);
        let legs = self.access.on_link(id).filter_map(|leg| Some((leg.offset, limit.checked_sub(leg.leg)?)));
        let splits = self.overlay.splits_of(id);
        let splits = splits.filter_map(|(offset, node)| Some((offset, self.rest(node, limit)?)));
        for (offset, rest) in legs.chain(splits) {
            let behind = if held.direction == Direction::Both { offset.saturating_add(rest) } else { offset };
            out.push([offset.saturating_sub(rest), behind.min(length)]);
        }
        whole(out)
    }

    fn part(&self, id: LinkId, from: u32, to: u32) -> Option<Part> {
        let place = |offset: u32| self.place(Attach::Along { link: id, offset });
        Some([place(from)?, place(to)?])
    }

    /// Where a place on the base network lies.
    fn place(&self, at: Attach) -> Option<Point> {
        let network = self.overlay.base();
        match at {
            Attach::Node(node) => network.point(node),
            Attach::Along { link, offset } => {
                let length = network.links().get(link.index())?.length;
                let [a, b] = network.ends(link);
                Some(between([network.point(a)?, network.point(b)?], length, offset))
            }
        }
    }
}

/// Stretches in their order; those that overlap are one.
fn whole(mut stretches: Vec<[u32; 2]>) -> Vec<[u32; 2]> {
    stretches.sort_unstable();
    let mut out: Vec<[u32; 2]> = Vec::new();
    for [from, to] in stretches {
        match out.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(to),
            _ => out.push([from, to]),
        }
    }
    out
}

/// A place so far along a straight line of a length.
fn between([a, b]: [Point; 2], length: u32, offset: u32) -> Point {
    let share = if length == 0 { 0.0 } else { f64::from(offset) / f64::from(length) };
    Point::from_checked(a.lon() + (b.lon() - a.lon()) * share, a.lat() + (b.lat() - a.lat()) * share)
}

/// A closed line; its last point is its first.
pub type Ring = Vec<Point>;

/// The line around all that lies within `around` metres of the parts, as rings: outer ones and holes, to be filled by
/// the even-odd rule. `cell` is how finely it is drawn, in metres. Empty where there are no parts.
#[must_use]
pub fn outline(parts: &[Part], around: f64, cell: f64) -> Vec<Ring> {
    let Some([origin, _]) = parts.first().copied() else { return Vec::new() };
    if !(around > 0.0 && cell > 0.0) {
        return Vec::new();
    }
    let plane = Plane::around(origin);
    let flat: Vec<[[f64; 2]; 2]> = parts.iter().map(|part| part.map(|point| plane.flatten(point))).collect();
    let corners = || flat.iter().flatten();
    let least =
        |axis: usize| corners().map(|at| at[axis]).fold(f64::INFINITY, f64::min) - around - 2.0 * cell;
    let most =
        |axis: usize| corners().map(|at| at[axis]).fold(f64::NEG_INFINITY, f64::max) + around + 2.0 * cell;
    let (west, south) = (least(0), least(1));
    let across = |from: f64, to: f64| (((to - from) / cell).ceil() as usize + 1).min(SIDE_MOST);
    let (columns, rows) = (across(west, most(0)), across(south, most(1)));
    // How far each point of the grid is from the nearest part, as far as it matters.
    let mut apart = vec![f64::INFINITY; columns * rows];
    let reach = around + 2.0 * cell;
    for [a, b] in &flat {
        let span = |axis: usize, origin: f64, most: usize| {
            let low = ((a[axis].min(b[axis]) - reach - origin) / cell).floor().max(0.0) as usize;
            let high = ((a[axis].max(b[axis]) + reach - origin) / cell).ceil().max(0.0) as usize;
            low..high.saturating_add(1).min(most)
        };
        for row in span(1, south, rows) {
            for column in span(0, west, columns) {
                let at = [west + column as f64 * cell, south + row as f64 * cell];
                let held = &mut apart[row * columns + column];
                *held = held.min(to_line(at, *a, *b));
            }
        }
    }
    let field = Field { apart, columns, rows, level: around };
    let unfold = |[x, y]: [f64; 2]| plane.unfold([west + x * cell, south + y * cell]);
    field.rings().into_iter().map(|ring| ring.into_iter().map(unfold).collect()).collect()
}

/// A grid has at most so many points on a side: 40 km at 20 m.
const SIDE_MOST: usize = 2_000;

/// A circle around a point as a ring: where there is no network, distances are straight.
#[must_use]
pub fn circle(centre: Point, metres: f64) -> Ring {
    const CORNERS: u32 = 72;
    let plane = Plane::around(centre);
    let corner = |index: u32| {
        let turn = f64::from(index % CORNERS) / f64::from(CORNERS) * std::f64::consts::TAU;
        plane.unfold([metres * turn.cos(), metres * turn.sin()])
    };
    (0..=CORNERS).map(corner).collect()
}

/// The area inside rings by the even-odd rule where holes turn the other way, in square metres.
#[must_use]
pub fn area(rings: &[Ring]) -> f64 {
    let Some(origin) = rings.iter().flatten().next() else { return 0.0 };
    let plane = Plane::around(*origin);
    let twice = |ring: &Ring| -> f64 {
        let flat: Vec<[f64; 2]> = ring.iter().map(|point| plane.flatten(*point)).collect();
        flat.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum()
    };
    (rings.iter().map(twice).sum::<f64>() / 2.0).abs()
}

/// How far a point is from a line between two points.
fn to_line(at: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let square = along[0] * along[0] + along[1] * along[1];
    let share = if square == 0.0 {
        0.0
    } else {
        (((at[0] - a[0]) * along[0] + (at[1] - a[1]) * along[1]) / square).clamp(0.0, 1.0)
    };
    (a[0] + along[0] * share - at[0]).hypot(a[1] + along[1] * share - at[1])
}

/// Values on a grid, with the level around which lines are drawn.
struct Field {
    apart: Vec<f64>,
    columns: usize,
    rows: usize,
    level: f64,
}

/// A side of a cell on which a line crosses: along a row from a point of the grid, or up from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Side {
    column: usize,
    row: usize,
    up: bool,
}

impl Field {
    fn inside(&self, column: usize, row: usize) -> bool {
        self.apart[row * self.columns + column] <= self.level
    }

    /// Where the line crosses a side, in cells.
    fn crossing(&self, side: Side) -> [f64; 2] {
        let value =
            |column: usize, row: usize| self.apart[row * self.columns + column].min(self.level * 4.0 + 1e6);
        let (dx, dy) = if side.up { (0, 1) } else { (1, 0) };
        let (here, there) = (value(side.column, side.row), value(side.column + dx, side.row + dy));
        let share = if here == there { 0.5 } else { ((self.level - here) / (there - here)).clamp(0.0, 1.0) };
        [side.column as f64 + dx as f64 * share, side.row as f64 + dy as f64 * share]
    }

    /// Closed lines at the level (marching squares); what is inside lies to the left.
    fn rings(&self) -> Vec<Vec<[f64; 2]>> {
        let mut next = std::collections::BTreeMap::new();
        for row in 0..self.rows.saturating_sub(1) {
            for column in 0..self.columns.saturating_sub(1) {
                let side = |column, row, up| Side { column, row, up };
                let (bottom, top) = (side(column, row, false), side(column, row + 1, false));
                let (left, right) = (side(column, row, true), side(column + 1, row, true));
                let corners = [(0, 0), (1, 0), (1, 1), (0, 1)];
                let case = corners.iter().enumerate().fold(0u8, |case, (bit, (dx, dy))| {
                    case | u8::from(self.inside(column + dx, row + dy)) << bit
                });
                let lines: &[(Side, Side)] = match case {
                    1 => &[(bottom, left)],
                    2 => &[(right, bottom)],
                    3 => &[(right, left)],
                    4 => &[(top, right)],
                    // Two corners that touch only by their tips stay apart.
                    5 => &[(bottom, left), (top, right)],
                    6 => &[(top, bottom)],
                    7 => &[(top, left)],
                    8 => &[(left, top)],
                    9 => &[(bottom, top)],
                    10 => &[(right, bottom), (left, top)],
                    11 => &[(right, top)],
                    12 => &[(left, right)],
                    13 => &[(bottom, right)],
                    14 => &[(left, bottom)],
                    _ => &[],
                };
                next.extend(lines.iter().copied());
            }
        }
        let mut rings = Vec::new();
        while let Some((start, mut to)) = next.pop_first() {
            let mut ring = vec![self.crossing(start)];
            while to != start {
                ring.push(self.crossing(to));
                match next.remove(&to) {
                    Some(further) => to = further,
                    None => break,
                }
            }
            if let Some(first) = ring.first().copied() {
                ring.push(first);
            }
            rings.push(ring);
        }
        rings
    }
}

impl Plane {
    /// The point at metres east and north.
    fn unfold(&self, at: [f64; 2]) -> Point {
        let origin = self.origin();
        let north = EARTH_RADIUS_METRES * 1f64.to_radians();
        let east = (north * origin.lat().to_radians().cos()).max(1.0);
        let lon = (origin.lon() + at[0] / east).clamp(-180.0, 180.0);
        let lat = (origin.lat() + at[1] / north).clamp(-90.0, 90.0);
        Point::from_checked(lon, lat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{network::Network, overlay::NewLink};

    fn point(lon: f64, lat: f64) -> Point {
        Point::new(lon, lat).unwrap()
    }

    /// A street of 1,000 m to the east, and one of 500 m to the north of its end.
    fn network(direction: Direction) -> Network {
        let start = point(116.30, 40.07);
        let plane = Plane::around(start);
        let points = [start, plane.unfold([1_000.0, 0.0]), plane.unfold([1_000.0, 500.0])];
        let link = |from, to, length| Link { from, to, length, direction };
        Network::build(3, &points, vec![link(0, 1, 1_000_000), link(1, 2, 500_000)]).unwrap()
    }

    fn leg(network: &Network, link: usize, offset: u32, leg: u32) -> AccessLeg {
        AccessLeg { link: network.link(link).unwrap(), offset, leg }
    }

    fn metres(parts: &[Part]) -> f64 {
        parts.iter().map(|[a, b]| a.metres_to(*b)).sum()
    }

    #[test]
    fn parts_end_where_the_limit_is() {
        let network = network(Direction::Both);
        let here = leg(&network, 0, 600_000, 10_000);
        let overlay = Overlay::of(&network);
        let catchment = Catchment::new(&overlay, &[here], 510_000);
        // 500 m to each side: 500 back, 400 to the corner and 100 to the north.
        let parts = catchment.parts(510_000);
        assert_eq!(parts.len(), 2);
        assert!((metres(&parts) - 1_000.0).abs() < 1.0, "{}", metres(&parts));
        assert!((metres(&catchment.parts(110_000)) - 200.0).abs() < 1.0);
        assert_eq!(catchment.distance(&[leg(&network, 1, 100_000, 0)]), Some(510_000));
        assert_eq!(catchment.distance(&[leg(&network, 1, 100_001, 0)]), None);
        assert!(catchment.parts(9_999).is_empty());
    }

    #[test]
    fn one_way_links_are_walked_towards_the_place_only() {
        let network = network(Direction::Forward);
        let here = leg(&network, 0, 600_000, 0);
        let overlay = Overlay::of(&network);
        let catchment = Catchment::new(&overlay, &[here], 500_000);
        assert!((metres(&catchment.parts(500_000)) - 500.0).abs() < 1.0);
    }

    #[test]
    fn a_new_link_brings_what_lies_beyond_it() {
        let network = network(Direction::Both);
        let on = |link: usize, offset| Attach::Along { link: network.link(link).unwrap(), offset };
        // From the middle of the first street over 300 m to the end of the second.
        let link =
            NewLink { from: on(0, 500_000), to: on(1, 400_000), length: 300_000, direction: Direction::Both };
        let overlay = Overlay::new(&network, &[link]).unwrap();
        let catchment = Catchment::new(&overlay, &[leg(&network, 0, 500_000, 0)], 350_000);
        assert_eq!(catchment.distance(&[leg(&network, 1, 440_000, 0)]), Some(340_000));
        // 350 m to each side of the first street, 50 m to each side of the second; the link itself is a line between
        // its ends, however long it is said to be.
        let parts = catchment.parts(350_000);
        assert_eq!(parts.len(), 3);
        let straight = metres(&parts[2..]);
        assert!((metres(&parts) - straight - 800.0).abs() < 1.0, "{}", metres(&parts));
        assert!(catchment.parts(200_000).len() == 2, "the link as far as the limit goes");
    }

    #[test]
    fn the_line_lies_around_the_parts() {
        let plane = Plane::around(point(116.30, 40.07));
        let at = |x: f64, y: f64| plane.unfold([x, y]);
        // A square of 400 m: a ring outside, a ring inside.
        let corners = [at(0.0, 0.0), at(400.0, 0.0), at(400.0, 400.0), at(0.0, 400.0), at(0.0, 0.0)];
        let parts: Vec<Part> = corners.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        let rings = outline(&parts, 30.0, 10.0);
        assert_eq!(rings.len(), 2);
        assert!(rings.iter().all(|ring| ring.first() == ring.last() && ring.len() > 20));
        // 1,600 m of street 60 m wide, less what the corners share, with round corners outside.
        let expected = 460.0 * 460.0 - 340.0 * 340.0 - (4.0 - std::f64::consts::PI) * 900.0;
        assert!((area(&rings) / expected - 1.0).abs() < 0.01, "{} {expected}", area(&rings));
        assert!(outline(&[], 30.0, 10.0).is_empty() && outline(&parts, f64::NAN, 10.0).is_empty());
    }

    #[test]
    fn a_circle_is_round() {
        let centre = point(116.30, 40.07);
        let ring = circle(centre, 1_200.0);
        assert_eq!(ring.first(), ring.last());
        assert!(ring.iter().all(|corner| (centre.metres_to(*corner) - 1_200.0).abs() < 1.0));
        assert!((area(&[ring]) / (std::f64::consts::PI * 1_440_000.0) - 1.0).abs() < 0.01);
    }
}
