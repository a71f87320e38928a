//! The timetable as bars: strips of rows, each row with its name, its bars and what they say.
//!
//! Rows lie in strips of their own, so that a browser lays out only those that are seen.

use std::collections::BTreeMap;

use app::gantt::{Gantt, Line, ends};
use words::{Lang, shown};

use super::drawing::{Axis, HEAD, ROW, RowBars, RowTie, Zoom, strip};
use crate::page::Page;
use crate::words_of::{comma, word};

/// Projects in one strip where steps are not shown.
const IN_STRIP: usize = 40;

pub(super) struct Name {
    pub name: String,
    pub address: String,
    /// Everything the bars say.
    pub said: String,
    pub lead: bool,
}

pub(super) struct Strip {
    pub names: Vec<Name>,
    pub height: i64,
    pub picture: String,
}

pub(super) struct Picture {
    pub strips: Vec<Strip>,
    pub head: String,
    pub width: i64,
    pub head_height: i64,
    /// Whether an earlier timetable lies below the bars.
    pub based: bool,
}

impl Picture {
    /// Projects, or all their steps; a row leads to the address of its project's and its step's place.
    pub fn of(
        gantt: &Gantt,
        zoom: Zoom,
        page: &Page,
        steps: bool,
        address: impl Fn(usize, Option<usize>) -> String,
    ) -> Self {
        let axis = Axis::new(gantt.from, gantt.to, zoom);
        Self {
            strips: strips(gantt, &axis, page, steps, address),
            head: axis.head(),
            width: axis.whole(),
            head_height: HEAD,
            based: gantt.baseline.is_some(),
        }
    }
}

/// Where a step is drawn: its strip, and its row in it.
type Place = (usize, usize);

fn strips(
    gantt: &Gantt,
    axis: &Axis,
    page: &Page,
    steps: bool,
    address: impl Fn(usize, Option<usize>) -> String,
) -> Vec<Strip> {
    let english = page.lang.is_english();
    let place = |(group, step): (usize, usize)| -> Place {
        if steps { (group, step + 1) } else { (group / IN_STRIP, group % IN_STRIP) }
    };
    let mut ties: BTreeMap<usize, Vec<RowTie>> = BTreeMap::new();
    // What each step waits for, in words.
    let mut waits: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for link in &gantt.links {
        let line = |(group, step): (usize, usize)| &gantt.groups[group].steps[step];
        let across = link.from.0 != link.to.0;
        if !steps && !across {
            continue;
        }
        if across {
            let (group, step) = (&gantt.groups[link.from.0], line(link.from));
            let name = format!("{} · {}", group.line.name.get(english), step.name.get(english));
            waits.entry(if steps { link.to } else { (link.to.0, usize::MAX) }).or_default().push(name);
        }
        let Some((left, right)) = ends(link.kind, line(link.from), line(link.to)) else { continue };
        let (from, to) = (place(link.from), place(link.to));
        let driving = link.driving;
        if from.0 == to.0 {
            let tie = RowTie { from: Some((from.1, left)), to: Some((to.1, right)), driving };
            ties.entry(from.0).or_default().push(tie);
        } else {
            let out = RowTie { from: Some((from.1, left)), to: None, driving };
            ties.entry(from.0).or_default().push(out);
            let into = RowTie { from: None, to: Some((to.1, right)), driving };
            ties.entry(to.0).or_default().push(into);
        }
    }
    let name = |group: usize, step: Option<usize>| {
        let held = &gantt.groups[group];
        let line = step.map_or(&held.line, |step| &held.steps[step]);
        let waiting = waits.get(&(group, step.unwrap_or(usize::MAX))).map_or(&[][..], Vec::as_slice);
        Name {
            name: line.name.get(english).to_owned(),
            address: address(group, step),
            said: said(line, waiting, page),
            lead: steps && step.is_none(),
        }
    };
    let mut strips: Vec<(Vec<Name>, Vec<RowBars<'_>>)> = Vec::new();
    for (at, group) in gantt.groups.iter().enumerate() {
        if steps || at % IN_STRIP == 0 {
            strips.push((Vec::new(), Vec::new()));
        }
        let Some((names, rows)) = strips.last_mut() else { continue };
        names.push(name(at, None));
        rows.push(row(&group.line, steps));
        if steps {
            names.extend((0..group.steps.len()).map(|step| name(at, Some(step))));
            rows.extend(group.steps.iter().map(|line| row(line, false)));
        }
    }
    strips
        .into_iter()
        .enumerate()
        .map(|(at, (names, rows))| Strip {
            height: rows.len() as i64 * ROW,
            picture: strip(axis, &rows, ties.get(&at).map_or(&[], Vec::as_slice), gantt.as_of),
            names,
        })
        .collect()
}

fn row(line: &Line, lead: bool) -> RowBars<'_> {
    RowBars { bars: &line.bars, base: line.base, lead }
}

/// What the bars of a row say, in words.
fn said(line: &Line, waits: &[String], page: &Page) -> String {
    let lang: Lang = page.lang;
    let mut out = Vec::new();
    let finish = line.finish.map(|day| page.day(&day));
    match (line.bars.ahead, finish) {
        _ if line.implied => out.extend(finish_of(line, page)),
        (Some(_), Some(finish)) => out.push(page.t1("timetable-said-finish", "date", finish)),
        (None, Some(finish)) if line.bars.done.is_some() => {
            out.push(page.t1("bars-said-done", "date", finish))
        }
        _ => {}
    }
    if let Some((day, flag)) = line.bars.promise {
        let promise = page.t1("timetable-said-promise", "date", page.day(&day));
        out.push(format!("{promise} ({})", word(lang, "flag", flag.as_str())));
    }
    if let Some(days) = line.float {
        let spare = match days {
            0 => page.t("float-none").into_owned(),
            days if days < 0 => page.t1("float-short", "days", -days),
            days => page.t1("bars-said-spare", "days", days),
        };
        out.push(spare);
    }
    if let Some(share) = line.odds {
        out.push(page.t1("bars-said-odds", "share", shown::odds(share)));
    }
    if line.unknown {
        out.push(page.t("bars-said-unknown").into_owned());
    }
    if let Some((from, to)) = line.base {
        out.push(page.t2("bars-said-base", "from", page.day(&from), "to", page.day(&to)));
    }
    if !waits.is_empty() {
        out.push(page.t1("timetable-waits", "what", waits.join(comma(lang))));
    }
    out.join(if lang.is_english() { "; " } else { "；" })
}

fn finish_of(line: &Line, page: &Page) -> Option<String> {
    line.finish.map(|day| page.t1("timetable-implied", "date", page.day(&day)))
}
