//! Every move that is allowed and none besides, who may make it, and what it leaves alone.

use domain::authorize::authorize;
use domain::policy::{Grant, Role, Scope};
use domain::refusal::Problem;
use domain::request::workflow::MOVES;
use domain::request::{ClockKind, RequestFact, RequestState, RequestStep, Who};
use jiff::civil::date;

use super::{Books, at, code, filing, moving, recording};

#[test]
fn every_move_of_the_table_is_made_and_none_besides() {
    for state in RequestState::ALL {
        for step in RequestStep::ALL {
            for (actor, who) in
                [("someone", None), ("resident", Some(Who::Resident)), ("routing", Some(Who::Timer))]
            {
                let mut books = Books::new();
                books.file("master");
                books.bring("r", *state);
                let allowed = domain::request::workflow::find(*state, *step)
                    .is_some_and(|held| who.is_none_or(|who| held.who.contains(&who)));
                let facts = moving(&books.request("r"), *step);
                let outcome = books.record(actor, "r", facts);
                assert_eq!(outcome.is_ok(), allowed, "{state:?} {step:?} by {actor}: {outcome:?}");
            }
        }
    }
}

#[test]
fn who_may_make_a_move_is_what_the_table_says() {
    let roles = [
        (Role::RequestDesk, "everything", vec![Who::Desk]),
        (Role::Department, "unit:water", vec![]),
        (Role::Department, "unit:town-office", vec![Who::Lead]),
        (Role::Subdistrict, "area:town", vec![Who::Desk, Who::Lead]),
        (Role::SupervisionOffice, "everything", vec![Who::Above]),
        (Role::Auditor, "everything", vec![]),
        (Role::Administrator, "everything", vec![]),
    ];
    for held in MOVES {
        let mut books = Books::new();
        books.file("master");
        books.bring("r", held.from);
        let request = books.request("r");
        let command = recording("r", moving(&request, held.step));
        for (role, scope, is) in &roles {
            // What the one has led the other has not.
            if request.lead_unit == Some(code("water")) && scope.starts_with("unit:") {
                continue;
            }
            let grants = [Grant { role: *role, scope: Scope::parse(scope).expect("a scope") }];
            let has_lead = request.lead_unit.is_some() || !scope.starts_with("unit:");
            let allowed = has_lead && held.who.iter().any(|who| is.contains(who));
            let outcome = authorize(&grants, &command, &books.history);
            assert_eq!(outcome.is_ok(), allowed, "{:?} {:?} {role:?}: {outcome:?}", held.from, held.step);
        }
    }
}

#[test]
fn nothing_personal_comes_onto_the_books() {
    let mut books = Books::new();
    let outcome = books.give("someone", filing("r", "请回电13812345678"));
    assert!(outcome.unwrap_err().iter().any(|it| it.problem == Problem::Personal));
    books.bring("r", RequestState::InProgress);
    let note = RequestFact::Note { at: at(10, 0), text: "住3号楼2单元501室".into() };
    assert!(books.record("someone", "r", vec![note.clone()]).is_err());
    books.record("someone", "r", vec![note.masked()]).expect("masked");
}

#[test]
fn of_what_was_erased_residents_say_nothing_more() {
    let mut books = Books::new();
    books.bring("r", RequestState::Answered);
    let erased = |actor: &str, books: &mut Books| {
        let reason = "asked for".to_owned();
        let fact = RequestFact::Erased { at: at(10, 0), reason, words: false, redacted: Vec::new() };
        books.record(actor, "r", vec![fact])
    };
    erased("someone", &mut books).expect("erased");
    let word = RequestFact::Word { at: at(10, 0), text: "还是不亮".into() };
    for facts in [vec![word.clone()], moving(&books.request("r"), RequestStep::Close)] {
        let refusals = books.record("resident", "r", facts).unwrap_err();
        assert!(refusals.iter().any(|it| it.problem == Problem::Erased), "{refusals:?}");
    }
    // The office goes on, and a matter that is shared may be taken up by others who asked for it.
    books.record("someone", "r", vec![word]).expect("what the office puts down");
    let reopen = moving(&books.request("r"), RequestStep::Reopen);
    books.record("resident", "r", reopen).expect("taken up");
}

#[test]
fn what_was_forced_is_not_handed_back() {
    let mut books = Books::new();
    books.bring("r", RequestState::ReturnAsked);
    let forced = moving(&books.request("r"), RequestStep::Force);
    books.record("someone", "r", forced).expect("forced");
    let back = moving(&books.request("r"), RequestStep::AskReturn);
    let refusals = books.record("someone", "r", back).unwrap_err();
    assert!(refusals.iter().any(|it| it.problem == Problem::Forced), "{refusals:?}");
}

#[test]
fn a_change_of_unit_does_not_set_the_residents_clock_back() {
    let mut books = Books::new();
    books.bring("r", RequestState::ReturnAsked);
    let before = books.request("r");
    let due = before.due(ClockKind::Resolution);
    assert_eq!(due, Some(date(2019, 8, 21).at(23, 59, 59, 0)));
    let again = moving(&before, RequestStep::Redispatch);
    assert!(!again.iter().any(|fact| matches!(fact, RequestFact::Clock(_))));
    books.record("someone", "r", again).expect("given to another");
    assert_eq!(books.request("r").due(ClockKind::Resolution), due);
    assert_eq!(books.request("r").lead_unit, Some(code("water")));
}
