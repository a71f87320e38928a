//! Items as the rules and earlier moments need them: whole, several at a time, in one statement.

use std::collections::HashMap;

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{RecordedFact, SubjectHistory};
use domain::item::ItemFact;
use domain::item::kind::Series;
use domain::journal::Seq;
use domain::subject::{Subject, SubjectKind};
use jiff::civil::Date;

use crate::error::{Result, damaged};
use crate::facts::{COLUMNS, fact};
use crate::ledger::changed_since;
use crate::sql::{Connection, Param, Row};
use crate::statements::places;
use crate::writer::Tx;

/// Told of one item after another.
pub type EachItem<'a> = &'a mut dyn FnMut(SubjectHistory) -> Result<()>;

/// In which order entries about items are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOrder {
    /// As they were recorded.
    Entry,
    /// As they came to hold.
    Day,
}

/// What one entry said of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemEntry {
    pub code: Code,
    pub seq: Seq,
    pub facts: Vec<RecordedFact>,
}

const SEQS: &str = "SELECT seq FROM entry WHERE scope = $1 AND kind = $2 ORDER BY seq";
const DAYS: &str = "SELECT seq, effective FROM entry WHERE scope = $1 AND kind = $2";

/// Numbers are taken for good, whatever the report's series is later: all its rows are looked at.
const NUMBERED: &str = "SELECT subject, body FROM fact WHERE scope = $1 AND kind = $2 AND slot = 'issue' \
                        AND superseded IS NULL AND subject IN \
                        (SELECT code FROM item WHERE plan = $1 AND kind = 'report' AND series = $3)";

/// The facts of entries by their numbers.
fn facts_of(seqs: &[String]) -> String {
    format!(
        "SELECT f.subject, f.slot, f.effective, f.seq, f.superseded, f.grade, f.body FROM entry e \
         JOIN fact f ON f.scope = e.scope AND f.kind = e.kind AND f.subject = e.subject AND f.seq = e.seq \
         WHERE e.scope = $1 AND e.kind = $2 AND e.seq IN ({})",
        seqs.join(", ")
    )
}

/// The entries or items of one statement.
const TOGETHER: usize = 512;

impl Connection {
    /// All items of a plan with everything known of them, in the order of their codes.
    pub fn each_item(&mut self, plan: &Code, visit: EachItem) -> Result<()> {
        self.each_item_of(plan, &[], "", visit)
    }

    /// The items that something was recorded of after `known`, with what was known of them by then. Their
    /// rows of the ledger show what is known now, so they are folded from their facts.
    pub fn each_changed_item(&mut self, plan: &Code, known: Seq, visit: EachItem) -> Result<()> {
        if known == Seq::LATEST {
            return Ok(());
        }
        let changed = format!("AND subject IN ({}) AND seq <= $3", changed_since("$1", "$3"));
        self.each_item_of(plan, &[Param::from(known.0)], &changed, visit)
    }

    /// The items of these codes, in the order of their codes, without the long content that reports have;
    /// those that there are not are left out.
    pub fn items(&mut self, plan: &Code, codes: &[Code]) -> Result<Vec<SubjectHistory>> {
        let mut out = Vec::with_capacity(codes.len());
        for some in codes.chunks(TOGETHER) {
            let places = places(2, some.len());
            let wanted = format!("AND topic <> 'content' AND subject IN ({})", places.join(", "));
            let last = some.iter().cycle().take(places.len());
            let values: Vec<Param> = last.map(|code| Param::Text(code.as_str())).collect();
            self.each_item_of(plan, &values, &wanted, &mut |item| {
                out.push(item);
                Ok(())
            })?;
        }
        Ok(out)
    }

    /// One statement in the order of the items; one of them at a time is in memory.
    fn each_item_of(
        &mut self,
        plan: &Code,
        values: &[Param],
        condition: &str,
        visit: EachItem,
    ) -> Result<()> {
        let kind = SubjectKind::Item.as_str();
        let mut params = vec![Param::Text(plan.as_str()), Param::Text(kind)];
        params.extend(values);
        let mut held: Option<(Code, Vec<RecordedFact>)> = None;
        let mut tell = |item: Option<(Code, Vec<RecordedFact>)>| match item {
            Some((code, facts)) => {
                SubjectHistory::from_facts(Subject::item(plan, &code), facts).map_or(Ok(()), &mut *visit)
            }
            None => Ok(()),
        };
        self.each(
            &format!(
                "SELECT {COLUMNS} FROM fact WHERE scope = $1 AND kind = $2 {condition} ORDER BY subject"
            ),
            &params,
            &mut |row| {
                let recorded = fact(row)?;
                match &mut held {
                    Some((code, facts)) if code.as_str() == row.text(0)? => facts.push(recorded),
                    _ => {
                        let code = row.code(0)?;
                        tell(held.replace((code, vec![recorded])))?;
                    }
                }
                Ok(())
            },
        )?;
        tell(held)
    }

