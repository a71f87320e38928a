//! The ledger's pages: everything that is to be delivered, and the work on each item.

mod act;
mod address;
mod desk;
mod form;
mod history;
mod item;
mod line;
mod list;
mod paper;
mod register;
mod report;
mod saved;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use address::Asking;

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/ledger", get(list::show))
        .route("/p/{plan}/ledger/lists", get(saved::show).post(saved::save))
        .route("/p/{plan}/ledger/lists/{id}", post(saved::change))
        .route("/p/{plan}/desk", get(desk::show))
        .route("/p/{plan}/reports", get(report::list).post(report::draft))
        .route("/p/{plan}/reports/{code}", get(report::show).post(report::save))
        .route("/p/{plan}/reports/{code}/{file}", get(paper::file))
        .route("/p/{plan}/items/new", get(register::choose))
        .route("/p/{plan}/items/new/{kind}", get(register::show).post(register::save))
        .route("/p/{plan}/items/{code}", get(item::show))
        .route("/p/{plan}/items/{code}/trace", get(item::trace))
        .route("/p/{plan}/items/{code}/history", get(history::show))
        .route("/p/{plan}/items/{code}/{act}", get(act::show).post(act::save))
}
