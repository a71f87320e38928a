//! Who has a form about a request open.

use domain::code::Code;

use crate::error::Result;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

impl Connection {
    /// Who has one open at a moment, and until when; whoever opened it last comes first.
    pub fn request_holders(&mut self, plan: &Code, request: &Code, now: i64) -> Result<Vec<(Code, i64)>> {
        self.rows(
            "SELECT person, held_until FROM request_hold WHERE plan = $1 AND request = $2 AND held_until > $3 \
             ORDER BY held_until DESC, person LIMIT 20",
            &[plan.as_str().into(), request.as_str().into(), Param::Int(now)],
            |row| Ok((row.code(0)?, row.int(1)?)),
        )
    }
}

impl Tx<'_> {
    /// Keeps that somebody has one open until a moment; what has run out is forgotten.
    pub fn hold_request(
        &mut self,
        (plan, request): (&Code, &Code),
        person: &Code,
        until: i64,
        now: i64,
    ) -> Result<()> {
        let place: [Param; 2] = [plan.as_str().into(), request.as_str().into()];
        let writing = self.writing();
        writing.send("DELETE FROM request_hold WHERE held_until <= $1", &[Param::Int(now)])?;
        writing.send(
            "INSERT INTO request_hold (plan, request, person, held_until) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (plan, request, person) DO UPDATE SET held_until = excluded.held_until",
            &[place[0], place[1], person.as_str().into(), Param::Int(until)],
        )
    }

    /// Forgets that somebody has one open.
    pub fn release_request(&mut self, plan: &Code, request: &Code, person: &Code) -> Result<()> {
        self.writing().send(
            "DELETE FROM request_hold WHERE plan = $1 AND request = $2 AND person = $3",
            &[plan.as_str().into(), request.as_str().into(), person.as_str().into()],
        )
    }
}
