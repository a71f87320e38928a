//! One server's share of the delivery.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::App;
use app::notify::{Carried, Parcel, Post, Reach, ReachedGateway, ShortMessage, lane};
use domain::retry::TRIES_MOST;
use rustls::RootCertStore;
use store::Job;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::http::Http;
use crate::mail::Mailer;
use crate::settings::{Settings, Webhook};
use crate::sms::{self, Gateway};
use crate::{tls, webhook};

/// How often the queue is looked at while nothing is known to be in it.
const LOOK: Duration = Duration::from_secs(1);
/// A lease lasts a minute: it is renewed well before.
const RENEW: Duration = Duration::from_secs(15);
const TEND: Duration = Duration::from_secs(60);
/// Whoever stops finishes what is under way, if that does not take longer.
const GRACE: Duration = Duration::from_secs(20);
/// Jobs taken at once.
const ROUTE_BATCH: usize = 200;
const HOOK_BATCH: usize = 8;
const MAIL_BATCH_PER_CONNECTION: usize = 16;
/// Messages of one connection that are sent and not yet written down: so many are sent again when the
/// server dies.
const UNWRITTEN_MOST: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    #[error("{}: {why}", path.display())]
    Authorities { path: PathBuf, why: String },
    #[error("encryption cannot be set up: {0}")]
    Tls(String),
    #[error("no random name can be made: {0}")]
    Name(String),
}

/// Takes jobs and hands them over.
#[derive(Clone)]
pub struct Courier {
    shared: Arc<Shared>,
}

struct Shared {
    app: App,
    /// The name under which jobs are held; another one after each start.
    holder: String,
    site: String,
    reach: Arc<Reach>,
    mailer: Option<Mailer>,
    http: Http,
    hooks: HashMap<String, Webhook>,
    gateways: HashMap<String, Gateway>,
}

impl Courier {
    pub fn new(app: App, settings: Settings) -> Result<Self, CourierError> {
        Self::with_gateways(app, settings, Vec::new())
    }

    /// With gateways, to which short messages are handed.
    pub fn with_gateways(app: App, settings: Settings, gateways: Vec<Gateway>) -> Result<Self, CourierError> {
        let mut bytes = [0u8; 8];
        getrandom::fill(&mut bytes).map_err(|error| CourierError::Name(error.to_string()))?;
        let holder = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let reached = gateways.iter().map(|gateway| ReachedGateway {
            plan: gateway.plan.clone(),
            id: gateway.id.clone(),
            language: gateway.language,
        });
        let reach = Arc::new(Reach { gateways: reached.collect(), ..settings.reach() });
        let calls = settings.mail.is_some() || !settings.webhooks.is_empty();
        let (authorities, roots) = if calls {
            tls::authorities(settings.ca_file.as_deref())?
        } else {
            (Vec::new(), RootCertStore::empty())
        };
        let tls = tls::connector(roots)?;
        let mailer = settings
            .mail
            .map(|mail| Mailer::new(mail, tls.clone(), &authorities))
            .transpose()
            .map_err(|error| CourierError::Tls(error.to_string()))?;
        let hooks = settings.webhooks.into_iter().map(|hook| (lane::hook(hook.id.as_str()), hook)).collect();
        let http = Http { tls, network: Arc::new(settings.network) };
        let lane = |gateway: &Gateway| lane::sms(gateway.plan.as_str(), gateway.id.as_str());
        let gateways = gateways.into_iter().map(|gateway| (lane(&gateway), gateway)).collect();
        let site = settings.site;
        let shared = Shared { app, holder, site, reach, mailer, http, hooks, gateways };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What it reaches people by.
    pub fn reach(&self) -> Arc<Reach> {
        self.shared.reach.clone()
    }

    /// Works until told to stop, then finishes what is under way.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(false);
        let mut lanes: JoinSet<bool> = JoinSet::new();
        let mut busy: HashMap<Id, String> = HashMap::new();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let keeping = tokio::spawn(self.shared.clone().keep());
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = lanes.join_next_with_id(), if !lanes.is_empty() => match ended {
                    Ok((task, worked)) => {
                        busy.remove(&task);
                        // What it did may have put something into other lanes.
                        if worked {
                            look.reset_immediately();
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, lane = busy.remove(&error.id()), "a lane failed");
                    }
                },
                _ = look.tick() => match self.shared.app.due_lanes().await {
                    Ok(due) => {
                        for lane in due {
                            if self.shared.serves(&lane) && !busy.values().any(|busy| *busy == lane) {
                                let work = self.shared.clone().work(lane.clone(), stopped.clone());
                                busy.insert(lanes.spawn(work).id(), lane);
                            }
                        }
                    }
                    Err(error) => tracing::warn!(%error, "the queue cannot be read"),
                },
            }
        }
        stopping.send_replace(true);
        let finishing = async { while lanes.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finishing).await.is_err() {
            tracing::warn!("stopped with messages under way: another start takes them up");
        }
        keeping.abort();
    }
}

