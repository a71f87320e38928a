//! Microsoft Project's XML interchange format (MSPDI): plans in and out.
//!
//! Source: the schema text at github.com/MicrosoftDocs/office-developer-msproject-xml-docs (2007; later
//! elements by the order in which MS Project writes them).

mod calendars;
mod codes;
mod plan;
mod read;
mod write;
mod xml;

pub use plan::{Baseline, Document, Recorded, TaskRecord, Warning};
pub use read::read;
pub use write::{WriteOptions, write};

use thiserror::Error;
use timetable::PlanError;

/// Whether a file looks like XML, in whatever encoding plans come in.
pub fn is_xml(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    utf16 || text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Why a file is not a plan. Messages name the place and say how to mend it.
#[derive(Debug, Error)]
pub enum MspdiError {
    #[error("line {line}: the XML is broken: {reason}; export the file again or repair this line")]
    Xml { line: usize, reason: String },
    #[error(
        "line {line}: the file declares a document type (DTD); remove the <!DOCTYPE …> declaration, plans need none"
    )]
    Doctype { line: usize },
    #[error("line {line}: the entity &{name}; is not known; write the character itself")]
    Entity { line: usize, name: String },
    #[error(
        "this is not an MSPDI file: the root element is <{root}>, expected <Project xmlns=\"http://schemas.microsoft.com/project\">; in MS Project save as “XML format”"
    )]
    NotAProject { root: String },
    #[error("line {line}: <{element}> holds “{value}”, expected {expected}")]
    Value { line: usize, element: &'static str, value: String, expected: &'static str },
    #[error("line {line}: {what} has no <{element}>; add it")]
    Missing { line: usize, what: String, element: &'static str },
    #[error("line {line}: calendar “{calendar}”: {reason}")]
    Calendar { line: usize, calendar: String, reason: String },
    #[error("line {line}: elements are nested more than {limit} deep; no plan is, so the file is damaged")]
    TooDeep { line: usize, limit: usize },
    #[error("line {line}: the file has more than {limit} {what}; split the plan")]
    TooMany { line: usize, what: &'static str, limit: usize },
    #[error("the text is not UTF-8 or UTF-16: save the file as UTF-8")]
    Encoding,
    #[error(
        "line {line}: task {task} has a predecessor with the number {predecessor}, which is not in the file; add the task or remove the link"
    )]
    DanglingLink { line: usize, task: String, predecessor: i64 },
    #[error(transparent)]
    Plan(#[from] PlanError),
}
