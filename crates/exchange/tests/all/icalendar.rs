//! Calendars read by an independent program: Python's icalendar.

use std::io::Write;
use std::process::{Command, Stdio};

use exchange::icalendar::{Calendar, Entry, Time, write};
use jiff::civil::{date, datetime};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const READER: &str = r#"
import sys, json, datetime
from icalendar import Calendar
calendar = Calendar.from_ical(sys.stdin.buffer.read())
out = []
for event in calendar.walk("VEVENT"):
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    timed = isinstance(start, datetime.datetime)
    utc = lambda moment: moment.astimezone(datetime.timezone.utc).isoformat() if timed else moment.isoformat()
    out.append({
        "uid": str(event["UID"]), "sequence": int(event["SEQUENCE"]), "stamp": event["DTSTAMP"].dt.isoformat(),
        "title": str(event["SUMMARY"]), "details": str(event.get("DESCRIPTION", "")),
        "place": str(event.get("LOCATION", "")), "link": str(event.get("URL", "")),
        "start": utc(start), "end": utc(end), "status": str(event["STATUS"]),
        "alarms": [int(-alarm["TRIGGER"].dt.total_seconds() // 60) for alarm in event.walk("VALARM")],
    })
zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
json.dump({"name": str(calendar["X-WR-CALNAME"]), "zones": zones, "events": out}, sys.stdout)
"#;

/// What the other program reads; `None` where it is not installed and need not be.
fn read(text: &str) -> Option<Value> {
    let python = |code: &str| {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    if !python("import icalendar").output().is_ok_and(|out| out.status.success()) {
        assert!(
            std::env::var_os("HUITIAN_REQUIRE_ALL").is_none(),
            "python3-icalendar is needed: run `cargo xtask setup`"
        );
        println!("skipped: python3-icalendar is not installed");
        return None;
    }
    let mut child = python(READER).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}\n{text}", String::from_utf8_lossy(&out.stderr));
    Some(serde_json::from_slice(&out.stdout).unwrap())
}

fn entry(id: &str, title: &str, time: Time) -> Entry {
    Entry {
        id: id.into(),
        sequence: 7,
        changed: Timestamp::UNIX_EPOCH,
        title: title.into(),
        details: "第一行\n第二行; 逗号, 反斜线\\ 😀".repeat(9),
        place: "昌平区政府, 三层".into(),
        link: "https://plan.example.org/p/huitian-2018?a=1,2;3".into(),
        time,
        cancelled: false,
        reminders: vec![SignedDuration::from_mins(30), SignedDuration::from_hours(24)],
    }
}

#[test]
fn another_program_reads_what_was_meant() {
    let long = "回天地区公共服务和基础设施提升三年行动计划".repeat(8);
    let meeting = Time::Hours(datetime(2019, 8, 14, 9, 30, 0, 0), datetime(2019, 8, 14, 11, 0, 0, 0));
    let entries = vec![
        entry("meeting-1", &long, meeting),
        entry("item-1", "到期：幼儿园", Time::Day(date(2019, 2, 28))),
        Entry {
            cancelled: true,
            reminders: vec![SignedDuration::from_hours(1)],
            ..entry("item-2", "a", Time::Days(date(2019, 12, 30), date(2020, 1, 2)))
        },
    ];
    let calendar = Calendar {
        name: "王芳, 回天".into(),
        host: "plan.example.org".into(),
        made: "2019-08-01T00:00:00Z".parse().unwrap(),
        entries: entries.clone(),
    };
    let Some(read) = read(&write(&calendar)) else { return };
    assert_eq!((&read["name"], &read["zones"]), (&json!("王芳, 回天"), &json!(["Asia/Shanghai"])));
    let times = [
        ("2019-08-14T01:30:00+00:00", "2019-08-14T03:00:00+00:00"),
        ("2019-02-28", "2019-03-01"),
        ("2019-12-30", "2020-01-03"),
    ];
    let events = read["events"].as_array().unwrap();
    assert_eq!(events.len(), entries.len());
    for ((event, entry), (start, end)) in events.iter().zip(&entries).zip(times) {
        let alarms = if entry.cancelled { json!([]) } else { json!([30, 1440]) };
        let expected = json!({
            "uid": format!("{}@plan.example.org", entry.id), "sequence": 7, "stamp": "2019-08-01T00:00:00+00:00",
            "title": entry.title, "details": entry.details, "place": entry.place, "link": entry.link,
            "start": start, "end": end, "alarms": alarms,
            "status": if entry.cancelled { "CANCELLED" } else { "CONFIRMED" },
        });
        assert_eq!(*event, expected);
    }
}
