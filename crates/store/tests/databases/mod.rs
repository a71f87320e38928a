//! Databases for tests: a fresh file, and a fresh database on a real PostgreSQL of this process.
#![allow(clippy::unwrap_used, dead_code, reason = "a test that cannot go on fails")]

pub mod writer;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use domain::code::Code;
use domain::fact::Fact;
use domain::journal::{Draft, Event};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::project::{Membership, ProjectFact};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use store::{Address, Database};
use tempfile::TempDir;

/// A server of this process, in a folder of its own.
pub struct Server {
    pub port: u16,
    pub data: PathBuf,
    bin: PathBuf,
    child: Mutex<Option<Child>>,
    _folder: TempDir,
}

impl Server {
    /// Kills the server as a power cut would, and starts it again.
    pub fn crash(&self) {
        let mut child = self.child.lock().unwrap();
        // The wrapper that changes the user is the child; the server's own number is in its file.
        let pid = std::fs::read_to_string(self.data.join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().to_owned();
        Command::new("kill").args(["-9", &pid]).status().unwrap();
        if let Some(mut running) = child.take() {
            drop(running.wait());
        }
        // Backends notice the death of their parent within a moment.
        std::thread::sleep(Duration::from_millis(500));
        drop(std::fs::remove_file(self.data.join("postmaster.pid")));
        *child = Some(run_server(&self.bin, &self.data, self.port));
        drop(child);
        self.wait();
    }

    fn wait(&self) {
        let begun = Instant::now();
        let admin: tokio_postgres::Config = self.address("postgres").parse().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        while runtime.block_on(admin.connect(tokio_postgres::NoTls)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub fn address(&self, database: &str) -> String {
        format!("postgres://huitian@127.0.0.1:{}/{database}", self.port)
    }
}

fn find_bin() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}

/// As root the server refuses to run: it runs as the user of Debian's package.
fn as_server_user(program: &Path) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run_server(bin: &Path, data: &Path, port: u16) -> Child {
    as_server_user(&bin.join("postgres"))
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string(), "-k", "", "-c", "listen_addresses=127.0.0.1"])
        .current_dir("/")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The server of this process; `None` where PostgreSQL is not installed.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            let Some(bin) = find_bin() else {
                assert!(
                    std::env::var_os("HUITIAN_REQUIRE_ALL").is_none(),
                    "PostgreSQL is needed: run `cargo xtask setup`"
                );
                println!("skipped: PostgreSQL is not installed");
                return None;
            };
            let folder = tempfile::tempdir().unwrap();
            let data = folder.path().join("data");
            Command::new("chmod").arg("777").arg(folder.path()).status().unwrap();
            let init = as_server_user(&bin.join("initdb"))
                .arg("-D")
                .arg(&data)
                .args(["-U", "huitian", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
                .current_dir("/")
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(init.success());
            let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let child = Mutex::new(Some(run_server(&bin, &data, port)));
            let server = Server { port, data, bin, child, _folder: folder };
            server.wait();
            stop_at_exit(&server);
            Some(server)
        })
        .as_ref()
}

/// Statics are never dropped: a shell waits for this process to end and then stops the server.
fn stop_at_exit(server: &Server) {
    let script = format!(
        "while kill -0 {} 2>/dev/null; do sleep 1; done; kill -9 $(head -1 {}/postmaster.pid); rm -rf {}",
        std::process::id(),
        server.data.display(),
        server.data.parent().unwrap().display(),
    );
    drop(
        Command::new("setsid")
            .args(["sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn(),
    );
}

/// A database with its address; the folder lives as long as it.
pub struct Fresh {
    pub address: Address,
    pub text: String,
    _folder: Option<TempDir>,
}

impl Fresh {
    pub fn open(&self) -> Database {
        Database::open(&self.address, 0).unwrap()
    }
}

pub fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("sqlite://{}", folder.path().join("test.db").display());
    Fresh { address: text.parse().unwrap(), text, _folder: Some(folder) }
}

pub fn postgres() -> Option<Fresh> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = server()?;
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let config: tokio_postgres::Config = server.address("postgres").parse().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    });
    let text = server.address(&name);
    Some(Fresh { address: text.parse().unwrap(), text, _folder: None })
}

/// Runs a test on both databases.
pub fn on_both(test: impl Fn(Fresh)) {
    test(sqlite());
    if let Some(fresh) = postgres() {
        test(fresh);
    }
}

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap()
}

fn draft(subject: Subject, effective: Date, event: Event) -> Draft {
    Draft {
        effective,
        actor: code("tester"),
        subject,
        event,
        source: Source { grade: Grade::Reported, ..Source::default() },
        reason: String::new(),
    }
}

pub fn project(name: &str) -> Subject {
    Subject::project(&code("plan"), &code(name))
}

/// Registers a project.
pub fn registered(name: &str) -> Draft {
    let facts: Vec<Fact> = vec![
        ProjectFact::Name(Named::new("学校", "School")).into(),
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
    ];
    draft(project(name), date(2019, 1, 1), Event::Registered { facts })
}

/// Says that a project has started on a day.
pub fn started(name: &str, day: Date) -> Draft {
    let fact = ProjectFact::Milestone {
        aspect: Aspect::Actual,
        part: None,
        step: code("start"),
        date: Some(day.into()),
        cause: None,
    };
    draft(project(name), day, Event::Recorded { facts: vec![fact.into()] })
}

pub fn corrected(name: &str, entry: domain::journal::Seq, day: Date) -> Draft {
    let Event::Recorded { facts } = started(name, day).event else { unreachable!() };
    draft(project(name), day, Event::Corrected { entry, facts })
}
