//! Use cases: what people and programs may do with the plan, and what they read of it.
//!
//! A change runs in the store's writer: policy, rules and journal in one transaction. Reading looks at
//! the plan through a point of view ([`read::Asked`]: *as of* a day, *known at* a moment).

mod account;
mod actor;
mod aside;
mod asks;
mod change;
mod clock;
pub mod coordination;
mod error;
pub mod evaluation;
pub mod export;
pub mod forecast;
pub mod gantt;
pub mod import;
pub mod index;
mod known;
pub mod ledger;
pub mod notify;
mod numbered;
pub mod paper;
pub mod place;
pub mod read;
pub mod report;
pub mod request;
pub mod rhythm;
pub mod saved_list;
pub mod scenario;
mod secret;
mod signer;
pub mod study;
pub mod survey;
pub mod table;
pub mod timetable;
mod token_cache;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::code::Code;
use store::Database;

pub use account::{NewToken, Program, SignedIn, TokenScope};
pub use actor::Actor;
pub use aside::aside;
pub use change::{Change, Receipt};
pub use clock::{Clock, FixedClock, SystemClock};
pub use error::AppError;
pub use secret::Secret;
pub use signer::{Signer, Signers};

/// The application: cheap to clone, shared by all handlers.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether people are told of changes.
    pub(crate) tells: bool,
    pub(crate) known: known::Known,
    pub(crate) ahead: request::AheadCache,
    pub(crate) portfolios: Mutex<read::PortfolioCache>,
    pub(crate) timetables: Mutex<timetable::TimetableCache>,
    /// What seals who asked; set once, when the installation has one.
    pub(crate) key: std::sync::OnceLock<request::ProtectionKey>,
    /// The forums whose posts become requests; set once.
    pub(crate) forums: std::sync::OnceLock<Vec<request::Forum>>,
    /// The gateways whose short messages are taken; set once.
    pub(crate) gateways: std::sync::OnceLock<Vec<request::SmsGateway>>,
    pub(crate) tried: Mutex<scenario::TriedCache>,
    pub(crate) looked_back: Mutex<forecast::BackCache>,
    pub(crate) hot: Mutex<request::HotCache>,
    pub(crate) monitors: Mutex<request::MonitorCache>,
    /// The day on which warnings were last looked for, by plan.
    pub(crate) warned: Mutex<BTreeMap<Code, jiff::civil::Date>>,
    pub(crate) measured: Mutex<evaluation::MeasuredCache>,
    /// What requests say of projects is worked out for one at a time.
    pub(crate) measured_turn: Arc<tokio::sync::Mutex<()>>,
    pub(crate) live_waves: Mutex<Vec<survey::Filled>>,
    pub(crate) survey_results: Mutex<survey::ResultsCache>,
    /// What a frozen wave came to is read and checked for one wave at a time.
    pub(crate) results_turn: Arc<tokio::sync::Mutex<()>>,
    pub(crate) survey_texts: Mutex<survey::TextsCache>,
    /// What people wrote in surveys is read and understood for one wave at a time.
    pub(crate) texts_turn: Arc<tokio::sync::Mutex<()>>,
    /// Sheets are read for one file at a time.
    pub(crate) microdata_turn: Arc<tokio::sync::Mutex<()>>,
    pub(crate) evidence_turn: tokio::sync::Mutex<()>,
    pub(crate) models: Mutex<request::ModelCache>,
    pub(crate) drawn: Mutex<request::DrawnCache>,
    pub(crate) plan_words: Mutex<request::PlanWordsCache>,
    pub(crate) tokens: Mutex<token_cache::TokenCache>,
    pub(crate) layers: Mutex<place::LayerCache>,
    pub(crate) grounds: Mutex<place::GroundCache>,
    pub(crate) link_grounds: Mutex<place::LinkGroundCache>,
    pub(crate) coverage: Mutex<place::coverage::CoverageCache>,
    pub(crate) reached: Mutex<place::reach::ReachCache>,
    pub(crate) evidence: Mutex<place::evidence::EvidenceCache>,
    /// Heavy work on places, two at a time.
    pub(crate) place_turns: Arc<tokio::sync::Semaphore>,
    /// Coverage is worked out for one at a time.
    pub(crate) coverage_turn: Arc<tokio::sync::Mutex<()>>,
    /// Where facilities should stand is searched for one at a time: it takes a turn for many seconds, and the other
    /// one stays free for what is quick.
    pub(crate) siting: Arc<tokio::sync::Semaphore>,
    pub(crate) indices: Mutex<index::IndexCache>,
    /// Indices are worked out one at a time.
    pub(crate) index_turn: Arc<tokio::sync::Mutex<()>>,
    /// Password hashing takes 19 MiB each: no more than two at a time.
    pub(crate) hashing: tokio::sync::Semaphore,
    /// Reading a photo takes up to 320 MiB: no more than two at a time.
    pub(crate) photos: tokio::sync::Semaphore,
}

impl App {
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self::with(database, clock, true)
    }

    /// For playing a past: nobody is told of what happened long ago.
    pub fn playing(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self::with(database, clock, false)
    }

    fn with(database: Database, clock: Arc<dyn Clock>, tells: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                clock,
                tells,
                known: known::Known::default(),
                ahead: request::AheadCache::default(),
                portfolios: Mutex::default(),
                timetables: Mutex::default(),
                key: std::sync::OnceLock::new(),
                forums: std::sync::OnceLock::new(),
                gateways: std::sync::OnceLock::new(),
                tried: Mutex::default(),
                looked_back: Mutex::default(),
                hot: Mutex::default(),
                monitors: Mutex::default(),
                warned: Mutex::default(),
                measured: Mutex::default(),
                measured_turn: Arc::default(),
                live_waves: Mutex::default(),
                survey_results: Mutex::default(),
                results_turn: Arc::default(),
                survey_texts: Mutex::default(),
                texts_turn: Arc::default(),
                microdata_turn: Arc::default(),
                evidence_turn: tokio::sync::Mutex::default(),
                models: Mutex::default(),
                drawn: Mutex::default(),
                plan_words: Mutex::default(),
                tokens: Mutex::default(),
                layers: Mutex::default(),
                grounds: Mutex::default(),
                link_grounds: Mutex::default(),
                coverage: Mutex::default(),
                reached: Mutex::default(),
                evidence: Mutex::default(),
                place_turns: Arc::new(tokio::sync::Semaphore::new(2)),
                coverage_turn: Arc::default(),
                siting: Arc::new(tokio::sync::Semaphore::new(1)),
                indices: Mutex::default(),
                index_turn: Arc::default(),
                hashing: tokio::sync::Semaphore::new(2),
                photos: tokio::sync::Semaphore::new(2),
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
