//! File formats in and out. No business rules.

pub mod mspdi;
