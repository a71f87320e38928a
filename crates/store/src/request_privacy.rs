//! What is kept of people for a time, what went when that was over, and what readers reported.

use domain::code::Code;
use domain::journal::Seq;
use domain::request::{KeptKind, ModerationAct, ModerationGround};
use serde::{Deserialize, Serialize};

use crate::error::{Result, damaged};
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// How much of a kind is over its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    pub count: u64,
    /// When the oldest and the newest of it were written, in microseconds.
    pub oldest: Option<i64>,
    pub newest: Option<i64>,
}

/// That something went, without what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    pub plan: Code,
    pub at: i64,
    pub kind: KeptKind,
    pub days: u32,
    pub count: u64,
    pub oldest: i64,
    pub newest: i64,
}

/// What readers say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flagged {
    pub request: Code,
    pub ground: ModerationGround,
    pub count: u64,
    pub first_at: i64,
}

/// One act of moderation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderated {
    pub seq: Seq,
    pub request: Code,
    pub act: ModerationAct,
    pub ground: ModerationGround,
    pub at: jiff::civil::DateTime,
}

/// States in which nothing is to be done for whoever asked any more.
const ENDED: &str = "('closed', 'refused', 'withdrawn', 'merged')";

/// Where a kind is kept, which rows of it are over their time, and how one of them goes.
struct Kept {
    table: &'static str,
    /// What a row belongs to.
    of: &'static str,
    /// When a row was written.
    column: &'static str,
    /// What tells a row from others of its request.
    key: &'static str,
    over: String,
    /// With the plan, the request, the key and when it was written.
    lets_go: &'static [&'static str],
}

/// What is found by a digest goes with it.
const UNKNOWN_ASKER: &str = "DELETE FROM request_known_by WHERE plan = $1 AND request = $2 AND $3 = '' AND created_at = $4 \
     AND begins = (SELECT substr(asker, 1, 32) FROM request_person WHERE plan = $1 AND request = $2)";
const UNKNOWN_LINK: &str = "DELETE FROM request_known_by WHERE plan = $1 AND request = $2 AND $3 = '' AND created_at = $4 \
     AND begins = (SELECT substr(secret, 1, 32) FROM request_person WHERE plan = $1 AND request = $2)";

/// The rows of a kind that are over their time: those written before a moment, of requests that ended before another.
fn kept(kind: KeptKind) -> Vec<Kept> {
    let of_ended = |table: &str, held: &str| {
        format!(
            "plan = $1 AND {held} <> '' AND created_at < $2 AND EXISTS (SELECT 1 FROM request AS ended WHERE \
             ended.plan = {table}.plan AND ended.code = {table}.request \
             AND ended.state IN {ENDED} AND ended.since < $3)"
        )
    };
    let of_person = |held: &str| of_ended("request_person", held);
    let old = |column: &str| format!("plan = $1 AND {column} < $2 AND $3 <> ''");
    let one = |table, column, key, over, lets_go| Kept { table, of: "request", column, key, over, lets_go };
    match kind {
        KeptKind::Contact => vec![one(
            "request_person",
            "created_at",
            "''",
            of_person("key_id"),
            &[
                "DELETE FROM request_reader WHERE plan = $1 AND request = $2 AND $3 = '' AND $4 <> CAST(0 AS BIGINT) \
                 AND follows = 0",
                UNKNOWN_ASKER,
                "UPDATE request_person SET sealed = $5, key_id = '', asker = '' \
                 WHERE plan = $1 AND request = $2 AND $3 = '' AND created_at = $4",
            ],
        )],
        KeptKind::Link => vec![one(
            "request_person",
            "created_at",
            "''",
            of_person("secret"),
            &[
                UNKNOWN_ASKER,
                UNKNOWN_LINK,
                "UPDATE request_person SET secret = '', token = '' \
                 WHERE plan = $1 AND request = $2 AND $3 = '' AND created_at = $4",
            ],
        )],
        KeptKind::Follower => vec![
            one(
                "request_follower",
                "created_at",
                "follower",
                old("created_at"),
                &[
                    "DELETE FROM request_follower WHERE plan = $1 AND request = $2 AND follower = $3 AND created_at = $4",
                ],
            ),
            one(
                "request_reader",
                "created_at",
                "reader",
                format!("{} AND follows = 1", old("created_at")),
                &[
                    "DELETE FROM request_reader WHERE plan = $1 AND request = $2 AND reader = $3 AND created_at = $4",
                ],
            ),
            Kept {
                table: "area_alert",
                of: "alert",
                column: "created_at",
                key: "''",
                over: old("created_at"),
                lets_go: &[
                    "DELETE FROM area_alert WHERE plan = $1 AND alert = $2 AND $3 = '' AND created_at = $4",
                ],
            },
        ],
        KeptKind::Reveal => vec![one(
            "request_reveal",
            "at",
            "person",
            old("at"),
            &["DELETE FROM request_reveal WHERE plan = $1 AND request = $2 AND person = $3 AND at = $4"],
        )],
        KeptKind::Flag => vec![one(
            "request_flag",
            "created_at",
            "reader",
            old("created_at"),
            &[
                "DELETE FROM request_flag WHERE plan = $1 AND request = $2 AND reader = $3 AND created_at = $4",
            ],
        )],
        KeptKind::Photo => vec![one(
            "request_photo",
            "created_at",
            "photo",
            of_ended("request_photo", "request"),
            &[
                "DELETE FROM request_photo WHERE plan = $1 AND request = $2 AND photo = $3 AND created_at = $4 \
                 AND draft = ''",
            ],
        )],
    }
}

