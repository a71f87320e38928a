//! What programs of others added to the requests that they brought, by their own numbers for it: sent again it
//! is known again.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestUpdate {
    pub plan: Code,
    pub request: Code,
    pub program: String,
    /// The program's number for it.
    pub number: String,
    pub created_at: i64,
}

impl Connection {
    /// All of them in the order of their places, for a backup.
    pub(crate) fn each_update(&mut self, visit: &mut dyn FnMut(RequestUpdate)) -> Result<()> {
        self.each(
            "SELECT plan, request, program, number, created_at FROM request_update \
             ORDER BY plan, request, program, number",
            &[],
            &mut |row| {
                visit(RequestUpdate {
                    plan: row.code(0)?,
                    request: row.code(1)?,
                    program: row.text(2)?.to_owned(),
                    number: row.text(3)?.to_owned(),
                    created_at: row.int(4)?,
                });
                Ok(())
            },
        )
    }
}

impl Tx<'_> {
    /// Keeps that an update came in.
    pub fn keep_update(&mut self, update: &RequestUpdate) -> Result<()> {
        self.writing().send(
            "INSERT INTO request_update (plan, request, program, number, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (plan, request, program, number) DO NOTHING",
            &[
                update.plan.as_str().into(),
                update.request.as_str().into(),
                Param::Text(&update.program),
                Param::Text(&update.number),
                Param::Int(update.created_at),
            ],
        )
    }

    /// Whether a program's update came in before.
    pub fn knows_update(&mut self, update: &RequestUpdate) -> Result<bool> {
        let found = self.connection.first(
            "SELECT created_at FROM request_update \
             WHERE plan = $1 AND request = $2 AND program = $3 AND number = $4",
            &[
                update.plan.as_str().into(),
                update.request.as_str().into(),
                Param::Text(&update.program),
                Param::Text(&update.number),
            ],
            |row| row.int(0),
        )?;
        Ok(found.is_some())
    }

    /// Forgets the numbers by which programs knew what they added: they lead to whoever asked.
    pub(crate) fn forget_updates(&mut self, plan: &Code, request: &Code) -> Result<()> {
        self.writing().send(
            "DELETE FROM request_update WHERE plan = $1 AND request = $2",
            &[plan.as_str().into(), request.as_str().into()],
        )
    }
}
