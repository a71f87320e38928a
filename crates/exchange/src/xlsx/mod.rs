//! Workbooks.

mod guard;
mod pieces;
mod read;
mod template;
mod write;

pub use pieces::WorkbookPieces;
pub use read::read;
pub use template::{Choice, TemplateColumn, TemplateWords, template};
pub use write::XlsxSink;
