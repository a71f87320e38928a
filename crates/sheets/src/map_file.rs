//! GeoJSON and shapefiles as a sheet of places: properties are columns, the geometry is longitude and latitude. Features
//! are counted as they stand in the file, the headings being row 1.

use app::import::{Sheet, SheetFault, SheetRow};
use app::table::Table;
use exchange::geojson::{self, Feature, Geometry, Position};
use exchange::shapefile;
use exchange::sheet::{Limits, ReadError};
use serde_json::Value;

/// Whether the bytes are a map rather than a sheet.
pub(crate) fn is_map(bytes: &[u8]) -> bool {
    is_geojson(bytes) || shapefile::is_shapefile(bytes)
}

fn is_geojson(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// The longest name of a field in a shapefile: longer ones were cut by whoever wrote it.
const FIELD_MOST: usize = 10;

/// The column whose name a shapefile cut, where there is no doubt about it.
fn whole_name<'a>(name: &'a str, table: &Table) -> &'a str {
    let mut longer = table.columns.iter().filter(|column| column.name.starts_with(name));
    match (name.len() == FIELD_MOST, longer.next(), longer.next()) {
        (true, Some(column), None) => column.name,
        _ => name,
    }
}

/// The features of a map; names that a shapefile cut are whole again.
fn features(bytes: &[u8], table: &Table, limits: &Limits) -> Result<Vec<Feature>, ReadError> {
    if is_geojson(bytes) {
        return Ok(geojson::read(bytes)?);
    }
    let mut features = shapefile::read(bytes, limits)?;
    for feature in &mut features {
        let own = std::mem::take(&mut feature.properties);
        let named = own.into_iter().map(|(name, value)| (whole_name(&name, table).to_owned(), value));
        feature.properties = named.collect();
    }
    Ok(features)
}

/// Columns that come from the feature itself.
const ID: &str = "code";
const PLACE: [&str; 2] = ["longitude", "latitude"];

/// The column of a shape, where the table has one.
const SHAPE: &str = "boundary";

/// Points that go with a feature: the one that stands for an area, and where people go in.
const POINT: &str = "point";
const ENTRANCES: &str = "entrances";

/// The longest shape in well-known text, in characters: some ten thousand corners.
pub(crate) const SHAPE_MOST: usize = 250_000;

/// Reads points as they are, and an area as a point inside of it; where the table has shapes, as its shape too.
pub(crate) fn read(bytes: &[u8], table: &Table, limits: &Limits) -> Result<Sheet, ReadError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(ReadError::TooLarge { found: bytes.len() as u64, max: limits.bytes });
    }
    let features = features(bytes, table, limits)?;
    if features.len() >= limits.rows {
        return Err(ReadError::TooManyRows { max: limits.rows });
    }
    // What has no area in it may tell shapes by a property.
    let areas = features.iter().any(|it| matches!(it.geometry, Some(Geometry::Polygons(_))));
    let shapes = table.has_shapes() && areas;
    let mut names: Vec<&str> = Vec::new();
    for name in features.iter().flat_map(|feature| feature.properties.keys()) {
        if !names.contains(&name.as_str()) && !PLACE.contains(&name.as_str()) && name != POINT {
            names.push(name);
        }
        if names.len() + 3 > limits.columns {
            return Err(ReadError::TooManyColumns { row: 1, max: limits.columns });
        }
    }
    // Programs write members in any order: the same file makes the same columns.
    names.sort_unstable();
    let with_id = !names.contains(&ID) && features.iter().any(|feature| feature.id.is_some());
    names.retain(|name| !shapes || *name != SHAPE);
    let shape = shapes.then_some(SHAPE);
    // An area has a shape and no point besides.
    let points: &[&str] =
        if table.columns.iter().any(|column| PLACE.contains(&column.name)) { &PLACE } else { &[] };
    let head = with_id.then_some(ID).into_iter().chain(names.iter().copied()).chain(shape);
    let head = head.chain(points.iter().copied());
    let mut sheet = Sheet {
        rows: vec![SheetRow { number: 1, cells: head.map(str::to_owned).collect() }],
        ..Sheet::default()
    };
    let at = sheet.rows[0].cells.len() - points.len();
    let shape_at = shapes.then(|| at - 1);
    for (feature, number) in features.iter().zip(2..) {
        let mut cells: Vec<String> = Vec::with_capacity(at + PLACE.len());
        if with_id {
            cells.push(feature.id.as_ref().map_or_else(String::new, text));
        }
        cells.extend(names.iter().map(|name| match (*name, feature.properties.get(*name)) {
            (_, None) => String::new(),
            (ENTRANCES, Some(Value::Array(points))) => positions_text(points),
            (_, Some(value)) => text(value),
        }));
        if shapes {
            cells.push(shape_text(feature));
        }
        match place(feature) {
            _ if points.is_empty() => {}
            Ok(Some([longitude, latitude])) => cells.extend([longitude, latitude].map(degrees)),
            Ok(None) => cells.extend([String::new(), String::new()]),
            Err(NoPlace) => {
                cells.extend([String::new(), String::new()]);
                let (key, value) = ("cell-no-place", String::new());
                sheet.faults.push(SheetFault { row: number, column: at, value, key, args: Vec::new() });
            }
        }
        for (column, cell) in cells.iter_mut().enumerate() {
            let most = if Some(column) == shape_at { SHAPE_MOST.max(limits.cell) } else { limits.cell };
            if cell.chars().count() > most {
                let value = cell.chars().take(60).collect();
                let args = vec![("max", most.to_string())];
                cell.clear();
                sheet.faults.push(SheetFault { row: number, column, value, key: "cell-too-long", args });
            }
        }
        sheet.rows.push(SheetRow { number, cells });
    }
    Ok(sheet)
}

