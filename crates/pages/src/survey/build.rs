//! Writing a questionnaire in the browser, question by question, with a preview. Nothing is kept before it is recorded:
//! what is written goes along in the form, and can be taken home as a file.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::refusal::{Problem, Refusal};
use domain::survey::{QUESTIONS_MOST, Questionnaire, SurveyFault};
use survey::instrument::{Draft, Instrument, Question, Wording};

use super::draft::{KINDS, blank, fault, fields, kind_of, read};
use super::question::{Shown, shown};
use super::{managing, told};
use crate::editor::field::{Control, Field, Typed};
use crate::editor::page::{Filled, known_code};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::act::source;
use crate::page::Page;
use crate::visit::{Visit, render};

/// The most that goes along in the form, in bytes.
const DRAFT_MOST: usize = 512 << 10;

/// A question in the list.
struct Line {
    at: usize,
    text: String,
    kind: &'static str,
    name: String,
    condition: String,
    optional: bool,
}

#[derive(Template)]
#[template(path = "survey/build.html")]
struct BuildPage {
    page: Page,
    draft: String,
    head: Vec<Field>,
    faults: Vec<(String, String)>,
    lines: Vec<Line>,
    kinds: [&'static str; 6],
    full: bool,
    most: usize,
    preview: Vec<Shown>,
    /// What keeps it from being shown as it will be asked.
    not_yet: String,
}

#[derive(Template)]
#[template(path = "survey/build_question.html")]
struct QuestionPage {
    page: Page,
    draft: String,
    code: String,
    version: String,
    at: usize,
    kind: &'static str,
    fields: Vec<Field>,
    earlier: Vec<(String, String)>,
}

/// What is being written.
struct Built {
    code: String,
    version: String,
    draft: Draft,
}

impl Built {
    /// What goes along in a form; nothing where it is none of ours.
    fn of(typed: &Typed) -> Option<Self> {
        let text = typed.get("draft");
        if text.len() > DRAFT_MOST {
            return None;
        }
        let mut draft: Draft = serde_json::from_str(text).ok()?;
        if draft.questions.len() > QUESTIONS_MOST {
            return None;
        }
        if typed.has("title_zh") {
            draft.title = Wording::new(typed.get("title_zh"), typed.get("title_en"));
        }
        Some(Self { code: typed.get("code").to_owned(), version: typed.get("version").to_owned(), draft })
    }

    fn text(&self) -> String {
        serde_json::to_string(&self.draft).unwrap_or_default()
    }

    fn named(&self) -> Draft {
        Draft { name: self.code.clone(), version: self.version.clone(), ..self.draft.clone() }
    }

    /// The whole questionnaire.
    fn page(
        &self,
        visit: &Visit,
        status: StatusCode,
        faults: Vec<(String, String)>,
    ) -> Result<Response, PageError> {
        let lang = visit.lang;
        let field = |name: &str, key: &str, value: &str| {
            let mut field = Field::new(lang, name, key, Control::Text).value(value);
            field.errors =
                faults.iter().filter(|(at, _)| at == name).map(|(_, message)| message.clone()).collect();
            field
        };
        let head = vec![
            field("title_zh", "build-title-zh", &self.draft.title.zh).required(),
            field("title_en", "build-title-en", &self.draft.title.en),
            field("code", "questionnaire-code", &self.code).required(),
            field("version", "questionnaire-version", &self.version).required(),
        ];
        let line = |(at, question): (usize, &Question)| Line {
            at,
            text: told(lang, &question.wording),
            kind: kind_of(&question.form),
            name: question.name.clone(),
            condition: question.condition.as_ref().map(ToString::to_string).unwrap_or_default(),
            optional: !question.required,
        };
        let (preview, not_yet) = match Instrument::new(self.named()) {
            Ok(asks) => {
                let instrument = Code::new("preview").map_err(|_| PageError::bad_request())?;
                let held = Questionnaire { instrument, version: 1, asks };
                let places: Vec<usize> = (0..self.draft.questions.len()).collect();
                // What cannot be put on record is not drawn, either: a scale may have any number of points.
                match held.fault() {
                    None => (shown(&held, &places, &Typed::default(), &[], lang), String::new()),
                    Some(fault) => (Vec::new(), words::refusal(lang, &refusal(fault))),
                }
            }
            Err(error) => (Vec::new(), fault(lang, &error)),
        };
        let page = BuildPage {
            draft: self.text(),
            head,
            faults,
            lines: self.draft.questions.iter().enumerate().map(line).collect(),
            kinds: KINDS,
            full: self.draft.questions.len() >= QUESTIONS_MOST,
            most: QUESTIONS_MOST,
            preview,
            not_yet,
            page: visit.page(visit.t("build-title")),
        };
        render(status, &page)
    }

