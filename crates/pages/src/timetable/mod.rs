//! The timetable's pages: one table, bars over time, the months as a battle map, and one project's steps.

mod asking;
mod bars;
mod board;
mod export;
pub(crate) mod outlook;
mod project;
mod review;
mod scale;
mod scenario;
mod table;

use axum::Router;
use axum::routing::get;

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/timetable", get(table::show))
        .route("/p/{plan}/timetable/bars", get(bars::show))
        .route("/p/{plan}/timetable/board", get(board::show))
        .route("/p/{plan}/timetable/mspdi.xml", get(export::mspdi))
        .route("/p/{plan}/projects/{code}/timetable", get(project::show))
        .merge(outlook::routes())
        .merge(review::routes())
        .merge(scenario::routes())
}
