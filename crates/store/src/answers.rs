//! The thread that takes commits to the disk and then answers those who wait for them.
//!
//! SQLite would wait for the disk within the commit, and nothing could be worked out meanwhile. So it only writes its log
//! (`synchronous=NORMAL`, by which it still waits before it changes the file itself), and here the log is taken to the
//! disk: nobody is told that something is done before it is there. What others read may be some milliseconds ahead of it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use crate::error::{Result, StoreError};
use crate::writer::Job;

/// SQLite's log, as it is taken to the disk.
#[derive(Clone)]
pub(crate) struct Log {
    path: PathBuf,
    /// Whether its folder is known to name it.
    named: Arc<AtomicBool>,
    /// Whether anybody waits for the disk at all.
    waits: Arc<AtomicBool>,
    /// Whether some of it may never come to the disk.
    broken: Arc<AtomicBool>,
}

impl Log {
    /// Of a database's file.
    pub fn of(file: &Path) -> Self {
        let mut path = file.as_os_str().to_owned();
        path.push("-wal");
        Self {
            path: path.into(),
            named: Arc::default(),
            waits: Arc::new(AtomicBool::new(true)),
            broken: Arc::default(),
        }
    }

    /// Whether commits wait for the disk from now on.
    pub fn wait(&self, waits: bool) {
        self.waits.store(waits, Ordering::SeqCst);
    }

    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    /// All of it was put in its place, and has come to the disk there.
    pub fn is_mended(&self) {
        self.broken.store(false, Ordering::SeqCst);
    }

    /// Takes to the disk what was written so far.
    fn sync(&self) -> Result<()> {
        if !self.waits.load(Ordering::SeqCst) {
            return Ok(());
        }
        let opened = File::options().write(true).open(&self.path);
        if opened.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            // Nothing was ever written.
            return Ok(());
        }
        let synced = opened.and_then(|log| {
            log.sync_data()?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if !self.named.load(Ordering::SeqCst) {
                File::open(folder.unwrap_or_else(|| ".".as_ref()))?.sync_all()?;
                self.named.store(true, Ordering::SeqCst);
            }
            Ok(())
        });
        synced.map_err(|error| {
            self.broken.store(true, Ordering::SeqCst);
            StoreError::Uncertain(format!("{}: {error}", self.path.display()))
        })
    }
}

/// Answers those whose work was committed.
pub(crate) struct Answers {
    log: Option<Log>,
    given: Option<Sender<Vec<Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Answers {
    /// `synced` is called each time that what was given has come to the disk, before anybody is told: who is told may
    /// come again at once.
    pub fn start(log: Option<Log>, synced: impl Fn() + Send + 'static) -> Self {
        let (given, committed) = channel::<Vec<Job>>();
        let own = log.clone();
        let thread = std::thread::Builder::new().name("huitian-answers".into()).spawn(move || {
            for jobs in committed {
                answer(own.as_ref(), jobs, &synced);
            }
        });
        Self { log, given: thread.is_ok().then_some(given), thread: thread.ok() }
    }

    pub fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    /// Leaves it to the thread, while the next ones are worked on; whether it took them. Else they are answered.
    pub fn give(&self, jobs: Vec<Job>) -> bool {
        let unsent = match &self.given {
            Some(given) => given.send(jobs).map_err(|unsent| unsent.0).err(),
            None => Some(jobs),
        };
        let taken = unsent.is_none();
        unsent.into_iter().for_each(|jobs| self.answer(jobs));
        taken
    }

    /// Answers at once.
    pub fn answer(&self, jobs: Vec<Job>) {
        answer(self.log.as_ref(), jobs, &|| {});
    }
}

fn answer(log: Option<&Log>, jobs: Vec<Job>, synced: &impl Fn()) {
    let failure = log.and_then(|log| log.sync().err());
    synced();
    for job in jobs {
        (job.finish)(failure.clone());
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.given = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use scratch::Scratch;

    use super::*;
    use crate::database::Database;
    use crate::sql::Param;

    fn written(database: &Database) -> Result<()> {
        database.write(|tx| tx.writing().send("UPDATE chain SET tokens = tokens + 1 WHERE id = 1", &[]))
    }

    #[test]
    fn what_cannot_be_taken_to_the_disk_is_uncertain() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::of(&folder.path().join("h.db"));
        assert!(log.sync().is_ok() && !log.is_broken());
        std::fs::create_dir(folder.path().join("h.db-wal")).unwrap();
        assert!(matches!(log.sync(), Err(StoreError::Uncertain(_))));
        assert!(log.is_broken());
        log.wait(false);
        assert!(log.sync().is_ok());
    }

    #[test]
    fn after_the_disk_failed_nothing_is_written_before_the_log_is_in_its_place() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        written(&database).unwrap();
        let log = database.log().unwrap();
        log.broken.store(true, Ordering::SeqCst);
        // Who still reads what was before needs the log.
        let while_read = database.read(|c| {
            c.rows("SELECT tokens FROM chain", &[] as &[Param], |row| row.int(0))?;
            Ok::<_, StoreError>(written(&database))
        });
        assert!(matches!(while_read.unwrap(), Err(StoreError::Unavailable(_))));
        assert!(log.is_broken());
        written(&database).unwrap();
        assert!(!log.is_broken());
        let tokens = database.read(|c| c.first("SELECT tokens FROM chain", &[], |row| row.int(0))).unwrap();
        assert_eq!(tokens, Some(2));
    }
}
