//! Bringing a version of a questionnaire: an XLSForm, or the JSON that the command line makes of one. What of a form is
//! not taken over is shown before anything is recorded.

use std::io::Cursor;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::survey::Questionnaire;
use exchange::xlsform::{self, XlsFormError, XlsFormNote};
use survey::instrument::{Draft, Instrument};
use words::Lang;

use super::draft::fault;
use super::managing;
use crate::editor::page::known_code;
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::file_form::FileForm;
use crate::ledger::act::source;
use crate::page::Page;
use crate::visit::{Visit, render};

pub(super) const BODY_MOST: usize = 4 * 1024 * 1024;
const FILE_MOST: usize = 2 * 1024 * 1024;
/// A code and a number are short.
const TEXT_MOST: usize = 200;

#[derive(Template)]
#[template(path = "survey/bring.html")]
struct BringPage {
    page: Page,
    code: String,
    version: String,
    faults: Vec<(String, String)>,
    /// What is not taken over of the form that was read, and the form itself, to be recorded all the same.
    notes: Vec<String>,
    read: String,
}

impl BringPage {
    fn messages<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.faults.iter().filter(move |(at, _)| at == name).map(|(_, message)| message.as_str())
    }

    fn has_fault(&self, name: &str) -> bool {
        self.faults.iter().any(|(at, _)| at == name)
    }
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    managing(&visit, &plan)?;
    let page = visit.page(visit.t("questionnaire-new"));
    let (code, read, version) = (String::new(), String::new(), "1".to_owned());
    render(StatusCode::OK, &BringPage { page, code, version, faults: Vec::new(), notes: Vec::new(), read })
}

#[derive(Default)]
struct Brought {
    code: String,
    version: String,
    file: Vec<u8>,
    /// A form as it was read before: nothing more is to be told of it.
    read: Vec<u8>,
    too_large: bool,
}

async fn receive(mut parts: FileForm<'_>) -> Result<Brought, PageError> {
    let mut out = Brought::default();
    let most = |name: &str| if matches!(name, "file" | "read") { FILE_MOST } else { TEXT_MOST };
    while let Some(part) = parts.next(most).await? {
        match part.name.as_str() {
            "code" => out.code = part.text(),
            "version" => out.version = part.text(),
            "file" => {
                out.file = part.bytes;
                out.too_large |= part.too_large;
            }
            "read" => {
                out.read = part.bytes;
                out.too_large |= part.too_large;
            }
            _ => {}
        }
    }
    out.too_large |= parts.is_too_large();
    Ok(out)
}

