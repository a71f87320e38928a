//! What is new of a request for those who work on it: only what still holds, and only to those whose it is.

use domain::request::workflow::MOVES;
use domain::request::{CallWay, RequestFact, RequestState, RequestStep, Urgency};
use domain::telling::{Audience, Gathered, RequestMatter, of_request};
use proptest::prelude::*;

use super::{Books, at, code, moving};

fn told(books: &Books, facts: &[RequestFact]) -> Vec<(RequestMatter, Audience)> {
    let by = code("someone");
    let facts: Vec<_> = facts.iter().map(|fact| (&by, fact)).collect();
    of_request(&books.request("r"), &facts)
}

#[test]
fn every_move_is_told_to_whoever_has_to_do_something_by_it() {
    use RequestMatter as M;
    for held in MOVES {
        let mut books = Books::new();
        books.file("master");
        books.bring("r", held.from);
        let facts = moving(&books.request("r"), held.step);
        books.record("someone", "r", facts.clone()).expect("moved");
        let request = books.request("r");
        let lead = || request.lead_unit.clone().map(Audience::Unit);
        let to_lead = |matter| lead().map(|lead| (matter, lead));
        let expected = match held.step {
            RequestStep::Assign | RequestStep::Redispatch | RequestStep::Force => to_lead(M::Given),
            RequestStep::RejectReturn => to_lead(M::Kept),
            RequestStep::Reopen => to_lead(M::TakenUpAgain).or(Some((M::ToGive, Audience::Desk))),
            RequestStep::Withdraw => to_lead(M::Withdrawn),
            RequestStep::AskReturn => Some((M::ReturnAsked, Audience::Desk)),
            RequestStep::AskReopen => Some((M::ReopenAsked, Audience::Desk)),
            RequestStep::Unmerge => Some((M::ToGive, Audience::Desk)),
            _ => None,
        };
        assert_eq!(told(&books, &facts), Vec::from_iter(expected), "{held:?}");
        // What was dealt with before anybody was told is no news.
        let next = MOVES.iter().find(|next| next.from == request.state && next.step == RequestStep::Accept);
        if let Some(next) = next {
            let then = moving(&request, next.step);
            books.record("someone", "r", then).expect("accepted");
            assert_eq!(told(&books, &facts), [], "{held:?}");
        }
    }
}

#[test]
fn what_is_added_is_told_where_somebody_works_on_it() {
    for state in RequestState::ALL {
        let mut books = Books::new();
        books.file("master");
        books.bring("r", *state);
        let word = RequestFact::Word { at: at(10, 0), text: "还在漏".into() };
        books.record("resident", "r", vec![word.clone()]).expect("a word");
        let request = books.request("r");
        let works = request.state.is_open() || *state == RequestState::Answered;
        let to = request.lead_unit.clone().map_or(Audience::Desk, Audience::Unit);
        let expected = works.then_some((RequestMatter::Added, to));
        assert_eq!(told(&books, &[word]), Vec::from_iter(expected), "{state:?}");
        // What those who work on it say to each other is told to nobody.
        let contact = RequestFact::Contact { at: at(10, 0), way: CallWay::Phone, text: String::new() };
        let note = RequestFact::Note { at: at(10, 0), text: "内部".into() };
        assert_eq!(told(&books, &[contact, note]), [], "{state:?}");
    }
}

#[test]
fn only_work_that_is_due_within_hours_presses() {
    let mut books = Books::new();
    books.bring("r", RequestState::Assigned);
    let pressing = |books: &Books| {
        let request = books.request("r");
        RequestMatter::ALL.iter().filter(|matter| matter.presses(&request)).count()
    };
    assert_eq!(pressing(&books), 0);
    books.record("someone", "r", vec![RequestFact::Urgency { urgency: Urgency::Immediate }]).expect("urgent");
    assert_eq!(pressing(&books), 5);
    assert!(!RequestMatter::Added.presses(&books.request("r")));
}

/// It was not told with the rest yet, and those who are told at once hear only of what presses.
#[test]
fn what_comes_to_press_is_told_to_whoever_has_to_do_something() {
    use RequestMatter as M;
    for (state, told_to) in [
        (RequestState::Received, (M::ToGive, Audience::Desk)),
        (RequestState::Assigned, (M::MadeUrgent, Audience::Unit(code("town-office")))),
    ] {
        let mut books = Books::new();
        books.bring("r", state);
        let urgent = RequestFact::Urgency { urgency: Urgency::Immediate };
        books.record("someone", "r", vec![urgent.clone()]).expect("urgent");
        assert_eq!(told(&books, &[urgent]), [told_to], "{state:?}");
        let ordinary = RequestFact::Urgency { urgency: Urgency::Ordinary };
        books.record("someone", "r", vec![ordinary.clone()]).expect("ordinary");
        assert_eq!(told(&books, &[ordinary]), [], "{state:?}");
    }
}

proptest! {
    /// However it comes in, each request counts once, and one alone is told with the weightiest of what is new of it.
    #[test]
    fn what_is_gathered_counts_each_request_once(
        all in proptest::collection::vec((0..RequestMatter::ALL.len(), 0u8..6), 1..40),
    ) {
        let mut gathered = Gathered::default();
        for (matter, request) in &all {
            gathered.add(RequestMatter::ALL[*matter], &code(&format!("r-{request}")));
        }
        let mut requests: Vec<u8> = all.iter().map(|(_, request)| *request).collect();
        requests.sort_unstable();
        requests.dedup();
        prop_assert_eq!(gathered.count(), requests.len());
        prop_assert!(gathered.work() <= gathered.count());
        let least = all.iter().map(|(matter, _)| RequestMatter::ALL[*matter]).min();
        let one = gathered.one().map(|(matter, _)| matter);
        prop_assert_eq!(one, least.filter(|_| requests.len() == 1));
    }
}
