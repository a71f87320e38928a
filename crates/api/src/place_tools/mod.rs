//! What is within reach of a place, what links and new facilities would do, and what changed for people.

mod change;
mod links;
mod reach;
mod siting;

use domain::request::Point;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::Api;
use crate::problem::{ApiError, FieldError, Kind, What};
use crate::value::CodeText;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(reach::routes())
        .merge(links::routes())
        .merge(siting::routes())
        .merge(change::routes())
}

fn refuse(field: &str, key: &'static str, args: Vec<(&'static str, String)>) -> ApiError {
    ApiError::with(
        Kind::InvalidParameter,
        vec![FieldError { field: field.to_owned(), what: What::Words(key, args) }],
    )
}

/// What the plan as a whole has no answer to.
fn refused(key: &'static str) -> ApiError {
    let what = What::Words(key, Vec::new());
    ApiError::with(Kind::Refused, vec![FieldError { field: String::new(), what }])
}

/// A point in WGS 84 of two parameters.
fn point(name: &str, longitude: f64, latitude: f64) -> Result<Point, ApiError> {
    let millionths = |degrees: f64, most: f64| {
        (degrees.is_finite() && degrees.abs() <= most).then(|| (degrees * 1e6).round() as i32)
    };
    match (millionths(longitude, 180.0), millionths(latitude, 90.0)) {
        (Some(longitude), Some(latitude)) => Ok(Point { longitude, latitude }),
        (None, _) => Err(ApiError::parameter(&format!("{name}longitude"), "not-degrees")),
        (_, None) => Err(ApiError::parameter(&format!("{name}latitude"), "not-degrees")),
    }
}

/// People of a community.
#[derive(Debug, Serialize, ToSchema)]
struct Gaining {
    area: CodeText,
    people: u64,
}
