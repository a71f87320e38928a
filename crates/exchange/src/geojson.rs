//! GeoJSON (RFC 7946): features with points, lines and polygons.
//!
//! Positions must be degrees; which datum they refer to is not in the file and must be asked for.
//! Polygons are checked for closed rings; whether they cross themselves is for the one who uses them.

use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

/// Longitude and latitude in degrees.
pub type Position = [f64; 2];

/// Single and multiple geometries are the same here: a list with one or more parts.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    Points(Vec<Position>),
    Lines(Vec<Vec<Position>>),
    /// Rings of each polygon: the outer one first, then holes; first position = last.
    Polygons(Vec<Vec<Vec<Position>>>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub id: Option<Value>,
    pub properties: Map<String, Value>,
    /// Nothing where the feature has no place.
    pub geometry: Option<Geometry>,
}

/// Where in the file something is wrong: a feature, counted from 1, or the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(Option<usize>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(feature) => write!(f, "feature {feature}"),
            None => write!(f, "the file"),
        }
    }
}

#[derive(Debug, Error)]
pub enum GeoJsonError {
    #[error("this is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{place} has no {what}: is it GeoJSON?")]
    Missing { place: Place, what: &'static str },
    #[error("{place} is of type `{found}`, which is not read: use {usable}")]
    Type { place: Place, found: String, usable: &'static str },
    #[error(
        "{place} has the position {lon}, {lat}, which is no longitude and latitude in degrees: convert \
         the file, or swap the two"
    )]
    Degrees { place: Place, lon: f64, lat: f64 },
    #[error("{place} has a {what} of {found} positions, at least {least} are needed")]
    Short { place: Place, what: &'static str, found: usize, least: usize },
    #[error("{place} has a ring that does not end where it begins: close it")]
    Open { place: Place },
    #[error("the file names the reference system `{name}`: convert it to longitude and latitude first")]
    Projected { name: String },
}

impl GeoJsonError {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Json(_) => "file-map-json",
            Self::Missing { .. } | Self::Type { .. } => "file-map-form",
            Self::Degrees { .. } => "file-map-degrees",
            Self::Short { .. } | Self::Open { .. } => "file-map-ring",
            Self::Projected { .. } => "file-map-projected",
        }
    }

    /// The values that a message may name; feature 0 is the file as a whole.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let feature = |place: &Place| ("feature", place.0.unwrap_or(0).to_string());
        match self {
            Self::Json(error) => vec![("line", error.line().to_string())],
            Self::Missing { place, .. }
            | Self::Type { place, .. }
            | Self::Short { place, .. }
            | Self::Open { place } => vec![feature(place)],
            Self::Degrees { place, lon, lat } => {
                vec![feature(place), ("longitude", lon.to_string()), ("latitude", lat.to_string())]
            }
            Self::Projected { name } => vec![("name", name.clone())],
        }
    }
}

/// Reads a feature collection, a single feature or a bare geometry.
///
/// # Errors
/// When it is no GeoJSON, a position is no degrees, a ring is open, or a type is not supported. Nothing
/// is half read: the first error ends it.
pub fn read(bytes: &[u8]) -> Result<Vec<Feature>, GeoJsonError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Value::Object(mut root) = serde_json::from_slice(bytes)? else {
        return Err(GeoJsonError::Missing { place: Place(None), what: "type" });
    };
    check_reference_system(&root)?;
    let place = Place(None);
    match kind(&root, place)? {
        "FeatureCollection" => {
            let Some(Value::Array(features)) = root.remove("features") else {
                return Err(GeoJsonError::Missing { place, what: "list of features" });
            };
            features
                .into_iter()
                .enumerate()
                .map(|(index, value)| {
                    let place = Place(Some(index + 1));
                    match value {
                        Value::Object(object) => feature(object, place),
                        _ => Err(GeoJsonError::Missing { place, what: "type" }),
                    }
                })
                .collect()
        }
        "Feature" => Ok(vec![feature(root, place)?]),
        _ => Ok(vec![Feature { id: None, properties: Map::new(), geometry: Some(geometry(&root, place)?) }]),
    }
}

/// Files from before RFC 7946 may name a reference system.
fn check_reference_system(root: &Map<String, Value>) -> Result<(), GeoJsonError> {
    let name = root.get("crs").and_then(|crs| crs.pointer("/properties/name")).and_then(Value::as_str);
    match name {
        Some(name) if !(name.contains("CRS84") || name.contains("4326")) => {
            Err(GeoJsonError::Projected { name: name.chars().take(60).collect() })
        }
        _ => Ok(()),
    }
}

fn kind(object: &Map<String, Value>, place: Place) -> Result<&str, GeoJsonError> {
    object.get("type").and_then(Value::as_str).ok_or(GeoJsonError::Missing { place, what: "type" })
}

fn feature(mut object: Map<String, Value>, place: Place) -> Result<Feature, GeoJsonError> {
    let found = kind(&object, place)?;
    if found != "Feature" {
        let found = found.chars().take(60).collect();
        return Err(GeoJsonError::Type { place, found, usable: "Feature" });
    }
    let geometry = match object.get("geometry") {
        None | Some(Value::Null) => None,
        Some(Value::Object(own)) => Some(geometry(own, place)?),
        Some(_) => return Err(GeoJsonError::Missing { place, what: "geometry" }),
    };
    let properties = match object.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    Ok(Feature { id: object.remove("id"), properties, geometry })
}

