//! The part `.shp`: one shape a record.

use super::{ShapefileError, broken};
use crate::geojson::{Geometry, Position};
use crate::sheet::Limits;

const PART: &str = ".shp";
/// The most parts of one shape, and corners of all.
const RINGS_MOST: usize = 1_000;
const CORNERS_MOST: usize = 2_000_000;
/// The most edges that are looked at to find which rings lie in which, in all shapes.
const EDGES_MOST: usize = 500_000_000;
const HEAD: usize = 100;

/// Bytes that are read from the front; nothing is taken that is not there.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ShapefileError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| broken(PART, "it is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn four(&mut self) -> Result<[u8; 4], ShapefileError> {
        let taken = self.take(4)?;
        Ok([taken[0], taken[1], taken[2], taken[3]])
    }

    fn big(&mut self) -> Result<u32, ShapefileError> {
        self.four().map(u32::from_be_bytes)
    }

    fn little(&mut self) -> Result<u32, ShapefileError> {
        self.four().map(u32::from_le_bytes)
    }

    /// A number that counts what follows, each of so many bytes.
    fn count(&mut self, each: usize) -> Result<usize, ShapefileError> {
        let count = self.little()? as usize;
        if count.checked_mul(each).is_none_or(|bytes| bytes > self.0.len()) {
            return Err(broken(PART, "it is cut short"));
        }
        Ok(count)
    }

    fn double(&mut self) -> Result<f64, ShapefileError> {
        let mut eight = [0; 8];
        eight.copy_from_slice(self.take(8)?);
        Ok(f64::from_le_bytes(eight))
    }
}

struct Shapes {
    corners: usize,
    /// Edges that may still be looked at.
    edges: usize,
    feature: usize,
}

/// The geometry of each record; nothing where it has none.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Option<Geometry>>, ShapefileError> {
    let mut head = Bytes(bytes);
    if head.big()? != 9_994 {
        return Err(broken(PART, "it is no shapefile"));
    }
    let mut rest = Bytes(bytes.get(HEAD..).ok_or_else(|| broken(PART, "it is cut short"))?);
    let mut shapes = Shapes { corners: 0, edges: EDGES_MOST, feature: 0 };
    let mut out = Vec::new();
    while !rest.0.is_empty() {
        if out.len() >= limits.rows {
            return Err(ShapefileError::TooManyRows { max: limits.rows });
        }
        shapes.feature += 1;
        rest.big()?;
        // Lengths are counted in words of two bytes.
        let words = rest.big()? as usize;
        let own = rest.take(words.checked_mul(2).ok_or_else(|| broken(PART, "it is cut short"))?)?;
        out.push(shapes.shape(Bytes(own))?);
    }
    Ok(out)
}

impl Shapes {
    fn shape(&mut self, mut own: Bytes<'_>) -> Result<Option<Geometry>, ShapefileError> {
        // Heights and measures (types from 11 on) stand behind the corners, and are not read.
        match own.little()? {
            0 => Ok(None),
            1 | 11 | 21 => Ok(Some(Geometry::Points(vec![self.position(&mut own)?]))),
            8 | 18 | 28 => {
                own.take(32)?;
                let count = own.count(16)?;
                Ok(Some(Geometry::Points(self.positions(&mut own, count)?)))
            }
            3 | 13 | 23 => {
                let lines = self.parts(&mut own)?;
                if lines.iter().any(|line| line.len() < 2) {
                    return Err(ShapefileError::Ring { feature: self.feature });
                }
                Ok(Some(Geometry::Lines(lines)))
            }
            5 | 15 | 25 => {
                let rings = self.parts(&mut own)?;
                if rings.iter().any(|ring| ring.len() < 4 || ring.first() != ring.last()) {
                    return Err(ShapefileError::Ring { feature: self.feature });
                }
                let found = polygons(rings, &mut self.edges).ok_or_else(|| {
                    broken(PART, format!("shape {} has too many rings within each other", self.feature))
                })?;
                Ok(Some(Geometry::Polygons(found)))
            }
            kind => Err(ShapefileError::Kind { feature: self.feature, kind }),
        }
    }

