//! The Huitian demonstration plan, and playing its past into a journal.

mod data;
mod evaluations;
mod foresight;
mod ground;
mod indices;
mod load;
mod people;
mod published;
mod registers;
mod reports;
mod requests;
mod rhythm;
mod studies;
mod surveys;

pub use load::{load, load_plans};
pub use people::{DemoPerson, PASSWORD, PEOPLE};

/// Whether a plan's code is one of the demonstration's.
pub fn is_demo(plan: &domain::code::Code) -> bool {
    data::PLANS.iter().any(|data| data.code == plan.as_str())
}
