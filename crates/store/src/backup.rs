//! Backups: one portable file, made while the server runs, for either database.
//!
//! Gzip-compressed JSON lines: a header, every journal entry in its stored texts, accounts and API
//! tokens, what people were told, their preferences, calendar feeds and saved lists, what was learnt of requests, surveys,
//! the layers of the ground, and an end line with the digest of all lines before it. Sessions are left out: whoever was signed in signs in again. Projections are
//! left out: they are made again from the journal. The job queue is left out: what lay in it was, or
//! will be, sent by the installation that the backup is of, and must not be sent again by another; the
//! notices themselves stand on the site. The same file moves an installation from SQLite to PostgreSQL
//! or back.

use std::io::{BufRead, BufReader, Read, Seek, Write};

use domain::code::Code;
use domain::journal::{Event, Hash, Seq, Written};
use domain::layer::{LayerDigest, LayerKind};
use domain::notice::Notice;
use domain::preference::Preferences;
use domain::request::alert::{AlertPlace, AlertRhythm, AlertWish};
use domain::request::learning::{ModelAsks, ModelFigures};
use domain::request::{KeptKind, ModerationGround, Point};
use domain::saved_list::{SavedList, Sharing};
use domain::survey::WaveMode;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::area_alert::AreaAlert;
use crate::database::Database;
use crate::error::StoreError;
use crate::feed::Feed;
use crate::forum::ForumPost;
use crate::journal::{Head, insert};
use crate::notice::HeldNotice;
use crate::place_layer::PackedLayer;
use crate::redact::Unsworn;
use crate::request_model::{HeldModel, ModelUse};
use crate::request_passed::PassedOn;
use crate::request_person::SealedPerson;
use crate::request_photo::{PhotoOf, SealedPhoto};
use crate::request_privacy::Deletion;
use crate::request_reader::RequestReader;
use crate::request_update::RequestUpdate;
use crate::sql::{Connection, Param};
use crate::survey::{ContactCount, SurveySheet};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the backup file cannot be read or written: {0}")]
    File(String),
    #[error("line {line} of the backup is not what a backup has there: {why}")]
    Format { line: u64, why: String },
    #[error("the backup is cut short: its end line is missing")]
    CutShort,
    #[error("the backup is damaged: its digest does not match")]
    Digest,
    #[error("entry {0} of the backup does not chain to the one before it")]
    Chain(u64),
    #[error("the database already has {0} entries: restore into an empty one")]
    NotEmpty(u64),
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.to_string())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    Header {
        format: u32,
        seq: u64,
        hash: String,
    },
    Entry(EntryLine),
    Account {
        person: Code,
        password: String,
        changed_at: i64,
    },
    Token(TokenLine),
    Notice(NoticeLine),
    Preference {
        person: Code,
        preferences: Preferences,
        changed_at: i64,
    },
    Feed(FeedLine),
    List(ListLine),
    Person(PersonLine),
    Follower {
        plan: Code,
        request: Code,
        follower: String,
        created_at: i64,
    },
    Reveal {
        plan: Code,
        request: Code,
        person: Code,
        at: i64,
        reason: String,
    },
    Photo(PhotoLine),
    Reader(ReaderLine),
    Alert(AlertLine),
    Update {
        plan: Code,
        request: Code,
        program: String,
        number: String,
        created_at: i64,
    },
    Post {
        plan: Code,
        forum: Code,
        post: String,
        request: Code,
        said: String,
        created_at: i64,
        opened: bool,
        turns: i64,
    },
    Passed(PassedLine),
    Flag(FlagLine),
    Deletion {
        plan: Code,
        at: i64,
        kind: KeptKind,
        days: u32,
        count: u64,
        oldest: i64,
        newest: i64,
    },
    Model(ModelLine),
    ModelUse {
        plan: Code,
        asks: ModelAsks,
        number: u32,
        at: i64,
        person: Code,
        reason: String,
    },
    Layer {
        plan: Code,
        kind: LayerKind,
        digest: LayerDigest,
        body: String,
    },
    Sheet(SheetLine),
    Invitation {
        plan: Code,
        wave: Code,
        invitation: String,
        used: bool,
    },
    Contacts {
        plan: Code,
        wave: Code,
        day: Date,
        mode: WaveMode,
        outcome: String,
        number: u64,
    },
    Results {
        plan: Code,
        wave: Code,
        body: String,
    },
    End {
        lines: u64,
        sha256: String,
    },
}

