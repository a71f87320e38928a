//! Killed in the middle of writing, again and again, and several processes at once: no acknowledged
//! entry is lost, none is half-written, the chain never forks.
//!
//! The processes that write are this very program, started again to run one of the ignored tests.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use domain::code::Code;
use domain::journal::{Draft, Event, Seq};
use domain::project::ProjectFact;
use domain::request::{Channel, Intake, Place, RequestFact, RequestKind};
use domain::source::Source;
use domain::subject::{Subject, SubjectKind};
use jiff::Timestamp;
use jiff::civil::date;
use rust_decimal::Decimal;
use scratch::{Durability, Scratch, Server};
use store::{Database, StoreError};

const ADDRESS: &str = "HUITIAN_TEST_ADDRESS";
const NAME: &str = "HUITIAN_TEST_NAME";

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn subject(at: usize) -> Subject {
    Subject::project(&code("p"), &code(&format!("S-{at}")))
}

/// An entry that can be told from every other by its reason.
fn draft(subject: &Subject, mark: &str) -> Draft {
    let fact = ProjectFact::Progress { part: None, percent: Decimal::ONE };
    Draft {
        effective: date(2019, 8, 14),
        actor: code("someone"),
        subject: subject.clone(),
        event: Event::Recorded { facts: vec![fact.into()] },
        source: Source::default(),
        reason: mark.to_owned(),
    }
}

/// A request that somebody brings, told by its reason, too.
fn new_request(mark: &str) -> Draft {
    let intake = Intake {
        kind: RequestKind::Complaint,
        channel: Channel::Site,
        at: date(2019, 8, 14).at(8, 0, 0, 0),
        title: "路灯".into(),
        text: "东门的路灯不亮".into(),
        number: String::new(),
        program: String::new(),
        public: true,
    };
    let place = Place { areas: Vec::new(), address: "东门".into(), point: None };
    let facts = vec![RequestFact::Intake(intake).into(), RequestFact::Place(place).into()];
    let subject = Subject::request(&code("p"), &code(&mark.replace('/', "-")));
    Draft { event: Event::Registered { facts }, ..draft(&subject, mark) }
}

fn open(address: &str) -> Database {
    Database::open(&address.parse().unwrap(), 0).unwrap()
}

/// A process that runs one of the writing tests below, and what it prints.
struct Writing {
    child: Child,
    lines: Receiver<String>,
}

impl Writing {
    fn start(test: &str, address: &str, name: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "--quiet", test])
            .env(ADDRESS, address)
            .env(NAME, name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            // The last line may be cut off by the kill: only whole ones count.
            for line in stdout.split(b'\n').map_while(Result::ok) {
                if send.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
            }
        });
        Self { child, lines }
    }

    /// Acknowledged entries, until `count` of them have come.
    fn acknowledged(&self, count: usize, into: &mut HashMap<u64, String>) {
        let begun = Instant::now();
        let mut seen = 0;
        while seen < count {
            match self.lines.recv_timeout(Duration::from_secs(30)) {
                Ok(line) => seen += usize::from(take(&line, into)),
                Err(RecvTimeoutError::Timeout) => panic!("nothing was written in {:?}", begun.elapsed()),
                Err(RecvTimeoutError::Disconnected) => panic!("the writing process ended by itself"),
            }
        }
    }

    /// Waits until the process has noticed that its database is gone.
    fn lost(&self, into: &mut HashMap<u64, String>) {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(30)).unwrap();
            if line == "lost" {
                return;
            }
            take(&line, into);
        }
    }

    /// SIGKILL, then what it had still acknowledged.
    fn kill(mut self, into: &mut HashMap<u64, String>) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        for line in self.lines.iter() {
            take(&line, into);
        }
    }
}

/// Reads `ack SEQ MARK .`; the full stop tells a whole line from one that was cut off.
fn take(line: &str, into: &mut HashMap<u64, String>) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let ["ack", seq, mark, "."] = words[..] else { return false };
    assert_eq!(into.insert(seq.parse().unwrap(), mark.to_owned()), None, "entry {seq} acknowledged twice");
    true
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).unwrap();
}

