//! Restoring: every line is checked as it is taken in, and all or nothing is kept.

use std::io::{BufRead, BufReader, Read, Seek};

use domain::journal::{Event, Hash, Seq, Written};
use domain::saved_list::SavedList;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::BackupError;
use super::line::{EntryLine, FORMAT, Line};
use crate::database::Database;
use crate::error::StoreError;
use crate::hex;
use crate::journal::insert;
use crate::notice::HeldNotice;
use crate::place_layer::PackedLayer;
use crate::redact::Unsworn;
use crate::request_model::HeldModel;
use crate::request_photo::{PhotoOf, SealedPhoto};
use crate::survey::ContactCount;
use crate::writer::Tx;

/// No line of a backup is longer: texts are bounded long before.
const LINE_MOST: u64 = 64 * 1024 * 1024;

impl Database {
    /// Restores a backup into an empty database, all or nothing. Returns the number of entries.
    pub fn restore(
        &self,
        mut input: impl Read + Seek + Send + 'static,
        progress: impl Fn(u64) + Send + 'static,
    ) -> Result<u64, BackupError> {
        self.write(move |tx| {
            if tx.head().0 > 0 {
                return Err(BackupError::NotEmpty(tx.head().0));
            }
            // The writer may run this again after a failure of others: from the beginning.
            input.rewind()?;
            restore_into(tx, &mut input, &progress)
        })
    }
}

fn restore_into(tx: &mut Tx, input: impl Read, progress: &impl Fn(u64)) -> Result<u64, BackupError> {
    let mut reader = BufReader::new(GzDecoder::new(input));
    let (mut sha, mut number) = (Sha256::new(), 0u64);
    let mut text = Vec::new();
    let mut header: Option<(u64, String)> = None;
    let mut ended = false;
    let mut last = Hash::GENESIS;
    let mut unsworn = Unsworn::default();
    loop {
        text.clear();
        (&mut reader).take(LINE_MOST).read_until(b'\n', &mut text)?;
        if text.is_empty() {
            break;
        }
        number += 1;
        let format = |why: String| BackupError::Format { line: number, why };
        let line: Line = serde_json::from_slice(&text).map_err(|error| format(error.to_string()))?;
        match (&header, line) {
            _ if ended => return Err(format("nothing may follow the end".into())),
            (None, Line::Header { format: FORMAT, seq, hash }) => header = Some((seq, hash)),
            (None, _) => return Err(format("no header of a known format".into())),
            (Some(_), Line::Header { .. }) => return Err(format("a second header".into())),
            (Some(_), Line::Entry(entry)) => {
                last = restore_entry(tx, &entry, (last, &mut unsworn), number)?;
                if entry.seq.is_multiple_of(2_000) {
                    progress(entry.seq);
                }
            }
            (Some(_), Line::Account { person, password, changed_at }) => {
                tx.set_password(&person, &password, changed_at)?;
            }
            (Some(_), Line::Token(token)) => {
                tx.add_api_token(&token)?;
                if let Some(at) = token.revoked_at {
                    tx.revoke_api_token(&token.person, &token.id, at)?;
                }
            }
            (Some(_), Line::Notice { person, notice, created_at, read_at }) => {
                tx.restore_notice(&person, &HeldNotice { notice, created_at, read_at })?;
            }
            (Some(_), Line::Preference { person, preferences, changed_at }) => {
                tx.set_preferences(&person, &preferences, changed_at)?;
            }
            (Some(_), Line::Feed(feed)) => tx.add_feed(&feed)?,
            (Some(_), Line::List { id, plan, person, name, query, sharing, changed_at }) => {
                tx.put_list(&SavedList { id, plan, owner: person, name, query, sharing }, changed_at)?;
            }
            (Some(_), Line::Person(held)) => tx.put_sealed_person(held.row())?,
            (Some(_), Line::Photo(held)) => {
                let photo = SealedPhoto {
                    plan: held.plan,
                    photo: held.photo,
                    key_id: held.key_id,
                    picture: held.picture,
                    small: held.small,
                    size: held.size,
                    small_size: held.small_size,
                    created_at: held.created_at,
                    shown: held.shown,
                };
                tx.put_photo(PhotoOf::Request(&held.request), &photo)?;
            }
            (Some(_), Line::Reader(held)) => {
                tx.put_reader(&held)?;
            }
            (Some(_), Line::Alert(held)) => {
                tx.put_alert(&held.into())?;
            }
            (Some(_), Line::Follower { plan, request, follower, created_at }) => {
                tx.follow(&plan, &request, &follower, created_at)?;
            }
            (Some(_), Line::Reveal { plan, request, person, at, reason }) => {
                tx.log_reveal(&plan, &request, &person, at, &reason)?;
            }
            (Some(_), Line::Update(held)) => tx.keep_update(&held)?,
            (Some(_), Line::Post(held)) => tx.keep_forum_post(&held)?,
            (Some(_), Line::Text(held)) => {
                tx.put_text_message(&held)?;
            }
            (Some(_), Line::Passed(held)) => tx.keep_passed_on(&held)?,
            (Some(_), Line::Flag { plan, request, reader, ground, created_at, settled_at }) => {
                tx.flag((&plan, &request), &reader, ground, created_at)?;
                if let Some(at) = settled_at {
                    tx.settle_flag((&plan, &request), &reader, at)?;
                }
            }
            (Some(_), Line::Deletion(held)) => tx.record_deletion(&held)?,
            (Some(_), Line::Model { plan, asks, number, made_at, made_by, figures, body }) => {
                let held = HeldModel { plan, asks, number, made_at, made_by, figures };
                tx.keep_request_model(&held, &body)?;
            }
            (Some(_), Line::ModelUse(held)) => tx.use_request_model(&held)?,
            (Some(_), Line::Layer { plan, kind, digest, body }) => {
                let layer = PackedLayer::restored(kind, digest, body)
                    .ok_or_else(|| format("a layer that is not what its digest says".into()))?;
                tx.keep_layer(&plan, &layer)?;
            }
            (Some(_), Line::Sheet(held)) => {
                tx.keep_sheet(&held)?;
            }
            (Some(_), Line::Invitation { plan, wave, invitation, used }) => {
                tx.put_invitation(&plan, &wave, &invitation, used)?;
            }
            (Some(_), Line::Contacts { plan, wave, day, mode, outcome, number }) => {
                tx.count_contacts(&plan, &wave, &ContactCount { day, mode, outcome, number })?;
            }
            (Some(_), Line::Results { plan, wave, body }) => {
                tx.keep_survey_results(&plan, &wave, &body)?;
            }
            (Some(_), Line::End { lines, sha256 }) => {
                // Entries that nobody swore to tell more than that the whole is not what it was.
                if let Some(entry) = unsworn.first() {
                    return Err(BackupError::Chain(entry.0));
                }
                if lines + 1 != number || sha256 != hex(&sha.clone().finalize()) {
                    return Err(BackupError::Digest);
                }
                ended = true;
            }
        }
        sha.update(&text);
    }
    let Some((seq, hash)) = header.filter(|_| ended) else { return Err(BackupError::CutShort) };
    tx.place_facts()?;
    // Said to the database before histories are read there: facts that are placed are no tail any more.
    tx.save_head()?;
    // What was looked for before was not there.
    tx.cache.clear();
    tx.writing().rebuild_ledger()?;
    tx.writing().rebuild_requests()?;
    if tx.head().0 != seq || last.to_string() != hash {
        return Err(BackupError::Chain(tx.head().0));
    }
    progress(seq);
    Ok(seq)
}

