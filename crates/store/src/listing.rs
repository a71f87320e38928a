//! Asking the ledger: pages in any order, counts by light, and what a report of a period stands on.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::item::Standing;
use domain::item::ledger::LedgerRow;
use domain::item::light::{Judge, Light};
use domain::item::query::{After, LedgerQuery, Sort};
use domain::journal::Seq;
use jiff::civil::Date;

use crate::asked::{Asked, Part, parts, plain};
use crate::error::{Result, damaged};
use crate::paged::{Paged, Way};
use crate::sql::Connection;

/// A page of ledger rows, with where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPage {
    pub rows: Vec<LedgerRow>,
    pub next: Option<After>,
}

fn row(body: &str) -> Result<LedgerRow> {
    serde_json::from_str(body).map_err(damaged)
}

/// Rows in which words are looked for in their order, for each row of the page: a few to see whether they are
/// frequent, then as many as fill the page.
const LOOKED_AT: [usize; 2] = [2, 20];
/// Words are rare that fewer rows than one in so many say: what there is of them is quickly put in order. A page of
/// one in twenty would just fill; looking in vain costs more than finding.
const RARE: usize = 12;

impl Connection {
    /// The rows of a page that one part has.
    fn part_of_page(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        judge: (&Judge, Seq),
        part: Part,
        page: Paged,
    ) -> Result<Vec<(After, String)>> {
        let asked = || Asked::new(plan, query, judge, part);
        if part == Part::Ended {
            return self.come_by(asked(), Way::Find, page);
        }
        if query.words.trim().is_empty() {
            return self.come_by(asked(), Way::Order, page);
        }
        for rows in LOOKED_AT.map(|rows| rows * (page.limit + 1)) {
            let found = self.come_by(asked(), Way::Look(rows), page)?;
            if found.len() > page.limit || !self.goes_on(Asked::on(plan, judge.0.day, part), rows, page)? {
                return Ok(found);
            }
            if found.len() * RARE < rows {
                break;
            }
        }
        self.come_by(asked(), Way::Find, page)
    }

    fn come_by(&mut self, mut asked: Asked, way: Way, page: Paged) -> Result<Vec<(After, String)>> {
        let sql = asked.page(way, page);
        self.rows(&sql, &asked.params(), |row| {
            let place = After { key: row.text(0)?.to_owned(), code: row.text(1)?.to_owned() };
            Ok((place, row.text(2)?.to_owned()))
        })
    }

    /// Whether there are more than so many rows.
    fn goes_on(&mut self, mut asked: Asked, rows: usize, page: Paged) -> Result<bool> {
        let sql = asked.beyond(rows, page);
        Ok(self.first(&sql, &asked.params(), |_| Ok(()))?.is_some())
    }

    /// The items of a plan that a query asks for on the judge's day, without those that something was
    /// recorded of after `known`: see [`each_changed_item`](Self::each_changed_item).
    pub fn ledger(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        judge: (&Judge, Seq),
        order: (Sort, bool),
        after: Option<&After>,
        limit: usize,
    ) -> Result<LedgerPage> {
        if !query.wants_items() {
            return Ok(LedgerPage { rows: Vec::new(), next: None });
        }
        let mut found: Vec<(After, String)> = Vec::new();
        for part in parts(query) {
            found.extend(self.part_of_page(plan, query, judge, part, Paged { order, after, limit })?);
        }
        // The first of each part are the first of all.
        found.sort_by(|(a, _), (b, _)| a.compare(b, order.1));
        let more = found.len() > limit;
        found.truncate(limit);
        let rows = found.iter().map(|(_, body)| row(body)).collect::<Result<_>>()?;
        let next = found.pop().filter(|_| more).map(|(place, _)| place);
        Ok(LedgerPage { rows, next })
    }

    /// All items that a query finds on the judge's day, without those that changed after `known`.
    pub fn all_items(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        judge: (&Judge, Seq),
    ) -> Result<Vec<LedgerRow>> {
        let mut rows = Vec::new();
        for part in parts(query) {
            let asked = Asked::new(plan, query, judge, part);
            let sql = format!("SELECT body FROM item WHERE {}", asked.wanted());
            self.each(&sql, &asked.params(), &mut |found| {
                rows.push(row(found.text(0)?)?);
                Ok(())
            })?;
        }
        Ok(rows)
    }

