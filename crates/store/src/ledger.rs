//! The ledger as the database keeps it: each item's rows through time, the groups of areas, and its links.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::item::ledger::{Span, spans};
use domain::item::query::{NEVER, searched};
use domain::item::{Item, ItemFact, Relation, Target};
use domain::journal::{Entry, Event};
use domain::subject::{Subject, SubjectKind};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};

/// A link as seen from its far end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackLink {
    pub item: Code,
    pub relation: Relation,
}

/// The tables that are made again from the journal.
const TABLES: [&str; 3] = ["item", "item_area", "item_link"];

/// The rows of an item from a day on. The day is compared as an expression: by the index that begins with it,
/// SQLite would walk through every item that is open instead of this one's few rows.
const FORGET: &str = "DELETE FROM item WHERE plan = $1 AND code = $2 AND until_day || '' >= $3";

const UNLINK: &str = "DELETE FROM item_link WHERE plan = $1 AND item = $2";

/// Brings an item's rows up to date after an entry about it.
pub(crate) fn project(connection: &mut Connection, entry: &Entry, history: &SubjectHistory) -> Result<()> {
    // Rows that ended before anything changed stay as they are. The row that ends on the very day is
    // written again: until now it may have been the last one, without an end.
    let mut from = entry.draft.effective;
    if let Event::Corrected { entry: wrong, .. } = &entry.draft.event {
        let days = history.facts().iter().filter(|fact| fact.seq == *wrong).map(|fact| fact.effective);
        from = days.chain([from]).min().unwrap_or(from);
    }
    let (plan, code) = (&history.subject.scope, &history.subject.code);
    let from = from.to_string();
    connection.send(FORGET, &[plan.as_str().into(), code.as_str().into(), from.as_str().into()])?;
    for span in spans(history) {
        if span.until.is_none_or(|until| until.to_string() >= from) {
            insert(connection, plan, &span)?;
        }
    }
    let facts = entry.draft.event.facts();
    facts.iter().try_for_each(|fact| areas(connection, plan, fact))?;
    let linked = |fact: &Fact| matches!(fact, Fact::Item(ItemFact::Link { .. }));
    if entry.draft.event.corrects().is_some() || facts.iter().any(linked) {
        links(connection, history)?;
    }
    Ok(())
}

/// Writes all that is projected of an item.
fn project_whole(connection: &mut Connection, history: &SubjectHistory) -> Result<()> {
    let plan = &history.subject.scope;
    spans(history).iter().try_for_each(|span| insert(connection, plan, span))?;
    history.facts().iter().try_for_each(|held| areas(connection, plan, &held.fact))?;
    links(connection, history)
}

fn insert(connection: &mut Connection, plan: &Code, span: &Span) -> Result<()> {
    let row = &span.row;
    let day = |date: Option<Date>| date.map_or_else(|| NEVER.to_owned(), |date| date.to_string());
    let code = |code: &Option<Code>| code.as_ref().map(Code::to_string).unwrap_or_default();
    let mut units = String::new();
    for unit in row.lead_unit.iter().chain(&row.supporting_units) {
        units.push('|');
        units.push_str(unit.as_str());
    }
    units.push('|');
    let late = matches!((row.forecast, row.due), (Some(forecast), Some(due)) if forecast > due);
    let body = serde_json::to_string(row).map_err(damaged)?;
    let texts = [
        span.from.to_string(),
        day(span.until),
        code(&row.lead_unit),
        code(&row.caller),
        code(&row.person),
        code(&row.sector),
        day(row.received),
        day(row.due),
        day(row.finished),
        day(row.last_report.or(row.received)),
        searched(row),
    ];
    let [from, until, lead, caller, person, sector, received, due, finished, reported, words] = &texts;
    connection.send(
        "INSERT INTO item (plan, code, from_day, until_day, kind, standing, level, series, lead_unit, units, \
         areas, caller, person, sector, received, due, finished, reported, late, weekly, evidence, number, \
         name, words, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22, $23, $24, $25)",
        &[
            plan.as_str().into(),
            row.code.as_str().into(),
            from.into(),
            until.into(),
            row.kind.as_str().into(),
            row.standing.as_str().into(),
            row.level.map_or("", |level| level.as_str()).into(),
            row.series.map_or("", |series| series.as_str()).into(),
            lead.into(),
            Param::Text(&units),
            Param::Text(&group(&row.areas)),
            caller.into(),
            person.into(),
            sector.into(),
            received.into(),
            due.into(),
            finished.into(),
            reported.into(),
            Param::Int(i64::from(late)),
            Param::Int(i64::from(row.weekly)),
            row.evidence.as_str().into(),
            Param::Text(&row.number),
            Param::Text(&row.name.zh),
            words.into(),
            Param::Text(&body),
        ],
    )
}

/// The name of a group of areas. Those of large groups are shortened: PostgreSQL keeps no long texts in an index.
fn group(areas: &[Code]) -> String {
    const SHORT: usize = 120;
    let areas: BTreeSet<&Code> = areas.iter().collect();
    let name = areas.iter().fold(String::new(), |name, area| format!("{name}|{area}"));
    if name.len() > SHORT { format!("#{}", crate::hex(&Sha256::digest(&name))) } else { name }
}

