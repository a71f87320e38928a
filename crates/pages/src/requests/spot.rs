//! The map on the form by which residents ask: a picture that is pressed where something is. It is a button of the form,
//! so that it needs no script; the list of areas and the address say the same without it. Browsers tell where it was
//! pressed in points of the screen, so each of its two sizes has a fixed one, and a name of its own.

use app::place::map::drawn_areas;
use app::read::Asked;
use app::request::{Datum, PlaceFault, Stated};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::boundary::Extent;
use domain::code::Code;
use domain::layer::LayerKind;
use domain::portfolio::Portfolio;
use domain::request::Point;

use super::ask::point;
use super::choices;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::map::{HEIGHT, STEPS, View, WIDTH};
use crate::place::base_strokes;
use crate::visit::Visit;

/// Fields of the form that say which stretch is shown.
pub(super) const AT: &str = "map-at";
pub(super) const ZOOM: &str = "map-zoom";
/// The button of a step, and what takes the place back and shows the whole.
pub(super) const LOOK: &str = "look";
const FORGET: &str = "forget";
const WHOLE: &str = "whole";
/// Steps of nearness that a button goes.
const NEARER: i8 = 2;
/// From here on facilities are drawn, by which people find their way.
const WITH_NAMES: u8 = 3;
const NAMES_MOST: usize = 40;
/// How high names are, in points of the screen; the picture has it as well.
const NAME: f64 = 13.0;

/// A size in which the picture is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub name: &'static str,
    /// Points of the screen, as the style sheet has them as well.
    pub width: f64,
    pub height: f64,
}

/// On a phone a square, as wide as it can be; else as other maps are.
pub(super) const SIZES: [Size; 2] = [
    Size { name: "spot", width: 328.0, height: 328.0 },
    Size { name: "spot-wide", width: 672.0, height: 420.0 },
];

impl Size {
    /// Units of the picture in a point of the screen.
    fn scale(self) -> f64 {
        WIDTH / self.width
    }

    /// How far above the usual picture this one begins: it shows as much to all sides.
    fn above(self) -> f64 {
        (self.height * self.scale() - HEIGHT) / 2.0
    }

    /// The place that was pressed. None is what the corner says: so a button is told that was not pressed by hand.
    fn pressed(self, typed: &Typed, view: &View) -> Option<Point> {
        let told = |side: &str| typed.get(&format!("{}.{side}", self.name)).parse::<f64>().ok();
        let (x, y) = (told("x")?, told("y")?);
        let inside = (0.0..=self.width).contains(&x) && (0.0..=self.height).contains(&y);
        (inside && (x, y) != (0.0, 0.0)).then(|| view.at(x * self.scale(), y * self.scale() - self.above()))
    }
}

/// Everything that may be pressed.
fn whole(portfolio: &Portfolio) -> Option<Extent> {
    let corners = drawn_areas(portfolio);
    corners.into_iter().filter_map(|area| area.boundary.as_ref()?.extent()).reduce(Extent::and)
}

fn view(portfolio: &Portfolio, typed: &Typed) -> Option<View> {
    whole(portfolio).map(|whole| View::asked(whole, typed.get(AT), typed.get(ZOOM)))
}

