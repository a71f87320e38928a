//! The embedded database.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, OpenFlags, ToSql, params_from_iter};

use crate::answers::Log;
use crate::error::{Result, StoreError};
use crate::later::{Later, Putting};
use crate::request_waiting::Asks;
use crate::sql::{Param, Row};
use crate::statements::Statements;

pub struct SqliteConnection {
    inner: rusqlite::Connection,
    translated: Statements<Translated>,
    later: Later,
    /// Whether some of what waited could not be put down: then nothing of the transaction may stay.
    lost: bool,
    rows: Rows,
    /// Of a connection that writes.
    log: Option<Log>,
}

/// A statement with `?n` for `$n`.
struct Translated {
    sql: String,
    asks: Asks,
}

/// Whether rows of requests were asked for in this transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Unasked,
    Asked,
    /// Only those in their places are.
    Placed,
    /// Nobody may: some may still wait.
    Apart,
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

/// Turns on the write-ahead log; whether it is on. SQLite does not wait by itself where two processes do this at once to a
/// new file: each would keep the other out.
fn into_wal(connection: &rusqlite::Connection) -> rusqlite::Result<bool> {
    let begun = Instant::now();
    loop {
        match connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get::<_, String>(0)) {
            Err(rusqlite::Error::SqliteFailure(error, _))
                if error.code == rusqlite::ErrorCode::DatabaseBusy && begun.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            outcome => return Ok(outcome? == "wal"),
        }
    }
}

impl SqliteConnection {
    /// Opens the file: the writer creates it when missing. Where it has a log, whoever commits sees to it that the log
    /// comes to the disk.
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
        let mut log = None;
        if write {
            // Of a file that is made now: of its many indexes, fewer and fuller pages are walked through and split.
            inner.execute_batch("PRAGMA page_size=8192")?;
            log = into_wal(&inner)?.then(|| Log::of(path));
            // A plan that may lean on a value is made again with each value: half of what a small statement takes.
            // For pages it is worth it: they are read in another way where few rows are wanted.
            inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        }
        let pragmas = if write {
            "PRAGMA foreign_keys=ON; \
             PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864; \
             PRAGMA wal_autocheckpoint=6000;"
        } else {
            "PRAGMA query_only=ON; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; \
             PRAGMA mmap_size=67108864;"
        };
        inner.execute_batch(pragmas)?;
        inner.execute_batch(if log.is_some() {
            "PRAGMA synchronous=NORMAL"
        } else {
            "PRAGMA synchronous=FULL"
        })?;
        Ok(Self {
            inner,
            translated: Statements::default(),
            later: Later::default(),
            lost: false,
            rows: Rows::Unasked,
            log,
        })
    }

    #[cfg(test)]
    pub fn statements(&self) -> usize {
        self.translated.len()
    }

    /// Keeps a row of a statement that inserts one until others can be put down with it.
    pub(crate) fn later(&mut self, one: (&'static str, Putting), params: &[Param]) -> Result<()> {
        let kept = self.later.keep(&self.inner, one, params);
        if self.noted(kept)? {
            self.rows = Rows::Asked;
        }
        Ok(())
    }

    fn noted<T>(&mut self, put: Result<T>) -> Result<T> {
        self.lost |= put.is_err();
        put
    }

    pub(crate) fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// Whether rows of requests wait.
    pub(crate) fn rows_wait(&self) -> bool {
        self.later.has_rows()
    }

    /// Whether rows of requests may wait longer than this transaction: nobody asked for any.
    pub(crate) fn rows_may_wait(&self) -> bool {
        self.rows != Rows::Asked
    }

    /// Puts down all that waits.
    pub(crate) fn put_all(&mut self) -> Result<()> {
        self.rows = Rows::Asked;
        let put = self.later.put(&self.inner);
        self.noted(put)
    }

    fn put_others(&mut self) -> Result<()> {
        let put = self.later.put_others(&self.inner);
        self.noted(put)
    }

    /// Forgets all that waits.
    pub(crate) fn forget_waiting(&mut self) {
        self.later.forget();
    }

    /// From here on only rows in their places are asked for, until [`waiting_as`](Self::waiting_as) before.
    pub(crate) fn leave_waiting(&mut self) -> Rows {
        std::mem::replace(&mut self.rows, Rows::Placed)
    }

    pub(crate) fn waiting_as(&mut self, before: Rows) {
        self.rows = before;
    }

    /// From here on to the transaction's end nobody may ask for rows of requests.
    pub(crate) fn keep_apart(&mut self) {
        self.rows = Rows::Apart;
    }

    /// A statement, prepared. What waits of that which it asks for is put down before.
    fn ready(&mut self, sql: &str) -> Result<CachedStatement<'_>> {
        let make = || Ok(Translated { sql: sql.replace('$', "?"), asks: Asks::of(sql) });
        let Translated { sql, asks } = self.translated.of::<StoreError>(sql, make)?;
        let put = match (asks, self.rows) {
            (Asks::Both | Asks::Rows, Rows::Apart) => {
                return Err(StoreError::Statement("rows of requests were not waited for".into()));
            }
            (Asks::Both | Asks::Rows, Rows::Unasked | Rows::Asked) => {
                self.rows = Rows::Asked;
                self.later.put(&self.inner)
            }
            (Asks::Rows, Rows::Placed) => Ok(()),
            (Asks::Both, Rows::Placed) | (Asks::Others, _) => self.later.put_others(&self.inner),
        };
        self.lost |= put.is_err();
        put?;
        Ok(self.inner.prepare_cached(sql)?)
    }

    pub fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64> {
        let mut statement = self.ready(sql)?;
        Ok(statement.execute(params_from_iter(params))? as u64)
    }

    pub fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        visit: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.ready(sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            visit(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.put_all()?;
        Ok(self.inner.execute_batch(sql)?)
    }

    /// Begins or ends a transaction: every change does, so these statements, too, are kept prepared.
    pub fn turn(&mut self, sql: &str) -> Result<()> {
        self.put_others()?;
        (self.rows, self.lost) = (Rows::Unasked, false);
        self.inner.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Ends a transaction without effect.
    pub fn rollback(&mut self) -> Result<()> {
        self.forget_waiting();
        if self.is_autocommit() { Ok(()) } else { self.turn("ROLLBACK") }
    }

    /// Whether what was done in the transaction may no longer be committed.
    pub fn is_undone(&self) -> bool {
        self.lost || self.inner.is_autocommit()
    }

    fn is_autocommit(&self) -> bool {
        self.inner.is_autocommit()
    }
}
