//! What came in from forums of others: which posts became which requests, which signed messages were taken, and how far
//! a site was read.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A post that became a request, or was added to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForumPost {
    pub plan: Code,
    pub forum: Code,
    /// A keyed digest of its id there.
    pub post: String,
    pub request: Code,
    /// A digest of what it last said.
    pub said: String,
    pub created_at: i64,
    /// It became the request; else it was added to one.
    pub opened: bool,
    /// How often something was taken of it.
    pub turns: i64,
}

/// How far a site was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadMark {
    /// What the site calls what it last said.
    pub mark: String,
    /// The moment of what it last said, as the site writes it.
    pub moment: String,
    pub read_at: i64,
}

const POST: &str = "plan, forum, post, request, said, created_at, opened, turns";

fn post(row: &Row) -> Result<ForumPost> {
    Ok(ForumPost {
        plan: row.code(0)?,
        forum: row.code(1)?,
        post: row.text(2)?.to_owned(),
        request: row.code(3)?,
        said: row.text(4)?.to_owned(),
        created_at: row.int(5)?,
        opened: row.int(6)? != 0,
        turns: row.int(7)?,
    })
}

impl Connection {
    pub fn forum_post(&mut self, plan: &Code, forum: &Code, id: &str) -> Result<Option<ForumPost>> {
        self.first(
            &format!("SELECT {POST} FROM forum_post WHERE plan = $1 AND forum = $2 AND post = $3"),
            &[Param::Text(plan.as_str()), Param::Text(forum.as_str()), Param::Text(id)],
            post,
        )
    }

    /// How many posts of a forum became requests since a moment, or were added to some; no more than `most` are counted.
    pub fn forum_posts_since(
        &mut self,
        (plan, forum): (&Code, &Code),
        opened: bool,
        since: i64,
        most: usize,
    ) -> Result<usize> {
        let found = self.first(
            &format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM forum_post WHERE plan = $1 AND forum = $2 AND \
                 created_at >= $3 AND opened = $4 LIMIT {most}) AS held"
            ),
            &[
                Param::Text(plan.as_str()),
                Param::Text(forum.as_str()),
                Param::Int(since),
                Param::Int(i64::from(opened)),
            ],
            |row| row.int(0),
        )?;
        Ok(usize::try_from(found.unwrap_or(0)).unwrap_or(0))
    }

    pub fn read_mark(&mut self, plan: &Code, site: &str) -> Result<Option<ReadMark>> {
        self.first(
            "SELECT mark, moment, read_at FROM read_mark WHERE plan = $1 AND site = $2",
            &[Param::Text(plan.as_str()), Param::Text(site)],
            |row| {
                Ok(ReadMark {
                    mark: row.text(0)?.to_owned(),
                    moment: row.text(1)?.to_owned(),
                    read_at: row.int(2)?,
                })
            },
        )
    }

    /// All posts in the order of their places, for a backup.
    pub(crate) fn each_forum_post(&mut self, visit: &mut dyn FnMut(ForumPost)) -> Result<()> {
        self.each(&format!("SELECT {POST} FROM forum_post ORDER BY plan, forum, post"), &[], &mut |row| {
            visit(post(row)?);
            Ok(())
        })
    }
}

impl Tx<'_> {
    /// Keeps which request a post became, and what it says now.
    pub fn keep_forum_post(&mut self, held: &ForumPost) -> Result<()> {
        self.writing().send(
            "INSERT INTO forum_post (plan, forum, post, request, said, created_at, opened, turns) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (plan, forum, post) DO UPDATE SET said = excluded.said, turns = forum_post.turns + 1",
            &[
                Param::Text(held.plan.as_str()),
                Param::Text(held.forum.as_str()),
                Param::Text(&held.post),
                Param::Text(held.request.as_str()),
                Param::Text(&held.said),
                Param::Int(held.created_at),
                Param::Int(i64::from(held.opened)),
                Param::Int(held.turns),
            ],
        )
    }

    /// As [`Connection::forum_post`], in this transaction.
    pub fn forum_post(&mut self, plan: &Code, forum: &Code, id: &str) -> Result<Option<ForumPost>> {
        self.connection.forum_post(plan, forum, id)
    }

    /// As [`Connection::forum_posts_since`], in this transaction.
    pub fn forum_posts_since(
        &mut self,
        of: (&Code, &Code),
        opened: bool,
        since: i64,
        most: usize,
    ) -> Result<usize> {
        self.connection.forum_posts_since(of, opened, since, most)
    }

    /// Whether a signed message was taken already.
    pub fn knows_message(&mut self, digest: &str) -> Result<bool> {
        let found = self.connection.first(
            "SELECT until FROM signed_message WHERE digest = $1",
            &[Param::Text(digest)],
            |row| row.int(0),
        )?;
        Ok(found.is_some())
    }

    /// Keeps that a signed message was taken, while its moment is believed; those whose moment is over are forgotten.
    pub fn keep_message(&mut self, digest: &str, until: i64, now: i64) -> Result<()> {
        let connection = self.writing();
        connection.send("DELETE FROM signed_message WHERE until < $1", &[Param::Int(now)])?;
        connection.send(
            "INSERT INTO signed_message (digest, until) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
            &[Param::Text(digest), Param::Int(until)],
        )
    }

    /// As [`Connection::read_mark`], in this transaction.
    pub fn read_mark(&mut self, plan: &Code, site: &str) -> Result<Option<ReadMark>> {
        self.connection.read_mark(plan, site)
    }

    pub fn put_read_mark(&mut self, plan: &Code, site: &str, held: &ReadMark) -> Result<()> {
        self.writing().send(
            "INSERT INTO read_mark (plan, site, mark, moment, read_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (plan, site) DO UPDATE SET mark = excluded.mark, moment = excluded.moment, \
             read_at = excluded.read_at",
            &[
                Param::Text(plan.as_str()),
                Param::Text(site),
                Param::Text(&held.mark),
                Param::Text(&held.moment),
                Param::Int(held.read_at),
            ],
        )
    }
}
