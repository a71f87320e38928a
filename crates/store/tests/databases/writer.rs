//! Processes that write until they are killed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::journal::Seq;
use store::StoreError;

use super::Fresh;

/// Where the loop below writes to, when this very program is started again as a writer.
const LOOP_ADDRESS: &str = "HUITIAN_TEST_LOOP_ADDRESS";
const LOOP_PROJECT: &str = "HUITIAN_TEST_LOOP_PROJECT";

/// Appends for ever and prints each number once it is durable, when this program was started as a
/// writer; else does nothing. Every program that starts writers has it as its test `append_loop`.
pub fn append_loop() {
    let (Ok(address), Ok(name)) = (std::env::var(LOOP_ADDRESS), std::env::var(LOOP_PROJECT)) else {
        return;
    };
    let database = store::Database::open(&address.parse().unwrap(), 0).unwrap();
    loop {
        let draft = super::started(&name, jiff::civil::date(2019, 1, 1));
        let outcome = database.write(move |tx| tx.append(draft.clone(), super::at(1)).map(|entry| entry.seq));
        match outcome {
            Ok(seq) => {
                println!("{seq}");
                std::io::stdout().flush().unwrap();
            }
            // The server is down: those who wait are told, and it may come back.
            Err(StoreError::Uncertain(_)) => {}
            Err(error) if error.is_transient() => std::thread::sleep(Duration::from_millis(50)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// A process that writes, and what it has been told is kept.
pub struct Writer {
    child: Child,
    acknowledged: Arc<Mutex<BTreeSet<u64>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Writer {
    pub fn start(fresh: &Fresh, name: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "append_loop", "--nocapture", "--test-threads=1"])
            .env(LOOP_ADDRESS, &fresh.text)
            .env(LOOP_PROJECT, name)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let acknowledged: Arc<Mutex<BTreeSet<u64>>> = Arc::default();
        let (out, seen) = (child.stdout.take().unwrap(), acknowledged.clone());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // The frame's own lines are no numbers; a line cut off by the kill has no end.
                if let Ok(seq) = line.parse() {
                    assert!(seen.lock().unwrap().insert(seq), "{seq} acknowledged twice");
                }
            }
        });
        Self { child, acknowledged, reader: Some(reader) }
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    pub fn wait_for(&self, more: usize) {
        let goal = self.count() + more;
        for _ in 0..600 {
            if self.count() >= goal {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the writer stands still");
    }

    pub fn kill(mut self) -> BTreeSet<u64> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        std::mem::take(&mut *self.acknowledged.lock().unwrap())
    }
}

pub fn check(fresh: &Fresh, acknowledged: &BTreeSet<u64>) {
    let database = fresh.open();
    let report = database.read(|c| c.verify(|_| {})).unwrap();
    assert!(report.is_sound(), "{report:?}");
    let last = acknowledged.last().copied().unwrap_or(0);
    let head = database.read(|c| c.head()).unwrap();
    assert!(head >= Seq(last), "acknowledged {last}, found only {head}");
    let rebuilt = database.rebuild(|_| {}).unwrap();
    assert_eq!(rebuilt.before, rebuilt.after, "projections and journal are one");
}
