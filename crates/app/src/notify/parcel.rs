//! What exactly is sent for a job, in the words of whoever receives it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::history::View;
use domain::notice::{EventKey, Notice};
use domain::person::Person;
use domain::portfolio::Portfolio;
use domain::preference::Language;
use domain::subject::Subject;
use jiff::tz::TimeZone;
use store::{Connection, HeldNotice, Job, StoreError};
use words::Lang;

use super::alert_letter::alert_letter;
use super::errand::{Errand, digest_key};
use super::reader_letter::letter_to_reader;
use super::route::by_day;
use super::short_message::short_message;
use super::wording::{lang, minute, say};
use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// A digest names so many notices; the rest is on the site.
const DIGEST_MOST: usize = 200;

/// What is handed over for one job.
#[derive(Debug, Clone, PartialEq)]
pub enum Parcel {
    Letter(Letter),
    Post(Post),
    Text(ShortMessage),
    /// It is not the time of day for it: until when it waits, in microseconds since 1970.
    Waits(i64),
    /// Nothing is to be sent, and why.
    Nothing(&'static str),
    /// It cannot be made, and why.
    Broken(String),
}

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub name: String,
    pub subject: String,
    pub text: String,
    /// The BCP 47 tag of its language.
    pub lang: &'static str,
    /// The same for every try, so that mail programs show a repeated one once.
    pub id: String,
    /// The address by which whoever gets it says that they want no more.
    pub stop: Option<String>,
    /// What an answer is known by, where answers are wanted.
    pub reply: Option<String>,
}

/// A message for a gateway of short messages to send.
#[derive(Clone, PartialEq, Eq)]
pub struct ShortMessage {
    /// The same for every try.
    pub id: String,
    pub phone: String,
    pub text: String,
    /// The BCP 47 tag of its language.
    pub lang: &'static str,
}

impl std::fmt::Debug for ShortMessage {
    /// Without the number: no log has one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShortMessage").field("id", &self.id).field("text", &self.text).finish_non_exhaustive()
    }
}

/// A message to a webhook; the delivery words it in the webhook's language.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    pub webhook: Code,
    pub notice: Notice,
    /// When it happened, in microseconds since 1970.
    pub at: i64,
}

