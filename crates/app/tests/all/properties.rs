//! Any sequence of commands through policy, rules and store comes to what the rules alone make of it.

use crate::commands;

use std::sync::Arc;

use crate::commands::{How, Journal, TODAY, Wish, code, day, plan, wishes};
use app::read::Asked;
use app::{Actor, App, AppError, Change, FixedClock};
use domain::authorize::authorize;
use domain::history::View;
use domain::journal::{Draft, Entry, Seq};
use domain::person::PersonFact;
use domain::policy::{Grant, Role, Scope};
use domain::portfolio::Portfolio;
use domain::refusal::Refusal;
use domain::statement::Statement;
use domain::subject::{Subject, directory};
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use scratch::Scratch;
use store::Database;

/// The application on a database of its own, beside a journal kept by the rules alone.
struct Both {
    app: App,
    journal: Journal,
    runtime: tokio::runtime::Runtime,
}

impl Both {
    fn begun(scratch: &Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(TODAY).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let both = Self {
            app: App::new(database, clock),
            journal: Journal::begun(),
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
        };
        let mut reference = domain::history::History::default();
        for wish in commands::opening() {
            let entries = both.change(&Actor::Operator(code("someone")), &wish, &reference).unwrap();
            entries.iter().for_each(|entry| reference.apply(entry));
        }
        both
    }

    fn change(
        &self,
        actor: &Actor,
        wish: &Wish,
        history: &domain::history::History,
    ) -> Result<Vec<Entry>, Vec<Refusal>> {
        let context = wish.context();
        let change = Change {
            command: wish.command(history),
            effective: Some(context.effective),
            source: context.source,
            reason: context.reason,
        };
        match self.runtime.block_on(self.app.change(actor, change)) {
            Ok(receipt) => Ok(receipt.entries),
            Err(AppError::Refused(refusals)) => Err(refusals),
            Err(error) => panic!("{error}"),
        }
    }

    fn head(&self) -> (Seq, String) {
        self.app.database().read(|c| c.head_hash()).unwrap()
    }

    /// Projections, journal and what is read are those of the journal in memory.
    fn check(&self, as_of: Date) -> Result<(), TestCaseError> {
        let database = self.app.database();
        let loaded = database.read(|c| c.history(&[directory(), plan()], false)).unwrap();
        prop_assert_eq!(&loaded, &self.journal.history);
        let cached = self.runtime.block_on(self.app.history(&plan())).unwrap();
        prop_assert_eq!(&*cached, &self.journal.history);
        let stored = database.read(|c| c.entries_after(Seq(0), 10_000)).unwrap();
        prop_assert_eq!(drafts(&stored), drafts(&self.journal.entries));
        let asked = Asked { as_of: Some(as_of), known_at: None };
        let expected = Portfolio::at(&self.journal.history, &plan(), View::as_of(as_of));
        match self.runtime.block_on(self.app.statement(&plan(), asked)) {
            Ok((portfolio, statement)) => {
                prop_assert_eq!(Some(&*portfolio), expected.as_ref());
                prop_assert_eq!(&*statement, &Statement::of(&portfolio, &[]));
            }
            Err(AppError::NotFound) => prop_assert!(expected.is_none()),
            Err(error) => panic!("{error}"),
        }
        let report = database.read(|c| c.verify(|_| ())).unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.faults);
        let rebuilt = database.rebuild(|_| ()).unwrap();
        prop_assert_eq!(rebuilt.before, rebuilt.after);
        Ok(())
    }
}

fn drafts(entries: &[Entry]) -> Vec<Draft> {
    entries.iter().map(|entry| entry.draft.clone()).collect()
}