/// What pressing something on the map came to.
#[derive(Debug, PartialEq)]
pub(super) enum Pressed {
    /// Nothing of it was pressed.
    No,
    /// The map is shown otherwise, or a place was taken.
    Yes,
    /// A place was pressed, and what is wrong with it, by the key of its words.
    Wrong(&'static str),
}

/// Takes up what was pressed.
pub(super) async fn press(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    typed: &mut Typed,
) -> Result<Pressed, PageError> {
    let Some(view) = view(portfolio, typed) else { return Ok(Pressed::No) };
    let look = typed.get(LOOK).to_owned();
    typed.set(LOOK, "");
    if look == FORGET {
        forget(typed);
        return Ok(Pressed::Yes);
    }
    if look == WHOLE {
        typed.set(AT, "");
        typed.set(ZOOM, "");
        return Ok(Pressed::Yes);
    }
    if let Some((_, nearer, east, north)) = STEPS.iter().find(|(key, ..)| *key == look) {
        // Nearer to what was chosen, where something was.
        let view = match point(typed).filter(|_| *nearer > 0) {
            Some(point) => view.around(point),
            None => view,
        };
        let (at, zoom) = view.moved((nearer * NEARER, *east, *north));
        typed.set(AT, at);
        typed.set(ZOOM, zoom);
        return Ok(Pressed::Yes);
    }
    let Some(pressed) = SIZES.iter().find_map(|size| size.pressed(typed, &view)) else {
        return Ok(Pressed::No);
    };
    let degrees = |millionths: i32| format!("{:.6}", f64::from(millionths) / 1e6);
    typed.set("longitude", degrees(pressed.longitude));
    typed.set("latitude", degrees(pressed.latitude));
    settle(visit, plan, portfolio, typed).await.map(|wrong| wrong.map_or(Pressed::Yes, Pressed::Wrong))
}

fn forget(typed: &mut Typed) {
    typed.set("longitude", "");
    typed.set("latitude", "");
}

/// Settles the place that the form tells, pressed or found by the device: with its area, or what is wrong with it. What
/// cannot be meant is left aside.
pub(super) async fn settle(
    visit: &Visit,
    plan: &Code,
    portfolio: &Portfolio,
    typed: &mut Typed,
) -> Result<Option<&'static str>, PageError> {
    let Some(at) = point(typed) else { return Ok(None) };
    let degrees = |millionths: i32| f64::from(millionths) / 1e6;
    let stated = Stated::new(degrees(at.longitude), degrees(at.latitude), Datum::Wgs84);
    let located = match stated {
        Some(stated) => visit.app.locate(plan, stated).await?,
        None => Err(PlaceFault::NotOnEarth),
    };
    match located {
        Ok((_, Some(area))) => {
            // A community that is chosen within what is drawn is the better word.
            let chosen = Code::new(typed.get("area")).ok();
            if chosen.is_none_or(|chosen| !portfolio.areas_below(&area).contains(&chosen)) {
                typed.set("area", area.to_string());
            }
            Ok(None)
        }
        Ok((_, None)) if typed.get("area").is_empty() && whole(portfolio).is_some() => {
            Ok(Some("ask-spot-between"))
        }
        Ok((_, None)) => Ok(None),
        Err(_) => {
            forget(typed);
            Ok(Some("ask-spot-outside"))
        }
    }
}

/// The picture on the form.
pub(super) struct Spot {
    pub pictures: Vec<Picture>,
    pub at: String,
    pub zoom: String,
    /// The keys of the steps that lead somewhere.
    pub steps: Vec<&'static str>,
    pub zoomed: bool,
    /// The place that is chosen, in words.
    pub chosen: String,
    /// Whose data are drawn.
    pub notices: Vec<String>,
}

pub(super) struct Picture {
    pub size: Size,
    pub address: String,
}

/// Nothing where no area is drawn.
pub(super) fn shown(visit: &Visit, plan: &Code, portfolio: &Portfolio, typed: &Typed) -> Option<Spot> {
    let view = view(portfolio, typed)?;
    let (at, zoom) = view.moved((0, 0, 0));
    let chosen = point(typed);
    let of = |point: Point| {
        format!("{:.5},{:.5}", f64::from(point.latitude) / 1e6, f64::from(point.longitude) / 1e6)
    };
    let pin = chosen.map(of).unwrap_or_default();
    let address = |size: &Size| {
        let asked =
            format!("at={}&zoom={zoom}&pin={}", crate::words_of::encode(&at), crate::words_of::encode(&pin));
        format!("/p/{plan}/ask/map.svg?size={}&{asked}", size.name)
    };
    let steps = STEPS.iter().filter(|(_, nearer, east, north)| view.step((*nearer, *east, *north)).is_some());
    let area = Code::new(typed.get("area")).ok();
    let named = choices::area_name(portfolio, area.as_ref(), visit.lang);
    Some(Spot {
        pictures: SIZES.iter().map(|size| Picture { size: *size, address: address(size) }).collect(),
        steps: steps.map(|(key, ..)| *key).collect(),
        zoomed: view.zoom() > 0,
        chosen: match (pin.is_empty(), named.is_empty()) {
            (true, _) => String::new(),
            (false, true) => visit.tw("ask-spot-chosen", &[("at", &pin)]),
            (false, false) => visit.tw("ask-spot-chosen-in", &[("at", &pin), ("area", &named)]),
        },
        notices: app::place::licences(portfolio, &[LayerKind::BaseMap]),
        at,
        zoom,
    })
}

/// A name on the picture.
struct Name {
    x: f64,
    y: f64,
    text: String,
}

#[derive(Template)]
#[template(path = "requests/spot.html")]
struct SpotPicture {
    width: f64,
    height: f64,
    top: f64,
    high: f64,
    /// Units in a point of the screen: so wide is a line.
    unit: f64,
    ground: Vec<(String, &'static str)>,
    areas: Vec<(String, bool)>,
    names: Vec<Name>,
    places: Vec<Name>,
    pin: Option<(f64, f64)>,
}

/// Puts a name where it is seen whole, unless it would lie upon another one.
fn named(names: &mut Vec<Name>, (x, y): (f64, f64), text: &str, high: f64) {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 0.6 } else { 1.0 }).sum::<f64>() * high;
    let half = (wide(text) / 2.0).min(WIDTH / 2.0);
    let x = x.clamp(half, WIDTH - half);
    let free = names
        .iter()
        .all(|it| (it.x - x).abs() > half + wide(&it.text) / 2.0 || (it.y - y).abs() > high * 1.1);
    if free {
        names.push(Name { x, y, text: text.to_owned() });
    }
}

