//! What a timetable is worth: promises within reach, days to spare, chances.

use crate::timetabling::{Odds, Row};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Promises that are open.
    pub promises: usize,
    /// Of them those whose computed finish keeps them.
    pub within: usize,
    /// Working days to spare over all open promises; missing days count against it.
    pub float: i64,
    /// Promises expected to hold, and the numbers below and above which one draw in ten lies.
    pub expected: f64,
    pub range: (u32, u32),
    /// Share of draws in which all hold.
    pub all: f64,
}

impl Value {
    pub fn of(rows: &[Row], odds: &Odds) -> Self {
        let open = rows.iter().filter_map(Row::headline).filter(|step| step.promised.is_some());
        let floats: Vec<i64> = open.filter_map(|step| step.float).collect();
        Self {
            promises: floats.len(),
            within: floats.iter().filter(|float| **float >= 0).count(),
            float: floats.iter().sum(),
            expected: odds.expected,
            range: odds.range,
            all: odds.all,
        }
    }
}
