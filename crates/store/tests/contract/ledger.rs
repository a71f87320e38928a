//! The rows of the ledger: what past days show of an item, however its entries came in.

use domain::fact::Fact;
use domain::history::View;
use domain::item::kind::ItemKind;
use domain::item::ledger::LedgerRow;
use domain::item::light::LightRules;
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Item, ItemFact, State, Step};
use domain::journal::{Event, Seq};
use domain::named::Named;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::{Database, ItemOrder};

use crate::books::*;

crate::on_both!(
    every_past_day_keeps_its_row,
    what_is_recorded_late_changes_the_days_it_is_about,
    what_moved_between_two_days_is_found_on_both,
    an_item_that_moved_is_found_where_it_was_on_the_day,
    free_numbers_follow_the_last_that_was_counted,
    entries_of_items_are_read_in_either_order,
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

fn placed(areas: &[&str]) -> Vec<Fact> {
    let areas = areas.iter().map(|area| code(area)).collect();
    vec![ItemFact::Place { areas, address: String::new() }.into()]
}

/// The items that the ledger shows of areas on a day of October, by what was recorded up to an entry.
fn shown_in(database: &Database, areas: &[&str], day: i8, known: Seq) -> Vec<String> {
    let areas = areas.iter().map(|area| code(area)).collect();
    let query = LedgerQuery { kinds: vec![ItemKind::TrackedTask], areas, ..LedgerQuery::default() };
    let judge = LightRules::usual().on(date(2018, 10, day));
    let asked = (&judge, known);
    let (mut rows, count, lights) = database
        .read::<_, store::StoreError>(|c| {
            let page = c.ledger(&plan(), &query, asked, (Sort::Name, false), None, 9)?;
            let count = c.ledger_count(&plan(), &query, asked, 9)?;
            Ok((page.rows, count, c.ledger_lights(&plan(), &query, asked)?))
        })
        .unwrap();
    assert_eq!(rows.len() as u64, count);
    assert_eq!(lights.iter().map(|(_, count)| count).sum::<u64>(), count);
    // Those that changed since, as they were.
    let mut changed = |history: domain::history::SubjectHistory| {
        let view = View { as_of: date(2018, 10, day), known };
        let row = Item::at(&history, view).map(|item| LedgerRow::of_item(&item));
        rows.extend(row.filter(|row| query.takes(row, &judge)));
        Ok(())
    };
    database.read(|c| c.each_changed_item(&plan(), known, &mut changed)).unwrap();
    rows.into_iter().map(|row| row.code.to_string()).collect()
}

fn an_item_that_moved_is_found_where_it_was_on_the_day(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    record(&database, 24, &task(), date(2018, 10, 1), placed(&["old", "both"]));
    let before =
        record(&database, 25, &task(), date(2018, 10, 2), vec![moved(Step::Assign, State::Assigned)]);
    let wrong = record(&database, 26, &task(), date(2018, 10, 5), placed(&["new", "both"]));
    record(&database, 27, &task(), date(2018, 10, 9), placed(&[]));
    let areas = [&["old"][..], &["new"], &["both"], &["old", "new"], &["elsewhere"]];
    let found = |day, known| areas.map(|areas| shown_in(&database, areas, day, known).len());
    for (day, expected) in
        [(1, [1, 0, 1, 1, 0]), (4, [1, 0, 1, 1, 0]), (5, [0, 1, 1, 1, 0]), (8, [0, 1, 1, 1, 0]), (9, [0; 5])]
    {
        assert_eq!(found(day, Seq::LATEST), expected, "on the {day}th");
        // Before it was said that it had moved.
        assert_eq!(found(day, before), [1, 0, 1, 1, 0], "on the {day}th, as was known");
    }
    let taken_back = Event::Corrected { entry: wrong, facts: placed(&["other"]) };
    append(&database, 28, vec![draft(&task(), date(2018, 10, 5), taken_back)]).unwrap();
    assert_eq!((found(4, Seq::LATEST), found(8, Seq::LATEST)), ([1, 0, 1, 1, 0], [0; 5]));
    assert_eq!(shown_in(&database, &["other"], 8, Seq::LATEST), ["T-1"]);
    // Where it lies was said before what it is.
    let early = Subject::item(&plan(), &code("T-2"));
    record(&database, 29, &early, date(2018, 10, 1), placed(&["early"]));
    record(
        &database,
        30,
        &early,
        date(2018, 10, 1),
        vec![ItemFact::Kind { kind: ItemKind::TrackedTask }.into()],
    );
    assert_eq!(shown_in(&database, &["early"], 8, Seq::LATEST), ["T-2"]);
    // In so many that their names are too long for an index.
    let many: Vec<String> = (0..400).map(|at| format!("neighbourhood-{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    record(&database, 31, &early, date(2018, 10, 6), placed(&many));
    assert_eq!(shown_in(&database, &["neighbourhood-399"], 8, Seq::LATEST), ["T-2"]);
    assert_eq!(shown_in(&database, &many[..300], 8, Seq::LATEST), ["T-2"]);
    assert!(shown_in(&database, &["early"], 8, Seq::LATEST).is_empty());
    assert_whole(&database, 21);
}

fn registered(database: &Database, item: &str, day: Date) -> Seq {
    let facts = vec![ItemFact::Kind { kind: ItemKind::Slip }.into()];
    let subject = Subject::item(&plan(), &code(item));
    append(database, 30, vec![draft(&subject, day, Event::Registered { facts })]).unwrap()[0].seq
}

fn free_numbers_follow_the_last_that_was_counted(scratch: &Scratch) {
    let database = open(scratch);
    fill(&database);
    let next = |prefix: &str| {
        let (found, number) = database.read(|c| c.next_item_code(&plan(), prefix)).unwrap();
        assert_eq!(found.as_str(), format!("{prefix}{number:04}"));
        number
    };
    let register = |item: &str| registered(&database, item, date(2019, 3, 1));
    assert_eq!(next("SLP-2019-"), 1);
    register("SLP-2019-0009");
    register("SLP-2019-0012");
    // Of another year, of another kind, and what people thought of themselves.
    let others = ["SLP-2018-0400", "DIR-2019-0400", "SLP-2019-A1", "SLP-2019-0400B", "SLP-2019-0400-2"];
    for item in others.into_iter().chain(["SLP-2019-Z"]) {
        register(item);
    }
    assert_eq!((next("SLP-2019-"), next("SLP-2018-"), next("DIR-2019-")), (13, 401, 401));
    register("SLP-2019-50");
    assert_eq!(next("SLP-2019-"), 51);
    register("SLP-2019-9999");
    assert_eq!(next("SLP-2019-"), 10_000);
    register("SLP-2019-10000");
    assert_eq!(next("SLP-2019-"), 10_001);
    // A code of a registration that was taken back is not given again.
    let wrong = register("SLP-2019-10001");
    let taken_back = Event::Corrected { entry: wrong, facts: vec![] };
    let subject = Subject::item(&plan(), &code("SLP-2019-10001"));
    append(&database, 31, vec![draft(&subject, date(2019, 3, 1), taken_back)]).unwrap();
    assert_eq!(next("SLP-2019-"), 10_002);
}

fn entries_of_items_are_read_in_either_order(scratch: &Scratch) {
    let database = open(scratch);
    lived(&database);
    let late = registered(&database, "T-0", date(2018, 10, 4));
    let named = ItemFact::Name(Named::new("名", "")).into();
    let two =
        record(&database, 32, &task(), date(2018, 10, 2), vec![named, moved(Step::Assign, State::Assigned)]);
    // Takes another back and says nothing itself.
    append(
        &database,
        33,
        vec![draft(&task(), date(2018, 10, 3), Event::Corrected { entry: two, facts: vec![] })],
    )
    .unwrap();
    let read = |order| {
        let seqs = database.read(|c| c.item_seqs(&plan(), order)).unwrap();
        let entries = database.read(|c| c.item_entries(&plan(), &seqs)).unwrap();
        let said: Vec<(u64, usize)> = entries.iter().map(|entry| (entry.seq.0, entry.facts.len())).collect();
        (seqs.iter().map(|seq| seq.0).collect::<Vec<_>>(), said)
    };
    let (seqs, said) = read(ItemOrder::Entry);
    assert_eq!(seqs, [10, 11, 12, 13, late.0, two.0, 16]);
    assert_eq!(said, [(10, 2), (11, 1), (12, 1), (13, 1), (14, 1), (15, 2)]);
    let (seqs, said) = read(ItemOrder::Day);
    assert_eq!(seqs, [10, 15, 16, 14, 11, 12, 13]);
    assert_eq!(said, [(10, 2), (15, 2), (14, 1), (11, 1), (12, 1), (13, 1)]);
    // Of one plan alone, and those that there are.
    let other = database.read(|c| c.item_entries(&code("other"), &[Seq(10), Seq(11)])).unwrap();
    assert!(other.is_empty());
    let some = database.read(|c| c.item_entries(&plan(), &[Seq(12), Seq(3), Seq(99), Seq(10)])).unwrap();
    assert_eq!(some.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), [12, 10]);
    assert_eq!(some[0].code, code("T-1"));
}
