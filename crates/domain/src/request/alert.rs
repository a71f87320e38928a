//! What somebody without an account wants to be told of by mail: what is published, answered or built in a place.

use jiff::ToSpan;
use jiff::civil::{DateTime, Time, Weekday};

use super::fact::Point;
use crate::code::Code;
use crate::item::kind::texts;

texts! {
    /// How often: one mail for all that there is.
    AlertRhythm { Day => "day", Week => "week" }
}

texts! {
    /// What is told.
    AlertNews {
        Published => "published",
        Answered => "answered",
        /// What was built or put right for it.
        Reached => "reached",
        /// A step of a project.
        Works => "works",
    }
}

/// How far around a point, in metres.
pub const AROUND: [u32; 4] = [250, 500, 1_000, 2_000];
/// Digests are made at this hour of the morning, those of a week on Mondays.
const HOUR: i8 = 8;

/// Where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertPlace {
    /// Wherever the plan is.
    Plan,
    /// An area with all below it.
    Area(Code),
    Circle {
        middle: Point,
        metres: u32,
    },
}

/// What somebody wants to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertWish {
    pub place: AlertPlace,
    pub category: Option<Code>,
    pub every: AlertRhythm,
}

/// Where something is, as everybody may know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The areas it lies in, with all above them.
    pub areas: Vec<Code>,
    /// Nothing where only the area is told: what is blurred is not found by where it is.
    pub point: Option<Point>,
    pub category: Option<Code>,
}

/// Metres between two points that are not far from each other.
pub fn metres(a: Point, b: Point) -> f64 {
    // A millionth of a degree is a tenth of a metre to the north.
    const UNIT: f64 = 0.111_195;
    let narrow = (f64::from(a.latitude) / 1e6).to_radians().cos();
    let north = (f64::from(a.latitude) - f64::from(b.latitude)) * UNIT;
    let east = (f64::from(a.longitude) - f64::from(b.longitude)) * UNIT * narrow;
    (north * north + east * east).sqrt()
}

impl AlertWish {
    /// Whether something is meant.
    pub fn takes(&self, seen: &Seen) -> bool {
        let of_category = match &self.category {
            Some(category) => seen.category.as_ref() == Some(category),
            None => true,
        };
        of_category
            && match &self.place {
                AlertPlace::Plan => true,
                AlertPlace::Area(area) => seen.areas.contains(area),
                AlertPlace::Circle { middle, metres: most } => {
                    seen.point.is_some_and(|point| metres(*middle, point) <= f64::from(*most))
                }
            }
    }
}

impl AlertRhythm {
    /// The next moment after another at which there is a mail.
    pub fn next(self, after: DateTime) -> DateTime {
        let hour = Time::constant(HOUR, 0, 0, 0);
        let mut day = after.date();
        if day.to_datetime(hour) <= after {
            day = day.saturating_add(1.day());
        }
        if self == Self::Week {
            day = day.saturating_add(i64::from(Weekday::Monday.since(day.weekday())).days());
        }
        day.to_datetime(hour)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    #[test]
    fn what_is_meant_lies_there_and_is_of_the_category() {
        let middle = Point { longitude: 116_340_000, latitude: 40_070_000 };
        let near = Point { longitude: 116_342_000, latitude: 40_071_000 };
        let seen = Seen {
            areas: vec![code("estate"), code("town")],
            point: Some(near),
            category: Some(code("lamps")),
        };
        let wish = |place, category: Option<&str>| AlertWish {
            place,
            category: category.map(code),
            every: AlertRhythm::Day,
        };
        assert!(wish(AlertPlace::Plan, None).takes(&seen));
        assert!(wish(AlertPlace::Area(code("town")), Some("lamps")).takes(&seen));
        assert!(!wish(AlertPlace::Area(code("town")), Some("water")).takes(&seen));
        assert!(!wish(AlertPlace::Area(code("other")), None).takes(&seen));
        let around = |metres| AlertPlace::Circle { middle, metres };
        assert!(wish(around(250), None).takes(&seen) && !wish(around(200), None).takes(&seen));
        // Where only the area is told, nothing is found by a point.
        assert!(!wish(around(2_000), None).takes(&Seen { point: None, ..seen }));
    }

    #[test]
    fn mails_come_in_the_morning() {
        // A Wednesday.
        let at = |hour| date(2019, 8, 14).at(hour, 0, 0, 0);
        assert_eq!(AlertRhythm::Day.next(at(7)), at(8));
        assert_eq!(AlertRhythm::Day.next(at(8)), date(2019, 8, 15).at(8, 0, 0, 0));
        assert_eq!(AlertRhythm::Week.next(at(7)), date(2019, 8, 19).at(8, 0, 0, 0));
        assert_eq!(
            AlertRhythm::Week.next(date(2019, 8, 19).at(8, 0, 0, 0)),
            date(2019, 8, 26).at(8, 0, 0, 0)
        );
    }

    proptest! {
        #[test]
        fn the_next_mail_is_later_and_not_far_away(days in 0i64..20_000, hour in 0i8..24) {
            let after = date(1990, 1, 1).saturating_add(days.days()).at(hour, 30, 0, 0);
            for (every, most) in [(AlertRhythm::Day, 1), (AlertRhythm::Week, 7)] {
                let next = every.next(after);
                prop_assert!(next > after && next <= after.saturating_add(most.days()));
                prop_assert!(every == AlertRhythm::Day || next.weekday() == Weekday::Monday);
            }
        }
    }
}
