//! A database: one writer, many readers.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use domain::journal::Seq;
use tokio::runtime::{Handle, Runtime};

use crate::error::{Result, StoreError};
use crate::migrate;
use crate::postgres::PostgresConnection;
use crate::sql::Connection;
use crate::sqlite::SqliteConnection;
use crate::tls::Security;
use crate::writer::{Tx, Writer};

/// Where the data lie: `sqlite://FILE` or `postgres://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl FromStr for Address {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            if path.is_empty() {
                return Err(StoreError::Address(text.into()));
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Security::take(text)?;
            return Ok(Self::Postgres(text.into()));
        }
        Err(StoreError::Address(text.into()))
    }
}

impl Address {
    /// The address without a password, for messages and logs.
    pub fn redacted(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(address) => match (address.split_once("://"), address.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
                _ => address.clone(),
            },
        }
    }

    fn connect(&self, write: bool, runtime: Option<&Handle>) -> Result<Connection> {
        Ok(match (self, runtime) {
            (Self::Sqlite(path), _) => Connection::Sqlite(SqliteConnection::open(path, write)?),
            (Self::Postgres(address), Some(runtime)) => {
                Connection::Postgres(PostgresConnection::connect(address, runtime.clone())?)
            }
            (Self::Postgres(address), None) => return Err(StoreError::Address(address.clone())),
        })
    }
}

struct Readers {
    address: Address,
    runtime: Option<Handle>,
    /// Connections at rest, and how many more may be opened.
    pool: Mutex<(Vec<Connection>, usize)>,
    returned: Condvar,
}

/// A handle that can be cloned freely; the last one closes the database.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

// The writer is declared before the runtime: it is stopped while connections can still work.
struct Inner {
    readers: Readers,
    checkpoints: Mutex<Option<Checkpoints>>,
    writer: Writer,
    /// PostgreSQL's connections live on a small runtime of their own, so that commands and servers
    /// use the same blocking calls.
    _runtime: Option<Background>,
}