#[derive(Serialize, Deserialize)]
struct EntryLine {
    seq: u64,
    recorded_at: i64,
    effective: String,
    actor: String,
    scope: String,
    kind: String,
    subject: String,
    event: String,
    source: String,
    reason: String,
    hash: String,
}

#[derive(Serialize, Deserialize)]
struct TokenLine {
    id: String,
    person: Code,
    name: String,
    hash: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct NoticeLine {
    person: Code,
    notice: Notice,
    created_at: i64,
    read_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct FeedLine {
    id: String,
    person: Code,
    covers: String,
    hash: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct ListLine {
    id: String,
    plan: Code,
    person: Code,
    name: String,
    query: String,
    sharing: Sharing,
    changed_at: i64,
}

/// Who asked, sealed as in the database: without the key, which is in no backup, nobody can read it.
#[derive(Serialize, Deserialize)]
struct PersonLine {
    plan: Code,
    request: Code,
    key_id: String,
    sealed: String,
    asker: String,
    secret: String,
    token: String,
    created_at: i64,
    #[serde(default)]
    erased_at: Option<i64>,
}

/// What another server calls a request that was passed on to it.
#[derive(Serialize, Deserialize)]
struct PassedLine {
    plan: Code,
    server: Code,
    request: Code,
    number: String,
    token: String,
    state: String,
    fault: String,
    tries: i64,
    sent_at: i64,
    closed_at: i64,
}

/// What a reader reported.
#[derive(Serialize, Deserialize)]
struct FlagLine {
    plan: Code,
    request: Code,
    reader: String,
    ground: ModerationGround,
    created_at: i64,
    settled_at: Option<i64>,
}

/// What was learnt of requests: numbers, and no text of anybody.
#[derive(Serialize, Deserialize)]
struct ModelLine {
    plan: Code,
    asks: ModelAsks,
    number: u32,
    made_at: i64,
    made_by: Code,
    figures: ModelFigures,
    body: String,
}

/// A sheet of a survey: in the order of its random id, like the links that are written after all sheets.
#[derive(Serialize, Deserialize)]
struct SheetLine {
    plan: Code,
    wave: Code,
    sheet: Code,
    mode: WaveMode,
    day: Date,
    late: bool,
    answers: String,
}

/// A photo of a request, sealed as in the database.
#[derive(Serialize, Deserialize)]
struct PhotoLine {
    plan: Code,
    request: Code,
    photo: Code,
    key_id: String,
    picture: String,
    small: String,
    size: (u32, u32),
    small_size: (u32, u32),
    created_at: i64,
    shown: bool,
}

/// Who wants to be told of a request by mail, the address sealed as in the database.
#[derive(Serialize, Deserialize)]
struct ReaderLine {
    plan: Code,
    request: Code,
    reader: String,
    follows: bool,
    language: String,
    key_id: String,
    sealed: String,
    created_at: i64,
    confirmed_at: Option<i64>,
    stopped_at: Option<i64>,
}

/// Who wants to be told by mail of what happens in a place, the address sealed as in the database.
#[derive(Serialize, Deserialize)]
struct AlertLine {
    plan: Code,
    alert: String,
    reader: String,
    area: Option<Code>,
    circle: Option<(Point, u32)>,
    category: Option<Code>,
    every: AlertRhythm,
    language: String,
    key_id: String,
    sealed: String,
    created_at: i64,
    confirmed_at: Option<i64>,
    stopped_at: Option<i64>,
    told: Seq,
    next_at: i64,
}

impl AlertLine {
    fn of(held: AreaAlert) -> Self {
        let (area, circle) = match held.wish.place {
            AlertPlace::Plan => (None, None),
            AlertPlace::Area(area) => (Some(area), None),
            AlertPlace::Circle { middle, metres } => (None, Some((middle, metres))),
        };
        Self {
            plan: held.plan,
            alert: held.alert,
            reader: held.reader,
            area,
            circle,
            category: held.wish.category,
            every: held.wish.every,
            language: held.language,
            key_id: held.key_id,
            sealed: hexed(&held.sealed),
            created_at: held.created_at,
            confirmed_at: held.confirmed_at,
            stopped_at: held.stopped_at,
            told: held.told,
            next_at: held.next_at,
        }
    }

    fn alert(self) -> Option<AreaAlert> {
        let place = match (self.area, self.circle) {
            (Some(area), _) => AlertPlace::Area(area),
            (None, Some((middle, metres))) => AlertPlace::Circle { middle, metres },
            (None, None) => AlertPlace::Plan,
        };
        Some(AreaAlert {
            sealed: unhex(&self.sealed)?,
            plan: self.plan,
            alert: self.alert,
            reader: self.reader,
            wish: AlertWish { place, category: self.category, every: self.every },
            language: self.language,
            key_id: self.key_id,
            created_at: self.created_at,
            confirmed_at: self.confirmed_at,
            stopped_at: self.stopped_at,
            told: self.told,
            next_at: self.next_at,
        })
    }
}

const FORMAT: u32 = 1;
/// No line of a backup is longer: texts are bounded long before.
const LINE_MOST: u64 = 64 * 1024 * 1024;

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
}

impl Database {
    /// Writes a backup of one consistent moment; `progress` is told how many entries were written.
    /// Returns the number of entries.
    pub fn backup(&self, out: impl Write, mut progress: impl FnMut(u64)) -> Result<u64, BackupError> {
        self.read(|connection| {
            let head = Head::peek(connection)?;
            let mut lines =
                Lines { out: GzEncoder::new(out, Compression::fast()), sha: Sha256::new(), count: 0 };
            lines.put(&Line::Header { format: FORMAT, seq: head.seq, hash: head.hash })?;
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
                let Some(end) = batch.last() else { break };
                last = end.seq;
                for entry in batch {
                    lines.put(&Line::Entry(entry))?;
                }
                progress(last);
            }
            let accounts = connection.rows(
                "SELECT person, password, changed_at FROM account ORDER BY person",
                &[],
                |row| {
                    Ok(Line::Account {
                        person: Code::new(row.text(0)?)
                            .map_err(|error| StoreError::Damaged(error.to_string()))?,
                        password: row.text(1)?.to_owned(),
                        changed_at: row.int(2)?,
                    })
                },
            )?;
            let tokens = connection.rows(
                "SELECT id, person, name, hash, scopes, created_at, expires_at, revoked_at \
                 FROM api_token ORDER BY id",
                &[],
                |row| {
                    Ok(Line::Token(TokenLine {
                        id: row.text(0)?.to_owned(),
                        person: Code::new(row.text(1)?)
                            .map_err(|error| StoreError::Damaged(error.to_string()))?,
                        name: row.text(2)?.to_owned(),
                        hash: row.text(3)?.to_owned(),
                        scopes: row.text(4)?.to_owned(),
                        created_at: row.int(5)?,
                        expires_at: row.int(6)?,
                        revoked_at: row.opt_int(7)?,
                    }))
                },
            )?;
            for line in accounts.iter().chain(&tokens) {
                lines.put(line)?;
            }
            put_told(connection, &mut lines)?;
            put_lists(connection, &mut lines)?;
            put_people(connection, &mut lines)?;
            put_models(connection, &mut lines)?;
            put_layers(connection, &mut lines)?;
            put_surveys(connection, &mut lines)?;
            let sha256 = hex(lines.sha.clone());
            let count = lines.count;
            lines.put(&Line::End { lines: count, sha256 })?;
            lines.out.finish()?.flush()?;
            Ok(head.seq)
        })
    }

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

/// Writes what people were told and how they want to be told.
fn put_told<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = (String::new(), String::new());
    loop {
        let batch = connection.notices_after((&after.0, &after.1), 2_000)?;
        let Some((person, last)) = batch.last() else { break };
        after = (person.to_string(), last.notice.event.to_string());
        for (person, HeldNotice { notice, created_at, read_at }) in batch {
            lines.put(&Line::Notice(NoticeLine { person, notice, created_at, read_at }))?;
        }
    }
    let damaged = |error: &dyn std::fmt::Display| StoreError::Damaged(error.to_string());
    let code = |text: &str| Code::new(text).map_err(|error| damaged(&error));
    let preferences =
        connection.rows("SELECT person, body, changed_at FROM preference ORDER BY person", &[], |row| {
            Ok(Line::Preference {
                person: code(row.text(0)?)?,
                preferences: serde_json::from_str(row.text(1)?).map_err(|error| damaged(&error))?,
                changed_at: row.int(2)?,
            })
        })?;
    let feeds = connection.rows(
        "SELECT id, person, covers, hash, created_at, revoked_at FROM feed ORDER BY id",
        &[],
        |row| {
            Ok(Line::Feed(FeedLine {
                id: row.text(0)?.to_owned(),
                person: code(row.text(1)?)?,
                covers: row.text(2)?.to_owned(),
                hash: row.text(3)?.to_owned(),
                created_at: row.int(4)?,
                revoked_at: row.opt_int(5)?,
            }))
        },
    )?;
    preferences.iter().chain(&feeds).try_for_each(|line| lines.put(line))
}

/// Writes the lists of the ledger that people keep.
fn put_lists<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = String::new();
    loop {
        let batch = connection.lists_after(&after, 2_000)?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for (SavedList { id, plan, owner, name, query, sharing }, changed_at) in batch {
            lines.put(&Line::List(ListLine { id, plan, person: owner, name, query, sharing, changed_at }))?;
        }
    }
}

