//! Schema versions, applied in order when the database is opened.

use sha2::{Digest, Sha256};

use crate::error::{Result, StoreError};
use crate::sql::{Connection, Param};

/// Every released migration, in order. A released one is never edited; a new one is added below.
pub(crate) const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_foundation.sql")),
    (2, include_str!("../migrations/0002_coordination.sql")),
];

/// The schema version this program works with.
pub(crate) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, _)| *version)
}

/// Brings the schema up to date; several processes may try at once.
pub(crate) fn migrate(connection: &mut Connection, now: i64) -> Result<()> {
    migrate_to(connection, now, known())
}

pub(crate) fn migrate_to(connection: &mut Connection, now: i64, target: i64) -> Result<()> {
    connection.begin(true)?;
    let outcome = migrate_within(connection, now, target);
    match outcome {
        Ok(()) => connection.commit(),
        Err(error) => {
            connection.rollback()?;
            Err(error)
        }
    }
}

fn migrate_within(connection: &mut Connection, now: i64, target: i64) -> Result<()> {
    if connection.is_postgres() {
        // One at a time among all servers of this database; released by the commit.
        connection.execute("SELECT pg_advisory_xact_lock(4835703278458516)", &[])?;
    }
    connection.batch(&spell(
        connection.is_postgres(),
        "CREATE TABLE IF NOT EXISTS migration (version {key}, applied_at BIGINT NOT NULL, digest {text} NOT NULL)",
    ))?;
    let found = version(connection)?;
    if found > known() {
        return Err(StoreError::NewerSchema { found, known: known() });
    }
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| *version > found && *version <= target) {
        connection.batch(&spell(connection.is_postgres(), sql))?;
        connection.execute(
            "INSERT INTO migration (version, applied_at, digest) VALUES ($1, $2, $3)",
            &[Param::Int(*version), Param::Int(now), Param::Text(&digest(sql))],
        )?;
    }
    Ok(())
}

pub(crate) fn version(connection: &mut Connection) -> Result<i64> {
    Ok(connection
        .first("SELECT COALESCE(MAX(version), 0) FROM migration", &[], |row| row.int(0))?
        .unwrap_or(0))
}

/// Writes the placeholders of a migration in the database's own words.
fn spell(postgres: bool, sql: &str) -> String {
    let words = if postgres {
        ["BIGINT PRIMARY KEY", "TEXT COLLATE \"C\"", "BYTEA", "", "--"]
    } else {
        ["INTEGER PRIMARY KEY", "TEXT", "BLOB", "WITHOUT ROWID", ""]
    };
    // What a transaction brings is held until its end: a long file would leave hundreds of parts to be merged.
    let pieces = if postgres {
        "CREATE TABLE request_pieces (rowid BIGINT PRIMARY KEY, pieces TSVECTOR NOT NULL); \
         CREATE INDEX request_pieces_found ON request_pieces USING gin (pieces); \
         CREATE TABLE request_pieces_shown (rowid BIGINT PRIMARY KEY, pieces TSVECTOR NOT NULL); \
         CREATE INDEX request_pieces_shown_found ON request_pieces_shown USING gin (pieces);"
    } else {
        "CREATE VIRTUAL TABLE request_pieces USING fts5(pieces, content = '', contentless_delete = 1, \
         tokenize = 'ascii', detail = none); \
         INSERT INTO request_pieces (request_pieces, rank) VALUES ('hashsize', 33554432); \
         INSERT INTO request_pieces (request_pieces, rank) VALUES ('automerge', 8); \
         CREATE VIRTUAL TABLE request_pieces_shown USING fts5(pieces, content = '', contentless_delete = 1, \
         tokenize = 'ascii', detail = none);"
    };
    ["{key}", "{text}", "{bytes}", "{unrowed}", "{embedded}"]
        .iter()
        .zip(words)
        .fold(sql.replace("{pieces}", pieces), |sql, (place, word)| sql.replace(place, word))
}

fn digest(sql: &str) -> String {
    crate::hex(&Sha256::digest(sql.as_bytes()))
}
