//! What a move or a fact needs, beyond being a step of the table.

use domain::command::Command;
use domain::item::kind::{ItemKind, ObjectionTo};
use domain::item::{ItemFact, Relation, State, Step, Target};
use domain::named::Named;
use domain::refusal::Problem;
use domain::subject::Subject;
use jiff::civil::{Date, date};

use super::books::{Books, DAY, TODAY, code, step};

fn begun(kind: ItemKind) -> Vec<ItemFact> {
    vec![
        ItemFact::Kind { kind },
        ItemFact::Name(Named::new("事项", "")),
        ItemFact::LeadUnit { unit: code("bureau") },
    ]
}

fn task(books: &mut Books, item: &str) {
    let mut facts = begun(ItemKind::TrackedTask);
    facts.push(ItemFact::Due { on: date(2018, 10, 15) });
    books.register(item, facts).unwrap();
}

fn evidence(key: &str) -> ItemFact {
    ItemFact::Evidence { key: code(key), title: "现场照片".into(), url: String::new(), by: None }
}

fn checked(key: &str, accepted: bool) -> ItemFact {
    ItemFact::EvidenceChecked { key: code(key), accepted, note: String::new(), by: None }
}

#[track_caller]
fn refused(outcome: Result<(), Vec<Problem>>, wanted: &Problem) {
    let problems = outcome.expect_err("must be refused");
    assert!(problems.contains(wanted), "{problems:?}");
}

/// From the books to the archive, with everything that is asked on the way.
#[test]
fn a_task_is_cleared_by_evidence_that_someone_else_accepts() {
    let mut books = Books::new();
    task(&mut books, "t");
    books.record("inspector", DAY, "t", vec![step(Step::Assign, State::Assigned)]).unwrap();
    books.record("worker", DAY, "t", vec![step(Step::TakeUp, State::InHand)]).unwrap();
    let done = step(Step::ReportDone, State::Reported);
    refused(books.record("worker", DAY, "t", vec![done.clone()]), &Problem::NoEvidence);
    books.record("worker", DAY, "t", vec![evidence("e1"), done]).unwrap();
    let verify = step(Step::Verify, State::Verified);
    // Evidence was given but nobody has looked at it.
    refused(books.record("inspector", DAY, "t", vec![verify.clone()]), &Problem::NoEvidence);
    // The worker is of the lead unit and gave the evidence himself.
    let own = books.record("worker", DAY, "t", vec![checked("e1", true), verify.clone()]);
    refused(own.clone(), &Problem::OwnEvidence);
    refused(own, &Problem::OwnerVerifies);
    books.record("inspector", DAY, "t", vec![checked("e1", true), verify]).unwrap();
    books.record("inspector", TODAY, "t", vec![step(Step::Clear, State::Cleared)]).unwrap();
    books.record("inspector", TODAY, "t", vec![step(Step::File, State::Filed)]).unwrap();
    let item = books.item("t");
    assert_eq!((item.finished(), item.evidence[0].by.clone()), (Some(TODAY), Some(code("worker"))));
    assert_eq!(item.moves.len(), 6);
    assert_eq!(item.moves[1].by, Some(code("worker")));
}

#[test]
fn evidence_that_is_sent_back_needs_a_reason_and_new_evidence() {
    let mut books = Books::new();
    task(&mut books, "t");
    books.record("inspector", DAY, "t", vec![step(Step::Assign, State::Assigned)]).unwrap();
    books.record("worker", DAY, "t", vec![step(Step::TakeUp, State::InHand)]).unwrap();
    let done = step(Step::ReportDone, State::Reported);
    books.record("worker", DAY, "t", vec![evidence("e1"), done]).unwrap();
    let back = Command::Record {
        subject: Subject::item(&code("p"), &code("t")),
        facts: vec![checked("e1", false).into(), step(Step::SendBack, State::InHand).into()],
        expected: None,
    };
    refused(books.give("inspector", DAY, &back), &Problem::ReasonRequired);
    books.give_because("inspector", DAY, "照片看不清", &back).unwrap();
    assert!(!books.item("t").has_accepted_evidence());
}

