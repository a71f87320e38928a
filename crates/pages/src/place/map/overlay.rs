//! What a page draws on its map besides the layers: once as GeoJSON for the script, once as strokes of the picture.

use app::place::map::{geometry, position};
use domain::boundary::Boundary;
use domain::request::Point;
use serde_json::{Value, json};

use crate::map::View;

/// What is said of a drawn thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::place) struct Told {
    pub name: String,
    /// What else is said, such as its number.
    pub said: String,
    /// Where there is more of it; empty where nowhere.
    pub to: String,
}

#[derive(Debug, Clone)]
pub(in crate::place) enum Drawn {
    /// A place that is asked about.
    Spot(Point),
    /// What is reached in some minutes: rings by the even-odd rule.
    Reach {
        rings: Vec<Vec<Point>>,
        told: Told,
    },
    /// An area with the share of those who are not covered, in thousandths.
    Share {
        boundary: Boundary,
        missing: u16,
        /// Of many it is not known.
        hatched: bool,
        /// The share that is covered, as it is written on the map.
        figure: String,
        told: Told,
    },
    /// A parcel on which something could stand, and one on which it should.
    Parcel {
        at: Point,
        told: Told,
    },
    Site {
        at: Point,
        told: Told,
    },
    /// A link that is tried.
    Link {
        ends: [Point; 2],
        told: Told,
    },
    /// A link that is worth looking at.
    Candidate {
        ends: [Point; 2],
        told: Told,
    },
}

/// A line or a surface of the picture.
pub(in crate::place) struct Stroke {
    pub path: String,
    pub class: &'static str,
    pub said: String,
    pub opacity: f64,
}

impl Drawn {
    /// Its geometry, its role, and what is said of it.
    fn parts(&self) -> (Value, &'static str, Option<&Told>) {
        let line = |ends: &[Point; 2]| json!({ "type": "LineString", "coordinates": ends.map(position) });
        let spot = |at: &Point| json!({ "type": "Point", "coordinates": position(*at) });
        match self {
            Self::Spot(at) => (spot(at), "point", None),
            Self::Reach { rings, told } => (even_odd(rings), "reach", Some(told)),
            Self::Parcel { at, told } => (spot(at), "parcel", Some(told)),
            Self::Site { at, told } => (spot(at), "site", Some(told)),
            Self::Share { boundary, told, .. } => (geometry(boundary), "share", Some(told)),
            Self::Link { ends, told } => (line(ends), "link", Some(told)),
            Self::Candidate { ends, told } => (line(ends), "candidate", Some(told)),
        }
    }

    fn feature(&self) -> Value {
        let (geometry, role, told) = self.parts();
        let mut properties = json!({ "role": role });
        if let Some(Told { name, said, to }) = told {
            properties["name"] = json!(name);
            properties["said"] = json!(said);
            properties["to"] = json!(to);
        }
        if let Self::Share { missing, hatched, figure, .. } = self {
            properties["missing"] = json!(missing);
            properties["hatched"] = json!(hatched);
            properties["figure"] = json!(figure);
        }
        json!({ "type": "Feature", "geometry": geometry, "properties": properties })
    }

    /// The strokes of the picture: a share has its colour, and what is not known its stripes.
    pub(super) fn strokes(&self, view: &View) -> Vec<Stroke> {
        let mut out = vec![self.stroke(view)];
        if let Self::Share { boundary, hatched: true, .. } = self {
            let path = view.path(boundary);
            out.push(Stroke { path, class: "share unknown", said: String::new(), opacity: 1.0 });
        }
        out
    }

    fn stroke(&self, view: &View) -> Stroke {
        let said = |told: &Told| match told.said.as_str() {
            "" => told.name.clone(),
            more => format!("{} · {more}", told.name),
        };
        match self {
            Self::Spot(at) => {
                Stroke { path: round(view, *at, 9.0), class: "spot", said: String::new(), opacity: 1.0 }
            }
            Self::Parcel { at, told } => {
                Stroke { path: round(view, *at, 5.0), class: "parcel", said: said(told), opacity: 1.0 }
            }
            Self::Site { at, told } => {
                Stroke { path: round(view, *at, 9.0), class: "site", said: said(told), opacity: 1.0 }
            }
            Self::Reach { rings, told } => Stroke {
                path: view.closed(rings.iter().map(Vec::as_slice)),
                class: "reach",
                said: said(told),
                opacity: 1.0,
            },
            Self::Share { boundary, missing, told, .. } => Stroke {
                path: view.path(boundary),
                class: "share",
                said: said(told),
                opacity: f64::from(*missing) / 1_000.0 * 0.85,
            },
            Self::Link { ends, told } => {
                Stroke { path: view.line(ends), class: "link", said: said(told), opacity: 1.0 }
            }
            Self::Candidate { ends, told } => {
                Stroke { path: view.line(ends), class: "candidate", said: said(told), opacity: 1.0 }
            }
        }
    }
}

