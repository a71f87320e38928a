//! The time line of a project: a row for each step with a date, from the first year to the last.

use domain::planned_date::{PlannedDate, days_between};
use domain::project::Project;
use jiff::civil::Date;
use words::Lang;

use crate::project_track::{ordered, part_name, step_name};
use crate::words_of;

/// The picture is a thousand units wide; the first ones are the labels'.
const LEFT: i64 = 190;
const RIGHT: i64 = 985;
const ROW: usize = 28;
const TOP: usize = 36;
/// How many narrow characters a label has room for.
const LABEL: i32 = 25;

/// A mark: its kind, its place, and what it says.
pub(crate) struct Mark {
    pub kind: &'static str,
    pub x: i64,
    pub text: String,
}

pub(crate) struct ChartRow {
    pub label: String,
    pub y: usize,
    pub marks: Vec<Mark>,
    /// From the first promise to what happened or is now expected: class, from, to.
    pub slip: Option<(&'static str, i64, i64)>,
}

pub(crate) struct Chart {
    pub rows: Vec<ChartRow>,
    pub years: Vec<(i64, String)>,
    /// The day looked at.
    pub today: i64,
    pub height: usize,
}

/// `None` where there is no date but the one looked at.
pub(crate) fn chart(project: &Project, as_of: Date, lang: Lang) -> Option<Chart> {
    let tracks = ordered(project);
    let mut dates = vec![as_of];
    for (_, track) in &tracks {
        dates.extend(track.promises.iter().map(|(_, date)| date.last()));
        dates.extend([track.planned, track.forecast, track.actual].into_iter().flatten().map(|d| d.last()));
    }
    if dates.len() < 2 {
        return None;
    }
    let from = dates.iter().min()?.first_of_year();
    let to = dates.iter().max()?.last_of_year();
    let span = i64::from(days_between(from, to).max(1));
    let x = |day: Date| LEFT + i64::from(days_between(from, day)) * (RIGHT - LEFT) / span;
    let rows: Vec<ChartRow> = tracks
        .iter()
        .enumerate()
        .map(|(at, ((part, step), track))| {
            let mut marks = Vec::new();
            let mut mark = |kind: &'static str, aspect: &str, date: PlannedDate| {
                let text =
                    format!("{} {}", words_of::word(lang, "aspect", aspect), words_of::planned(lang, date));
                marks.push(Mark { kind, x: x(date.last()), text });
            };
            for (at, (_, date)) in track.promises.iter().enumerate() {
                let holds = at + 1 == track.promises.len();
                mark(if holds { "promised" } else { "promised old" }, "promised", *date);
            }
            if track.actual.is_none() {
                if let Some(date) = track.planned {
                    mark("planned", "planned", date);
                }
                if let Some(date) = track.forecast {
                    mark("forecast", "forecast", date);
                }
            }
            if let Some(date) = track.actual {
                mark("actual", "actual", date);
            }
            let slip = track.first_promised().zip(track.slip_days(as_of)).and_then(|(first, days)| {
                // The bar ends where the slip is counted to.
                let begins = x(first.last());
                let ends = begins + i64::from(days) * (RIGHT - LEFT) / span;
                let class = if days > 0 { "late" } else { "early" };
                (days != 0).then(|| (class, begins.min(ends), begins.max(ends)))
            });
            let mut label = step_name(project, step, lang);
            if let Some(part) = part {
                label = format!("{label} · {}", part_name(project, part, lang));
            }
            ChartRow { label: shortened(&label, LABEL), y: TOP + at * ROW, marks, slip }
        })
        .collect();
    // Where many years share the width, every second or third is named.
    let years = to.year() - from.year() + 1;
    let every = (years / 14 + 1) as usize;
    let years = (from.year()..=to.year())
        .step_by(every)
        .filter_map(|year| Some((x(Date::new(year, 1, 1).ok()?), year.to_string())))
        .collect();
    let height = rows.len() * ROW + 32;
    Some(Chart { rows, years, today: x(as_of), height })
}

/// The label's column is narrow; the table beside the picture has it whole.
fn shortened(label: &str, room: i32) -> String {
    let width = |c: char| if u32::from(c) < 0x1100 { 1 } else { 2 };
    let mut room = room;
    let short: String = label
        .chars()
        .take_while(|c| {
            room -= width(*c);
            room >= 0
        })
        .collect();
    if short.len() < label.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_cut_by_their_width() {
        assert_eq!(shortened("Start on site", LABEL), "Start on site");
        assert_eq!(shortened("二次结构装修机电安装工程总包单位", LABEL), "二次结构装修机电安装工程…");
    }
}
