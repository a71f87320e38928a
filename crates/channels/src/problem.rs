//! What is answered where a message is not taken: problem details (RFC 9457), in the words of those who write programs.

use app::AppError;
use app::request::{CLOCKS_APART, SignatureFault};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Where everything lies.
pub const PREFIX: &str = "/channels/";
/// How long to wait where too many came, in seconds.
const WAIT: &str = "3600";

/// What is wrong with a message.
#[derive(Debug)]
pub(crate) struct Fault {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    /// Members at fault, each with why.
    pub errors: Vec<(String, String)>,
}

impl Fault {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new() }
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusals) => {
                let errors =
                    refusals.iter().map(|refusal| (refusal.field.clone(), refusal.to_string())).collect();
                let detail = "the rules of the plan refuse it";
                Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", detail) }
            }
            AppError::NotFound => not_here("forum or gateway"),
            // What failed within is for the log.
            error => {
                tracing::error!(%error, "a message was not taken");
                let detail = "the server cannot answer at the moment; send it again later, signed again";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            }
        }
    }
}

/// Nothing of a kind, `forum` or `gateway`, of this name.
pub(crate) fn not_here(kind: &str) -> Fault {
    let detail = format!("no {kind} of this name sends messages here");
    Fault::new(StatusCode::NOT_FOUND, "not-found", detail)
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let errors = self.errors.iter().map(|(field, detail)| json!({ "field": field, "detail": detail }));
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "errors": errors.collect::<Vec<Value>>(),
        });
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(WAIT));
        }
        response
    }
}

/// The moment and the signature of a message.
pub(crate) fn signature(headers: &HeaderMap) -> (&str, &str) {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    (text("x-huitian-timestamp"), text("x-huitian-signature"))
}

pub(crate) fn unbelieved(fault: SignatureFault) -> Fault {
    match fault {
        SignatureFault::Wrong => Fault::new(
            StatusCode::UNAUTHORIZED,
            "signature",
            "X-Huitian-Signature must be sha256= and the HMAC-SHA-256, in hexadecimal, of X-Huitian-Timestamp, a full \
             stop and the body, with the shared secret as key",
        ),
        SignatureFault::Clock => Fault::new(
            StatusCode::UNAUTHORIZED,
            "clock",
            format!(
                "X-Huitian-Timestamp must be the moment of sending in seconds since 1970, at most {CLOCKS_APART} \
                 seconds off: set your clock"
            ),
        ),
    }
}

/// A body as the message of a `post` or a `text` that it should be.
pub(crate) fn parsed<T: DeserializeOwned>(body: &[u8], of: &str) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let (status, code) = match error.is_data() {
            true => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            false => (StatusCode::BAD_REQUEST, "malformed"),
        };
        Fault::new(status, code, format!("the body is no message of a {of}: {error}"))
    })
}

/// A layer for the whole server: whatever failed elsewhere leaves in the same form.
pub async fn explain(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(PREFIX) {
        return next.run(request).await;
    }
    let response = next.run(request).await;
    let status = response.status();
    let json =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if json || !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (code, detail) = match status {
        StatusCode::TOO_MANY_REQUESTS => ("too-many", "too many calls; please wait a little"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "the body is too long"),
        StatusCode::METHOD_NOT_ALLOWED => ("method", "messages are sent by POST"),
        StatusCode::NOT_FOUND => ("not-found", "there is nothing at this address"),
        status if status.is_server_error() => ("unavailable", "the server cannot answer at the moment"),
        _ => ("unreadable", "the call cannot be read"),
    };
    let mut answer = Fault::new(status, code, detail).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
}
