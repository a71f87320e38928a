//! Appending to the journal and reading it.

use std::sync::Arc;

use domain::code::Code;
use domain::journal::{Draft, Entry, Event, Hash, Seq, Written};
use domain::request::pieces::SearchText;
use domain::source::Source;
use domain::subject::{Subject, SubjectKind};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::{Result, StoreError, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// The journal's last entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Head {
    pub seq: u64,
    pub recorded_at: i64,
    /// As hexadecimal digits.
    pub hash: String,
    /// The last entry whose facts are in their places.
    pub projected: u64,
    /// The last entry up to which rows of requests are in their places.
    pub listed: u64,
    /// The last entry about anything that plans are held in memory with.
    pub portfolio: u64,
}

/// Where the journal ends, for whoever holds some of it in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    pub seq: Seq,
    pub hash: String,
    /// How often tokens were given out or taken back.
    pub tokens: i64,
    /// The last entry about anything that plans are held in memory with.
    pub portfolio: Seq,
}

impl Head {
    /// Reads the head; on PostgreSQL it is held against other servers until the commit.
    pub(crate) fn lock(connection: &mut Connection) -> Result<Self> {
        let sql = if connection.is_postgres() {
            "SELECT seq, recorded_at, hash, projected, listed, portfolio FROM chain WHERE id = 1 FOR UPDATE"
        } else {
            "SELECT seq, recorded_at, hash, projected, listed, portfolio FROM chain WHERE id = 1"
        };
        Self::read(connection, sql)
    }

    pub(crate) fn peek(connection: &mut Connection) -> Result<Self> {
        let sql = "SELECT seq, recorded_at, hash, projected, listed, portfolio FROM chain WHERE id = 1";
        Self::read(connection, sql)
    }

    fn read(connection: &mut Connection, sql: &str) -> Result<Self> {
        connection
            .first(sql, &[], |row| {
                Ok(Self {
                    seq: row.int(0)? as u64,
                    recorded_at: row.int(1)?,
                    hash: row.text(2)?.to_owned(),
                    projected: row.int(3)? as u64,
                    listed: row.int(4)? as u64,
                    portfolio: row.int(5)? as u64,
                })
            })?
            .ok_or_else(|| damaged("the journal's head is missing"))
    }

    pub(crate) fn save(&self, connection: &mut Connection) -> Result<()> {
        connection.send(
            "UPDATE chain SET seq = $1, recorded_at = $2, hash = $3, projected = $4, listed = $5, portfolio = $6 \
             WHERE id = 1",
            &[
                Param::from(self.seq),
                Param::Int(self.recorded_at),
                Param::Text(&self.hash),
                Param::from(self.projected),
                Param::from(self.listed),
                Param::from(self.portfolio),
            ],
        )
    }
}