fn restore_entry(
    tx: &mut Tx,
    line: &EntryLine,
    (previous, unsworn): (Hash, &mut Unsworn),
    number: u64,
) -> Result<Hash, BackupError> {
    let written = Written {
        seq: Seq(line.seq),
        recorded_at: line.recorded_at,
        effective: &line.effective,
        actor: &line.actor,
        scope: &line.scope,
        kind: &line.kind,
        subject: &line.subject,
        event: &line.event,
        source: &line.source,
        reason: &line.reason,
    };
    let hash = written.hash(previous);
    let broken = || BackupError::Chain(line.seq);
    let stored = Hash::parse(&line.hash).filter(|_| line.seq == tx.head().0 + 1).ok_or_else(broken)?;
    if stored != hash {
        // Its words were erased, if a later entry swears so.
        unsworn.found(Seq(line.seq), hash);
    }
    let event: Event = serde_json::from_str(&line.event)
        .map_err(|error| BackupError::Format { line: number, why: error.to_string() })?;
    unsworn.hear(&event);
    insert(tx.writing(), &written, event.corrects(), &line.hash)?;
    tx.move_head(&written, line.hash.clone());
    let entry = tx
        .connection
        .entry(Seq(line.seq))?
        .ok_or_else(|| StoreError::Damaged("an entry just written is missing".into()))?;
    tx.take_in(&entry)?;
    Ok(stored)
}
