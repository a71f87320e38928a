//! Use cases: what people and programs may do with the plan, and what they read of it.
//!
//! A change runs in the store's writer: policy, rules and journal in one transaction. Reading looks at
//! the plan through a point of view ([`read::Asked`]: *as of* a day, *known at* a moment).

mod account;
mod actor;
mod change;
mod clock;
mod error;
pub mod export;
pub mod import;
pub mod ledger;
pub mod notify;
pub mod read;
pub mod report;
pub mod saved_list;
mod signer;
pub mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::code::Code;
use domain::history::History;
use store::Database;

pub use account::{NewToken, SignedIn, TokenScope};
pub use actor::Actor;
pub use change::{Change, Receipt};
pub use clock::{Clock, FixedClock, SystemClock};
pub use error::AppError;
pub use signer::{Signer, Signers};

/// The application: cheap to clone, shared by all handlers.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    /// Each plan's history as of the last entry seen. Only a cache: the head is compared with the
    /// database's at every use, so another server's writing is seen at once.
    pub(crate) histories: tokio::sync::Mutex<HashMap<Code, Arc<History>>>,
    pub(crate) portfolios: Mutex<read::PortfolioCache>,
    /// Password hashing takes 19 MiB each: no more than two at a time.
    pub(crate) hashing: tokio::sync::Semaphore,
}

impl App {
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                clock,
                histories: tokio::sync::Mutex::default(),
                portfolios: Mutex::default(),
                hashing: tokio::sync::Semaphore::new(2),
            }),
        }
    }

    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }
}
