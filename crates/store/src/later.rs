//! Rows that are put down together: of many in one statement, each takes half as long.
//!
//! Those of most tables are put down before anything else is asked of the database, and before the commit at the latest.
//! Rows of requests may wait for those of other transactions: see [`crate::request_waiting`].

use std::ops::Range;

use rusqlite::Connection;

use crate::error::Result;
use crate::request_waiting::Asks;
use crate::sql::Param;

/// The most rows of one statement. Before each, SQLite keeps what it would undo of it, and an index of words writes down
/// what it holds in memory: the fewer, the better.
const TOGETHER: usize = 256;
/// The most rows, and bytes of theirs, that wait for an index of words: what is written down between two statements of
/// others is a part of its own, to be merged with all others.
const SINGLY: usize = 8_192;
const SINGLY_BYTES: usize = 4 << 20;

/// How rows of a table are put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Putting {
    Together,
    /// One after the other, as into an index of words, which gains nothing.
    Singly,
}

/// Rows that wait for others of their tables. They are put down before anything is asked that they belong to, so that
/// nobody reads past them; what is wrong with one is known only then.
#[derive(Default)]
pub(crate) struct Later {
    tables: Vec<Waiting>,
}

/// Those of one statement.
struct Waiting {
    /// The statement for one row.
    one: &'static str,
    putting: Putting,
    /// Whether they are rows of requests.
    of_rows: bool,
    /// Those for 1, 2, 4 … rows, as far as they were needed.
    many: Vec<Option<String>>,
    /// The values, row by row.
    values: Packed,
    rows: usize,
}

/// Values with what they lie in.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Packed {
    values: Vec<Value>,
    texts: String,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Int(i64),
    Text(Range<usize>),
    Bytes(Range<usize>),
}

impl Packed {
    pub fn of(params: &[Param]) -> Self {
        let mut packed = Self { values: Vec::with_capacity(params.len()), ..Self::default() };
        packed.extend(params);
        // Thousands may wait for their turn.
        packed.texts.shrink_to_fit();
        packed
    }

    fn extend(&mut self, params: &[Param]) {
        for param in params {
            let value = match param {
                Param::Null => Value::Null,
                Param::Int(value) => Value::Int(*value),
                Param::Text(text) => {
                    let from = self.texts.len();
                    self.texts.push_str(text);
                    Value::Text(from..self.texts.len())
                }
                Param::Bytes(bytes) => {
                    let from = self.bytes.len();
                    self.bytes.extend_from_slice(bytes);
                    Value::Bytes(from..self.bytes.len())
                }
            };
            self.values.push(value);
        }
    }

    pub fn params(&self) -> impl Iterator<Item = Param<'_>> {
        self.values.iter().map(|value| self.param(value))
    }

    fn param(&self, value: &Value) -> Param<'_> {
        match value {
            Value::Null => Param::Null,
            Value::Int(value) => Param::Int(*value),
            Value::Text(range) => Param::Text(&self.texts[range.clone()]),
            Value::Bytes(range) => Param::Bytes(&self.bytes[range.clone()]),
        }
    }

    fn clear(&mut self) {
        self.values.clear();
        self.texts.clear();
        self.bytes.clear();
    }
}

impl Later {
    /// Whether rows of requests wait.
    pub fn has_rows(&self) -> bool {
        self.tables.iter().any(|table| table.of_rows && table.rows > 0)
    }

    /// Keeps a row of a statement that inserts one. Full tables are put down; whether rows of requests were.
    pub fn keep(
        &mut self,
        connection: &Connection,
        (one, putting): (&'static str, Putting),
        params: &[Param],
    ) -> Result<bool> {
        let at = match self.tables.iter().position(|table| table.one == one) {
            Some(at) => at,
            None => {
                self.tables.push(Waiting::new(one, putting));
                self.tables.len() - 1
            }
        };
        let table = &mut self.tables[at];
        table.keep(params);
        let full = table.is_full();
        if full {
            table.put(connection)?;
        }
        Ok(full && table.of_rows)
    }

    /// Puts all rows down that wait.
    pub fn put(&mut self, connection: &Connection) -> Result<()> {
        self.tables.iter_mut().try_for_each(|table| table.put(connection))
    }

    /// Puts all down but rows of requests.
    pub fn put_others(&mut self, connection: &Connection) -> Result<()> {
        self.tables.iter_mut().filter(|table| !table.of_rows).try_for_each(|table| table.put(connection))
    }

    /// Forgets rows of a transaction that is undone.
    pub fn forget(&mut self) {
        self.tables.iter_mut().for_each(Waiting::clear);
    }
}

impl Waiting {
    fn new(one: &'static str, putting: Putting) -> Self {
        let of_rows = Asks::of(one) != Asks::Others;
        Self { one, putting, of_rows, many: Vec::new(), values: Packed::default(), rows: 0 }
    }

