//! Answering by oneself, step by step, without an account and without scripts.

use std::sync::LazyLock;

use app::AppError;
use app::survey::{NewSheet, SheetFault, Taken};
use axum::extract::{Form, Path, Query, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use domain::code::Code;
use domain::survey::{HeldWave, Questionnaire, WaveAccess, WaveMode, WaveState};
use store::Invitation;
use words::Lang;

use super::answering::{Answering, Step, random_sheet};
use super::question::{answers, faults, steps, told_faults};
use super::said::say;
use crate::PagesState;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::lang_choice::choice;
use crate::session::comes_from_here;
use crate::sign_in_rate::{SignInRate, client};
use crate::visit::Visit;
use crate::words_of::day;

/// Sheets that one address may send where anybody is asked: twenty at once, then one each quarter of a minute.
static FLOOD: LazyLock<SignInRate> = LazyLock::new(SignInRate::default);
/// Fields that a form may have.
const FIELDS_MOST: usize = 3_000;

pub(super) struct Opened {
    pub plan: Code,
    pub held: HeldWave,
    pub asked: Questionnaire,
}

impl Opened {
    pub async fn of(visit: &Visit, plan: &str, wave: &str) -> Result<Self, PageError> {
        let plan = known_code(plan)?;
        let (held, asked) = visit.app.wave(&plan, wave).await?;
        Ok(Self { plan, held, asked })
    }

    pub fn here(&self) -> String {
        format!("/p/{}/surveys/{}", self.plan, self.held.wave.wave)
    }

    /// How devices name it where they keep answers.
    pub fn named(&self) -> String {
        format!("{}/{}", self.plan, self.held.wave.wave)
    }

    /// The secret of a link, where only those with one are asked; nobody else's is looked at.
    fn invitation(&self, typed: &Typed) -> String {
        match self.held.wave.access {
            WaveAccess::Invited => typed.get("invitation").to_owned(),
            WaveAccess::Anyone => String::new(),
        }
    }

    /// Another site must not answer in a reader's name. The page of a link has browsers tell no address, so that some
    /// say of its form only that they do not say where it is from: there the link, which no other site has, is enough.
    fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let silent = !headers.contains_key("sec-fetch-site")
            && headers.get(header::ORIGIN).is_some_and(|origin| origin == "null");
        let link = self.held.wave.access == WaveAccess::Invited;
        !(comes_from_here(headers) || silent && link)
    }

    fn name(&self, visit: &Visit) -> String {
        self.held.wave.name.get(visit.lang.is_english()).to_owned()
    }

    /// Whether anybody could ever answer by themselves; else no page of it is there for them.
    fn is_known(&self) -> bool {
        self.held.wave.modes.contains(&WaveMode::Web) && self.held.state() != WaveState::Draft
    }

    /// Why nobody is asked now.
    fn not_asking(&self, visit: &Visit) -> String {
        let wave = &self.held.wave;
        if self.held.state() == WaveState::Withdrawn {
            visit.t("survey-withdrawn").into_owned()
        } else if self.held.state() == WaveState::Open && visit.app.clock().today() < wave.from {
            visit.tw("survey-not-begun", &[("from", &day(visit.lang, wave.from))])
        } else {
            visit.tw("survey-over", &[("to", &day(visit.lang, wave.to))])
        }
    }

    /// Says why nobody is asked now, where that is so.
    fn not_now(&self, visit: &Visit) -> Option<Result<Response, PageError>> {
        if self.held.asks_on(visit.app.clock().today()) && self.is_known() {
            return None;
        }
        let state = self.held.state();
        if !self.is_known() || state == WaveState::Withdrawn {
            return Some(Err(PageError::not_found().in_lang(visit.lang)));
        }
        let name = self.name(visit);
        let results =
            if state == WaveState::Published { format!("{}/results", self.here()) } else { String::new() };
        Some(say(visit, self, ("survey-over-title", &name), self.not_asking(visit), results))
    }

    fn refuse_link(&self, visit: &Visit, found: Invitation) -> Result<Response, PageError> {
        let name = self.name(visit);
        let (title, text) = match found {
            Invitation::Used => ("survey-thanks", "survey-link-used"),
            _ => ("survey-link-title", "survey-link-unknown"),
        };
        say(visit, self, (title, &name), visit.t(text).into_owned(), String::new()).map(held_back)
    }
}

