//! The demonstration's timetable: what follows from its recorded dates and its illustrative durations.

use std::sync::Arc;

use app::read::Asked;
use app::rhythm::Deed;
use app::timetable::PlanTimetable;
use app::{Actor, App, Change, Clock, FixedClock};
use domain::command::Command;
use domain::plan::PlanFact;
use domain::rhythm::{InForce, RhythmRules};
use domain::source::Source;
use domain::subject::Subject;
use domain::timetabling::{Progress, Row};
use jiff::civil::{Date, date};

use crate::loaded::{app, copy, plan, runtime};

fn timetable(as_of: Date) -> Arc<PlanTimetable> {
    runtime().block_on(async {
        let view = app().view(Asked { as_of: Some(as_of), ..Asked::default() }).await.unwrap();
        app().timetable(&plan(), view).await.unwrap()
    })
}

fn on_the_day() -> Arc<PlanTimetable> {
    timetable(date(2019, 8, 14))
}

#[test]
fn dates_that_were_missed_later_are_seen_coming() {
    let plan = on_the_day();
    let odds = plan.odds().unwrap();
    // Promised for the end of 2019, and not begun for years: the approvals alone take longer.
    let road = plan.row("HT-TRA-004").unwrap();
    let start = road.headline().unwrap();
    assert_eq!((start.step.as_str(), start.promised), ("start", Some(date(2019, 12, 31))));
    assert!(start.finish > date(2020, 3, 1) && start.float.unwrap() < -40, "{start:?}");
    assert!(odds.of(road.project).unwrap().on_time.unwrap().0 < 0.01);
    // A hospital building promised for May 2020 and opened in 2023.
    let hospital = plan.row("HT-HEA-004").unwrap();
    assert!(hospital.headline().unwrap().float.unwrap() < 0);
    assert!(odds.of(hospital.project).unwrap().on_time.unwrap().0 < 0.05);
    assert!(odds.expected < odds.promises as f64 * 0.9 && odds.all < 0.01);
}

#[test]
fn every_row_keeps_the_rules_of_a_timetable() {
    for day in [date(2018, 9, 1), date(2019, 8, 14), date(2021, 8, 14), date(2025, 6, 1)] {
        let plan = timetable(day);
        assert!(plan.rows.len() > 80, "{day}: {}", plan.rows.len());
        for row in &plan.rows {
            kept(&plan, row, day);
        }
        let odds = plan.odds().unwrap();
        let open = odds.projects.iter().filter(|it| it.promise.is_some_and(|promise| promise >= day));
        let sum: f64 = open.clone().filter_map(|it| it.on_time).map(|(share, _)| share).sum();
        assert_eq!(open.clone().count(), odds.promises);
        assert!((sum - odds.expected).abs() < 1e-6, "{day}: {sum} {}", odds.expected);
        let least = open.clone().filter_map(|it| it.on_time).map(|(share, _)| share).fold(1.0, f64::min);
        assert!(odds.all <= least + 1e-9 || odds.promises == 0, "{day}: {} {least}", odds.all);
        for it in &odds.projects {
            assert!(it.p50 <= it.p80 && it.p80 <= it.p95 && it.p50 >= day, "{it:?}");
        }
    }
}

fn kept(plan: &PlanTimetable, row: &Row, day: Date) {
    let code = &plan.portfolio.projects[row.project].code;
    for step in &row.steps {
        assert!(step.start <= step.finish, "{code} {step:?}");
        match step.progress {
            Progress::Done => {
                assert!(step.actual.is_some(), "{code} {step:?}")
            }
            Progress::Implied => assert!(step.actual.is_none() && step.finish <= day, "{code} {step:?}"),
            Progress::Running | Progress::Open => assert!(step.finish >= day, "{code} {step:?}"),
        }
        // Late is what comes after its last day, and only that; parts of a day are rounded down.
        if let (Some(last), Some(float)) = (step.late_finish, step.float) {
            assert!(if float < 0 { step.finish >= last } else { step.finish <= last }, "{code} {step:?}");
        }
    }
    if let Some(headline) = row.headline() {
        assert!(!headline.is_done());
    }
}

