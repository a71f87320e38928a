//! What is counted of requests: when, about what, where, by which way and by whom, without their words.

use domain::code::Code;
use domain::request::Channel;
use jiff::civil::{Date, DateTime};

use crate::error::Result;
use crate::request::{damaged, moment};
use crate::sql::{Connection, Param};

/// One request as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignRow {
    pub on: Date,
    pub category: Option<Code>,
    pub area: Option<Code>,
    pub channel: Channel,
    /// Tells one person from another; empty where nobody knows.
    pub asker: String,
}

impl Connection {
    /// The requests received from one day to another; of more than `most` the newest.
    pub fn request_signs(
        &mut self,
        plan: &Code,
        (from, to): (Date, Date),
        most: usize,
    ) -> Result<Vec<SignRow>> {
        let (from, to) = (moment(from.at(0, 0, 0, 0)), moment(to.at(23, 59, 59, 0)));
        let sql = format!(
            "SELECT received, category, area, channel, COALESCE((SELECT asker FROM request_person AS held \
             WHERE held.plan = request.plan AND held.request = request.code), '') \
             FROM request WHERE plan = $1 AND received >= $2 AND received <= $3 \
             ORDER BY received DESC, request.code DESC LIMIT {most}"
        );
        let params = [Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        self.rows(&sql, &params, |row| {
            let code = |at: usize| match row.text(at)? {
                "" => Ok(None),
                text => Code::new(text).map(Some).map_err(damaged),
            };
            Ok(SignRow {
                on: row.text(0)?.parse::<DateTime>().map_err(damaged)?.date(),
                category: code(1)?,
                area: code(2)?,
                channel: Channel::parse(row.text(3)?).ok_or_else(|| damaged("an unknown channel"))?,
                asker: row.text(4)?.to_owned(),
            })
        })
    }

    /// The day on which the first request of a plan came in.
    pub fn first_request(&mut self, plan: &Code) -> Result<Option<Date>> {
        let found = self.first(
            "SELECT received FROM request WHERE plan = $1 ORDER BY received, request.code LIMIT 1",
            &[plan.as_str().into()],
            |row| Ok(row.text(0)?.parse::<DateTime>().map_err(damaged)?.date()),
        )?;
        Ok(found)
    }
}
