//! Residents' requests: asking, following and judging from a phone; the desk that handles them; the rates.

mod act;
mod act_form;
mod act_page;
mod alerts;
mod appeals;
mod ask;
mod asking;
mod brought;
mod bulk;
pub(crate) mod choices;
mod feed;
mod file;
mod hold;
mod hot;
mod hotline;
pub(crate) mod list;
mod mail;
mod map;
mod mine;
mod models;
mod moderation;
mod monitor;
mod one;
mod open;
mod own_copy;
mod photos;
mod public_parts;
mod questions;
mod rates;
mod reply;
mod rules;
mod similar;
mod spot;
mod suggested;
mod theme_told;
mod themes;
mod timeline;
mod voices;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    let photos = DefaultBodyLimit::max(brought::BODY_MOST);
    Router::new()
        .route("/p/{plan}/ask", get(ask::show).post(ask::save).layer(photos))
        .route("/p/{plan}/ask/map.svg", get(spot::picture))
        .route("/p/{plan}/ask/photos/{file}", get(photos::of_draft))
        .route("/p/{plan}/my", get(mine::show).post(mine::save).layer(photos))
        .route("/p/{plan}/my/photos/{file}", get(photos::of_asker))
        .route("/p/{plan}/mail/{purpose}", get(mail::show).post(mail::save))
        .route("/p/{plan}/alerts", get(alerts::show).post(alerts::save))
        .route("/p/{plan}/alerts/{purpose}", get(alerts::look).post(alerts::act))
        .route("/p/{plan}/themes", get(theme_told::list))
        .route("/p/{plan}/themes/{code}", get(theme_told::show))
        .route("/p/{plan}/requests/themes", get(themes::list))
        .route("/p/{plan}/requests/themes/new", get(themes::form).post(themes::save))
        .route("/p/{plan}/requests/themes/{code}/edit", get(themes::edit).post(themes::tell))
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
        .route("/p/{plan}/voices/{code}/photos/{file}", get(photos::of_everybody))
        .route("/p/{plan}/requests", get(list::show))
        .route("/p/{plan}/requests/new", get(file::show).post(file::save).layer(photos))
        .route("/p/{plan}/requests/rates", get(rates::show).post(rates::save))
        .route("/p/{plan}/requests/appeals", get(appeals::list))
        .route("/p/{plan}/requests/appeals.csv", get(appeals::csv))
        .route("/p/{plan}/requests/monitor", get(monitor::show))
        .route("/p/{plan}/requests/monitor.csv", get(monitor::csv))
        .route("/p/{plan}/requests/report", get(hotline::form).post(hotline::draft))
        .route("/p/{plan}/requests/models", get(models::show))
        .route("/p/{plan}/requests/models/learn", post(models::learn))
        .route("/p/{plan}/requests/models/use", post(models::take))
        .route("/p/{plan}/requests/rules", get(rules::show))
        .route("/p/{plan}/requests/hot", get(hot::list))
        .route("/p/{plan}/requests/hot/{key}", get(hot::show))
        .route("/p/{plan}/requests/hot/{key}/confirm", get(hot::form).post(hot::save))
        .route("/p/{plan}/requests/bulk", get(bulk::show).post(bulk::save))
        .route("/p/{plan}/requests/{code}", get(one::show))
        .route("/p/{plan}/requests/{code}/held", get(hold::live))
        .route("/p/{plan}/requests/{code}/person", post(one::person))
        .route("/p/{plan}/requests/{code}/photos", get(photos::show).post(photos::save).layer(photos))
        .route("/p/{plan}/requests/{code}/photos/{file}", get(photos::of_staff))
        .route("/p/{plan}/requests/{code}/{act}", get(act_page::show).post(act_page::save))
}
