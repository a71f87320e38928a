//! How far people get on foot from any place, and who and what lies within 5, 10 and 15 minutes.

use app::place::coverage::Way;
use app::place::map::position;
use app::place::reach::{Band, Reached};
use app::place::rings::even_odd;
use app::place::{COVERED, is_illustrative, licences};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::Point;
use serde_json::{Map, Value, json};

use super::map::{Chosen, Drawn, Frame, Told, things, with_map};
use super::{kind_of, name_of, whole};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::map::point;
use crate::page::Page;
use crate::tables::{GEOJSON, attachment};
use crate::visit::Visit;
use crate::words_of::encode;

/// The facilities that are listed, nearest first.
const LISTED: usize = 60;

/// A row of the table: its name, and a cell for each number of minutes.
struct Row {
    name: String,
    cells: Vec<String>,
}

struct Near {
    name: String,
    kind: String,
    address: String,
    metres: String,
}

struct Answer {
    said: String,
    straight: bool,
    made_up: bool,
    unreached: bool,
    has_residences: bool,
    rounded: bool,
    minutes: Vec<u16>,
    rows: Vec<Row>,
    near: Vec<Near>,
    left: usize,
    geojson: String,
}

#[derive(Template)]
#[template(path = "place/reach.html")]
struct ReachPage {
    page: Page,
    map: Option<Frame>,
    asked: String,
    error: String,
    answer: Option<Answer>,
}

/// Whether a reader is told people to the last one: whoever may see single homes.
fn to_the_last(visit: &Visit) -> bool {
    visit.actor.may_somewhere(Action::ReadStaff)
}

fn people(visit: &Visit, band: &Band) -> String {
    match (to_the_last(visit), band.people_in_steps()) {
        (true, _) => whole(band.people),
        (false, Some(people)) => whole(people),
        (false, None) => format!("<{}", Band::PEOPLE_STEP),
    }
}

fn rows(visit: &Visit, portfolio: &Portfolio, found: &Reached) -> Vec<Row> {
    let row = |key: &str, cell: &dyn Fn(&Band) -> String| Row {
        name: visit.t(key).into_owned(),
        cells: found.bands.iter().map(cell).collect(),
    };
    let metres = |band: &Band| visit.tw("reach-metres", &[("metres", &whole(band.metres))]);
    let mut rows = vec![row("reach-distance", &metres)];
    if found.has_residences {
        rows.push(row("reach-people", &|band| people(visit, band)));
        rows.push(row("reach-residences", &|band| whole((band.counted + band.uncounted) as u64)));
        if found.bands.iter().any(|band| band.uncounted > 0) {
            rows.push(row("reach-uncounted", &|band| whole(band.uncounted as u64)));
        }
    }
    if found.way == Way::Network {
        let percent = |share: u16| format!("{}%", (u32::from(share) + 5) / 10);
        rows.push(row("reach-shed", &|band| band.shed_permille.map_or_else(String::new, percent)));
    }
    let kinds = portfolio.plan.facility_kinds.iter();
    let held =
        kinds.filter(|held| portfolio.facilities.iter().any(|it| it.kind.as_ref() == Some(&held.kind)));
    rows.extend(held.map(|held| {
        let count = |band: &Band| band.facilities.get(&held.kind).copied().unwrap_or_default();
        Row {
            name: held.name.get(visit.lang.is_english()).to_owned(),
            cells: found.bands.iter().map(|band| whole(count(band) as u64)).collect(),
        }
    }));
    rows
}

