//! Where a plan's areas lie, and whether a place can be one of theirs.

use crate::area::{Area, AreaLevel};
use crate::boundary::{Boundary, Extent};
use crate::code::Code;
use crate::request::Point;

/// How far beyond what is drawn a place may lie, in millionths of a degree: some five kilometres. Boundaries are drawn
/// roughly, and not of all areas.
const MARGIN: i32 = 50_000;

/// The areas of a plan that are drawn, finest first.
pub struct Bounds<'a> {
    drawn: Vec<(u8, &'a Code, Extent, &'a Boundary)>,
    reach: Option<Extent>,
}

/// What was found of a place as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placing {
    /// It can be there.
    Given(Point),
    /// It can be only there: longitude and latitude were given for each other.
    Swapped(Point),
    /// Neither way does it lie in reach.
    Outside(Point),
    NotOnEarth,
}

fn rank(level: Option<AreaLevel>) -> u8 {
    match level {
        Some(AreaLevel::Community) => 0,
        Some(AreaLevel::Subdistrict) => 1,
        Some(AreaLevel::District) => 2,
        Some(AreaLevel::City) => 3,
        None => 4,
    }
}

impl<'a> Bounds<'a> {
    pub fn of(areas: impl IntoIterator<Item = &'a Area>) -> Self {
        let drawn = areas.into_iter().filter(|area| area.active).filter_map(|area| {
            let boundary = area.boundary.as_ref()?;
            Some((rank(area.level), &area.code, boundary.extent()?, boundary))
        });
        let mut drawn: Vec<_> = drawn.collect();
        drawn.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let reach = drawn.iter().map(|(_, _, extent, _)| *extent).reduce(Extent::and).map(|all| Extent {
            west: all.west.saturating_sub(MARGIN),
            south: all.south.saturating_sub(MARGIN),
            east: all.east.saturating_add(MARGIN),
            north: all.north.saturating_add(MARGIN),
        });
        Self { drawn, reach }
    }

    /// The community or subdistrict that is drawn around a point, the finest: what is larger says of a place no more than
    /// that nobody knows it.
    pub fn area(&self, point: Point) -> Option<&'a Code> {
        let held = |(level, _, extent, boundary): &&(u8, &Code, Extent, &Boundary)| {
            *level <= rank(Some(AreaLevel::Subdistrict)) && extent.holds(point) && boundary.holds(point)
        };
        self.drawn.iter().find(held).map(|(_, code, ..)| *code)
    }

    /// Settles a place by the two points it may mean: as it was given, and with longitude and latitude swapped. Each is
    /// `None` where it is not on earth. Where no area is drawn, nothing speaks against any place on earth.
    pub fn place(&self, given: Option<Point>, swapped: Option<Point>) -> Placing {
        let Some(reach) = self.reach else { return given.map_or(Placing::NotOnEarth, Placing::Given) };
        match (given, swapped) {
            (Some(given), _) if reach.holds(given) => Placing::Given(given),
            (_, Some(swapped)) if reach.holds(swapped) => Placing::Swapped(swapped),
            (Some(given), _) => Placing::Outside(given),
            (None, _) => Placing::NotOnEarth,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::named::Named;

    fn area(code: &str, level: AreaLevel, wkt: &str) -> Area {
        Area {
            code: Code::new(code).unwrap(),
            name: Named::new(code, ""),
            level: Some(level),
            parent: None,
            population: None,
            active: true,
            boundary: (!wkt.is_empty()).then(|| Boundary::parse(wkt).unwrap()),
            aliases: Vec::new(),
        }
    }

    fn town() -> Vec<Area> {
        vec![
            area(
                "town",
                AreaLevel::Subdistrict,
                "POLYGON ((116.3 40, 116.5 40, 116.5 40.1, 116.3 40.1, 116.3 40))",
            ),
            area(
                "estate",
                AreaLevel::Community,
                "POLYGON ((116.4 40, 116.5 40, 116.5 40.1, 116.4 40.1, 116.4 40))",
            ),
            area("elsewhere", AreaLevel::Community, ""),
        ]
    }

    fn at(longitude: i32, latitude: i32) -> Option<Point> {
        Some(Point { longitude, latitude }).filter(|point| point.is_on_earth())
    }

    #[test]
    fn the_finest_area_around_a_point_is_found() {
        let areas = town();
        let bounds = Bounds::of(&areas);
        let found = |longitude, latitude| bounds.area(Point { longitude, latitude }).map(Code::as_str);
        assert_eq!(found(116_450_000, 40_050_000), Some("estate"));
        assert_eq!(found(116_350_000, 40_050_000), Some("town"));
        assert_eq!(found(116_250_000, 40_050_000), None);
        let closed: Vec<Area> = areas.into_iter().map(|area| Area { active: false, ..area }).collect();
        assert_eq!(Bounds::of(&closed).area(Point { longitude: 116_450_000, latitude: 40_050_000 }), None);
    }

    #[test]
    fn without_a_map_any_place_on_earth_is_taken_as_it_is() {
        let bounds = Bounds::of(&[]);
        assert_eq!(bounds.place(at(1, 2), at(2, 1)), Placing::Given(Point { longitude: 1, latitude: 2 }));
        assert_eq!(bounds.place(None, at(116_400_000, 40_000_000)), Placing::NotOnEarth);
    }

    proptest! {
        #[test]
        fn a_place_that_was_swapped_is_put_right_and_others_stay(
            longitude in 116_300_000i32..116_500_000, latitude in 40_000_000i32..40_100_000,
        ) {
            let areas = town();
            let bounds = Bounds::of(&areas);
            let right = Point { longitude, latitude };
            prop_assert_eq!(bounds.place(at(longitude, latitude), at(latitude, longitude)), Placing::Given(right));
            prop_assert_eq!(bounds.place(at(latitude, longitude), at(longitude, latitude)), Placing::Swapped(right));
        }

        #[test]
        fn what_is_taken_lies_in_reach(
            longitude in -180_000_000i32..=180_000_000, latitude in -180_000_000i32..=180_000_000,
        ) {
            let areas = town();
            let near = |point: Point| {
                (116_250_000..=116_550_000).contains(&point.longitude)
                    && (39_950_000..=40_150_000).contains(&point.latitude)
            };
            match Bounds::of(&areas).place(at(longitude, latitude), at(latitude, longitude)) {
                Placing::Given(point) => prop_assert!(near(point) && point.longitude == longitude),
                Placing::Swapped(point) => prop_assert!(near(point) && point.longitude == latitude),
                Placing::Outside(point) => prop_assert!(!near(point) && point.longitude == longitude),
                Placing::NotOnEarth => prop_assert!(latitude.abs() > 90_000_000),
            }
        }
    }
}
