//! The timetable of a small plan: work under way, starts made in parts, circles, and what a forecast stands on.

use crate::commands::{How, Journal, TODAY, Wish, code, plan};
use domain::code::Code;
use domain::fact::Fact;
use domain::forecast::fingerprint;
use domain::history::View;
use domain::milestone::{Aspect, Gate, StepTemplate};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::project::{Membership, ProjectFact};
use domain::refusal::{Problem, Refusal};
use domain::source::Grade;
use domain::subject::Subject;
use domain::timetabling::{Estimate, Odds, Progress, Row, StepAt, StepRow, Timetable, Work, WorkCalendar};
use domain::workday;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use timetable::forecast::Sampling;

const BEGUN: Date = date(2019, 4, 1);

fn exactly(days: u16) -> Work {
    Work { days: Estimate::exactly(days).unwrap(), calendar: None, after: None, not_before: None }
}

fn after(days: u16, steps: &[&str]) -> Work {
    Work { after: Some(steps.iter().map(|step| code(step)).collect()), ..exactly(days) }
}

fn tell(journal: &mut Journal, subject: Subject, facts: Vec<Fact>, how: How) -> Result<(), Vec<Refusal>> {
    let (effective, reason, grade) = (date(2019, 1, 2), "because".to_owned(), Grade::Reported);
    journal.give(&Wish { subject, facts, how, effective, reason, grade }).map(|_| ())
}

fn template(kind: &str, steps: &[&str]) -> Fact {
    let steps =
        steps.iter().map(|step| StepTemplate { step: code(step), name: Named::new(*step, ""), gate: None });
    PlanFact::Template { template: code(kind), name: Named::new(kind, ""), steps: steps.collect() }.into()
}

fn usual(kind: &str, step: &str, work: Option<Work>) -> Fact {
    PlanFact::UsualWork { template: code(kind), step: code(step), work }.into()
}

fn own(step: &str, work: Option<Work>) -> Fact {
    ProjectFact::StepWork { step: code(step), work }.into()
}

fn dated(aspect: Aspect, part: Option<&str>, step: &str, on: Date) -> Fact {
    let date = Some(on.to_string().parse().unwrap());
    ProjectFact::Milestone { aspect, part: part.map(code), step: code(step), date, cause: None }.into()
}

fn project() -> Subject {
    Subject::project(&plan(), &code("P-1"))
}

/// A plan with a kind of projects, and one project of it.
fn journal(kind: &str, work: &[(&str, Work)]) -> Journal {
    let mut journal = Journal::begun();
    let steps: Vec<&str> = work.iter().map(|(step, _)| *step).collect();
    let mut facts = vec![template(kind, &steps)];
    facts.extend(work.iter().map(|(step, work)| usual(kind, step, Some(work.clone()))));
    tell(&mut journal, Subject::plan(&plan()), facts, How::Put).unwrap();
    let facts = vec![
        ProjectFact::Name(Named::new("学校", "")).into(),
        ProjectFact::Sector { sector: code("education") }.into(),
        ProjectFact::Kind { kind: code(kind) }.into(),
        ProjectFact::LeadUnit { unit: code("bureau") }.into(),
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
    ];
    tell(&mut journal, project(), facts, How::Put).unwrap();
    journal
}

/// The day before which nothing on record holds back what is asked.
fn seen(journal: &Journal, as_of: Date) -> (Portfolio, Timetable, Vec<Row>) {
    let portfolio = Portfolio::at(&journal.history, &plan(), View::as_of(as_of)).unwrap();
    let timetable = Timetable::of(&portfolio).unwrap();
    let rows = timetable.rows(&portfolio);
    (portfolio, timetable, rows)
}

fn step(rows: &[Row], wanted: &str) -> StepRow {
    rows[0].steps.iter().find(|row| row.step == code(wanted)).unwrap().clone()
}

/// Works that began when their proposal was decided, and are expected to end on a day.
fn under_way(work: Work, stated: Option<Date>) -> Journal {
    let mut journal = journal("works", &[("proposal", exactly(5)), ("completion", work)]);
    let mut facts = vec![dated(Aspect::Actual, None, "proposal", BEGUN)];
    facts.extend(stated.map(|day| dated(Aspect::Forecast, None, "completion", day)));
    tell(&mut journal, project(), facts, How::Put).unwrap();
    journal
}

