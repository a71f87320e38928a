//! Where an area ends: rings on the map, written as well-known text (WKT), and a point inside.

use serde::{Deserialize, Serialize};

use crate::request::Point;

/// The most corners of one boundary.
const CORNERS_MOST: usize = 5_000;

/// A closed line; its last point is its first.
pub type Ring = Vec<Point>;

/// One or several parts, each an outer ring and the holes in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Boundary {
    parts: Vec<Vec<Ring>>,
    /// The box around it, which is asked for whenever a place is looked up.
    extent: Option<Extent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoundaryError {
    #[error("write POLYGON or MULTIPOLYGON with longitude and latitude in degrees")]
    NotWkt,
    #[error("a ring needs four points and ends where it begins")]
    Open,
    #[error("a point is no longitude and latitude on earth")]
    OffEarth,
    #[error("a boundary has at most {CORNERS_MOST} corners")]
    TooMany,
}

/// A box by its edges: west, south, east, north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extent {
    pub west: i32,
    pub south: i32,
    pub east: i32,
    pub north: i32,
}

impl Extent {
    pub fn of(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = points.next()?;
        let at = |point: Point| Self {
            west: point.longitude,
            south: point.latitude,
            east: point.longitude,
            north: point.latitude,
        };
        Some(points.fold(at(first), |all, point| all.and(at(point))))
    }

    /// The smallest box around both.
    pub fn and(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// How far a point lies outside, in metres; 0 inside.
    pub fn metres_to(self, point: Point) -> u64 {
        let beyond = |value: i32, least: i32, most: i32| {
            let value = i64::from(value);
            (i64::from(least) - value).max(value - i64::from(most)).max(0) as f64
        };
        // A millionth of a degree of latitude is 11 cm; of longitude less, the farther from the equator.
        let metre = 0.111_195;
        let narrow = (f64::from(point.latitude) / 1e6).to_radians().cos();
        let east = beyond(point.longitude, self.west, self.east) * metre * narrow;
        let north = beyond(point.latitude, self.south, self.north) * metre;
        east.hypot(north).round() as u64
    }

    pub fn holds(self, point: Point) -> bool {
        (self.west..=self.east).contains(&point.longitude)
            && (self.south..=self.north).contains(&point.latitude)
    }
}

impl Boundary {
    /// Reads WKT.
    ///
    /// # Errors
    /// When it is no polygon, a ring is open, or a point is not on earth.
    pub fn parse(text: &str) -> Result<Self, BoundaryError> {
        let text = text.trim();
        let upper = text.get(..12).unwrap_or(text).to_ascii_uppercase();
        let rest = |word: &str| text.get(word.len()..).unwrap_or_default().trim();
        let parts = if upper.starts_with("MULTIPOLYGON") {
            groups(inside(rest("MULTIPOLYGON"))?)?
                .into_iter()
                .map(|part| groups(inside(part)?))
                .collect::<Result<Vec<_>, _>>()?
        } else if upper.starts_with("POLYGON") {
            vec![groups(inside(rest("POLYGON"))?)?]
        } else {
            return Err(BoundaryError::NotWkt);
        };
        let parts = parts
            .into_iter()
            .map(|rings| rings.into_iter().map(ring).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        if parts.is_empty() || parts.iter().any(Vec::is_empty) {
            return Err(BoundaryError::NotWkt);
        }
        if parts.iter().flatten().map(Vec::len).sum::<usize>() > CORNERS_MOST {
            return Err(BoundaryError::TooMany);
        }
        Ok(Self::of(parts))
    }

    fn of(parts: Vec<Vec<Ring>>) -> Self {
        let extent = Extent::of(parts.iter().flatten().flatten().copied());
        Self { parts, extent }
    }

    pub fn to_wkt(&self) -> String {
        let ring = |ring: &Ring| {
            let points: Vec<String> = ring
                .iter()
                .map(|point| format!("{} {}", degrees(point.longitude), degrees(point.latitude)))
                .collect();
            format!("({})", points.join(", "))
        };
        let part = |rings: &Vec<Ring>| format!("({})", rings.iter().map(ring).collect::<Vec<_>>().join(", "));
        match &self.parts[..] {
            [only] => format!("POLYGON {}", part(only)),
            all => format!("MULTIPOLYGON ({})", all.iter().map(part).collect::<Vec<_>>().join(", ")),
        }
    }

    /// Each part: its outer ring, then the holes in it.
    pub fn parts(&self) -> &[Vec<Ring>] {
        &self.parts
    }

    /// The same with every point put elsewhere; nothing where one has no place there.
    pub fn moved(&self, put: impl Fn(Point) -> Option<Point>) -> Option<Self> {
        let ring = |ring: &Ring| ring.iter().map(|point| put(*point)).collect::<Option<Ring>>();
        let part = |rings: &Vec<Ring>| rings.iter().map(ring).collect::<Option<Vec<Ring>>>();
        self.parts.iter().map(part).collect::<Option<Vec<_>>>().map(Self::of)
    }

    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        self.parts.iter().flatten()
    }

