//! Who wants to be told of a request by mail.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// One address that is told of one request. `reader` is a keyed digest of the address, `sealed` the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReader {
    pub plan: Code,
    pub request: Code,
    pub reader: String,
    /// Follows the request instead of having asked.
    pub follows: bool,
    /// The language as people choose it: `zh-CN` or `en`.
    pub language: String,
    pub key_id: String,
    #[serde(with = "crate::hexed")]
    pub sealed: Vec<u8>,
    pub created_at: i64,
    /// When whoever reads it said so by the link.
    pub confirmed_at: Option<i64>,
    pub stopped_at: Option<i64>,
}

const COLUMNS: &str =
    "plan, request, reader, follows, language, key_id, sealed, created_at, confirmed_at, stopped_at";

fn reader(row: &Row) -> Result<RequestReader> {
    Ok(RequestReader {
        plan: row.code(0)?,
        request: row.code(1)?,
        reader: row.text(2)?.to_owned(),
        follows: row.int(3)? != 0,
        language: row.text(4)?.to_owned(),
        key_id: row.text(5)?.to_owned(),
        sealed: row.bytes(6)?.to_vec(),
        created_at: row.int(7)?,
        confirmed_at: row.opt_int(8)?,
        stopped_at: row.opt_int(9)?,
    })
}

impl Connection {
    pub fn request_reader(
        &mut self,
        plan: &Code,
        request: &Code,
        digest: &str,
    ) -> Result<Option<RequestReader>> {
        self.first(
            &format!("SELECT {COLUMNS} FROM request_reader WHERE plan = $1 AND request = $2 AND reader = $3"),
            &[plan.as_str().into(), request.as_str().into(), digest.into()],
            reader,
        )
    }

    /// The addresses under which whoever asked is told of a request.
    pub fn readers_of_asker(&mut self, plan: &Code, request: &Code) -> Result<Vec<RequestReader>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM request_reader WHERE plan = $1 AND request = $2 AND follows = 0 \
                 ORDER BY created_at, reader LIMIT 100"
            ),
            &[plan.as_str().into(), request.as_str().into()],
            reader,
        )
    }

    /// All readers in the order of their places, for a backup.
    pub(crate) fn each_reader(&mut self, visit: &mut dyn FnMut(RequestReader)) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM request_reader ORDER BY plan, request, reader");
        self.each(&sql, &[], &mut |row| {
            visit(reader(row)?);
            Ok(())
        })
    }
}

impl Tx<'_> {
    pub fn request_reader(
        &mut self,
        plan: &Code,
        request: &Code,
        digest: &str,
    ) -> Result<Option<RequestReader>> {
        self.connection.request_reader(plan, request, digest)
    }

    /// Everybody whom mail of a request goes to, those who have confirmed it; and whether they only follow it.
    pub fn request_readers(&mut self, plan: &Code, request: &Code) -> Result<Vec<(String, bool)>> {
        self.connection.rows(
            "SELECT reader, follows FROM request_reader WHERE plan = $1 AND request = $2 AND confirmed_at IS NOT NULL \
             AND stopped_at IS NULL ORDER BY reader LIMIT 10000",
            &[plan.as_str().into(), request.as_str().into()],
            |row| Ok((row.text(0)?.to_owned(), row.int(1)? != 0)),
        )
    }

    /// Keeps an address that wants to be told; once. Whether it was new.
    pub fn put_reader(&mut self, held: &RequestReader) -> Result<bool> {
        let new = self.writing().execute(
            "INSERT INTO request_reader (plan, request, reader, follows, language, key_id, sealed, created_at, \
             confirmed_at, stopped_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (plan, request, reader) DO NOTHING",
            &[
                held.plan.as_str().into(),
                held.request.as_str().into(),
                Param::Text(&held.reader),
                Param::Int(i64::from(held.follows)),
                Param::Text(&held.language),
                Param::Text(&held.key_id),
                Param::Bytes(&held.sealed),
                Param::Int(held.created_at),
                held.confirmed_at.into(),
                held.stopped_at.into(),
            ],
        )?;
        Ok(new > 0)
    }

    /// Puts down that whoever reads an address said so; whether it was the first time.
    pub fn confirm_reader(&mut self, plan: &Code, request: &Code, digest: &str, now: i64) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE request_reader SET confirmed_at = $4 WHERE plan = $1 AND request = $2 AND reader = $3 \
             AND confirmed_at IS NULL",
            &[plan.as_str().into(), request.as_str().into(), digest.into(), Param::Int(now)],
        )?;
        Ok(changed > 0)
    }

    /// Lets go of an address that wants nothing more; whether it had wanted something. Its digest stays: nobody has it
    /// asked once more.
    pub fn stop_reader(&mut self, plan: &Code, request: &Code, digest: &str, now: i64) -> Result<bool> {
        self.overwrite()?;
        let changed = self.writing().execute(
            "UPDATE request_reader SET stopped_at = $4, sealed = $5, key_id = '' \
             WHERE plan = $1 AND request = $2 AND reader = $3 AND stopped_at IS NULL",
            &[
                plan.as_str().into(),
                request.as_str().into(),
                digest.into(),
                Param::Int(now),
                Param::Bytes(&[]),
            ],
        )?;
        Ok(changed > 0)
    }

    /// Forgets the address of whoever asked.
    pub fn forget_asker(&mut self, plan: &Code, request: &Code) -> Result<()> {
        self.writing().send(
            "DELETE FROM request_reader WHERE plan = $1 AND request = $2 AND follows = 0",
            &[plan.as_str().into(), request.as_str().into()],
        )
    }
}
