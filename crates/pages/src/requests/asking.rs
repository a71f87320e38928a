//! What everybody may ask of published requests, in one form for the list, files, feeds and the map.

use domain::portfolio::Portfolio;
use domain::request::query::RequestQuery;
use jiff::civil::DateTime;

use super::list::asked;
use crate::editor::field::Typed;
use crate::map::point;

/// How far around a point is looked for, in metres.
const RADIUS_MOST: u32 = 5_000;
const RADIUS: u32 = 500;

/// The published requests that an address asks for.
pub(super) fn publicly_asked(typed: &Typed, portfolio: &Portfolio, now: DateTime) -> RequestQuery {
    let all = asked(typed, portfolio, now);
    let standing = match typed.get("standing") {
        "open" => app::request::states_of(true),
        "closed" => app::request::states_of(false),
        _ => Vec::new(),
    };
    let around = point(typed.get("near")).map(|point| {
        let metres = typed.get("radius").parse().unwrap_or(RADIUS);
        (point, metres.clamp(50, RADIUS_MOST))
    });
    RequestQuery {
        text: all.text,
        categories: all.categories,
        areas: all.areas,
        received_from: all.received_from,
        received_to: all.received_to,
        states: standing,
        near: around,
        ..RequestQuery::default()
    }
}
