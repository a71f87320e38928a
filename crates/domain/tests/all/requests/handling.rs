//! What a unit may do with a request that it has, and what others decide: more time, the books, returns, the end.

use domain::authorize::authorize;
use domain::command::Command;
use domain::item::Target;
use domain::person::PersonFact;
use domain::policy::{Grant, Role, Scope};
use domain::refusal::Problem;
use domain::request::call_back::{called_back, step};
use domain::request::clock::TimeLimit;
use domain::request::merging::review_asked;
use domain::request::{
    CallBack, CallWay, ClockKind, RequestFact, RequestState, RequestStep, Solved, Watching, Who, watched,
};
use domain::rhythm::Watch;
use domain::subject::Subject;
use jiff::civil::{Date, date};

use super::{Books, TODAY, at, call, code, moving, recording, rules};

fn problems(outcome: Result<(), Vec<domain::refusal::Refusal>>) -> Vec<Problem> {
    outcome.expect_err("refused").into_iter().map(|refusal| refusal.problem).collect()
}

fn asked(number: u32, until: Date) -> RequestFact {
    RequestFact::ExtensionAsked { number, until, reason: "雨季".into() }
}

fn decided(number: u32, granted: bool) -> RequestFact {
    RequestFact::ExtensionDecided { number, granted, note: String::new() }
}

fn worker(books: &mut Books, name: &str, unit: &str) {
    books.must(Command::Register {
        subject: Subject::person(&code(name)),
        facts: vec![
            PersonFact::Name { name: name.into() }.into(),
            PersonFact::Unit { unit: code(unit) }.into(),
        ],
    });
}

#[test]
fn more_time_is_asked_for_one_at_a_time_and_no_more_often_than_the_rules_say() {
    let mut books = Books::new();
    books.bring("r", RequestState::InProgress);
    worker(&mut books, "own", "town-office");
    let due = |books: &Books| books.request("r").due(ClockKind::Resolution).map(|due| due.date());
    let limit = due(&books).expect("a limit");
    assert_eq!(
        problems(books.record("own", "r", vec![asked(1, limit)])),
        [Problem::NotLater { than: limit }]
    );
    assert_eq!(problems(books.record("office", "r", vec![decided(1, true)])), [Problem::NothingPending]);

    let (first, second) = (date(2019, 9, 1), date(2019, 10, 1));
    books.record("own", "r", vec![asked(1, first)]).expect("asked");
    assert_eq!(books.request("r").asks_since(), Some(TODAY));
    assert_eq!(problems(books.record("own", "r", vec![asked(2, second)])), [Problem::WaitsForDecision]);
    // The unit that asked does not decide.
    assert_eq!(problems(books.record("own", "r", vec![decided(1, true)])), [Problem::OwnerVerifies]);
    books.record("office", "r", vec![decided(1, true)]).expect("granted");
    assert_eq!((due(&books), books.request("r").asks_since()), (Some(first), None));
    assert_eq!(problems(books.record("office", "r", vec![decided(1, false)])), [Problem::NothingPending]);

    // What was granted stays granted, whatever becomes of what is asked for after it.
    books.record("own", "r", vec![asked(2, second)]).expect("asked again");
    assert_eq!(due(&books), Some(first));
    books.record("office", "r", vec![decided(2, false)]).expect("refused");
    assert_eq!(due(&books), Some(first));
    assert_eq!(problems(books.record("own", "r", vec![asked(3, second)])), [Problem::TooMany(2)]);
}

#[test]
fn what_was_asked_for_ends_with_an_answer_and_is_chased_until_then() {
    let mut books = Books::new();
    books.bring("r", RequestState::InProgress);
    books.record("someone", "r", vec![asked(1, date(2019, 9, 1))]).expect("asked");
    let by = Watching { books_months: 1, decision: TimeLimit::Hours(24) };
    let watches = |books: &Books| {
        let found = watched(&books.request("r"), by, at(12, 0));
        found.into_iter().map(|it| (it.watch, it.limit.date())).collect::<Vec<_>>()
    };
    assert!(watches(&books).contains(&(Watch::Asked, date(2019, 8, 15))), "{:?}", watches(&books));
    let answer = moving(&books.request("r"), RequestStep::Answer);
    books.record("someone", "r", answer).expect("answered");
    assert_eq!((watches(&books), books.request("r").asks_since()), (vec![], None));
}

