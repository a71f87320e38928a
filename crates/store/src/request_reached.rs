//! What becomes of requests beyond themselves: the tasks that are measured by them, and whom to tell of what was
//! reached, namely those whose requests were linked before and who were not told yet.

use domain::code::Code;
use domain::item::Target;
use domain::journal::Seq;
use domain::request::reached::Reached;

use crate::error::Result;
use crate::request::DONE;
use crate::sql::{Connection, Param};

impl Connection {
    /// Items for which somebody said how few may ask about a matter.
    pub fn items_with_goals(&mut self, plan: &Code) -> Result<Vec<Code>> {
        self.items_with(plan, "goal")
    }

    /// Items that are themes of months.
    pub fn items_with_themes(&mut self, plan: &Code) -> Result<Vec<Code>> {
        self.items_with(plan, "theme")
    }

    /// Of a topic that has an index of its own.
    fn items_with(&mut self, plan: &Code, topic: &'static str) -> Result<Vec<Code>> {
        let sql = format!(
            "SELECT DISTINCT subject FROM fact WHERE scope = $1 AND kind = 'item' AND topic = '{topic}' \
             ORDER BY subject"
        );
        self.rows(&sql, &[plan.as_str().into()], |row| row.code(0))
    }

    /// How many requests of each category came in in some months, written as `2019-06`, both included.
    pub fn category_months(
        &mut self,
        plan: &Code,
        from: &str,
        to: &str,
    ) -> Result<Vec<(String, String, u64)>> {
        self.rows(
            "SELECT month, category, CAST(SUM(number) AS BIGINT) FROM request_tally WHERE plan = $1 AND month >= $2 AND month <= $3 \
             AND number > 0 GROUP BY month, category ORDER BY month, category",
            &[plan.as_str().into(), from.into(), to.into()],
            |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.int(2)?.max(0) as u64)),
        )
    }

    /// What requests of a plan are linked to, each with the earliest entry since which one is.
    pub fn linked_targets(&mut self, plan: &Code) -> Result<Vec<(Target, Seq)>> {
        self.rows(
            "SELECT to_kind, to_code, MIN(since) FROM request_link WHERE plan = $1 \
             GROUP BY to_kind, to_code ORDER BY to_kind, to_code",
            &[plan.as_str().into()],
            |row| {
                let code = row.code(1)?;
                let target = match row.text(0)? {
                    "project" => Target::Project(code),
                    "item" => Target::Item(code),
                    _ => Target::Indicator(code),
                };
                Ok((target, Seq(row.int(2)? as u64)))
            },
        )
    }

    /// Requests whose askers are to be told of something, the earliest numbers first.
    pub fn requests_to_tell(&mut self, plan: &Code, reached: &Reached, most: usize) -> Result<Vec<Code>> {
        let sql = format!(
            "SELECT request FROM request_link AS held WHERE plan = $1 AND to_kind = $2 AND to_code = $3 \
             AND since < $4 AND NOT EXISTS (SELECT 1 FROM request_reached AS told WHERE told.plan = held.plan \
             AND told.to_kind = held.to_kind AND told.to_code = held.to_code AND told.step = $5 \
             AND told.request = held.request) ORDER BY request LIMIT {most}"
        );
        let params = [
            plan.as_str().into(),
            reached.of.kind().as_str().into(),
            reached.of.code().as_str().into(),
            Param::from(reached.seq.0),
            reached.step.as_ref().map_or(DONE, Code::as_str).into(),
        ];
        self.rows(&sql, &params, |row| row.code(0))
    }
}
