//! Projects: what the plan promises to build or do.

mod fact;
mod state;

pub use fact::{Membership, ProjectFact};
pub use state::{GatePapers, OutputLine, Phase, Project, StepLine};