#[test]
fn a_unit_asks_for_the_books_and_somebody_above_puts_it_there() {
    let mut books = Books::new();
    let (link, until) = (Target::Project(code("road")), date(2019, 12, 31));
    let ask = |number| RequestFact::BooksAsked {
        number,
        link: link.clone(),
        until,
        reason: "随道路工程解决".into(),
    };
    let decide =
        |number, granted, note: &str| RequestFact::BooksDecided { number, granted, note: note.into() };
    books.bring("early", RequestState::Accepted);
    assert!(
        problems(books.record("someone", "early", vec![ask(1)]))
            .contains(&Problem::NotWhileRequest { state: RequestState::Accepted })
    );

    books.bring("r", RequestState::InProgress);
    worker(&mut books, "own", "town-office");
    books.record("own", "r", vec![ask(1)]).expect("asked");
    assert_eq!(problems(books.record("office", "r", vec![decide(1, false, " ")])), [Problem::Empty]);
    books.record("office", "r", vec![decide(1, false, "可以先修")]).expect("refused");
    assert_eq!(books.request("r").state, RequestState::InProgress);
    books.record("own", "r", vec![ask(2)]).expect("asked again");
    assert_eq!(problems(books.record("office", "r", vec![decide(2, true, "")])), [Problem::Missing("state")]);
    let booked = |by: &str, books: &mut Books| {
        let mut facts = vec![decide(2, true, "")];
        facts.extend(moving(&books.request("r"), RequestStep::PutOnBooks));
        books.record(by, "r", facts)
    };
    assert_eq!(problems(booked("own", &mut books)), [Problem::OwnerVerifies]);
    booked("office", &mut books).expect("on the books");
    let held = books.request("r");
    assert_eq!((held.state, held.links, held.bookings.len()), (RequestState::OnTheBooks, vec![link], 2));

    // It is not taken off in one breath.
    let off = step(RequestStep::TakeOffBooks, RequestState::InProgress, at(9, 0));
    assert_eq!(problems(books.record("own", "r", vec![off])), [Problem::ReasonRequired]);
    let off = moving(&books.request("r"), RequestStep::TakeOffBooks);
    books.record("own", "r", off).expect("with a reason");
    assert_eq!(books.request("r").open_booking(), None, "what was asked for before is done with");
}

#[test]
fn units_hand_it_back_once_each_and_then_it_stays_where_nobody_hands_on() {
    let mut books = Books::new();
    books.bring("r", RequestState::ReturnAsked);
    let go = |books: &mut Books, step, unit: Option<&str>| {
        let mut facts = moving(&books.request("r"), step);
        if let (Some(RequestFact::Move { unit: held, .. }), Some(unit)) = (facts.first_mut(), unit) {
            *held = Some(code(unit));
        }
        books.record("someone", "r", facts)
    };
    // Not taken back, it is not asked for once more.
    go(&mut books, RequestStep::RejectReturn, None).expect("rejected");
    assert_eq!(problems(go(&mut books, RequestStep::AskReturn, None)), [Problem::ReturnedBefore]);

    let mut books = Books::new();
    books.bring("r", RequestState::ReturnAsked);
    go(&mut books, RequestStep::Redispatch, Some("water")).expect("to another unit");
    go(&mut books, RequestStep::AskReturn, None).expect("which hands it back, too");
    for step in [RequestStep::Redispatch, RequestStep::Force] {
        let refused = problems(go(&mut books, step, Some("town-office")));
        assert_eq!(refused, [Problem::ToBackstop(code("district"))], "{step:?}");
    }
    go(&mut books, RequestStep::Redispatch, Some("district")).expect("to whoever stands behind them");
    assert_eq!(problems(go(&mut books, RequestStep::AskReturn, None)), [Problem::ReturnedBefore]);
    assert_eq!(books.request("r").lead_unit, Some(code("district")));
}

#[test]
fn nobody_ends_it_before_whoever_asked_was_called_back_on() {
    let mut books = Books::new();
    books.bring("r", RequestState::Answered);
    let end = || step(RequestStep::Close, RequestState::Closed, at(12, 0));
    let until = date(2019, 8, 28);
    for actor in ["someone", "routing"] {
        let refused = problems(books.record(actor, "r", vec![end()]));
        assert_eq!(refused, [Problem::CallBackFirst { until }], "{actor}");
    }
    let unreached = CallBack { reached: false, contacted: None, solved: None, ..call(Solved::Yes) };
    books.record("someone", "r", vec![RequestFact::CallBack(unreached)]).expect("nobody answered");
    assert_eq!(problems(books.record("someone", "r", vec![end()])), [Problem::CallBackFirst { until }]);
    // Whoever asked may; so may others who have spoken to them.
    books.bring("own", RequestState::Answered);
    books.record("resident", "own", vec![end()]).expect("their own");
    let content = CallBack { solved: None, ..call(Solved::Yes) };
    books.record("someone", "r", vec![RequestFact::CallBack(content)]).expect("called back");
    books.record("someone", "r", vec![end()]).expect("closed");
}

