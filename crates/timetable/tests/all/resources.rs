//! Limits are kept, links too, and small cases reach the proven optimum.

use proptest::prelude::*;
use timetable::resource::{Demand, Levelled, Resource, ResourceError, Search, level};
use timetable::{Lag, LinkKind, Moment, Network, Plan, Task, TaskId};

const DAY: i64 = 480;

fn start() -> Moment {
    "2019-08-15T08:00".parse().unwrap()
}

fn search() -> Search {
    Search { samples: 60, moves: 200, seed: 5 }
}

#[derive(Debug, Clone)]
struct Case {
    plan: Plan,
    resources: Vec<Resource>,
    demands: Vec<Demand>,
}

prop_compose! {
    fn case(most: usize)(count in 2..=most)(
        days in prop::collection::vec(1..6i64, count),
        links in prop::collection::vec((0..count, 0..count, 0..3i64), 0..count),
        needs in prop::collection::vec((0..2u32, 1..4u32), count),
        capacity in prop::collection::vec(3..6u32, 2),
    ) -> Case {
        let mut plan = Plan::new("limits", start());
        for (i, days) in days.iter().enumerate() {
            plan.add(Task::new(i as i64, "", days * DAY));
        }
        for (a, b, lag) in links {
            if a != b {
                plan.link(TaskId(a.min(b) as u32), TaskId(a.max(b) as u32), LinkKind::FinishToStart, Lag::Working(lag * DAY));
            }
        }
        let resources = capacity.iter().map(|&capacity| Resource { name: "crew".to_owned(), capacity }).collect();
        let demands = needs.iter().enumerate().map(|(i, &(resource, units))| Demand { task: TaskId(i as u32), resource, units });
        Case { plan, resources, demands: demands.collect() }
    }
}

fn run(case: &Case) -> Levelled {
    let network = Network::new(&case.plan).unwrap();
    level(&case.plan, &network, &case.resources, &case.demands, search()).unwrap()
}

/// The best end over all orders of placing, by trying every one.
fn optimum(case: &Case) -> i64 {
    let working = timetable::calendar::expand(&case.plan.calendars, case.plan.calendar).unwrap();
    let days: Vec<i64> = case.plan.tasks.iter().map(|t| t.duration.minutes() / DAY).collect();
    fn place(case: &Case, days: &[i64], begun: &mut Vec<Option<i64>>, end: i64, best: &mut i64) {
        if end >= *best {
            return;
        }
        if begun.iter().all(Option::is_some) {
            *best = end;
            return;
        }
        for i in 0..days.len() {
            let into = || case.plan.links.iter().filter(|l| l.successor.index() == i);
            if begun[i].is_some() || into().any(|l| begun[l.predecessor.index()].is_none()) {
                continue;
            }
            let lag = |l: Lag| if let Lag::Working(m) = l { m / DAY } else { 0 };
            let from = |l: &timetable::Link| {
                begun[l.predecessor.index()].unwrap() + days[l.predecessor.index()] + lag(l.lag)
            };
            let mut at = into().map(from).max().unwrap_or(0);
            let fits = |at: i64, begun: &[Option<i64>]| {
                (at..at + days[i]).all(|t| {
                    let used: u32 = (0..days.len())
                        .filter(|&j| j == i || begun[j].is_some_and(|b| b <= t && t < b + days[j]))
                        .map(|j| {
                            if case.demands[j].resource == case.demands[i].resource {
                                case.demands[j].units
                            } else {
                                0
                            }
                        })
                        .sum();
                    used <= case.resources[case.demands[i].resource as usize].capacity
                })
            };
            while !fits(at, begun) {
                at += 1;
            }
            begun[i] = Some(at);
            place(case, days, begun, end.max(at + days[i]), best);
            begun[i] = None;
        }
    }
    let mut best = i64::MAX;
    place(case, &days, &mut vec![None; days.len()], 0, &mut best);
    let end = working.add(start(), best * DAY);
    working.between(start(), end) / DAY
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn limits_and_links_are_kept(case in case(20)) {
        let levelled = run(&case);
        for at in levelled.dates.iter().map(|d| d.0) {
            for (r, resource) in case.resources.iter().enumerate() {
                let running = case.demands.iter().filter(|d| d.resource as usize == r).filter(|d| {
                    let (from, to) = levelled.dates[d.task.index()];
                    from <= at && at < to
                });
                prop_assert!(running.map(|d| d.units).sum::<u32>() <= resource.capacity);
            }
        }
        let working = timetable::calendar::expand(&case.plan.calendars, case.plan.calendar).unwrap();
        for link in &case.plan.links {
            let Lag::Working(lag) = link.lag else { unreachable!() };
            let (from, to) = (levelled.dates[link.predecessor.index()].1, levelled.dates[link.successor.index()].0);
            prop_assert!(working.between(from, to) >= lag);
        }
        // What a task waits is what lies between its start and the last of what it follows, lags and all.
        for (i, wait) in levelled.waits.iter().enumerate() {
            let into = case.plan.links.iter().filter(|link| link.successor.index() == i);
            let free = into.map(|link| {
                let Lag::Working(lag) = link.lag else { unreachable!() };
                working.add(levelled.dates[link.predecessor.index()].1, lag)
            });
            let free = free.max().unwrap_or(start());
            prop_assert_eq!(*wait, working.between(free, levelled.dates[i].0));
        }
        prop_assert!(levelled.end >= levelled.end_without_limits);
        prop_assert_eq!(&levelled, &run(&case));
    }

    #[test]
    fn small_plans_reach_the_optimum(case in case(6)) {
        let working = timetable::calendar::expand(&case.plan.calendars, case.plan.calendar).unwrap();
        prop_assert_eq!(working.between(start(), run(&case).end) / DAY, optimum(&case));
    }
}

