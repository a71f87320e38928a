//! Problem details (RFC 9457): the one form of every error the API answers with.
//!
//! Handlers return an [`ApiError`]; it travels in the response's extensions until [`render`], the
//! outermost layer, writes it in the caller's language. Whatever axum itself refuses (no such address,
//! wrong method, body too large …) is written in the same form there.

use app::AppError;
use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, VARY,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::refusal::{Problem as DomainProblem, Refusal};
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;
use words::Lang;

use crate::PREFIX;

/// The media type of RFC 9457.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// How long a caller waits before trying again, in seconds.
const RETRY_SECONDS: u32 = 2;

/// The kinds of problem there are. Each has a page that explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    InvalidParameter,
    InvalidCursor,
    MalformedBody,
    AuthenticationRequired,
    InvalidToken,
    NotAllowed,
    InsufficientScope,
    NotFound,
    MethodNotAllowed,
    AlreadyRegistered,
    AlreadyCorrected,
    Conflict,
    StatementNotIssued,
    ChangedMeanwhile,
    BodyTooLarge,
    UnsupportedMediaType,
    InvalidValue,
    Refused,
    VersionRequired,
    TooManyRequests,
    Internal,
    Unavailable,
    Uncertain,
    DiskFull,
}

impl Kind {
    pub const ALL: [Kind; 24] = [
        Self::InvalidParameter,
        Self::InvalidCursor,
        Self::MalformedBody,
        Self::AuthenticationRequired,
        Self::InvalidToken,
        Self::NotAllowed,
        Self::InsufficientScope,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::AlreadyRegistered,
        Self::AlreadyCorrected,
        Self::Conflict,
        Self::StatementNotIssued,
        Self::ChangedMeanwhile,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidValue,
        Self::Refused,
        Self::VersionRequired,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
        Self::Uncertain,
        Self::DiskFull,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::InvalidParameter => "invalid-parameter",
            Self::InvalidCursor => "invalid-cursor",
            Self::MalformedBody => "malformed-body",
            Self::AuthenticationRequired => "authentication-required",
            Self::InvalidToken => "invalid-token",
            Self::NotAllowed => "not-allowed",
            Self::InsufficientScope => "insufficient-scope",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::AlreadyRegistered => "already-registered",
            Self::AlreadyCorrected => "already-corrected",
            Self::Conflict => "conflict",
            Self::StatementNotIssued => "statement-not-issued",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::BodyTooLarge => "body-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::InvalidValue => "invalid-value",
            Self::Refused => "refused",
            Self::VersionRequired => "version-required",
            Self::TooManyRequests => "too-many-requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Uncertain => "uncertain",
            Self::DiskFull => "disk-full",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidParameter | Self::InvalidCursor | Self::MalformedBody => StatusCode::BAD_REQUEST,
            Self::AuthenticationRequired | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::NotAllowed | Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::AlreadyRegistered | Self::AlreadyCorrected | Self::Conflict | Self::StatementNotIssued => {
                StatusCode::CONFLICT
            }
            Self::ChangedMeanwhile => StatusCode::PRECONDITION_FAILED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidValue | Self::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable | Self::Uncertain => StatusCode::SERVICE_UNAVAILABLE,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// The kind that stands for a bare status, as axum or a layer around us answers it.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidValue,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::NOT_FOUND => Self::NotFound,
            status if status.is_client_error() => Self::InvalidParameter,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            _ => Self::Internal,
        }
    }

    /// The address of the page that explains the problem, which is also its type.
    pub fn page(self) -> String {
        format!("{PREFIX}/problems/{}", self.key())
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// A member's path in the body, a parameter, a header, or the slot of the fact at fault.
    pub field: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The domain's rules.
    Problem(DomainProblem),
    /// A message of `api-error-…` with its values.
    Message(&'static str, Vec<(&'static str, String)>),
    /// A sum of the statement that does not close: a message of `fault-…`.
    Fault(&'static str, Vec<(&'static str, String)>),
    /// A message that pages say, too, by its whole key.
    Words(&'static str, Vec<(&'static str, String)>),
}

impl FieldError {
    pub fn new(field: impl Into<String>, key: &'static str) -> Self {
        Self { field: field.into(), what: What::Message(key, Vec::new()) }
    }