/// A line, or several points, are no place of a facility.
struct NoPlace;

fn place(feature: &Feature) -> Result<Option<Position>, NoPlace> {
    match &feature.geometry {
        None => Ok(None),
        Some(Geometry::Points(points)) if points.len() == 1 => Ok(points.first().copied()),
        Some(Geometry::Polygons(polygons)) => {
            let given = feature.properties.get(POINT).and_then(position);
            given.or_else(|| app::place::inside(polygons)).map(Some).ok_or(NoPlace)
        }
        Some(Geometry::Points(_) | Geometry::Lines(_)) => Err(NoPlace),
    }
}

/// A property that is a position.
fn position(value: &Value) -> Option<Position> {
    match value.as_array()?.as_slice() {
        [longitude, latitude, ..] => Some([longitude.as_f64()?, latitude.as_f64()?]),
        _ => None,
    }
}

/// Positions one after the other; what is none stays as it is written, to be told with its row.
fn positions_text(points: &[Value]) -> String {
    let pair = |point: &Value| match position(point) {
        Some([longitude, latitude]) => format!("{} {}", degrees(longitude), degrees(latitude)),
        None => point.to_string(),
    };
    points.iter().map(pair).collect::<Vec<_>>().join("; ")
}

/// An area in well-known text; empty where the feature is a point.
fn shape_text(feature: &Feature) -> String {
    let Some(Geometry::Polygons(polygons)) = &feature.geometry else { return String::new() };
    let ring = |ring: &Vec<Position>| {
        let points: Vec<String> = ring
            .iter()
            .map(|[longitude, latitude]| format!("{} {}", degrees(*longitude), degrees(*latitude)))
            .collect();
        format!("({})", points.join(", "))
    };
    let part =
        |rings: &Vec<Vec<Position>>| format!("({})", rings.iter().map(ring).collect::<Vec<_>>().join(", "));
    format!("MULTIPOLYGON ({})", polygons.iter().map(part).collect::<Vec<_>>().join(", "))
}

