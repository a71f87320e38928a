//! Why a use case failed.

use domain::refusal::Refusal;
use domain::timetabling::TimetableError;
use store::StoreError;

#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    /// The rules say no: nothing was changed.
    #[error("refused: {}", list(.0))]
    Refused(Vec<Refusal>),
    #[error("there is no such record")]
    NotFound,
    /// Name or password wrong; which of the two is not said.
    #[error("wrong name or password")]
    WrongPassword,
    /// Too many wrong passwords.
    #[error("locked for {seconds} more seconds")]
    Locked { seconds: i64 },
    #[error("the password is too short or too common")]
    WeakPassword,
    /// The plan's steps make no timetable: they wait for each other in a circle, or run past all years.
    #[error("there is no timetable: {0}")]
    Timetable(#[from] TimetableError),
    /// What tells who somebody is cannot be kept: the installation has no key.
    #[error("no key is set for what is kept of people")]
    NoKey,
    /// It was sealed with another key, or is damaged.
    #[error("what is kept of the person cannot be opened with this key")]
    Sealed,
    #[error("{0}")]
    Key(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl From<crate::request::KeyError> for AppError {
    fn from(error: crate::request::KeyError) -> Self {
        Self::Key(error.to_string())
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}
