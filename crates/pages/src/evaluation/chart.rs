//! Two lines over months: the areas reached and those that they are compared with, each month in percent of what was
//! usual before. The same stands below as a table.

use app::evaluation::{MonthLine, MonthPart};
use words::Lang;

pub struct Chart {
    pub height: u32,
    /// Where a level lies, and what it is.
    pub levels: Vec<(String, String)>,
    /// Where a year begins.
    pub years: Vec<(String, String)>,
    pub reached: Vec<String>,
    pub compared: Vec<String>,
    /// The months that are left out: where they begin, how wide they are.
    pub left_out: Option<(String, String)>,
    pub usual: String,
}

const LEFT: f64 = 44.0;
const RIGHT: f64 = 990.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 236.0;

/// What would tell a small count has a point for staff only.
pub fn chart(lang: Lang, months: &[MonthLine], staff: bool) -> Option<Chart> {
    if months.len() < 2 {
        return None;
    }
    let told = months.iter().flat_map(|line| [line.percent(true, staff), line.percent(false, staff)]);
    let highest = told.flatten().fold(100.0, f64::max);
    let step =
        [25.0, 50.0, 100.0, 200.0, 500.0].into_iter().find(|step| highest / step <= 5.0).unwrap_or(1_000.0);
    let top = (highest / step).ceil() * step;
    let wide = (RIGHT - LEFT) / months.len() as f64;
    let x = |at: usize| LEFT + wide * (at as f64 + 0.5);
    let y = |percent: f64| BOTTOM - (BOTTOM - TOP) * (percent / top).clamp(0.0, 1.0);
    let at = |value: f64| format!("{value:.1}");
    // A line ends where months are left out: what happened in them is not compared; and where a count is not told.
    let line = |reached: bool| -> Vec<String> {
        let mut out: Vec<Vec<String>> = vec![Vec::new()];
        let mut part = months.first().map(|line| line.part);
        for (number, month) in months.iter().enumerate() {
            if Some(month.part) != part {
                part = Some(month.part);
                out.push(Vec::new());
            }
            let Some(value) = month.percent(reached, staff) else {
                out.push(Vec::new());
                continue;
            };
            if let Some(last) = out.last_mut().filter(|_| month.part != MonthPart::LeftOut) {
                last.push(format!("{},{}", at(x(number)), at(y(value))));
            }
        }
        out.into_iter().filter(|points| points.len() > 1).map(|points| points.join(" ")).collect()
    };
    let left_out: Vec<usize> =
        (0..months.len()).filter(|number| months[*number].part == MonthPart::LeftOut).collect();
    let years = months
        .iter()
        .enumerate()
        .filter(|(number, line)| line.month.month() == 1 || *number == 0)
        .map(|(number, line)| {
            let text = match lang {
                Lang::Zh => format!("{}年", line.month.year()),
                Lang::En => line.month.year().to_string(),
            };
            (at(LEFT + wide * number as f64), text, number)
        })
        .collect::<Vec<_>>();
    // Where the first months of a year are few, its name would run into the next one's.
    let crowded = years.get(1).is_some_and(|next| next.2 < 4);
    let years = years
        .into_iter()
        .enumerate()
        .map(|(number, (x, text, _))| (x, if number == 0 && crowded { String::new() } else { text }));
    let count = (top / step) as u32;
    Some(Chart {
        height: 262,
        levels: (0..=count)
            .map(|number| {
                let level = f64::from(number) * step;
                (at(y(level)), format!("{level:.0}"))
            })
            .collect(),
        years: years.collect(),
        reached: line(true),
        compared: line(false),
        left_out: left_out
            .first()
            .map(|first| (at(LEFT + wide * *first as f64), at(wide * left_out.len() as f64))),
        usual: at(y(100.0)),
    })
}
