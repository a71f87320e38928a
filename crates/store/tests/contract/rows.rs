//! Rows of new requests that wait for each other are read as those in their places.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::fact::Fact;
use domain::journal::{Draft, Event, Seq};
use domain::request::query::{RequestOrder, RequestPaging, RequestQuery};
use domain::request::{
    Channel, Intake, KeptKind, Place, RequestFact, RequestKind, RequestState, RequestStep,
};
use domain::subject::Subject;
use jiff::ToSpan;
use jiff::civil::date;
use scratch::Scratch;
use store::{Connection, Database, PersonRow, ReadyRequest, StoreError, Tx};

use crate::books::{append, assert_whole, at, code, draft, fill, open, plan, progress, project};

crate::on_both!(
    whoever_reads_sees_every_request,
    a_row_waits_no_longer_than_until_it_is_asked_for,
    rows_are_put_down_when_the_writer_rests_or_ends,
    many_rows_do_not_wait,
    what_was_lost_with_a_transaction_is_made_again,
    a_process_makes_the_rows_that_another_left,
    entries_whose_rows_wait_are_not_known_yet,
    rows_of_a_killed_process_are_made_from_the_journal,
    what_is_found_by_who_asked_goes_with_them,
    the_head_names_the_last_entry_that_is_not_about_a_request,
);

fn request(number: usize) -> Subject {
    Subject::request(&plan(), &code(&format!("r-{number}")))
}

fn facts(number: usize) -> Vec<Fact> {
    let received = date(2026, 3, 1).at(8, 0, 0, 0) + (number as i64).minutes();
    let intake = Intake {
        kind: RequestKind::Complaint,
        channel: Channel::Site,
        at: received,
        title: format!("路灯 {number}"),
        text: "东门的路灯不亮".into(),
        number: String::new(),
        program: String::new(),
        public: number.is_multiple_of(2),
    };
    let place = Place { areas: vec![code("town")], address: String::new(), point: None };
    vec![RequestFact::Intake(intake).into(), RequestFact::Place(place).into()]
}

fn new(number: usize) -> Draft {
    draft(&request(number), date(2026, 3, 1), Event::Registered { facts: facts(number) })
}

fn assigned(number: usize) -> Draft {
    moved(number, RequestStep::Assign, RequestState::Assigned)
}

fn moved(number: usize, step: RequestStep, state: RequestState) -> Draft {
    let fact = RequestFact::Move {
        step,
        state,
        at: date(2026, 3, 2).at(8, 0, 0, 0),
        unit: Some(code("unit")),
        reason: String::new(),
        ground: None,
        master: None,
        until: None,
    };
    draft(&request(number), date(2026, 3, 2), Event::Recorded { facts: vec![fact.into()] })
}

fn take_in(database: &Database, numbers: impl IntoIterator<Item = usize>) {
    for number in numbers {
        append(database, number as i64, vec![new(number)]).unwrap();
    }
}

/// Whoever holds plans in memory has nothing to take in of what comes after it.
fn the_head_names_the_last_entry_that_is_not_about_a_request(scratch: &Scratch) {
    let database = open(scratch);
    let filled = fill(&database).last().unwrap().seq;
    let newest = || database.read_apart(|c| c.newest()).unwrap();
    assert_eq!((newest().seq, newest().portfolio), (filled, filled));
    take_in(&database, 1..=3);
    assert_eq!((newest().seq, newest().portfolio), (Seq(filled.0 + 3), filled));
    let ready = ReadyRequest::of(vec![new(4)]).unwrap();
    database.write(move |tx| tx.append_ready(&ready, at(5))).unwrap();
    assert_eq!((newest().seq, newest().portfolio), (Seq(filled.0 + 4), filled));
    let said = crate::books::record(&database, 9, &project("A-1"), date(2026, 3, 3), vec![progress(71)]);
    assert_eq!((newest().seq, newest().portfolio), (said, said));
    assert_eq!(database.read(|c| c.head_hash()).unwrap(), (said, newest().hash));
}

/// How many requests a list has, a search finds and the counts tell.
fn seen(c: &mut Connection) -> Result<[u64; 3], StoreError> {
    let paging = RequestPaging { order: RequestOrder::Received, after: None, skip: 0, limit: 1_000 };
    let all = RequestQuery::default();
    let search = RequestQuery { text: "路灯".into(), ..RequestQuery::default() };
    let counted: u64 = c.request_states(&plan())?.iter().map(|(_, number)| number).sum();
    Ok([
        c.requests(&plan(), &all, &paging)?.rows.len() as u64,
        c.requests(&plan(), &search, &paging)?.rows.len() as u64,
        counted,
    ])
}

/// Whether the writer cannot have rested since: on a busy machine a test may have.
fn just_now(since: Instant) -> bool {
    since.elapsed() < Duration::from_millis(200)
}

/// How many rows there are in their places, as nobody asks who waits for them.
fn placed(scratch: &Scratch) -> Option<usize> {
    let path = scratch.address().strip_prefix("sqlite://")?.to_owned();
    let raw = rusqlite::Connection::open(path).unwrap();
    Some(raw.query_row("SELECT COUNT(*) FROM request", [], |row| row.get::<_, i64>(0)).unwrap() as usize)
}