    /// The items that a report of a period stands on, on its eve and on its last day: those that were open
    /// on the day, and those that changed in between. What has long been done is not read.
    pub fn moving(
        &mut self,
        plan: &Code,
        (eve, last): (Date, Date),
    ) -> Result<(Vec<LedgerRow>, Vec<LedgerRow>)> {
        let is_open = |standing| matches!(standing, Standing::Open | Standing::Suspended);
        let open = "standing IN ('open', 'suspended')";
        let holding = Standing::ALL.iter().copied().map(Part::Holding);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for part in holding.chain([Part::Ended]) {
            for (day, is_eve, rows) in [(eve, true, &mut before), (last, false, &mut after)] {
                let mut asked = Asked::on(plan, day, part);
                let changed = match (part, is_eve) {
                    (Part::Holding(standing), _) if is_open(standing) => None,
                    // What holds to this day did not end within the period.
                    (Part::Holding(_), true) => continue,
                    (_, true) => Some(format!("until_day <= {}", asked.value(last.to_string()))),
                    (_, false) => Some(format!("from_day > {}", asked.value(eve.to_string()))),
                };
                match (part, changed) {
                    (_, None) => {}
                    (Part::Holding(_), Some(changed)) => asked.and(&changed),
                    (Part::Ended, Some(changed)) => asked.and(&format!("({open} OR {changed})")),
                }
                let sql = format!("SELECT body FROM item WHERE {}", asked.wanted());
                self.each(&sql, &asked.params(), &mut |found| {
                    rows.push(row(found.text(0)?)?);
                    Ok(())
                })?;
            }
        }
        Ok((before, after))
    }

    /// How many items a query finds, counted up to `most`; without those that changed after `known`.
    pub fn ledger_count(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        judge: (&Judge, Seq),
        most: u64,
    ) -> Result<u64> {
        if !query.wants_items() {
            return Ok(0);
        }
        let mut count = 0;
        for part in parts(query) {
            let mut asked = Asked::new(plan, query, judge, part);
            let left = asked.value(i64::try_from(most.saturating_sub(count)).unwrap_or(i64::MAX));
            let sql = format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM item WHERE {} LIMIT {left}) found",
                asked.wanted()
            );
            count += self.first(&sql, &asked.params(), |row| row.int(0))?.unwrap_or_default() as u64;
        }
        Ok(count)
    }

    /// How many items of each light a query finds, without those that changed after `known`.
    pub fn ledger_lights(
        &mut self,
        plan: &Code,
        query: &LedgerQuery,
        judge: (&Judge, Seq),
    ) -> Result<Vec<(Light, u64)>> {
        if !query.wants_items() {
            return Ok(Vec::new());
        }
        let mut counts = BTreeMap::new();
        for part in parts(query) {
            let mut asked = Asked::new(plan, query, judge, part);
            let known = match part {
                Part::Holding(standing) => plain(standing),
                Part::Ended => None,
            };
            if let Some(light) = known {
                let sql = format!("SELECT COUNT(*) FROM item WHERE {}", asked.wanted());
                let count = self.first(&sql, &asked.params(), |row| row.int(0))?.unwrap_or_default() as u64;
                if count > 0 {
                    *counts.entry(light).or_default() += count;
                }
                continue;
            }
            let light = asked.light(judge.0);
            let sql = format!(
                "SELECT light, COUNT(*) FROM (SELECT {light} AS light FROM item WHERE {}) found GROUP BY light",
                asked.wanted()
            );
            self.each(&sql, &asked.params(), &mut |row| {
                let light = Light::parse(row.text(0)?).ok_or_else(|| damaged("an unknown light"))?;
                *counts.entry(light).or_default() += row.int(1)? as u64;
                Ok(())
            })?;
        }
        Ok(counts.into_iter().collect())
    }
}
