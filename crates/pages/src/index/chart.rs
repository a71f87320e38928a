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
/// The values whose numbers fit side by side.
const MARKED: usize = 16;

/// Which cells have a label below: the last one, and before it each that has room.
fn labelled(count: usize, x: impl Fn(usize) -> f64) -> Vec<bool> {
    let room = (WIDTH - LEFT - RIGHT) / LABELS as f64;
    let mut out = vec![false; count];
    let mut next = f64::INFINITY;
    for at in (0..count).rev() {
        if next - x(at) >= room {
            (out[at], next) = (true, x(at));
        }
    }
    out
}

/// The drawing, hidden from screen readers; empty where fewer than two periods have a value.
pub(super) fn svg(cells: &[&IndexCell]) -> String {
    if cells.iter().filter(|cell| cell.value.is_some()).count() < 2 {
        return String::new();
    }
    // Time to scale: a period without anything observed has no cell, and still takes its place.
    let ordinal = |at: usize| cells[at].span.ordinal();
    let first = ordinal(0);
    let step = (WIDTH - LEFT - RIGHT) / f64::from(ordinal(cells.len() - 1) - first).max(1.0);
    let x = |at: usize| LEFT + step * f64::from(ordinal(at) - first);
    let labelled = labelled(cells.len(), x);
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
    // A period without a value breaks the line: nothing is drawn across it.
    let mut line = String::new();
    let mut last: Option<i32> = None;
    for (at, cell) in cells.iter().enumerate() {
        let label = cell.span;
        if labelled[at] {
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
                let follows = last.is_some_and(|last| last + 1 == ordinal(at));
                let _ = write!(line, "{}{:.1} {:.1}", if follows { "L" } else { "M" }, x(at), y(value));
                last = Some(ordinal(at));
            }
            None => last = None,
        }
    }
    let _ = write!(out, "<path class=\"line\" d=\"{line}\"/>");
    for (at, cell) in cells.iter().enumerate() {
        let Some(value) = cell.value else { continue };
        // What rests on made-up or missing indicators is told by its shape, too.
        let class = if cell.coverage < 1.0 { "mark aside" } else { "mark standing" };
        let _ =
            write!(out, "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/>", x(at), y(value),);
        // Of many values only some have room for their numbers.
        if cells.len() > MARKED && !labelled[at] {
            continue;
        }
        let _ = write!(
            out,
            "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(at),
            y(value) - 10.0,
            points(cell.value),
        );
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(span: &str, value: Option<f64>) -> IndexCell {
        IndexCell {
            area: None,
            span: span.parse().unwrap(),
            running: false,
            value,
            coverage: 1.0,
            dimensions: Vec::new(),
            parts: Vec::new(),
            illustrative: false,
        }
    }

    fn line(cells: &[IndexCell]) -> String {
        let drawn = svg(&cells.iter().collect::<Vec<_>>());
        let (_, rest) = drawn.split_once("class=\"line\" d=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    #[test]
    fn time_is_to_scale_and_the_line_breaks_where_a_period_is_missing() {
        let some = [cell("2018", Some(50.0)), cell("2019", Some(50.0)), cell("2022", Some(50.0))];
        // 568 for four years: 142 each; and nothing between 2019 and 2022.
        assert_eq!(line(&some), "M44.0 103.0L186.0 103.0M612.0 103.0");
        let gap = [cell("2019-Q4", Some(0.0)), cell("2020-Q1", None), cell("2020-Q2", Some(100.0))];
        assert_eq!(line(&gap), "M44.0 186.0M612.0 20.0");
        assert_eq!(svg(&[&cell("2019", Some(1.0)), &cell("2020", None)]), "");
    }

    #[test]
    fn labels_have_room() {
        assert_eq!(labelled(3, |at| 44.0 + 284.0 * at as f64), [true, true, true]);
        let many = labelled(120, |at| 44.0 + 568.0 / 119.0 * at as f64);
        assert!(many[119] && (4..=LABELS + 1).contains(&many.iter().filter(|held| **held).count()));
    }
}
