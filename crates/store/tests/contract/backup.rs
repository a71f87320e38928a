//! Backups fit either database; a damaged one restores nothing.

use std::io::{Cursor, Read, Write};

use domain::journal::Seq;
use domain::saved_list::{SavedList, Sharing};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use scratch::Scratch;
use store::{BackupError, Database, Feed, HeldNotice, NewJob, QueueSizes};

use crate::accounts::{account, token};
use crate::books::*;
use crate::notices::{event, feed, notice, some_preferences, tell, write};

crate::on_both!(
    a_backup_goes_across_and_comes_back,
    a_damaged_backup_restores_nothing,
    a_database_with_entries_is_not_restored_into,
);

fn backup(database: &Database) -> Vec<u8> {
    let mut out = Vec::new();
    database.backup(&mut out, |_| ()).unwrap();
    out
}

fn restore(database: &Database, backup: &[u8]) -> Result<u64, BackupError> {
    database.restore(Cursor::new(backup.to_vec()), |_| ())
}

fn unpacked(backup: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(backup).read_to_string(&mut text).unwrap();
    text
}

fn packed(text: &str) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

/// The other kind of database, where there is one.
fn other(scratch: &Scratch) -> Scratch {
    if scratch.is_postgres() {
        Scratch::sqlite()
    } else {
        Scratch::postgres().unwrap_or_else(Scratch::sqlite)
    }
}

fn a_backup_goes_across_and_comes_back(scratch: &Scratch) {
    let first = open(scratch);
    fill(&first);
    let (person, kept) = (account(&first, "zhang"), token(&first, "zhang", "t1", false));
    let revoked = token(&first, "zhang", "t2", true);
    told(&first);
    let file = backup(&first);

    let across = other(scratch);
    let second = open(&across);
    assert_eq!(restore(&second, &file).unwrap(), 9);
    let back = if scratch.is_postgres() { Scratch::postgres().unwrap() } else { Scratch::sqlite() };
    let third = open(&back);
    assert_eq!(restore(&third, &backup(&second)).unwrap(), 9);

    for database in [&second, &third] {
        assert_eq!(digest(database), digest(&first));
        assert_eq!(database.read(|c| c.head_hash()).unwrap(), first.read(|c| c.head_hash()).unwrap());
        assert_eq!(loaded(database), loaded(&first));
        // Whoever looked before sees that there is something new.
        assert_eq!(database.read(|c| c.newest()).unwrap().portfolio, Seq(9));
        assert_eq!(database.read(|c| c.account(&code("zhang"))).unwrap().unwrap().password, person.password);
        for token in [&kept, &revoked] {
            let found = database.read(|c| c.api_token_by_hash(&token.hash)).unwrap();
            assert_eq!(found.as_ref(), Some(token));
        }
        assert_told(database);
        assert_whole(database, 9);
        // It goes on from there.
        let facts = vec![progress(77)];
        assert_eq!(record(database, 99, &project("A-1"), jiff::civil::date(2020, 5, 1), facts).0, 10);
    }
    assert_eq!(unpacked(&backup(&first)), unpacked(&file));
}

/// What a person was told and wants to be told, and a job that must not be done again elsewhere.
fn told(database: &Database) {
    tell(database, "wang", "a", 5);
    tell(database, "wang", "urgent", 6);
    write(database, |tx| {
        tx.read_notice(&code("wang"), &event("a"), 9)?;
        tx.set_preferences(&code("wang"), &some_preferences(), 5)?;
        tx.add_feed(&feed("f1", 1))?;
        tx.add_feed(&Feed { revoked_at: Some(9), ..feed("f2", 2) })?;
        tx.put_list(&list(), 5)?;
        let (key, lane) = ("mail/wang/urgent".into(), "mail".into());
        tx.enqueue(&NewJob { key, lane, body: String::new(), due_at: 0 }, 0)
    });
}

