//! Who asked: sealed, looked up by the digest of a link, erased for good.

use domain::code::Code;
use domain::request::RequestState;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::{Connection, Param};
use crate::writer::Tx;

/// What is kept of whoever asked. `sealed` is opaque here; `asker`, `secret` and `token` are
/// keyed or plain digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPerson {
    pub plan: Code,
    pub request: Code,
    pub key_id: String,
    #[serde(with = "crate::hexed")]
    pub sealed: Vec<u8>,
    pub asker: String,
    pub secret: String,
    /// Of what tells a program the number, and opens nothing else.
    pub token: String,
    pub created_at: i64,
    pub erased_at: Option<i64>,
}

/// The same, lent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonRow<'a> {
    pub plan: &'a Code,
    pub request: &'a Code,
    pub key_id: &'a str,
    pub sealed: &'a [u8],
    pub asker: &'a str,
    pub secret: &'a str,
    pub token: &'a str,
    pub created_at: i64,
    pub erased_at: Option<i64>,
}

impl SealedPerson {
    pub fn row(&self) -> PersonRow<'_> {
        PersonRow {
            plan: &self.plan,
            request: &self.request,
            key_id: &self.key_id,
            sealed: &self.sealed,
            asker: &self.asker,
            secret: &self.secret,
            token: &self.token,
            created_at: self.created_at,
            erased_at: self.erased_at,
        }
    }
}

const COLUMNS: &str = "plan, request, key_id, sealed, asker, secret, token, created_at, erased_at";

/// Those whose digests begin as one does are few: which of them it is, their rows tell.
const BY_SECRET: &str = "SELECT held.plan, held.request FROM request_known_by AS known JOIN request_person AS held \
     ON held.plan = known.plan AND held.request = known.request WHERE known.begins = $1 AND held.secret = $2";
/// Of links that most often lead nowhere: what is known of them is asked for alone, and of who asked only then.
const LINKED: &str = "SELECT begins, plan, request FROM request_known_by WHERE begins IN ($1, $2)";
const BY_TOKEN: &str = "SELECT held.plan, held.request FROM request_known_by AS known JOIN request_person AS held \
     ON held.plan = known.plan AND held.request = known.request \
     WHERE known.begins > $1 AND known.begins < $2 AND held.token = $3";
const BY_ASKER: &str = "SELECT held.request FROM request_known_by AS known JOIN request_person AS held \
     ON held.plan = known.plan AND held.request = known.request \
     WHERE known.begins = $1 AND known.plan = $2 AND held.asker = $3 AND held.secret <> '' \
     ORDER BY known.created_at DESC, known.request DESC LIMIT $4";

/// What is sealed of a plan, by the indexes in which it lies in the order of time.
const SEALED: [&str; 4] = [
    "request_person WHERE plan = $1 AND key_id <> ''",
    "request_photo WHERE plan = $1 AND request <> ''",
    "request_reader WHERE plan = $1 AND follows = 1 AND key_id <> ''",
    "area_alert WHERE plan = $1 AND key_id <> ''",
];

/// So many characters a token has in common with the digest of its secret: by these it is found.
pub const TOKEN_FOUND_BY: usize = 16;
/// So many characters of a digest are kept apart, by which it is found.
const BEGINS: usize = 32;

/// Links that are held in memory, more than those of requests that wait.
const LINKS_MOST: usize = 1_024;

fn begins(digest: &str) -> &str {
    digest.get(..BEGINS).unwrap_or(digest)
}

/// Keeps what a request is found by of whoever asked: the link, and who was given it. Registers bring no links for the
/// millions of theirs, and would only make it long.
pub(crate) fn know_by(connection: &mut Connection, held: PersonRow) -> Result<()> {
    if held.secret.is_empty() {
        return Ok(());
    }
    for digest in [held.secret, held.asker].into_iter().filter(|digest| !digest.is_empty()) {
        connection.later(
            "INSERT INTO request_known_by (begins, plan, created_at, request) VALUES ($1, $2, $3, $4)",
            &[
                Param::Text(begins(digest)),
                held.plan.as_str().into(),
                Param::Int(held.created_at),
                held.request.as_str().into(),
            ],
        )?;
    }
    Ok(())
}

