//! What people are told: their notices, how they want to be told, their calendars, and the delivery.

mod calendar;
mod delivery;
mod feeds;
mod inbox;
mod preferences;

pub(crate) use calendar::site;

use axum::Router;
use axum::routing::{get, post};

use crate::PagesState;

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/notices", get(inbox::show))
        .route("/notices/read", post(inbox::read))
        .route("/notices/read-all", post(inbox::read_all))
        .route("/notices/preferences", get(preferences::show).post(preferences::save))
        .route("/calendars", get(feeds::show).post(feeds::create))
        .route("/calendars/{id}/revoke", post(feeds::revoke))
        .route("/calendar.ics", get(calendar::show))
        .route("/admin/delivery", get(delivery::show))
        .route("/admin/delivery/resend", post(delivery::resend))
        .route("/admin/delivery/resend-all", post(delivery::resend_all))
        .route("/admin/delivery/discard", post(delivery::discard))
        .route("/admin/delivery/test", post(delivery::test))
}

/// A moment as clocks of the installation's zone show it, to the minute.
fn minute(app: &app::App, at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map(|at| app.clock().zone().to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}
