//! Any altered, missing or reordered entry is found.

use domain::journal::Seq;
use scratch::Scratch;
use store::VerifyFault;

use crate::books::*;

crate::on_both!(
    each_altered_column_of_each_entry_is_found,
    missing_entries_are_named,
    a_journal_cut_short_is_found,
    reordered_entries_are_found,
    an_entry_written_behind_the_programs_back_is_found,
);

/// Runs statements behind the journal's back.
fn tamper(database: &store::Database, statements: &[String]) {
    let statements = statements.to_vec();
    database
        .write::<(), store::StoreError>(move |tx| {
            statements.iter().try_for_each(|sql| tx.writing().batch(sql))
        })
        .unwrap();
}

fn faults(database: &store::Database) -> Vec<VerifyFault> {
    verify(database).faults
}

fn each_altered_column_of_each_entry_is_found(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let columns = [
        ("recorded_at", "recorded_at + 1"),
        ("effective", "'2017-01-01'"),
        ("actor", "'someone-else'"),
        ("scope", "'q'"),
        ("kind", "'unit'"),
        ("subject", "'A-2'"),
        ("event", "event || ' '"),
        ("source", "'{}'"),
        ("reason", "''"),
        ("corrects", "COALESCE(corrects, 0) + 1"),
        ("hash", "'00' || substr(hash, 3)"),
    ];
    for seq in 1..=9 {
        for (column, value) in columns {
            tamper(
                &database,
                &[
                    "CREATE TABLE kept AS SELECT * FROM entry".into(),
                    format!("UPDATE entry SET {column} = {value} WHERE seq = {seq}"),
                ],
            );
            let found = faults(&database);
            assert!(
                found.contains(&VerifyFault::Altered { entry: Seq(seq) }),
                "{column} of entry {seq}: {found:?}"
            );
            tamper(
                &database,
                &[
                    "DELETE FROM entry".into(),
                    "INSERT INTO entry SELECT * FROM kept".into(),
                    "DROP TABLE kept".into(),
                ],
            );
            assert_eq!(faults(&database), []);
        }
    }
}

fn missing_entries_are_named(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    tamper(&database, &["DELETE FROM entry WHERE seq IN (1, 4, 5)".into()]);
    assert_eq!(
        faults(&database),
        [
            VerifyFault::Missing { from: Seq(1), to: Seq(1) },
            VerifyFault::Missing { from: Seq(4), to: Seq(5) }
        ]
    );
}

fn a_journal_cut_short_is_found(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    tamper(&database, &["DELETE FROM entry WHERE seq > 7".into()]);
    assert_eq!(faults(&database), [VerifyFault::Head { expected: Seq(9), found: Seq(7) }]);
    // Whoever moves the head back as well is given away by its hash.
    tamper(&database, &["UPDATE chain SET seq = 7".into()]);
    assert_eq!(faults(&database), [VerifyFault::HeadHash { entry: Seq(7) }]);
}

fn reordered_entries_are_found(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    tamper(
        &database,
        &[
            "UPDATE entry SET seq = 100 WHERE seq = 5".into(),
            "UPDATE entry SET seq = 5 WHERE seq = 6".into(),
            "UPDATE entry SET seq = 6 WHERE seq = 100".into(),
        ],
    );
    let found = faults(&database);
    for seq in [5, 6] {
        assert!(found.contains(&VerifyFault::Altered { entry: Seq(seq) }), "{found:?}");
    }
    assert!(found.contains(&VerifyFault::OutOfTime { entry: Seq(6) }), "{found:?}");
}

fn an_entry_written_behind_the_programs_back_is_found(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let columns =
        "recorded_at, effective, actor, scope, kind, subject, event, source, reason, corrects, hash";
    for seq in [0, -3] {
        let copy =
            format!("INSERT INTO entry (seq, {columns}) SELECT {seq}, {columns} FROM entry WHERE seq = 3");
        tamper(&database, &[copy]);
        assert!(!faults(&database).is_empty(), "an entry numbered {seq}");
        tamper(&database, &[format!("DELETE FROM entry WHERE seq = {seq}")]);
        assert_eq!(faults(&database), []);
    }
    tamper(
        &database,
        &[format!("INSERT INTO entry (seq, {columns}) SELECT 10, {columns} FROM entry WHERE seq = 9")],
    );
    let found = faults(&database);
    assert!(found.contains(&VerifyFault::Altered { entry: Seq(10) }), "{found:?}");
    assert!(found.contains(&VerifyFault::Head { expected: Seq(9), found: Seq(10) }), "{found:?}");
}