    fn keep(&mut self, params: &[Param]) {
        self.values.extend(params);
        self.rows += 1;
    }

    fn is_full(&self) -> bool {
        match self.putting {
            Putting::Together => self.rows >= TOGETHER,
            Putting::Singly => self.rows >= SINGLY || self.values.texts.len() >= SINGLY_BYTES,
        }
    }

    fn clear(&mut self) {
        self.values.clear();
        self.rows = 0;
    }

    fn put(&mut self, connection: &Connection) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let put = self.put_all(connection);
        self.clear();
        put
    }

    fn put_all(&mut self, connection: &Connection) -> Result<()> {
        let width = self.values.values.len() / self.rows;
        let mut done = 0;
        while done < self.rows {
            let power = match self.putting {
                Putting::Together => (self.rows - done).ilog2() as usize,
                Putting::Singly => 0,
            };
            let number = 1 << power;
            if self.many.len() <= power {
                self.many.resize(power + 1, None);
            }
            let one = self.one;
            let sql = self.many[power].get_or_insert_with(|| statement(one, number));
            let mut statement = connection.prepare_cached(sql)?;
            for (at, value) in self.values.values[done * width..][..number * width].iter().enumerate() {
                statement.raw_bind_parameter(at + 1, self.values.param(value))?;
            }
            statement.raw_execute()?;
            done += number;
        }
        Ok(())
    }
}

/// The statement of one row for more. Where a row fails, the whole transaction is undone: of tables without row numbers
/// SQLite then keeps nothing to undo the statement alone.
fn statement(one: &str, number: usize) -> String {
    let (into, values) = one.split_once(" VALUES ").unwrap_or((one, ""));
    let into = into.replacen("INSERT INTO", "INSERT OR FAIL INTO", 1);
    let places = vec!["?"; values.matches('$').count()].join(", ");
    format!("{into} VALUES {}", vec![format!("({places})"); number].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "INSERT INTO t (a, b, c) VALUES ($1, $2, $3)";

    fn held(connection: &Connection) -> Vec<(i64, Option<String>, Vec<u8>)> {
        let mut statement = connection.prepare("SELECT a, b, c FROM t ORDER BY a").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn a_statement_for_many_is_that_for_one_repeated() {
        assert_eq!(statement(ONE, 2), "INSERT OR FAIL INTO t (a, b, c) VALUES (?, ?, ?), (?, ?, ?)");
    }

    #[test]
    fn any_number_of_rows_is_put_down_whole() {
        let all = [0, 1, 2, 3, 31, 32, 33, 255, 256, 257, 600].into_iter();
        for (number, putting) in all.flat_map(|n| [(n, Putting::Together), (n, Putting::Singly)]) {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB)").unwrap();
            let mut later = Later::default();
            for at in 0..number {
                let (text, bytes) = (format!("第{at}行"), vec![at as u8; at as usize % 5]);
                let text = if at % 7 == 3 { Param::Null } else { Param::Text(&text) };
                later
                    .keep(&connection, (ONE, putting), &[Param::Int(at), text, Param::Bytes(&bytes)])
                    .unwrap();
            }
            later.put(&connection).unwrap();
            let expected = (0..number).map(|at| {
                let text = (at % 7 != 3).then(|| format!("第{at}行"));
                (at, text, vec![at as u8; at as usize % 5])
            });
            assert_eq!(held(&connection), expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_row_that_cannot_be_put_down_is_told_and_not_tried_again() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c BLOB)").unwrap();
        let (mut later, putting) = (Later::default(), Putting::Together);
        for a in [1, 2, 1] {
            later
                .keep(&connection, (ONE, putting), &[Param::Int(a), Param::Null, Param::Bytes(&[])])
                .unwrap();
        }
        assert!(later.put(&connection).is_err());
        later.put(&connection).unwrap();
        later.keep(&connection, (ONE, putting), &[Param::Int(9), Param::Null, Param::Bytes(&[])]).unwrap();
        later.forget();
        later.put(&connection).unwrap();
        assert!(held(&connection).iter().all(|(a, ..)| *a != 9));
    }
}
