//! `huitian channels`: the file that says which forums and servers the installation is joined to.

use std::path::PathBuf;
use std::process::ExitCode;

use channels::Settings;
use channels::settings::EXAMPLE;

/// Forums and servers of others that requests come from and go to
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian channels example > channels.toml\n  \
    huitian channels check channels.toml\n  \
    huitian serve --channels channels.toml\n\n\
    A forum sends a post as JSON to /channels/PLAN/FORUM: id, title, text, author, link, time, category,\n\
    address, coordinates { longitude, latitude }, and for a later post follows, the id of the first one. It signs each message:\n\
    X-Huitian-Timestamp is the moment in seconds since 1970, X-Huitian-Signature is sha256= and the HMAC-SHA-256 of\n\
    timestamp, full stop and body, in hexadecimal. The same post is the same request; one that reads otherwise now\n\
    adds to it.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Print a file to be filled in
    Example,
    /// Say whether a file is sound, and what it says
    Check { file: PathBuf },
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.action {
        Action::Example => print!("{EXAMPLE}"),
        Action::Check { file } => {
            let settings = Settings::read(&file)?;
            for forum in &settings.forums {
                let ways = if forum.secret.is_some() { "sends messages" } else { "sends none" };
                let read = settings
                    .feeds
                    .iter()
                    .find(|held| (&held.forum.plan, &held.forum.id) == (&forum.plan, &forum.id));
                let read = read.map_or("is not read".to_owned(), |feed| {
                    format!("is read every {} minutes", feed.every.as_mins())
                });
                let (plan, id, name, datum) = (&forum.plan, &forum.id, &forum.name, forum.datum.as_str());
                println!("{plan}/{id}: {name}; {ways}; {read}; coordinates in {datum}");
            }
            for peer in &settings.peers {
                let (plan, id, name, address) = (&peer.plan, &peer.id, &peer.name, &peer.address);
                let services = peer.services.len();
                let every = peer.every.map_or("only by command".to_owned(), |every| {
                    format!("every {} minutes", every.as_mins())
                });
                println!("{plan}/{id}: {name} at {address}; {services} categories are passed on, {every}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
