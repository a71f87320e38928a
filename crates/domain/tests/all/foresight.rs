//! Scenarios, joint reviews and calibration: what is tried out is what is adopted, and the rules of a round.

use crate::commands::{How, Journal, TODAY, Wish, code, plan};
use domain::authorize::authorize;
use domain::command::Command;
use domain::fact::Fact;
use domain::forecast::{ForecastRules, KeptForecast, KeptPromise, Verdict as Came, calibration, durations};
use domain::history::View;
use domain::milestone::{Aspect, Gate, StepTemplate};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::{Grant, Role, Scope};
use domain::portfolio::Portfolio;
use domain::project::{Membership, ProjectFact};
use domain::refusal::{Problem, Refusal};
use domain::review::{Outcome, PointStanding, ReviewFact, ReviewState, Verdict};
use domain::scenario::{
    Change, NoEffect, Place, Scenario, Shorter, Side, Standing, Steps, Why, apply, facts, moves,
};
use domain::source::Grade;
use domain::subject::Subject;
use domain::timetabling::{Closed, Estimate, LimitedBy, Timetable, Work, WorkLimit};
use jiff::civil::{Date, date};
use proptest::prelude::*;

/// A chain of two authorities: three approvals, the start, the works, completion.
const STEPS: [(&str, Option<&str>, u16); 6] = [
    ("proposal", Some("发改"), 20),
    ("design", Some("规划"), 30),
    ("permit", Some("规划"), 10),
    ("start", None, 5),
    ("structure", None, 100),
    ("completion", None, 20),
];

fn days(likely: u16) -> Estimate {
    Estimate { low: likely / 2, likely, high: likely * 2 }
}

fn work(likely: u16) -> Work {
    Work { days: days(likely), calendar: None, after: None, not_before: None }
}

fn give(journal: &mut Journal, subject: Subject, facts: Vec<Fact>, on: Date) -> Result<(), Vec<Refusal>> {
    let reason = "because".to_owned();
    let wish = Wish { subject, facts, how: How::Put, effective: on, reason, grade: Grade::Reported };
    journal.give(&wish).map(|_| ())
}

/// A plan with a template and `count` projects, promised for the end of 2021, the second with words of its own.
fn journal(count: usize) -> Journal {
    let mut journal = Journal::begun();
    let steps = STEPS.map(|(step, authority, _)| StepTemplate {
        step: code(step),
        name: Named::new(step, ""),
        gate: authority.map(|zh| Gate {
            authority: Named::new(zh, ""),
            document: Named::new("批复", ""),
            limit: None,
        }),
    });
    let mut of_plan: Vec<Fact> = vec![
        PlanFact::Template { template: code("school"), name: Named::new("学校", ""), steps: steps.into() }
            .into(),
    ];
    of_plan.extend(STEPS.map(|(step, _, likely)| {
        PlanFact::UsualWork { template: code("school"), step: code(step), work: Some(work(likely)) }.into()
    }));
    let start = date(2020, 1, 2);
    give(&mut journal, Subject::plan(&plan()), of_plan, start).unwrap();
    for n in 1..=count {
        let subject = Subject::project(&plan(), &code(&format!("S-{n}")));
        let mut own: Vec<Fact> = vec![
            ProjectFact::Name(Named::new(format!("学校{n}"), "")).into(),
            ProjectFact::Sector { sector: code("education") }.into(),
            ProjectFact::Kind { kind: code("school") }.into(),
            ProjectFact::LeadUnit { unit: code("bureau") }.into(),
            ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
        ];
        give(&mut journal, subject.clone(), own.clone(), start).unwrap();
        own = vec![
            ProjectFact::Milestone {
                aspect: Aspect::Promised,
                part: None,
                step: code("completion"),
                date: Some("2020-12-31".parse().unwrap()),
                cause: None,
            }
            .into(),
        ];
        if n == 2 {
            own.push(ProjectFact::StepWork { step: code("design"), work: Some(work(60)) }.into());
        }
        give(&mut journal, subject, own, start).unwrap();
    }
    journal
}

fn portfolio(journal: &Journal, as_of: Date) -> Portfolio {
    Portfolio::at(&journal.history, &plan(), View::as_of(as_of)).unwrap()
}