#[test]
fn two_reviews_at_an_office_for_one() {
    let mut plan = Plan::new("office", start());
    let a = plan.add(Task::new(1, "A", 3 * DAY));
    let b =
        plan.add(Task { deadline: Some("2019-08-16T17:00".parse().unwrap()), ..Task::new(2, "B", 2 * DAY) });
    let office = vec![Resource { name: "office".to_owned(), capacity: 1 }];
    let demands = [a, b].map(|task| Demand { task, resource: 0, units: 1 });
    let network = Network::new(&plan).unwrap();
    let levelled = level(&plan, &network, &office, &demands, search()).unwrap();
    // The promised one goes first.
    assert_eq!(levelled.dates[b.index()].1.to_string(), "2019-08-16T17:00");
    assert_eq!(levelled.dates[a.index()].0.to_string(), "2019-08-19T08:00");
    assert_eq!(levelled.late, 0);
    let too_much = [Demand { task: a, resource: 0, units: 2 }];
    let refused = level(&plan, &network, &office, &too_much, search()).unwrap_err();
    assert!(matches!(refused, ResourceError::TooMuch { units: 2, capacity: 1, .. }));
}

#[test]
fn a_wait_is_for_room_and_for_nothing_else() {
    let mut plan = Plan::new("office", start());
    let [a, b, c, d] = [1, 2, 3, 4].map(|uid| plan.add(Task::new(uid, "", 2 * DAY)));
    // B may begin a day after A begins; C five days after A ends; D at once.
    plan.link(a, b, LinkKind::StartToStart, Lag::Working(DAY));
    plan.link(a, c, LinkKind::FinishToStart, Lag::Working(5 * DAY));
    let office = vec![Resource { name: "office".to_owned(), capacity: 1 }];
    let demands = [a, b, c].map(|task| Demand { task, resource: 0, units: 1 });
    let network = Network::new(&plan).unwrap();
    let levelled = level(&plan, &network, &office, &demands, search()).unwrap();
    // One day, which A holds the office; the lag of C is no wait for it.
    assert_eq!([a, b, c, d].map(|task| levelled.waits[task.index()]), [0, DAY, 0, 0]);
}
