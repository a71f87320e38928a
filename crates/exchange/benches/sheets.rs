//! Reading and writing tables: rows a second by format.
//!
//! `cargo bench -p exchange --bench sheets`

use std::time::Instant;

use exchange::cell::{Cell, Heading, RowSink, WriteError};
use exchange::delimited::CsvSink;
use exchange::json::JsonSink;
use exchange::sheet::{Limits, read};
use exchange::xlsx::XlsxSink;
use jiff::civil::date;

const ROWS: usize = 100_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let headings: Vec<Heading> = ["project", "part", "step", "aspect", "date", "source"]
        .iter()
        .map(|name| Heading { name: (*name).into(), label: (*name).into() })
        .collect();
    let mut outputs = [Vec::new(), Vec::new(), Vec::new()];
    let [csv, xlsx, json] = &mut outputs;
    fill("csv", Box::new(CsvSink::new(csv, &headings, false, true)?))?;
    fill("xlsx", Box::new(XlsxSink::new(xlsx, "节点", &headings, false)?))?;
    fill("json", Box::new(JsonSink::new(json, &headings)?))?;
    for (name, bytes) in [("csv", &outputs[0]), ("xlsx", &outputs[1])] {
        let begun = Instant::now();
        let sheet = read(bytes, None, &[], &Limits::default())?;
        report("read", name, sheet.rows.len(), begun);
    }
    Ok(())
}

fn fill(name: &str, mut sink: Box<dyn RowSink + '_>) -> Result<(), WriteError> {
    let begun = Instant::now();
    for at in 0..ROWS {
        sink.row(&[
            Cell::text(format!("P-{at:06}")),
            Cell::Empty,
            Cell::text("completion"),
            Cell::text("forecast"),
            Cell::Day(date(2020 + (at % 7) as i16, 8, 14)),
            Cell::text("市发展改革委:回天地区行动计划新闻发布会"),
        ])?;
    }
    sink.finish()?;
    report("write", name, ROWS, begun);
    Ok(())
}

fn report(what: &str, name: &str, rows: usize, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what:<6} {name:<5} {rows:>7} rows {seconds:>7.3} s {:>10.0} rows/s", rows as f64 / seconds);
}
