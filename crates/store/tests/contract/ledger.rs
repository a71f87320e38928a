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

crate::on_both!(every_past_day_keeps_its_row, what_is_recorded_late_changes_the_days_it_is_about);

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
