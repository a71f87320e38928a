//! The evaluation of a year in a report: which year is kept as data, and what was found is frozen when it is issued.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::named::Named;

/// An evaluation as a draft asks for it, and as it was frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationTable {
    pub title: Named,
    pub year: i16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<FoundEvaluation>,
}

/// What was found on the report's day, or on the last day of the year where that came first: in words and tables, as
/// they are printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundEvaluation {
    pub as_of: Date,
    pub summary: Vec<Named>,
    pub tables: Vec<FoundTable>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundTable {
    pub title: Named,
    pub columns: Vec<FoundColumn>,
    pub rows: Vec<Vec<FoundCell>>,
    /// What limits its numbers; where it has no rows, why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundColumn {
    pub name: Named,
    /// Whether it holds numbers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub number: bool,
    /// Its share of the table's width, against the other columns.
    pub width: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundCell {
    Empty,
    Text(Named),
    Number(Decimal),
}

impl FoundTable {
    /// Whether it needs a page that lies on its side.
    pub fn is_wide(&self) -> bool {
        self.columns.len() > 5
    }
}
