//! Plans from Primavera files.

use exchange::xer;
use timetable::{LagCalendar, Network, PlanError, TaskDates};

/// A file with a five-day and a seven-day calendar and three activities.
fn file(lag_calendar: &str, tasks: &[&str], links: &[&str]) -> String {
    let office = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())";
    let week = |days: [u8; 7]| -> String {
        let day = |(i, works): (usize, &u8)| {
            let hours = if *works == 1 { format!("({office})") } else { "()".to_owned() };
            format!("(0||{}(){hours})", i + 1)
        };
        days.iter().enumerate().map(day).collect()
    };
    let calendar = |days| {
        format!("(0||CalendarData()((0||DaysOfWeek()({}))(0||Exceptions()((0||0(d|43696)())))))", week(days))
    };
    let mut text = format!(
        "ERMHDR\t19.12\t2026-11-25\tProject\n\
         %T\tPROJECT\n%F\tproj_id\tproj_short_name\tclndr_id\tplan_start_date\tlast_recalc_date\tcritical_drtn_hr_cnt\n\
         %R\t1\tSchool\t10\t2019-08-15 08:00\t2019-08-15 08:00\t0\n\
         %T\tCALENDAR\n%F\tclndr_id\tdefault_flag\tclndr_name\tday_hr_cnt\tclndr_data\n\
         %R\t10\tY\tfive days\t8\t{}\n%R\t11\tN\tseven days\t8\t{}\n\
         %T\tSCHEDOPTIONS\n%F\tschedoptions_id\tproj_id\tsched_calendar_on_relationship_lag\n%R\t1\t1\t{lag_calendar}\n\
         %T\tPROJWBS\n%F\twbs_id\tproj_id\twbs_name\tparent_wbs_id\n%R\t5\t1\tSchool\t4\n\
         %T\tTASK\n%F\ttask_id\twbs_id\tclndr_id\ttask_type\ttask_code\ttask_name\ttarget_drtn_hr_cnt\tremain_drtn_hr_cnt\tact_start_date\tact_end_date\tcstr_type\tcstr_date\n",
        calendar([0, 1, 1, 1, 1, 1, 0]),
        calendar([1; 7]),
    );
    for task in tasks {
        text += &format!("%R\t{}\n", task.replace(',', "\t"));
    }
    text += "%T\tTASKPRED\n%F\ttask_pred_id\ttask_id\tpred_task_id\tpred_type\tlag_hr_cnt\n";
    for link in links {
        text += &format!("%R\t{}\n", link.replace(',', "\t"));
    }
    text + "%E\n"
}

const TASKS: [&str; 3] = [
    "1,5,10,TT_Task,A,Permit,16,16,,,,",
    "2,5,11,TT_Task,B,Dig,24,24,,,,",
    "3,5,10,TT_FinMile,C,Done,0,0,,,,",
];

fn rows(text: &str) -> Vec<TaskDates> {
    let plan = xer::read(text.as_bytes()).unwrap().plan;
    let network = Network::new(&plan).unwrap();
    network.schedule(&plan).unwrap().dates(&plan, &network)
}

#[test]
fn dates_with_the_lag_in_the_calendar_of_the_options() {
    // Permit Thursday 15 and Friday 16; the lag of one day to a task that works on weekends; 2019-08-19 is off.
    for (lag_calendar, dig) in [
        ("rcal_Predecessor", "2019-08-21T08:00"),
        ("rcal_Successor", "2019-08-18T08:00"),
        ("rcal_ProjectDefault", "2019-08-21T08:00"),
        ("rcal_24Hour", "2019-08-17T08:00"),
    ] {
        let rows = rows(&file(lag_calendar, &TASKS, &["1,2,1,PR_FS,8", "2,3,2,PR_FS,0"]));
        // The summary comes first.
        assert_eq!(rows[1].early_finish.to_string(), "2019-08-16T17:00");
        assert_eq!(rows[2].early_start.to_string(), dig, "{lag_calendar}");
        assert_eq!(rows[0].early_finish, rows[3].early_finish);
        assert!(rows[1..].iter().all(|r| r.critical), "{lag_calendar}");
    }
    let text = file("rcal_Successor", &TASKS, &[]);
    assert_eq!(xer::read(text.as_bytes()).unwrap().plan.lag_calendar, LagCalendar::Successor);
}

