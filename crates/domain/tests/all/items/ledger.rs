//! Rows and lights: what the ledger of any day shows.

use domain::history::{SubjectHistory, View};
use domain::item::kind::ItemKind;
use domain::item::ledger::{LedgerRow, RowKind, spans};
use domain::item::light::{Light, LightRules, Test, month_colour};
use domain::item::{Item, ItemFact, Standing, State, Step};
use domain::subject::Subject;
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::books::{Books, code, complete, step};

fn open(due: Option<Date>) -> LedgerRow {
    let mut books = Books::new();
    let facts = complete(ItemKind::TrackedTask).into_iter().filter(|fact| {
        !matches!(fact, ItemFact::Due { .. } | ItemFact::Evidence { .. } | ItemFact::EvidenceChecked { .. })
    });
    books.write(Subject::item(&code("p"), &code("x")), facts.map(Into::into).collect());
    let mut row = LedgerRow::of_item(&books.item("x"));
    row.due = due;
    row
}

#[test]
fn presets_are_read_and_differ() {
    let presets = LightRules::presets();
    assert_eq!(presets.len(), 6);
    assert_eq!(LightRules::usual().code, presets[0].code);
    assert!(presets.iter().all(|set| !set.rules.is_empty() && !set.name.en.is_empty()));
}

#[test]
fn the_usual_lights_by_the_day() {
    // Due on Friday 12 October 2018, the week after National Day.
    let row = open(Some(date(2018, 10, 12)));
    let light = |day: Date| LightRules::usual().on(day).judge(&row).light;
    assert_eq!(light(date(2018, 9, 29)), Light::Green);
    assert_eq!(light(date(2018, 10, 8)), Light::Green);
    assert_eq!(light(date(2018, 10, 9)), Light::Yellow);
    assert_eq!(light(date(2018, 10, 12)), Light::Yellow);
    assert_eq!(light(date(2018, 10, 13)), Light::Red);
    let none = open(None);
    assert_eq!(LightRules::usual().on(date(2030, 1, 1)).judge(&none).light, Light::NoDate);
}

#[test]
fn float_gives_a_light_by_the_plans_rule() {
    let rules = LightRules::presets().into_iter().find(|set| set.code.as_str() == "float").unwrap();
    let judge = rules.on(date(2018, 9, 3));
    assert!(judge.asks_float() && !LightRules::usual().on(date(2018, 9, 3)).asks_float());
    let mut row = open(Some(date(2018, 12, 31)));
    // Nothing is known of its float: it is judged by its dates alone.
    assert_eq!(judge.judge(&row).light, Light::Green);
    for (float, light, because) in [
        (40, Light::Green, None),
        (19, Light::Yellow, Some(Test::FloatBelow(20))),
        (4, Light::Orange, Some(Test::FloatBelow(5))),
        (-1, Light::Red, Some(Test::FloatBelow(0))),
    ] {
        row.float = Some(float);
        let verdict = judge.judge(&row);
        assert_eq!((verdict.light, verdict.because), (light, because), "{float}");
        assert_eq!(LightRules::usual().on(date(2018, 9, 3)).judge(&row).light, Light::Green);
    }
}

#[test]
fn what_is_done_has_no_colour_and_months_remember() {
    let mut row = open(Some(date(2018, 10, 12)));
    row.standing = Standing::Done;
    assert_eq!(LightRules::usual().on(date(2019, 1, 1)).judge(&row).light, Light::Done);
    let (due, end) = (Some(date(2018, 10, 12)), date(2018, 10, 31));
    let colour = |finished: Option<Date>, as_of| month_colour(due, finished, end, as_of);
    assert_eq!(colour(Some(date(2018, 10, 30)), end), Some(Light::Green));
    assert_eq!(colour(None, end), Some(Light::Red));
    // Missed, then made good: yellow, never green again.
    assert_eq!(colour(Some(date(2018, 11, 5)), date(2018, 11, 4)), Some(Light::Red));
    assert_eq!(colour(Some(date(2018, 11, 5)), date(2018, 11, 5)), Some(Light::Yellow));
    assert_eq!(month_colour(due, None, date(2018, 11, 30), date(2018, 11, 30)), None);
}

#[test]
fn a_weekly_matter_is_asked_for_its_reports() {
    let mut row = open(Some(date(2019, 6, 28)));
    (row.weekly, row.received, row.last_report) = (true, Some(date(2018, 9, 3)), Some(date(2018, 9, 28)));
    let verdict = |day: Date| LightRules::usual().on(day).judge(&row);
    assert_eq!(verdict(date(2018, 10, 5)).light, Light::Green);
    assert_eq!(verdict(date(2018, 10, 6)).because, Some(Test::ReportsMissed(1)));
    assert_eq!(verdict(date(2018, 10, 13)).because, Some(Test::ReportsMissed(2)));
}

/// The rows of each stretch of days are what looking at the item on any of those days gives.
#[test]
fn spans_are_the_item_day_by_day() {
    let mut books = Books::new();
    let subject = Subject::item(&code("p"), &code("x"));
    let facts = complete(ItemKind::TrackedTask).into_iter().map(Into::into).collect();
    books.write_on(date(2018, 9, 3), subject.clone(), facts);
    for (day, wanted, to) in [
        (date(2018, 9, 5), Step::Assign, State::Assigned),
        (date(2018, 9, 6), Step::TakeUp, State::InHand),
        (date(2018, 10, 9), Step::ReportDone, State::Reported),
        (date(2018, 10, 9), Step::Verify, State::Verified),
        (date(2018, 10, 11), Step::Clear, State::Cleared),
    ] {
        books.write_on(day, subject.clone(), vec![step(wanted, to).into()]);
    }
    let history: &SubjectHistory = books.history.get(&subject).unwrap();
    let rows = spans(history);
    assert_eq!(rows.len(), 5);
    for offset in -5..60 {
        let day = date(2018, 9, 1).checked_add(Span::new().days(offset)).unwrap();
        let held = rows.iter().find(|span| span.from <= day && span.until.is_none_or(|until| day < until));
        let expected = Item::at(history, View::as_of(day)).map(|item| LedgerRow::of_item(&item));
        assert_eq!(held.map(|span| &span.row), expected.as_ref(), "{day}");
    }
    assert_eq!(rows[4].row.kind, RowKind::Item(ItemKind::TrackedTask));
}

fn days() -> impl Strategy<Value = Date> {
    (0i64..1_100).prop_map(|n| date(2018, 1, 1).checked_add(Span::new().days(n)).unwrap())
}

proptest! {
    /// Over three years with their make-up days: overdue and due-within say what counting working days says.
    #[test]
    fn tests_count_working_days(due in days(), day in days(), n in 1u16..12) {
        let row = open(Some(due));
        let holds = |test: Test| {
            let mut rules = LightRules::usual();
            rules.rules = vec![domain::item::light::LightRule { light: Light::Red, any: vec![test] }];
            rules.on(day).judge(&row).light == Light::Red
        };
        prop_assert_eq!(holds(Test::Overdue(0)), due < day);
        prop_assert_eq!(holds(Test::Overdue(n)), workday::between(due, day) >= i32::from(n), "due {} on {}", due, day);
        let ahead = workday::between(day, due) <= i32::from(n);
        prop_assert_eq!(holds(Test::DueWithin(n)), ahead, "due {} on {}", due, day);
    }
}