pub async fn save(
    visit: Visit,
    Path(plan): Path<String>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let parts = FileForm::open(&visit, multipart)?;
    let plan = known_code(&plan)?;
    managing(&visit, &plan)?;
    let brought = receive(parts).await?;
    let mut faults: Vec<(String, String)> = Vec::new();
    let mut fault = |at: &str, message: String| faults.push((at.to_owned(), message));
    let code = Code::new(&brought.code).ok();
    if code.is_none() {
        fault("code", visit.t("field-error-not-a-code").into_owned());
    }
    let version = brought.version.parse::<u32>().ok().filter(|version| *version > 0);
    if version.is_none() {
        fault("version", visit.t("questionnaire-bad-version").into_owned());
    }
    let lang = visit.lang;
    // Another file that is chosen takes the place of what was read.
    let file = if brought.file.is_empty() { brought.read } else { brought.file };
    let asks = if brought.too_large {
        fault("file", visit.t("questionnaire-too-large").into_owned());
        None
    } else if file.is_empty() {
        fault("file", visit.t("questionnaire-no-file").into_owned());
        None
    } else {
        let work = tokio::task::spawn_blocking(move || understood(file, lang)).await;
        match work.map_err(|_| PageError::unwritten().in_lang(lang))? {
            Ok(asks) => Some(asks),
            Err(message) => {
                fault("file", message);
                None
            }
        }
    };
    let again = |status, faults, notes, read| {
        let page = visit.page(visit.t("questionnaire-new"));
        let (code, version) = (brought.code.clone(), brought.version.clone());
        render(status, &BringPage { page, code, version, faults, notes, read })
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(Understood { asks, notes }) = asks else {
        return again(unprocessable, faults, Vec::new(), String::new());
    };
    let read = if notes.is_empty() { String::new() } else { written(&asks) };
    if read.len() > FILE_MOST {
        let told = vec![("file".to_owned(), visit.t("questionnaire-too-large").into_owned())];
        return again(unprocessable, told, Vec::new(), String::new());
    }
    let (Some(instrument), Some(version)) = (code, version) else {
        return again(unprocessable, faults, notes, read);
    };
    if !notes.is_empty() {
        return again(StatusCode::OK, Vec::new(), notes, read);
    }
    let held = Questionnaire { instrument: instrument.clone(), version, asks };
    let ground = (source(&visit), String::new());
    match visit.app.record_questionnaire(&visit.actor, &plan, held, ground).await {
        Ok(_) => {
            Ok(Redirect::to(&format!("/p/{plan}/surveys/instruments/{instrument}/{version}")).into_response())
        }
        Err(error) => {
            let refusals = refused(error)?;
            let told = refusals.iter().map(|refusal| ("file".to_owned(), words::refusal(lang, refusal)));
            again(refused_status(&refusals), told.collect(), Vec::new(), String::new())
        }
    }
}

/// What a file asks, and what of it is not taken over.
struct Understood {
    asks: Instrument,
    notes: Vec<String>,
}

/// A questionnaire as it goes along in the form, until somebody records it.
fn written(asks: &Instrument) -> String {
    serde_json::to_string(&Draft::from(asks.clone())).unwrap_or_default()
}

/// What a file asks, or what is wrong with it.
fn understood(bytes: Vec<u8>, lang: Lang) -> Result<Understood, String> {
    if bytes.starts_with(b"PK") {
        let form = xlsform::read(Cursor::new(bytes)).map_err(|error| wrong(lang, &error))?;
        let notes = form.notes.iter().map(|note| left_out(lang, note)).collect();
        return Ok(Understood { asks: form.instrument, notes });
    }
    let value: serde_json::Value = serde_json::from_slice(&bytes)
        .map_err(|_| words::text(lang, "questionnaire-no-form").into_owned())?;
    // As the command line writes it, or the questionnaire alone.
    let draft = value.get("instrument").cloned().unwrap_or(value);
    let draft: Draft = serde_json::from_value(draft).map_err(|error| engine(lang, &error.to_string()))?;
    let asks = Instrument::new(draft).map_err(|error| fault(lang, &error))?;
    Ok(Understood { asks, notes: Vec::new() })
}

/// What is not taken over, in words.
fn left_out(lang: Lang, note: &XlsFormNote) -> String {
    let said = |key: &str, line: &usize, args: &[(&str, &str)]| {
        let line = line.to_string();
        let all: Vec<(&str, &str)> =
            [("line", line.as_str())].into_iter().chain(args.iter().copied()).collect();
        words::with(lang, key, &all)
    };
    match note {
        XlsFormNote::AsksNothing { line, kind } => {
            said("questionnaire-note-nothing", line, &[("kind", kind)])
        }
        XlsFormNote::Text { line, name } => said("questionnaire-note-text", line, &[("name", name)]),
        XlsFormNote::RowCondition { line, name } => said("questionnaire-note-row", line, &[("name", name)]),
        XlsFormNote::Constraint { line, constraint } => {
            said("questionnaire-note-constraint", line, &[("constraint", constraint)])
        }
        XlsFormNote::Column { line, column, name } => {
            said("questionnaire-note-column", line, &[("column", column), ("name", name)])
        }
        XlsFormNote::Step { line, step } => {
            said("questionnaire-note-step", line, &[("step", &step.to_string())])
        }
    }
}

/// What the reader of forms says, where there are no words for it.
fn engine(lang: Lang, why: &str) -> String {
    words::with(lang, "questionnaire-fault-other", &[("why", why)])
}

fn wrong(lang: Lang, error: &XlsFormError) -> String {
    let said = |key: &str, args: &[(&str, &str)]| words::with(lang, key, args);
    match error {
        XlsFormError::NotXlsx(_) | XlsFormError::Workbook(_) => said("questionnaire-no-form", &[]),
        XlsFormError::NoSheet(sheet) => said("questionnaire-fault-sheet", &[("sheet", sheet)]),
        XlsFormError::NoColumn { sheet, column } => {
            said("questionnaire-fault-column", &[("sheet", sheet), ("column", column)])
        }
        XlsFormError::Loop { line, name } => {
            said("questionnaire-fault-loop", &[("line", &line.to_string()), ("name", name)])
        }
        XlsFormError::UnknownType { line, kind } => {
            said("questionnaire-fault-type", &[("line", &line.to_string()), ("kind", kind)])
        }
        XlsFormError::NoList { line, list } => {
            said("questionnaire-fault-list", &[("line", &line.to_string()), ("list", list)])
        }
        XlsFormError::Condition { line, error } => {
            let args = [("line", line.to_string()), ("rest", error.rest.clone())];
            said("questionnaire-fault-condition", &[("line", &args[0].1), ("rest", &args[1].1)])
        }
        other => engine(lang, &other.to_string()),
    }
}
