//! Checking the journal: any altered, missing or reordered entry is found.

use domain::journal::{Event, Hash, Seq};

use crate::error::Result;
use crate::journal::{COLUMNS, Head, written};
use crate::redact::Unsworn;
use crate::sql::{Connection, Param};

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyFault {
    /// Entries between two numbers are gone.
    Missing { from: Seq, to: Seq },
    /// The entry, or the hash of the one before it, is not what was written.
    Altered { entry: Seq },
    /// So many entries are numbered below 1, where no program writes.
    Stray { count: u64 },
    /// Recorded earlier than the entry before it.
    OutOfTime { entry: Seq },
    /// The text cannot be read as an event.
    Unreadable { entry: Seq },
    /// The journal's end is not where its head says.
    Head { expected: Seq, found: Seq },
    /// The last entry's hash is not the head's.
    HeadHash { entry: Seq },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    pub entries: u64,
    /// The hash that proves everything up to the last entry.
    pub hash: String,
    /// At most [`MOST_FAULTS`].
    pub faults: Vec<VerifyFault>,
}

/// One altered entry breaks the link of the next; a list of all would only repeat it.
pub const MOST_FAULTS: usize = 100;

impl VerifyReport {
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Connection {
    /// Reads the whole journal in order; `progress` is told how many entries were read.
    pub fn verify(&mut self, mut progress: impl FnMut(u64)) -> Result<VerifyReport> {
        const BATCH: i64 = 5_000;
        let head = Head::peek(self)?;
        let mut report = VerifyReport { entries: 0, hash: String::new(), faults: Vec::new() };
        let stray = self.first("SELECT COUNT(*) FROM entry WHERE seq < 1", &[], |row| row.int(0))?;
        if let Some(count) = stray.filter(|count| *count > 0) {
            report.faults.push(VerifyFault::Stray { count: count as u64 });
        }
        // Erased words: entries that are not what they were, until a later one swears what they are.
        let mut unsworn = Unsworn::default();
        let (mut last_seq, mut last_hash, mut last_time) = (0u64, Hash::GENESIS, i64::MIN);
        loop {
            let before = report.entries;
            self.each(
                &format!("SELECT {COLUMNS}, corrects FROM entry WHERE seq > $1 ORDER BY seq LIMIT $2"),
                &[Param::from(last_seq), Param::Int(BATCH)],
                &mut |row| {
                    let seq = row.int(0)? as u64;
                    let mut fault = |fault| {
                        if report.faults.len() < MOST_FAULTS {
                            report.faults.push(fault);
                        }
                    };
                    if seq != last_seq + 1 {
                        fault(VerifyFault::Missing { from: Seq(last_seq + 1), to: Seq(seq - 1) });
                    }
                    let written = written(row)?;
                    let stored = Hash::parse(row.text(10)?);
                    // After a gap the chain cannot be followed: it is taken up at the next entry.
                    let linked = seq == last_seq + 1;
                    let as_it_stands = written.hash(last_hash);
                    match stored {
                        None => fault(VerifyFault::Altered { entry: Seq(seq) }),
                        Some(stored) if linked && stored != as_it_stands => {
                            unsworn.found(Seq(seq), as_it_stands)
                        }
                        Some(_) => {}
                    }
                    if written.recorded_at < last_time {
                        fault(VerifyFault::OutOfTime { entry: Seq(seq) });
                    }
                    // What an entry corrects stands in its event; the column only finds it quickly.
                    match serde_json::from_str::<Event>(written.event) {
                        Err(_) => fault(VerifyFault::Unreadable { entry: Seq(seq) }),
                        Ok(event) if event.corrects().map(|seq| seq.0 as i64) != row.opt_int(11)? => {
                            fault(VerifyFault::Altered { entry: Seq(seq) });
                        }
                        Ok(event) => unsworn.hear(&event),
                    }
                    last_time = written.recorded_at;
                    last_seq = seq;
                    last_hash = stored.unwrap_or(Hash::GENESIS);
                    report.entries += 1;
                    Ok(())
                },
            )?;
            progress(report.entries);
            if report.entries == before {
                break;
            }
        }
        report.faults.extend(unsworn.left().map(|entry| VerifyFault::Altered { entry }).take(MOST_FAULTS));
        if last_seq != head.seq {
            report.faults.push(VerifyFault::Head { expected: Seq(head.seq), found: Seq(last_seq) });
        } else if last_hash.to_string() != head.hash {
            report.faults.push(VerifyFault::HeadHash { entry: Seq(last_seq) });
        }
        report.hash = head.hash;
        Ok(report)
    }
}
