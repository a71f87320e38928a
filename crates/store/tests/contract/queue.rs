//! The job queue: nothing lost, nothing done twice, nobody held up.

use std::collections::{BTreeMap, BTreeSet};

use scratch::Scratch;
use store::{Database, Job, NewJob, Outcome, QueueSizes, StoreError, Tx};

use crate::books::*;

crate::on_both!(
    a_job_is_put_down_with_its_cause_or_not_at_all,
    a_key_is_known_once,
    jobs_are_taken_in_order_when_due_and_in_batches,
    two_servers_never_take_the_same_job,
    a_lease_ends_and_whoever_lost_it_settles_nothing,
    what_was_not_begun_is_given_back,
    dead_jobs_are_sent_again_or_discarded,
    a_clock_that_was_put_back_locks_nothing_away,
    what_ended_long_ago_is_purged_in_batches,
    lanes_are_found_without_reading_every_job,
    a_killed_holder_loses_nothing,
);

const MINUTE: i64 = 60_000_000;

fn put(database: &Database, lane: &str, keys: &[&str], due_at: i64) {
    let jobs: Vec<NewJob> = keys.iter().map(|key| job(lane, key, due_at)).collect();
    write(database, move |tx| jobs.iter().try_for_each(|job| tx.enqueue(job, 0)));
}

fn job(lane: &str, key: &str, due_at: i64) -> NewJob {
    NewJob { key: key.into(), lane: lane.into(), body: format!("做 {key}"), due_at }
}

fn write<T: Send + 'static>(
    database: &Database,
    work: impl FnMut(&mut Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    database.write(work).unwrap()
}

fn claim(database: &Database, holder: &'static str, limit: usize, now: i64) -> Vec<Job> {
    write(database, move |tx| tx.claim("mail", holder, limit, now, now + MINUTE))
}

fn settle(database: &Database, job: &Job, holder: &'static str, outcome: Outcome, now: i64) -> bool {
    let job = job.clone();
    write(database, move |tx| tx.settle(&job, holder, outcome, "250 ok", now))
}

fn sizes(database: &Database) -> QueueSizes {
    database.read(|c| c.queue_sizes()).unwrap()
}

fn keys(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.key.as_str()).collect()
}

fn a_job_is_put_down_with_its_cause_or_not_at_all(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let with_entry = |key: &'static str, fails: bool| {
        database.write::<_, StoreError>(move |tx| {
            let event = domain::journal::Event::Recorded { facts: vec![progress(42)] };
            tx.append(draft(&project("A-1"), jiff::civil::date(2020, 1, 1), event), at(50))?;
            tx.enqueue(&job("mail", key, 0), 0)?;
            if fails { Err(StoreError::Statement("no".into())) } else { Ok(()) }
        })
    };
    with_entry("lost", true).unwrap_err();
    assert_eq!((sizes(&database).open, database.read(|c| c.head()).unwrap().0), (0, 9));
    with_entry("kept", false).unwrap();
    assert_eq!((sizes(&database).open, database.read(|c| c.head()).unwrap().0), (1, 10));
}

fn a_key_is_known_once(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["a", "a"], 5);
    put(&database, "mail", &["a"], 1);
    let taken = claim(&database, "one", 10, 5);
    assert_eq!((keys(&taken), taken[0].tries, &*taken[0].body), (vec!["a"], 1, "做 a"));
    assert!(settle(&database, &taken[0], "one", Outcome::Done, 6));
    // Done is not forgotten: the same event is not told again.
    put(&database, "mail", &["a"], 5);
    assert_eq!(claim(&database, "one", 10, 1_000), []);
}

fn jobs_are_taken_in_order_when_due_and_in_batches(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["late"], 300);
    put(&database, "mail", &["b", "c"], 20);
    put(&database, "mail", &["a"], 10);
    put(&database, "hook/x", &["other lane"], 0);
    assert_eq!(claim(&database, "one", 10, 9), []);
    assert_eq!(keys(&claim(&database, "one", 2, 100)), ["a", "b"]);
    assert_eq!(keys(&claim(&database, "one", 2, 100)), ["c"]);
    assert_eq!(claim(&database, "one", 2, 100), []);
    assert_eq!(keys(&claim(&database, "one", 2, 300)), ["late"]);
}

