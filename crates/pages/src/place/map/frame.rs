//! What every page with a map has: the boxes that choose what is drawn, the picture that the server draws, and what
//! the script is told so that it draws the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::place::base::{BaseMap, GroundFeature, GroundKind, GroundShape};
use app::place::map::{SitedProject, drawn_areas, position, sited_projects};
use domain::area::AreaLevel;
use domain::boundary::Extent;
use domain::code::Code;
use domain::facility::{Facility, FacilityStanding};
use domain::portfolio::Portfolio;
use domain::request::{Point, RequestRow};
use domain::source::Grade;
use serde_json::{Value, json};

use super::super::name_of;
use super::overlay::{Drawn, Stroke, collection};
use crate::assets;
use crate::editor::field::Typed;
use crate::map::{HEIGHT, STEPS, View, WIDTH, clusters};
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::encode;

/// The layers, in the order in which they are offered.
const LAYERS: [&str; 5] = ["areas", "base", "facilities", "projects", "requests"];

/// Marks of kinds have so many colours; further kinds begin again.
const COLOURS: usize = 16;

/// Names in an address by which tools ask, and those that say what is shown.
const TOOLS: [&str; 12] =
    ["point", "from", "to", "find", "standard", "step", "of", "model", "number", "budget", "metres", "floor"];
const SHOWN: [&str; 4] = ["layer", "kind", "at", "zoom"];

/// A box of the form.
pub(in crate::place) struct LayerBox {
    pub value: String,
    pub label: String,
    pub ticked: bool,
}

/// A kind of facility, with the colour of its marks and how many there are on the day.
pub(in crate::place) struct KindBox {
    pub value: String,
    pub label: String,
    pub ticked: bool,
    pub class: String,
    pub count: usize,
}

pub(in crate::place) struct Shape {
    pub path: String,
    pub name: String,
    pub x: f64,
    pub y: f64,
    pub address: String,
    pub level: &'static str,
}

/// What a facility takes up, and where people go in.
pub(in crate::place) struct Plot {
    pub path: String,
    pub class: String,
    pub said: String,
    pub entrances: Vec<(f64, f64)>,
}

pub(in crate::place) struct Dot {
    pub x: f64,
    pub y: f64,
    pub class: String,
    pub said: String,
}

pub(in crate::place) struct Mark {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    pub number: usize,
    pub said: String,
    pub address: String,
    pub class: &'static str,
}

pub(in crate::place) struct Step {
    pub key: &'static str,
    pub address: String,
}

/// The map of one page.
pub(in crate::place) struct Frame {
    /// What the script is told, as JSON.
    pub told: String,
    pub layers: Vec<LayerBox>,
    pub kinds: Vec<KindBox>,
    pub width: f64,
    pub height: f64,
    pub said: String,
    /// Whether anything drawn comes from OpenStreetMap.
    pub of_osm: bool,
    /// What a tool of the page asked, and what the map shows: each is sent along with the other.
    pub kept: Vec<(String, String)>,
    pub chosen: Vec<(String, String)>,
    /// What else whoever made the data asks to be said.
    pub notices: Vec<String>,
    pub shapes: Vec<Shape>,
    pub plots: Vec<Plot>,
    pub dots: Vec<Dot>,
    pub marks: Vec<Mark>,
    pub strokes: Vec<Stroke>,
    /// The ground below all of it.
    pub ground: Vec<Stroke>,
    pub steps: Vec<Step>,
    pub whole: String,
    pub zoomed: bool,
}

/// What an address asks a map to show.
pub(in crate::place) struct Chosen<'a> {
    typed: &'a Typed,
    /// Nobody has chosen yet.
    fresh: bool,
    /// What is shown then.
    usual: &'static [&'static str],
}

impl<'a> Chosen<'a> {
    pub fn new(typed: &'a Typed) -> Self {
        Self { typed, fresh: !typed.has("layer"), usual: &["areas", "base", "facilities", "projects"] }
    }

