//! The server: pages and API behind one listener, with health, metrics, limits and logs.

mod channels;
mod health;
mod held;
mod metrics;
mod rate;
mod rhythm;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use app::App;
use app::notify::Reach;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use delivery::Courier;
use delivery::http::Http;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::Span;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the server is joined to, and how it calls there.
pub struct Joined {
    pub settings: ::channels::Settings,
    pub http: Http,
}

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

/// The longest that an answer may take, and one to a form with files: photos come slowly from a phone in the street.
const ANSWER_MOST: Duration = Duration::from_secs(60);
const FILES_MOST: Duration = Duration::from_secs(300);

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
pub fn router(app: App, config: &Config, reach: Arc<Reach>) -> Router {
    let metrics = metrics::Metrics::install();
    let limiter = rate::Limiter::new(config.trusted_proxies);
    let site = Router::new()
        .merge(crate::site::routes(app.clone(), config, reach))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(held::Holder::new(app.clone()), held::answer))
        .layer(middleware::from_fn_with_state(app.clone(), in_one_view))
        .layer(middleware::from_fn_with_state(limiter, rate::limit));
    let whole =
        Router::new().merge(site).merge(health::routes(app, metrics)).layer(middleware::from_fn(in_time));
    in_plain_words(whole)
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(
            |response: &Response, latency: Duration, _: &Span| {
                tracing::info!(status = response.status().as_u16(), ms = latency.as_millis() as u64);
            },
        ))
        .layer(SetRequestIdLayer::new(REQUEST_ID, RandomId))
}

/// Whatever failed within, panics included: readers get a page, and programs get problem details. It is
/// counted as what was answered.
fn in_plain_words(router: Router) -> Router {
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(pages::explain))
        .layer(middleware::from_fn(api::problem::render))
        .layer(middleware::from_fn(open311::explain))
        .layer(middleware::from_fn(::channels::explain))
        .layer(middleware::from_fn(metrics::measure))
}

/// What only reads shows one state of the plans.
async fn in_one_view(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return app.in_one_view(next.run(request)).await;
    }
    next.run(request).await
}