    pub fn extent(&self) -> Option<Extent> {
        self.extent
    }

    /// Whether a ring crosses itself: it then encloses nothing that can be said. Touching is no crossing.
    pub fn crosses_itself(&self) -> bool {
        self.rings().any(crosses)
    }

    /// Whether a point lies inside, holes left out.
    pub fn holds(&self, point: Point) -> bool {
        let crossings =
            self.rings().flat_map(|ring| crossed(ring, point.latitude)).filter(|at| *at > point.longitude);
        crossings.count() % 2 == 1
    }

    /// A point inside: the middle of the widest stretch at half the height of the largest part.
    pub fn middle(&self) -> Option<Point> {
        let size = |rings: &&Vec<Ring>| {
            rings.first().and_then(|outer| Extent::of(outer.iter().copied())).map_or(0, |held| {
                (i64::from(held.east) - i64::from(held.west))
                    * (i64::from(held.north) - i64::from(held.south))
            })
        };
        let largest = self.parts.iter().max_by_key(size)?;
        let extent = Extent::of(largest.first()?.iter().copied())?;
        let latitude = ((i64::from(extent.south) + i64::from(extent.north)) / 2) as i32;
        let mut crossings: Vec<i32> = largest.iter().flat_map(|ring| crossed(ring, latitude)).collect();
        crossings.sort_unstable();
        let stretches = crossings.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        let (west, east) = stretches.max_by_key(|(west, east)| i64::from(*east) - i64::from(*west))?;
        let longitude = ((i64::from(west) + i64::from(east)) / 2) as i32;
        Some(Point { longitude, latitude })
    }
}

/// Where a ring crosses a latitude. Half open, so that a corner counts once.
fn crossed(ring: &Ring, latitude: i32) -> impl Iterator<Item = i32> + '_ {
    ring.windows(2).filter_map(move |edge| {
        let (a, b) = (edge[0], edge[1]);
        if (a.latitude > latitude) == (b.latitude > latitude) {
            return None;
        }
        let [ax, ay, bx, by] = [a.longitude, a.latitude, b.longitude, b.latitude].map(i128::from);
        Some((ax + (bx - ax) * (i128::from(latitude) - ay) / (by - ay)) as i32)
    })
}

/// Whether two edges of a ring cross; exact.
fn crosses(ring: &Ring) -> bool {
    let mut edges: Vec<[Point; 2]> = ring.windows(2).map(|edge| [edge[0], edge[1]]).collect();
    let west = |[a, b]: &[Point; 2]| a.longitude.min(b.longitude);
    let east = |[a, b]: &[Point; 2]| a.longitude.max(b.longitude);
    // From west to east: an edge can only cross those that begin before it ends.
    edges.sort_by_key(west);
    let side = |[p, q]: &[Point; 2], r: &Point| {
        let apart = |a: i32, b: i32| i64::from(a) - i64::from(b);
        let turn = apart(q.longitude, p.longitude) * apart(r.latitude, p.latitude)
            - apart(q.latitude, p.latitude) * apart(r.longitude, p.longitude);
        turn.signum()
    };
    let apart = |edge: &[Point; 2], other: &[Point; 2]| side(edge, &other[0]) * side(edge, &other[1]) < 0;
    edges.iter().enumerate().any(|(at, edge)| {
        let near = edges[at + 1..].iter().take_while(|other| west(other) <= east(edge));
        near.into_iter().any(|other| apart(edge, other) && apart(other, edge))
    })
}

/// What stands between the outermost brackets.
fn inside(text: &str) -> Result<&str, BoundaryError> {
    let text = text.trim();
    text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).ok_or(BoundaryError::NotWkt)
}

/// The bracketed groups of a list, brackets included.
fn groups(text: &str) -> Result<Vec<&str>, BoundaryError> {
    let (mut out, mut depth, mut from) = (Vec::new(), 0usize, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => {
                if depth == 0 {
                    from = at;
                }
                depth += 1;
            }
            ')' => {
                depth = depth.checked_sub(1).ok_or(BoundaryError::NotWkt)?;
                if depth == 0 {
                    out.push(&text[from..=at]);
                }
            }
            _ if depth > 0 || c == ',' || c.is_whitespace() => {}
            _ => return Err(BoundaryError::NotWkt),
        }
    }
    if depth == 0 { Ok(out) } else { Err(BoundaryError::NotWkt) }
}

