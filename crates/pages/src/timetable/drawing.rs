//! Bars and links as pictures: a strip for each group of rows, all on one axis of days.

use std::fmt::Write;

use domain::planned_date::days_between;
use domain::timetabling::{Bars, Span};
use jiff::civil::Date;

/// Height of a row; the names beside the bars have the same.
pub(super) const ROW: i64 = 26;
/// Height of the strip with years and months.
pub(super) const HEAD: i64 = 40;
/// Ticks with a name stand at least so far apart.
const TICK: i64 = 24;
/// A link leaves a bar, and comes to the next one, by so much.
const ELBOW: i64 = 6;

/// How wide a day is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Zoom {
    /// All of it within the usual width of a screen.
    #[default]
    Fit,
    Months,
    Weeks,
}

impl Zoom {
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Fit, "fit"), (Self::Months, "months"), (Self::Weeks, "weeks")];

    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(zoom, _)| zoom).unwrap_or_default()
    }
}

/// Days as places on a strip.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    from: Date,
    to: Date,
    span: i64,
    width: i64,
}

impl Axis {
    const FIT: i64 = 900;
    /// Room for a flag at the end of the time.
    const BEHIND: i64 = 12;

    pub fn new(from: Date, to: Date, zoom: Zoom) -> Self {
        let span = i64::from(days_between(from, to)).max(1) + 1;
        let width = match zoom {
            Zoom::Fit => Self::FIT,
            Zoom::Months => (span * 3 / 2).max(Self::FIT),
            Zoom::Weeks => (span * 5).max(Self::FIT),
        };
        Self { from, to, span, width }
    }

    /// How wide a strip is.
    pub fn whole(&self) -> i64 {
        self.width + Self::BEHIND
    }

    /// Where a day begins.
    pub fn x(&self, day: Date) -> i64 {
        i64::from(days_between(self.from, day)).clamp(0, self.span) * self.width / self.span
    }

    /// Where it ends.
    fn end(&self, day: Date) -> i64 {
        self.x(day.tomorrow().unwrap_or(day))
    }

    /// Every how many months a line is drawn.
    fn step(&self) -> i32 {
        let month = (self.width * 30 / self.span).max(1);
        [1, 3, 6, 12].into_iter().find(|step| month * i64::from(*step) >= TICK).unwrap_or(12)
    }

    fn months(&self) -> impl Iterator<Item = Date> + use<> {
        let to = self.to;
        let next = |day: &Date| Some(day.saturating_add(jiff::Span::new().months(1)));
        std::iter::successors(Some(self.from.first_of_month()), next).take_while(move |day| *day <= to)
    }

    /// Years over months, as the head of the strips.
    pub fn head(&self) -> String {
        let mut out = String::new();
        let step = self.step();
        for day in self.months() {
            let (x, month) = (self.x(day), i32::from(day.month()));
            if month == 1 || day == self.from {
                let rest = self.x(Date::new(day.year() + 1, 1, 1).unwrap_or(Date::MAX)) - x;
                if rest >= 2 * TICK {
                    let _ =
                        write!(out, "<text class=\"year\" x=\"{}\" y=\"15\">{}</text>", x + 4, day.year());
                }
            }
            if (month - 1) % step == 0 {
                let top = if month == 1 { 0 } else { 20 };
                let _ = write!(out, "<path class=\"axis\" d=\"M{x} {top}V{HEAD}\"/>");
                if step < 12 {
                    let _ = write!(out, "<text x=\"{}\" y=\"34\">{month}</text>", x + 4);
                }
            }
        }
        out
    }

    /// The lines behind the bars of a strip.
    pub fn grid(&self, height: i64) -> String {
        let step = self.step();
        let mut out = String::from("<path class=\"axis\" d=\"");
        for day in self.months().filter(|day| (i32::from(day.month()) - 1) % step == 0) {
            let _ = write!(out, "M{} 0V{height}", self.x(day));
        }
        out.push_str("\"/>");
        out
    }
}

/// A row of a strip.
pub(super) struct RowBars<'a> {
    pub bars: &'a Bars,
    pub base: Option<Span>,
    /// A whole project among its steps.
    pub lead: bool,
}

/// A link between rows of a strip, or only its end where the other one lies elsewhere.
pub(super) struct RowTie {
    pub from: Option<(usize, Date)>,
    pub to: Option<(usize, Date)>,
    pub driving: bool,
}

