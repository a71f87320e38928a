//! Properties that need no oracle, on random plans.

use proptest::prelude::*;
use timetable::calendar::{Week, expand};
use timetable::forecast::{Inputs, Sampling, Spread, Target, forecast};
use timetable::{
    Calendar, CalendarId, Constraint, Day, DayHours, Duration, Lag, LinkKind, LivePlan, Moment, Network,
    Plan, ScheduleFrom, Task, TaskDates, TaskId, WorkingTime,
};

fn start() -> Moment {
    "2019-08-15T08:00".parse().unwrap()
}

fn kind() -> impl Strategy<Value = LinkKind> {
    prop_oneof![
        3 => Just(LinkKind::FinishToStart),
        1 => Just(LinkKind::StartToStart),
        1 => Just(LinkKind::FinishToFinish),
        1 => Just(LinkKind::StartToFinish),
    ]
}

fn lag() -> BoxedStrategy<Lag> {
    prop_oneof![
        3 => Just(Lag::Working(0)),
        2 => (-1500..3000i64).prop_map(Lag::Working),
        1 => (-1500..6000i64).prop_map(Lag::Elapsed),
        1 => (-100..200i32).prop_map(Lag::Percent),
    ]
    .boxed()
}

fn working_lag() -> BoxedStrategy<Lag> {
    prop_oneof![3 => Just(Lag::Working(0)), 2 => (0..3000i64).prop_map(Lag::Working)].boxed()
}

/// Lags within one calendar, leads among them.
fn inner_lag() -> BoxedStrategy<Lag> {
    prop_oneof![(-1500..3000i64).prop_map(Lag::Working), (-100..200i32).prop_map(Lag::Percent)].boxed()
}

fn duration() -> impl Strategy<Value = i64> {
    prop_oneof![1 => Just(0), 4 => 1..6000i64]
}

prop_compose! {
    /// Links only from lower to higher numbers, so there is no cycle.
    fn plan(lags: BoxedStrategy<Lag>)(count in 2usize..25)(
        durations in prop::collection::vec(duration(), count),
        links in prop::collection::vec((0..count, 0..count, kind(), lags.clone()), 0..count * 2),
    ) -> Plan {
        let mut plan = Plan::new("random", start());
        for (i, minutes) in durations.iter().enumerate() {
            plan.add(Task::new(i as i64 + 1, format!("T{i}"), *minutes));
        }
        for (a, b, kind, lag) in links {
            if a != b {
                plan.link(TaskId(a.min(b) as u32), TaskId(a.max(b) as u32), kind, lag);
            }
        }
        plan
    }
}

fn hours() -> impl Strategy<Value = DayHours> {
    prop_oneof![
        2 => Just(DayHours::free()),
        3 => Just(DayHours::office()),
        1 => Just(DayHours::whole_day()),
        2 => prop::collection::vec((0..1439i64, 1..300i64), 1..4)
            .prop_map(|spans| DayHours::new(&spans.iter().map(|&(f, l)| (f, (f + l).min(1440))).collect::<Vec<_>>()).unwrap()),
    ]
}

prop_compose! {
    fn calendar()(
        week in prop::collection::vec(hours(), 7),
        days in prop::collection::btree_map((18_100..18_200i32).prop_map(Day), hours(), 0..12),
    ) -> Calendar {
        let mut week: Week = std::array::from_fn(|d| Some(week[d].clone()));
        if week.iter().flatten().all(|h| h.minutes() == 0) {
            week[2] = Some(DayHours::office());
        }
        Calendar { name: "random".to_owned(), week, days, ..Calendar::default() }
    }
}

fn hours_on(calendar: &Calendar, day: Day) -> DayHours {
    calendar.days.get(&day).cloned().or_else(|| calendar.week[day.weekday()].clone()).unwrap_or_default()
}

