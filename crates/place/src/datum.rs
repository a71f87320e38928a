//! Datums of Chinese maps. Map services in mainland China deliver positions shifted by some 500 m
//! (GCJ-02), one of them shifted once more (BD-09). Only WGS-84 is stored.
//!
//! The shift is a published approximation with an ellipsoid of its own (Krasovsky 1940); it has no
//! closed inverse, so the way back is iterated. Outside mainland China's bounding box GCJ-02 equals
//! WGS-84, while BD-09 still shifts.

use std::f64::consts::PI;

use crate::point::{NotOnEarth, Point};

/// What a file's coordinates refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Datum {
    #[default]
    Wgs84,
    Gcj02,
    Bd09,
}

impl Datum {
    pub const ALL: [Datum; 3] = [Self::Wgs84, Self::Gcj02, Self::Bd09];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// Reads a name as people write it: `GCJ-02`, `gcj02`, `WGS 84`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        Self::ALL.into_iter().find(|datum| datum.as_str() == plain)
    }

    /// The WGS-84 point for coordinates in this datum; it maps back to them within 10⁻⁹ degrees.
    ///
    /// # Errors
    /// When the coordinates are not on earth.
    pub fn to_wgs84(self, lon: f64, lat: f64) -> Result<Point, NotOnEarth> {
        let stated = Point::new(lon, lat)?;
        match self {
            Self::Wgs84 => Ok(stated),
            Self::Gcj02 => Ok(invert(stated, gcj02)),
            Self::Bd09 => Ok(invert(stated, bd09)),
        }
    }

    /// Coordinates of a WGS-84 point in this datum, longitude first.
    #[must_use]
    pub fn from_wgs84(self, point: Point) -> [f64; 2] {
        match self {
            Self::Wgs84 => [point.lon(), point.lat()],
            Self::Gcj02 => gcj02([point.lon(), point.lat()]),
            Self::Bd09 => bd09([point.lon(), point.lat()]),
        }
    }
}

fn in_china([lon, lat]: [f64; 2]) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// Semi-major axis in metres and squared eccentricity of the Krasovsky ellipsoid.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;

fn gcj02([lon, lat]: [f64; 2]) -> [f64; 2] {
    if !in_china([lon, lat]) {
        return [lon, lat];
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    // Each term is a sine wave: amplitude and argument in units of π.
    let wave = |amplitude: f64, argument: f64| amplitude * (argument * PI).sin();
    let common = (wave(20.0, 6.0 * x) + wave(20.0, 2.0 * x)) * 2.0 / 3.0;
    let root = x.abs().sqrt();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + (wave(20.0, y) + wave(40.0, y / 3.0)) * 2.0 / 3.0
        + (wave(160.0, y / 12.0) + wave(320.0, y / 30.0)) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + (wave(20.0, x) + wave(40.0, x / 3.0)) * 2.0 / 3.0
        + (wave(150.0, x / 12.0) + wave(300.0, x / 30.0)) * 2.0 / 3.0;
    let radians = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY * radians.sin() * radians.sin();
    let meridian = AXIS * (1.0 - ECCENTRICITY) / (magic * magic.sqrt());
    let parallel = AXIS / magic.sqrt() * radians.cos();
    [lon + (east / parallel).to_degrees(), lat + (north / meridian).to_degrees()]
}

fn bd09(wgs: [f64; 2]) -> [f64; 2] {
    let [lon, lat] = gcj02(wgs);
    let unit = PI * 3000.0 / 180.0;
    let distance = lon.hypot(lat) + 0.000_02 * (lat * unit).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * unit).cos();
    [distance * angle.cos() + 0.0065, distance * angle.sin() + 0.006]
}

/// The point that `forward` maps to `target`, by repeated correction. The shift changes slowly with
/// place, so each round gains three digits; on the rim of the box, where it jumps, the closest round
/// counts.
fn invert(target: Point, forward: fn([f64; 2]) -> [f64; 2]) -> Point {
    let goal = [target.lon(), target.lat()];
    let mut guess = goal;
    let (mut best, mut best_error) = (guess, f64::INFINITY);
    for _ in 0..12 {
        let found = forward(guess);
        let error = [goal[0] - found[0], goal[1] - found[1]];
        let size = error[0].abs().max(error[1].abs());
        if size < best_error {
            (best, best_error) = (guess, size);
        }
        if size < 1e-12 {
            break;
        }
        guess = [(guess[0] + error[0]).clamp(-180.0, 180.0), (guess[1] + error[1]).clamp(-90.0, 90.0)];
    }
    Point::from_checked(best[0], best[1])
}

/// What a comparison with points known to be WGS-84 says about a file's stated datum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatumFinding {
    /// The datum that explains the positions best.
    pub likely: Datum,
    /// Median distance to the known points in metres: as stated, and read in the likely datum.
    pub stated_metres: f64,
    pub likely_metres: f64,
}