fn degrees(value: f64) -> String {
    let text = format!("{value:.7}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        // Lists and objects have no cell; what is read of a facility is neither.
        Value::Array(_) | Value::Object(_) => String::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]
mod tests {
    use super::*;

    const FILE: &str = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","id":"K-1","properties":{"name_zh":"一幼","capacity":90,"tags":{"a":1}},
         "geometry":{"type":"Point","coordinates":[116.3362,40.0702]}},
        {"type":"Feature","id":7,"properties":{"kind":"park","name_zh":null},
         "geometry":{"type":"Polygon","coordinates":[[[116.3,40.0],[116.4,40.0],[116.4,40.1],[116.3,40.1],[116.3,40.0]]]}},
        {"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}},
        {"type":"Feature","properties":{},"geometry":null}]}"#;

    fn facilities() -> &'static Table {
        app::table::table("facilities").unwrap()
    }

    const POINTS: &[u8] = include_bytes!("../../exchange/samples/points.zip");
    const POLYGONS: &[u8] = include_bytes!("../../exchange/samples/polygons.zip");

    #[test]
    fn a_shapefile_is_read_like_geojson_and_cut_names_are_whole_again() {
        assert!(is_map(POINTS));
        let sheet = read(POINTS, facilities(), &Limits::default()).unwrap();
        let cells: Vec<&str> = sheet.rows[1].cells.iter().map(String::as_str).collect();
        let head: Vec<&str> = sheet.rows[0].cells.iter().map(String::as_str).collect();
        assert_eq!(
            head,
            ["capacity", "code", "inclusive", "kind", "name_zh", "opens_on", "longitude", "latitude"]
        );
        assert_eq!(cells, ["90", "K-1", "true", "park", "一号幼儿", "2021-09-01", "116.3362", "40.0702"]);
        let parcels = app::table::table("parcels").unwrap();
        let sheet = read(POLYGONS, parcels, &Limits::default()).unwrap();
        assert!(sheet.rows[0].cells.iter().any(|head| head == "square_metres"), "{:?}", sheet.rows[0]);
        let shape = sheet.rows[0].cells.iter().position(|head| head == "boundary").unwrap();
        let shape = &sheet.rows[1].cells[shape];
        assert!(shape.starts_with("MULTIPOLYGON (((116.3 40, 116.3 40.1,"), "{shape}");
        assert_eq!(shape.matches("((").count(), 2);
        // Facilities are drawn as well, and stand at a point inside.
        let sheet = read(POLYGONS, facilities(), &Limits::default()).unwrap();
        let [.., shape, longitude, latitude] = sheet.rows[0].cells.as_slice() else { panic!() };
        assert_eq!([shape, longitude, latitude], ["boundary", "longitude", "latitude"]);
        let [.., shape, longitude, _] = sheet.rows[1].cells.as_slice() else { panic!() };
        assert!(shape.starts_with("MULTIPOLYGON (((116.3 40,") && longitude.starts_with("116.3"), "{shape}");
    }

    #[test]
    fn features_become_rows_with_a_place() {
        assert!(is_map(FILE.as_bytes()) && !is_map("编码,名称".as_bytes()) && !is_map(b""));
        let sheet = read(FILE.as_bytes(), facilities(), &Limits::default()).unwrap();
        let cells: Vec<Vec<&str>> =
            sheet.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect();
        let head = ["code", "capacity", "kind", "name_zh", "tags", "boundary", "longitude", "latitude"];
        assert_eq!(cells[0], head);
        assert_eq!(cells[1], ["K-1", "90", "", "一幼", "", "", "116.3362", "40.0702"]);
        let drawn = "MULTIPOLYGON (((116.3 40, 116.4 40, 116.4 40.1, 116.3 40.1, 116.3 40)))";
        assert_eq!(cells[2], ["7", "", "park", "", "", drawn, "116.35", "40.05"]);
        assert_eq!(cells[3][6..], ["", ""]);
        let faults: Vec<(u32, usize, &str)> =
            sheet.faults.iter().map(|fault| (fault.row, fault.column, fault.key)).collect();
        assert_eq!(faults, [(4, 6, "cell-no-place")]);
    }

    #[test]
    fn a_park_keeps_its_point_and_its_entrances() {
        let file = |entrances: &str| {
            format!(
                r#"{{"type":"Feature","id":"P","properties":{{"point":[116.31,40.01],"entrances":{entrances}}},
                "geometry":{{"type":"Polygon","coordinates":[[[116.3,40.0],[116.4,40.0],[116.4,40.1],[116.3,40.0]]]}}}}"#
            )
        };
        let read = |entrances: &str| {
            let sheet = read(file(entrances).as_bytes(), facilities(), &Limits::default()).unwrap();
            sheet.rows.into_iter().map(|row| row.cells).collect::<Vec<_>>()
        };
        let sheet = read("[[116.3,40.0],[116.35,40.05]]");
        assert_eq!(sheet[0], ["code", "entrances", "boundary", "longitude", "latitude"]);
        assert_eq!(sheet[1][1], "116.3 40; 116.35 40.05");
        assert_eq!(sheet[1][3..], ["116.31", "40.01"]);
        // As a text they are as they are; what is no position is left to be told with its row.
        assert_eq!(read("\"116.3 40; 116.35 40.05\"")[1][1], "116.3 40; 116.35 40.05");
        assert_eq!(read("[]")[1][1], "");
        assert_eq!(read("[[116.3]]")[1][1], "[116.3]");
        // Points may tell their shape by a property, as exported tables do.
        let point = r#"{"type":"Feature","properties":{"boundary":"POLYGON ((1 1))"},"geometry":null}"#;
        let sheet = super::read(point.as_bytes(), facilities(), &Limits::default()).unwrap();
        assert_eq!(sheet.rows[1].cells[0], "POLYGON ((1 1))");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_feature() {
        let swapped = FILE.replace("[116.3362,40.0702]", "[40.0702,116.3362]");
        let error = read(swapped.as_bytes(), facilities(), &Limits::default()).unwrap_err();
        assert_eq!(error.key(), "file-map-degrees");
        assert!(error.args().contains(&("feature", "1".to_owned())), "{:?}", error.args());
        let few = Limits { rows: 3, ..Limits::default() };
        assert_eq!(read(FILE.as_bytes(), facilities(), &few), Err(ReadError::TooManyRows { max: 3 }));
    }
}
