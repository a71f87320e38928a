//! `huitian serve`: the site and the API.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::request::ProtectionKey;
use delivery::http::Http;
use delivery::{Courier, Settings};
use store::{Address, Database};

use super::common::{DatabaseArg, clock, runtime};
use crate::server::{self, Config, Joined};

/// Where and how the site is served.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeOptions {
    /// Address and port to listen on
    #[arg(long, env = "HUITIAN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Cookies over plain HTTP too: only for trying on one's own machine
    #[arg(long, env = "HUITIAN_INSECURE_COOKIES")]
    pub insecure_cookies: bool,
    /// How many proxies in front add to X-Forwarded-For
    #[arg(long, env = "HUITIAN_TRUSTED_PROXIES", default_value_t = 0, value_name = "N")]
    pub trusted_proxies: usize,
    /// File that says where mail and webhooks go; people are told on the site only without one
    #[arg(long, env = "HUITIAN_NOTIFY", value_name = "FILE")]
    pub notify: Option<PathBuf>,
    /// File that says which forums, gateways of short messages and servers requests come from and go to
    #[arg(long, env = "HUITIAN_CHANNELS", value_name = "FILE")]
    pub channels: Option<PathBuf>,
    /// File with the key that seals who asked; made at the first start [default: beside the database]
    #[arg(long, env = "HUITIAN_PROTECTED_KEY", value_name = "FILE")]
    pub protected_key: Option<PathBuf>,
    /// Logs as JSON lines
    #[arg(long, env = "HUITIAN_LOG_JSON")]
    pub log_json: bool,
}

/// Starts the site and the API
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian serve\n  \
    huitian serve --listen 0.0.0.0:8080 --database postgres://huitian@localhost/huitian --trusted-proxies 1\n\n\
    The address is printed once the site answers; port 0 lets the system choose one.\n\
    Put a proxy with TLS in front of it. /healthz, /readyz and /metrics are for machines that watch.\n\
    `huitian notify example` prints a file for --notify; it is read at the start, the same on every server.\n\
    `huitian channels example` prints one for --channels, as well.\n\
    What tells who asked is sealed with the key of --protected-key: give every server the same file, and keep a\n\
    copy of it apart from the backups, which do not hold it.\n\
    HUITIAN_LOG chooses what is logged (info,tower_http=debug), HUITIAN_ZONE the calendar (Asia/Shanghai).")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    options: ServeOptions,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let secure = !args.options.insecure_cookies;
    start(args.database.open()?, &args.options, secure, false, |address| {
        tracing::info!(%address, "serving");
        // Whoever started it learns the port, also where the system chose it; nobody has to read it.
        drop(writeln!(std::io::stdout(), "http://{address}/"));
    })
}

/// Where the key is kept unless another place is named: never in the database.
pub(super) fn key_file(address: &Address) -> PathBuf {
    match address {
        Address::Sqlite(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".key");
            name.into()
        }
        Address::Postgres(_) => PathBuf::from("huitian.key"),
    }
}

pub(super) fn start(
    database: Database,
    options: &ServeOptions,
    secure_cookies: bool,
    demo: bool,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<ExitCode> {
    server::start_logs(options.log_json);
    database.checkpoint_beside()?;
    let app = App::new(database, clock()?);
    let key = options.protected_key.clone().unwrap_or_else(|| key_file(app.database().address()));
    app.protect(ProtectionKey::from_file(&key)?);
    app.check_key(&key)?;
    let settings = match &options.notify {
        Some(path) => Settings::read(path).context("the file of --notify")?,
        None => Settings::default(),
    };
    let joined = match &options.channels {
        Some(path) => {
            let settings = channels::Settings::read(path).context("the file of --channels")?;
            app.open_forums(settings.forums.clone());
            app.open_gateways(settings.gateways());
            let http = Http::new(settings.network.clone(), settings.ca_file.as_deref())?;
            Some(Joined { settings, http })
        }
        None => None,
    };
    let gateways = joined.as_ref().map(|joined| joined.settings.sending(&joined.http)).unwrap_or_default();
    let courier = Courier::with_gateways(app.clone(), settings, gateways)?;
    let config =
        Config { listen: options.listen, secure_cookies, trusted_proxies: options.trusted_proxies, demo };
    runtime()?.block_on(server::serve(app, courier, joined, config, ready))?;
    Ok(ExitCode::SUCCESS)
}
