//! New requests that were worked out before it is their turn to be written: others wait for the writer.

use domain::code::Code;
use domain::fact::Fact;
use domain::history::{SubjectHistory, View};
use domain::journal::{Draft, Event, Seq, Written};
use domain::request::pieces::SearchText;
use domain::request::{Request, RequestRow};
use domain::subject::{Subject, SubjectKind};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::Result;
use crate::request::{PIECES, PreparedRow, SHOWN, SHOWN_PIECES, index, is_of_row, put, said, shown};
use crate::sql::Connection;
use crate::writer::Tx;

/// A new request with its first entries and the row that it comes to. It says nothing of where it will stand in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadyRequest {
    subject: Subject,
    entries: Vec<ReadyEntry>,
    row: PreparedRow,
    /// What it is found by.
    pieces: String,
    shown: i64,
}

/// An entry as it is written: thousands wait for their turn.
#[derive(Debug, Clone, PartialEq)]
struct ReadyEntry {
    /// The day.
    effective: String,
    actor: Code,
    event: String,
    source: String,
    reason: String,
}

impl ReadyRequest {
    /// Of the drafts that put one on the books and go on about it. `None` where more has to be written of it than its row
    /// and what it is found by.
    pub fn of(drafts: Vec<Draft>) -> Option<Self> {
        let first = drafts.first()?;
        let subject = first.subject.clone();
        let registers = matches!(first.event, Event::Registered { .. });
        let plain = |draft: &Draft| {
            draft.subject == subject
                && draft.event.corrects().is_none()
                && draft.event.facts().iter().all(is_of_row)
        };
        if !registers || subject.kind != SubjectKind::Request || !drafts.iter().all(plain) {
            return None;
        }
        let request = Request::at(&SubjectHistory::after(&subject, &drafts), View::ALL)?;
        let row = RequestRow::of(&request);
        let written = |draft: Draft| {
            let event = serde_json::to_string(&draft.event).ok()?;
            let source = serde_json::to_string(&draft.source).ok()?;
            let Draft { effective, actor, reason, .. } = draft;
            Some(ReadyEntry { effective: effective.to_string(), actor, event, source, reason })
        };
        let shown = shown(&request);
        Some(Self {
            entries: drafts.into_iter().map(written).collect::<Option<_>>()?,
            pieces: SearchText::of(said(&row)).into_pieces(),
            row: PreparedRow::of(&subject.scope, &row, shown),
            shown,
            subject,
        })
    }

    /// The request.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// How many entries it has.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    /// What it says, each with the day from which it holds.
    pub fn facts(&self) -> Vec<(Date, Fact)> {
        let read = |entry: &ReadyEntry| {
            let event: Option<Event> = serde_json::from_str(&entry.event).ok();
            let facts = event.map(|event| event.facts().to_vec()).unwrap_or_default();
            let day = entry.effective.parse::<Date>().ok();
            day.into_iter()
                .flat_map(|day| facts.iter().map(move |fact| (day, fact.clone())))
                .collect::<Vec<_>>()
        };
        self.entries.iter().flat_map(read).collect()
    }
}

impl Connection {
    /// The last entry about a subject of a plan or the directory that plans are looked up in.
    pub(crate) fn portfolio_changed(&mut self, plan: &str) -> Result<Seq> {
        let directory = domain::subject::directory();
        let mut last = 0;
        for kind in SubjectKind::ALL.into_iter().filter(|kind| kind.is_portfolio()) {
            let scope = if kind.is_directory() { directory.as_str() } else { plan };
            let sql = "SELECT MAX(seq) FROM entry WHERE kind = $1 AND scope = $2";
            let found = self.first(sql, &[kind.as_str().into(), scope.into()], |row| row.opt_int(0))?;
            last = last.max(found.flatten().unwrap_or(0));
        }
        Ok(Seq(last as u64))
    }
}

impl Tx<'_> {
    /// Whether what requests of a plan are decided by is as it was after an entry.
    pub fn decides_as_after(&mut self, plan: &Code, seen: Seq) -> Result<bool> {
        Ok(self.portfolio_changed(plan)? <= seen)
    }

    /// Writes a new request that was worked out before: its entries' numbers, from the first to the last. Nobody has put it
    /// on the books meanwhile.
    pub fn append_ready(&mut self, ready: &ReadyRequest, now: Timestamp) -> Result<(Seq, Seq)> {
        let first = Seq(self.head.seq).next();
        let mut last = first;
        for entry in &ready.entries {
            let written = Written {
                effective: &entry.effective,
                actor: entry.actor.as_str(),
                event: &entry.event,
                source: &entry.source,
                reason: &entry.reason,
                ..Written::about(&ready.subject)
            };
            last = self.write_down(written, None, now)?.0;
            self.take_in_request()?;
        }
        // Whoever asks for it reads it as it now stands.
        self.cache.forget(&ready.subject);
        let row = (first, &ready.row);
        put(self.connection, self.tallies, &ready.subject.scope, row, None)?;
        index(self.connection, PIECES, first, &ready.pieces, false)?;
        if ready.shown == SHOWN {
            index(self.connection, SHOWN_PIECES, first, &ready.pieces, false)?;
        }
        Ok((first, last))
    }
}