/// Gives up what takes too long.
async fn in_time(request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let files = kind.is_some_and(|kind| kind.starts_with("multipart/form-data"));
    let most = if files { FILES_MOST } else { ANSWER_MOST };
    let answered = tokio::time::timeout(most, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
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
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// Serves, and delivers what people are told, until the process is told to stop; requests and messages
/// under way are finished. `ready` is called with the address once it answers.
pub async fn serve(
    app: App,
    courier: Courier,
    joined: Option<Joined>,
    config: Config,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another server running?", config.listen))?;
    let router = router(app.clone(), &config, courier.reach());
    ready(listener.local_addr()?);
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let told = |mut stopping: tokio::sync::watch::Receiver<bool>| async move {
        drop(stopping.wait_for(|stop| *stop).await);
    };
    let delivering = tokio::spawn(courier.run(told(stopping.clone())));
    let keeping = tokio::spawn(rhythm::keep(app.clone(), told(stopping.clone())));
    let reading =
        joined.map(|joined| tokio::spawn(channels::keep(app, joined.http, joined.settings, told(stopping))));
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stopped())
        .await;
    stop.send_replace(true);
    delivering.await.context("the delivery failed")?;
    keeping.await.context("the rhythm failed")?;
    if let Some(reading) = reading {
        reading.await.context("reading forums failed")?;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    /// A server over an empty database, as it is run.
    fn whole() -> (tempfile::TempDir, Router) {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite://{}", folder.path().join("empty.db").display());
        let database = store::Database::open(&address.parse().expect("an address"), 0).expect("a database");
        let clock = std::sync::Arc::new(app::SystemClock::new(None).expect("a zone"));
        let config = Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            secure_cookies: true,
            trusted_proxies: 0,
            demo: false,
        };
        (folder, router(App::new(database, clock), &config, Arc::default()))
    }

    async fn answer(router: &Router, request: axum::http::request::Builder, body: Body) -> Response {
        router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer")
    }

    fn kind(response: &Response) -> &str {
        response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default()
    }

    #[tokio::test]
    async fn whatever_the_server_refuses_is_said_in_the_form_of_the_address() {
        let (_folder, server) = whole();
        let long = || Body::from(vec![b'x'; 2_000_000]);
        for (method, path, body, status) in [
            ("GET", "/nothing", Body::empty(), 404),
            ("DELETE", "/sign-in", Body::empty(), 405),
            ("POST", "/sign-in", long(), 413),
            ("GET", "/api/v1/nothing", Body::empty(), 404),
            ("DELETE", "/api/v1/plans", Body::empty(), 405),
            ("GET", "/api/v1/plans?as_of=yesterday", Body::empty(), 400),
        ] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("accept-language", "en")
                .header("content-type", "application/x-www-form-urlencoded");
            let response = answer(&server, request, body).await;
            assert_eq!(response.status().as_u16(), status, "{method} {path}");
            let expected = if path.starts_with("/api/") {
                "application/problem+json"
            } else {
                "text/html; charset=utf-8"
            };
            assert_eq!(kind(&response), expected, "{method} {path}");
            assert_eq!(response.headers().contains_key("allow"), status == 405, "{method} {path}");
            assert!(response.headers().contains_key("x-request-id"), "{method} {path}");
        }
        // Nobody tells one client from another here: together they ask too often, sooner or later: a slow machine
        // is given new turns while it asks.
        for (path, expected) in
            [("/api/v1/plans", "application/problem+json"), ("/sign-in", "text/html; charset=utf-8")]
        {
            let mut response = answer(&server, Request::builder().uri(path), Body::empty()).await;
            for _ in 0..20_000 {
                if response.status() == StatusCode::TOO_MANY_REQUESTS {
                    break;
                }
                response = answer(&server, Request::builder().uri(path), Body::empty()).await;
            }
            assert_eq!((response.status().as_u16(), kind(&response)), (429, expected));
            assert_eq!(response.headers()["retry-after"], "5");
        }
        // Those who watch are not kept out.
        assert_eq!(answer(&server, Request::builder().uri("/healthz"), Body::empty()).await.status(), 200);
    }

    async fn ask(path: &str, lang: &str) -> (StatusCode, String, String) {
        let broken = || async {
            if std::hint::black_box(true) {
                panic!("of all things");
            }
        };
        let full = || async { StatusCode::TOO_MANY_REQUESTS };
        let router = Router::new()
            .route("/p/broken", get(broken))
            .route("/api/v1/broken", get(broken))
            .route("/p/full", get(full))
            .route("/api/v1/full", get(full));
        let request = Request::builder().uri(path).header("accept-language", lang).body(Body::empty());
        let response = in_plain_words(router).oneshot(request.expect("a request")).await.expect("an answer");
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        if kind.starts_with("text/html") {
            assert!(response.headers().contains_key("content-security-policy"));
        }
        let status = response.status();
        let body = to_bytes(response.into_body(), 100_000).await.expect("a body");
        (status, kind, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn readers_get_pages_and_programs_get_problems_whatever_fails() {
        drop(metrics::Metrics::install());
        for (end, status) in [("broken", 500), ("full", 429)] {
            for (lang, tag) in [("zh-CN", "zh-CN"), ("en", "en")] {
                let (found, kind, body) = ask(&format!("/p/{end}"), lang).await;
                assert_eq!((found.as_u16(), kind.as_str()), (status, "text/html; charset=utf-8"));
                assert!(body.contains(&format!("lang=\"{tag}\"")), "{body}");
                assert!(!body.contains("of all things"), "what failed is for the log");
                let (found, kind, body) = ask(&format!("/api/v1/{end}"), lang).await;
                assert_eq!((found.as_u16(), kind.as_str()), (status, "application/problem+json"));
                assert!(body.contains(&format!("\"status\":{status}")), "{body}");
            }
        }
        let counted = metrics::Metrics::install().render();
        for route in ["/p/broken", "/api/v1/broken"] {
            let line =
                counted.lines().find(|line| line.contains(&format!("route=\"{route}\",status=\"500\"")));
            assert!(line.is_some_and(|line| line.starts_with("http_requests_total")), "{counted}");
        }
    }
}
