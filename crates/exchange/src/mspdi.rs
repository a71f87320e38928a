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

impl MspdiError {
    /// The key under which messages in any language explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Xml { .. } => "file-plan-xml",
            Self::Doctype { .. } => "file-plan-doctype",
            Self::Entity { .. } => "file-plan-entity",
            Self::NotAProject { .. } => "file-plan-not-project",
            Self::Value { .. } => "file-plan-value",
            Self::Missing { .. } => "file-plan-missing",
            Self::Calendar { .. } => "file-plan-calendar",
            Self::TooDeep { .. } => "file-plan-too-deep",
            Self::TooMany { .. } => "file-plan-too-many",
            Self::Encoding => "file-plan-encoding",
            Self::DanglingLink { .. } => "file-plan-dangling-link",
            Self::Plan(error) => error.key(),
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let at = |line: &usize, rest: &[(&'static str, &str)]| {
            let rest = rest.iter().map(|(name, value)| (*name, (*value).to_owned()));
            std::iter::once(("line", line.to_string())).chain(rest).collect()
        };
        match self {
            Self::Xml { line, reason } => at(line, &[("reason", reason)]),
            Self::Doctype { line } => at(line, &[]),
            Self::Entity { line, name } => at(line, &[("name", name)]),
            Self::NotAProject { root } => vec![("root", root.clone())],
            Self::Value { line, element, value, expected } => {
                at(line, &[("element", element), ("value", value), ("expected", expected)])
            }
            Self::Missing { line, what, element } => at(line, &[("what", what), ("element", element)]),
            Self::Calendar { line, calendar, reason } => {
                at(line, &[("calendar", calendar), ("reason", reason)])
            }
            Self::TooDeep { line, limit } => at(line, &[("limit", &limit.to_string())]),
            Self::TooMany { line, what, limit } => at(line, &[("what", what), ("limit", &limit.to_string())]),
            Self::Encoding => Vec::new(),
            Self::DanglingLink { line, predecessor, .. } => at(line, &[("task", &predecessor.to_string())]),
            Self::Plan(error) => error.args(),
        }
    }
}