fn odds(journal: &Journal, as_of: Date) -> Odds {
    let (portfolio, timetable, rows) = seen(journal, as_of);
    let sampling = Sampling { draws: 2000, seed: 2018, threads: 1 };
    timetable.odds(&portfolio, &rows, sampling).unwrap()
}

#[test]
fn work_under_way_ends_on_the_day_that_is_stated() {
    let as_of = workday::nth(BEGUN, 10);
    for left in [0, 1, 20, 89, 90, 91, 150] {
        let stated = workday::nth(as_of, left);
        let journal = under_way(exactly(100), Some(stated));
        let found = step(&seen(&journal, as_of).2, "completion");
        assert_eq!((found.progress, found.start, found.finish), (Progress::Running, BEGUN, stated), "{left}");
        // Without a spread every draw says the same.
        assert_eq!(odds(&journal, as_of).projects[0].p50, stated, "{left}");
    }
    // A spread keeps the proportions of what is usual: half of what is left at best, twice as much at worst.
    let spread = Work { days: Estimate::new(50, 100, 200).unwrap(), ..exactly(0) };
    for left in [20, 150] {
        let journal = under_way(spread.clone(), Some(workday::nth(as_of, left)));
        let drawn = odds(&journal, as_of).projects[0];
        assert!(
            drawn.p50 > workday::nth(as_of, left) && drawn.p50 < workday::nth(as_of, left * 5 / 4),
            "{drawn:?}"
        );
        assert!(drawn.p95 > workday::nth(as_of, left * 3 / 2) && drawn.p95 <= workday::nth(as_of, left * 2));
    }
}

#[test]
fn work_under_way_is_counted_in_its_own_calendar() {
    let mut journal = journal("works", &[("proposal", exactly(5)), ("completion", exactly(30))]);
    let site = WorkCalendar {
        calendar: code("site"),
        name: Named::new("工地", ""),
        holidays: false,
        week: [true; 7],
        closed: Vec::new(),
    };
    let work = Work { calendar: Some(code("site")), ..exactly(30) };
    let facts = vec![PlanFact::WorkCalendar(site).into(), usual("works", "completion", Some(work))];
    tell(&mut journal, Subject::plan(&plan()), facts, How::Put).unwrap();
    tell(&mut journal, project(), vec![dated(Aspect::Actual, None, "proposal", BEGUN)], How::Put).unwrap();
    // Thirty days on the site are thirty days, the holidays of April and May in them.
    let as_of = BEGUN + 15.days();
    assert_eq!(step(&seen(&journal, as_of).2, "completion").finish, BEGUN + 30.days());
    let sunday = date(2019, 4, 28);
    tell(&mut journal, project(), vec![dated(Aspect::Forecast, None, "completion", sunday)], How::Put)
        .unwrap();
    assert_eq!(step(&seen(&journal, as_of).2, "completion").finish, sunday);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever the day looked at, work under way ends when its usual days are over, or when people say.
    #[test]
    fn looking_later_moves_no_work_that_goes_as_usual(worked in 1i32..100, stated in prop::option::of(0i32..150)) {
        let as_of = BEGUN + worked.days();
        let day = stated.map(|days| as_of + days.days());
        let finish = step(&seen(&under_way(exactly(90), day), as_of).2, "completion").finish;
        let expected = match day {
            None if workday::between(BEGUN, as_of) >= 90 => return Ok(()),
            None => workday::nth(BEGUN, 90),
            // What nobody can do on a free day is done on the last working day before it.
            Some(day) if workday::between(as_of, day) > 0 => workday::nth(day.tomorrow().unwrap(), -1),
            Some(_) => workday::at_or_after(as_of),
        };
        prop_assert_eq!(finish, expected);
    }
}

