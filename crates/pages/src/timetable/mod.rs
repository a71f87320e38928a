//! The timetable's pages: one table, bars over time, the months as a battle map, the roadmap, one project's
//! steps, and what it all reckons with.

mod asking;
mod bars;
mod board;
mod brief;
mod drawing;
mod export;
mod holidays;
mod moved;
pub(crate) mod outlook;
mod picture;
mod project;
mod review;
mod roadmap;
mod scenario;
mod table;
mod work;

use axum::Router;
use axum::routing::get;

pub(crate) use brief::{Brief, brief};
pub(crate) use review::settled_by;

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/timetable", get(table::show))
        .route("/p/{plan}/timetable/bars", get(bars::show))
        .route("/p/{plan}/timetable/bars.pdf", get(bars::pdf))
        .route("/p/{plan}/timetable/bars.zip", get(bars::svg))
        .route("/p/{plan}/timetable/board", get(board::show))
        .route("/p/{plan}/timetable/roadmap", get(roadmap::show))
        .route("/p/{plan}/timetable/work", get(work::show))
        .route("/p/{plan}/timetable/holidays", get(holidays::show).post(holidays::bring))
        .route("/p/{plan}/timetable/holidays/{file}", get(holidays::file))
        .route("/p/{plan}/timetable/mspdi.xml", get(export::mspdi))
        .route("/p/{plan}/timetable/tasks.xlsx", get(export::xlsx))
        .route("/p/{plan}/timetable/tasks.csv", get(export::csv))
        .route("/p/{plan}/projects/{code}/timetable", get(project::show))
        .merge(outlook::routes())
        .merge(review::routes())
        .merge(scenario::routes())
}
