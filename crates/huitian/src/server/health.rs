//! Is it alive, can it work, and what does it do: for machines that watch.

use app::App;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use super::metrics::Metrics;

#[derive(Clone)]
struct Health {
    app: App,
    metrics: Metrics,
}

pub(super) fn routes(app: App, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(exposition))
        .with_state(Health { app, metrics })
}

/// Ready when the database answers.
async fn ready(State(health): State<Health>) -> impl IntoResponse {
    match health.app.database().read_async(|c| c.head()).await {
        Ok(head) => (StatusCode::OK, format!("ready, {head} entries\n")),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned())
        }
    }
}

async fn exposition(State(health): State<Health>) -> impl IntoResponse {
    let head = health.app.database().read_async(|c| c.head()).await;
    health.metrics.database(head.ok().map(|head| head.0));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], health.metrics.render())
}
