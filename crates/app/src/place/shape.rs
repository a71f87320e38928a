//! Shapes on the ground: how large they are, and whether they can be.

use domain::boundary::Boundary;
use place::polygon::{Polygon, PolygonError};

use super::engine_point;

/// The area of a shape in whole square metres.
///
/// # Errors
/// When a ring crosses itself.
pub fn square_metres(shape: &Boundary) -> Result<u64, PolygonError> {
    let mut whole = 0.0;
    for rings in shape.parts() {
        let rings =
            rings.iter().map(|ring| ring.iter().copied().filter_map(engine_point).collect()).collect();
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
