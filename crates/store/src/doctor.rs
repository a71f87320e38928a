//! Explaining what is wrong with an installation.

use crate::database::{Address, Database};
use crate::error::{Result, StoreError};
use crate::migrate;
use crate::sql::Connection;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Good,
    Note,
    Bad,
}

/// One thing looked at: what was found and, where needed, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// The key under which messages explain it.
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    pub fn new(severity: Severity, key: &'static str, args: Vec<(&'static str, String)>) -> Self {
        Self { severity, key, args }
    }
}

/// Looks at the database without changing it.
pub fn examine(address: &Address) -> Vec<Finding> {
    let database = match Database::open_existing(address) {
        Ok(database) => database,
        Err(error) => {
            let args = vec![("address", address.redacted()), ("why", error.to_string())];
            return vec![Finding::new(Severity::Bad, "database-unreachable", args)];
        }
    };
    let outcome = database.read(look);
    match outcome {
        Ok(findings) => findings,
        Err(error) => {
            vec![Finding::new(Severity::Bad, "database-unreadable", vec![("why", error.to_string())])]
        }
    }
}

fn look(connection: &mut Connection) -> Result<Vec<Finding>> {
    let mut out = Vec::from_iter(way(connection)?);
    let found = match migrate::version(connection) {
        Ok(found) => found,
        Err(StoreError::Statement(_)) => {
            out.push(Finding::new(Severity::Bad, "no-schema", vec![]));
            return Ok(out);
        }
        Err(error) => return Err(error),
    };
    let known = migrate::known();
    let versions = vec![("found", found.to_string()), ("known", known.to_string())];
    out.push(match found.cmp(&known) {
        std::cmp::Ordering::Equal => Finding::new(Severity::Good, "schema-current", versions),
        std::cmp::Ordering::Less => Finding::new(Severity::Note, "schema-older", versions),
        std::cmp::Ordering::Greater => Finding::new(Severity::Bad, "schema-newer", versions),
    });
    if found != known {
        return Ok(out);
    }
    if !connection.is_postgres() {
        let check = connection.first("PRAGMA quick_check(1)", &[], |row| Ok(row.text(0)?.to_owned()))?;
        let check = check.unwrap_or_default();
        out.push(if check == "ok" {
            Finding::new(Severity::Good, "file-sound", vec![])
        } else {
            Finding::new(Severity::Bad, "file-damaged", vec![("why", check)])
        });
    }
    let report = connection.verify(|_| {})?;
    let args = vec![("entries", report.entries.to_string()), ("faults", report.faults.len().to_string())];
    out.push(if report.is_sound() {
        Finding::new(Severity::Good, "journal-sound", args)
    } else {
        Finding::new(Severity::Bad, "journal-broken", args)
    });
    let sizes = connection.table_sizes()?;
    let size = |table: &str| sizes.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count);
    if size("account") == 0 {
        out.push(Finding::new(Severity::Note, "no-accounts", vec![]));
    }
    for (key, count) in connection.sealing_keys()? {
        let args = vec![("count", count.to_string()), ("key", key)];
        out.push(Finding::new(Severity::Note, "sealed-records", args));
    }
    let dead = connection.queue_sizes()?.dead;
    if dead > 0 {
        out.push(Finding::new(Severity::Note, "dead-letters", vec![("count", dead.to_string())]));
    }
    Ok(out)
}

/// Whether others can read along on the way to a server.
fn way(connection: &mut Connection) -> Result<Option<Finding>> {
    let verified = match connection {
        Connection::Sqlite(_) => return Ok(None),
        Connection::Postgres(connection) => connection.is_verified(),
    };
    connection.first(
        "SELECT CASE WHEN inet_server_addr() IS NULL THEN 'local' WHEN ssl THEN 'encrypted' ELSE 'plain' END, \
         COALESCE(version, ''), COALESCE(cipher, '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        &[],
        |row| {
            let how = vec![("version", row.text(1)?.to_owned()), ("cipher", row.text(2)?.to_owned())];
            Ok(match row.text(0)? {
                "local" => Finding::new(Severity::Good, "connection-local", vec![]),
                "encrypted" if verified => Finding::new(Severity::Good, "connection-encrypted", how),
                "encrypted" => Finding::new(Severity::Note, "connection-unverified", how),
                _ => Finding::new(Severity::Note, "connection-plain", vec![]),
            })
        },
    )
}
