//! Calendar feeds: who may read which calendar by an address that is a secret.

use domain::code::Code;
use store::Feed;

use crate::App;
use crate::account::{hash, secret};
use crate::error::AppError;

/// What a calendar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covers {
    /// The person's own deadlines and meetings.
    Own,
    Unit(Code),
    Plan(Code),
}

impl Covers {
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "own" => Some(Self::Own),
            Some(("unit", code)) => Code::new(code).ok().map(Self::Unit),
            Some(("plan", code)) => Code::new(code).ok().map(Self::Plan),
            _ => None,
        }
    }
}

impl std::fmt::Display for Covers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Unit(code) => write!(f, "unit:{code}"),
            Self::Plan(code) => write!(f, "plan:{code}"),
        }
    }
}

/// A feed as it is shown once.
#[derive(Debug, Clone)]
pub struct NewFeed {
    pub secret: String,
    pub feed: Feed,
}

impl App {
    /// Makes a feed for a person; its secret is shown this once. The caller has checked that the
    /// person may see what it covers.
    pub async fn new_feed(&self, person: &Code, covers: &Covers) -> Result<NewFeed, AppError> {
        let secret = secret();
        let feed = Feed {
            id: self::secret().chars().take(12).collect(),
            person: person.clone(),
            covers: covers.to_string(),
            hash: hash(&secret),
            created_at: self.clock().now().as_microsecond(),
            revoked_at: None,
        };
        let stored = feed.clone();
        self.database().write_async(move |tx| tx.add_feed(&stored)).await?;
        Ok(NewFeed { secret, feed })
    }

    pub async fn feeds(&self, person: &Code) -> Result<Vec<Feed>, AppError> {
        let person = person.clone();
        Ok(self.database().read_async(move |c| c.feeds(&person)).await?)
    }

    pub async fn revoke_feed(&self, person: &Code, id: &str) -> Result<bool, AppError> {
        let (person, id, now) = (person.clone(), id.to_owned(), self.clock().now().as_microsecond());
        Ok(self.database().write_async(move |tx| tx.revoke_feed(&person, &id, now)).await?)
    }

    /// Whose calendar a secret opens, and what it covers. The actor has the roles held now: what the
    /// person may no longer see, the feed no longer shows. `None` when it was revoked, is unknown, or
    /// the person is no longer active.
    pub async fn open_feed(&self, secret: &str) -> Result<Option<(crate::Actor, Covers)>, AppError> {
        let hashed = hash(secret);
        let found = self.database().read_async(move |c| c.feed_by_hash(&hashed)).await?;
        let Some(feed) = found.filter(|feed| feed.revoked_at.is_none()) else { return Ok(None) };
        let Some(covers) = Covers::parse(&feed.covers) else { return Ok(None) };
        Ok(self.actor(&feed.person).await?.map(|actor| (actor, covers)))
    }
}
