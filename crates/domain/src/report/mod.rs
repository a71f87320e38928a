//! Periods and the reports that close them.

mod content;
mod period;
pub mod study;

pub use content::{Ask, AskKind, Content, Figure, Pack, Section, Shortfall, Stated, compose};
pub use period::{Period, Rhythm};
pub use study::{Exhibit, Part, Show, Study, Unfit};
