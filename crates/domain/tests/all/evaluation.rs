//! Evaluation: which months are compared, how promises are kept, and what may be settled of it.

use crate::commands::{How, Journal, Wish, code, plan, project};
use domain::authorize::authorize;
use domain::command::Command;
use domain::evaluation::{
    EvaluationChoice, EvaluationFault, EvaluationWindow, Kept, KeptCounts, NoWindow, delivered, kept,
    kept_steps,
};
use domain::fact::Fact;
use domain::history::View;
use domain::milestone::Aspect;
use domain::named::Named;
use domain::policy::{Grant, Role, Scope};
use domain::project::{Membership, Project, ProjectFact};
use domain::refusal::{Problem, Reference, Refusal};
use domain::source::Grade;
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn give(journal: &mut Journal, facts: Vec<ProjectFact>, reason: &str) -> Result<(), Vec<Refusal>> {
    let facts: Vec<Fact> = facts.into_iter().map(Fact::from).collect();
    let (effective, reason) = (date(2018, 2, 1), reason.to_owned());
    let wish = Wish { subject: project(0), facts, how: How::Put, effective, reason, grade: Grade::Reported };
    journal.give(&wish).map(|_| ())
}

fn milestone(aspect: Aspect, step: &str, on: &str) -> ProjectFact {
    ProjectFact::Milestone {
        aspect,
        part: None,
        step: code(step),
        date: Some(on.parse().unwrap()),
        cause: None,
    }
}

/// A project that was begun and came into use, with more facts of it.
fn built(start: &str, in_use: &str, more: Vec<ProjectFact>) -> (Journal, Project) {
    let mut journal = Journal::begun();
    let step = |name: &str, order| ProjectFact::Step {
        step: code(name),
        order,
        name: Named::new(name, ""),
        gate: None,
    };
    let facts = vec![
        ProjectFact::Name(Named::new("项目", "")),
        ProjectFact::Sector { sector: code("education") },
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None },
        step("start", 1),
        step("completion", 2),
        step("in_use", 3),
    ];
    give(&mut journal, facts, "").unwrap();
    let mut dates = more;
    for (name, on) in [("start", start), ("in_use", in_use)] {
        if !on.is_empty() {
            dates.push(milestone(Aspect::Actual, name, on));
        }
    }
    if !dates.is_empty() {
        give(&mut journal, dates, "").unwrap();
    }
    let held = Project::at(journal.history.get(&project(0)).unwrap(), View::ALL).unwrap();
    (journal, held)
}

fn window(
    held: &Project,
    choice: &EvaluationChoice,
    register: Date,
    as_of: Date,
) -> Result<EvaluationWindow, NoWindow> {
    EvaluationWindow::of(held, choice, Some(register), as_of)
}

#[test]
fn two_years_before_the_works_are_set_against_the_year_since() {
    let (_, held) = built("2020-03-15", "2020-09-02", Vec::new());
    let usual = EvaluationChoice::default();
    let found = window(&held, &usual, date(2015, 1, 1), date(2022, 6, 15)).unwrap();
    // The month in which it came into use belongs to neither side.
    let expected = [date(2018, 3, 1), date(2020, 3, 1), date(2020, 10, 1), date(2021, 9, 1)];
    assert_eq!([found.first, found.works, found.start, found.last], expected);
    assert_eq!((found.works_at(), found.start_at(), found.count()), (24, 31, 43));
    assert_eq!(found.months().last(), Some(date(2021, 9, 1)));
    assert_eq!(found.place(date(2021, 9, 30)), Some(42));
    assert_eq!((found.place(date(2021, 10, 1)), found.place(date(2018, 2, 28))), (None, None));
    // The register began later: what lies before is nothing, not none.
    let short = window(&held, &usual, date(2019, 5, 7), date(2022, 6, 15)).unwrap();
    assert_eq!((short.first, short.works_at()), (date(2019, 6, 1), 9));
    // The year is not over: only whole months count.
    let early = window(&held, &usual, date(2015, 1, 1), date(2020, 12, 30)).unwrap();
    assert_eq!(early.last, date(2020, 11, 1));
    assert_eq!(window(&held, &usual, date(2015, 1, 1), date(2020, 12, 31)).unwrap().last, date(2020, 12, 1));
    let choice = EvaluationChoice { before: Some(6), left_out: Some(0), after: Some(3), ..usual };
    let chosen = window(&held, &choice, date(2015, 1, 1), date(2022, 6, 15)).unwrap();
    assert_eq!((chosen.works_at(), chosen.start_at(), chosen.count()), (6, 6, 9));
}