/// Whether the minute that begins at `t` is worked, straight from the written calendar.
fn works(calendar: &Calendar, t: i64) -> bool {
    let minute = t.rem_euclid(1440) as u16;
    hours_on(calendar, Day(t.div_euclid(1440) as i32))
        .spans()
        .iter()
        .any(|&(from, to)| (from..to).contains(&minute))
}

fn rows(plan: &Plan) -> Vec<TaskDates> {
    let network = Network::new(plan).unwrap();
    network.schedule(plan).unwrap().dates(plan, &network)
}

fn standard(plan: &Plan) -> WorkingTime {
    expand(&plan.calendars, CalendarId(0)).unwrap()
}

/// The plan seen in a mirror: time runs backwards, every link turns round.
fn mirror(plan: &Plan, end: Moment) -> Plan {
    let back = |t: Moment| Moment::from_minutes(-t.minutes());
    let mut mirrored = Plan::new("mirror", back(end));
    let mut calendar = plan.calendars[0].clone();
    let turned = |hours: &DayHours| {
        let spans: Vec<(i64, i64)> =
            hours.spans().iter().map(|&(f, t)| (1440 - i64::from(t), 1440 - i64::from(f))).collect();
        DayHours::new(&spans).unwrap()
    };
    for n in 0..7 {
        calendar.week[Day(-n - 1).weekday()] = plan.calendars[0].week[Day(n).weekday()].as_ref().map(turned);
    }
    calendar.days = plan.calendars[0].days.iter().map(|(d, h)| (Day(-d.0 - 1), turned(h))).collect();
    mirrored.calendars = vec![calendar];
    mirrored.tasks = plan.tasks.clone();
    for link in &plan.links {
        let kind = match link.kind {
            LinkKind::FinishToStart => LinkKind::FinishToStart,
            LinkKind::StartToStart => LinkKind::FinishToFinish,
            LinkKind::FinishToFinish => LinkKind::StartToStart,
            LinkKind::StartToFinish => LinkKind::StartToFinish,
        };
        // A share of the other task's duration is no share of this one's: take minutes.
        let lag = match link.lag {
            Lag::Percent(_) | Lag::ElapsedPercent(_) => Lag::Working(0),
            lag => lag,
        };
        mirrored.link(link.successor, link.predecessor, kind, lag);
    }
    mirrored
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn calendar_arithmetic_equals_counting_minutes(calendar in calendar(), at in 18_090..18_210i64, minute in 0..1440i64, work in 0..4000i64) {
        let working = expand(std::slice::from_ref(&calendar), CalendarId(0)).unwrap();
        let t = Moment::from_minutes(at * 1440 + minute);
        // add: walk on until so many minutes are worked.
        let (mut left, mut end) = (work, t.minutes());
        while left > 0 {
            left -= i64::from(works(&calendar, end));
            end += 1;
        }
        prop_assert_eq!(working.add(t, work).minutes(), end);
        prop_assert_eq!(working.between(t, Moment::from_minutes(end)), work);
        // sub: walk back likewise.
        let (mut left, mut begin) = (work, t.minutes());
        while left > 0 {
            begin -= 1;
            left -= i64::from(works(&calendar, begin));
        }
        prop_assert_eq!(working.sub(t, work).minutes(), begin);
        // up and down: the nearest minutes of work.
        let mut up = t.minutes();
        while !works(&calendar, up) {
            up += 1;
        }
        prop_assert_eq!(working.up(t).minutes(), up);
        let mut down = t.minutes();
        while !works(&calendar, down - 1) {
            down -= 1;
        }
        prop_assert_eq!(working.down(t).minutes(), down);
    }

    #[test]
    fn backward_pass_is_the_forward_pass_of_the_mirror(plan in plan(prop_oneof![Just(Lag::Working(0)), (-900..2000i64).prop_map(Lag::Working)].boxed()), calendar in calendar()) {
        let mut plan = plan;
        plan.calendars = vec![calendar];
        let rows_here = rows(&plan);
        let end = rows_here.iter().map(|d| d.early_finish).max().unwrap();
        let reflected = mirror(&plan, end);
        let rows_there = rows(&reflected);
        let (here, there) = (standard(&plan), standard(&reflected));
        // A position counts from another origin in the mirror: compare distances to the end.
        for (a, b) in rows_here.iter().zip(&rows_there) {
            let mirrored_end = Moment::from_minutes(-end.minutes());
            prop_assert_eq!(here.between(a.late_finish, end), there.between(mirrored_end, b.early_start));
            prop_assert_eq!(here.between(a.late_start, end), there.between(mirrored_end, b.early_finish));
        }
    }

    #[test]
    fn floats_without_promises_are_not_negative_and_free_is_within_total(plan in plan(working_lag())) {
        for dates in rows(&plan) {
            prop_assert!(0 <= dates.free_float && dates.free_float <= dates.total_float, "{dates:?}");
            prop_assert!(dates.early_start <= dates.late_start || dates.total_float == 0);
        }
    }

    #[test]
    fn a_later_start_moves_the_end_by_what_exceeds_the_float(plan in plan(working_lag()), which in any::<prop::sample::Index>(), shift in 1..5000i64) {
        let working = standard(&plan);
        let before = rows(&plan);
        let i = which.index(plan.tasks.len());
        // A milestone or a task held by a link to its finish may start on an evening: count from its position.
        let later = working.add(before[i].early_start, shift);
        let mut moved = plan.clone();
        moved.tasks[i].constraint = Constraint::StartNoEarlierThan(later);
        let after = rows(&moved);
        let end = |rows: &[TaskDates]| rows.iter().map(|d| working.position(d.early_finish)).max().unwrap();
        prop_assert_eq!(end(&after) - end(&before), (shift - before[i].total_float).max(0));
    }

    #[test]
    fn a_holiday_never_makes_a_date_earlier(plan in plan(working_lag()), day in 18_120..18_160i32) {
        let mut longer = plan.clone();
        longer.calendars[0].days.insert(Day(day), DayHours::free());
        for (a, b) in rows(&plan).iter().zip(&rows(&longer)) {
            prop_assert!(a.early_start <= b.early_start && a.early_finish <= b.early_finish);
        }
    }

    #[test]
    fn the_order_of_tasks_and_links_changes_no_date(plan in plan(lag()), seed in any::<u64>()) {
        let count = plan.tasks.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let mut place = vec![0; count];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new;
        }
        let mut shuffled = plan.clone();
        shuffled.tasks = order.iter().map(|&i| plan.tasks[i].clone()).collect();
        for link in &mut shuffled.links {
            link.predecessor = TaskId(place[link.predecessor.index()] as u32);
            link.successor = TaskId(place[link.successor.index()] as u32);
        }
        shuffled.links.reverse();
        let (a, b) = (rows(&plan), rows(&shuffled));
        for (old, &new) in place.iter().enumerate() {
            prop_assert_eq!(a[old], b[new]);
        }
    }

    #[test]
    fn splitting_a_task_in_two_changes_no_other_date(plan in plan(working_lag()), which in any::<prop::sample::Index>()) {
        let i = which.index(plan.tasks.len());
        let minutes = plan.tasks[i].duration.minutes();
        prop_assume!(minutes >= 2);
        // Links to the finish of a task hold its start by the whole duration: only start links may enter.
        let mut plan = plan;
        plan.links.retain(|l| {
            l.successor.index() != i || matches!(l.kind, LinkKind::FinishToStart | LinkKind::StartToStart)
        });
        let mut split = plan.clone();
        split.tasks[i].duration = Duration::Working(minutes / 2);
        let rest = split.add(Task::new(1000, "rest", minutes - minutes / 2));
        for link in &mut split.links {
            if link.predecessor.index() == i && matches!(link.kind, LinkKind::FinishToStart | LinkKind::FinishToFinish) {
                link.predecessor = rest;
            }
        }
        split.link(TaskId(i as u32), rest, LinkKind::FinishToStart, Lag::Working(0));
        let (a, b) = (rows(&plan), rows(&split));
        for j in (0..plan.tasks.len()).filter(|&j| j != i) {
            prop_assert_eq!((a[j].early_start, a[j].early_finish), (b[j].early_start, b[j].early_finish));
        }
        prop_assert_eq!(a[i].early_start, b[i].early_start);
        prop_assert_eq!(a[i].early_finish, b[rest.index()].early_finish);
    }

    #[test]
    fn live_edits_equal_planning_anew(
        plan in plan(lag()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8, 0..5000i64), 1..12),
        promises in any::<bool>(),
        summaries in any::<bool>(),
    ) {
        let mut plan = plan;
        if promises {
            plan.horizon = timetable::Horizon::OwnPromise;
            plan.tasks[0].deadline = Some(start());
        }
        if summaries {
            let s = plan.add(Task::new(500, "S", 0));
            let count = plan.tasks.len() / 2;
            for task in plan.tasks.iter_mut().take(count) {
                task.parent = Some(s);
            }
            plan.link(s, TaskId(count as u32 + 1), LinkKind::FinishToStart, Lag::Working(0));
            let last = TaskId(plan.tasks.len() as u32 - 2);
            plan.link(s, last, LinkKind::StartToStart, Lag::Working(60));
        }
        let Ok(mut live) = LivePlan::new(plan) else { return Ok(()) };
        for (which, what, number) in edits {
            let id = TaskId(which.index(live.plan().tasks.len()) as u32);
            let date = Moment::from_minutes(start().minutes() + number * 7);
            let outcome = match what {
                0 | 1 => live.set_task(id, |t| t.duration = Duration::Working(number)),
                2 => live.set_task(id, |t| t.deadline = Some(date)),
                3 => live.set_task(id, |t| t.constraint = Constraint::StartNoEarlierThan(date)),
                4 => live.set_task(id, |t| t.constraint = Constraint::MustFinishOn(date)),
                5 => live.set_task(id, |t| t.progress = timetable::Progress::Started { start: date, remaining: number / 2, resume: None }),
                6 => live.set_task(id, |t| t.progress = timetable::Progress::Finished { start: date, finish: date }),
                _ if live.plan().links.is_empty() => Ok(()),
                _ => live.set_lag(which.index(live.plan().links.len()) as u32, Lag::Working(number - 500)),
            };
            prop_assert!(outcome.is_ok(), "{outcome:?}");
            let anew = LivePlan::new(live.plan().clone()).unwrap();
            let (a, b) = (live.schedule().dates(live.plan(), live.network()), anew.schedule().dates(anew.plan(), anew.network()));
            prop_assert_eq!(a, b, "after {} on {:?}", what, id);
        }
    }

    #[test]
    fn promises_held_add_up(plan in plan(working_lag()), seed in any::<u64>(), slack in 0..3000i64, correlation in 0.0..=1.0f64) {
        let dates = rows(&plan);
        let network = Network::new(&plan).unwrap();
        let working = standard(&plan);
        let spread = |t: &Task| {
            let m = t.duration.minutes();
            Some(Spread { low: m * 4 / 5, likely: m, high: m * 8 / 5 })
        };
        let inputs = Inputs {
            spreads: plan.tasks.iter().map(spread).collect(),
            task_cause: (0..plan.tasks.len()).map(|i| (i % 3 > 0).then_some(i as u32 % 2)).collect(),
            causes: ["a", "b"].map(|name| timetable::forecast::Cause { name: name.to_owned(), correlation }).into(),
            targets: (0..plan.tasks.len())
                .map(|i| Target { task: TaskId(i as u32), promise: Some(working.add(dates[i].early_finish, slack)) })
                .collect(),
        };
        let run = |threads| forecast(&plan, &network, &inputs, Sampling { draws: 333, seed, threads }).unwrap();
        let result = run(1);
        prop_assert_eq!(&result, &run(3));
        let on_time = result.on_time.unwrap();
        let sum: f64 = result.targets.iter().filter_map(|t| t.on_time).sum();
        let least = result.targets.iter().filter_map(|t| t.on_time).fold(1.0, f64::min);
        prop_assert!((sum - on_time.expected).abs() < 1e-9);
        prop_assert!(on_time.all <= least + 1e-9);
        prop_assert!((on_time.distribution.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert!(on_time.p10 <= on_time.p50 && on_time.p50 <= on_time.p90);
        for target in &result.targets {
            let f = target.finish;
            prop_assert!(f.p10 <= f.p50 && f.p50 <= f.p80 && f.p80 <= f.p90 && f.p90 <= f.p95);
        }
        // Every finish is watched, so every task is on a driving chain of its own.
        prop_assert!(result.tasks.iter().all(|t| t.critical == 1.0));
    }

    #[test]
    fn a_forecast_without_spread_is_the_timetable(plan in plan(inner_lag()), dates in prop::collection::vec((0..9u8, -3000..20_000i64), 24)) {
        let mut plan = plan;
        for (task, (what, offset)) in plan.tasks.iter_mut().zip(dates) {
            let date = Moment::from_minutes(start().minutes() + offset);
            match what {
                0 => task.constraint = Constraint::StartNoEarlierThan(date),
                1 => task.constraint = Constraint::FinishNoEarlierThan(date),
                2 => task.constraint = Constraint::StartNoLaterThan(date),
                3 => task.progress = timetable::Progress::Started { start: date, remaining: task.duration.minutes() / 2, resume: None },
                4 => task.delay = offset.max(0),
                _ => {}
            }
        }
        let network = Network::new(&plan).unwrap();
        let dates = network.schedule(&plan).unwrap().dates(&plan, &network);
        let targets = (0..plan.tasks.len()).map(|i| Target { task: TaskId(i as u32), promise: None }).collect();
        let inputs = Inputs { targets, ..Inputs::default() };
        let result = forecast(&plan, &network, &inputs, Sampling { draws: 1, seed: 1, threads: 1 }).unwrap();
        let working = standard(&plan);
        for (target, dates) in result.targets.iter().zip(&dates) {
            prop_assert_eq!(working.position(target.finish.p50), working.position(dates.early_finish));
        }
    }

    #[test]
    fn nothing_panics(plan in plan(lag()), calendar in calendar(), finish in any::<bool>(), status in prop::option::of(0..100_000i64)) {
        let mut plan = plan;
        plan.calendars.push(calendar);
        for (i, task) in plan.tasks.iter_mut().enumerate() {
            if i % 3 == 0 {
                task.calendar = Some(CalendarId(1));
            }
            if i % 5 == 0 {
                task.duration = Duration::Elapsed(task.duration.minutes());
            }
            if i % 7 == 0 {
                task.constraint = Constraint::AsLateAsPossible;
            }
            if i % 4 == 1 {
                task.deadline = Some(Moment::from_minutes(start().minutes() + 60_000));
            }
        }
        if finish {
            plan.schedule_from = ScheduleFrom::Finish(start());
        }
        plan.refuse_overdue = false;
        plan.status_date = status.map(|m| Moment::from_minutes(start().minutes() + m));
        let network = Network::new(&plan).unwrap();
        let schedule = network.schedule(&plan).unwrap();
        let rows = schedule.dates(&plan, &network);
        for i in 0..plan.tasks.len() {
            let id = TaskId(i as u32);
            prop_assert!(!schedule.drivers(&network, id).is_empty());
            schedule.driving_chain(&network, id);
            schedule.delay(&plan, &network, id, 480).unwrap();
        }
        let targets = (0..plan.tasks.len()).map(|i| Target { task: TaskId(i as u32), promise: Some(rows[i].early_finish) });
        let inputs = Inputs { targets: targets.collect(), ..Inputs::default() };
        forecast(&plan, &network, &inputs, Sampling { draws: 5, seed: 1, threads: 1 }).ok();
    }
}
