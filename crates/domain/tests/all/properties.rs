//! What holds for any sequence of commands, held against a plain reading of the journal.

use crate::commands;

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::{Journal, Wish, code, day, plan, project, subjects, wishes};
use domain::authorize::authorize;
use domain::command::Command::Record;
use domain::command::decide;
use domain::fact::Fact;
use domain::figure::Standing;
use domain::history::{History, SubjectHistory, View};
use domain::journal::{Entry, Event, Seq};
use domain::milestone::Aspect;
use domain::output::{Basis, Stage};
use domain::planned_date::PlannedDate;
use domain::policy::{Grant, Role, Scope};
use domain::portfolio::Portfolio;
use domain::project::{Membership, Project, ProjectFact};
use domain::statement::{Fault, Statement};
use domain::subject::Subject;
use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// The facts that count at a point of view, found by going through the journal from its beginning:
/// slot, effective day, entry.
fn by_hand(entries: &[Entry], subject: &Subject, view: View) -> Vec<(String, Date, Seq, Fact)> {
    let mut counting: Vec<(String, Date, Seq, Fact)> = Vec::new();
    for entry in entries {
        if entry.seq > view.known || entry.draft.subject != *subject {
            continue;
        }
        if let Event::Corrected { entry: wrong, .. } = entry.draft.event {
            counting.retain(|(.., seq, _)| *seq != wrong);
        }
        for fact in entry.draft.event.facts() {
            counting.push((fact.slot(), entry.draft.effective, entry.seq, fact.clone()));
        }
    }
    counting.retain(|(_, effective, ..)| *effective <= view.as_of);
    counting.sort_by(|a, b| (&a.0, a.1, a.2).cmp(&(&b.0, b.1, b.2)));
    counting
}

fn visible(history: Option<&SubjectHistory>, view: View) -> Vec<(String, Date, Seq, Fact)> {
    history.map_or(Vec::new(), |history| {
        history
            .facts()
            .iter()
            .filter(|fact| fact.is_visible(view))
            .map(|fact| (fact.slot.to_string(), fact.effective, fact.seq, fact.fact.clone()))
            .collect()
    })
}

/// Promised and actual date, by part and step.
type Dates = BTreeMap<(Option<String>, String), (Option<PlannedDate>, Option<PlannedDate>)>;

/// A project's headlines, put together from the facts that count without the domain's help.
#[derive(Debug, PartialEq)]
struct Headlines {
    sector: Option<String>,
    lead_unit: Option<String>,
    member: bool,
    suspended: bool,
    /// Forecast and actual date by part and step.
    dates: Dates,
    outputs: BTreeMap<Stage, Decimal>,
    progress: Vec<(Date, Decimal)>,
}

fn headlines_by_hand(facts: &[(String, Date, Seq, Fact)]) -> Option<Headlines> {
    if facts.is_empty() {
        return None;
    }
    let last = |slot: &str| facts.iter().rfind(|(held, ..)| held == slot).map(|(.., fact)| fact);
    let mut dates = BTreeMap::new();
    let mut outputs = BTreeMap::new();
    let mut progress = Vec::new();
    for (slot, effective, _, fact) in facts {
        match fact {
            Fact::Project(ProjectFact::Milestone { aspect, part, step, .. }) => {
                let key = (part.as_ref().map(ToString::to_string), step.to_string());
                let held: &mut (Option<PlannedDate>, Option<PlannedDate>) = dates.entry(key).or_default();
                let Some(Fact::Project(ProjectFact::Milestone { date, .. })) = last(slot) else {
                    unreachable!()
                };
                match aspect {
                    Aspect::Forecast => held.0 = *date,
                    Aspect::Actual => held.1 = *date,
                    Aspect::Promised | Aspect::Planned => {}
                }
            }
            Fact::Project(ProjectFact::Output { stage, basis: Basis::Net, .. }) => {
                let Some(Fact::Project(ProjectFact::Output { quantity, .. })) = last(slot) else {
                    unreachable!()
                };
                outputs.insert(*stage, *quantity);
            }
            Fact::Project(ProjectFact::Progress { percent, .. }) => progress.push((*effective, *percent)),
            _ => {}
        }
    }
    Some(Headlines {
        sector: last("sector").map(|fact| match fact {
            Fact::Project(ProjectFact::Sector { sector }) => sector.to_string(),
            _ => unreachable!(),
        }),
        lead_unit: last("lead_unit").map(|fact| match fact {
            Fact::Project(ProjectFact::LeadUnit { unit }) => unit.to_string(),
            _ => unreachable!(),
        }),
        member: matches!(
            last("membership"),
            Some(Fact::Project(ProjectFact::Membership { state: Membership::Member, .. }))
        ),
        suspended: matches!(
            last("suspended"),
            Some(Fact::Project(ProjectFact::Suspended { suspended: true, .. }))
        ),
        dates,
        outputs,
        progress,
    })
}

