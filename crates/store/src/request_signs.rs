//! What is counted of requests: when, about what, where, by which way and by whom, without their words.

use domain::code::Code;
use domain::request::Channel;
use jiff::civil::{Date, DateTime};

use crate::error::{Result, damaged};
use crate::request::moment;
use crate::sql::{Connection, Param, Row};

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

/// By what requests are told apart when they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TallyBy {
    Channel,
    Area,
    Category,
}

/// How many requests, of how many people: where nobody knows who asked, each request is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignTally {
    pub requests: u64,
    pub people: u64,
}

/// Requests with a digest of who asked, received from one moment to another.
const SIGNS: &str = "FROM request LEFT JOIN request_person AS held ON held.plan = request.plan \
     AND held.request = request.code WHERE request.plan = $1 AND received >= $2 AND received <= $3";
const TALLY: &str = "COUNT(*), COUNT(DISTINCT CASE WHEN asker <> '' THEN asker END) \
     + COUNT(CASE WHEN COALESCE(asker, '') = '' THEN 1 END)";

fn tally(row: &Row, at: usize) -> Result<SignTally> {
    Ok(SignTally { requests: row.int(at)? as u64, people: row.int(at + 1)? as u64 })
}

/// The moments of whole days.
pub(crate) fn span((from, to): (Date, Date)) -> (String, String) {
    (moment(from.at(0, 0, 0, 0)), moment(to.at(23, 59, 59, 0)))
}

impl Connection {
    /// What came in from one day to another by group, the most first; where the group is not known it is empty.
    pub fn sign_tallies(
        &mut self,
        plan: &Code,
        days: (Date, Date),
        by: TallyBy,
    ) -> Result<Vec<(String, SignTally)>> {
        let column = match by {
            TallyBy::Channel => "channel",
            TallyBy::Area => "area",
            TallyBy::Category => "category",
        };
        let (from, to) = span(days);
        let sql =
            format!("SELECT {column}, {TALLY} {SIGNS} GROUP BY {column} ORDER BY COUNT(*) DESC, {column}");
        let params = [Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        self.rows(&sql, &params, |row| Ok((row.text(0)?.to_owned(), tally(row, 1)?)))
    }

    /// All that came in from one day to another: whoever asked about two things is one.
    pub fn sign_tally(&mut self, plan: &Code, days: (Date, Date)) -> Result<SignTally> {
        let (from, to) = span(days);
        let params = [Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        let found = self.first(&format!("SELECT {TALLY} {SIGNS}"), &params, |row| tally(row, 0))?;
        Ok(found.unwrap_or_default())
    }

    /// The requests received from one day to another; of more than `most` the newest.
    pub fn request_signs(&mut self, plan: &Code, days: (Date, Date), most: usize) -> Result<Vec<SignRow>> {
        let (from, to) = span(days);
        let sql = format!(
            "SELECT received, category, area, channel, COALESCE((SELECT asker FROM request_person AS held \
             WHERE held.plan = request.plan AND held.request = request.code), '') \
             FROM request WHERE plan = $1 AND received >= $2 AND received <= $3 \
             ORDER BY received DESC, request.code DESC LIMIT {most}"
        );
        let params = [Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        self.rows(&sql, &params, |row| {
            Ok(SignRow {
                on: row.text(0)?.parse::<DateTime>().map_err(damaged)?.date(),
                category: row.opt_code(1)?,
                area: row.opt_code(2)?,
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
