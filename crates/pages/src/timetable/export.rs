//! The timetable as a file for other planning programs.

use axum::extract::Path;
use axum::response::Response;
use exchange::cell::{RowSink, WriteError};
use exchange::delimited::CsvSink;
use exchange::mspdi::{WriteOptions, write};
use exchange::plan_sheet;
use exchange::xlsx::XlsxSink;
use sheets::Format;

use super::asking::open;
use crate::error::PageError;
use crate::tables::attachment;
use crate::visit::Visit;

/// MSPDI, which Microsoft Project and most others read.
pub(super) async fn mspdi(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let text = tokio::task::spawn_blocking(move || {
        let (plan, dates) = held.timetable.for_export();
        write(&plan, &dates, &WriteOptions::default()).0
    })
    .await
    .map_err(|_| PageError::of(app::AppError::Store(store::StoreError::Stopped), visit.lang))?;
    Ok(attachment("application/xml; charset=utf-8", &format!("{plan}-timetable.xml"), text))
}

/// A sheet with a row for each step, its predecessors and its computed dates.
pub(super) async fn xlsx(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    sheet(visit, plan, Format::Xlsx, |out| {
        Ok(Box::new(XlsxSink::new(out, "tasks", &plan_sheet::headings(), false)?))
    })
    .await
}

pub(super) async fn csv(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    sheet(visit, plan, Format::Csv, |out| {
        Ok(Box::new(CsvSink::new(out, &plan_sheet::headings(), false, true)?))
    })
    .await
}

type Bytes = std::io::Cursor<Vec<u8>>;

async fn sheet(
    visit: Visit,
    plan: String,
    format: Format,
    sink: fn(&mut Bytes) -> Result<Box<dyn RowSink + '_>, WriteError>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let made = tokio::task::spawn_blocking(move || {
        let (plan, dates) = held.timetable.for_export();
        let mut out = Bytes::default();
        let mut into = sink(&mut out)?;
        for row in plan_sheet::rows(&plan, &dates) {
            into.row(&row)?;
        }
        into.finish()?;
        Ok::<_, WriteError>(out.into_inner())
    })
    .await
    .map_err(|_| PageError::of(app::AppError::Store(store::StoreError::Stopped), visit.lang))?;
    let bytes = made.map_err(|error| {
        tracing::error!(%error, "a sheet of the timetable was not written");
        PageError::unwritten().in_lang(visit.lang)
    })?;
    Ok(attachment(format.media_type(), &format!("{plan}-timetable.{}", format.extension()), bytes))
}
