//! The part `.shp`: one shape a record.

use super::{ShapefileError, broken};
use crate::geojson::{Geometry, Position};
use crate::sheet::Limits;

const PART: &str = ".shp";
/// The most parts of one shape, and corners of all: whose hole a ring is, is looked for among them.
const RINGS_MOST: usize = 1_000;
const CORNERS_MOST: usize = 2_000_000;
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
    feature: usize,
}

/// The geometry of each record; nothing where it has none.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Option<Geometry>>, ShapefileError> {
    let mut head = Bytes(bytes);
    if head.big()? != 9_994 {
        return Err(broken(PART, "it is no shapefile"));
    }
    let mut rest = Bytes(bytes.get(HEAD..).ok_or_else(|| broken(PART, "it is cut short"))?);
    let mut shapes = Shapes { corners: 0, feature: 0 };
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
                Ok(Some(Geometry::Polygons(polygons(rings))))
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

/// Twice the area that a ring goes around, above zero where it goes around clockwise.
fn turn(ring: &[Position]) -> f64 {
    ring.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * (pair[1][1] + pair[0][1])).sum()
}

fn holds(ring: &[Position], [x, y]: Position) -> bool {
    let mut inside = false;
    for pair in ring.windows(2) {
        let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
    }
    inside
}

/// Outer rings go around clockwise, each with the holes that lie in it. Writers that turn all rings the other way are
/// taken at their word: what lies in no outer ring is one.
fn polygons(rings: Vec<Vec<Position>>) -> Vec<Vec<Vec<Position>>> {
    let (outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| turn(ring) >= 0.0);
    let mut out: Vec<Vec<Vec<Position>>> = outer.into_iter().map(|ring| vec![ring]).collect();
    let outer = out.len();
    for hole in holes {
        let corner = hole[0];
        match out[..outer].iter().position(|polygon| holds(&polygon[0], corner)) {
            Some(at) => out[at].push(hole),
            None => out.push(vec![hole]),
        }
    }
    out
}