/// Writes who asked, who follows, who looked, and what programs added.
fn put_people<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut after = (String::new(), String::new());
    loop {
        let batch = connection.sealed_after((&after.0, &after.1), 2_000)?;
        let Some(last) = batch.last() else { break };
        after = (last.plan.to_string(), last.request.to_string());
        for held in batch {
            let SealedPerson { plan, request, key_id, sealed, asker, secret, token, created_at, erased_at } =
                held;
            let sealed = hexed(&sealed);
            lines.put(&Line::Person(PersonLine {
                plan,
                request,
                key_id,
                sealed,
                asker,
                secret,
                token,
                created_at,
                erased_at,
            }))?;
        }
    }
    put_photos(connection, lines)?;
    let code = |text: &str| Code::new(text).map_err(|error| StoreError::Damaged(error.to_string()));
    let mut failed = Ok(());
    let mut put = |line: Line| {
        if failed.is_ok() {
            failed = lines.put(&line);
        }
    };
    connection.each(
        "SELECT plan, request, follower, created_at FROM request_follower ORDER BY plan, request, follower",
        &[],
        &mut |row| {
            put(Line::Follower {
                plan: code(row.text(0)?)?,
                request: code(row.text(1)?)?,
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
                plan: code(row.text(0)?)?,
                request: code(row.text(1)?)?,
                person: code(row.text(2)?)?,
                at: row.int(3)?,
                reason: row.text(4)?.to_owned(),
            });
            Ok(())
        },
    )?;
    connection.each_reader(&mut |held| {
        put(Line::Reader(ReaderLine {
            plan: held.plan,
            request: held.request,
            reader: held.reader,
            follows: held.follows,
            language: held.language,
            key_id: held.key_id,
            sealed: hexed(&held.sealed),
            created_at: held.created_at,
            confirmed_at: held.confirmed_at,
            stopped_at: held.stopped_at,
        }));
    })?;
    connection.each_alert(&mut |held| put(Line::Alert(AlertLine::of(held))))?;
    connection.each_update(&mut |held| {
        let RequestUpdate { plan, request, program, number, created_at } = held;
        put(Line::Update { plan, request, program, number, created_at });
    })?;
    connection.each_forum_post(&mut |held| {
        let ForumPost { plan, forum, post, request, said, created_at, opened, turns } = held;
        put(Line::Post { plan, forum, post, request, said, created_at, opened, turns });
    })?;
    connection.each_passed_on(&mut |held| {
        let PassedOn { plan, server, request, number, token, state, fault, tries, sent_at, closed_at } = held;
        put(Line::Passed(PassedLine {
            plan,
            server,
            request,
            number,
            token,
            state,
            fault,
            tries,
            sent_at,
            closed_at,
        }));
    })?;
    connection.each(
        "SELECT plan, request, reader, ground, created_at, settled_at FROM request_flag \
         ORDER BY plan, request, reader",
        &[],
        &mut |row| {
            let ground = ModerationGround::parse(row.text(3)?);
            put(Line::Flag(FlagLine {
                plan: code(row.text(0)?)?,
                request: code(row.text(1)?)?,
                reader: row.text(2)?.to_owned(),
                ground: ground.ok_or_else(|| StoreError::Damaged("an unknown ground".into()))?,
                created_at: row.int(4)?,
                settled_at: row.opt_int(5)?,
            }));
            Ok(())
        },
    )?;
    connection.each_deletion(&mut |held| {
        let Deletion { plan, at, kind, days, count, oldest, newest } = held;
        put(Line::Deletion { plan, at, kind, days, count, oldest, newest });
    })?;
    failed
}

