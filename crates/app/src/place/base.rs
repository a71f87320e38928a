//! The ground of a map: railways, waters and parks as their source drew them. It is looked at, and tells which barrier
//! a link crosses; nothing is counted by it.

use domain::boundary::{Boundary, Extent};
use domain::facility::{Datum, Stated};
use domain::portfolio::Portfolio;
use domain::request::Point;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::links::Barriers;
use super::map::{geometry, position};
use super::{engine_point, millionths, site};

/// The most that one base map may hold.
pub const FEATURES_MOST: usize = 20_000;
pub const CORNERS_MOST: usize = 500_000;
/// What lies farther from all areas of the plan than so many metres is the map of another place.
const FAR_MOST: u64 = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroundKind {
    Park,
    Water,
    Waterway,
    Railway,
    Metro,
}

impl GroundKind {
    pub const ALL: [GroundKind; 5] = [Self::Park, Self::Water, Self::Waterway, Self::Railway, Self::Metro];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Park => "park",
            Self::Water => "water",
            Self::Waterway => "waterway",
            Self::Railway => "railway",
            Self::Metro => "metro",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether it is a surface; the others are lines.
    fn is_surface(self) -> bool {
        matches!(self, Self::Park | Self::Water)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroundShape {
    Surface(Boundary),
    Lines(Vec<Vec<Point>>),
}

/// One thing of the ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroundFeature {
    pub kind: GroundKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Below the ground: drawn, and no barrier.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tunnel: bool,
    pub shape: GroundShape,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseMap {
    pub features: Vec<GroundFeature>,
}

/// Why a file is no base map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseFault {
    #[error("the file is no GeoJSON FeatureCollection")]
    NotGeoJson,
    #[error(
        "feature {at} has the kind '{kind}': write park, water, waterway, railway or metro as its property kind"
    )]
    Kind { at: usize, kind: String },
    #[error(
        "feature {at} has a shape that does not fit its kind: parks and water are polygons, the others lines, with \
         longitude first in degrees"
    )]
    Shape { at: usize },
    #[error("all of it lies far from the plan's areas: is this the map of another place, or another datum?")]
    Elsewhere,
    #[error("a base map holds at most {FEATURES_MOST} features and {CORNERS_MOST} corners: simplify it")]
    TooMany,
}

fn point(value: &Value) -> Option<Point> {
    let pair = value.as_array()?;
    let degrees = |at: usize| pair.get(at)?.as_f64().filter(|value| value.abs() <= 180.0);
    let point = Point { longitude: millionths(degrees(0)?), latitude: millionths(degrees(1)?) };
    point.is_on_earth().then_some(point)
}

fn line(value: &Value) -> Option<Vec<Point>> {
    let points = value.as_array()?.iter().map(point).collect::<Option<Vec<_>>>()?;
    (points.len() > 1).then_some(points)
}

fn surface(parts: &[&Value]) -> Option<Boundary> {
    let parts = parts
        .iter()
        .map(|part| part.as_array()?.iter().map(line).collect::<Option<Vec<_>>>())
        .collect::<Option<Vec<_>>>()?;
    let ring = |ring: &Vec<Point>| {
        let corners = ring.iter().map(|at| {
            let [longitude, latitude] = position(*at);
            format!("{longitude:.6} {latitude:.6}")
        });
        format!("({})", corners.collect::<Vec<_>>().join(", "))
    };
    let part =
        |rings: &Vec<Vec<Point>>| format!("({})", rings.iter().map(ring).collect::<Vec<_>>().join(", "));
    let text = format!("MULTIPOLYGON ({})", parts.iter().map(part).collect::<Vec<_>>().join(", "));
    Boundary::parse(&text).ok()
}

