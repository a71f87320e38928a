//! What a wave came to: estimates with their error, for everybody once they are published, and as files.

use std::convert::Infallible;
use std::sync::Arc;

use app::survey::said::{answer_label, figure, row_label};
use app::survey::{PickedEstimate, area_of, codebook, results_csv, text_csv};
use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::indicator::Indicator;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::source::Grade;
use domain::survey::{ResultKind, ResultRow, Shown, WaveMode, WaveResults, WaveState};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sheets::Format;
use survey::instrument::Form;
use words::Lang;

use super::answer::Opened;
use super::{by_strata, managing, may_manage, target, told};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::{Filled, done, saved};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::page::Page;
use crate::tables::attachment;
use crate::visit::{Visit, render};
use crate::words_of::{comma, number, word};

/// One estimate as it is shown.
pub(super) struct Cell {
    pub label: String,
    pub group: String,
    pub estimate: String,
    pub reach: String,
    pub n: String,
    pub deff: String,
    /// Of the bar: its length and the ends of the interval, 0 to 100.
    pub bar: Option<(String, String, String)>,
    pub hidden: bool,
}

pub(super) struct Asked {
    pub id: String,
    pub text: String,
    pub row: String,
    pub mean: bool,
    pub cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "survey/results.html")]
struct ResultsPage {
    page: Page,
    here: String,
    name: String,
    period: String,
    frame: String,
    grade: Grade,
    published: bool,
    sheets: u64,
    least: u32,
    weighted: bool,
    weights_deff: String,
    trimmed: u64,
    /// The design effect that stands for the communities that were drawn; empty where none were.
    clusters: String,
    /// Strata that no sheet came from.
    unreached: String,
    margins: Vec<String>,
    /// How people were asked, who could answer by link, and what is known of those who did not: what and how many.
    reached: Vec<(String, String)>,
    /// Whether some who answered came by themselves.
    self_selected: bool,
    groups: Vec<Choice>,
    by: String,
    asked: Vec<Asked>,
    /// Indicators that hold a figure of this wave: code, name and value.
    recorded: Vec<(String, String, String)>,
    /// What may be recorded as an observation, and of what.
    picks: Vec<Choice>,
    indicators: Vec<Choice>,
    /// Whether some of it is told of areas of the plan.
    by_area: bool,
    /// Whether its estimates by area can be drawn.
    mapped: bool,
    /// Whether this reader may have each sheet.
    answers: bool,
    saved: String,
    faults: Vec<String>,
}

/// A frozen wave with its results, where this reader may see them.
pub(super) async fn results_of(visit: &Visit, opened: &Opened) -> Result<Arc<WaveResults>, PageError> {
    if !opened.held.shows_results(may_manage(visit, &opened.plan)) {
        return Err(PageError::not_found().in_lang(visit.lang));
    }
    let found = visit.app.wave_results(&opened.plan, &opened.held).await?;
    found.ok_or_else(|| PageError::not_found().in_lang(visit.lang))
}

fn cell(row: &ResultRow, label: String, group: String, range: Option<(f64, f64)>) -> Cell {
    let Some(shown) = row.shown else {
        let n = "—".to_owned();
        let empty = String::new;
        return Cell {
            label,
            group,
            estimate: empty(),
            reach: empty(),
            n,
            deff: empty(),
            bar: None,
            hidden: true,
        };
    };
    let Shown { estimate, low, high, deff, .. } = shown;
    let place = |value: Decimal| {
        let (from, to) = range.unwrap_or((0.0, 1.0));
        let value = value.to_f64().unwrap_or_default();
        format!("{:.2}", ((value - from) / (to - from) * 100.0).clamp(0.0, 100.0))
    };
    let drawn = row.kind != ResultKind::Mean || range.is_some();
    Cell {
        label,
        group,
        estimate: figure(row.kind, estimate),
        reach: format!("{} – {}", figure(row.kind, low), figure(row.kind, high)),
        n: row.n.to_string(),
        deff: deff.map_or_else(|| "—".to_owned(), |deff| number(deff.round_dp(2))),
        bar: drawn.then(|| (place(estimate), place(low), place(high))),
        hidden: false,
    }
}

