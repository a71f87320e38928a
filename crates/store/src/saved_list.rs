//! Lists of the ledger that people keep under a name.

use domain::code::Code;
use domain::saved_list::{SHARED_MOST, SavedList, Sharing};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

const COLUMNS: &str = "id, plan, person, name, query, shared";

fn list(row: &Row) -> Result<SavedList> {
    Ok(SavedList {
        id: row.text(0)?.to_owned(),
        plan: row.code(1)?,
        owner: row.code(2)?,
        name: row.text(3)?.to_owned(),
        query: row.text(4)?.to_owned(),
        sharing: Sharing::parse(row.text(5)?).ok_or_else(|| damaged("an unknown way of sharing"))?,
    })
}

impl Connection {
    /// A person's own lists of a plan, by name.
    pub fn own_lists(&mut self, plan: &Code, person: &Code) -> Result<Vec<SavedList>> {
        self.rows(
            &format!("SELECT {COLUMNS} FROM saved_list WHERE plan = $1 AND person = $2 ORDER BY name"),
            &[Param::Text(plan.as_str()), Param::Text(person.as_str())],
            list,
        )
    }

    /// What others share with the plan or with some units, by name.
    pub fn shared_lists(&mut self, plan: &Code, person: &Code, units: &[Code]) -> Result<Vec<SavedList>> {
        let units: Vec<String> = units.iter().map(|unit| Sharing::Unit(unit.clone()).to_string()).collect();
        let places: Vec<String> = (0..units.len()).map(|at| format!(", ${}", at + 3)).collect();
        let mut params = vec![Param::Text(plan.as_str()), Param::Text(person.as_str())];
        params.extend(units.iter().map(|unit| Param::Text(unit)));
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM saved_list WHERE plan = $1 AND person <> $2 AND shared <> '' \
                 AND shared IN ('plan'{}) ORDER BY name, id LIMIT {SHARED_MOST}",
                places.concat()
            ),
            &params,
            list,
        )
    }

    /// All lists in the order of their ids, with when they were last changed: for a backup.
    pub(crate) fn lists_after(&mut self, after: &str, limit: usize) -> Result<Vec<(SavedList, i64)>> {
        self.rows(
            &format!("SELECT {COLUMNS}, changed_at FROM saved_list WHERE id > $1 ORDER BY id LIMIT $2"),
            &[Param::Text(after), Param::Int(limit as i64)],
            |row| Ok((list(row)?, row.int(6)?)),
        )
    }
}

impl Tx<'_> {
    /// A person's own lists of a plan, as of this very moment.
    pub fn own_lists(&mut self, plan: &Code, person: &Code) -> Result<Vec<SavedList>> {
        self.connection.own_lists(plan, person)
    }

    /// Keeps a list, in place of the one with its id where there is one.
    pub fn put_list(&mut self, list: &SavedList, now: i64) -> Result<()> {
        let shared = list.sharing.to_string();
        self.writing().send(
            "INSERT INTO saved_list (id, plan, person, name, query, shared, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET \
             name = excluded.name, query = excluded.query, shared = excluded.shared, \
             changed_at = excluded.changed_at",
            &[
                Param::Text(&list.id),
                Param::Text(list.plan.as_str()),
                Param::Text(list.owner.as_str()),
                Param::Text(&list.name),
                Param::Text(&list.query),
                Param::Text(&shared),
                Param::Int(now),
            ],
        )
    }

    /// Throws a person's own list away; false when there is no such one.
    pub fn drop_list(&mut self, plan: &Code, person: &Code, id: &str) -> Result<bool> {
        let gone = self.writing().execute(
            "DELETE FROM saved_list WHERE id = $1 AND plan = $2 AND person = $3",
            &[Param::Text(id), Param::Text(plan.as_str()), Param::Text(person.as_str())],
        )?;
        Ok(gone > 0)
    }
}
