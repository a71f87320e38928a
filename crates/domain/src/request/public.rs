//! What everybody may see of a request: whether, and how exactly where it is. Pages, tables, feeds, maps and
//! programs go by this one filter.

use serde::{Deserialize, Serialize};

use super::fact::Point;
use super::question::{Question, QuestionAnswer};
use super::row::RequestRow;
use super::state::Request;
use crate::code::Code;
use crate::plan::Plan;
use crate::portfolio::Portfolio;

/// How exactly everybody sees where requests of a category are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownPlace {
    #[default]
    Exact,
    /// The middle of a square with sides of so many metres.
    Grid { metres: u16 },
    /// The middle of the area, whatever its address.
    Area,
}

impl ShownPlace {
    /// As forms and sheets have it: `exact`, `area`, or the metres of a square's side.
    pub fn to_text(self) -> String {
        match self {
            Self::Exact => "exact".into(),
            Self::Grid { metres } => metres.to_string(),
            Self::Area => "area".into(),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "exact" => Some(Self::Exact),
            "area" => Some(Self::Area),
            metres => metres.parse().ok().filter(|it| *it >= GRID_LEAST).map(|metres| Self::Grid { metres }),
        }
    }
}

/// The square in whose middle a home is shown.
const HOME_METRES: u16 = 300;
/// Sides below this would hide nobody.
const GRID_LEAST: u16 = 50;
/// What is counted publicly and is less than this is not told.
pub const SMALL: u64 = 5;

/// What keeps requests from everybody's eyes, besides themselves: the categories that nobody may read, and those
/// that are not found by where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publicly {
    pub hidden: Vec<Code>,
    pub blurred: Vec<Code>,
}

/// Where everybody sees a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicPlace {
    pub address: String,
    pub point: Option<Point>,
    /// The point is not where it is.
    pub blurred: bool,
}

/// Whether an address that was masked named somebody's home.
pub fn names_home(address: &str) -> bool {
    address.contains(super::personal::MASK)
}

/// The middle of the square of a grid over the earth in which a point lies.
pub fn on_grid(point: Point, metres: u16) -> Point {
    // A millionth of a degree of latitude is 0.111195 m.
    let side = i64::from(f64_to_units(f64::from(metres.max(GRID_LEAST)), 1.0));
    let row = i64::from(point.latitude).div_euclid(side);
    let latitude = row * side + side / 2;
    // All of a row is as wide as its middle.
    let narrow = (latitude as f64 / 1e6).to_radians().cos().max(0.01);
    let wide = i64::from(f64_to_units(f64::from(metres.max(GRID_LEAST)), narrow));
    let longitude = i64::from(point.longitude).div_euclid(wide) * wide + wide / 2;
    Point {
        longitude: longitude.clamp(-180_000_000, 180_000_000) as i32,
        latitude: latitude.clamp(-90_000_000, 90_000_000) as i32,
    }
}

fn f64_to_units(metres: f64, narrow: f64) -> i32 {
    (metres / 0.111_195 / narrow).round() as i32
}

/// Which of several counts are not told, where their sum may be: those below [`SMALL`], and where the rest would give
/// these away the next larger one. Each of those that are not told could be as many as are told.
pub fn suppressed(counts: &[u64]) -> Vec<bool> {
    let mut out: Vec<bool> = counts.iter().map(|count| (1..SMALL).contains(count)).collect();
    // Whoever takes the rest from the sum knows these together, and that none of them is nothing.
    let gives_away = |out: &[bool]| {
        let hidden = counts.iter().zip(out).filter(|(_, hidden)| **hidden).map(|(count, _)| *count);
        let (number, sum) = hidden.fold((0, 0_u64), |(number, sum), count| (number + 1, sum + count));
        number == 1 || (number > 1 && sum < SMALL + number - 1)
    };
    if gives_away(&out) {
        let next = counts.iter().enumerate().filter(|(_, count)| **count >= SMALL).min_by_key(|(_, it)| **it);
        match next {
            Some((at, _)) => out[at] = true,
            // A sum below is not told itself. Above it, that there are nothings among them is all that hides the others.
            None if counts.iter().sum::<u64>() >= SMALL => out.fill(true),
            None => {}
        }
    }
    out
}

impl Plan {
    /// What nobody may see although it was published.
    pub fn publicly(&self) -> Publicly {
        let of = |held: fn(&super::RequestCategory) -> bool| {
            self.request_categories.iter().filter(|it| held(it)).map(|it| it.category.clone()).collect()
        };
        Publicly { hidden: of(|it| it.private), blurred: of(|it| it.shown_place != ShownPlace::Exact) }
    }

    /// What everybody may read of what was answered to its category's questions. Of a question that is asked no more
    /// nobody knows whether its answers were for everybody.
    pub fn public_details<'a>(
        &'a self,
        request: &'a Request,
    ) -> impl Iterator<Item = (&'a Question, &'a QuestionAnswer)> {
        let category = request.category.as_ref().and_then(|code| self.request_category(code.as_str()));
        request.details.iter().filter_map(move |answer| {
            let question = category?.question(&answer.question)?;
            (!question.private).then_some((question, answer))
        })
    }

    /// Whether everybody may read a request.
    pub fn shows(&self, request: &Request) -> bool {
        let category = request.category.as_ref().and_then(|code| self.request_category(code.as_str()));
        request.is_public() && !category.is_some_and(|held| held.private)
    }
}

