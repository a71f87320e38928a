//! Reading a request's parts: JSON bodies, query parameters, addresses. What does not fit is refused with
//! the place and the reason.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum_extra::extract::Query;
use serde::de::DeserializeOwned;

use crate::mistake;
use crate::problem::{ApiError, FieldError, Kind, What};

/// The largest body that is read.
pub(crate) const BODY_MOST: usize = 1024 * 1024;

/// A JSON body.
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(&request) {
            return Err(ApiError::new(Kind::UnsupportedMediaType));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        if let Err(error) = std::str::from_utf8(&bytes) {
            let what = What::Message("not-utf8", vec![("at", (error.valid_up_to() + 1).to_string())]);
            let wrong = FieldError { field: String::new(), what };
            return Err(ApiError::with(Kind::MalformedBody, vec![wrong]));
        }
        // The parser would also take a list of the members' values in their order.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            let wrong = FieldError::new("", "not-an-object");
            return Err(ApiError::with(Kind::InvalidValue, vec![wrong]));
        }
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let (path, inner) = (error.path().to_string(), error.inner());
            // Where only one member may stand, the parser calls another form a slip in the JSON itself.
            let sound = || serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok();
            match inner.is_data() || sound() {
                true => ApiError::with(Kind::InvalidValue, vec![mistake::at(&path, &inner.to_string())]),
                false => malformed(inner),
            }
        })?;
        json.end().map_err(|error| malformed(&error))?;
        Ok(Self(value))
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    let place = vec![("line", error.line().to_string()), ("column", error.column().to_string())];
    let wrong = FieldError { field: String::new(), what: What::Message("not-json", place) };
    ApiError::with(Kind::MalformedBody, vec![wrong])
}

fn unread(rejection: BytesRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(Kind::BodyTooLarge),
        _ => ApiError::new(Kind::MalformedBody),
    }
}

/// `application/json` or any `…+json`, in UTF-8.
fn is_json(request: &Request) -> bool {
    let Some(text) = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut pieces = text.split(';').map(str::trim);
    let media = pieces.next().unwrap_or("").to_ascii_lowercase();
    let charset = pieces.find_map(|piece| {
        piece.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("charset")).map(|(_, value)| value)
    });
    (media == "application/json" || (media.starts_with("application/") && media.ends_with("+json")))
        && charset.is_none_or(|charset| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// Query parameters; those that `T` does not know are checked elsewhere (see [`crate::access`]).
pub(crate) struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(value) = Query::<T>::from_request_parts(parts, state).await.map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.split_once("query string: ").map_or(text.as_str(), |(_, text)| text);
            let (field, message) = text.split_once(": ").unwrap_or(("", text));
            let field = field.split('[').next().unwrap_or("");
            ApiError::with(Kind::InvalidParameter, vec![mistake::at(field, message)])
        })?;
        Ok(Self(value))
    }
}

/// What an address names. An address that cannot name anything is one that is not there.
pub(crate) struct Place<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Place<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(place)) => Ok(Self(place)),
            Err(_) => Err(ApiError::new(Kind::NotFound)),
        }
    }
}
