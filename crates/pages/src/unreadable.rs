//! Requests that were refused before a page saw them: too large, wrong method, broken text. The web
//! framework answers those in bare English; readers get a page that says what to do.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;

use crate::error::PageError;

/// Addresses that programs ask, not people.
const FOR_PROGRAMS: [&str; 6] = ["/api/", "/channels/", "/open311/", "/healthz", "/readyz", "/metrics"];

/// A server puts it around layers of its own too (limits, time-outs, panics); the API's answers and those
/// meant for programs pass untouched.
pub async fn explain(request: Request, next: Next) -> Response {
    if FOR_PROGRAMS.iter().any(|path| request.uri().path().starts_with(path)) {
        return next.run(request).await;
    }
    let lang = crate::visitor::lang(request.headers(), &CookieJar::from_headers(request.headers()));
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() || is_page(response.headers()) {
        return response;
    }
    let mut page = PageError::Told { status, lang, key: key(status), detail: Vec::new() }.into_response();
    crate::security::protect(page.headers_mut());
    // Which methods are allowed, and when to come back, stay said.
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| !kind.starts_with("text/plain"))
}

fn key(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "error-not-found",
        StatusCode::METHOD_NOT_ALLOWED => "error-method",
        StatusCode::PAYLOAD_TOO_LARGE => "error-too-large",
        StatusCode::TOO_MANY_REQUESTS => "error-too-many",
        StatusCode::SERVICE_UNAVAILABLE => "error-unavailable",
        status if status.is_server_error() => "error-internal",
        _ => "error-bad-request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Lang;

    #[test]
    fn every_refusal_has_its_words() {
        for code in [400, 404, 405, 408, 413, 415, 422, 429, 500, 503] {
            let key = key(StatusCode::from_u16(code).expect("a status"));
            for lang in Lang::ALL {
                assert!(words::has(lang, key) && words::has(lang, &format!("{key}-do")), "{code}: {key}");
            }
        }
    }
}