    /// The entries about a plan's items that there are now, in an order: to be read, some at a time, by
    /// [`item_entries`](Self::item_entries).
    pub fn item_seqs(&mut self, plan: &Code, order: ItemOrder) -> Result<Vec<Seq>> {
        let params = [Param::Text(plan.as_str()), Param::Text(SubjectKind::Item.as_str())];
        let seq = |row: &Row| Ok(Seq(row.int(0)? as u64));
        if order == ItemOrder::Entry {
            return self.rows(SEQS, &params, seq);
        }
        let mut found = self.rows(DAYS, &params, |row| {
            let day: Date = row.text(1)?.parse().map_err(damaged)?;
            Ok((day, seq(row)?))
        })?;
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, seq)| seq).collect())
    }

    /// What single entries said of a plan's items, in the order in which they are named; those that hold no
    /// facts are left out.
    pub fn item_entries(&mut self, plan: &Code, seqs: &[Seq]) -> Result<Vec<ItemEntry>> {
        let mut out = Vec::with_capacity(seqs.len());
        for some in seqs.chunks(TOGETHER) {
            let places = places(2, some.len());
            let mut params = vec![Param::Text(plan.as_str()), Param::Text(SubjectKind::Item.as_str())];
            params.extend(some.iter().cycle().take(places.len()).map(|seq| Param::from(seq.0)));
            let mut found: HashMap<Seq, ItemEntry> = HashMap::with_capacity(some.len());
            self.each(&facts_of(&places), &params, &mut |row| {
                let recorded = fact(row)?;
                let code = row.code(0)?;
                let seq = recorded.seq;
                let entry = found.entry(seq).or_insert_with(|| ItemEntry { code, seq, facts: Vec::new() });
                entry.facts.push(recorded);
                Ok(())
            })?;
            for mut entry in some.iter().filter_map(|seq| found.remove(seq)) {
                entry.facts.sort_by(|a, b| a.slot.cmp(&b.slot));
                out.push(entry);
            }
        }
        Ok(out)
    }

    /// The reports of a series that have a number, with it.
    pub fn numbered_reports(&mut self, plan: &Code, series: Series) -> Result<Vec<(Code, u32)>> {
        let found = self.rows(
            NUMBERED,
            &[
                Param::Text(plan.as_str()),
                Param::Text(SubjectKind::Item.as_str()),
                Param::Text(series.as_str()),
            ],
            |row| {
                let code = row.code(0)?;
                let fact: Fact = serde_json::from_str(row.text(1)?).map_err(damaged)?;
                Ok((code, fact))
            },
        )?;
        let number = |(code, fact)| match fact {
            Fact::Item(ItemFact::Issue { number, .. }) => Some((code, number)),
            _ => None,
        };
        Ok(found.into_iter().filter_map(number).collect())
    }
}

impl Tx<'_> {
    /// The numbers of a series that are taken at this very moment; nobody else takes one before the
    /// transaction ends.
    pub fn numbered_reports(&mut self, plan: &Code, series: Series) -> Result<Vec<(Code, u32)>> {
        self.connection.numbered_reports(plan, series)
    }
}

#[cfg(test)]
mod tests {
    use scratch::Scratch;

    use super::*;
    use crate::database::Database;

    /// How SQLite finds what is asked for.
    fn way(database: &Database, sql: &str, params: &[Param]) -> Vec<String> {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        database.read(|c| c.rows(&sql, params, |row| Ok(row.text(3)?.to_owned()))).unwrap()
    }

    #[test]
    fn sqlite_finds_the_numbers_of_a_series_among_its_reports() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let steps = way(&database, NUMBERED, &["p", "item", "weekly"].map(Param::Text));
        let has = |what: &str| steps.iter().any(|step| step.contains(what));
        assert!(has("COVERING INDEX item_report (plan=? AND series=?)"), "{steps:?}");
        assert!(
            has("SEARCH fact USING PRIMARY KEY (scope=? AND kind=? AND subject=? AND slot=?)"),
            "{steps:?}"
        );
    }

    #[test]
    fn sqlite_reads_the_facts_of_named_entries_alone() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let params = [Param::Text("p"), Param::Text("item"), Param::Int(1), Param::Int(2)];
        let steps = way(&database, &facts_of(&places(2, 2)), &params);
        let has = |what: &str| steps.iter().any(|step| step.contains(what));
        assert!(has("seq=?") || has("rowid=?"), "{steps:?}");
        assert!(has("SEARCH f USING PRIMARY KEY (scope=? AND kind=? AND subject=?"), "{steps:?}");
        assert!(!has("SCAN") && !has("TEMP B-TREE"), "{steps:?}");
    }
}
