//! File formats in and out. No business rules.

pub mod messages_csv;
pub mod places_csv;
