//! Writing a backup, kind by kind: what grows without bound is read in pieces or visited row by row.

use std::io::Write;

use domain::request::ModerationGround;
use domain::saved_list::SavedList;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::BackupError;
use super::line::{EntryLine, FORMAT, Line, PhotoLine};
use crate::database::Database;
use crate::error::{Result, damaged};
use crate::hex;
use crate::journal::Head;
use crate::notice::HeldNotice;
use crate::request_model::HeldModel;
use crate::sql::{Connection, Param};
use crate::survey::ContactCount;

struct Lines<W: Write> {
    out: GzEncoder<W>,
    sha: Sha256,
    count: u64,
}

impl<W: Write> Lines<W> {
    fn put(&mut self, line: &Line) -> Result<(), BackupError> {
        let mut text = serde_json::to_vec(line).map_err(|error| BackupError::File(error.to_string()))?;
        text.push(b'\n');
        self.sha.update(&text);
        self.count += 1;
        Ok(self.out.write_all(&text)?)
    }

    /// Puts the lines that `read` visits; after one that could not be written, none.
    fn put_each(&mut self, read: impl FnOnce(&mut dyn FnMut(Line)) -> Result<()>) -> Result<(), BackupError> {
        let mut written = Ok(());
        read(&mut |line| {
            if written.is_ok() {
                written = self.put(&line);
            }
        })?;
        written
    }
}

impl Database {
    /// Writes a backup of one consistent moment; `progress` is told how many entries were written.
    /// Returns the number of entries.
    pub fn backup(&self, out: impl Write, progress: impl FnMut(u64)) -> Result<u64, BackupError> {
        self.read(|connection| {
            let head = Head::peek(connection)?;
            let mut lines =
                Lines { out: GzEncoder::new(out, Compression::fast()), sha: Sha256::new(), count: 0 };
            lines.put(&Line::Header { format: FORMAT, seq: head.seq, hash: head.hash })?;
            put_entries(connection, &mut lines, progress)?;
            put_accounts(connection, &mut lines)?;
            put_told(connection, &mut lines)?;
            put_lists(connection, &mut lines)?;
            put_people(connection, &mut lines)?;
            put_photos(connection, &mut lines)?;
            lines.put_each(|put| put_of_requests(connection, put))?;
            lines.put_each(|put| put_models(connection, put))?;
            lines.put_each(|put| put_layers(connection, put))?;
            lines.put_each(|put| put_surveys(connection, put))?;
            let sha256 = hex(&lines.sha.clone().finalize());
            let count = lines.count;
            lines.put(&Line::End { lines: count, sha256 })?;
            lines.out.finish()?.flush()?;
            Ok(head.seq)
        })
    }
}

/// Writes the journal.
fn put_entries<W: Write>(
    connection: &mut Connection,
    lines: &mut Lines<W>,
    mut progress: impl FnMut(u64),
) -> Result<(), BackupError> {
    let mut last = 0;
    loop {
        let batch = connection.rows(
            "SELECT seq, recorded_at, effective, actor, scope, kind, subject, event, source, \
             reason, hash FROM entry WHERE seq > $1 ORDER BY seq LIMIT 2000",
            &[Param::from(last)],
            |row| {
                let text = |at| row.text(at).map(str::to_owned);
                Ok(EntryLine {
                    seq: row.int(0)? as u64,
                    recorded_at: row.int(1)?,
                    effective: text(2)?,
                    actor: text(3)?,
                    scope: text(4)?,
                    kind: text(5)?,
                    subject: text(6)?,
                    event: text(7)?,
                    source: text(8)?,
                    reason: text(9)?,
                    hash: text(10)?,
                })
            },
        )?;
        let Some(end) = batch.last() else { return Ok(()) };
        last = end.seq;
        for entry in batch {
            lines.put(&Line::Entry(entry))?;
        }
        progress(last);
    }
}

/// Writes how people and programs sign in.
fn put_accounts<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let accounts =
        connection.rows("SELECT person, password, changed_at FROM account ORDER BY person", &[], |row| {
            Ok(Line::Account {
                person: row.code(0)?,
                password: row.text(1)?.to_owned(),
                changed_at: row.int(2)?,
            })
        })?;
    let tokens = connection.all_api_tokens()?.into_iter().map(Line::Token);
    accounts.into_iter().chain(tokens).try_for_each(|line| lines.put(&line))
}

/// Writes what people were told and how they want to be told.
fn put_told<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = (String::new(), String::new());
    loop {
        let batch = connection.notices_after((&after.0, &after.1), 2_000)?;
        let Some((person, last)) = batch.last() else { break };
        after = (person.to_string(), last.notice.event.to_string());
        for (person, HeldNotice { notice, created_at, read_at }) in batch {
            lines.put(&Line::Notice { person, notice, created_at, read_at })?;
        }
    }
    let preferences =
        connection.rows("SELECT person, body, changed_at FROM preference ORDER BY person", &[], |row| {
            Ok(Line::Preference {
                person: row.code(0)?,
                preferences: serde_json::from_str(row.text(1)?).map_err(damaged)?,
                changed_at: row.int(2)?,
            })
        })?;
    let feeds = connection.all_feeds()?.into_iter().map(Line::Feed);
    preferences.into_iter().chain(feeds).try_for_each(|line| lines.put(&line))
}

