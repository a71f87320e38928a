//! File formats in and out. No business rules.

pub mod mspdi;
pub mod xer;
