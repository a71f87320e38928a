//! Files that came with a request and could not be read: nobody thinks that they were.

use photo::PhotoFault;

use super::PHOTOS_AT_ONCE;
use super::act::RequestAct;
use super::file::recorded;
use super::mail_intake::{TEXT_MOST, cut};

/// How much of a file's name is said.
const NAME: usize = 60;

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadFile {
    pub name: String,
    /// What is wrong with it; nothing where there were more than are taken.
    pub fault: Option<PhotoFault>,
}

impl UnreadFile {
    fn said(&self) -> String {
        let name = match self.name.trim() {
            "" => "?".to_owned(),
            name => cut(name, NAME),
        };
        match self.fault {
            Some(fault) => words::both(&format!("photo-fault-{}", fault.as_str()), &[("name", &name)]),
            None => {
                words::both("mail-unread-many", &[("name", &name), ("most", &PHOTOS_AT_ONCE.to_string())])
            }
        }
    }
}

/// What those who work on the request are told of them.
pub(super) fn note_of_unread(files: &[UnreadFile]) -> Option<RequestAct> {
    if files.is_empty() {
        return None;
    }
    let mut lines = vec![words::both("mail-unread", &[("count", &files.len().to_string())])];
    lines.extend(files.iter().map(UnreadFile::said));
    Some(RequestAct::Note { text: cut(&recorded(&lines.join("\n")), TEXT_MOST) })
}
