//! An index over time as SVG, from 0 to 100. The table beside it says the same.

use std::fmt::Write as _;

use domain::index::IndexCell;

use super::points;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 34.0;
/// The labels below that fit side by side.
const LABELS: usize = 8;

/// The drawing, hidden from screen readers; empty where fewer than two periods have a value.
pub(super) fn svg(cells: &[&IndexCell]) -> String {
    if cells.iter().filter(|cell| cell.value.is_some()).count() < 2 {
        return String::new();
    }
    let step = (WIDTH - LEFT - RIGHT) / (cells.len() - 1) as f64;
    let x = |at: usize| LEFT + step * at as f64;
    let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / 100.0);
    let mut out = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for tick in [0, 25, 50, 75, 100] {
        let at = y(f64::from(tick));
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0,
        );
    }
    let every = cells.len().div_ceil(LABELS);
    // A period without a value breaks the line: nothing is drawn across it.
    let mut line = String::new();
    let mut begins = true;
    for (at, cell) in cells.iter().enumerate() {
        let label = cell.span;
        if (cells.len() - 1 - at).is_multiple_of(every) {
            let anchor = if at + 1 == cells.len() { "end" } else { "middle" };
            let _ = write!(
                out,
                "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>",
                x(at) + if anchor == "end" { 12.0 } else { 0.0 },
                HEIGHT - 10.0,
            );
        }
        match cell.value {
            Some(value) => {
                let _ = write!(line, "{}{:.1} {:.1}", if begins { "M" } else { "L" }, x(at), y(value));
                begins = false;
            }
            None => begins = true,
        }
    }
    let _ = write!(out, "<path class=\"line\" d=\"{line}\"/>");
    for (at, cell) in cells.iter().enumerate() {
        let Some(value) = cell.value else { continue };
        // What rests on made-up or missing indicators is told by its shape, too.
        let class = if cell.coverage < 1.0 { "mark aside" } else { "mark standing" };
        let _ = write!(
            out,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/>\
             <text class=\"value\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(at),
            y(value),
            x(at),
            y(value) - 10.0,
            points(cell.value),
        );
    }
    out.push_str("</svg>");
    out
}
