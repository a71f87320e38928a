//! GeoJSON as a sheet of places: properties are columns, the geometry is longitude and latitude. Features are counted
//! as they stand in the file, the headings being row 1.

use app::import::{Sheet, SheetFault, SheetRow};
use exchange::geojson::{self, Feature, Geometry, Position};
use exchange::sheet::{Limits, ReadError};
use serde_json::Value;

/// Whether the bytes are GeoJSON rather than a sheet.
pub(crate) fn is_map(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Columns that come from the feature itself.
const ID: &str = "code";
const PLACE: [&str; 2] = ["longitude", "latitude"];

/// The column of a shape, where the table has one.
const SHAPE: &str = "boundary";

/// Reads points as they are, and an area as a point inside of it; with `shapes`, as its shape too.
pub(crate) fn read(bytes: &[u8], limits: &Limits, shapes: bool) -> Result<Sheet, ReadError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(ReadError::TooLarge { found: bytes.len() as u64, max: limits.bytes });
    }
    let features = geojson::read(bytes)?;
    if features.len() >= limits.rows {
        return Err(ReadError::TooManyRows { max: limits.rows });
    }
    let mut names: Vec<&str> = Vec::new();
    for name in features.iter().flat_map(|feature| feature.properties.keys()) {
        if !names.contains(&name.as_str()) && !PLACE.contains(&name.as_str()) {
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
    let head = with_id.then_some(ID).into_iter().chain(names.iter().copied()).chain(shape).chain(PLACE);
    let mut sheet = Sheet {
        rows: vec![SheetRow { number: 1, cells: head.map(str::to_owned).collect() }],
        ..Sheet::default()
    };
    let at = sheet.rows[0].cells.len() - PLACE.len();
    for (feature, number) in features.iter().zip(2..) {
        let mut cells: Vec<String> = Vec::with_capacity(at + PLACE.len());
        if with_id {
            cells.push(feature.id.as_ref().map_or_else(String::new, text));
        }
        cells.extend(names.iter().map(|name| feature.properties.get(*name).map_or_else(String::new, text)));
        if shapes {
            cells.push(shape_text(feature));
        }
        match place(feature) {
            Ok(Some([longitude, latitude])) => cells.extend([longitude, latitude].map(degrees)),
            Ok(None) => cells.extend([String::new(), String::new()]),
            Err(NoPlace) => {
                cells.extend([String::new(), String::new()]);
                let (key, value) = ("cell-no-place", String::new());
                sheet.faults.push(SheetFault { row: number, column: at, value, key, args: Vec::new() });
            }
        }
        for (column, cell) in cells.iter_mut().enumerate() {
            if cell.chars().count() > limits.cell {
                let value = cell.chars().take(60).collect();
                let args = vec![("max", limits.cell.to_string())];
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
        Some(Geometry::Polygons(polygons)) => app::place::inside(polygons).map(Some).ok_or(NoPlace),
        Some(Geometry::Points(_) | Geometry::Lines(_)) => Err(NoPlace),
    }
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

    #[test]
    fn features_become_rows_with_a_place() {
        assert!(is_map(FILE.as_bytes()) && !is_map("编码,名称".as_bytes()) && !is_map(b""));
        let sheet = read(FILE.as_bytes(), &Limits::default(), false).unwrap();
        let cells: Vec<Vec<&str>> =
            sheet.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect();
        let head = ["code", "capacity", "kind", "name_zh", "tags", "longitude", "latitude"];
        assert_eq!(cells[0], head);
        assert_eq!(cells[1], ["K-1", "90", "", "一幼", "", "116.3362", "40.0702"]);
        assert_eq!(cells[2], ["7", "", "park", "", "", "116.35", "40.05"]);
        assert_eq!(cells[3][5..], ["", ""]);
        let faults: Vec<(u32, usize, &str)> =
            sheet.faults.iter().map(|fault| (fault.row, fault.column, fault.key)).collect();
        assert_eq!(faults, [(4, 5, "cell-no-place")]);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_feature() {
        let swapped = FILE.replace("[116.3362,40.0702]", "[40.0702,116.3362]");
        let error = read(swapped.as_bytes(), &Limits::default(), false).unwrap_err();
        assert_eq!(error.key(), "file-map-degrees");
        assert!(error.args().contains(&("feature", "1".to_owned())), "{:?}", error.args());
        let few = Limits { rows: 3, ..Limits::default() };
        assert_eq!(read(FILE.as_bytes(), &few, false), Err(ReadError::TooManyRows { max: 3 }));
    }
}
