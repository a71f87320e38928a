//! Shapes on the ground: how large they are, and whether they can be.

use domain::boundary::Boundary;
use domain::request::Point;
use place::polygon::{Polygon, PolygonError};

/// A point for the engine; places on the books are on earth.
pub fn ground(at: Point) -> Option<place::point::Point> {
    place::point::Point::new(f64::from(at.longitude) / 1e6, f64::from(at.latitude) / 1e6).ok()
}

/// The area of a shape in whole square metres.
///
/// # Errors
/// When a ring crosses itself.
pub fn square_metres(shape: &Boundary) -> Result<u64, PolygonError> {
    let mut whole = 0.0;
    for rings in shape.parts() {
        let rings = rings.iter().map(|ring| ring.iter().copied().filter_map(ground).collect()).collect();
        whole += Polygon::new(rings)?.square_metres();
    }
    Ok(whole.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bow_is_refused_and_a_hole_is_taken_off() {
        let area = |text: &str| square_metres(&Boundary::parse(text).unwrap());
        let square = area("POLYGON ((116.30 40.06, 116.31 40.06, 116.31 40.07, 116.30 40.07, 116.30 40.06))");
        assert!((940_000..960_000).contains(&square.unwrap()), "{square:?}");
        let bow = area("POLYGON ((116.30 40.06, 116.31 40.07, 116.31 40.06, 116.30 40.07, 116.30 40.06))");
        assert!(matches!(bow, Err(PolygonError::Crosses { .. })));
    }
}
