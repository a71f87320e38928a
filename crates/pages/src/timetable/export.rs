//! The timetable as a file for other planning programs.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use exchange::mspdi::{WriteOptions, write};

use super::asking::open;
use crate::error::PageError;
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
    let headers = [
        (header::CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plan}-timetable.xml\"")),
    ];
    Ok((headers, text).into_response())
}