/// Writes the models of requests and when they were taken into use.
fn put_models<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut failed = Ok(());
    let mut put = |line: Line| {
        if failed.is_ok() {
            failed = lines.put(&line);
        }
    };
    connection.each_model(&mut |held, body| {
        let HeldModel { plan, asks, number, made_at, made_by, figures } = held;
        let body = hexed(&body);
        put(Line::Model(ModelLine { plan, asks, number, made_at, made_by, figures, body }));
    })?;
    connection.each_model_use(&mut |held| {
        let ModelUse { plan, asks, number, at, person, reason } = held;
        put(Line::ModelUse { plan, asks, number, at, person, reason });
    })?;
    failed
}

/// Writes the layers of the ground.
fn put_layers<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let mut failed = Ok(());
    connection.each_layer(|plan, kind, digest, body| {
        if failed.is_ok() {
            let damaged = |error: &dyn std::fmt::Display| StoreError::Damaged(error.to_string());
            let plan = Code::new(plan).map_err(|error| damaged(&error))?;
            let kind = LayerKind::parse(kind).ok_or_else(|| damaged(&"a layer of no kind"))?;
            let digest = LayerDigest::try_from(digest.to_owned()).map_err(|error| damaged(&error))?;
            failed = lines.put(&Line::Layer { plan, kind, digest, body: hexed(body) });
        }
        Ok(())
    })?;
    failed
}