/// The address, or the page, holds a link that works once: it goes nowhere else, and stays in no browser.
pub(super) fn held_back(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub async fn show(
    visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    let typed = Typed(query);
    if typed.has("thanks") {
        if !opened.held.is_public() {
            return Err(PageError::not_found().in_lang(visit.lang));
        }
        let name = opened.name(&visit);
        let key = match typed.get("thanks") {
            "again" => "survey-thanks-again",
            "late" => "survey-thanks-late",
            _ => "survey-thanks-text",
        };
        return say(&visit, &opened, ("survey-thanks", &name), visit.t(key).into_owned(), String::new());
    }
    if let Some(said) = opened.not_now(&visit) {
        return said;
    }
    let invitation = opened.invitation(&typed);
    if opened.held.wave.access == WaveAccess::Invited {
        let found = visit.app.survey_invitation(&opened.plan, &opened.held.wave.wave, &invitation).await?;
        if found != Invitation::Unused {
            return opened.refuse_link(&visit, found);
        }
    }
    let answering = Answering { opened: &opened, visit: &visit, typed: Typed::default(), faults: Vec::new() };
    answering.page(StatusCode::OK, Step::At(0), random_sheet(&visit), invitation, None)
}

pub async fn save(
    State(state): State<PagesState>,
    mut visit: Visit,
    Path((plan, wave)): Path<(String, String)>,
    jar: CookieJar,
    extensions: Extensions,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let opened = Opened::of(&visit, &plan, &wave).await?;
    if !opened.is_known() {
        return Err(PageError::not_found().in_lang(visit.lang));
    }
    if opened.is_foreign(&headers) {
        return Err(PageError::stale_form().in_lang(visit.lang));
    }
    if pairs.len() > FIELDS_MOST || pairs.iter().any(|(_, value)| Typed::too_long(value)) {
        return Err(PageError::bad_request().in_lang(visit.lang));
    }
    let typed = Typed(pairs);
    if !typed.get("website").is_empty() {
        // Only programs fill what nobody sees.
        return Err(PageError::bad_request().in_lang(visit.lang));
    }
    let sheet = Code::new(typed.get("sheet")).ok().filter(|code| code.as_str().len() >= 16);
    let sheet = sheet.unwrap_or_else(|| random_sheet(&visit));
    let invitation = opened.invitation(&typed);
    let begun = typed.get("begun").to_owned();
    let own = visit.app.day_of_own(&opened.plan, &opened.held, (&sheet, &begun, &invitation));
    if own.is_err() {
        // Nothing that was answered is taken from whoever answered, also where it comes too late.
        let answering = Answering { opened: &opened, visit: &visit, typed, faults: Vec::new() };
        return answering.untaken(sheet, invitation, opened.not_asking(&visit));
    }
    let all = steps(&opened.asked);
    let at = typed.get("at").parse::<usize>().unwrap_or(0).min(all.len());
    if let Some(lang) = typed.get("go").strip_prefix("lang-").and_then(Lang::parse) {
        // Nothing that was answered is lost by reading on in another language.
        visit.speak(lang);
        let answering = Answering { opened: &opened, visit: &visit, typed, faults: Vec::new() };
        let page = answering.page(StatusCode::OK, Step::At(at), sheet, invitation, None)?;
        return Ok((jar.add(choice(&state, "lang", lang.tag())), page).into_response());
    }
    let (given, mut wrong) = answers(&opened.asked, &typed, visit.lang);
    wrong.extend(faults(&opened.asked, &given, visit.lang));
    let go = typed.get("go").to_owned();
    let asked_in = |step: usize| {
        let questions = opened.asked.asks.questions();
        all.get(step).is_some_and(|places| {
            places.iter().any(|place| survey::sheet::is_asked(&questions[*place], &given))
        })
    };
    let next = match go.as_str() {
        "back" => Step::At((0..at).rev().find(|step| asked_in(*step)).unwrap_or(0)),
        "send" => match wrong.first() {
            None => Step::Sent,
            Some(first) => Step::At(all.iter().position(|places| places.contains(&first.place)).unwrap_or(0)),
        },
        go => match go.strip_prefix("to-").and_then(|step| step.parse::<usize>().ok()) {
            Some(step) => Step::At(step.min(all.len().saturating_sub(1))),
            None => {
                let here = all.get(at).cloned().unwrap_or_default();
                if wrong.iter().any(|fault| here.contains(&fault.place)) {
                    Step::At(at)
                } else {
                    (at + 1..all.len()).find(|step| asked_in(*step)).map_or(Step::Review, Step::At)
                }
            }
        },
    };
    // Faults are told where somebody went on, not of what is still to be answered.
    let told = go == "send" || next == Step::At(at) && go != "back" && !go.starts_with("to-");
    let faulty = told && !wrong.is_empty();
    let mut answering =
        Answering { opened: &opened, visit: &visit, typed, faults: if told { wrong } else { Vec::new() } };
    if next != Step::Sent {
        let status = if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        return answering.page(status, next, sheet, invitation, None);
    }
    if opened.held.wave.access == WaveAccess::Anyone
        && FLOOD.take(client(&extensions), visit.app.clock().now()).is_err()
    {
        let notice = visit.t("survey-too-many").into_owned();
        return answering.page(StatusCode::TOO_MANY_REQUESTS, Step::Review, sheet, invitation, Some(notice));
    }
    let new = NewSheet {
        sheet: sheet.clone(),
        mode: WaveMode::Web,
        day: None,
        shown: answering.typed.get("shown").to_owned(),
        answers: given,
        invitation: invitation.clone(),
        begun,
    };
    let here = opened.here();
    let outcome = visit.app.take_sheet(&visit.actor, &opened.plan, &opened.held.wave.wave, new).await;
    match outcome {
        Ok(Ok(taken)) => {
            let thanks = if taken == Taken::Late { "late" } else { "1" };
            Ok(Redirect::to(&format!("{here}/answer?thanks={thanks}")).into_response())
        }
        Ok(Err(SheetFault::OtherAnswers)) => {
            Ok(Redirect::to(&format!("{here}/answer?thanks=again")).into_response())
        }
        Ok(Err(SheetFault::Invitation(Invitation::Used))) => {
            answering.untaken(sheet, invitation, visit.t("survey-link-used").into_owned())
        }
        Ok(Err(SheetFault::Invitation(_) | SheetFault::NotInvited)) => {
            answering.untaken(sheet, invitation, visit.t("survey-link-unknown").into_owned())
        }
        Ok(Err(SheetFault::Problems(problems))) => {
            answering.faults = told_faults(&opened.asked, &problems, visit.lang);
            answering.page(StatusCode::UNPROCESSABLE_ENTITY, Step::At(0), sheet, invitation, None)
        }
        Ok(Err(SheetFault::OtherVersion)) => {
            let notice = visit.t("survey-other-version").into_owned();
            answering.page(StatusCode::CONFLICT, Step::At(0), sheet, invitation, Some(notice))
        }
        Ok(Err(SheetFault::NotAsking | SheetFault::Mode | SheetFault::Day)) => {
            let why = opened.not_asking(&visit);
            answering.untaken(sheet, invitation, why)
        }
        Err(AppError::NoKey) => {
            let notice = visit.t("survey-no-key").into_owned();
            answering.page(StatusCode::SERVICE_UNAVAILABLE, Step::Review, sheet, invitation, Some(notice))
        }
        Err(error) => Err(error.into()),
    }
}