    /// Of a page that draws something of its own: fewer layers below it.
    pub fn with_tool(typed: &'a Typed) -> Self {
        Self { usual: &["areas", "base", "facilities"], ..Self::new(typed) }
    }

    fn named(&self, name: &str, value: &str) -> bool {
        self.typed.0.iter().any(|(held, given)| held == name && given == value)
    }

    pub fn layer(&self, layer: &str) -> bool {
        match self.fresh {
            true => self.usual.contains(&layer),
            false => self.named("layer", layer),
        }
    }

    pub fn kind(&self, kind: &str) -> bool {
        !self.typed.has("kind") || self.named("kind", kind)
    }

    /// The address of the same choice, with another stretch of the earth.
    fn address(&self, page: &Page, view: &str) -> String {
        let kept = self.typed.0.iter().filter(|(name, _)| !["at", "zoom"].contains(&name.as_str()));
        let kept = kept.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let all: Vec<String> = kept.chain((!view.is_empty()).then(|| view.to_owned())).collect();
        if all.is_empty() { page.path.clone() } else { format!("{}?{}", page.path, all.join("&")) }
    }
}

/// What the page drew with: kept for its tables.
pub(in crate::place) struct Things<'a> {
    pub facilities: Vec<(&'a Facility, FacilityStanding)>,
    pub projects: Vec<SitedProject<'a>>,
    pub requests: Vec<&'a RequestRow>,
    /// Whether there is a base map, shown or not, and its notice.
    pub base: Option<(Arc<BaseMap>, String)>,
}

/// The facilities, projects and requests that are asked for. Those without a place are in the lists, not here.
pub(in crate::place) fn things<'a>(
    portfolio: &'a Portfolio,
    requests: &'a [RequestRow],
    base: Option<(Arc<BaseMap>, String)>,
    chosen: &Chosen,
) -> Things<'a> {
    let facilities = portfolio.facilities.iter().filter(|it| {
        chosen.layer("facilities")
            && it.site.is_some()
            && it.kind.as_ref().is_some_and(|kind| chosen.kind(kind.as_str()))
    });
    Things {
        facilities: facilities.map(|it| (it, portfolio.standing_of(it))).collect(),
        projects: if chosen.layer("projects") { sited_projects(portfolio) } else { Vec::new() },
        requests: requests.iter().filter(|row| row.point.is_some()).collect(),
        base,
    }
}

/// The class of the marks of each kind.
fn colours(portfolio: &Portfolio) -> BTreeMap<&str, String> {
    let kinds = portfolio.plan.facility_kinds.iter().enumerate();
    kinds.map(|(at, held)| (held.kind.as_str(), format!("kind-{}", at % COLOURS))).collect()
}

/// The boxes of the kinds, each with how many facilities with a place there are.
fn kind_boxes(portfolio: &Portfolio, chosen: &Chosen, english: bool) -> Vec<KindBox> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in portfolio.facilities.iter().filter(|it| it.site.is_some()).filter_map(|it| it.kind.as_ref()) {
        *counts.entry(kind.as_str()).or_default() += 1;
    }
    let classes = colours(portfolio);
    let kinds = portfolio.plan.facility_kinds.iter().filter_map(|held| {
        let code = held.kind.as_str();
        Some(KindBox {
            value: code.to_owned(),
            label: held.name.get(english).to_owned(),
            ticked: chosen.kind(code),
            class: classes.get(code)?.clone(),
            count: counts.get(code).copied().filter(|count| *count > 0)?,
        })
    });
    kinds.collect()
}

/// The whole that is shown at first: all areas, else all things.
fn whole_of(portfolio: &Portfolio, points: &[Point]) -> Option<Extent> {
    let areas = drawn_areas(portfolio).into_iter().filter_map(|area| area.boundary.as_ref()?.extent());
    areas.reduce(Extent::and).or_else(|| Extent::of(points.iter().copied()))
}

