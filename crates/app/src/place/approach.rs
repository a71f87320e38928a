//! Where a facility is reached: at its entrances; where none is known, along its boundary; else at its point. Every
//! distance to a facility is the distance to the nearest of these places, and it is one however many they are.

use domain::boundary::Extent;
use domain::facility::{Facility, ReachedBy};
use domain::request::Point as At;
use place::access::AccessLeg;
use place::border::along;
use place::point::Point;

use super::engine_point;
use super::layer::Walk;

/// How far apart the places along a boundary lie, in metres, and how many there are, or so.
const SPACING: f64 = 10.0;
const PLACES_MOST: usize = 400;
/// How far from a boundary a way passes beside it, in millimetres.
const BESIDE: u32 = 30_000;

/// Where a facility is reached by what is said of it.
#[derive(Debug)]
pub(crate) struct Approach {
    pub by: ReachedBy,
    pub places: Vec<Point>,
    /// The point that stands for it.
    middle: Point,
}

impl Approach {
    /// `None` where nobody said where it is.
    pub fn of(facility: &Facility) -> Option<Self> {
        let middle = engine_point(facility.site?.at)?;
        let by = facility.reached_by()?;
        let places = match by {
            ReachedBy::Entrances => facility.entrances.iter().filter_map(|at| engine_point(at.at)).collect(),
            ReachedBy::Boundary => {
                let rings = facility.boundary.iter().flat_map(|held| held.boundary.rings());
                let rings: Vec<Vec<Point>> =
                    rings.map(|ring| ring.iter().copied().filter_map(engine_point).collect()).collect();
                along(&rings, SPACING, PLACES_MOST)
            }
            ReachedBy::Point => vec![middle],
        };
        // A boundary without any length is its point.
        Some(match places.is_empty() {
            true => Self { by: ReachedBy::Point, places: vec![middle], middle },
            false => Self { by, places, middle },
        })
    }

    /// Whether a facility can lie within so many metres, by the box around all that is said of where it is: of one that
    /// lies farther, the places need not be laid out.
    pub fn is_near(facility: &Facility, from: At, metres: u32) -> bool {
        let site = facility.site.iter().chain(&facility.entrances).map(|held| held.at);
        let rings = facility.boundary.iter().flat_map(|held| held.boundary.rings()).flatten().copied();
        Extent::of(site.chain(rings)).is_some_and(|all| is_within(all, from, metres))
    }

    /// How far it is in a straight line, in millimetres.
    pub fn straight(&self, from: Point) -> u64 {
        self.places.iter().map(|place| from.millimetres_to(*place)).min().unwrap_or(u64::MAX)
    }

    /// Whether anybody so many millimetres away could reach it, whatever ways there are.
    pub fn may_be_within(&self, from: Point, limit: u32) -> bool {
        self.straight(from).min(from.millimetres_to(self.middle)) <= u64::from(limit)
    }

    /// How it meets the network, and at what.
    ///
    /// Of a boundary, the ways that pass beside it come first: a way that passes one side must not be taken to lead
    /// straight across to every other. Where none passes it, the way to the network is as long as it is from the
    /// boundary; where the network is not in reach of that either, the point is left.
    pub fn legs(&self, walk: &Walk, cap: u32) -> (ReachedBy, Vec<AccessLeg>) {
        if self.by != ReachedBy::Boundary {
            return (self.by, walk.legs_of(&self.places, cap));
        }
        let beside = walk.legs_of(&self.places, cap.min(BESIDE));
        let legs = if beside.is_empty() { walk.legs_of(&self.places, cap) } else { beside };
        match legs.is_empty() {
            true => (ReachedBy::Point, walk.legs(self.middle, cap)),
            false => (ReachedBy::Boundary, legs),
        }
    }
}

/// Whether anything in a box can lie within so many metres. A hundredth more is taken: the box is measured on a plane, and
/// what is near is never lost.
fn is_within(all: Extent, from: At, metres: u32) -> bool {
    all.metres_to(from) <= u64::from(metres) + u64::from(metres) / 100 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_near_is_never_lost(
            places in prop::collection::vec((116_300_000i32..116_420_000, 40_030_000i32..40_120_000), 1..9),
            from in (116_250_000i32..116_450_000, 40_000_000i32..40_150_000),
        ) {
            let at = |(longitude, latitude): (i32, i32)| At { longitude, latitude };
            let from = at(from);
            let all = Extent::of(places.iter().copied().map(at)).unwrap();
            let point = engine_point(from).unwrap();
            for place in places {
                let far = point.millimetres_to(engine_point(at(place)).unwrap());
                prop_assert!(is_within(all, from, (far / 1_000) as u32), "{place:?} {far}");
            }
        }
    }
}
