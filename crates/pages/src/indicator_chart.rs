//! An indicator's values as SVG: one panel for each instrument and scale, never joined across them.

use std::fmt::Write as _;

use domain::code::Code;
use domain::indicator::{Indicator, Instrument};
use domain::planned_date::days_between;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Baseline,
    Target,
    /// An observation that stands for its day.
    Standing,
    /// One that was set aside, or is in dispute.
    Aside,
}

impl Mark {
    fn class(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Target => "target",
            Self::Standing => "standing",
            Self::Aside => "aside",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub on: Date,
    pub value: Decimal,
    pub mark: Mark,
}

/// Values that may be set against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub instrument: Code,
    pub scale: Code,
    /// In order of date.
    pub points: Vec<Point>,
}

/// The values of an indicator, sorted into panels in order of their first day.
pub fn panels(indicator: &Indicator) -> Vec<Panel> {
    let mut out: Vec<Panel> = Vec::new();
    let mut add = |by: &Instrument, on: Date, value: Decimal, mark: Mark| {
        let point = Point { on, value, mark };
        match out.iter_mut().find(|p| p.instrument == by.instrument && p.scale == by.scale) {
            Some(panel) => panel.points.push(point),
            None => out.push(Panel {
                instrument: by.instrument.clone(),
                scale: by.scale.clone(),
                points: vec![point],
            }),
        }
    };
    if let Some(baseline) = &indicator.baseline {
        add(&baseline.instrument, baseline.on, baseline.value, Mark::Baseline);
    }
    for observation in &indicator.whole.observations {
        let standing = indicator.standing(observation.on).is_some_and(|o| o.key == observation.key);
        let mark = if standing { Mark::Standing } else { Mark::Aside };
        add(&observation.instrument, observation.on, observation.value, mark);
    }
    for (on, value, by) in &indicator.targets {
        add(by, *on, *value, Mark::Target);
    }
    for panel in &mut out {
        panel.points.sort_by_key(|point| point.on);
    }
    out.sort_by_key(|panel| panel.points.first().map(|point| point.on));
    out
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 32.0;

impl Panel {
    /// Whether there is anything to draw: values of one day alone are no chart.
    pub fn is_drawn(&self) -> bool {
        self.points.first().map(|point| point.on) != self.points.last().map(|point| point.on)
    }

    /// The drawing, hidden from screen readers, whose table says the same.
    pub fn svg(&self) -> String {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return String::new();
        };
        let span = f64::from(days_between(first.on, last.on).max(1));
        let numbers: Vec<f64> = self.points.iter().filter_map(|point| point.value.to_f64()).collect();
        let high = numbers.iter().copied().fold(f64::MIN, f64::max);
        // Quantities are drawn from zero, so that a small change does not look like a great one.
        let low = numbers.iter().copied().fold(0.0, f64::min);
        let (low, step) = scale(low, high);
        let top = low + step * 4.0;
        let x = |on: Date| LEFT + (WIDTH - LEFT - RIGHT) * f64::from(days_between(first.on, on)) / span;
        let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - low);

        let mut svg = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\" focusable=\"false\">"
        );
        for tick in 0..=4 {
            let value = low + step * f64::from(tick);
            let at = y(value);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                at + 4.0,
                plain(value),
            );
        }
        for (on, anchor) in [(first.on, "start"), (last.on, "end")] {
            let _ = write!(
                svg,
                "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{on}</text>",
                x(on),
                HEIGHT - 10.0,
            );
        }
        let line: Vec<String> = self
            .points
            .iter()
            .filter(|point| matches!(point.mark, Mark::Baseline | Mark::Standing))
            .filter_map(|point| Some(format!("{:.1},{:.1}", x(point.on), y(point.value.to_f64()?))))
            .collect();
        if line.len() > 1 {
            let _ = write!(svg, "<polyline class=\"line\" points=\"{}\"/>", line.join(" "));
        }
        for point in &self.points {
            let Some(value) = point.value.to_f64() else { continue };
            let (cx, cy) = (x(point.on), y(value));
            let class = point.mark.class();
            let _ = match point.mark {
                // Told apart by shape, not by colour alone.
                Mark::Target => {
                    write!(svg, "<path class=\"mark {class}\" d=\"M{cx:.1} {:.1}l6 6-6 6-6-6z\"/>", cy - 6.0)
                }
                Mark::Baseline => write!(
                    svg,
                    "<rect class=\"mark {class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"10\" height=\"10\"/>",
                    cx - 5.0,
                    cy - 5.0
                ),
                Mark::Standing | Mark::Aside => {
                    write!(svg, "<circle class=\"mark {class}\" cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"5\"/>")
                }
            };
            let anchor = if cx > WIDTH - 80.0 { "end" } else { "start" };
            let shift = if anchor == "end" { -8.0 } else { 8.0 };
            let _ = write!(
                svg,
                "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                cx + shift,
                cy - 8.0,
                crate::words_of::number(point.value),
            );
        }
        svg.push_str("</svg>");
        svg
    }
}

/// A lower end and a step that make five even, round ticks covering both values.
fn scale(low: f64, high: f64) -> (f64, f64) {
    let high = if high <= low { low + 1.0 } else { high };
    let rough = (high - low) / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| (low / step).floor() * step + step * 4.0 >= high - 1e-9)
        .unwrap_or(20.0 * power);
    ((low / step).floor() * step, step)
}

fn plain(value: f64) -> String {
    Decimal::from_f64_retain(value).map_or_else(String::new, |d| crate::words_of::number(d.round_dp(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_cover_the_values() {
        for (low, high) in [(0.0, 6.5), (0.0, 863_000.0), (-3.0, 8.0), (0.0, 0.16), (0.0, 0.0), (0.0, 100.0)]
        {
            let (from, step) = scale(low, high);
            assert!(from <= low && from + 4.0 * step >= high - 1e-9, "{low} {high}: {from} {step}");
        }
    }
}
