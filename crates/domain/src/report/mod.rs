//! Periods and the reports that close them.

mod content;
mod evaluation;
mod gaps;
mod period;
mod stated;
pub mod study;
mod tabled;

pub use content::{Ask, AskKind, Content, Figure, Pack, Section, Shortfall, compose};
pub use evaluation::{EvaluationTable, FoundCell, FoundColumn, FoundEvaluation, FoundTable};
pub use gaps::{FoundGaps, GAPS_LISTED, GapIssue, GapRow, GapSum, GapTable, covered_before};
pub use period::{Period, Rhythm, days_before};
pub use stated::{RowOf, Stated, StatedRow};
pub use study::{Exhibit, Part, Show, Study, Unfit};
pub use tabled::{RequestTable, Tabled, TabledRow};
