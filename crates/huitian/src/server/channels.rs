//! Forums that are read by themselves while the server runs. Of several servers one reads each, when it is due.

use std::time::Duration;

use ::channels::pull::{FeedSource, is_due, pull};
use app::App;
use delivery::http::Http;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is asked what is due.
const LOOK: Duration = Duration::from_secs(30);

/// Reads what is due until told to stop; a reading under way is given up, and made up for later.
pub(super) async fn keep(app: App, http: Http, sources: Vec<FeedSource>, stop: impl Future<Output = ()>) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            _ = look.tick() => {}
        }
        for source in &sources {
            tokio::select! {
                () = &mut stop => return,
                () = read(&app, &http, source) => {}
            }
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
            let [new, added, refused] = ["new", "added", "refused"].map(|word| pulled.count(word));
            if new + added + refused > 0 {
                tracing::info!(%plan, %forum, new, added, refused, "a forum was read");
            }
        }
        Err(error) => tracing::warn!(%error, %plan, %forum, "a forum cannot be read"),
    }
}
