//! Erasing words from the journal. An entry whose words are gone keeps its hash, to which the next one is chained; what
//! it says instead is sworn by a later entry, which names it with a digest of its new text. Whoever alters an entry
//! otherwise is found as before.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::fact::Fact;
use domain::journal::{Event, Hash, Seq};
use domain::request::{Redaction, RequestFact};

use crate::error::{Result, StoreError, damaged};
use crate::journal::{COLUMNS, written};
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// Entries that are not what their hash says, with what they would hash to as they stand.
#[derive(Debug, Default)]
pub(crate) struct Unsworn(BTreeMap<Seq, Hash>);

impl Unsworn {
    pub(crate) fn found(&mut self, seq: Seq, as_it_stands: Hash) {
        self.0.insert(seq, as_it_stands);
    }

    /// Takes in what a later entry swears.
    pub(crate) fn hear(&mut self, event: &Event) {
        if self.0.is_empty() {
            return;
        }
        for fact in event.facts() {
            if let Fact::Request(RequestFact::Erased { redacted, .. }) = fact {
                for Redaction { entry, digest } in redacted {
                    if self.0.get(entry).is_some_and(|held| held.to_string() == *digest) {
                        self.0.remove(entry);
                    }
                }
            }
        }
    }

    /// What nobody swore.
    pub(crate) fn left(self) -> impl Iterator<Item = Seq> {
        self.0.into_keys()
    }

    pub(crate) fn first(&self) -> Option<Seq> {
        self.0.keys().next().copied()
    }
}

fn without_words(event: Event) -> Event {
    let erase = |facts: Vec<Fact>| {
        facts
            .into_iter()
            .map(|fact| match fact {
                Fact::Request(fact) => Fact::Request(fact.erased()),
                other => other,
            })
            .collect()
    };
    match event {
        Event::Registered { facts } => Event::Registered { facts: erase(facts) },
        Event::Recorded { facts } => Event::Recorded { facts: erase(facts) },
        Event::Corrected { entry, facts } => Event::Corrected { entry, facts: erase(facts) },
    }
}

impl Connection {
    /// The entries about a request, in their order.
    fn entries_of_request(&mut self, plan: &Code, code: &Code) -> Result<Vec<Seq>> {
        self.rows(
            "SELECT seq FROM entry WHERE scope = $1 AND kind = 'request' AND subject = $2 ORDER BY seq",
            &[Param::Text(plan.as_str()), Param::Text(code.as_str())],
            |row| Ok(Seq(row.int(0)? as u64)),
        )
    }
}

impl Tx<'_> {
    /// Takes the words of whoever asked out of every entry about a request and out of what was made of them; what
    /// was done stays. Returns what is to be sworn.
    pub fn redact_request(&mut self, plan: &Code, code: &Code) -> Result<Vec<Redaction>> {
        let connection = self.writing();
        let entries = connection.entries_of_request(plan, code)?;
        let mut out = Vec::new();
        for seq in &entries {
            let missing = || damaged(format!("entry {seq} is missing"));
            let (event, previous) = connection
                .first(
                    "SELECT one.event, COALESCE((SELECT hash FROM entry AS other WHERE other.seq = one.seq - 1), '') \
                     FROM entry AS one WHERE one.seq = $1",
                    &[Param::from(seq.0)],
                    |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())),
                )?
                .ok_or_else(missing)?;
            let unreadable =
                |why: serde_json::Error| StoreError::Unreadable { seq: seq.0, why: why.to_string() };
            let held: Event = serde_json::from_str(&event).map_err(unreadable)?;
            let less = serde_json::to_string(&without_words(held.clone())).map_err(unreadable)?;
            if serde_json::to_string(&held).map_err(unreadable)? == less {
                continue;
            }
            connection.execute(
                "UPDATE entry SET event = $2 WHERE seq = $1",
                &[Param::from(seq.0), Param::Text(&less)],
            )?;
            let previous = if previous.is_empty() { Some(Hash::GENESIS) } else { Hash::parse(&previous) };
            let previous = previous.ok_or_else(missing)?;
            let digest = connection
                .first(
                    &format!("SELECT {COLUMNS} FROM entry WHERE seq = $1"),
                    &[Param::from(seq.0)],
                    |row| Ok(written(row)?.hash(previous).to_string()),
                )?
                .ok_or_else(missing)?;
            out.push(Redaction { entry: *seq, digest });
        }
        if !out.is_empty() {
            self.cache.clear();
        }
        Ok(out)
    }
}
