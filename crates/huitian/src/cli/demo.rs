//! `huitian demo`: the Huitian demonstration plan, loaded and shown.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use super::common::{DatabaseArg, clock, progress, runtime};
use super::serve::{self, ServeOptions};

/// Loads the Huitian demonstration plan and starts the site
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian demo\n  \
    huitian demo --listen 127.0.0.1:8080\n  \
    huitian demo --load-only --database sqlite://demo.db\n\n\
    The plan is played day by day as its facts became known, so that `known at` works in it.\n\
    A database that already holds the demonstration is used as it is.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    options: ServeOptions,
    /// Only load the plan, do not start the site
    #[arg(long)]
    load_only: bool,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let database = args.database.open()?;
    let head = database.read(|c| c.head())?;
    if head.0 == 0 {
        let loaded = {
            let bar = progress("demo", None);
            let show = |done: usize, of: usize| {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            };
            let loaded = runtime()?.block_on(::demo::load(&database, clock()?, show));
            bar.finish_and_clear();
            loaded?
        };
        eprintln!("{loaded} entries on the books");
    } else {
        let known = database.read(|c| c.plans())?;
        let ours = known.iter().any(::demo::is_demo);
        anyhow::ensure!(ours, "this database holds another plan; give --database a new file");
        eprintln!("the demonstration plan is already on the books");
    }
    if args.load_only {
        return Ok(ExitCode::SUCCESS);
    }
    serve::start(database, &args.options, false, true, |address| {
        // Whoever reads this may stop reading: the site goes on.
        drop(std::io::stdout().write_all(welcome(address).as_bytes()));
    })
}

/// The address and the demonstration's sign-ins.
fn welcome(address: SocketAddr) -> String {
    let mut out = format!("\n回天演示 · Huitian demonstration: http://{address}/\n\n");
    out.push_str(&format!("{:<14}{:<24}密码 password\n", "账号 account", "角色 role"));
    for person in ::demo::PEOPLE {
        out.push_str(&format!("{:<16}{:<26}{}\n", person.code, person.role.as_str(), ::demo::PASSWORD));
    }
    out.push_str("\nCtrl+C 停止 stops.\n");
    out
}