/// Puts down which areas the group has that a fact places an item in.
fn areas(connection: &mut Connection, plan: &Code, fact: &Fact) -> Result<()> {
    let Fact::Item(ItemFact::Place { areas, .. }) = fact else { return Ok(()) };
    let group = group(areas);
    for area in areas {
        connection.send(
            "INSERT INTO item_area (plan, area, areas) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[plan.as_str().into(), area.as_str().into(), Param::Text(&group)],
        )?;
    }
    Ok(())
}

/// Writes the links that hold now.
fn links(connection: &mut Connection, history: &SubjectHistory) -> Result<()> {
    let (plan, code) = (history.subject.scope.as_str(), history.subject.code.as_str());
    connection.send(UNLINK, &[plan.into(), code.into()])?;
    let Some(item) = Item::at(history, View::ALL) else { return Ok(()) };
    for (relation, to) in &item.links {
        connection.send(
            "INSERT INTO item_link (plan, item, relation, to_kind, to_code) VALUES ($1, $2, $3, $4, $5)",
            &[
                plan.into(),
                code.into(),
                relation.as_str().into(),
                to.kind().as_str().into(),
                to.code().as_str().into(),
            ],
        )?;
    }
    Ok(())
}

/// The items of a plan that something was recorded of after an entry.
pub(crate) fn changed_since(plan: &str, known: &str) -> String {
    let kind = SubjectKind::Item.as_str();
    format!("SELECT subject FROM entry WHERE kind = '{kind}' AND scope = {plan} AND seq > {known}")
}

impl Connection {
    /// The items that link to a thing.
    pub fn links_to(&mut self, plan: &Code, to: &Target, limit: usize) -> Result<Vec<BackLink>> {
        self.rows(
            "SELECT item, relation FROM item_link WHERE plan = $1 AND to_kind = $2 AND to_code = $3 \
             ORDER BY item LIMIT $4",
            &[
                plan.as_str().into(),
                to.kind().as_str().into(),
                to.code().as_str().into(),
                Param::Int(limit as i64),
            ],
            |row| {
                Ok(BackLink {
                    item: row.code(0)?,
                    relation: Relation::parse(row.text(1)?).ok_or_else(|| damaged("an unknown relation"))?,
                })
            },
        )
    }

    /// Visits what is projected of the ledger, in the order of its keys.
    pub(crate) fn each_ledger_row(&mut self, visit: &mut dyn FnMut(&[&str])) -> Result<()> {
        let texts = |row: &Row, count: usize, visit: &mut dyn FnMut(&[&str])| -> Result<()> {
            let texts: Vec<&str> = (0..count).map(|at| row.text(at)).collect::<Result<_>>()?;
            visit(&texts);
            Ok(())
        };
        let sql = "SELECT plan, code, from_day, until_day, kind, standing, level, series, lead_unit, units, \
                   areas, caller, person, sector, received, due, finished, reported, evidence, number, name, \
                   words, body FROM item ORDER BY plan, code, from_day";
        self.each(sql, &[], &mut |row| texts(row, 23, visit))?;
        // Of groups that no row is in any more nothing is asked.
        let sql = "SELECT a.plan, a.area, a.areas FROM (SELECT DISTINCT plan, areas FROM item) i \
                   JOIN item_area a ON a.plan = i.plan AND a.areas = i.areas ORDER BY a.plan, a.area, a.areas";
        self.each(sql, &[], &mut |row| texts(row, 3, visit))?;
        let sql = "SELECT plan, item, relation, to_kind, to_code FROM item_link \
                   ORDER BY plan, item, relation, to_kind, to_code";
        self.each(sql, &[], &mut |row| texts(row, 5, visit))
    }

    /// Makes all rows of the ledger again from the facts.
    pub(crate) fn rebuild_ledger(&mut self) -> Result<()> {
        for table in TABLES {
            self.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        for subject in self.item_subjects()? {
            if let Some(history) = self.subject(&subject)? {
                project_whole(self, &history)?;
            }
        }
        Ok(())
    }

    fn item_subjects(&mut self) -> Result<Vec<Subject>> {
        self.rows(
            "SELECT DISTINCT scope, subject FROM entry WHERE kind = $1 ORDER BY scope, subject",
            &[SubjectKind::Item.as_str().into()],
            |row| Ok(Subject::item(&row.code(0)?, &row.code(1)?)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_finds_an_items_rows_by_its_code() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        for (sql, by) in [(FORGET, "autoindex_item_1 (plan=? AND code=?)"), (UNLINK, "(plan=? AND item=?)")] {
            let params = &["p", "T-1", "2019-01-01"].map(Param::Text)[..sql.matches('$').count()];
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let plan = database.read(|c| c.rows(&sql, params, |row| Ok(row.text(3)?.to_owned()))).unwrap();
            assert!(plan.iter().any(|step| step.contains(by)), "{plan:?}");
        }
    }
}
