//! Points on the earth in WGS-84 degrees, and distances between them.

use thiserror::Error;

/// Mean earth radius in metres (IUGG), the one the reference networks were measured with.
pub const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// A WGS-84 position in degrees; always finite and on the globe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    lon: f64,
    lat: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error(
    "longitude {lon}, latitude {lat} is not a place on earth: longitude must lie within -180..180 and \
     latitude within -90..90; check that the two are not swapped"
)]
pub struct NotOnEarth {
    pub lon: f64,
    pub lat: f64,
}

impl Point {
    /// Longitude first, as in GeoJSON.
    ///
    /// # Errors
    /// When a coordinate is not finite or out of range.
    pub fn new(lon: f64, lat: f64) -> Result<Self, NotOnEarth> {
        if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) {
            Ok(Self { lon, lat })
        } else {
            Err(NotOnEarth { lon, lat })
        }
    }

    /// For coordinates that were checked already.
    pub(crate) fn from_checked(lon: f64, lat: f64) -> Self {
        debug_assert!(Self::new(lon, lat).is_ok());
        Self { lon, lat }
    }

    #[must_use]
    pub fn lon(self) -> f64 {
        self.lon
    }

    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Great-circle distance in metres (haversine on a sphere of [`EARTH_RADIUS_METRES`]).
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((b - a) / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + a.cos() * b.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_METRES * h.sqrt().min(1.0).asin()
    }

    /// Great-circle distance in whole millimetres. Half the globe is 20,015 km: the value needs 64 bits.
    #[must_use]
    pub fn millimetres_to(self, other: Self) -> u64 {
        to_millimetres(self.metres_to(other))
    }
}

/// Rounds metres to whole millimetres; negative and undefined values become 0.
pub(crate) fn to_millimetres(metres: f64) -> u64 {
    // A saturating cast: undefined becomes 0, too large becomes the largest.
    (metres * 1000.0).round() as u64
}

/// A flat picture of the surroundings of one point, in metres east and north. Within 50 km of the
/// centre lengths are off by less than a thousandth, which is enough to find the nearest edge; lengths
/// that enter results are measured by [`Point::metres_to`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    origin: Point,
    east_per_degree: f64,
    north_per_degree: f64,
}

impl Plane {
    pub(crate) fn around(origin: Point) -> Self {
        let north_per_degree = EARTH_RADIUS_METRES * 1f64.to_radians();
        Self { origin, east_per_degree: north_per_degree * origin.lat.to_radians().cos(), north_per_degree }
    }

    pub(crate) fn origin(&self) -> Point {
        self.origin
    }

    pub(crate) fn flatten(&self, point: Point) -> [f64; 2] {
        [
            (point.lon - self.origin.lon) * self.east_per_degree,
            (point.lat - self.origin.lat) * self.north_per_degree,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_degree_of_latitude() {
        let a = Point::new(116.0, 40.0).unwrap();
        let b = Point::new(116.0, 41.0).unwrap();
        assert!((a.metres_to(b) - 111_195.08).abs() < 0.01);
        assert_eq!(a.millimetres_to(a), 0);
    }

    #[test]
    fn antipodes_do_not_leave_the_domain_of_asin() {
        let a = Point::new(0.0, 0.0).unwrap();
        let b = Point::new(180.0, 0.0).unwrap();
        assert!((a.metres_to(b) - std::f64::consts::PI * EARTH_RADIUS_METRES).abs() < 1.0);
    }

    #[test]
    fn refuses_what_is_not_on_earth() {
        assert!(Point::new(f64::NAN, 0.0).is_err());
        assert!(Point::new(40.0, 116.0).is_err());
    }
}
