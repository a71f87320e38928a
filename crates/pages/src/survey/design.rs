//! The design of a wave as a form: period, frame, modes, groups, quotas, known totals.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use domain::refusal::Refusal;
use domain::survey::{Wave, WaveAccess, WaveMargin, WaveMode, WaveQuota, WaveState};
use rust_decimal::Decimal;

use super::{managing, told};
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, form_page, known_code};
use crate::editor::sheet::{Sheet, refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::visit::Visit;
use crate::words_of::word;

/// Nothing is shown of fewer people where nobody says otherwise.
const LEAST_USUAL: u32 = 30;

fn choices_of(visit: &Visit, portfolio: &Portfolio) -> Vec<Choice> {
    let held = portfolio.plan.questionnaires.iter().rev();
    held.map(|held| {
        let title = told(visit.lang, held.asks.title());
        let version = format!("{}/{}", held.instrument, held.version);
        Choice::new(version.clone(), format!("{title} ({version})"))
    })
    .collect()
}

fn sheet(visit: &Visit, plan: &Code, portfolio: &Portfolio, wave: Option<&Wave>) -> Sheet {
    let lang = visit.lang;
    let field = |name: &str, control| {
        Field::new(lang, name, &format!("wave-field-{}", name.replace('_', "-")), control)
    };
    let home = format!("/p/{plan}/surveys");
    let action = wave.map_or_else(|| format!("{home}/new"), |wave| format!("{home}/{}/edit", wave.wave));
    let cancel = wave.map_or_else(|| home.clone(), |wave| format!("{home}/{}", wave.wave));
    let words = |list: &str, all: &[&str]| -> Vec<Choice> {
        all.iter().map(|value| Choice::new(*value, word(lang, list, value))).collect()
    };
    let modes: Vec<&str> = WaveMode::ALL.iter().map(|mode| mode.as_str()).collect();
    let access: Vec<&str> = WaveAccess::ALL.iter().map(|access| access.as_str()).collect();
    let text = |pick: &dyn Fn(&Wave) -> String| wave.map(pick).unwrap_or_default();
    let mut first = Vec::new();
    if wave.is_none() {
        first.push(field("code", Control::Text).required());
    }
    first.extend([
        field("name_zh", Control::Text).required().value(text(&|wave| wave.name.zh.clone())),
        field("name_en", Control::Text).value(text(&|wave| wave.name.en.clone())),
        field("asked", Control::Select(choices_of(visit, portfolio)))
            .required()
            .value(text(&|wave| format!("{}/{}", wave.instrument, wave.version))),
        field("from", Control::Day).required().value(text(&|wave| wave.from.to_string())),
        field("to", Control::Day).required().value(text(&|wave| wave.to.to_string())),
    ]);
    let whom = vec![
        field("frame_zh", Control::Area).required().value(text(&|wave| wave.frame.zh.clone())),
        field("frame_en", Control::Area).value(text(&|wave| wave.frame.en.clone())),
        field("modes", Control::Checks(words("wave-mode", &modes)))
            .required()
            .value(text(&|wave| wave.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(";"))),
        field("access", Control::Select(words("wave-access", &access)))
            .value(text(&|wave| wave.access.as_str().to_owned())),
        field("quotas", Control::Area).value(text(&|wave| quotas_text(&wave.quotas))),
    ];
    let told_of = vec![
        field("area", Control::Text).value(text(&|wave| wave.area.clone().unwrap_or_default())),
        field("groups", Control::Text).value(text(&|wave| wave.groups.join(", "))),
        field("margins", Control::Area).value(text(&|wave| margins_text(&wave.margins))),
        field("trim", Control::Number)
            .value(text(&|wave| wave.trim.map(|trim| trim.to_string()).unwrap_or_default())),
        field("least", Control::Number)
            .required()
            .value(wave.map_or(LEAST_USUAL, |wave| wave.least).to_string()),
    ];
    Sheet::new(action, cancel, visit.t("wave-save"))
        .group(visit.t("wave-group-what"), first)
        .group(visit.t("wave-group-whom"), whom)
        .group(visit.t("wave-group-results"), told_of)
}

/// One line a quota: `sex=f, age=60+: 200`.
fn quotas_text(quotas: &[WaveQuota]) -> String {
    let line = |quota: &WaveQuota| {
        let of: Vec<String> = quota.of.iter().map(|(question, code)| format!("{question}={code}")).collect();
        format!("{}: {}", of.join(", "), quota.target)
    };
    quotas.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One line a question: `sex: f=52, m=48 | where from`.
fn margins_text(margins: &[WaveMargin]) -> String {
    let line = |margin: &WaveMargin| {
        let totals: Vec<String> =
            margin.totals.iter().map(|(code, total)| format!("{code}={}", total.normalize())).collect();
        format!("{}: {} | {}", margin.question, totals.join(", "), margin.source)
    };
    margins.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Signs as they are typed on either keyboard.
fn plain(line: &str) -> String {
    line.chars()
        .map(|c| match c {
            '：' => ':',
            '，' | '、' => ',',
            '＝' => '=',
            '｜' => '|',
            other => other,
        })
        .collect()
}

fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        (!name.is_empty() && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
    };
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(pair).collect()
}

fn lines(text: &str) -> impl Iterator<Item = (usize, String)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, plain(line.trim())));
    lines.filter(|(_, line)| !line.is_empty()).collect::<Vec<_>>().into_iter()
}

