//! The stretch of days that a list looks at.

use domain::planned_date::parse_day;
use jiff::Span;
use jiff::civil::Date;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// The longest stretch that is looked at in one go.
const YEARS_MOST: i16 = 5;

impl Period {
    /// As typed; the year up to a day where nothing, or nothing sensible, was typed.
    pub fn of(from: &str, to: &str, day: Date) -> Self {
        let to = parse_day(to).unwrap_or(day);
        let usual = to.saturating_sub(Span::new().years(1)).tomorrow().unwrap_or(to);
        let earliest = to.saturating_sub(Span::new().years(YEARS_MOST));
        let from = parse_day(from).filter(|from| *from <= to).unwrap_or(usual);
        Self { from: from.max(earliest), to }
    }

    pub fn bounds(&self) -> (Option<Date>, Option<Date>) {
        (Some(self.from), Some(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_year_unless_something_sensible_is_typed() {
        let day = date(2019, 8, 14);
        let year = Period { from: date(2018, 8, 15), to: day };
        assert_eq!(Period::of("", "", day), year);
        assert_eq!(Period::of("2020-01-01", "", day), year, "nothing begins after its end");
        let spring = Period { from: date(2019, 3, 1), to: date(2019, 5, 31) };
        assert_eq!(Period::of("2019-03-01", "2019-05-31", day), spring);
        assert_eq!(Period::of("2001-01-01", "", day).from, date(2014, 8, 14));
    }
}
