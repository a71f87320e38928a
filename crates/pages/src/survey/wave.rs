//! A wave: its design, how it goes, and the steps that its life has.

use std::collections::BTreeMap;

use app::survey::answer::{INVITATIONS_MOST, OUTCOMES, outcome_name};
use app::survey::{EstimateFault, FreezeFault, LiveWave};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::policy::Action;
use domain::survey::{Questionnaire, WaveAccess, WaveEvent, WaveMode, WaveMove, WaveState};
use jiff::civil::Date;
use sheets::Format;
use survey::call_back::CallBackOutcome;
use words::Lang;

use super::answer::Opened;
use super::list::{Line, line};
use super::{by_strata, managing, may_collect, may_manage, told};
use crate::PagesState;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::{Filled, known_code, saved};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::notice::site;
use crate::page::Page;
use crate::tables::attachment;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

struct DayLine {
    day: String,
    counts: Vec<u64>,
    sum: u64,
}

struct Fill {
    name: String,
    filled: u64,
    target: u64,
    percent: u64,
}

#[derive(Template)]
#[template(path = "survey/wave.html")]
struct WavePage {
    page: Page,
    it: Line,
    frame: String,
    modes: Vec<String>,
    access: String,
    margins: Vec<String>,
    groups: Vec<String>,
    least: u32,
    saved: String,
    faults: Vec<String>,
    moves: Vec<WaveMove>,
    may_manage: bool,
    may_collect: bool,
    may_edit: bool,
    invites: bool,
    frozen: Option<(u64, String)>,
    live: Option<Live>,
    invitations_most: usize,
}

