//! Requests with everything known of them, several at a time, and what was recorded of them in its order.

use std::collections::{HashMap, HashSet};

use domain::code::Code;
use domain::history::SubjectHistory;
use domain::journal::{Entry, Seq};
use domain::subject::{Subject, SubjectKind};
use jiff::Timestamp;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param};
use crate::statements::places;
use crate::tail::follow;

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

/// Reads entries about requests of a plan, up to where it is said of which. The kind stands in it word for word, as in
/// the index by which they are found.
fn of_requests() -> String {
    format!("SELECT {} FROM entry WHERE scope = $1 AND kind = 'request' AND subject", crate::journal::COLUMNS)
}

/// Which requests are on the books.
const KNOWN: &str = "SELECT DISTINCT subject FROM entry WHERE scope = $1 AND kind = 'request' AND subject";

/// A stretch of the journal's entries about requests, each with whether its request is shown: so many are looked
/// at, whoever may read them.
const ENTRIES: &str = "SELECT looked.subject, looked.seq, looked.recorded_at, \
     COALESCE((SELECT shown FROM request WHERE request.plan = $2 AND request.code = looked.subject), 0) \
     FROM (SELECT subject, seq, recorded_at FROM entry WHERE kind = $1 AND scope = $2 AND seq > $3 AND seq <= $4 \
     ORDER BY seq LIMIT $5) AS looked ORDER BY looked.seq";

impl Connection {
    /// The last entry that can have changed what is told of a plan's requests, and when it was recorded.
    pub fn request_version(&mut self, plan: &Code, known: Seq) -> Result<(Seq, Timestamp)> {
        let directory = domain::subject::directory();
        let mut last = (Seq(0), Timestamp::UNIX_EPOCH);
        for (kind, scope) in [
            (SubjectKind::Request, plan),
            (SubjectKind::Plan, plan),
            (SubjectKind::Area, &directory),
            (SubjectKind::Unit, &directory),
        ] {
            let found = self.first(
                "SELECT seq, recorded_at FROM entry WHERE kind = $1 AND scope = $2 AND seq <= $3 \
                 ORDER BY seq DESC LIMIT 1",
                &[kind.as_str().into(), scope.as_str().into(), Param::from(known.0)],
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
            let places = places(1, some.len());
            let mut params = vec![Param::from(plan.as_str())];
            let last = some.iter().cycle().take(places.len());
            params.extend(last.map(|code| Param::Text(code.as_str())));
            let mut found: HashMap<Code, Vec<Entry>> = HashMap::new();
            let sql = format!("{} IN ({})", of_requests(), places.join(", "));
            self.each(&sql, &params, &mut |row| {
                let entry = crate::journal::entry(row)?;
                found.entry(entry.draft.subject.code.clone()).or_default().push(entry);
                Ok(())
            })?;
            // In order here: asked for it, SQLite would read all requests' entries in theirs.
            found.values_mut().for_each(|entries| entries.sort_by_key(|entry| entry.seq));
            let histories = some.iter().filter_map(|code| {
                follow(&Subject::request(plan, code), None, found.get(code).map_or(&[], Vec::as_slice))
            });
            out.extend(histories);
        }
        Ok(out)
    }

    /// One request with all that is known of it.
    pub(crate) fn request_history(&mut self, subject: &Subject) -> Result<Option<SubjectHistory>> {
        let place = [Param::Text(subject.scope.as_str()), Param::Text(subject.code.as_str())];
        let entries =
            self.rows(&format!("{} = $2 ORDER BY seq", of_requests()), &place, crate::journal::entry)?;
        Ok(follow(subject, None, &entries))
    }

    /// Which of some requests are on the books.
    pub(crate) fn known_requests(&mut self, plan: &Code, codes: &[Code]) -> Result<HashSet<String>> {
        let mut out = HashSet::new();
        for some in codes.chunks(TOGETHER) {
            let places = places(1, some.len());
            let mut params = vec![Param::from(plan.as_str())];
            params.extend(some.iter().cycle().take(places.len()).map(|code| Param::Text(code.as_str())));
            let sql = format!("{KNOWN} IN ({})", places.join(", "));
            self.each(&sql, &params, &mut |row| {
                out.insert(row.text(0)?.to_owned());
                Ok(())
            })?;
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
                code: row.code(0)?,
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

    #[test]
    fn sqlite_finds_what_is_known_of_requests_by_an_index() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let one = format!("{} = $2 ORDER BY seq", of_requests());
        let many = format!("{} IN ($2, $3)", of_requests());
        let known = format!("{KNOWN} IN ($2, $3)");
        for sql in [one, many, known] {
            let params = &["p", "a", "b"].map(Param::Text)[..if sql.contains("$3") { 3 } else { 2 }];
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let plan = database.read(|c| c.rows(&sql, params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            let by = "INDEX entry_of_request (kind=? AND scope=? AND subject=?)";
            assert!(plan[0].contains(by), "{sql}: {plan:?}");
        }
    }
}