/// Writes the sheets of surveys, the links to them, how contacts ended and what waves came to.
fn put_surveys<W: Write>(connection: &mut Connection, lines: &mut Lines<W>) -> Result<(), BackupError> {
    let contacts = connection.survey_waves("survey_contact")?;
    let results = connection.survey_waves("survey_result")?;
    let mut failed = Ok(());
    let mut put = |line: Line| {
        if failed.is_ok() {
            failed = lines.put(&line);
        }
    };
    connection.each_sheet(&mut |held| {
        let SurveySheet { plan, wave, sheet, mode, day, late, answers } = held;
        put(Line::Sheet(SheetLine { plan, wave, sheet, mode, day, late, answers }));
    })?;
    connection.each_invitation(&mut |plan, wave, invitation, used| {
        put(Line::Invitation { plan, wave, invitation: invitation.to_owned(), used });
    })?;
    for (plan, wave) in contacts {
        for ContactCount { day, mode, outcome, number } in connection.survey_contacts(&plan, &wave)? {
            put(Line::Contacts { plan: plan.clone(), wave: wave.clone(), day, mode, outcome, number });
        }
    }
    for (plan, wave) in results {
        if let Some(body) = connection.survey_results(&plan, &wave)? {
            put(Line::Results { plan, wave, body });
        }
    }
    failed
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
                picture: hexed(&held.picture),
                small: hexed(&held.small),
                size: held.size,
                small_size: held.small_size,
                created_at: held.created_at,
                shown: held.shown,
            }))?;
        }
    }
}

