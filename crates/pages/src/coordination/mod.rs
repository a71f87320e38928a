//! Units brought together: meetings, instant dispatches, whistles, what units do unasked, five parties.

mod agenda;
mod attendance;
mod board;
mod call;
mod communities;
mod community;
mod dispatches;
mod meeting;
mod meetings;
mod minutes;
mod period;
mod said;
mod unasked;
pub(crate) mod units;

use axum::Router;
use axum::routing::get;

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/meetings", get(meetings::show))
        .route("/p/{plan}/meetings/{code}", get(meeting::show))
        .route("/p/{plan}/meetings/{code}/print", get(meeting::print))
        .route("/p/{plan}/meetings/{code}/agenda", get(agenda::show).post(agenda::save))
        .route("/p/{plan}/meetings/{code}/attendance", get(attendance::show).post(attendance::save))
        .route("/p/{plan}/meetings/{code}/minutes", get(minutes::show).post(minutes::save))
        .route("/p/{plan}/dispatches", get(dispatches::show))
        .route("/p/{plan}/dispatches/{code}", get(call::dispatch).post(call::save))
        .route("/p/{plan}/whistles", get(board::show))
        .route("/p/{plan}/whistles/{code}", get(call::whistle).post(call::save))
        .route("/p/{plan}/calls/{code}/live", get(units::live))
        .route("/p/{plan}/report-ins", get(unasked::report_ins))
        .route("/p/{plan}/good-deeds", get(unasked::good_deeds))
        .route("/p/{plan}/communities", get(communities::show))
        .route("/p/{plan}/communities/{area}", get(community::show).post(community::save))
}
