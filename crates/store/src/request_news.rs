//! Up to which entry those who work on requests were told what is new of them.

use domain::code::Code;
use domain::journal::Seq;

use crate::error::Result;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

impl Connection {
    /// Up to where a lane was told; nothing where nobody was told of anything yet.
    pub fn news_told(&mut self, plan: &Code, lane: &str) -> Result<Option<Seq>> {
        self.first(
            "SELECT told FROM request_news WHERE plan = $1 AND lane = $2",
            &[plan.as_str().into(), lane.into()],
            |row| Ok(Seq(row.int(0)?.max(0) as u64)),
        )
    }
}

impl Tx<'_> {
    /// Moves a lane on from where somebody saw it; false where another server was quicker.
    pub fn tell_news(&mut self, plan: &Code, lane: &str, (from, to): (Option<Seq>, Seq)) -> Result<bool> {
        let place = [Param::Text(plan.as_str()), Param::Text(lane), Param::from(to.0)];
        let moved = match from {
            Some(from) => self.writing().execute(
                "UPDATE request_news SET told = $3 WHERE plan = $1 AND lane = $2 AND told = $4",
                &[place[0], place[1], place[2], Param::from(from.0)],
            )?,
            None => self.writing().execute(
                "INSERT INTO request_news (plan, lane, told) VALUES ($1, $2, $3) \
                 ON CONFLICT (plan, lane) DO NOTHING",
                &place,
            )?,
        };
        Ok(moved > 0)
    }
}