/// Quotas as typed, or the line that is none.
fn read_quotas(text: &str) -> Result<Vec<WaveQuota>, usize> {
    let read = |line: &str| {
        let (of, target) = line.rsplit_once(':')?;
        let of = pairs(of).filter(|of| !of.is_empty())?;
        Some(WaveQuota { of, target: target.trim().parse().ok()? })
    };
    lines(text).map(|(at, line)| read(&line).ok_or(at)).collect()
}

/// Totals as typed, or the line that is none.
fn read_margins(text: &str) -> Result<Vec<WaveMargin>, usize> {
    let read = |line: &str| {
        let (said, source) = line.split_once('|')?;
        let (question, totals) = said.split_once(':')?;
        let number = |(code, total): (String, String)| Some((code, total.parse::<Decimal>().ok()?));
        let totals: Option<Vec<(String, Decimal)>> = pairs(totals)?.into_iter().map(number).collect();
        let totals = totals.filter(|totals| !totals.is_empty())?;
        Some(WaveMargin { question: question.trim().to_owned(), totals, source: source.trim().to_owned() })
    };
    lines(text).map(|(at, line)| read(&line).ok_or(at)).collect()
}

/// The design as typed; nothing where something of it cannot be read, with the faults in the form.
fn read(visit: &Visit, typed: &Typed, form: &mut Sheet, held: Option<&Wave>) -> Option<Wave> {
    let missing = |form: &mut Sheet, name: &str| {
        form.fault(name, visit.t("field-error-missing").into_owned());
    };
    let code = match held {
        Some(held) => Some(held.wave.clone()),
        None => {
            let code = Code::new(typed.get("code")).ok();
            if code.is_none() {
                form.fault("code", visit.t("field-error-not-a-code").into_owned());
            }
            code
        }
    };
    let asked = typed
        .get("asked")
        .split_once('/')
        .and_then(|(instrument, version)| Some((Code::new(instrument).ok()?, version.parse::<u32>().ok()?)));
    if asked.is_none() {
        missing(form, "asked");
    }
    let mut day = |name: &str| {
        let day = parse_day(typed.get(name));
        if day.is_none() {
            form.fault(name, visit.t("field-error-not-a-day").into_owned());
        }
        day
    };
    let (from, to) = (day("from"), day("to"));
    let whole = |form: &mut Sheet, name: &str, needed: bool| -> Option<Option<u32>> {
        match (typed.get(name), needed) {
            ("", false) => Some(None),
            (text, _) => match text.parse::<u32>() {
                Ok(number) => Some(Some(number)),
                Err(_) => {
                    form.fault(name, visit.t("field-error-not-whole").into_owned());
                    None
                }
            },
        }
    };
    let (trim, least) = (whole(form, "trim", false), whole(form, "least", true));
    let listed = |form: &mut Sheet, name: &str, key: &str, line: usize| {
        form.fault(name, visit.tw(key, &[("line", &line.to_string())]));
    };
    let quotas =
        read_quotas(typed.get("quotas")).map_err(|line| listed(form, "quotas", "wave-bad-quota", line)).ok();
    let margins = read_margins(typed.get("margins"))
        .map_err(|line| listed(form, "margins", "wave-bad-margin", line))
        .ok();
    let (instrument, version) = asked?;
    let named = |zh: &str, en: &str| {
        Named::new(typed.get(zh).replace("\r\n", "\n"), typed.get(en).replace("\r\n", "\n"))
    };
    Some(Wave {
        wave: code?,
        name: named("name_zh", "name_en"),
        instrument,
        version,
        from: from?,
        to: to?,
        frame: named("frame_zh", "frame_en"),
        modes: typed.joined("modes").split(';').filter_map(WaveMode::parse).collect(),
        access: WaveAccess::parse(typed.get("access")).unwrap_or(WaveAccess::Anyone),
        area: Some(typed.get("area").to_owned()).filter(|area| !area.is_empty()),
        groups: plain(typed.get("groups"))
            .split([',', ';'])
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        quotas: quotas?,
        margins: margins?,
        trim: trim?,
        least: least??,
        sample: held.and_then(|held| held.sample.clone()),
    })
}