fn shape(kind: GroundKind, geometry: &Value) -> Option<GroundShape> {
    let coordinates = geometry.get("coordinates")?;
    let all = || coordinates.as_array().map(|all| all.iter().collect::<Vec<_>>());
    match (geometry.get("type")?.as_str()?, kind.is_surface()) {
        ("Polygon", true) => surface(&[coordinates]).map(GroundShape::Surface),
        ("MultiPolygon", true) => surface(&all()?).map(GroundShape::Surface),
        ("LineString", false) => Some(GroundShape::Lines(vec![line(coordinates)?])),
        ("MultiLineString", false) => {
            Some(GroundShape::Lines(all()?.into_iter().map(line).collect::<Option<_>>()?))
        }
        _ => None,
    }
}

/// What a link crosses, with its name where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barrier {
    pub kind: GroundKind,
    pub name: String,
}

impl Barrier {
    pub(crate) fn parse(label: &str) -> Option<Self> {
        let (kind, name) = label.split_once(' ')?;
        Some(Self { kind: GroundKind::parse(kind)?, name: name.to_owned() })
    }
}

impl BaseMap {
    /// Reads GeoJSON in WGS 84; each feature has its `kind`, and `name` and `tunnel` where they are known.
    ///
    /// # Errors
    /// When it is no GeoJSON, or a feature is of no known kind or has a shape that does not fit it.
    pub fn from_geojson(text: &str) -> Result<Self, BaseFault> {
        let value: Value = serde_json::from_str(text).map_err(|_| BaseFault::NotGeoJson)?;
        if value.get("type").and_then(Value::as_str) != Some("FeatureCollection") {
            return Err(BaseFault::NotGeoJson);
        }
        let features = value.get("features").and_then(Value::as_array).ok_or(BaseFault::NotGeoJson)?;
        if features.len() > FEATURES_MOST {
            return Err(BaseFault::TooMany);
        }
        let read = |(at, feature): (usize, &Value)| {
            let at = at + 1;
            let property = |name: &str| feature.get("properties")?.get(name);
            let said = property("kind").and_then(Value::as_str).unwrap_or_default();
            let kind = GroundKind::parse(said).ok_or(BaseFault::Kind { at, kind: said.to_owned() })?;
            let drawn = feature.get("geometry").and_then(|it| shape(kind, it));
            Ok(GroundFeature {
                kind,
                name: property("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned(),
                tunnel: property("tunnel").and_then(Value::as_bool).unwrap_or(false),
                shape: drawn.ok_or(BaseFault::Shape { at })?,
            })
        };
        let features = features.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
        let held = Self { features };
        if held.corners() > CORNERS_MOST { Err(BaseFault::TooMany) } else { Ok(held) }
    }

    /// The same in WGS 84, where its coordinates are of another datum; nothing where one of them is off the earth.
    pub fn from_datum(self, datum: Datum) -> Option<Self> {
        let put = |at: Point| Some(site(Stated { datum, at })?.at);
        let features = self.features.into_iter().map(|it| {
            let shape = match &it.shape {
                GroundShape::Surface(boundary) => GroundShape::Surface(boundary.moved(put)?),
                GroundShape::Lines(lines) => {
                    let line = |line: &Vec<Point>| line.iter().map(|at| put(*at)).collect::<Option<Vec<_>>>();
                    GroundShape::Lines(lines.iter().map(line).collect::<Option<_>>()?)
                }
            };
            Some(GroundFeature { shape, ..it })
        });
        Some(Self { features: features.collect::<Option<_>>()? })
    }

    /// Whether some of it lies near the plan's areas; always where none of them has a boundary.
    pub fn lies_near(&self, portfolio: &Portfolio) -> bool {
        let extents = portfolio.areas.values().filter_map(|area| area.boundary.as_ref()?.extent());
        let Some(whole) = extents.reduce(Extent::and) else { return true };
        let near = |at: &Point| whole.metres_to(*at) <= FAR_MOST;
        self.features.iter().any(|it| match &it.shape {
            GroundShape::Surface(boundary) => boundary.rings().flatten().any(near),
            GroundShape::Lines(lines) => lines.iter().flatten().any(near),
        })
    }

    pub(crate) fn corners(&self) -> usize {
        let corners = self.features.iter().map(|it| match &it.shape {
            GroundShape::Surface(boundary) => boundary.rings().map(Vec::len).sum::<usize>(),
            GroundShape::Lines(lines) => lines.iter().map(Vec::len).sum(),
        });
        corners.sum()
    }

    /// As GeoJSON, with the notice of its source.
    pub fn geojson(&self, licence: &str) -> Value {
        let features: Vec<Value> = self
            .features
            .iter()
            .map(|it| {
                let geometry = match &it.shape {
                    GroundShape::Surface(boundary) => geometry(boundary),
                    GroundShape::Lines(lines) => {
                        let lines = lines.iter().map(|line| line.iter().map(|at| position(*at)).collect());
                        json!({ "type": "MultiLineString", "coordinates": lines.collect::<Vec<Vec<_>>>() })
                    }
                };
                let mut properties = json!({ "kind": it.kind.as_str(), "tunnel": it.tunnel });
                if !it.name.is_empty() {
                    properties["name"] = json!(it.name);
                }
                json!({ "type": "Feature", "geometry": geometry, "properties": properties })
            })
            .collect();
        json!({ "type": "FeatureCollection", "licence": licence, "features": features })
    }

    /// What a link above the ground may cross: lines under the label of a [`Barrier`].
    pub fn barriers(&self) -> Barriers {
        let mut out = Barriers::new();
        for it in self.features.iter().filter(|it| !it.tunnel && it.kind != GroundKind::Park) {
            let label = format!("{} {}", it.kind.as_str(), it.name);
            let lines: Vec<&Vec<Point>> = match &it.shape {
                GroundShape::Surface(boundary) => boundary.rings().collect(),
                GroundShape::Lines(lines) => lines.iter().collect(),
            };
            for line in lines {
                out.push((label.clone(), line.iter().filter_map(|at| engine_point(*at)).collect()));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"kind":"park","name":"Example"},"geometry":{"type":"Polygon","coordinates":
          [[[116.3,40.07],[116.31,40.07],[116.31,40.08],[116.3,40.07]]]}},
        {"type":"Feature","properties":{"kind":"metro","tunnel":true},"geometry":{"type":"LineString","coordinates":
          [[116.3,40.07],[116.31,40.07]]}},
        {"type":"Feature","properties":{"kind":"railway","name":"13"},"geometry":{"type":"MultiLineString",
          "coordinates":[[[116.3,40.07],[116.31,40.07]]]}}]}"#;