/// The hexadecimal digits of bytes.
fn hexed(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes from their hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

fn restore_into(
    tx: &mut crate::writer::Tx,
    input: impl Read,
    progress: &impl Fn(u64),
) -> Result<u64, BackupError> {
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
                let revoked = token.revoked_at;
                tx.add_api_token(&crate::account::ApiToken {
                    id: token.id.clone(),
                    person: token.person.clone(),
                    name: token.name,
                    hash: token.hash,
                    scopes: token.scopes,
                    created_at: token.created_at,
                    expires_at: token.expires_at,
                    revoked_at: None,
                })?;
                if let Some(at) = revoked {
                    tx.revoke_api_token(&token.person, &token.id, at)?;
                }
            }
            (Some(_), Line::Notice(NoticeLine { person, notice, created_at, read_at })) => {
                tx.restore_notice(&person, &HeldNotice { notice, created_at, read_at })?;
            }
            (Some(_), Line::Preference { person, preferences, changed_at }) => {
                tx.set_preferences(&person, &preferences, changed_at)?;
            }
            (Some(_), Line::Feed(FeedLine { id, person, covers, hash, created_at, revoked_at })) => {
                tx.add_feed(&Feed { id, person, covers, hash, created_at, revoked_at })?;
            }
            (Some(_), Line::List(ListLine { id, plan, person, name, query, sharing, changed_at })) => {
                tx.put_list(&SavedList { id, plan, owner: person, name, query, sharing }, changed_at)?;
            }
            (Some(_), Line::Person(held)) => {
                let sealed = unhex(&held.sealed).ok_or_else(|| format("no hexadecimal digits".into()))?;
                tx.put_sealed_person(&SealedPerson {
                    plan: held.plan,
                    request: held.request,
                    key_id: held.key_id,
                    sealed,
                    asker: held.asker,
                    secret: held.secret,
                    token: held.token,
                    created_at: held.created_at,
                    erased_at: held.erased_at,
                })?;
            }
            (Some(_), Line::Photo(held)) => {
                let bytes =
                    |digits: &str| unhex(digits).ok_or_else(|| format("no hexadecimal digits".into()));
                let photo = SealedPhoto {
                    picture: bytes(&held.picture)?,
                    small: bytes(&held.small)?,
                    plan: held.plan,
                    photo: held.photo,
                    key_id: held.key_id,
                    size: held.size,
                    small_size: held.small_size,
                    created_at: held.created_at,
                    shown: held.shown,
                };
                tx.put_photo(PhotoOf::Request(&held.request), &photo)?;
            }
            (Some(_), Line::Reader(held)) => {
                let sealed = unhex(&held.sealed).ok_or_else(|| format("no hexadecimal digits".into()))?;
                tx.put_reader(&RequestReader {
                    plan: held.plan,
                    request: held.request,
                    reader: held.reader,
                    follows: held.follows,
                    language: held.language,
                    key_id: held.key_id,
                    sealed,
                    created_at: held.created_at,
                    confirmed_at: held.confirmed_at,
                    stopped_at: held.stopped_at,
                })?;
            }
            (Some(_), Line::Alert(held)) => {
                let held = held.alert().ok_or_else(|| format("no hexadecimal digits".into()))?;
                tx.put_alert(&held)?;
            }
            (Some(_), Line::Follower { plan, request, follower, created_at }) => {
                tx.follow(&plan, &request, &follower, created_at)?;
            }
            (Some(_), Line::Reveal { plan, request, person, at, reason }) => {
                tx.log_reveal(&plan, &request, &person, at, &reason)?;
            }
            (Some(_), Line::Update { plan, request, program, number, created_at }) => {
                tx.keep_update(&RequestUpdate { plan, request, program, number, created_at })?;
            }
            (Some(_), Line::Post { plan, forum, post, request, said, created_at, opened, turns }) => {
                let held = ForumPost { plan, forum, post, request, said, created_at, opened, turns };
                tx.keep_forum_post(&held)?;
            }
            (Some(_), Line::Passed(held)) => {
                let PassedLine { plan, server, request, number, token, state, .. } = held;
                let PassedLine { fault, tries, sent_at, closed_at, .. } = held;
                tx.keep_passed_on(&PassedOn {
                    plan,
                    server,
                    request,
                    number,
                    token,
                    state,
                    fault,
                    tries,
                    sent_at,
                    closed_at,
                })?;
            }
            (Some(_), Line::Flag(held)) => {
                let FlagLine { plan, request, reader, ground, created_at, settled_at } = held;
                tx.flag((&plan, &request), &reader, ground, created_at)?;
                if let Some(at) = settled_at {
                    tx.settle_flag((&plan, &request), &reader, at)?;
                }
            }
            (Some(_), Line::Deletion { plan, at, kind, days, count, oldest, newest }) => {
                tx.record_deletion(&Deletion { plan, at, kind, days, count, oldest, newest })?;
            }
            (Some(_), Line::Model(held)) => {
                let body = unhex(&held.body).ok_or_else(|| format("no hexadecimal digits".into()))?;
                let ModelLine { plan, asks, number, made_at, made_by, figures, .. } = held;
                let held = HeldModel { plan, asks, number, made_at, made_by, figures };
                tx.keep_request_model(&held, &body)?;
            }
            (Some(_), Line::ModelUse { plan, asks, number, at, person, reason }) => {
                tx.use_request_model(&ModelUse { plan, asks, number, at, person, reason })?;
            }
            (Some(_), Line::Layer { plan, kind, digest, body }) => {
                let body = unhex(&body).ok_or_else(|| format("no hexadecimal digits".into()))?;
                let layer = PackedLayer::restored(kind, digest, body)
                    .ok_or_else(|| format("a layer that is not what its digest says".into()))?;
                tx.keep_layer(&plan, &layer)?;
            }
            (Some(_), Line::Sheet(held)) => {
                let SheetLine { plan, wave, sheet, mode, day, late, answers } = held;
                tx.keep_sheet(&SurveySheet { plan, wave, sheet, mode, day, late, answers })?;
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
                if lines + 1 != number || sha256 != hex(sha.clone()) {
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
    tx.writing().rebuild_ledger()?;
    tx.writing().rebuild_requests()?;
    if tx.head().0 != seq || last.to_string() != hash {
        return Err(BackupError::Chain(tx.head().0));
    }
    progress(seq);
    Ok(seq)
}

fn restore_entry(
    tx: &mut crate::writer::Tx,
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
    tx.move_head(line.seq, line.recorded_at, line.hash.clone());
    let entry = tx
        .connection
        .entry(Seq(line.seq))?
        .ok_or_else(|| StoreError::Damaged("an entry just written is missing".into()))?;
    tx.take_in(&entry)?;
    Ok(stored)
}

fn hex(sha: Sha256) -> String {
    crate::hex(&sha.finalize())
}