fn whoever_reads_sees_every_request(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let begun = Instant::now();
    take_in(&database, 0..5);
    let rows = placed(scratch);
    assert!(!just_now(begun) || rows.is_none_or(|rows| rows < 5));
    assert_eq!(database.read(seen).unwrap(), [5, 5, 5]);
    take_in(&database, 5..7);
    // In a change as well.
    let within = database.write(|tx: &mut Tx| seen(tx.reading()?)).unwrap();
    assert_eq!(within, [7, 7, 7]);
    take_in(&database, 7..8);
    let both = database.write(|tx: &mut Tx| {
        tx.append(new(8), at(8))?;
        seen(tx.reading()?)
    });
    assert_eq!(both.unwrap(), [9, 9, 9]);
    assert_whole(&database, 9 + 9);
}

fn a_row_waits_no_longer_than_until_it_is_asked_for(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    take_in(&database, 0..3);
    // One moves on while it waits, together with a new one and what is no request.
    append(
        &database,
        10,
        vec![
            new(3),
            assigned(1),
            draft(&project("A-1"), date(2019, 5, 1), Event::Recorded { facts: vec![progress(60)] }),
            new(4),
        ],
    )
    .unwrap();
    if let Some(rows) = placed(scratch) {
        assert_eq!(rows, 5);
    }
    let states = database.read(|c| c.request_states(&plan())).unwrap();
    let of = |state| states.iter().find(|(held, _)| *held == state).map_or(0, |(_, number)| *number);
    assert_eq!((of(RequestState::Received), of(RequestState::Assigned)), (4, 1));
    // What has nothing to do with them is read beside, and they are not.
    let begun = Instant::now();
    take_in(&database, 5..6);
    assert!(database.read_apart(|c| c.subject(&request(5))).unwrap().is_some());
    let apart = database.read_apart(|c| c.request_row(&plan(), &code("r-5")));
    if let Some(rows) = placed(scratch) {
        assert!((rows == 5 || !just_now(begun)) && apart.is_err());
    }
    assert_whole(&database, 9 + 8);
}

fn rows_are_put_down_when_the_writer_rests_or_ends(scratch: &Scratch) {
    let database = open(scratch);
    take_in(&database, 0..2);
    let begun = Instant::now();
    while placed(scratch).is_some_and(|rows| rows < 2) {
        assert!(begun.elapsed() < Duration::from_secs(20), "the writer never rested");
        std::thread::sleep(Duration::from_millis(5));
    }
    take_in(&database, 2..3);
    drop(database);
    assert!(placed(scratch).is_none_or(|rows| rows == 3));
}

fn many_rows_do_not_wait(scratch: &Scratch) {
    let database = open(scratch);
    let drafts: Vec<Draft> = (0..700).map(new).collect();
    append(&database, 0, drafts).unwrap();
    assert!(placed(scratch).is_none_or(|rows| rows == 700));
    assert_eq!(database.read(seen).unwrap(), [700, 700, 700]);
    assert_whole(&database, 700);
}

fn what_was_lost_with_a_transaction_is_made_again(scratch: &Scratch) {
    let database = open(scratch);
    take_in(&database, 0..3);
    let failed: Result<(), StoreError> = database.write(|tx: &mut Tx| {
        tx.append(new(3), at(3))?;
        Err(StoreError::Statement("changed its mind".into()))
    });
    assert!(failed.is_err());
    take_in(&database, 4..6);
    assert_eq!(database.read(seen).unwrap(), [5, 5, 5]);
    assert_whole(&database, 5);
}

fn a_process_makes_the_rows_that_another_left(scratch: &Scratch) {
    let (mine, other) = (open(scratch), open(scratch));
    take_in(&mine, 0..3);
    assert_eq!(other.read(seen).unwrap(), [3, 3, 3]);
    take_in(&mine, 3..5);
    take_in(&other, 5..7);
    take_in(&mine, 7..8);
    for database in [&mine, &other] {
        assert_eq!(database.read(seen).unwrap(), [8, 8, 8]);
    }
    assert_whole(&mine, 8);
}

fn entries_whose_rows_wait_are_not_known_yet(scratch: &Scratch) {
    let database = open(scratch);
    take_in(&database, 0..1);
    assert_eq!(database.read(|c| c.head()).unwrap(), Seq(1));
    let begun = Instant::now();
    take_in(&database, 1..3);
    let known = database.read_apart(|c| c.head()).unwrap();
    assert!(!just_now(begun) || known == if scratch.is_postgres() { Seq(3) } else { Seq(1) }, "{known}");
    let within = database.write(|tx: &mut Tx| {
        tx.append(new(3), at(3))?;
        tx.reading()?.head()
    });
    assert_eq!((within.unwrap(), database.read(|c| c.head()).unwrap()), (Seq(4), Seq(4)));
}

