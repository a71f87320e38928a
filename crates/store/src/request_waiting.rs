//! Rows of new requests that wait for each other.
//!
//! A request's row lies in a dozen indexes, each of which is a page of its own: those were most of what a commit wrote
//! that takes in few. A commit writes a new request's entries and who asked; its row, the pieces it is found by, its place
//! in the counts and the digests it is known by are put down with those of some hundred others, or as soon as anybody asks
//! for any, or the writer rests. So it is on SQLite. PostgreSQL writes its pages later by itself, and rows are put down at once there.
//!
//! The journal's head names the last entry up to which all rows are in their places. What waits is held by the writer;
//! where it is lost, as when the machine fails, it is made again from the entries behind that one.

use std::collections::BTreeSet;

use domain::subject::{Subject, SubjectKind};

use crate::error::{Result, StoreError};
use crate::request::place;
use crate::request_person::know_by;
use crate::request_tally::Tallies;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// What is put down late.
const TABLES: [&str; 6] = [
    "request",
    "request_pieces",
    "request_pieces_shown",
    "request_tally",
    "request_rate_tally",
    "request_known_by",
];
/// What a table's name stands behind in a statement.
const BEFORE: [&str; 4] = ["FROM", "JOIN", "INTO", "UPDATE"];

/// What a statement reads or writes of what is put down late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Nothing.
    Others,
    /// That, too.
    Both,
    /// Only that.
    Rows,
}

impl Asks {
    /// Tables are named one by one in all statements: a list of them behind one FROM would not be seen through.
    pub fn of(sql: &str) -> Self {
        let (mut before, mut rows, mut others) = ("", false, false);
        let words = sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        for word in words.filter(|word| !word.is_empty()) {
            // What stands behind FROM in brackets is a statement of its own.
            if BEFORE.iter().any(|it| it.eq_ignore_ascii_case(before)) && !word.eq_ignore_ascii_case("SELECT")
            {
                rows |= TABLES.contains(&word);
                others |= !TABLES.contains(&word);
            }
            before = word;
        }
        match (rows, others) {
            (false, _) => Self::Others,
            (true, true) => Self::Both,
            (true, false) => Self::Rows,
        }
    }
}

impl Connection {
    /// Whether rows of requests wait for others.
    pub(crate) fn rows_wait(&self) -> bool {
        match self {
            Self::Sqlite(c) => c.rows_wait(),
            Self::Postgres(_) => false,
        }
    }

    /// Whether they may wait longer than this transaction.
    pub(crate) fn rows_may_wait(&self) -> bool {
        match self {
            Self::Sqlite(c) => c.rows_may_wait(),
            Self::Postgres(_) => false,
        }
    }

    /// Forgets what waits: it may no longer be what the database lacks.
    pub(crate) fn forget_waiting(&mut self) {
        match self {
            Self::Sqlite(c) => c.forget_waiting(),
            Self::Postgres(_) => {}
        }
    }

    /// Asks for what is in its place, and what waits goes on waiting.
    pub(crate) fn among_placed<T>(&mut self, ask: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let held = match self {
            Self::Sqlite(c) => Some(c.leave_waiting()),
            Self::Postgres(_) => None,
        };
        let answer = ask(self);
        if let (Self::Sqlite(c), Some(held)) = (self, held) {
            c.waiting_as(held);
        }
        answer
    }

    /// From here on to the transaction's end nobody may ask for rows of requests.
    pub(crate) fn keep_apart(&mut self) {
        match self {
            Self::Sqlite(c) => c.keep_apart(),
            Self::Postgres(_) => {}
        }
    }

