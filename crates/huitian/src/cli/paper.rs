//! `huitian paper`: official papers as files.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use app::gantt::Baseline;
use app::paper::{Format, GanttPaper, Paper, PaperError};
use app::read::Asked;
use axum::extract::Query;
use domain::code::Code;
use domain::item::asking::Asking;
use jiff::civil::Date;
use words::Lang;

use super::common::{DatabaseArg, LangArg, plan, runtime};
use super::target::Target;

/// Writes an official paper as DOCX, PDF or XLSX, laid out by GB/T 9704-2012 in Chinese, or a Gantt chart
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian paper report REP-weekly-2019-W10 --out week.docx\n  \
    huitian paper report HT-SR-03 --lang en --out special.pdf\n  \
    huitian paper pack HT-MD-08 --out dispatch.pdf\n  \
    huitian paper minutes HT-MD-08 --as-of 2019-08-14 --out minutes.docx\n  \
    huitian paper slip SLP-2019-0003 --out slip.pdf\n  \
    huitian paper ledger --where 'kind=tracked_task&light=red' --as-of 2019-08-14 --out red.pdf\n  \
    huitian paper timetable --as-of 2019-08-14 --out timetable.xlsx\n  \
    huitian paper gantt --steps --compare r2 --as-of 2019-08-14 --out bars.pdf\n  \
    huitian paper gantt --lang en --out bars.zip\n  \
    huitian paper statement --as-of 2019-08-14 --out statement.pdf\n  \
    huitian paper evaluation --year 2019 --out evaluation.docx\n\n\
    --where takes what stands behind the ? in the address of the ledger's page. Slips and minutes are no\n\
    workbooks; a Gantt chart is a PDF, or a ZIP of one SVG a page. PDF uses the machine's fonts: fonts-noto-cjk and fonts-liberation will do.\n\n\
    Exit status: 0 written, 3 a table is too long for the format, 4 a sum of the statement does not close.")]
pub struct Args {
    #[arg(value_enum)]
    kind: Kind,
    /// The report's, slip's or meeting's code
    #[arg(required_if_eq_any([("kind", "report"), ("kind", "pack"), ("kind", "slip"), ("kind", "minutes")]))]
    code: Option<Code>,
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
    /// The plan's code; the first plan when not given
    #[arg(long, value_name = "CODE")]
    plan: Option<Code>,
    /// The day to look at; today when not given. Reports and packs have their own
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Use only what was on record at the end of this day
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    /// The ledger's conditions, as its page's address has them
    #[arg(long = "where", value_name = "CONDITIONS", default_value = "")]
    conditions: String,
    /// Of a Gantt chart: each step in a row of its own
    #[arg(long)]
    steps: bool,
    /// Of a Gantt chart: draw below the bars what the timetable of an earlier day, or of a revision, said
    #[arg(long, value_name = "DATE|rNUMBER", default_value = "")]
    compare: String,
    /// Of an evaluation: the year
    #[arg(long)]
    year: Option<i16>,
    /// docx, pdf, xlsx, or zip for SVG; by the name of --out when not given
    #[arg(long, value_parser = parse_format)]
    format: Option<Format>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// A weekly, monthly, special, research or annual report
    Report,
    /// What a dispatch meeting is shown: red and amber items, decisions, what units asked, figures
    Pack,
    /// A supervision slip with its part to sign and send back
    Slip,
    /// The minutes of a meeting
    Minutes,
    /// A list of the ledger
    Ledger,
    /// The projects' timetable: promised, forecast, actual
    Timetable,
    /// The timetable as bars over time, with links, float, promises and an earlier timetable
    Gantt,
    /// Every figure with its records and signatures
    Statement,
    /// The annual evaluation report
    Evaluation,
}

const TOO_LONG: u8 = 3;
const REFUSED: u8 = 4;

fn parse_format(text: &str) -> Result<Format, String> {
    Format::parse(text).ok_or_else(|| "docx, pdf, xlsx or zip".into())
}

