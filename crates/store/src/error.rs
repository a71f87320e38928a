//! What can go wrong between the program and its database.

/// A failure of the database, sorted by what someone can do about it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the database, or the server is failing over: the same call may succeed
    /// in a moment.
    #[error("the database is busy or out of reach: {0}")]
    Unavailable(String),
    #[error("the disk is full: {0}")]
    DiskFull(String),
    #[error("the database may not be written: {0}")]
    ReadOnly(String),
    #[error("the database file is damaged: {0}")]
    Damaged(String),
    /// The database was written by a newer program.
    #[error("the database has schema {found}, this program knows up to {known}")]
    NewerSchema { found: i64, known: i64 },
    #[error("the database address '{0}' is neither sqlite://FILE nor postgres://…")]
    Address(String),
    #[error("the database address cannot be used: {0}")]
    Setting(String),
    /// The way to the database is not as safe as its address asks.
    #[error("the connection to the database would not be safe: {0}")]
    Insecure(String),
    /// Stored text that this program cannot read.
    #[error("entry {seq} cannot be read: {why}")]
    Unreadable { seq: u64, why: String },
    /// Two writers met; running the work again resolves it.
    #[error("another change came first: {0}")]
    Conflict(String),
    /// The connection broke while the commit was under way.
    #[error("it is not known whether the change was kept, look before repeating it: {0}")]
    Uncertain(String),
    #[error("the database refused a statement: {0}")]
    Statement(String),
    #[error("the database writer has stopped")]
    Stopped,
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(C::DatabaseBusy | C::DatabaseLocked | C::CannotOpen) => Self::Unavailable(text),
            Some(C::DiskFull) => Self::DiskFull(text),
            Some(C::ReadOnly) => Self::ReadOnly(text),
            Some(C::SystemIoFailure) => Self::DiskFull(text),
            Some(C::DatabaseCorrupt | C::NotADatabase) => Self::Damaged(text),
            Some(C::ConstraintViolation) => Self::Conflict(text),
            _ => Self::Statement(text),
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let text = match error.as_db_error() {
            Some(db) => format!("{} ({})", db.message(), db.code().code()),
            None => causes(&error),
        };
        let Some(code) = error.code().map(|code| code.code()) else {
            // No code: the connection, not a statement, failed.
            return Self::Unavailable(text);
        };
        match code {
            "53100" => Self::DiskFull(text),
            "25006" => Self::ReadOnly(text),
            "40001" | "40P01" | "23505" => Self::Conflict(text),
            code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
                Self::Unavailable(text)
            }
            "XX001" | "XX002" => Self::Damaged(text),
            _ => Self::Statement(text),
        }
    }
}

impl StoreError {
    /// Whether the same work may simply be tried again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Conflict(_))
    }
}

/// What the database holds is not what this program writes.
pub(crate) fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(error.to_string())
}

/// An error with what caused it: what the driver says alone tells little.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}
