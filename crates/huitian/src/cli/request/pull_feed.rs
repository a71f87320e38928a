//! `huitian request pull-feed`: what was posted in forums, read from their feeds.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::request::{PlaceFault, ProtectionKey};
use channels::Settings;
use channels::pull::{FeedSource, Outcome, Pulled, PulledItem, pull};
use delivery::http::Http;
use domain::code::Code;

use super::super::common::{DatabaseArg, progress, runtime};
use super::super::serve::key_file;

/// Which feeds.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian request pull-feed --channels channels.toml --dry-run\n  \
    huitian request pull-feed --channels channels.toml --forum community-site --format json\n  \
    # cron, where no server does it by itself\n  \
    */15 * * * * huitian request pull-feed --channels /etc/huitian/channels.toml\n\n\
    A post becomes a request once, by its id in the feed; one that reads otherwise now adds to it. The forum is asked\n\
    only for what is new (ETag, Last-Modified). Inner networks are called only where the file names them.\n\
    Exit status: 0 all were read, 1 one could not be, or some of its posts were left.")]
pub struct Args {
    /// File that says which forums there are
    #[arg(long, env = "HUITIAN_CHANNELS", value_name = "FILE")]
    channels: PathBuf,
    /// Only this forum
    #[arg(long, value_name = "ID")]
    forum: Option<Code>,
    /// Only say what would be taken in
    #[arg(long)]
    dry_run: bool,
    /// text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// File with the key that seals who asked [default: beside the database]
    #[arg(long, env = "HUITIAN_PROTECTED_KEY", value_name = "FILE")]
    protected_key: Option<PathBuf>,
}

pub fn run(args: Args, database: &DatabaseArg, plan: Option<&Code>) -> anyhow::Result<ExitCode> {
    let settings = Settings::read(&args.channels).context("the file of --channels")?;
    let wanted = |source: &&FeedSource| {
        args.forum.as_ref().is_none_or(|id| *id == source.forum.id)
            && plan.is_none_or(|plan| *plan == source.forum.plan)
    };
    let sources: Vec<FeedSource> = settings.feeds.iter().filter(wanted).cloned().collect();
    anyhow::ensure!(!sources.is_empty(), "the file names no such forum with a feed");
    let http = Http::new(settings.network, settings.ca_file.as_deref())?;
    let app = database.app()?;
    let key = args.protected_key.clone().unwrap_or_else(|| key_file(app.database().address()));
    app.protect(ProtectionKey::from_file(&key)?);
    app.check_key(&key)?;
    runtime()?.block_on(all(&app, &http, &sources, &args))
}

async fn all(app: &App, http: &Http, sources: &[FeedSource], args: &Args) -> anyhow::Result<ExitCode> {
    let (mut good, mut told) = (true, Vec::new());
    for source in sources {
        let bar = progress("posts", None);
        let outcome = pull(app, http, source, args.dry_run, |done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        })
        .await;
        bar.finish_and_clear();
        good &= outcome.as_ref().is_ok_and(|pulled| pulled.count("refused") + pulled.count("too_many") == 0);
        match (args.format.as_str(), outcome) {
            ("json", Ok(pulled)) => told.push(json(source, args.dry_run, &pulled)),
            ("json", Err(error)) => {
                let forum = &source.forum;
                told.push(
                    serde_json::json!({ "plan": forum.plan, "forum": forum.id, "error": error.to_string() }),
                );
            }
            (_, Ok(pulled)) => text(source, &pulled),
            (_, Err(error)) => eprintln!("{}/{}: {error}", source.forum.plan, source.forum.id),
        }
    }
    if args.format == "json" {
        println!("{:#}", serde_json::Value::Array(told));
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

const COUNTS: [&str; 7] = ["new", "added", "again", "erased", "empty", "too_many", "refused"];

fn notice(item: &PulledItem) -> Option<&'static str> {
    match (item.swapped, item.misplaced) {
        (true, _) => Some("longitude and latitude were swapped and put right"),
        (_, Some(PlaceFault::Outside)) => {
            Some("its place lies far from all areas of the plan and was left aside")
        }
        (_, Some(PlaceFault::NotOnEarth)) => Some("its place is not on earth and was left aside"),
        _ => None,
    }
}

fn why(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Refused(why) => Some(why),
        _ => None,
    }
}

fn text(source: &FeedSource, pulled: &Pulled) {
    let name = format!("{}/{}", source.forum.plan, source.forum.id);
    if pulled.unchanged {
        return println!("{name}: nothing has changed");
    }
    for item in pulled.items.iter().filter(|item| !matches!(item.outcome, Outcome::Again(_))) {
        let request = item.outcome.request().map_or(String::new(), |code| format!(" {code}"));
        println!("  {}{request}: {}", item.outcome.as_str(), item.title);
        for said in [notice(item), why(&item.outcome)].into_iter().flatten() {
            println!("    {said}");
        }
    }
    let mut counts: Vec<String> = COUNTS
        .iter()
        .map(|word| (word, pulled.count(word)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {}", word.replace('_', " ")))
        .collect();
    counts.extend((pulled.old > 0).then(|| format!("{} too old", pulled.old)));
    counts.extend((pulled.left_out > 0).then(|| format!("{} left out", pulled.left_out)));
    println!("{name}: {}", if counts.is_empty() { "no posts".to_owned() } else { counts.join(", ") });
}

fn json(source: &FeedSource, dry_run: bool, pulled: &Pulled) -> serde_json::Value {
    let items = pulled.items.iter().map(|item| {
        serde_json::json!({
            "id": item.id, "title": item.title, "outcome": item.outcome.as_str(),
            "request": item.outcome.request(), "notice": notice(item), "why": why(&item.outcome),
        })
    });
    let counts: serde_json::Map<String, serde_json::Value> =
        COUNTS.iter().map(|word| ((*word).to_owned(), pulled.count(word).into())).collect();
    serde_json::json!({
        "plan": source.forum.plan, "forum": source.forum.id, "dry_run": dry_run, "unchanged": pulled.unchanged,
        "counts": counts, "too_old": pulled.old, "left_out": pulled.left_out,
        "items": items.collect::<Vec<_>>(),
    })
}