impl Frame {
    /// The map of a page. `None` where nothing has a place: there is nothing to draw.
    pub fn new(
        visit: &Visit,
        page: &Page,
        portfolio: &Portfolio,
        chosen: &Chosen,
        things: &Things,
        drawn: &[Drawn],
    ) -> Option<Self> {
        let typed = chosen.typed;
        let english = visit.lang.is_english();
        let points: Vec<Point> = things.facilities.iter().filter_map(|(it, _)| Some(it.site?.at)).collect();
        let whole = whole_of(portfolio, &points)?;
        let view = View::asked(whole, typed.get("at"), typed.get("zoom"));
        let shapes = if chosen.layer("areas") { shapes(page, portfolio, &view, english) } else { Vec::new() };
        let plots = plots(visit, portfolio, &view, things);
        let dots = dots(visit, portfolio, &view, things);
        let marks = marks(visit, page, &view, chosen, things);
        let steps = STEPS.iter().filter_map(|(key, nearer, east, north)| {
            let address = chosen.address(page, &view.step((*nearer, *east, *north))?);
            Some(Step { key, address })
        });
        let said = visit.tw(
            "place-map-said",
            &[
                ("facilities", &things.facilities.len().to_string()),
                ("projects", &things.projects.len().to_string()),
                ("requests", &things.requests.len().to_string()),
            ],
        );
        let shown_base = things.base.as_ref().filter(|_| chosen.layer("base"));
        let has_base = things.base.is_some();
        let layers = LAYERS.iter().filter(|name| **name != "base" || has_base).map(|name| LayerBox {
            value: (*name).to_owned(),
            label: visit.t(&format!("place-map-layer-{name}")).into_owned(),
            ticked: chosen.layer(name),
        });
        let shown: Vec<&Facility> = things.facilities.iter().map(|(it, _)| *it).collect();
        let mut notices = app::place::notices(shown);
        let of_base = shown_base.map(|(_, notice)| notice.as_str());
        notices.extend(of_base.filter(|notice| !notice.is_empty() && !notices.contains(notice)));
        // Boundaries of areas are drawn from it unless their records say otherwise.
        let of_osm = !shapes.is_empty() || notices.iter().any(|notice| notice.contains("OpenStreetMap"));
        Some(Self {
            told: told(visit, page, portfolio, typed, &Sight { whole, view: &view, drawn, has_base })
                .to_string(),
            ground: shown_base.map_or_else(Vec::new, |(map, _)| ground(&view, map)),
            strokes: drawn.iter().flat_map(|it| it.strokes(&view)).collect(),
            layers: layers.collect(),
            kinds: kind_boxes(portfolio, chosen, english),
            width: WIDTH,
            height: HEIGHT,
            said,
            of_osm,
            notices: notices
                .into_iter()
                .filter(|it| !it.contains("OpenStreetMap"))
                .map(str::to_owned)
                .collect(),
            shapes,
            plots,
            dots,
            marks,
            steps: steps.collect(),
            kept: typed.0.iter().filter(|(name, _)| TOOLS.contains(&name.as_str())).cloned().collect(),
            chosen: typed.0.iter().filter(|(name, _)| SHOWN.contains(&name.as_str())).cloned().collect(),
            whole: chosen.address(page, ""),
            zoomed: view.zoom() > 0,
        })
    }
}

/// The same as paths with the names of their kinds, for pictures without a style sheet.
pub(crate) fn base_strokes(view: &View, map: &BaseMap) -> Vec<(String, &'static str)> {
    ground(view, map).into_iter().map(|stroke| (stroke.path, stroke.class)).collect()
}

