//! The ledger's pages: everything that is to be delivered, and the work on each item.

mod act;
mod address;
mod desk;
mod form;
mod item;
mod line;
mod list;
pub(crate) mod paper;
mod register;
mod report;
mod study;

pub(crate) use list::staff_only;

use axum::Router;
use axum::routing::get;

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/ledger", get(list::show))
        .route("/p/{plan}/desk", get(desk::show))
        .route("/p/{plan}/reports", get(report::list).post(report::draft))
        .route("/p/{plan}/reports/{code}", get(report::show).post(report::save))
        .route("/p/{plan}/reports/new", get(study::begin).post(study::draft))
        .route("/p/{plan}/papers/{file}", get(paper::of_plan))
        .route("/p/{plan}/papers/{code}/{file}", get(paper::of_item))
        .route("/p/{plan}/items/new", get(register::choose))
        .route("/p/{plan}/items/new/{kind}", get(register::show).post(register::save))
        .route("/p/{plan}/items/{code}", get(item::show))
        .route("/p/{plan}/items/{code}/trace", get(item::trace))
        .route("/p/{plan}/items/{code}/{act}", get(act::show).post(act::save))
}
