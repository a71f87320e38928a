//! Another server that speaks Open311 GeoReport v2: our requests are passed on to it, and what it says of them comes back.
//!
//! [`call`] is one call with its tries; [`push`] passes on and tells what was said later, [`sync`] brings
//! back.

mod call;
mod push;
mod sync;
mod tell;

use std::collections::BTreeMap;

use app::Secret;
use delivery::http::{Http, HttpError};
use domain::code::Code;
use jiff::SignedDuration;
use jiff::civil::Date;
use url::Url;

pub use call::Pace;
pub use push::{PushOutcome, PushReport, Pushed, push};
pub use sync::{SyncReport, Synced, sync};
pub use tell::ToldThere;

/// A server that requests are passed on to: data of the installation.
#[derive(Debug, Clone)]
pub struct Peer {
    pub plan: Code,
    pub id: Code,
    pub name: String,
    /// Where `requests.json` lies.
    pub address: Url,
    pub jurisdiction: String,
    pub key: Secret,
    /// Our categories and what each is called there; others stay here.
    pub services: BTreeMap<Code, String>,
    /// What a service there asks besides, by its code, and what it is told.
    pub attributes: BTreeMap<String, BTreeMap<String, AttributeValue>>,
    /// Only what lies in one of these areas, or below; everywhere where there is none.
    pub areas: Vec<Code>,
    /// Only what was received from this day on.
    pub since: Option<Date>,
    /// Whether it tells updates (`servicerequestupdates`) and takes them: that a request is not solved, or withdrawn.
    pub updates: bool,
    /// Whether it is told, masked, what whoever asked says later.
    pub words: bool,
    /// Whether its closing words are our answer.
    pub answers: bool,
    /// How often a server does it by itself; never where nothing is said.
    pub every: Option<SignedDuration>,
}

/// What the other side is told where a service of it asks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// The same of every request.
    Fixed(String),
    /// What was answered here to this question of the category; nothing where nobody answered it.
    Answer(Code),
}

/// Why nothing goes any further with a server. None of it names the key.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    #[error("the server does not take the key: {0}")]
    Key(String),
    #[error("the server cannot be called: {0}")]
    Http(#[from] HttpError),
    #[error("the server answered {status}: {said}")]
    Answer { status: u16, said: String },
    #[error("the server's answer cannot be read: {0}")]
    Unread(String),
    #[error(transparent)]
    App(#[from] app::AppError),
}

/// A server and the way to it.
#[derive(Clone)]
pub struct Line<'a> {
    pub peer: &'a Peer,
    pub http: &'a Http,
    pub pace: Pace,
}

impl Peer {
    /// The name under which it is kept how far it was read.
    pub fn site(&self) -> String {
        format!("open311/{}", self.id)
    }
}