impl Shared {
    fn serves(&self, lane: &str) -> bool {
        match lane {
            lane::ROUTE => true,
            lane::MAIL | lane::MAIL_URGENT | lane::DIGEST => self.mailer.is_some(),
            other => self.hooks.contains_key(other) || self.gateways.contains_key(other),
        }
    }

    /// Renews the leases and keeps the queue in order.
    async fn keep(self: Arc<Self>) {
        let mut renew = interval(RENEW);
        renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut tended: Option<Instant> = None;
        loop {
            renew.tick().await;
            if let Err(error) = self.app.renew(&self.holder).await {
                tracing::warn!(%error, "leases cannot be renewed");
            }
            if tended.is_none_or(|at| at.elapsed() >= TEND) {
                tended = Some(Instant::now());
                if let Err(error) = self.app.tend_queue().await {
                    tracing::warn!(%error, "the queue cannot be tended");
                }
                if let Ok(sizes) = self.app.queue_sizes().await {
                    metrics::gauge!("notify_jobs_open").set(sizes.open as f64);
                    metrics::gauge!("notify_jobs_dead").set(sizes.dead as f64);
                }
            }
        }
    }

    /// Works a lane until nothing in it is due; whether there was anything.
    async fn work(self: Arc<Self>, lane: String, stopped: watch::Receiver<bool>) -> bool {
        let mut worked = false;
        let batch = match (&*lane, &self.mailer) {
            (lane::ROUTE, _) => ROUTE_BATCH,
            (lane::MAIL | lane::MAIL_URGENT | lane::DIGEST, Some(mailer)) => {
                mailer.connections() * MAIL_BATCH_PER_CONNECTION
            }
            _ => HOOK_BATCH,
        };
        while !*stopped.borrow() {
            let jobs = match self.app.claim(&lane, &self.holder, batch).await {
                Ok(jobs) if jobs.is_empty() => break,
                Ok(jobs) => jobs,
                Err(error) => {
                    tracing::warn!(%error, lane, "no jobs can be taken");
                    return false;
                }
            };
            let outcome = if lane == lane::ROUTE {
                self.app.route(jobs, &self.holder, self.reach.clone()).await
            } else {
                self.clone().hand_over(&lane, jobs, &stopped).await
            };
            if let Err(error) = outcome {
                // Their leases end, and they are taken again.
                tracing::warn!(%error, lane, "jobs were left");
                return false;
            }
            worked = true;
        }
        worked
    }