#[test]
#[ignore = "run by other tests in a process of its own, which they kill"]
fn writes_until_it_is_killed() {
    let (Ok(address), Ok(name)) = (std::env::var(ADDRESS), std::env::var(NAME)) else { return };
    let database = open(&address);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (database, name) = (&database, &name);
            scope.spawn(move || {
                for n in 0.. {
                    let mark = format!("{name}/{thread}/{n}");
                    let entry = match thread {
                        3 => new_request(&mark),
                        _ => draft(&subject(thread), &mark),
                    };
                    let outcome = database.write::<_, StoreError>(move |tx| {
                        tx.append(entry.clone(), Timestamp::from_second(1_600_000_000).unwrap())
                    });
                    match outcome {
                        Ok(entry) => say(&format!("ack {} {mark} .\n", entry.seq)),
                        // The server is away for a moment.
                        Err(StoreError::Unavailable(_) | StoreError::Uncertain(_)) => {
                            say("lost\n");
                            std::thread::sleep(Duration::from_millis(20));
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
}

/// Every acknowledged entry is there as it was acknowledged, and all is sound.
fn assert_kept(address: &str, acknowledged: &HashMap<u64, String>) -> u64 {
    let database = open(address);
    let report = database.read(|c| c.verify(|_| ())).unwrap();
    assert_eq!(report.faults, []);
    let (mut found, mut requests) = (BTreeMap::new(), 0);
    let mut after = Seq(0);
    loop {
        let entries = database.read(|c| c.entries_after(after, 5_000)).unwrap();
        let Some(last) = entries.last() else { break };
        after = last.seq;
        requests +=
            entries.iter().filter(|entry| entry.draft.subject.kind == SubjectKind::Request).count() as u64;
        found.extend(entries.into_iter().map(|entry| (entry.seq.0, entry.draft.reason)));
    }
    for (seq, mark) in acknowledged {
        assert_eq!(found.get(seq), Some(mark), "entry {seq} was acknowledged");
    }
    let mut marks: Vec<&String> = found.values().collect();
    marks.sort();
    let all = marks.len();
    marks.dedup();
    assert_eq!(marks.len(), all, "nothing is written twice");
    let listed = database.read(|c| c.request_states(&code("p"))).unwrap();
    assert_eq!(listed.iter().map(|(_, number)| number).sum::<u64>(), requests, "every request has its row");
    let rebuilt = database.rebuild(|_| ()).unwrap();
    assert_eq!(rebuilt.before, rebuilt.after, "the projections are the journal's");
    report.entries
}

fn killed_again_and_again(scratch: &Scratch) {
    let mut acknowledged = HashMap::new();
    for round in 0..20 {
        let writing = Writing::start("writes_until_it_is_killed", scratch.address(), &round.to_string());
        // Killed at another place each round: after a few entries, or many.
        writing.acknowledged(3 + round * 7 % 40, &mut acknowledged);
        writing.kill(&mut acknowledged);
        // The unacknowledged may have been kept: at most the four that were under way.
        let kept = assert_kept(scratch.address(), &acknowledged);
        assert!(kept <= acknowledged.len() as u64 + 4 * (round as u64 + 1));
    }
    assert!(acknowledged.len() > 200);
}

#[test]
fn a_process_killed_twenty_times_loses_nothing_on_sqlite() {
    killed_again_and_again(&Scratch::sqlite());
}

#[test]
fn a_process_killed_twenty_times_loses_nothing_on_postgres() {
    if let Some(scratch) = Scratch::postgres() {
        killed_again_and_again(&scratch);
    }
}

#[test]
fn a_killed_database_server_loses_nothing_and_writing_goes_on() {
    let Some(server) = Server::start(Durability::Full) else { return };
    let scratch = Scratch::on(&server);
    let mut acknowledged = HashMap::new();
    let writing = Writing::start("writes_until_it_is_killed", scratch.address(), "w");
    for round in 0..4 {
        writing.acknowledged(30, &mut acknowledged);
        if round % 2 == 0 {
            server.crash();
        } else {
            // One backend killed: the server throws all connections out and recovers.
            let pids = "SELECT pid FROM pg_stat_activity WHERE application_name = 'huitian' LIMIT 1";
            let pid = server.run("psql", &["-d", "postgres", "-Atc", pids]);
            assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
        }
        writing.lost(&mut acknowledged);
        // The same process finds its way back by itself.
        writing.acknowledged(30, &mut acknowledged);
    }
    writing.kill(&mut acknowledged);
    assert_kept(scratch.address(), &acknowledged);
}

/// Changes that each process wants to make on what it has seen.
const CHANGES: usize = 120;

#[test]
#[ignore = "run by other tests, two processes at once"]
fn changes_what_it_has_seen() {
    let (Ok(address), Ok(name)) = (std::env::var(ADDRESS), std::env::var(NAME)) else { return };
    let database = open(&address);
    // Both begin together.
    say("ready\n");
    std::io::stdin().lines().next();
    let mut conflicts = 0;
    let mut made = 0;
    while made < CHANGES {
        let place = subject(made % 2);
        let seen = database.read(|c| c.subject(&place)).unwrap().map_or(0, |held| held.version.0);
        // As long as a person takes, in small.
        std::thread::sleep(Duration::from_millis(1));
        let mark = format!("{name}/{made}/{seen}");
        let entry = draft(&place, &mark);
        let outcome = database.write::<Option<u64>, StoreError>(move |tx| {
            let version = tx.subject(&entry.subject)?.map_or(0, |held| held.version.0);
            if version != seen {
                return Ok(None);
            }
            let appended = tx.append(entry.clone(), Timestamp::from_second(1_600_000_000).unwrap())?;
            Ok(Some(appended.seq.0))
        });
        match outcome.unwrap() {
            Some(seq) => {
                made += 1;
                say(&format!("ack {seq} {mark} .\n"));
            }
            None => conflicts += 1,
        }
    }
    say(&format!("conflicts {conflicts}\n"));
}

fn two_processes(scratch: &Scratch) {
    let writers =
        ["one", "two"].map(|name| Writing::start("changes_what_it_has_seen", scratch.address(), name));
    for writer in &writers {
        while writer.lines.recv_timeout(Duration::from_secs(30)).unwrap() != "ready" {}
    }
    let mut acknowledged = HashMap::new();
    let mut conflicts = 0;
    let writers = writers.map(|mut writer| {
        writer.child.stdin.take().unwrap().write_all(b"go\n").unwrap();
        writer
    });
    for mut writer in writers {
        assert!(writer.child.wait().unwrap().success());
        for line in writer.lines.iter() {
            if let Some(count) = line.strip_prefix("conflicts ") {
                conflicts += count.parse::<u64>().unwrap();
            }
            take(&line, &mut acknowledged);
        }
    }
    let total = 2 * CHANGES;
    assert_eq!(acknowledged.len(), total);
    assert_eq!(assert_kept(scratch.address(), &acknowledged), total as u64);
    assert!(conflicts > 0, "the two never met: the test shows nothing");
    // Each change stands on exactly the one before it.
    for at in 0..2 {
        let database = open(scratch.address());
        let filter = store::EntryFilter { subject: Some(subject(at)), ..store::EntryFilter::default() };
        let mut entries = database.read(|c| c.entries(&filter, None, 500)).unwrap().items;
        entries.reverse();
        let mut last = 0;
        for entry in entries {
            let seen: u64 = entry.draft.reason.rsplit('/').next().unwrap().parse().unwrap();
            assert_eq!(seen, last, "entry {} overwrote what it had not seen", entry.seq);
            last = entry.seq.0;
        }
    }
}

#[test]
fn two_processes_lose_no_update_on_sqlite() {
    two_processes(&Scratch::sqlite());
}

#[test]
fn two_processes_lose_no_update_on_postgres() {
    if let Some(scratch) = Scratch::postgres() {
        two_processes(&scratch);
    }
}
