//! Places as others state them: in the coordinates of their maps, sometimes with longitude and latitude swapped, sometimes
//! far away. What is kept is WGS 84.

use std::fmt;

use ::place::datum::Datum;
use domain::bounds::{Bounds, Placing};
use domain::code::Code;
use domain::request::Point;

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

const MILLION: f64 = 1e6;

/// A place as it was stated, in millionths of a degree up to 180 each way: what is called the latitude may be the
/// longitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated {
    longitude: i32,
    latitude: i32,
    datum: Datum,
}

/// Where a stated place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    pub point: Point,
    /// Longitude and latitude were swapped, and put right.
    pub swapped: bool,
}

/// Why a stated place is nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceFault {
    /// It lies far from all areas of the plan.
    Outside,
    NotOnEarth,
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [longitude, latitude] = [self.longitude, self.latitude].map(|it| f64::from(it) / MILLION);
        write!(f, "{longitude}, {latitude} ({})", self.datum.as_str())
    }
}

impl Stated {
    /// `None` where one is no number of degrees at all.
    pub fn new(longitude: f64, latitude: f64, datum: Datum) -> Option<Self> {
        let degrees = |value: f64| (value.abs() <= 180.0).then(|| (value * MILLION).round() as i32);
        Some(Self { longitude: degrees(longitude)?, latitude: degrees(latitude)?, datum })
    }

    /// Programs that know no place often say 0, 0, where there is only sea.
    pub fn is_nothing(self) -> bool {
        (self.longitude, self.latitude) == (0, 0)
    }

    fn read(self, longitude: i32, latitude: i32) -> Option<Point> {
        let there = Point { longitude, latitude };
        if self.datum == Datum::Wgs84 {
            return Some(there).filter(|point| point.is_on_earth());
        }
        let degrees = |millionths: i32| f64::from(millionths) / MILLION;
        let found = self.datum.to_wgs84(degrees(longitude), degrees(latitude)).ok()?;
        let millionths = |degrees: f64| (degrees * MILLION).round() as i32;
        Some(Point { longitude: millionths(found.lon()), latitude: millionths(found.lat()) })
    }

    /// Where it is, by what is drawn of a plan's areas.
    pub(crate) fn locate(self, bounds: &Bounds) -> Result<Located, PlaceFault> {
        let given = self.read(self.longitude, self.latitude);
        let swapped = self.read(self.latitude, self.longitude);
        match bounds.place(given, swapped) {
            Placing::Given(point) => Ok(Located { point, swapped: false }),
            Placing::Swapped(point) => Ok(Located { point, swapped: true }),
            Placing::Outside(_) => Err(PlaceFault::Outside),
            Placing::NotOnEarth => Err(PlaceFault::NotOnEarth),
        }
    }
}

impl App {
    /// Where a stated place is, by what is drawn of a plan's areas; with the finest area that is drawn around it.
    pub async fn locate(
        &self,
        plan: &Code,
        stated: Stated,
    ) -> Result<Result<(Located, Option<Code>), PlaceFault>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let bounds = Bounds::of(portfolio.areas.values());
        Ok(stated.locate(&bounds).map(|located| (located, bounds.area(located.point).cloned())))
    }
}

#[cfg(test)]
mod tests {
    use domain::area::{Area, AreaLevel};
    use domain::boundary::Boundary;
    use domain::named::Named;

    use super::*;

    fn town() -> Area {
        let wkt = "POLYGON ((116.3 40, 116.5 40, 116.5 40.1, 116.3 40.1, 116.3 40))";
        Area {
            code: Code::new("town").unwrap(),
            name: Named::new("town", ""),
            level: Some(AreaLevel::Subdistrict),
            parent: None,
            population: None,
            active: true,
            boundary: Some(Boundary::parse(wkt).unwrap()),
            aliases: Vec::new(),
        }
    }

    #[test]
    fn coordinates_of_chinese_maps_become_wgs_84_swapped_or_not() {
        let areas = [town()];
        let bounds = Bounds::of(&areas);
        let near = |point: Point, longitude: i32, latitude: i32| {
            // A millionth of a degree is a tenth of a metre.
            (point.longitude - longitude).abs() <= 2 && (point.latitude - latitude).abs() <= 2
        };
        // One spot, as three kinds of map have it.
        for (longitude, latitude, datum) in [
            (116.3362, 40.0702, Datum::Wgs84),
            (116.342373, 40.071534, Datum::Gcj02),
            (116.348984, 40.077185, Datum::Bd09),
        ] {
            for swapped in [false, true] {
                let (a, b) = if swapped { (latitude, longitude) } else { (longitude, latitude) };
                let found = Stated::new(a, b, datum).unwrap().locate(&bounds).unwrap();
                assert_eq!(found.swapped, swapped);
                assert!(near(found.point, 116_336_200, 40_070_200), "{datum:?} {found:?}");
            }
        }
        let outside =
            |longitude, latitude| Stated::new(longitude, latitude, Datum::Wgs84).unwrap().locate(&bounds);
        assert_eq!(outside(121.47, 31.23), Err(PlaceFault::Outside));
        assert_eq!(outside(170.0, 120.0), Err(PlaceFault::NotOnEarth));
        assert_eq!(Stated::new(f64::NAN, 1.0, Datum::Wgs84), None);
        assert_eq!(Stated::new(181.0, 1.0, Datum::Wgs84), None);
        assert!(Stated::new(0.0, 0.0, Datum::Gcj02).unwrap().is_nothing());
    }
}