    #[test]
    fn a_base_map_is_read_and_given_out_the_same() {
        let held = BaseMap::from_geojson(TEXT).unwrap();
        assert_eq!(held.features.len(), 3);
        let again = BaseMap::from_geojson(&held.geojson("©").to_string()).unwrap();
        assert_eq!(again, held);
        let kept: BaseMap = serde_json::from_str(&serde_json::to_string(&held).unwrap()).unwrap();
        assert_eq!(kept, held);
        // What lies below the ground, and a park, stop nobody.
        let found: Vec<Barrier> =
            held.barriers().iter().filter_map(|(label, _)| Barrier::parse(label)).collect();
        assert_eq!(found, [Barrier { kind: GroundKind::Railway, name: "13".into() }]);
    }

    #[test]
    fn what_is_no_base_map_is_told_which_feature_is_at_fault() {
        assert_eq!(BaseMap::from_geojson("[]"), Err(BaseFault::NotGeoJson));
        let wrong = TEXT.replace("\"kind\":\"railway\"", "\"kind\":\"road\"");
        assert_eq!(BaseMap::from_geojson(&wrong), Err(BaseFault::Kind { at: 3, kind: "road".into() }));
        let swapped = TEXT.replace("[116.3,40.07]", "[40.07,116.3]");
        assert_eq!(BaseMap::from_geojson(&swapped), Err(BaseFault::Shape { at: 1 }));
        let open = TEXT.replace("\"kind\":\"railway\"", "\"kind\":\"park\"");
        assert_eq!(BaseMap::from_geojson(&open), Err(BaseFault::Shape { at: 3 }));
    }
}