impl Portfolio {
    /// Where everybody sees a request of a category in an area.
    pub fn public_place(
        &self,
        category: Option<&Code>,
        area: Option<&Code>,
        address: &str,
        point: Option<Point>,
    ) -> PublicPlace {
        let shown = category
            .and_then(|code| self.plan.request_category(code.as_str()))
            .map_or(ShownPlace::Exact, |held| held.shown_place);
        match shown {
            ShownPlace::Exact if names_home(address) => PublicPlace {
                address: address.to_owned(),
                point: point.map(|point| on_grid(point, HOME_METRES)),
                blurred: point.is_some(),
            },
            ShownPlace::Exact => PublicPlace { address: address.to_owned(), point, blurred: false },
            // An address says as much as a point does.
            ShownPlace::Grid { metres } => PublicPlace {
                address: String::new(),
                point: point.map(|point| on_grid(point, metres)),
                blurred: point.is_some(),
            },
            ShownPlace::Area => {
                let point = area.and_then(|area| self.middle_of(area));
                PublicPlace { address: String::new(), point, blurred: point.is_some() }
            }
        }
    }

    /// A row of a list as everybody sees it.
    pub fn seen_by_everybody(&self, mut row: RequestRow) -> RequestRow {
        let place = self.public_place(row.category.as_ref(), row.area.as_ref(), &row.address, row.point);
        row.address = place.address;
        row.point = place.point;
        row
    }

    /// The middle of an area, or of the nearest one around it whose boundary is known.
    pub fn middle_of(&self, area: &Code) -> Option<Point> {
        let mut seen = Vec::new();
        let mut next = self.areas.get(area);
        while let Some(held) = next.filter(|held| !seen.contains(&held.code)) {
            if let Some(middle) = held.boundary.as_ref().and_then(crate::boundary::Boundary::middle) {
                return Some(middle);
            }
            seen.push(held.code.clone());
            next = held.parent.as_ref().and_then(|parent| self.areas.get(parent));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A point on the grid tells nothing more than its square: what is shown once is shown again, is no
        /// farther than the square is wide, and is the same for others in it.
        #[test]
        fn a_grid_hides_where_in_a_square_a_point_lies(
            longitude in -179_000_000i32..179_000_000, latitude in -80_000_000i32..80_000_000,
            metres in 50u16..2_000,
        ) {
            let point = Point { longitude, latitude };
            let shown = on_grid(point, metres);
            prop_assert_eq!(on_grid(shown, metres), shown);
            let north = f64::from(shown.latitude - latitude) * 0.111_195;
            let narrow = (f64::from(latitude) / 1e6).to_radians().cos();
            let east = f64::from(shown.longitude - longitude) * 0.111_195 * narrow;
            prop_assert!((north * north + east * east).sqrt() <= f64::from(metres) * 0.75 + 1.0);
        }
    }

    proptest! {
        #[test]
        fn no_small_count_follows_from_the_others(counts in proptest::collection::vec(0u64..40, 0..12)) {
            let hidden = suppressed(&counts);
            let of_hidden = |held: bool| counts.iter().zip(&hidden).filter(move |(_, it)| **it == held);
            prop_assert!(of_hidden(false).all(|(count, _)| *count == 0 || *count >= SMALL));
            let others = counts.iter().filter(|count| **count > 0).count();
            prop_assert!(of_hidden(true).count() != 1 || others == 1);
            // What are hidden together leave open that each is as many as are told, or that it is none.
            let (number, sum) = (of_hidden(true).count() as u64, of_hidden(true).map(|it| it.0).sum::<u64>());
            let is_open = sum >= SMALL + number.saturating_sub(1) || hidden.iter().all(|it| *it);
            prop_assert!(number == 0 || counts.iter().sum::<u64>() < SMALL || is_open);
        }
    }

    #[test]
    fn what_hidden_counts_come_to_gives_none_of_them_away() {
        let hidden = |counts: &[u64]| -> Vec<usize> {
            suppressed(counts)
                .into_iter()
                .enumerate()
                .filter_map(|(at, hidden)| hidden.then_some(at))
                .collect()
        };
        assert_eq!(hidden(&[9, 6, 0, 20]), [0_usize; 0]);
        assert_eq!(hidden(&[9, 3, 6, 20]), [1, 2]);
        assert_eq!(hidden(&[4, 9, 4]), [0, 2]);
        // Two that come to two are one each, and five that come to five.
        assert_eq!(hidden(&[1, 9, 1, 7]), [0, 2, 3]);
        assert_eq!(hidden(&[1, 1, 8, 1, 1, 1]), [0, 1, 2, 3, 4, 5]);
        // No larger one is left: which are none is not told either.
        assert_eq!(hidden(&[1, 0, 1, 1, 1, 1]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(hidden(&[0, 2, 3]), [0, 1, 2]);
        // So few together are not told as a sum.
        assert_eq!(hidden(&[0, 3, 0]), [1]);
        assert_eq!(hidden(&[2, 1, 0]), [0, 1]);
    }

    #[test]
    fn neighbours_are_shown_in_one_place() {
        let home = Point { longitude: 116_340_120, latitude: 40_070_310 };
        let shown = on_grid(home, 500);
        let next_door = Point { longitude: shown.longitude + 900, latitude: shown.latitude - 900 };
        assert_eq!(on_grid(next_door, 500), shown);
        assert!(names_home("龙腾苑四区***") && !names_home("龙腾苑四区东门"));
    }
}
