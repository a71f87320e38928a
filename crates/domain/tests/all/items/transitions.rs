//! Every state × every step × every role.

use domain::authorize::authorize;
use domain::command::Command;
use domain::item::kind::ItemKind;
use domain::item::workflow::{self, MOVES};
use domain::item::{State, Step};
use domain::policy::{Grant, Reach, Role, Scope, reach};
use domain::refusal::Problem;
use domain::subject::Subject;

use super::books::{DAY, code, in_state, paths, step};

#[test]
fn every_move_of_the_table_can_come_about() {
    for held in MOVES {
        for kind in held.kinds {
            let states = paths(*kind);
            assert!(states.contains_key(&held.from), "{kind:?} is never {:?}", held.from);
        }
    }
    for kind in ItemKind::ALL {
        for state in State::ALL {
            assert_eq!(kind.has_state(*state), paths(*kind).contains_key(state), "{kind:?} {state:?}");
        }
    }
}

#[test]
fn one_step_leads_to_one_state() {
    for (at, a) in MOVES.iter().enumerate() {
        for b in &MOVES[..at] {
            let both = a.kinds.iter().any(|kind| b.kinds.contains(kind));
            assert!(!(both && a.from == b.from && a.step == b.step), "{a:?} {b:?}");
        }
    }
}

/// What is in the table is accepted where all its conditions are met; everything else is refused and
/// writes nothing.
#[test]
fn every_state_and_every_step() {
    let (mut accepted, mut refused) = (0, 0);
    for kind in ItemKind::ALL {
        for (state, (first, path)) in paths(*kind) {
            for wanted in Step::ALL {
                let mut books = in_state(*kind, first, &path);
                assert_eq!(books.item("x").state, state);
                let allowed = workflow::find(*kind, state, *wanted);
                let to = allowed.map_or(state, |held| held.to);
                let before = books.history.clone();
                let command = Command::Record {
                    subject: Subject::item(&code("p"), &code("x")),
                    facts: vec![step(*wanted, to).into()],
                    expected: None,
                };
                let outcome = books.give_because("inspector", DAY, "有理由", &command);
                // An issued report is frozen before it is asked where it may go.
                match (allowed, outcome) {
                    (Some(held), Ok(())) => {
                        assert_eq!(books.item("x").state, held.to);
                        accepted += 1;
                    }
                    (None, Err(problems)) => {
                        let told = problems.iter().any(|problem| {
                            matches!(problem, Problem::IllegalMove { from, step }
                                if *from == state && step == wanted)
                                || *problem == Problem::Frozen
                        });
                        assert!(told, "{kind:?} {state:?} {wanted:?}: {problems:?}");
                        assert_eq!(books.history, before);
                        refused += 1;
                    }
                    (held, outcome) => panic!("{kind:?} {state:?} {wanted:?}: {held:?} {outcome:?}"),
                }
            }
        }
    }
    assert!(accepted >= MOVES.len() && refused > 1_000, "{accepted} accepted, {refused} refused");
}

/// A move goes to the state the table says, whatever the one who makes it would like.
#[test]
fn no_step_leads_anywhere_else() {
    for held in MOVES {
        for kind in held.kinds {
            let (first, path) = paths(*kind)[&held.from].clone();
            for other in State::ALL.iter().filter(|state| **state != held.to) {
                let mut books = in_state(*kind, first, &path);
                let outcome = books.record("inspector", DAY, "x", vec![step(held.step, *other)]);
                assert!(outcome.is_err(), "{kind:?} {held:?} to {other:?}");
            }
        }
    }
}

#[test]
fn every_move_and_every_role() {
    let scopes = [
        // Scope, whether it covers an item led by the bureau, supported by the helper, called by the
        // town office; and whether it covers what the caller does.
        (Scope::Everything, true, true),
        (Scope::Plan(code("p")), true, true),
        (Scope::Plan(code("q")), false, false),
        (Scope::Unit(code("bureau")), true, false),
        (Scope::Unit(code("helper")), true, false),
        (Scope::Unit(code("town-office")), false, true),
        (Scope::Unit(code("supervision")), false, false),
        (Scope::Area(code("town")), false, false),
    ];
    for held in MOVES {
        for kind in held.kinds {
            let (first, path) = paths(*kind)[&held.from].clone();
            let books = in_state(*kind, first, &path);
            let command = Command::Record {
                subject: Subject::item(&code("p"), &code("x")),
                facts: vec![step(held.step, held.to).into()],
                expected: None,
            };
            for role in Role::ALL {
                for (scope, as_party, as_caller) in &scopes {
                    let grants = [Grant { role, scope: scope.clone() }];
                    let covered =
                        if held.needs == domain::policy::Action::CallUnits { *as_caller } else { *as_party };
                    let expected = reach(role, held.needs) != Reach::No && covered;
                    let allowed = authorize(&grants, &command, &books.history).is_ok();
                    assert_eq!(allowed, expected, "{role:?} {scope} {kind:?} {held:?}");
                }
            }
        }
    }
}
