//! What waited for somebody's word longer than it may: files to be imported, photos of forms that were never sent, and
//! addresses that nobody confirmed.

use crate::error::Result;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// Before which moments what waits was left behind, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftBehind {
    /// Files that end by then.
    pub uploads: i64,
    /// Photos and addresses that came before.
    pub drafts: i64,
    pub followers: i64,
}

impl LeftBehind {
    /// Where it lies, which of it, and before when.
    fn each(self) -> [(&'static str, &'static str, i64); 3] {
        [
            ("upload", "expires_at <= $1", self.uploads),
            ("request_photo", "draft <> '' AND created_at < $1", self.drafts),
            (
                "request_reader",
                "follows = 1 AND confirmed_at IS NULL AND stopped_at IS NULL AND created_at < $1",
                self.followers,
            ),
        ]
    }
}

impl Connection {
    pub fn is_left_behind(&mut self, over: LeftBehind) -> Result<bool> {
        for (table, which, before) in over.each() {
            let sql = format!("SELECT 1 FROM {table} WHERE {which} LIMIT 1");
            if self.first(&sql, &[Param::Int(before)], |_| Ok(()))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Tx<'_> {
    /// Forgets what was left behind; how much went.
    pub fn clear_left_behind(&mut self, over: LeftBehind) -> Result<u64> {
        self.overwrite()?;
        let mut gone = 0;
        for (table, which, before) in over.each() {
            let sql = format!("DELETE FROM {table} WHERE {which}");
            gone += self.writing().execute(&sql, &[Param::Int(before)])?;
        }
        Ok(gone)
    }
}