#[test]
fn a_unit_puts_down_no_call_back_on_its_own_work() {
    for (unit, may) in [("town-office", false), ("water", true)] {
        let mut books = Books::new();
        worker(&mut books, "own", unit);
        books.bring("r", RequestState::Accepted);
        let answer = moving(&books.request("r"), RequestStep::Answer);
        books.record("someone", "r", answer).expect("answered");
        let said = CallBack { way: CallWay::Phone, ..call(Solved::Partly) };
        let outcome = books.record("own", "r", vec![RequestFact::CallBack(said)]);
        match may {
            true => outcome.expect("another office"),
            false => assert_eq!(problems(outcome), [Problem::OwnerVerifies]),
        }
    }
}

#[test]
fn what_was_closed_too_soon_is_spoken_against_within_the_window() {
    let mut books = Books::new();
    books.bring("r", RequestState::Answered);
    let (rules, preset) = (rules(), rules().presets[0].clone());
    // As it was closed before there was a rule about it.
    books
        .record("resident", "r", vec![step(RequestStep::Close, RequestState::Closed, at(9, 0))])
        .expect("closed");
    let held = books.request("r");
    let judged = |days, today| held.may_be_judged(days, today);
    assert!(judged(14, TODAY) && judged(14, date(2019, 8, 28)) && !judged(14, date(2019, 8, 29)));
    let said = |solved, by| {
        let facts = called_back((&held, false), call(solved), by, &rules, &preset, "仍停水".into());
        facts.into_iter().skip(1).collect::<Vec<_>>()
    };
    for by in [Who::Resident, Who::Desk] {
        assert_eq!(said(Solved::Yes, by), []);
        let again = said(Solved::No, by);
        assert!(
            matches!(&again[..], [RequestFact::Move { step: RequestStep::AskReopen, reason, .. }] if reason == "仍停水"),
            "{again:?}"
        );
    }
    let mut facts = vec![RequestFact::CallBack(call(Solved::No))];
    facts.extend(said(Solved::No, Who::Resident));
    books.record("resident", "r", facts).expect("asked for");
    assert_eq!(books.request("r").state, RequestState::ReopenAsked);
    assert!(!books.request("r").may_be_judged(14, TODAY));
}

#[test]
fn a_review_is_asked_of_a_refusal_alone() {
    for state in RequestState::ALL {
        let mut books = Books::new();
        books.file("master");
        books.bring("r", *state);
        let held = books.request("r");
        let facts = review_asked(&held, at(9, 0), "并案的诉求人申请复核".into());
        assert_eq!(facts.is_empty(), *state != RequestState::Refused, "{state:?}");
        assert_eq!(held.was_refused(), *state == RequestState::Refused);
        if !facts.is_empty() {
            let refused = held.refusal_under_review().expect("an entry");
            books.record("resident", "r", facts).expect("asked for");
            assert_eq!(books.request("r").refusal_under_review(), Some(refused));
        }
    }
}

#[test]
fn units_that_help_speak_and_note_and_do_not_lead() {
    let mut books = Books::new();
    books.bring("r", RequestState::Assigned);
    let helps = RequestFact::SupportingUnit { unit: code("water"), active: true };
    books.record("someone", "r", vec![helps]).expect("helps");
    let grants = |unit: &str| [Grant { role: Role::Subdistrict, scope: Scope::Unit(code(unit)) }];
    let request = books.request("r");
    let may = |unit: &str, facts| authorize(&grants(unit), &recording("r", facts), &books.history).is_ok();
    let contact = || RequestFact::Contact { at: at(9, 0), way: CallWay::Phone, text: String::new() };
    let note = || RequestFact::Note { at: at(9, 0), text: "到场".into() };
    for unit in ["town-office", "water"] {
        assert!(may(unit, vec![contact()]) && may(unit, vec![note()]), "{unit}");
        let leads = unit == "town-office";
        for step in [RequestStep::Accept, RequestStep::AskReturn, RequestStep::Redispatch] {
            assert_eq!(may(unit, moving(&request, step)), leads, "{unit} {step:?}");
        }
        assert_eq!(may(unit, vec![RequestFact::Answer { at: at(9, 0), text: "好了".into() }]), leads);
        assert_eq!(may(unit, vec![asked(1, date(2019, 9, 1))]), leads);
    }
}
