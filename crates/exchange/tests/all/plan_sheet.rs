//! Plans as sheets: what is written is read the same, and every mistake is named with its row.

use exchange::cell::{Cell, RowSink};
use exchange::delimited::CsvSink;
use exchange::plan_sheet::{PlanSheetError, headings, read, rows};
use exchange::sheet::{Limits, Sheet};
use exchange::xlsx::XlsxSink;
use timetable::{Lag, LinkKind, Network, Plan, TaskDates};

fn sheet(text: &str) -> Sheet {
    exchange::sheet::read(text.as_bytes(), None, &[], &Limits::default()).expect("a sheet")
}

fn dates(plan: &Plan) -> Vec<TaskDates> {
    let network = Network::new(plan).expect("a network");
    network.schedule(plan).expect("a schedule").dates(plan, &network)
}

const SCHOOL: &str = "\
uid,name,parent,duration_days,predecessors,calendar,deadline,earliest,actual_start,actual_finish
0,学校,,,,china,,2019-09-26,,
1,办理许可,,3,,,,,,
2,施工,,10,1FS+1d;3SS,,2019-10-18,,,
3,采购,,2.5,1,,,2019-09-30T13:00,,
";

#[test]
fn a_sheet_becomes_the_plan_it_says() {
    let plan = read(&sheet(SCHOOL)).expect("a plan");
    assert_eq!((plan.name.as_str(), plan.tasks.len(), plan.links.len()), ("学校", 3, 3));
    assert_eq!(plan.links[0].lag, Lag::Working(480));
    assert_eq!(plan.links[1].kind, LinkKind::StartToStart);
    let dates = dates(&plan);
    // Three working days from Thursday before National Day: Sunday 29 September was worked.
    assert_eq!(dates[0].early_finish.to_string(), "2019-09-29T17:00");
    assert_eq!(dates[2].early_start.to_string(), "2019-09-30T13:00");
    assert_eq!(dates[1].early_start.to_string(), "2019-10-08T08:00");
    // Ten working days, Saturday 12 October among them, end on the promised day.
    assert_eq!((dates[1].early_finish.to_string().as_str(), dates[1].total_float), ("2019-10-18T17:00", 0));
}

#[test]
fn what_is_written_is_read_with_the_same_dates() {
    let plan = read(&sheet(SCHOOL)).expect("a plan");
    let computed = dates(&plan);
    let mut text = Vec::new();
    let mut sink: Box<dyn RowSink> =
        Box::new(CsvSink::new(&mut text, &headings(), false, false).expect("a file"));
    for row in rows(&plan, &computed) {
        assert_eq!(row.len(), headings().len());
        sink.row(&row).expect("a row");
    }
    sink.finish().expect("the end");
    let again = read(&sheet(std::str::from_utf8(&text).expect("text"))).expect("a plan");
    assert_eq!(dates(&again), computed);
    assert_eq!(again.links, plan.links);

    let mut book = std::io::Cursor::new(Vec::new());
    let mut sink: Box<dyn RowSink> =
        Box::new(XlsxSink::new(&mut book, "tasks", &headings(), false).expect("a book"));
    rows(&plan, &computed).for_each(|row: Vec<Cell>| sink.row(&row).expect("a row"));
    sink.finish().expect("the end");
    let book = exchange::sheet::read(book.get_ref(), None, &[], &Limits::default()).expect("a sheet");
    assert_eq!(dates(&read(&book).expect("a plan")), computed);
}

/// A plan through a sheet and back.
fn again(plan: &Plan) -> Plan {
    let mut text = Vec::new();
    let mut sink: Box<dyn RowSink> =
        Box::new(CsvSink::new(&mut text, &headings(), false, false).expect("a file"));
    for row in rows(plan, &dates(plan)) {
        assert_eq!(row.len(), headings().len());
        sink.row(&row).expect("a row");
    }
    sink.finish().expect("the end");
    read(&sheet(std::str::from_utf8(&text).expect("text"))).expect("a plan")
}

