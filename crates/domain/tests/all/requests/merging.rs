//! Requests that go with another one: they hear its every step, and move it.

use domain::refusal::Problem;
use domain::request::merging::{follows, merged_into, not_solved};
use domain::request::workflow::MOVES;
use domain::request::{RequestFact, RequestState, RequestStep, Solved, Who};

use super::{Books, at, call, code, moving, rules};

#[test]
fn merging_makes_no_chains() {
    let mut books = Books::new();
    books.file("master");
    books.file("other");
    books.bring("r", RequestState::Merged);
    let mut onto_merged = moving(&books.request("other"), RequestStep::Merge);
    if let RequestFact::Move { master, .. } = &mut onto_merged[0] {
        *master = Some(code("r"));
    }
    let refusals = books.record("someone", "other", onto_merged).unwrap_err();
    assert!(refusals.iter().any(|it| it.problem == Problem::MergedItself(code("r"))), "{refusals:?}");
    let apart = moving(&books.request("r"), RequestStep::Unmerge);
    books.record("someone", "r", apart).expect("on its own again");
    assert_eq!(books.request("r").state, RequestState::Received);
    assert_eq!(books.request("r").master, None);
}

/// A request that goes with one in a state, both brought there by the table.
fn with_one_in(state: RequestState) -> Books {
    let mut books = Books::new();
    books.bring("master", state);
    books.file("r");
    let merged = merged_into(&books.request("r"), &books.request("master"), &rules().presets[0], at(9, 0));
    books.record("someone", "r", merged).expect("merged");
    books
}

#[test]
fn every_move_of_a_master_reaches_those_who_go_with_it() {
    let preset = &rules().presets[0];
    let left = [RequestState::Merged, RequestState::Refused, RequestState::Withdrawn];
    for held in MOVES.iter().filter(|held| !left.contains(&held.from) && held.step != RequestStep::Merge) {
        let mut books = with_one_in(held.from);
        let facts = moving(&books.request("master"), held.step);
        books.record("someone", "master", facts.clone()).expect("moved");
        let said = follows(&books.request("r"), &facts, preset);
        books.record("routing", "r", said).unwrap_or_else(|refused| panic!("{held:?}: {refused:?}"));
        let (master, merged) = (books.request("master"), books.request("r"));
        if held.step == RequestStep::Withdraw {
            let apart = (merged.state, merged.lead_unit, merged.master);
            assert_eq!(apart, (RequestState::Received, None, None), "{held:?}");
            continue;
        }
        let told = merged.goes_on_as().unwrap_or_else(|| panic!("{held:?} told nobody"));
        assert_eq!((merged.state, told.step, told.state), (RequestState::Merged, held.step, master.state));
        // It is with whoever has the matter, and whatever has been given to somebody has limits.
        assert_eq!(merged.lead_unit, master.lead_unit, "{held:?}");
        assert_eq!(merged.first_resolution.is_some(), master.first_resolution.is_some(), "{held:?}");
        // What is answered is answered for all.
        let answered = held.step == RequestStep::Answer;
        assert_eq!(
            merged.answer().is_some() && merged.may_be_judged(14, super::TODAY),
            answered || stands(held.from)
        );
    }
}

/// Whether what was answered stands, so that whoever joins is answered at once.
fn stands(state: RequestState) -> bool {
    matches!(state, RequestState::Answered | RequestState::ReopenAsked | RequestState::Closed)
}

#[test]
fn nothing_goes_with_what_was_not_taken_up() {
    for state in [RequestState::Refused, RequestState::Withdrawn] {
        let mut books = Books::new();
        books.bring("master", state);
        books.file("r");
        let merged = moving(&books.request("r"), RequestStep::Merge);
        let refusals = books.record("someone", "r", merged).unwrap_err();
        assert!(refusals.iter().any(|it| it.problem == Problem::NotWhileRequest { state }), "{refusals:?}");
    }
}

#[test]
fn not_solved_moves_a_master_once_for_an_answer_in_every_state() {
    let (rules, preset) = (rules(), rules().presets[0].clone());
    for state in RequestState::ALL {
        for (solved, by) in
            [(Solved::No, Who::Resident), (Solved::No, Who::Desk), (Solved::Partly, Who::Resident)]
        {
            let mut books = Books::new();
            books.file("master");
            books.bring("r", *state);
            let said = |books: &Books| {
                let reason = "仍停水".to_owned();
                not_solved(&books.request("r"), &call(solved), by, &rules, &preset, reason)
            };
            let moves = said(&books);
            let may = matches!(state, RequestState::Answered | RequestState::Closed);
            assert_eq!(moves.is_empty(), !may || solved != Solved::No, "{state:?} {solved:?} {by:?}");
            if moves.is_empty() {
                continue;
            }
            books.record("resident", "r", moves).expect("moved");
            assert_eq!(said(&books), [], "{state:?}: only once for an answer");
        }
    }
}

#[test]
fn what_was_done_with_the_other_one_is_read_as_it_was_written() {
    let text = r#"{"followed":{"step":"ask_resident","state":"waiting_for_resident","at":"2019-08-14T09:00:00","reason":"哪一盏灯？"}}"#;
    let fact: RequestFact = serde_json::from_str(text).expect("a fact");
    assert!(matches!(&fact, RequestFact::Followed(held) if held.reason == "哪一盏灯？"));
    assert_eq!(serde_json::to_string(&fact).expect("a text"), text);
}
