//! What is nearest in straight lines. Places stand in the order of their latitude: none is nearer than its latitude is,
//! so a search ends where that alone is too far.

use std::num::NonZeroUsize;

use place::nearest::Nearest;
use place::point::{EARTH_RADIUS_METRES, Point};

/// Places where facilities are reached, each with the number of its facility: one may have several.
pub(super) struct ByLatitude(Vec<(Point, u32)>);

impl ByLatitude {
    pub fn new(places: impl Iterator<Item = (Point, u32)>) -> Self {
        let mut places: Vec<(Point, u32)> = places.collect();
        places.sort_by(|a, b| a.0.lat().total_cmp(&b.0.lat()).then(a.1.cmp(&b.1)));
        Self(places)
    }

    /// Looks at the places within a limit, outwards by latitude: first to the north, then to the south. `look` says how
    /// far others are still looked for.
    fn outwards(&self, at: Point, limit: u32, mut look: impl FnMut(Nearest) -> u32) {
        let north = EARTH_RADIUS_METRES * 1f64.to_radians() * 1_000.0;
        let middle = self.0.partition_point(|(point, _)| point.lat() < at.lat());
        let mut within = limit;
        let mut is_near = |point: &Point, facility: u32| {
            // A millimetre more: what is rounded is never lost.
            if (point.lat() - at.lat()).abs() * north > f64::from(within) + 1.0 {
                return false;
            }
            if let Ok(distance) = u32::try_from(at.millimetres_to(*point))
                && distance <= within
            {
                within = look(Nearest { distance, facility });
            }
            true
        };
        for (point, facility) in &self.0[middle..] {
            if !is_near(point, *facility) {
                break;
            }
        }
        for (point, facility) in self.0[..middle].iter().rev() {
            if !is_near(point, *facility) {
                break;
            }
        }
    }

    pub fn nearest(&self, at: Point, limit: u32) -> Option<Nearest> {
        let mut best: Option<Nearest> = None;
        self.outwards(at, limit, |found| {
            let nearer = best.map_or(found, |best| best.min(found));
            best = Some(nearer);
            nearer.distance
        });
        best
    }

    /// The nearest `k` facilities, each once and nearest first.
    pub fn nearest_k(&self, at: Point, limit: u32, k: NonZeroUsize) -> Vec<Nearest> {
        let mut held: Vec<Nearest> = Vec::new();
        self.outwards(at, limit, |found| {
            match held.iter_mut().find(|other| other.facility == found.facility) {
                Some(other) => *other = found.min(*other),
                None => held.push(found),
            }
            held.sort_unstable();
            held.truncate(k.get());
            match held.last() {
                Some(last) if held.len() == k.get() => last.distance,
                _ => limit,
            }
        });
        held
    }

    /// How many facilities lie within a limit (inclusive).
    pub fn within(&self, at: Point, limit: u32) -> usize {
        let mut found: Vec<u32> = Vec::new();
        self.outwards(at, limit, |near| {
            found.push(near.facility);
            limit
        });
        found.sort_unstable();
        found.dedup();
        found.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_are_those_of_all(
            places in prop::collection::vec(
                (116_300_000i32..116_420_000, 40_030_000i32..40_120_000, 0u32..12), 0..40),
            home in (116_300_000i32..116_420_000, 40_030_000i32..40_120_000),
            limit in 0u32..9_000_000,
            k in 1usize..6,
        ) {
            let point = |lon: i32, lat: i32| Point::new(f64::from(lon) / 1e6, f64::from(lat) / 1e6).unwrap();
            let at = point(home.0, home.1);
            let places: Vec<(Point, u32)> =
                places.into_iter().map(|(lon, lat, facility)| (point(lon, lat), facility)).collect();
            let mut all: Vec<Nearest> = places
                .iter()
                .map(|(place, facility)| Nearest {
                    distance: at.millimetres_to(*place) as u32,
                    facility: *facility,
                })
                .filter(|near| near.distance <= limit)
                .collect();
            all.sort_unstable_by_key(|near| (near.facility, near.distance));
            all.dedup_by_key(|near| near.facility);
            all.sort_unstable();
            let found = ByLatitude::new(places.into_iter());
            prop_assert_eq!(found.nearest(at, limit), all.first().copied());
            prop_assert_eq!(found.within(at, limit), all.len());
            all.truncate(k);
            prop_assert_eq!(found.nearest_k(at, limit, NonZeroUsize::new(k).unwrap()), all);
        }
    }
}