fn cases(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

fn the_store_keeps_what_the_rules_decide(how_many: u32, scratch: impl Fn() -> Scratch) {
    cases(how_many)
        .run(&(wishes(25), day()), |(wishes, as_of)| {
            let scratch = scratch();
            let mut both = Both::begun(&scratch);
            for (wish, n) in wishes.iter().zip(0..) {
                let before = both.head();
                let outcome = both.change(&Actor::Operator(code("someone")), wish, &both.journal.history);
                let expected = both.journal.give(wish);
                match (&outcome, &expected) {
                    (Ok(written), Ok(decided)) => prop_assert_eq!(drafts(written), drafts(decided)),
                    (Err(found), Err(refusals)) => {
                        prop_assert_eq!(found, refusals);
                        prop_assert_eq!(both.head(), before, "a refused command leaves the head untouched");
                    }
                    _ => prop_assert!(false, "{outcome:?} in the store, {expected:?} by the rules"),
                }
                // Looking at it now and then makes the caches catch up from different places.
                if n % 7 == 3 {
                    both.check(as_of)?;
                }
            }
            both.check(as_of)
        })
        .unwrap();
}

#[test]
fn the_store_keeps_what_the_rules_decide_on_sqlite() {
    the_store_keeps_what_the_rules_decide(40, Scratch::sqlite);
}

#[test]
fn the_store_keeps_what_the_rules_decide_on_postgres() {
    if Scratch::postgres().is_some() {
        the_store_keeps_what_the_rules_decide(12, || Scratch::postgres().unwrap());
    }
}

#[test]
fn nothing_that_the_policy_refuses_is_written() {
    let scopes = vec!["everything", "plan:p", "unit:bureau", "unit:office", "area:district"];
    // One in three may do everything in the plan, so that much is written as well as refused.
    let grants = prop_oneof![
        2 => prop::collection::vec((prop::sample::select(&Role::ALL), prop::sample::select(scopes)), 0..3),
        1 => Just(vec![(Role::MunicipalTaskForce, "everything")]),
    ];
    let (refused, written) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    cases(40)
        .run(&(grants, wishes(15)), |(grants, wishes)| {
            let scratch = Scratch::sqlite();
            let mut both = Both::begun(&scratch);
            let grants: Vec<Grant> = grants
                .into_iter()
                .map(|(role, scope)| Grant { role, scope: Scope::parse(scope).unwrap() })
                .collect();
            let mut facts = vec![PersonFact::Name { name: "张三".into() }.into()];
            let mut held: Vec<Grant> = grants;
            held.sort();
            held.dedup();
            facts.extend(held.iter().map(|grant| {
                PersonFact::Role { role: grant.role, scope: grant.scope.clone(), held: true }.into()
            }));
            let person = Wish {
                subject: Subject::person(&code("zhang")),
                facts,
                how: How::Register,
                ..commands::opening().swap_remove(0)
            };
            let operator = Actor::Operator(code("someone"));
            both.change(&operator, &person, &both.journal.history).unwrap();
            both.journal.give(&person).unwrap();
            let zhang = both.runtime.block_on(both.app.actor(&code("zhang"))).unwrap().unwrap();
            for wish in &wishes {
                let before = both.head();
                let command = wish.command(&both.journal.history);
                let allowed = authorize(&held, &command, &both.journal.history);
                let outcome = both.change(&zhang, wish, &both.journal.history);
                match allowed {
                    Err(refusal) => {
                        prop_assert_eq!(outcome, Err(vec![refusal]));
                        prop_assert_eq!(both.head(), before);
                        refused.set(refused.get() + 1);
                        // Someone else does it, so that the books fill up.
                        let done = both.change(&operator, wish, &both.journal.history);
                        prop_assert_eq!(done.is_ok(), both.journal.give(wish).is_ok());
                    }
                    Ok(()) => {
                        prop_assert_eq!(outcome.is_ok(), both.journal.give(wish).is_ok());
                        for entry in outcome.iter().flatten() {
                            prop_assert_eq!(&entry.draft.actor, &code("zhang"));
                            written.set(written.get() + 1);
                        }
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    let (refused, written) = (refused.get(), written.get());
    assert!(refused > 50 && written > 10, "{refused} refused, {written} written: too few to show anything");
}
