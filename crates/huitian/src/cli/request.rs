//! `huitian request`: mails and posts that become requests, what is kept of who asked, what was erased.

mod pull_feed;
mod retention;
mod take_mail;

use std::process::ExitCode;

use domain::code::Code;

use super::common::{DatabaseArg, LangArg, runtime};

/// Takes residents' requests in by mail and from forums; lets go of what tells who asked when its time is over
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian request take-mail --plan huitian-2018 < message.eml\n  \
    huitian request pull-feed --channels channels.toml --dry-run\n  \
    huitian request retain --dry-run\n  \
    huitian request retain --dry-run --keep contact=365 --keep link=90 --format csv\n  \
    huitian request retain\n  \
    huitian request deletions --format json\n  \
    huitian request compact\n\n\
    How long each kind is kept stands in the plan's rules of requests (privacy); --keep says it otherwise, once.\n\
    `huitian serve` lets go of what is due by itself every ten minutes; a run that was stopped goes on where it was.\n\
    Backups hold what was kept when they were made: keep them no longer than the times say. After an erasure on\n\
    request, `compact` clears unused places of the database's files.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    /// Code of the plan; the first one for a mail, all plans for the rest, when not given
    #[arg(long, global = true, value_name = "PLAN")]
    plan: Option<Code>,
    #[command(flatten)]
    lang: LangArg,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Read one mail (RFC 5322) from standard input
    TakeMail(take_mail::Args),
    /// Read what was posted in forums from their feeds
    PullFeed(pull_feed::Args),
    /// Let go of what is over its time, or say what would go, by kind and age
    Retain(retention::RetainArgs),
    /// List what went: when, of what kind and how much
    Deletions(retention::DeletionsArgs),
    /// Clear what was erased out of unused places of the database's files; nobody writes meanwhile
    Compact,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { database, plan: named, lang, action } = args;
    let (named, lang) = (named.as_ref(), lang.lang());
    match action {
        // A mail server is told itself what to do with a mail that cannot be taken now.
        Action::TakeMail(args) => return take_mail::run(args, &database, named),
        Action::PullFeed(args) => return pull_feed::run(args, &database, named),
        Action::Retain(args) => {
            runtime()?.block_on(retention::retain(&database.app()?, named, lang, args))?
        }
        Action::Deletions(args) => {
            runtime()?.block_on(retention::deletions(&database.app()?, named, args))?
        }
        Action::Compact => runtime()?.block_on(database.app()?.compact())?,
    }
    Ok(ExitCode::SUCCESS)
}
