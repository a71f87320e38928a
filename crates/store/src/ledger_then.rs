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