struct Live {
    sheets: u64,
    late: u64,
    invitations: (u64, u64),
    heads: Vec<String>,
    days: Vec<DayLine>,
    quotas: Vec<Fill>,
    areas: Vec<(String, u64)>,
    outcomes: Vec<(String, String, u64)>,
    rates: Vec<(&'static str, String)>,
    contact_modes: Vec<Choice>,
    call_backs: Vec<(&'static str, String, u64)>,
    /// Call-backs that were made, and the agreement with its interval once somebody was reached.
    called: u64,
    agreement: String,
}

/// An answer by its question and label, as quotas are called.
pub(super) fn answer_name(asked: &Questionnaire, question: &str, code: &str, lang: Lang) -> String {
    let label = asked.single(question).ok().and_then(|choices| choices.iter().find(|held| held.code == code));
    label.map_or_else(|| format!("{question}={code}"), |choice| told(lang, &choice.label))
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "—".to_owned(), |rate| format!("{:.1}%", rate * 100.0))
}

fn live(visit: &Visit, opened: &Opened, found: &LiveWave) -> Live {
    let (wave, asked, lang) = (&opened.held.wave, &opened.asked, visit.lang);
    let comma = crate::words_of::comma(lang);
    let mut days: BTreeMap<Date, Vec<u64>> = BTreeMap::new();
    for count in found.counts.iter().filter(|count| !count.late) {
        let counts = days.entry(count.day).or_insert_with(|| vec![0; wave.modes.len()]);
        if let Some(at) = wave.modes.iter().position(|mode| *mode == count.mode) {
            counts[at] += count.number;
        }
    }
    let calls = &found.call_backs;
    let by_staff: Vec<&WaveMode> = wave.modes.iter().filter(|mode| mode.is_by_staff()).collect();
    Live {
        sheets: found.sheets(),
        late: found.late(),
        invitations: found.invitations,
        heads: wave.modes.iter().map(|mode| word(lang, "wave-mode", mode.as_str())).collect(),
        days: days
            .into_iter()
            .rev()
            .map(|(on, counts)| DayLine { day: day(lang, on), sum: counts.iter().sum(), counts })
            .collect(),
        quotas: found
            .quotas
            .iter()
            .map(|it| {
                let of = it.quota.of.iter().map(|(question, code)| answer_name(asked, question, code, lang));
                Fill {
                    name: of.collect::<Vec<_>>().join(comma),
                    filled: it.filled,
                    target: it.quota.target,
                    percent: (it.filled * 100 / it.quota.target.max(1)).min(100),
                }
            })
            .collect(),
        areas: found
            .by_area
            .iter()
            .map(|(code, number)| {
                let question = wave.area.as_deref().unwrap_or_default();
                (answer_name(asked, question, code, lang), *number)
            })
            .collect(),
        outcomes: OUTCOMES
            .iter()
            .map(|outcome| {
                let name = outcome_name(*outcome);
                (name.to_owned(), word(lang, "contact", name), found.ended(*outcome))
            })
            .collect(),
        rates: found.rates.as_ref().map_or_else(Vec::new, |rates| {
            vec![
                ("wave-rate-1", percent(rates.response_1)),
                ("wave-rate-3", percent(rates.response_3)),
                ("wave-rate-cooperation", percent(rates.cooperation_1)),
                ("wave-rate-refusal", percent(rates.refusal_1)),
                ("wave-rate-contact", percent(rates.contact_1)),
            ]
        }),
        contact_modes: by_staff
            .into_iter()
            .map(|mode| Choice::new(mode.as_str(), word(lang, "wave-mode", mode.as_str())))
            .collect(),
        call_backs: CallBackOutcome::ALL
            .into_iter()
            .map(|outcome| {
                let name = outcome.as_str();
                (name, word(lang, "call-back", name), calls.ended(outcome))
            })
            .collect(),
        called: calls.reached().saturating_add(calls.not_reached),
        agreement: calls.agreement().map_or_else(String::new, |found| {
            let [rate, low, high] = [found.rate, found.low, found.high].map(|rate| percent(Some(rate)));
            words::with(lang, "wave-agreement-said", &[("rate", &rate), ("low", &low), ("high", &high)])
        }),
    }
}

#[derive(Template)]
#[template(path = "survey/live.html")]
struct LivePart {
    page: Page,
    live: Live,
}

/// How a wave goes, for the page that looks again while somebody watches.
pub async fn live_part(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    if !may_collect(&visit, &opened.plan) {
        return Err(visit.forbidden(Action::CollectAnswers));
    }
    let found = visit.app.live_wave(&opened.plan, &opened.held).await?;
    render(StatusCode::OK, &LivePart { live: live(&visit, &opened, &found), page: visit.page("") })
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let code = known_code(&plan)?;
    let portfolio = visit.portfolio(&code).await?;
    if let Some(cited) = portfolio.plan.cited_wave(&wave) {
        return super::cited::page(&visit, &code, cited).await;
    }
    let opened = Opened::of(&visit, &plan, &wave).await?;
    let saved = saved(visit.lang, &Typed(query));
    page(&visit, &opened, StatusCode::OK, saved, Vec::new()).await
}

async fn page(
    visit: &Visit,
    opened: &Opened,
    status: StatusCode,
    saved: String,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let (plan, held, lang) = (&opened.plan, &opened.held, visit.lang);
    let (may_manage, may_collect) = (may_manage(visit, plan), may_collect(visit, plan));
    if !held.is_public() && !may_manage {
        return Err(PageError::not_found().in_lang(lang));
    }
    let state = held.state();
    let found = match may_collect {
        true => Some(live(visit, opened, &visit.app.live_wave(plan, held).await?)),
        false => None,
    };
    let wave = &held.wave;
    let text = |name: &str| {
        opened
            .asked
            .asks
            .question(name)
            .map_or_else(|| name.to_owned(), |question| told(lang, &question.wording))
    };
    let shown = WavePage {
        it: line(visit, held),
        frame: wave.frame.get(lang.is_english()).to_owned(),
        modes: wave.modes.iter().map(|mode| word(lang, "wave-mode", mode.as_str())).collect(),
        access: word(lang, "wave-access", wave.access.as_str()),
        margins: wave
            .margins
            .iter()
            .map(|margin| format!("{} ({})", text(&margin.question), margin.source))
            .chain(by_strata(visit, wave, &opened.asked))
            .collect(),
        groups: wave.groupings().into_iter().map(text).collect(),
        least: wave.least,
        saved,
        faults,
        moves: if may_manage { state.moves().collect() } else { Vec::new() },
        may_manage,
        may_collect,
        may_edit: may_manage && state == WaveState::Draft,
        invites: may_manage
            && wave.access == WaveAccess::Invited
            && matches!(state, WaveState::Draft | WaveState::Open),
        frozen: held.frozen().map(|frozen| (frozen.sheets, frozen.results_digest.clone())),
        live: found,
        invitations_most: INVITATIONS_MOST,
        page: visit.page(wave.name.get(lang.is_english())),
    };
    render(status, &shown)
}

pub async fn step(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    managing(&visit, &opened.plan)?;
    let ground = (source(&visit), typed.get("reason").to_owned());
    let code = opened.held.wave.wave.clone();
    let event = match WaveMove::parse(typed.get("step")) {
        Some(WaveMove::Open) => WaveEvent::Opened { asked: opened.asked.fingerprint() },
        Some(WaveMove::Close) => {
            // Once closed it can only be frozen: what stands against that is told while people can still be asked.
            let open = opened.held.state() == WaveState::Open;
            let found = match open {
                true => visit.app.estimate_wave(&opened.plan, &opened.held, &opened.asked).await?,
                false => Err(EstimateFault::NoSheets),
            };
            if let Err(fault) = found
                && fault != EstimateFault::NoSheets
            {
                let faults = vec![fault_said(&visit, &opened.asked, &fault)];
                return page(&visit, &opened, StatusCode::UNPROCESSABLE_ENTITY, String::new(), faults).await;
            }
            WaveEvent::Closed
        }
        Some(WaveMove::Publish) => WaveEvent::Published,
        Some(WaveMove::Withdraw) => WaveEvent::Withdrawn,
        Some(WaveMove::Freeze) => {
            let outcome = visit.app.freeze_wave(&visit.actor, &opened.plan, &code, ground).await;
            let faults = match outcome {
                Ok(receipt) => return Ok(crate::editor::page::done(&opened.here(), Some(&receipt))),
                Err(FreezeFault::Estimate(fault)) => vec![fault_said(&visit, &opened.asked, &fault)],
                Err(FreezeFault::App(error)) => said(&visit, refused(error)?),
            };
            return page(&visit, &opened, StatusCode::UNPROCESSABLE_ENTITY, String::new(), faults).await;
        }
        None => return Err(PageError::bad_request().in_lang(visit.lang)),
    };
    match visit.app.step_wave(&visit.actor, &opened.plan, &code, event, ground).await {
        Ok(receipt) => Ok(crate::editor::page::done(&opened.here(), Some(&receipt))),
        Err(error) => {
            let faults = said(&visit, refused(error)?);
            page(&visit, &opened, StatusCode::UNPROCESSABLE_ENTITY, String::new(), faults).await
        }
    }
}

fn said(visit: &Visit, refusals: Vec<domain::refusal::Refusal>) -> Vec<String> {
    refusals.iter().map(|refusal| words::refusal(visit.lang, refusal)).collect()
}

/// Why a wave cannot be estimated, and what to do.
fn fault_said(visit: &Visit, asked: &Questionnaire, fault: &EstimateFault) -> String {
    let name = |question: &str, code: &str| answer_name(asked, question, code, visit.lang);
    let text = |question: &str| {
        let found = asked.asks.question(question);
        found.map_or_else(|| question.to_owned(), |held| told(visit.lang, &held.wording))
    };
    let at = |key: &str, question: &str, code: &str| {
        visit.tw(key, &[("question", &text(question)), ("answer", &name(question, code))])
    };
    match fault {
        EstimateFault::NoSheets => visit.t("freeze-no-sheets").into_owned(),
        EstimateFault::EmptyCell { question, code } => at("freeze-empty-cell", question, code),
        EstimateFault::NotMet { question, code } => at("freeze-not-met", question, code),
        EstimateFault::TooTight { question, code } => at("freeze-too-tight", question, code),
        EstimateFault::Exploding { people, of } => {
            visit.tw("freeze-exploding", &[("people", &people.to_string()), ("of", of)])
        }
        EstimateFault::TooManyRows => visit.t("freeze-too-many").into_owned(),
        EstimateFault::Other(why) => visit.tw("freeze-other", &[("why", why)]),
    }
}

/// Counts how something ended, and goes back to the wave; or tells what is wrong with what was typed.
async fn count<O>(
    visit: Visit,
    (plan, wave): (String, String),
    typed: Typed,
    outcome: Option<O>,
    kept: impl AsyncFnOnce(&Visit, &Opened, (WaveMode, O, u64)) -> Result<(), app::AppError>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    let number = typed.get("number").trim().parse::<u64>();
    let counted = match (WaveMode::parse(typed.get("mode")).zip(outcome), number) {
        (None, _) => Err("field-error-not-a-choice"),
        (_, Err(_)) => Err("field-error-not-whole"),
        (Some((mode, outcome)), Ok(number)) => Ok((mode, outcome, number)),
    };
    let (status, faults) = match counted {
        Err(key) => (StatusCode::UNPROCESSABLE_ENTITY, vec![visit.t(key).into_owned()]),
        Ok(counted) => match kept(&visit, &opened, counted).await {
            Ok(()) => return Ok(Redirect::to(&opened.here()).into_response()),
            Err(error) => {
                let refusals = refused(error)?;
                (refused_status(&refusals), said(&visit, refusals))
            }
        },
    };
    page(&visit, &opened, status, String::new(), faults).await
}

pub async fn contacts(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let outcome = OUTCOMES.into_iter().find(|outcome| outcome_name(*outcome) == typed.get("outcome"));
    let kept = async |visit: &Visit, opened: &Opened, counted: (WaveMode, _, u64)| {
        visit.app.count_contacts(&visit.actor, &opened.plan, &opened.held.wave.wave, counted).await
    };
    count(visit, path, typed, outcome, kept).await
}

pub async fn call_backs(
    visit: Visit,
    Path(path): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let outcome = CallBackOutcome::parse(typed.get("outcome"));
    let kept = async |visit: &Visit, opened: &Opened, counted: (WaveMode, _, u64)| {
        visit.app.count_call_backs(&visit.actor, &opened.plan, &opened.held.wave.wave, counted).await
    };
    count(visit, path, typed, outcome, kept).await
}

/// Links that work once, as a file: they are told here and never again.
pub async fn invite(
    visit: Visit,
    State(state): State<PagesState>,
    Path((plan, wave)): Path<(String, String)>,
    headers: HeaderMap,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    managing(&visit, &opened.plan)?;
    let number = typed.get("number").parse::<usize>().unwrap_or(0);
    let code = opened.held.wave.wave.clone();
    let secrets = match visit.app.invite(&visit.actor, &opened.plan, &code, number).await {
        Ok(secrets) => secrets,
        Err(app::AppError::NoKey) => {
            let fault = visit.t("survey-no-key").into_owned();
            return page(&visit, &opened, StatusCode::UNPROCESSABLE_ENTITY, String::new(), vec![fault]).await;
        }
        Err(error) => {
            let faults = said(&visit, refused(error)?);
            return page(&visit, &opened, StatusCode::UNPROCESSABLE_ENTITY, String::new(), faults).await;
        }
    };
    let site = site(&headers, state.secure_cookies);
    let mut out = String::from("\u{feff}number,address\r\n");
    for (at, secret) in secrets.iter().enumerate() {
        out.push_str(&format!("{},{site}{}/answer?invitation={secret}\r\n", at + 1, opened.here()));
    }
    let file = attachment(Format::Csv.media_type(), &format!("{code}-links.csv"), out);
    // No copy of it stays in a browser.
    Ok(([(header::CACHE_CONTROL, "no-store")], file).into_response())
}
