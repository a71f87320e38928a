//! Residents' requests: asking, following and judging from a phone; the desk that handles them; the rates.

mod act;
mod ask;
mod asking;
mod choices;
mod feed;
mod file;
mod hot;
mod list;
mod map;
mod mine;
mod moderation;
mod one;
mod open;
mod own_copy;
mod questions;
mod rates;
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
        .route("/p/{plan}/voices.csv", get(open::csv))
        .route("/p/{plan}/voices.json", get(open::json))
        .route("/p/{plan}/voices.geojson", get(open::geojson))
        .route("/p/{plan}/voices.atom", get(feed::atom))
        .route("/p/{plan}/voices.rss", get(feed::rss))
        .route("/p/{plan}/open-data", get(open::page))
        .route("/p/{plan}/open-data/{file}", get(open::rates))
        .route("/p/{plan}/map", get(map::show))
        .route("/p/{plan}/moderation", get(moderation::log))
        .route("/p/{plan}/voices/{code}/flag", post(moderation::flag))
        .route("/p/{plan}/my/copy", post(own_copy::by_link))
        .route("/p/{plan}/requests/{code}/copy", post(own_copy::for_asker))
        .route("/p/{plan}/voices/{code}", get(voices::show).post(voices::follow))
        .route("/p/{plan}/requests", get(list::show))
        .route("/p/{plan}/requests/new", get(file::show).post(file::save))
        .route("/p/{plan}/requests/rates", get(rates::show))
        .route("/p/{plan}/requests/hot", get(hot::list))
        .route("/p/{plan}/requests/hot/{key}", get(hot::show))
        .route("/p/{plan}/requests/hot/{key}/confirm", get(hot::form).post(hot::save))
        .route("/p/{plan}/requests/{code}", get(one::show))
        .route("/p/{plan}/requests/{code}/person", post(one::person))
        .route("/p/{plan}/requests/{code}/{act}", get(act::show).post(act::save))
}