impl Connection {
    /// How much of a kind was written before a moment, of requests that ended before `ended`.
    pub fn overdue(&mut self, plan: &Code, kind: KeptKind, before: i64, ended: &str) -> Result<Overdue> {
        let mut all = Overdue::default();
        for Kept { table, column, over, .. } in kept(kind) {
            let sql = format!("SELECT COUNT(*), MIN({column}), MAX({column}) FROM {table} WHERE {over}");
            let params = [Param::Text(plan.as_str()), Param::Int(before), Param::Text(ended)];
            let found =
                self.first(&sql, &params, |row| Ok((row.int(0)?, row.opt_int(1)?, row.opt_int(2)?)))?;
            let Some((count, oldest, newest)) = found else { continue };
            all.count += count.max(0) as u64;
            all.oldest = all.oldest.into_iter().chain(oldest).min();
            all.newest = all.newest.into_iter().chain(newest).max();
        }
        Ok(all)
    }

    /// What went, the latest first.
    pub fn deletions(&mut self, plan: &Code, limit: usize) -> Result<Vec<Deletion>> {
        self.rows(
            &format!(
                "SELECT plan, at, kind, days, number, oldest, newest FROM deletion WHERE plan = $1 \
                 ORDER BY at DESC, kind LIMIT {limit}"
            ),
            &[Param::Text(plan.as_str())],
            deletion,
        )
    }

    /// All records of what went, for a backup.
    pub(crate) fn each_deletion(&mut self, visit: &mut dyn FnMut(Deletion)) -> Result<()> {
        self.each(
            "SELECT plan, at, kind, days, number, oldest, newest FROM deletion ORDER BY plan, at, kind",
            &[],
            &mut |row| {
                visit(deletion(row)?);
                Ok(())
            },
        )
    }

    /// What readers reported and nobody has seen to, the most often reported first.
    pub fn flagged(&mut self, plan: &Code, limit: usize) -> Result<Vec<Flagged>> {
        self.rows(
            &format!(
                "SELECT request, ground, COUNT(*), MIN(created_at) FROM request_flag WHERE plan = $1 AND \
                 settled_at IS NULL GROUP BY request, ground ORDER BY COUNT(*) DESC, request, ground LIMIT {limit}"
            ),
            &[Param::Text(plan.as_str())],
            |row| {
                Ok(Flagged {
                    request: row.code(0)?,
                    ground: ModerationGround::parse(row.text(1)?).ok_or_else(|| damaged("an unknown ground"))?,
                    count: row.int(2)?.max(0) as u64,
                    first_at: row.int(3)?,
                })
            },
        )
    }

    /// What readers reported of one request and nobody has seen to.
    pub fn flags_of(&mut self, plan: &Code, request: &Code) -> Result<Vec<(ModerationGround, u64)>> {
        self.rows(
            "SELECT ground, COUNT(*) FROM request_flag WHERE plan = $1 AND request = $2 AND settled_at IS NULL \
             GROUP BY ground ORDER BY COUNT(*) DESC, ground",
            &[Param::Text(plan.as_str()), Param::Text(request.as_str())],
            |row| {
                let ground = ModerationGround::parse(row.text(0)?);
                Ok((ground.ok_or_else(|| damaged("an unknown ground"))?, row.int(1)?.max(0) as u64))
            },
        )
    }

    /// Acts of moderation before an entry, the latest first.
    pub fn moderated(&mut self, plan: &Code, before: Seq, limit: usize) -> Result<Vec<Moderated>> {
        let params = [Param::Text(plan.as_str()), Param::Int(i64::try_from(before.0).unwrap_or(i64::MAX))];
        self.rows(
            &format!(
                "SELECT seq, request, act, ground, at FROM request_moderation WHERE plan = $1 AND seq < $2 \
                 ORDER BY seq DESC LIMIT {limit}"
            ),
            &params,
            |row| {
                let unknown = || damaged("an unknown word of moderation");
                Ok(Moderated {
                    seq: Seq(row.int(0)? as u64),
                    request: row.code(1)?,
                    act: ModerationAct::parse(row.text(2)?).ok_or_else(unknown)?,
                    ground: ModerationGround::parse(row.text(3)?).ok_or_else(unknown)?,
                    at: row.text(4)?.parse().map_err(damaged)?,
                })
            },
        )
    }
}