impl Tx<'_> {
    /// The last entry's number.
    pub fn head(&self) -> Seq {
        Seq(self.head.seq)
    }

    /// The journal ends with an entry that was just written.
    pub(crate) fn move_head(&mut self, written: &Written, hash: String) {
        let Written { seq, recorded_at, .. } = *written;
        let portfolio = match SubjectKind::parse(written.kind) {
            Some(kind) if !kind.is_portfolio() => self.head.portfolio,
            _ => seq.0,
        };
        *self.head = Head { seq: seq.0, recorded_at, hash, portfolio, ..*self.head };
        self.unsaved = true;
    }

    /// What the request of the next entry is found by, made beforehand.
    pub fn expect_found_by(&mut self, ready: Option<Arc<SearchText>>) {
        self.found_by = ready;
    }

    /// Appends an entry and brings the projections along, all within this transaction. The recorded
    /// time never goes backwards, whatever the machine's clock does.
    pub fn append(&mut self, draft: Draft, now: Timestamp) -> Result<Entry> {
        let unreadable =
            |why: serde_json::Error| StoreError::Unreadable { seq: self.head.seq + 1, why: why.to_string() };
        let event = serde_json::to_string(&draft.event).map_err(unreadable)?;
        let source = serde_json::to_string(&draft.source).map_err(unreadable)?;
        let written = Written {
            effective: &draft.effective.to_string(),
            actor: draft.actor.as_str(),
            event: &event,
            source: &source,
            reason: &draft.reason,
            ..Written::about(&draft.subject)
        };
        let (seq, recorded_at, hash) = self.write_down(written, draft.event.corrects(), now)?;
        let entry = Entry { seq, recorded_at, draft, hash };
        self.cache.apply(&entry);
        self.take_in(&entry)?;
        let listed = matches!(entry.draft.subject.kind, SubjectKind::Item | SubjectKind::Request);
        if listed && let Some(history) = self.subject(&entry.draft.subject)? {
            match entry.draft.subject.kind {
                SubjectKind::Request => {
                    let ready = self.found_by.take();
                    let ready = ready.as_deref();
                    crate::request::project(self.connection, self.tallies, &entry, &history, ready)?;
                }
                _ => crate::ledger::project(self.connection, &entry, &history)?,
            }
        }
        Ok(entry)
    }

    /// Writes an entry behind the last one: number, recorded time and hash.
    pub(crate) fn write_down(
        &mut self,
        written: Written,
        corrects: Option<Seq>,
        now: Timestamp,
    ) -> Result<(Seq, Timestamp, Hash)> {
        let seq = Seq(self.head.seq).next();
        let recorded_at = now.as_microsecond().max(self.head.recorded_at);
        let previous =
            Hash::parse(&self.head.hash).ok_or_else(|| damaged("the journal's head has no hash"))?;
        let written = Written { seq, recorded_at, ..written };
        let hash = written.hash(previous);
        let hash_text = hash.to_string();
        insert(self.writing(), &written, corrects, &hash_text)?;
        self.move_head(&written, hash_text);
        Ok((seq, timestamp(recorded_at)?, hash))
    }
}

pub(crate) fn insert(
    connection: &mut Connection,
    written: &Written,
    corrects: Option<Seq>,
    hash: &str,
) -> Result<()> {
    connection.later(
        "INSERT INTO entry (seq, recorded_at, effective, actor, scope, kind, subject, event, source, \
         reason, corrects, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            Param::from(written.seq.0),
            Param::Int(written.recorded_at),
            Param::Text(written.effective),
            Param::Text(written.actor),
            Param::Text(written.scope),
            Param::Text(written.kind),
            Param::Text(written.subject),
            Param::Text(written.event),
            Param::Text(written.source),
            Param::Text(written.reason),
            Param::from(corrects.map(|seq| seq.0)),
            Param::Text(hash),
        ],
    )
}

pub(crate) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(damaged)
}

/// The columns every reader of entries selects, in the order [`entry`] expects.
pub(crate) const COLUMNS: &str =
    "seq, recorded_at, effective, actor, scope, kind, subject, event, source, reason, hash";

/// Reads an entry from a row of [`COLUMNS`] as it is written: what its hash is of.
pub(crate) fn written<'a>(row: &'a Row) -> Result<Written<'a>> {
    Ok(Written {
        seq: Seq(row.int(0)? as u64),
        recorded_at: row.int(1)?,
        effective: row.text(2)?,
        actor: row.text(3)?,
        scope: row.text(4)?,
        kind: row.text(5)?,
        subject: row.text(6)?,
        event: row.text(7)?,
        source: row.text(8)?,
        reason: row.text(9)?,
    })
}

/// Reads an entry from a row of [`COLUMNS`].
pub(crate) fn entry(row: &Row) -> Result<Entry> {
    let seq = Seq(row.int(0)? as u64);
    let unreadable = |why: String| StoreError::Unreadable { seq: seq.0, why };
    let code = |at: usize| -> Result<Code> {
        Code::new(row.text(at)?).map_err(|error| unreadable(error.to_string()))
    };
    let event: Event = serde_json::from_str(row.text(7)?).map_err(|error| unreadable(error.to_string()))?;
    let source: Source = serde_json::from_str(row.text(8)?).map_err(|error| unreadable(error.to_string()))?;
    Ok(Entry {
        seq,
        recorded_at: timestamp(row.int(1)?)?,
        draft: Draft {
            effective: row.text(2)?.parse::<Date>().map_err(|error| unreadable(error.to_string()))?,
            actor: code(3)?,
            subject: Subject {
                scope: code(4)?,
                kind: SubjectKind::parse(row.text(5)?)
                    .ok_or_else(|| unreadable("unknown kind of subject".into()))?,
                code: code(6)?,
            },
            event,
            source,
            reason: row.text(9)?.to_owned(),
        },
        hash: Hash::parse(row.text(10)?).ok_or_else(|| unreadable("no hash".into()))?,
    })
}

