//! Call-backs: "not solved" takes a request up again, and whoever asked is told and reads what concerns them.

use domain::request::call_back::{called_back, reopened, step};
use domain::request::rate::RateRow;
use domain::request::{CallBack, CallWay, ClockKind, RequestFact, RequestState, RequestStep, Solved, Who};
use jiff::civil::date;

use super::{Books, at, call, moving, rules};

#[test]
fn not_solved_takes_it_up_again_with_a_clock_of_its_own() {
    let mut books = Books::new();
    books.bring("r", RequestState::Accepted);
    let answered = moving(&books.request("r"), RequestStep::Answer);
    let contact = RequestFact::Contact { at: at(8, 30), way: CallWay::Phone, text: String::new() };
    books.record("someone", "r", vec![contact]).expect("contacted");
    books.record("someone", "r", answered.clone()).expect("answered");
    let (rules, preset) = (rules(), rules().presets[0].clone());
    let before = RateRow::of(&books.request("r")).expect("a row");
    assert!(before.in_time && !before.reached);
    let facts = called_back(
        (&books.request("r"), false),
        call(Solved::No),
        Who::Resident,
        &rules,
        &preset,
        "仍停水".into(),
    );
    books.record("resident", "r", facts).expect("not solved");
    let request = books.request("r");
    assert_eq!((request.state, request.reopened), (RequestState::Reopened, 1));
    assert_eq!(request.due(ClockKind::Resolution), Some(date(2019, 8, 17).at(23, 59, 59, 0)));
    assert_eq!(RateRow::of(&request).expect("a row").solved, Some(Solved::No));
    // The period it counts in stays what it was.
    assert_eq!(RateRow::of(&request).expect("a row").due, before.due);

    let answered: Vec<RequestFact> = answered
        .into_iter()
        .map(|fact| match fact {
            RequestFact::Answer { .. } => RequestFact::Answer { at: at(12, 0), text: "换了水泵".into() },
            RequestFact::Move { step: made, .. } => step(made, RequestState::Answered, at(12, 0)),
            fact => fact,
        })
        .collect();
    books.record("someone", "r", answered).expect("answered again");
    // A second time somebody decides.
    let later = CallBack { at: at(13, 0), ..call(Solved::No) };
    let facts =
        called_back((&books.request("r"), false), later, Who::Resident, &rules, &preset, "又停了".into());
    assert!(facts.iter().any(|fact| matches!(
        fact,
        RequestFact::Move { step: RequestStep::AskReopen, state: RequestState::ReopenAsked, .. }
    )));
    let solved = CallBack { at: at(13, 0), ..call(Solved::Yes) };
    // What was divided stays answered while one of its matters is open.
    let divided = (&books.request("r"), true);
    let kept = called_back(divided, solved.clone(), Who::Resident, &rules, &preset, String::new());
    assert_eq!(kept, [RequestFact::CallBack(solved.clone())]);
    let alone = (&books.request("r"), false);
    let facts = called_back(alone, solved, Who::Resident, &rules, &preset, String::new());
    books.record("resident", "r", facts).expect("solved");
    assert_eq!(books.request("r").state, RequestState::Closed);
    assert_eq!(RateRow::of(&books.request("r")).expect("a row").solved, Some(Solved::Yes));
    assert!(reopened(&books.request("r"), &preset, at(14, 0), "x".into()).len() == 2);
}

#[test]
fn whoever_asked_reads_their_own_words_and_not_what_was_put_down_of_them() {
    for way in CallWay::ALL {
        let said = CallBack { way: *way, text: "又停水了".into(), ..call(Solved::No) };
        let read = RequestFact::CallBack(said).for_asker();
        let own = matches!(way, CallWay::Link | CallWay::Sms);
        assert!(
            matches!(&read, Some(RequestFact::CallBack(call)) if (call.text == "又停水了") == own),
            "{way:?}: {read:?}"
        );
    }
}

#[test]
fn whoever_asked_is_told_what_concerns_them() {
    use domain::request::telling::matter;
    let mut books = Books::new();
    let told = |books: &Books, step| {
        let request = books.request("r");
        matter(Some(&request), &moving(&request, step)).map(|matter| matter.as_str())
    };
    books.file("r");
    assert_eq!(told(&books, RequestStep::Assign), Some("given"));
    assert_eq!(told(&books, RequestStep::AskResident), Some("asked"));
    assert_eq!(told(&books, RequestStep::Refuse), Some("refused"));
    assert_eq!(told(&books, RequestStep::Answer), Some("answered"));
    for step in [RequestStep::Assign, RequestStep::Accept] {
        let facts = moving(&books.request("r"), step);
        books.record("someone", "r", facts).unwrap();
    }
    // Between units, and when work begins, nobody else is troubled.
    for step in [RequestStep::Redispatch, RequestStep::AskReturn, RequestStep::Start, RequestStep::Resume] {
        assert_eq!(told(&books, step), None, "{step:?}");
    }
    let note = RequestFact::Note { at: at(9, 0), text: "内部".into() };
    assert_eq!(matter(Some(&books.request("r")), &[note]), None);
}
