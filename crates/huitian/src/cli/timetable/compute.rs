//! `huitian timetable compute`: early and late dates and floats, one row per task.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use exchange::cell::RowSink;
use exchange::mspdi::{self, WriteOptions};
use exchange::plan_sheet;
use exchange::xlsx::XlsxSink;
use serde::Serialize;
use timetable::{Horizon, Network, TaskDates};

use super::source::{PromiseArg, load};

/// Early and late dates and floats of every task, one row each
#[derive(Debug, Args)]
#[command(after_help = "\
Dates are local, to the minute; floats are working minutes, negative when a promise cannot be kept.

Examples:
  huitian timetable compute plan.xml --format csv
  huitian timetable compute plan.xml --promise 1029=2019-12-31 --promise '竣工验收=2020-06-30T17:00' --format json
  huitian timetable compute plan.xer --horizon own-promise --format csv
  huitian timetable compute plan.xer --format mspdi > plan.xml
  huitian timetable compute plan.xml --format xlsx > plan.xlsx

A sheet has a row for each task: uid, name, parent, duration_days, predecessors (12FS+2d;15SS), calendar (standard,
china, continuous, or one of the sheet's own), deadline, earliest, actual_start, actual_finish. The row with uid 0 is
the plan: its start, in actual_finish its status date, and its calendar. Rows with the uid calendar describe calendars:
name, day (1-5 for Monday to Friday, a date, or 2019-11-15/2020-03-15), hours (08:00-12:00 13:00-17:00, - for none).")]
pub struct ComputeArgs {
    /// Plan: MS Project XML (MSPDI), Primavera XER, or a sheet of tasks (XLSX, CSV)
    file: PathBuf,
    /// Promised finish of a task, by number or name; a bare date means the end of that day. May be repeated
    #[arg(long, value_name = "TASK=DATE")]
    promise: Vec<PromiseArg>,
    /// Where late dates begin: the plan's end, as MS Project has it, or the latest promise each task leads to
    #[arg(long, value_enum, default_value = "plan-end")]
    horizon: HorizonArg,
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum HorizonArg {
    PlanEnd,
    OwnPromise,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Json,
    /// The plan with its dates as MS Project XML
    Mspdi,
    /// A sheet of tasks, which is read again as a plan
    Xlsx,
}

#[derive(Serialize)]
struct Row<'a> {
    uid: i64,
    name: &'a str,
    early_start: String,
    early_finish: String,
    late_start: String,
    late_finish: String,
    total_float_minutes: i64,
    free_float_minutes: i64,
    critical: bool,
}

pub fn run(args: &ComputeArgs) -> anyhow::Result<()> {
    let mut source = load(&args.file, &args.promise)?;
    source.plan.horizon = match args.horizon {
        HorizonArg::PlanEnd => Horizon::PlanEnd,
        HorizonArg::OwnPromise => Horizon::OwnPromise,
    };
    let plan = &source.plan;
    let network = Network::new(plan)?;
    let schedule = network.schedule(plan)?;
    let rows = schedule.dates(plan, &network);
    let mut out = BufWriter::new(std::io::stdout().lock());
    match args.format {
        Format::Csv => {
            writeln!(
                out,
                "uid,early_start,early_finish,late_start,late_finish,total_float_minutes,free_float_minutes,critical"
            )?;
            for (task, d) in plan.tasks.iter().zip(&rows) {
                let TaskDates { early_start, early_finish, late_start, late_finish, .. } = d;
                writeln!(
                    out,
                    "{},{early_start},{early_finish},{late_start},{late_finish},{},{},{}",
                    task.uid, d.total_float, d.free_float, d.critical
                )?;
            }
        }
        Format::Mspdi => {
            let options =
                WriteOptions { minutes_per_day: source.minutes_per_day, baselines: &source.baselines };
            let (text, notes) = mspdi::write(plan, &rows, &options);
            for note in notes {
                eprintln!("warning: {note}");
            }
            out.write_all(text.as_bytes())?;
        }
        Format::Xlsx => {
            let sink = XlsxSink::new(&mut out, "tasks", &plan_sheet::headings(), false)?;
            let mut sink: Box<dyn RowSink + '_> = Box::new(sink);
            for row in plan_sheet::rows(plan, &rows) {
                sink.row(&row)?;
            }
            sink.finish()?;
        }
        Format::Json => {
            let rows: Vec<Row<'_>> = plan
                .tasks
                .iter()
                .zip(&rows)
                .map(|(task, d)| Row {
                    uid: task.uid,
                    name: &task.name,
                    early_start: d.early_start.to_string(),
                    early_finish: d.early_finish.to_string(),
                    late_start: d.late_start.to_string(),
                    late_finish: d.late_finish.to_string(),
                    total_float_minutes: d.total_float,
                    free_float_minutes: d.free_float,
                    critical: d.critical,
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &rows)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}
