use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::geojson::Geometry;

/// Two points in GBK, the second without a place: written by pyshp.
const POINTS: &[u8] = include_bytes!("../../samples/points.zip");
/// Two polygons of one shape, the first with a hole, in UTF-8 without a word about it.
const POLYGONS: &[u8] = include_bytes!("../../samples/polygons.zip");

/// The same archive with the part of an ending changed, or left out.
fn with(archive: &[u8], ending: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut parts = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).unwrap();
        let (name, mut bytes) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut bytes).unwrap();
        let kept =
            if name.ends_with(ending) && !name.contains("MACOSX") { change(bytes) } else { Some(bytes) };
        if let Some(bytes) = kept {
            out.start_file(name, SimpleFileOptions::default()).unwrap();
            out.write_all(&bytes).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
}

fn fault(archive: &[u8]) -> ShapefileError {
    read(archive, &Limits::default()).unwrap_err()
}

#[test]
fn points_come_with_their_fields_in_the_encoding_that_is_named() {
    assert!(is_shapefile(POINTS) && !is_shapefile(b"PK\x03\x04") && !is_shapefile(b"{}"));
    let found = read(POINTS, &Limits::default()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].geometry, Some(Geometry::Points(vec![[116.3362, 40.0702]])));
    let said = json!({"code": "K-1", "name_zh": "一号幼儿", "kind": "park", "capacity": "90", "opens_on": "2021-09-01",
        "inclusive": "true"});
    assert_eq!(serde_json::Value::Object(found[0].properties.clone()), said);
    assert_eq!(found[1].geometry, None);
    assert_eq!(found[1].properties["kind"], serde_json::Value::Null);
}

#[test]
fn holes_go_to_the_ring_around_them() {
    let found = read(POLYGONS, &Limits::default()).unwrap();
    let Some(Geometry::Polygons(polygons)) = &found[0].geometry else { panic!("{found:?}") };
    assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(polygons[0][1][0], [116.34, 40.04]);
    assert_eq!(found[0].properties["name_zh"], "地块");
    assert_eq!(found[0].properties["square_met"], "12.5");
}

#[test]
fn without_a_word_about_it_the_encoding_is_told_by_the_texts() {
    let silent = with(POINTS, ".cpg", |_| None);
    assert_eq!(read(&silent, &Limits::default()).unwrap()[0].properties["name_zh"], "一号幼儿");
    let wrong = with(POINTS, ".cpg", |_| Some(b"UTF-8".to_vec()));
    assert_eq!(fault(&wrong), ShapefileError::Encoding { record: 1 });
    let odd = with(POINTS, ".cpg", |_| Some(b"KLINGON".to_vec()));
    assert_eq!(fault(&odd), ShapefileError::UnknownEncoding { name: "KLINGON".into() });
}

#[test]
fn what_the_reference_system_says_is_held_against_degrees() {
    let projected =
        with(POINTS, ".prj", |_| Some(br#"PROJCS["CGCS2000_3_Degree_GK_CM_117E",GEOGCS["x"]]"#.to_vec()));
    assert_eq!(fault(&projected), ShapefileError::Projected { name: "CGCS2000_3_Degree_GK_CM_117E".into() });
    let old = with(POINTS, ".prj", |_| Some(br#"GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980"]]"#.to_vec()));
    assert_eq!(fault(&old), ShapefileError::Datum { name: "GCS_Xian_1980".into() });
    assert_eq!(read(&with(POINTS, ".prj", |_| None), &Limits::default()).unwrap().len(), 2);
    let metres = with(POINTS, ".shp", |mut bytes| {
        bytes[112..120].copy_from_slice(&441_000f64.to_le_bytes());
        Some(bytes)
    });
    assert!(matches!(fault(&metres), ShapefileError::Degrees { feature: 1, lon: 441_000.0, .. }));
}

#[test]
fn what_is_missing_or_damaged_is_named() {
    assert_eq!(fault(&with(POINTS, ".dbf", |_| None)), ShapefileError::NoPart { part: ".dbf" });
    let short = with(POINTS, ".shp", |bytes| Some(bytes[..bytes.len() - 3].to_vec()));
    assert!(matches!(fault(&short), ShapefileError::Broken { part: ".shp", .. }));
    let fewer = with(POINTS, ".dbf", |mut bytes| {
        bytes[4] = 1;
        Some(bytes)
    });
    assert!(matches!(fault(&fewer), ShapefileError::Broken { part: ".dbf", .. }));
    let many = with(POINTS, ".dbf", |mut bytes| {
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        Some(bytes)
    });
    assert!(matches!(fault(&many), ShapefileError::TooManyRows { .. }));
    let surface = with(POINTS, ".shp", |mut bytes| {
        bytes[108..112].copy_from_slice(&31u32.to_le_bytes());
        Some(bytes)
    });
    assert_eq!(fault(&surface), ShapefileError::Kind { feature: 1, kind: 31 });
    let open = with(POLYGONS, ".shp", |mut bytes| {
        let last = bytes.len() - 16;
        bytes[last..last + 8].copy_from_slice(&116.1f64.to_le_bytes());
        Some(bytes)
    });
    assert_eq!(fault(&open), ShapefileError::Ring { feature: 1 });
    let mut twice = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a.shp", "b.shp"] {
        twice.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(fault(&twice.finish().unwrap().into_inner()), ShapefileError::Several { found: 2 });
}

#[test]
fn a_record_that_was_deleted_is_left_out_with_its_shape() {
    let gone = with(POINTS, ".dbf", |mut bytes| {
        let begin = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        bytes[begin] = b'*';
        Some(bytes)
    });
    let found = read(&gone, &Limits::default()).unwrap();
    assert_eq!(found.iter().map(|it| it.properties["code"].as_str().unwrap()).collect::<Vec<_>>(), ["K-2"]);
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_left_at_the_limit() {
    let bomb = with(POINTS, ".dbf", |_| Some(vec![0; 64 << 20]));
    assert!(matches!(fault(&bomb), ShapefileError::Bomb { .. }));
    let limits = Limits { unpacked: 100, ..Limits::default() };
    assert_eq!(read(POINTS, &limits).unwrap_err(), ShapefileError::TooLarge { max: 100 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn damaged_parts_never_panic(at in 0usize..600, byte: u8, cut in 0usize..600) {
        for archive in [POINTS, POLYGONS] {
            for ending in [".shp", ".dbf", ".prj", ".cpg"] {
                let damaged = with(archive, ending, |mut bytes| {
                    if let Some(held) = bytes.get_mut(at) {
                        *held = byte;
                    }
                    Some(bytes)
                });
                let _ = read(&damaged, &Limits::default());
                let short = with(archive, ending, |bytes| Some(bytes[..cut.min(bytes.len())].to_vec()));
                let _ = read(&short, &Limits::default());
            }
        }
    }
}
