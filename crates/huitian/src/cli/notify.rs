//! `huitian notify`: what people are told and could not be told.

use std::process::ExitCode;

use app::notify::{Recipient, tell};
use app::{Actor, App, AppError};
use domain::code::Code;
use domain::notice::{EventKey, Notice, Said, SitePath, Topic};
use jiff::Timestamp;

use super::common::{DatabaseArg, runtime};

/// Shows what could not be delivered, sends it again, and tries a delivery out
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian notify example > notify.toml\n  \
    huitian notify status\n  \
    huitian notify dead\n  \
    huitian notify resend mail/wang/entry-481/assigned\n  \
    huitian notify test wang\n\n\
    A message is tried for about a day, at growing intervals; what still fails then waits here.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print an example of the file that `huitian serve --notify` reads
    Example,
    /// Count what waits and what could not be delivered
    Status,
    /// List what could not be delivered, with the last answer
    Dead {
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Send one of those again, or all of them
    Resend {
        #[arg(required_unless_present = "all")]
        key: Option<String>,
        #[arg(long)]
        all: bool,
    },
    /// Give one of those up
    Discard { key: String },
    /// Tell a person something by which to see that the delivery works
    Test { person: Code },
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    if let Action::Example = args.action {
        print!("{}", delivery::settings::EXAMPLE);
        return Ok(ExitCode::SUCCESS);
    }
    let app = args.database.app()?;
    runtime()?.block_on(act(&app, args.action))?;
    Ok(ExitCode::SUCCESS)
}

async fn act(app: &App, action: Action) -> anyhow::Result<()> {
    let actor = Actor::operator();
    match action {
        Action::Example => {}
        Action::Status => {
            let sizes = app.queue_sizes().await?;
            println!("open {}\nheld {}\ndead {}", sizes.open, sizes.held, sizes.dead);
        }
        Action::Dead { limit } => {
            for letter in app.dead_letters(&actor, None, limit).await? {
                let at = Timestamp::from_microsecond(letter.settled_at)?;
                println!("{}\t{at:.0}\t{} tries\t{}", letter.key, letter.tries, letter.answer);
            }
        }
        Action::Resend { all: true, .. } => {
            let count = app.resend_all(&actor).await?;
            println!("{count}");
        }
        Action::Resend { key, .. } => {
            let key = key.unwrap_or_default();
            app.resend(&actor, &key).await.map_err(|error| unknown(error, &key))?;
        }
        Action::Discard { key } => {
            app.discard(&actor, &key).await.map_err(|error| unknown(error, &key))?;
        }
        Action::Test { person } => {
            anyhow::ensure!(app.actor(&person).await?.is_some(), "there is no active person '{person}'");
            let now = app.clock().now();
            let notice = Notice {
                event: EventKey::new(format!("test/{}", now.as_microsecond()))?,
                topic: Topic::System,
                urgent: true,
                subject: None,
                said: Said::new("notify-test").text("who", "huitian"),
                link: SitePath::new("/")?,
            };
            let to = [Recipient::Person(person)];
            app.database().write_async(move |tx| tell(tx, &notice, &to, now).map_err(AppError::from)).await?;
        }
    }
    Ok(())
}

fn unknown(error: AppError, key: &str) -> anyhow::Error {
    match error {
        AppError::NotFound => anyhow::anyhow!("'{key}' is not among what could not be delivered"),
        error => error.into(),
    }
}