fn list() -> SavedList {
    SavedList {
        id: "l1".into(),
        plan: plan(),
        owner: code("wang"),
        name: "红灯 “甲”".into(),
        query: "light=red&q=%E8%B7%AF".into(),
        sharing: Sharing::Unit(code("bureau")),
    }
}

fn assert_told(database: &Database) {
    assert_eq!(database.read(|c| c.own_lists(&plan(), &code("wang"))).unwrap(), [list()]);
    let held = database.read(|c| c.notices(&code("wang"), false, None, 9)).unwrap();
    let expected = [("urgent", 6, None), ("a", 5, Some(9))].map(|(key, created_at, read_at)| HeldNotice {
        notice: notice(key),
        created_at,
        read_at,
    });
    assert_eq!(held, expected);
    assert_eq!(database.read(|c| c.preferences(&code("wang"))).unwrap(), some_preferences());
    let feeds = database.read(|c| c.feeds(&code("wang"))).unwrap();
    assert_eq!(feeds, [Feed { revoked_at: Some(9), ..feed("f2", 2) }, feed("f1", 1)]);
    assert_eq!(database.read(|c| c.queue_sizes()).unwrap(), QueueSizes::default());
}

fn a_damaged_backup_restores_nothing(scratch: &Scratch) {
    let source = Scratch::sqlite();
    let original = open(&source);
    fill(&original);
    account(&original, "zhang");
    let good = backup(&original);
    let text = unpacked(&good);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();

    let database = open(scratch);
    let empty = digest(&database);
    let refused = |what: &str, file: &[u8]| {
        let error = restore(&database, file).expect_err(what);
        assert_eq!(database.read(|c| c.head()).unwrap().0, 0, "{what}");
        assert_eq!(digest(&database), empty, "{what}");
        assert_eq!(database.read(|c| c.account(&code("zhang"))).unwrap(), None, "{what}");
        error
    };
    let error = refused("cut short", packed(&lines[..lines.len() - 1].concat()).as_slice());
    assert!(matches!(error, BackupError::CutShort), "{error}");
    refused("cut short within the compression", &good[..good.len() / 2]);
    refused("cut short by its checksum", &good[..good.len() - 1]);
    refused("empty", b"");
    refused("not a backup", b"hello");
    refused("other lines", packed("{}\n").as_slice());
    let error =
        refused("an entry left out", packed(&[&lines[..4], &lines[5..]].concat().concat()).as_slice());
    assert!(matches!(error, BackupError::Chain(5)), "{error}");
    let error = refused("an altered reason", packed(&text.replacen("reason\"", "reason.\"", 1)).as_slice());
    assert!(!matches!(error, BackupError::Store(_)), "{error}");
    let error = refused("an altered text", packed(&text.replacen("第一学校", "第七学校", 1)).as_slice());
    assert!(matches!(error, BackupError::Chain(3)), "{error}");
    let error = refused("an altered account", packed(&text.replacen("argon2id", "argon2xx", 1)).as_slice());
    assert!(matches!(error, BackupError::Digest), "{error}");
    refused("something after the end", packed(&format!("{text}{}", lines[1])).as_slice());
    let header = lines[0].replacen("\"format\":1", "\"format\":2", 1);
    refused("a newer format", packed(&format!("{header}{}", lines[1..].concat())).as_slice());
    // Any flipped byte of the file is found.
    for at in (0..good.len()).step_by(good.len() / 60) {
        let mut file = good.clone();
        file[at] ^= 0x10;
        // The gzip header has bytes that mean nothing: time, flags, system.
        if at >= 10 {
            refused(&format!("byte {at} flipped"), &file);
        }
    }
    assert_eq!(restore(&database, &good).unwrap(), 9);
    assert_whole(&database, 9);
}

fn a_database_with_entries_is_not_restored_into(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let before = digest(&database);
    let outcome = restore(&database, &backup(&database));
    assert!(matches!(outcome, Err(BackupError::NotEmpty(9))), "{outcome:?}");
    assert_eq!(digest(&database), before);
}