impl Connection {
    /// The last entry up to which everything is in its place: behind it, requests may have no rows yet.
    pub fn head(&mut self) -> Result<Seq> {
        Ok(Seq(Head::peek(self)?.listed))
    }

    /// The last entry's number and hash: note them elsewhere and the journal up to here can be proved.
    pub fn head_hash(&mut self) -> Result<(Seq, String)> {
        let head = Head::peek(self)?;
        Ok((Seq(head.seq), head.hash))
    }

    /// Where the journal ends.
    pub fn newest(&mut self) -> Result<Newest> {
        let read = |row: &Row| {
            let (seq, hash) = (Seq(row.int(0)? as u64), row.text(1)?.to_owned());
            Ok(Newest { seq, hash, tokens: row.int(2)?, portfolio: Seq(row.int(3)? as u64) })
        };
        self.first("SELECT seq, hash, tokens, portfolio FROM chain WHERE id = 1", &[], read)?
            .ok_or_else(|| damaged("the journal's head is missing"))
    }

    /// The last entry that was recorded at or before a moment. Times never go back along the journal and
    /// its numbers have no gaps, so a few looks find it.
    pub fn known_at(&mut self, moment: Timestamp) -> Result<Seq> {
        let moment = moment.as_microsecond();
        let (mut known, mut beyond) = (0, Head::peek(self)?.seq + 1);
        while beyond - known > 1 {
            let middle = known + (beyond - known) / 2;
            let recorded =
                self.first("SELECT recorded_at FROM entry WHERE seq = $1", &[Param::from(middle)], |row| {
                    row.int(0)
                })?;
            match recorded {
                Some(at) if at <= moment => known = middle,
                Some(_) => beyond = middle,
                None => return Err(damaged(format!("entry {middle} is missing"))),
            }
        }
        Ok(Seq(known))
    }

    /// When an entry was recorded.
    pub fn recorded_at(&mut self, seq: Seq) -> Result<Option<Timestamp>> {
        let read = |row: &Row| {
            Timestamp::from_microsecond(row.int(0)?).map_err(|_| damaged(format!("entry {seq} has no time")))
        };
        self.first("SELECT recorded_at FROM entry WHERE seq = $1", &[Param::from(seq.0)], read)
    }

    /// The hash of an entry, by which journals are told from each other.
    pub fn entry_hash(&mut self, seq: Seq) -> Result<Option<String>> {
        self.first("SELECT hash FROM entry WHERE seq = $1", &[Param::from(seq.0)], |row| {
            Ok(row.text(0)?.to_owned())
        })
    }

    pub fn entry(&mut self, seq: Seq) -> Result<Option<Entry>> {
        self.first(&format!("SELECT {COLUMNS} FROM entry WHERE seq = $1"), &[Param::from(seq.0)], entry)
    }

    /// Entries in order after `after`, at most `limit`: for readers that catch up.
    pub fn entries_after(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>> {
        self.rows(
            &format!("SELECT {COLUMNS} FROM entry WHERE seq > $1 ORDER BY seq LIMIT $2"),
            &[Param::from(after.0), Param::Int(limit as i64)],
            entry,
        )
    }

    /// As [`entries_after`](Self::entries_after), those about subjects that a plan's history in memory holds.
    pub fn portfolio_entries_after(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>> {
        let beside = SubjectKind::ALL.into_iter().filter(|kind| !kind.is_portfolio());
        let beside: Vec<String> = beside.map(|kind| format!("'{}'", kind.as_str())).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM entry WHERE seq > $1 AND kind NOT IN ({}) ORDER BY seq LIMIT $2",
            beside.join(", ")
        );
        self.rows(&sql, &[Param::from(after.0), Param::Int(limit as i64)], entry)
    }
}