#[test]
fn a_delay_moves_what_hangs_on_it_and_nothing_before() {
    let plan = on_the_day();
    let school = plan.row("HT-EDU-003").unwrap();
    let next = school.next().unwrap();
    let hits = plan.timetable.delay(next.task, 20).unwrap();
    assert_eq!((hits[0].0, hits[0].1), (next.task, 20));
    let headline = school.headline().unwrap();
    let (_, days, before, after) = hits.iter().find(|(task, ..)| *task == headline.task).unwrap();
    assert!(*days > 0 && before < after && *before == headline.finish);
    for (task, ..) in &hits {
        let at = plan.timetable.place(*task).unwrap();
        assert_eq!(at.project, school.project);
        assert!(!matches!(at.progress, Progress::Done | Progress::Implied));
    }
    // Its chain of drivers ends in itself and begins with what is under way.
    let chain = plan.timetable.driving_chain(headline.task);
    assert_eq!(chain.last(), Some(&headline.task));
    assert_eq!(chain.first(), Some(&next.task));
}

#[test]
fn durations_of_the_demonstration_are_marked_as_made_up() {
    let history = runtime().block_on(app().history(&plan())).unwrap();
    let plan = plan();
    let facts = history.get(&domain::subject::Subject::plan(&plan)).unwrap().facts();
    let usual: Vec<_> = facts.iter().filter(|fact| fact.slot.starts_with("usual_work/")).collect();
    assert!(usual.len() > 60);
    assert!(usual.iter().all(|fact| fact.grade == domain::source::Grade::Illustrative));
}

#[test]
fn a_plan_that_keeps_a_rhythm_keeps_a_forecast_of_every_month() {
    let ((database, _folder), runtime) = (copy(), runtime());
    let clock = Arc::new(FixedClock::morning(date(2019, 9, 2)).unwrap());
    let (app, plan) = (App::new(database, clock.clone()), plan());
    let rules = RhythmRules::preset("usual").unwrap();
    let rhythm = InForce { since: date(2019, 9, 1), until: None, rules };
    let command = Command::Record {
        subject: Subject::plan(&plan),
        facts: vec![PlanFact::Rhythm(rhythm).into()],
        expected: None,
    };
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    runtime.block_on(app.change(&Actor::operator(), change)).unwrap();
    let on = |day: Date, trial: bool| {
        clock.set(clock.zone().to_timestamp(day.at(9, 0, 0, 0)).unwrap());
        let run = runtime.block_on(app.run_rhythm(&plan, day.at(9, 0, 0, 0), trial)).unwrap();
        let kept = run.deeds.iter().filter_map(|deed| match deed {
            Deed::Forecast { on } => Some(*on),
            _ => None,
        });
        kept.collect::<Vec<Date>>()
    };
    assert_eq!(on(date(2019, 9, 2), true), [date(2019, 9, 2)], "a trial says it");
    assert_eq!(on(date(2019, 9, 2), false), [date(2019, 9, 2)]);
    assert_eq!(on(date(2019, 9, 30), false), []);
    assert_eq!(on(date(2019, 10, 8), false), [date(2019, 10, 8)]);
    let portfolio = runtime.block_on(app.portfolio(&plan, Asked::default())).unwrap();
    let held: Vec<Date> = portfolio.plan.forecasts.iter().map(|held| held.on).collect();
    // Beside those that the demonstration has of its own.
    assert!(held.ends_with(&[date(2019, 9, 2), date(2019, 10, 8)]), "{held:?}");
    let own = portfolio.plan.forecasts.iter().filter(|held| held.on >= date(2019, 9, 1));
    assert!(own.clone().count() == 2 && own.clone().all(|held| held.promises.len() > 20));
}