/// A runtime that asynchronous code, too, may be the last to let go of.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Database {
    /// Opens the database, creates it when it is missing, and brings its schema up to date.
    pub fn open(address: &Address, now: i64) -> Result<Self> {
        if let Address::Sqlite(path) = address
            && let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent)
                .map_err(|error| StoreError::Unavailable(format!("{}: {error}", parent.display())))?;
        }
        Self::open_with(address, Some(now))
    }

    /// Opens a database that is there, without changing its schema.
    pub fn open_existing(address: &Address) -> Result<Self> {
        if let Address::Sqlite(path) = address
            && !path.is_file()
        {
            return Err(StoreError::Unavailable(format!("{}: no such file", path.display())));
        }
        Self::open_with(address, None)
    }

    fn open_with(address: &Address, migrate_at: Option<i64>) -> Result<Self> {
        let runtime = match address {
            Address::Sqlite(_) => None,
            Address::Postgres(_) => Some(
                tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .thread_name("huitian-postgres")
                    .enable_all()
                    .build()
                    .map_err(|error| StoreError::Unavailable(error.to_string()))?,
            ),
        };
        let handle = runtime.as_ref().map(|runtime| runtime.handle().clone());
        let mut connection = address.connect(true, handle.as_ref())?;
        if let Some(now) = migrate_at {
            migrate::migrate(&mut connection, now)?;
        }
        let reconnect = {
            let (address, handle) = (address.clone(), handle.clone());
            move || address.connect(true, handle.as_ref())
        };
        let most = std::thread::available_parallelism().map_or(4, |n| n.get() * 4).clamp(4, 32);
        Ok(Self {
            inner: Arc::new(Inner {
                readers: Readers {
                    address: address.clone(),
                    runtime: handle,
                    pool: Mutex::new((Vec::new(), most)),
                    returned: Condvar::new(),
                },
                checkpoints: Mutex::default(),
                writer: Writer::start(connection, Box::new(reconnect)),
                _runtime: runtime.map(|runtime| Background(Some(runtime))),
            }),
        })
    }

    /// Clears what was deleted out of unused places of the database's files.
    pub fn compact(&self) -> Result<()> {
        let readers = &self.inner.readers;
        let mut connection = readers.address.connect(true, readers.runtime.as_ref())?;
        if connection.is_postgres() {
            connection.execute("VACUUM (FULL)", &[])?;
            return Ok(());
        }
        // The index of words keeps what was taken out of it until its parts are merged.
        connection.batch(
            "PRAGMA secure_delete = ON; INSERT INTO request_pieces (request_pieces) VALUES ('optimize'); \
             INSERT INTO request_pieces_shown (request_pieces_shown) VALUES ('optimize'); VACUUM;",
        )?;
        // What was written before still stands in the log until it is begun anew.
        let busy = connection.first("PRAGMA wal_checkpoint(TRUNCATE)", &[], |row| row.int(0))?;
        match busy {
            Some(0) => Ok(()),
            // Somebody reads what was before: the log cannot be begun anew.
            _ => Err(StoreError::Unavailable("others read it: stop the server and run this again".into())),
        }
    }

    /// Much will be written in large pieces and by nobody else: more of it is held before it goes to its place, so that
    /// a page is written for many rows, and what is committed is put there by a thread of its own. A commit does not wait
    /// for the disk: what a failing machine loses is the end, until [`settle`](Self::settle) has returned. For a process
    /// that does nothing else, until it ends.
    pub fn expect_much(&self) -> Result<()> {
        let Address::Sqlite(_) = self.address() else { return Ok(()) };
        // The writer steps in where the other thread falls behind.
        self.inner.writer.between(|connection| {
            if let Some(log) = connection.log() {
                log.wait(false);
            }
            connection.batch(
                "PRAGMA cache_size=-114688; PRAGMA wal_autocheckpoint=128000; PRAGMA journal_size_limit=-1;",
            )
        })?;
        // The longer it waits, the more often a page that is written again and again is put down only once.
        self.checkpoint_every(Duration::from_secs(3))
    }

    /// What is committed is put in its place by a thread of its own from now on: whoever waits for a commit does not wait
    /// for that, too. For a process that serves.
    pub fn checkpoint_beside(&self) -> Result<()> {
        self.checkpoint_every(Duration::from_millis(250))
    }

    fn checkpoint_every(&self, pause: Duration) -> Result<()> {
        let Address::Sqlite(_) = self.address() else { return Ok(()) };
        let connection = self.address().connect(true, None)?;
        let mut checkpoints = self.inner.checkpoints.lock().unwrap_or_else(PoisonError::into_inner);
        checkpoints.get_or_insert_with(|| Checkpoints::start(connection, pause));
        Ok(())
    }

    /// Returns once all that was committed is on the disk, and commits wait for it again.
    pub fn settle(&self) -> Result<()> {
        let Address::Sqlite(_) = self.address() else { return Ok(()) };
        self.inner.writer.between(|connection| {
            if let Some(log) = connection.log() {
                log.wait(true);
            }
            Ok(())
        })?;
        // With the next commit the whole log comes to the disk.
        self.write(|tx| tx.writing().send("UPDATE chain SET seq = seq WHERE id = 1", &[]))
    }

    /// The writer's log.
    #[cfg(test)]
    pub(crate) fn log(&self) -> Option<crate::answers::Log> {
        self.inner.writer.between(|connection| Ok(connection.log().cloned())).unwrap()
    }

    pub fn address(&self) -> &Address {
        &self.inner.readers.address
    }

    /// The last entry of what this process committed last; `None` before the first. Others may have written more.
    pub fn last_written(&self) -> Option<Seq> {
        Some(Seq(self.inner.writer.written())).filter(|seq| seq.0 > 0)
    }

    /// Runs `work` in one consistent read transaction. Rows of all requests that were taken in before it begins are in
    /// their places. Blocks: call it from a thread that may.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let readers = &self.inner.readers;
        let mut connection = readers.begin()?;
        match connection.lacks_rows() {
            Ok(false) => {}
            Ok(true) => {
                readers.end(connection);
                self.write(|tx| tx.put_rows())?;
                connection = readers.begin()?;
            }
            Err(error) => {
                readers.end(connection);
                return Err(error.into());
            }
        }
        let outcome = work(&mut connection);
        readers.end(connection);
        outcome
    }

    /// As [`read`](Self::read), of what has nothing to do with rows of requests: nothing is waited for, and asking for
    /// one is an error.
    pub fn read_apart<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.inner.readers.begin()?;
        connection.keep_apart();
        let outcome = work(&mut connection);
        self.inner.readers.end(connection);
        outcome
    }

    /// Runs `work` in the writer and returns once it is durable. It may be run again when it had to
    /// share a transaction with work that failed. Blocks: call it from a thread that may.
    pub fn write<T, E>(&self, work: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.writer.submit(work).recv().unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// As [`write`](Self::write), for asynchronous callers.
    pub async fn write_async<T, E>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.inner.writer.submit_async(work).await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// As [`read_apart`](Self::read_apart), for asynchronous callers.
    pub async fn read_apart_async<T, E>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.aside(move |database| database.read_apart(work)).await
    }

    /// As [`read`](Self::read), for asynchronous callers.
    pub async fn read_async<T, E>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.aside(move |database| database.read(work)).await
    }

    /// Does what blocks on a thread that may.
    async fn aside<T, E>(&self, work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let database = self.clone();
        tokio::task::spawn_blocking(move || work(&database))
            .await
            .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }
}