/// The picture itself, as everybody may see the plan.
pub async fn picture(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let size = SIZES.iter().find(|size| size.name == typed.get("size")).copied();
    let whole = whole(&portfolio);
    let (Some(size), Some(whole)) = (size, whole) else {
        return Err(PageError::not_found().in_lang(visit.lang));
    };
    let view = View::asked(whole, typed.get("at"), typed.get("zoom"));
    let english = visit.lang.is_english();
    let (top, high) = (-size.above(), size.height * size.scale());
    let seen = |(x, y): (f64, f64)| (0.0..=WIDTH).contains(&x) && (top..=top + high).contains(&y);
    let ground = match visit.app.base_map(&portfolio).await? {
        Some((map, _)) => base_strokes(&view, &map),
        None => Vec::new(),
    };
    let (mut areas, mut names) = (Vec::new(), Vec::new());
    for area in drawn_areas(&portfolio) {
        let Some(boundary) = &area.boundary else { continue };
        let community = area.level == Some(domain::area::AreaLevel::Community);
        areas.push((view.path(boundary), community));
        // From afar the names of communities would lie upon each other.
        if let Some((x, y)) = boundary.middle().map(|middle| view.place(middle)).filter(|at| seen(*at))
            && community == (view.zoom() >= NEARER as u8)
        {
            named(&mut names, (x, y), area.name.get(english), size.scale() * NAME);
        }
    }
    let places = portfolio.facilities.iter().filter(|_| view.zoom() >= WITH_NAMES).filter_map(|held| {
        let (x, y) = held.site.map(|site| view.place(site.at)).filter(|at| seen(*at))?;
        Some(Name { x, y, text: held.name.as_ref()?.get(english).to_owned() })
    });
    let shown = SpotPicture {
        width: WIDTH,
        height: high,
        top,
        high,
        unit: size.scale(),
        ground,
        areas,
        names,
        places: places.take(NAMES_MOST).collect(),
        pin: crate::map::point(typed.get("pin")).map(|point| view.place(point)).filter(|at| seen(*at)),
    };
    let kind = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "private, max-age=600")];
    Ok((kind, crate::error::render(&shown)?.0).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Extent =
        Extent { west: 116_280_000, south: 40_030_000, east: 116_440_000, north: 40_110_000 };

    #[test]
    fn what_is_pressed_is_the_place_that_is_drawn_there() {
        for (at, zoom) in [("", ""), ("40.06,116.33", "3"), ("40.1,116.43", "9")] {
            let view = View::asked(AREA, at, zoom);
            for size in SIZES {
                let middle = view.middle();
                let typed = |x: f64, y: f64| {
                    Typed(vec![
                        (format!("{}.x", size.name), x.to_string()),
                        (format!("{}.y", size.name), y.to_string()),
                    ])
                };
                let found = size.pressed(&typed(size.width / 2.0, size.height / 2.0), &view).unwrap();
                assert!((found.longitude - middle.longitude).abs() <= 1, "{size:?} {found:?} {middle:?}");
                assert!((found.latitude - middle.latitude).abs() <= 1, "{size:?} {found:?} {middle:?}");
                // There and back again, anywhere.
                let pressed = size.pressed(&typed(31.0, 200.0), &view).unwrap();
                let (x, y) = view.place(pressed);
                let (x, y) = (x / size.scale(), (y + size.above()) / size.scale());
                assert!((x - 31.0).abs() < 0.5 && (y - 200.0).abs() < 0.5, "{size:?} {x} {y}");
                for (x, y) in [(0.0, 0.0), (-1.0, 5.0), (5.0, 1e9), (f64::NAN, 1.0)] {
                    assert_eq!(size.pressed(&typed(x, y), &view), None, "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn names_do_not_lie_upon_each_other_and_are_seen_whole() {
        let mut names = Vec::new();
        for (at, text) in
            [((100.0, 50.0), "回龙观街道"), ((110.0, 55.0), "龙泽园街道"), ((958.0, 90.0), "East")]
        {
            named(&mut names, at, text, 20.0);
        }
        let seen: Vec<&str> = names.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(seen, ["回龙观街道", "East"]);
        assert!(names[1].x < 940.0 && names[0].x == 100.0);
    }

    #[test]
    fn the_square_shows_all_that_the_wide_one_shows() {
        let [square, wide] = SIZES;
        assert_eq!(wide.above(), 0.0);
        assert_eq!(square.above(), (WIDTH - HEIGHT) / 2.0);
        const { assert!(crate::map::ZOOM_MOST >= WITH_NAMES) };
    }
}
