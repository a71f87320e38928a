//! `huitian channels`: the file that says which forums, gateways and servers the installation is joined to.

use std::path::PathBuf;
use std::process::ExitCode;

use app::request::SmsGateway;
use channels::Settings;
use channels::settings::EXAMPLE;

/// Forums, gateways of short messages and servers of others that requests come from and go to
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian channels example > channels.toml\n  \
    huitian channels check channels.toml\n  \
    huitian serve --channels channels.toml\n\n\
    A forum sends a post as JSON to /channels/PLAN/FORUM: id, title, text, author, link, time, category,\n\
    address, coordinates { longitude, latitude }, and for a later post follows, the id of the first one. It signs each message:\n\
    X-Huitian-Timestamp is the moment in seconds since 1970, X-Huitian-Signature is sha256= and the HMAC-SHA-256 of\n\
    timestamp, full stop and body, in hexadecimal. The same post is the same request; one that reads otherwise now\n\
    adds to it.\n\n\
    A gateway of short messages passes on what a resident texts as JSON to /channels/PLAN/sms/GATEWAY: id, phone, text,\n\
    signed alike. It answers whether the newest answered request of that number is solved: 1 yes, 2 partly, 3 no (是, 否,\n\
    yes, no), a second digit for how satisfied: 1, 2 fairly, 3 not. Not solved takes the request up again, other words are\n\
    added to it, each id counts once. Questions are posted to the gateway's address, signed, between 8:00 and 21:00, as\n\
    JSON: id (the same for every try), phone, text, language.")]
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
            for line in &settings.texts {
                let SmsGateway { plan, id, name, .. } = &line.gateway;
                let asks =
                    if line.address.is_some() { "questions are sent there" } else { "no questions are sent" };
                println!("{plan}/{id}: {name}; answers by short message are taken; {asks}");
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
