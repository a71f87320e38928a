//! Lags, deadlines, constraints, summaries and progress against values worked out with MPXJ and by hand.

use timetable::forecast::{Inputs, Sampling, Spread, Target, forecast};
use timetable::{
    Calendar, CalendarId, Constraint, Driver, Duration, Horizon, Lag, LinkKind, Moment, Network, Placement,
    Plan, PlanError, Progress, ScheduleFrom, Task, TaskDates, TaskId,
};

const DAY: i64 = 480;

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

fn plan() -> Plan {
    Plan::new("test", at("2019-08-15T08:00"))
}

fn compute(plan: &Plan) -> Vec<TaskDates> {
    let network = Network::new(plan).unwrap();
    network.schedule(plan).unwrap().dates(plan, &network)
}

fn span(dates: &TaskDates) -> String {
    format!("{} {}", &dates.early_start.to_string()[5..], &dates.early_finish.to_string()[5..])
}

/// Predecessor of three days, successor of two.
fn successor(kind: LinkKind, lag: Lag) -> String {
    let mut plan = plan();
    let p = plan.add(Task::new(1, "P", 3 * DAY));
    let s = plan.add(Task::new(2, "S", 2 * DAY));
    plan.link(p, s, kind, lag);
    span(&compute(&plan)[s.index()])
}

#[test]
fn lags() {
    use LinkKind::*;
    let days = |n| Lag::Working(n * DAY);
    for (kind, lag, expected) in [
        (FinishToStart, days(2), "08-22T08:00 08-23T17:00"),
        (StartToStart, days(2), "08-19T08:00 08-20T17:00"),
        (FinishToFinish, days(2), "08-20T08:00 08-21T17:00"),
        (FinishToStart, days(-1), "08-19T08:00 08-20T17:00"),
        (FinishToFinish, days(-1), "08-15T08:00 08-16T17:00"),
        (FinishToStart, days(5), "08-27T08:00 08-28T17:00"),
        (StartToStart, days(5), "08-22T08:00 08-23T17:00"),
        (FinishToFinish, days(5), "08-23T08:00 08-26T17:00"),
        (FinishToStart, Lag::Percent(50), "08-21T13:00 08-23T12:00"),
        (StartToStart, Lag::Percent(50), "08-16T13:00 08-20T12:00"),
        (FinishToFinish, Lag::Percent(50), "08-19T13:00 08-21T12:00"),
        (FinishToStart, Lag::Percent(-50), "08-16T13:00 08-20T12:00"),
        (FinishToFinish, Lag::Percent(-50), "08-15T08:00 08-16T17:00"),
        (FinishToStart, Lag::Elapsed(3 * 1440), "08-23T08:00 08-26T17:00"),
        (StartToStart, Lag::Elapsed(3 * 1440), "08-19T08:00 08-20T17:00"),
        (FinishToFinish, Lag::Elapsed(3 * 1440), "08-21T08:00 08-22T17:00"),
        (StartToFinish, days(2), "08-15T08:00 08-16T17:00"),
        (StartToFinish, days(5), "08-20T08:00 08-21T17:00"),
        // Held at the start of the plan, where the link alone would put it before.
        (StartToStart, days(-1), "08-15T08:00 08-16T17:00"),
        (StartToStart, Lag::Percent(-50), "08-15T08:00 08-16T17:00"),
    ] {
        assert_eq!(successor(kind, lag), expected, "{kind} {lag:?}");
    }
}

/// With a long unrelated task that sets the end of the plan.
fn with_horizon() -> Plan {
    let mut plan = plan();
    plan.add(Task::new(99, "long", 60 * DAY));
    plan
}

fn late(dates: &TaskDates) -> String {
    format!("{} {}", &dates.late_start.to_string()[5..], &dates.late_finish.to_string()[5..])
}

