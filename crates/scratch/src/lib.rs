//! Databases for tests and benches: a SQLite file in a folder of its own, or a database on a
//! PostgreSQL server that is started for the process and gone with it. And pages of documents, drawn.

pub mod drawn;
mod server;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use server::{Durability, Server};
use tempfile::TempDir;

/// A fresh, empty database; its file goes when this does.
pub struct Scratch {
    address: String,
    folder: Option<TempDir>,
}

impl Scratch {
    /// A SQLite file that does not exist yet.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let address = format!("sqlite://{}", folder.path().join("scratch.db").display());
        Self { address, folder: Some(folder) }
    }

    /// A database on the process's PostgreSQL server; `None` where PostgreSQL is not installed.
    ///
    /// # Panics
    /// Where it is not installed although `HUITIAN_REQUIRE_ALL` is set, or will not start.
    pub fn postgres() -> Option<Self> {
        Some(Self::on(shared()?))
    }

    /// A fresh database on a server.
    pub fn on(server: &Server) -> Self {
        Self { address: server.create_database(), folder: None }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder of a SQLite file.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    pub fn is_postgres(&self) -> bool {
        self.folder.is_none()
    }
}

/// The server that all tests of a process share. It does not wait for the disk: tests that cut the
/// power need a server of their own.
fn shared() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Durability::Relaxed)).as_ref()
}

/// Says that a test is left out for want of a program.
///
/// # Panics
/// Where everything is required (`HUITIAN_REQUIRE_ALL`).
pub fn skip(what: &str) {
    assert!(std::env::var_os("HUITIAN_REQUIRE_ALL").is_none(), "{what} is needed: run `cargo xtask setup`");
    println!("skipped: {what} is not installed");
}

/// A file of the data that lie beside the project and do not ship with it: in the folder that `HUITIAN_SHARED` names, or
/// `../shared` beside the checkout. Says so where it is not there: such tests pass over it.
pub fn shared_data(path: impl AsRef<Path>) -> Option<PathBuf> {
    let folder = std::env::var_os("HUITIAN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let file = folder.join(path);
    if file.exists() {
        return Some(file);
    }
    println!("skipped: shared data not present ({})", file.display());
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_survives_a_crash_and_leaves_nothing_behind() {
        let Some(server) = Server::start(Durability::Relaxed) else { return };
        let folder = server.folder().to_owned();
        server.create_database();
        server.run("psql", &["-d", "scratch_0", "-c", "CREATE TABLE kept (n INT)"]);
        server.crash();
        assert_eq!(server.run("psql", &["-d", "scratch_0", "-Atc", "SELECT COUNT(*) FROM kept"]).trim(), "0");
        drop(server);
        assert!(!folder.exists());
    }
}