#[test]
fn what_is_in_use_is_complete() {
    let promised = milestone(Aspect::Promised, "completion", "2020-08-31");
    let (_, held) = built("2020-03-15", "2020-09-02", vec![promised.clone()]);
    assert_eq!(kept(&held, date(2022, 1, 1)), Kept::Late(2));
    let steps = kept_steps(&held, date(2022, 1, 1));
    let completion = steps.iter().find(|step| step.step == "completion").unwrap();
    assert_eq!((completion.actual, completion.kept), (None, Kept::Late(2)), "no day is made up");
    let (_, open) = built("2020-03-15", "", vec![promised]);
    assert_eq!(kept(&open, date(2020, 9, 10)), Kept::Overdue(10));
}

#[test]
fn what_cannot_be_compared_says_why() {
    let usual = EvaluationChoice::default();
    let (_, open) = built("2020-03-15", "", Vec::new());
    assert_eq!(window(&open, &usual, date(2015, 1, 1), date(2022, 1, 1)), Err(NoWindow::NotDelivered));
    let (_, held) = built("2020-03-15", "2020-09-02", Vec::new());
    assert_eq!(EvaluationWindow::of(&held, &usual, None, date(2022, 1, 1)), Err(NoWindow::NoRegister));
    let late = window(&held, &usual, date(2020, 5, 4), date(2022, 1, 1));
    assert_eq!(late, Err(NoWindow::NothingBefore(date(2020, 6, 1))));
    let early = window(&held, &usual, date(2015, 1, 1), date(2020, 10, 30));
    assert_eq!(early, Err(NoWindow::NothingAfter(date(2020, 10, 31))));
    // A year as the date of delivery is over when it is over.
    let (_, rough) = built("2019", "2020", Vec::new());
    let found = window(&rough, &usual, date(2015, 1, 1), date(2022, 6, 15)).unwrap();
    assert_eq!((found.works, found.start), (date(2019, 1, 1), date(2021, 1, 1)));
}

#[test]
fn promises_are_judged_by_what_was_said_first() {
    let promised = |on: &str| milestone(Aspect::Promised, "in_use", on);
    let as_of = date(2021, 3, 1);
    for (promise, in_use, expected) in [
        ("2020", "2020-12-31", Kept::OnTime),
        ("2020-06", "2020-07-10", Kept::Late(10)),
        ("2021-02", "", Kept::Overdue(1)),
        ("2021", "", Kept::NotDue),
    ] {
        let (_, held) = built("2019-01-02", in_use, vec![promised(promise)]);
        assert_eq!(kept(&held, as_of), expected, "{promise} {in_use}");
        assert_eq!(kept_steps(&held, as_of).len(), 2, "the start, and the use");
    }
    let (mut journal, _) = built("2019-01-02", "2020-12-31", vec![promised("2020-06")]);
    give(&mut journal, vec![promised("2021-06")], "moved").unwrap();
    let moved = Project::at(journal.history.get(&project(0)).unwrap(), View::ALL).unwrap();
    assert_eq!(kept(&moved, as_of), Kept::Late(184), "a later word does not make it good");
    // Completed, but its use was promised: it is not delivered.
    let completed = milestone(Aspect::Actual, "completion", "2020-11-01");
    let (_, unused) = built("2019-01-02", "", vec![promised("2022"), completed.clone()]);
    assert_eq!((kept(&unused, as_of), delivered(&unused)), (Kept::NotDue, None));
    let (_, unpromised) = built("2019-01-02", "", vec![completed]);
    assert_eq!((kept(&unpromised, as_of), delivered(&unpromised).is_some()), (Kept::DoneUnpromised, true));
    let (_, silent) = built("2019-01-02", "2020-12-31", Vec::new());
    assert_eq!(kept(&silent, as_of), Kept::DoneUnpromised);
    let mut counts = KeptCounts::default();
    for held in [Kept::OnTime, Kept::Late(3), Kept::Overdue(1), Kept::NotDue, Kept::DoneUnpromised] {
        counts.add(held);
    }
    assert_eq!((counts.all(), counts.done(), counts.promised()), (5, 3, 4));
}

