//! One index: its values over time, by dimension, what it is made of, and its versions.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::index::{Aggregation, IndexCell, IndexPart};
use domain::policy::Action;
use domain::source::Grade;
use rust_decimal::Decimal;

use super::{Opened, chart, indicator_name, may_manage, missing_names, points, share};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::saved;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, number, word};

/// The columns of the table by dimension: more do not fit.
const SHOWN: usize = 6;

struct SpanLine {
    span: String,
    running: bool,
    link: String,
    value: String,
    coverage: String,
    missing: String,
    illustrative: bool,
}

struct DimensionLine {
    name: String,
    weight: String,
    scores: Vec<(String, String)>,
}

struct PartLine {
    dimension: String,
    name: String,
    link: String,
    instrument: String,
    scaling: String,
    weight: String,
    source: String,
}

struct VersionLine {
    code: String,
    link: String,
    here: bool,
    from: String,
    until: String,
    grade: Grade,
    entry: u64,
}

#[derive(Template)]
#[template(path = "index/index.html")]
struct IndexPage {
    page: Page,
    here: String,
    code: String,
    saved: String,
    illustrative: bool,
    version: String,
    in_force: bool,
    rule: String,
    joined: String,
    period: String,
    areas: Vec<Choice>,
    area: String,
    area_name: String,
    version_asked: String,
    chart: String,
    spans: Vec<SpanLine>,
    columns: Vec<String>,
    dimensions: Vec<DimensionLine>,
    parts: Vec<PartLine>,
    versions: Vec<VersionLine>,
    may_manage: bool,
    may_audit: bool,
}

/// How a value becomes a score, in words.
fn scaling(visit: &Visit, part: &IndexPart) -> String {
    let (kind, first, second) = part.scaling.parts();
    let (first, second) = (number(first), number(second));
    let args = [("first", first.as_str()), ("second", second.as_str())];
    let key = match kind {
        // The ends of a range do not say which way is better; the two others do.
        "range" => format!("index-scaling-range-{}", part.better.as_str()),
        "standard" => format!("index-scaling-standard-{}", part.better.as_str()),
        _ => "index-scaling-target".to_owned(),
    };
    visit.tw(&key, &args)
}

fn span_line(visit: &Visit, page: &Page, opened: &Opened, cell: &IndexCell) -> SpanLine {
    SpanLine {
        span: cell.span.to_string(),
        running: cell.running,
        link: opened.value_link(page, cell.area.as_ref(), cell.span, None),
        value: points(cell.value),
        coverage: share(cell.coverage),
        missing: missing_names(visit, &opened.portfolio, cell.missing().map(|(code, _)| code)),
        illustrative: cell.illustrative,
    }
}

fn dimension_lines(visit: &Visit, opened: &Opened, cells: &[&IndexCell]) -> Vec<DimensionLine> {
    let shown = &cells[cells.len().saturating_sub(SHOWN)..];
    let held = &opened.version.version.dimensions;
    let weights = shown.first().map_or(&[][..], |cell| &cell.parts);
    let lines = held.iter().enumerate().map(|(at, dimension)| {
        let weight: f64 = weights.iter().filter(|part| part.dimension == at).map(|part| part.weight).sum();
        let score =
            |cell: &&IndexCell| (cell.span.to_string(), points(cell.dimensions.get(at).copied().flatten()));
        DimensionLine {
            name: dimension.name.get(visit.lang.is_english()).to_owned(),
            weight: share(weight),
            scores: shown.iter().map(score).collect(),
        }
    });
    lines.collect()
}

fn part_lines(visit: &Visit, page: &Page, opened: &Opened) -> Vec<PartLine> {
    let version = &opened.version.version;
    let of = |part: &IndexPart, dimension: usize| {
        let held = &version.dimensions[dimension];
        let weights = held.parts.iter().map(|part| part.weight);
        let inside = weights.fold(Decimal::ZERO, |sum, weight| sum.saturating_add(weight));
        let by = crate::indicator::term(visit, "instrument", &part.instrument.instrument);
        let scale = crate::indicator::term(visit, "scale", &part.instrument.scale);
        PartLine {
            dimension: held.name.get(visit.lang.is_english()).to_owned(),
            name: indicator_name(visit.lang, &opened.portfolio, &part.indicator),
            link: page.link(&format!("/indicators/{}", part.indicator)),
            instrument: format!("{by} · {scale}"),
            scaling: scaling(visit, part),
            weight: visit
                .tw("index-weight-of", &[("weight", &number(part.weight)), ("all", &number(inside))]),
            source: part.source.clone(),
        }
    };
    version.parts().map(|(dimension, part)| of(part, dimension)).collect()
}

fn version_lines(visit: &Visit, page: &Page, opened: &Opened) -> Vec<VersionLine> {
    let lines = opened.index.versions.iter().rev().map(|held| VersionLine {
        code: held.version.version.to_string(),
        link: page.link(&format!("{}?version={}", opened.address(), held.version.version)),
        here: *held == opened.version,
        from: day(visit.lang, held.from),
        until: opened.index.until(held).map_or_else(String::new, |until| day(visit.lang, until)),
        grade: held.grade,
        entry: held.seq.0,
    });
    lines.collect()
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let typed = Typed(query);
    let opened = Opened::of(&visit, &plan, &code, &typed).await?;
    let english = visit.lang.is_english();
    let page = visit.page(opened.index.name.get(english));
    let version = &opened.version.version;
    let cells: Vec<&IndexCell> = opened.values.of_area(opened.area.as_ref()).collect();
    let rule = match version.least_coverage {
        None => visit.t("index-rule-all").into_owned(),
        Some(percent) => visit.tw("index-rule-coverage", &[("percent", &percent.to_string())]),
    };
    let joined = match version.aggregation {
        Aggregation::Arithmetic => "aggregation-arithmetic",
        Aggregation::Geometric => "aggregation-geometric",
    };
    let shown = &cells[cells.len().saturating_sub(SHOWN)..];
    let body = IndexPage {
        here: page.link(&opened.address()),
        code: opened.index.code.to_string(),
        saved: saved(visit.lang, &typed),
        illustrative: opened.version.grade == Grade::Illustrative
            || cells.iter().any(|cell| cell.illustrative),
        version: version.version.to_string(),
        in_force: opened.is_in_force(),
        rule,
        joined: visit.t(joined).into_owned(),
        period: word(visit.lang, "index-period", version.period.as_str()),
        areas: opened.areas(visit.lang),
        area: opened.area.as_ref().map_or_else(String::new, ToString::to_string),
        area_name: super::area_name(visit.lang, &opened.portfolio, opened.area.as_ref()),
        version_asked: typed.get("version").to_owned(),
        chart: chart::svg(&cells),
        spans: cells.iter().rev().map(|cell| span_line(&visit, &page, &opened, cell)).collect(),
        columns: shown.iter().map(|cell| cell.span.to_string()).collect(),
        dimensions: dimension_lines(&visit, &opened, &cells),
        parts: part_lines(&visit, &page, &opened),
        versions: version_lines(&visit, &page, &opened),
        may_manage: may_manage(&visit, &opened.plan),
        may_audit: visit.actor.may_somewhere(Action::ReadAudit),
        page,
    };
    render(StatusCode::OK, &body)
}
