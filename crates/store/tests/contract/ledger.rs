//! The rows of the ledger: what past days show of an item, however its entries came in.

use domain::fact::Fact;
use domain::item::kind::ItemKind;
use domain::item::light::LightRules;
use domain::item::query::LedgerQuery;
use domain::item::{ItemFact, State, Step};
use domain::journal::{Event, Seq};
use domain::named::Named;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

use crate::books::*;

crate::on_both!(
    every_past_day_keeps_its_row,
    what_is_recorded_late_changes_the_days_it_is_about,
    what_moved_between_two_days_is_found_on_both,
);

fn task() -> Subject {
    Subject::item(&plan(), &code("T-1"))
}

fn moved(step: Step, state: State) -> Fact {
    ItemFact::Move { step, state, by: None }.into()
}

/// A task registered on the first, taken up on the fifth, reported on the ninth of October.
fn lived(database: &Database) {
    fill(database);
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::TrackedTask }.into(),
        ItemFact::Name(Named::new("任务", "Task")).into(),
    ];
    let registered = draft(&task(), date(2018, 10, 1), Event::Registered { facts });
    append(database, 20, vec![registered]).unwrap();
    record(database, 21, &task(), date(2018, 10, 5), vec![moved(Step::Assign, State::Assigned)]);
    record(database, 22, &task(), date(2018, 10, 5), vec![moved(Step::TakeUp, State::InHand)]);
    record(database, 23, &task(), date(2018, 10, 9), vec![moved(Step::ReportDone, State::Reported)]);
}

/// The state that the ledger shows on a day.
fn shown(database: &Database, day: Date) -> Option<String> {
    let query = LedgerQuery { kinds: vec![ItemKind::TrackedTask], ..LedgerQuery::default() };
    let judge = LightRules::usual().on(day);
    let rows = database.read(|c| c.all_items(&plan(), &query, (&judge, Seq::LATEST))).unwrap();
    assert!(rows.len() < 2, "{day}: {rows:?}");
    rows.into_iter().next().map(|row| row.state)
}

fn every_past_day_keeps_its_row(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    let expected = [
        (30, None),
        (1, Some("registered")),
        (4, Some("registered")),
        (5, Some("in_hand")),
        (8, Some("in_hand")),
        (9, Some("reported")),
        (31, Some("reported")),
    ];
    for (day, state) in expected {
        let month = if day == 30 { 9 } else { 10 };
        assert_eq!(shown(&database, date(2018, month, day)).as_deref(), state, "{day}");
    }
    assert_whole(&database, 13);
}

fn what_is_recorded_late_changes_the_days_it_is_about(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    let named = |name: &str| vec![ItemFact::Name(Named::new(name, "")).into()];
    record(&database, 24, &task(), date(2018, 10, 3), named("从三日起的名称"));
    record(&database, 25, &task(), date(2018, 10, 5), named("从五日起的名称"));
    record(&database, 26, &task(), date(2018, 10, 12), named("从十二日起的名称"));
    let named_on = |day: i8| {
        let query = LedgerQuery { kinds: vec![ItemKind::TrackedTask], ..LedgerQuery::default() };
        let judge = LightRules::usual().on(date(2018, 10, day));
        let rows = database.read(|c| c.all_items(&plan(), &query, (&judge, Seq::LATEST))).unwrap();
        assert_eq!(rows.len(), 1, "{day}");
        rows[0].name.zh.clone()
    };
    for (day, name) in [
        (2, "任务"),
        (3, "从三日起的名称"),
        (4, "从三日起的名称"),
        (5, "从五日起的名称"),
        (11, "从五日起的名称"),
        (12, "从十二日起的名称"),
    ] {
        assert_eq!(named_on(day), name, "{day}");
    }
    assert_whole(&database, 16);
}

/// Open on the day, or changed between the two: what has long been done is not read.
fn what_moved_between_two_days_is_found_on_both(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    let moving = |eve: (i16, i8, i8), last: (i16, i8, i8)| {
        let day = |(year, month, day)| date(year, month, day);
        let (before, after) = database.read(|c| c.moving(&plan(), (day(eve), day(last)))).unwrap();
        let states = |rows: Vec<domain::item::ledger::LedgerRow>| -> Vec<String> {
            let tasks = rows.into_iter().filter(|row| row.code.as_str() == "T-1");
            tasks.map(|row| row.state).collect()
        };
        (states(before), states(after))
    };
    let texts = |list: &[&str]| -> Vec<String> { list.iter().map(|text| (*text).to_owned()).collect() };
    // New in between; open on both days; changed on the last.
    assert_eq!(moving((2018, 9, 30), (2018, 10, 4)), (texts(&[]), texts(&["registered"])));
    assert_eq!(moving((2018, 10, 5), (2018, 10, 8)), (texts(&["in_hand"]), texts(&["in_hand"])));
    assert_eq!(moving((2018, 10, 8), (2018, 10, 9)), (texts(&["in_hand"]), texts(&["reported"])));
    record(&database, 24, &task(), date(2018, 10, 10), vec![moved(Step::Verify, State::Verified)]);
    record(&database, 25, &task(), date(2018, 10, 11), vec![moved(Step::Clear, State::Cleared)]);
    // Done in between; then long done.
    assert_eq!(moving((2018, 10, 10), (2018, 10, 11)), (texts(&["verified"]), texts(&["cleared"])));
    assert_eq!(moving((2018, 10, 11), (2018, 10, 20)), (texts(&[]), texts(&[])));
}
