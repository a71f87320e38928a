//! Rows of a file that say the same thing twice: which one holds is not for the program to guess, so the later
//! one is named with the earlier.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use domain::code::Code;
use domain::command::{Context, effective_of};
use domain::fact::Fact;
use domain::project::ProjectFact;
use domain::subject::Subject;
use jiff::civil::Date;

use super::prepare::{Prepared, PreparedRow};
use super::report::{ProblemKind, RowProblem};
use crate::table::Row;

/// The numbers of the orders in a file's earlier pieces with the rows they stand in. There may be millions: they
/// are known by their digests.
#[derive(Debug, Default)]
pub struct SeenNumbers {
    digest: RandomState,
    rows: HashMap<u64, u32>,
}

impl Prepared {
    /// Names rows that say the same thing of the same day, and orders with one number.
    pub(super) fn name_twins(&mut self, today: Date) {
        let mut seen: HashMap<(Subject, String, Date), u32> = HashMap::with_capacity(self.rows.len());
        let mut twins: Vec<RowProblem> = Vec::new();
        let mut orders: HashMap<&str, u32> = HashMap::new();
        let actor = Code::new("import").expect("a literal code");
        for PreparedRow { row, asks } in &self.rows {
            let change = match asks {
                Row::Change(change) => change,
                Row::Order(order) => {
                    let number = order.new.number.as_str();
                    twins.extend(twin_order(*row, number, *orders.entry(number).or_insert(*row)));
                    continue;
                }
                // Their codes are looked at with the rest of their layer.
                Row::Place(_) => continue,
            };
            let context = Context {
                today,
                actor: actor.clone(),
                effective: change.effective.unwrap_or(today),
                source: domain::source::Source::default(),
                reason: String::new(),
            };
            for fact in change.command.facts() {
                let mut slot = fact.slot();
                // Several remarks of one day stand side by side.
                if let Fact::Project(ProjectFact::Remark { text }) = fact {
                    slot.push_str(text);
                }
                // What is said of an item is told in the order of the rows; only the very same is a twin.
                if let Fact::Item(fact) = fact {
                    slot = format!("{slot} {fact:?}");
                }
                let key = (change.command.subject().clone(), slot, effective_of(fact, &context));
                if let Some(first) = seen.get(&key) {
                    twins.push(RowProblem {
                        row: *row,
                        column: String::new(),
                        field: key.1.chars().take(60).collect(),
                        value: key.0.code.to_string(),
                        kind: ProblemKind::Twin { first: *first },
                    });
                    break;
                }
                seen.insert(key, *row);
            }
        }
        self.leave_out(twins);
    }

    /// Names orders whose number stands in an earlier piece of the file, and remembers those of this one.
    pub fn name_earlier(&mut self, seen: &mut SeenNumbers) {
        let mut twins: Vec<RowProblem> = Vec::new();
        for PreparedRow { row, asks } in &self.rows {
            let Row::Order(order) = asks else { continue };
            let number = order.new.number.as_str();
            let digest = seen.digest.hash_one(number);
            twins.extend(twin_order(*row, number, *seen.rows.entry(digest).or_insert(*row)));
        }
        if !twins.is_empty() {
            self.leave_out(twins);
            self.problems.sort_by_key(|problem| problem.row);
        }
    }

    /// `twins` are in the order of the rows.
    pub(super) fn leave_out(&mut self, twins: Vec<RowProblem>) {
        let named: Vec<u32> = twins.iter().map(|twin| twin.row).collect();
        self.rows.retain(|row| named.binary_search(&row.row).is_err());
        self.problems.extend(twins);
    }
}

/// An order whose number stands in an earlier row.
fn twin_order(row: u32, number: &str, first: u32) -> Option<RowProblem> {
    (first != row).then(|| RowProblem {
        row,
        column: String::new(),
        field: "number".into(),
        value: number.chars().take(60).collect(),
        kind: ProblemKind::Twin { first },
    })
}
