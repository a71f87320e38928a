//! A wave that others held: what was published of it, where, and what was not.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::figure::Row;
use domain::indicator::{Indicator, Observation};
use domain::portfolio::Portfolio;
use domain::source::{Grade, Source};
use domain::statement::Statement;
use domain::survey::HeldCited;

use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::number;

/// A value that was published of it.
struct Value {
    indicator: String,
    address: String,
    kind: String,
    on: String,
    value: String,
    by: String,
    grade: Grade,
}

#[derive(Template)]
#[template(path = "survey/cited.html")]
struct CitedPage {
    page: Page,
    code: String,
    grade: Grade,
    asked: String,
    told: String,
    untold: String,
    source: Source,
    values: Vec<Value>,
    /// Figures of the statement that stand on it: address and name.
    figures: Vec<(String, String)>,
}

fn value(visit: &Visit, page: &Page, indicator: &Indicator, held: &Observation, kind: &str) -> Value {
    let english = visit.lang.is_english();
    let code = indicator.code.as_ref().map_or("", Code::as_str);
    let unit = indicator.unit.as_ref().map_or("", |unit| unit.get(english));
    let plain = format!("{} {unit}", number(held.value));
    let by = [("instrument", &held.instrument.instrument), ("scale", &held.instrument.scale)]
        .map(|(kind, code)| crate::indicator::term(visit, kind, code));
    Value {
        indicator: indicator.name.as_ref().map_or(code, |name| name.get(english)).to_owned(),
        address: page.link(&format!("/indicators/{code}")),
        kind: visit.t(kind).into_owned(),
        on: page.day(&held.on),
        value: match held.approximate {
            true => visit.tw("indicator-about", &[("value", plain.trim())]),
            false => plain.trim().to_owned(),
        },
        by: by.join(" · "),
        grade: held.grade,
    }
}

/// Everything that names the wave.
fn values(visit: &Visit, page: &Page, portfolio: &Portfolio, wave: &Code) -> Vec<Value> {
    let mut out = Vec::new();
    for indicator in &portfolio.indicators {
        let is = |held: &&Observation| held.wave.as_ref() == Some(wave);
        let baseline = indicator.baseline.iter().filter(is);
        out.extend(baseline.map(|held| value(visit, page, indicator, held, "indicator-kind-baseline")));
        let series = [&indicator.whole].into_iter().chain(indicator.by_area.values());
        let observed = series.flat_map(|series| &series.observations).filter(is);
        out.extend(observed.map(|held| value(visit, page, indicator, held, "indicator-kind-observation")));
    }
    out
}

/// The figures that stand on the wave.
fn figures(page: &Page, portfolio: &Portfolio, statement: &Statement, wave: &Code) -> Vec<(String, String)> {
    let stands = |row: &Row| match row {
        Row::Observation { indicator, key, .. } => portfolio.wave_of(indicator, key) == Some(wave),
        _ => false,
    };
    let pairs = statement.figures.iter().zip(&portfolio.plan.figures);
    let held = pairs.filter(|(figure, _)| figure.rows.iter().any(stands));
    held.map(|(figure, definition)| {
        let name = definition.label.get(page.lang.is_english()).to_owned();
        (page.link(&format!("/figures/{}", figure.id)), name)
    })
    .collect()
}

pub(super) async fn page(visit: &Visit, plan: &Code, held: &HeldCited) -> Result<Response, PageError> {
    let (portfolio, statement) = visit.app.statement(plan, visit.asked).await?;
    let (cited, english) = (&held.cited, visit.lang.is_english());
    let page = visit.page(cited.name.get(english));
    let entry = visit.app.entry(held.seq).await?;
    let body = CitedPage {
        code: cited.wave.to_string(),
        grade: held.grade,
        asked: match (cited.from, cited.to) {
            (Some(from), Some(to)) => format!("{} – {}", page.day(&from), page.day(&to)),
            (Some(day), None) | (None, Some(day)) => page.day(&day),
            (None, None) => visit.t("cited-wave-unknown").into_owned(),
        },
        told: page.day(&cited.told),
        untold: cited.untold.get(english).to_owned(),
        source: entry.map(|entry| entry.draft.source).unwrap_or_default(),
        values: values(visit, &page, &portfolio, &cited.wave),
        figures: figures(&page, &portfolio, &statement, &cited.wave),
        page,
    };
    render(StatusCode::OK, &body)
}