fn ring(text: &str) -> Result<Ring, BoundaryError> {
    let mut out = Vec::new();
    for pair in inside(text)?.split(',') {
        let numbers: Vec<f64> = pair
            .split_whitespace()
            .map(|number| number.parse::<f64>().map_err(|_| BoundaryError::NotWkt))
            .collect::<Result<_, _>>()?;
        let [longitude, latitude] = numbers[..] else { return Err(BoundaryError::NotWkt) };
        if !(-180.0..=180.0).contains(&longitude) || !(-90.0..=90.0).contains(&latitude) {
            return Err(BoundaryError::OffEarth);
        }
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        out.push(Point { longitude: millionths(longitude), latitude: millionths(latitude) });
    }
    if out.len() < 4 || out.first() != out.last() {
        return Err(BoundaryError::Open);
    }
    Ok(out)
}

/// Degrees with as many decimals as they have.
pub(crate) fn degrees(millionths: i32) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let all = millionths.unsigned_abs();
    let text = format!("{sign}{}.{:06}", all / 1_000_000, all % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl TryFrom<String> for Boundary {
    type Error = BoundaryError;

    fn try_from(text: String) -> Result<Self, BoundaryError> {
        Self::parse(&text)
    }
}

impl From<Boundary> for String {
    fn from(boundary: Boundary) -> Self {
        boundary.to_wkt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WITH_A_HOLE: &str = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))";

    fn at(longitude: f64, latitude: f64) -> Point {
        Point { longitude: (longitude * 1e6) as i32, latitude: (latitude * 1e6) as i32 }
    }

    #[test]
    fn polygons_are_read_and_hold_what_lies_in_them() {
        let held = Boundary::parse(WITH_A_HOLE).unwrap();
        assert_eq!(held.to_wkt(), WITH_A_HOLE);
        assert!(held.holds(at(1.0, 1.0)) && !held.holds(at(5.0, 5.0)) && !held.holds(at(11.0, 5.0)));
        assert!(held.holds(held.middle().unwrap()));
        let two = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 9 5, 9 9.25, 5 5)))";
        let two = Boundary::parse(two).unwrap();
        assert_eq!(Boundary::parse(&two.to_wkt()), Ok(two.clone()));
        assert!(two.middle().unwrap().longitude > 5_000_000);
    }

    #[test]
    fn a_ring_that_crosses_itself_is_told_from_one_that_touches_itself() {
        let crosses = |text: &str| Boundary::parse(text).unwrap().crosses_itself();
        assert!(crosses("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"));
        assert!(!crosses(WITH_A_HOLE) && !crosses("POLYGON ((0 0, 1 1, 2 0, 2 2, 1 1, 0 2, 0 0))"));
        assert!(crosses("POLYGON ((-180 -90, 180 90, 180 -90, -180 90, -180 -90))"));
    }

    #[test]
    fn metres_outside_of_a_box() {
        let extent = Extent { west: 116_300_000, south: 40_060_000, east: 116_340_000, north: 40_080_000 };
        let to = |longitude, latitude| extent.metres_to(Point { longitude, latitude });
        assert_eq!(to(116_320_000, 40_070_000), 0);
        assert_eq!(to(116_320_000, 40_090_000), 1_112);
        assert!((840..860).contains(&to(116_350_000, 40_070_000)));
    }

    #[test]
    fn what_is_no_boundary_is_refused() {
        for (text, why) in [
            ("", BoundaryError::NotWkt),
            ("POINT (1 1)", BoundaryError::NotWkt),
            ("POLYGON", BoundaryError::NotWkt),
            ("POLYGON ()", BoundaryError::NotWkt),
            ("POLYGON ((0 0, 1 0, 1 1, 0 0)", BoundaryError::NotWkt),
            ("POLYGON ((0 0, 1 0, x 1, 0 0))", BoundaryError::NotWkt),
            ("POLYGON ((0 0, 1 0, 1 1))", BoundaryError::Open),
            ("POLYGON ((0 0, 1 0, 1 1, 5 5))", BoundaryError::Open),
            ("POLYGON ((0 0, 1 0, 1 91, 0 0))", BoundaryError::OffEarth),
            ("多边形 ((0 0))", BoundaryError::NotWkt),
        ] {
            assert_eq!(Boundary::parse(text), Err(why), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_middle_of_any_triangle_lies_in_it(
            a in (-170i32..170, -80i32..80), b in (-170i32..170, -80i32..80), c in (-170i32..170, -80i32..80),
        ) {
            let wide = (b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1);
            prop_assume!(wide.abs() > 20);
            let text = format!(
                "POLYGON (({} {}, {} {}, {} {}, {} {}))", a.0, a.1, b.0, b.1, c.0, c.1, a.0, a.1
            );
            let held = Boundary::parse(&text).unwrap();
            prop_assert!(held.holds(held.middle().unwrap()));
            prop_assert_eq!(Boundary::parse(&held.to_wkt()), Ok(held));
        }

        #[test]
        fn no_text_is_too_much(text in ".{0,80}") {
            let _ = Boundary::parse(&text);
            let _ = Boundary::parse(&format!("POLYGON{text}"));
        }
    }
}
