//! Forums that are read, and servers that requests are passed on to, by themselves while the server runs. Of several
//! servers one does each, when it is due.

use std::time::Duration;

use ::channels::Settings;
use ::channels::peer::{Line, Pace, Peer, PeerError, push, sync};
use ::channels::pull::{FeedSource, Outcome, is_due, pull};
use app::App;
use delivery::http::Http;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is asked what is due.
const LOOK: Duration = Duration::from_secs(30);

/// Does what is due until told to stop; what is under way is given up, and made up for later.
pub(super) async fn keep(app: App, http: Http, settings: Settings, stop: impl Future<Output = ()>) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            _ = look.tick() => {}
        }
        // One that hangs holds up no other.
        let mut round = JoinSet::new();
        for source in &settings.feeds {
            let (app, http, source) = (app.clone(), http.clone(), source.clone());
            round.spawn(async move { read(&app, &http, &source).await });
        }
        for peer in &settings.peers {
            let (app, http, peer) = (app.clone(), http.clone(), peer.clone());
            round.spawn(async move { join(&app, &http, &peer).await });
        }
        tokio::select! {
            () = &mut stop => return,
            _ = round.join_all() => {}
        }
    }
}

async fn read(app: &App, http: &Http, source: &FeedSource) {
    let (plan, forum) = (&source.forum.plan, &source.forum.id);
    match is_due(app, source).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            return tracing::warn!(%error, %plan, %forum, "it cannot be said whether a forum is due");
        }
    }
    let outcome = pull(app, http, source, false, |_, _| {}).await;
    let word = if outcome.is_ok() { "read" } else { "failed" };
    metrics::counter!("forum_readings_total", "outcome" => word).increment(1);
    match outcome {
        Ok(pulled) => {
            let [new, added] = ["new", "added"].map(|word| pulled.count(word));
            if new + added > 0 {
                tracing::info!(%plan, %forum, new, added, "a forum was read");
            }
            let [refused, held_up] = ["refused", "too_many"].map(|word| pulled.count(word));
            let misplaced = pulled.items.iter().filter(|item| item.misplaced.is_some()).count();
            if refused + held_up + misplaced + pulled.left_out > 0 {
                let (old, left_out) = (pulled.old, pulled.left_out);
                tracing::warn!(%plan, %forum, refused, held_up, misplaced, old, left_out, "not all of a forum was taken");
            }
            for item in &pulled.items {
                if let Outcome::Refused(why) = &item.outcome {
                    tracing::warn!(%plan, %forum, post = item.id, why, "a post was refused");
                }
            }
        }
        Err(error) => tracing::warn!(%error, %plan, %forum, "a forum cannot be read"),
    }
}

/// Passes on to a server, and brings back, where it is due.
async fn join(app: &App, http: &Http, peer: &Peer) {
    let (plan, server) = (&peer.plan, &peer.id);
    let Some(every) = peer.every else { return };
    match app.claim_reading(plan, &format!("{}/round", peer.site()), every).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            return tracing::warn!(%error, %plan, %server, "it cannot be said whether a server is due");
        }
    }
    let outcome = both(app, &Line { peer, http, pace: Pace::default() }).await;
    let word = if outcome.is_ok() { "done" } else { "failed" };
    metrics::counter!("open311_rounds_total", "outcome" => word).increment(1);
    if let Err(error) = outcome {
        tracing::warn!(%error, %plan, %server, "requests cannot be passed on, or nothing comes back");
    }
}

async fn both(app: &App, line: &Line<'_>) -> Result<(), PeerError> {
    let (plan, server) = (&line.peer.plan, &line.peer.id);
    let pushed = push(app, line, false, false, |_| {}).await?;
    if !pushed.items.is_empty() {
        let [sent, refused, later] = ["sent", "refused", "later"].map(|word| pushed.count(word));
        let waiting = pushed.count("waiting");
        tracing::info!(%plan, %server, sent, waiting, refused, later, "requests were passed on");
    }
    if !pushed.told.is_empty() {
        let [sent, refused, later] = ["sent", "refused", "later"].map(|word| pushed.count_told(word));
        tracing::info!(%plan, %server, sent, refused, later, "a server was told what was said later");
    }
    if let Some(error) = pushed.stopped {
        return Err(error);
    }
    let synced = sync(app, line, false, |_| {}).await?;
    if !synced.items.is_empty() {
        tracing::info!(%plan, %server, news = synced.items.len(), "a server told of what was passed on to it");
    }
    Ok(())
}
