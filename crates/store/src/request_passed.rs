//! Requests that were passed on to other servers, with what each calls them there.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    pub plan: Code,
    pub server: Code,
    pub request: Code,
    /// Its number there; empty while only a token is known, or nothing.
    pub number: String,
    pub token: String,
    /// What the server last said of how it stands.
    pub state: String,
    /// Why the server did not take it; empty where it did, or where nobody knows.
    pub fault: String,
    pub tries: i64,
    /// In microseconds, as `closed_at`, which is 0 while it is open there.
    pub sent_at: i64,
    pub closed_at: i64,
    /// The entry up to which what was said here later is told there; 0 where nobody has said from when on it is.
    #[serde(default)]
    pub told: i64,
    /// Since when nobody knows whether the next of it came there; 0 where that is known.
    #[serde(default)]
    pub telling_at: i64,
}

const COLUMNS: &str =
    "plan, server, request, number, token, state, fault, tries, sent_at, closed_at, told, telling_at";
/// Requests that are asked for at once.
const TOGETHER: usize = 200;

fn passed(row: &Row) -> Result<PassedOn> {
    Ok(PassedOn {
        plan: row.code(0)?,
        server: row.code(1)?,
        request: row.code(2)?,
        number: row.text(3)?.to_owned(),
        token: row.text(4)?.to_owned(),
        state: row.text(5)?.to_owned(),
        fault: row.text(6)?.to_owned(),
        tries: row.int(7)?,
        sent_at: row.int(8)?,
        closed_at: row.int(9)?,
        told: row.int(10)?,
        telling_at: row.int(11)?,
    })
}

impl Connection {
    /// What was passed on of some requests.
    pub fn passed_on(&mut self, plan: &Code, server: &Code, requests: &[Code]) -> Result<Vec<PassedOn>> {
        let mut out = Vec::new();
        for some in requests.chunks(TOGETHER) {
            let places: Vec<String> = (0..some.len()).map(|at| format!("${}", at + 3)).collect();
            let mut params = vec![Param::Text(plan.as_str()), Param::Text(server.as_str())];
            params.extend(some.iter().map(|code| Param::Text(code.as_str())));
            let sql = format!(
                "SELECT {COLUMNS} FROM request_passed WHERE plan = $1 AND server = $2 AND request IN ({})",
                places.join(", ")
            );
            out.extend(self.rows(&sql, &params, passed)?);
        }
        Ok(out)
    }

    /// Those behind one that are open at the server, or were closed there after a moment.
    pub fn passed_on_open(
        &mut self,
        (plan, server): (&Code, &Code),
        closed_after: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<PassedOn>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM request_passed WHERE plan = $1 AND server = $2 AND request > $3 \
                 AND (closed_at = 0 OR closed_at > $4) ORDER BY request LIMIT {limit}"
            ),
            &[
                Param::Text(plan.as_str()),
                Param::Text(server.as_str()),
                Param::Text(after),
                Param::Int(closed_after),
            ],
            passed,
        )
    }

    /// The request that a server calls by a number.
    pub fn passed_on_by_number(
        &mut self,
        plan: &Code,
        server: &Code,
        number: &str,
    ) -> Result<Option<PassedOn>> {
        self.first(
            &format!(
                "SELECT {COLUMNS} FROM request_passed WHERE plan = $1 AND server = $2 AND number = $3 \
                 AND number <> ''"
            ),
            &[Param::Text(plan.as_str()), Param::Text(server.as_str()), Param::Text(number)],
            passed,
        )
    }

    /// All of them in the order of their places, for a backup.
    pub(crate) fn each_passed_on(&mut self, visit: &mut dyn FnMut(PassedOn)) -> Result<()> {
        self.each(
            &format!("SELECT {COLUMNS} FROM request_passed ORDER BY plan, server, request"),
            &[],
            &mut |row| {
                visit(passed(row)?);
                Ok(())
            },
        )
    }
}

impl Tx<'_> {
    /// How far it is told there moves only forward, whoever else keeps something of it.
    pub fn keep_passed_on(&mut self, held: &PassedOn) -> Result<()> {
        self.writing().send(
            "INSERT INTO request_passed (plan, server, request, number, token, state, fault, tries, sent_at, \
             closed_at, told, telling_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             ON CONFLICT (plan, server, request) DO UPDATE SET number = excluded.number, token = excluded.token, \
             state = excluded.state, fault = excluded.fault, tries = excluded.tries, \
             sent_at = excluded.sent_at, closed_at = excluded.closed_at, telling_at = excluded.telling_at, \
             told = CASE WHEN excluded.told > request_passed.told THEN excluded.told ELSE request_passed.told END",
            &[
                Param::Text(held.plan.as_str()),
                Param::Text(held.server.as_str()),
                Param::Text(held.request.as_str()),
                Param::Text(&held.number),
                Param::Text(&held.token),
                Param::Text(&held.state),
                Param::Text(&held.fault),
                Param::Int(held.tries),
                Param::Int(held.sent_at),
                Param::Int(held.closed_at),
                Param::Int(held.told),
                Param::Int(held.telling_at),
            ],
        )
    }
}
