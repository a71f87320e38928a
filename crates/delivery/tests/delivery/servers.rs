//! Several servers on one database, one of them killed in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::notify::tell;
use app::{App, Clock, SystemClock};
use delivery::{Courier, Settings};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use scratch::Scratch;
use store::{Database, StoreError};

use crate::office::*;
use crate::sinks::{MailSink, Manner};

const PEOPLE: usize = 40;
const EVENTS: usize = 10;
const TOTAL: usize = PEOPLE * EVENTS;

/// The machine's clock, put forward.
struct Ahead(SystemClock, SignedDuration);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now() + self.1
    }

    fn zone(&self) -> &TimeZone {
        self.0.zone()
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Server {
    fn start(database: &str, settings: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_courier"));
        Self(command.arg(database).arg(settings).stdin(Stdio::piped()).spawn().unwrap())
    }
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn killed_in_the_middle(scratch: &Scratch) {
    let sink = MailSink::start(Manner::Takes);
    *sink.delay.lock().unwrap() = Duration::from_millis(20);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notify.toml");
    let text = format!("site = \"https://plan.example.org\"\n{}", mail_to(sink.port));
    std::fs::write(&file, text.replace("timeout_seconds = 1", "timeout_seconds = 30")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
    let ahead = Ahead(SystemClock::new(None).unwrap(), SignedDuration::from_secs(90));
    let app = App::new(database.clone(), Arc::new(ahead));
    let people: Vec<String> = (0..PEOPLE).map(|n| format!("p{n}")).collect();
    people.iter().for_each(|name| hire(&app, &runtime, name));
    let now = SystemClock::new(None).unwrap().now();
    let to: Vec<_> = people.iter().map(|name| person(name)).collect();
    let told: usize = database
        .write::<_, StoreError>(move |tx| {
            (0..EVENTS).map(|n| tell(tx, &notice(&format!("entry-{n}"), false), &to, now)).sum()
        })
        .unwrap();
    assert_eq!(told, TOTAL);

    let one = Server::start(scratch.address(), &file);
    let _two = Server::start(scratch.address(), &file);
    let holders = || {
        database
            .read(|c| {
                c.rows(
                    "SELECT DISTINCT holder FROM job WHERE settled_at IS NULL AND holder <> ''",
                    &[],
                    |row| Ok(row.text(0)?.to_owned()),
                )
            })
            .unwrap()
    };
    wait_for("both at work", || holders().len() == 2 || sink.got().len() > TOTAL / 2);
    wait_for("some delivered", || sink.got().len() > TOTAL / 8);
    let at_work = holders().len();
    drop(one);
    let sizes = || runtime.block_on(app.queue_sizes()).unwrap();
    // What the living one can have, it delivers; the dead one's leases are still running.
    wait_for("the rest", || sizes().open == sizes().held && holders().len() <= 1);
    let left = sizes().held;
    // Whoever comes after the leases have ended takes up what the dead one held.
    let courier = Courier::new(app.clone(), Settings::read(&file).unwrap()).unwrap();
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let running = runtime.spawn(courier.run(async { drop(stopping.await) }));
    wait_for("all", || sizes().open == 0);
    drop(stop);
    runtime.block_on(running).unwrap();

    assert_eq!(sizes().dead, 0);
    let mut times: BTreeMap<(String, String), usize> = BTreeMap::new();
    for mail in sink.got() {
        *times.entry((mail.to, mail.id)).or_default() += 1;
    }
    assert_eq!(times.len(), TOTAL, "every notice was delivered, under one identity each");
    assert_eq!(times.keys().map(|(_, id)| id).collect::<BTreeSet<_>>().len(), TOTAL);
    // What the killed server had sent and not written down is sent once more: no others. On each of its
    // four connections that is the mail under way and four at most before it.
    let repeated = times.values().filter(|times| **times > 1).count();
    assert!(repeated <= 4 * 5 && times.values().all(|times| *times <= 2), "{repeated} were repeated");
    println!("{at_work} servers at work, {left} jobs left by the killed one, {repeated} mails repeated");
    assert!(left > 0, "nothing was under way when it was killed: the test shows nothing");
}

#[test]
fn one_killed_in_the_middle_loses_nothing_on_postgres() {
    if let Some(scratch) = Scratch::postgres() {
        killed_in_the_middle(&scratch);
    }
}

#[test]
fn one_killed_in_the_middle_loses_nothing_on_sqlite() {
    killed_in_the_middle(&Scratch::sqlite());
}
