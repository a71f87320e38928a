//! What the rhythm looks at: items that are open and have a limit by a day, found by an index of their own.

use domain::code::Code;
use domain::item::kind::ItemKind;
use domain::item::ledger::LedgerRow;
use jiff::civil::Date;

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param};

/// Where a page of open items ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    pub due: String,
    pub code: Code,
}

impl Connection {
    /// Items of some kinds that are open on a day and have a limit by another, by their limit and code; from
    /// after the one that is named. Without a last limit, those without one too.
    pub fn open_items(
        &mut self,
        plan: &Code,
        kinds: &[ItemKind],
        day: Date,
        due_by: Option<Date>,
        after: Option<&OpenItem>,
        limit: usize,
    ) -> Result<Vec<OpenItem>> {
        let (day, due_by) = (day.to_string(), due_by.map_or("9999-12-31".to_owned(), |due| due.to_string()));
        let (due, last) = after.map_or(("", ""), |held| (held.due.as_str(), held.code.as_str()));
        let mut params: Vec<Param> = vec![
            plan.as_str().into(),
            Param::Text(&day),
            Param::Text(&due_by),
            due.into(),
            last.into(),
            Param::Int(limit as i64),
        ];
        let mut places = Vec::new();
        for kind in kinds {
            params.push(kind.as_str().into());
            places.push(format!("${}", params.len()));
        }
        let sql = open_items(&places.join(", "));
        self.rows(&sql, &params, |row| Ok(OpenItem { due: row.text(0)?.to_owned(), code: row.code(1)? }))
    }

    /// The rows of items whose codes begin alike, as they stand on a day, in the order of their codes.
    pub fn items_named(
        &mut self,
        plan: &Code,
        prefix: &str,
        day: Date,
        limit: usize,
    ) -> Result<Vec<LedgerRow>> {
        let (end, day) = (format!("{prefix}~"), day.to_string());
        self.rows(
            "SELECT body FROM item WHERE plan = $1 AND code >= $2 AND code < $3 AND from_day <= $4 \
             AND until_day > $4 ORDER BY code LIMIT $5",
            &[
                plan.as_str().into(),
                prefix.into(),
                Param::Text(&end),
                Param::Text(&day),
                Param::Int(limit as i64),
            ],
            |row| serde_json::from_str(row.text(0)?).map_err(damaged),
        )
    }
}

fn open_items(kinds: &str) -> String {
    format!(
        "SELECT due, code FROM item WHERE plan = $1 AND standing = 'open' AND kind IN ({kinds}) \
         AND until_day > $2 AND from_day <= $2 AND due <= $3 AND (due > $4 OR (due = $4 AND code > $5)) \
         ORDER BY due, code LIMIT $6"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_reads_open_items_from_their_index_alone() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", open_items("$7, $8"));
        let params = ["p", "2019-01-01", "2019-01-04", "", "", "9", "directive", "decision"].map(Param::Text);
        let plan = database.read(|c| c.rows(&sql, &params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
        let step = plan.iter().find(|step| step.contains(" item ")).unwrap();
        assert!(step.contains("COVERING INDEX item_open") && step.contains("until_day>"), "{plan:?}");
    }
}
