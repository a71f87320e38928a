//! What a map of the plan is drawn from besides facilities: areas with their boundaries, projects with their sites.

use domain::area::{Area, AreaLevel};
use domain::boundary::Boundary;
use domain::portfolio::Portfolio;
use domain::project::Project;
use domain::request::Point;
use serde_json::{Value, json};
use words::Lang;

use super::degrees;

/// A point as GeoJSON has it: longitude first, in degrees.
pub fn position(point: Point) -> [f64; 2] {
    [degrees(point.longitude), degrees(point.latitude)]
}

/// The areas whose boundaries are drawn: subdistricts and communities of the plan's area.
pub fn drawn_areas(portfolio: &Portfolio) -> Vec<&Area> {
    let within = portfolio.plan.area.as_ref().map(|area| portfolio.areas_below(area));
    let held = portfolio.areas.values().filter(|area| {
        area.boundary.is_some()
            && area.active
            && matches!(area.level, Some(AreaLevel::Subdistrict | AreaLevel::Community))
            && within.as_ref().is_none_or(|within| within.contains(&area.code))
    });
    held.collect()
}

/// A project with a place of it.
#[derive(Debug, Clone, Copy)]
pub struct SitedProject<'a> {
    pub project: &'a Project,
    pub at: Point,
    /// Not its site, which is not on record, but the middle of its area.
    pub near_by: bool,
}

/// Where the plan's projects are: at the facilities they build, else in the middle of their area. Projects of which
/// neither is known are left out.
pub fn sited_projects(portfolio: &Portfolio) -> Vec<SitedProject<'_>> {
    let mut out = Vec::new();
    for project in portfolio.members() {
        let own = portfolio.facilities.iter().filter(|held| held.project.as_ref() == Some(&project.code));
        let before = out.len();
        out.extend(own.filter_map(|held| Some(SitedProject { project, at: held.site?.at, near_by: false })));
        if out.len() == before
            && let Some(at) = project.areas.iter().find_map(|area| portfolio.middle_of(area))
        {
            out.push(SitedProject { project, at, near_by: true });
        }
    }
    out
}

/// A boundary as a GeoJSON geometry.
pub fn geometry(boundary: &Boundary) -> Value {
    let ring = |ring: &Vec<Point>| ring.iter().map(|point| position(*point)).collect::<Vec<_>>();
    let parts: Vec<Vec<_>> = boundary.parts().iter().map(|rings| rings.iter().map(ring).collect()).collect();
    json!({ "type": "MultiPolygon", "coordinates": parts })
}

/// The areas as GeoJSON.
pub fn areas_geojson(portfolio: &Portfolio, lang: Lang) -> Value {
    let features: Vec<Value> = drawn_areas(portfolio)
        .into_iter()
        .filter_map(|area| {
            Some(json!({
                "type": "Feature",
                "id": area.code.as_str(),
                "geometry": geometry(area.boundary.as_ref()?),
                "properties": {
                    "code": area.code.as_str(),
                    "name": area.name.get(lang.is_english()),
                    "level": area.level.map(AreaLevel::as_str),
                },
            }))
        })
        .collect();
    json!({
        "type": "FeatureCollection",
        "as_of": portfolio.view.as_of.to_string(),
        "licence": words::text(lang, "map-source"),
        "features": features,
    })
}

/// The projects as GeoJSON; each feature says whether it is a site or only near by.
pub fn projects_geojson(portfolio: &Portfolio, lang: Lang) -> Value {
    let features: Vec<Value> = sited_projects(portfolio)
        .into_iter()
        .map(|SitedProject { project, at, near_by }| {
            json!({
                "type": "Feature",
                "geometry": { "type": "Point", "coordinates": position(at) },
                "properties": {
                    "code": project.code.as_str(),
                    "name": project.name.get(lang.is_english()),
                    "near_by": near_by,
                },
            })
        })
        .collect();
    json!({
        "type": "FeatureCollection",
        "as_of": portfolio.view.as_of.to_string(),
        "features": features,
    })
}
