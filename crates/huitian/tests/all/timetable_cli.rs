//! `huitian timetable` from outside.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn huitian(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huitian")).arg("timetable").args(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(args: &[&str]) -> String {
    let output = huitian(args);
    assert!(!output.status.success() && output.stdout.is_empty(), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A file of this test's own, removed at its end.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> File {
        File::bytes(name, text.as_bytes())
    }

    fn bytes(name: &str, bytes: &[u8]) -> File {
        let path = std::env::temp_dir().join(format!("huitian-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

/// Two projects; “School” takes five and two days.
fn plan(name: &str, extra: &str) -> File {
    let task = |uid: i32, name: &str, level: i32, days: i32, links: &str| {
        format!(
            "<Task><UID>{uid}</UID><Name>{name}</Name><OutlineLevel>{level}</OutlineLevel>\
             <Duration>PT{}H0M0S</Duration>{links}</Task>",
            days * 8
        )
    };
    let link = "<PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type></PredecessorLink>";
    let tasks = [
        task(1, "School", 1, 0, ""),
        task(2, "许可", 2, 5, ""),
        task(3, "Build", 2, 2, link),
        task(4, "Road", 1, 0, ""),
        task(5, "Survey", 2, 30, ""),
    ];
    let text = format!(
        "<Project xmlns=\"http://schemas.microsoft.com/project\"><StartDate>2019-08-15T08:00:00</StartDate>{extra}<Tasks>{}</Tasks></Project>",
        tasks.concat()
    );
    File::new(name, &text)
}

#[test]
fn compute_prints_one_row_per_task() {
    let file = plan("rows.xml", "");
    let csv = stdout(&huitian(&["compute", file.path(), "--format", "csv"]));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "uid,early_start,early_finish,late_start,late_finish,total_float_minutes,free_float_minutes,critical"
    );
    assert_eq!(lines.len(), 6);
    assert_eq!(
        lines[2],
        "2,2019-08-15T08:00,2019-08-21T17:00,2019-09-17T08:00,2019-09-23T17:00,11040,0,false"
    );
    let json: Value =
        serde_json::from_str(&stdout(&huitian(&["compute", file.path(), "--format", "json"]))).unwrap();
    assert_eq!(json[1]["name"], "许可");
    assert_eq!(json[2]["early_finish"], "2019-08-23T17:00");
}

#[test]
fn promises_give_negative_float() {
    let file = plan("promise.xml", "");
    for promise in ["3=2019-08-20", "Build=2019-08-20T17:00"] {
        let csv = stdout(&huitian(&["compute", file.path(), "--promise", promise]));
        assert!(
            csv.contains("\n3,2019-08-22T08:00,2019-08-23T17:00,2019-08-19T08:00,2019-08-20T17:00,-1440,"),
            "{csv}"
        );
        assert!(
            csv.contains(
                "\n2,2019-08-15T08:00,2019-08-21T17:00,2019-08-12T08:00,2019-08-16T17:00,-1440,0,true"
            ),
            "{csv}"
        );
    }
    // On a summary it caps every task below.
    let csv = stdout(&huitian(&["compute", file.path(), "--promise", "School=2019-08-22"]));
    assert!(csv.contains(",-480,"), "{csv}");
}

#[test]
fn a_written_plan_has_the_same_dates() {
    let file = plan("out.xml", "");
    let args = ["compute", file.path(), "--promise", "3=2019-08-20"];
    let written = File::new("written.xml", &stdout(&huitian(&[&args[..], &["--format", "mspdi"]].concat())));
    assert_eq!(stdout(&huitian(&["compute", written.path()])), stdout(&huitian(&args)));
}

#[test]
fn forecast_is_the_same_for_a_seed() {
    let file = plan("forecast.xml", "");
    let run = |seed: &str, threads: &str| {
        let args = ["forecast", file.path(), "--draws", "2000", "--seed", seed, "--format", "json"];
        stdout(&huitian(&[&args[..], &["--promise", "Build=2019-08-27", "--threads", threads]].concat()))
    };
    assert_eq!(run("7", "1"), run("7", "2"));
    assert_ne!(run("7", "1"), run("8", "1"));
    let report: Value = serde_json::from_str(&run("7", "1")).unwrap();
    assert_eq!((report["draws"].as_u64(), report["seed"].as_u64()), (Some(2000), Some(7)));
    let promise = &report["promises"][0];
    assert_eq!((promise["uid"].as_i64(), promise["promise"].as_str()), (Some(3), Some("2019-08-28T00:00")));
    // Seven days planned, nine until the promise; the sum of two triangles 0.8, 1, 1.6 exceeds it rarely.
    let probability = promise["probability"].as_f64().unwrap();
    assert!((0.85..0.99).contains(&probability), "{probability}");
    assert_eq!(promise["finish"]["computed"], "2019-08-23T17:00");
    assert_eq!(report["on_time"]["expected"].as_f64(), Some(probability));
    assert_eq!(report["projects"].as_array().unwrap().len(), 2);
    assert_eq!(report["tasks"].as_array().unwrap().len(), 3);
    let survey = report["tasks"].as_array().unwrap().iter().find(|t| t["uid"] == 5).unwrap();
    assert_eq!(survey["critical_to_end"].as_f64(), Some(1.0));
}

#[test]
fn bad_input_names_the_place_and_the_remedy() {
    let file = plan("bad.xml", "<StatusDate>2019-08-20T08:00:00</StatusDate>");
    assert!(refused(&["compute", "/nowhere/plan.xml"]).contains("/nowhere/plan.xml"));
    let text = refused(&["compute", file.path(), "--promise", "9=2019-08-20"]);
    assert!(text.contains("“9”"), "{text}");
    assert!(refused(&["compute", file.path(), "--promise", "3"]).contains("TASK=DATE"));
    assert!(refused(&["compute", file.path(), "--promise", "3=soon"]).contains("soon"));
    let text = refused(&["compute", file.path(), "--promise", "3=2019-08-16"]);
    assert!(text.contains("“Build” (3)") && text.contains("status date"), "{text}");
    assert!(refused(&["forecast", file.path(), "--spread", "2,1,3"]).contains("do not fall"));
    assert!(refused(&["forecast", file.path(), "--correlation", "2"]).contains("0 to 1"));
    let circle = File::new(
        "circle.xml",
        "<Project xmlns=\"http://schemas.microsoft.com/project\"><StartDate>2019-08-15T08:00:00</StartDate><Tasks>\
         <Task><UID>1</UID><Name>鸡</Name><PredecessorLink><PredecessorUID>2</PredecessorUID></PredecessorLink></Task>\
         <Task><UID>2</UID><Name>蛋</Name><PredecessorLink><PredecessorUID>1</PredecessorUID></PredecessorLink></Task>\
         </Tasks></Project>",
    );
    let text = refused(&["compute", circle.path()]);
    assert!(text.contains("“鸡” (1) → “蛋” (2)") || text.contains("“蛋” (2) → “鸡” (1)"), "{text}");
    let sheet = File::new("sheet.xlsx", "PK\u{3}\u{4}");
    assert!(refused(&["compute", sheet.path()]).contains("not a workbook"));
    let sheet = File::new("wrong.csv", "uid,name,duration_days,predecessors\n1,甲,-1,\n2,乙,1,7\n");
    let text = refused(&["compute", sheet.path()]);
    assert!(text.contains("row 2, duration_days") && text.contains("row 3, predecessors"), "{text}");
    let other = File::new("other.txt", "hello");
    assert!(refused(&["compute", other.path()]).contains(other.path()));
}

#[test]
fn a_sheet_of_tasks_is_a_plan() {
    let sheet = File::new(
        "plan.csv",
        "uid,name,duration_days,predecessors,calendar,deadline,earliest\n0,计划,,,china,,2019-09-26\n\
         1,许可,3,,,,\n2,施工,10,1FS+1d,,2019-10-18,\n",
    );
    let rows = stdout(&huitian(&["compute", sheet.path(), "--format", "csv"]));
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(
        lines[1..],
        [
            "1,2019-09-26T08:00,2019-09-29T17:00,2019-09-26T08:00,2019-09-29T17:00,0,0,true",
            "2,2019-10-08T08:00,2019-10-18T17:00,2019-10-08T08:00,2019-10-18T17:00,0,0,true",
        ]
    );
    // As a workbook, and as MSPDI, it is the same plan.
    for (format, name) in [("xlsx", "again.xlsx"), ("mspdi", "again.xml")] {
        let out = huitian(&["compute", sheet.path(), "--format", format]);
        assert!(out.status.success());
        let again = File::bytes(name, &out.stdout);
        assert_eq!(stdout(&huitian(&["compute", again.path(), "--format", "csv"])), rows, "{format}");
    }
    let odds = stdout(&huitian(&["forecast", sheet.path(), "--draws", "1000", "--seed", "3"]));
    assert!(odds.contains("\"probability\""), "{odds}");
}

#[test]
fn help_shows_examples() {
    for command in ["compute", "forecast"] {
        assert!(stdout(&huitian(&[command, "--help"])).contains("Examples:"), "{command}");
    }
}
