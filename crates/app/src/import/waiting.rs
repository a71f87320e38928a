//! A file between being looked through and being imported: it waits in the database for the word of
//! the person who brought it, sealed where there is a key, so that any server that has it can go on with it.

use domain::code::Code;
use domain::journal::Seq;
use domain::policy::Action;
use domain::refusal::{Problem, Refusal};
use serde::{Deserialize, Serialize};
use store::{Kept, Upload, UploadRoom};

use super::prepare::Prepared;
use super::profile::Profile;
use super::report::{Counts, ImportReport};
use super::run::{Ended, Mode, Ran, run, told as told_of};
use crate::App;
use crate::actor::Actor;
use crate::aside;
use crate::error::AppError;

/// The largest file that is taken in, in bytes.
pub const FILE_MOST: usize = 20 << 20;
/// How long a file waits, and its outcome can be looked at.
const WAITS_MICROS: i64 = 4 * 3_600 * 1_000_000;
const ROOM: UploadRoom = UploadRoom { of_person: 3, bytes: 400 << 20 };

/// A file with how it is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: String,
    pub person: Code,
    pub plan: Code,
    /// The file's name.
    pub name: String,
    pub reading: Reading,
    /// What became of it; its bytes are gone then.
    pub written: Option<Written>,
    pub bytes: Vec<u8>,
}

/// How a file is to be read: as which table, by which profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub table: String,
    pub profile: Profile,
}

/// What an import wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub counts: Counts,
    /// How many entries of the journal.
    pub entries: usize,
    /// The first and the last of them; none when all of it was on record already.
    pub span: Option<(Seq, Seq)>,
}

/// Where a file is sealed: opened elsewhere it is refused.
fn place(id: &str) -> String {
    format!("upload/{id}")
}

/// What is written down beside the file.
#[derive(Serialize, Deserialize)]
struct Note {
    reading: Reading,
    written: Option<Written>,
}

impl Note {
    fn text(reading: &Reading, written: Option<&Written>) -> Result<String, AppError> {
        let note = Self { reading: reading.clone(), written: written.cloned() };
        serde_json::to_string(&note).map_err(|error| store::StoreError::Statement(error.to_string()).into())
    }
}

/// What trying to keep a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeping {
    /// It waits under this name.
    Waits(String),
    /// Too many files of others wait at the moment.
    NoRoom,
}

impl App {
    /// Keeps a file until its owner says what becomes of it, for some hours.
    pub async fn keep_file(
        &self,
        person: &Code,
        plan: &Code,
        name: &str,
        reading: &Reading,
        bytes: Vec<u8>,
    ) -> Result<Keeping, AppError> {
        let now = self.clock().now().as_microsecond();
        let id: String = crate::account::secret().chars().take(32).collect();
        // Registers name people, with their numbers and homes.
        let (key_id, body) = match self.key() {
            Some(key) => {
                let (key, key_id, place) = (key.clone(), key.id().to_owned(), place(&id));
                (key_id, aside(move || key.seal(&place, &bytes)).await?.ok_or(AppError::Sealed)?)
            }
            None => (String::new(), bytes),
        };
        let upload = Upload {
            id,
            person: person.clone(),
            scope: plan.clone(),
            name: name.chars().filter(|c| !c.is_control()).take(200).collect(),
            note: Note::text(reading, None)?,
            finished: false,
            key_id,
            body,
            created_at: now,
            expires_at: now + WAITS_MICROS,
        };
        let id = upload.id.clone();
        let kept = self.database().write_async(move |tx| tx.keep_upload(&upload, ROOM)).await?;
        Ok(match kept {
            Kept::Yes => Keeping::Waits(id),
            Kept::NoRoom => Keeping::NoRoom,
        })
    }

    /// A person's own waiting file of a plan.
    pub async fn waiting_file(&self, person: &Code, plan: &Code, id: &str) -> Result<Waiting, AppError> {
        let (owner, wanted, now) = (person.clone(), id.to_owned(), self.clock().now().as_microsecond());
        let found = self.database().read_async(move |c| c.upload(&wanted, &owner, now)).await?;
        let upload = found.filter(|upload| upload.scope == *plan).ok_or(AppError::NotFound)?;
        let note: Note = serde_json::from_str(&upload.note)
            .map_err(|error| store::StoreError::Damaged(error.to_string()))?;
        let bytes = if upload.key_id.is_empty() {
            upload.body
        } else {
            let key = self.key().cloned().ok_or(AppError::Sealed)?;
            let (place, body) = (place(&upload.id), upload.body);
            aside(move || key.open(&place, &body)).await?.ok_or(AppError::Sealed)?
        };
        Ok(Waiting {
            id: upload.id,
            person: upload.person,
            plan: upload.scope,
            name: upload.name,
            reading: note.reading,
            written: note.written,
            bytes,
        })
    }

    /// Notes another way to read a waiting file.
    pub async fn read_file_as(&self, waiting: &Waiting, reading: &Reading) -> Result<(), AppError> {
        let (id, person, note) = (waiting.id.clone(), waiting.person.clone(), Note::text(reading, None)?);
        let noted = self.database().write_async(move |tx| tx.note_upload(&id, &person, &note)).await?;
        if noted { Ok(()) } else { Err(AppError::NotFound) }
    }

    pub async fn drop_file(&self, waiting: &Waiting) -> Result<(), AppError> {
        let (id, person) = (waiting.id.clone(), waiting.person.clone());
        Ok(self.database().write_async(move |tx| tx.drop_upload(&id, &person)).await?)
    }

    /// Imports a waiting file and writes down what became of it, in one transaction: all rows or none,
    /// and once. When it would come to something else than its owner was told, because of what others
    /// recorded meanwhile, nothing is imported; the report says what it would come to now.
    pub async fn import_file(
        &self,
        actor: &Actor,
        waiting: &Waiting,
        prepared: Prepared,
        told: Counts,
    ) -> Result<ImportReport, AppError> {
        if !actor.may_somewhere(Action::Import) {
            return Err(Refusal::whole(Problem::NotAllowed(Action::Import)).into());
        }
        let prepared = self.filled_in(prepared, actor).await?;
        let actor = actor.clone();
        let occasion = self.import_occasion();
        let staff = self.told_of_import(&prepared, Mode::Apply).await?;
        let (id, person, reading) = (waiting.id.clone(), waiting.person.clone(), waiting.reading.clone());
        let outcome = self
            .database()
            .write_async(move |tx| {
                let now = occasion.now;
                let Ran { mut report, touched } = run(tx, &actor, &prepared, Mode::Apply, &occasion, None)?;
                report.applied &= report.counts == told;
                if !report.applied {
                    tx.writing();
                    return Err(Ended::Undone(Box::new(report)));
                }
                let written = Written { counts: report.counts, entries: report.entries, span: report.span };
                let note = Note::text(&reading, Some(&written)).map_err(Ended::Failed)?;
                if tx.finish_upload(&id, &person, &note)? {
                    told_of(tx, &report, &touched, &actor, staff.as_ref(), now)?;
                    Ok(report)
                } else {
                    Err(Ended::Failed(AppError::NotFound))
                }
            })
            .await;
        Ended::report(outcome)
    }
}
