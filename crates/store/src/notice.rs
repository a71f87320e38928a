//! What people are told on the site, and what they want to be told elsewhere.

use domain::code::Code;
use domain::notice::{EventKey, Notice, SitePath, Topic};
use domain::preference::Preferences;
use domain::subject::{Subject, SubjectKind};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A notice as a person has it.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldNotice {
    pub notice: Notice,
    /// Microseconds since 1970.
    pub created_at: i64,
    pub read_at: Option<i64>,
}

/// `scope/kind/code`; empty for none.
fn subject(text: &str) -> Result<Option<Subject>> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut parts = text.splitn(3, '/');
    let mut part = || parts.next().unwrap_or_default();
    let (scope, kind, code) = (part(), part(), part());
    Ok(Some(Subject {
        scope: Code::new(scope).map_err(damaged)?,
        kind: SubjectKind::parse(kind).ok_or_else(|| damaged(format!("no kind '{kind}'")))?,
        code: Code::new(code).map_err(damaged)?,
    }))
}

const COLUMNS: &str = "event, topic, urgent, subject, said, link, created_at, read_at";

fn held(row: &Row) -> Result<HeldNotice> {
    let topic = row.text(1)?;
    Ok(HeldNotice {
        notice: Notice {
            event: EventKey::new(row.text(0)?).map_err(damaged)?,
            topic: Topic::parse(topic).ok_or_else(|| damaged(format!("no topic '{topic}'")))?,
            urgent: row.int(2)? != 0,
            subject: subject(row.text(3)?)?,
            said: serde_json::from_str(row.text(4)?).map_err(damaged)?,
            link: SitePath::new(row.text(5)?).map_err(damaged)?,
        },
        created_at: row.int(6)?,
        read_at: row.opt_int(7)?,
    })
}

impl Tx<'_> {
    /// Gives a person a notice; false when the person has been told about the event already.
    pub fn add_notice(&mut self, person: &Code, notice: &Notice, now: i64) -> Result<bool> {
        let said = serde_json::to_string(&notice.said).map_err(damaged)?;
        let subject = notice.subject.as_ref().map(ToString::to_string).unwrap_or_default();
        let added = self.writing().execute(
            "INSERT INTO notice (person, event, topic, urgent, subject, said, link, created_at, digest) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '') ON CONFLICT (person, event) DO NOTHING",
            &[
                Param::Text(person.as_str()),
                Param::Text(notice.event.as_str()),
                Param::Text(notice.topic.as_str()),
                Param::Int(i64::from(notice.urgent)),
                Param::Text(&subject),
                Param::Text(&said),
                Param::Text(notice.link.as_str()),
                Param::Int(now),
            ],
        )?;
        Ok(added > 0)
    }

    /// A notice as a backup has it.
    pub(crate) fn restore_notice(&mut self, person: &Code, held: &HeldNotice) -> Result<()> {
        self.add_notice(person, &held.notice, held.created_at)?;
        match held.read_at {
            Some(at) => self.read_notice(person, &held.notice.event, at).map(drop),
            None => Ok(()),
        }
    }

    /// Marks a notice as read; false when there is none or it was read before.
    pub fn read_notice(&mut self, person: &Code, event: &EventKey, now: i64) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE notice SET read_at = $3 WHERE person = $1 AND event = $2 AND read_at IS NULL",
            &[Param::Text(person.as_str()), Param::Text(event.as_str()), Param::Int(now)],
        )?;
        Ok(changed > 0)
    }

    /// Marks all as read that the person had by a moment; returns how many.
    pub fn read_all_notices(&mut self, person: &Code, had_by: i64, now: i64) -> Result<u64> {
        self.writing().execute(
            "UPDATE notice SET read_at = $3 WHERE person = $1 AND read_at IS NULL AND created_at <= $2",
            &[Param::Text(person.as_str()), Param::Int(had_by), Param::Int(now)],
        )
    }

    /// Puts a notice into a digest.
    pub fn put_into_digest(&mut self, person: &Code, event: &EventKey, digest: &str) -> Result<()> {
        self.writing().send(
            "UPDATE notice SET digest = $3 WHERE person = $1 AND event = $2",
            &[Param::Text(person.as_str()), Param::Text(event.as_str()), Param::Text(digest)],
        )
    }

    /// Removes notices from before a moment, at most `limit` at a time; returns how many.
    pub fn purge_notices(&mut self, before: i64, limit: usize) -> Result<u64> {
        self.writing().execute(
            "DELETE FROM notice WHERE (person, event) IN \
             (SELECT person, event FROM notice WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
            &[Param::Int(before), Param::Int(limit as i64)],
        )
    }

    pub fn set_preferences(&mut self, person: &Code, preferences: &Preferences, now: i64) -> Result<()> {
        let body = serde_json::to_string(preferences).map_err(damaged)?;
        self.writing().send(
            "INSERT INTO preference (person, body, changed_at) VALUES ($1, $2, $3) \
             ON CONFLICT (person) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at",
            &[Param::Text(person.as_str()), Param::Text(&body), Param::Int(now)],
        )
    }
}

