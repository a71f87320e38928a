//! `huitian open311`: requests passed on to another server, and what it says of them.

use std::path::PathBuf;
use std::process::ExitCode;

use ::channels::Settings;
use ::channels::peer::{Line, Pace, Peer, PeerError, PushReport, SyncReport, push, sync};
use anyhow::Context;
use app::App;
use app::request::ProtectionKey;
use delivery::http::Http;
use domain::code::Code;
use serde_json::{Value, json};

use super::common::{DatabaseArg, progress, runtime};
use super::serve::key_file;

/// Passes requests on to another Open311 server, and brings back what it says of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian open311 push --channels channels.toml --dry-run\n  \
    huitian open311 push --channels channels.toml --server city --format json\n  \
    huitian open311 pull --channels channels.toml\n\n\
    `huitian channels example` shows a file: which categories go to which server as what, of which areas, since when.\n\
    Only requests that everybody may read are passed on, as everybody reads them, each once. What a server refuses is\n\
    told by request and left until --again; what may have come there is looked for there before it is sent again.\n\
    A server with updates is told which of them are not solved or were withdrawn and, where the file says so, what was\n\
    said later: each once, in its order; what it refuses of that becomes a note on the request.\n\
    Numbers, states and updates are taken once; where the file says so, its closing words are the answer here.\n\
    Exit status: 0 all went, 1 some did not, or a server could not be reached.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    /// Code of the plan; all plans when not given
    #[arg(long, global = true, value_name = "PLAN")]
    plan: Option<Code>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Pass on what was not passed on yet
    Push {
        #[command(flatten)]
        common: Common,
        /// Also what the server refused before
        #[arg(long)]
        again: bool,
    },
    /// Bring back numbers, states and updates of what was passed on
    Pull(Common),
}