#[test]
fn a_promise_gives_negative_float_along_the_chain() {
    let mut plan = with_horizon();
    let a = plan.add(Task::new(1, "A", 5 * DAY));
    let b = plan.add(Task { deadline: Some(at("2019-08-20T17:00")), ..Task::new(2, "B", 2 * DAY) });
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(rows[b.index()].early_finish, at("2019-08-23T17:00"));
    assert_eq!((rows[b.index()].total_float, rows[a.index()].total_float), (-3 * DAY, -3 * DAY));
    assert_eq!(late(&rows[a.index()]), "08-12T08:00 08-16T17:00");
    assert!(rows[a.index()].critical && rows[b.index()].critical && rows[0].critical);
}

#[test]
fn half_a_day_of_negative_float() {
    let mut plan = with_horizon();
    let a = plan.add(Task { deadline: Some(at("2019-08-19T12:00")), ..Task::new(1, "A", 3 * DAY) });
    let b = plan.add(Task { deadline: Some(at("2019-08-23T17:00")), ..Task::new(2, "B", DAY) });
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(rows[a.index()].total_float, -DAY / 2);
    assert_eq!(rows[a.index()].late_start, at("2019-08-14T13:00"));
    assert_eq!(rows[b.index()].total_float, 3 * DAY);
}