impl Connection {
    pub fn notice(&mut self, person: &Code, event: &EventKey) -> Result<Option<HeldNotice>> {
        self.first(
            &format!("SELECT {COLUMNS} FROM notice WHERE person = $1 AND event = $2"),
            &[Param::Text(person.as_str()), Param::Text(event.as_str())],
            held,
        )
    }

    /// A person's notices, newest first, from before the one that is named by its time and event.
    pub fn notices(
        &mut self,
        person: &Code,
        unread_only: bool,
        before: Option<(i64, &EventKey)>,
        limit: usize,
    ) -> Result<Vec<HeldNotice>> {
        let (time, event) = before.map_or((i64::MAX, ""), |(time, event)| (time, event.as_str()));
        let unread = if unread_only { "read_at IS NULL AND" } else { "" };
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM notice WHERE {unread} person = $1 AND (created_at, event) < ($2, $3) \
                 ORDER BY created_at DESC, event DESC LIMIT $4"
            ),
            &[Param::Text(person.as_str()), Param::Int(time), Param::Text(event), Param::Int(limit as i64)],
            held,
        )
    }

    /// How many notices a person has not read; counted up to `most`.
    pub fn unread_notices(&mut self, person: &Code, most: usize) -> Result<i64> {
        let count = self.first(
            "SELECT COUNT(*) FROM (SELECT 1 FROM notice WHERE person = $1 AND read_at IS NULL LIMIT $2) AS n",
            &[Param::Text(person.as_str()), Param::Int(most as i64)],
            |row| row.int(0),
        )?;
        Ok(count.unwrap_or(0))
    }

    /// What a digest tells: its notices that are still unread, in order, at most `limit`.
    pub fn digest_notices(&mut self, person: &Code, digest: &str, limit: usize) -> Result<Vec<HeldNotice>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM notice WHERE person = $1 AND digest = $2 AND digest <> '' \
                 AND read_at IS NULL ORDER BY created_at, event LIMIT $3"
            ),
            &[Param::Text(person.as_str()), Param::Text(digest), Param::Int(limit as i64)],
            held,
        )
    }

    /// All notices in the order of their person and event, for a backup.
    pub(crate) fn notices_after(
        &mut self,
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<(Code, HeldNotice)>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS}, person FROM notice WHERE (person, event) > ($1, $2) \
                 ORDER BY person, event LIMIT $3"
            ),
            &[Param::Text(after.0), Param::Text(after.1), Param::Int(limit as i64)],
            |row| Ok((row.code(8)?, held(row)?)),
        )
    }

    /// A person's preferences; the defaults where nothing was chosen.
    pub fn preferences(&mut self, person: &Code) -> Result<Preferences> {
        let found = self.first(
            "SELECT body FROM preference WHERE person = $1",
            &[Param::Text(person.as_str())],
            |row| serde_json::from_str(row.text(0)?).map_err(damaged),
        )?;
        Ok(found.unwrap_or_default())
    }
}
