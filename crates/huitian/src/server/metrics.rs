//! Counters and times in the Prometheus text format.

use std::sync::OnceLock;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Answer times in seconds: a page is meant to take some milliseconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

#[derive(Clone)]
pub(super) struct Metrics {
    handle: PrometheusHandle,
}

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

impl Metrics {
    /// One recorder serves the whole process, however many routers are made.
    pub(super) fn install() -> Self {
        let handle = HANDLE.get_or_init(|| {
            let full = Matcher::Full("http_request_seconds".into());
            let builder = PrometheusBuilder::new();
            let builder = match builder.set_buckets_for_metric(full, &BUCKETS) {
                Ok(builder) => builder,
                Err(_) => PrometheusBuilder::new(),
            };
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // Fails only when another recorder is there already; then ours just stays empty.
            drop(metrics::set_global_recorder(recorder));
            handle
        });
        Self { handle: handle.clone() }
    }

    pub(super) fn database(&self, head: Option<u64>) {
        metrics::gauge!("database_up").set(if head.is_some() { 1.0 } else { 0.0 });
        if let Some(head) = head {
            metrics::gauge!("journal_entries").set(head as f64);
        }
    }

    pub(super) fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

/// Counts and times each request by its route, never by its address: codes would make endless series.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched".to_owned(), |path| path.as_str().to_owned());
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("http_request_seconds", "method" => method.clone(), "route" => route.clone())
        .record(begun.elapsed().as_secs_f64());
    metrics::counter!("http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}
