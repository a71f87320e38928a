//! Dates computed from MSPDI files against those the writing program recorded in them.

use std::path::Path;

use exchange::mspdi;
use timetable::{Moment, Network, TaskDates};

#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    leaves: usize,
    early: usize,
    late: usize,
    /// Late dates that differ by the minute but are the same working position.
    late_same_position: usize,
    floats: usize,
    critical: usize,
}

fn compare(path: &Path) -> Differences {
    let bytes = std::fs::read(path).unwrap();
    let document = mspdi::read(&bytes).unwrap();
    let plan = &document.plan;
    let network = Network::new(plan).unwrap();
    let schedule = network.schedule(plan).unwrap();
    let rows = schedule.dates(plan, &network);
    let mut found = Differences::default();
    for (i, (task, record)) in plan.tasks.iter().zip(&document.tasks).enumerate() {
        let summary = plan.tasks.iter().any(|t| t.parent.is_some_and(|p| p.index() == i));
        if summary {
            continue;
        }
        found.leaves += 1;
        let dates: &TaskDates = &rows[i];
        let r = &record.recorded;
        let calendar = task.calendar.unwrap_or(plan.calendar);
        let working = timetable::calendar::expand(&plan.calendars, calendar).unwrap();
        let same =
            |a: Option<Moment>, b: Moment| a.is_none_or(|a| working.position(a) == working.position(b));
        let mut report = false;
        if r.early_start.is_some_and(|t| t != dates.early_start)
            || r.early_finish.is_some_and(|t| t != dates.early_finish)
        {
            found.early += 1;
            report = true;
        }
        if r.late_start.is_some_and(|t| t != dates.late_start)
            || r.late_finish.is_some_and(|t| t != dates.late_finish)
        {
            if same(r.late_start, dates.late_start) && same(r.late_finish, dates.late_finish) {
                found.late_same_position += 1;
            } else {
                found.late += 1;
                report = true;
            }
        }
        // A zero float may be left out of the file.
        if r.total_float.unwrap_or(0) != dates.total_float || r.free_float.unwrap_or(0) != dates.free_float {
            found.floats += 1;
            report = true;
        }
        if r.critical.is_some_and(|c| c != dates.critical) {
            found.critical += 1;
            report = true;
        }
        if report {
            println!("{} {dates:?} recorded {r:?}", task.label());
        }
    }
    println!("{}: {found:?}", path.display());
    found
}

fn check(path: &str, leaves: usize, late_same_position: usize) {
    if let Some(path) = scratch::shared_data(path) {
        let expected = Differences { leaves, late_same_position, ..Differences::default() };
        assert_eq!(compare(&path), expected, "{}", path.display());
    }
}

#[test]
fn mpsplib_plans_by_ms_project_2019() {
    for (name, leaves) in [
        ("mp_j30_a2_nr1", 64),
        ("mp_j30_a5_nr1", 160),
        ("mp_j90_a2_nr1", 184),
        ("mp_j120_a2_nr1", 244),
        ("mp_j120_a10_nr1", 1220),
    ] {
        check(&format!("data/schedule/mpsplib/{name}.mspdi.xml"), leaves, 0);
    }
}

#[test]
fn every_link_kind_by_ms_project() {
    check("data/schedule/native/task-links-project2007-mspdi.xml", 16, 0);
    check("data/schedule/native/task-links-project2013-mspdi.xml", 16, 0);
    check("data/schedule/native/mspdirelations.xml", 5, 0);
    check("data/schedule/native/caltest.xml", 3, 0);
    check("data/schedule/native/baselines.xml", 1, 0);
}

#[test]
fn manual_tasks_by_ms_project_2016() {
    check("data/schedule/native/task-links-project2016-mspdi.xml", 16, 0);
}

#[test]
fn chinese_calendar_plan() {
    check("data/schedule/huitian108x30_cn.mspdi.xml", 3240, 179);
}
