//! What is wrong with a call: always a list, in the form that was asked for. Written for those who write
//! programs, in the words of the standard.

use app::AppError;
use axum::http::StatusCode;
use axum::response::Response;
use words::Lang;

use crate::form::{Form, Node};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub status: StatusCode,
    pub errors: Vec<String>,
}

impl Fault {
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, errors: vec![error.into()] }
    }

    /// The standard has one number for all that is wrong with a call.
    pub fn bad(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// The same, with when it is so.
    pub fn and(mut self, when: &str) -> Self {
        self.errors.iter_mut().for_each(|error| *error = format!("{error} {when}"));
        self
    }

    pub fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub fn answer(&self, form: Form) -> Response {
        let error = |text: &String| {
            Node::Record(vec![
                ("code", Node::Whole(u64::from(self.status.as_u16()))),
                ("description", Node::text(text.clone())),
            ])
        };
        let list = Node::List("error", self.errors.iter().map(error).collect());
        list.answer(self.status, "errors", form)
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusals) => Self {
                status: StatusCode::BAD_REQUEST,
                errors: refusals.iter().map(|refusal| words::refusal(Lang::En, refusal)).collect(),
            },
            AppError::NotFound => Self::not_found("nothing is known by that name"),
            // What failed within is for the log.
            error => {
                tracing::error!(%error, "a call by a program failed");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the server cannot answer at the moment; please send it again later",
                )
            }
        }
    }
}
