//! Who calls: lets a program look at what its token is good for.

use app::Actor;
use axum::Json;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller as Calling;
use crate::person::Grant;
use crate::value::CodeText;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get_caller))
}

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
struct Caller {
    /// The token's person; `null` without a token.
    person: Option<CodeText>,
    roles: Vec<Grant>,
    /// What the token is good for: read, write.
    scopes: Vec<String>,
}

/// Who calls, with the roles and scopes of the token
#[utoipa::path(get, path = "/caller", operation_id = "getCaller", tag = "about",
    responses((status = 200, description = "The caller.", body = Caller)))]
async fn get_caller(Calling(actor): Calling) -> Response {
    let scopes = match &actor {
        Actor::Token { scopes, .. } => scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        _ => Vec::new(),
    };
    let body = Caller {
        person: actor.person().map(CodeText::from),
        roles: actor.grants().iter().map(Grant::from).collect(),
        scopes,
    };
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
