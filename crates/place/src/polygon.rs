//! Polygons on the ground: area, what lies inside, whether a border crosses itself.

use thiserror::Error;

use crate::point::{Plane, Point};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PolygonError {
    #[error("ring {ring} has {positions} positions, at least 4 are needed (the first again at the end)")]
    Short { ring: usize, positions: usize },
    #[error("ring {ring} does not end where it begins: close it")]
    Open { ring: usize },
    #[error("ring {ring} crosses itself between its positions {first} and {second}: redraw it there")]
    Crosses { ring: usize, first: usize, second: usize },
    #[error("a polygon needs an outer ring")]
    Empty,
}

/// A polygon with holes whose rings are closed and do not cross themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon {
    rings: Vec<Vec<Point>>,
    /// West, south, east, north.
    bounds: [f64; 4],
}

impl Polygon {
    /// The outer ring first, then holes.
    ///
    /// # Errors
    /// When a ring is too short, open, or crosses itself.
    pub fn new(rings: Vec<Vec<Point>>) -> Result<Self, PolygonError> {
        let outer = rings.first().ok_or(PolygonError::Empty)?;
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for point in outer {
            bounds[0] = bounds[0].min(point.lon());
            bounds[1] = bounds[1].min(point.lat());
            bounds[2] = bounds[2].max(point.lon());
            bounds[3] = bounds[3].max(point.lat());
        }
        for (ring, points) in rings.iter().enumerate() {
            if points.len() < 4 {
                return Err(PolygonError::Short { ring, positions: points.len() });
            }
            if points.first() != points.last() {
                return Err(PolygonError::Open { ring });
            }
            if let Some((first, second)) = crossing(points) {
                return Err(PolygonError::Crosses { ring, first, second });
            }
        }
        Ok(Self { rings, bounds })
    }

    #[must_use]
    pub fn rings(&self) -> &[Vec<Point>] {
        &self.rings
    }

    /// Whether a point lies inside the outer ring and in no hole.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        let (x, y) = (point.lon(), point.lat());
        let [west, south, east, north] = self.bounds;
        if !(west..=east).contains(&x) || !(south..=north).contains(&y) {
            return false;
        }
        let edges = self.rings.iter().flat_map(|ring| ring.windows(2));
        let crossed = edges.filter(|pair| {
            let (a, b) = (pair[0], pair[1]);
            (a.lat() > y) != (b.lat() > y)
                && x < (b.lon() - a.lon()) * (y - a.lat()) / (b.lat() - a.lat()) + a.lon()
        });
        crossed.count() % 2 == 1
    }

    /// Area in square metres, holes taken off. Flat around the middle: off by less than a thousandth up
    /// to some 50 km.
    #[must_use]
    pub fn square_metres(&self) -> f64 {
        let [west, south, east, north] = self.bounds;
        let plane =
            Plane::around(Point::from_checked(f64::midpoint(west, east), f64::midpoint(south, north)));
        let area = |ring: &Vec<Point>| {
            let flat: Vec<[f64; 2]> = ring.iter().map(|&point| plane.flatten(point)).collect();
            let twice: f64 = flat.windows(2).map(|p| p[0][0] * p[1][1] - p[1][0] * p[0][1]).sum();
            twice.abs() / 2.0
        };
        let mut areas = self.rings.iter().map(area);
        let outer = areas.next().unwrap_or(0.0);
        (outer - areas.sum::<f64>()).max(0.0)
    }
}

/// The first two edges of a closed ring that cross (not merely touch), by the positions they start at.
fn crossing(ring: &[Point]) -> Option<(usize, usize)> {
    let edge = |index: usize| {
        let at = |point: Point| [point.lon(), point.lat()];
        [at(ring[index]), at(ring[index + 1])]
    };
    let west = |index: usize| ring[index].lon().min(ring[index + 1].lon());
    let east = |index: usize| ring[index].lon().max(ring[index + 1].lon());
    // From west to east: an edge can only cross those that begin before it ends.
    let mut order: Vec<usize> = (0..ring.len() - 1).collect();
    order.sort_by(|&a, &b| west(a).total_cmp(&west(b)));
    let mut first: Option<(usize, usize)> = None;
    for (place, &a) in order.iter().enumerate() {
        for &b in order[place + 1..].iter().take_while(|&&b| west(b) <= east(a)) {
            let pair = (a.min(b), a.max(b));
            if crosses(edge(a), edge(b)) && first.is_none_or(|held| pair < held) {
                first = Some(pair);
            }
        }
    }
    first
}

fn crosses([a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]) -> bool {
    let turn =
        |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(f64, f64)]) -> Vec<Point> {
        corners.iter().map(|&(lon, lat)| Point::new(lon, lat).unwrap()).collect()
    }

    fn square(from: f64, to: f64) -> Vec<Point> {
        ring(&[(from, from), (to, from), (to, to), (from, to), (from, from)])
    }

    #[test]
    fn holes_are_outside() {
        let polygon = Polygon::new(vec![square(0.0, 1.0), square(0.4, 0.6)]).unwrap();
        let inside = |lon, lat| polygon.contains(Point::new(lon, lat).unwrap());
        assert!(inside(0.1, 0.5) && !inside(0.5, 0.5) && !inside(1.5, 0.5) && !inside(0.5, 1.5));
        let whole = Polygon::new(vec![square(0.0, 1.0)]).unwrap().square_metres();
        assert!((polygon.square_metres() / whole - 0.96).abs() < 1e-9);
    }

    #[test]
    fn a_bow_tie_is_refused() {
        let tie = ring(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]);
        assert_eq!(Polygon::new(vec![tie]), Err(PolygonError::Crosses { ring: 0, first: 0, second: 2 }));
        let open = ring(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]);
        assert_eq!(Polygon::new(vec![open]), Err(PolygonError::Open { ring: 0 }));
        assert_eq!(Polygon::new(vec![]), Err(PolygonError::Empty));
        assert_eq!(Polygon::new(vec![vec![]]), Err(PolygonError::Short { ring: 0, positions: 0 }));
    }
}
