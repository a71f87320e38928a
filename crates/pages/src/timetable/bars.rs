//! The Gantt chart of the plan: projects, or all their steps, with links, float, promises and what was so before.
//!
//! Rows lie in strips of their own, so that a browser lays out only those that are seen.

use std::collections::BTreeMap;

use app::gantt::{Baseline, Gantt, Line, ends};
use app::paper::{Format, GanttPaper, Paper};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use words::Lang;
use words::shown;

use super::asking::{Asking, Choice, Filter, Select, open};
use super::drawing::{Axis, HEAD, ROW, RowBars, RowTie, Zoom, strip};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::paper::written;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{comma, word};

/// Projects on one page, with their steps and without.
const WITH_STEPS: usize = 150;
const ALONE: usize = 1_500;
/// Projects in one strip where steps are not shown.
const IN_STRIP: usize = 40;

struct Name {
    name: String,
    address: String,
    /// Everything the bars say.
    said: String,
    lead: bool,
}

struct Strip {
    names: Vec<Name>,
    height: i64,
    picture: String,
}

#[derive(Template)]
#[template(path = "timetable/bars.html")]
struct BarsPage {
    page: Page,
    filter: Filter,
    count: usize,
    strips: Vec<Strip>,
    head: String,
    width: i64,
    head_height: i64,
    based: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    pdf: String,
    svg: String,
}

/// The picture an address asks for.
struct Wanted {
    steps: bool,
    baseline: Baseline,
    zoom: Zoom,
}

impl Wanted {
    fn of(asking: &Asking) -> Self {
        Self {
            steps: asking.level == "steps",
            baseline: Baseline::parse(&asking.base),
            zoom: Zoom::parse(&asking.zoom),
        }
    }
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let wanted = Wanted::of(&asking);
    let base = visit.app.baseline(&held, wanted.baseline).await?;
    let page = visit.page(visit.t("timetable-bars-title"));
    let found = asking.find(&held);
    let most = if wanted.steps { WITH_STEPS } else { ALONE };
    let at = asking.page.parse::<usize>().unwrap_or(1).clamp(1, found.len().div_ceil(most).max(1));
    let rows: Vec<usize> = found.iter().skip((at - 1) * most).take(most).map(|found| found.at).collect();
    let gantt = Gantt::of(&held, &rows, base.as_deref());
    let axis = Axis::new(gantt.from, gantt.to, wanted.zoom);
    let strips = strips(&gantt, &axis, &page, wanted.steps);
    let mut filter = asking.filter(&visit, &page, &held);
    filter.more = selects(&visit, &asking, &held);
    let other = |number: usize| {
        let paged = Asking { page: number.to_string(), ..asking.clone() };
        paged.whole_address(&page, "/timetable/bars")
    };
    let file = |end: &str| {
        Asking { page: String::new(), ..asking.clone() }
            .whole_address(&page, &format!("/timetable/bars.{end}"))
    };
    let view = BarsPage {
        count: found.len(),
        strips,
        head: axis.head(),
        width: axis.whole(),
        head_height: HEAD,
        based: gantt.baseline.map(|day| page.day(&day)),
        previous: (at > 1).then(|| other(at - 1)),
        next: (at * most < found.len()).then(|| other(at + 1)),
        pdf: file("pdf"),
        svg: file("zip"),
        filter,
        page,
    };
    render(StatusCode::OK, &view)
}

/// The same picture on paper.
pub(super) async fn pdf(
    visit: Visit,
    plan: Path<String>,
    asking: Query<Asking>,
) -> Result<Response, PageError> {
    file(visit, plan, asking, Format::Pdf).await
}

pub(super) async fn svg(
    visit: Visit,
    plan: Path<String>,
    asking: Query<Asking>,
) -> Result<Response, PageError> {
    file(visit, plan, asking, Format::Svg).await
}

async fn file(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
    format: Format,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let plan = known_code(&plan)?;
    let wanted = Wanted::of(&asking);
    let codes = asking.find(&held).iter().map(|found| found.project.code.clone()).collect();
    let paper =
        Paper::Gantt(GanttPaper { projects: Some(codes), steps: wanted.steps, baseline: wanted.baseline });
    let name = format!("{plan}-{}-bars", held.portfolio.view.as_of);
    written(&visit, &plan, &paper, format, &name).await
}

fn selects(visit: &Visit, asking: &Asking, held: &app::timetable::PlanTimetable) -> Vec<Select> {
    let choice = |list: &str, value: &str, chosen: &str| Choice {
        value: if value == "projects" || value == "fit" { String::new() } else { value.to_owned() },
        label: word(visit.lang, list, value),
        chosen: value == chosen,
    };
    let mut bases = vec![Choice {
        value: String::new(),
        label: visit.t("bars-base-none").into_owned(),
        chosen: asking.base.is_empty(),
    }];
    let revisions = &held.portfolio.plan.revisions;
    let earlier = revisions.iter().filter(|revision| revision.on < held.portfolio.view.as_of);
    bases.extend(earlier.map(|revision| {
        let value = Baseline::Revision(revision.number).to_string();
        let chosen = value == asking.base;
        Choice { value, label: revision.title.get(visit.lang.is_english()).to_owned(), chosen }
    }));
    if let day @ Baseline::Day(on) = Baseline::parse(&asking.base) {
        bases.push(Choice { value: day.to_string(), label: shown::day(visit.lang, on), chosen: true });
    }
    // Days people compare with: three months, half a year and a year ago.
    for months in [3, 6, 12] {
        let on = held.portfolio.view.as_of.saturating_sub(jiff::Span::new().months(months));
        if Baseline::parse(&asking.base) != Baseline::Day(on) {
            let label = visit.tw(
                "bars-base-ago",
                &[("months", &months.to_string()), ("date", &shown::day(visit.lang, on))],
            );
            bases.push(Choice { value: on.to_string(), label, chosen: false });
        }
    }
    let level = if asking.level == "steps" { "steps" } else { "projects" };
    let zoom = Zoom::parse(&asking.zoom);
    vec![
        Select {
            name: "level",
            label: "bars-level",
            choices: ["projects", "steps"].map(|value| choice("bars-level", value, level)).into(),
        },
        Select { name: "base", label: "bars-compare", choices: bases },
        Select {
            name: "zoom",
            label: "bars-zoom",
            choices: Zoom::ALL
                .map(|(held, value)| Choice { chosen: held == zoom, ..choice("bars-zoom", value, "") })
                .into(),
        },
    ]
}

/// Where a step is drawn: its strip, and its row in it.
type Place = (usize, usize);

fn strips(gantt: &Gantt, axis: &Axis, page: &Page, steps: bool) -> Vec<Strip> {
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
            address: page.link(&format!("/projects/{}/timetable", held.code)),
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
