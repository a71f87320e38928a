//! Periods and the reports that close them.

mod content;
mod period;

pub use content::{Content, Figure, Section, Shortfall, compose};
pub use period::{Period, Rhythm};
