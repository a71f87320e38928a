//! Telling another server what was said later of the requests that were passed on to it: that one is not solved, was
//! withdrawn, or that more was said. In their order, each once: it is put down before it is sent that it is, so that a run
//! that was stopped in the middle asks the other side first before it sends again.

use std::collections::BTreeSet;

use app::App;
use app::request::{PassedOn, PeerNews, PeerWord};
use domain::code::Code;
use jiff::Timestamp;
use words::Lang;

use super::call::{CallFault, records, text};
use super::push::{Field, PushOutcome, around, reference};
use super::sync::{TOGETHER, asked_about_from};
use super::{Line, PeerError};

/// Characters that servers take of an update, less those of our own number.
const TEXT_MOST: usize = 1_800;

/// What became of something that was said here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldThere {
    pub request: Code,
    /// The request's number there.
    pub number: String,
    /// In the words of the extension.
    pub status: &'static str,
    pub outcome: PushOutcome,
}

/// By what an update of ours is known there, and not taken back as theirs.
pub(super) fn mark(held: &PassedOn, news: &PeerNews) -> String {
    let reference = reference(&held.plan, held.request.as_str());
    format!("{}#{}]", reference.trim_end_matches(']'), news.entry)
}

/// Whether a text holds such a mark of a request.
pub(super) fn is_ours(held: &PassedOn, said: &str) -> bool {
    let reference = reference(&held.plan, held.request.as_str());
    said.contains(&format!("{}#", reference.trim_end_matches(']')))
}

pub(super) async fn tell(
    app: &App,
    line: &Line<'_>,
    dry_run: bool,
    told: &mut Vec<ToldThere>,
) -> Result<(), PeerError> {
    let peer = line.peer;
    let (since, mut after) = (asked_about_from(app), String::new());
    loop {
        let some = app.passed_on_open((&peer.plan, &peer.id), since, after.clone(), TOGETHER).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.request.to_string();
        let numbered: Vec<PassedOn> = some.into_iter().filter(|held| !held.number.is_empty()).collect();
        for (mut held, version, news) in app.news_for_peer(&peer.plan, numbered, peer.words).await? {
            if held.told == 0 && !dry_run {
                held.told = version;
                app.keep_passed_on(held.clone()).await?;
            }
            for one in news {
                let outcome = match dry_run {
                    true => PushOutcome::Would,
                    false => send(app, line, &mut held, &one).await?,
                };
                let waits = matches!(outcome, PushOutcome::Later(_));
                told.push(ToldThere {
                    request: held.request.clone(),
                    number: held.number.clone(),
                    status: one.kind.status(),
                    outcome,
                });
                // What comes behind it is said behind it.
                if waits {
                    break;
                }
            }
        }
    }
}

async fn send(
    app: &App,
    line: &Line<'_>,
    held: &mut PassedOn,
    news: &PeerNews,
) -> Result<PushOutcome, PeerError> {
    let id = mark(held, news);
    if held.telling_at != 0 {
        match came_there(line, held, news, &id).await {
            Ok(true) => {
                dealt_with(app, held, news).await?;
                return Ok(PushOutcome::Found(id));
            }
            Ok(false) => {}
            Err(CallFault::Stop(error)) => return Err(error),
            Err(CallFault::Refused(said) | CallFault::Later(said)) => return Ok(PushOutcome::Later(said)),
        }
    }
    held.telling_at = app.clock().now().as_microsecond();
    app.keep_passed_on(held.clone()).await?;
    let form = form(held, news, &id);
    match line.send("servicerequestupdates.json", &form).await {
        Ok(_) => {
            dealt_with(app, held, news).await?;
            Ok(PushOutcome::Sent(id))
        }
        Err(CallFault::Refused(said)) => {
            // Nobody there knows of it: those who work on it here are to know that.
            let status = news.kind.status();
            let why = words::with(Lang::Zh, "open311-not-told", &[("status", status), ("why", &said)]);
            let word = PeerWord {
                request: held.request.clone(),
                id: format!("untold\u{1f}{id}"),
                text: why,
                answers: false,
            };
            app.take_peer_word(&held.plan, &held.server, &line.peer.name, word, true).await?;
            dealt_with(app, held, news).await?;
            Ok(PushOutcome::Refused(said))
        }
        // Nobody knows: it is asked for the next time.
        Err(CallFault::Later(said)) => Ok(PushOutcome::Later(said)),
        Err(CallFault::Stop(error)) => {
            // Whoever does not take the key has taken nothing.
            held.telling_at = 0;
            app.keep_passed_on(held.clone()).await?;
            Err(error)
        }
    }
}

async fn dealt_with(app: &App, held: &mut PassedOn, news: &PeerNews) -> Result<(), PeerError> {
    held.told = i64::try_from(news.entry.0).unwrap_or(i64::MAX);
    held.telling_at = 0;
    Ok(app.keep_passed_on(held.clone()).await?)
}

fn form(held: &PassedOn, news: &PeerNews, id: &str) -> Vec<Field> {
    let said: String = news.text.chars().take(TEXT_MOST).collect();
    vec![
        ("service_request_id".into(), held.number.clone()),
        // The same each time: who sends again is known again.
        ("update_id".into(), id.trim_matches(['[', ']']).to_owned()),
        ("status".into(), news.kind.status().to_owned()),
        ("updated_datetime".into(), news.datetime.clone()),
        ("description".into(), format!("{said}\n{id}")),
    ]
}

/// Whether an update of ours stands there already.
async fn came_there(line: &Line<'_>, held: &PassedOn, news: &PeerNews, id: &str) -> Result<bool, CallFault> {
    // Servers keep it by when it was said, or by when it came.
    let said = news.datetime.parse::<Timestamp>().map_or(held.telling_at, Timestamp::as_microsecond);
    let ours = |record: &serde_json::Value| {
        text(&record["service_request_id"]) == held.number && text(&record["description"]).contains(id)
    };
    for at in BTreeSet::from([said, held.telling_at]) {
        if records(line.read("servicerequestupdates.json", &around(at)).await?).iter().any(ours) {
            return Ok(true);
        }
    }
    Ok(false)
}
