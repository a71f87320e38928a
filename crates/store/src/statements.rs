//! What is kept of statements because they are asked again.

use std::cell::Cell;
use std::collections::HashMap;

/// Something held for each of the texts that were asked lately. A text differs by what is asked, never by the
/// values it is asked with, so these are many more than a working day needs; others make room for new ones.
pub(crate) struct Statements<T> {
    /// With the turn in which it was asked last.
    held: HashMap<String, (Cell<u64>, T), foldhash::fast::RandomState>,
    turn: u64,
}

impl<T> Default for Statements<T> {
    fn default() -> Self {
        Self { held: HashMap::default(), turn: 0 }
    }
}

impl<T> Statements<T> {
    pub(crate) const MOST: usize = 256;

    /// What is held for a text, made where it is not.
    pub(crate) fn of<E>(&mut self, sql: &str, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        self.turn += 1;
        if !self.held.contains_key(sql) {
            let made = make()?;
            if self.held.len() >= Self::MOST {
                self.make_room();
            }
            self.held.insert(sql.to_owned(), (Cell::new(self.turn), made));
        }
        let (asked, held) = &self.held[sql];
        asked.set(self.turn);
        Ok(held)
    }

    /// Lets go of the text that was not asked for longest.
    fn make_room(&mut self) {
        let oldest = self.held.iter().min_by_key(|(_, (asked, _))| asked.get()).map(|(sql, _)| sql.clone());
        oldest.and_then(|sql| self.held.remove(&sql));
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }
}

/// So many places for values as make few different texts, for `count` of them after `before` others. The last
/// value fills those that are left over.
pub(crate) fn places(before: usize, count: usize) -> Vec<String> {
    (before + 1..=before + count.next_power_of_two()).map(|at| format!("${at}")).collect()
}

#[cfg(test)]
mod tests {
    use domain::code::Code;
    use domain::item::Target;
    use domain::item::light::LightRules;
    use domain::item::query::{After, LedgerQuery, Sort};
    use domain::journal::Seq;
    use jiff::civil::date;
    use scratch::Scratch;

    use super::*;
    use crate::database::Database;
    use crate::error::StoreError;
    use crate::ledger_then::ItemOrder;
    use crate::sql::Connection;

    fn both() -> Vec<Database> {
        let scratches = [Some(Scratch::sqlite()), Scratch::postgres()];
        let open = |scratch: Scratch| {
            let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
            // The folder goes with the process.
            std::mem::forget(scratch);
            database
        };
        scratches.into_iter().flatten().map(open).collect()
    }

    /// Everything that the ledger answers, as known at an entry and for so many rows.
    fn ask(c: &mut Connection, known: u64) -> Result<(), StoreError> {
        let plan = Code::new("p").unwrap();
        let judge = LightRules::usual().on(date(2019, 8, 14));
        let judge = (&judge, Seq(known));
        let some = known as usize % 100;
        let query = LedgerQuery { words: "road".into(), ..LedgerQuery::default() };
        let after = After { key: "2019-08-14".into(), code: "T-1".into() };
        c.ledger(&plan, &query, judge, (Sort::Due, false), Some(&after), some)?;
        c.all_items(&plan, &query, judge)?;
        c.ledger_count(&plan, &query, judge, known)?;
        c.ledger_lights(&plan, &query, judge)?;
        c.each_changed_item(&plan, Seq(known), &mut |_| Ok(()))?;
        c.links_to(&plan, &Target::Item(plan.clone()), some)?;
        let codes: Vec<Code> = (0..some).map(|at| Code::new(&format!("T-{at}")).unwrap()).collect();
        c.items(&plan, &codes)?;
        c.item_seqs(&plan, ItemOrder::Day)?;
        c.item_entries(&plan, &(1..=known % 100).map(Seq).collect::<Vec<_>>())?;
        Ok(())
    }

    #[test]
    fn other_values_are_no_other_statements() {
        for database in both() {
            let held = |from: u64| {
                let asked = |c: &mut Connection| {
                    (from..from + 100).try_for_each(|known| ask(c, known))?;
                    Ok::<_, StoreError>(c.statements())
                };
                database.read(asked).unwrap()
            };
            let first = held(1);
            assert!(first < 60, "{first} statements");
            assert_eq!(held(1_000_000), first);
        }
    }

    #[test]
    fn so_many_statements_are_held_and_no_more() {
        type Held = Statements<()>;
        for database in both() {
            let number = |c: &mut Connection, n: usize| {
                let sql = format!("SELECT CAST({n} AS BIGINT)");
                Ok::<_, StoreError>(c.first(&sql, &[], |row| row.int(0))?.unwrap())
            };
            database
                .read::<_, StoreError>(|c| {
                    for n in (0..Held::MOST * 3).chain([0, 1, 2]) {
                        // One that is asked again and again stays.
                        assert_eq!((number(c, n)?, number(c, 7)?), (n as i64, 7));
                    }
                    assert_eq!(c.statements(), Held::MOST);
                    if c.is_postgres() {
                        let sql = "SELECT COUNT(*) FROM pg_prepared_statements";
                        let server = c.first(sql, &[], |row| row.int(0))?.unwrap();
                        assert!(server <= Held::MOST as i64 + 1, "{server} statements on the server");
                    }
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn what_was_asked_last_is_kept() {
        let mut held: Statements<usize> = Statements::default();
        let mut made = 0;
        for n in (0..Statements::<usize>::MOST * 2).flat_map(|n| [n, 7]) {
            held.of::<()>(&n.to_string(), || {
                made += usize::from(n == 7);
                Ok(n)
            })
            .unwrap();
        }
        assert_eq!((made, held.len()), (1, Statements::<usize>::MOST));
    }
}
