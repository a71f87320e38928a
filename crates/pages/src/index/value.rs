//! One value of an index: its indicators with their observations, what moved it since another period, how far it
//! depends on the weights, and the areas beside each other.

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::index::{IndexCell, PartValue, RankedArea, Span};
use domain::policy::Action;
use domain::source::Grade;
use words::Lang;

use super::{Opened, area_name, indicator, indicator_name, missing_names, points, share, signed};
use crate::editor::field::{Choice, Typed};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, number, word};

/// An indicator, or the dimension above its indicators.
struct Line {
    is_dimension: bool,
    name: String,
    /// The page of the indicator, at its observation.
    link: String,
    value: String,
    on: String,
    grade: Option<Grade>,
    entry: Option<u64>,
    /// Why it is missing.
    missing: String,
    score: String,
    weight: String,
}

struct MoveLine {
    name: String,
    before: String,
    after: String,
    points: String,
    /// Its bar: left edge and width in percent of the widest.
    bar: Option<(f64, f64)>,
}

struct Moved {
    from: String,
    to: String,
    before: String,
    after: String,
    change: String,
    lines: Vec<MoveLine>,
}

struct AreaLine {
    rank: usize,
    name: String,
    link: String,
    here: bool,
    value: String,
    range: String,
    ranks: String,
    illustrative: bool,
}

struct Level {
    name: String,
    lines: Vec<AreaLine>,
}

#[derive(Template)]
#[template(path = "index/value.html")]
struct ValuePage {
    page: Page,
    index_name: String,
    index_link: String,
    area_name: String,
    span: String,
    days: String,
    version: String,
    running: bool,
    illustrative: bool,
    value: String,
    missing: String,
    coverage: String,
    complete: bool,
    depends: String,
    lines: Vec<Line>,
    spans: Vec<Choice>,
    areas: Vec<Choice>,
    from: String,
    area: String,
    version_asked: String,
    moved: Option<Moved>,
    /// Why a change cannot be taken apart.
    not_moved: String,
    levels: Vec<Level>,
    may_audit: bool,
}

fn part_line(visit: &Visit, page: &Page, opened: &Opened, part: &PartValue) -> Line {
    let lang = visit.lang;
    let held = indicator(&opened.portfolio, &part.indicator);
    let unit = held.and_then(|held| held.unit.as_ref()).map_or("", |unit| unit.get(lang.is_english()));
    let used = part.used.as_ref().ok();
    let address = page.link(&format!("/indicators/{}", part.indicator));
    Line {
        is_dimension: false,
        name: indicator_name(lang, &opened.portfolio, &part.indicator),
        link: used
            .map_or_else(|| address.clone(), |used| format!("{address}#value-{}", used.observation.key)),
        value: used.map_or_else(
            || "—".into(),
            |used| {
                let plain = format!("{} {unit}", number(used.observation.value)).trim().to_owned();
                if used.observation.approximate {
                    visit.tw("indicator-about", &[("value", &plain)])
                } else {
                    plain
                }
            },
        ),
        on: used.map_or_else(String::new, |used| {
            let on = day(lang, used.observation.on);
            if used.baseline { visit.tw("index-of-baseline", &[("day", &on)]) } else { on }
        }),
        grade: used.map(|used| used.observation.grade),
        entry: used.map(|used| used.observation.seq.0),
        missing: part
            .used
            .as_ref()
            .err()
            .map_or_else(String::new, |why| word(lang, "index-missing", why.as_str())),
        score: points(part.score),
        weight: share(part.weight),
    }
}

fn lines(visit: &Visit, page: &Page, opened: &Opened, cell: &IndexCell) -> Vec<Line> {
    let mut out = Vec::new();
    for (at, dimension) in opened.version.version.dimensions.iter().enumerate() {
        let own = || cell.parts.iter().filter(move |part| part.dimension == at);
        out.push(Line {
            is_dimension: true,
            name: dimension.name.get(visit.lang.is_english()).to_owned(),
            link: String::new(),
            value: String::new(),
            on: String::new(),
            grade: None,
            entry: None,
            missing: String::new(),
            score: points(cell.dimensions.get(at).copied().flatten()),
            weight: share(own().map(|part| part.weight).sum()),
        });
        out.extend(own().map(|part| part_line(visit, page, opened, part)));
    }
    out
}

/// What moved the value since another period, or why that cannot be said.
fn moved(visit: &Visit, opened: &Opened, from: &IndexCell, to: &IndexCell) -> Result<Moved, String> {
    let Ok(found) = opened.values.moved(from, to) else {
        let mut missing: Vec<&Code> = from.missing().chain(to.missing()).map(|(code, _)| code).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Err(visit.t("index-not-moved-zero").into_owned());
        }
        let names = missing_names(visit, &opened.portfolio, missing.into_iter());
        return Err(visit.tw("index-not-moved", &[("missing", &names)]));
    };
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|a, b| found[*b].points.abs().total_cmp(&found[*a].points.abs()).then(a.cmp(b)));
    let widest = found.iter().map(|line| line.points.abs()).fold(0.0, f64::max);
    let line = |at: usize| {
        let held = &found[at];
        let width = if widest > 0.0 { held.points.abs() / widest * 50.0 } else { 0.0 };
        let left = if held.points < 0.0 { 50.0 - width } else { 50.0 };
        let code = Code::new(&held.indicator).ok();
        MoveLine {
            name: code.map_or_else(String::new, |code| indicator_name(visit.lang, &opened.portfolio, &code)),
            before: points(Some(held.score_before)),
            after: points(Some(held.score_after)),
            points: signed(held.points),
            bar: (width > 0.0).then_some((left, width)),
        }
    };
    Ok(Moved {
        from: from.span.to_string(),
        to: to.span.to_string(),
        before: points(from.value),
        after: points(to.value),
        change: signed(to.value.unwrap_or_default() - from.value.unwrap_or_default()),
        lines: order.into_iter().map(line).collect(),
    })
}