#[test]
fn calendars_of_the_plan_go_along() {
    let text = "\
uid,name,duration_days,predecessors,calendar,earliest,day,hours
0,学校,,,china,2019-11-01,,
1,许可,3,,authority,,,
2,施工,10,1,site,,,
3,养护,3ed,2,,,,
calendar,site,,,,,1-7,08:00-12:00 13:00-17:00
calendar,site,,,,,2019-11-15/2020-03-15,-
calendar,authority,,,,,2,09:00-12:00
calendar,authority,,,,,4,09:00-12:00
calendar,authority,,,,,2019-11-05,-
";
    let plan = read(&sheet(text)).expect("a plan");
    let computed = dates(&plan);
    // Three hours on Tuesdays and Thursdays, the first of which is off: three working days take eight of them.
    assert_eq!(computed[0].early_finish.to_string(), "2019-12-03T12:00");
    // The site is closed from then until the middle of March.
    assert_eq!(computed[1].early_start.to_string(), "2020-03-16T08:00");
    assert_eq!(computed[1].early_finish.to_string(), "2020-03-25T17:00");
    assert_eq!(computed[2].early_finish.to_string(), "2020-03-28T17:00");
    let back = again(&plan);
    assert_eq!(dates(&back), computed);
    // Nothing that was described is lost on a second way either.
    assert_eq!(again(&back), back);
    let wrong = text.replace(",1-7,", ",1-9,").replace("09:00-12:00", "12:00-09:00");
    let Err(PlanSheetError::Mistakes { mistakes }) = read(&sheet(&wrong)) else { panic!("mistakes") };
    let named: Vec<(u32, &str)> = mistakes.iter().map(|it| (it.row, it.column)).collect();
    assert!(named.contains(&(6, "day")) && named.contains(&(8, "hours")), "{named:?}");
}

#[test]
fn calendars_of_other_programs_go_along() {
    for name in
        ["native/caltest.xml", "native/task-links-project2013-mspdi.xml", "huitian108x30_cn.mspdi.xml"]
    {
        let Some(path) = scratch::shared_data(format!("data/schedule/{name}")) else { continue };
        let bytes = std::fs::read(path).expect("a file");
        let plan = exchange::mspdi::read(&bytes).expect("a plan").plan;
        let back = again(&plan);
        let leaves = |plan: &Plan| -> std::collections::BTreeMap<i64, String> {
            let dates = dates(plan);
            let tasks = plan.tasks.iter().zip(&dates).filter(|(task, _)| task.uid != 0);
            tasks.map(|(task, it)| (task.uid, format!("{} {}", it.early_start, it.early_finish))).collect()
        };
        assert_eq!(leaves(&back), leaves(&plan), "{name}");
    }
}

#[test]
fn every_mistake_is_named_with_its_row() {
    let text = "\
编号,任务名称,工期,前置任务,日历,承诺日期
1,甲,-3,,,
2,乙,三天,1XX,,
1,丙,1,9FS,moon,someday
,丁,1,,,
";
    let Err(PlanSheetError::Mistakes { mistakes }) = read(&sheet(text)) else { panic!("mistakes") };
    let named: Vec<(u32, &str)> = mistakes.iter().map(|it| (it.row, it.column)).collect();
    assert_eq!(
        named,
        [
            (2, "duration_days"),
            (3, "duration_days"),
            (3, "predecessors"),
            (4, "calendar"),
            (4, "deadline"),
            (4, "uid"),
            (4, "predecessors"),
            (5, "uid"),
        ]
    );
    assert!(matches!(read(&sheet("name\nx\n")), Err(PlanSheetError::NoColumn { column: "uid" })));
    let undated = "uid,name,duration_days\n1,x,1\n";
    assert_eq!(read(&sheet(undated)), Err(PlanSheetError::NoStart));
}

#[test]
fn a_circle_is_shown_as_its_tasks() {
    let text = "uid,name,duration_days,predecessors,earliest\n1,甲,1,2,2019-01-02\n2,乙,1,1,\n";
    let plan = read(&sheet(text)).expect("a plan");
    let error = Network::new(&plan).expect_err("a circle").to_string();
    assert!(error.contains('甲') && error.contains('乙') && error.contains('→'), "{error}");
}