/// What is drawn in a strip.
pub(super) fn strip(axis: &Axis, rows: &[RowBars<'_>], ties: &[RowTie], today: Date) -> String {
    let height = rows.len() as i64 * ROW;
    let mut out = axis.grid(height);
    let x = axis.x(today);
    for (at, row) in (0i64..).zip(rows) {
        bars(&mut out, axis, row, at * ROW);
    }
    for tie in ties {
        link(&mut out, axis, tie);
    }
    let _ = write!(out, "<path class=\"today\" d=\"M{x} 0V{height}\"/>");
    for (at, row) in (0i64..).zip(rows) {
        if let Some((day, flag)) = row.bars.promise {
            let (x, y) = (axis.end(day), at * ROW);
            let _ = write!(out, "<path class=\"flag {}\" d=\"M{x} {}v-19l9 4-9 4\"/>", flag.as_str(), y + 22);
        }
    }
    out
}

fn bars(out: &mut String, axis: &Axis, row: &RowBars<'_>, y: i64) {
    let held = row.bars;
    let mut bar = |class: &str, span: Option<Span>, above: i64, height: i64| {
        if let Some((from, to)) = span {
            let (from, to) = (axis.x(from), axis.end(to));
            let width = (to - from).max(3);
            let _ = write!(
                out,
                "<rect class=\"{class}\" x=\"{from}\" y=\"{}\" width=\"{width}\" height=\"{height}\"/>",
                y + above
            );
        }
    };
    let (above, height) = if row.lead { (9, 8) } else { (8, 10) };
    bar("bar-spread", held.spare, 11, 4);
    bar("bar-base", row.base, 20, 3);
    bar("bar-done", held.done, above, height);
    bar(if held.critical { "bar-critical" } else { "bar-ahead" }, held.ahead, above, height);
    bar("bar-over", held.over, above, height);
}

fn link(out: &mut String, axis: &Axis, tie: &RowTie) {
    let class = if tie.driving { "tie drives" } else { "tie" };
    let middle = |row: usize| row as i64 * ROW + 13;
    let _ = match (tie.from, tie.to) {
        (Some((from, left)), Some((to, right))) => {
            let (x1, x2) = (axis.end(left), axis.x(right));
            let (y1, y2) = (middle(from), middle(to));
            let path = if (x1..x1 + 2 * ELBOW).contains(&x2) {
                // Straight down, or up, to the beginning of the next bar.
                format!("M{x1} {y1}h3V{}", if y2 > y1 { y2 - 5 } else { y2 + 5 })
            } else if x2 >= x1 {
                format!("M{x1} {y1}H{}V{y2}H{x2}", x2 - ELBOW)
            } else {
                // Around the end of the one bar and the beginning of the other.
                let turn = if y2 > y1 { y2 - ROW / 2 } else { y2 + ROW / 2 };
                format!("M{x1} {y1}H{}V{turn}H{}V{y2}H{x2}", x1 + ELBOW, x2 - ELBOW)
            };
            write!(out, "<path class=\"{class}\" d=\"{path}\"/>")
        }
        (Some((from, left)), None) => {
            let (x, y) = (axis.end(left), middle(from));
            write!(out, "<path class=\"{class} out\" d=\"M{x} {y}h9\"/>")
        }
        (None, Some((to, right))) => {
            let (x, y) = (axis.x(right), middle(to));
            write!(out, "<path class=\"{class} in\" d=\"M{} {y}h9\"/>", x - 9)
        }
        (None, None) => Ok(()),
    };
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_lie_in_order_and_within_the_strip() {
        for zoom in [Zoom::Fit, Zoom::Months, Zoom::Weeks] {
            let axis = Axis::new(date(2018, 8, 1), date(2021, 8, 31), zoom);
            assert_eq!((axis.x(date(2018, 8, 1)), axis.end(date(2021, 8, 31))), (0, axis.width));
            // What lies beyond stands at the edge.
            assert_eq!((axis.x(date(1999, 1, 1)), axis.x(date(2049, 1, 1))), (0, axis.width));
            let mut last = -1;
            for day in axis.months() {
                assert!(axis.x(day) > last, "{day}");
                last = axis.x(day);
            }
        }
    }

    #[test]
    fn named_ticks_stand_apart() {
        for years in 1..10 {
            let axis = Axis::new(date(2018, 1, 1), date(2018 + years, 12, 31), Zoom::Fit);
            let head = axis.head();
            let places: Vec<i64> = head
                .split("y=\"34\"")
                .filter_map(|part| part.rsplit("x=\"").next()?.split('"').next()?.parse().ok())
                .collect();
            let apart = places.windows(2).all(|pair| pair[1] - pair[0] >= TICK - 6);
            assert!(apart, "{years}: {places:?}");
            assert!(head.contains(">2018<"));
        }
    }
}