    fn code(&self) -> &'static str {
        match &self.what {
            What::Problem(problem) => problem.key(),
            What::Message(key, _) | What::Fault(key, _) | What::Words(key, _) => key,
        }
    }

    fn detail(&self, lang: Lang) -> String {
        match &self.what {
            What::Problem(problem) => words::problem(lang, problem),
            What::Message(key, args) => message(lang, &format!("api-error-{key}"), args),
            What::Fault(key, args) => message(lang, &format!("fault-{key}"), args),
            What::Words(key, args) => message(lang, key, args),
        }
    }
}

fn message(lang: Lang, key: &str, args: &[(&'static str, String)]) -> String {
    let args: Vec<(&str, &str)> = args.iter().map(|(name, text)| (*name, text.as_str())).collect();
    words::with(lang, key, &args)
}

/// An error on its way to the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    pub kind: Kind,
    pub errors: Vec<FieldError>,
}

impl ApiError {
    pub fn new(kind: Kind) -> Self {
        Self { kind, errors: Vec::new() }
    }

    pub fn with(kind: Kind, errors: Vec<FieldError>) -> Self {
        Self { kind, errors }
    }

    /// A wrong query parameter or header.
    pub fn parameter(name: &str, key: &'static str) -> Self {
        Self::with(Kind::InvalidParameter, vec![FieldError::new(name, key)])
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusals) => refusals.into(),
            AppError::NotFound => Self::new(Kind::NotFound),
            AppError::Store(error) => error.into(),
            // Passwords are not part of the API; were one of these to arrive here, it is no one's.
            // What makes no timetable is refused before it is recorded; nothing of the API unseals who asked.
            AppError::Timetable(_) | AppError::NoKey | AppError::Sealed | AppError::Key(_) => {
                Self::new(Kind::Internal)
            }
            AppError::WrongPassword | AppError::Locked { .. } | AppError::WeakPassword => {
                Self::new(Kind::InvalidToken)
            }
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Unavailable(_)
            | StoreError::Insecure(_)
            | StoreError::Stopped
            | StoreError::ReadOnly(_) => Kind::Unavailable,
            StoreError::DiskFull(_) => Kind::DiskFull,
            StoreError::Uncertain(_) => Kind::Uncertain,
            StoreError::Conflict(_) => Kind::Conflict,
            _ => Kind::Internal,
        };
        // The text may name files and statements: it is for the log, not for the caller.
        tracing::error!(problem = kind.key(), "{error}");
        Self::new(kind)
    }
}

impl From<Vec<Refusal>> for ApiError {
    /// Several refusals come back together; the kind is that of the one to be dealt with first.
    fn from(refusals: Vec<Refusal>) -> Self {
        let kind = refusals
            .iter()
            .map(|refusal| match refusal.problem {
                DomainProblem::NotAllowed(_) => Kind::NotAllowed,
                DomainProblem::UnknownSubject(_) => Kind::NotFound,
                DomainProblem::AlreadyRegistered(_) => Kind::AlreadyRegistered,
                DomainProblem::AlreadyCorrected { .. } => Kind::AlreadyCorrected,
                DomainProblem::ChangedMeanwhile { .. } => Kind::ChangedMeanwhile,
                _ => Kind::Refused,
            })
            .min()
            .unwrap_or(Kind::Refused);
        let errors = refusals
            .into_iter()
            .map(|refusal| FieldError { field: refusal.field, what: What::Problem(refusal.problem) })
            .collect();
        Self { kind, errors }
    }
}

/// Problem details as in RFC 9457.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The address of a page that explains this kind of problem.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/api/v1/problems/refused")]
    pub kind: String,
    /// What kind of problem it is, in the caller's language.
    pub title: String,
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and what to do, in the caller's language.
    pub detail: String,
    /// The address that was asked for.
    #[schema(format = "uri-reference")]
    pub instance: String,
    /// Everything that is wrong, field by field; empty where it is not about fields.
    pub errors: Vec<ProblemField>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemField {
    /// The member's path in the body, the parameter, the header, or the slot of the fact at fault; empty
    /// for the request as a whole.
    pub field: String,
    /// A word that does not change with the language.
    pub code: String,
    /// What is wrong and how to mend it, in the caller's language.
    pub detail: String,
}

/// The caller's language.
pub(crate) fn lang(headers: &HeaderMap) -> Lang {
    headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Lang::Zh, Lang::negotiate)
}

