//! Indicators: what each is worth, by every source.

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::indicator::{ComparisonError, Indicator, Observation, change};
use domain::journal::Seq;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;

use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::indicator_chart::panels;
use crate::page::Page;
use crate::survey::behind::{OwnLines, own_lines};
use crate::visit::{Visit, render};
use crate::words_of::number;

struct Row {
    code: String,
    name: String,
    latest: String,
    on: String,
    baseline: String,
    change: String,
    disputed: bool,
}

#[derive(Template)]
#[template(path = "indicators/list.html")]
struct ListPage<'a> {
    page: Page,
    plan: &'a Code,
    rows: Vec<Row>,
    may_manage: bool,
}

/// An instrument or scale in words, where there are any for it.
pub(crate) fn term(visit: &Visit, kind: &str, code: &Code) -> String {
    let key = format!("{kind}-{}", code.as_str().replace(['_', '.'], "-").to_lowercase());
    if words::has(visit.lang, &key) { visit.t(&key).into_owned() } else { code.to_string() }
}

fn value(visit: &Visit, observation: &Observation, unit: &str) -> String {
    let plain = format!("{} {unit}", number(observation.value));
    if observation.approximate { visit.tw("indicator-about", &[("value", plain.trim())]) } else { plain }
}

/// The change since the baseline, or in words why there is none.
fn against_baseline(visit: &Visit, indicator: &Indicator, to: &Observation, unit: &str) -> String {
    let Some(baseline) = &indicator.baseline else {
        return visit.t("indicator-no-baseline").into_owned();
    };
    match change(baseline, to) {
        Ok(change) => {
            let sign = if change.is_sign_positive() && !change.is_zero() { "+" } else { "" };
            format!("{sign}{} {unit}", number(change))
        }
        Err(ComparisonError::Instrument(from, to)) => {
            let (from, to) = (term(visit, "instrument", &from), term(visit, "instrument", &to));
            visit.tw("indicator-change-refused-instrument", &[("from", &from), ("to", &to)])
        }
        Err(ComparisonError::Scale(from, to)) => {
            let (from, to) = (term(visit, "scale", &from), term(visit, "scale", &to));
            visit.tw("indicator-change-refused-scale", &[("from", &from), ("to", &to)])
        }
    }
}

fn may(visit: &Visit, plan: &Code, action: Action) -> bool {
    visit.actor.may(action, &Target { plan: Some(plan.clone()), ..Target::default() })
}

pub async fn list(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let english = visit.lang.is_english();
    let rows = portfolio
        .indicators
        .iter()
        .map(|indicator| {
            let unit = indicator.unit.as_ref().map_or("", |unit| unit.get(english));
            let latest = indicator.latest();
            Row {
                code: indicator.code.as_ref().map_or_else(String::new, Code::to_string),
                name: name(indicator, english),
                latest: latest.map_or_else(
                    || visit.t("indicator-no-value").into_owned(),
                    |latest| value(&visit, latest, unit),
                ),
                on: latest.map_or_else(String::new, |latest| latest.on.to_string()),
                baseline: indicator
                    .baseline
                    .as_ref()
                    .map_or_else(|| "—".into(), |baseline| value(&visit, baseline, unit)),
                change: match (latest, &indicator.baseline) {
                    (Some(latest), Some(_)) => against_baseline(&visit, indicator, latest, unit),
                    _ => "—".into(),
                },
                disputed: !indicator.disputed().is_empty(),
            }
        })
        .collect();
    let may_manage = may(&visit, &plan, Action::ManageIndicators);
    render(
        StatusCode::OK,
        &ListPage { page: visit.page(visit.t("indicator-title")), plan: &plan, rows, may_manage },
    )
}

fn name(indicator: &Indicator, english: bool) -> String {
    match (&indicator.name, &indicator.code) {
        (Some(name), _) => name.get(english).to_owned(),
        (None, Some(code)) => code.to_string(),
        (None, None) => String::new(),
    }
}

/// A value in the table beside the chart.
struct ValueLine {
    on: String,
    kind: String,
    value: String,
    instrument: String,
    scale: String,
    change: String,
    status: String,
    /// `standing`, `aside`, `disputed` or empty.
    status_key: &'static str,
    because: String,
    key: String,
    seq: Option<Seq>,
    source: String,
    url: String,
    grade: String,
    may_accept: bool,
    /// The area that it is about; empty: the whole.
    area: String,
    area_code: String,
    /// Where a survey came to it: its wave, and its error in words.
    wave: String,
    error: String,
    /// The wave that it was published of, where one is cited: its address and name.
    cited: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "indicators/indicator.html")]
