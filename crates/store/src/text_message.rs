//! Which short messages gateways have brought: each counts once, whatever it came to.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// The most that are forgotten when one comes in.
const FORGOTTEN_MOST: usize = 200;

/// A message that a gateway brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextMessage {
    pub plan: Code,
    pub gateway: Code,
    /// A keyed digest of its id there.
    pub message: String,
    pub at: i64,
}

fn text_message(row: &Row) -> Result<TextMessage> {
    Ok(TextMessage {
        plan: row.code(0)?,
        gateway: row.code(1)?,
        message: row.text(2)?.to_owned(),
        at: row.int(3)?,
    })
}

impl Connection {
    /// All in the order of their places, for a backup.
    pub(crate) fn each_text_message(&mut self, visit: &mut dyn FnMut(TextMessage)) -> Result<()> {
        let sql = "SELECT plan, gateway, message, at FROM text_message ORDER BY plan, gateway, message";
        self.each(sql, &[], &mut |row| {
            visit(text_message(row)?);
            Ok(())
        })
    }
}

impl Tx<'_> {
    /// How many messages a gateway has brought since a moment; no more than `most` are counted.
    pub fn text_messages_since(
        &mut self,
        (plan, gateway): (&Code, &Code),
        since: i64,
        most: usize,
    ) -> Result<usize> {
        let found = self.connection.first(
            &format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM text_message WHERE plan = $1 AND gateway = $2 AND at >= $3 \
                 LIMIT {most}) AS held"
            ),
            &[Param::Text(plan.as_str()), Param::Text(gateway.as_str()), Param::Int(since)],
            |row| row.int(0),
        )?;
        Ok(usize::try_from(found.unwrap_or(0)).unwrap_or(0))
    }

    /// Keeps that a message came in; whether it is new. Some of those of its gateway from before `kept_since` are
    /// forgotten.
    pub fn keep_text_message(&mut self, held: &TextMessage, kept_since: i64) -> Result<bool> {
        let (plan, gateway) = (Param::Text(held.plan.as_str()), Param::Text(held.gateway.as_str()));
        self.writing().execute(
            &format!(
                "DELETE FROM text_message WHERE plan = $1 AND gateway = $2 AND message IN (SELECT message FROM \
                 text_message WHERE plan = $1 AND gateway = $2 AND at < $3 ORDER BY at LIMIT {FORGOTTEN_MOST})"
            ),
            &[plan, gateway, Param::Int(kept_since)],
        )?;
        self.put_text_message(held)
    }

    /// Puts one where it belongs, as a backup has it; whether it is new.
    pub(crate) fn put_text_message(&mut self, held: &TextMessage) -> Result<bool> {
        let (plan, gateway) = (Param::Text(held.plan.as_str()), Param::Text(held.gateway.as_str()));
        let kept = self.writing().execute(
            "INSERT INTO text_message (plan, gateway, message, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (plan, gateway, message) DO NOTHING",
            &[plan, gateway, Param::Text(&held.message), Param::Int(held.at)],
        )?;
        Ok(kept > 0)
    }
}
