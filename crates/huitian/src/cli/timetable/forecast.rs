//! `huitian timetable forecast`: the odds of keeping the promises.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use serde::Serialize;
use timetable::forecast::{Cause, Inputs, Percentiles, Sampling, Spread, Target, cost_by_cause, forecast};
use timetable::{Moment, Network, Plan, Progress, TaskDates, TaskId};

use super::source::{PromiseArg, Source, load};

/// How likely the promises are to hold: probabilities, finish dates by percentile, critical steps
#[derive(Debug, Args)]
#[command(after_help = "\
Promises are the deadlines in the file and those given here. A task takes a triangular time: the file's
Duration1, Duration2, Duration3 where it has them, else its duration times --spread. Finished work is fixed,
running work draws what remains. The same seed gives the same answer on any machine and number of threads.

Examples:
  huitian timetable forecast plan.xml --draws 10000 --seed 7 --format json
  huitian timetable forecast plan.xml --draws 20000 --seed 7 --buffer-days 45 --correlation 0.3 --cause uid-mod:12
  huitian timetable forecast plan.xml --draws 10000 --seed 7 --promise 1029=2019-12-31 --spread 0.9,1,2")]
pub struct ForecastArgs {
    /// Plan: MS Project XML (MSPDI), Primavera XER, or a sheet of tasks (XLSX, CSV)
    file: PathBuf,
    /// Number of draws
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    draws: u32,
    /// Seed of the draws
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Promised finish of a task, by number or name; a bare date means the end of that day. May be repeated
    #[arg(long, value_name = "TASK=DATE")]
    promise: Vec<PromiseArg>,
    /// Promise each project (summary at the top of the outline) its computed finish plus so many working days
    #[arg(long, value_name = "DAYS")]
    buffer_days: Option<u32>,
    /// Least, likely and most time as multiples of the planned duration
    #[arg(long, value_name = "LOW,LIKELY,HIGH", default_value = "0.8,1,1.6")]
    spread: Factors,
    /// Share of the spread (ρ, 0 to 1) that tasks of one cause have in common
    #[arg(long, value_name = "R", default_value_t = 0.0)]
    correlation: f64,
    /// What tasks share: one cause for all, one for each project, or the task number modulo N
    #[arg(long, value_name = "all|project|uid-mod:N", default_value = "all")]
    cause: CauseRule,
    /// Also say how many more promises would hold if each cause were on plan (one more run for each)
    #[arg(long)]
    by_cause: bool,
    /// Threads; the answer does not depend on it
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
}

#[derive(Debug, Clone, Copy)]
struct Factors([f64; 3]);

impl FromStr for Factors {
    type Err = String;