fn headlines(project: &Project) -> Headlines {
    Headlines {
        sector: project.sector.as_ref().map(ToString::to_string),
        lead_unit: project.lead_unit.as_ref().map(ToString::to_string),
        member: project.is_member(),
        suspended: project.suspended.is_some(),
        dates: project
            .tracks
            .iter()
            .map(|((part, step), track)| {
                ((part.as_ref().map(ToString::to_string), step.to_string()), (track.forecast, track.actual))
            })
            .collect(),
        outputs: project
            .outputs
            .iter()
            .filter(|line| line.basis == Basis::Net)
            .map(|line| (line.stage, line.quantity))
            .collect(),
        progress: project.progress.values().flatten().copied().collect(),
    }
}

/// A plan at a point of view, without the versions, which always are the newest.
fn seen(history: &History, view: View) -> Option<Portfolio> {
    let mut portfolio = Portfolio::at(history, &plan(), view)?;
    portfolio.plan.version = Seq(0);
    portfolio.projects.iter_mut().for_each(|project| project.version = Seq(0));
    Some(portfolio)
}

fn play(wishes: &[Wish]) -> Journal {
    let mut journal = Journal::begun();
    for wish in wishes {
        drop(journal.give(wish));
    }
    journal
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_view_is_what_a_plain_reading_of_the_journal_gives(
        wishes in wishes(30), as_of in day(), back in 0u64..30,
    ) {
        let journal = play(&wishes);
        let known = Seq(journal.history.head().0.saturating_sub(back));
        for view in [View { as_of, known }, View::as_of(as_of), View { as_of: Date::MAX, known }, View::ALL] {
            for subject in subjects() {
                let expected = by_hand(&journal.entries, &subject, view);
                let history = journal.history.get(&subject).map(|held| &**held);
                prop_assert_eq!(visible(history, view), expected.clone(), "{} at {:?}", &subject, view);
                prop_assert_eq!(history.is_some_and(|held| held.exists(view)), !expected.is_empty());
            }
            for at in 0..3 {
                let expected = headlines_by_hand(&by_hand(&journal.entries, &project(at), view));
                let found = journal.history.get(&project(at)).and_then(|held| Project::at(held, view));
                prop_assert_eq!(found.as_ref().map(headlines), expected);
            }
        }
    }

    #[test]
    fn the_end_of_time_is_the_current_state(wishes in wishes(30)) {
        let journal = play(&wishes);
        let end = View { as_of: commands::TODAY, known: journal.history.head() };
        // Nothing in these journals holds only from after the last day: as-of at the end is all there is.
        let last = journal.entries.iter().map(|entry| entry.draft.effective).max().unwrap();
        let mut current = seen(&journal.history, View::ALL);
        for view in [end, View { as_of: last, known: Seq::LATEST }] {
            current.iter_mut().for_each(|portfolio| portfolio.view = view);
            prop_assert_eq!(&seen(&journal.history, view), &current);
        }
    }

    #[test]
    fn a_later_entry_never_changes_the_past_as_it_was_known(
        wishes in wishes(20), more in prop::collection::vec(commands::wish(), 1..12), as_of in day(),
    ) {
        let mut journal = play(&wishes);
        let known = journal.history.head();
        let views: Vec<View> = (known.0.saturating_sub(6)..=known.0)
            .flat_map(|seq| [View { as_of, known: Seq(seq) }, View { as_of: Date::MAX, known: Seq(seq) }])
            .collect();
        let before: Vec<_> = views.iter().map(|view| seen(&journal.history, *view)).collect();
        let statements: Vec<_> = before.iter().flatten().map(|portfolio| Statement::of(portfolio, &[])).collect();
        for wish in &more {
            // As often as not, make it a correction of what was known.
            let mut wish = wish.clone();
            if let commands::How::RecordSeen(back) = wish.how {
                wish.how = commands::How::Correct(back);
                wish.reason = "更正".into();
            }
            drop(journal.give(&wish));
        }
        let after: Vec<_> = views.iter().map(|view| seen(&journal.history, *view)).collect();
        prop_assert_eq!(&after, &before);
        let again: Vec<_> = after.iter().flatten().map(|portfolio| Statement::of(portfolio, &[])).collect();
        prop_assert_eq!(again, statements);
    }

    #[test]
    fn replaying_the_journal_gives_the_same_history(wishes in wishes(30)) {
        let journal = play(&wishes);
        let mut replayed = History::default();
        journal.entries.iter().for_each(|entry| replayed.apply(entry));
        prop_assert_eq!(&replayed, &journal.history);
        // And so does putting each subject together from its facts in any order.
        for held in journal.history.iter() {
            let mut facts = held.facts().to_vec();
            facts.reverse();
            let put = SubjectHistory::from_facts(held.subject.clone(), facts).unwrap();
            prop_assert_eq!(&put, &**held);
        }
    }

    #[test]
    fn what_is_refused_changes_nothing_and_what_holds_is_not_written_twice(wishes in wishes(30)) {
        let mut journal = Journal::begun();
        for wish in &wishes {
            let before = journal.history.clone();
            let outcome = journal.give(wish);
            match outcome {
                Err(refusals) => {
                    prop_assert!(!refusals.is_empty());
                    prop_assert_eq!(&journal.history, &before);
                }
                Ok(entries) => {
                    prop_assert_eq!(journal.history.head().0, before.head().0 + entries.len() as u64);
                    // Putting the very same again writes nothing, unless it says something of the past
                    // that something else has followed meanwhile.
                    let again = Wish { how: commands::How::Put, ..wish.clone() };
                    let command = again.command(&journal.history);
                    let was_put = matches!(wish.how, commands::How::Put) && !wish.facts.is_empty();
                    if was_put && !entries.is_empty() {
                        let drafts = decide(&command, &again.context(), &journal.history);
                        prop_assert_eq!(drafts, Ok(vec![]));
                    }
                }
            }
        }
    }

    #[test]
    fn a_statement_closes_or_names_the_rows_at_fault(wishes in wishes(30), as_of in day()) {
        let journal = play(&wishes);
        let Some(portfolio) = Portfolio::at(&journal.history, &plan(), View::as_of(as_of)) else {
            return Ok(());
        };
        if portfolio.plan.figures.is_empty() {
            // The plan's own registration was withdrawn.
            return Ok(());
        }
        let statement = Statement::of(&portfolio, &[]);
        let value = |id: &str| {
            let figure = statement.figures.iter().find(|figure| figure.id == code(id)).unwrap();
            // The value is its rows.
            if id != "places" {
                assert_eq!(figure.value, Some(Decimal::from(figure.rows.len())), "{id}");
            }
            figure.value.unwrap()
        };
        let total = value("total");
        prop_assert_eq!(total, Decimal::from(portfolio.members().count()));
        if statement.closes() {
            prop_assert_eq!(total, value("started") + value("to_start") + value("later"));
            prop_assert_eq!(total, value("education") + value("health"));
            prop_assert!(value("completed") <= value("started"));
            if let Some(declared) = portfolio.plan.revision().and_then(|revision| revision.declared) {
                prop_assert_eq!(total, Decimal::from(declared));
            }
        } else {
            let horizon = as_of.last_of_year();
            let missing: BTreeSet<&str> = portfolio
                .members()
                .filter(|p| {
                    ![Standing::Started, Standing::ToStart, Standing::Later]
                        .iter()
                        .any(|standing| standing.holds(p, horizon))
                })
                .map(|p| p.code.as_str())
                .collect();
            let named: BTreeSet<&str> = statement
                .faults
                .iter()
                .filter(|fault| matches!(fault, Fault::NoStartDate { .. }))
                .flat_map(|fault| fault.projects().iter().map(|code| code.as_str()))
                .collect();
            prop_assert_eq!(named, missing);
            for fault in &statement.faults {
                match fault {
                    Fault::Declared { declared, counted } => prop_assert_ne!(*declared as usize, *counted),
                    fault => prop_assert!(!fault.projects().is_empty(), "{:?} names nobody", fault),
                }
            }
        }
    }

    #[test]
    fn who_may_correct_an_entry_may_also_record_what_stood_in_it(
        wishes in wishes(12), at in 0usize..3, back in 0u64..12, role in prop::sample::select(&Role::ALL),
        scope in prop::sample::select(vec!["everything", "plan:p", "plan:q", "unit:bureau", "area:district"]),
    ) {
        let mut journal = play(&wishes);
        // The project is the bureau's, in town.
        let of_bureau = Wish {
            facts: vec![
                ProjectFact::LeadUnit { unit: code("bureau") }.into(),
                ProjectFact::Place { areas: vec![code("town")], address: String::new() }.into(),
            ],
            subject: project(at),
            how: commands::How::Put,
            ..commands::opening().swap_remove(0)
        };
        drop(journal.give(&of_bureau));
        let grants = [Grant { role, scope: Scope::parse(scope).unwrap() }];
        let correction = Wish { how: commands::How::Correct(back), facts: vec![], ..of_bureau };
        let command = correction.command(&journal.history);
        let domain::command::Command::Correct { subject, entry, .. } = &command else { return Ok(()) };
        let Some(held) = journal.history.get(subject) else { return Ok(()) };
        let facts: Vec<Fact> =
            held.facts().iter().filter(|fact| fact.seq == *entry).map(|fact| fact.fact.clone()).collect();
        if authorize(&grants, &command, &journal.history).is_ok() {
            let record = Record { subject: subject.clone(), facts, expected: None };
            prop_assert_eq!(authorize(&grants, &record, &journal.history), Ok(()));
        }
    }
}