/// Reads conditions as the ledger's page reads its address.
fn asking(conditions: &str) -> anyhow::Result<Asking> {
    let conditions = conditions.trim_start_matches('?');
    let encoded: String =
        conditions.chars().map(|c| if c.is_ascii_graphic() { c.to_string() } else { encode(c) }).collect();
    let address = format!("/?{encoded}").parse().context("--where is no list of conditions")?;
    let Query(asking) = Query::<Asking>::try_from_uri(&address).context("--where")?;
    Ok(asking)
}

fn encode(character: char) -> String {
    let mut bytes = [0; 4];
    character.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let by_name = args.out.extension().and_then(|end| end.to_str()).and_then(Format::parse);
    let format = args.format.or(by_name).context("name the format: --format docx, pdf, xlsx or zip")?;
    let lang: Lang = args.lang.lang();
    let code = args.code.clone();
    anyhow::ensure!(
        args.conditions.is_empty() || args.kind == Kind::Ledger,
        "--where narrows the ledger and nothing else"
    );
    let baseline = Baseline::parse(&args.compare);
    anyhow::ensure!(
        args.compare.is_empty() || baseline != Baseline::None,
        "--compare takes a day such as 2019-01-01, or a revision such as r2"
    );
    anyhow::ensure!(args.kind == Kind::Evaluation || args.year.is_none(), "--year belongs to an evaluation");
    anyhow::ensure!(
        args.kind == Kind::Gantt || (args.compare.is_empty() && !args.steps),
        "--steps and --compare belong to a Gantt chart"
    );
    let paper = match (args.kind, code) {
        (Kind::Report, Some(code)) => Paper::Report(code),
        (Kind::Pack, Some(code)) => Paper::Pack(code),
        (Kind::Slip, Some(code)) => Paper::Slip(code),
        (Kind::Minutes, Some(code)) => Paper::Minutes(code),
        (Kind::Ledger, None) => Paper::Ledger(Box::new(asking(&args.conditions)?)),
        (Kind::Timetable, None) => Paper::Timetable(None),
        (Kind::Gantt, None) => Paper::Gantt(GanttPaper { projects: None, steps: args.steps, baseline }),
        (Kind::Statement, None) => Paper::Statement,
        (Kind::Evaluation, None) => Paper::Evaluation(args.year.context("name the year: --year 2019")?),
        (_, None) => anyhow::bail!("name the thing by its code"),
        (_, Some(code)) => anyhow::bail!("this paper is of the whole plan: leave '{code}' out"),
    };
    let app = args.database.app()?;
    let asked = Asked { as_of: args.as_of, known_at: args.known_at.map(|day| app.clock().end_of(day)) };
    let runtime = runtime()?;
    let plan = runtime.block_on(plan(&app, args.plan.as_ref()))?;
    let bytes = match runtime.block_on(app.paper_file(&plan, &paper, format, lang, asked)) {
        Ok(bytes) => bytes,
        Err(error @ PaperError::TooLong { .. }) => {
            eprintln!("huitian: {error}; narrow it by --where, or take a workbook (xlsx)");
            return Ok(ExitCode::from(TOO_LONG));
        }
        Err(PaperError::DoesNotClose(faults)) => {
            eprintln!("{}", words::text(lang, "statement-refused"));
            for fault in &faults {
                let projects: Vec<&str> = fault.projects().iter().map(Code::as_str).collect();
                eprintln!("  {} {}", fault.key(), projects.join(" "));
            }
            return Ok(ExitCode::from(REFUSED));
        }
        Err(error) => return Err(error.into()),
    };
    let named = args.out.display().to_string();
    let target = Target::new(Some(args.out));
    let written = target.create().and_then(|mut out| {
        out.write_all(&bytes)?;
        Ok(out.flush()?)
    });
    target.close(written)?;
    eprintln!("{} bytes in {named}", bytes.len());
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_like_an_address() {
        let read = asking("?kind=tracked_task&light=red&q=学校 a&sort=due").expect("conditions");
        let wanted = Asking {
            q: "学校 a".into(),
            kind: "tracked_task".into(),
            light: "red".into(),
            sort: "due".into(),
            ..Asking::default()
        };
        assert_eq!(read, wanted);
        assert_eq!(asking("").expect("none"), Asking::default());
    }
}