#[test]
fn a_directive_is_assigned_when_every_matter_has_its_task() {
    let mut books = Books::new();
    let mut facts = begun(ItemKind::Directive);
    facts.push(ItemFact::Matter { number: 1, text: "修路".into() });
    facts.push(ItemFact::Matter { number: 2, text: "建桥".into() });
    books.register("d", facts).unwrap();
    task(&mut books, "t1");
    let split = |matters: &[u32]| ItemFact::Split { task: code("t1"), matters: matters.into() };
    books.record("inspector", DAY, "d", vec![split(&[1])]).unwrap();
    let assign = step(Step::Assign, State::Assigned);
    refused(books.record("inspector", DAY, "d", vec![assign.clone()]), &Problem::NotCovered(vec![2]));
    assert!(books.record("inspector", DAY, "d", vec![split(&[1, 3])]).is_err(), "there is no third matter");
    books.record("inspector", DAY, "d", vec![split(&[1, 2])]).unwrap();
    books.record("inspector", DAY, "d", vec![assign]).unwrap();
    books.record("worker", DAY, "d", vec![step(Step::TakeUp, State::InHand)]).unwrap();
    let done = step(Step::ReportDone, State::Reported);
    refused(books.record("worker", DAY, "d", vec![done]), &Problem::OpenTasks(vec![code("t1")]));
}

#[test]
fn an_objection_is_raised_within_two_working_days() {
    // Assigned on Friday 28 September 2018: the weekend was worked to make up for National Day.
    let friday = date(2018, 9, 28);
    let object = |books: &mut Books, on: Date| {
        let objection =
            ItemFact::Objection {
                to: ObjectionTo::Date, reason: "工期不足".into(), unit: None, due: None
            };
        books.record("worker", on, "t", vec![objection, step(Step::Object, State::Objected)])
    };
    let mut books = Books::new();
    task(&mut books, "t");
    books.record("inspector", friday, "t", vec![step(Step::Assign, State::Assigned)]).unwrap();
    let without = books.record("worker", friday, "t", vec![step(Step::Object, State::Objected)]);
    refused(without, &Problem::Missing("objection"));
    let limit = date(2018, 9, 30);
    let mut late = books.clone();
    refused(object(&mut late, date(2018, 10, 8)), &Problem::TooLate { limit });
    object(&mut books, limit).unwrap();
    books.record("inspector", limit, "t", vec![step(Step::RejectObjection, State::Assigned)]).unwrap();
    // The clock runs anew from the decision.
    object(&mut books, date(2018, 10, 8)).unwrap();
}

#[test]
fn an_extension_is_asked_inside_the_limit_and_decided_once() {
    let mut books = Books::new();
    task(&mut books, "t");
    let ask = |until: Date| ItemFact::ExtensionAsked { until, reason: "雨季停工".into() };
    let decide = |granted: bool| ItemFact::ExtensionDecided { granted, note: String::new() };
    let due = date(2018, 10, 15);
    refused(books.record("inspector", DAY, "t", vec![decide(true)]), &Problem::NothingPending);
    refused(books.record("worker", DAY, "t", vec![ask(due)]), &Problem::NotLater { than: due });
    let late = books.record("worker", date(2018, 10, 16), "t", vec![ask(date(2018, 10, 31))]);
    refused(late, &Problem::TooLate { limit: due });
    let holiday = date(2019, 10, 1);
    let next = date(2019, 10, 8);
    refused(books.record("worker", DAY, "t", vec![ask(holiday)]), &Problem::DayOff { date: holiday, next });
    books.record("worker", date(2018, 10, 10), "t", vec![ask(date(2018, 10, 31))]).unwrap();
    refused(books.record("worker", date(2018, 10, 11), "t", vec![ask(date(2018, 11, 1))]), &Problem::Twice);
    let granted = vec![decide(true), ItemFact::Due { on: date(2018, 10, 31) }];
    books.record("inspector", date(2018, 10, 12), "t", granted).unwrap();
    let item = books.item("t");
    assert_eq!((item.due, item.extensions.len()), (Some(date(2018, 10, 31)), 1));
    assert_eq!(
        item.extensions[0].decided.as_ref().map(|(on, granted, _)| (*on, *granted)),
        Some((date(2018, 10, 12), true))
    );
    refused(
        books.record("inspector", date(2018, 10, 13), "t", vec![decide(false)]),
        &Problem::NothingPending,
    );
}

