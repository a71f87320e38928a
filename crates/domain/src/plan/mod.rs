//! Plans: multi-year programmes with a published timetable.

mod fact;
mod state;

pub use fact::{Aim, ListEntryKind, PlanFact};
pub(crate) use state::put;
pub use state::{ListEntry, Plan, Revision, Sector, Template, YearlyList};
