//! The Gantt chart of the plan: projects, or all their steps, with links, float, promises and what was so before.

use app::gantt::{Baseline, Gantt};
use app::paper::{Format, GanttPaper, Paper};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use words::shown;

use super::asking::{Asking, Choice, Filter, Select, open, open_drawn};
use super::drawing::Zoom;
use super::picture::Picture;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::paper::written;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// Projects on one page, with their steps and without.
const WITH_STEPS: usize = 150;
const ALONE: usize = 1_500;

#[derive(Template)]
#[template(path = "timetable/bars.html")]
struct BarsPage {
    page: Page,
    filter: Filter,
    count: usize,
    picture: Picture,
    based: Option<String>,
    /// There is no timetable to compare with, though one was asked for.
    no_base: bool,
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
    let held = open_drawn(&visit, &plan).await?;
    let wanted = Wanted::of(&asking);
    let base = visit.app.baseline(&held, wanted.baseline).await?;
    let page = visit.page(visit.t("timetable-bars-title"));
    let found = asking.find(&held);
    let most = if wanted.steps { WITH_STEPS } else { ALONE };
    let at = asking.page.parse::<usize>().unwrap_or(1).clamp(1, found.len().div_ceil(most).max(1));
    let rows: Vec<usize> = found.iter().skip((at - 1) * most).take(most).map(|found| found.at).collect();
    let gantt = Gantt::of(&held, &rows, base.as_deref());
    let of = |group: usize| &gantt.groups[group].code;
    let picture = Picture::of(&gantt, wanted.zoom, &page, wanted.steps, |group, _| {
        page.link(&format!("/projects/{}/timetable", of(group)))
    });
    let first = visit.app.first_day(&held.portfolio).await?;
    let mut filter = asking.filter(&visit, &page, &held);
    filter.more = selects(&visit, &asking, &held, first);
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
        picture,
        no_base: wanted.baseline != Baseline::None && base.is_none(),
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

fn selects(
    visit: &Visit,
    asking: &Asking,
    held: &app::timetable::PlanTimetable,
    first: Option<Date>,
) -> Vec<Select> {
    // Before the plan there is nothing to compare with.
    let after = |on: Date| first.is_some_and(|first| first <= on) && on < held.portfolio.view.as_of;
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
    let earlier = revisions.iter().filter(|revision| after(revision.on));
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
        if after(on) && Baseline::parse(&asking.base) != Baseline::Day(on) {
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
