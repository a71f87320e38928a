//! What a page draws on its map besides the layers: once as GeoJSON for the script, once as strokes of the picture.

use app::place::map::position;
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
    Reach { rings: Vec<Vec<Point>>, told: Told },
    /// A link that is tried.
    Link { ends: [Point; 2], told: Told },
    /// A link that is worth looking at.
    Candidate { ends: [Point; 2], told: Told },
}

/// A line or a surface of the picture.
pub(in crate::place) struct Stroke {
    pub path: String,
    pub class: &'static str,
    pub said: String,
}

impl Drawn {
    /// Its geometry, its role, and what is said of it.
    fn parts(&self) -> (Value, &'static str, Option<&Told>) {
        let line = |ends: &[Point; 2]| json!({ "type": "LineString", "coordinates": ends.map(position) });
        match self {
            Self::Spot(at) => (json!({ "type": "Point", "coordinates": position(*at) }), "point", None),
            Self::Reach { rings, told } => (even_odd(rings), "reach", Some(told)),
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
        json!({ "type": "Feature", "geometry": geometry, "properties": properties })
    }

    pub(super) fn stroke(&self, view: &View) -> Stroke {
        let said = |told: &Told| match told.said.as_str() {
            "" => told.name.clone(),
            more => format!("{} · {more}", told.name),
        };
        match self {
            Self::Spot(at) => {
                let (x, y) = view.place(*at);
                let path = format!("M{:.1} {y:.1}a9 9 0 1 0 18 0a9 9 0 1 0 -18 0Z", x - 9.0);
                Stroke { path, class: "spot", said: String::new() }
            }
            Self::Reach { rings, told } => Stroke {
                path: view.closed(rings.iter().map(Vec::as_slice)),
                class: "reach",
                said: said(told),
            },
            Self::Link { ends, told } => Stroke { path: view.line(ends), class: "link", said: said(told) },
            Self::Candidate { ends, told } => {
                Stroke { path: view.line(ends), class: "candidate", said: said(told) }
            }
        }
    }
}

/// Rings by the even-odd rule, each hole with the ring it lies in.
pub(in crate::place) fn even_odd(rings: &[Vec<Point>]) -> Value {
    let text = |ring: &Vec<Point>| {
        let corners = ring.iter().map(|at| {
            let [longitude, latitude] = position(*at);
            format!("{longitude:.6} {latitude:.6}")
        });
        format!("(({}))", corners.collect::<Vec<_>>().join(", "))
    };
    let holds = |outer: &Vec<Point>, ring: &Vec<Point>| {
        let boundary = Boundary::parse(&format!("POLYGON {}", text(outer)));
        ring.first().is_some_and(|at| boundary.is_ok_and(|held| held.holds(*at)))
    };
    // Those within an odd number of others are holes of the innermost of these.
    let within: Vec<Vec<usize>> = (0..rings.len())
        .map(|at| {
            (0..rings.len()).filter(|other| *other != at && holds(&rings[*other], &rings[at])).collect()
        })
        .collect();
    let corners = |ring: &Vec<Point>| ring.iter().map(|at| position(*at)).collect::<Vec<_>>();
    let mut parts: Vec<Vec<Vec<[f64; 2]>>> = Vec::new();
    for (at, ring) in rings.iter().enumerate().filter(|(at, _)| within[*at].len() % 2 == 0) {
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
}
