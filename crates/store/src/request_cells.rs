//! Requests counted by month, area and category, and what the requests that are linked to a thing are about: what an
//! evaluation sets beside each other.

use domain::code::Code;
use domain::journal::Seq;
use domain::subject::SubjectKind;
use jiff::civil::Date;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param};

/// How many requests of one month, area and category came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCell {
    /// The first day of the month.
    pub month: Date,
    pub area: Option<Code>,
    pub category: Code,
    pub number: u64,
}

/// Categories that are asked for at a time.
const AT_ONCE: usize = 200;

/// From the counts that are kept as requests move, so that no request is walked through: a row for each month, area and
/// category that has one, of some categories.
fn cells(categories: usize) -> String {
    let places: Vec<String> = (0..categories).map(|at| format!("${}", at + 4)).collect();
    format!(
        "SELECT month, area, category, CAST(SUM(number) AS BIGINT) FROM request_tally \
         WHERE plan = $1 AND month >= $2 AND month <= $3 AND category IN ({}) \
         GROUP BY month, area, category ORDER BY month, area, category",
        places.join(", ")
    )
}

/// Looked up from the links: the other way round, all requests of the plan would be walked through.
fn linked(of: &str) -> String {
    format!(
        "SELECT to_code, about, COUNT(*) FROM (SELECT to_code, COALESCE((SELECT category FROM request AS held \
         WHERE held.plan = link.plan AND held.code = link.request), '') AS about FROM request_link AS link \
         WHERE plan = $1 AND to_kind = $2 AND since <= $3{of}) AS linked WHERE about <> '' \
         GROUP BY to_code, about ORDER BY to_code, COUNT(*) DESC, about LIMIT 20000"
    )
}

/// Of one thing.
const OF: &str = " AND to_code = $4";

fn month(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

impl Connection {
    /// The counts of the months from one to another, named by any of their days; of some categories.
    pub fn request_cells(
        &mut self,
        plan: &Code,
        (from, to): (Date, Date),
        categories: &[Code],
    ) -> Result<Vec<RequestCell>> {
        let (from, to) = (month(from), month(to));
        let mut out = Vec::new();
        for some in categories.chunks(AT_ONCE) {
            let mut params = vec![Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
            params.extend(some.iter().map(|category| Param::Text(category.as_str())));
            out.extend(self.rows(&cells(some.len()), &params, |row| {
                Ok(RequestCell {
                    month: format!("{}-01", row.text(0)?).parse().map_err(damaged)?,
                    area: row.opt_code(1)?,
                    category: row.code(2)?,
                    number: row.int(3)?.max(0) as u64,
                })
            })?);
        }
        out.retain(|cell| cell.number > 0);
        Ok(out)
    }

    /// What the requests that were linked to projects by an entry are about: by project, the commonest first, and how
    /// many each. Of one project, where it is named.
    pub fn linked_categories(
        &mut self,
        plan: &Code,
        project: Option<&Code>,
        known: Seq,
    ) -> Result<Vec<(Code, Code, u64)>> {
        let mut params =
            vec![plan.as_str().into(), SubjectKind::Project.as_str().into(), Param::from(known.0)];
        params.extend(project.map(|project| Param::Text(project.as_str())));
        let sql = linked(if project.is_some() { OF } else { "" });
        self.rows(&sql, &params, |row| Ok((row.code(0)?, row.code(1)?, row.int(2)?.max(0) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_counts_by_indexes() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let months = ["p", "2019-01", "2019-12", "roads", "lamps"].map(Param::Text);
        let links = [Param::Text("p"), Param::Text("project"), Param::Int(9), Param::Text("x")];
        let (one, all, counts) = (linked(OF), linked(""), cells(2));
        let looked: [(&str, &[Param], &[&str]); 3] = [
            (&counts, &months, &["USING PRIMARY KEY (plan=? AND month>? AND month<?)"]),
            (
                &one,
                &links[..],
                &["request_link_back (plan=? AND to_kind=? AND to_code=?)", "request_by_code"],
            ),
            (&all, &links[..3], &["request_link_back (plan=? AND to_kind=?)", "request_by_code"]),
        ];
        for (sql, params, by) in looked {
            let explained = format!("EXPLAIN QUERY PLAN {sql}");
            let steps =
                database.read(|c| c.rows(&explained, params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            for by in by {
                assert!(steps.iter().any(|step| step.contains(by)), "{by}: {steps:?}");
            }
        }
    }
}