fn faults(visit: &Visit, form: &mut Sheet, refusals: &[Refusal]) {
    for refusal in refusals {
        let part = refusal.field.rsplit('/').next().unwrap_or_default();
        let field = match part {
            "name" => "name_zh",
            "frame" => "frame_zh",
            "version" => "asked",
            "wave" => "code",
            part => part,
        };
        form.fault(field, words::refusal(visit.lang, refusal));
    }
}

pub async fn new(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    managing(&visit, &plan)?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    if portfolio.plan.questionnaires.is_empty() {
        // Nothing can be asked yet.
        return Ok(Redirect::to(&format!("/p/{plan}/surveys/instruments/new")).into_response());
    }
    let mut form = sheet(&visit, &plan, &portfolio, None);
    let asked = Typed(query).get("asked").to_owned();
    if let Some(field) = form.field_mut("asked").filter(|_| !asked.is_empty()) {
        field.value = asked;
    }
    form_page(&visit, StatusCode::OK, visit.t("wave-new"), form)
}

pub async fn create(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    managing(&visit, &plan)?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let form = sheet(&visit, &plan, &portfolio, None);
    let taken = portfolio.plan.wave(typed.get("code")).is_some();
    keep(&visit, &plan, form, &typed, (None, taken), "wave-new").await
}

async fn opened(
    visit: &Visit,
    plan: &str,
    wave: &str,
) -> Result<(Code, std::sync::Arc<Portfolio>, Wave), PageError> {
    let plan = known_code(plan)?;
    managing(visit, &plan)?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let held = portfolio.plan.wave(wave).ok_or(app::AppError::NotFound)?;
    if held.state() != WaveState::Draft {
        return Err(PageError::not_now().in_lang(visit.lang));
    }
    let wave = held.wave.clone();
    Ok((plan, portfolio, wave))
}

pub async fn edit(visit: Visit, Path((plan, wave)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, portfolio, wave) = opened(&visit, &plan, &wave).await?;
    let form = sheet(&visit, &plan, &portfolio, Some(&wave));
    form_page(&visit, StatusCode::OK, visit.t("wave-edit"), form)
}

pub async fn save(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, portfolio, wave) = opened(&visit, &plan, &wave).await?;
    let form = sheet(&visit, &plan, &portfolio, Some(&wave));
    keep(&visit, &plan, form, &typed, (Some(&wave), false), "wave-edit").await
}

async fn keep(
    visit: &Visit,
    plan: &Code,
    mut form: Sheet,
    typed: &Typed,
    (held, taken): (Option<&Wave>, bool),
    title: &str,
) -> Result<Response, PageError> {
    form.refill(typed);
    if taken {
        form.fault("code", visit.t("field-error-taken").into_owned());
        return form_page(visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t(title), form);
    }
    let Some(wave) = read(visit, typed, &mut form, held) else {
        return form_page(visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t(title), form);
    };
    let code = wave.wave.clone();
    match visit.app.record_wave(&visit.actor, plan, wave, (source(visit), String::new())).await {
        Ok(_) => Ok(Redirect::to(&format!("/p/{plan}/surveys/{code}")).into_response()),
        Err(error) => {
            let refusals = refused(error)?;
            faults(visit, &mut form, &refusals);
            form_page(visit, refused_status(&refusals), visit.t(title), form)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_and_totals_are_read_as_they_are_written() {
        let text = "sex=f, age=60+: 200\nsex=m: 150";
        let quotas = read_quotas(text).unwrap_or_default();
        assert_eq!(quotas.len(), 2);
        assert_eq!(quotas_text(&quotas), text);
        let text = "sex: f=52.5, m=47.5 | Census 2020";
        let margins = read_margins(text).unwrap_or_default();
        assert_eq!(margins_text(&margins), text);
        // On a Chinese keyboard.
        assert_eq!(read_margins("sex：f＝52.5，m＝47.5｜Census 2020"), Ok(margins));
        assert_eq!(read_quotas("sex=f: 1\n\nsex: many"), Err(3));
        assert_eq!(read_margins("sex: f=52"), Err(1));
        assert_eq!(read_quotas(""), Ok(Vec::new()));
    }
}
