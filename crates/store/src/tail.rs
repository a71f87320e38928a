//! The journal's tail: entries whose facts are not yet in their places.
//!
//! A subject's facts lie together, so the facts of many clients lie on as many pages, and those were most of
//! what a commit wrote. A commit writes entries alone; the facts of some thousands are put in their places at
//! once, subject by subject, or as soon as the writer rests. Until then readers take the tail in on their way.
//! So it is on SQLite. PostgreSQL writes its pages later by itself, and facts are placed at once there.
//! Items are many and read by the thousand: their facts, like their rows of the ledger, are placed at once. Requests are
//! more still, and each has few entries: their facts have no places besides.

use std::collections::HashMap;

use domain::area::AreaFact;
use domain::code::Code;
use domain::fact::OfKind;
use domain::history::SubjectHistory;
use domain::journal::Entry;
use domain::project::ProjectFact;
use domain::subject::{Subject, SubjectKind};

use crate::error::Result;
use crate::journal::{COLUMNS, Head, entry};
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// Entries after which the facts are put in their places, so that readers have little to take in.
const MOST: u64 = 4096;

/// The entries of the tail, as a condition. It has two ends because PostgreSQL takes a range with one for a
/// third of the table.
pub(crate) const WITHIN: &str = "kind NOT IN ('item', 'request') AND seq > (SELECT projected FROM chain WHERE id = 1) \
                                 AND seq <= (SELECT MAX(seq) FROM entry)";

/// Whether what entries say of such a subject may lie in the tail.
fn has_tail(kind: SubjectKind) -> bool {
    !matches!(kind, SubjectKind::Item | SubjectKind::Request)
}

/// The tail by subject, each one's entries in their order.
#[derive(Default)]
pub(crate) struct Tail {
    subjects: HashMap<Subject, Vec<Entry>, foldhash::fast::RandomState>,
    /// Entries since the last whose facts are placed, those of items and requests too.
    count: u64,
}