#[test]
fn a_start_made_in_parts_has_its_day() {
    let mut journal =
        journal("works", &[("proposal", exactly(5)), ("start", exactly(5)), ("completion", exactly(60))]);
    let part = |part: &str| ProjectFact::Part { part: code(part), name: Named::new(part, "") }.into();
    let on = date(2019, 5, 6);
    let facts = vec![part("east"), part("west"), dated(Aspect::Actual, Some("east"), "start", on)];
    tell(&mut journal, project(), facts, How::Put).unwrap();
    let as_of = date(2019, 6, 3);
    let (portfolio, _, rows) = seen(&journal, as_of);
    let found = step(&rows, "start");
    assert_eq!((found.progress, found.actual), (Progress::Done, Some(on)));
    assert_eq!(rows[0].bars(as_of).done, Some((on, as_of)));
    // Work on a part is work begun; the completion of a part is no completion.
    let done = portfolio.project("P-1").unwrap();
    assert_eq!(done.reached("start").map(|date| date.last()), Some(on));
    tell(&mut journal, project(), vec![dated(Aspect::Actual, Some("east"), "completion", as_of)], How::Put)
        .unwrap();
    let (portfolio, _, rows) = seen(&journal, as_of);
    assert_eq!(portfolio.project("P-1").unwrap().reached("completion"), None);
    assert_eq!(step(&rows, "completion").actual, None);
}

#[test]
fn the_digest_of_a_forecast_is_of_everything_it_is_drawn_from() {
    let as_of = date(2019, 6, 3);
    let digest = |facts: Vec<Fact>| {
        let work = [("proposal", exactly(5)), ("start", exactly(5)), ("completion", exactly(600))];
        let mut journal = journal("works", &work);
        let part = |part: &str| ProjectFact::Part { part: code(part), name: Named::new(part, "") }.into();
        let mut all = vec![dated(Aspect::Actual, None, "proposal", BEGUN), part("east")];
        all.extend(facts);
        tell(&mut journal, project(), all, How::Put).unwrap();
        let (portfolio, timetable, rows) = seen(&journal, as_of);
        fingerprint(&portfolio, &timetable, &rows)
    };
    let gate = |authority: &str| -> Fact {
        let (authority, document) = (Named::new(authority, ""), Named::new("批复", ""));
        let gate = Some(Gate { authority, document, limit: None });
        ProjectFact::Step { step: code("start"), order: 20, name: Named::new("start", ""), gate }.into()
    };
    let stated = |on| dated(Aspect::Forecast, None, "start", on);
    let started = |on| dated(Aspect::Actual, Some("east"), "start", on);
    let known = [
        vec![],
        vec![stated(date(2019, 7, 1))],
        vec![stated(date(2019, 7, 2))],
        vec![gate("发改")],
        vec![gate("规划")],
        vec![started(date(2019, 5, 6))],
        vec![started(date(2019, 5, 7))],
    ];
    let mut digests: Vec<String> = known.iter().cloned().map(digest).collect();
    assert_eq!(digests[0], digest(Vec::new()), "of the same it is the same");
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), known.len());
}

fn circle(told: Result<(), Vec<Refusal>>) -> Vec<Code> {
    let mut refused = told.unwrap_err();
    let Problem::WaitingCircle(circle) = refused.remove(0).problem else { panic!("another refusal") };
    assert!(refused.is_empty(), "told once: {refused:?}");
    circle
}

/// The second step waits for the third, which may begin at once.
fn crossed(kind: &str) -> Journal {
    journal(kind, &[("a", exactly(5)), ("b", after(5, &["c"])), ("c", after(5, &[]))])
}