#[derive(Debug, clap::Args)]
struct Common {
    /// File that says which servers there are
    #[arg(long, env = "HUITIAN_CHANNELS", value_name = "FILE")]
    channels: PathBuf,
    /// Only this server
    #[arg(long, value_name = "ID")]
    server: Option<Code>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// File with the key that seals who asked [default: beside the database]
    #[arg(long, env = "HUITIAN_PROTECTED_KEY", value_name = "FILE")]
    protected_key: Option<PathBuf>,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { database, plan, action } = args;
    let (common, again) = match &action {
        Action::Push { common, again } => (common, Some(*again)),
        Action::Pull(common) => (common, None),
    };
    let settings = Settings::read(&common.channels).context("the file of --channels")?;
    let wanted = |peer: &&Peer| {
        common.server.as_ref().is_none_or(|id| *id == peer.id)
            && plan.as_ref().is_none_or(|plan| *plan == peer.plan)
    };
    let peers: Vec<Peer> = settings.peers.iter().filter(wanted).cloned().collect();
    anyhow::ensure!(!peers.is_empty(), "the file names no such server");
    let http = Http::new(settings.network, settings.ca_file.as_deref())?;
    let app = database.app()?;
    let key = common.protected_key.clone().unwrap_or_else(|| key_file(app.database().address()));
    app.protect(ProtectionKey::from_file(&key)?);
    app.check_key(&key)?;
    runtime()?.block_on(async {
        let (mut good, mut told) = (true, Vec::new());
        for peer in &peers {
            let line = Line { peer, http: &http, pace: Pace::default() };
            let said = match again {
                Some(again) => pushed(&app, &line, common, again).await,
                None => pulled(&app, &line, common).await,
            };
            good &= said.good;
            told.push(said.json);
        }
        if common.format == "json" {
            println!("{:#}", Value::Array(told));
        }
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

/// What is told of one server.
struct Said {
    good: bool,
    json: Value,
}

fn failed(peer: &Peer, common: &Common, error: &PeerError) -> Said {
    if common.format != "json" {
        eprintln!("{}/{}: {error}", peer.plan, peer.id);
    }
    let json = json!({ "plan": peer.plan, "server": peer.id, "error": error.to_string() });
    Said { good: false, json }
}

async fn pushed(app: &App, line: &Line<'_>, common: &Common, again: bool) -> Said {
    let peer = line.peer;
    let bar = progress("requests", None);
    let outcome = push(app, line, common.dry_run, again, |looked| bar.set_position(looked as u64)).await;
    bar.finish_and_clear();
    let report = match outcome {
        Ok(report) => report,
        Err(error) => return failed(peer, common, &error),
    };
    if common.format != "json" {
        push_text(peer, &report);
    }
    let items = report.items.iter().map(|item| {
        json!({
            "request": item.request, "service_code": item.service, "outcome": item.outcome.as_str(),
            "said": item.outcome.said(),
        })
    });
    let told = report.told.iter().map(|told| {
        json!({
            "request": told.request, "service_request_id": told.number, "status": told.status,
            "outcome": told.outcome.as_str(), "said": told.outcome.said(),
        })
    });
    let json = json!({
        "plan": peer.plan, "server": peer.id, "dry_run": common.dry_run, "passed_before": report.known,
        "refused_before": report.refused_before, "items": items.collect::<Vec<_>>(),
        "told": told.collect::<Vec<_>>(),
        "error": report.stopped.as_ref().map(ToString::to_string),
    });
    Said { good: report.is_good(), json }
}

const PUSHED: [&str; 7] = ["sent", "waiting", "found", "would_send", "refused", "later", "gone"];

fn push_text(peer: &Peer, report: &PushReport) {
    for item in &report.items {
        let (word, said) = (item.outcome.as_str().replace('_', " "), item.outcome.said());
        println!("  {} → {}: {word} {said}", item.request, item.service);
    }
    let mut counts: Vec<String> = PUSHED
        .iter()
        .map(|word| (word, report.count(word)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {}", word.replace('_', " ")))
        .collect();
    for told in &report.told {
        let (word, said) = (told.outcome.as_str().replace('_', " "), told.outcome.said());
        println!("  {} = {} {}: {word} {said}", told.request, told.number, told.status);
    }
    counts.push(format!("{} passed on before", report.known));
    counts.extend((!report.told.is_empty()).then(|| format!("{} told later", report.told.len())));
    counts.extend((report.refused_before > 0).then(|| format!("{} refused before", report.refused_before)));
    println!("{}/{}: {}", peer.plan, peer.id, counts.join(", "));
    if let Some(error) = &report.stopped {
        eprintln!("{}/{}: stopped: {error}", peer.plan, peer.id);
    }
}

async fn pulled(app: &App, line: &Line<'_>, common: &Common) -> Said {
    let peer = line.peer;
    let bar = progress("requests", None);
    let outcome = sync(app, line, common.dry_run, |looked| bar.set_position(looked as u64)).await;
    bar.finish_and_clear();
    let report: SyncReport = match outcome {
        Ok(report) => report,
        Err(error) => return failed(peer, common, &error),
    };
    if common.format != "json" {
        for item in &report.items {
            println!("  {} = {}: {}", item.request, item.number, item.said.replace('\n', " "));
        }
        for (request, why) in &report.faults {
            println!("  {request}: {why}");
        }
        println!(
            "{}/{}: {} news, {} unchanged, {} numbered, {} without a number yet",
            peer.plan,
            peer.id,
            report.items.len(),
            report.unchanged,
            report.numbered,
            report.waiting
        );
    }
    let items = report
        .items
        .iter()
        .map(|item| json!({ "request": item.request, "service_request_id": item.number, "said": item.said }));
    let faults = report.faults.iter().map(|(request, why)| json!({ "request": request, "why": why }));
    let json = json!({
        "plan": peer.plan, "server": peer.id, "dry_run": common.dry_run, "unchanged": report.unchanged,
        "numbered": report.numbered, "waiting": report.waiting, "items": items.collect::<Vec<_>>(),
        "faults": faults.collect::<Vec<_>>(),
    });
    Said { good: report.faults.is_empty(), json }
}
