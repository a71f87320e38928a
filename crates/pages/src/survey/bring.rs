//! Bringing a version of a questionnaire: an XLSForm, or the JSON that the command line makes of one.

use std::io::Cursor;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::survey::Questionnaire;
use exchange::xlsform::{self, XlsFormError};
use survey::instrument::{Draft, Instrument};
use words::Lang;

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
    render(StatusCode::OK, &BringPage { page, code: String::new(), version: "1".into(), faults: Vec::new() })
}

#[derive(Default)]
struct Brought {
    code: String,
    version: String,
    file: Vec<u8>,
    too_large: bool,
}

async fn receive(mut parts: FileForm<'_>) -> Result<Brought, PageError> {
    let mut out = Brought::default();
    while let Some(part) = parts.next(|name| if name == "file" { FILE_MOST } else { TEXT_MOST }).await? {
        match part.name.as_str() {
            "code" => out.code = part.text(),
            "version" => out.version = part.text(),
            "file" => (out.file, out.too_large) = (part.bytes, part.too_large),
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
    let asks = if brought.too_large {
        fault("file", visit.t("questionnaire-too-large").into_owned());
        None
    } else if brought.file.is_empty() {
        fault("file", visit.t("questionnaire-no-file").into_owned());
        None
    } else {
        let bytes = brought.file;
        let work = tokio::task::spawn_blocking(move || understood(bytes, lang)).await;
        match work.map_err(|_| PageError::unwritten().in_lang(lang))? {
            Ok(asks) => Some(asks),
            Err(message) => {
                fault("file", message);
                None
            }
        }
    };
    let again = |status, faults| {
        let page = visit.page(visit.t("questionnaire-new"));
        let (code, version) = (brought.code.clone(), brought.version.clone());
        render(status, &BringPage { page, code, version, faults })
    };
    let (Some(instrument), Some(version), Some(asks)) = (code, version, asks) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, faults);
    };
    let held = Questionnaire { instrument: instrument.clone(), version, asks };
    let ground = (source(&visit), String::new());
    match visit.app.record_questionnaire(&visit.actor, &plan, held, ground).await {
        Ok(_) => {
            Ok(Redirect::to(&format!("/p/{plan}/surveys/instruments/{instrument}/{version}")).into_response())
        }
        Err(error) => {
            let refusals = refused(error)?;
            let told = refusals.iter().map(|refusal| ("file".to_owned(), words::refusal(lang, refusal)));
            again(refused_status(&refusals), told.collect())
        }
    }
}

/// What a file asks, or what is wrong with it.
fn understood(bytes: Vec<u8>, lang: Lang) -> Result<Instrument, String> {
    if bytes.starts_with(b"PK") {
        return xlsform::read(Cursor::new(bytes))
            .map(|form| form.instrument)
            .map_err(|error| wrong(lang, &error));
    }
    let value: serde_json::Value = serde_json::from_slice(&bytes)
        .map_err(|_| words::text(lang, "questionnaire-no-form").into_owned())?;
    // As the command line writes it, or the questionnaire alone.
    let draft = value.get("instrument").cloned().unwrap_or(value);
    let draft: Draft = serde_json::from_value(draft).map_err(|error| engine(lang, &error.to_string()))?;
    Instrument::new(draft).map_err(|error| engine(lang, &error.to_string()))
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