    fn position(&mut self, own: &mut Bytes<'_>) -> Result<Position, ShapefileError> {
        self.corners += 1;
        if self.corners > CORNERS_MOST {
            return Err(broken(PART, format!("more than {CORNERS_MOST} corners")));
        }
        let (lon, lat) = (own.double()?, own.double()?);
        // What is no number is no degree either.
        if lon.abs() <= 180.0 && lat.abs() <= 90.0 {
            Ok([lon, lat])
        } else {
            Err(ShapefileError::Degrees { feature: self.feature, lon, lat })
        }
    }

    fn positions(&mut self, own: &mut Bytes<'_>, count: usize) -> Result<Vec<Position>, ShapefileError> {
        (0..count).map(|_| self.position(own)).collect()
    }

    /// The lines or rings of a shape.
    fn parts(&mut self, own: &mut Bytes<'_>) -> Result<Vec<Vec<Position>>, ShapefileError> {
        own.take(32)?;
        let parts = own.little()? as usize;
        let corners = own.little()? as usize;
        if parts == 0 || parts > RINGS_MOST {
            return Err(broken(PART, format!("shape {} has {parts} parts", self.feature)));
        }
        let begins = (0..parts).map(|_| Ok(own.little()? as usize)).collect::<Result<Vec<_>, _>>()?;
        if corners.checked_mul(16).is_none_or(|bytes| bytes > own.0.len()) {
            return Err(broken(PART, "it is cut short"));
        }
        let all = self.positions(own, corners)?;
        let ends = begins.iter().skip(1).copied().chain([corners]);
        begins
            .iter()
            .zip(ends)
            .map(|(from, to)| all.get(*from..to).map(<[Position]>::to_vec))
            .collect::<Option<Vec<_>>>()
            .filter(|_| begins.first() == Some(&0))
            .ok_or_else(|| broken(PART, format!("the parts of shape {} overlap", self.feature)))
    }
}

/// Twice the area that a ring goes around, whichever way.
fn area(ring: &[Position]) -> f64 {
    let twice: f64 = ring.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * (pair[1][1] + pair[0][1])).sum();
    twice.abs()
}

/// Where the edges of a ring cross a parallel.
fn crossings(ring: &[Position], y: f64) -> impl Iterator<Item = f64> {
    ring.windows(2).filter_map(move |pair| {
        let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
        ((ay > y) != (by > y)).then(|| (bx - ax) * (y - ay) / (by - ay) + ax)
    })
}

fn holds(ring: &[Position], [x, y]: Position) -> bool {
    crossings(ring, y).filter(|crossing| x < *crossing).count() % 2 == 1
}

