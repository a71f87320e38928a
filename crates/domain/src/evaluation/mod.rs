//! Evaluation: how what was promised was kept, and by which areas, matters and months the effect of a project on
//! requests is measured.

mod choice;
mod kept;
mod window;

pub use choice::{EvaluationChoice, EvaluationFault, MONTHS_MOST};
pub use kept::{Kept, KeptCounts, KeptStep, kept, kept_steps};
pub use window::{EvaluationWindow, NoWindow, delivered};