/// Writes the lists of the ledger that people keep.
fn put_lists<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = String::new();
    loop {
        let batch = connection.lists_after(&after, 2_000)?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for (SavedList { id, plan, owner, name, query, sharing }, changed_at) in batch {
            lines.put(&Line::List { id, plan, person: owner, name, query, sharing, changed_at })?;
        }
    }
}

/// Writes who asked.
fn put_people<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = (String::new(), String::new());
    loop {
        let batch = connection.sealed_after((&after.0, &after.1), 2_000)?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = (last.plan.to_string(), last.request.to_string());
        for held in batch {
            lines.put(&Line::Person(held))?;
        }
    }
}

/// Writes the photos of requests; those that wait for theirs are left out.
fn put_photos<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = (String::new(), String::new(), String::new());
    loop {
        let batch = connection.photos_after((&after.0, &after.1, &after.2), 16)?;
        let Some((request, last)) = batch.last() else { return Ok(()) };
        after = (last.plan.to_string(), request.to_string(), last.photo.to_string());
        for (request, held) in batch {
            lines.put(&Line::Photo(PhotoLine {
                plan: held.plan,
                request,
                photo: held.photo,
                key_id: held.key_id,
                picture: held.picture,
                small: held.small,
                size: held.size,
                small_size: held.small_size,
                created_at: held.created_at,
                shown: held.shown,
            }))?;
        }
    }
}

/// Puts who follows, who looked, who wants to be told, what programs added and passed on, and what went.
fn put_of_requests(connection: &mut Connection, put: &mut dyn FnMut(Line)) -> Result<()> {
    connection.each(
        "SELECT plan, request, follower, created_at FROM request_follower ORDER BY plan, request, follower",
        &[],
        &mut |row| {
            put(Line::Follower {
                plan: row.code(0)?,
                request: row.code(1)?,
                follower: row.text(2)?.to_owned(),
                created_at: row.int(3)?,
            });
            Ok(())
        },
    )?;
    connection.each(
        "SELECT plan, request, person, at, reason FROM request_reveal ORDER BY plan, request, person, at",
        &[],
        &mut |row| {
            put(Line::Reveal {
                plan: row.code(0)?,
                request: row.code(1)?,
                person: row.code(2)?,
                at: row.int(3)?,
                reason: row.text(4)?.to_owned(),
            });
            Ok(())
        },
    )?;
    connection.each_reader(&mut |held| put(Line::Reader(held)))?;
    connection.each_alert(&mut |held| put(Line::Alert(held.into())))?;
    connection.each_update(&mut |held| put(Line::Update(held)))?;
    connection.each_forum_post(&mut |held| put(Line::Post(held)))?;
    connection.each_text_message(&mut |held| put(Line::Text(held)))?;
    connection.each_passed_on(&mut |held| put(Line::Passed(held)))?;
    connection.each(
        "SELECT plan, request, reader, ground, created_at, settled_at FROM request_flag \
         ORDER BY plan, request, reader",
        &[],
        &mut |row| {
            let ground = ModerationGround::parse(row.text(3)?);
            put(Line::Flag {
                plan: row.code(0)?,
                request: row.code(1)?,
                reader: row.text(2)?.to_owned(),
                ground: ground.ok_or_else(|| damaged("an unknown ground"))?,
                created_at: row.int(4)?,
                settled_at: row.opt_int(5)?,
            });
            Ok(())
        },
    )?;
    connection.each_deletion(&mut |held| put(Line::Deletion(held)))
}

/// Puts the models of requests and when they were taken into use.
fn put_models(connection: &mut Connection, put: &mut dyn FnMut(Line)) -> Result<()> {
    connection.each_model(&mut |held, body| {
        let HeldModel { plan, asks, number, made_at, made_by, figures } = held;
        put(Line::Model { plan, asks, number, made_at, made_by, figures, body });
    })?;
    connection.each_model_use(&mut |held| put(Line::ModelUse(held)))
}

/// Puts the layers of the ground.
fn put_layers(connection: &mut Connection, put: &mut dyn FnMut(Line)) -> Result<()> {
    connection.each_layer(&mut |plan, kind, digest, body| put(Line::Layer { plan, kind, digest, body }))
}

/// Puts the sheets of surveys, the links to them, how contacts ended and what waves came to.
fn put_surveys(connection: &mut Connection, put: &mut dyn FnMut(Line)) -> Result<()> {
    connection.each_sheet(&mut |held| put(Line::Sheet(held)))?;
    connection.each_invitation(&mut |plan, wave, invitation, used| {
        put(Line::Invitation { plan, wave, invitation: invitation.to_owned(), used });
    })?;
    for (plan, wave) in connection.survey_waves("survey_contact")? {
        for ContactCount { day, mode, outcome, number } in connection.survey_contacts(&plan, &wave)? {
            put(Line::Contacts { plan: plan.clone(), wave: wave.clone(), day, mode, outcome, number });
        }
    }
    for (plan, wave) in connection.survey_waves("survey_result")? {
        if let Some(body) = connection.survey_results(&plan, &wave)? {
            put(Line::Results { plan, wave, body });
        }
    }
    Ok(())
}
