//! `huitian statement`: every figure beside what was published.

use std::process::ExitCode;

use anyhow::Context;
use app::Clock;
use domain::code::Code;
use domain::figure::Row;
use domain::history::View;
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::statement::{Fault, Statement};
use domain::subject::directory;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use words::Lang;

use super::common::{DatabaseArg, LangArg, clock, plan, runtime};

/// Computes every figure of the plan as of a day, beside the published value
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian statement --as-of 2019-08-14\n  \
    huitian statement --as-of 2019-08-14 --format json --database sqlite://data/huitian.db\n  \
    huitian statement --as-of 2019-03-01 --known-at 2019-03-01\n  \
    huitian statement --as-of 2019-08-14 --rows kindergarten_places\n\n\
    Exit status: 0 issued, 4 refused because a sum does not close (the rows at fault are named).")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
    /// The day the figures hold for; today when not given
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Use only what was on record at the end of this day
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    /// The plan's code; the first plan when not given
    #[arg(long, value_name = "CODE")]
    plan: Option<Code>,
    /// text, json or csv
    #[arg(long, default_value = "text", value_parser = ["text", "json", "csv"])]
    format: String,
    /// List the records behind this figure instead
    #[arg(long, value_name = "FIGURE")]
    rows: Option<String>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = args.database.app()?;
    let clock = clock()?;
    let plan = runtime()?.block_on(plan(&app, args.plan.as_ref()))?;
    let scopes = [directory(), plan.clone()];
    let (history, known) = app.database().read(|c| {
        let known = match args.known_at {
            Some(day) => c.known_at(clock.end_of(day))?,
            None => Seq::LATEST,
        };
        // The figures never look at the light topics: a cold start is three times as quick.
        Ok::<_, store::StoreError>((c.history(&scopes, true)?, known))
    })?;
    let view = View { as_of: args.as_of.unwrap_or_else(|| clock.today()), known };
    let portfolio = Portfolio::at(&history, &plan, view)
        .with_context(|| format!("plan '{plan}' was not on the books then"))?;
    let items = runtime()?.block_on(app.items_counted(&portfolio))?;
    let statement = Statement::of(&portfolio, &items);
    let lang = args.lang.lang();
    if !statement.closes() {
        refuse(&statement, lang);
        return Ok(ExitCode::from(4));
    }
    match (&args.rows, args.format.as_str()) {
        (Some(figure), format) => rows(&portfolio, &statement, figure, format, lang)?,
        (None, "json") => json(&statement)?,
        (None, "csv") => csv(&statement)?,
        (None, _) => text(&portfolio, &statement, lang),
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse(statement: &Statement, lang: Lang) {
    eprintln!("{}", words::text(lang, "statement-refused"));
    for fault in &statement.faults {
        let count = fault.projects().len().to_string();
        let mut args = vec![("count", count.as_str())];
        let (declared, counted);
        if let Fault::Declared { declared: d, counted: c } = fault {
            (declared, counted) = (d.to_string(), c.to_string());
            args.extend([("declared", declared.as_str()), ("counted", counted.as_str())]);
        }
        eprintln!("- {}", words::with(lang, &format!("fault-{}", fault.key()), &args));
        for project in fault.projects() {
            eprintln!("    {project}");
        }
    }
}

/// Whole numbers stay whole; others become the nearest JSON number.
fn number(value: Decimal) -> serde_json::Value {
    let value = value.normalize();
    match value.to_i64().filter(|_| value.fract().is_zero()) {
        Some(whole) => whole.into(),
        None => value.to_f64().into(),
    }
}

fn json(statement: &Statement) -> anyhow::Result<()> {
    let figures: Vec<serde_json::Value> = statement
        .figures
        .iter()
        .map(|figure| {
            serde_json::json!({
                "id": figure.id,
                "value": figure.value.map(number),
                "published": figure.published.map(number),
                "records": figure.records(),
            })
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(())
}

fn csv(statement: &Statement) -> anyhow::Result<()> {
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(["id", "value", "published", "records"])?;
    let shown = |value: Option<Decimal>| value.map_or(String::new(), |value| value.normalize().to_string());
    for figure in &statement.figures {
        out.write_record([
            figure.id.to_string(),
            shown(figure.value),
            shown(figure.published),
            figure.records().to_string(),
        ])?;
    }
    Ok(out.flush()?)
}

fn text(portfolio: &Portfolio, statement: &Statement, lang: Lang) {
    let english = lang.is_english();
    let date = portfolio.view.as_of.to_string();
    let args = [("plan", portfolio.plan.name.get(english)), ("date", date.as_str())];
    println!("{}\n", words::with(lang, "statement-title", &args));
    let t = |key: &str| words::text(lang, key).into_owned();
    let mut lines =
        vec![[t("statement-figure"), t("statement-value"), t("statement-published"), t("statement-records")]];
    for (figure, definition) in statement.figures.iter().zip(&portfolio.plan.figures) {
        let shown = |value: Option<Decimal>| value.map(|value| value.normalize().to_string());
        lines.push([
            format!("{} ({})", definition.label.get(english), definition.unit.get(english)),
            shown(figure.value).unwrap_or_else(|| t("statement-not-recorded")),
            shown(figure.published).unwrap_or_default(),
            figure.records().to_string(),
        ]);
    }
    let width = |at: usize| lines.iter().map(|line| columns(&line[at])).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    for line in &lines {
        let pad = |at: usize| " ".repeat(widths[at] - columns(&line[at]));
        println!(
            "{}{}  {}{}  {}{}  {}{}",
            line[0],
            pad(0),
            pad(1),
            line[1],
            pad(2),
            line[2],
            pad(3),
            line[3]
        );
    }
}

/// How many terminal columns a text takes: Chinese characters take two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if (c as u32) < 0x1100 { 1 } else { 2 }).sum()
}

fn rows(
    portfolio: &Portfolio,
    statement: &Statement,
    figure: &str,
    format: &str,
    lang: Lang,
) -> anyhow::Result<()> {
    let figure = statement
        .figures
        .iter()
        .find(|held| held.id.as_str() == figure)
        .with_context(|| format!("there is no figure '{figure}'"))?;
    let english = lang.is_english();
    let project = |code: &Code| {
        portfolio.project(code.as_str()).map_or(String::new(), |p| p.name.get(english).to_owned())
    };
    let mut lines: Vec<[String; 4]> = Vec::new();
    for row in &figure.rows {
        match row {
            Row::Project { code, quantity } => lines.push([
                "project".into(),
                code.to_string(),
                project(code),
                quantity.normalize().to_string(),
            ]),
            Row::Group { group, members, quantity } => {
                lines.push([
                    "group".into(),
                    group.to_string(),
                    portfolio
                        .plan
                        .output_groups
                        .iter()
                        .find(|(held, ..)| held.group == *group)
                        .map_or(String::new(), |(held, ..)| held.name.get(english).to_owned()),
                    quantity.normalize().to_string(),
                ]);
                for member in members {
                    lines.push(["member".into(), member.to_string(), project(member), String::new()]);
                }
            }
            Row::Sector { code, projects } => lines.push([
                "sector".into(),
                code.to_string(),
                portfolio
                    .plan
                    .sector(code.as_str())
                    .map_or(String::new(), |sector| sector.name.get(english).to_owned()),
                projects.to_string(),
            ]),
            Row::Observation { indicator, key, on, value } => lines.push([
                "observation".into(),
                format!("{indicator}/{key}"),
                on.to_string(),
                value.normalize().to_string(),
            ]),
            Row::Item { code, name, quantity, .. } => lines.push([
                "item".into(),
                code.to_string(),
                name.get(english).to_owned(),
                quantity.normalize().to_string(),
            ]),
        }
    }
    let names = ["row", "code", "name", "quantity"];
    if format == "json" {
        let rows: Vec<serde_json::Value> = lines
            .iter()
            .map(|line| names.iter().zip(line).map(|(k, v)| ((*k).to_owned(), v.as_str().into())).collect())
            .map(serde_json::Value::Object)
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        let mut out = csv::Writer::from_writer(std::io::stdout().lock());
        out.write_record(names)?;
        for line in lines {
            out.write_record(line)?;
        }
        out.flush()?;
    }
    Ok(())
}
