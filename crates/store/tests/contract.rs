//! What the store promises, kept on SQLite and on a real PostgreSQL by the same tests.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod databases;

use std::sync::{Arc, Barrier};

use databases::{at, code, corrected, on_both, postgres, project, registered, sqlite, started};
use domain::history::{History, View};
use domain::journal::Seq;
use domain::project::Project;
use domain::subject::directory;
use jiff::civil::date;
use store::{BackupError, Database, EntryFilter, StoreError, VerifyFault};

fn append(database: &Database, draft: domain::journal::Draft, micros: i64) -> Seq {
    database.write(move |tx| Ok::<_, StoreError>(tx.append(draft.clone(), at(micros))?.seq)).unwrap()
}

/// Three projects, one start that is corrected.
fn fill(database: &Database) {
    for (n, name) in ["p1", "p2", "p3"].iter().enumerate() {
        append(database, registered(name), 1_000 + n as i64);
    }
    append(database, started("p1", date(2019, 3, 1)), 2_000);
    append(database, corrected("p1", Seq(4), date(2019, 5, 1)), 3_000);
}

fn digest(database: &Database) -> String {
    database.read(|c| c.projections_digest()).unwrap()
}

#[test]
fn entries_are_numbered_chained_and_read_back() {
    on_both(|fresh| {
        let database = fresh.open();
        fill(&database);
        // The machine's clock went back: the journal's does not.
        append(&database, started("p2", date(2019, 4, 1)), 10);
        let all = database.read(|c| c.entries_after(Seq(0), 100)).unwrap();
        assert_eq!(all.iter().map(|e| e.seq.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert!(all.is_sorted_by_key(|e| e.recorded_at));
        assert_eq!(all[5].recorded_at, at(3_000));
        assert_eq!(database.read(|c| c.known_at(at(2_500))).unwrap(), Seq(4));
        assert_eq!(database.read(|c| c.known_at(at(0))).unwrap(), Seq(0));
        let report = database.read(|c| c.verify(|_| {})).unwrap();
        assert!(report.is_sound(), "{report:?}");
        assert_eq!(report.entries, 6);
        assert_eq!(database.read(|c| c.correction_of(&project("p1"), Seq(4))).unwrap(), Some(Seq(5)));
    });
}

#[test]
fn pages_of_entries_give_each_once() {
    on_both(|fresh| {
        let database = fresh.open();
        fill(&database);
        let filter = EntryFilter { scope: Some(code("plan")), ..EntryFilter::default() };
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let filter = filter.clone();
            let page = database.read(|c| c.entries(&filter, before, 2)).unwrap();
            seen.extend(page.items.iter().map(|e| e.seq.0));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
        let of_one = EntryFilter { subject: Some(project("p1")), ..EntryFilter::default() };
        assert_eq!(database.read(|c| c.entries(&of_one, None, 10)).unwrap().items.len(), 3);
        let nobody = EntryFilter { actor: Some(code("nobody")), ..EntryFilter::default() };
        assert!(database.read(|c| c.entries(&nobody, None, 10)).unwrap().items.is_empty());
        let known = EntryFilter { known: Some(Seq(2)), ..filter };
        assert_eq!(database.read(|c| c.entries(&known, None, 10)).unwrap().items.len(), 2);
    });
}

#[test]
fn what_is_loaded_is_what_the_entries_say_and_corrections_leave_the_past() {
    on_both(|fresh| {
        let database = fresh.open();
        fill(&database);
        let scopes = [directory(), code("plan")];
        let loaded = database.read(|c| c.history(&scopes, false)).unwrap();
        let mut replayed = History::default();
        for entry in database.read(|c| c.entries_after(Seq(0), 100)).unwrap() {
            replayed.apply(&entry);
        }
        assert_eq!(loaded, replayed);
        let started_at = |known: u64, as_of| {
            let view = View { as_of, known: Seq(known) };
            let history = loaded.get(&project("p1")).unwrap();
            Project::at(history, view).unwrap().is_started()
        };
        assert!(started_at(4, date(2019, 4, 1)), "known before the correction, it stays so");
        assert!(!started_at(5, date(2019, 4, 1)));
        assert!(started_at(5, date(2019, 5, 1)));
        assert!(!started_at(3, date(2019, 12, 1)));
    });
}

#[test]
fn rebuilding_gives_the_same_bytes_and_mends_what_went_astray() {
    on_both(|fresh| {
        let database = fresh.open();
        fill(&database);
        let good = digest(&database);
        let report = database.rebuild(|_| {}).unwrap();
        assert_eq!((report.before.as_str(), report.after.as_str()), (good.as_str(), good.as_str()));
        database
            .write(|tx| tx.writing().execute("UPDATE fact SET grade = 'published' WHERE seq = 1", &[]))
            .unwrap();
        let report = database.rebuild(|_| {}).unwrap();
        assert_ne!(report.before, good);
        assert_eq!(report.after, good);
    });
}

#[test]
fn tampering_is_found() {
    type Expected = fn(&VerifyFault) -> bool;
    let cases: [(&str, Expected); 6] = [
        ("UPDATE entry SET reason = 'x' WHERE seq = 2", |f| *f == VerifyFault::Altered { entry: Seq(2) }),
        ("UPDATE entry SET effective = '2018-01-01' WHERE seq = 4", |f| {
            *f == VerifyFault::Altered { entry: Seq(4) }
        }),
        ("DELETE FROM entry WHERE seq = 3", |f| *f == VerifyFault::Missing { from: Seq(3), to: Seq(3) }),
        ("DELETE FROM entry WHERE seq = 5", |f| *f == VerifyFault::Head { expected: Seq(5), found: Seq(4) }),
        ("UPDATE entry SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)", |f| {
            matches!(f, VerifyFault::Altered { .. } | VerifyFault::Missing { .. })
        }),
        ("UPDATE chain SET hash = '00'", |f| matches!(f, VerifyFault::HeadHash { .. })),
    ];
    on_both(|fresh| {
        let _keep = &fresh;
        for (sql, expected) in cases {
            let fresh = if matches!(fresh.address, store::Address::Sqlite(_)) {
                sqlite()
            } else {
                postgres().unwrap()
            };
            let database = fresh.open();
            fill(&database);
            database.write(move |tx| tx.writing().execute(sql, &[])).unwrap();
            if sql.contains("CASE") {
                database
                    .write(|tx| tx.writing().execute("UPDATE entry SET seq = -seq WHERE seq < 0", &[]))
                    .unwrap();
            }
            let report = database.read(|c| c.verify(|_| {})).unwrap();
            assert!(report.faults.iter().any(expected), "{sql}: {report:?}");
        }
    });
}

#[test]
fn a_backup_fits_either_database() {
    let Some(city) = postgres() else { return };
    let village = sqlite();
    let (from, to) = (village.open(), city.open());
    fill(&from);
    let mut file = Vec::new();
    assert_eq!(from.backup(&mut file, |_| {}).unwrap(), 5);
    assert_eq!(to.restore(std::io::Cursor::new(file.clone()), |_| {}).unwrap(), 5);
    assert_eq!(digest(&from), digest(&to));
    assert!(to.read(|c| c.verify(|_| {})).unwrap().is_sound());
    let mut back = Vec::new();
    to.backup(&mut back, |_| {}).unwrap();
    let again = sqlite();
    let again = again.open();
    again.restore(std::io::Cursor::new(back), |_| {}).unwrap();
    assert_eq!(digest(&from), digest(&again));
    // Into a database that is not empty nothing is restored.
    let refused = again.restore(std::io::Cursor::new(file.clone()), |_| {});
    assert!(matches!(refused, Err(BackupError::NotEmpty(5))), "{refused:?}");
}

#[test]
fn a_damaged_backup_changes_nothing() {
    on_both(|fresh| {
        let source = sqlite();
        let source = source.open();
        fill(&source);
        let mut file = Vec::new();
        source.backup(&mut file, |_| {}).unwrap();
        let database = fresh.open();
        let mut cut = file.clone();
        cut.truncate(file.len() * 2 / 3);
        assert!(database.restore(std::io::Cursor::new(cut), |_| {}).is_err());
        for place in [file.len() / 3, file.len() / 2] {
            let mut flipped = file.clone();
            flipped[place] ^= 0x10;
            assert!(database.restore(std::io::Cursor::new(flipped), |_| {}).is_err(), "byte {place}");
        }
        assert_eq!(database.read(|c| c.head()).unwrap(), Seq(0));
        assert_eq!(database.restore(std::io::Cursor::new(file), |_| {}).unwrap(), 5);
    });
}

#[test]
fn work_that_shares_a_commit_does_not_disturb_each_other() {
    on_both(|fresh| {
        let database = fresh.open();
        append(&database, registered("p1"), 1);
        let gate = Arc::new(Barrier::new(60));
        let outcomes: Vec<Result<Seq, StoreError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..60u32)
                .map(|n| {
                    let (database, gate) = (database.clone(), gate.clone());
                    scope.spawn(move || {
                        gate.wait();
                        database.write(move |tx| match n % 3 {
                            // Refuses before it wrote anything.
                            0 => Err(StoreError::Statement("refused".into())),
                            // Fails after it wrote.
                            1 => {
                                tx.append(started("p1", date(2019, 1, 1)), at(5))?;
                                Err(StoreError::Statement("failed".into()))
                            }
                            _ => Ok(tx.append(started("p1", date(2019, 2, 1)), at(5))?.seq),
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut kept: Vec<u64> = outcomes.iter().filter_map(|o| o.as_ref().ok().map(|s| s.0)).collect();
        kept.sort_unstable();
        assert_eq!(kept, (2..=21).collect::<Vec<u64>>(), "each good one kept, once, without gaps");
        let entries = database.read(|c| c.entries_after(Seq(1), 100)).unwrap();
        assert!(entries.iter().all(|entry| entry.draft.effective == date(2019, 2, 1)));
        assert!(database.read(|c| c.verify(|_| {})).unwrap().is_sound());
        assert!(database.rebuild(|_| {}).is_ok_and(|report| report.before == report.after));
    });
}

#[test]
fn a_panic_in_a_rule_stops_nobody() {
    on_both(|fresh| {
        let database = fresh.open();
        let outcome = database.write::<(), StoreError>(|_| panic!("a mistake in a rule"));
        assert!(outcome.is_err());
        assert_eq!(append(&database, registered("p1"), 1), Seq(1));
    });
}

#[test]
fn a_newer_schema_is_refused() {
    on_both(|fresh| {
        let database = fresh.open();
        database
            .write(|tx| {
                let sql = "INSERT INTO migration (version, applied_at, digest) VALUES (9999, 0, '')";
                tx.writing().execute(sql, &[])
            })
            .unwrap();
        drop(database);
        let refused = Database::open(&fresh.address, 0);
        assert!(matches!(refused, Err(StoreError::NewerSchema { found: 9999, .. })));
    });
}

#[test]
fn a_full_disk_keeps_what_was_kept() {
    let fresh = sqlite();
    let database = fresh.open();
    fill(&database);
    database
        .write(|tx| {
            let pages = tx.reading().first("PRAGMA page_count", &[], |row| row.int(0))?.unwrap();
            tx.reading().batch(&format!("PRAGMA max_page_count = {}", pages + 2))?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let mut full = None;
    for n in 0..2_000 {
        let draft = started("p1", date(2019, 1, 1));
        let outcome = database.write(move |tx| tx.append(draft.clone(), at(10_000 + n)).map(|e| e.seq));
        if let Err(error) = outcome {
            full = Some(error);
            break;
        }
    }
    assert!(matches!(full, Some(StoreError::DiskFull(_))), "{full:?}");
    let report = database.read(|c| c.verify(|_| {})).unwrap();
    assert!(report.is_sound(), "{report:?}");
    let rebuilt = database.read(|c| c.projections_digest()).unwrap();
    database.write(|tx| tx.reading().batch("PRAGMA max_page_count = 1000000")).unwrap();
    assert_eq!(database.rebuild(|_| {}).unwrap().after, rebuilt);
}
