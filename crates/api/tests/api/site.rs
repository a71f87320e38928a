//! A fresh copy of the demonstration for each test, and calling the API.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use app::{App, FixedClock, TokenScope};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::code::Code;
use http_body_util::BodyExt;
use jiff::civil::date;
use serde_json::Value;
use store::{Address, Database};
use tower::ServiceExt;

pub struct Site {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub router: Router,
    /// Kept for as long as the database is open.
    pub _dir: tempfile::TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

/// The demonstration, loaded once for all tests.
fn loaded() -> &'static PathBuf {
    static LOADED: OnceLock<PathBuf> = OnceLock::new();
    LOADED.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap().keep();
        let path = dir.join("demo.db");
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let database = Database::open(&Address::Sqlite(path.clone()), 0).unwrap();
            runtime.block_on(demo::load(&database, clock(), |_, _| {})).unwrap();
            drop(database);
            path
        })
        .join()
        .unwrap()
    })
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::morning(date(2026, 11, 25)).unwrap())
}

pub fn site() -> Site {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("site.db");
    std::fs::copy(loaded(), &path).unwrap();
    let clock = clock();
    let app = App::new(Database::open_existing(&Address::Sqlite(path)).unwrap(), clock.clone());
    Site { router: api::router(app.clone()), app, clock, _dir: dir }
}

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

impl Site {
    /// A token of a person of the demonstration.
    pub async fn token(&self, person: &str, scopes: &[TokenScope]) -> String {
        self.app.new_api_token(&code(person), "test", scopes, 30).await.unwrap().secret
    }

    pub async fn writer(&self, person: &str) -> String {
        self.token(person, &[TokenScope::Read, TokenScope::Write]).await
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, text }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.get_with(path, &[("authorization", &format!("Bearer {token}"))]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(format!("/api/v1{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, token: &str, path: &str, if_match: Option<&str>, body: &Value) -> Answer {
        let mut request = Request::post(format!("/api/v1{path}")).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(tag) = if_match {
            request = request.header("if-match", tag);
        }
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

/// An address of the description with the example's values in its places.
pub fn address(path: &str, operation: &str) -> String {
    path.trim_start_matches(api::PREFIX)
        .split('/')
        .map(|piece| match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(name) => api::example::place(operation, name),
            None => piece,
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Every operation of the description: address, method, operation.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut out = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            out.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    out
}