fn geometry(object: &Map<String, Value>, place: Place) -> Result<Geometry, GeoJsonError> {
    const USABLE: &str = "Point, LineString, Polygon and their Multi forms";
    let found = kind(object, place)?;
    let Some(coordinates) = object.get("coordinates") else {
        return Err(match found {
            "GeometryCollection" => GeoJsonError::Type { place, found: found.to_owned(), usable: USABLE },
            _ => GeoJsonError::Missing { place, what: "coordinates" },
        });
    };
    let one = std::slice::from_ref(coordinates);
    Ok(match found {
        "Point" => Geometry::Points(each(one, place, position)?),
        "MultiPoint" => Geometry::Points(each(list(coordinates, place)?, place, position)?),
        "LineString" => Geometry::Lines(each(one, place, line)?),
        "MultiLineString" => Geometry::Lines(each(list(coordinates, place)?, place, line)?),
        "Polygon" => Geometry::Polygons(each(one, place, polygon)?),
        "MultiPolygon" => Geometry::Polygons(each(list(coordinates, place)?, place, polygon)?),
        other => {
            let found = other.chars().take(60).collect();
            return Err(GeoJsonError::Type { place, found, usable: USABLE });
        }
    })
}

fn list(value: &Value, place: Place) -> Result<&[Value], GeoJsonError> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(GeoJsonError::Missing { place, what: "list of coordinates" }),
    }
}

fn each<T>(
    values: &[Value],
    place: Place,
    read: impl Fn(&Value, Place) -> Result<T, GeoJsonError>,
) -> Result<Vec<T>, GeoJsonError> {
    values.iter().map(|value| read(value, place)).collect()
}

fn position(value: &Value, place: Place) -> Result<Position, GeoJsonError> {
    let numbers = list(value, place)?;
    let number = |index: usize| numbers.get(index).and_then(Value::as_f64);
    let (Some(lon), Some(lat)) = (number(0), number(1)) else {
        return Err(GeoJsonError::Missing { place, what: "position of two numbers" });
    };
    if lon.abs() <= 180.0 && lat.abs() <= 90.0 {
        Ok([lon, lat])
    } else {
        Err(GeoJsonError::Degrees { place, lon, lat })
    }
}

fn line(value: &Value, place: Place) -> Result<Vec<Position>, GeoJsonError> {
    let line = each(list(value, place)?, place, position)?;
    if line.len() < 2 {
        return Err(GeoJsonError::Short { place, what: "line", found: line.len(), least: 2 });
    }
    Ok(line)
}

fn polygon(value: &Value, place: Place) -> Result<Vec<Vec<Position>>, GeoJsonError> {
    let rings = each(list(value, place)?, place, |value, place| {
        let ring = each(list(value, place)?, place, position)?;
        if ring.len() < 4 {
            return Err(GeoJsonError::Short { place, what: "ring", found: ring.len(), least: 4 });
        }
        if ring.first() != ring.last() {
            return Err(GeoJsonError::Open { place });
        }
        Ok(ring)
    })?;
    if rings.is_empty() { Err(GeoJsonError::Missing { place, what: "outer ring" }) } else { Ok(rings) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","id":7,"properties":{"name":"公园"},"geometry":{"type":"Polygon","coordinates":
          [[[116.3,40.0],[116.4,40.0],[116.4,40.1],[116.3,40.0]]]}},
        {"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[116.3,40.0,55.0]}},
        {"type":"Feature","properties":{},"geometry":{"type":"MultiLineString","coordinates":
          [[[1,2],[3,4]],[[5,6],[7,8]]]}},
        {"type":"Feature","properties":{},"geometry":null}]}"#;

    fn error(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    fn collection(geometry: &str) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{geometry}}}]}}"#)
    }

    #[test]
    fn reads_points_lines_and_polygons() {
        let features = read(SAMPLE.as_bytes()).unwrap();
        assert_eq!(features[0].properties["name"], "公园");
        assert!(matches!(&features[0].geometry, Some(Geometry::Polygons(p)) if p[0][0].len() == 4));
        assert_eq!(features[1].geometry, Some(Geometry::Points(vec![[116.3, 40.0]])));
        assert!(matches!(&features[2].geometry, Some(Geometry::Lines(lines)) if lines.len() == 2));
        assert_eq!(features[3].geometry, None);
        let bare = read(br#"{"type":"Point","coordinates":[1,2]}"#).unwrap();
        assert_eq!(bare[0].geometry, Some(Geometry::Points(vec![[1.0, 2.0]])));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        assert_eq!(
            error(&collection(r#"{"type":"Point","coordinates":[441000.0,4436000.0]}"#)),
            "feature 1 has the position 441000, 4436000, which is no longitude and latitude in degrees: \
             convert the file, or swap the two"
        );
        assert_eq!(
            error(&collection(r#"{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,2]]]}"#)),
            "feature 1 has a ring that does not end where it begins: close it"
        );
        assert!(
            error(&collection(r#"{"type":"GeometryCollection","geometries":[]}"#)).contains("is not read")
        );
        assert!(error("[1,2]").contains("is it GeoJSON?"));
        assert!(error("{").starts_with("this is not JSON"));
        let projected = r#"{"type":"FeatureCollection","features":[],
            "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32650"}}}"#;
        assert!(error(projected).contains("EPSG::32650"));
        let deep = "[".repeat(100_000);
        assert!(error(&collection(&format!(r#"{{"type":"Polygon","coordinates":{deep}"#))).contains("JSON"));
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(at in 0usize..SAMPLE.len(), byte: u8, cut in 0usize..SAMPLE.len()) {
            let mut bytes = SAMPLE.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = read(&bytes);
            let _ = read(&bytes[..cut]);
        }
    }
}
