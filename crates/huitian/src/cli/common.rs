//! What several subcommands share: the database, the language, progress.

use std::io::IsTerminal;
use std::sync::Arc;

use anyhow::Context;
use app::{App, Clock, SystemClock};
use domain::code::Code;
use indicatif::{ProgressBar, ProgressStyle};
use store::{Address, Database};
use words::Lang;

/// Where the data lie.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseArg {
    /// sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME?sslmode=verify-full
    #[arg(
        global = true,
        long,
        env = "HUITIAN_DATABASE",
        default_value = "sqlite://data/huitian.db",
        value_name = "ADDRESS",
        hide_env_values = true
    )]
    pub database: String,
}

impl DatabaseArg {
    pub fn address(&self) -> anyhow::Result<Address> {
        Ok(self.database.parse()?)
    }

    /// Opens the database, makes it when missing, upgrades its schema.
    pub fn open(&self) -> anyhow::Result<Database> {
        let clock = clock()?;
        Ok(Database::open(&self.address()?, clock.now().as_microsecond())?)
    }

    /// Opens a database that must be there.
    pub fn open_existing(&self) -> anyhow::Result<Database> {
        let address = self.address()?;
        Database::open_existing(&address)
            .with_context(|| format!("cannot open {}; run `huitian doctor` to see why", address.redacted()))
    }

    pub fn app(&self) -> anyhow::Result<App> {
        Ok(App::new(self.open_existing()?, clock()?))
    }
}

pub fn clock() -> anyhow::Result<Arc<SystemClock>> {
    let zone = std::env::var("HUITIAN_ZONE").ok();
    Ok(Arc::new(SystemClock::new(zone.as_deref()).context("HUITIAN_ZONE names no time zone")?))
}

/// The language of what is printed: `--lang`, else the environment's, else Chinese.
#[derive(Debug, Clone, clap::Args)]
pub struct LangArg {
    /// Language of the output: zh or en
    #[arg(long, value_parser = parse_lang, value_name = "LANG")]
    lang: Option<Lang>,
}

impl LangArg {
    pub fn lang(&self) -> Lang {
        self.lang
            .or_else(|| {
                ["LC_ALL", "LC_MESSAGES", "LANG"]
                    .iter()
                    .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
                    .and_then(|value| Lang::parse(&value))
            })
            .unwrap_or_default()
    }
}

fn parse_lang(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "zh or en".into())
}

/// The plan that is meant: the one named, else the first on the books.
pub async fn plan(app: &App, named: Option<&Code>) -> anyhow::Result<Code> {
    let plans = app.plans().await?;
    match named {
        Some(plan) if plans.contains(plan) => Ok(plan.clone()),
        Some(plan) => {
            let known: Vec<&str> = plans.iter().map(Code::as_str).collect();
            anyhow::bail!("there is no plan '{plan}'; there are: {}", known.join(", "))
        }
        None => plans.into_iter().next().context("no plan is on the books yet: `huitian demo` loads one"),
    }
}

pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// A count on standard error, where someone is looking.
pub fn progress(what: &'static str, total: Option<u64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template("{msg} {pos}/{len} {wide_bar} {eta}") {
        bar.set_style(style);
    }
    bar.with_message(what)
}