fn answer(visit: &Visit, page: &Page, portfolio: &Portfolio, asked: &str, found: &Reached) -> Answer {
    let near = found.facilities.iter().take(LISTED).filter_map(|within| {
        let facility = portfolio.facility(within.facility.as_str())?;
        Some(Near {
            name: name_of(visit.lang, portfolio, facility),
            kind: kind_of(visit.lang, portfolio, facility),
            address: page.link(&format!("/place/facilities/{}", within.facility)),
            metres: visit.tw("reach-metres", &[("metres", &whole(within.millimetres.div_ceil(1_000)))]),
        })
    });
    let last = found.bands.last();
    let minutes = last.map_or(0, |band| band.minutes).to_string();
    let facilities = whole(found.facilities.len() as u64);
    let said = match (found.unreached, found.has_residences) {
        (true, _) => visit.t("reach-unreached").into_owned(),
        (false, true) => {
            let people = last.map_or_else(String::new, |band| people(visit, band));
            visit.tw("reach-said", &[("minutes", &minutes), ("people", &people), ("facilities", &facilities)])
        }
        (false, false) => {
            visit.tw("reach-said-facilities", &[("minutes", &minutes), ("facilities", &facilities)])
        }
    };
    Answer {
        said,
        straight: found.way == Way::Straight,
        made_up: is_illustrative(portfolio, &COVERED),
        unreached: found.unreached,
        has_residences: found.has_residences,
        rounded: found.has_residences && !to_the_last(visit),
        minutes: found.bands.iter().map(|band| band.minutes).collect(),
        rows: rows(visit, portfolio, found),
        near: near.collect(),
        left: found.facilities.len().saturating_sub(LISTED),
        geojson: page.link(&format!("/place/reach.geojson?point={}", encode(asked))),
    }
}

/// What is drawn: the farthest first, so that the nearer ones lie above.
fn drawn(visit: &Visit, at: Point, found: Option<&Reached>) -> Vec<Drawn> {
    let bands = found.map_or(&[][..], |found| &found.bands).iter().rev();
    let mut out: Vec<Drawn> = bands
        .map(|band| Drawn::Reach {
            rings: band.rings.clone(),
            told: Told {
                name: visit.tw("reach-within", &[("minutes", &band.minutes.to_string())]),
                ..Told::default()
            },
        })
        .collect();
    out.push(Drawn::Spot(at));
    out
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let mut typed = Typed(query);
    let asked = typed.get("point").to_owned();
    let at = point(&asked);
    if at.is_some() && !typed.has("zoom") {
        typed.set("at", asked.clone());
        typed.set("zoom", "2");
    }
    let found = match at {
        Some(at) => visit.app.reached(&portfolio, at).await?,
        None => None,
    };
    let chosen = Chosen::with_tool(&typed);
    let page = visit.page(visit.t("reach-title"));
    let base = visit.app.base_map(&portfolio).await?;
    let things = things(&portfolio, &[], base, &chosen);
    let drawn = at.map_or_else(Vec::new, |at| drawn(&visit, at, found.as_deref()));
    let wrong = !asked.is_empty() && found.is_none();
    let body = ReachPage {
        map: Frame::new(&visit, &page, &portfolio, &chosen, &things, &drawn),
        answer: found.as_ref().map(|found| answer(&visit, &page, &portfolio, &asked, found)),
        error: if wrong { visit.t("place-spot-wrong").into_owned() } else { String::new() },
        asked,
        page,
    };
    with_map(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &body)
}

/// The lines around, with the numbers of the table.
pub async fn geojson(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let bad = || PageError::bad_request().in_lang(visit.lang);
    let at = point(typed.get("point")).ok_or_else(bad)?;
    let found = visit.app.reached(&portfolio, at).await?.ok_or_else(bad)?;
    let known = |count: u64| found.has_residences.then_some(count);
    let exact = to_the_last(&visit);
    let people = |band: &Band| if exact { Some(band.people) } else { band.people_in_steps() };
    let bands = found.bands.iter().map(|band| {
        let facilities: Map<String, Value> =
            band.facilities.iter().map(|(kind, count)| (kind.to_string(), json!(count))).collect();
        json!({
            "type": "Feature",
            "geometry": even_odd(&band.rings),
            "properties": {
                "minutes": band.minutes,
                "metres": band.metres,
                "people": people(band).and_then(known),
                "residences": known((band.counted + band.uncounted) as u64),
                "residences_without_people": known(band.uncounted as u64),
                "share_of_circle_permille": band.shed_permille,
                "facilities": facilities,
            },
        })
    });
    let body = json!({
        "type": "FeatureCollection",
        "as_of": portfolio.view.as_of.to_string(),
        "point": position(at),
        "distance": found.way.as_str(),
        "people_in_steps_of": if exact { 1 } else { Band::PEOPLE_STEP },
        "illustrative": is_illustrative(&portfolio, &COVERED),
        "licence": licences(&portfolio, &COVERED),
        "features": bands.collect::<Vec<_>>(),
    });
    Ok(attachment(GEOJSON, &format!("reach-{plan}.geojson"), body.to_string()))
}