fn range(lang: Lang, low: &str, high: &str) -> String {
    if low == high {
        low.to_owned()
    } else {
        words::with(lang, "index-range", &[("low", low), ("high", high)])
    }
}

fn levels(visit: &Visit, page: &Page, opened: &Opened, span: Span, ranked: &[RankedArea]) -> Vec<Level> {
    let mut out: Vec<Level> = Vec::new();
    let mut ranked: Vec<&RankedArea> = ranked.iter().collect();
    ranked
        .sort_by(|a, b| (a.level, a.sensitivity.rank, &a.area).cmp(&(b.level, b.sensitivity.rank, &b.area)));
    for held in ranked {
        let (found, area) = (&held.sensitivity, Some(&held.area));
        let name = word(visit.lang, "level", held.level.as_str());
        let line = AreaLine {
            rank: found.rank,
            name: area_name(visit.lang, &opened.portfolio, area),
            link: opened.value_link(page, area, span, None),
            here: opened.area.as_ref() == area,
            value: points(Some(found.value)),
            range: range(visit.lang, &points(Some(found.low)), &points(Some(found.high))),
            ranks: range(visit.lang, &found.best_rank.to_string(), &found.worst_rank.to_string()),
            illustrative: opened.values.cell(area, span).is_some_and(|cell| cell.illustrative),
        };
        match out.last_mut().filter(|level| level.name == name) {
            Some(level) => level.lines.push(line),
            None => out.push(Level { name, lines: vec![line] }),
        }
    }
    // One area has nobody to stand beside.
    out.retain(|level| level.lines.len() > 1);
    out
}

pub async fn show(
    visit: Visit,
    Path((plan, code, span)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let typed = Typed(query);
    let opened = Opened::of(&visit, &plan, &code, &typed).await?;
    let span: Span = span.parse().map_err(|_| AppError::NotFound)?;
    let area = opened.area.as_ref();
    let cell = opened.values.cell(area, span).ok_or(AppError::NotFound)?;
    let sensitivity = visit.app.index_sensitivity(&opened.portfolio, &opened.values, area, span).await?;
    let (lang, english) = (visit.lang, visit.lang.is_english());
    let others: Vec<&IndexCell> = opened.values.of_area(area).filter(|other| other.span != span).collect();
    let before = match typed.get("from") {
        "" => others.iter().rfind(|other| other.span < span).copied(),
        text => others.iter().find(|other| other.span.to_string() == text).copied(),
    };
    let found = before.map(|before| moved(&visit, &opened, before, cell));
    let (moved, not_moved) = match found {
        Some(Ok(moved)) => (Some(moved), String::new()),
        Some(Err(why)) => (None, why),
        None => (None, String::new()),
    };
    let name = opened.index.name.get(english).to_owned();
    let page = visit.page(visit.tw("index-value-title", &[("name", &name), ("span", &span.to_string())]));
    let query = opened.query(area);
    let mark = if query.is_empty() { "" } else { "?" };
    let body = ValuePage {
        index_link: page.link(&format!("{}{mark}{query}", opened.address())),
        index_name: name,
        area_name: area_name(lang, &opened.portfolio, area),
        span: span.to_string(),
        days: visit.tw("index-days", &[("from", &day(lang, span.first())), ("to", &day(lang, span.last()))]),
        version: opened.version.version.version.to_string(),
        running: cell.running,
        illustrative: cell.illustrative,
        value: points(cell.value),
        missing: missing_names(&visit, &opened.portfolio, cell.missing().map(|(code, _)| code)),
        coverage: share(cell.coverage),
        complete: cell.missing().next().is_none(),
        depends: sensitivity.value.map_or_else(String::new, |found| {
            range(lang, &points(Some(found.low)), &points(Some(found.high)))
        }),
        lines: lines(&visit, &page, &opened, cell),
        spans: others
            .iter()
            .rev()
            .map(|other| Choice::new(other.span.to_string(), other.span.to_string()))
            .collect(),
        areas: opened
            .areas(lang)
            .into_iter()
            .filter(|choice| opened.values.cell(Code::new(&choice.value).ok().as_ref(), span).is_some())
            .collect(),
        from: before.map_or_else(String::new, |before| before.span.to_string()),
        area: area.map_or_else(String::new, ToString::to_string),
        version_asked: typed.get("version").to_owned(),
        moved,
        not_moved,
        levels: levels(&visit, &page, &opened, span, &sensitivity.ranked),
        may_audit: visit.actor.may_somewhere(Action::ReadAudit),
        page,
    };
    render(StatusCode::OK, &body)
}
