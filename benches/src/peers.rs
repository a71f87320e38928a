//! Peers of the place engine from PyPI, given the same tasks in the same run by `benches/peers.py`. Without them the table
//! says that it was not compared, and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::results::{Goal, Results, number};

/// What peers took, in milliseconds, by peer and task.
pub struct Peers {
    took: BTreeMap<(String, String), f64>,
    /// Why a peer took nothing; for all of them where the script did not run.
    why: BTreeMap<String, String>,
    not_run: Option<String>,
}

/// A Python that has them: the one that is named, else the one that was set up.
fn python() -> PathBuf {
    std::env::var_os("PLACE_PEERS_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/place-peers/bin/python"),
        PathBuf::from,
    )
}

impl Peers {
    pub fn measure(data: &Path, pairs: &Path) -> Self {
        let mut out = Self { took: BTreeMap::new(), why: BTreeMap::new(), not_run: None };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.py");
        let done = Command::new(python()).arg(script).args([data, pairs]).stderr(Stdio::inherit()).output();
        let said = match done {
            Ok(done) => {
                if !done.status.success() {
                    out.not_run = Some(format!("the peers' script ended early: {}", done.status));
                }
                String::from_utf8_lossy(&done.stdout).into_owned()
            }
            Err(_) => {
                out.not_run = Some("no Python with the peers: name one by PLACE_PEERS_PYTHON".to_owned());
                String::new()
            }
        };
        for line in said.lines() {
            let Some((peer, rest)) = line.split_once(": ") else { continue };
            let time = rest.strip_suffix(" ms").and_then(|rest| rest.rsplit_once(' '));
            match time.and_then(|(task, time)| Some((task.trim_end(), time.parse().ok()?))) {
                Some((task, time)) => drop(out.took.insert((peer.to_owned(), task.to_owned()), time)),
                None => drop(out.why.insert(peer.to_owned(), rest.to_owned())),
            }
        }
        out
    }

    /// How many times longer a peer took than we did.
    pub fn ratio(&self, results: &mut Results, goal: Goal, ours: f64, (peer, task): (&str, &str)) {
        let what = format!("… beside {peer}: {task}");
        match self.took.get(&(peer.to_owned(), task.to_owned())) {
            Some(took) => results.add(what, goal, took / ours, "×", format!("{} ms", number(*took))),
            None => {
                let why = self.why.get(peer).or(self.not_run.as_ref());
                let why = why.map_or_else(|| format!("{peer} did not do it"), Clone::clone);
                results.missing(what, goal, "×", why);
            }
        }
    }
}
