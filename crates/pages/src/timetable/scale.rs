//! Days as places on a picture.

use domain::planned_date::days_between;
use jiff::civil::Date;

/// The picture is a thousand units wide; the first ones are the labels'.
pub(super) const WIDTH: i64 = 1_000;
const LEFT: i64 = 250;
const RIGHT: i64 = 970;
/// A picture shows so many years at most: what lies beyond is drawn at its edge.
const MOST_YEARS: i16 = 8;

pub(super) struct Scale {
    from: Date,
    span: i64,
}

impl Scale {
    /// From the first of the earliest day's quarter to the end of the latest day's, with the day looked at inside.
    pub fn over(days: impl Iterator<Item = Date>, as_of: Date) -> Self {
        let (mut from, mut to) = (as_of, as_of);
        for day in days {
            from = from.min(day);
            to = to.max(day);
        }
        from = from.max(as_of.saturating_sub(jiff::Span::new().years(2)));
        to = to.min(as_of.saturating_add(jiff::Span::new().years(MOST_YEARS - 2)));
        let quarter = |date: Date| Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).unwrap_or(date);
        let from = quarter(from);
        let to = quarter(to).saturating_add(jiff::Span::new().months(3));
        Self { from, span: i64::from(days_between(from, to).max(1)) }
    }

    pub fn x(&self, day: Date) -> i64 {
        let place = i64::from(days_between(self.from, day)).clamp(0, self.span);
        LEFT + place * (RIGHT - LEFT) / self.span
    }

    /// The lines of months, quarters or years, so that they stand apart, each with its text; a year's first one
    /// names the year.
    pub fn lines(&self) -> Vec<(i64, String)> {
        let step = match self.span {
            ..=400 => 1,
            401..=1_300 => 3,
            _ => 12,
        };
        let mut out = Vec::new();
        let mut day = self.from;
        while i64::from(days_between(self.from, day)) <= self.span {
            if (i32::from(day.month()) - 1) % step == 0 {
                let text = if day.month() == 1 || out.is_empty() {
                    format!("{}-{:02}", day.year(), day.month())
                } else {
                    format!("{:02}", day.month())
                };
                out.push((self.x(day), text));
            }
            day = day.saturating_add(jiff::Span::new().months(1));
        }
        out
    }
}