impl Tail {
    fn push(&mut self, entry: Entry) {
        match self.subjects.get_mut(&entry.draft.subject) {
            Some(entries) => entries.push(entry),
            None => {
                self.subjects.insert(entry.draft.subject.clone(), vec![entry]);
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.subjects.clear();
        self.count = 0;
    }

    /// The projects of a plan of which the tail says something that is looked for.
    pub(crate) fn projects(&self, plan: &Code, wanted: impl Fn(&ProjectFact) -> bool) -> Vec<Code> {
        let of_plan = |subject: &Subject| subject.kind == SubjectKind::Project && subject.scope == *plan;
        let says = |entry: &Entry| entry.draft.event.facts().iter().filter_map(ProjectFact::of).any(&wanted);
        let held =
            self.subjects.iter().filter(|(subject, entries)| of_plan(subject) && entries.iter().any(says));
        held.map(|(subject, _)| subject.code.clone()).collect()
    }

    /// The areas whose boundary the tail tells.
    pub(crate) fn drawn_areas(&self) -> Vec<Code> {
        let is_boundary = |fact: &AreaFact| matches!(fact, AreaFact::Boundary { .. });
        let says = |entry: &Entry| entry.draft.event.facts().iter().filter_map(AreaFact::of).any(is_boundary);
        let areas = self.subjects.iter().filter(|(subject, _)| subject.kind == SubjectKind::Area);
        let held = areas.filter(|(_, entries)| entries.iter().any(says));
        held.map(|(subject, _)| subject.code.clone()).collect()
    }

    /// The subject with what the tail says of it.
    pub(crate) fn follow(&self, subject: &Subject, held: Option<SubjectHistory>) -> Option<SubjectHistory> {
        match self.subjects.get(subject) {
            Some(entries) => follow(subject, held, entries),
            None => held,
        }
    }
}

/// The subject after some more entries about it.
pub(crate) fn follow(
    subject: &Subject,
    held: Option<SubjectHistory>,
    entries: &[Entry],
) -> Option<SubjectHistory> {
    let first = entries.first().map(|entry| entry.seq);
    let mut history = held.or_else(|| Some(SubjectHistory::new(subject.clone(), first?)))?;
    entries.iter().for_each(|entry| history.apply(entry));
    Some(history)
}

impl Head {
    /// Whether there are entries whose facts are not in their places.
    pub(crate) fn has_tail(&self) -> bool {
        self.projected < self.seq
    }
}

impl Connection {
    /// The whole tail.
    pub(crate) fn tail(&mut self) -> Result<Tail> {
        let mut tail = Tail::default();
        self.each(&format!("SELECT {COLUMNS} FROM entry WHERE {WITHIN} ORDER BY seq"), &[], &mut |row| {
            tail.push(entry(row)?);
            Ok(())
        })?;
        Ok(tail)
    }

    /// The tail in the order of the journal.
    pub(crate) fn tail_entries(&mut self) -> Result<Vec<Entry>> {
        self.rows(&format!("SELECT {COLUMNS} FROM entry WHERE {WITHIN} ORDER BY seq"), &[], entry)
    }

    /// One subject with all that is known of it.
    pub fn subject(&mut self, subject: &Subject) -> Result<Option<SubjectHistory>> {
        let held = self.placed(subject)?;
        if !has_tail(subject.kind) {
            return Ok(held);
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM entry WHERE scope = $1 AND kind = $2 AND subject = $3 AND {WITHIN} ORDER BY seq"
        );
        let Subject { scope, kind, code } = subject;
        let place = [Param::Text(scope.as_str()), Param::Text(kind.as_str()), Param::Text(code.as_str())];
        let entries = self.rows(&sql, &place, entry)?;
        Ok(if entries.is_empty() { held } else { follow(subject, held, &entries) })
    }
}

impl Tx<'_> {
    /// Sees to it that the tail in memory is the database's: another process may have added to it.
    pub(crate) fn whole_tail(&mut self) -> Result<&mut Tail> {
        if self.tail.count != self.head.seq - self.head.projected {
            *self.tail = self.connection.tail()?;
            self.tail.count = self.head.seq - self.head.projected;
        }
        Ok(self.tail)
    }

    /// Takes in an entry that was just written: what it says of an item is placed, all else lengthens the
    /// tail, which is not let grow long.
    pub(crate) fn take_in(&mut self, entry: &Entry) -> Result<()> {
        if entry.draft.subject.kind == SubjectKind::Request {
            return self.take_in_request();
        }
        let at_once = !has_tail(entry.draft.subject.kind);
        if self.connection.is_postgres() {
            // Statements are sent together and pages are written later: waiting would gain nothing.
            let follows = self.head.projected + 1 == self.head.seq;
            if follows || at_once {
                crate::facts::project(self.connection, entry)?;
            }
            if !follows {
                return self.place_facts();
            }
            self.head.projected = self.head.seq;
            return Ok(());
        }
        self.tail.count += 1;
        if at_once {
            crate::facts::project(self.connection, entry)?;
        } else {
            self.tail.push(entry.clone());
        }
        if self.head.seq - self.head.projected >= MOST {
            self.place_facts()?;
        }
        Ok(())
    }

    /// Takes in an entry about a request that was just written: what it says has no places besides.
    pub(crate) fn take_in_request(&mut self) -> Result<()> {
        if self.connection.is_postgres() {
            if self.head.projected + 1 != self.head.seq {
                return self.place_facts();
            }
            self.head.projected = self.head.seq;
            return Ok(());
        }
        self.tail.count += 1;
        if self.head.seq - self.head.projected >= MOST { self.place_facts() } else { Ok(()) }
    }

    /// Puts the facts of the tail in their places.
    pub fn place_facts(&mut self) -> Result<()> {
        if !self.head.has_tail() {
            return Ok(());
        }
        self.whole_tail()?;
        self.dirty = true;
        let tail = std::mem::take(self.tail);
        let mut subjects: Vec<_> = tail.subjects.into_iter().collect();
        // In the order of their pages.
        subjects.sort_unstable_by(|(a, _), (b, _)| {
            (&a.scope, a.kind.as_str(), &a.code).cmp(&(&b.scope, b.kind.as_str(), &b.code))
        });
        for entry in subjects.iter().flat_map(|(_, entries)| entries) {
            crate::facts::project(self.connection, entry)?;
        }
        self.head.projected = self.head.seq;
        self.unsaved = true;
        Ok(())
    }
}
