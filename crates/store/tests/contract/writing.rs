//! The writer: what many want in one transaction, without one disturbing another.

use std::sync::mpsc::{Receiver, channel};

use domain::journal::{Event, Seq};
use jiff::civil::date;
use scratch::Scratch;
use store::{Database, StoreError};

use crate::books::*;

crate::on_both!(
    one_that_is_refused_and_one_that_fails_leave_the_others_alone,
    a_failed_transaction_leaves_nothing,
    a_statement_that_fails_while_reading_takes_nothing_with_it,
    a_failure_of_its_own_is_not_tried_again,
    the_head_stays_where_it_was_when_nothing_is_written,
    the_writers_view_of_a_subject_is_always_the_newest,
    many_writers_lose_nothing,
    much_that_is_expected_is_written_as_well_as_little,
    what_is_committed_comes_to_its_place_without_being_waited_for,
    asynchronous_code_may_be_the_last_to_let_go,
);

#[derive(Debug, PartialEq)]
enum Failure {
    Refused,
    Failed,
    Store(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

/// Holds the writer up so that what is queued meanwhile shares one transaction.
fn held_up(database: &Database) -> (std::sync::mpsc::Sender<()>, std::thread::JoinHandle<()>) {
    let (release, wait): (_, Receiver<()>) = channel();
    let (began, begun) = channel();
    let database = database.clone();
    let wait = std::sync::Mutex::new(wait);
    // Run again because others failed beside it, it holds nobody up.
    let mut held = false;
    let thread = std::thread::spawn(move || {
        database
            .write::<(), StoreError>(move |_| {
                if !std::mem::replace(&mut held, true) {
                    began.send(()).unwrap_or_default();
                    wait.lock().unwrap().recv().unwrap_or_default();
                }
                Ok(())
            })
            .unwrap();
    });
    begun.recv().unwrap();
    (release, thread)
}

fn one_that_is_refused_and_one_that_fails_leave_the_others_alone(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (release, thread) = held_up(&database);
    #[derive(Clone, Copy)]
    enum Job {
        Good,
        Refused,
        FailsAfterWriting,
        Panics,
    }
    use Job::*;
    let jobs = [Good, Refused, Good, FailsAfterWriting, Good, Panics, Good];
    let futures: Vec<_> = jobs
        .iter()
        .zip(1i8..)
        .map(|(job, day)| {
            let job = *job;
            database.write_async(move |tx| {
                if matches!(job, Refused) {
                    return Err(Failure::Refused);
                }
                let facts = vec![progress(day.into())];
                let entry =
                    tx.append(draft(&project("A-1"), date(2020, 1, day), Event::Recorded { facts }), at(50))?;
                match job {
                    FailsAfterWriting => Err(Failure::Failed),
                    Panics => panic!("meant to happen"),
                    _ => Ok(entry.seq.0),
                }
            })
        })
        .collect();
    // Each is queued when it is first polled, in order.
    let outcomes = runtime.block_on(async {
        let mut all = futures_util::future::join_all(futures.into_iter().map(Box::pin));
        tokio::select! {
            biased;
            _ = &mut all => panic!("the writer is held up"),
            () = std::future::ready(()) => release.send(()).unwrap(),
        }
        all.await
    });
    thread.join().unwrap();
    let good: Vec<u64> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().copied()).collect();
    assert_eq!(good, [10, 11, 12, 13]);
    assert_eq!(outcomes[1], Err(Failure::Refused));
    assert_eq!(outcomes[3], Err(Failure::Failed));
    assert!(matches!(outcomes[5], Err(Failure::Store(_))));
    let days: Vec<i8> = database
        .read(|c| c.entries_after(Seq(9), 10))
        .unwrap()
        .iter()
        .map(|entry| entry.draft.effective.day())
        .collect();
    assert_eq!(days, [1, 3, 5, 7]);
    assert_whole(&database, 13);
}

fn a_failed_transaction_leaves_nothing(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let before = (database.read(|c| c.head_hash()).unwrap(), digest(&database));
    let outcome = database.write::<(), Failure>(|tx| {
        let facts = registration("第三学校");
        tx.append(draft(&project("C-3"), date(2020, 1, 1), Event::Registered { facts }), at(60))?;
        assert!(tx.subject(&project("C-3"))?.is_some());
        tx.append(
            draft(&project("C-3"), date(2020, 1, 2), Event::Recorded { facts: vec![progress(1)] }),
            at(61),
        )?;
        Err(Failure::Failed)
    });
    assert_eq!(outcome, Err(Failure::Failed));
    assert_eq!((database.read(|c| c.head_hash()).unwrap(), digest(&database)), before);
    // Nor does the writer remember what was undone.
    let held = database.write::<_, StoreError>(|tx| tx.subject(&project("C-3"))).unwrap();
    assert_eq!(held, None);
    assert_eq!(record(&database, 70, &project("A-1"), date(2020, 1, 1), vec![progress(50)]), Seq(10));
    assert_whole(&database, 10);
}

/// PostgreSQL undoes a transaction when a statement in it fails, and answers its commit as if all were well.
fn a_statement_that_fails_while_reading_takes_nothing_with_it(scratch: &Scratch) {
    #[derive(Clone, Copy, PartialEq)]
    enum Job {
        Writes(&'static str),
        FailsReading,
        /// Takes the failure for an answer.
        Overlooks,
    }
    use Job::*;
    let database = open(scratch);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (release, thread) = held_up(&database);
    let jobs = [Writes("a"), FailsReading, Writes("b"), Overlooks, Writes("c")];
    let futures = jobs.map(|job| {
        database.write_async(move |tx| {
            let wrong = "SELECT CAST('eight' AS BIGINT) FROM nowhere";
            match job {
                Writes(person) => {
                    let sql = "INSERT INTO preference (person, body, changed_at) VALUES ($1, '', 1)";
                    tx.writing().execute(sql, &[person.into()]).map_err(Failure::from)?;
                }
                FailsReading => {
                    tx.reading()?.first(wrong, &[], |row| row.int(0))?;
                }
                Overlooks => assert!(tx.reading()?.first(wrong, &[], |row| row.int(0)).is_err()),
            }
            Ok::<_, Failure>(())
        })
    });
    let outcomes = runtime.block_on(async {
        let mut all = futures_util::future::join_all(futures.into_iter().map(Box::pin));
        tokio::select! {
            biased;
            _ = &mut all => panic!("the writer is held up"),
            () = std::future::ready(()) => release.send(()).unwrap(),
        }
        all.await
    });
    thread.join().unwrap();
    let told: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(told, [true, false, true, !scratch.is_postgres(), true], "{outcomes:?}");
    let held = database.read(|c| {
        c.rows("SELECT person FROM preference ORDER BY person", &[], |row| Ok(row.text(0)?.to_owned()))
    });
    assert_eq!(held.unwrap(), ["a", "b", "c"]);
}

fn a_failure_of_its_own_is_not_tried_again(scratch: &Scratch) {
    let database = open(scratch);
    let count = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let runs = count.clone();
    let outcome = database.write::<(), Failure>(move |tx| {
        runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        tx.writing();
        Err(Failure::Failed)
    });
    assert_eq!(outcome, Err(Failure::Failed));
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 1);
}

fn the_head_stays_where_it_was_when_nothing_is_written(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let before = database.read(|c| c.head_hash()).unwrap();
    assert_eq!(database.write::<_, StoreError>(|tx| Ok(tx.head())).unwrap(), Seq(9));
    assert_eq!(database.write::<(), Failure>(|_| Err(Failure::Refused)), Err(Failure::Refused));
    assert_eq!(database.read(|c| c.head_hash()).unwrap(), before);
}

fn the_writers_view_of_a_subject_is_always_the_newest(scratch: &Scratch) {
    // Two handles behave as two processes do: each has a writer and a cache of its own.
    let (one, two) = (open(scratch), open(scratch));
    fill(&one);
    let version = |database: &Database| {
        database.write::<_, StoreError>(|tx| Ok(tx.subject(&project("A-1"))?.unwrap().version)).unwrap()
    };
    assert_eq!((version(&one), version(&two)), (Seq(9), Seq(9)));
    for round in 0..4 {
        let (writer, other) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let seq = record(writer, 100 + round, &project("A-1"), date(2020, 2, 1), vec![progress(round)]);
        assert_eq!((version(other), version(writer)), (seq, seq));
        let cached = other.write::<_, StoreError>(|tx| tx.subject(&project("A-1"))).unwrap().unwrap();
        let stored = other.read(|c| c.subject(&project("A-1"))).unwrap().unwrap();
        assert_eq!(*cached, stored);
    }
    // A subject known to be missing appears once another process has written it.
    let missing = |database: &Database| {
        database.write::<_, StoreError>(|tx| Ok(tx.subject(&project("C-3"))?.is_none())).unwrap()
    };
    assert!(missing(&one) && missing(&two));
    let facts = registration("第三学校");
    append(&two, 200, vec![draft(&project("C-3"), date(2020, 1, 1), Event::Registered { facts })]).unwrap();
    assert!(!missing(&one) && !missing(&two));
    assert_whole(&one, 14);
}

fn many_writers_lose_nothing(scratch: &Scratch) {
    let handles = [open(scratch), open(scratch)];
    fill(&handles[0]);
    let (threads, each) = (8, 25);
    let mut seqs: Vec<u64> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                let database = &handles[thread % 2];
                scope.spawn(move || {
                    (0..each)
                        .map(|n| {
                            let subject = project(if (thread + n) % 3 == 0 { "A-1" } else { "B-2" });
                            record(database, 300, &subject, date(2020, 3, 1), vec![progress(n as i64)]).0
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    seqs.sort_unstable();
    let expected: Vec<u64> = (10..10 + (threads * each) as u64).collect();
    assert_eq!(seqs, expected);
    assert_whole(&handles[1], 209);
}

fn much_that_is_expected_is_written_as_well_as_little(scratch: &Scratch) {
    let database = open(scratch);
    // Asked for twice, it is as asked for once.
    database.expect_much().unwrap();
    database.expect_much().unwrap();
    fill(&database);
    for day in 1..=20 {
        record(&database, 300, &project("A-1"), date(2020, 3, day), vec![progress(i64::from(day))]);
    }
    assert_whole(&database, 29);
    // What another handle reads, and whoever opens the database after it was let go of.
    let other = open(scratch);
    assert_eq!(digest(&other), digest(&database));
    drop(database);
    assert_whole(&other, 29);
    drop(other);
    assert_whole(&open(scratch), 29);
}

fn what_is_committed_comes_to_its_place_without_being_waited_for(scratch: &Scratch) {
    let database = open(scratch);
    database.checkpoint_beside().unwrap();
    fill(&database);
    assert_whole(&database, 9);
    let address = scratch.address();
    let Some(file) = address.strip_prefix("sqlite://") else { return };
    // The file alone, without its log.
    let copy = std::path::Path::new(file).with_extension("alone");
    let begun = std::time::Instant::now();
    let placed = || {
        std::fs::copy(file, &copy).unwrap();
        let alone = rusqlite::Connection::open(&copy).unwrap();
        alone.query_row("SELECT MAX(seq) FROM entry", [], |row| row.get::<_, i64>(0)).unwrap_or_default()
    };
    while placed() < 9 {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "it stays in the log");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_whole(&database, 9);
}

fn asynchronous_code_may_be_the_last_to_let_go(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let head = runtime.block_on(async move {
        let head = database.read_async::<_, StoreError>(|c| c.head()).await.unwrap();
        drop(database);
        head
    });
    assert_eq!(head, Seq(9));
}
