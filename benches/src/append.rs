//! Appending beside what the bare database does in the same run.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use domain::journal::{Draft, Event};
use domain::project::ProjectFact;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::date;
use rust_decimal::Decimal;
use scratch::{Durability, Scratch, Server};
use store::{Database, StoreError};

use crate::ledger::code;
use crate::results::{Goal, Results, median, number};

const TURN: Duration = Duration::from_millis(1_500);
const TURNS: usize = 5;
pub const CLIENTS: usize = 16;

fn draft(client: usize, n: usize) -> Draft {
    let fact = ProjectFact::Progress { part: None, percent: Decimal::from((n % 100) as u64) };
    Draft {
        effective: date(2019, 8, 14),
        actor: code("bureau"),
        subject: Subject::project(&code("p"), &code(&format!("P-{client}-{}", n % 50))),
        event: Event::Recorded { facts: vec![fact.into()] },
        source: Source { grade: Grade::Reported, title: "月报".into(), ..Source::default() },
        reason: "月度填报".into(),
    }
}

/// What an entry weighs, for the peers' rows.
fn body() -> String {
    "{\"recorded\":{\"facts\":[{\"project\":{\"progress\":{\"percent\":\"42\"}}}]}} {\"title\":\"月报\"} 月度填报".into()
}

/// Durable changes a second that so many clients make, each waiting for its own.
pub fn rate(
    clients: usize,
    turn: Duration,
    change: impl Fn(usize, usize) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<f64> {
    let done = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| {
                let (done, change) = (&done, &change);
                scope.spawn(move || -> anyhow::Result<()> {
                    while begun.elapsed() < turn {
                        change(client, done.load(Ordering::Relaxed))?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a client failed"))))
    })?;
    Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

fn ours(database: &Database, client: usize, n: usize) -> anyhow::Result<()> {
    let draft = draft(client, n);
    database.write::<_, StoreError>(move |tx| {
        // As a use case does: the rules look the subject up before they write.
        tx.subject(&draft.subject)?;
        tx.append(draft.clone(), Timestamp::UNIX_EPOCH)
    })?;
    Ok(())
}

fn bare(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; \
         CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    )?;
    Ok(connection)
}

/// Sixteen writers that share commits: one thread inserts what has gathered and commits once.
pub struct Sharing {
    rows: Option<std::sync::mpsc::Sender<(String, SyncSender<()>)>>,
    thread: Option<std::thread::JoinHandle<rusqlite::Result<()>>>,
}

impl Sharing {
    pub fn start(path: &Path) -> anyhow::Result<Self> {
        let connection = bare(path)?;
        let (rows, queue) = channel::<(String, SyncSender<()>)>();
        let thread = std::thread::spawn(move || {
            while let Ok(first) = queue.recv() {
                let mut batch = vec![first];
                batch.extend(queue.try_iter().take(1_023));
                connection.execute_batch("BEGIN IMMEDIATE")?;
                for (body, _) in &batch {
                    connection.prepare_cached("INSERT INTO row (body) VALUES (?1)")?.execute([body])?;
                }
                connection.execute_batch("COMMIT")?;
                batch.iter().for_each(|(_, done)| done.send(()).unwrap_or_default());
            }
            Ok(())
        });
        Ok(Self { rows: Some(rows), thread: Some(thread) })
    }

    pub fn insert(&self) -> anyhow::Result<()> {
        let (done, wait) = sync_channel(1);
        let rows = self.rows.as_ref().ok_or_else(|| anyhow::anyhow!("stopped"))?;
        rows.send((body(), done))?;
        Ok(wait.recv()?)
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        self.rows = None;
        self.thread.take().map(std::thread::JoinHandle::join);
    }
}

pub fn sqlite(results: &mut Results) -> anyhow::Result<()> {
    let scratch = Scratch::sqlite();
    let folder = scratch.folder().ok_or_else(|| anyhow::anyhow!("no folder"))?;
    let database = Database::open(&scratch.address().parse()?, 0)?;
    let single = std::sync::Mutex::new(bare(&folder.join("single.db"))?);
    let sharing = Sharing::start(&folder.join("sharing.db"))?;
    let mut turns: [Vec<f64>; 4] = Default::default();
    let mut ratios: [Vec<f64>; 2] = Default::default();
    for _ in 0..TURNS {
        let one = rate(1, TURN, |client, n| ours(&database, client, n))?;
        let one_bare = rate(1, TURN, |_, _| {
            let connection = single.lock().map_err(|_| anyhow::anyhow!("a client failed"))?;
            connection.prepare_cached("INSERT INTO row (body) VALUES (?1)")?.execute([body()])?;
            Ok(())
        })?;
        let many = rate(CLIENTS, TURN, |client, n| ours(&database, client, n))?;
        let many_bare = rate(CLIENTS, TURN, |_, _| sharing.insert())?;
        [one, one_bare, many, many_bare].into_iter().zip(&mut turns).for_each(|(rate, turn)| turn.push(rate));
        ratios[0].push(one / one_bare * 100.0);
        ratios[1].push(many / many_bare * 100.0);
    }
    let [one, one_bare, many, many_bare] = turns.map(median);
    let [single, shared] = ratios.map(median);
    let beside = |ours: f64, bare: f64| format!("{} entries/s beside {} rows/s", number(ours), number(bare));
    results.add(
        "SQLite, one client, beside its bare durable insert",
        Goal::AtLeast(60.0),
        single,
        "%",
        beside(one, one_bare),
    );
    results.add(
        "SQLite, 16 clients, beside 16 bare writers sharing commits",
        Goal::AtLeast(30.0),
        shared,
        "%",
        beside(many, many_bare),
    );
    Ok(())
}

pub fn postgres(results: &mut Results) -> anyhow::Result<()> {
    let Some(server) = Server::start(Durability::Full) else { return Ok(()) };
    let address = server.create_database();
    let database = Database::open(&address.parse()?, 0)?;
    let peer = server.create_database();
    let peer = peer.rsplit('/').next().unwrap_or_default().to_owned();
    let table = "CREATE TABLE row (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)";
    server.run("psql", &["-q", "-d", &peer, "-c", table]);
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("insert.sql");
    std::fs::write(&script, format!("INSERT INTO row (body) VALUES ('{}');\n", body()))?;
    let script = script.display().to_string();
    let (mut mine, mut bench, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let many = rate(CLIENTS, TURN, |client, n| ours(&database, client, n))?;
        let out = server.run(
            "pgbench",
            &["-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", "2", "-f", &script, &peer],
        );
        let tps = out
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok())
            .ok_or_else(|| anyhow::anyhow!("pgbench said no rate"))?;
        mine.push(many);
        bench.push(tps);
        ratios.push(many / tps * 100.0);
    }
    let beside = format!("{} entries/s beside {} rows/s", number(median(mine)), number(median(bench)));
    results.add(
        "PostgreSQL, 16 clients, beside pgbench's single-row insert",
        Goal::AtLeast(40.0),
        median(ratios),
        "%",
        beside,
    );
    Ok(())
}
