//! Multi-plan review (多规合一): departments check a project against every plan and rule in one joint round.
//!
//! A round is opened for an approval step with the departments that are asked and their limit in working days.
//! Each gives an opinion; what has to be settled first is an open point, with the working days that whoever raised
//! it expects it to take. A round passes when no point is open. Everything is a fact of the project.

mod check;
mod round;

pub use check::faults;
pub use round::{OpinionAt, Outcome, Point, PointStanding, ReviewFact, ReviewState, Round, Verdict};
