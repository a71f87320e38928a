//! The map of published requests and of the plan's projects: drawn here, so that it needs no script and no tiles of
//! others; everything on it is a link, and what it shows stands below as a list.

use std::sync::Arc;

use app::place::map::drawn_areas;
use app::read::Asked;
use app::request::DRAWN_MOST;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::boundary::Extent;
use domain::code::Code;
use domain::request::{Point, RequestRow};

use super::asking::publicly_asked;
use super::choices;
use super::list::{Line, address, line};
use super::voices::standings;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::map::{HEIGHT, STEPS, View, WIDTH, clusters};
use crate::page::Page;
use crate::visit::{Visit, render};

/// The lines of the list below.
const LISTED: usize = 40;

struct Shape {
    path: String,
    name: String,
    /// Where its name stands.
    x: f64,
    y: f64,
    address: String,
    is_chosen: bool,
}

struct Mark {
    x: f64,
    y: f64,
    radius: f64,
    number: usize,
    said: String,
    address: String,
    class: &'static str,
}

/// How many of what is seen are in an area.
struct Count {
    name: String,
    address: String,
    number: usize,
}

struct Step {
    key: &'static str,
    address: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/map.html")]
struct MapPage {
    page: Page,
    typed: Typed,
    width: f64,
    height: f64,
    shapes: Vec<Shape>,
    marks: Vec<Mark>,
    steps: Vec<Step>,
    whole: String,
    zoom: u8,
    said: String,
    of_projects: bool,
    layers: Vec<Choice>,
    categories: Vec<Choice>,
    areas: Vec<Choice>,
    standings: Vec<Choice>,
    counts: Vec<Count>,
    lines: Vec<Line>,
    projects: Vec<(String, String)>,
    list: String,
    /// Where what happens here is asked for by mail.
    alerts: String,
    has_areas: bool,
}

impl MapPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }
}

/// The address of the map with other conditions of the view.
fn link(plan: &Code, typed: &Typed, view: &str) -> String {
    let kept = address(typed, &[("at", ""), ("zoom", "")]);
    let all: Vec<&str> = [kept.as_str(), view].into_iter().filter(|part| !part.is_empty()).collect();
    if all.is_empty() { format!("/p/{plan}/map") } else { format!("/p/{plan}/map?{}", all.join("&")) }
}

/// One thing on the map.
struct Thing {
    point: Point,
    area: Option<Code>,
    blurred: bool,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let (lang, now) = (visit.lang, visit.app.wall());
    let english = lang.is_english();
    let of_projects = typed.get("layer") == "projects";
    let areas = drawn_areas(&portfolio);

    let drawn_requests = if of_projects {
        Arc::default()
    } else {
        visit.app.drawn_requests(&plan, &publicly_asked(&typed, &portfolio, now)).await?
    };
    let rows: Vec<&RequestRow> = drawn_requests.rows.iter().filter(|row| row.point.is_some()).collect();
    let without = drawn_requests.rows.len() - rows.len();
    let publicly = portfolio.plan.publicly();
    let mut things: Vec<Thing> = rows
        .iter()
        .filter_map(|row| {
            let blurred = row.category.as_ref().is_some_and(|code| publicly.blurred.contains(code))
                || domain::request::public::names_home(&row.address);
            Some(Thing { point: row.point?, area: row.area.clone(), blurred })
        })
        .collect();
    let within: Option<Vec<Code>> =
        Code::new(typed.get("area")).ok().map(|area| portfolio.areas_below(&area));
    let projects: Vec<&domain::project::Project> = if of_projects {
        let here = |project: &&domain::project::Project| {
            within.as_ref().is_none_or(|within| project.areas.iter().any(|area| within.contains(area)))
        };
        portfolio.members().filter(here).collect()
    } else {
        Vec::new()
    };
    // A project stands in the middle of its area: its site is not on record as a point.
    let mut sited: Vec<&domain::project::Project> = Vec::new();
    for project in &projects {
        let middle = project.areas.iter().find_map(|area| Some((area, portfolio.middle_of(area)?)));
        if let Some((area, point)) = middle {
            things.push(Thing { point, area: Some(area.clone()), blurred: true });
            sited.push(project);
        }
    }

