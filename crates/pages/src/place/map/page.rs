//! The page of the map, its table by area, and what its layers are drawn from.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::AppError;
use app::place::map::{areas_geojson, drawn_areas, projects_geojson};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::area::AreaLevel;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::request::query::RequestQuery;
use serde_json::Value;

use super::frame::{Chosen, Frame, Things, things};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::security::WITH_MAP;
use crate::tables::GEOJSON;
use crate::visit::{Visit, render};

/// How many of what is shown lie in one area, each with the list that has them.
struct Line {
    name: String,
    counts: Vec<(usize, Option<String>)>,
}

#[derive(Template)]
#[template(path = "place/map.html")]
struct MapPage {
    page: Page,
    map: Option<Frame>,
    /// The layers that are counted, by their keys.
    columns: Vec<&'static str>,
    lines: Vec<Line>,
}

/// A page with a map: its policy lets the map's worker in.
pub(in crate::place) fn with_map(
    status: StatusCode,
    template: &impl Template,
) -> Result<Response, PageError> {
    let mut response = render(status, template)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WITH_MAP));
    Ok(response)
}

/// What is shown, by subdistrict; what lies in none comes last.
fn lines(visit: &Visit, page: &Page, portfolio: &Portfolio, chosen: &Chosen, things: &Things) -> Vec<Line> {
    let areas: Vec<_> = drawn_areas(portfolio)
        .into_iter()
        .filter(|area| area.level == Some(AreaLevel::Subdistrict))
        .collect();
    let at = |point: Point| -> Option<&Code> {
        let held = areas.iter().find(|area| area.boundary.as_ref().is_some_and(|it| it.holds(point)));
        held.map(|area| &area.code)
    };
    let mut counts: BTreeMap<Option<&Code>, [usize; 3]> = BTreeMap::new();
    let mut count = |point: Option<Point>, column: usize| {
        if let Some(point) = point
            && let Some(cell) = counts.entry(at(point)).or_default().get_mut(column)
        {
            *cell += 1;
        }
    };
    for (facility, _) in &things.facilities {
        count(facility.site.map(|site| site.at), 0);
    }
    for sited in &things.projects {
        count(Some(sited.at), 1);
    }
    for row in &things.requests {
        count(row.point, 2);
    }
    let kinds = &portfolio.plan.facility_kinds;
    let every_kind = kinds.iter().all(|held| chosen.kind(held.kind.as_str()));
    let english = visit.lang.is_english();
    let line = |area: Option<&Code>, name: String, found: [usize; 3]| {
        let to = |column: usize| {
            let area = area?;
            Some(match column {
                // The list has one kind or all of them.
                0 if !every_kind => return None,
                0 => page.link(&format!("/place/facilities?area={area}")),
                1 => page.link(&format!("/projects?area={area}")),
                _ => page.link(&format!("/voices?area={area}")),
            })
        };
        let shown = COLUMNS.iter().enumerate().filter(|(_, name)| chosen.layer(name));
        let counts = shown.map(|(column, _)| (found.get(column).copied().unwrap_or_default(), to(column)));
        Line { name, counts: counts.collect() }
    };
    let mut lines: Vec<Line> = areas
        .iter()
        .map(|area| {
            let found = counts.get(&Some(&area.code)).copied().unwrap_or_default();
            line(Some(&area.code), area.name.get(english).to_owned(), found)
        })
        .collect();
    if let Some(found) = counts.get(&None) {
        lines.push(line(None, visit.t("facility-beyond").into_owned(), *found));
    }
    lines
}

/// The layers of which things are counted.
const COLUMNS: [&str; 3] = ["facilities", "projects", "requests"];

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let chosen = Chosen::new(&typed);
    let drawn = match chosen.layer("requests") {
        true => visit.app.drawn_requests(&plan, &RequestQuery::default()).await?,
        false => Arc::default(),
    };
    let page = visit.page(visit.t("place-map-title"));
    let things = things(&portfolio, &drawn.rows, visit.app.base_map(&portfolio).await?, &chosen);
    let links = super::super::plan_links::drawn(&visit, &page, &portfolio);
    let body = MapPage {
        map: Frame::new(&visit, &page, &portfolio, &chosen, &things, &links),
        columns: COLUMNS.into_iter().filter(|name| chosen.layer(name)).collect(),
        lines: lines(&visit, &page, &portfolio, &chosen, &things),
        page,
    };
    with_map(StatusCode::OK, &body)
}

fn geojson(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, GEOJSON)], body.to_string()).into_response()
}

/// The areas that are drawn.
pub async fn areas(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(&known_code(&plan)?).await?;
    Ok(geojson(&areas_geojson(&portfolio, visit.lang)))
}

/// The ground of the map; its source asks for its notice in it.
pub async fn base(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(&known_code(&plan)?).await?;
    let (map, licence) = visit.app.base_map(&portfolio).await?.ok_or(AppError::NotFound)?;
    Ok(geojson(&map.geojson(&licence)))
}

/// The projects with a place.
pub async fn projects(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(&known_code(&plan)?).await?;
    Ok(geojson(&projects_geojson(&portfolio, visit.lang)))
}