/// A circle around a place, as a path.
fn round(view: &View, at: Point, radius: f64) -> String {
    let (x, y) = view.place(at);
    let wide = radius * 2.0;
    format!("M{:.1} {y:.1}a{radius} {radius} 0 1 0 {wide} 0a{radius} {radius} 0 1 0 -{wide} 0Z", x - radius)
}

/// The south-west and the north-east of a ring.
fn around(ring: &[Point]) -> Option<[Point; 2]> {
    let (west, east) = (ring.iter().map(|at| at.longitude).min()?, ring.iter().map(|at| at.longitude).max()?);
    let (south, north) = (ring.iter().map(|at| at.latitude).min()?, ring.iter().map(|at| at.latitude).max()?);
    Some([Point { longitude: west, latitude: south }, Point { longitude: east, latitude: north }])
}

/// Whether a ray to the east of a point crosses a ring an odd number of times; exact in whole millionths of a degree.
fn is_inside(ring: &[Point], at: Point) -> bool {
    let mut inside = false;
    let mut from = ring.last().copied().unwrap_or(at);
    for &to in ring {
        if (from.latitude > at.latitude) != (to.latitude > at.latitude) {
            let wide = |a: i32, b: i32| i128::from(a) - i128::from(b);
            // Where the edge crosses the ray, against the point: both sides by the height of the edge.
            let height = wide(to.latitude, from.latitude);
            let edge = wide(to.longitude, from.longitude) * wide(at.latitude, from.latitude);
            let point = wide(at.longitude, from.longitude) * height;
            inside ^= if height > 0 { point < edge } else { point > edge };
        }
        from = to;
    }
    inside
}

/// Rings by the even-odd rule, each hole with the ring it lies in.
pub(in crate::place) fn even_odd(rings: &[Vec<Point>]) -> Value {
    let boxes: Vec<Option<[Point; 2]>> = rings.iter().map(|ring| around(ring)).collect();
    let holds = |outer: usize, inner: usize| match (boxes[outer], boxes[inner]) {
        (Some([low, high]), Some([inner_low, inner_high])) => {
            let boxed = low.longitude <= inner_low.longitude
                && low.latitude <= inner_low.latitude
                && inner_high.longitude <= high.longitude
                && inner_high.latitude <= high.latitude;
            boxed && rings[inner].first().is_some_and(|at| is_inside(&rings[outer], *at))
        }
        _ => false,
    };
    // Those within an odd number of others are holes of the innermost of these.
    let within: Vec<Vec<usize>> = (0..rings.len())
        .map(|at| (0..rings.len()).filter(|other| *other != at && holds(*other, at)).collect())
        .collect();
    let corners = |ring: &Vec<Point>| ring.iter().map(|at| position(*at)).collect::<Vec<_>>();
    let mut parts: Vec<Vec<Vec<[f64; 2]>>> = Vec::new();
    for (at, ring) in rings.iter().enumerate().filter(|(at, _)| within[*at].len().is_multiple_of(2)) {
        let mut part = vec![corners(ring)];
        let depth = within[at].len();
        let holes =
            (0..rings.len()).filter(|hole| within[*hole].len() == depth + 1 && within[*hole].contains(&at));
        part.extend(holes.map(|hole| corners(&rings[hole])));
        parts.push(part);
    }
    json!({ "type": "MultiPolygon", "coordinates": parts })
}

pub(super) fn collection(drawn: &[Drawn]) -> Value {
    let features: Vec<Value> = drawn.iter().map(Drawn::feature).collect();
    json!({ "type": "FeatureCollection", "features": features })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(from: i32, to: i32) -> Vec<Point> {
        let at = |x, y| Point { longitude: 116_000_000 + x, latitude: 40_000_000 + y };
        vec![at(from, from), at(to, from), at(to, to), at(from, to), at(from, from)]
    }

    #[test]
    fn holes_go_with_the_ring_they_lie_in() {
        let found = even_odd(&[square(40, 50), square(0, 100), square(20, 80), square(200, 300)]);
        let parts = found["coordinates"].as_array().unwrap();
        let rings: Vec<usize> = parts.iter().map(|part| part.as_array().unwrap().len()).collect();
        // The innermost is an island in the hole.
        assert_eq!(rings, [1, 2, 1]);
    }

    #[test]
    fn a_ring_of_many_corners_has_its_holes_and_none_beside_it() {
        // The upper half of a saw: its box holds what lies between its teeth, and it does not.
        let at = |x, y| Point { longitude: 116_000_000 + x, latitude: 40_000_000 + y };
        let mut saw = vec![at(0, 0)];
        for tooth in 0..50_000 {
            saw.extend([at(tooth * 20, 1_000), at(tooth * 20 + 10, 10)]);
        }
        saw.extend([at(1_000_000, 0), at(0, 0)]);
        let spot = |x, y| vec![at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y)];
        let found = even_odd(&[saw, spot(500, 2), spot(509, 900)]);
        let parts = found["coordinates"].as_array().unwrap();
        let rings: Vec<usize> = parts.iter().map(|part| part.as_array().unwrap().len()).collect();
        assert_eq!(rings, [2, 1]);
    }
}