/// The outermost layer: every error leaves as problem details, every answer says what it depends on.
///
/// A server puts it around layers of its own too (limits, time-outs, panics), so that their errors have
/// the same form; other addresses than the API's, and problems that are already written, pass untouched.
pub async fn render(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.strip_prefix(PREFIX).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        return next.run(request).await;
    }
    let lang = lang(request.headers());
    let instance = request
        .extensions()
        .get::<OriginalUri>()
        .map_or_else(|| request.uri().path().to_owned(), |uri| uri.path().to_owned());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if headers.get(CONTENT_TYPE).is_some_and(|media| media == PROBLEM_JSON) {
        return response;
    }
    headers.append(VARY, HeaderValue::from_static("accept-language, authorization"));
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let error = response
        .extensions_mut()
        .remove::<ApiError>()
        .unwrap_or_else(|| ApiError::new(Kind::of_status(status)));
    written(error, status, lang, instance, response.headers())
}

fn written(
    error: ApiError,
    status: StatusCode,
    lang: Lang,
    instance: String,
    before: &HeaderMap,
) -> Response {
    let key = error.kind.key();
    let detail = words::text(lang, &format!("problem-{key}-detail")).into_owned();
    let body = ProblemBody {
        kind: error.kind.page(),
        title: words::text(lang, &format!("problem-{key}-title")).into_owned(),
        status: status.as_u16(),
        detail: match error.errors.as_slice() {
            [only] => format!("{detail} {}", only.detail(lang)),
            _ => detail,
        },
        instance,
        errors: error
            .errors
            .iter()
            .map(|error| ProblemField {
                field: error.field.clone(),
                code: error.code().to_owned(),
                detail: error.detail(lang),
            })
            .collect(),
    };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    for name in [ALLOW, VARY] {
        if let Some(value) = before.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let challenge = match error.kind {
        Kind::AuthenticationRequired => Some("Bearer realm=\"huitian\""),
        Kind::InvalidToken => Some("Bearer realm=\"huitian\", error=\"invalid_token\""),
        Kind::InsufficientScope => {
            Some("Bearer realm=\"huitian\", error=\"insufficient_scope\", scope=\"write\"")
        }
        _ => None,
    };
    if let Some(challenge) = challenge {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if matches!(error.kind, Kind::Unavailable | Kind::TooManyRequests) {
        let wait = before.get(RETRY_AFTER).cloned().unwrap_or_else(|| RETRY_SECONDS.into());
        headers.insert(RETRY_AFTER, wait);
    }
    response
}

/// Answers to HEAD carry no body, problems included.
pub(crate) async fn headless(request: Request, next: Next) -> Response {
    let head = request.method() == axum::http::Method::HEAD;
    let mut response = next.run(request).await;
    if head && response.status().as_u16() >= 400 {
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = Body::empty();
    }
    response
}

/// A problem as it may look, for the description.
pub(crate) fn example(error: &ApiError) -> serde_json::Value {
    let key = error.kind.key();
    serde_json::json!({
        "type": error.kind.page(),
        "title": words::text(Lang::En, &format!("problem-{key}-title")),
        "status": error.kind.status().as_u16(),
        "detail": words::text(Lang::En, &format!("problem-{key}-detail")),
        "instance": format!("{PREFIX}/plans/huitian-2018/projects"),
        "errors": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_database_say_what_the_caller_can_do() {
        let why = || "/var/lib/secret.db".to_owned();
        for (error, status, waits) in [
            (StoreError::Unavailable(why()), 503, true),
            (StoreError::Insecure(why()), 503, true),
            (StoreError::Stopped, 503, true),
            (StoreError::ReadOnly(why()), 503, true),
            (StoreError::Uncertain(why()), 503, false),
            (StoreError::DiskFull(why()), 507, false),
            (StoreError::Conflict(why()), 409, false),
            (StoreError::Damaged(why()), 500, false),
            (StoreError::Statement(why()), 500, false),
        ] {
            let error = ApiError::from(AppError::from(error));
            assert_eq!(error.kind.status().as_u16(), status);
            for lang in Lang::ALL {
                let status = error.kind.status();
                let response = written(error.clone(), status, lang, "/x".into(), &HeaderMap::new());
                assert_eq!(response.headers().contains_key(RETRY_AFTER), waits, "{:?}", error.kind);
                assert_eq!(response.headers()[CONTENT_LANGUAGE], lang.tag());
            }
            assert!(error.errors.is_empty(), "nothing of the database's words reaches the caller");
        }
    }
}
