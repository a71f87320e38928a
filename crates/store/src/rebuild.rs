//! Making the projections again from the journal.

use sha2::{Digest, Sha256};

use crate::database::Database;
use crate::error::Result;
use crate::sql::{Connection, Param};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildReport {
    pub entries: u64,
    /// Digest of all projections before and after; equal when nothing had gone astray.
    pub before: String,
    pub after: String,
}

impl Database {
    /// Rebuilds all projections in one transaction: readers see the old ones until it is done.
    pub fn rebuild(&self, progress: impl Fn(u64) + Send + 'static) -> Result<RebuildReport> {
        self.write(move |tx| {
            tx.place_facts()?;
            let before = tx.reading()?.projections_digest()?;
            let connection = tx.writing();
            connection.execute("DELETE FROM fact", &[])?;
            let mut last = domain::journal::Seq(0);
            let mut entries = 0;
            loop {
                let batch = connection.entries_after(last, 2_000)?;
                let Some(end) = batch.last() else { break };
                last = end.seq;
                for entry in &batch {
                    crate::facts::project(connection, entry)?;
                }
                entries += batch.len() as u64;
                progress(entries);
            }
            tx.writing().rebuild_ledger()?;
            tx.writing().rebuild_requests()?;
            tx.cache.clear();
            let after = tx.reading()?.projections_digest()?;
            Ok(RebuildReport { entries, before, after })
        })
    }
}

impl Connection {
    /// SHA-256 over every projected row in the order of its key.
    pub fn projections_digest(&mut self) -> Result<String> {
        let mut sha = Sha256::new();
        let mut feed = |texts: &[&str]| {
            for text in texts {
                sha.update((text.len() as u64).to_be_bytes());
                sha.update(text.as_bytes());
            }
        };
        self.each(
            "SELECT scope, kind, subject, slot, effective, seq, topic, superseded, grade, body FROM fact \
             ORDER BY scope, kind, subject, slot, effective, seq",
            &[],
            &mut |row| {
                let superseded = row.opt_int(7)?.map_or(String::new(), |seq| seq.to_string());
                feed(&[
                    row.text(0)?,
                    row.text(1)?,
                    row.text(2)?,
                    row.text(3)?,
                    row.text(4)?,
                    &row.int(5)?.to_string(),
                    row.text(6)?,
                    &superseded,
                    row.text(8)?,
                    row.text(9)?,
                ]);
                Ok(())
            },
        )?;
        self.each_ledger_row(&mut |texts| texts.iter().for_each(|text| feed(&[text])))?;
        self.each_request_row(&mut |texts| texts.iter().for_each(|text| feed(&[text])))?;
        Ok(crate::hex(&sha.finalize()))
    }

    /// How many rows each table holds.
    pub fn table_sizes(&mut self) -> Result<Vec<(&'static str, i64)>> {
        [
            "entry",
            "fact",
            "item",
            "request",
            "request_person",
            "request_photo",
            "request_reader",
            "area_alert",
            "request_update",
            "forum_post",
            "text_message",
            "request_passed",
            "request_flag",
            "deletion",
            "request_model",
            "place_layer",
            "account",
            "session",
            "api_token",
            "notice",
            "job",
            "saved_list",
            "survey_sheet",
            "survey_invitation",
        ]
        .into_iter()
        .map(|table| {
            let count =
                self.first(&format!("SELECT COUNT(*) FROM {table}"), &[] as &[Param], |row| row.int(0))?;
            Ok((table, count.unwrap_or(0)))
        })
        .collect()
    }
}
