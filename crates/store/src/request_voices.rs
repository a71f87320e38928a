//! What requests say, with who said it: for finding matters that many people raise.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::item::Target;
use jiff::civil::DateTime;

use crate::error::{Result, damaged};
use crate::request::moment;
use crate::sql::{Connection, Param};
use crate::statements::places;

/// One request's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceRow {
    pub code: Code,
    pub title: String,
    pub text: String,
    pub received: DateTime,
    pub category: Option<Code>,
    pub unit: Option<Code>,
    pub area: Option<Code>,
    /// Tells one person from another; empty where nobody knows.
    pub asker: String,
    /// Those who follow it instead of asking the same.
    pub followers: u32,
}

/// Grouped by no index: in the order of one SQLite would walk through the links of all requests.
fn targets(requests: &str) -> String {
    format!(
        "SELECT to_kind, to_code, COUNT(*) FROM request_link WHERE plan = $1 AND request IN ({requests}) \
         GROUP BY (to_kind || ''), to_kind, to_code ORDER BY to_kind, to_code"
    )
}

impl Connection {
    /// The requests received within two moments, of one category or of all, the earliest first; of more than `most`
    /// the newest.
    pub fn request_voices(
        &mut self,
        plan: &Code,
        (from, to): (DateTime, DateTime),
        category: Option<&Code>,
        most: usize,
    ) -> Result<Vec<VoiceRow>> {
        let (from, to) = (moment(from), moment(to));
        let of_category = if category.is_some() { " AND category = $4" } else { "" };
        let sql = format!(
            "SELECT request.code, title, body, received, category, lead_unit, area, \
             COALESCE((SELECT asker FROM request_person AS held WHERE held.plan = request.plan AND \
             held.request = request.code), ''), \
             (SELECT COUNT(*) FROM request_follower AS held WHERE held.plan = request.plan AND \
             held.request = request.code) \
             FROM request WHERE plan = $1 AND received >= $2 AND received <= $3{of_category} \
             ORDER BY received DESC, request.code DESC LIMIT {most}"
        );
        let mut params = vec![Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        params.extend(category.map(|category| Param::Text(category.as_str())));
        let mut rows = self.rows(&sql, &params, |row| {
            Ok(VoiceRow {
                code: row.code(0)?,
                title: row.text(1)?.to_owned(),
                text: row.text(2)?.to_owned(),
                received: row.text(3)?.parse().map_err(damaged)?,
                category: row.opt_code(4)?,
                unit: row.opt_code(5)?,
                area: row.opt_code(6)?,
                asker: row.text(7)?.to_owned(),
                followers: u32::try_from(row.int(8)?).unwrap_or(u32::MAX),
            })
        })?;
        rows.reverse();
        Ok(rows)
    }

    /// What some requests led to, each thing with how many of them did.
    pub fn request_targets(&mut self, plan: &Code, requests: &[Code]) -> Result<Vec<(Target, u64)>> {
        let mut out: Vec<(Target, u64)> = Vec::new();
        for part in requests.chunks(500) {
            let places: Vec<String> = (2..part.len() + 2).map(|at| format!("${at}")).collect();
            let sql = targets(&places.join(", "));
            let mut params = vec![Param::Text(plan.as_str())];
            params.extend(part.iter().map(|code| Param::Text(code.as_str())));
            let rows = self.rows(&sql, &params, |row| {
                let code = row.code(1)?;
                let target = match row.text(0)? {
                    "project" => Target::Project(code),
                    "item" => Target::Item(code),
                    _ => Target::Indicator(code),
                };
                Ok((target, row.int(2)? as u64))
            })?;
            for (target, number) in rows {
                match out.iter_mut().find(|(held, _)| *held == target) {
                    Some((_, held)) => *held += number,
                    None => out.push((target, number)),
                }
            }
        }
        Ok(out)
    }

    /// Those of some requests that are linked to a thing.
    pub fn linked_to(&mut self, plan: &Code, to: &Target, requests: &[Code]) -> Result<BTreeSet<Code>> {
        let mut out = BTreeSet::new();
        for part in requests.chunks(500) {
            let places = places(3, part.len());
            let mut params: Vec<Param> =
                vec![plan.as_str().into(), to.kind().as_str().into(), to.code().as_str().into()];
            params.extend(part.iter().cycle().take(places.len()).map(|code| Param::Text(code.as_str())));
            let sql = format!(
                "SELECT request FROM request_link WHERE plan = $1 AND to_kind = $2 AND to_code = $3 \
                 AND request IN ({})",
                places.join(", ")
            );
            out.extend(self.rows(&sql, &params, |row| row.code(0))?);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_looks_up_the_links_of_the_requests_alone() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", targets("$2, $3"));
        let values = ["p", "1", "2"].map(Param::Text);
        let steps = database.read(|c| c.rows(&sql, &values, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        assert!(steps[0].contains("(plan=? AND request=?)"), "{steps:?}");
    }
}