#[test]
fn no_word_may_be_withdrawn_that_keeps_steps_out_of_a_circle() {
    let plan = Subject::plan(&plan());
    let mut journal = crossed("works");
    // What the third step stands on without its word: the second, which waits for it.
    let told = tell(&mut journal, plan.clone(), vec![usual("works", "c", None)], How::Put);
    assert_eq!(circle(told), [code("c"), code("b")]);
    // An entry that is taken back leaves what it stood in for.
    let mut journal = self::journal("works", &[("a", exactly(5)), ("b", exactly(5)), ("c", exactly(5))]);
    for (step, word) in [("c", after(5, &[])), ("b", after(5, &["c"]))] {
        tell(&mut journal, plan.clone(), vec![usual("works", step, Some(word))], How::Put).unwrap();
    }
    assert_eq!(circle(tell(&mut journal, plan.clone(), Vec::new(), How::Correct(1))), [code("c"), code("b")]);
    tell(&mut journal, plan, Vec::new(), How::Correct(0)).unwrap();
    seen(&journal, TODAY);
    // A project that withdraws its own word.
    let mut journal = self::journal("works", &[("a", exactly(5)), ("b", exactly(5)), ("c", exactly(5))]);
    let facts = vec![own("b", Some(after(5, &["c"]))), own("c", Some(after(5, &["a"])))];
    tell(&mut journal, project(), facts, How::Put).unwrap();
    assert_eq!(circle(tell(&mut journal, project(), vec![own("c", None)], How::Put)), [code("c"), code("b")]);
    assert_eq!(
        circle(tell(&mut journal, project(), vec![own("b", Some(after(5, &["c"])))], How::Correct(0))),
        [code("b"), code("c")]
    );
    // Both words at once it may, and one that closes no circle.
    tell(&mut journal, project(), vec![own("b", None), own("c", None)], How::Put).unwrap();
    seen(&journal, TODAY);
}

#[test]
fn what_is_usual_closes_no_circle_with_a_projects_own_words() {
    let mut journal = journal("works", &[("a", exactly(5)), ("b", exactly(5)), ("c", after(5, &["a"]))]);
    tell(&mut journal, project(), vec![own("b", Some(after(5, &["c"])))], How::Put).unwrap();
    let plan = Subject::plan(&plan());
    // Usual alone it is in order: only the project lets the second step wait for the third.
    let told = tell(&mut journal, plan.clone(), vec![usual("works", "c", Some(exactly(5)))], How::Put);
    assert_eq!(circle(told), [code("P-1"), code("b"), code("c")]);
    let told = tell(&mut journal, plan.clone(), vec![usual("works", "c", None)], How::Put);
    assert_eq!(circle(told)[0], code("P-1"));
    tell(&mut journal, plan, vec![usual("works", "c", Some(after(9, &["a"])))], How::Put).unwrap();
    seen(&journal, TODAY);
}

#[test]
fn another_kind_or_order_of_steps_closes_no_circle() {
    let mut journal = journal("works", &[("a", exactly(5)), ("b", exactly(5)), ("c", after(5, &["a"]))]);
    let other = vec![template("roads", &["a", "b", "c"])];
    tell(&mut journal, Subject::plan(&plan()), other, How::Put).unwrap();
    tell(&mut journal, project(), vec![own("b", Some(after(5, &["c"])))], How::Put).unwrap();
    // As a road its third step has no word but its place in the chain.
    let kind = |kind: &str| vec![ProjectFact::Kind { kind: code(kind) }.into()];
    assert_eq!(circle(tell(&mut journal, project(), kind("roads"), How::Put)).len(), 2);
    // Put last, the first step waits for the third; the third for it.
    let last = |step: &str| ProjectFact::Step {
        step: code(step),
        order: 99,
        name: Named::new(step, ""),
        gate: None,
    };
    assert!(!circle(tell(&mut journal, project(), vec![last("a").into()], How::Put)).is_empty());
    tell(&mut journal, project(), vec![own("b", None)], How::Put).unwrap();
    tell(&mut journal, project(), kind("roads"), How::Put).unwrap();
    seen(&journal, TODAY);
}

