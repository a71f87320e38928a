//! The plan in a file, whatever its format, with promises added from the command line.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, bail};
use exchange::mspdi::{self, Baseline};
use exchange::sheet::Limits;
use exchange::{plan_sheet, xer};
use sha2::{Digest, Sha256};
use timetable::{Moment, Plan, TaskId};

/// Largest file read: a plan of the largest size is about half of that.
const MAX_BYTES: u64 = 4 << 30;

/// A promise as given on the command line: `TASK=DATE`.
#[derive(Debug, Clone)]
pub struct PromiseArg {
    task: String,
    date: Moment,
}

impl FromStr for PromiseArg {
    type Err = String;

    fn from_str(text: &str) -> Result<PromiseArg, String> {
        // The last “=” parts them: a task's name may hold one.
        let (task, date) = text.rsplit_once('=').ok_or("write TASK=DATE, for example 12=2019-10-18")?;
        let date = Moment::parse_promise(date).map_err(|e| e.to_string())?;
        if task.is_empty() {
            return Err("the task before “=” is missing; give its number or its exact name".to_owned());
        }
        Ok(PromiseArg { task: task.to_owned(), date })
    }
}

/// A plan read from a file.
pub struct Source {
    pub plan: Plan,
    pub minutes_per_day: i64,
    /// Three-point durations in minutes of each task, where the file gives them.
    pub three_point: Vec<Option<[i64; 3]>>,
    /// Stored earlier plans of each task, where the file has them.
    pub baselines: Vec<Vec<Baseline>>,
    /// Hash of the file's bytes.
    pub sha256: String,
}

/// Reads the plan in `path` and adds the promises. Warnings go to standard error.
pub fn load(path: &Path, promises: &[PromiseArg]) -> anyhow::Result<Source> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("cannot open {shown}"))?.len();
    if size > MAX_BYTES {
        bail!("{shown} is larger than 4 GiB; split the plan");
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let mut source = parse(&bytes).with_context(|| format!("{shown} cannot be used"))?;
    for promise in promises {
        let task = find_task(&source.plan, &promise.task)?;
        check_promise(&source.plan, task, promise.date)?;
        source.plan.tasks[task.index()].deadline = Some(promise.date);
    }
    Ok(source)
}

fn parse(bytes: &[u8]) -> anyhow::Result<Source> {
    let sha256 = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    if xer::is_xer(bytes) {
        let document = xer::read(bytes)?;
        warn(&document.warnings);
        let three_point = vec![None; document.plan.tasks.len()];
        let (plan, minutes_per_day) = (document.plan, document.minutes_per_day);
        return Ok(Source { plan, minutes_per_day, three_point, baselines: Vec::new(), sha256 });
    }
    if !mspdi::is_xml(bytes) {
        let sheet = exchange::sheet::read(bytes, None, &["tasks", "任务"], &sheet_limits())?;
        let plan = plan_sheet::read(&sheet)?;
        let three_point = vec![None; plan.tasks.len()];
        return Ok(Source { plan, minutes_per_day: 480, three_point, baselines: Vec::new(), sha256 });
    }
    let document = mspdi::read(bytes)?;
    warn(&document.warnings);
    Ok(Source {
        plan: document.plan,
        minutes_per_day: document.minutes_per_day,
        three_point: document.tasks.iter().map(|t| t.three_point).collect(),
        baselines: document.tasks.into_iter().map(|t| t.baselines).collect(),
        sha256,
    })
}

/// A sheet of tasks may be as long as a sheet can be.
fn sheet_limits() -> Limits {
    Limits { rows: 1_100_000, ..Limits::default() }
}

/// The first of the warnings, and how many more there are.
fn warn(warnings: &[impl std::fmt::Display]) {
    const SHOWN: usize = 20;
    for warning in warnings.iter().take(SHOWN) {
        eprintln!("warning: {warning}");
    }
    if warnings.len() > SHOWN {
        eprintln!("warning: and {} more", warnings.len() - SHOWN);
    }
}

/// The task with this number, or with this name if only one has it.
fn find_task(plan: &Plan, text: &str) -> anyhow::Result<TaskId> {
    let id = |i: usize| TaskId(i as u32);
    if let Ok(uid) = text.parse::<i64>()
        && let Some(i) = plan.tasks.iter().position(|t| t.uid == uid)
    {
        return Ok(id(i));
    }
    let named: Vec<usize> = (0..plan.tasks.len()).filter(|&i| plan.tasks[i].name == text).collect();
    match named[..] {
        [i] => Ok(id(i)),
        [] => bail!(
            "no task has the number or name “{text}”; the column uid of “timetable compute” lists the numbers"
        ),
        [first, ..] => bail!(
            "{} tasks are named “{text}”; give the number instead, the first is {}",
            named.len(),
            plan.tasks[first].uid
        ),
    }
}

fn check_promise(plan: &Plan, task: TaskId, date: Moment) -> anyhow::Result<()> {
    if let Some(status) = plan.status_date
        && date < status
    {
        let label = plan.tasks[task.index()].label();
        bail!("the promise for {label} ends before the status date {status}; promise a later date");
    }
    Ok(())
}
