//! Backups: what is restored is whole, what is damaged leaves nothing behind.

use std::io::{Cursor, Read};

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::journal::{Draft, Event};
use domain::named::Named;
use domain::source::Source;
use domain::subject::Subject;
use fuzz::{Target, Wrapping, campaign, gzip, shape};
use jiff::civil::date;
use scratch::Scratch;
use store::Database;

fn open(scratch: &Scratch) -> Database {
    Database::open(&scratch.address().parse().unwrap(), 0).unwrap()
}

/// The lines of a backup of two entries.
fn lines() -> Vec<u8> {
    let scratch = Scratch::sqlite();
    let database = open(&scratch);
    let area = |code: &str, facts: Vec<_>| Draft {
        effective: date(2018, 1, 1),
        actor: Code::new("someone").unwrap(),
        subject: Subject::area(&Code::new(code).unwrap()),
        event: Event::Registered { facts },
        source: Source::default(),
        reason: "理由".to_owned(),
    };
    let drafts = ["north", "south"].map(|code| {
        area(
            code,
            vec![
                AreaFact::Name(Named::new("回龙观", "")).into(),
                AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
            ],
        )
    });
    let entries = database.write(move |tx| {
        drafts
            .iter()
            .map(|draft| tx.append(draft.clone(), jiff::Timestamp::from_second(1_600_000_000).unwrap()))
            .collect::<Result<Vec<_>, store::StoreError>>()
    });
    assert_eq!(entries.unwrap().len(), 2);
    let mut packed = Vec::new();
    database.backup(&mut packed, |_| ()).unwrap();
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut text).unwrap();
    text
}

#[test]
fn backup() {
    campaign(&Target {
        name: "backup",
        seeds: vec![lines()],
        tokens: &[
            "{\"line\":\"end\"",
            "\"entry\"",
            "\"account\"",
            "\"token\"",
            "\"seq\":",
            "18446744073709551615",
            "\n",
            "{}",
            "\\u0000",
        ],
        wrapping: Wrapping::Packed(gzip),
        read: |bytes| {
            let scratch = Scratch::sqlite();
            let database = open(&scratch);
            let answer = database.restore(Cursor::new(bytes.to_vec()), |_| ());
            let report =
                database.read(|c| c.verify(|_| ())).map_err(|error: store::StoreError| error.to_string())?;
            let expected = answer.as_ref().copied().unwrap_or(0);
            if (report.entries, report.faults.is_empty()) != (expected, true) {
                return Err(format!("{answer:?} leaves {} entries, {:?}", report.entries, report.faults));
            }
            Ok(shape(&answer))
        },
    });
}