fn deletion(row: &crate::sql::Row) -> Result<Deletion> {
    Ok(Deletion {
        plan: row.code(0)?,
        at: row.int(1)?,
        kind: KeptKind::parse(row.text(2)?).ok_or_else(|| damaged("an unknown kind"))?,
        days: u32::try_from(row.int(3)?).unwrap_or_default(),
        count: row.int(4)?.max(0) as u64,
        oldest: row.int(5)?,
        newest: row.int(6)?,
    })
}

impl Tx<'_> {
    /// Takes away at most so much of a kind that is over its time, the oldest first; how much went.
    pub fn let_go(
        &mut self,
        plan: &Code,
        kind: KeptKind,
        (before, ended): (i64, &str),
        most: usize,
    ) -> Result<Overdue> {
        self.overwrite()?;
        let mut gone = Overdue::default();
        for Kept { table, of, column, key, over, lets_go } in kept(kind) {
            let left = most.saturating_sub(gone.count as usize);
            let sql = format!(
                "SELECT {of}, {key}, {column} FROM {table} WHERE {over} ORDER BY {column} LIMIT {left}"
            );
            let params = [Param::Text(plan.as_str()), Param::Int(before), Param::Text(ended)];
            let rows = self.reading()?.rows(&sql, &params, |row| {
                Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.int(2)?))
            })?;
            for (request, other, at) in &rows {
                for statement in lets_go {
                    let place = [plan.as_str(), request, other].map(Param::Text);
                    let mut params = vec![place[0], place[1], place[2], Param::Int(*at)];
                    if statement.contains("$5") {
                        params.push(Param::Bytes(&[]));
                    }
                    self.writing().execute(statement, &params)?;
                }
                gone.oldest = gone.oldest.into_iter().chain([*at]).min();
                gone.newest = gone.newest.into_iter().chain([*at]).max();
            }
            gone.count += rows.len() as u64;
        }
        Ok(gone)
    }

    /// Puts down that something went; what went at one moment is one record.
    pub fn record_deletion(&mut self, held: &Deletion) -> Result<()> {
        self.writing().send(
            "INSERT INTO deletion (plan, at, kind, days, number, oldest, newest) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (plan, at, kind) DO UPDATE SET number = deletion.number + excluded.number, \
             newest = excluded.newest",
            &[
                Param::Text(held.plan.as_str()),
                Param::Int(held.at),
                held.kind.as_str().into(),
                Param::Int(i64::from(held.days)),
                Param::Int(i64::try_from(held.count).unwrap_or(i64::MAX)),
                Param::Int(held.oldest),
                Param::Int(held.newest),
            ],
        )
    }

    /// A reader says that something is wrong with a request; once for each reader, until somebody has seen to it.
    pub fn flag(
        &mut self,
        (plan, request): (&Code, &Code),
        reader: &str,
        ground: ModerationGround,
        now: i64,
    ) -> Result<()> {
        self.writing().send(
            "INSERT INTO request_flag (plan, request, reader, ground, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (plan, request, reader) DO UPDATE SET ground = excluded.ground, \
             created_at = excluded.created_at, settled_at = NULL WHERE request_flag.settled_at IS NOT NULL",
            &[
                Param::Text(plan.as_str()),
                Param::Text(request.as_str()),
                reader.into(),
                ground.as_str().into(),
                Param::Int(now),
            ],
        )
    }

    /// Somebody has seen to what readers reported.
    pub fn settle_flags(&mut self, plan: &Code, request: &Code, now: i64) -> Result<()> {
        self.writing().send(
            "UPDATE request_flag SET settled_at = $3 WHERE plan = $1 AND request = $2 AND settled_at IS NULL",
            &[Param::Text(plan.as_str()), Param::Text(request.as_str()), Param::Int(now)],
        )
    }

    /// One reader's report was seen to, when a backup says so.
    pub(crate) fn settle_flag(
        &mut self,
        (plan, request): (&Code, &Code),
        reader: &str,
        at: i64,
    ) -> Result<()> {
        self.writing().send(
            "UPDATE request_flag SET settled_at = $4 WHERE plan = $1 AND request = $2 AND reader = $3",
            &[Param::Text(plan.as_str()), Param::Text(request.as_str()), reader.into(), Param::Int(at)],
        )
    }

    /// Takes away what is kept of a request outside of the journal: followers, reports of readers, who looked.
    pub fn forget_around(&mut self, plan: &Code, request: &Code) -> Result<()> {
        for table in ["request_follower", "request_reader", "request_flag", "request_reveal"] {
            let sql = format!("DELETE FROM {table} WHERE plan = $1 AND request = $2");
            let place = [Param::Text(plan.as_str()), Param::Text(request.as_str())];
            self.writing().execute(&sql, &place)?;
        }
        Ok(())
    }

    /// From here on SQLite writes over what is deleted; the other database does so when it cleans up.
    pub fn overwrite(&mut self) -> Result<()> {
        let connection = self.writing();
        if !connection.is_postgres() {
            connection.first("PRAGMA secure_delete = ON", &[], |_| Ok(()))?;
        }
        Ok(())
    }
}
