//! The rows of a timetable when limits of capacity put their steps off.

use super::limits::Limited;
use super::rows::{Row, StepRow};
use crate::workday;

impl Limited {
    /// The same rows where the limits let them lie. Promises do not move: working days to spare are fewer by those
    /// that a step waits.
    pub fn rows(&self, free: &[Row]) -> Vec<Row> {
        let mut rows = free.to_vec();
        for step in rows.iter_mut().flat_map(|row| &mut row.steps).filter(|step| !step.is_done()) {
            let (Some(start), Some(finish)) = (self.start(step.task), self.finish(step.task)) else {
                continue;
            };
            step.float = step.float.map(|float| spare(step, float, finish));
            step.start = start;
            step.finish = finish;
        }
        rows
    }
}

/// What is left of a step's float when it finishes on another day; below nothing exactly where it is too late.
fn spare(step: &StepRow, float: i64, finish: jiff::civil::Date) -> i64 {
    let left = float - i64::from(workday::between(step.finish, finish));
    match step.late_finish {
        Some(late) if finish > late => left.min(-1),
        Some(_) => left.max(0),
        None => left,
    }
}
