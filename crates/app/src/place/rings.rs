//! Lines around what is reached, as polygons with their holes.

use domain::request::Point;
use serde_json::{Value, json};

use super::map::position;

/// The south-west and the north-east of a ring.
fn around(ring: &[Point]) -> Option<[Point; 2]> {
    let (west, east) = (ring.iter().map(|at| at.longitude).min()?, ring.iter().map(|at| at.longitude).max()?);
    let (south, north) = (ring.iter().map(|at| at.latitude).min()?, ring.iter().map(|at| at.latitude).max()?);
    Some([Point { longitude: west, latitude: south }, Point { longitude: east, latitude: north }])
}

/// Whether a ray to the east of a point crosses a ring an odd number of times; exact in whole millionths of a degree.
fn is_inside(ring: &[Point], at: Point) -> bool {
    let mut inside = false;
    let mut from = ring.last().copied().unwrap_or(at);
    for &to in ring {
        if (from.latitude > at.latitude) != (to.latitude > at.latitude) {
            let wide = |a: i32, b: i32| i128::from(a) - i128::from(b);
            // Where the edge crosses the ray, against the point: both sides by the height of the edge.
            let height = wide(to.latitude, from.latitude);
            let edge = wide(to.longitude, from.longitude) * wide(at.latitude, from.latitude);
            let point = wide(at.longitude, from.longitude) * height;
            inside ^= if height > 0 { point < edge } else { point > edge };
        }
        from = to;
    }
    inside
}

/// Rings by the even-odd rule as polygons, each hole with the ring it lies in; longitude first.
pub fn parts(rings: &[Vec<Point>]) -> Vec<Vec<Vec<[f64; 2]>>> {
    let boxes: Vec<Option<[Point; 2]>> = rings.iter().map(|ring| around(ring)).collect();
    let holds = |outer: usize, inner: usize| match (boxes[outer], boxes[inner]) {
        (Some([low, high]), Some([inner_low, inner_high])) => {
            let boxed = low.longitude <= inner_low.longitude
                && low.latitude <= inner_low.latitude
                && inner_high.longitude <= high.longitude
                && inner_high.latitude <= high.latitude;
            boxed && rings[inner].first().is_some_and(|at| is_inside(&rings[outer], *at))
        }
        _ => false,
    };
    // Those within an odd number of others are holes of the innermost of these.
    let within: Vec<Vec<usize>> = (0..rings.len())
        .map(|at| (0..rings.len()).filter(|other| *other != at && holds(*other, at)).collect())
        .collect();
    let corners = |ring: &Vec<Point>| ring.iter().map(|at| position(*at)).collect::<Vec<_>>();
    let mut parts: Vec<Vec<Vec<[f64; 2]>>> = Vec::new();
    for (at, ring) in rings.iter().enumerate().filter(|(at, _)| within[*at].len().is_multiple_of(2)) {
        let mut part = vec![corners(ring)];
        let depth = within[at].len();
        let holes =
            (0..rings.len()).filter(|hole| within[*hole].len() == depth + 1 && within[*hole].contains(&at));
        part.extend(holes.map(|hole| corners(&rings[hole])));
        parts.push(part);
    }
    parts
}

/// Rings by the even-odd rule as a GeoJSON geometry.
pub fn even_odd(rings: &[Vec<Point>]) -> Value {
    json!({ "type": "MultiPolygon", "coordinates": parts(rings) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(from: i32, to: i32) -> Vec<Point> {
        let at = |x, y| Point { longitude: 116_000_000 + x, latitude: 40_000_000 + y };
        vec![at(from, from), at(to, from), at(to, to), at(from, to), at(from, from)]
    }

    #[test]
    fn holes_go_with_the_ring_they_lie_in() {
        let found = even_odd(&[square(40, 50), square(0, 100), square(20, 80), square(200, 300)]);
        let parts = found["coordinates"].as_array().unwrap();
        let rings: Vec<usize> = parts.iter().map(|part| part.as_array().unwrap().len()).collect();
        // The innermost is an island in the hole.
        assert_eq!(rings, [1, 2, 1]);
    }

    #[test]
    fn a_ring_of_many_corners_has_its_holes_and_none_beside_it() {
        // The upper half of a saw: its box holds what lies between its teeth, and it does not.
        let at = |x, y| Point { longitude: 116_000_000 + x, latitude: 40_000_000 + y };
        let mut saw = vec![at(0, 0)];
        for tooth in 0..50_000 {
            saw.extend([at(tooth * 20, 1_000), at(tooth * 20 + 10, 10)]);
        }
        saw.extend([at(1_000_000, 0), at(0, 0)]);
        let spot = |x, y| vec![at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y)];
        let found = even_odd(&[saw, spot(500, 2), spot(509, 900)]);
        let parts = found["coordinates"].as_array().unwrap();
        let rings: Vec<usize> = parts.iter().map(|part| part.as_array().unwrap().len()).collect();
        assert_eq!(rings, [2, 1]);
    }
}
