//! Items as the rules and earlier moments need them: whole, several at a time, in one statement.

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{RecordedFact, SubjectHistory};
use domain::item::ItemFact;
use domain::item::kind::{ItemKind, Series};
use domain::journal::Seq;
use domain::subject::{Subject, SubjectKind};

use crate::error::{Result, StoreError};
use crate::facts::{COLUMNS, fact};
use crate::ledger::changed_since;
use crate::sql::{Connection, Param};
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

/// Where a page of entries ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPlace {
    day: String,
    seq: Seq,
}

/// What one entry said of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemEntry {
    pub code: Code,
    pub seq: Seq,
    day: String,
    pub facts: Vec<RecordedFact>,
}

impl ItemEntry {
    pub fn place(&self) -> ItemPlace {
        ItemPlace { day: self.day.clone(), seq: self.seq }
    }
}

impl Connection {
    /// All items of a plan with everything known of them, in the order of their codes.
    pub fn each_item(&mut self, plan: &Code, visit: EachItem) -> Result<()> {
        self.each_item_where(plan, "", visit)
    }

    /// The items that something was recorded of after `known`, with what was known of them by then. Their
    /// rows of the ledger show what is known now, so they are folded from their facts.
    pub fn each_changed_item(&mut self, plan: &Code, known: Seq, visit: EachItem) -> Result<()> {
        if known == Seq::LATEST {
            return Ok(());
        }
        let changed = format!("AND subject IN ({}) AND seq <= {known}", changed_since("$1", known));
        self.each_item_where(plan, &changed, visit)
    }

    /// The items of these codes, in the order of their codes, without the long content that reports have;
    /// those that there are not are left out.
    pub fn items(&mut self, plan: &Code, codes: &[Code]) -> Result<Vec<SubjectHistory>> {
        let mut out = Vec::with_capacity(codes.len());
        // A statement takes a bounded number of values.
        for some in codes.chunks(500) {
            let places: Vec<String> = (3..some.len() + 3).map(|at| format!("${at}")).collect();
            let wanted = format!("AND topic <> 'content' AND subject IN ({})", places.join(", "));
            self.each_item_of(plan, some, &wanted, &mut |item| {
                out.push(item);
                Ok(())
            })?;
        }
        Ok(out)
    }

    fn each_item_where(&mut self, plan: &Code, condition: &str, visit: EachItem) -> Result<()> {
        self.each_item_of(plan, &[], condition, visit)
    }

    /// One statement in the order of the items; one of them at a time is in memory.
    fn each_item_of(&mut self, plan: &Code, codes: &[Code], condition: &str, visit: EachItem) -> Result<()> {
        let kind = SubjectKind::Item.as_str();
        let mut params = vec![Param::Text(plan.as_str()), Param::Text(kind)];
        params.extend(codes.iter().map(|code| Param::Text(code.as_str())));
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
                        let code = Code::new(row.text(0)?).map_err(|error| damaged(&error))?;
                        tell(held.replace((code, vec![recorded])))?;
                    }
                }
                Ok(())
            },
        )?;
        tell(held)
    }

    /// What single entries said of a plan's items, in order, after a place; at most `most` entries.
    pub fn item_entries(
        &mut self,
        plan: &Code,
        order: ItemOrder,
        after: Option<&ItemPlace>,
        most: usize,
    ) -> Result<Vec<ItemEntry>> {
        let (day, seq) = after.map_or(("", 0), |place| (place.day.as_str(), place.seq.0));
        // The entries of a page are found first; then their facts are read.
        let (beyond, by) = match order {
            ItemOrder::Entry => (format!("seq > {seq}"), "seq"),
            ItemOrder::Day => (format!("(effective, seq) > ($2, {seq})"), "effective, seq"),
        };
        let kind = SubjectKind::Item.as_str();
        let mut params = vec![Param::Text(plan.as_str())];
        if order == ItemOrder::Day {
            params.push(Param::Text(day));
        }
        let wanted = format!(
            "SELECT seq, subject, effective FROM entry WHERE kind = '{kind}' AND scope = $1 AND {beyond} \
             ORDER BY {by} LIMIT {most}"
        );
        let sql = format!(
            "SELECT f.subject, f.slot, f.effective, f.seq, f.superseded, f.grade, f.body \
             FROM ({wanted}) e JOIN fact f ON f.scope = $1 AND f.kind = '{kind}' AND f.subject = e.subject \
             AND f.seq = e.seq ORDER BY e.{}",
            if order == ItemOrder::Entry { "seq, f.slot" } else { "effective, e.seq, f.slot" }
        );
        let places = self.rows(&wanted, &params, |row| {
            Ok((row.int(0)? as u64, row.text(1)?.to_owned(), row.text(2)?.to_owned()))
        })?;
        let mut out: Vec<ItemEntry> = Vec::with_capacity(places.len());
        for (seq, code, day) in places {
            let code = Code::new(&code).map_err(|error| damaged(&error))?;
            out.push(ItemEntry { code, seq: Seq(seq), day, facts: Vec::new() });
        }
        let mut at = 0;
        self.each(&sql, &params, &mut |row| {
            let recorded = fact(row)?;
            // An entry may hold no facts: one that only takes another back.
            while out.get(at).is_some_and(|entry| entry.seq != recorded.seq) {
                at += 1;
            }
            if let Some(entry) = out.get_mut(at) {
                entry.facts.push(recorded);
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The reports of a series that have a number, with it.
    pub fn numbered_reports(&mut self, plan: &Code, series: Series) -> Result<Vec<(Code, u32)>> {
        let found = self.rows(
            "SELECT subject, body FROM fact WHERE scope = $1 AND kind = $2 AND topic = 'issue' \
             AND superseded IS NULL AND subject IN \
             (SELECT code FROM item WHERE plan = $1 AND kind = $3 AND series = $4)",
            &[
                Param::Text(plan.as_str()),
                Param::Text(SubjectKind::Item.as_str()),
                Param::Text(ItemKind::Report.as_str()),
                Param::Text(series.as_str()),
            ],
            |row| {
                let code = Code::new(row.text(0)?).map_err(|error| damaged(&error))?;
                let fact: Fact = serde_json::from_str(row.text(1)?).map_err(|error| damaged(&error))?;
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

fn damaged(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged(error.to_string())
}
