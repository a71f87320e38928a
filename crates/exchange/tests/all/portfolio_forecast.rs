//! The forecast of a portfolio of 108 projects against an independent simulation in whole working days.

use exchange::mspdi;
use timetable::forecast::{Cause, Forecast, Inputs, Sampling, Spread, Target, forecast};
use timetable::{Network, Plan, TaskId, WorkingTime};

struct Portfolio {
    plan: Plan,
    network: Network,
    working: WorkingTime,
    finishes: Vec<(TaskId, timetable::Moment)>,
}

fn portfolio() -> Option<Portfolio> {
    let path = scratch::shared_data("data/schedule/huitian108x30_cn.mspdi.xml")?;
    let plan = mspdi::read(&std::fs::read(path).unwrap()).unwrap().plan;
    let network = Network::new(&plan).unwrap();
    let dates = network.schedule(&plan).unwrap().dates(&plan, &network);
    let working = timetable::calendar::expand(&plan.calendars, plan.calendar).unwrap();
    let last = |i: &usize| plan.tasks[*i].name.ends_with("-29");
    let finishes =
        (0..plan.tasks.len()).filter(last).map(|i| (TaskId(i as u32), dates[i].early_finish)).collect();
    Some(Portfolio { plan, network, working, finishes })
}

impl Portfolio {
    /// Durations times 0.8, 1, 1.6; each project's last milestone promised `buffer` days after its computed day.
    fn run(&self, buffer: i64, correlation: f64, causes: i64) -> Forecast {
        let spread = |minutes: i64| Spread { low: minutes * 4 / 5, likely: minutes, high: minutes * 8 / 5 };
        let inputs = Inputs {
            spreads: self.plan.tasks.iter().map(|t| Some(spread(t.duration.minutes()))).collect(),
            task_cause: self.plan.tasks.iter().map(|t| Some(t.uid.rem_euclid(causes) as u32)).collect(),
            causes: (0..causes).map(|c| Cause { name: c.to_string(), correlation }).collect(),
            targets: self
                .finishes
                .iter()
                .map(|&(task, finish)| Target { task, promise: Some(self.working.add(finish, buffer * 480)) })
                .collect(),
        };
        forecast(&self.plan, &self.network, &inputs, Sampling { draws: 4_000, seed: 11, threads: 2 }).unwrap()
    }

    fn days(&self, t: timetable::Moment) -> f64 {
        let start = "2018-08-13T08:00".parse().unwrap();
        self.working.between(start, t) as f64 / 480.0
    }
}

fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected} ± {tolerance}");
}

#[test]
fn independent_durations() {
    let Some(portfolio) = portfolio() else { return };
    let result = portfolio.run(30, 0.0, 12);
    // Days of the plan's finish; the other simulation rounds each duration to whole days.
    let end = result.end;
    for (what, date, expected) in
        [("P10", end.p10, 382.0), ("P50", end.p50, 399.0), ("P80", end.p80, 411.0), ("P90", end.p90, 417.0)]
    {
        close(what, portfolio.days(date), expected, 1.5);
    }
    let on_time = result.on_time.unwrap();
    close("expected on time", on_time.expected, 83.5, 1.0);
    close("P10 of the number", f64::from(on_time.p10), 78.0, 1.0);
    close("P90 of the number", f64::from(on_time.p90), 89.0, 1.0);
    let on_time = portfolio.run(45, 0.0, 12).on_time.unwrap();
    close("expected on time", on_time.expected, 104.6, 0.5);
    close("all", on_time.all, 0.028, 0.015);
    let on_time = portfolio.run(60, 0.0, 12).on_time.unwrap();
    close("expected on time", on_time.expected, 107.7, 0.2);
    close("all", on_time.all, 0.76, 0.04);
}

#[test]
fn shared_causes_widen_the_spread_and_raise_the_odds_of_all() {
    let Some(portfolio) = portfolio() else { return };
    for (correlation, causes, buffer, expected, p10, p90, all) in [
        (0.3, 12, 30, 82.5, 64.0, 99.0, 0.001),
        (0.3, 12, 45, 103.8, 98.0, 108.0, 0.15),
        (0.6, 12, 45, 103.1, 95.0, 108.0, 0.24),
        (0.3, 1, 45, 95.8, 66.0, 108.0, 0.40),
    ] {
        let result = portfolio.run(buffer, correlation, causes);
        let on_time = result.on_time.unwrap();
        let case = format!("ρ {correlation}, {causes} causes, {buffer} days");
        close(&format!("{case}: expected"), on_time.expected, expected, 1.2);
        close(&format!("{case}: P10"), f64::from(on_time.p10), p10, 2.0);
        close(&format!("{case}: P90"), f64::from(on_time.p90), p90, 1.0);
        close(&format!("{case}: all"), on_time.all, all, 0.03);
    }
}