#[test]
fn a_circle_that_no_rule_foresaw_takes_the_timetable_from_nobody() {
    let mut journal = journal("works", &[("a", exactly(5)), ("b", exactly(5)), ("c", exactly(5))]);
    // The kind gets another order; the project keeps the chain it was registered with.
    let plan = Subject::plan(&plan());
    tell(&mut journal, plan.clone(), vec![template("works", &["a", "c", "b"])], How::Put).unwrap();
    tell(&mut journal, plan, vec![usual("works", "b", Some(after(5, &["c"])))], How::Put).unwrap();
    let mut facts = vec![dated(Aspect::Actual, None, "a", BEGUN)];
    let (portfolio, timetable, _) = seen(&journal, TODAY);
    let told = |timetable: &Timetable, portfolio: &Portfolio| -> Vec<(Code, Code)> {
        let name = |at: &StepAt| portfolio.projects[at.project].steps[at.step].step.clone();
        timetable.left_out(0).map(|(step, before)| (name(step), name(before))).collect()
    };
    // The later step still waits for the one before it; the earlier one does not wait for the later.
    assert_eq!(told(&timetable, &portfolio), [(code("b"), code("c"))]);
    // Of what is done nothing is told.
    facts.push(dated(Aspect::Actual, None, "b", BEGUN + 9.days()));
    tell(&mut journal, project(), facts, How::Put).unwrap();
    let (portfolio, timetable, _) = seen(&journal, TODAY);
    assert_eq!(told(&timetable, &portfolio), []);
}

#[test]
fn a_part_with_milestones_of_its_own_has_a_chain_of_its_own() {
    let steps = [
        ("proposal", exactly(5)),
        ("start", exactly(10)),
        ("completion", exactly(100)),
        ("in_use", exactly(20)),
    ];
    let mut journal = journal("works", &steps);
    let as_of = workday::nth(BEGUN, 10);
    let promised = workday::nth(as_of, 60);
    let part = |name: &str| ProjectFact::Part { part: code(name), name: Named::new(name, "") }.into();
    let facts = vec![
        part("north"),
        part("south"),
        part("west"),
        dated(Aspect::Actual, None, "proposal", date(2019, 2, 1)),
        dated(Aspect::Actual, Some("north"), "start", BEGUN),
        dated(Aspect::Promised, Some("north"), "completion", promised),
        dated(Aspect::Promised, Some("south"), "in_use", promised),
    ];
    tell(&mut journal, project(), facts, How::Put).unwrap();
    let (portfolio, timetable, _) = seen(&journal, as_of);
    let parts = timetable.parts();
    assert_eq!(parts.len(), 1, "{parts:?}");
    let north = &parts[0];
    assert_eq!((north.part.as_str(), north.steps.len()), ("north", 2));
    let completion = north.headline().unwrap();
    // Ten of its hundred days are over; it is thirty days too late for the promise.
    assert_eq!(completion.finish, workday::nth(as_of, 90));
    assert_eq!((completion.promised, completion.float), (Some(promised), Some(-30)));
    let float = timetable.part_float(&portfolio, "P-1", &code("north"), &code("completion"));
    assert_eq!(float, Some(-30));
    // What it promises is drawn as well, aside from what the whole promises.
    let (_, _, of_whole) = seen(&journal, as_of);
    let sampling = timetable::forecast::Sampling { draws: 200, seed: 7, threads: 1 };
    let odds = timetable.odds(&portfolio, &of_whole, sampling).unwrap();
    let drawn = odds.of_part(0, &code("north")).unwrap();
    assert_eq!((drawn.promise, drawn.on_time), (Some(promised), Some((0.0, 0.0))));
    assert_eq!((drawn.p50, odds.promises, odds.parts.len()), (completion.finish, 0, 1));
    assert_eq!(timetable.place_in_part(completion.task).unwrap().1, &code("north"));
    // Of the south nothing but its promise is known: it is told. The west promises nothing.
    let told: Vec<(&str, &str)> =
        timetable.parts_left_out().iter().map(|it| (it.part.as_str(), it.step.as_str())).collect();
    assert_eq!(told, [("south", "in_use")]);
    // The whole has no chain less or more, and no promise by its parts.
    let (_, _, rows) = seen(&journal, as_of);
    assert_eq!((rows.len(), rows[0].steps.len()), (1, 4));
    assert_eq!(step(&rows, "completion").promised, None);
    // Done, it is ahead no more.
    tell(&mut journal, project(), vec![dated(Aspect::Actual, Some("north"), "completion", as_of)], How::Put)
        .unwrap();
    assert_eq!(seen(&journal, as_of).1.parts(), []);
}
