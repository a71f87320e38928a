//! Work orders of the hotline, many at once: a run that is killed half-way goes on where it was stopped, with nothing lost
//! and nothing twice, on both databases.

use std::io::{BufWriter, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::import_export_cli::{Place, requests};

/// How many, where nobody says otherwise.
const USUAL: usize = 8_000;

/// As many as `HUITIAN_IMPORT_ROWS` says: a million takes minutes.
fn rows() -> usize {
    let said = std::env::var("HUITIAN_IMPORT_ROWS").ok();
    said.map_or(USUAL, |said| said.parse().expect("HUITIAN_IMPORT_ROWS is a number of rows")).max(USUAL)
}

fn write_orders(place: &Place, rows: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(place.path("orders.csv"))?);
    writeln!(out, "工单编号,受理时间,主要内容,来电人,联系电话,办理单位,办结时间,办理结果")?;
    for row in 0..rows {
        let (day, minute) = (row % 28 + 1, row % 60);
        writeln!(
            out,
            "G{row:07},2019-05-{day:02} 09:{minute:02},第{row}号：回龙观西大街路灯不亮,张三,13800{row:06},,2019-06-01 10:00,已修复"
        )?;
    }
    out.flush()
}

fn killed_half_way_and_brought_again(place: &Place) {
    let rows = rows();
    write_orders(place, rows).unwrap();
    let database = place.database();
    let before = requests(&database);
    let held = || requests(&database) - before;
    let args = ["import", "orders.csv", "--table", "requests", "--plan", "huitian-2018", "--piece"];
    let piece = (rows / 8).min(5_000).to_string();
    let args = [&args[..], &[piece.as_str()]].concat();
    let mut child = place.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    loop {
        let begun = Instant::now();
        if held() >= rows / 2 {
            break;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended before half of it was taken in");
        // Counting takes the less of the machine the longer it takes.
        std::thread::sleep((begun.elapsed() * 4).max(Duration::from_millis(20)));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // A server may still be at the commit that it was told of last.
    let mut kept = held();
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let now = held();
        if now == kept {
            break;
        }
        kept = now;
    }
    assert!(kept >= rows / 2 && kept < rows, "{kept}");
    let again = ["import", "orders.csv", "--table", "requests", "--format", "json"];
    let report = place.json(&again);
    assert_eq!(report["counts"]["unchanged"], kept);
    assert_eq!(report["counts"]["new"], rows - kept);
    assert_eq!(held(), rows);
    let report = place.json(&again);
    assert_eq!((&report["entries"], &report["counts"]["unchanged"]), (&0.into(), &rows.into()));
    assert_eq!(held(), rows);
    place.good(&["verify"]);
}

#[test]
fn work_orders_go_on_where_they_were_stopped() {
    killed_half_way_and_brought_again(&Place::new());
}

#[test]
fn work_orders_go_on_where_they_were_stopped_on_postgres() {
    if let Some(place) = Place::postgres() {
        killed_half_way_and_brought_again(&place);
    }
}
