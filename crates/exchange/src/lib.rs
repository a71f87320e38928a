//! Formats in and out. No business rules: what a row means is not known here.

pub mod cell;
pub mod delimited;
pub mod injection;
pub mod json;
pub mod oc4ids;
pub mod sheet;
pub mod xlsx;
