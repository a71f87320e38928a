//! A PostgreSQL server in a temporary folder, reached by a socket in it, and where asked by a port too.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The port that names the socket where no port is listened on.
const SOCKET_PORT: u16 = 5432;

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    Full,
    /// Quicker; still safe against a killed process, not against a power cut.
    Relaxed,
}

/// Runs until it is dropped or its process ends, however that ends: its keeper, a shell, reads from a
/// pipe that closes then, stops the server and clears its folder away.
pub struct Server {
    keeper: Mutex<Keeper>,
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    count: AtomicU32,
}

struct Keeper {
    shell: Child,
    /// Closing it ends the server.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// `$1` programs, `$2` further settings. Each line read starts the server again when it has gone.
const KEEPER: &str = r#"
set -u
trap '' INT
as=''
folder=$(mktemp -d "${TMPDIR:-/tmp}/huitian-postgres.XXXXXX") || exit 1
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as='setpriv --reuid=postgres --regid=postgres --clear-groups'
fi
cd "$folder" || exit 1
clear_away() { kill -QUIT "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; cd /; rm -rf "$folder"; }
pid=0
launch() {
  $as "$1/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 $2 \
    >>"$folder/log" 2>&1 </dev/null &
  pid=$!
}
$as "$1/initdb" -D "$folder/data" -U huitian -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || {
  cat "$folder/log" >&2; rm -rf "$folder"; exit 1; }
launch "$1" "$2"
while :; do
  tries=0
  until "$1/pg_isready" -q -h "$folder" -U huitian -d postgres; do
    tries=$((tries + 1))
    if [ $tries -gt 600 ]; then cat "$folder/log" >&2; clear_away; exit 1; fi
    kill -0 "$pid" 2>/dev/null || launch "$1" "$2"
    sleep 0.05
  done
  echo "$folder"
  read -r line || { clear_away; exit 0; }
  wait "$pid" 2>/dev/null
  launch "$1" "$2"
done
"#;

impl Server {
    /// Starts a server; `None` where PostgreSQL is not installed and need not be.
    ///
    /// # Panics
    /// Where it is installed and does not start.
    pub fn start(durability: Durability) -> Option<Self> {
        Self::start_with(durability, SOCKET_PORT, "")
    }

    /// As [`start`](Self::start), reached by a free port of 127.0.0.1 as well.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_on_port(durability: Durability) -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        drop(listener);
        Self::start_with(durability, port, "-c listen_addresses=127.0.0.1")
    }

    fn start_with(durability: Durability, port: u16, reach: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            super::skip("PostgreSQL");
            return None;
        };
        let settings = match durability {
            Durability::Full => "",
            Durability::Relaxed => "-c fsync=off",
        };
        let mut shell = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&programs)
            .arg(format!("{settings} {reach}"))
            .env("PGPORT", port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let orders = shell.stdin.take();
        let mut answers = BufReader::new(shell.stdout.take().expect("a pipe was asked for"));
        let folder = ready(&mut answers);
        let keeper = Mutex::new(Keeper { shell, orders, answers });
        Some(Self { keeper, folder, programs, port, count: AtomicU32::new(0) })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of a database on this server.
    pub fn address(&self, database: &str) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://huitian@{socket}:{}/{database}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Encrypts connections by the port from now on, with a certificate and its key in PEM.
    ///
    /// # Panics
    /// When the server does not take them.
    pub fn encrypt(&self, certificate: &str, key: &str) {
        // The server writes them itself, a row for each line: it refuses a key that others may read.
        for (file, text) in [("server.crt", certificate), ("server.key", key)] {
            let rows = format!("SELECT unnest(string_to_array('{}', E'\\n'))", text.trim_end());
            self.sql(&format!("COPY ({rows}) TO PROGRAM 'umask 077; cat >{file}'"));
        }
        self.sql("ALTER SYSTEM SET ssl = on");
        let loaded = self.sql("SELECT pg_conf_load_time()");
        self.sql("SELECT pg_reload_conf()");
        let begun = Instant::now();
        while self.sql("SELECT pg_conf_load_time()") == loaded {
            assert!(begun.elapsed() < Duration::from_secs(10), "the server does not read its settings");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs a statement and gives what it returned.
    ///
    /// # Panics
    /// When it fails.
    pub fn sql(&self, statement: &str) -> String {
        self.run("psql", &["-v", "ON_ERROR_STOP=1", "-d", "postgres", "-Atc", statement])
    }

    /// Makes a fresh database and gives its address.
    pub fn create_database(&self) -> String {
        let name = format!("scratch_{}", self.count.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &[&name]);
        self.address(&name)
    }

    /// A program of PostgreSQL, told where the server is.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.env("PGHOST", &self.folder).env("PGUSER", "huitian").env("PGPORT", self.port.to_string());
        command
    }

    /// Runs a program of PostgreSQL and gives what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, name: &str, args: &[&str]) -> String {
        let output = self.program(name).args(args).output().expect("PostgreSQL's programs");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Kills the postmaster as a power cut would, and starts the server again.
    pub fn crash(&self) {
        let file =
            std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("a running server");
        let pid = file.lines().next().unwrap_or_default().to_owned();
        let killed = Command::new("kill").args(["-KILL", &pid]).status();
        assert!(killed.is_ok_and(|status| status.success()), "the postmaster could not be killed");
        let mut keeper = self.keeper.lock().expect("no test panics here");
        let orders = keeper.orders.as_mut().expect("open until the end");
        orders.write_all(b"again\n").and_then(|()| orders.flush()).expect("the keeper reads");
        ready(&mut keeper.answers);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(keeper) = self.keeper.get_mut() {
            keeper.orders = None;
            drop(keeper.shell.wait());
        }
    }
}

/// Waits until the server answers; gives its folder.
fn ready(answers: &mut BufReader<ChildStdout>) -> PathBuf {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the keeper answers");
    assert!(!line.is_empty(), "PostgreSQL did not start");
    PathBuf::from(line.trim_end())
}

/// The folder of PostgreSQL's programs: `HUITIAN_POSTGRES_BIN`, else the newest that Debian installed.
fn programs() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("HUITIAN_POSTGRES_BIN") {
        return Some(named.into());
    }
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder): &(u32, PathBuf)| has_server(folder))
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

fn has_server(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_isready", "createdb"].iter().all(|name| folder.join(name).is_file())
}
