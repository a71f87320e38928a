//! `huitian doctor`: what is wrong with an installation, and what to do.

use std::process::ExitCode;

use store::{Severity, examine};

use super::common::{DatabaseArg, LangArg};

/// Looks an installation over and explains what is wrong with it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huitian doctor\n  huitian doctor --lang en --database sqlite://data/huitian.db"
)]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let lang = args.lang.lang();
    let findings = examine(&args.database.address()?);
    let mut bad = false;
    for finding in &findings {
        let mark = match finding.severity {
            Severity::Good => "✓",
            Severity::Note => "·",
            Severity::Bad => "✗",
        };
        bad |= finding.severity == Severity::Bad;
        let args: Vec<(&str, &str)> = finding.args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        println!("{mark} {}", words::with(lang, &format!("doctor-{}", finding.key), &args));
    }
    let verdict = if bad { "doctor-verdict-bad" } else { "doctor-verdict-good" };
    println!("{}", words::text(lang, verdict));
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