fn person(row: &crate::sql::Row) -> Result<SealedPerson> {
    Ok(SealedPerson {
        plan: row.code(0)?,
        request: row.code(1)?,
        key_id: row.text(2)?.to_owned(),
        sealed: row.bytes(3)?.to_vec(),
        asker: row.text(4)?.to_owned(),
        secret: row.text(5)?.to_owned(),
        token: row.text(6)?.to_owned(),
        created_at: row.int(7)?,
        erased_at: row.opt_int(8)?,
    })
}

impl Connection {
    pub fn sealed_person(&mut self, plan: &Code, request: &Code) -> Result<Option<SealedPerson>> {
        self.first(
            &format!("SELECT {COLUMNS} FROM request_person WHERE plan = $1 AND request = $2"),
            &[Param::Text(plan.as_str()), Param::Text(request.as_str())],
            person,
        )
    }

    /// The request that a link leads to, by the digest of its secret.
    pub fn request_by_secret(&mut self, secret: &str) -> Result<Option<(Code, Code)>> {
        self.request_by(BY_SECRET, &[begins(secret).into(), secret.into()])
    }

    /// The request whose number a token tells, by how the token begins and by its digest.
    pub fn request_by_token(&mut self, begins: &str, digest: &str) -> Result<Option<(Code, Code)>> {
        // Digests are written in hexadecimal digits.
        let end = format!("{begins}g");
        self.request_by(BY_TOKEN, &[begins.into(), Param::Text(&end), digest.into()])
    }

    fn request_by(&mut self, sql: &str, params: &[Param]) -> Result<Option<(Code, Code)>> {
        self.first(sql, params, |row| Ok((row.code(0)?, row.code(1)?)))
    }

    /// The newest requests that a person sent by themselves, who were given links.
    pub fn requests_sent_by(&mut self, plan: &Code, asker: &str, limit: usize) -> Result<Vec<Code>> {
        if asker.is_empty() {
            return Ok(Vec::new());
        }
        let place =
            [begins(asker).into(), Param::Text(plan.as_str()), asker.into(), Param::Int(limit as i64)];
        self.rows(BY_ASKER, &place, |row| row.code(0))
    }

    /// How many people follow a request.
    pub fn followers(&mut self, plan: &Code, request: &Code) -> Result<u64> {
        let count = self.first(
            "SELECT COUNT(*) FROM request_follower WHERE plan = $1 AND request = $2",
            &[Param::Text(plan.as_str()), Param::Text(request.as_str())],
            |row| row.int(0),
        )?;
        Ok(count.unwrap_or(0) as u64)
    }