#[test]
fn a_limit_is_a_working_day_and_not_before_the_item_came_in() {
    let mut books = Books::new();
    let mut facts = begun(ItemKind::TrackedTask);
    let (sunday, monday) = (date(2018, 9, 16), date(2018, 9, 17));
    facts.push(ItemFact::Due { on: sunday });
    refused(books.register("t", facts), &Problem::DayOff { date: sunday, next: monday });
    let mut facts = begun(ItemKind::TrackedTask);
    facts.extend([ItemFact::Received { on: DAY }, ItemFact::Due { on: date(2018, 9, 7) }]);
    refused(books.register("t", facts), &Problem::NotLater { than: DAY });
}

#[test]
fn origins_do_not_go_round() {
    let mut books = Books::new();
    for item in ["a", "b", "c"] {
        task(&mut books, item);
    }
    let link =
        |to: &str| ItemFact::Link { relation: Relation::SplitFrom, to: Target::Item(code(to)), held: true };
    books.record("inspector", DAY, "a", vec![link("b")]).unwrap();
    books.record("inspector", DAY, "b", vec![link("c")]).unwrap();
    let round = vec![code("c"), code("a"), code("b"), code("c")];
    refused(books.record("inspector", DAY, "c", vec![link("a")]), &Problem::Circular(round));
    refused(
        books.record("inspector", DAY, "c", vec![link("c")]),
        &Problem::Circular(vec![code("c"), code("c")]),
    );
    let found = ItemFact::Link { relation: Relation::FoundBy, to: Target::Item(code("a")), held: true };
    refused(
        books.record("inspector", DAY, "c", vec![found]),
        &Problem::RelationNotAllowed { relation: Relation::FoundBy },
    );
}

#[test]
fn an_issued_report_is_frozen() {
    let mut books = Books::new();
    let mut facts = begun(ItemKind::Report);
    facts.extend([
        ItemFact::Series { series: domain::item::kind::Series::Weekly },
        ItemFact::Content { content: "{}".into() },
    ]);
    books.register("r", facts).unwrap();
    let issue = ItemFact::Issue { number: 1, as_of: DAY, known: 9, digest: "0".into() };
    books.record("inspector", DAY, "r", vec![issue, step(Step::Issue, State::Issued)]).unwrap();
    for fact in [
        ItemFact::Content { content: "{\"a\":1}".into() },
        ItemFact::Name(Named::new("改名", "")),
        ItemFact::Period { from: DAY, to: TODAY },
    ] {
        refused(books.record("inspector", DAY, "r", vec![fact]), &Problem::Frozen);
    }
}

#[test]
fn whistles_are_answered_by_those_who_were_called() {
    let mut books = Books::new();
    let mut facts = begun(ItemKind::Whistle);
    refused(books.register("w", facts.clone()), &Problem::Missing("issuer"));
    facts.push(ItemFact::Issuer { name: String::new(), unit: Some(code("town-office")) });
    books.register("w", facts).unwrap();
    let at = jiff::civil::datetime(2018, 9, 10, 10, 0, 0, 0);
    let stranger = ItemFact::Answer { unit: code("helper"), at, text: String::new() };
    assert!(books.record("worker", DAY, "w", vec![stranger]).is_err(), "was not called");
    refused(
        books.record("worker", DAY, "w", vec![step(Step::Answer, State::Answered)]),
        &Problem::Missing("answer"),
    );
    let answer = ItemFact::Answer { unit: code("bureau"), at, text: String::new() };
    books.record("worker", DAY, "w", vec![answer, step(Step::Answer, State::Answered)]).unwrap();
    let mark = |mark| ItemFact::Mark { unit: code("bureau"), mark, veto: false, note: String::new() };
    for wrong in [0, 6] {
        refused(books.record("inspector", DAY, "w", vec![mark(wrong)]), &Problem::MarkRange);
    }
}