#[test]
fn latest_dates_show_negative_float_and_do_not_move_the_task() {
    let tasks = [TASKS[0], TASKS[1], "3,5,10,TT_FinMile,C,Done,0,0,,,CS_MEOB,2019-08-20 17:00"];
    let rows = rows(&file("rcal_Predecessor", &tasks, &["1,2,1,PR_FS,0", "2,3,2,PR_FS,0"]));
    assert_eq!(rows[3].early_finish.to_string(), "2019-08-20T17:00");
    let tasks = [TASKS[0], TASKS[1], "3,5,10,TT_FinMile,C,Done,0,0,,,CS_MEOB,2019-08-16 17:00"];
    let rows = self::rows(&file("rcal_Predecessor", &tasks, &["1,2,1,PR_FS,0", "2,3,2,PR_FS,0"]));
    assert_eq!(rows[3].early_finish.to_string(), "2019-08-20T17:00");
    assert_eq!(rows[3].total_float, -480);
}

#[test]
fn progress_and_activities_left_aside() {
    let tasks = [
        "1,5,10,TT_Task,A,Permit,16,0,2019-08-15 08:00,2019-08-20 17:00,,",
        "2,5,10,TT_Task,B,Dig,24,16,2019-08-21 08:00,,,",
        "3,5,10,TT_LOE,C,Manage,80,80,,,,",
    ];
    let document =
        xer::read(file("rcal_Predecessor", &tasks, &["1,2,1,PR_FS,0", "2,3,2,PR_FF,0"]).as_bytes()).unwrap();
    assert!(document.warnings.iter().any(|w| w.contains("level of effort")), "{:?}", document.warnings);
    let network = Network::new(&document.plan).unwrap();
    let rows = network.schedule(&document.plan).unwrap().dates(&document.plan, &network);
    assert_eq!(rows[2].early_finish.to_string(), "2019-08-23T17:00");
    assert_eq!(rows[0].early_finish.to_string(), "2019-08-23T17:00");
}

#[test]
fn bad_files_are_refused_with_the_place() {
    let refused = |text: &str| xer::read(text.as_bytes()).unwrap_err().to_string();
    let good = file("rcal_Predecessor", &TASKS, &["1,2,1,PR_FS,8"]);
    assert!(refused("<Project/>").contains("ERMHDR"));
    assert!(refused(&good.replace("%E\n", "")).contains("cut off"));
    assert!(refused(&good.replace("%T\tTASK\n", "%T\tNOTASK\n")).contains("TASK"));
    assert!(refused(&file("", &TASKS, &["1,2,99,PR_FS,8"])).contains("99"));
    assert!(refused(&file("", &TASKS, &["1,2,1,PR_XX,8"])).contains("PR_FS"));
    assert!(refused(&file("", &["1,5,10,TT_Task,A,Permit,soon,16,,,,"], &[])).contains("soon"));
    assert!(refused(&good.replace("DaysOfWeek()(", "DaysOfWeek()(((((")).contains("calendar"));
    let plan = xer::read(file("", &TASKS, &["1,2,1,PR_FS,0", "2,1,2,PR_FS,0"]).as_bytes()).unwrap().plan;
    assert!(matches!(Network::new(&plan), Err(PlanError::Cycle { tasks }) if tasks.len() == 2));
    let plan = xer::read(file("", &["1,5,10,TT_Task,A,Permit,-8,16,,,,"], &[]).as_bytes()).unwrap().plan;
    assert!(matches!(Network::new(&plan), Err(PlanError::BadDuration { .. })));
}