/// Compares coordinates, read as `stated`, with the WGS-84 positions of the same things (same-named
/// facilities, communities). A finding is made where another datum halves the median distance and the
/// common shift is larger than 200 m: a shift shared by many points is an error of datum, not noise.
#[must_use]
pub fn check(stated: Datum, pairs: &[([f64; 2], Point)]) -> Option<DatumFinding> {
    let median = |datum: Datum| -> Option<f64> {
        let mut apart: Vec<f64> = pairs
            .iter()
            .filter_map(|&([lon, lat], known)| Some(datum.to_wgs84(lon, lat).ok()?.metres_to(known)))
            .collect();
        apart.sort_unstable_by(f64::total_cmp);
        apart.get(apart.len() / 2).copied()
    };
    let stated_metres = median(stated)?;
    let (likely, likely_metres) = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09]
        .into_iter()
        .filter_map(|datum| Some((datum, median(datum)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    (likely != stated && stated_metres > 200.0 && likely_metres * 2.0 < stated_metres)
        .then_some(DatumFinding { likely, stated_metres, likely_metres })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(lon: f64, lat: f64) -> Point {
        Point::new(lon, lat).unwrap()
    }

    /// WGS-84, GCJ-02 and BD-09 of places in Huitian, Beijing, Shanghai, Shenzhen and Paris, as computed
    /// by two public implementations that agree within 1.1e-7 degrees.
    #[rustfmt::skip]
    const VECTORS: [[f64; 6]; 6] = [
        [40.0702, 116.3362, 40.07153439146181, 116.34237329429489, 40.07718523935147, 116.34898436680292],
        [40.0752, 116.4128, 40.076609391138206, 116.4190615167744, 40.08279749381225, 116.42549291360945],
        [39.9042, 116.4074, 39.90560336692766, 116.41364235948714, 39.91186533561899, 116.42004633029816],
        [31.2304, 121.4737, 31.228457704689244, 121.47822313586518, 31.234310593689997, 121.484781468503],
        [22.5431, 114.0579, 22.54038276821278, 114.06301408516, 22.546041559073544, 114.06956398703267],
        [48.8566, 2.3522, 48.8566, 2.3522, 48.8626095929417, 2.358818403434687],
    ];

    #[test]
    fn follows_public_implementations() {
        for [lat, lon, gcj_lat, gcj_lon, bd_lat, bd_lon] in VECTORS {
            for (datum, expected) in [(Datum::Gcj02, [gcj_lon, gcj_lat]), (Datum::Bd09, [bd_lon, bd_lat])] {
                let found = datum.from_wgs84(point(lon, lat));
                for (found, expected) in found.iter().zip(expected) {
                    assert!((found - expected).abs() < 2e-7, "{datum:?} {found} {expected}");
                }
            }
        }
    }

    #[test]
    fn finds_gcj02_declared_as_wgs84() {
        let known = [(116.33, 40.07), (116.36, 40.08), (116.41, 40.06)].map(|(lon, lat)| point(lon, lat));
        let shifted = known.map(|known| (Datum::Gcj02.from_wgs84(known), known));
        let finding = check(Datum::Wgs84, &shifted).unwrap();
        assert_eq!(finding.likely, Datum::Gcj02);
        assert!(finding.stated_metres > 540.0 && finding.likely_metres < 0.01);
        assert_eq!(check(Datum::Gcj02, &shifted), None);
        let right = known.map(|known| ([known.lon(), known.lat()], known));
        assert_eq!(check(Datum::Wgs84, &right), None);
        assert_eq!(check(Datum::Wgs84, &[]), None);
    }

    proptest! {
        #[test]
        fn goes_there_and_back(lon in 73.0f64..135.0, lat in 4.0f64..53.0) {
            for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
                let back = datum.to_wgs84(lon, lat).unwrap();
                let [x, y] = datum.from_wgs84(back);
                prop_assert!((x - lon).abs() < 1e-9 && (y - lat).abs() < 1e-9, "{:?} {} {}", datum, x, y);
            }
        }

        #[test]
        fn a_place_in_china_comes_back_within_half_a_metre(lon in 73.0f64..135.0, lat in 4.0f64..53.0) {
            for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
                let [x, y] = datum.from_wgs84(point(lon, lat));
                let back = datum.to_wgs84(x, y).unwrap();
                prop_assert!(back.metres_to(point(lon, lat)) < 0.5, "{:?} {} {}", datum, lon, lat);
            }
        }

        #[test]
        fn outside_china_gcj02_is_wgs84(lon in -180.0f64..=180.0, lat in -90.0f64..=90.0) {
            // A degree off the rim: what is shifted across it is another matter.
            prop_assume!(!(71.0..=139.0).contains(&lon) || !(-0.2..=56.9).contains(&lat));
            prop_assert_eq!(Datum::Gcj02.from_wgs84(point(lon, lat)), [lon, lat]);
            let back = Datum::Gcj02.to_wgs84(lon, lat).unwrap();
            prop_assert_eq!([back.lon(), back.lat()], [lon, lat]);
        }

        #[test]
        fn any_place_on_earth_converts(lon in -180.0f64..=180.0, lat in -90.0f64..=90.0) {
            for datum in [Datum::Gcj02, Datum::Bd09] {
                prop_assert!(datum.to_wgs84(lon, lat).is_ok());
            }
        }
    }
}
