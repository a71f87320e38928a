//! Backups: one portable file, made while the server runs, for either database.
//!
//! Gzip-compressed JSON lines: a header, every journal entry in its stored texts, accounts and API tokens, what people
//! were told, their preferences, calendar feeds and saved lists, what belongs to requests and was learnt of them, the
//! layers of the ground, surveys, and an end line with the digest of all lines before it. Sessions are left out: whoever
//! was signed in signs in again. Projections are left out: they are made again from the journal. The job queue is left
//! out: what lay in it was, or will be, sent by the installation that the backup is of, and must not be sent again by
//! another; the notices themselves stand on the site. The same file moves an installation from SQLite to PostgreSQL or
//! back.

mod line;
mod restore;
mod write;

use crate::error::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the backup file cannot be read or written: {0}")]
    File(String),
    #[error("line {line} of the backup is not what a backup has there: {why}")]
    Format { line: u64, why: String },
    #[error("the backup is cut short: its end line is missing")]
    CutShort,
    #[error("the backup is damaged: its digest does not match")]
    Digest,
    #[error("entry {0} of the backup does not chain to the one before it")]
    Chain(u64),
    #[error("the database already has {0} entries: restore into an empty one")]
    NotEmpty(u64),
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.to_string())
    }
}
