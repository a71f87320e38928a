//! The demonstration, loaded once for all tests of this program.

use std::sync::{Arc, OnceLock};

use app::{App, FixedClock};
use domain::code::Code;
use jiff::civil::{Date, date};
use store::{Address, Database};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The day on which it is looked back at.
const LATER: Date = date(2026, 1, 5);
const FILE: &str = "demo.db";

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

pub(crate) fn plan() -> Code {
    Code::new("huitian-2018").unwrap()
}

/// Where it lies, loaded and closed again.
fn loaded() -> &'static TempDir {
    static LOADED: OnceLock<TempDir> = OnceLock::new();
    LOADED.get_or_init(|| {
        // Whoever asks first may be within a runtime already.
        std::thread::spawn(|| {
            let folder = tempfile::tempdir().unwrap();
            let database = Database::open(&Address::Sqlite(folder.path().join(FILE)), 0).unwrap();
            runtime().block_on(demo::load_plans(&database, |_, _| {})).unwrap();
            folder
        })
        .join()
        .unwrap()
    })
}

/// A copy to write in.
pub(crate) fn copy() -> (Database, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    std::fs::copy(loaded().path().join(FILE), &path).unwrap();
    (Database::open_existing(&Address::Sqlite(path)).unwrap(), folder)
}

/// A copy as it is looked back at.
pub(crate) fn looked_back_at() -> (App, TempDir) {
    let (database, folder) = copy();
    (App::new(database, Arc::new(FixedClock::morning(LATER).unwrap())), folder)
}

/// For all who only read.
pub(crate) fn app() -> &'static App {
    static APP: OnceLock<(App, TempDir)> = OnceLock::new();
    &APP.get_or_init(looked_back_at).0
}
