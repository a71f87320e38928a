//! Files that wait for their owner's word. They lie in the database, not on a server's disk, so that
//! any of several servers can go on where another began; they are no part of a backup.

use domain::code::Code;

use crate::error::Result;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: String,
    pub person: Code,
    /// The plan it is for.
    pub scope: Code,
    /// The file's name.
    pub name: String,
    /// What the use case wants to know of it.
    pub note: String,
    /// Whether it has served its purpose; its body is gone then.
    pub finished: bool,
    /// What its body is sealed with; nothing where it is not.
    pub key_id: String,
    pub body: Vec<u8>,
    /// Microseconds since 1970.
    pub created_at: i64,
    pub expires_at: i64,
}

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadRoom {
    /// Files of one person; the oldest makes room for a new one.
    pub of_person: usize,
    /// Bytes of all people together.
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Yes,
    /// Others' files leave no room at the moment.
    NoRoom,
}

impl Connection {
    /// A person's own file, unless its time is over.
    pub fn upload(&mut self, id: &str, person: &Code, now: i64) -> Result<Option<Upload>> {
        self.first(
            "SELECT id, person, scope, name, note, finished, key_id, body, created_at, expires_at FROM upload \
             WHERE id = $1 AND person = $2 AND expires_at > $3",
            &[Param::Text(id), Param::Text(person.as_str()), Param::Int(now)],
            |row| {
                Ok(Upload {
                    id: row.text(0)?.to_owned(),
                    person: row.code(1)?,
                    scope: row.code(2)?,
                    name: row.text(3)?.to_owned(),
                    note: row.text(4)?.to_owned(),
                    finished: row.int(5)? != 0,
                    key_id: row.text(6)?.to_owned(),
                    body: row.bytes(7)?.to_vec(),
                    created_at: row.int(8)?,
                    expires_at: row.int(9)?,
                })
            },
        )
    }
}

impl Tx<'_> {
    /// Keeps a file, after clearing away those whose time is over and the person's oldest ones.
    pub fn keep_upload(&mut self, upload: &Upload, room: UploadRoom) -> Result<Kept> {
        let connection = self.writing();
        connection.execute("DELETE FROM upload WHERE expires_at <= $1", &[Param::Int(upload.created_at)])?;
        let own = connection.rows(
            "SELECT id FROM upload WHERE person = $1 ORDER BY created_at DESC, id",
            &[Param::Text(upload.person.as_str())],
            |row| Ok(row.text(0)?.to_owned()),
        )?;
        for old in own.iter().skip(room.of_person.saturating_sub(1)) {
            connection.execute("DELETE FROM upload WHERE id = $1", &[Param::Text(old)])?;
        }
        // Whole numbers on both databases: a sum of BIGINT is NUMERIC on one of them.
        let held = connection
            .first("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM upload", &[], |row| row.int(0))?
            .unwrap_or(0);
        let size = i64::try_from(upload.body.len()).unwrap_or(i64::MAX);
        if held.saturating_add(size) > i64::try_from(room.bytes).unwrap_or(i64::MAX) {
            return Ok(Kept::NoRoom);
        }
        connection.execute(
            "INSERT INTO upload (id, person, scope, name, note, finished, size, key_id, body, created_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10)",
            &[
                Param::Text(&upload.id),
                Param::Text(upload.person.as_str()),
                Param::Text(upload.scope.as_str()),
                Param::Text(&upload.name),
                Param::Text(&upload.note),
                Param::Int(size),
                Param::Text(&upload.key_id),
                Param::Bytes(&upload.body),
                Param::Int(upload.created_at),
                Param::Int(upload.expires_at),
            ],
        )?;
        Ok(Kept::Yes)
    }

    /// Writes down what is to be known of a waiting file; false when it does not wait any more.
    pub fn note_upload(&mut self, id: &str, person: &Code, note: &str) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE upload SET note = $3 WHERE id = $1 AND person = $2 AND finished = 0",
            &[Param::Text(id), Param::Text(person.as_str()), Param::Text(note)],
        )?;
        Ok(changed > 0)
    }

    /// Marks a waiting file as done with and lets go of its body; false when it does not wait any more.
    pub fn finish_upload(&mut self, id: &str, person: &Code, note: &str) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE upload SET note = $3, finished = 1, size = 0, key_id = '', body = $4 \
             WHERE id = $1 AND person = $2 AND finished = 0",
            &[Param::Text(id), Param::Text(person.as_str()), Param::Text(note), Param::Bytes(&[])],
        )?;
        Ok(changed > 0)
    }

    /// Throws a file away.
    pub fn drop_upload(&mut self, id: &str, person: &Code) -> Result<()> {
        self.writing().send(
            "DELETE FROM upload WHERE id = $1 AND person = $2",
            &[Param::Text(id), Param::Text(person.as_str())],
        )
    }
}
