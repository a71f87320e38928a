//! The ledger's pages: everything that is to be delivered, and the work on each item.

pub(crate) mod act;
mod address;
pub(crate) mod chase;
mod desk;
pub(crate) mod form;
mod from_gap;
mod from_point;
mod goal;
mod history;
pub(crate) mod item;
pub(crate) mod line;
pub(crate) mod list;
mod own_return;
pub(crate) mod paper;
pub(crate) mod register;
mod report;
mod returns;
mod rhythm;
mod saved;
mod slip;
mod study;
mod study_evaluation;
mod study_gaps;

pub(crate) use list::staff_only;

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
        .route("/p/{plan}/returns", get(returns::list))
        .route("/p/{plan}/returns/{code}", get(own_return::show).post(own_return::save))
        .route("/p/{plan}/slips", get(slip::list))
        .route("/p/{plan}/slips/{code}", get(slip::show))
        .route("/p/{plan}/rhythm", get(rhythm::show).post(rhythm::save))
        .route("/p/{plan}/reports/new", get(study::begin).post(study::draft))
        .route("/p/{plan}/papers/{file}", get(paper::of_plan))
        .route("/p/{plan}/papers/{code}/{file}", get(paper::of_item))
        .route("/p/{plan}/items/new", get(register::choose))
        .route("/p/{plan}/items/new/{kind}", get(register::show).post(register::save))
        .route("/p/{plan}/items/{code}", get(item::show))
        .route("/p/{plan}/items/{code}/trace", get(item::trace))
        .route("/p/{plan}/items/{code}/history", get(history::show))
        .route("/p/{plan}/items/{code}/{act}", get(act::show).post(act::save))
}
