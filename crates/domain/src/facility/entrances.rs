//! Where people go into a facility, and at what it is reached.

use crate::request::Point;

/// The most entrances of one facility.
pub const ENTRANCES_MOST: usize = 100;

/// At what a facility is reached on foot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReachedBy {
    Entrances,
    /// Anywhere along it: no entrance is known.
    Boundary,
    /// Nothing else is known: a large one may be nearer than it seems.
    Point,
}

impl ReachedBy {
    pub const ALL: [ReachedBy; 3] = [Self::Entrances, Self::Boundary, Self::Point];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entrances => "entrances",
            Self::Boundary => "boundary",
            Self::Point => "point",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write entrances as 116.3362 40.0702; 116.3371 40.0711")]
pub struct NotEntrances;

/// Reads longitude and latitude in degrees, one pair after the other: `116.3362 40.0702; 116.3371 40.0711`, each in a
/// line of its own, or as `MULTIPOINT` in well-known text. A point that is said twice is one.
///
/// # Errors
/// When one is no pair of degrees on earth.
pub fn parse_entrances(text: &str) -> Result<Vec<Point>, NotEntrances> {
    let text = text.trim();
    let word = text.get(..10).filter(|word| word.eq_ignore_ascii_case("MULTIPOINT"));
    let mut out: Vec<Point> = Vec::new();
    let mut take = |pair: &str| {
        let point = point(pair)?;
        if !out.contains(&point) {
            out.push(point);
        }
        Ok(())
    };
    match word {
        Some(word) => {
            let all = text[word.len()..].trim().strip_prefix('(').and_then(|all| all.strip_suffix(')'));
            for pair in all.ok_or(NotEntrances)?.split(',') {
                let pair = pair.trim();
                take(pair.strip_prefix('(').and_then(|pair| pair.strip_suffix(')')).unwrap_or(pair))?;
            }
        }
        None => {
            for pair in text.split([';', '\u{ff1b}', '\n']).filter(|pair| !pair.trim().is_empty()) {
                take(pair)?;
            }
        }
    }
    if out.is_empty() { Err(NotEntrances) } else { Ok(out) }
}

fn point(pair: &str) -> Result<Point, NotEntrances> {
    let mut numbers = pair
        .split(|c: char| c.is_whitespace() || c == ',' || c == '\u{ff0c}')
        .filter(|number| !number.is_empty())
        .map(|number| number.parse::<f64>().ok().filter(|degrees| degrees.abs() <= 180.0));
    let (Some(Some(longitude)), Some(Some(latitude)), None) =
        (numbers.next(), numbers.next(), numbers.next())
    else {
        return Err(NotEntrances);
    };
    let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
    let point = Point { longitude: millionths(longitude), latitude: millionths(latitude) };
    if point.is_on_earth() { Ok(point) } else { Err(NotEntrances) }
}

/// Points as [`parse_entrances`] reads them.
pub fn entrances_text(points: impl IntoIterator<Item = Point>) -> String {
    let pair = |point: Point| {
        format!("{} {}", crate::boundary::degrees(point.longitude), crate::boundary::degrees(point.latitude))
    };
    points.into_iter().map(pair).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entrances_are_read_as_people_and_programs_write_them() {
        let at = |longitude, latitude| Point { longitude, latitude };
        let both = Ok(vec![at(116_336_200, 40_070_200), at(116_337_100, -40_071_100)]);
        for text in [
            "116.3362 40.0702; 116.3371 -40.0711",
            "116.3362,40.0702；116.3371，-40.0711",
            "116.3362 40.0702\n\n116.3371 -40.0711\n116.3362 40.0702",
            "MULTIPOINT ((116.3362 40.0702), (116.3371 -40.0711))",
            "multipoint(116.3362 40.0702, 116.3371 -40.0711)",
        ] {
            assert_eq!(parse_entrances(text), both, "{text}");
        }
        for text in ["", ";", "116.3", "116.3 40 7", "216 40", "40.07 116.3", "x y", "MULTIPOINT", "门"] {
            assert_eq!(parse_entrances(text), Err(NotEntrances), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_the_same(
            points in prop::collection::btree_set((-180_000_000i32..=180_000_000, -90_000_000i32..=90_000_000), 1..9),
        ) {
            let points = points.into_iter().map(|(longitude, latitude)| Point { longitude, latitude });
            let points: Vec<Point> = points.collect();
            prop_assert_eq!(parse_entrances(&entrances_text(points.iter().copied())), Ok(points));
        }

        #[test]
        fn no_text_is_too_much(text in ".{0,60}") {
            let _ = parse_entrances(&text);
            let _ = parse_entrances(&format!("MULTIPOINT{text}"));
        }
    }
}