fn two_servers_never_take_the_same_job(scratch: &Scratch) {
    const JOBS: usize = 400;
    let names: Vec<String> = (0..JOBS).map(|n| format!("job-{n:04}")).collect();
    let first = open(scratch);
    put(&first, "mail", &names.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    let holders: [&'static str; 4] = ["w0", "w1", "w2", "w3"];
    // Everybody takes some before anybody goes on, so that no fast one does it all.
    let begun = std::sync::Barrier::new(holders.len());
    let taken: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let running: Vec<_> = holders
            .into_iter()
            .map(|holder| {
                // Each with a writer of its own, as a server has.
                let (database, begun) = (open(scratch), &begun);
                scope.spawn(move || {
                    let (mut rounds, mut all) = (0, Vec::new());
                    loop {
                        let jobs = claim(&database, holder, 7, 10);
                        if rounds == 0 {
                            begun.wait();
                        }
                        if jobs.is_empty() {
                            return (rounds, all);
                        }
                        rounds += 1;
                        for job in &jobs {
                            assert_eq!(job.tries, 1);
                            assert!(settle(&database, job, holder, Outcome::Done, 11));
                        }
                        all.extend(jobs.into_iter().map(|job| job.key));
                    }
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let all: Vec<&String> = taken.iter().flat_map(|(_, keys)| keys).collect();
    assert_eq!(all.len(), JOBS);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), JOBS);
    assert!(taken.iter().all(|(rounds, _)| *rounds > 0), "everybody took some");
    assert_eq!(sizes(&first), QueueSizes::default());
}

fn a_lease_ends_and_whoever_lost_it_settles_nothing(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["a"], 0);
    let one = claim(&database, "one", 1, 100);
    write(&database, |tx| tx.renew_leases("one", 100 + 2 * MINUTE));
    assert_eq!(claim(&database, "two", 1, 100 + MINUTE), [], "the lease was renewed");
    let two = claim(&database, "two", 1, 100 + 2 * MINUTE);
    assert_eq!((keys(&two), two[0].tries), (vec!["a"], 2));
    assert!(!settle(&database, &one[0], "one", Outcome::Dead, 1));
    let lost = one[0].clone();
    assert!(!write(&database, move |tx| tx.postpone(&lost, "one", 0, "late")));
    // Not even under the other's name: the try is another.
    assert!(!settle(&database, &one[0], "two", Outcome::Dead, 1));
    let held = two[0].clone();
    assert!(write(&database, move |tx| tx.postpone(&held, "two", 500 * MINUTE, "421 busy")));
    assert_eq!(claim(&database, "one", 1, 499 * MINUTE), []);
    let third = claim(&database, "one", 1, 500 * MINUTE);
    assert_eq!(third[0].tries, 3);
    assert!(settle(&database, &third[0], "one", Outcome::Done, 1));
    assert!(!settle(&database, &third[0], "one", Outcome::Done, 1), "once");
}

fn what_was_not_begun_is_given_back(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["a"], 0);
    let taken = claim(&database, "one", 1, 100);
    let (job, other) = (taken[0].clone(), taken[0].clone());
    write(&database, move |tx| tx.give_back(&other, "two", 100));
    assert_eq!(claim(&database, "two", 1, 100), [], "only its holder gives it back");
    write(&database, move |tx| tx.give_back(&job, "one", 200));
    assert_eq!(claim(&database, "two", 1, 199), [], "not before its moment");
    assert_eq!(claim(&database, "two", 1, 200)[0].tries, 1);
}

fn dead_jobs_are_sent_again_or_discarded(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["a", "b", "c"], 0);
    for (n, job) in claim(&database, "one", 3, 1).iter().enumerate() {
        let job = job.clone();
        let said = format!("550 no\r\nsuch {}", "user ".repeat(200));
        assert!(write(&database, move |tx| tx.settle(&job, "one", Outcome::Dead, &said, 10 + n as i64)));
    }
    let dead = database.read(|c| c.dead_jobs(None, 2)).unwrap();
    assert_eq!(dead.iter().map(|job| &*job.key).collect::<Vec<_>>(), ["c", "b"]);
    assert!(dead[0].answer.starts_with("550 no  such user") && dead[0].answer.chars().count() <= 500);
    let rest = database.read(|c| c.dead_jobs(Some((dead[1].settled_at, &dead[1].key)), 2)).unwrap();
    assert_eq!(rest.iter().map(|job| &*job.key).collect::<Vec<_>>(), ["a"]);
    assert!(write(&database, |tx| tx.resend_job("a", 20)));
    assert!(!write(&database, |tx| tx.resend_job("a", 20)), "it is open already");
    assert!(write(&database, |tx| tx.discard_job("b", 20)));
    assert!(!write(&database, |tx| tx.resend_job("b", 20)), "given up");
    assert!(!write(&database, |tx| tx.discard_job("nobody", 20)));
    let again = claim(&database, "two", 9, 20);
    assert_eq!((keys(&again), again[0].tries), (vec!["a"], 1));
    assert_eq!(sizes(&database), QueueSizes { open: 1, held: 1, dead: 1 });
}

fn a_clock_that_was_put_back_locks_nothing_away(scratch: &Scratch) {
    let database = open(scratch);
    const YEAR: i64 = 365 * 24 * 60 * MINUTE;
    put(&database, "mail", &["held"], 0);
    claim(&database, "one", 1, YEAR);
    put(&database, "mail", &["waiting"], YEAR);
    put(&database, "mail", &["tomorrow"], 24 * 60 * MINUTE);
    let right =
        |now| write(&database, move |tx| tx.right_job_times(now, now + 2 * MINUTE, now + 3_000 * MINUTE));
    assert_eq!(right(0), 2);
    assert_eq!(keys(&claim(&database, "two", 9, 0)), ["held", "waiting"]);
    assert_eq!(right(0), 0, "a good lease is left alone");
}

fn what_ended_long_ago_is_purged_in_batches(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["a", "b", "c", "dead", "open"], 0);
    for job in claim(&database, "one", 4, 1) {
        let outcome = if job.key == "dead" { Outcome::Dead } else { Outcome::Done };
        settle(&database, &job, "one", outcome, 10);
    }
    assert_eq!(write(&database, |tx| tx.purge_jobs(10, 100)), 0, "not yet");
    assert_eq!(write(&database, |tx| tx.purge_jobs(11, 2)), 2);
    assert_eq!(write(&database, |tx| tx.purge_jobs(11, 2)), 1);
    assert_eq!(sizes(&database), QueueSizes { open: 1, held: 0, dead: 1 });
    assert_eq!(write(&database, |tx| tx.abandon_jobs(0, 20, "no server took it")), 0);
    assert_eq!(write(&database, |tx| tx.abandon_jobs(1, 20, "no server took it")), 1);
    assert_eq!(database.read(|c| c.dead_jobs(None, 1)).unwrap()[0].answer, "no server took it");
}

