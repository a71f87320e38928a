//! Where a facility is reached: at its entrances; where none is known, along its boundary; else at its point. Every
//! distance to a facility is the distance to the nearest of these places, and it is one however many they are.

use domain::facility::{Facility, ReachedBy};
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