    async fn hand_over(
        self: Arc<Self>,
        lane: &str,
        jobs: Vec<Job>,
        stopped: &watch::Receiver<bool>,
    ) -> Result<(), app::AppError> {
        let hook = self.hooks.get(lane);
        let pace = hook.map_or(Duration::ZERO, |hook| hook.preset.pace());
        let hands = match &self.mailer {
            Some(mailer) if hook.is_none() && !self.gateways.contains_key(lane) => mailer.connections(),
            _ => 1,
        };
        let waiting: VecDeque<(Job, Parcel)> = self.app.parcels(jobs, &self.site).await?.into();
        let waiting = Arc::new(Mutex::new(waiting));
        let mut working = JoinSet::new();
        for _ in 0..hands {
            let (shared, waiting, stopped) = (self.clone(), waiting.clone(), stopped.clone());
            working.spawn(async move {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let mut writing = JoinSet::new();
                while let Some((job, parcel)) = next() {
                    let sent = matches!(parcel, Parcel::Letter(_) | Parcel::Post(_));
                    let stop = *stopped.borrow();
                    let carried = if stop { Carried::Untouched } else { shared.carry(&job, parcel).await };
                    // Commits are shared: the next is sent while the disk keeps the last few.
                    if writing.len() >= UNWRITTEN_MOST {
                        writing.join_next().await;
                    }
                    let own = shared.clone();
                    writing.spawn(async move { own.write_down(job, carried).await });
                    if sent && !pace.is_zero() {
                        sleep(pace).await;
                    }
                }
                while writing.join_next().await.is_some() {}
            });
        }
        while working.join_next().await.is_some() {}
        Ok(())
    }

    async fn carry(&self, job: &Job, parcel: Parcel) -> Carried {
        if job.tries > TRIES_MOST {
            // Whoever took it never came back to say how it went.
            return Carried::Never("no try came to an end".into());
        }
        match parcel {
            Parcel::Nothing(why) => Carried::Done(why.into()),
            Parcel::Waits(until) => Carried::Waits(until),
            Parcel::Broken(why) => Carried::Never(why),
            Parcel::Post(post) => self.post(&job.lane, &post).await,
            Parcel::Text(text) => self.text(&job.lane, &text).await,
            Parcel::Letter(letter) => match &self.mailer {
                Some(mailer) => mailer.send(&letter, self.app.clock().now()).await,
                None => Carried::Later { said: "no mail server is configured".into(), asked: None },
            },
        }
    }

    async fn post(&self, lane: &str, post: &Post) -> Carried {
        let Some(hook) = self.hooks.get(lane) else {
            return Carried::Later { said: "no such webhook is configured".into(), asked: None };
        };
        let request = match webhook::request(hook, post, &self.site, self.app.clock().now()) {
            Ok(request) => request,
            Err(why) => return Carried::Never(why),
        };
        match self.http.post(request, hook.timeout).await {
            Ok(answer) => webhook::judge(hook.preset, &answer),
            Err(error) if error.is_final() => Carried::Never(error.to_string()),
            Err(error) => Carried::Later { said: error.to_string(), asked: None },
        }
    }

    async fn text(&self, lane: &str, text: &ShortMessage) -> Carried {
        let Some(gateway) = self.gateways.get(lane) else {
            return Carried::Later { said: "no such gateway is configured".into(), asked: None };
        };
        let request = match sms::request(gateway, text, self.app.clock().now()) {
            Ok(request) => request,
            Err(why) => return Carried::Never(why),
        };
        match gateway.http.post(request, sms::TIMEOUT).await {
            Ok(answer) => sms::judged(answer),
            Err(error) if error.is_final() => Carried::Never(error.to_string()),
            Err(error) => Carried::Later { said: error.to_string(), asked: None },
        }
    }

    /// Writes down what became of a job, and does not give that up lightly: what was sent and is not
    /// written down is sent again.
    async fn write_down(&self, job: Job, carried: Carried) {
        let outcome = match &carried {
            Carried::Done(_) => "done",
            Carried::Later { .. } => "later",
            Carried::Never(_) => "never",
            Carried::Untouched => "untouched",
            Carried::Waits(_) => "waits",
        };
        let lane = job.lane.clone();
        metrics::counter!("notify_carried_total", "lane" => lane.clone(), "outcome" => outcome).increment(1);
        if let Carried::Never(why) | Carried::Later { said: why, .. } = &carried {
            tracing::warn!(job = job.key, outcome, why, tries = job.tries, "not delivered");
        }
        let mut wait = Duration::from_millis(100);
        for _ in 0..8 {
            match self.app.carried(job.clone(), &self.holder, carried.clone()).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!(job = job.key, "another server has taken the job meanwhile");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, job = job.key, outcome, "not written down yet");
                    sleep(wait).await;
                    wait *= 2;
                }
            }
        }
        tracing::error!(job = job.key, outcome, "not written down");
    }
}