    /// Whether rows of requests wait in some process. Before there were any that could, none did.
    pub(crate) fn lacks_rows(&mut self) -> Result<bool> {
        if self.is_postgres() {
            return Ok(false);
        }
        let lacks = self.first("SELECT listed < seq FROM chain WHERE id = 1", &[], |row| row.int(0));
        match lacks {
            Ok(lacks) => Ok(lacks == Some(1)),
            Err(StoreError::Statement(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The requests that entries behind one are about.
    fn requests_behind(&mut self, seq: u64) -> Result<BTreeSet<Subject>> {
        const PIECE: i64 = 4_096;
        let (mut found, mut last) = (BTreeSet::new(), seq);
        loop {
            let before = last;
            let sql = "SELECT seq, kind, scope, subject FROM entry WHERE seq > $1 ORDER BY seq LIMIT $2";
            self.each(sql, &[Param::from(last), Param::Int(PIECE)], &mut |row| {
                last = row.int(0)? as u64;
                if row.text(1)? == SubjectKind::Request.as_str() {
                    found.insert(Subject::request(&row.code(2)?, &row.code(3)?));
                }
                Ok(())
            })?;
            if last == before {
                return Ok(found);
            }
        }
    }

    /// Makes the rows that are missing of requests of which entries behind one are told.
    fn make_rows(&mut self, tallies: &mut Tallies, behind: u64) -> Result<()> {
        for subject in self.requests_behind(behind)? {
            if self.request_row(&subject.scope, &subject.code)?.is_none() {
                place(self, tallies, &subject)?;
                if let Some(person) = self.sealed_person(&subject.scope, &subject.code)? {
                    know_by(self, person.row())?;
                }
            }
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Makes the rows that another process, or this one before it failed, left to be made.
    pub(crate) fn make_missing_rows(&mut self) -> Result<()> {
        if self.connection.is_postgres() || self.head.listed >= self.head.seq {
            return Ok(());
        }
        self.connection.make_rows(self.tallies, self.head.listed)?;
        self.put_rows()
    }

    /// Puts all rows of requests in their places that wait.
    pub(crate) fn put_rows(&mut self) -> Result<()> {
        let put = self.tallies.flush(self.connection).and_then(|()| self.connection.put_all());
        // Whoever asks, what could not be put down is others', too.
        self.dirty |= put.is_err();
        put?;
        if self.head.listed != self.head.seq {
            self.head.listed = self.head.seq;
            self.unsaved = true;
        }
        Ok(())
    }

    /// As the transaction ends: rows wait on only where nobody asked for any in it. Counts of one that was there before
    /// are changed by asking, and never wait with those of new ones.
    pub(crate) fn settle_rows(&mut self) -> Result<()> {
        let waits = self.connection.rows_wait() && self.connection.rows_may_wait();
        if waits { Ok(()) } else { self.put_rows() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_say_by_their_tables_whether_they_ask_for_rows() {
        for asks in [
            "SELECT a FROM request WHERE b = $1",
            "select a from request",
            "SELECT 1 FROM entry JOIN request AS r ON r.id = entry.seq",
            "INSERT INTO request (id) VALUES ($1)",
            "INSERT INTO request_pieces (rowid, pieces) VALUES ($1, $2)",
            "UPDATE request SET a = 1",
            "DELETE FROM request_tally WHERE number = 0",
            "SELECT (SELECT COUNT(*) FROM\n request_rate_tally)",
        ] {
            assert_ne!(Asks::of(asks), Asks::Others, "{asks}");
        }
        for apart in [
            "SELECT plan, request FROM request_person WHERE request = $1",
            "SELECT seq FROM entry WHERE kind = 'request'",
            "INSERT INTO request_person (plan, request) VALUES ($1, $2)",
            "UPDATE request_person SET asker = '' WHERE request = 'FROM'",
            "UPDATE chain SET seq = $1",
        ] {
            assert_eq!(Asks::of(apart), Asks::Others, "{apart}");
        }
        for (only, which) in [
            ("SELECT plan FROM request_known_by WHERE begins IN ($1, $2)", Asks::Rows),
            ("SELECT 1 FROM (SELECT a FROM request) AS held", Asks::Rows),
            ("SELECT 1 FROM request_known_by AS k JOIN request_person AS p ON p.plan = k.plan", Asks::Both),
            ("SELECT a FROM request WHERE b IN (SELECT c FROM entry)", Asks::Both),
        ] {
            assert_eq!(Asks::of(only), which, "{only}");
        }
    }
}
