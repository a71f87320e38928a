//! Who is told when, and by which channel.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::code::Code;
use domain::notice::{Notice, Topic};
use domain::preference::{Channel, Language, Preferences, When, deliveries};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::{Connection, Job, NewJob, Outcome, StoreError};

use super::errand::{Errand, digest_key, lane};
use super::{Recipient, errand};
use crate::App;
use crate::error::AppError;

/// The hours between which somebody is asked by short message.
const ASKED_FROM: i8 = 8;
const ASKED_TO: i8 = 21;

/// What the installation can reach people by.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    pub mail: bool,
    pub hooks: Vec<ReachedHook>,
    /// The gateways that send short messages.
    pub gateways: Vec<ReachedGateway>,
}

/// A gateway, and for which plan it sends.
#[derive(Debug, Clone)]
pub struct ReachedGateway {
    pub plan: Code,
    pub id: Code,
    /// In which it asks.
    pub language: Language,
}

/// A webhook and who is told there.
#[derive(Debug, Clone)]
pub struct ReachedHook {
    pub id: Code,
    pub audience: Recipient,
    /// Only these; all when none is named.
    pub topics: BTreeSet<Topic>,
}

impl Reach {
    fn hooks_of<'a>(&'a self, audience: &'a Recipient, topic: Topic) -> impl Iterator<Item = &'a Code> {
        self.hooks
            .iter()
            .filter(move |hook| hook.audience == *audience)
            .filter(move |hook| hook.topics.is_empty() || hook.topics.contains(&topic))
            .map(|hook| &hook.id)
    }
}

/// What became of one job.
struct Routed {
    job: Job,
    next: Vec<NewJob>,
    digest: Option<(Code, domain::notice::EventKey, String)>,
    outcome: Outcome,
    said: String,
}

impl App {
    /// Works out how each notice is delivered and puts that down, in one transaction.
    pub async fn route(&self, jobs: Vec<Job>, holder: &str, reach: Arc<Reach>) -> Result<(), AppError> {
        let (now, zone) = (self.clock().now(), self.clock().zone().clone());
        let routed: Vec<Routed> = self
            .database()
            .read_async(move |c| {
                jobs.into_iter().map(|job| one(c, job, &reach, now, &zone)).collect::<Result<_, StoreError>>()
            })
            .await?;
        let (holder, now) = (holder.to_owned(), now.as_microsecond());
        self.database()
            .write_async(move |tx| {
                for Routed { job, next, digest, outcome, said } in &routed {
                    for job in next {
                        tx.enqueue(job, now)?;
                    }
                    if let Some((person, event, digest)) = digest {
                        tx.put_into_digest(person, event, digest)?;
                    }
                    tx.settle(job, &holder, *outcome, said, now)?;
                }
                Ok::<_, AppError>(())
            })
            .await
    }
}

fn one(
    c: &mut Connection,
    job: Job,
    reach: &Reach,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Routed, StoreError> {
    let mut out = Routed { job, next: vec![], digest: None, outcome: Outcome::Done, said: String::new() };
    match Errand::read(&out.job) {
        Ok(Errand::Person { person, event }) => match c.notice(&person, &event)? {
            Some(held) => {
                let preferences = c.preferences(&person)?;
                person_told(&mut out, &person, held.notice, &preferences, reach, now, zone);
            }
            None => out.said = "the notice is gone".into(),
        },
        Ok(Errand::Unit { unit, notice, at }) => {
            for webhook in reach.hooks_of(&Recipient::Unit(unit), notice.topic) {
                out.next.push(hook(webhook, &notice, at, now.as_microsecond()));
            }
        }
        Ok(Errand::Reader(errand)) if reach.mail => {
            out.next.push(Errand::ReaderMail(errand).job(lane::MAIL, now.as_microsecond()));
        }
        Ok(Errand::Alert(errand)) if reach.mail => {
            out.next.push(Errand::AlertMail(errand).job(lane::MAIL, now.as_microsecond()));
        }
        Ok(Errand::Ask(ask)) => match reach.gateways.iter().find(|gateway| gateway.plan == ask.plan) {
            Some(ReachedGateway { plan, id, language }) => {
                let lane = lane::sms(plan.as_str(), id.as_str());
                let job = Errand::AskText { language: *language, ask }.job(&lane, by_day(now, zone));
                out.next.push(job);
            }
            None => out.said = "no gateway of the plan sends short messages".into(),
        },
        Ok(Errand::Reader(_) | Errand::Alert(_)) => out.said = "no mail server is configured".into(),
        Ok(_) => {
            out.outcome = Outcome::Dead;
            out.said = "not an errand of this lane".into();
        }
        Err(error) => {
            out.outcome = Outcome::Dead;
            out.said = error.to_string();
        }
    }
    Ok(out)
}

/// Nobody is woken by a question: the moment, or the next one in the morning.
pub(super) fn by_day(now: Timestamp, zone: &TimeZone) -> i64 {
    let wall = zone.to_datetime(now);
    let day = match wall.hour() {
        0..ASKED_FROM => wall.date(),
        ASKED_FROM..ASKED_TO => return now.as_microsecond(),
        _ => wall.date().tomorrow().unwrap_or(wall.date()),
    };
    let morning = zone.to_timestamp(day.at(ASKED_FROM, 0, 0, 0));
    morning.map_or(now, |morning| morning.max(now)).as_microsecond()
}

fn person_told(
    out: &mut Routed,
    person: &Code,
    notice: Notice,
    preferences: &Preferences,
    reach: &Reach,
    now: Timestamp,
    zone: &TimeZone,
) {
    let due = |moment: Timestamp| moment.as_microsecond();
    for (channel, when) in deliveries(preferences, notice.topic, notice.urgent, now, zone) {
        match (channel, when) {
            (Channel::Email, _) if !reach.mail => {}
            (Channel::Email, When::Digest(ends)) => {
                let period = ends.as_second();
                let errand = Errand::Digest { person: person.clone(), period };
                out.next.push(errand.job(lane::DIGEST, due(ends)));
                out.digest = Some((person.clone(), notice.event.clone(), digest_key(person, period)));
            }
            (Channel::Email, When::Now | When::At(_)) => {
                let errand = Errand::Mail { person: person.clone(), event: notice.event.clone() };
                let lane = if notice.urgent { lane::MAIL_URGENT } else { lane::MAIL };
                out.next
                    .push(errand.job(lane, if let When::At(moment) = when { due(moment) } else { due(now) }));
            }
            (Channel::Webhook, when) => {
                let at = if let When::At(moment) = when { due(moment) } else { due(now) };
                for webhook in reach.hooks_of(&Recipient::Person(person.clone()), notice.topic) {
                    out.next.push(hook(webhook, &notice, due(now), at));
                }
            }
        }
    }
}

fn hook(webhook: &Code, notice: &Notice, at: i64, due_at: i64) -> NewJob {
    let errand = Errand::Hook { webhook: webhook.clone(), notice: notice.clone(), at };
    errand.job(&errand::lane::hook(webhook.as_str()), due_at)
}