/// A point well within a ring: its corners may lie on the ring around it.
fn within(ring: &[Position]) -> Position {
    let mut heights: Vec<f64> = ring.iter().map(|corner| corner[1]).collect();
    heights.sort_by(f64::total_cmp);
    let widest = heights.windows(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    let y = widest.map_or(ring[0][1], |pair| f64::midpoint(pair[0], pair[1]));
    let mut across: Vec<f64> = crossings(ring, y).collect();
    across.sort_by(f64::total_cmp);
    match across[..] {
        [from, to, ..] => [f64::midpoint(from, to), y],
        _ => ring[0],
    }
}

/// What has to be known of a ring to tell which others lie in it.
struct Ring {
    low: Position,
    high: Position,
    area: f64,
    within: Position,
}

impl Ring {
    fn of(ring: &[Position]) -> Self {
        let edge = |axis: usize, pick: fn(f64, f64) -> f64, from: f64| {
            ring.iter().map(|corner| corner[axis]).fold(from, pick)
        };
        Self {
            low: [0, 1].map(|axis| edge(axis, f64::min, f64::INFINITY)),
            high: [0, 1].map(|axis| edge(axis, f64::max, f64::NEG_INFINITY)),
            area: area(ring),
            within: within(ring),
        }
    }

    /// Whether the other may lie in it, as its box and area tell. Of two that are alike neither does.
    fn may_hold(&self, other: &Self) -> bool {
        let low = self.low.iter().zip(&other.low).all(|(own, other)| own <= other);
        let high = self.high.iter().zip(&other.high).all(|(own, other)| other <= own);
        low && high && self.area > other.area
    }
}

/// Rings as polygons with their holes, by what lies in what: some writers turn outer rings one way, some the other.
/// What lies in an odd number of others is a hole of the innermost of these. Nothing where more edges
/// would have to be looked at than may be.
fn polygons(rings: Vec<Vec<Position>>, edges: &mut usize) -> Option<Vec<Vec<Vec<Position>>>> {
    let known: Vec<Ring> = rings.iter().map(|ring| Ring::of(ring)).collect();
    let mut holders: Vec<Vec<usize>> = Vec::with_capacity(rings.len());
    for own in &known {
        let mut around = Vec::new();
        for (at, ring) in rings.iter().enumerate().filter(|(at, _)| known[*at].may_hold(own)) {
            *edges = edges.checked_sub(ring.len())?;
            if holds(ring, own.within) {
                around.push(at);
            }
        }
        holders.push(around);
    }
    let is_hole = |at: usize| holders[at].len() % 2 == 1;
    // Rings that cross each other leave holes without a holder: such a one is left as a polygon.
    let holder = |at: usize| {
        let depth = |held: &&usize| holders[**held].len() + 1 == holders[at].len();
        if is_hole(at) { holders[at].iter().find(depth).copied() } else { None }
    };
    let holder: Vec<Option<usize>> = (0..rings.len()).map(holder).collect();
    let mut place = vec![0; rings.len()];
    let mut out: Vec<Vec<Vec<Position>>> = Vec::new();
    let (holes, outer): (Vec<_>, Vec<_>) =
        rings.into_iter().enumerate().partition(|(at, _)| holder[*at].is_some());
    for (at, ring) in outer {
        place[at] = out.len();
        out.push(vec![ring]);
    }
    for (at, ring) in holes {
        if let Some(holder) = holder[at] {
            out[place[holder]].push(ring);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(from: f64, to: f64, clockwise: bool) -> Vec<Position> {
        let mut ring = vec![[from, from], [from, to], [to, to], [to, from], [from, from]];
        if !clockwise {
            ring.reverse();
        }
        ring
    }

    fn polygons(rings: Vec<Vec<Position>>) -> Option<Vec<Vec<Vec<Position>>>> {
        super::polygons(rings, &mut 100)
    }

    fn shape(rings: Vec<Vec<Position>>) -> Vec<Vec<f64>> {
        let lowest = |ring: &Vec<Position>| ring[0][0];
        polygons(rings).unwrap().iter().map(|polygon| polygon.iter().map(lowest).collect()).collect()
    }

    #[test]
    fn holes_are_found_whichever_way_rings_turn() {
        for clockwise in [true, false] {
            let rings = vec![square(1.0, 2.0, !clockwise), square(0.0, 9.0, clockwise)];
            assert_eq!(shape(rings), [[0.0, 1.0]]);
            // All turned the same way.
            let rings = vec![square(0.0, 9.0, clockwise), square(1.0, 2.0, clockwise)];
            assert_eq!(shape(rings), [[0.0, 1.0]]);
        }
        assert_eq!(shape(vec![square(0.0, 1.0, true), square(5.0, 6.0, false)]), [[0.0], [5.0]]);
    }

    #[test]
    fn islands_in_holes_have_holes_of_their_own() {
        let rings = vec![
            square(3.0, 4.0, false),
            square(2.0, 5.0, true),
            square(1.0, 8.0, false),
            square(0.0, 9.0, true),
            square(6.0, 7.0, true),
        ];
        let found = shape(rings);
        assert_eq!(found, [vec![2.0, 3.0], vec![0.0, 1.0], vec![6.0]]);
    }

    #[test]
    fn a_hole_that_touches_the_ring_around_it_is_its_hole() {
        let touching = vec![[0.0, 4.0], [3.0, 5.0], [3.0, 3.0], [0.0, 4.0]];
        assert_eq!(polygons(vec![touching, square(0.0, 9.0, true)]).unwrap().len(), 1);
        // One that is there twice stays there.
        let twice = vec![square(0.0, 1.0, true), square(0.0, 1.0, true)];
        assert_eq!(polygons(twice).unwrap().len(), 2);
    }

    #[test]
    fn nothing_is_looked_at_for_ever() {
        // Each of many rings may lie in each that is larger.
        let rings = || (1..9).map(|size| square(0.0, f64::from(size), true)).collect();
        assert_eq!(polygons(rings()), None);
        assert_eq!(super::polygons(rings(), &mut 1_000).unwrap().len(), 4);
    }
}
