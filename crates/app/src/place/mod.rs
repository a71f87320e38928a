//! Places: from the datum of a source to WGS 84, and out again as GeoJSON; the layers of the ground; who is covered.

mod approach;
pub mod base;
mod bring;
pub mod coverage;
pub mod evidence;
pub mod gap_table;
mod ground;
mod islands;
pub mod layer;
mod layer_list;
mod layer_row;
mod layers;
mod link_key;
pub mod links;
pub mod map;
mod notice;
pub mod reach;
pub mod rings;
pub mod shape;
pub mod siting;
mod span;
mod straight;
mod turn;
mod ways;

use domain::boundary::Boundary;
use domain::facility::{Datum, Facility, ReachedBy, Site, SiteBoundary, Stated, StatedBoundary};
use domain::link::HeldLink;
use domain::portfolio::Portfolio;
use domain::request::Point;
use jiff::civil::Date;
use serde_json::{Value, json};
use words::Lang;

/// What coverage figures count.
pub use ::place::coverage::{Basis, Figure};
pub use bring::NetworkRefused;
pub(crate) use ground::GroundCache;
pub use islands::{Island, Islands, islands};
pub use layer_list::{LayerRow, LayerRows};
pub use layer_row::{RowCells, RowFault, RowWish};
pub(crate) use layers::LayerCache;
pub use layers::{Layer, LayerGround, Layers, NewLayer};
pub(crate) use links::LinkGroundCache;
pub use notice::{COVERED, LINKED, SITED, is_illustrative, licences, notices};
pub use ways::{WayFault, WayFindings, findings, ways};

/// A datum as the engine has it.
pub fn engine(datum: Datum) -> place::datum::Datum {
    match datum {
        Datum::Wgs84 => place::datum::Datum::Wgs84,
        Datum::Gcj02 => place::datum::Datum::Gcj02,
        Datum::Bd09 => place::datum::Datum::Bd09,
    }
}

fn degrees(millionths: i32) -> f64 {
    f64::from(millionths) / 1e6
}

fn millionths(degrees: f64) -> i32 {
    (degrees * 1e6).round() as i32
}

/// A point as the engine has it; nothing off the earth.
pub(crate) fn engine_point(point: Point) -> Option<place::point::Point> {
    place::point::Point::new(degrees(point.longitude), degrees(point.latitude)).ok()
}

fn own_point(point: place::point::Point) -> Point {
    Point { longitude: millionths(point.lon()), latitude: millionths(point.lat()) }
}

/// The site that a source states; the coordinates are kept as they were stated. `None` off the earth.
pub fn site(stated: Stated) -> Option<Site> {
    let Stated { datum, at } = stated;
    if datum == Datum::Wgs84 {
        return at.is_on_earth().then_some(Site::wgs84(at));
    }
    let found = engine(datum).to_wgs84(degrees(at.longitude), degrees(at.latitude)).ok()?;
    let at = Point { longitude: millionths(found.lon()), latitude: millionths(found.lat()) };
    Some(Site { at, stated: Some(stated) })
}

/// The boundary that a source draws in a datum; what it drew is kept. `None` where a corner is off the earth.
pub fn site_boundary(datum: Datum, drawn: Boundary) -> Option<SiteBoundary> {
    if datum == Datum::Wgs84 {
        return Some(SiteBoundary::wgs84(drawn));
    }
    let boundary = drawn.moved(|at| site(Stated { datum, at }).map(|site| site.at))?;
    Some(SiteBoundary { boundary, stated: Some(StatedBoundary { datum, boundary: drawn }) })
}

/// The coordinates of a place in a datum.
#[cfg(test)]
pub(crate) fn shifted(datum: Datum, at: Point) -> Point {
    let point = place::point::Point::new(degrees(at.longitude), degrees(at.latitude)).expect("on earth");
    let [longitude, latitude] = engine(datum).from_wgs84(point);
    Point { longitude: millionths(longitude), latitude: millionths(latitude) }
}

