//! Secrets that do not belong into the journal: passwords, sessions and tokens, all hashed.

use domain::code::Code;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// A person's means to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub person: Code,
    /// An argon2id hash in PHC form.
    pub password: String,
    /// Microseconds since 1970.
    pub changed_at: i64,
    /// Failed attempts since the last good one.
    pub failures: i64,
    pub locked_until: i64,
}

/// A browser that is signed in. Only the hash of its token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub token_hash: String,
    pub person: Code,
    pub csrf: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
}

/// A program's key. Only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    pub id: String,
    pub person: Code,
    pub name: String,
    pub hash: String,
    /// Comma-separated.
    pub scopes: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
}

fn api_token(row: &Row) -> Result<ApiToken> {
    Ok(ApiToken {
        id: row.text(0)?.to_owned(),
        person: row.code(1)?,
        name: row.text(2)?.to_owned(),
        hash: row.text(3)?.to_owned(),
        scopes: row.text(4)?.to_owned(),
        created_at: row.int(5)?,
        expires_at: row.int(6)?,
        revoked_at: row.opt_int(7)?,
    })
}

const TOKEN_COLUMNS: &str = "id, person, name, hash, scopes, created_at, expires_at, revoked_at";

impl Connection {
    pub fn account(&mut self, person: &Code) -> Result<Option<Account>> {
        self.first(
            "SELECT person, password, changed_at, failures, locked_until FROM account WHERE person = $1",
            &[Param::Text(person.as_str())],
            |row| {
                Ok(Account {
                    person: row.code(0)?,
                    password: row.text(1)?.to_owned(),
                    changed_at: row.int(2)?,
                    failures: row.int(3)?,
                    locked_until: row.int(4)?,
                })
            },
        )
    }

    pub fn session(&mut self, token_hash: &str) -> Result<Option<Session>> {
        self.first(
            "SELECT token, person, csrf, created_at, seen_at, expires_at FROM session WHERE token = $1",
            &[Param::Text(token_hash)],
            |row| {
                Ok(Session {
                    token_hash: row.text(0)?.to_owned(),
                    person: row.code(1)?,
                    csrf: row.text(2)?.to_owned(),
                    created_at: row.int(3)?,
                    seen_at: row.int(4)?,
                    expires_at: row.int(5)?,
                })
            },
        )
    }

    pub fn api_token_by_hash(&mut self, hash: &str) -> Result<Option<ApiToken>> {
        self.first(
            &format!("SELECT {TOKEN_COLUMNS} FROM api_token WHERE hash = $1"),
            &[Param::Text(hash)],
            api_token,
        )
    }

    /// All tokens in the order of their ids, for a backup.
    pub(crate) fn all_api_tokens(&mut self) -> Result<Vec<ApiToken>> {
        self.rows(&format!("SELECT {TOKEN_COLUMNS} FROM api_token ORDER BY id"), &[], api_token)
    }

    /// A person's tokens, newest first; revoked ones too.
    pub fn api_tokens(&mut self, person: &Code) -> Result<Vec<ApiToken>> {
        self.rows(
            &format!(
                "SELECT {TOKEN_COLUMNS} FROM api_token WHERE person = $1 ORDER BY created_at DESC LIMIT 200"
            ),
            &[Param::Text(person.as_str())],
            api_token,
        )
    }
}

impl Tx<'_> {
    /// Sets a password; whoever was signed in as that person no longer is.
    pub fn set_password(&mut self, person: &Code, password: &str, now: i64) -> Result<()> {
        let connection = self.writing();
        connection.send(
            "INSERT INTO account (person, password, changed_at, failures, locked_until) \
             VALUES ($1, $2, $3, 0, 0) ON CONFLICT (person) DO UPDATE SET \
             password = excluded.password, changed_at = excluded.changed_at, failures = 0, locked_until = 0",
            &[Param::Text(person.as_str()), Param::Text(password), Param::Int(now)],
        )?;
        connection.send("DELETE FROM session WHERE person = $1", &[Param::Text(person.as_str())])
    }

    pub fn set_attempts(&mut self, person: &Code, failures: i64, locked_until: i64) -> Result<()> {
        self.writing().send(
            "UPDATE account SET failures = $2, locked_until = $3 WHERE person = $1",
            &[Param::Text(person.as_str()), Param::Int(failures), Param::Int(locked_until)],
        )
    }

    /// Opens a session and clears away those that have expired.
    pub fn open_session(&mut self, session: &Session) -> Result<()> {
        let connection = self.writing();
        connection.send("DELETE FROM session WHERE expires_at < $1", &[Param::Int(session.created_at)])?;
        connection.send(
            "INSERT INTO session (token, person, csrf, created_at, seen_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                Param::Text(&session.token_hash),
                Param::Text(session.person.as_str()),
                Param::Text(&session.csrf),
                Param::Int(session.created_at),
                Param::Int(session.seen_at),
                Param::Int(session.expires_at),
            ],
        )
    }

    pub fn touch_session(&mut self, token_hash: &str, seen_at: i64, expires_at: i64) -> Result<()> {
        self.writing().send(
            "UPDATE session SET seen_at = $2, expires_at = $3 WHERE token = $1",
            &[Param::Text(token_hash), Param::Int(seen_at), Param::Int(expires_at)],
        )
    }

    pub fn close_session(&mut self, token_hash: &str) -> Result<()> {
        self.writing().send("DELETE FROM session WHERE token = $1", &[Param::Text(token_hash)])
    }

    pub fn close_sessions_of(&mut self, person: &Code) -> Result<()> {
        self.writing().send("DELETE FROM session WHERE person = $1", &[Param::Text(person.as_str())])
    }

    pub fn add_api_token(&mut self, token: &ApiToken) -> Result<()> {
        self.tokens_move()?;
        self.writing().send(
            "INSERT INTO api_token (id, person, name, hash, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                Param::Text(&token.id),
                Param::Text(token.person.as_str()),
                Param::Text(&token.name),
                Param::Text(&token.hash),
                Param::Text(&token.scopes),
                Param::Int(token.created_at),
                Param::Int(token.expires_at),
            ],
        )
    }

    /// Whoever holds tokens in memory looks again.
    fn tokens_move(&mut self) -> Result<()> {
        self.writing().send("UPDATE chain SET tokens = tokens + 1 WHERE id = 1", &[])
    }

    /// Revokes a person's own token; false when there is no such token.
    pub fn revoke_api_token(&mut self, person: &Code, id: &str, now: i64) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE api_token SET revoked_at = $3 WHERE id = $1 AND person = $2 AND revoked_at IS NULL",
            &[Param::Text(id), Param::Text(person.as_str()), Param::Int(now)],
        )?;
        if changed > 0 {
            self.tokens_move()?;
        }
        Ok(changed > 0)
    }
}
