//! Helpers of the end-to-end tests: the built binary, a site served by it, a real browser.

pub mod browser;
pub mod http;
pub mod routes;
pub mod sound;

use std::io::{BufRead, BufReader, Read, Seek};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use tempfile::TempDir;

/// The built `huitian`, beside the running test.
pub fn binary() -> PathBuf {
    let mut path = std::env::current_exe().expect("a test knows where it runs from");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.join("huitian")
}

/// A command of the built binary, in English.
pub fn huitian(args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(args).env("LC_ALL", "en_GB.UTF-8").env_remove("HUITIAN_DATABASE");
    command
}

/// Whether the test may be left out for want of a program. Where everything is required it fails.
pub fn skipped(what: &str) -> bool {
    assert!(std::env::var_os("HUITIAN_REQUIRE_ALL").is_none(), "{what} is needed: run `cargo xtask setup`");
    println!("skipped: {what} is not installed");
    true
}

/// How long a program may take until it answers, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(180);

/// Kills its process at the end.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        Ok(Self { child: command.spawn().context("cannot start")? })
    }

    /// Starts what prints, once it answers, a line with its address, and reads that from the line. It takes a
    /// port that the system chooses: one that was free a moment ago may be somebody's by now.
    pub fn answering(
        command: &mut Command,
        address: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<(Self, String)> {
        let mut log = tempfile::tempfile()?;
        command.stdout(Stdio::piped()).stderr(log.try_clone()?);
        let mut running = Self::start(command)?;
        let stdout = running.child.stdout.take().context("no output")?;
        // It is read to the end: what it prints later must not wait for a reader.
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                drop(tell.send(line));
            }
        });
        let begun = Instant::now();
        let mut found = None;
        while found.is_none()
            && let Ok(line) = told.recv_timeout(PATIENCE.saturating_sub(begun.elapsed()))
        {
            found = address(&line);
        }
        let Some(address) = found else {
            let mut said = String::new();
            log.rewind()?;
            log.read_to_string(&mut said)?;
            anyhow::bail!("it does not answer: {said}");
        };
        Ok((running, address))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address and port in the line that the site prints once it answers.
pub fn site_address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://")?;
    rest.split('/').next().map(str::to_owned)
}

/// The demonstration, served.
pub struct Site {
    pub address: String,
    pub database: String,
    _running: Running,
    _folder: TempDir,
}

impl Site {
    pub fn demo() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite://{}", folder.path().join("demo.db").display());
        let mut command = huitian(&["demo", "--database", &database, "--listen", "127.0.0.1:0"]);
        let (running, listen) = Running::answering(&mut command, site_address)?;
        Ok(Self { address: format!("http://{listen}"), database, _running: running, _folder: folder })
    }
}