#[test]
fn a_promise_on_a_summary_caps_its_leaves() {
    let mut plan = with_horizon();
    let s = plan.add(Task { deadline: Some(at("2019-08-19T17:00")), ..Task::new(10, "S", 0) });
    let c1 = plan.add(Task { parent: Some(s), ..Task::new(1, "c1", 2 * DAY) });
    let c2 = plan.add(Task { parent: Some(s), ..Task::new(2, "c2", 3 * DAY) });
    plan.link(c1, c2, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    for id in [s, c1, c2] {
        assert_eq!(rows[id.index()].total_float, -2 * DAY);
    }
}

#[test]
fn a_milestone_promised_for_a_morning_is_due_the_evening_before() {
    let mut plan = with_horizon();
    let a = plan.add(Task::new(1, "A", 5 * DAY));
    let m = plan.add(Task { deadline: Some(at("2019-08-20T08:00")), ..Task::new(2, "M", 0) });
    plan.link(a, m, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(rows[m.index()].early_finish, at("2019-08-21T17:00"));
    assert_eq!(rows[m.index()].total_float, -2 * DAY);
    assert_eq!(rows[a.index()].late_finish, at("2019-08-19T17:00"));
}

#[test]
fn chinese_calendar_turns_two_days_to_spare_into_two_too_few() {
    let build = |calendar: Calendar| {
        let mut plan = with_horizon();
        plan.calendars[0] = calendar;
        let a = plan.add(Task::new(1, "A", 20 * DAY));
        let b = plan.add(Task::new(2, "B", 15 * DAY));
        let promise = Moment::parse_promise("2019-10-18").unwrap();
        let c = plan.add(Task { deadline: Some(promise), ..Task::new(3, "C", 10 * DAY) });
        plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
        plan.link(b, c, LinkKind::FinishToStart, Lag::Working(0));
        let rows = compute(&plan);
        (rows[a.index()], rows[b.index()], rows[c.index()])
    };
    let national = timetable::china::WorkingDays::known_on(None);
    let (a, b, c) = build(national.calendar("national", &timetable::DayHours::office()));
    assert_eq!(a.early_finish, at("2019-09-11T17:00"));
    assert_eq!(span(&b), "09-12T08:00 10-09T17:00");
    assert_eq!(span(&c), "10-10T08:00 10-22T17:00");
    assert_eq!((a.total_float, c.total_float), (-2 * DAY, -2 * DAY));
    assert_eq!(a.late_start, at("2019-08-13T08:00"));
    let (_, _, c) = build(Calendar::standard("weekdays"));
    assert_eq!((c.early_finish, c.total_float), (at("2019-10-16T17:00"), 2 * DAY));
}

#[test]
fn constraints_of_all_kinds() {
    use Constraint::*;
    let friday = at("2019-08-23T17:00");
    let tuesday = at("2019-08-20T08:00");
    // A three-day predecessor ends on Monday 19; the task takes two days.
    for (constraint, expected, float_before) in [
        (AsSoonAsPossible, "08-20T08:00 08-21T17:00", 55 * DAY),
        (AsLateAsPossible, "08-20T08:00 08-21T17:00", 55 * DAY),
        (StartNoEarlierThan(at("2019-08-26T08:00")), "08-26T08:00 08-27T17:00", 55 * DAY),
        (FinishNoEarlierThan(friday), "08-22T08:00 08-23T17:00", 55 * DAY),
        (StartNoLaterThan(at("2019-08-16T08:00")), "08-16T08:00 08-19T17:00", -2 * DAY),
        (FinishNoLaterThan(tuesday), "08-16T08:00 08-19T17:00", -2 * DAY),
        (MustStartOn(at("2019-08-21T08:00")), "08-21T08:00 08-22T17:00", DAY),
        (MustFinishOn(friday), "08-22T08:00 08-23T17:00", 2 * DAY),
    ] {
        let mut plan = with_horizon();
        let p = plan.add(Task::new(1, "P", 3 * DAY));
        let s = plan.add(Task { constraint, ..Task::new(2, "S", 2 * DAY) });
        plan.link(p, s, LinkKind::FinishToStart, Lag::Working(0));
        let rows = compute(&plan);
        assert_eq!(span(&rows[s.index()]), expected, "{constraint:?}");
        assert_eq!(rows[p.index()].total_float, float_before, "{constraint:?}");
    }
}

#[test]
fn as_late_as_possible_takes_its_successors_along() {
    let mut plan = with_horizon();
    let a = plan.add(Task { constraint: Constraint::AsLateAsPossible, ..Task::new(1, "A", 2 * DAY) });
    let b = plan.add(Task { deadline: Some(at("2019-08-23T17:00")), ..Task::new(2, "B", DAY) });
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(
        (rows[a.index()].start, rows[a.index()].finish),
        (at("2019-08-21T08:00"), at("2019-08-22T17:00"))
    );
    assert_eq!(rows[b.index()].early_finish, at("2019-08-23T17:00"));
}

#[test]
fn links_of_summaries_hold_their_leaves() {
    let mut plan = plan();
    let s = plan.add(Task::new(10, "S", 0));
    let short = plan.add(Task { parent: Some(s), ..Task::new(1, "short", DAY) });
    let long = plan.add(Task { parent: Some(s), ..Task::new(2, "long", 3 * DAY) });
    let after = plan.add(Task::new(11, "after", 0));
    let x = plan.add(Task { parent: Some(after), ..Task::new(3, "x", DAY) });
    let y = plan.add(Task { parent: Some(after), ..Task::new(4, "y", 2 * DAY) });
    plan.link(s, after, LinkKind::FinishToStart, Lag::Working(DAY));
    let begin = plan.add(Task::new(5, "begin with S", DAY));
    plan.link(s, begin, LinkKind::StartToStart, Lag::Working(DAY));
    let rows = compute(&plan);
    assert_eq!(span(&rows[x.index()]), "08-21T08:00 08-21T17:00");
    assert_eq!(span(&rows[y.index()]), "08-21T08:00 08-22T17:00");
    assert_eq!(span(&rows[after.index()]), "08-21T08:00 08-22T17:00");
    assert_eq!(span(&rows[begin.index()]), "08-16T08:00 08-16T17:00");
    assert_eq!((rows[long.index()].total_float, rows[short.index()].total_float), (0, 2 * DAY));
}

#[test]
fn progress_replaces_computed_dates() {
    let mut plan = plan();
    plan.status_date = Some(at("2019-08-21T08:00"));
    let (start, finish) = (at("2019-08-15T08:00"), at("2019-08-19T17:00"));
    let done =
        plan.add(Task { progress: Progress::Finished { start, finish }, ..Task::new(1, "done", 2 * DAY) });
    let progress = Progress::Started { start: at("2019-08-20T08:00"), remaining: 3 * DAY, resume: None };
    let running = plan.add(Task { progress, ..Task::new(2, "running", 4 * DAY) });
    let next = plan.add(Task::new(3, "next", DAY));
    plan.link(done, running, LinkKind::FinishToStart, Lag::Working(0));
    plan.link(running, next, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(span(&rows[done.index()]), "08-15T08:00 08-19T17:00");
    assert_eq!(span(&rows[running.index()]), "08-20T08:00 08-23T17:00");
    assert_eq!(rows[running.index()].late_start, at("2019-08-20T08:00"));
    assert_eq!(span(&rows[next.index()]), "08-26T08:00 08-26T17:00");
    assert!(!rows[done.index()].critical && rows[running.index()].critical);
    // Two days later the rest of the work still waits for the status date.
    plan.status_date = Some(at("2019-08-23T08:00"));
    assert_eq!(span(&compute(&plan)[running.index()]), "08-20T08:00 08-27T17:00");
}

#[test]
fn manual_and_inactive_tasks() {
    let mut plan = plan();
    let placement = Placement::Manual { start: at("2019-08-17T10:00"), finish: at("2019-08-20T12:00") };
    let manual = plan.add(Task { placement, ..Task::new(1, "manual", DAY) });
    let off = plan.add(Task { active: false, ..Task::new(2, "inactive", 90 * DAY) });
    let next = plan.add(Task::new(3, "next", DAY));
    plan.link(manual, next, LinkKind::FinishToStart, Lag::Working(0));
    plan.link(off, next, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(span(&rows[manual.index()]), "08-17T10:00 08-20T12:00");
    assert_eq!(span(&rows[next.index()]), "08-20T13:00 08-21T12:00");
    assert_eq!(rows[next.index()].total_float, 0);
}

#[test]
fn elapsed_durations_ignore_working_hours() {
    let mut plan = plan();
    let a = plan.add(Task::new(1, "pour", 2 * DAY));
    let b = plan.add(Task { duration: Duration::Elapsed(3 * 1440), ..Task::new(2, "cure", 0) });
    let c = plan.add(Task::new(3, "go on", DAY));
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    plan.link(b, c, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(span(&rows[b.index()]), "08-16T17:00 08-19T17:00");
    assert_eq!(span(&rows[c.index()]), "08-20T08:00 08-20T17:00");
}

#[test]
fn scheduled_back_from_the_finish() {
    let mut plan = plan();
    plan.schedule_from = ScheduleFrom::Finish(at("2019-08-23T17:00"));
    let a = plan.add(Task::new(1, "A", 2 * DAY));
    let b = plan.add(Task::new(2, "B", 3 * DAY));
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(late(&rows[a.index()]), "08-19T08:00 08-20T17:00");
    assert_eq!((rows[a.index()].total_float, rows[b.index()].total_float), (0, 0));
}

#[test]
fn the_horizon_may_be_each_tasks_own_promise() {
    let mut plan = with_horizon();
    plan.horizon = Horizon::OwnPromise;
    let a = plan.add(Task::new(1, "A", 2 * DAY));
    // Later than the end of the plan: Microsoft Project would not see it.
    let b = plan.add(Task { deadline: Some(at("2020-08-20T17:00")), ..Task::new(2, "B", 3 * DAY) });
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    let rows = compute(&plan);
    assert_eq!(rows[a.index()].late_finish, at("2020-08-17T17:00"));
    assert_eq!(rows[0].total_float, 0);
}

#[test]
fn a_task_calendar_of_its_own() {
    let mut plan = plan();
    let mut site = Calendar::continuous("site");
    let week: timetable::calendar::Week = std::array::from_fn(|_| Some(timetable::DayHours::office()));
    site.week = week;
    plan.calendars.push(site);
    let a = plan.add(Task { calendar: Some(CalendarId(1)), ..Task::new(1, "seven-day week", 3 * DAY) });
    let b = plan.add(Task::new(2, "office", DAY));
    // The lag counts in the successor's calendar: Saturday and Sunday do not.
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(DAY));
    let rows = compute(&plan);
    assert_eq!(span(&rows[a.index()]), "08-15T08:00 08-17T17:00");
    assert_eq!(span(&rows[b.index()]), "08-20T08:00 08-20T17:00");
}

#[test]
fn explains_what_drives_and_what_a_delay_hits() {
    let mut plan = plan();
    let a = plan.add(Task::new(1, "A", 3 * DAY));
    let b = plan.add(Task::new(2, "B", DAY));
    let c = plan.add(Task::new(3, "C", 2 * DAY));
    let d = plan.add(Task {
        constraint: Constraint::StartNoEarlierThan(at("2019-09-02T08:00")),
        ..Task::new(4, "D", DAY)
    });
    plan.link(a, c, LinkKind::FinishToStart, Lag::Working(0));
    plan.link(b, c, LinkKind::FinishToStart, Lag::Working(0));
    plan.link(c, d, LinkKind::FinishToStart, Lag::Working(0));
    let network = Network::new(&plan).unwrap();
    let schedule = network.schedule(&plan).unwrap();
    assert_eq!(schedule.drivers(&network, a), [Driver::PlanStart]);
    assert_eq!(schedule.drivers(&network, c), [Driver::Link(0)]);
    assert_eq!(schedule.drivers(&network, d), [Driver::Constraint]);
    let chain = schedule.driving_chain(&network, c);
    assert_eq!(chain.iter().map(|s| (s.predecessor, s.successor)).collect::<Vec<_>>(), [(a, c)]);
    // B has two days of float: a delay of three days moves C by one, and D not at all.
    let hits = schedule.delay(&plan, &network, b, 3 * DAY).unwrap();
    assert_eq!(
        hits.iter().map(|h| (h.task, h.by, h.through)).collect::<Vec<_>>(),
        [(b, 3 * DAY, None), (c, DAY, Some(1))]
    );
}

#[test]
fn bad_plans_are_refused_with_the_place() {
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan();
        for uid in 1..=3 {
            plan.add(Task::new(uid, format!("T{uid}"), DAY));
        }
        plan.link(TaskId(0), TaskId(1), LinkKind::FinishToStart, Lag::Working(0));
        plan.link(TaskId(1), TaskId(2), LinkKind::FinishToStart, Lag::Working(0));
        change(&mut plan);
        match Network::new(&plan) {
            Err(error) => error,
            Ok(network) => network.schedule(&plan).unwrap_err(),
        }
    };
    let cycle = refused(&|p| p.link(TaskId(2), TaskId(0), LinkKind::FinishToStart, Lag::Working(0)));
    let text = cycle.to_string();
    let names = ["“T1” (1)", "“T2” (2)", "“T3” (3)"];
    let rings = [0, 1, 2].map(|i| [0, 1, 2, 3].map(|k| names[(i + k) % 3]).join(" → "));
    assert!(rings.iter().any(|ring| text.contains(ring)), "{text}");
    assert!(matches!(cycle, PlanError::Cycle { tasks } if tasks.len() == 3));
    assert!(matches!(
        refused(&|p| p.link(TaskId(0), TaskId(9), LinkKind::FinishToStart, Lag::Working(0))),
        PlanError::DanglingLink { .. }
    ));
    assert!(matches!(
        refused(&|p| p.link(TaskId(0), TaskId(0), LinkKind::FinishToStart, Lag::Working(0))),
        PlanError::SelfLink { .. }
    ));
    assert!(matches!(
        refused(&|p| p.tasks[1].duration = Duration::Working(-1)),
        PlanError::BadDuration { minutes: -1, .. }
    ));
    assert!(matches!(refused(&|p| p.tasks[1].uid = 1), PlanError::DuplicateUid { uid: 1, .. }));
    assert!(matches!(refused(&|p| p.tasks[1].parent = Some(TaskId(1))), PlanError::BadParent { .. }));
    assert!(matches!(refused(&|p| p.tasks[1].calendar = Some(CalendarId(7))), PlanError::NoCalendar { .. }));
    assert!(matches!(refused(&|p| p.calendars[0].week = Default::default()), PlanError::Calendar(_)));
    assert!(matches!(
        refused(&|p| p.tasks[0].duration = Duration::Working(timetable::MAX_MINUTES)),
        PlanError::BeyondCalendar { .. }
    ));
    let overdue = |p: &mut Plan| {
        p.status_date = Some(at("2019-09-01T08:00"));
        p.tasks[2].deadline = Some(at("2019-08-30T17:00"));
    };
    assert!(matches!(refused(&overdue), PlanError::PromiseBeforeStatus { .. }));
    // A cycle through a summary is one as well.
    let through_summary = refused(&|p| {
        let s = p.add(Task::new(9, "S", 0));
        p.tasks[0].parent = Some(s);
        p.link(TaskId(2), s, LinkKind::FinishToStart, Lag::Working(0));
    });
    assert!(matches!(through_summary, PlanError::Cycle { .. }));
}

#[test]
fn a_forecast_without_spread_is_the_timetable() {
    let mut plan = plan();
    plan.calendars.push(Calendar::continuous("clock"));
    let a = plan.add(Task::new(1, "A", 3 * DAY));
    let b = plan.add(Task { calendar: Some(CalendarId(1)), ..Task::new(2, "B", 1000) });
    let c = plan.add(Task::new(3, "C", 2 * DAY));
    plan.link(a, b, LinkKind::FinishToStart, Lag::Elapsed(60));
    plan.link(b, c, LinkKind::FinishToFinish, Lag::Working(DAY));
    let rows = compute(&plan);
    let network = Network::new(&plan).unwrap();
    let promise = Some(rows[c.index()].early_finish);
    let inputs = Inputs { targets: vec![Target { task: c, promise }], ..Inputs::default() };
    let result = forecast(&plan, &network, &inputs, Sampling { draws: 10, seed: 1, threads: 1 }).unwrap();
    assert_eq!(result.targets[0].finish.p50, rows[c.index()].early_finish);
    assert_eq!(result.targets[0].on_time, Some(1.0));
    assert_eq!(result.tasks.iter().map(|t| t.critical).collect::<Vec<_>>(), [1.0, 1.0, 1.0]);
}

#[test]
fn forecast_of_one_task_follows_its_triangle() {
    let mut plan = plan();
    let a = plan.add(Task::new(1, "A", 100 * DAY));
    let network = Network::new(&plan).unwrap();
    // The triangle 80, 100, 160 has its median at 160 − √(80 · 60 / 2) = 111.01 days.
    let spread = Spread { low: 80 * DAY, likely: 100 * DAY, high: 160 * DAY };
    let calendar = timetable::calendar::expand(&plan.calendars, CalendarId(0)).unwrap();
    let promise = calendar.add(at("2019-08-15T08:00"), 100 * DAY);
    let inputs = Inputs {
        spreads: vec![Some(spread)],
        targets: vec![Target { task: a, promise: Some(promise) }],
        ..Inputs::default()
    };
    let run =
        |threads| forecast(&plan, &network, &inputs, Sampling { draws: 40_000, seed: 3, threads }).unwrap();
    let result = run(1);
    assert!((result.targets[0].on_time.unwrap() - 0.25).abs() < 0.01);
    let median = calendar.between(at("2019-08-15T08:00"), result.targets[0].finish.p50) as f64 / DAY as f64;
    assert!((median - 111.01).abs() < 0.3, "{median}");
    assert_eq!(run(2), result);
    assert_eq!(run(7), result);
}