#[test]
fn what_is_compared_is_settled_with_a_reason_by_those_who_manage_projects() {
    let (mut journal, _) = built("2019-01-02", "2020-12-31", Vec::new());
    let choice = |reached: &[&str], compared: &[&str]| EvaluationChoice {
        reached: reached.iter().map(|area| code(area)).collect(),
        compared: compared.iter().map(|area| code(area)).collect(),
        ..EvaluationChoice::default()
    };
    let mut refused = |choice: EvaluationChoice, reason: &str| {
        let found = give(&mut journal, vec![ProjectFact::Evaluation(choice)], reason);
        found.unwrap_err().into_iter().map(|refusal| refusal.problem).collect::<Vec<_>>()
    };
    assert_eq!(refused(choice(&["town"], &[]), " "), [Problem::ReasonRequired]);
    let bad = Problem::BadEvaluation;
    assert_eq!(refused(choice(&["town"], &["district", "town"]), "r"), [bad(EvaluationFault::Areas)]);
    assert_eq!(refused(choice(&[], &["town"]), "r"), [bad(EvaluationFault::OneCompared)]);
    let months = EvaluationChoice { before: Some(0), ..choice(&["town"], &[]) };
    assert_eq!(refused(months, "r"), [bad(EvaluationFault::Months)]);
    let months = EvaluationChoice { left_out: Some(61), ..choice(&["town"], &[]) };
    assert_eq!(refused(months, "r"), [bad(EvaluationFault::Months)]);
    let unknown = EvaluationChoice { categories: vec![code("lamps")], ..choice(&["nowhere"], &[]) };
    let reference = |what, text: &str| Problem::UnknownReference { what, code: code(text) };
    let expected = [reference(Reference::Area, "nowhere"), reference(Reference::RequestCategory, "lamps")];
    assert_eq!(refused(unknown, "r"), expected);

    let settled = ProjectFact::Evaluation(choice(&["town"], &[]));
    give(&mut journal, vec![settled.clone()], "where it stands").unwrap();
    let held = |journal: &Journal| Project::at(journal.history.get(&project(0)).unwrap(), View::ALL).unwrap();
    assert_eq!(held(&journal).evaluation.unwrap().0.reached, [code("town")]);
    give(&mut journal, vec![ProjectFact::Evaluation(EvaluationChoice::default())], "the usual way").unwrap();
    assert_eq!(held(&journal).evaluation, None);

    // Whoever leads the project does not settle by what it is judged.
    let command = Command::Record { subject: project(0), facts: vec![settled.into()], expected: None };
    let may = |role, scope| authorize(&[Grant { role, scope }], &command, &journal.history).is_ok();
    assert!(may(Role::MunicipalTaskForce, Scope::Plan(plan())));
    assert!(!may(Role::Department, Scope::Unit(code("bureau"))));
}

proptest! {
    /// Whatever the dates, there is a month on both sides, and none after the day that is looked at.
    #[test]
    fn a_window_has_both_sides(
        works in 0i64..2_000, days in 0i64..1_200, looked in 0i64..2_000, register in 0i64..3_000,
        before in prop::option::of(1u16..=60), left_out in prop::option::of(0u16..=60), after in prop::option::of(1u16..=60),
    ) {
        let begin = date(2016, 1, 1);
        let later = |day: Date, days: i64| day.saturating_add(jiff::Span::new().days(days));
        let start = later(begin, works);
        let in_use = later(start, days);
        let as_of = later(in_use, looked);
        let (_, held) = built(&start.to_string(), &in_use.to_string(), Vec::new());
        let choice = EvaluationChoice { before, left_out, after, ..EvaluationChoice::default() };
        if let Ok(found) = window(&held, &choice, later(date(2010, 1, 1), register), as_of) {
            prop_assert!(found.first < found.works && found.works <= found.start && found.start <= found.last);
            prop_assert!(found.last.last_of_month() <= as_of);
            prop_assert!(found.start > in_use.first_of_month() || in_use.day() == 1);
            prop_assert!(found.first >= later(date(2010, 1, 1), register).first_of_month());
            prop_assert_eq!(found.months().count(), found.count());
            let sides = (found.works_at(), found.count() - found.start_at());
            prop_assert!(sides.0 <= usize::from(before.unwrap_or(24)) && sides.1 <= usize::from(after.unwrap_or(12)));
        }
    }
}