/// Degrees as people write them, without zeros at the end.
pub fn degrees_text(millionths: i32) -> String {
    let text = format!("{:.6}", degrees(millionths));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A point inside of an area that is drawn as polygons, longitude first; `None` where they are no area.
pub fn inside(polygons: &[Vec<Vec<[f64; 2]>>]) -> Option<[f64; 2]> {
    let ring = |ring: &Vec<[f64; 2]>| {
        let points: Vec<String> = ring.iter().map(|[x, y]| format!("{x} {y}")).collect();
        format!("({})", points.join(", "))
    };
    let polygon =
        |rings: &Vec<Vec<[f64; 2]>>| format!("({})", rings.iter().map(ring).collect::<Vec<_>>().join(", "));
    let wkt = format!("MULTIPOLYGON ({})", polygons.iter().map(polygon).collect::<Vec<_>>().join(", "));
    let middle = Boundary::parse(&wkt).ok()?.middle()?;
    Some([degrees(middle.longitude), degrees(middle.latitude)])
}

/// Facilities as GeoJSON (RFC 7946: WGS 84), each with its standing on the day and its own notice; all notices stand
/// at the head of the file as well. One that is drawn is an area, with the point that stands for it as `point`; where
/// people go in is `entrances`.
pub fn geojson(portfolio: &Portfolio, facilities: &[&Facility], lang: Lang) -> Value {
    let features: Vec<Value> = facilities
        .iter()
        .filter_map(|facility| {
            let at = facility.site?.at;
            let kind = facility.kind.as_ref().map(|kind| kind.as_str());
            let held = kind.and_then(|kind| portfolio.plan.facility_kind(kind));
            Some(json!({
                "type": "Feature",
                "id": facility.code.as_str(),
                "geometry": match &facility.boundary {
                    Some(held) => map::geometry(&held.boundary),
                    None => json!({ "type": "Point", "coordinates": map::position(at) }),
                },
                "properties": {
                    "code": facility.code.as_str(),
                    "name_zh": facility.name.as_ref().map(|name| name.zh.as_str()),
                    "name_en": facility.name.as_ref().map(|name| name.en.as_str()).filter(|en| !en.is_empty()),
                    "kind": kind,
                    "kind_name": held.map(|held| held.name.get(lang.is_english())),
                    "datum": Datum::Wgs84.as_str(),
                    "point": map::position(at),
                    "entrances": facility.entrances.iter().map(|it| map::position(it.at)).collect::<Vec<_>>(),
                    "reached_by": facility.reached_by().map(ReachedBy::as_str),
                    "area": portfolio.area_of(facility).map(|area| area.code.as_str()),
                    "capacity": facility.capacity,
                    "opens_on": facility.opens.map(|day| day.to_string()),
                    "closes_on": facility.closes.map(|day| day.to_string()),
                    "project": facility.project.as_ref().map(|project| project.as_str()),
                    "standing": portfolio.standing_of(facility).as_str(),
                    "on_site": facility.on_site.as_str(),
                    "grade": facility.grade.as_str(),
                    "licence": Some(facility.licence.as_str()).filter(|notice| !notice.is_empty()),
                },
            }))
        })
        .collect();
    json!({
        "type": "FeatureCollection",
        "as_of": portfolio.view.as_of.to_string(),
        "licence": notices(facilities.iter().copied()),
        "features": features,
    })
}

/// The links of a plan as GeoJSON (RFC 7946: WGS 84), each a line between its ends, with its standing on the day.
pub fn links_geojson(portfolio: &Portfolio) -> Value {
    let feature = |held: &HeldLink| {
        let HeldLink { code, link, grade, .. } = held;
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        json!({
            "type": "Feature",
            "id": code.as_str(),
            "geometry": { "type": "LineString", "coordinates": link.points().map(map::position) },
            "properties": {
                "code": code.as_str(),
                "name_zh": link.name.zh,
                "name_en": Some(&link.name.en).filter(|en| !en.is_empty()),
                "form": link.form.as_str(),
                "datum": Datum::Wgs84.as_str(),
                "metres": link.metres,
                "opens_on": day(link.opens),
                "closes_on": day(link.closes),
                "project": link.project.as_ref().map(|project| project.as_str()),
                "standing": portfolio.link_standing(link).as_str(),
                "seen_on": day(link.seen.as_ref().map(|seen| seen.on)),
                "seen_by": link.seen.as_ref().map(|seen| seen.by.as_str()),
                "grade": grade.as_str(),
            },
        })
    };
    json!({
        "type": "FeatureCollection",
        "as_of": portfolio.view.as_of.to_string(),
        "features": portfolio.plan.links.iter().map(feature).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_site_of_a_shifted_map_is_put_back() {
        // GCJ-02 of 40.0702, 116.3362 by two public implementations.
        let at = Point { longitude: 116_342_373, latitude: 40_071_534 };
        let found = site(Stated { datum: Datum::Gcj02, at }).unwrap();
        assert!((found.at.longitude - 116_336_200).abs() <= 2 && (found.at.latitude - 40_070_200).abs() <= 2);
        assert_eq!(found.source().at, at);
        let off = Point { longitude: 190_000_000, latitude: 0 };
        for datum in Datum::ALL {
            assert_eq!(site(Stated { datum, at: off }), None);
        }
        assert_eq!(degrees_text(116_340_000), "116.34");
        assert_eq!(degrees_text(-40), "-0.00004");
    }

    proptest! {
        #[test]
        fn what_was_stated_gives_the_same_site_again(longitude in 73_000_000i32..135_000_000, latitude in 4_000_000i32..53_000_000) {
            for datum in Datum::ALL {
                let once = site(Stated { datum, at: Point { longitude, latitude } }).unwrap();
                prop_assert_eq!(site(once.source()), Some(once));
            }
        }
    }
}