    /// One question of it.
    fn question(
        &self,
        visit: &Visit,
        at: usize,
        kind: &'static str,
        fields: Vec<Field>,
    ) -> Result<Response, PageError> {
        let new = at >= self.draft.questions.len();
        let wrong = fields.iter().any(|field| !field.errors.is_empty());
        let earlier = self.draft.questions.iter().take(at);
        let page = QuestionPage {
            draft: self.text(),
            code: self.code.clone(),
            version: self.version.clone(),
            at,
            kind,
            fields,
            earlier: earlier.map(|held| (held.name.clone(), told(visit.lang, &held.wording))).collect(),
            page: visit.page(visit.t(if new { "build-question-new" } else { "build-question" })),
        };
        render(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
    }

    /// Puts it on record.
    async fn record(&self, visit: &Visit, plan: &Code) -> Result<Response, PageError> {
        let lang = visit.lang;
        let mut faults: Vec<(String, String)> = Vec::new();
        let mut wrong = |at: &str, message: String| faults.push((at.to_owned(), message));
        if self.draft.title.zh.is_empty() {
            wrong("title_zh", visit.t("build-fault-title").into_owned());
        }
        let code = Code::new(&self.code).ok();
        if code.is_none() {
            wrong("code", visit.t("field-error-not-a-code").into_owned());
        }
        let version = self.version.parse::<u32>().ok().filter(|version| *version > 0);
        if version.is_none() {
            wrong("version", visit.t("questionnaire-bad-version").into_owned());
        }
        for error in self.draft.faults() {
            wrong("questions", fault(lang, &error));
        }
        let asks = Instrument::new(self.named()).ok();
        let (Some(instrument), Some(version), Some(asks), true) = (code, version, asks, faults.is_empty())
        else {
            return self.page(visit, StatusCode::UNPROCESSABLE_ENTITY, faults);
        };
        let held = Questionnaire { instrument: instrument.clone(), version, asks };
        if let Some(fault) = held.fault() {
            let told = ("questions".to_owned(), words::refusal(lang, &refusal(fault)));
            return self.page(visit, StatusCode::UNPROCESSABLE_ENTITY, vec![told]);
        }
        let ground = (source(visit), String::new());
        match visit.app.record_questionnaire(&visit.actor, plan, held, ground).await {
            Ok(_) => {
                let to = format!("/p/{plan}/surveys/instruments/{instrument}/{version}");
                Ok(Redirect::to(&to).into_response())
            }
            Err(error) => {
                let refusals = refused(error)?;
                let told =
                    refusals.iter().map(|refusal| ("version".to_owned(), words::refusal(lang, refusal)));
                self.page(visit, refused_status(&refusals), told.collect())
            }
        }
    }

    /// As a file, which can be brought again.
    fn file(&self) -> Result<Response, PageError> {
        let text = serde_json::to_string_pretty(&self.named()).map_err(|_| PageError::bad_request())?;
        let name = Code::new(&self.code).map_or_else(|_| "questionnaire".to_owned(), |code| code.to_string());
        let heads = [
            (header::CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.json\"")),
        ];
        Ok((heads, text).into_response())
    }
}

fn refusal(fault: SurveyFault) -> Refusal {
    Refusal::whole(Problem::BadSurvey(fault))
}

/// An empty one, or one that begins with what a version asks.
pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    managing(&visit, &plan)?;
    let typed = Typed(query);
    let mut built = Built { code: String::new(), version: "1".into(), draft: Draft::default() };
    if let Ok(code) = Code::new(typed.get("from")) {
        let portfolio = visit.portfolio(&plan).await?;
        let version = typed.get("version").parse().unwrap_or(0);
        let held = portfolio.plan.questionnaire(&code, version).ok_or(app::AppError::NotFound)?;
        let versions = portfolio.plan.questionnaires.iter().filter(|of| of.instrument == code);
        let last = versions.map(|of| of.version).max().unwrap_or(0);
        built = Built {
            code: code.to_string(),
            version: last.saturating_add(1).to_string(),
            draft: held.asks.clone().into_draft(),
        };
    }
    built.page(&visit, StatusCode::OK, Vec::new())
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    managing(&visit, &plan)?;
    let mut built = Built::of(&typed).ok_or_else(|| PageError::bad_request().in_lang(visit.lang))?;
    let number = built.draft.questions.len();
    let (what, at) = match typed.get("go").split_once('-') {
        Some((what, at)) => (what, at.parse::<usize>().ok().filter(|at| *at < number)),
        None => (typed.get("go"), None),
    };
    let questions = &mut built.draft.questions;
    match (what, at) {
        ("add", _) if number < QUESTIONS_MOST => {
            if let Some(question) = blank(&built.draft, typed.get("kind")) {
                let fields = fields(visit.lang, &question);
                return built.question(&visit, number, kind_of(&question.form), fields);
            }
        }
        ("edit", Some(at)) => {
            let question = &built.draft.questions[at];
            let (kind, fields) = (kind_of(&question.form), fields(visit.lang, question));
            return built.question(&visit, at, kind, fields);
        }
        ("up", Some(at)) if at > 0 => questions.swap(at - 1, at),
        ("down", Some(at)) if at + 1 < number => questions.swap(at, at + 1),
        ("drop", Some(at)) => {
            questions.remove(at);
        }
        ("keep", _) => return keep(&visit, built, &typed),
        ("record", _) => return built.record(&visit, &plan).await,
        ("file", _) => return built.file(),
        _ => {}
    }
    built.page(&visit, StatusCode::OK, Vec::new())
}