fn asked(opened: &Opened, results: &WaveResults, by: &str, lang: Lang) -> Vec<Asked> {
    let mut out: Vec<Asked> = Vec::new();
    let wanted = |row: &&ResultRow| match (&row.group, by) {
        (None, "") => true,
        (Some((held, _)), by) => held == by,
        _ => false,
    };
    for row in results.rows.iter().filter(wanted) {
        let question = opened.asked.asks.question(&row.question);
        let part = row.row.as_deref().map(|part| row_label(question, part, lang));
        let mean = row.kind == ResultKind::Mean;
        let id = format!(
            "{}-{}-{}",
            row.question,
            row.row.as_deref().unwrap_or_default(),
            if mean { "m" } else { "s" }
        );
        let range = match question.map(|question| &question.form) {
            Some(Form::Scale { low, high, .. }) if mean => Some((f64::from(*low), f64::from(*high))),
            _ => None,
        };
        let group = row.group.as_ref().map_or_else(String::new, |(by, code)| {
            answer_label(opened.asked.asks.question(by), Some(code), lang)
        });
        let label = match mean {
            true => words::text(lang, "results-mean").into_owned(),
            false => answer_label(question, row.answer.as_deref(), lang),
        };
        let cell = cell(row, label, group, range);
        match out.iter_mut().find(|held| held.id == id) {
            Some(held) => held.cells.push(cell),
            None => out.push(Asked {
                id,
                text: question.map_or_else(|| row.question.clone(), |question| told(lang, &question.wording)),
                row: part.unwrap_or_default(),
                mean,
                cells: vec![cell],
            }),
        }
    }
    out
}

/// The strata that no sheet came from, in one line.
fn unreached(opened: &Opened, results: &WaveResults, lang: Lang) -> String {
    let question = opened.held.wave.area.as_deref().and_then(|name| opened.asked.asks.question(name));
    let names = results.unreached.iter().map(|code| answer_label(question, Some(code), lang));
    names.collect::<Vec<_>>().join(comma(lang))
}

/// How people were reached, as it was when the wave was frozen.
fn reached(opened: &Opened, results: &WaveResults, lang: Lang) -> Vec<(String, String)> {
    let wave = &opened.held.wave;
    let t = |key: &str| words::text(lang, key).into_owned();
    let mode = |mode: WaveMode| word(lang, "wave-mode", mode.as_str());
    let held = results.fieldwork.as_deref();
    let modes: Vec<String> = match held {
        Some(held) => held.modes.iter().map(|(held, sheets)| format!("{} {sheets}", mode(*held))).collect(),
        None => wave.modes.iter().map(|held| mode(*held)).collect(),
    };
    let mut out = vec![(t("wave-modes"), modes.join(comma(lang)))];
    if wave.modes.contains(&WaveMode::Web) {
        out.push((t("wave-access"), word(lang, "wave-access", wave.access.as_str())));
    }
    let Some(held) = held else { return out };
    if held.links.0 > 0 {
        out.push((t("wave-links-used"), format!("{} / {}", held.links.1, held.links.0)));
    }
    let contacts: Vec<String> = held
        .contacts
        .iter()
        .map(|(name, number)| format!("{} {number}", word(lang, "contact", name)))
        .collect();
    if !contacts.is_empty() {
        out.push((t("wave-contacts"), contacts.join(comma(lang))));
    }
    let whole = held.rated.len() == held.modes.len();
    let of: Vec<String> = held.rated.iter().map(|held| mode(*held)).collect();
    for (key, rate) in [("wave-rate-1", held.response_1), ("wave-rate-3", held.response_3)] {
        let said = rate.map(|rate| match whole {
            true => figure(ResultKind::Share, rate),
            false => format!("{} ({})", figure(ResultKind::Share, rate), of.join(comma(lang))),
        });
        match said {
            Some(said) => out.push((t(key), said)),
            None if key == "wave-rate-1" => out.push((t("results-rate"), t("results-no-rate"))),
            None => (),
        }
    }
    let calls = held.call_backs.iter();
    let calls: Vec<String> =
        calls.map(|(name, number)| format!("{} {number}", word(lang, "call-back", name))).collect();
    if !calls.is_empty() {
        out.push((t("wave-call-backs"), calls.join(comma(lang))));
    }
    if let Some(held) = held.agreement {
        let [rate, low, high] = [held.rate, held.low, held.high].map(|rate| figure(ResultKind::Share, rate));
        let said =
            words::with(lang, "wave-agreement-said", &[("rate", &rate), ("low", &low), ("high", &high)]);
        out.push((t("wave-agreement"), said));
    }
    out
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    page(&visit, &opened, StatusCode::OK, Typed(query), Vec::new()).await
}

