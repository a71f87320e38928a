//! What a file holds besides the plan to schedule.

use std::fmt;

use timetable::{Moment, Plan};

/// A file as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub plan: Plan,
    /// One record for each task of the plan, in its order.
    pub tasks: Vec<TaskRecord>,
    /// What was read differently from how it is written, or could not be used.
    pub warnings: Vec<Warning>,
    /// Minutes of a working day, for showing durations in days.
    pub minutes_per_day: i64,
}

/// What the file says about a task apart from what the plan needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskRecord {
    /// Depth in the outline; the project summary has 0.
    pub outline_level: u32,
    pub milestone: bool,
    /// Dates and floats the writing program had computed.
    pub recorded: Recorded,
    pub baselines: Vec<Baseline>,
    /// Optimistic, likely and pessimistic duration in minutes, from Duration1, Duration2 and Duration3.
    pub three_point: Option<[i64; 3]>,
}

/// Dates as recorded; floats in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recorded {
    pub start: Option<Moment>,
    pub finish: Option<Moment>,
    pub early_start: Option<Moment>,
    pub early_finish: Option<Moment>,
    pub late_start: Option<Moment>,
    pub late_finish: Option<Moment>,
    pub total_float: Option<i64>,
    pub free_float: Option<i64>,
    pub critical: Option<bool>,
}

/// One stored plan of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    /// 0 … 10.
    pub number: u32,
    pub start: Option<Moment>,
    pub finish: Option<Moment>,
    /// Minutes.
    pub duration: Option<i64>,
}

/// Something the reader of a file should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub line: usize,
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}
