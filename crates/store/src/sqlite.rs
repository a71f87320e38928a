//! The embedded database.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, ToSql, params_from_iter};

use crate::error::Result;
use crate::later::{Later, Putting};
use crate::sql::{Param, Row};
use crate::statements::Statements;

pub struct SqliteConnection {
    inner: rusqlite::Connection,
    /// Statements with `?n` for `$n`.
    translated: Statements<String>,
    later: Later,
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(value) => ValueRef::Integer(*value),
            Param::Text(value) => ValueRef::Text(value.as_bytes()),
            Param::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Turns on the write-ahead log. SQLite does not wait by itself where two processes do this at once to a
/// new file: each would keep the other out.
fn into_wal(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match connection.execute_batch("PRAGMA journal_mode=WAL;") {
            Err(rusqlite::Error::SqliteFailure(error, _))
                if error.code == rusqlite::ErrorCode::DatabaseBusy && begun.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            outcome => return outcome,
        }
    }
}

impl SqliteConnection {
    /// Opens the file: the writer creates it when missing and commits with full sync.
    pub fn open(path: &Path, write: bool) -> Result<Self> {
        let flags = if write {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            // Read-write so that a reader may make the shared-memory file; query_only keeps it honest.
            OpenFlags::SQLITE_OPEN_READ_WRITE
        } | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let inner = rusqlite::Connection::open_with_flags(path, flags)?;
        inner.busy_timeout(PATIENCE)?;
        inner.set_prepared_statement_cache_capacity(128);
        if write {
            into_wal(&inner)?;
            // A plan that may lean on a value is made again with each value: half of what a small statement takes.
            // For pages it is worth it: they are read in another way where few rows are wanted.
            inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        }
        let pragmas = if write {
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
             PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864; \
             PRAGMA wal_autocheckpoint=12000;"
        } else {
            "PRAGMA query_only=ON; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; \
             PRAGMA mmap_size=67108864;"
        };
        inner.execute_batch(pragmas)?;
        Ok(Self { inner, translated: Statements::default(), later: Later::default() })
    }

    fn translate<'a>(translated: &'a mut Statements<String>, sql: &str) -> Result<&'a str> {
        translated.of(sql, || Ok(sql.replace('$', "?"))).map(String::as_str)
    }

    #[cfg(test)]
    pub fn statements(&self) -> usize {
        self.translated.len()
    }

    /// Keeps a row of a statement that inserts one until others can be put down with it.
    pub(crate) fn later(&mut self, one: (&'static str, Putting), params: &[Param]) -> Result<()> {
        self.later.keep(&self.inner, one, params)
    }

    /// Puts down what waits: what is asked next shall see it.
    fn settle(&mut self) -> Result<()> {
        if self.later.is_empty() { Ok(()) } else { self.later.put(&self.inner) }
    }

    pub fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64> {
        self.settle()?;
        let sql = Self::translate(&mut self.translated, sql)?;
        let mut statement = self.inner.prepare_cached(sql)?;
        Ok(statement.execute(params_from_iter(params))? as u64)
    }

    pub fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        visit: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        self.settle()?;
        let sql = Self::translate(&mut self.translated, sql)?;
        let mut statement = self.inner.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            visit(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.settle()?;
        Ok(self.inner.execute_batch(sql)?)
    }

    /// Begins or ends a transaction: every change does, so these statements, too, are kept prepared.
    pub fn turn(&mut self, sql: &str) -> Result<()> {
        self.settle()?;
        self.inner.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Ends a transaction without effect.
    pub fn rollback(&mut self) -> Result<()> {
        self.later.forget();
        if self.is_autocommit() { Ok(()) } else { self.turn("ROLLBACK") }
    }

    pub fn is_autocommit(&self) -> bool {
        self.inner.is_autocommit()
    }
}
