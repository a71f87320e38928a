//! Workbooks.

mod guard;
mod read;
mod template;
mod write;

pub use read::read;
pub use template::{Choice, TemplateColumn, TemplateWords, template};
pub use write::XlsxSink;
