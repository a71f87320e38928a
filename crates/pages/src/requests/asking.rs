//! What everybody may ask of published requests, in one form for the list, files, feeds and the map.

use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::request::query::RequestQuery;
use jiff::civil::DateTime;

use super::list::asked;
use crate::editor::field::Typed;

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

/// `latitude,longitude` in degrees.
fn point(text: &str) -> Option<Point> {
    let (latitude, longitude) = text.split_once(',')?;
    let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let (latitude, longitude) = (degrees(latitude)?, degrees(longitude)?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then(|| Point {
        longitude: (longitude * 1e6).round() as i32,
        latitude: (latitude * 1e6).round() as i32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_with_the_latitude_first() {
        assert_eq!(point("40.07, 116.36"), Some(Point { longitude: 116_360_000, latitude: 40_070_000 }));
        for nonsense in ["", "40", "116.36,40.07", "NaN,1", "1,inf", "a,b"] {
            assert_eq!(point(nonsense), None, "{nonsense}");
        }
    }
}
