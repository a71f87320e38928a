//! MSPDI files: what is read, what is written, what is refused.

use exchange::mspdi::{self, Baseline, MspdiError, WriteOptions};
use proptest::prelude::*;
use timetable::{
    Calendar, CalendarId, Constraint, Day, DayHours, Duration, Lag, LinkKind, Moment, Network, Period,
    Placement, Plan, PlanError, Progress, Task, TaskId,
};

fn project(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\">\n\
         <StartDate>2019-08-15T08:00:00</StartDate>\n{inner}\n</Project>"
    )
}

fn task(uid: i64, inner: &str) -> String {
    format!(
        "<Task><UID>{uid}</UID><Name>T{uid}</Name><OutlineLevel>1</OutlineLevel><Duration>PT8H0M0S</Duration>{inner}</Task>\n"
    )
}

fn link(predecessor: i64, inner: &str) -> String {
    format!("<PredecessorLink><PredecessorUID>{predecessor}</PredecessorUID>{inner}</PredecessorLink>")
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

#[test]
fn recurring_exceptions_yield_the_days_ms_project_wrote_beside_them() {
    let Some(path) =
        scratch::shared_data("data/schedule/native/calendar-recurring-exceptions-project2016-mspdi.xml")
    else {
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let with_rules = mspdi::read(text.as_bytes()).unwrap();
    // Without the rules only the days spelled out in the old form are left.
    let (from, to) = (text.find("<Exceptions>").unwrap(), text.find("</Exceptions>").unwrap());
    let spelled_out = format!("{}{}", &text[..from], &text[to + "</Exceptions>".len()..]);
    let with_days = mspdi::read(spelled_out.as_bytes()).unwrap();
    assert_eq!(with_rules.plan.calendars[0].days.len(), 140);
    assert_eq!(with_rules.plan.calendars[0].days, with_days.plan.calendars[0].days);
}

#[test]
fn baselines_and_splits_are_kept_beside_the_plan() {
    let Some(path) = scratch::shared_data("data/schedule/native/baselines.xml") else { return };
    let document = mspdi::read(&std::fs::read(path).unwrap()).unwrap();
    let numbers: Vec<u32> = document.tasks[1].baselines.iter().map(|b| b.number).collect();
    assert!((1..=10).all(|n| numbers.contains(&n)), "{numbers:?}");
    let Some(path) = scratch::shared_data("data/schedule/native/mspdisplittask.xml") else { return };
    let document = mspdi::read(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(document.tasks[1].recorded.early_finish, Some(at("2006-10-09T17:00")));
    assert!(document.warnings.iter().any(|w| w.text.contains("in pieces")), "{:?}", document.warnings);
}

#[test]
fn work_weeks_and_base_calendars() {
    let day = |kind: i32, hours: &str| match hours {
        "" => format!("<WeekDay><DayType>{kind}</DayType><DayWorking>0</DayWorking></WeekDay>"),
        _ => {
            let (from, to) = hours.split_once('-').unwrap();
            format!(
                "<WeekDay><DayType>{kind}</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime>\
                 <FromTime>{from}:00</FromTime><ToTime>{to}:00</ToTime></WorkingTime></WorkingTimes></WeekDay>"
            )
        }
    };
    let period = |from: &str, to: &str| {
        format!("<TimePeriod><FromDate>{from}T00:00:00</FromDate><ToDate>{to}T23:59:00</ToDate></TimePeriod>")
    };
    let week: String = (1..=7).map(|d| day(d, if d == 1 { "" } else { "08:00-16:00" })).collect();
    let text = project(&format!(
        "<CalendarUID>1</CalendarUID><Calendars>\
         <Calendar><UID>1</UID><Name>Base</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID>\
         <WeekDays>{week}</WeekDays><Exceptions><Exception>{}<Type>1</Type><DayWorking>0</DayWorking></Exception></Exceptions>\
         <WorkWeeks><WorkWeek>{}<Name>summer</Name><WeekDays>{}</WeekDays></WorkWeek></WorkWeeks></Calendar>\
         <Calendar><UID>2</UID><Name>Night</Name><IsBaseCalendar>0</IsBaseCalendar><BaseCalendarUID>1</BaseCalendarUID>\
         <WeekDays>{}</WeekDays></Calendar></Calendars><Tasks/>",
        period("2019-08-20", "2019-08-21"),
        period("2019-08-26", "2019-08-31"),
        day(2, "06:00-12:00"),
        day(3, "18:00-00:00"),
    ));
    let plan = mspdi::read(text.as_bytes()).unwrap().plan;
    let base = timetable::calendar::expand(&plan.calendars, CalendarId(0)).unwrap();
    let night = timetable::calendar::expand(&plan.calendars, CalendarId(1)).unwrap();
    let worked = |w: &timetable::WorkingTime, day: &str| {
        let day: Day = day.parse().unwrap();
        w.between(day.start(), day.next().start())
    };
    assert_eq!(worked(&base, "2019-08-19"), 480);
    assert_eq!(worked(&base, "2019-08-20"), 0);
    assert_eq!(worked(&base, "2019-08-26"), 360);
    assert_eq!(worked(&base, "2019-08-27"), 480);
    // The base's holiday holds, the own Tuesday beats the base's.
    assert_eq!(worked(&night, "2019-08-20"), 0);
    assert_eq!(worked(&night, "2019-08-13"), 360);
    assert_eq!(worked(&night, "2019-08-14"), 480);
}

#[test]
fn bad_files_are_refused_with_the_place() {
    let refused = |text: &str| mspdi::read(text.as_bytes()).unwrap_err();
    let shown = |text: &str| refused(text).to_string();

    assert!(matches!(refused("<html/>"), MspdiError::NotAProject { .. }));
    assert!(matches!(refused(""), MspdiError::Xml { .. }));
    assert!(matches!(
        refused("<Project xmlns=\"http://schemas.microsoft.com/project\"><Tasks>"),
        MspdiError::Xml { .. }
    ));
    assert!(matches!(refused("<Project><Tasks></Task></Project>"), MspdiError::Xml { .. }));
    assert!(matches!(refused("<Project></Project><Project/>"), MspdiError::Xml { .. }));
    // A billion laughs, and an unknown entity without a document type.
    let bomb = "<!DOCTYPE p [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><Project><Name>&b;</Name></Project>";
    assert!(matches!(refused(bomb), MspdiError::Doctype { .. }));
    assert!(matches!(refused("<Project><Name>&b;</Name></Project>"), MspdiError::Entity { .. }));
    assert!(matches!(refused(&project(&"<a>".repeat(1000))), MspdiError::TooDeep { .. }));
    assert!(matches!(
        refused(&format!("<Project>{}</Project>", "<Tasks/>")),
        MspdiError::Missing { element: "StartDate", .. }
    ));

    let place = shown(&project(&format!("<Tasks>{}{}</Tasks>", task(1, ""), task(2, &link(9, "")))));
    assert!(place.contains("line 5") && place.contains("“T2” (2)") && place.contains('9'), "{place}");
    let place = shown(&project("<Tasks><Task><UID>1</UID><Duration>8 hours</Duration></Task></Tasks>"));
    assert!(place.contains("line 4") && place.contains("<Duration>") && place.contains("8 hours"), "{place}");
    let place = shown(&project(&format!("<Tasks>{}</Tasks>", task(1, "<Deadline>tomorrow</Deadline>"))));
    assert!(place.contains("Deadline") && place.contains("tomorrow"), "{place}");
    assert!(matches!(
        refused(&project("<Tasks><Task><Name>x</Name></Task></Tasks>")),
        MspdiError::Missing { element: "UID", .. }
    ));
    assert!(matches!(
        refused(&project(&format!("<Tasks>{}{}</Tasks>", task(1, ""), task(2, &link(1, "<Type>7</Type>"))))),
        MspdiError::Value { .. }
    ));
    let hours = "<Calendars><Calendar><UID>1</UID><Name>C</Name><WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking>\
                 <WorkingTimes><WorkingTime><FromTime>17:00:00</FromTime><ToTime>08:00:00</ToTime></WorkingTime></WorkingTimes>\
                 </WeekDay></WeekDays></Calendar></Calendars>";
    assert!(matches!(refused(&project(hours)), MspdiError::Calendar { calendar, .. } if calendar == "C"));
    assert!(matches!(mspdi::read(&[0x3C, 0xFF, 0xFE]).unwrap_err(), MspdiError::Encoding));

    // What only the plan can tell.
    let plan = |inner: &str| Network::new(&mspdi::read(project(inner).as_bytes()).unwrap().plan).unwrap_err();
    let circle = plan(&format!("<Tasks>{}{}</Tasks>", task(1, &link(2, "")), task(2, &link(1, ""))));
    assert!(matches!(&circle, PlanError::Cycle { tasks } if tasks.len() == 2), "{circle}");
    let negative =
        plan("<Tasks><Task><UID>1</UID><Name>x</Name><Duration>PT-8H0M0S</Duration></Task></Tasks>");
    assert!(matches!(negative, PlanError::BadDuration { minutes: -480, .. }));
}

#[test]
fn a_utf16_file_is_read() {
    let text = project(&format!("<Tasks>{}</Tasks>", task(1, ""))).replace("T1", "开工");
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(mspdi::read(&bytes).unwrap().plan.tasks[0].name, "开工");
}

#[test]
fn links_to_other_files_are_left_out_with_a_warning() {
    let text = project(&format!("<Tasks>{}</Tasks>", task(1, &link(9, "<CrossProject>1</CrossProject>"))));
    let document = mspdi::read(text.as_bytes()).unwrap();
    assert!(document.plan.links.is_empty());
    assert_eq!(document.warnings.len(), 1);
}

/// A plan with everything the format can hold.
fn rich_plan() -> Plan {
    let mut plan = Plan::new("回天 <&> plan", at("2019-08-15T08:00"));
    let national = timetable::china::WorkingDays::known_on(None);
    plan.calendars = vec![national.calendar("全国", &DayHours::office())];
    let mut site = Calendar { name: "site".to_owned(), base: Some(CalendarId(0)), ..Calendar::default() };
    site.week[5] = Some(DayHours::new(&[(420, 1140)]).unwrap());
    let winter = std::array::from_fn(|_| Some(DayHours::free()));
    site.periods.push(Period {
        from: "2019-12-01".parse().unwrap(),
        to: "2020-02-29".parse().unwrap(),
        week: winter,
    });
    plan.calendars.push(site);
    plan.critical_limit = 480;
    let s = plan.add(Task { deadline: Some(at("2019-12-31T17:00")), ..Task::new(1, "S", 0) });
    let progress = Progress::Finished { start: at("2019-08-15T08:00"), finish: at("2019-08-16T17:00") };
    let a = plan.add(Task { parent: Some(s), progress, ..Task::new(2, "a", 960) });
    let progress = Progress::Started {
        start: at("2019-08-19T08:00"),
        remaining: 480,
        resume: Some(at("2019-08-22T08:00")),
    };
    let b = plan.add(Task { parent: Some(s), progress, ..Task::new(3, "b", 960) });
    let c = plan.add(Task {
        parent: Some(s),
        calendar: Some(CalendarId(1)),
        constraint: Constraint::StartNoEarlierThan(at("2019-11-25T08:00")),
        ..Task::new(4, "c", 4800)
    });
    let d = plan.add(Task { duration: Duration::Elapsed(4320), delay: 1440, ..Task::new(5, "d", 0) });
    let placement = Placement::Manual { start: at("2020-03-02T08:00"), finish: at("2020-03-04T12:00") };
    let e = plan.add(Task { placement, ..Task::new(6, "e", 480) });
    plan.add(Task { active: false, ..Task::new(7, "f", 480) });
    plan.link(a, b, LinkKind::FinishToStart, Lag::Working(0));
    plan.link(b, c, LinkKind::StartToStart, Lag::Percent(50));
    plan.link(c, d, LinkKind::FinishToFinish, Lag::Elapsed(600));
    plan.link(d, e, LinkKind::StartToFinish, Lag::Working(-90));
    plan
}

#[test]
fn what_is_written_is_read_back() {
    let plan = rich_plan();
    let network = Network::new(&plan).unwrap();
    let rows = network.schedule(&plan).unwrap().dates(&plan, &network);
    let baseline = Baseline {
        number: 3,
        start: Some(at("2019-08-01T08:00")),
        finish: Some(at("2019-08-02T17:00")),
        duration: Some(960),
    };
    let baselines: Vec<Vec<Baseline>> =
        (0..plan.tasks.len()).map(|i| if i == 1 { vec![baseline] } else { vec![] }).collect();
    let (text, notes) =
        mspdi::write(&plan, &rows, &WriteOptions { minutes_per_day: 480, baselines: &baselines });
    assert!(notes.is_empty(), "{notes:?}");
    let document = mspdi::read(text.as_bytes()).unwrap();
    assert_eq!(document.tasks[1].baselines, [baseline]);
    let mut again = document.plan;
    // A summary is written with the duration of its span.
    assert_ne!(again.tasks[0].duration, Duration::Working(0));
    again.tasks[0].duration = Duration::Working(0);
    assert_eq!(again.calendars, plan.calendars);
    assert_eq!(again.tasks, plan.tasks);
    assert_eq!(again.links, plan.links);
    assert_eq!(again, plan);
    for (row, record) in rows.iter().zip(&document.tasks) {
        assert_eq!(record.recorded.early_start, Some(row.early_start));
        assert_eq!(record.recorded.late_finish, Some(row.late_finish));
        assert_eq!(record.recorded.total_float, Some(row.total_float));
    }
}

#[test]
fn shared_plans_survive_a_round_trip() {
    for name in [
        "mpsplib/mp_j30_a5_nr1.mspdi.xml",
        "native/task-links-project2013-mspdi.xml",
        "native/caltest.xml",
        "huitian108x30_cn.mspdi.xml",
    ] {
        let Some(path) = scratch::shared_data(format!("data/schedule/{name}")) else { return };
        let plan = mspdi::read(&std::fs::read(path).unwrap()).unwrap().plan;
        let network = Network::new(&plan).unwrap();
        let rows = network.schedule(&plan).unwrap().dates(&plan, &network);
        let (text, _) = mspdi::write(&plan, &rows, &WriteOptions::default());
        let again = mspdi::read(text.as_bytes()).unwrap().plan;
        let network = Network::new(&again).unwrap();
        assert_eq!(network.schedule(&again).unwrap().dates(&again, &network), rows, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in 0..20_000usize, at in 0..20_000usize, byte in any::<u8>()) {
        mspdi::read(&bytes).ok();
        exchange::xer::read(&[b"ERMHDR\n%T\tTASK\n", &bytes[..]].concat()).ok();
        static WRITTEN: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let written = WRITTEN.get_or_init(|| {
            let plan = rich_plan();
            let network = Network::new(&plan).unwrap();
            let rows = network.schedule(&plan).unwrap().dates(&plan, &network);
            mspdi::write(&plan, &rows, &WriteOptions::default()).0.into_bytes()
        });
        let mut text = written.clone();
        let (cut, at) = (cut % text.len(), at % text.len());
        mspdi::read(&text[..cut]).ok();
        text[at] = byte;
        if let Ok(document) = mspdi::read(&text)
            && let Ok(network) = Network::new(&document.plan)
        {
            network.schedule(&document.plan).ok();
        }
    }
}

#[test]
fn task_ids_stay_small() {
    // A link to a task of the file always resolves.
    let document =
        mspdi::read(project(&format!("<Tasks>{}{}</Tasks>", task(7, ""), task(3, &link(7, "")))).as_bytes())
            .unwrap();
    assert_eq!(document.plan.links[0].predecessor, TaskId(0));
}