/// What lies in the picture of the base map, surfaces before lines.
fn ground(view: &View, map: &BaseMap) -> Vec<Stroke> {
    let stroke = |it: &GroundFeature| {
        let path = match &it.shape {
            GroundShape::Surface(boundary) => {
                boundary.rings().flatten().any(|at| view.shows(*at)).then(|| view.path(boundary))?
            }
            GroundShape::Lines(lines) => {
                let seen = lines.iter().filter(|line| line.iter().any(|at| view.shows(*at)));
                seen.map(|line| view.line(line)).collect()
            }
        };
        let class = match (it.kind, it.tunnel) {
            (GroundKind::Park, _) => "base-park",
            (GroundKind::Water, _) => "base-water",
            (GroundKind::Waterway, _) => "base-waterway",
            (GroundKind::Railway | GroundKind::Metro, false) => "base-rail",
            (GroundKind::Railway | GroundKind::Metro, true) => "base-rail tunnel",
        };
        (!path.is_empty()).then(|| Stroke { path, class, said: it.name.clone(), opacity: 1.0 })
    };
    let mut features: Vec<&GroundFeature> = map.features.iter().collect();
    features.sort_by_key(|it| it.kind);
    features.into_iter().filter_map(stroke).collect()
}

fn shapes(page: &Page, portfolio: &Portfolio, view: &View, english: bool) -> Vec<Shape> {
    let areas = drawn_areas(portfolio);
    let shapes = areas.into_iter().filter_map(|area| {
        let boundary = area.boundary.as_ref()?;
        let (x, y) = view.place(boundary.middle()?);
        Some(Shape {
            path: view.path(boundary),
            name: area.name.get(english).to_owned(),
            x,
            y,
            address: page.link(&format!("/areas/{}", area.code)),
            level: area.level.map_or("", AreaLevel::as_str),
        })
    });
    shapes.collect()
}

/// The facilities that are more than a point, as far as they lie in the picture.
fn plots(visit: &Visit, portfolio: &Portfolio, view: &View, things: &Things) -> Vec<Plot> {
    let classes = colours(portfolio);
    let plots = things.facilities.iter().filter_map(|(it, standing)| {
        let drawn = it.boundary.as_ref().map(|held| &held.boundary);
        let drawn = drawn.filter(|drawn| drawn.rings().flatten().any(|at| view.shows(*at)));
        let entrances = it.entrances.iter().filter(|entrance| view.shows(entrance.at));
        let plot = Plot {
            path: drawn.map_or_else(String::new, |drawn| view.path(drawn)),
            class: format!("plot {} {}", class_of(&classes, it), standing.as_str()),
            said: name_of(visit.lang, portfolio, it),
            entrances: entrances.map(|entrance| view.place(entrance.at)).collect(),
        };
        (!plot.path.is_empty() || !plot.entrances.is_empty()).then_some(plot)
    });
    plots.collect()
}

/// The class of the marks of a facility's kind.
fn class_of<'a>(classes: &'a BTreeMap<&str, String>, facility: &Facility) -> &'a str {
    let kind = facility.kind.as_ref().map_or("", Code::as_str);
    classes.get(kind).map_or("", String::as_str)
}

fn dots(visit: &Visit, portfolio: &Portfolio, view: &View, things: &Things) -> Vec<Dot> {
    let classes = colours(portfolio);
    let dots = things.facilities.iter().filter_map(|(it, standing)| {
        let at = it.site?.at;
        let (x, y) = view.place(at);
        let class = class_of(&classes, it);
        let standing_said = visit.t(&format!("facility-standing-{}", standing.as_str()));
        view.shows(at).then(|| Dot {
            x,
            y,
            class: format!("dot {class} {}", standing.as_str()),
            said: format!("{} · {standing_said}", name_of(visit.lang, portfolio, it)),
        })
    });
    dots.collect()
}

