//! Helpers of the end-to-end tests: the built binary, a site served by it, a real browser.

pub mod browser;
pub mod http;
pub mod routes;
pub mod sound;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
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

/// A port nobody listens on at the moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .expect("a free port")
}

/// Whether the test may be left out for want of a program. Where everything is required it fails.
pub fn skipped(what: &str) -> bool {
    assert!(std::env::var_os("HUITIAN_REQUIRE_ALL").is_none(), "{what} is needed: run `cargo xtask setup`");
    println!("skipped: {what} is not installed");
    true
}

/// Kills its process at the end.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        Ok(Self { child: command.spawn().context("cannot start")? })
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
        let port = free_port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = huitian(&["demo", "--database", &database, "--listen", &listen]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("cannot start huitian: is it built?")?;
        let stdout = child.stdout.take().context("no output")?;
        let running = Running { child };
        // The address is printed once the site answers.
        let found = BufReader::new(stdout).lines().map_while(Result::ok).any(|line| line.contains(&listen));
        anyhow::ensure!(found, "the site did not start");
        wait_for(|| std::net::TcpStream::connect(&listen).is_ok())?;
        Ok(Self { address: format!("http://{listen}"), database, _running: running, _folder: folder })
    }
}

/// Waits until something holds, at most half a minute.
pub fn wait_for(holds: impl Fn() -> bool) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !holds() {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(30), "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