/// The thread that puts what was committed into its place, so that the writer need not.
struct Checkpoints {
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    fn start(mut connection: Connection, pause: Duration) -> Self {
        let (running, stopped) = channel::<()>();
        let work = move || {
            while matches!(stopped.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
                // What fails is done by the writer, or the next time.
                drop(connection.batch("PRAGMA wal_checkpoint(PASSIVE)"));
            }
        };
        let thread = std::thread::Builder::new().name("huitian-places".into()).spawn(work).ok();
        Self { running: Some(running), thread }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.running = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Readers {
    fn take(&self) -> Result<Connection> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = pool.0.pop() {
                if !is_closed(&connection) {
                    return Ok(connection);
                }
                pool.1 += 1;
                continue;
            }
            if pool.1 > 0 {
                pool.1 -= 1;
                drop(pool);
                return self.address.connect(false, self.runtime.as_ref()).inspect_err(|_| self.forget());
            }
            pool = self.returned.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A connection in a transaction of its own.
    fn begin(&self) -> Result<Connection> {
        let mut connection = self.take()?;
        match connection.begin(false) {
            Ok(()) => Ok(connection),
            Err(error) => {
                self.forget();
                Err(error)
            }
        }
    }

    /// Ends its transaction.
    fn end(&self, mut connection: Connection) {
        match connection.rollback() {
            Ok(()) => self.give_back(connection),
            Err(_) => self.forget(),
        }
    }

    fn give_back(&self, connection: Connection) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).0.push(connection);
        self.returned.notify_one();
    }

    /// A connection was lost: another may be opened in its place.
    fn forget(&self) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).1 += 1;
        self.returned.notify_one();
    }
}

pub(crate) fn is_closed(connection: &Connection) -> bool {
    match connection {
        Connection::Sqlite(_) => false,
        Connection::Postgres(connection) => connection.is_closed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_passwords_hidden() {
        assert_eq!("sqlite://a/b.db".parse::<Address>().unwrap(), Address::Sqlite("a/b.db".into()));
        assert!("mysql://x".parse::<Address>().is_err());
        assert!("sqlite://".parse::<Address>().is_err());
        let wrong = "postgres://host/db?sslmode=always".parse::<Address>();
        assert!(matches!(wrong, Err(StoreError::Setting(why)) if why.contains("verify-full")));
        let address: Address = "postgres://me:secret@host/db".parse().unwrap();
        assert_eq!(address.redacted(), "postgres://…@host/db");
    }
}
