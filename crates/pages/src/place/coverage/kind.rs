//! One kind of facility by community, as a table and as GeoJSON.

use app::AppError;
use app::place::coverage::{Coverage, KindCoverage, RuleCoverage};
use app::place::map::{geometry, position};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::Point;
use serde_json::{Value, json};

use super::choice::{self, Section};
use super::{
    Bar, Standing, area_name, asked, bar, causes, completeness, counted_in, distance, is_checked, kind_name,
    reached, rule_text, standing, with_limit,
};
use crate::address::with_query;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::tables::{GEOJSON, attachment};
use crate::visit::{Visit, render};

struct Line {
    name: String,
    bar: Bar,
    nearest: String,
    completeness: String,
    causes: String,
    link: String,
}

/// Another rule that the kind is held against.
struct Choice {
    rule: String,
    address: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "place/coverage/kind.html")]
struct KindPage {
    page: Page,
    kind: String,
    kind_code: String,
    rule: String,
    checked: bool,
    everybody: bool,
    standing: Standing,
    whole: Bar,
    completeness: String,
    reached: String,
    rules: Vec<Choice>,
    choice: Option<Section>,
    lines: Vec<Line>,
    geojson: String,
}

/// The rule of an address: the named one, else the first.
pub(super) fn chosen<'a>(kind: &'a KindCoverage, typed: &Typed) -> Option<&'a RuleCoverage> {
    let wanted = typed.get("standard");
    let named = kind.rules.iter().find(|held| held.rule.code().is_some_and(|code| code.as_str() == wanted));
    named.or_else(|| kind.rules.first())
}

