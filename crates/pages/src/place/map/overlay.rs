//! What a page draws on its map besides the layers: once as GeoJSON for the script, once as strokes of the picture.

use app::place::map::{geometry, position};
use app::place::rings::even_odd;
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
    /// A link of the plan.
    Built {
        ends: [Point; 2],
        /// People walk over it on the day.
        open: bool,
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
            Self::Built { ends, open: true, told } => (line(ends), "built", Some(told)),
            Self::Built { ends, open: false, told } => (line(ends), "planned", Some(told)),
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
            Self::Built { ends, open, told } => {
                let class = if *open { "built" } else { "built planned" };
                Stroke { path: view.line(ends), class, said: said(told), opacity: 1.0 }
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

pub(super) fn collection(drawn: &[Drawn]) -> Value {
    let features: Vec<Value> = drawn.iter().map(Drawn::feature).collect();
    json!({ "type": "FeatureCollection", "features": features })
}