/// Takes in a question as it was typed.
fn keep(visit: &Visit, mut built: Built, typed: &Typed) -> Result<Response, PageError> {
    let bad = || PageError::bad_request().in_lang(visit.lang);
    let kind = KINDS.into_iter().find(|kind| *kind == typed.get("kind")).ok_or_else(bad)?;
    let number = built.draft.questions.len();
    let at = typed.get("at").parse::<usize>().ok().filter(|at| *at <= number).ok_or_else(bad)?;
    if at >= QUESTIONS_MOST || typed.0.iter().any(|(name, value)| name != "draft" && Typed::too_long(value)) {
        return Err(bad());
    }
    let read = read(visit.lang, typed, kind, &built.draft.questions, at);
    // What goes along in the form must fit there.
    let read = read.and_then(|question| {
        let mut more = built.draft.clone();
        match more.questions.get_mut(at) {
            Some(held) => *held = question,
            None => more.questions.push(question),
        }
        match serde_json::to_string(&more) {
            Ok(text) if text.len() <= DRAFT_MOST => Ok(more),
            _ => Err(("wording_zh", words::refusal(visit.lang, &refusal(SurveyFault::TooLarge)))),
        }
    });
    match read {
        Ok(more) => built.draft = more,
        Err((wrong, message)) => {
            let asked = blank(&built.draft, kind).ok_or_else(bad)?;
            let mut fields = fields(visit.lang, &asked);
            for field in &mut fields {
                field.value = match field.control {
                    Control::Checks(_) => typed.joined(&field.name),
                    _ => typed.get(&field.name).to_owned(),
                };
                if field.name == wrong {
                    field.errors.push(message.clone());
                }
            }
            return built.question(visit, at, kind, fields);
        }
    }
    built.page(visit, StatusCode::OK, Vec::new())
}