pub async fn show(
    visit: Visit,
    Path((plan, kind)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let asked = asked(&visit, &typed);
    let found = visit.app.coverage(&portfolio, asked).await?.ok_or(AppError::NotFound)?;
    let kind = found.kind(&kind).ok_or(AppError::NotFound)?;
    let held = chosen(kind, &typed).ok_or(AppError::NotFound)?;
    let lang = visit.lang;
    let name = kind_name(lang, &portfolio, &kind.kind);
    let page = visit.page(visit.tw("coverage-of-kind", &[("kind", &name)]));
    let path = format!("/place/coverage/kinds/{}", kind.kind);
    let rules = kind.rules.iter().filter(|other| other.rule.standard.is_some()).map(|other| Choice {
        rule: rule_text(lang, &portfolio, &other.rule),
        address: page.link(&format!("{path}?standard={}", other.rule.code().map_or("", Code::as_str))),
        here: other.rule == held.rule,
    });
    let mut order: Vec<usize> = (0..found.communities.len()).collect();
    // Those of whom most are left out come first.
    order.sort_by_key(|at| {
        let figure = &held.figures[*at];
        (std::cmp::Reverse((figure.not_covered, figure.unknown)), *at)
    });
    let lines = order
        .into_iter()
        .map(|at| {
            let code = &found.communities[at];
            Line {
                name: area_name(lang, &portfolio, code),
                bar: bar(lang, &held.figures[at]),
                nearest: found
                    .half_way(kind, found.homes_of(at))
                    .map_or_else(|| "—".into(), |it| distance(lang, it)),
                completeness: counted_in(lang, &portfolio, kind, at),
                causes: causes(lang, &held.causes[at]),
                link: with_limit(&page, &format!("/place/coverage/communities/{code}"), asked),
            }
        })
        .collect();
    let choice = choice::section(&visit, &page, &portfolio, (&found, kind, held), asked).await?;
    let standard = held.rule.code().map_or("", Code::as_str);
    let limit = asked.limit.map_or_else(String::new, |limit| limit.to_string());
    let pairs = [("kind", kind.kind.as_str()), ("standard", standard), ("limit", &limit)];
    let body = KindPage {
        rule: rule_text(lang, &portfolio, &held.rule),
        checked: is_checked(&held.rule),
        everybody: kind.everybody,
        standing: standing(&visit, &portfolio, &found),
        whole: bar(lang, &held.whole),
        completeness: completeness(lang, &portfolio, &kind.kind, &kind.whole),
        reached: reached(lang, &kind.reached),
        rules: rules.collect(),
        choice,
        lines,
        geojson: page.at(&with_query(&format!("/p/{plan}/place/coverage.geojson"), &pairs)),
        kind_code: kind.kind.to_string(),
        kind: name,
        page,
    };
    render(StatusCode::OK, &body)
}

/// The areas with their figures for one kind: as they are drawn, else as the middle of their homes.
pub async fn geojson(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let found = visit.app.coverage(&portfolio, asked(&visit, &typed)).await?.ok_or(AppError::NotFound)?;
    let kind = found.kind(typed.get("kind")).ok_or(AppError::NotFound)?;
    let held = chosen(kind, &typed).ok_or(AppError::NotFound)?;
    let standing = standing(&visit, &portfolio, &found);
    let mut features: Vec<Value> =
        (0..found.communities.len()).map(|at| feature(&portfolio, &found, kind, held, at)).collect();
    features.extend(found.without_residences.iter().map(|code| unlived(&portfolio, code)));
    let body = json!({
        "type": "FeatureCollection",
        "as_of": portfolio.view.as_of.to_string(),
        "kind": kind.kind.as_str(),
        "standard": held.rule.code().map(Code::as_str),
        "standard_checked": is_checked(&held.rule),
        "limit_metres": f64::from(held.rule.limit) / 1_000.0,
        "distance_by": found.way.as_str(),
        "illustrative": standing.illustrative,
        "licence": standing.notices,
        "features": features,
    });
    let name = format!("coverage-{}-{}.geojson", kind.kind, portfolio.view.as_of);
    Ok(attachment(GEOJSON, &name, body.to_string()))
}

fn feature(
    portfolio: &Portfolio,
    found: &Coverage,
    kind: &KindCoverage,
    held: &RuleCoverage,
    at: usize,
) -> Value {
    let code = &found.communities[at];
    let (figure, area) = (&held.figures[at], portfolio.areas.get(code));
    let geometry = match area.and_then(|area| area.boundary.as_ref()) {
        Some(boundary) => geometry(boundary),
        None => middle(found, at),
    };
    json!({
        "type": "Feature",
        "id": code.as_str(),
        "geometry": geometry,
        "properties": {
            "area": code.as_str(),
            "name_zh": area.map(|area| area.name.zh.as_str()),
            "name_en": area.map(|area| area.name.en.as_str()).filter(|name| !name.is_empty()),
            "counted": figure.basis.as_str(),
            "covered": figure.covered,
            "not_covered": figure.not_covered,
            "unknown": figure.unknown,
            "all": figure.total(),
            "known_facilities": kind.counted[at].completeness.known,
            "official_facilities": kind.counted[at].completeness.official,
            "nearest_metres": found.half_way(kind, found.homes_of(at)).map(|it| f64::from(it) / 1_000.0),
        },
    })
}

/// A community of which no residence is on record: it has a place, and no figures.
fn unlived(portfolio: &Portfolio, code: &Code) -> Value {
    let area = portfolio.areas.get(code);
    json!({
        "type": "Feature",
        "id": code.as_str(),
        "geometry": area.and_then(|area| area.boundary.as_ref()).map(geometry),
        "properties": {
            "area": code.as_str(),
            "name_zh": area.map(|area| area.name.zh.as_str()),
            "name_en": area.map(|area| area.name.en.as_str()).filter(|name| !name.is_empty()),
            "counted": null,
        },
    })
}

fn middle(found: &Coverage, community: usize) -> Value {
    let points: Vec<_> = found.homes_of(community).map(|home| found.residences.homes[home].at).collect();
    let count = points.len().max(1) as i64;
    let mean =
        |of: fn(&Point) -> i32| (points.iter().map(|point| i64::from(of(point))).sum::<i64>() / count) as i32;
    let (longitude, latitude) = (mean(|point| point.longitude), mean(|point| point.latitude));
    json!({ "type": "Point", "coordinates": position(Point { longitude, latitude }) })
}
