//! A full disk gives a clear error and leaves nothing half-written.

use domain::journal::{Event, Seq};
use jiff::civil::date;
use scratch::Scratch;
use store::{Database, StoreError};

use crate::books::*;

/// Lets the file grow to so many pages, as a disk of that size would.
fn limit(database: &Database, pages: u32) {
    database
        .write::<_, StoreError>(move |tx| {
            tx.writing().rows(&format!("PRAGMA max_page_count = {pages}"), &[], |row| row.int(0))
        })
        .unwrap();
}

fn pages(database: &Database) -> u32 {
    let count = database.read(|c| c.first("PRAGMA page_count", &[], |row| row.int(0))).unwrap();
    u32::try_from(count.unwrap()).unwrap()
}

#[test]
fn a_full_disk_says_so_and_keeps_what_was_acknowledged() {
    let scratch = Scratch::sqlite();
    let database = open(&scratch);
    fill(&database);
    limit(&database, pages(&database) + 12);
    let mut acknowledged = 9;
    let long = "长".repeat(500);
    let error = loop {
        let facts = vec![domain::project::ProjectFact::Remark { text: long.clone() }.into(), progress(3)];
        // Several entries a transaction: none of them may stay when one does not fit.
        let entry = draft(&project("A-1"), date(2020, 1, 1), Event::Recorded { facts });
        match append(&database, 100, vec![entry.clone(), entry.clone(), entry]) {
            Ok(entries) => acknowledged += entries.len() as u64,
            Err(error) => break error,
        }
        assert!(acknowledged < 10_000, "the limit does not hold");
    };
    assert!(matches!(error, StoreError::DiskFull(_)), "{error:?}");
    assert!(error.to_string().starts_with("the disk is full"));
    assert!(acknowledged > 9);
    // It can still be read, and what was acknowledged is there, no more.
    assert_eq!(database.read(|c| c.head()).unwrap(), Seq(acknowledged));
    assert!(verify(&database).is_sound());
    let mut backup = Vec::new();
    assert_eq!(database.backup(&mut backup, |_| ()).unwrap(), acknowledged);
    // With room again, writing goes on without a restart.
    limit(&database, 1_000_000);
    let seq = record(&database, 200, &project("B-2"), date(2020, 1, 1), vec![progress(9)]);
    assert_eq!(seq, Seq(acknowledged + 1));
    assert_whole(&database, acknowledged + 1);
}