fn lanes_are_found_without_reading_every_job(scratch: &Scratch) {
    let database = open(scratch);
    let due = |now| database.read(move |c| c.due_lanes(now)).unwrap();
    assert_eq!(due(0), <[&str; 0]>::default());
    put(&database, "mail", &["a", "b"], 10);
    put(&database, "hook/x", &["c"], 5);
    put(&database, "route", &["d"], 90);
    assert_eq!(due(4), <[&str; 0]>::default());
    assert_eq!(due(5), ["hook/x"]);
    assert_eq!(due(50), ["hook/x", "mail"]);
    claim(&database, "one", 2, 50);
    assert_eq!(due(90), ["hook/x", "route"]);
    if !scratch.is_postgres() {
        let plans = database.read(|c| {
            let mut plans = BTreeMap::new();
            for sql in [
                "SELECT key FROM job WHERE lane = $1 AND settled_at IS NULL AND free_at <= $2 \
                 ORDER BY free_at, key LIMIT $3",
                "SELECT MIN(job.lane) FROM job WHERE job.settled_at IS NULL AND job.lane > $1",
                "SELECT key FROM job WHERE outcome = $1 AND settled_at IS NOT NULL AND settled_at < $2 LIMIT $3",
                "UPDATE job SET free_at = $2 WHERE settled_at IS NULL AND holder <> '' AND holder = $1",
            ] {
                let params = [store::Param::Text("x"), store::Param::Int(1), store::Param::Int(1)];
                let count = (1..=3).filter(|n| sql.contains(&format!("${n}"))).count();
                let plan = c.rows(&format!("EXPLAIN QUERY PLAN {sql}"), &params[..count], |row| {
                    Ok(row.text(3)?.to_owned())
                })?;
                plans.insert(sql, plan.join("; "));
            }
            Ok::<_, StoreError>(plans)
        });
        for (sql, plan) in plans.unwrap() {
            assert!(plan.contains("USING") && plan.contains("INDEX job_"), "{sql}\n{plan}");
            assert!(!plan.contains("SCAN"), "{sql}\n{plan}");
        }
    }
}

fn a_killed_holder_loses_nothing(scratch: &Scratch) {
    let database = open(scratch);
    put(&database, "mail", &["a", "b", "c"], 0);
    let taken = claim(&database, "one", 2, 1);
    assert!(settle(&database, &taken[0], "one", Outcome::Done, 2));
    // The process is gone; another starts, under another name.
    drop(database);
    let database = open(scratch);
    assert_eq!(keys(&claim(&database, "two", 9, 3)), ["c"]);
    let left = claim(&database, "two", 9, 1 + MINUTE);
    assert_eq!((keys(&left), left[0].tries), (vec!["b"], 2));
}
