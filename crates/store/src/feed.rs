//! Calendar feeds: read without signing in, by a secret of which only the hash is kept.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A calendar that a person has asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    pub id: String,
    /// Whose it is: it shows what this person may see.
    pub person: Code,
    /// What it covers, as the use case writes it.
    pub covers: String,
    pub hash: String,
    /// Microseconds since 1970.
    pub created_at: i64,
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str = "id, person, covers, hash, created_at, revoked_at";

fn feed(row: &Row) -> Result<Feed> {
    Ok(Feed {
        id: row.text(0)?.to_owned(),
        person: row.code(1)?,
        covers: row.text(2)?.to_owned(),
        hash: row.text(3)?.to_owned(),
        created_at: row.int(4)?,
        revoked_at: row.opt_int(5)?,
    })
}

impl Tx<'_> {
    pub fn add_feed(&mut self, feed: &Feed) -> Result<()> {
        self.writing().send(
            "INSERT INTO feed (id, person, covers, hash, created_at, revoked_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                Param::Text(&feed.id),
                Param::Text(feed.person.as_str()),
                Param::Text(&feed.covers),
                Param::Text(&feed.hash),
                Param::Int(feed.created_at),
                feed.revoked_at.into(),
            ],
        )
    }

    /// Revokes a person's own feed; false when there is no such one.
    pub fn revoke_feed(&mut self, person: &Code, id: &str, now: i64) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE feed SET revoked_at = $3 WHERE id = $1 AND person = $2 AND revoked_at IS NULL",
            &[Param::Text(id), Param::Text(person.as_str()), Param::Int(now)],
        )?;
        Ok(changed > 0)
    }
}

impl Connection {
    pub fn feed_by_hash(&mut self, hash: &str) -> Result<Option<Feed>> {
        self.first(&format!("SELECT {COLUMNS} FROM feed WHERE hash = $1"), &[Param::Text(hash)], feed)
    }

    /// All feeds in the order of their ids, for a backup.
    pub(crate) fn all_feeds(&mut self) -> Result<Vec<Feed>> {
        self.rows(&format!("SELECT {COLUMNS} FROM feed ORDER BY id"), &[], feed)
    }

    /// A person's feeds, newest first; revoked ones too.
    pub fn feeds(&mut self, person: &Code) -> Result<Vec<Feed>> {
        self.rows(
            &format!("SELECT {COLUMNS} FROM feed WHERE person = $1 ORDER BY created_at DESC, id LIMIT 200"),
            &[Param::Text(person.as_str())],
            feed,
        )
    }
}
