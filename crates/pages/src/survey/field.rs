//! The field desk: one sheet after the other, on the telephone, on the street or from paper. With scripts, sheets that
//! are filled in without a connection wait on the phone and are sent when it is back.

use app::survey::{NewSheet, SheetFault, Taken, full_quota};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::policy::Action;
use domain::survey::{WaveMode, WaveState};
use serde_json::json;
use words::Lang;

use super::answer::Opened;
use super::answering::random_sheet;
use super::may_collect;
use super::question::{Fault, Shown, answers, faults, field, shown, told_faults};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// A quota and how full it is.
struct QuotaLine {
    name: String,
    filled: u64,
    target: u64,
    /// The fields and values by which the script knows whom it counts.
    of: String,
}

#[derive(Template)]
#[template(path = "survey/field.html")]
struct FieldPage {
    page: Page,
    here: String,
    home: String,
    name: String,
    wave: String,
    sheet: String,
    fingerprint: String,
    modes: Vec<Choice>,
    mode: String,
    day: String,
    first: String,
    last: String,
    /// The last day of the wave, and the day on which the page was made: a device shows it on later ones, too.
    until: String,
    today: String,
    worker: String,
    questions: Vec<Shown>,
    faults: Vec<(String, String)>,
    notice: String,
    /// What became of the sheet before.
    done: String,
    takes: bool,
    quotas: Vec<QuotaLine>,
    /// Somebody of whom enough have answered: kept all the same when it is sent again.
    full: bool,
}

fn may(visit: &Visit, opened: &Opened) -> Result<(), PageError> {
    if may_collect(visit, &opened.plan) { Ok(()) } else { Err(visit.forbidden(Action::CollectAnswers)) }
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    may(&visit, &opened)?;
    let query = Typed(query);
    let mut typed = Typed::default();
    typed.set("mode", query.get("mode"));
    let done = match query.get("done") {
        "kept" => visit.t("field-kept").into_owned(),
        "already" => visit.t("field-already").into_owned(),
        "late" => visit.t("field-late").into_owned(),
        _ => String::new(),
    };
    page(&visit, &opened, StatusCode::OK, typed, Vec::new(), (String::new(), done)).await
}

async fn page(
    visit: &Visit,
    opened: &Opened,
    status: StatusCode,
    typed: Typed,
    faults: Vec<Fault>,
    (notice, done): (String, String),
) -> Result<Response, PageError> {
    let (wave, asked, lang) = (&opened.held.wave, &opened.asked, visit.lang);
    let today = visit.app.clock().today();
    let places: Vec<usize> = (0..asked.asks.questions().len()).collect();
    let modes: Vec<Choice> = WaveMode::ALL
        .iter()
        .filter(|mode| mode.is_by_staff() && wave.modes.contains(mode))
        .map(|mode| Choice::new(mode.as_str(), word(lang, "wave-mode", mode.as_str())))
        .collect();
    let mode = match typed.get("mode") {
        "" => modes.first().map(|mode| mode.value.clone()).unwrap_or_default(),
        mode => mode.to_owned(),
    };
    let sheet = Code::new(typed.get("sheet")).unwrap_or_else(|_| random_sheet(visit));
    let live = visit.app.live_wave(&opened.plan, &opened.held).await?;
    let place_of = |name: &str| asked.asks.questions().iter().position(|question| question.name == name);
    let quotas = live.quotas.iter().map(|it| {
        let of = it.quota.of.iter().filter_map(|(name, code)| Some((field(place_of(name)?), code)));
        QuotaLine {
            name: whom(opened, &it.quota.of, lang),
            filled: it.filled,
            target: it.quota.target,
            of: json!(of.collect::<Vec<_>>()).to_string(),
        }
    });
    let page = FieldPage {
        here: format!("{}/field", opened.here()),
        home: opened.here(),
        name: wave.name.get(lang.is_english()).to_owned(),
        wave: opened.named(),
        sheet: sheet.to_string(),
        fingerprint: asked.fingerprint(),
        takes: !modes.is_empty() && opened.held.state().takes_sheets(),
        modes,
        mode,
        day: match typed.get("day") {
            "" => today.min(wave.to).max(wave.from).to_string(),
            day => day.to_owned(),
        },
        first: wave.from.to_string(),
        last: wave.to.min(today).to_string(),
        until: wave.to.to_string(),
        today: today.to_string(),
        worker: format!("/p/{}/surveys/desk.js", opened.plan),
        faults: faults.iter().map(|fault| (field(fault.place), fault.message.clone())).collect(),
        questions: shown(asked, &places, &typed, &faults, lang),
        notice,
        done,
        quotas: quotas.collect(),
        full: typed.has("full"),
        page: visit.page(visit.t("field-title")),
    };
    render(status, &page)
}

