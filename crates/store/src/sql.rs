//! One connection to either database, speaking the SQL that both understand.
//!
//! Statements use `$1 … $n`, whole numbers, texts and bytes only; everything else is encoded by
//! the caller, so that both databases hold and compare the same.

use domain::code::Code;

use crate::answers::Log;
use crate::error::{Result, StoreError, damaged};
use crate::later::Putting;
use crate::postgres::PostgresConnection;
use crate::sqlite::SqliteConnection;

/// A value given to a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Param<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Param::Int(value)
    }
}

impl From<u64> for Param<'_> {
    fn from(value: u64) -> Self {
        // Sequence numbers and counts: far below i64::MAX.
        Param::Int(value.min(i64::MAX as u64) as i64)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Param::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Param::Text(value)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Param::Null, Into::into)
    }
}

/// A row while it is visited.
pub enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    pub fn int(&self, at: usize) -> Result<i64> {
        Ok(match self {
            Row::Sqlite(row) => row.get(at)?,
            Row::Postgres(row) => row.try_get(at)?,
        })
    }

    pub fn opt_int(&self, at: usize) -> Result<Option<i64>> {
        Ok(match self {
            Row::Sqlite(row) => row.get(at)?,
            Row::Postgres(row) => row.try_get(at)?,
        })
    }

    pub fn text(&self, at: usize) -> Result<&str> {
        Ok(match self {
            Row::Sqlite(row) => row.get_ref(at)?.as_str().map_err(rusqlite::Error::from)?,
            Row::Postgres(row) => row.try_get(at)?,
        })
    }

    pub(crate) fn code(&self, at: usize) -> Result<Code> {
        Code::new(self.text(at)?).map_err(damaged)
    }

    /// A code, or none where the text is empty.
    pub(crate) fn opt_code(&self, at: usize) -> Result<Option<Code>> {
        match self.text(at)? {
            "" => Ok(None),
            _ => self.code(at).map(Some),
        }
    }

    pub fn bytes(&self, at: usize) -> Result<&[u8]> {
        Ok(match self {
            Row::Sqlite(row) => row.get_ref(at)?.as_blob().map_err(rusqlite::Error::from)?,
            Row::Postgres(row) => row.try_get(at)?,
        })
    }
}

/// A connection within a transaction.
pub enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PostgresConnection),
}

impl Connection {
    /// Runs a statement and waits for it.
    pub fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64> {
        match self {
            Self::Sqlite(c) => c.execute(sql, params),
            Self::Postgres(c) => c.execute(sql, params),
        }
    }

    /// Runs a statement whose outcome is only needed by the end of the transaction: PostgreSQL is
    /// sent it together with the next one, which spares a round trip.
    pub fn send(&mut self, sql: &str, params: &[Param]) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.execute(sql, params).map(drop),
            Self::Postgres(c) => c.send(sql, params),
        }
    }

    /// Inserts a row by a statement for one whose outcome is only needed by the end of the transaction: SQLite puts it
    /// down with others of its table.
    pub(crate) fn later(&mut self, one: &'static str, params: &[Param]) -> Result<()> {
        self.put_later(one, Putting::Together, params)
    }

    /// As above, into an index of words.
    pub(crate) fn later_singly(&mut self, one: &'static str, params: &[Param]) -> Result<()> {
        self.put_later(one, Putting::Singly, params)
    }

    fn put_later(&mut self, one: &'static str, putting: Putting, params: &[Param]) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.later((one, putting), params),
            Self::Postgres(c) => c.send(one, params),
        }
    }

    /// Puts down all that waits for others of its table.
    pub(crate) fn put_all(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.put_all(),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Visits each row.
    pub fn each(
        &mut self,
        sql: &str,
        params: &[Param],
        visit: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.each(sql, params, visit),
            Self::Postgres(c) => c.each(sql, params, visit),
        }
    }

    /// Collects what is made of each row.
    pub fn rows<T>(
        &mut self,
        sql: &str,
        params: &[Param],
        mut make: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::new();
        self.each(sql, params, &mut |row| {
            out.push(make(row)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// What is made of the first row, if there is one.
    pub fn first<T>(
        &mut self,
        sql: &str,
        params: &[Param],
        make: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.rows(sql, params, make)?.into_iter().next())
    }

    /// Runs statements without parameters, as in a migration.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.batch(sql),
            Self::Postgres(c) => c.batch(sql),
        }
    }

    pub fn begin(&mut self, write: bool) -> Result<()> {
        match (self, write) {
            (Self::Sqlite(c), true) => c.turn("BEGIN IMMEDIATE"),
            (Self::Sqlite(c), false) => c.turn("BEGIN DEFERRED"),
            (Self::Postgres(c), true) => c.begin("BEGIN"),
            (Self::Postgres(c), false) => c.begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
        }
    }

    pub fn commit(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.turn("COMMIT"),
            Self::Postgres(c) => c.batch("COMMIT"),
        }
    }

    /// Ends the transaction without effect. A connection that cannot even do that is broken.
    pub fn rollback(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(c) => c.rollback(),
            Self::Postgres(c) => c.rollback(),
        }
    }

    /// Why a transaction that was begun can no longer be committed: PostgreSQL undoes it when a statement fails,
    /// SQLite when the disk does.
    pub(crate) fn undone(&self) -> Option<StoreError> {
        match self {
            Self::Sqlite(c) => c
                .is_undone()
                .then(|| StoreError::Unavailable("the database undid the transaction".to_owned())),
            Self::Postgres(c) => c.failed().cloned(),
        }
    }

    /// The statements that are held.
    #[cfg(test)]
    pub(crate) fn statements(&self) -> usize {
        match self {
            Self::Sqlite(c) => c.statements(),
            Self::Postgres(c) => c.statements(),
        }
    }

    /// The log that has to be taken to the disk after each commit.
    pub(crate) fn log(&self) -> Option<&Log> {
        match self {
            Self::Sqlite(c) => c.log(),
            Self::Postgres(_) => None,
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}