/// What somebody picked: a question, the row of a table of questions, and an answer.
fn picked(text: &str, by_area: bool) -> Option<PickedEstimate> {
    let (asked, answer) = text.split_once('=')?;
    let (question, row) = match asked.strip_suffix(']').and_then(|asked| asked.split_once('[')) {
        Some((question, row)) => (question, Some(row.to_owned())),
        None => (asked, None),
    };
    let answer = Some(answer.to_owned()).filter(|answer| !answer.is_empty());
    Some(PickedEstimate { question: question.to_owned(), row, answer, by_area })
}

/// How it is named in the form.
fn pick_name(row: &ResultRow) -> String {
    let part = row.row.as_ref().map_or_else(String::new, |part| format!("[{part}]"));
    format!("{}{part}={}", row.question, row.answer.as_deref().unwrap_or_default())
}

/// Indicators that hold a figure of this wave: of the whole, and of how many areas.
fn recorded(visit: &Visit, portfolio: &Portfolio, wave: &Code) -> Vec<(String, String, String)> {
    let english = visit.lang.is_english();
    let line = |indicator: &Indicator| {
        let code = indicator.code.as_ref()?.to_string();
        let own = indicator.measured.values().filter(|held| held.wave == *wave);
        let keys: Vec<&Code> = own.map(|held| &held.key).collect();
        let whole = indicator.whole.observations.iter().find(|held| keys.contains(&&held.key))?;
        let areas = indicator
            .by_area
            .values()
            .filter(|series| series.observations.iter().any(|held| keys.contains(&&held.key)))
            .count();
        let value = number(whole.value);
        let said = match areas {
            0 => value,
            areas => visit.tw(
                "results-recorded-areas",
                &[("value", value.as_str()), ("areas", areas.to_string().as_str())],
            ),
        };
        let name = indicator.name.as_ref().map_or(code.as_str(), |name| name.get(english)).to_owned();
        Some((code, name, said))
    };
    portfolio.indicators.iter().filter_map(line).collect()
}

/// Records a figure of the whole sample, and of its areas where that is ticked, as observations of an indicator.
pub async fn observe(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    results_of(&visit, &opened).await?;
    let indicator = Code::new(typed.get("indicator")).ok();
    let (Some(picked), Some(indicator)) =
        (picked(typed.get("estimate"), typed.get("by_area") == "yes"), indicator)
    else {
        let fault = visit.t("field-error-not-a-choice").into_owned();
        return page(&visit, &opened, StatusCode::UNPROCESSABLE_ENTITY, Typed::default(), vec![fault]).await;
    };
    let ground = (source(&visit), String::new());
    let code = opened.held.wave.wave.clone();
    match visit.app.observe_wave(&visit.actor, &opened.plan, &code, (&indicator, &picked), ground).await {
        Ok(receipt) => Ok(done(&format!("{}/results", opened.here()), Some(&receipt))),
        Err(error) => {
            let refusals = refused(error)?;
            let faults = refusals.iter().map(|refusal| words::refusal(visit.lang, refusal)).collect();
            page(&visit, &opened, refused_status(&refusals), Typed::default(), faults).await
        }
    }
}

