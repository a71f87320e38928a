//! Order of points along a Hilbert curve: neighbours on the ground become neighbours in memory.

use crate::point::Point;

const BITS: u32 = 16;

/// Positions of `points` in the order of the curve; points in the same cell keep their input order.
pub(crate) fn order(points: &[Point]) -> Vec<u32> {
    let bounds = points.iter().fold(
        [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
        |[west, south, east, north], point| {
            [west.min(point.lon()), south.min(point.lat()), east.max(point.lon()), north.max(point.lat())]
        },
    );
    let [west, south, east, north] = bounds;
    let side = (east - west).max(north - south).max(f64::MIN_POSITIVE);
    let cells = f64::from((1u32 << BITS) - 1);
    let mut keyed: Vec<(u32, u32)> = points
        .iter()
        .enumerate()
        .map(|(index, point)| {
            let x = ((point.lon() - west) / side * cells) as u32;
            let y = ((point.lat() - south) / side * cells) as u32;
            (distance_along(x, y), index as u32)
        })
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, index)| index).collect()
}

/// Position along the curve of a cell of the 2^16 × 2^16 grid (the usual quadrant rotation).
fn distance_along(mut x: u32, mut y: u32) -> u32 {
    let mut along = 0;
    let mut side = 1 << (BITS - 1);
    while side > 0 {
        let right = u32::from(x & side > 0);
        let up = u32::from(y & side > 0);
        along += side * side * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                x = (side - 1).wrapping_sub(x) & ((1 << BITS) - 1);
                y = (side - 1).wrapping_sub(y) & ((1 << BITS) - 1);
            }
            std::mem::swap(&mut x, &mut y);
        }
        side /= 2;
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_along_the_curve_touch() {
        // The coarsest 4 x 4 cells of the curve: each step goes to a cell beside the last one.
        let shift = BITS - 2;
        let mut cells: Vec<(u32, u32, u32)> = (0..4)
            .flat_map(|x| (0..4).map(move |y| (distance_along(x << shift, y << shift) >> (2 * shift), x, y)))
            .collect();
        cells.sort_unstable();
        for pair in cells.windows(2) {
            assert_eq!(pair[1].0, pair[0].0 + 1);
            assert_eq!(pair[0].1.abs_diff(pair[1].1) + pair[0].2.abs_diff(pair[1].2), 1);
        }
    }

    #[test]
    fn one_point_and_none() {
        let point = Point::new(116.3, 40.07).unwrap();
        assert_eq!(order(&[point, point]), [0, 1]);
        assert!(order(&[]).is_empty());
    }
}