impl App {
    /// What is to be sent for each job, in order. `site` is the site's address without a slash at
    /// its end.
    pub async fn parcels(&self, jobs: Vec<Job>, site: &str) -> Result<Vec<(Job, Parcel)>, AppError> {
        let (site, zone) = (site.to_owned(), self.clock().zone().clone());
        let (key, now, today) = (self.key().cloned(), self.clock().now(), self.clock().today());
        // Whatever a mail says of a plan, it says as everybody reads the plan now.
        let mut portfolios: BTreeMap<Code, Arc<Portfolio>> = BTreeMap::new();
        for job in &jobs {
            if let Ok(Errand::AlertMail(errand)) = Errand::read(job)
                && !portfolios.contains_key(&errand.plan)
            {
                match self.portfolio(&errand.plan, Asked::default()).await {
                    Ok(held) => drop(portfolios.insert(errand.plan, held)),
                    Err(AppError::NotFound) => {}
                    // What fails for now is tried again.
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(self
            .database()
            .read_async(move |c| {
                jobs.into_iter()
                    .map(|job| {
                        let parcel = match Errand::read(&job) {
                            Ok(Errand::ReaderMail(errand)) => match &key {
                                Some(key) => letter_to_reader(c, &job, &errand, key, &site, now)?,
                                None => Parcel::Nothing("there is no key to open the address with"),
                            },
                            Ok(Errand::AlertMail(errand)) => match (&key, portfolios.get(&errand.plan)) {
                                (Some(key), Some(portfolio)) => {
                                    alert_letter(c, &job, &errand, portfolio, (key, &site), now)?
                                }
                                _ => Parcel::Nothing("there is no key to open the address with, or no plan"),
                            },
                            // It may have been due in the evening and not been sent then.
                            Ok(Errand::AskText { .. }) if by_day(now, &zone) > now.as_microsecond() => {
                                Parcel::Waits(by_day(now, &zone))
                            }
                            Ok(Errand::AskText { language, ask }) => match &key {
                                Some(key) => short_message(c, &job, &ask, language, key, today)?,
                                None => Parcel::Nothing("there is no key to open the number with"),
                            },
                            _ => one(c, &job, &site, &zone)?,
                        };
                        Ok((job, parcel))
                    })
                    .collect::<Result<_, StoreError>>()
            })
            .await?)
    }
}

fn one(c: &mut Connection, job: &Job, site: &str, zone: &TimeZone) -> Result<Parcel, StoreError> {
    Ok(match Errand::read(job) {
        Ok(Errand::Mail { person, event }) => mail(c, job, &person, &event, site, zone)?,
        Ok(Errand::Digest { person, period }) => digest(c, job, &person, period, site, zone)?,
        Ok(Errand::Hook { webhook, notice, at }) => Parcel::Post(Post { webhook, notice, at }),
        Ok(
            Errand::Person { .. }
            | Errand::Unit { .. }
            | Errand::Reader(_)
            | Errand::ReaderMail(_)
            | Errand::Alert(_)
            | Errand::AlertMail(_)
            | Errand::Ask(_)
            | Errand::AskText { .. },
        ) => Parcel::Broken("not an errand of this lane".into()),
        Err(error) => Parcel::Broken(error.to_string()),
    })
}

/// Who gets mail: active people with an address. Otherwise why not.
fn addressee(c: &mut Connection, person: &Code) -> Result<Result<Person, &'static str>, StoreError> {
    let Some(history) = c.subject(&Subject::person(person))? else { return Ok(Err("no such person")) };
    let person = Person::at(person, history.visible(View::ALL));
    Ok(if !person.active {
        Err("the person is no longer active")
    } else if person.email.is_empty() {
        Err("the person has no address")
    } else {
        Ok(person)
    })
}

fn mail(
    c: &mut Connection,
    job: &Job,
    person: &Code,
    event: &EventKey,
    site: &str,
    zone: &TimeZone,
) -> Result<Parcel, StoreError> {
    let Some(held) = c.notice(person, event)? else { return Ok(Parcel::Nothing("the notice is gone")) };
    if held.read_at.is_some() {
        return Ok(Parcel::Nothing("read on the site meanwhile"));
    }
    let language = c.preferences(person)?.language;
    Ok(match addressee(c, person)? {
        Err(why) => Parcel::Nothing(why),
        Ok(person) => {
            let lang = lang(language);
            let title = say(lang, &held.notice.said);
            let happened = words::with(
                lang,
                "notify-mail-happened",
                &[("time", &minute(held.created_at, zone)), ("topic", &topic(lang, &held.notice))],
            );
            let text = format!("{title}\n\n{happened}\n{site}{}\n\n{}", held.notice.link, foot(lang));
            let subject = match held.notice.urgent {
                true => words::with(lang, "notify-mail-urgent", &[("title", &title)]),
                false => title,
            };
            letter(job, person, language, subject, text)
        }
    })
}

fn digest(
    c: &mut Connection,
    job: &Job,
    person: &Code,
    period: i64,
    site: &str,
    zone: &TimeZone,
) -> Result<Parcel, StoreError> {
    let mut notices = c.digest_notices(person, &digest_key(person, period), DIGEST_MOST + 1)?;
    if notices.is_empty() {
        return Ok(Parcel::Nothing("all was read on the site meanwhile"));
    }
    let more = notices.len() > DIGEST_MOST;
    notices.truncate(DIGEST_MOST);
    let language = c.preferences(person)?.language;
    Ok(match addressee(c, person)? {
        Err(why) => Parcel::Nothing(why),
        Ok(person) => {
            let lang = lang(language);
            let count = notices.len().to_string();
            let subject = words::with(lang, "notify-digest-subject", &[("count", &count)]);
            let mut text = String::new();
            for HeldNotice { notice, created_at, .. } in &notices {
                let (said, time) = (say(lang, &notice.said), minute(*created_at, zone));
                text.push_str(&format!("· {said}\n  {time}  {site}{}\n\n", notice.link));
            }
            if more {
                text.push_str(&words::text(lang, "notify-digest-more"));
                text.push_str("\n\n");
            }
            text.push_str(&foot(lang));
            letter(job, person, language, subject, text)
        }
    })
}

fn letter(job: &Job, person: Person, language: Language, subject: String, text: String) -> Parcel {
    Parcel::Letter(Letter {
        to: person.email,
        name: person.name,
        subject,
        text,
        lang: lang(language).tag(),
        id: crate::account::hash(&job.key).chars().take(40).collect(),
        stop: None,
        reply: None,
    })
}

fn topic(lang: Lang, notice: &Notice) -> String {
    words::text(lang, &format!("notify-topic-{}", notice.topic.as_str())).into_owned()
}

fn foot(lang: Lang) -> String {
    format!("-- \n{}\n", words::text(lang, "notify-mail-foot"))
}