/// Whom a quota counts.
fn whom(opened: &Opened, of: &[(String, String)], lang: Lang) -> String {
    let name =
        |(question, code): &(String, String)| super::wave::answer_name(&opened.asked, question, code, lang);
    of.iter().map(name).collect::<Vec<_>>().join(crate::words_of::comma(lang))
}

pub async fn save(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    may(&visit, &opened)?;
    let script = headers.contains_key("x-requested-by-script");
    let (given, mut wrong) = answers(&opened.asked, &typed, visit.lang);
    wrong.extend(faults(&opened.asked, &given, visit.lang));
    let mode = WaveMode::parse(typed.get("mode")).filter(|mode| mode.is_by_staff());
    let (Some(mode), true) = (mode, wrong.is_empty()) else {
        return refused(&visit, &opened, typed, wrong, String::new(), script).await;
    };
    // A script has told it before; without one it is told once while people are asked, and nobody's answers are thrown
    // away.
    if !script && !typed.has("full") && opened.held.state() == WaveState::Open {
        let quotas = visit.app.quotas_filled(&opened.plan, &opened.held).await?;
        if let Some(of) = full_quota(&quotas, &given) {
            let name = whom(&opened, &of, visit.lang);
            let notice = visit.tw("field-quota-full", &[("whom", &name)]);
            let mut typed = typed;
            typed.set("full", "yes");
            return refused(&visit, &opened, typed, Vec::new(), notice, script).await;
        }
    }
    let new = NewSheet {
        sheet: Code::new(typed.get("sheet")).unwrap_or_else(|_| random_sheet(&visit)),
        mode,
        day: parse_day(typed.get("day")),
        shown: typed.get("shown").to_owned(),
        answers: given,
        invitation: String::new(),
        begun: String::new(),
    };
    match visit.app.take_sheet(&visit.actor, &opened.plan, &opened.held.wave.wave, new).await? {
        Ok(taken) => {
            let done = match taken {
                Taken::Kept => "kept",
                Taken::Already => "already",
                Taken::Late => "late",
            };
            if script {
                let quotas = visit.app.quotas_filled(&opened.plan, &opened.held).await?;
                let filled: Vec<u64> = quotas.iter().map(|held| held.filled).collect();
                return Ok(axum::Json(json!({ "taken": done, "filled": filled })).into_response());
            }
            let to = format!("{}/field?mode={}&done={done}", opened.here(), mode.as_str());
            Ok(Redirect::to(&to).into_response())
        }
        Err(fault) => {
            let (faults, key) = match fault {
                SheetFault::Problems(problems) => (told_faults(&opened.asked, &problems, visit.lang), ""),
                SheetFault::NotAsking | SheetFault::NotInvited | SheetFault::Invitation(_) => {
                    (Vec::new(), "field-not-asking")
                }
                SheetFault::Mode => (Vec::new(), "field-no-mode"),
                SheetFault::Day => (Vec::new(), "field-bad-day"),
                SheetFault::OtherVersion => (Vec::new(), "survey-other-version"),
                SheetFault::OtherAnswers => (Vec::new(), "field-other-answers"),
            };
            let notice = if key.is_empty() { String::new() } else { visit.t(key).into_owned() };
            refused(&visit, &opened, typed, faults, notice, script).await
        }
    }
}

/// What is wrong, with everything that was typed; to a script as a list.
async fn refused(
    visit: &Visit,
    opened: &Opened,
    typed: Typed,
    faults: Vec<Fault>,
    notice: String,
    script: bool,
) -> Result<Response, PageError> {
    if script {
        let all: Vec<_> = faults
            .iter()
            .map(|fault| json!({ "field": field(fault.place), "text": fault.message }))
            .chain((!notice.is_empty()).then(|| json!({ "field": "", "text": notice })))
            .collect();
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, axum::Json(json!({ "faults": all }))).into_response());
    }
    page(visit, opened, StatusCode::UNPROCESSABLE_ENTITY, typed, faults, (notice, String::new())).await
}