/// What was decided before, and what is worked out as it is written.
fn rows_of_a_killed_process_are_made_from_the_journal(scratch: &Scratch) {
    let Some(path) = scratch.address().strip_prefix("sqlite://").map(str::to_owned) else { return };
    let database = open(scratch);
    fill(&database);
    let begun = Instant::now();
    take_in(&database, 0..3);
    let ready = ReadyRequest::of(vec![new(3), assigned(3)]).unwrap();
    database.write(move |tx: &mut Tx| tx.append_ready(&ready, at(3))).unwrap();
    // As the disk has it while the process still runs.
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("h.db");
    for end in ["", "-wal"] {
        let of = |path: &Path| format!("{}{end}", path.display());
        std::fs::copy(of(Path::new(&path)), of(&copy)).unwrap();
    }
    let raw = rusqlite::Connection::open(&copy).unwrap();
    let rows: i64 = raw.query_row("SELECT COUNT(*) FROM request", [], |row| row.get(0)).unwrap();
    assert!(rows < 4 || !just_now(begun), "nothing waits: the test tells nothing");
    drop(raw);
    let copied = Database::open_existing(&format!("sqlite://{}", copy.display()).parse().unwrap()).unwrap();
    assert_eq!(copied.read(seen).unwrap(), [4, 4, 4]);
    take_in(&copied, 4..6);
    assert_eq!(copied.read(seen).unwrap(), [6, 6, 6]);
    assert_whole(&copied, 9 + 5 + 2);
    assert_eq!(database.read(seen).unwrap(), [4, 4, 4]);
}

/// The digest of a link or of who asked, as long as digests are.
fn digest(of: &str) -> String {
    format!("{of:0<64}")
}

fn what_is_found_by_who_asked_goes_with_them(scratch: &Scratch) {
    let database = open(scratch);
    let asker = digest("7");
    for number in 0..3 {
        let (link, asker) = (digest(&format!("{number}1")), asker.clone());
        let taken = move |tx: &mut Tx| {
            tx.append(new(number), at(0))?;
            let subject = request(number);
            tx.put_sealed_person(PersonRow {
                plan: &subject.scope,
                request: &subject.code,
                key_id: "k",
                sealed: b"sealed",
                asker: &asker,
                secret: &link,
                token: "",
                created_at: 1,
                erased_at: None,
            })?;
            // Found while it waits.
            let found = tx.request_by_secrets(["", &link])?;
            assert_eq!(found, Some((plan(), subject.code.clone(), false)));
            // Of two links the first goes before the other.
            let found = tx.request_by_secrets([&digest("01"), &link])?;
            assert_eq!(found, Some((plan(), code("r-0"), true)));
            // Digests that begin alike are told from each other, and what is empty is none.
            let alike = format!("{}f", &link[..63]);
            assert_eq!(tx.request_by_secrets([&alike, ""])?, None);
            assert_eq!(tx.request_by_secrets(["", ""])?, None);
            Ok::<_, StoreError>(())
        };
        database.write(taken).unwrap();
    }
    let by_secrets = |link: String| {
        database
            .write(move |tx: &mut Tx| tx.request_by_secrets([&link, ""]))
            .unwrap()
            .map(|(_, code, _)| code)
    };
    let of_link = |number: usize| {
        let link = digest(&format!("{number}1"));
        database.read(move |c| c.request_by_secret(&link)).unwrap().map(|(_, code)| code)
    };
    let sent = || database.read(|c| c.requests_sent_by(&plan(), &asker, 9)).unwrap();
    let begins = || {
        let count = "SELECT COUNT(*) FROM request_known_by";
        database.read(|c| c.first(count, &[], |row| row.int(0))).unwrap().unwrap()
    };
    assert_eq!((of_link(1), sent().len(), begins()), (Some(code("r-1")), 3, 6));
    // Found in its place, too, and one that begins like it is not.
    let placed = digest("21");
    assert_eq!(by_secrets(placed.clone()), Some(code("r-2")));
    assert_eq!(by_secrets(format!("{}f", &placed[..63])), None);
    assert!(database.write(|tx: &mut Tx| tx.erase_person(&plan(), &code("r-0"), 5)).unwrap());
    assert_eq!((of_link(0), sent(), begins()), (None, vec![code("r-2"), code("r-1")], 4));
    // Of what has ended links go after one time, and who asked after another.
    let ended = |number| moved(number, RequestStep::Withdraw, RequestState::Withdrawn);
    append(&database, 9, vec![ended(1)]).unwrap();
    let let_go = |kind| database.write(move |tx: &mut Tx| tx.let_go(&plan(), kind, (5, "2026-04-01"), 10));
    assert_eq!(let_go(KeptKind::Link).unwrap().count, 1);
    assert_eq!((of_link(1), sent(), begins()), (None, vec![code("r-2")], 2));
    append(&database, 10, vec![ended(2)]).unwrap();
    assert_eq!(let_go(KeptKind::Contact).unwrap().count, 2);
    assert_eq!((of_link(2), sent(), begins()), (Some(code("r-2")), vec![], 1));
}