    fn from_str(text: &str) -> Result<Factors, String> {
        let numbers: Vec<f64> = text.split(',').filter_map(|n| n.trim().parse().ok()).collect();
        match numbers[..] {
            [low, likely, high] if 0.0 <= low && low <= likely && likely <= high && high <= 1000.0 => {
                Ok(Factors([low, likely, high]))
            }
            _ => Err("write three numbers from 0 to 1000 that do not fall, for example 0.8,1,1.6".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum CauseRule {
    All,
    Project,
    UidMod(i64),
}

impl FromStr for CauseRule {
    type Err = String;

    fn from_str(text: &str) -> Result<CauseRule, String> {
        let modulus = text.strip_prefix("uid-mod:").and_then(|n| n.parse().ok());
        match (text, modulus) {
            ("all", _) => Ok(CauseRule::All),
            ("project", _) => Ok(CauseRule::Project),
            (_, Some(n @ 1..=10_000)) => Ok(CauseRule::UidMod(n)),
            _ => Err("write all, project or uid-mod:N with N from 1 to 10000".to_owned()),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    file_sha256: &'a str,
    draws: u32,
    seed: u64,
    assumptions: Assumptions,
    plan: Finish,
    promises: Vec<PromiseRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_time: Option<OnTimeRow>,
    projects: Vec<ProjectRow<'a>>,
    tasks: Vec<TaskRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<CauseRow>,
}

#[derive(Serialize)]
struct Assumptions {
    shape: &'static str,
    low: f64,
    likely: f64,
    high: f64,
    three_point_durations_from_file: usize,
    correlation: f64,
    causes: usize,
}

#[derive(Serialize)]
struct Finish {
    computed: String,
    p10: String,
    p50: String,
    p80: String,
    p90: String,
    p95: String,
}

impl Finish {
    fn new(computed: Moment, p: &Percentiles) -> Finish {
        Finish {
            computed: computed.to_string(),
            p10: p.p10.to_string(),
            p50: p.p50.to_string(),
            p80: p.p80.to_string(),
            p90: p.p90.to_string(),
            p95: p.p95.to_string(),
        }
    }
}

#[derive(Serialize)]
struct PromiseRow<'a> {
    uid: i64,
    name: &'a str,
    promise: String,
    probability: f64,
    standard_error: f64,
    finish: Finish,
}

#[derive(Serialize)]
struct OnTimeRow {
    promises: usize,
    expected: f64,
    p10: u32,
    p50: u32,
    p90: u32,
    all: f64,
    distribution: Vec<f64>,
}

#[derive(Serialize)]
struct ProjectRow<'a> {
    uid: i64,
    name: &'a str,
    finish: Finish,
}

#[derive(Serialize)]
struct TaskRow<'a> {
    uid: i64,
    name: &'a str,
    critical: f64,
    critical_to_end: f64,
    overrun_minutes: f64,
}

#[derive(Serialize)]
struct CauseRow {
    name: String,
    promises_gained: f64,
}

pub fn run(args: &ForecastArgs) -> anyhow::Result<()> {
    ensure!(
        (0.0..=1.0).contains(&args.correlation),
        "--correlation {} is not a share; give a number from 0 to 1",
        args.correlation
    );
    let source = load(&args.file, &args.promise)?;
    let plan = &source.plan;
    let network = Network::new(plan)?;
    let schedule = network.schedule(plan)?;
    let dates = schedule.dates(plan, &network);
    let projects = projects(plan);
    let inputs = inputs(args, &source, &dates, &projects)?;
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let sampling = Sampling { draws: args.draws, seed: args.seed, threads };
    let result = forecast(plan, &network, &inputs, sampling)?;

    let mut promises = Vec::new();
    let mut project_rows = Vec::new();
    for target in &result.targets {
        let task = &plan.tasks[target.task.index()];
        let finish = Finish::new(dates[target.task.index()].early_finish, &target.finish);
        if let (Some(promise), Some(probability), Some(standard_error)) =
            (target.promise, target.on_time, target.standard_error)
        {
            let promise = promise.to_string();
            promises.push(PromiseRow {
                uid: task.uid,
                name: &task.name,
                promise,
                probability,
                standard_error,
                finish,
            });
        } else {
            project_rows.push(ProjectRow { uid: task.uid, name: &task.name, finish });
        }
    }
    let mut summaries = vec![false; plan.tasks.len()];
    for parent in plan.tasks.iter().filter_map(|t| t.parent) {
        summaries[parent.index()] = true;
    }
    let tasks = plan.tasks.iter().zip(&result.tasks).zip(&summaries).filter(|(_, summary)| !**summary);
    let causes = if args.by_cause && args.correlation > 0.0 {
        cost_by_cause(plan, &network, &inputs, sampling)?
            .iter()
            .map(|c| CauseRow {
                name: inputs.causes[c.cause as usize].name.clone(),
                promises_gained: c.gained,
            })
            .collect()
    } else {
        Vec::new()
    };
    let report = Report {
        file_sha256: &source.sha256,
        draws: result.draws,
        seed: result.seed,
        assumptions: Assumptions {
            shape: "triangular",
            low: args.spread.0[0],
            likely: args.spread.0[1],
            high: args.spread.0[2],
            three_point_durations_from_file: source.three_point.iter().flatten().count(),
            correlation: args.correlation,
            causes: inputs.causes.len(),
        },
        plan: Finish::new(schedule.end(), &result.end),
        on_time: result.on_time.map(|o| OnTimeRow {
            promises: promises.len(),
            expected: o.expected,
            p10: o.p10,
            p50: o.p50,
            p90: o.p90,
            all: o.all,
            distribution: o.distribution,
        }),
        promises,
        projects: project_rows,
        tasks: tasks
            .map(|((task, f), _)| TaskRow {
                uid: task.uid,
                name: &task.name,
                critical: f.critical,
                critical_to_end: f.critical_to_end,
                overrun_minutes: f.overrun,
            })
            .collect(),
        causes,
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    match args.format {
        Format::Json => serde_json::to_writer_pretty(&mut out, &report)?,
    }
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// The summaries at the top of the outline; the one of the whole file (number 0) does not count.
fn projects(plan: &Plan) -> Vec<TaskId> {
    let is_root = |id: Option<TaskId>| id.is_none_or(|p| plan.tasks[p.index()].uid == 0);
    let mut summaries = vec![false; plan.tasks.len()];
    for parent in plan.tasks.iter().filter_map(|t| t.parent) {
        summaries[parent.index()] = true;
    }
    (0..plan.tasks.len())
        .filter(|&i| summaries[i] && plan.tasks[i].uid != 0 && is_root(plan.tasks[i].parent))
        .map(|i| TaskId(i as u32))
        .collect()
}

fn inputs(
    args: &ForecastArgs,
    source: &Source,
    dates: &[TaskDates],
    projects: &[TaskId],
) -> anyhow::Result<Inputs> {
    let plan = &source.plan;
    let [low, likely, high] = args.spread.0;
    let spreads = plan
        .tasks
        .iter()
        .zip(&source.three_point)
        .map(|(task, three_point)| {
            let minutes = task.duration.minutes();
            let times = |factor: f64| (minutes as f64 * factor).round() as i64;
            Some(match *three_point {
                Some([low, likely, high]) => Spread { low, likely, high },
                None => Spread { low: times(low), likely: times(likely), high: times(high) },
            })
        })
        .collect();

    let mut targets: Vec<Target> = Vec::new();
    for (i, task) in plan.tasks.iter().enumerate() {
        if task.deadline.is_some() && task.active && !matches!(task.progress, Progress::Finished { .. }) {
            targets.push(Target { task: TaskId(i as u32), promise: task.deadline });
        }
    }
    for &task in projects {
        if targets.iter().any(|t| t.task == task) {
            continue;
        }
        let promise = match args.buffer_days {
            None => None,
            Some(days) => {
                let calendar = timetable::calendar::expand(&plan.calendars, plan.calendar)?;
                let minutes = i64::from(days) * source.minutes_per_day;
                Some(calendar.add(dates[task.index()].early_finish, minutes))
            }
        };
        targets.push(Target { task, promise });
    }

    let (causes, task_cause) =
        if args.correlation > 0.0 { causes(args, plan, projects) } else { Default::default() };
    Ok(Inputs { spreads, task_cause, causes, targets })
}

fn causes(args: &ForecastArgs, plan: &Plan, projects: &[TaskId]) -> (Vec<Cause>, Vec<Option<u32>>) {
    let cause = |name: String| Cause { name, correlation: args.correlation };
    match args.cause {
        CauseRule::All => (vec![cause("all".to_owned())], vec![Some(0); plan.tasks.len()]),
        CauseRule::UidMod(n) => {
            let causes = (0..n).map(|k| cause(format!("uid mod {n} = {k}"))).collect();
            let of = plan.tasks.iter().map(|t| Some(t.uid.rem_euclid(n) as u32)).collect();
            (causes, of)
        }
        CauseRule::Project => {
            let index: HashMap<TaskId, u32> = projects.iter().zip(0..).map(|(&p, i)| (p, i)).collect();
            let causes = projects.iter().map(|p| cause(plan.tasks[p.index()].label())).collect();
            let of = plan.tasks.iter().map(|task| {
                let mut above = task.parent;
                while let Some(parent) = above {
                    if let Some(&i) = index.get(&parent) {
                        return Some(i);
                    }
                    above = plan.tasks[parent.index()].parent;
                }
                None
            });
            (causes, of.collect())
        }
    }
}
