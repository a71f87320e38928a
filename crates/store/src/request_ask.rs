//! Requests about which a unit waits for the office above it: more time, or the books. Made from the facts.

use domain::request::Request;
use domain::subject::Subject;

use crate::error::Result;
use crate::sql::{Connection, Param};

/// Puts down whether a request waits so.
pub(crate) fn project(
    connection: &mut Connection,
    subject: &Subject,
    request: Option<&Request>,
) -> Result<()> {
    let place = [Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str())];
    connection.send("DELETE FROM request_ask WHERE plan = $1 AND request = $2", &place)?;
    if request.and_then(Request::asks_since).is_none() {
        return Ok(());
    }
    connection.send("INSERT INTO request_ask (plan, request) VALUES ($1, $2)", &place)
}

impl Connection {
    /// All rows in their order, for the digest of what is made from the journal.
    pub(crate) fn each_ask_row(&mut self, visit: &mut dyn FnMut(&[&str])) -> Result<()> {
        let sql = "SELECT plan, request FROM request_ask ORDER BY plan, request";
        self.each(sql, &[], &mut |row| {
            visit(&[row.text(0)?, row.text(1)?]);
            Ok(())
        })
    }
}
