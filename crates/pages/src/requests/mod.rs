//! Residents' requests: asking, following and judging from a phone; the desk that handles them; the rates.

mod act;
mod ask;
mod bulk;
mod choices;
mod file;
mod hold;
mod hot;
mod list;
mod mine;
mod one;
mod questions;
mod rates;
mod reply;
mod rules;
mod timeline;
mod voices;

use axum::Router;
use axum::routing::{get, post};

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/ask", get(ask::show).post(ask::save))
        .route("/p/{plan}/my", get(mine::show).post(mine::save))
        .route("/p/{plan}/voices", get(voices::list))
        .route("/p/{plan}/voices.csv", get(voices::csv))
        .route("/p/{plan}/voices.json", get(voices::json))
        .route("/p/{plan}/voices/{code}", get(voices::show).post(voices::follow))
        .route("/p/{plan}/requests", get(list::show))
        .route("/p/{plan}/requests/new", get(file::show).post(file::save))
        .route("/p/{plan}/requests/rates", get(rates::show).post(rates::save))
        .route("/p/{plan}/requests/rules", get(rules::show))
        .route("/p/{plan}/requests/hot", get(hot::list))
        .route("/p/{plan}/requests/hot/{key}", get(hot::show))
        .route("/p/{plan}/requests/hot/{key}/confirm", get(hot::form).post(hot::save))
        .route("/p/{plan}/requests/bulk", get(bulk::show).post(bulk::save))
        .route("/p/{plan}/requests/{code}", get(one::show))
        .route("/p/{plan}/requests/{code}/held", get(hold::live))
        .route("/p/{plan}/requests/{code}/person", post(one::person))
        .route("/p/{plan}/requests/{code}/{act}", get(act::show).post(act::save))
}
