//! The built program: loading the demonstration, starting, and what it holds while nobody asks.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::results::{Goal, Results, median};

/// The program, built for release beside this one.
pub fn huitian() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("huitian");
    anyhow::ensure!(program.is_file(), "build it first: cargo build --release --package huitian");
    Ok(program)
}

pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

/// A port that nobody listens at.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Asks for a page; `None` while nobody answers.
pub fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// What a process holds, in megabytes: of its own, its program with it, and of the database's file besides, which the
/// system takes back whenever it needs the room.
struct Held {
    own: f64,
    of_database: f64,
}

impl Held {
    fn of(process: u32) -> anyhow::Result<Self> {
        let maps = std::fs::read_to_string(format!("/proc/{process}/smaps"))?;
        let (mut own, mut of_database, mut is_database) = (0.0, 0.0, false);
        for line in maps.lines() {
            if let Some(kilobytes) = line.strip_prefix("Rss:") {
                let kilobytes: f64 = kilobytes.trim().trim_end_matches(" kB").trim().parse()?;
                *(if is_database { &mut of_database } else { &mut own }) += kilobytes / 1_024.0;
            } else if line.split(' ').next().is_some_and(|range| range.contains('-')) {
                is_database = line.ends_with(".db") || line.ends_with(".db-wal") || line.ends_with(".db-shm");
            }
        }
        Ok(Self { own, of_database })
    }

    fn beside(of_database: &[f64]) -> String {
        format!("and {:.0} MB of the database's file, mapped", median(of_database.to_vec()))
    }
}

pub fn server(results: &mut Results) -> anyhow::Result<()> {
    let program = huitian()?;
    let folder = tempfile::tempdir()?;
    let mut loads = Vec::new();
    let mut database = String::new();
    for n in 0..3 {
        database = format!("sqlite://{}", folder.path().join(format!("demo{n}.db")).display());
        let begun = Instant::now();
        let status = Command::new(&program)
            .args(["demo", "--load-only", "--database", &database])
            .stderr(Stdio::null())
            .status()?;
        anyhow::ensure!(status.success(), "the demonstration was not loaded");
        loads.push(begun.elapsed().as_secs_f64());
    }
    results.add("loading the demonstration", Goal::AtMost(5.0), median(loads), "s", "");

    let (mut starts, mut idle, mut used) = (Vec::new(), (Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for _ in 0..3 {
        let port = free_port()?;
        let begun = Instant::now();
        let child = Command::new(&program)
            .args(["serve", "--insecure-cookies", "--database", &database])
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let running = Running(child);
        let answer = loop {
            match get(port, "/p/huitian-2018?as_of=2019-08-14") {
                Some(answer) => break answer,
                None => std::thread::sleep(Duration::from_millis(2)),
            }
            anyhow::ensure!(begun.elapsed() < Duration::from_secs(20), "no answer");
        };
        starts.push(begun.elapsed().as_secs_f64());
        anyhow::ensure!(answer.starts_with("HTTP/1.1 200"), "{}", answer.lines().next().unwrap_or_default());
        std::thread::sleep(Duration::from_secs(1));
        let held = Held::of(running.0.id())?;
        idle.0.push(held.own);
        idle.1.push(held.of_database);
        for month in 1..=12 {
            for path in ["", "/projects", "/figures"] {
                get(port, &format!("/p/huitian-2018{path}?as_of=2019-{month:02}-14")).context("no answer")?;
            }
        }
        std::thread::sleep(Duration::from_secs(1));
        let held = Held::of(running.0.id())?;
        used.0.push(held.own);
        used.1.push(held.of_database);
    }
    results.add("start to the first page of the overview", Goal::AtMost(0.5), median(starts), "s", "");
    let beside = Held::beside(&idle.1);
    results.add("idle memory after it", Goal::AtMost(80.0), median(idle.0), "MB", beside);
    let beside = Held::beside(&used.1);
    results.add("idle memory after a year of pages", Goal::AtMost(80.0), median(used.0), "MB", beside);
    Ok(())
}
