//! Formats in and out; no business rules.

pub mod bridges;
pub mod population_totals;
pub mod responses;
pub mod survey_design;
pub mod xlsform;