    let corners = areas.iter().filter_map(|area| area.boundary.as_ref()?.extent());
    let found = Extent::of(things.iter().map(|thing| thing.point));
    let whole = corners.reduce(Extent::and).or(found);
    let points: Vec<Point> = things.iter().map(|thing| thing.point).collect();
    let view = whole.map(|whole| View::asked(whole, typed.get("at"), typed.get("zoom")));
    let chosen = typed.get("area").to_owned();
    let mut shapes = Vec::new();
    let mut marks = Vec::new();
    let mut steps = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    if let Some(view) = &view {
        for area in &areas {
            let Some((boundary, middle)) = area.boundary.as_ref().and_then(|it| Some((it, it.middle()?)))
            else {
                continue;
            };
            let (x, y) = view.place(middle);
            let mut narrowed = typed.clone();
            narrowed.set("area", area.code.as_str());
            shapes.push(Shape {
                path: view.path(boundary),
                name: area.name.get(english).to_owned(),
                x,
                y,
                address: link(&plan, &narrowed, ""),
                is_chosen: area.code.as_str() == chosen,
            });
        }
        for cluster in clusters(view, &points) {
            let number = cluster.members.len();
            let first = cluster.members.first().copied().unwrap_or_default();
            let blurred = cluster.members.iter().all(|at| things.get(*at).is_some_and(|it| it.blurred));
            // Those that lie in one spot are told in the list; others are seen by going nearer.
            let one_spot = cluster.members.iter().all(|at| points.get(*at) == Some(&cluster.at))
                || view.zoom() >= crate::map::ZOOM_MOST;
            let area = things.get(first).and_then(|it| it.area.as_ref());
            let address = match (of_projects, number) {
                (true, 1) => {
                    sited.get(first).map_or_else(String::new, |it| format!("/p/{plan}/projects/{}", it.code))
                }
                (true, _) if one_spot => {
                    format!("/p/{plan}/projects?area={}", area.map(Code::as_str).unwrap_or_default())
                }
                (false, 1) => {
                    rows.get(first).map_or_else(String::new, |it| format!("/p/{plan}/voices/{}", it.code))
                }
                (false, _) if one_spot => "#seen".to_owned(),
                _ => link(&plan, &typed, &view.towards(cluster.at)),
            };
            let name = match (of_projects, number) {
                (true, 1) => sited.get(first).map_or_else(String::new, |it| it.name.get(english).to_owned()),
                (false, 1) => rows.get(first).map_or_else(String::new, |it| it.title.clone()),
                (true, many) => visit.tw("map-projects-here", &[("count", &many.to_string())]),
                (false, many) => visit.tw("map-requests-here", &[("count", &many.to_string())]),
            };
            let place = choices::area_name(&portfolio, area, lang);
            seen.extend(&cluster.members);
            marks.push(Mark {
                x: cluster.x,
                y: cluster.y,
                radius: cluster.radius(),
                number,
                said: if place.is_empty() { name } else { format!("{name} · {place}") },
                address,
                class: if blurred { "mark blurred" } else { "mark" },
            });
        }
        // The smaller ones lie above.
        marks.sort_by(|a, b| b.radius.total_cmp(&a.radius));
        steps = STEPS
            .iter()
            .map(|(key, nearer, east, north)| Step {
                key,
                address: view.step((*nearer, *east, *north)).map(|view| link(&plan, &typed, &view)),
            })
            .collect();
    }
    seen.sort_unstable();
    let mut by_area: std::collections::BTreeMap<Option<&Code>, usize> = Default::default();
    for at in &seen {
        *by_area.entry(things.get(*at).and_then(|it| it.area.as_ref())).or_default() += 1;
    }
    let mut counts: Vec<Count> = by_area
        .into_iter()
        .map(|(area, number)| {
            let mut narrowed = typed.clone();
            narrowed.set("area", area.map(Code::as_str).unwrap_or_default());
            Count {
                name: match area {
                    Some(area) => choices::area_name(&portfolio, Some(area), lang),
                    None => visit.t("map-no-area").into_owned(),
                },
                address: link(&plan, &narrowed, ""),
                number,
            }
        })
        .collect();
    counts.sort_by(|a, b| b.number.cmp(&a.number).then_with(|| a.name.cmp(&b.name)));
    let shown = seen.len().to_string();
    let mut said = visit.tw(if of_projects { "map-said-projects" } else { "map-said" }, &[("count", &shown)]);
    let note = |said: &mut String, key: &str, count: usize| {
        if count > 0 {
            said.push_str(&visit.tw(key, &[("count", &count.to_string())]));
        }
    };
    note(&mut said, "map-without", without + projects.len() - sited.len());
    note(&mut said, "map-newest", if drawn_requests.more { DRAWN_MOST } else { 0 });
    let listed = seen.iter().take(LISTED);
    let kept = address(&typed, &[("at", ""), ("zoom", ""), ("layer", "")]);
    let view_model = MapPage {
        width: WIDTH,
        height: HEIGHT,
        lines: if of_projects {
            Vec::new()
        } else {
            listed
                .clone()
                .filter_map(|at| rows.get(*at))
                .map(|row| line(&portfolio, row, now, lang))
                .collect()
        },
        projects: if of_projects {
            let of = |it: &&domain::project::Project| {
                (it.name.get(english).to_owned(), format!("/p/{plan}/projects/{}", it.code))
            };
            listed.filter_map(|at| sited.get(*at)).map(of).collect()
        } else {
            Vec::new()
        },
        whole: link(&plan, &typed, ""),
        zoom: view.map_or(0, |view| view.zoom()),
        layers: vec![
            Choice::new("", visit.t("map-layer-requests")),
            Choice::new("projects", visit.t("map-layer-projects")),
        ],
        categories: choices::categories(&portfolio, lang, "filter-any"),
        areas: choices::all_areas(&portfolio, lang, "filter-any"),
        standings: standings(&visit),
        list: match (of_projects, kept.as_str()) {
            (true, _) => format!("/p/{plan}/projects"),
            (false, "") => format!("/p/{plan}/voices"),
            (false, some) => format!("/p/{plan}/voices?{some}"),
        },
        alerts: super::alerts::address(
            &plan,
            typed.get("area"),
            typed.get("category"),
            view.filter(|view| view.zoom() > 0).map(|view| view.middle()),
        ),
        has_areas: !shapes.is_empty(),
        page: visit.page(visit.t("map-title")),
        shapes,
        marks,
        steps,
        said,
        of_projects,
        counts,
        typed,
    };
    render(StatusCode::OK, &view_model)
}
