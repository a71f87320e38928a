//! Schemas: made from nothing, brought forward from every earlier one, never backward.
//!
//! `tests/schemas` holds one dump of the small journal for each released schema and database, made by
//! the ignored test below when the schema was current. A dump is never made again.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use domain::journal::Seq;
use jiff::civil::date;
use scratch::{Durability, Scratch, Server};
use store::{Database, StoreError};

use crate::books::*;

crate::on_both!(
    opening_again_changes_nothing,
    a_newer_schema_is_refused,
    several_processes_may_open_at_once,
    opening_existing_does_not_make_a_schema,
);

/// The hash of the small journal's last entry: the same whatever schema it has come through.
const HEAD: &str = "62a163130c14d06b3fd5cb09ae547b67056d2c2bf1d568ad71d9ec52feffcb45";

fn version(database: &Database) -> i64 {
    database.read(|c| c.first("SELECT MAX(version) FROM migration", &[], |row| row.int(0))).unwrap().unwrap()
}

fn opening_again_changes_nothing(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let before = (version(&database), digest(&database));
    drop(database);
    let database = open(scratch);
    assert_eq!((version(&database), digest(&database)), before);
    let steps = database.read(|c| c.first("SELECT COUNT(*) FROM migration", &[], |row| row.int(0)));
    assert_eq!(steps.unwrap(), Some(before.0));
}

fn a_newer_schema_is_refused(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let known = version(&database);
    database
        .write::<_, StoreError>(move |tx| {
            tx.writing().batch(&format!("INSERT INTO migration VALUES ({}, 0, '')", known + 1))
        })
        .unwrap();
    drop(database);
    let address = scratch.address().parse().unwrap();
    match Database::open(&address, 0).err() {
        Some(StoreError::NewerSchema { found, known: ours }) => assert_eq!((found, ours), (known + 1, known)),
        other => panic!("{other:?}"),
    }
    let findings = store::examine(&address);
    assert!(findings.iter().any(|finding| finding.key == "schema-newer"), "{findings:?}");
}

fn several_processes_may_open_at_once(scratch: &Scratch) {
    let handles: Vec<Database> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..6).map(|_| scope.spawn(|| open(scratch))).collect();
        opening.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    fill(&handles[0]);
    for database in &handles {
        assert_eq!(database.read(|c| c.head()).unwrap(), Seq(9));
    }
}

fn opening_existing_does_not_make_a_schema(scratch: &Scratch) {
    let address = scratch.address().parse().unwrap();
    let findings = store::examine(&address);
    let expected = if scratch.is_postgres() { "no-schema" } else { "database-unreachable" };
    assert_eq!(findings.last().unwrap().key, expected);
    assert!(findings.iter().all(|finding| [expected, "connection-local"].contains(&finding.key)));
    assert!(scratch.folder().is_none_or(|folder| folder.read_dir().unwrap().next().is_none()));
}

fn schemas() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schemas")
}

fn dump_file(version: i64, kind: &str) -> PathBuf {
    schemas().join(format!("{version:04}.{kind}.sql"))
}

/// Brings a database forward from a dump and holds it against what the dump was made from.
fn comes_forward(address: &str) {
    let database = Database::open(&address.parse().unwrap(), 1).unwrap();
    assert_eq!(database.read(|c| c.head_hash()).unwrap(), (Seq(9), HEAD.to_owned()));
    let reference = Scratch::sqlite();
    let fresh = open(&reference);
    fill(&fresh);
    assert_eq!(version(&database), version(&fresh));
    assert_eq!(loaded(&database), loaded(&fresh));
    assert_eq!(digest(&database), digest(&fresh));
    assert_whole(&database, 9);
    assert_eq!(database.read(|c| c.account(&code("zhang"))).unwrap().unwrap().changed_at, 5);
    assert_eq!(database.read(|c| c.api_token_by_hash("hash-t2")).unwrap().unwrap().revoked_at, Some(20));
    assert_eq!(record(&database, 99, &project("A-1"), date(2020, 5, 1), vec![progress(77)]), Seq(10));
    assert!(verify(&database).is_sound());
}

/// The newest schema, and whether every earlier one has its dump.
fn released(kind: &str) -> Vec<i64> {
    let scratch = Scratch::sqlite();
    let newest = version(&open(&scratch));
    let found: Vec<i64> = (1..=newest).filter(|version| dump_file(*version, kind).is_file()).collect();
    let missing: Vec<i64> = (1..newest).filter(|version| !found.contains(version)).collect();
    assert!(missing.is_empty(), "no dump of the {kind} schemas {missing:?}");
    assert!(!found.is_empty());
    found
}

#[test]
fn every_earlier_sqlite_schema_comes_forward() {
    for version in released("sqlite") {
        let scratch = Scratch::sqlite();
        let path = scratch.address().strip_prefix("sqlite://").unwrap();
        let dump = std::fs::read_to_string(dump_file(version, "sqlite")).unwrap();
        rusqlite::Connection::open(path).unwrap().execute_batch(&dump).unwrap();
        comes_forward(scratch.address());
    }
}

#[test]
fn every_earlier_postgres_schema_comes_forward() {
    let Some(server) = Server::start(Durability::Relaxed) else { return };
    for version in released("postgres") {
        let address = server.create_database();
        let database = address.rsplit('/').next().unwrap();
        let dump = dump_file(version, "postgres");
        server.run("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", dump.to_str().unwrap()]);
        comes_forward(&address);
    }
}

/// Run once for each schema that is released, before the next one is begun:
/// `cargo test -p store --test contract -- --ignored the_current_schema_is_dumped`
#[test]
#[ignore = "writes the dumps of the current schema"]
fn the_current_schema_is_dumped() {
    let server = Server::start(Durability::Relaxed).unwrap();
    let (file, on_server) = (Scratch::sqlite(), Scratch::on(&server));
    for scratch in [&file, &on_server] {
        let database = open(scratch);
        fill(&database);
        crate::accounts::account(&database, "zhang");
        crate::accounts::token(&database, "zhang", "t1", false);
        crate::accounts::token(&database, "zhang", "t2", true);
        println!("head {}", database.read(|c| c.head_hash()).unwrap().1);
    }
    let version = version(&open(&file));
    let path = file.address().strip_prefix("sqlite://").unwrap();
    let dump = Command::new("sqlite3").args([path, ".dump"]).stdout(Stdio::piped()).output().unwrap();
    assert!(dump.status.success() && !dump_file(version, "sqlite").exists());
    std::fs::write(dump_file(version, "sqlite"), dump.stdout).unwrap();
    let database = on_server.address().rsplit('/').next().unwrap();
    let dump = server.run("pg_dump", &["--inserts", "--no-owner", "--no-privileges", database]);
    // Older programs do not know these guards, which carry a random word.
    let dump: String = dump
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .collect();
    std::fs::write(dump_file(version, "postgres"), dump).unwrap();
}
