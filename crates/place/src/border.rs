//! The border of an area as points along it: where it is reached while nobody knows its entrances.

use crate::point::{Plane, Point};

/// Points along closed rings (first = last), the same distance apart: `spacing` metres, or as many as make `most`
/// points or so where the border is too long for that. Every ring begins with its first corner.
#[must_use]
pub fn along(rings: &[Vec<Point>], spacing: f64, most: usize) -> Vec<Point> {
    let edges = || rings.iter().flat_map(|ring| ring.windows(2));
    let whole: f64 = edges().map(|edge| length(edge[0], edge[1])).sum();
    let spacing = spacing.max(whole / most.max(1) as f64).max(1e-3);
    let mut out = Vec::new();
    for ring in rings {
        // How far it is to the next point.
        let mut rest = 0.0;
        for edge in ring.windows(2) {
            let (from, to) = (edge[0], edge[1]);
            let long = length(from, to);
            while rest < long {
                let share = rest / long;
                out.push(Point::from_checked(
                    from.lon() + (to.lon() - from.lon()) * share,
                    from.lat() + (to.lat() - from.lat()) * share,
                ));
                rest += spacing;
            }
            rest -= long;
        }
    }
    out
}

fn length(from: Point, to: Point) -> f64 {
    let [east, north] = Plane::around(from).flatten(to);
    east.hypot(north)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(corners: &[(f64, f64)]) -> Vec<Point> {
        corners.iter().map(|(lon, lat)| Point::new(*lon, *lat).unwrap()).collect()
    }

    #[test]
    fn points_stand_at_their_distance_around_corners() {
        // Some 111 m to the north and 85 m to the east.
        let square =
            ring(&[(116.3, 40.0), (116.301, 40.0), (116.301, 40.001), (116.3, 40.001), (116.3, 40.0)]);
        let points = along(std::slice::from_ref(&square), 10.0, 1_000);
        assert_eq!(points.len(), 40);
        assert_eq!(points[0], square[0]);
        // A long border has fewer points, a point that is drawn as a ring one or none.
        assert!((8..=9).contains(&along(&[square], 10.0, 8).len()));
        assert!(along(&[ring(&[(1.0, 1.0); 4])], 10.0, 8).is_empty());
        assert!(along(&[], 10.0, 8).is_empty() && along(&[Vec::new()], 10.0, 8).is_empty());
    }

    proptest! {
        #[test]
        fn no_place_of_a_border_is_far_from_a_point(
            corners in prop::collection::vec((116.30..116.34f64, 40.04..40.08f64), 3..12), part in 0.0..1.0f64,
        ) {
            let mut border = ring(&corners);
            border.push(border[0]);
            let points = along(std::slice::from_ref(&border), 10.0, 400);
            let whole: f64 = border.windows(2).map(|edge| length(edge[0], edge[1])).sum();
            let spacing = f64::max(10.0, whole / 400.0);
            prop_assert!(points.len() <= 402);
            for edge in border.windows(2) {
                let at = Point::new(
                    edge[0].lon() + (edge[1].lon() - edge[0].lon()) * part,
                    edge[0].lat() + (edge[1].lat() - edge[0].lat()) * part,
                )
                .unwrap();
                let near = points.iter().map(|point| point.metres_to(at)).fold(f64::INFINITY, f64::min);
                prop_assert!(near <= spacing / 2.0 * 1.01 + 0.1, "{near} of {spacing}");
            }
        }
    }
}
