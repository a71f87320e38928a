//! A small journal to test with.

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::fact::Fact;
use domain::history::History;
use domain::journal::{Draft, Entry, Event, Seq};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::project::{Membership, ProjectFact};
use domain::source::{Grade, Source};
use domain::subject::{Subject, directory};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use scratch::Scratch;
use store::{Database, StoreError, VerifyReport};

pub fn open(scratch: &Scratch) -> Database {
    Database::open(&scratch.address().parse().unwrap(), 0).unwrap()
}

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub fn plan() -> Code {
    code("p")
}

pub fn project(text: &str) -> Subject {
    Subject::project(&plan(), &code(text))
}

/// Whole seconds after an arbitrary moment.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_600_000_000 + seconds).unwrap()
}

pub fn draft(subject: &Subject, effective: Date, event: Event) -> Draft {
    Draft {
        effective,
        actor: code("someone"),
        subject: subject.clone(),
        event,
        source: Source {
            grade: Grade::Reported,
            title: "区教委月报 \"甲\"\n第二行".into(),
            ..Source::default()
        },
        reason: "理由 — reason".into(),
    }
}

pub fn progress(percent: i64) -> Fact {
    ProjectFact::Progress { part: None, percent: Decimal::from(percent) }.into()
}

pub fn promise(text: &str) -> Fact {
    ProjectFact::Milestone {
        aspect: Aspect::Promised,
        part: None,
        step: code("completion"),
        date: Some(text.parse().unwrap()),
        cause: None,
    }
    .into()
}

pub fn registration(name: &str) -> Vec<Fact> {
    vec![
        ProjectFact::Name(Named::new(name, "")).into(),
        ProjectFact::Sector { sector: code("education") }.into(),
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
    ]
}

/// Appends in one transaction, a second apart from `start`.
pub fn append(database: &Database, start: i64, drafts: Vec<Draft>) -> Result<Vec<Entry>, StoreError> {
    database.write(move |tx| {
        (start..).zip(&drafts).map(|(second, draft)| tx.append(draft.clone(), at(second))).collect()
    })
}

pub fn record(database: &Database, second: i64, subject: &Subject, day: Date, facts: Vec<Fact>) -> Seq {
    let draft = draft(subject, day, Event::Recorded { facts });
    append(database, second, vec![draft]).unwrap()[0].seq
}

/// A plan, an area and two projects in nine entries, one of them a correction.
pub fn fill(database: &Database) -> Vec<Entry> {
    let (a, b) = (project("A-1"), project("B-2"));
    let plan_facts = vec![
        PlanFact::Name(Named::new("计划", "Plan")).into(),
        PlanFact::Period { from: date(2018, 1, 1), to: date(2020, 12, 31) }.into(),
        PlanFact::Sector { sector: code("education"), order: 1, name: Named::new("教育", "") }.into(),
    ];
    let area = vec![
        AreaFact::Name(Named::new("回龙观", "")).into(),
        AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
    ];
    let drafts = vec![
        draft(&Subject::area(&code("town")), date(2018, 1, 1), Event::Registered { facts: area }),
        draft(&Subject::plan(&plan()), date(2018, 1, 1), Event::Registered { facts: plan_facts }),
        draft(&a, date(2018, 7, 31), Event::Registered { facts: registration("第一学校") }),
        draft(&b, date(2018, 7, 31), Event::Registered { facts: registration("第二学校") }),
        draft(&a, date(2018, 8, 1), Event::Recorded { facts: vec![promise("2019"), progress(5)] }),
        draft(&b, date(2018, 8, 2), Event::Recorded { facts: vec![progress(80)] }),
        draft(&a, date(2019, 3, 1), Event::Recorded { facts: vec![progress(40)] }),
        draft(&b, date(2018, 8, 2), Event::Corrected { entry: Seq(6), facts: vec![progress(8)] }),
        draft(&a, date(2018, 12, 1), Event::Recorded { facts: vec![progress(20)] }),
    ];
    append(database, 0, drafts).unwrap()
}

pub fn verify(database: &Database) -> VerifyReport {
    database.read(|c| c.verify(|_| ())).unwrap()
}

pub fn digest(database: &Database) -> String {
    database.write(|tx| tx.place_facts()).unwrap();
    database.read(|c| c.projections_digest()).unwrap()
}

pub fn loaded(database: &Database) -> History {
    database.read(|c| c.history(&[directory(), plan()], false)).unwrap()
}

/// Sound, and its projections are what the journal makes of them.
pub fn assert_whole(database: &Database, entries: u64) {
    let report = verify(database);
    assert_eq!((report.entries, report.faults.as_slice()), (entries, &[][..]));
    let rebuilt = database.rebuild(|_| ()).unwrap();
    assert_eq!((rebuilt.entries, rebuilt.before == rebuilt.after), (entries, true));
}
