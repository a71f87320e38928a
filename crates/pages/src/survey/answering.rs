//! A step of answering as it is shown: some questions, or everything once more before it goes.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use survey::sheet::is_asked;

use super::answer::{Opened, held_back};
use super::question::{Fault, Shown, answers, field, is_answer, read, shown, steps};
use super::told;
use crate::editor::field::Typed;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

/// Where somebody is who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    At(usize),
    Review,
    Sent,
}

/// An answer as it is looked at once more.
struct Given {
    text: String,
    answer: String,
    step: usize,
}

#[derive(Template)]
#[template(path = "survey/answer.html")]
struct AnswerPage {
    page: Page,
    here: String,
    name: String,
    about: String,
    sheet: String,
    invitation: String,
    fingerprint: String,
    at: usize,
    percent: usize,
    first: bool,
    review: bool,
    /// What was answered is shown, and can go nowhere.
    untaken: bool,
    begun: String,
    wave: String,
    questions: Vec<Shown>,
    given: Vec<Given>,
    kept: Vec<(String, String)>,
    faults: Vec<(String, String)>,
    notice: String,
}

pub(super) struct Answering<'a> {
    pub opened: &'a Opened,
    pub visit: &'a Visit,
    pub typed: Typed,
    pub faults: Vec<Fault>,
}

/// An id for a sheet that is shown without one.
pub(super) fn random_sheet(visit: &Visit) -> Code {
    visit.app.random_code()
}

impl Answering<'_> {
    pub fn page(
        &self,
        status: StatusCode,
        step: Step,
        sheet: Code,
        invitation: String,
        notice: Option<String>,
    ) -> Result<Response, PageError> {
        self.drawn(status, step, sheet, invitation, notice.unwrap_or_default(), false)
    }

    /// What was answered cannot be taken: it is shown, with the reason.
    pub fn untaken(&self, sheet: Code, invitation: String, why: String) -> Result<Response, PageError> {
        self.drawn(StatusCode::CONFLICT, Step::Review, sheet, invitation, why, true)
    }

    fn drawn(
        &self,
        status: StatusCode,
        step: Step,
        sheet: Code,
        invitation: String,
        notice: String,
        untaken: bool,
    ) -> Result<Response, PageError> {
        let (asked, visit) = (&self.opened.asked, self.visit);
        let questions = asked.asks.questions();
        let all = steps(asked);
        let (so_far, _) = answers(asked, &self.typed, visit.lang);
        let at = match step {
            Step::At(at) => at,
            Step::Review | Step::Sent => all.len(),
        };
        let places: Vec<usize> = match all.get(at) {
            Some(places) => {
                places.iter().copied().filter(|place| is_asked(&questions[*place], &so_far)).collect()
            }
            None => Vec::new(),
        };
        let here: Vec<String> = places.iter().map(|place| field(*place)).collect();
        let shown_here = |name: &str| {
            let of = name.split_once('r').map_or(name, |(place, _)| place);
            here.iter().any(|held| held == of)
        };
        let kept = self.typed.0.iter().filter(|(name, _)| is_answer(name) && !shown_here(name)).cloned();
        let given = questions
            .iter()
            .enumerate()
            .filter(|(_, question)| at == all.len() && is_asked(question, &so_far))
            .map(|(place, question)| Given {
                text: told(visit.lang, &question.wording),
                answer: read(question, so_far.get(&question.name), visit.lang),
                step: all.iter().position(|places| places.contains(&place)).unwrap_or(0),
            })
            .collect();
        let page = AnswerPage {
            here: format!("{}/answer", self.opened.here()),
            name: told(visit.lang, asked.asks.title()),
            about: self.opened.held.wave.frame.get(visit.lang.is_english()).to_owned(),
            begun: visit.app.sheet_begun(
                &self.opened.plan,
                &self.opened.held,
                &sheet,
                self.typed.get("begun"),
            ),
            wave: self.opened.named(),
            sheet: sheet.to_string(),
            invitation,
            fingerprint: asked.fingerprint(),
            at,
            percent: at * 100 / all.len().max(1),
            first: at == 0,
            review: at == all.len(),
            untaken,
            given,
            kept: kept.collect(),
            faults: self
                .faults
                .iter()
                .filter(|fault| places.contains(&fault.place))
                .map(|fault| (field(fault.place), fault.message.clone()))
                .collect(),
            questions: shown(asked, &places, &self.typed, &self.faults, visit.lang),
            notice,
            page: visit.page(told(visit.lang, asked.asks.title())),
        };
        let linked = !page.invitation.is_empty();
        let response = render(status, &page)?;
        Ok(if linked { held_back(response) } else { response })
    }
}