struct IndicatorPage<'a> {
    page: Page,
    plan: &'a Code,
    code: &'a Code,
    name: String,
    unit: String,
    sector: String,
    direction: String,
    saved: String,
    disputed: String,
    charts: Vec<(String, String)>,
    lines: Vec<ValueLine>,
    /// What the plan's own waves say of the same.
    own: OwnLines,
    may_manage: bool,
    may_record: bool,
    may_audit: bool,
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let portfolio = visit.portfolio(&plan).await?;
    let indicator =
        portfolio.indicators.iter().find(|i| i.code.as_ref() == Some(&code)).ok_or(AppError::NotFound)?;
    let english = visit.lang.is_english();
    let unit = indicator.unit.as_ref().map_or("", |unit| unit.get(english));
    let charts = panels(indicator)
        .iter()
        .filter(|panel| panel.is_drawn())
        .map(|panel| {
            let (by, scale) =
                (term(&visit, "instrument", &panel.instrument), term(&visit, "scale", &panel.scale));
            let caption = visit.tw("indicator-series", &[("instrument", &by), ("scale", &scale)]);
            (caption, panel.svg())
        })
        .collect();
    let disputed = indicator.disputed();
    let count = disputed.len().to_string();
    let sector = indicator.sector.as_ref().and_then(|sector| portfolio.plan.sector(sector.as_str()));
    let frame = visit.page(name(indicator, english));
    let page = IndicatorPage {
        own: own_lines(&visit.app, &frame, &portfolio, indicator).await?,
        name: name(indicator, english),
        unit: unit.to_owned(),
        sector: sector.map_or_else(String::new, |sector| sector.name.get(english).to_owned()),
        direction: indicator.direction.map_or_else(String::new, |direction| {
            visit.t(&format!("direction-{}", direction.as_str())).into_owned()
        }),
        saved: saved(visit.lang, &Typed(query)),
        disputed: if disputed.is_empty() {
            String::new()
        } else {
            visit.tw("indicator-disputed-days", &[("count", &count)])
        },
        charts,
        lines: lines(&visit, &portfolio, indicator, unit).await?,
        may_manage: may(&visit, &plan, Action::ManageIndicators),
        may_record: may(&visit, &plan, Action::RecordObservation),
        may_audit: visit.actor.may_somewhere(Action::ReadAudit),
        code: &code,
        plan: &plan,
        page: frame,
    };
    render(StatusCode::OK, &page)
}

/// The wave that a value was published of.
fn cited(visit: &Visit, portfolio: &Portfolio, of: &Observation) -> Option<(String, String)> {
    let held = portfolio.plan.cited_wave(of.wave.as_ref()?.as_str())?;
    let name = held.cited.name.get(visit.lang.is_english()).to_owned();
    Some((visit.page("").link(&format!("/surveys/{}", held.cited.wave)), name))
}

/// Every value with its source, in order of day.
async fn lines(
    visit: &Visit,
    portfolio: &Portfolio,
    indicator: &Indicator,
    unit: &str,
) -> Result<Vec<ValueLine>, PageError> {
    let may_accept = may(visit, &portfolio.plan.code, Action::AcceptObservation);
    let mut out = Vec::new();
    let base = |kind: &str, of: &Observation| ValueLine {
        on: of.on.to_string(),
        kind: visit.t(&format!("indicator-kind-{kind}")).into_owned(),
        value: value(visit, of, unit),
        instrument: term(visit, "instrument", &of.instrument.instrument),
        scale: term(visit, "scale", &of.instrument.scale),
        change: String::new(),
        status: String::new(),
        status_key: "",
        because: String::new(),
        key: of.key.to_string(),
        seq: Some(of.seq),
        source: String::new(),
        url: String::new(),
        grade: visit.t(&format!("grade-{}", of.grade.as_str())).into_owned(),
        may_accept: false,
        area: String::new(),
        area_code: String::new(),
        wave: String::new(),
        error: String::new(),
        cited: cited(visit, portfolio, of),
    };
    if let Some(baseline) = &indicator.baseline {
        out.push(base("baseline", baseline));
    }
    let areas = indicator.by_area.iter().map(|(area, series)| (Some(area), series));
    let all = [(None, &indicator.whole)].into_iter().chain(areas);
    let all = all.flat_map(|(area, series)| series.observations.iter().map(move |held| (area, series, held)));
    for (area, series, observation) in all {
        let mut line = base("observation", observation);
        if let Some(code) = area {
            let held = portfolio.areas.get(code);
            line.area = held.map_or(code.as_str(), |area| area.name.get(visit.lang.is_english())).to_owned();
            line.area_code = code.to_string();
        }
        line.change = against_baseline(visit, indicator, observation, unit);
        let others = series.on(observation.on).count() > 1;
        let accepted = series.accepted.get(&observation.on);
        let (status, key) = match accepted {
            Some((key, because)) if *key == observation.key => {
                line.because = visit.tw("indicator-accepted-because", &[("because", because)]);
                ("indicator-accepted", "standing")
            }
            Some(_) => ("indicator-set-aside", "aside"),
            None if series.standing(observation.on).is_none() => ("indicator-disputed", "disputed"),
            None if others => ("indicator-accepted", "standing"),
            None => ("indicator-stands", "standing"),
        };
        line.status = visit.t(status).into_owned();
        line.status_key = key;
        if let Some(measured) = indicator.measured.get(&observation.key) {
            line.wave = measured.wave.to_string();
            let args = [
                ("low", number(measured.low)),
                ("high", number(measured.high)),
                ("people", measured.n.to_string()),
            ];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            line.error = visit.tw("indicator-measured", &args);
        }
        line.may_accept = may_accept && others && accepted.is_none_or(|(key, _)| *key != observation.key);
        out.push(line);
    }
    for (on, target, by) in &indicator.targets {
        out.push(ValueLine {
            on: on.to_string(),
            kind: visit.t("indicator-kind-target").into_owned(),
            value: format!("{} {unit}", number(*target)),
            instrument: term(visit, "instrument", &by.instrument),
            scale: term(visit, "scale", &by.scale),
            change: String::new(),
            status: String::new(),
            status_key: "",
            because: String::new(),
            key: String::new(),
            seq: None,
            source: String::new(),
            url: String::new(),
            grade: String::new(),
            may_accept: false,
            area: String::new(),
            area_code: String::new(),
            wave: String::new(),
            error: String::new(),
            cited: None,
        });
    }
    out.sort_by(|a, b| a.on.cmp(&b.on));
    for line in &mut out {
        let Some(seq) = line.seq else { continue };
        if let Some(entry) = visit.app.entry(seq).await? {
            line.source = entry.draft.source.title.clone();
            line.url = entry.draft.source.url.clone();
        }
    }
    Ok(out)
}
