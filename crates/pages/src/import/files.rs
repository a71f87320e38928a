//! Files to take along: templates, lists of mistakes, the profile.

use app::AppError;
use app::import::Mode;
use app::table;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use exchange::cell::WriteError;
use sheets::{Format, Style};
use store::StoreError;

use super::look::{Looked, look};
use super::{Case, enter};
use crate::error::PageError;
use crate::tables::attachment;
use crate::visit::Visit;

fn failed(error: impl ToString) -> PageError {
    AppError::Store(StoreError::Statement(error.to_string())).into()
}

/// An empty workbook with a table's headings.
pub(super) async fn template(
    visit: Visit,
    Path((plan, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (plan, _) = enter(&visit, &plan).await?;
    let name = file.strip_suffix(".xlsx").ok_or(AppError::NotFound)?;
    let table = table::table(name).ok_or(AppError::NotFound)?;
    let bytes = sheets::template(visit.lang, table).map_err(failed)?;
    Ok(attachment(Format::Xlsx.media_type(), &format!("{plan}-{file}"), bytes))
}

/// Something about a waiting file.
pub(super) async fn of_case(
    visit: Visit,
    Path((plan, id, file)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    let name = |file: &str| format!("{}-{}-{file}", case.plan, case.table.name);
    if file == "profile.toml" {
        let mut profile = case.waiting.reading.profile.clone();
        profile.table = Some(case.table.name.to_owned());
        let text = profile.to_toml().map_err(failed)?;
        return Ok(attachment("application/toml; charset=utf-8", &name(&file), text.into_bytes()));
    }
    let (which, format) = file.rsplit_once('.').ok_or(AppError::NotFound)?;
    let format: Format = format.parse().map_err(|_| AppError::NotFound)?;
    if !matches!(which, "mistakes" | "annotated") || (which == "annotated" && format == Format::Json) {
        return Err(PageError::not_found());
    }
    let Looked::Ready { prepared, sheet } = look(&visit, &case).await? else {
        return Ok(Redirect::to(&case.address()).into_response());
    };
    let report = visit.app.import(&visit.actor, *prepared, Mode::DryRun, None).await?;
    let (profile, lang, annotated) = (case.waiting.reading.profile.clone(), visit.lang, which == "annotated");
    let write = move || -> Result<Vec<u8>, WriteError> {
        let (mut out, style) = (Vec::new(), Style::for_people(format));
        if annotated {
            sheets::write_annotated(&mut out, &sheet, &report, &profile, style, lang)?;
        } else {
            sheets::write_mistakes(&mut out, &report, style, lang)?;
        }
        Ok(out)
    };
    let bytes = tokio::task::spawn_blocking(write).await.map_err(failed)?.map_err(failed)?;
    Ok(attachment(format.media_type(), &name(&file), bytes))
}
