//! What we write, MPXJ reads, schedules afresh, and comes to the same dates.
//!
//! MPXJ is a Java library; its Python package brings it along. The set-up of the tests installs both into a folder
//! of the build; where it is not there, and nobody demands it, the test is passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use exchange::mspdi::{self, WriteOptions};
use timetable::china::WorkingDays;
use timetable::{Day, DayHours, Duration, Lag, LinkKind, Moment, Network, Plan, Task, TaskDates};

/// A Python that has MPXJ.
fn python() -> Option<PathBuf> {
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mpxj/bin/python");
    let place = std::env::var_os("HUITIAN_MPXJ_PYTHON").map_or(build, PathBuf::from);
    if place.is_file() {
        return Some(place);
    }
    println!("skipped: MPXJ is not there");
    None
}

fn dates(plan: &Plan) -> Vec<TaskDates> {
    let network = Network::new(plan).unwrap();
    network.schedule(plan).unwrap().dates(plan, &network)
}

/// Dates as MPXJ computes them from what we write, by uid.
fn by_mpxj(python: &Path, plan: &Plan, dates: &[TaskDates]) -> BTreeMap<i64, [Moment; 4]> {
    let (text, notes) = mspdi::write(plan, dates, &WriteOptions::default());
    assert!(notes.is_empty(), "{notes:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.xml");
    std::fs::write(&file, text).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/mpxj_reschedule.py");
    let out = Command::new(python).arg(script).arg(&file).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = String::from_utf8(out.stdout).unwrap();
    let line = |line: &str| {
        let mut parts = line.split(',');
        let uid = parts.next()?.parse().ok()?;
        let moments: Vec<Moment> = parts.map(|part| part.parse().unwrap()).collect();
        Some((uid, moments.try_into().unwrap()))
    };
    text.lines().filter_map(line).collect()
}

fn agree(python: &Path, plan: &Plan) {
    let ours = dates(plan);
    let theirs = by_mpxj(python, plan, &ours);
    let working: Vec<_> = (0..plan.calendars.len())
        .map(|id| timetable::calendar::expand(&plan.calendars, timetable::CalendarId(id as u32)).unwrap())
        .collect();
    let mut compared = 0;
    for (at, (task, ours)) in plan.tasks.iter().zip(&ours).enumerate() {
        if plan.tasks.iter().any(|other| other.parent.is_some_and(|parent| parent.index() == at)) {
            continue;
        }
        let theirs = theirs.get(&task.uid).unwrap_or_else(|| panic!("{} is lost", task.name));
        let calendar = &working[task.calendar.unwrap_or(plan.calendar).index()];
        let ours = [ours.early_start, ours.early_finish, ours.late_start, ours.late_finish];
        for (name, (ours, theirs)) in ["ES", "EF", "LS", "LF"].iter().zip(ours.iter().zip(theirs)) {
            // Friday evening and Monday morning are the same moment of work.
            assert_eq!(
                calendar.position(*ours),
                calendar.position(*theirs),
                "{name} of {}: ours {ours}, theirs {theirs}",
                task.name
            );
        }
        compared += 1;
    }
    assert!(compared > 2);
}

/// A chain of approvals and works on the national working days, with every kind of link and lags.
fn plan() -> Plan {
    let start: Moment = "2019-08-15T08:00".parse().unwrap();
    let mut plan = Plan::new("示例计划", start);
    let days = WorkingDays::known_on(Day::new(2021, 1, 1));
    plan.calendars = vec![days.calendar("national", &DayHours::office())];
    let school = plan.add(Task::new(1, "学校", 0));
    let mut step = |uid: i64, name: &str, days: i64| {
        plan.add(Task { parent: Some(school), ..Task::new(uid, name, days * 480) })
    };
    let [permit, land, build, fit_out, accept] =
        [(2, "规划许可", 20), (3, "用地手续", 35), (4, "主体施工", 160), (5, "装修", 60), (6, "验收", 15)]
            .map(|(uid, name, days)| step(uid, name, days));
    let open = step(7, "投用", 0);
    plan.tasks[accept.index()].deadline = Some("2020-10-30T17:00".parse().unwrap());
    for (from, to, kind, days) in [
        (permit, build, LinkKind::FinishToStart, 0),
        (land, build, LinkKind::FinishToStart, 5),
        (build, fit_out, LinkKind::StartToStart, 100),
        (build, fit_out, LinkKind::FinishToFinish, 10),
        (fit_out, accept, LinkKind::FinishToStart, -3),
        (accept, open, LinkKind::FinishToStart, 0),
    ] {
        plan.link(from, to, kind, Lag::Working(days * 480));
    }
    plan
}

#[test]
fn a_plan_of_ours_has_the_same_dates_there() {
    let Some(python) = python() else { return };
    agree(&python, &plan());
}

#[test]
fn plans_that_came_in_go_out_with_the_same_dates() {
    let Some(python) = python() else { return };
    for name in
        ["mpsplib/mp_j30_a5_nr1.mspdi.xml", "mpsplib/mp_j120_a2_nr1.mspdi.xml", "huitian108x30_cn.mspdi.xml"]
    {
        let Some(path) = scratch::shared_data(format!("data/schedule/{name}")) else { continue };
        let bytes = std::fs::read(path).unwrap();
        let document = mspdi::read(&bytes).unwrap();
        agree(&python, &document.plan);
    }
}

#[test]
fn what_comes_back_is_the_same_plan() {
    let plan = plan();
    let (text, _) = mspdi::write(&plan, &dates(&plan), &WriteOptions::default());
    let again = mspdi::read(text.as_bytes()).unwrap().plan;
    assert_eq!(dates(&again), dates(&plan));
    assert_eq!(again.links, plan.links);
    assert!(matches!(again.tasks[3].duration, Duration::Working(minutes) if minutes == 160 * 480));
}
