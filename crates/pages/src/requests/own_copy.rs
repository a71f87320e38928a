//! Everything that is kept of whoever asked, as a file for them: for programs, for a spreadsheet, and to read.

use std::io::{Cursor, Write};

use app::read::Asked;
use app::request::OwnCopy;
use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use words::Lang;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::one::told;
use super::timeline::{Happening, Reader, timeline};
use crate::editor::field::Typed;
use crate::editor::page::{Filled, known_code};
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::tables::{attachment, csv_line};
use crate::visit::Visit;
use crate::words_of::word;

/// The copy as a page by itself, without anything from a server.
#[derive(Template)]
#[template(path = "requests/own_copy.html")]
struct Readable<'a> {
    lang: Lang,
    copy: &'a OwnCopy,
    title: String,
    text: String,
    kept: Vec<(String, String)>,
    happenings: Vec<Happening>,
    for_days: Vec<(String, u32)>,
    matters: Vec<Part<'a>>,
}

/// One of the matters that it was divided into.
struct Part<'a> {
    copy: &'a OwnCopy,
    title: String,
    text: String,
    happenings: Vec<Happening>,
}

impl Readable<'_> {
    fn t(&self, key: &str) -> String {
        words::text(self.lang, key).into_owned()
    }
}

/// For whoever has the link.
pub async fn by_link(
    visit: Visit,
    Path(plan): Path<String>,
    axum::Form(pairs): axum::Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let copy = visit.app.own_copy_by_link(&plan, Typed(pairs).get("key")).await?;
    file(&visit, copy).await
}

/// For a caller, once somebody has made sure who it is and says how.
pub async fn for_asker(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    match visit.app.own_copy_for(&visit.actor, &plan, &code, typed.get("checked")).await {
        Ok(copy) => file(&visit, copy).await,
        Err(app::AppError::Refused(_)) if typed.get("checked").is_empty() => {
            Ok(Redirect::to(&format!("/p/{plan}/requests/{code}?unchecked=1")).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn file(visit: &Visit, copy: OwnCopy) -> Result<Response, PageError> {
    let portfolio = visit.app.portfolio(&copy.plan, Asked::default()).await?;
    let (request, _) = visit.app.request(&copy.plan, &copy.request, Asked::default()).await?;
    let lang = visit.lang;
    let mut matters = Vec::new();
    for held in &copy.matters {
        let (matter, _) = visit.app.request(&held.plan, &held.request, Asked::default()).await?;
        matters.push(Part {
            copy: held,
            title: matter.title.clone(),
            text: matter.text.clone(),
            happenings: timeline(&portfolio, &matter, lang, Reader::Asker),
        });
    }
    let readable = Readable {
        lang,
        copy: &copy,
        title: request.title.clone(),
        text: request.text.clone(),
        kept: told(visit, &copy.plan, copy.kept.clone()).await?,
        happenings: timeline(&portfolio, &request, lang, Reader::Asker),
        for_days: copy
            .kept_for
            .iter()
            .map(|held| (word(lang, "kept-kind", held.kind.as_str()), held.days))
            .collect(),
        matters,
    };
    let html = readable.render().map_err(|_| PageError::unwritten().in_lang(lang))?;
    let name = name(&copy.request);
    // Megabytes of photos are packed: not where others wait.
    let bytes = tokio::task::spawn_blocking(move || packed(&copy, &html).ok());
    let bytes = bytes.await.ok().flatten().ok_or_else(|| PageError::unwritten().in_lang(lang))?;
    let file = attachment("application/zip", &name, bytes);
    Ok(([(header::CACHE_CONTROL, "no-store")], file).into_response())
}

fn name(request: &Code) -> String {
    format!("request-{request}.zip")
}

fn packed(copy: &OwnCopy, html: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut csv = String::from("\u{feff}request,entry,recorded_at,effective,by,reason,said\r\n");
    let all = || std::iter::once(copy).chain(&copy.matters);
    for (of, entry) in all().flat_map(|held| held.entries.iter().map(|entry| (&held.request, entry))) {
        csv.push_str(&csv_line([
            of.as_str(),
            &entry.entry.to_string(),
            &entry.recorded_at,
            &entry.effective,
            entry.by,
            &entry.reason,
            &entry.said.to_string(),
        ]));
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let json = serde_json::to_string_pretty(copy)?;
    for (name, text) in [("request.json", json.as_str()), ("records.csv", &csv), ("request.html", html)] {
        out.start_file(name, SimpleFileOptions::default())?;
        out.write_all(text.as_bytes())?;
    }
    for photo in all().flat_map(|held| &held.photos) {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        out.start_file(&*photo.file, stored)?;
        out.write_all(&photo.jpeg)?;
    }
    Ok(out.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::request::{CopiedEntry, CopiedPhoto, PersonalData};

    #[test]
    fn the_file_holds_the_same_three_times() {
        let code = |text: &str| Code::new(text).unwrap();
        let entry = CopiedEntry {
            entry: 7,
            recorded_at: "2019-03-04T09:00:00Z".into(),
            effective: "2019-03-04".into(),
            by: "you",
            reason: "=1+1".into(),
            said: serde_json::json!({ "word": { "text": "路灯\"坏了\"" } }),
        };
        let one = |request: &str, file: &str| OwnCopy {
            plan: code("p"),
            request: code(request),
            made_at: String::new(),
            kept: PersonalData::default(),
            has_link: true,
            kept_since: None,
            entries: vec![entry.clone()],
            looks: Vec::new(),
            mailed: Vec::new(),
            photos: vec![CopiedPhoto {
                file: file.into(),
                shows: "matter",
                at: String::new(),
                jpeg: "路灯".into(),
            }],
            followers: 0,
            kept_for: Vec::new(),
            matters: Vec::new(),
        };
        let copy = OwnCopy { matters: vec![one("m", "m/photos/1.jpg")], ..one("r", "photos/1.jpg") };
        let bytes = packed(&copy, "<p>路灯</p>").unwrap();
        let mut file = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for (name, said) in [
            ("request.json", "路灯"),
            ("records.csv", "r,7,"),
            ("records.csv", "m,7,2019-03-04T09:00:00Z,2019-03-04,you,'=1+1,"),
            ("request.html", "<p>路灯</p>"),
            ("photos/1.jpg", "路灯"),
            ("m/photos/1.jpg", "路灯"),
        ] {
            let text = std::io::read_to_string(file.by_name(name).unwrap()).unwrap();
            assert!(text.contains(said), "{name}: {text}");
        }
    }
}
