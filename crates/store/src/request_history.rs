//! Requests with everything known of them, several at a time, and what was recorded of them in its order.

use std::collections::HashMap;

use domain::code::Code;
use domain::history::{RecordedFact, SubjectHistory};
use domain::journal::{Entry, Seq};
use domain::subject::{Subject, SubjectKind};
use jiff::Timestamp;

use crate::error::Result;
use crate::facts::fact;
use crate::request::damaged;
use crate::sql::{Connection, Param};
use crate::statements::places;
use crate::tail::{WITHIN, follow};

/// The requests of one statement.
const TOGETHER: usize = 256;

/// That something was recorded of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestEntry {
    pub code: Code,
    pub seq: Seq,
    pub recorded_at: Timestamp,
    /// Whether everybody may read the request as it is now.
    pub shown: bool,
}

/// A stretch of the journal's entries about requests, each with whether its request is shown: so many are looked
/// at, whoever may read them.
const ENTRIES: &str = "SELECT looked.subject, looked.seq, looked.recorded_at, \
     COALESCE((SELECT shown FROM request WHERE request.plan = $2 AND request.code = looked.subject), 0) \
     FROM (SELECT subject, seq, recorded_at FROM entry WHERE kind = $1 AND scope = $2 AND seq > $3 AND seq <= $4 \
     ORDER BY seq LIMIT $5) AS looked ORDER BY looked.seq";

impl Connection {
    /// The last entry that can have changed what is told of a plan's requests, and when it was recorded.
    pub fn request_version(&mut self, plan: &Code) -> Result<(Seq, Timestamp)> {
        let directory = domain::subject::directory();
        let mut last = (Seq(0), Timestamp::UNIX_EPOCH);
        for (kind, scope) in [
            (SubjectKind::Request, plan),
            (SubjectKind::Plan, plan),
            (SubjectKind::Area, &directory),
            (SubjectKind::Unit, &directory),
        ] {
            let found = self.first(
                "SELECT seq, recorded_at FROM entry WHERE kind = $1 AND scope = $2 ORDER BY seq DESC LIMIT 1",
                &[kind.as_str().into(), scope.as_str().into()],
                |row| {
                    let at = Timestamp::from_microsecond(row.int(1)?).map_err(damaged)?;
                    Ok((Seq(row.int(0)? as u64), at))
                },
            )?;
            last = last.max(found.unwrap_or(last));
        }
        Ok(last)
    }

    /// Some requests with all that is known of them, in the order in which they are named; those that there are
    /// not are left out.
    pub fn whole_requests(&mut self, plan: &Code, codes: &[Code]) -> Result<Vec<SubjectHistory>> {
        let mut out = Vec::with_capacity(codes.len());
        for some in codes.chunks(TOGETHER) {
            let places = places(2, some.len());
            let wanted = format!("scope = $1 AND kind = $2 AND subject IN ({})", places.join(", "));
            let mut params = vec![Param::from(plan.as_str()), SubjectKind::Request.as_str().into()];
            let last = some.iter().cycle().take(places.len());
            params.extend(last.map(|code| Param::Text(code.as_str())));
            let mut facts: HashMap<String, Vec<RecordedFact>> = HashMap::new();
            let sql = format!("SELECT {} FROM fact WHERE {wanted}", crate::facts::COLUMNS);
            self.each(&sql, &params, &mut |row| {
                facts.entry(row.text(0)?.to_owned()).or_default().push(fact(row)?);
                Ok(())
            })?;
            let mut tail: HashMap<String, Vec<Entry>> = HashMap::new();
            let sql = format!(
                "SELECT {} FROM entry WHERE {wanted} AND {WITHIN} ORDER BY seq",
                crate::journal::COLUMNS
            );
            self.each(&sql, &params, &mut |row| {
                let entry = crate::journal::entry(row)?;
                tail.entry(entry.draft.subject.code.to_string()).or_default().push(entry);
                Ok(())
            })?;
            for code in some {
                let subject = Subject::request(plan, code);
                let placed = facts.remove(code.as_str()).unwrap_or_default();
                let held = SubjectHistory::from_facts(subject.clone(), placed);
                out.extend(match tail.get(code.as_str()) {
                    Some(entries) => follow(&subject, held, entries),
                    None => held,
                });
            }
        }
        Ok(out)
    }

    /// What was recorded of a plan's requests behind one entry and up to another, so many at a time.
    pub fn request_entries(
        &mut self,
        plan: &Code,
        (behind, until): (Seq, Seq),
        most: usize,
    ) -> Result<Vec<RequestEntry>> {
        let params: [Param; 5] = [
            SubjectKind::Request.as_str().into(),
            plan.as_str().into(),
            Param::from(behind.0),
            Param::from(until.0),
            Param::Int(most as i64),
        ];
        self.rows(ENTRIES, &params, |row| {
            Ok(RequestEntry {
                code: Code::new(row.text(0)?).map_err(damaged)?,
                seq: Seq(row.int(1)? as u64),
                recorded_at: Timestamp::from_microsecond(row.int(2)?).map_err(damaged)?,
                shown: row.int(3)? == 1,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_walks_the_entries_of_requests_by_an_index() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {ENTRIES}");
        let params =
            [Param::Text("request"), Param::Text("p"), Param::Int(0), Param::Int(9), Param::Int(500)];
        let plan = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        for by in ["entry_by_kind", "request_by_code"] {
            assert!(plan.iter().any(|step| step.contains(by)), "{plan:?}");
        }
    }
}
