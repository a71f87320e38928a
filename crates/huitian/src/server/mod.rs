//! The server: pages and API behind one listener, with health, metrics, limits and logs.

mod health;
mod metrics;
mod rate;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use app::App;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware;
use axum::response::Response;
use delivery::Courier;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How the server is run.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Cookies only over HTTPS: on whenever the site is not just shown on one's own machine.
    pub secure_cookies: bool,
    /// The number of proxies in front that add to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Shows the demonstration's sign-ins on the sign-in page.
    pub demo: bool,
}

#[derive(Clone, Default)]
struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let mut bytes = [0u8; 8];
        getrandom::fill(&mut bytes).ok()?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        HeaderValue::from_str(&text).ok().map(RequestId::new)
    }
}

/// All routes and layers.
pub fn router(app: App, config: &Config) -> Router {
    let metrics = metrics::Metrics::install();
    let limiter = rate::Limiter::new(config.trusted_proxies);
    let site = Router::new()
        .merge(crate::site::routes(app.clone(), config))
        .layer(middleware::from_fn_with_state(limiter, rate::limit));
    Router::new()
        .merge(site)
        .merge(health::routes(app, metrics))
        .layer(middleware::from_fn(metrics::measure))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(60)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(
            |response: &Response, latency: Duration, _: &Span| {
                tracing::info!(status = response.status().as_u16(), ms = latency.as_millis() as u64);
            },
        ))
        .layer(SetRequestIdLayer::new(REQUEST_ID, RandomId))
}

/// What is logged of a request: never its query, which may hold what a person typed.
fn span(request: &Request) -> Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("");
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path(), route)
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let why = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(why, "a handler failed");
    let mut response =
        Response::new("出错了,请稍后再试。 / Something went wrong, please try again.\n".into());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Serves, and delivers what people are told, until the process is told to stop; requests and messages
/// under way are finished. `ready` is called with the address once it answers.
pub async fn serve(
    app: App,
    courier: Courier,
    config: Config,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another server running?", config.listen))?;
    let router = router(app, &config);
    ready(listener.local_addr()?);
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let delivering = tokio::spawn(courier.run(async { drop(stopping.await) }));
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stopped())
        .await;
    drop(stop);
    delivering.await.context("the delivery failed")?;
    Ok(served?)
}

async fn stopped() {
    let interrupt = async { drop(tokio::signal::ctrl_c().await) };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { () = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
    tracing::info!("stopping");
}

/// Structured logs on standard error; `HUITIAN_LOG` chooses what, as in `info,tower_http=debug`.
pub fn start_logs(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("HUITIAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only when logs were started before.
    drop(if json { logs.json().flatten_event(true).try_init() } else { logs.compact().try_init() });
}