    /// Whether the first or the last of what each plan has sealed was sealed with another key. Nobody seals with two: those
    /// between them, of which there may be millions, are not looked through.
    pub fn is_sealed_otherwise(&mut self, own: &str) -> Result<bool> {
        for plan in self.plans()? {
            for (from, order) in SEALED.into_iter().flat_map(|from| [(from, "ASC"), (from, "DESC")]) {
                let sql = format!("SELECT key_id FROM {from} ORDER BY created_at {order} LIMIT 1");
                let key = self.first(&sql, &[plan.as_str().into()], |row| Ok(row.text(0)?.to_owned()))?;
                if key.is_some_and(|key| !key.is_empty() && key != own) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The keys with which something is sealed, each with how much.
    pub fn sealing_keys(&mut self) -> Result<Vec<(String, i64)>> {
        self.rows(
            "SELECT key_id, COUNT(*) FROM (SELECT key_id FROM request_person WHERE erased_at IS NULL AND \
             key_id <> '' UNION ALL SELECT key_id FROM request_photo UNION ALL \
             SELECT key_id FROM request_reader WHERE key_id <> '' UNION ALL SELECT key_id FROM area_alert WHERE key_id <> '') AS held GROUP BY key_id ORDER BY key_id",
            &[],
            |row| Ok((row.text(0)?.to_owned(), row.int(1)?)),
        )
    }

    /// Who looked at who asked: person, moment, reason; newest first.
    pub fn reveals(&mut self, plan: &Code, request: &Code) -> Result<Vec<(String, i64, String)>> {
        self.rows(
            "SELECT person, at, reason FROM request_reveal WHERE plan = $1 AND request = $2 \
             ORDER BY at DESC LIMIT 50",
            &[Param::Text(plan.as_str()), Param::Text(request.as_str())],
            |row| Ok((row.text(0)?.to_owned(), row.int(1)?, row.text(2)?.to_owned())),
        )
    }

    /// Sealed rows in the order of their places, for a backup.
    pub(crate) fn sealed_after(&mut self, after: (&str, &str), limit: usize) -> Result<Vec<SealedPerson>> {
        self.rows(
            &format!(
                "SELECT {COLUMNS} FROM request_person WHERE (plan, request) > ($1, $2) \
                 ORDER BY plan, request LIMIT {limit}"
            ),
            &[after.0.into(), after.1.into()],
            person,
        )
    }

    /// How many requests of a plan are in each state.
    pub fn request_states(&mut self, plan: &Code) -> Result<Vec<(RequestState, u64)>> {
        let rows = self.rows(
            "SELECT state, CAST(SUM(number) AS BIGINT) FROM request_tally WHERE plan = $1 GROUP BY state",
            &[Param::Text(plan.as_str())],
            |row| Ok((RequestState::parse(row.text(0)?), row.int(1)?)),
        )?;
        Ok(rows.into_iter().filter_map(|(state, count)| Some((state?, count.max(0) as u64))).collect())
    }
}

impl Tx<'_> {
    pub fn requests_of(&mut self, plan: &Code, code: &Code) -> Result<Vec<(Code, bool, RequestState)>> {
        self.connection.requests_of(plan, code)
    }

    /// The request that the first of two links leads to, else the second, within a change; and whether it is the first.
    /// What is empty is no link.
    pub fn request_by_secrets(&mut self, secrets: [&str; 2]) -> Result<Option<(Code, Code, bool)>> {
        let mut found: Vec<(usize, Code, Code)> = Vec::new();
        for (at, secret) in secrets.iter().enumerate() {
            found.extend(self.links.get(*secret).cloned().map(|(plan, request)| (at, plan, request)));
        }
        let begins = secrets.map(begins);
        if begins.iter().any(|begins| !begins.is_empty()) {
            let placed = self.connection.among_placed(|c| {
                c.rows(LINKED, &begins.map(Param::Text), |row| {
                    Ok((row.text(0)?.to_owned(), row.code(1)?, row.code(2)?))
                })
            })?;
            for (begun, plan, request) in placed {
                let of = begins.iter().enumerate().filter(|(_, begins)| **begins == begun);
                found.extend(of.map(|(at, _)| (at, plan.clone(), request.clone())));
            }
        }
        found.sort_by_key(|(at, ..)| *at);
        for (at, plan, request) in found {
            let secret = secrets[at];
            let leads = |held: SealedPerson| !secret.is_empty() && held.secret == secret;
            if self.sealed_person(&plan, &request)?.is_some_and(leads) {
                return Ok(Some((plan, request, at == 0)));
            }
        }
        Ok(None)
    }

    pub fn sealed_person(&mut self, plan: &Code, request: &Code) -> Result<Option<SealedPerson>> {
        self.connection.sealed_person(plan, request)
    }

    /// As [`Connection::requests_sent_by`], in this transaction.
    pub fn requests_sent_by(&mut self, plan: &Code, asker: &str, limit: usize) -> Result<Vec<Code>> {
        self.connection.requests_sent_by(plan, asker, limit)
    }

    pub fn put_sealed_person(&mut self, held: PersonRow) -> Result<()> {
        if !held.secret.is_empty() && !self.connection.is_postgres() {
            if self.links.len() > LINKS_MOST {
                self.put_rows()?;
                self.links.clear();
            }
            self.links.insert(held.secret.to_owned(), (held.plan.clone(), held.request.clone()));
        }
        know_by(self.connection, held)?;
        self.writing().later(
            "INSERT INTO request_person (plan, request, key_id, sealed, asker, secret, token, created_at, \
             erased_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                held.plan.as_str().into(),
                held.request.as_str().into(),
                Param::Text(held.key_id),
                Param::Bytes(held.sealed),
                Param::Text(held.asker),
                Param::Text(held.secret),
                Param::Text(held.token),
                Param::Int(held.created_at),
                held.erased_at.into(),
            ],
        )
    }

    /// Keeps more of whoever asked, sealed anew, of one who was not erased.
    pub fn seal_again(&mut self, plan: &Code, request: &Code, key_id: &str, sealed: &[u8]) -> Result<()> {
        self.writing().send(
            "UPDATE request_person SET sealed = $3, key_id = $4 \
             WHERE plan = $1 AND request = $2 AND erased_at IS NULL",
            &[plan.as_str().into(), request.as_str().into(), Param::Bytes(sealed), Param::Text(key_id)],
        )
    }

    /// Takes away everything that tells who asked; whether there was anything.
    pub fn erase_person(&mut self, plan: &Code, request: &Code, now: i64) -> Result<bool> {
        self.forget_updates(plan, request)?;
        self.unknow(plan, request)?;
        let gone = self.writing().execute(
            "UPDATE request_person SET sealed = $4, asker = '', secret = '', token = '', key_id = '', \
             erased_at = $3 \
             WHERE plan = $1 AND request = $2 AND erased_at IS NULL",
            &[plan.as_str().into(), request.as_str().into(), Param::Int(now), Param::Bytes(&[])],
        )?;
        Ok(gone > 0)
    }

    /// Takes away what a request is found by of whoever asked.
    fn unknow(&mut self, plan: &Code, request: &Code) -> Result<()> {
        let Some(held) = self.sealed_person(plan, request)? else { return Ok(()) };
        for digest in [&held.secret, &held.asker] {
            self.writing().execute(
                "DELETE FROM request_known_by WHERE begins = $1 AND plan = $2 AND created_at = $3 AND request = $4",
                &[
                    begins(digest).into(),
                    plan.as_str().into(),
                    Param::Int(held.created_at),
                    request.as_str().into(),
                ],
            )?;
        }
        Ok(())
    }

    /// Puts down that somebody looked.
    pub fn log_reveal(
        &mut self,
        plan: &Code,
        request: &Code,
        person: &Code,
        at: i64,
        reason: &str,
    ) -> Result<()> {
        self.writing().send(
            "INSERT INTO request_reveal (plan, request, person, at, reason) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (plan, request, person, at) DO NOTHING",
            &[
                plan.as_str().into(),
                request.as_str().into(),
                person.as_str().into(),
                Param::Int(at),
                reason.into(),
            ],
        )
    }

    /// Counts somebody as following a request; once.
    pub fn follow(&mut self, plan: &Code, request: &Code, follower: &str, now: i64) -> Result<()> {
        self.writing().send(
            "INSERT INTO request_follower (plan, request, follower, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (plan, request, follower) DO NOTHING",
            &[plan.as_str().into(), request.as_str().into(), follower.into(), Param::Int(now)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use scratch::Scratch;

    #[test]
    fn sqlite_finds_by_which_key_is_sealed_without_looking_through_all() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        for from in SEALED {
            let sql =
                format!("EXPLAIN QUERY PLAN SELECT key_id FROM {from} ORDER BY created_at DESC LIMIT 1");
            let read = |c: &mut Connection| c.rows(&sql, &["p".into()], |row| Ok(row.text(3)?.to_owned()));
            let plan = database.read(read).unwrap();
            assert!(plan.len() == 1 && plan[0].contains("_kept (plan=?)"), "{plan:?}");
        }
    }

    #[test]
    fn sqlite_finds_links_tokens_and_askers_by_their_beginnings() {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        for (sql, params) in [(BY_SECRET, 2), (BY_TOKEN, 3), (BY_ASKER, 4), (LINKED, 2)] {
            let sql = format!("EXPLAIN QUERY PLAN {sql}");
            let read = |c: &mut Connection| {
                c.rows(&sql, &["x", "y", "z", "1"].map(Param::Text)[..params], |row| {
                    Ok(row.text(3)?.to_owned())
                })
            };
            let plan = database.read(read).unwrap();
            let by = ["USING PRIMARY KEY (begins", "SEARCH held USING PRIMARY KEY (plan=? AND request=?)"];
            assert_eq!(plan.len(), if sql.contains("JOIN") { 2 } else { 1 }, "{plan:?}");
            assert!(plan.iter().zip(by).all(|(step, by)| step.contains(by)), "{plan:?}");
        }
    }
}
