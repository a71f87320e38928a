//! Bringing a file: which table it is, the file itself, and perhaps how it is to be read.

use app::import::{FILE_MOST, Keeping, Profile, Reading, table_label};
use app::table::{self, TABLES, Table};
use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::policy::Action;
use exchange::sheet::ReadError;

use super::{enter, look};
use crate::editor::field::Typed;
use crate::error::PageError;
use crate::file_form::{FileForm, TEXT_MOST};
use crate::form::FormState;
use crate::page::Page;
use crate::visit::{Visit, render};

/// The most that is read of a request. It is more than a file may have, so that who brings too large a
/// one is told so by a page, not by a broken connection.
pub(super) const BODY_MOST: usize = 4 * FILE_MOST;
/// A profile is a small text.
const PROFILE_MOST: usize = 256 << 10;

struct Offer {
    name: &'static str,
    label: String,
    about: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "import/bring.html")]
struct BringPage {
    page: Page,
    form: FormState,
    offers: Vec<Offer>,
    file_most: usize,
    megabytes: usize,
    too_large: String,
    discarded: bool,
}

/// The tables a person may bring. Areas and units are of the whole installation.
fn offered(visit: &Visit) -> impl Iterator<Item = &'static Table> + use<> {
    let directory = visit.actor.may_somewhere(Action::ManageDirectory);
    TABLES.iter().filter(move |table| directory || !matches!(table.name, "areas" | "units"))
}

fn page(visit: &Visit, status: StatusCode, form: FormState, discarded: bool) -> Result<Response, PageError> {
    let offers = offered(visit)
        .map(|table| Offer {
            name: table.name,
            label: table_label(visit.lang, table.name),
            about: visit.t(&format!("import-about-{}", table.name.replace('_', "-"))).into_owned(),
            chosen: form.value("table") == table.name,
        })
        .collect();
    let megabytes = FILE_MOST >> 20;
    let too_large = visit.tw("import-too-large", &[("max", &megabytes.to_string())]);
    let page = visit.page(visit.t("import-title"));
    render(status, &BringPage { page, form, offers, file_most: FILE_MOST, megabytes, too_large, discarded })
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    enter(&visit, &plan).await?;
    let typed = Typed(query);
    let mut form = FormState::default();
    form.set("table", typed.get("table"));
    page(&visit, StatusCode::OK, form, typed.has("discarded"))
}

/// What a browser sent.
#[derive(Default)]
struct Brought {
    table: String,
    name: String,
    file: Vec<u8>,
    profile: Vec<u8>,
    /// A part was larger than it may be; it was not kept.
    file_too_large: bool,
    profile_too_large: bool,
}

pub(super) async fn take(
    visit: Visit,
    Path(plan): Path<String>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let parts = FileForm::open(&visit, multipart)?;
    let (plan, person) = enter(&visit, &plan).await?;
    let mut form = FormState::default();
    let brought = receive(parts).await?;
    form.set("table", brought.table.as_str());
    if brought.file_too_large {
        let megabytes = (FILE_MOST >> 20).to_string();
        form.fail("file", visit.tw("import-too-large", &[("max", &megabytes)]));
        return page(&visit, StatusCode::PAYLOAD_TOO_LARGE, form, false);
    }
    let profile = read_profile(&visit, &brought, &mut form);
    let named = if brought.table.is_empty() { profile.table.clone() } else { Some(brought.table.clone()) };
    let table =
        named.as_deref().and_then(table::table).filter(|table| offered(&visit).any(|o| o.name == table.name));
    match table {
        None => form.fail("table", visit.t("import-choose-table")),
        Some(table) => {
            if let Err(error) = profile.check(table) {
                form.fail("profile", visit.tw("import-profile", &[("why", &error.to_string())]));
            }
        }
    }
    if brought.name.is_empty() && brought.file.is_empty() {
        form.fail("file", visit.t("import-choose-file"));
    }
    let Some(table) = table.filter(|_| form.errors.is_empty()) else {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, false);
    };
    // What cannot be read is not kept.
    let read = look::read(brought.file.clone(), table, profile.sheet.clone()).await?;
    if let Err(error) =
        read.and_then(|read| if read.sheet.rows.is_empty() { Err(ReadError::Empty) } else { Ok(()) })
    {
        form.fail("file", sheets::explain(visit.lang, &error));
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, false);
    }
    let reading = Reading { table: table.name.to_owned(), profile };
    match visit.app.keep_file(&person, &plan, &brought.name, &reading, brought.file).await? {
        Keeping::Waits(id) => Ok(Redirect::to(&format!("/p/{plan}/import/{id}")).into_response()),
        Keeping::NoRoom => {
            form.fail("", visit.t("import-no-room"));
            page(&visit, StatusCode::SERVICE_UNAVAILABLE, form, false)
        }
    }
}

fn read_profile(visit: &Visit, brought: &Brought, form: &mut FormState) -> Profile {
    if brought.profile_too_large {
        form.fail("profile", visit.t("import-profile-too-large"));
        return Profile::default();
    }
    let text = String::from_utf8_lossy(&brought.profile);
    match Profile::parse(&text) {
        Ok(profile) => profile,
        Err(error) => {
            form.fail("profile", visit.tw("import-profile", &[("why", &error.to_string())]));
            Profile::default()
        }
    }
}

async fn receive(mut parts: FileForm<'_>) -> Result<Brought, PageError> {
    let mut out = Brought::default();
    let most = |name: &str| match name {
        "table" => TEXT_MOST,
        "file" => FILE_MOST,
        "profile" => PROFILE_MOST,
        _ => 0,
    };
    while let Some(part) = parts.next(most).await? {
        match part.name.as_str() {
            "table" => out.table = part.text(),
            "file" => (out.name, out.file, out.file_too_large) = (part.file, part.bytes, part.too_large),
            "profile" => (out.profile, out.profile_too_large) = (part.bytes, part.too_large),
            _ => {}
        }
    }
    out.file_too_large |= parts.is_too_large();
    Ok(out)
}
