//! Items in which units asked the task force for something, found by an index of such facts alone.

use domain::code::Code;
use jiff::civil::Date;

use crate::error::Result;
use crate::sql::{Connection, Param};

/// Facts by which a unit asks for something: in the words of the index.
const ASKING: &str = "kind = 'item' AND (topic IN ('objection', 'extension_asked') \
    OR topic = 'state' AND replace(body, '\"ask_review\"', '') <> body)";

fn asking() -> String {
    format!(
        "SELECT DISTINCT subject FROM fact WHERE scope = $1 AND {ASKING} AND superseded IS NULL \
         AND effective >= $2 AND effective <= $3 ORDER BY subject"
    )
}

impl Connection {
    /// Items in which units asked for something that holds from within some days, in the order of their codes.
    pub fn asking_items(&mut self, plan: &Code, (from, to): (Date, Date)) -> Result<Vec<Code>> {
        let (from, to) = (from.to_string(), to.to_string());
        let params = [Param::Text(plan.as_str()), Param::Text(&from), Param::Text(&to)];
        self.rows(&asking(), &params, |row| row.code(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_finds_what_was_asked_by_its_days() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", asking());
        let params = ["p", "2019-01-01", "2019-12-31"].map(Param::Text);
        let plan = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        let by = "INDEX fact_asking (scope=? AND effective>? AND effective<?)";
        assert!(plan.iter().any(|step| step.contains(by)), "{plan:?}");
    }
}
