//! The reads of the rhythm: what is open by a limit, a page after the other, on any day.

use domain::code::Code;
use domain::fact::Fact;
use domain::item::kind::ItemKind;
use domain::item::{ItemFact, State, Step};
use domain::journal::Event;
use domain::named::Named;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

use crate::books::*;

crate::on_both!(open_items_by_their_limit, items_are_found_by_what_their_codes_begin_with);

const DAY: Date = date(2018, 10, 10);

fn item(text: &str) -> Subject {
    Subject::item(&plan(), &code(text))
}

fn register(database: &Database, second: i64, text: &str, kind: ItemKind, due: Option<Date>) {
    let mut facts: Vec<Fact> =
        vec![ItemFact::Kind { kind }.into(), ItemFact::Name(Named::new(text, "")).into()];
    facts.extend(due.map(|on| Fact::from(ItemFact::Due { on })));
    let registered = draft(&item(text), date(2018, 10, 1), Event::Registered { facts });
    append(database, second, vec![registered]).unwrap();
}

fn filled(scratch: &Scratch) -> Database {
    let database = open(scratch);
    fill(&database);
    for (at, (name, kind, due)) in (30..).zip([
        ("T-1", ItemKind::TrackedTask, Some(date(2018, 10, 12))),
        ("T-2", ItemKind::TrackedTask, Some(date(2018, 10, 9))),
        ("T-3", ItemKind::TrackedTask, Some(date(2018, 10, 30))),
        ("T-4", ItemKind::TrackedTask, None),
        ("T-5", ItemKind::TrackedTask, Some(date(2018, 10, 9))),
        ("D-1", ItemKind::Directive, Some(date(2018, 10, 11))),
        ("M-1", ItemKind::Meeting, None),
    ]) {
        register(&database, at, name, kind, due);
    }
    // Withdrawn on the eighth: open before, not after.
    let withdrawn = ItemFact::Move { step: Step::Withdraw, state: State::Withdrawn, by: None };
    record(&database, 50, &item("T-5"), date(2018, 10, 8), vec![withdrawn.into()]);
    // A limit that is moved is looked at where it lies now.
    record(&database, 51, &item("T-1"), DAY, vec![ItemFact::Due { on: date(2018, 10, 25) }.into()]);
    database
}

fn codes(
    database: &Database,
    kinds: &[ItemKind],
    day: Date,
    due_by: Option<Date>,
    page: usize,
) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut after = None;
    loop {
        let found =
            database.read(|c| c.open_items(&plan(), kinds, day, due_by, after.as_ref(), page)).unwrap();
        assert!(found.len() <= page);
        out.extend(found.iter().map(|held| held.code.to_string()));
        match found.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return out,
        }
    }
}

fn open_items_by_their_limit(scratch: &Scratch) {
    let database = filled(scratch);
    let tasks = [ItemKind::TrackedTask, ItemKind::Directive];
    for page in [1, 2, 100] {
        let by = |day, due_by| codes(&database, &tasks, day, due_by, page);
        assert_eq!(by(DAY, Some(date(2018, 10, 15))), ["T-2", "D-1"]);
        assert_eq!(by(DAY, Some(date(2018, 10, 25))), ["T-2", "D-1", "T-1"]);
        assert_eq!(by(date(2018, 10, 5), Some(date(2018, 10, 15))), ["T-2", "T-5", "D-1", "T-1"]);
        assert_eq!(by(DAY, None), ["T-2", "D-1", "T-1", "T-3", "T-4"]);
        assert_eq!(by(date(2018, 9, 30), None), [] as [&str; 0]);
        assert_eq!(codes(&database, &[ItemKind::Meeting], DAY, None, page), ["M-1"]);
    }
    let other = Code::new("q").unwrap();
    assert_eq!(database.read(|c| c.open_items(&other, &tasks, DAY, None, None, 9)).unwrap(), []);
}

fn items_are_found_by_what_their_codes_begin_with(scratch: &Scratch) {
    let database = filled(scratch);
    let named = |prefix: &str, day: Date, most: usize| -> Vec<(String, String)> {
        let rows = database.read(|c| c.items_named(&plan(), prefix, day, most)).unwrap();
        rows.into_iter().map(|row| (row.code.to_string(), row.state)).collect()
    };
    let pair = |code: &str, state: &str| (code.to_owned(), state.to_owned());
    assert_eq!(named("T-5", DAY, 9), [pair("T-5", "withdrawn")]);
    assert_eq!(named("T-5", date(2018, 10, 7), 9), [pair("T-5", "registered")]);
    assert_eq!(named("T-", DAY, 2), [pair("T-1", "registered"), pair("T-2", "registered")]);
    assert_eq!(named("T-", DAY, 9).len(), 5);
    assert_eq!(named("X-", DAY, 9), []);
}