/// Projects and requests: marks that would lie upon each other are one, which leads nearer.
fn marks(visit: &Visit, page: &Page, view: &View, chosen: &Chosen, things: &Things) -> Vec<Mark> {
    let english = visit.lang.is_english();
    let mut marks = Vec::new();
    let mut put =
        |points: &[Point], key: &str, class: &'static str, one: &dyn Fn(usize) -> (String, String)| {
            for cluster in clusters(view, points) {
                let number = cluster.members.len();
                let first = cluster.members.first().copied().unwrap_or_default();
                let (said, address) = match number {
                    1 => one(first),
                    many => (
                        visit.tw(key, &[("count", &many.to_string())]),
                        chosen.address(page, &view.towards(cluster.at)),
                    ),
                };
                let (x, y, radius) = (cluster.x, cluster.y, cluster.radius());
                marks.push(Mark { x, y, radius, number, said, address, class });
            }
        };
    let places: Vec<Point> = things.projects.iter().map(|it| it.at).collect();
    put(&places, "map-projects-here", "mark project", &|at| {
        things.projects.get(at).map_or_else(Default::default, |it| {
            let address = page.link(&format!("/projects/{}", it.project.code));
            (it.project.name.get(english).to_owned(), address)
        })
    });
    let places: Vec<Point> = things.requests.iter().filter_map(|row| row.point).collect();
    put(&places, "map-requests-here", "mark request", &|at| {
        things.requests.get(at).map_or_else(Default::default, |row| {
            (row.title.clone(), page.link(&format!("/voices/{}", row.code)))
        })
    });
    // The smaller ones lie above.
    marks.sort_by(|a, b| b.radius.total_cmp(&a.radius));
    marks
}

/// The day that is looked at, as an address has it.
fn day(page: &Page) -> String {
    let pairs = [("as_of", &page.as_of_given), ("known_at", &page.known_at_given)];
    let given = pairs.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// What is seen, and what is drawn of it by the page itself.
struct Sight<'a> {
    whole: Extent,
    view: &'a View,
    drawn: &'a [Drawn],
    has_base: bool,
}

fn told(visit: &Visit, page: &Page, portfolio: &Portfolio, typed: &Typed, sight: &Sight) -> Value {
    let Sight { whole, view, drawn, has_base } = *sight;
    let word = |key: &str| visit.t(key);
    let standings: BTreeMap<&str, _> = FacilityStanding::ALL
        .into_iter()
        .map(|it| (it.as_str(), word(&format!("facility-standing-{}", it.as_str()))))
        .collect();
    let corner = |longitude, latitude| position(Point { longitude, latitude });
    let ([west, south], [east, north]) = (corner(whole.west, whole.south), corner(whole.east, whole.north));
    json!({
        "library": assets::address("maplibre-gl.mjs"),
        "worker": assets::address("maplibre-gl-worker.mjs"),
        "whole": [west, south, east, north],
        "at": position(view.middle()),
        "step": typed.get("zoom").parse::<f64>().ok().filter(|step| step.is_finite()).unwrap_or(0.0),
        "sources": {
            "base": has_base.then(|| page.link("/place/map/base.geojson")),
            "areas": page.link("/place/map/areas.geojson"),
            "facilities": page.link("/place/facilities.geojson"),
            "projects": page.link("/place/map/projects.geojson"),
            "requests": format!("/p/{}/voices.geojson", portfolio.plan.code),
        },
        "overlay": collection(drawn),
        "home": format!("/p/{}", portfolio.plan.code),
        "day": day(page),
        "words": {
            "standing": standings,
            "illustrative": visit.t(&format!("grade-{}", Grade::Illustrative.as_str())),
            "project": word("subject-project"),
            "request": word("place-map-request"),
            "near": word("map-key-blurred"),
            "more": visit.tw("place-map-more", &[("count", "#")]),
            "failed": word("place-map-failed"),
            "still": word("place-map-still"),
            "reckoning": word("place-map-reckoning"),
            "nextPoint": word("place-map-next-point"),
        },
        "locale": {
            "Map.Title": word("place-map-canvas"),
            "NavigationControl.ZoomIn": word("map-nearer"),
            "NavigationControl.ZoomOut": word("map-farther"),
            "Popup.Close": word("place-map-close"),
            "ScaleControl.Meters": word("place-map-metres"),
            "ScaleControl.Kilometers": word("place-map-kilometres"),
            "CooperativeGesturesHandler.WindowsHelpText": word("place-map-wheel"),
            "CooperativeGesturesHandler.MacHelpText": word("place-map-wheel-mac"),
            "CooperativeGesturesHandler.MobileHelpText": word("place-map-fingers"),
        },
    })
}
