//! Items of the ledger: directives, tasks, inspections, whistles, meetings, reports.

pub mod agenda;
pub mod asking;
pub mod call;
pub(crate) mod check;
mod fact;
pub mod goal;
pub mod kind;
pub mod ledger;
pub mod light;
pub mod limit;
pub mod parties;
pub mod query;
mod relation;
mod state;
pub mod theme;
pub mod workflow;

pub use fact::ItemFact;
pub use kind::ItemKind;
pub use relation::{End, Relation, Target};
pub use state::{
    AgendaPoint, AskedPoint, EvidenceLine, Extension, Issued, Item, Moved, Objection, ProgressLine, UnitLine,
};
pub use workflow::{Standing, State, Step};
