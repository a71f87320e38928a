//! The rhythm of every plan, kept while the server runs. Several servers share the work by the queue: a run is
//! put down once for each stretch of time, and taken by one of them.

use std::time::Duration;

use app::App;
use app::notify::Carried;
use app::request::NewsLane;
use app::rhythm::{LANE, Run};
use domain::code::Code;
use domain::source::Source;
use store::Job;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is asked whether a run is to be put down or taken.
const LOOK: Duration = Duration::from_secs(30);
/// A lease lasts a minute.
const RENEW: Duration = Duration::from_secs(20);
const BATCH: usize = 16;
/// Looks between two rounds through requests: ten minutes.
const EVERY: u64 = 20;

/// Works until told to stop; a run under way is finished.
pub(super) async fn keep(app: App, stop: impl Future<Output = ()>) {
    let holder = holder();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::pin!(stop);
    let mut looks = 0u64;
    loop {
        tokio::select! {
            () = &mut stop => return,
            _ = look.tick() => {}
        }
        if looks.is_multiple_of(EVERY) {
            keep_requests(&app).await;
        }
        tell_news(&app, NewsLane::Pressing).await;
        if looks.is_multiple_of(EVERY) {
            tell_news(&app, NewsLane::Usual).await;
        }
        looks += 1;
        if let Err(error) = app.put_down_runs().await {
            tracing::warn!(%error, "no run of the rhythm can be put down");
            continue;
        }
        match app.claim(LANE, &holder, BATCH).await {
            Ok(jobs) => {
                for job in jobs {
                    take(&app, &holder, job).await;
                }
            }
            Err(error) => tracing::warn!(%error, "no run of the rhythm can be taken"),
        }
    }
}

/// What happens to requests by itself. Every server may do it: what has moved on is left alone.
async fn keep_requests(app: &App) {
    match app.clear_what_waited().await {
        Ok(0) => {}
        Ok(gone) => tracing::info!(gone, "what nobody came back for went"),
        Err(error) => tracing::warn!(%error, "what nobody came back for cannot go"),
    }
    let plans = match app.plans().await {
        Ok(plans) => plans,
        Err(error) => return tracing::warn!(%error, "no plan can be read"),
    };
    for plan in plans {
        match app.keep_requests(&plan).await {
            Ok(0) => {}
            Ok(moved) => tracing::info!(%plan, moved, "requests went on by themselves"),
            Err(error) => tracing::warn!(%error, %plan, "requests cannot be kept"),
        }
        match app.retain(&plan, None, false).await {
            Ok(held) if held.gone() == 0 => {}
            Ok(held) => tracing::info!(%plan, gone = held.gone(), "what was over its time went"),
            Err(error) => tracing::warn!(%error, %plan, "what is over its time cannot go"),
        }
        match app.measure_goals(&plan, Source::default()).await {
            Ok(0) => {}
            Ok(measured) => tracing::info!(%plan, measured, "it was measured how many still ask"),
            Err(error) => tracing::warn!(%error, %plan, "it cannot be measured how many still ask"),
        }
        match app.send_alerts(&plan).await {
            Ok(0) => {}
            Ok(put) => tracing::info!(%plan, put, "area alerts were put down to be mailed"),
            Err(error) => tracing::warn!(%error, %plan, "area alerts cannot be made"),
        }
        match app.measure_themes(&plan, Source::default()).await {
            Ok(0) => {}
            Ok(measured) => tracing::info!(%plan, measured, "themes of months were measured"),
            Err(error) => tracing::warn!(%error, %plan, "themes of months cannot be measured"),
        }
        match app.tell_warnings(&plan).await {
            Ok(0) => {}
            Ok(told) => tracing::info!(%plan, told, "those who supervise were warned of what many ask about"),
            Err(error) => tracing::warn!(%error, %plan, "nobody can be warned of what many ask about"),
        }
        match app.tell_what_was_reached(&plan, Source::default()).await {
            Ok(0) => {}
            Ok(told) => tracing::info!(%plan, told, "those who asked were told of what was reached"),
            Err(error) => tracing::warn!(%error, %plan, "those who asked cannot be told"),
        }
    }
}

/// Those who work on requests hear what is new of them: of what presses with each look, of the rest with each round.
async fn tell_news(app: &App, lane: NewsLane) {
    let plans = match app.plans().await {
        Ok(plans) => plans,
        Err(error) => return tracing::warn!(%error, "no plan can be read"),
    };
    for plan in plans {
        match app.tell_request_news(&plan, lane).await {
            Ok(0) => {}
            Ok(told) => tracing::info!(%plan, told, "those who work on requests were told what is new"),
            Err(error) => {
                tracing::warn!(%error, %plan, "those who work on requests cannot be told what is new")
            }
        }
    }
}

async fn take(app: &App, holder: &str, job: Job) {
    let carried = match Code::new(&job.body) {
        Ok(plan) => {
            let run = app.run_rhythm(&plan, app.wall(), false);
            tokio::pin!(run);
            let mut renew = interval(RENEW);
            let outcome = loop {
                tokio::select! {
                    outcome = &mut run => break outcome,
                    _ = renew.tick() => {
                        if let Err(error) = app.renew(holder).await {
                            tracing::warn!(%error, "the lease of a run cannot be renewed");
                        }
                    }
                }
            };
            match outcome {
                Ok(run) => {
                    told(&run);
                    Carried::Done(format!("{} done", run.deeds.len()))
                }
                Err(error) => {
                    tracing::warn!(%error, %plan, "a run of the rhythm failed");
                    Carried::Later { said: error.to_string(), asked: None }
                }
            }
        }
        Err(error) => Carried::Never(error.to_string()),
    };
    if let Err(error) = app.carried(job, holder, carried).await {
        tracing::warn!(%error, "a run of the rhythm is not written down");
    }
}

fn told(run: &Run) {
    if !run.deeds.is_empty() {
        metrics::counter!("rhythm_deeds_total").increment(run.deeds.len() as u64);
        tracing::info!(plan = %run.plan, deeds = run.deeds.len(), "the rhythm was kept");
    }
}

/// The name under which runs are held; another one after each start.
fn holder() -> String {
    let mut bytes = [0u8; 8];
    if let Err(error) = getrandom::fill(&mut bytes) {
        // Two servers would then share a name and a lease; what they do is still done once.
        tracing::warn!(%error, "no random name can be made");
    }
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{LANE}-{text}")
}
