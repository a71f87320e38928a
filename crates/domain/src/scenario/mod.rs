//! What-if: changes of a plan's work that are tried out, valued and, when they are wanted, adopted.
//!
//! A scenario is a list of changes, kept as a fact of the plan. Applied to a portfolio it gives another
//! portfolio; what differs between the two is exactly what adopting it records. The plan itself is never touched.

mod apply;
mod change;
mod change_of_facts;
mod moved;
mod value;

pub use apply::{Applied, NoEffect, apply, facts};
pub use change::{Change, MOST_CHANGES, Place, Scenario, Shorter, Standing, Steps};
pub use change_of_facts::with_facts;
pub use moved::{Moved, Side, Why, moves};
pub use value::Value;