fn finishes(portfolio: &Portfolio) -> Vec<(String, Date)> {
    let timetable = Timetable::of(portfolio).unwrap();
    let rows = timetable.rows(portfolio);
    rows.iter()
        .map(|row| (portfolio.projects[row.project].code.to_string(), row.steps.last().unwrap().finish))
        .collect()
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        Just(Place::Plan),
        Just(Place::Kind(code("school"))),
        (1usize..=3).prop_map(|n| Place::Project(code(&format!("S-{n}")))),
    ]
}

fn step() -> impl Strategy<Value = domain::code::Code> {
    (0usize..STEPS.len()).prop_map(|at| code(STEPS[at].0))
}

fn some_steps() -> impl Strategy<Value = Steps> {
    prop_oneof![
        step().prop_map(Steps::Step),
        Just(Steps::Authority("规划".into())),
        Just(Steps::Approvals),
        Just(Steps::Works),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let winter = Closed { from: "11-15".parse().unwrap(), to: "03-15".parse().unwrap() };
    prop_oneof![
        (place(), step(), step()).prop_map(|(at, step, into)| Change::Merge { at, step, into }),
        (place(), step(), step()).prop_map(|(at, step, with)| Change::Together { at, step, with }),
        (place(), some_steps(), 1u8..=99).prop_map(|(at, steps, p)| Change::Shorten {
            at,
            steps,
            to: Shorter::Percent(p)
        }),
        (place(), some_steps(), 0u16..=40).prop_map(|(at, steps, d)| Change::Shorten {
            at,
            steps,
            to: Shorter::AtMost(d)
        }),
        (place(), some_steps(), 2u8..=3).prop_map(|(at, steps, shifts)| Change::Shifts { at, steps, shifts }),
        (1usize..=3, step(), 0i32..300).prop_map(|(n, step, days)| Change::Start {
            project: code(&format!("S-{n}")),
            step,
            on: date(2020, 2, 1).saturating_add(jiff::Span::new().days(days)),
        }),
        (place(), some_steps()).prop_map(move |(at, steps)| Change::Close { at, steps, closed: winter }),
        (place(), some_steps()).prop_map(|(at, steps)| Change::WorkThrough { at, steps }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Adopting records exactly what was tried: the same durations, calendars and dates.
    #[test]
    fn what_is_adopted_is_what_was_tried(changes in prop::collection::vec(change(), 1..5)) {
        let changes: Vec<Change> = changes.into_iter().filter(Change::is_sound).collect();
        let mut journal = journal(3);
        let day = date(2020, 2, 3);
        let before = portfolio(&journal, day);
        let tried = apply(&before, &changes);
        let expected = finishes(&tried.portfolio);
        for (subject, facts) in facts(&before, &tried.portfolio) {
            give(&mut journal, subject, facts, day).unwrap();
        }
        let adopted = portfolio(&journal, day);
        prop_assert_eq!(&adopted.plan.usual_work, &tried.portfolio.plan.usual_work);
        prop_assert_eq!(finishes(&adopted), expected);
        // Trying touches nothing.
        prop_assert_eq!(&before, &portfolio(&self::journal(3), day));
    }

    /// Shorter approvals, shifts and steps side by side never put a finish off; a closed winter never brings one
    /// forward.
    #[test]
    fn changes_move_dates_the_way_they_say(change in change()) {
        prop_assume!(change.is_sound());
        let journal = journal(3);
        let before = portfolio(&journal, date(2020, 2, 3));
        let after = apply(&before, std::slice::from_ref(&change)).portfolio;
        for ((project, old), (_, new)) in finishes(&before).into_iter().zip(finishes(&after)) {
            match change {
                Change::Start { .. } | Change::Close { .. } => prop_assert!(new >= old, "{project} {change:?}"),
                Change::Merge { .. } | Change::Capacity { .. } => {}
                _ => prop_assert!(new <= old, "{project} {change:?}"),
            }
        }
    }
}

#[test]
fn approvals_are_merged_and_laid_side_by_side_also_where_a_project_has_its_own_word() {
    let journal = journal(2);
    let before = portfolio(&journal, date(2020, 2, 3));
    let merge = Change::Merge { at: Place::Plan, step: code("permit"), into: code("design") };
    let after = apply(&before, std::slice::from_ref(&merge));
    assert_eq!(after.without_effect, [None]);
    let usual = &after.portfolio.plan.usual_work;
    assert_eq!(usual[&(code("school"), code("permit"))].days, Estimate { low: 0, likely: 0, high: 0 });
    assert_eq!(usual[&(code("school"), code("design"))].days, days(30));
    // The second project takes sixty days for its design: the merged round does so, too.
    let own = after.portfolio.project("S-2").unwrap();
    assert_eq!(own.work[&code("design")].days, days(60));
    assert_eq!(own.work[&code("permit")].days.high, 0);
    assert!(after.portfolio.project("S-1").unwrap().work.is_empty());

    let beside = Change::Together { at: Place::Plan, step: code("design"), with: code("proposal") };
    let after = apply(&before, std::slice::from_ref(&beside));
    let usual = &after.portfolio.plan.usual_work;
    assert_eq!(usual[&(code("school"), code("design"))].after, Some(Vec::new()));
    // Who waited for the design still waits for the proposal.
    let waits = usual[&(code("school"), code("permit"))].after.clone().unwrap();
    assert!(waits.contains(&code("design")) && waits.contains(&code("proposal")));
    for ((_, old), (_, new)) in finishes(&before).into_iter().zip(finishes(&after.portfolio)) {
        assert!(new < old);
    }
    // The wrong way round, and what is not there, is told.
    let wrong = [
        Change::Together { at: Place::Plan, step: code("proposal"), with: code("design") },
        Change::Shorten { at: Place::Plan, steps: Steps::Authority("无".into()), to: Shorter::AtMost(1) },
        Change::WorkThrough { at: Place::Plan, steps: Steps::Works },
    ];
    let idle = apply(&before, &wrong).without_effect;
    assert_eq!(idle, [Some(NoEffect::NotAfter), Some(NoEffect::Nothing), Some(NoEffect::Already)]);
}

#[test]
fn what_moved_is_told_with_its_ground() {
    let journal = journal(2);
    let before = portfolio(&journal, date(2020, 2, 3));
    let shorter =
        Change::Shorten { at: Place::Plan, steps: Steps::Step(code("structure")), to: Shorter::Percent(50) };
    let after = apply(&before, std::slice::from_ref(&shorter)).portfolio;
    let (old, new) = (Timetable::of(&before).unwrap(), Timetable::of(&after).unwrap());
    let (old_rows, new_rows) = (old.rows(&before), new.rows(&after));
    let side = |portfolio, timetable, rows| Side { portfolio, timetable, rows };
    let found = moves(&side(&before, &old, &old_rows[..]), &side(&after, &new, &new_rows[..]));
    assert_eq!(found.len(), 2);
    for moved in &found {
        assert_eq!((moved.days, moved.step.as_str()), (-50, "completion"));
        let place = (moved.project.clone(), code("structure"));
        let why = Why::Duration {
            place,
            before: Some(days(100)),
            after: Some(Estimate { low: 25, likely: 50, high: 100 }),
        };
        assert_eq!(moved.why, [why]);
        assert_eq!(moved.float.1.unwrap() - moved.float.0.unwrap(), 50);
    }
    // The same plan on both sides has nothing to tell.
    let same = side(&before, &old, &old_rows[..]);
    assert!(moves(&same, &same).is_empty());
}

#[test]
fn an_adopted_scenario_stays_as_it_was_and_needs_its_revision_and_reason() {
    let mut journal = journal(1);
    let subject = Subject::plan(&plan());
    let scenario = |standing, changes: Vec<Change>| {
        let (scenario, name) = (code("S-1"), Named::new("改革", ""));
        PlanFact::Scenario(Scenario { scenario, name, aim: String::new(), changes, standing })
    };
    let changes = vec![Change::Shifts { at: Place::Plan, steps: Steps::Works, shifts: 2 }];
    give(&mut journal, subject.clone(), vec![scenario(Standing::Open, changes.clone()).into()], TODAY)
        .unwrap();
    // Without the revision it is to become.
    let adopted = scenario(Standing::Adopted(1), changes.clone());
    let refused = give(&mut journal, subject.clone(), vec![adopted.clone().into()], TODAY).unwrap_err();
    assert!(refused.iter().any(|it| matches!(it.problem, Problem::UnknownReference { .. })), "{refused:?}");
    let revision = PlanFact::Revision { number: 1, title: Named::new("第一版", ""), declared: None };
    give(&mut journal, subject.clone(), vec![revision.into(), adopted.into()], TODAY).unwrap();
    let again = scenario(Standing::Open, Vec::new());
    let refused = give(&mut journal, subject.clone(), vec![again.into()], TODAY).unwrap_err();
    assert!(refused.iter().any(|it| it.problem == Problem::Frozen), "{refused:?}");
    // Numbers that mean nothing.
    let (scenario, name) = (code("S-2"), Named::new("空", ""));
    let changes = vec![Change::Shorten { at: Place::Plan, steps: Steps::Works, to: Shorter::Percent(100) }];
    let bad = Scenario { scenario, name, aim: String::new(), changes, standing: Standing::Open };
    let refused = give(&mut journal, subject, vec![PlanFact::Scenario(bad).into()], TODAY).unwrap_err();
    assert_eq!(refused[0].problem, Problem::BadChange(1));
}

fn said(journal: &mut Journal, fact: ReviewFact, on: Date) -> Result<(), Vec<Refusal>> {
    let subject = Subject::project(&plan(), &code("S-1"));
    give(journal, subject, vec![ProjectFact::Review { round: 1, fact }.into()], on)
}

fn problems(refused: Result<(), Vec<Refusal>>) -> Vec<Problem> {
    refused.unwrap_err().into_iter().map(|refusal| refusal.problem).collect()
}

#[test]
fn a_round_is_answered_settled_and_passed() {
    let mut journal = journal(1);
    let (opened, answered) = (date(2020, 3, 2), date(2020, 3, 10));
    let units = vec![code("bureau"), code("office")];
    // Only an approval is led to, and only units on the books are asked.
    let wrong = ReviewFact::Opened { step: code("structure"), units: vec![code("nobody")], days: 10 };
    let refused = problems(said(&mut journal, wrong, opened));
    assert!(refused.contains(&Problem::NoGate) && refused.len() == 2, "{refused:?}");
    let begin = ReviewFact::Opened { step: code("design"), units, days: 10 };
    said(&mut journal, begin.clone(), opened).unwrap();
    let agree = |unit: &str, verdict, text: &str| ReviewFact::Opinion {
        unit: code(unit),
        verdict,
        text: text.into(),
    };
    assert_eq!(
        problems(said(&mut journal, agree("bureau", Verdict::Conditional, ""), answered)),
        [Problem::Empty]
    );
    assert_eq!(
        problems(said(&mut journal, agree("district", Verdict::Agree, ""), answered)),
        [Problem::NotAsked { unit: code("district") }]
    );
    said(&mut journal, agree("bureau", Verdict::Conditional, "一处不符"), answered).unwrap();
    let point = |standing| ReviewFact::Point {
        number: 1,
        unit: code("bureau"),
        text: "退让红线".into(),
        days: 15,
        standing,
    };
    said(&mut journal, point(PointStanding::Open), answered).unwrap();
    // Who is asked stays once somebody has answered.
    assert!(
        problems(said(
            &mut journal,
            ReviewFact::Opened { step: code("design"), units: vec![code("office")], days: 5 },
            answered
        ))
        .contains(&Problem::Frozen)
    );
    let state =
        |journal: &Journal, day| portfolio(journal, day).project("S-1").unwrap().reviews[0].state(day);
    assert_eq!(state(&journal, answered), ReviewState::Open);
    // Ten working days from 2 March end on the 16th.
    assert_eq!(state(&journal, date(2020, 3, 16)), ReviewState::Open);
    assert_eq!(state(&journal, date(2020, 3, 17)), ReviewState::Overdue);
    let pass = |text: &str| ReviewFact::Closed { outcome: Outcome::Passed, text: text.into() };
    let refused = problems(said(&mut journal, pass(""), date(2020, 3, 20)));
    assert_eq!(refused, [Problem::OpenPoints(vec![1]), Problem::SilentUnits]);
    said(&mut journal, agree("office", Verdict::Agree, ""), date(2020, 3, 20)).unwrap();
    assert_eq!(state(&journal, date(2020, 3, 20)), ReviewState::Settling);
    assert_eq!(
        problems(said(&mut journal, point(PointStanding::Settled(" ".into())), date(2020, 3, 24))),
        [Problem::Empty]
    );
    said(&mut journal, point(PointStanding::Settled("已退让".into())), date(2020, 3, 24)).unwrap();
    assert_eq!(state(&journal, date(2020, 3, 24)), ReviewState::Ready);
    said(&mut journal, pass(""), date(2020, 3, 25)).unwrap();
    assert_eq!(state(&journal, date(2020, 3, 25)), ReviewState::Passed);
    // As of an earlier day it stands as it stood then.
    assert_eq!(state(&journal, date(2020, 3, 20)), ReviewState::Settling);
    assert!(
        problems(said(&mut journal, agree("office", Verdict::Disagree, "晚了"), date(2020, 3, 26)))
            .contains(&Problem::Frozen)
    );
    let round = portfolio(&journal, TODAY).project("S-1").unwrap().reviews[0].clone();
    assert_eq!(round.points[0].raised, answered);
    assert_eq!(round.points[0].settled.as_ref().unwrap().0, date(2020, 3, 24));
}

#[test]
fn departments_speak_for_themselves() {
    let journal = journal(1);
    let subject = Subject::project(&plan(), &code("S-1"));
    let command = |fact| Command::Record {
        subject: subject.clone(),
        facts: vec![ProjectFact::Review { round: 1, fact }.into()],
        expected: None,
    };
    let opinion = |unit: &str| {
        command(ReviewFact::Opinion { unit: code(unit), verdict: Verdict::Agree, text: String::new() })
    };
    let open = command(ReviewFact::Opened { step: code("design"), units: vec![code("office")], days: 5 });
    let of = |role, scope| [Grant { role, scope }];
    let office = of(Role::Department, Scope::Unit(code("office")));
    let bureau = of(Role::Department, Scope::Unit(code("bureau")));
    let force = of(Role::MunicipalTaskForce, Scope::Everything);
    let may = |grants: &[Grant], command: &Command| authorize(grants, command, &journal.history).is_ok();
    assert!(may(&office, &opinion("office")) && !may(&office, &opinion("bureau")));
    // The lead unit opens the round, and does not speak for others.
    assert!(may(&bureau, &open) && !may(&office, &open) && !may(&bureau, &opinion("office")));
    assert!(may(&force, &open) && may(&force, &opinion("office")));
    // Everybody who works on the plan may try something out; adopting is for those who manage it.
    let scenario = |standing| Command::Record {
        subject: Subject::plan(&plan()),
        facts: vec![
            PlanFact::Scenario(Scenario {
                scenario: code("S-1"),
                name: Named::new("试", ""),
                aim: String::new(),
                changes: Vec::new(),
                standing,
            })
            .into(),
        ],
        expected: None,
    };
    assert!(may(&office, &scenario(Standing::Open)) && !may(&office, &scenario(Standing::Adopted(1))));
    assert!(!may(&of(Role::Auditor, Scope::Everything), &scenario(Standing::Open)));
    assert!(may(&force, &scenario(Standing::Adopted(1))));
}

#[test]
fn forecasts_are_held_against_what_came() {
    let mut journal = journal(4);
    let done = |n: usize, step: &str, day: &str| {
        let fact = ProjectFact::Milestone {
            aspect: Aspect::Actual,
            part: None,
            step: code(step),
            date: Some(day.parse().unwrap()),
            cause: None,
        };
        (Subject::project(&plan(), &code(&format!("S-{n}"))), vec![Fact::from(fact)])
    };
    for (subject, facts) in [done(1, "completion", "2020-12-20"), done(2, "completion", "2021-02-01")] {
        give(&mut journal, subject, facts, date(2021, 2, 1)).unwrap();
    }
    let kept = |n: usize, promised: Date, permille, p50: Date| KeptPromise {
        project: code(&format!("S-{n}")),
        step: code("completion"),
        promised,
        permille,
        p50,
        p80: date(2021, 1, 15),
    };
    let (end, far) = (date(2020, 12, 31), date(2030, 12, 31));
    let forecast = KeptForecast {
        on: date(2020, 6, 30),
        rules: ForecastRules::usual(),
        digest: String::new(),
        promises: vec![
            kept(1, end, 1000, date(2020, 12, 20)),
            kept(2, end, 300, end),
            kept(3, end, 500, end),
            kept(4, far, 900, end),
        ],
    };
    let found = calibration([&forecast], &portfolio(&journal, date(2021, 6, 1)));
    assert_eq!((found.settled, found.kept, found.pending), (3, 1, 1));
    assert_eq!(found.said[2].verdict, Came::Broken(None));
    // (0² + 0.3² + 0.5²) / 3
    assert!((found.brier.unwrap() - 0.34 / 3.0).abs() < 1e-9);
    assert!((found.base.unwrap() - 2.0 / 9.0).abs() < 1e-9);
    assert_eq!(
        (found.bins[9].said, found.bins[9].kept, found.bins[3].said, found.bins[5].said),
        (1, 1, 1, 1)
    );
    assert_eq!(found.by_p50, Some(1.0 / 3.0));
    // Before any of it was settled there is nothing to score.
    let early = calibration([&forecast], &portfolio(&journal, date(2020, 7, 1)));
    assert_eq!((early.settled, early.brier), (0, None));
}

#[test]
fn durations_are_measured_from_both_ends_and_limits_hold_steps_back() {
    let mut journal = journal(6);
    let day = date(2020, 9, 1);
    for n in 1..=5 {
        // The proposal by 2 March, the design so many working days later.
        let end = domain::workday::nth(date(2020, 3, 2), 10 + n);
        for (step, on) in [("proposal", date(2020, 3, 2)), ("design", end)] {
            let fact = ProjectFact::Milestone {
                aspect: Aspect::Actual,
                part: None,
                step: code(step),
                date: Some(on.to_string().parse().unwrap()),
                cause: None,
            };
            let subject = Subject::project(&plan(), &code(&format!("S-{n}")));
            give(&mut journal, subject, vec![fact.into()], on).unwrap();
        }
    }
    let held = portfolio(&journal, day);
    let timetable = Timetable::of(&held).unwrap();
    let rows = timetable.rows(&held);
    let found = durations(&held, &timetable, &rows);
    let design = found.iter().find(|it| it.step == code("design")).unwrap();
    assert_eq!(design.took.iter().map(|(days, _)| *days).collect::<Vec<_>>(), [11, 12, 13, 14, 15]);
    assert_eq!(design.estimate(), Some(Estimate { low: 11, likely: 13, high: 15 }));
    assert!(found.iter().all(|it| it.step != code("proposal")), "a beginning that nobody recorded");

    // Six proposals of twenty days at an authority that decides one at a time.
    let mut journal = self::journal(6);
    let day = date(2020, 2, 3);
    let limit = WorkLimit {
        limit: code("one"),
        name: Named::new("一次一件", ""),
        by: LimitedBy::Authority("发改".into()),
        capacity: 1,
    };
    let fact = PlanFact::WorkLimit { limit: code("one"), held: Some(limit) };
    give(&mut journal, Subject::plan(&plan()), vec![fact.into()], day).unwrap();
    let held = portfolio(&journal, day);
    let limited = Timetable::of(&held).unwrap().limited(&held).unwrap();
    let bound = &limited.bounds[0];
    assert_eq!((bound.steps, bound.peak), (6, 6));
    let waits: Vec<i64> = bound.waits.iter().map(|(_, days)| *days).collect();
    assert_eq!(waits, [100, 80, 60, 40, 20], "each waits for those before it");
    let rows = Timetable::of(&held).unwrap().rows(&held);
    for row in &rows {
        for step in row.steps.iter().filter(|step| !step.is_done()) {
            assert!(limited.finish(step.task).unwrap() >= step.finish, "{step:?}");
        }
    }
}