async fn page(
    visit: &Visit,
    opened: &Opened,
    status: StatusCode,
    query: Typed,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let results = results_of(visit, opened).await?;
    let portfolio = visit.app.portfolio(&opened.plan, app::read::Asked::default()).await?;
    let english = visit.lang.is_english();
    let name = |indicator: &Indicator| {
        let code = indicator.code.as_ref().map_or("", Code::as_str);
        indicator.name.as_ref().map_or(code, |name| name.get(english)).to_owned()
    };
    let recorded = recorded(visit, &portfolio, &opened.held.wave.wave);
    let may = visit.actor.may(Action::RecordObservation, &target(&opened.plan));
    let picks = results.rows.iter().filter(|row| may && row.group.is_none() && row.shown.is_some());
    let picks: Vec<Choice> = picks
        .map(|row| {
            let question = opened.asked.asks.question(&row.question);
            let text = question.map_or_else(|| row.question.clone(), |held| told(visit.lang, &held.wording));
            let answer = match row.kind {
                ResultKind::Mean => visit.t("results-mean").into_owned(),
                _ => answer_label(question, row.answer.as_deref(), visit.lang),
            };
            let part = row.row.as_deref().map(|part| row_label(question, part, visit.lang));
            let said: Vec<String> = [text].into_iter().chain(part).chain([answer]).collect();
            Choice::new(pick_name(row), said.join(" · "))
        })
        .collect();
    let indicators = portfolio
        .indicators
        .iter()
        .filter(|_| may)
        .filter_map(|indicator| Some(Choice::new(indicator.code.as_ref()?.as_str(), name(indicator))));
    let indicators: Vec<Choice> = indicators.collect();
    let (held, lang) = (&opened.held.wave, visit.lang);
    let text = |name: &str| {
        opened
            .asked
            .asks
            .question(name)
            .map_or_else(|| name.to_owned(), |question| told(lang, &question.wording))
    };
    let groups: Vec<Choice> = std::iter::once(Choice::new("", visit.t("results-whole")))
        .chain(held.groupings().into_iter().map(|name| Choice::new(name, text(name))))
        .collect();
    let by = query.get("by").to_owned();
    let by = if groups.iter().any(|choice| choice.value == by) { by } else { String::new() };
    let page = ResultsPage {
        here: opened.here(),
        name: held.name.get(lang.is_english()).to_owned(),
        period: super::list::line(visit, &opened.held).period,
        frame: held.frame.get(lang.is_english()).to_owned(),
        grade: opened.held.grade,
        published: opened.held.state() == WaveState::Published,
        sheets: results.sheets,
        least: held.least,
        weighted: results.weighted,
        weights_deff: number(results.weights_deff.round_dp(2)),
        trimmed: results.trimmed,
        clusters: app::survey::planned_deff(held).map_or_else(String::new, number),
        unreached: unreached(opened, &results, lang),
        reached: reached(opened, &results, lang),
        self_selected: held.is_self_selected(),
        margins: held
            .margins
            .iter()
            .map(|margin| format!("{} ({})", text(&margin.question), margin.source))
            .chain(by_strata(visit, held, &opened.asked))
            .collect(),
        groups,
        asked: asked(opened, &results, &by, lang),
        by,
        recorded,
        picks,
        indicators,
        by_area: results
            .rows
            .iter()
            .any(|row| row.shown.is_some() && area_of(&opened.held, row, &portfolio.areas).is_some()),
        mapped: super::map::is_drawn(opened, &results, &portfolio),
        answers: may_manage(visit, &opened.plan) && opened.held.tells_texts(),
        saved: saved(lang, &query),
        faults,
        page: visit.page(visit.tw("results-title", &[("name", held.name.get(lang.is_english()))])),
    };
    render(status, &page)
}

/// The results as a table, and the code book of what was asked.
pub async fn file(
    visit: Visit,
    Path((plan, wave, file)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    if !matches!(file.as_str(), "results.csv" | "codebook.csv") {
        return Err(PageError::not_found().in_lang(visit.lang));
    }
    let opened = Opened::of(&visit, &plan, &wave).await?;
    let results = results_of(&visit, &opened).await?;
    let table = match file.as_str() {
        "codebook.csv" => codebook(&opened.asked, &opened.held.wave, &results),
        _ => results_csv(&opened.held.wave, &results),
    };
    let name = format!("{}-{file}", opened.held.wave.wave);
    Ok(attachment(Format::Csv.media_type(), &name, text_csv(table)))
}

/// The sheets themselves, one a row, for those who run the survey.
pub async fn answers(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    managing(&visit, &opened.plan)?;
    let found = visit.app.microdata(&visit.actor, &opened.plan, &opened.held, &opened.asked).await;
    let found = found.map_err(|error| PageError::of(error, visit.lang))?;
    let body = Body::from_stream(futures_util::stream::iter(found.map(Ok::<_, Infallible>)));
    let name = format!("{}-answers.csv", opened.held.wave.wave);
    let file = attachment(Format::Csv.media_type(), &name, body);
    // No copy of it stays in a browser.
    Ok(([(header::CACHE_CONTROL, "no-store")], file).into_response())
}
