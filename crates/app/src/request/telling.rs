//! Telling those who asked, and those who follow: on the request's own page, and by mail whoever confirmed an
//! address. An event is told to nobody twice.

use domain::code::Code;
use domain::item::Target;
use domain::journal::Seq;
use domain::notice::{EventKey, Said, SitePath, Value};
use domain::request::query::{RequestPaging, RequestQuery};
use domain::request::telling::AskerMatter;
use jiff::Timestamp;
use store::{RequestNews, StoreError, Tx};

use crate::App;
use crate::error::AppError;
use crate::notify::errand::{Errand, ReaderErrand, ReaderMatter, lane};
use crate::notify::unit_name;

/// Requests whose askers are told in one transaction.
const TOGETHER: usize = 200;

/// What all who asked are told.
#[derive(Debug, Clone, PartialEq)]
pub struct AskerNews {
    /// Names the event: the same one is told to nobody twice, however often it is said. The entry that it came from
    /// and a word make a good one: `entry-481/in_use`.
    pub event: EventKey,
    /// A sentence, by its key, in the words of whoever reads it. It may use `$code`, the request's number.
    pub said: Said,
    /// A page that everybody may open, as that of a project.
    pub link: Option<SitePath>,
}

/// Tells everybody who asked a request, or one that was merged into it, or follows it, within the transaction of what
/// they are told about: it is told if, and only if, that is kept. It then stands on each request's own page, and goes by
/// mail, at least once, to the addresses that were confirmed; nobody is told of an event twice. Returns to how many
/// requests it was new.
pub fn tell_askers(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    news: &AskerNews,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let merged = tx.requests_of(plan, request)?.into_iter().filter(|(_, merged, _)| *merged);
    let all: Vec<Code> = std::iter::once(request.clone()).chain(merged.map(|(code, ..)| code)).collect();
    let mut told = 0;
    for code in &all {
        let held = RequestNews {
            event: news.event.clone(),
            said: news.said.clone(),
            link: news.link.clone(),
            at: now.as_microsecond(),
        };
        if tx.put_news(plan, code, &held)? {
            told += 1;
            let matter = ReaderMatter::News {
                said: news.said.clone(),
                words: String::new(),
                link: news.link.clone(),
                judge: false,
            };
            mail(tx, plan, code, &news.event, &matter, now)?;
        }
    }
    Ok(told)
}

impl App {
    /// Tells everybody who asked what led to a thing (a project, a rectification, any item), as [`tell_askers`] does.
    /// For events that come in without a transaction of their own; may be called again, as after a server died half-way:
    /// it goes on where it was. Returns to how many requests it was new.
    pub async fn tell_askers_of(
        &self,
        plan: &Code,
        thing: &Target,
        news: AskerNews,
    ) -> Result<usize, AppError> {
        let query = RequestQuery { link: Some(thing.clone()), ..RequestQuery::default() };
        let mut paging = RequestPaging { limit: TOGETHER, ..RequestPaging::default() };
        let mut told = 0;
        loop {
            let page = self.requests(plan, &query, &paging).await?;
            let codes: Vec<Code> = page.rows.into_iter().map(|row| row.code).collect();
            let (plan, news, now) = (plan.clone(), news.clone(), self.clock().now());
            told += self
                .database()
                .write_async::<_, StoreError>(move |tx| {
                    let mut told = 0;
                    for code in &codes {
                        told += tell_askers(tx, &plan, code, &news, now)?;
                    }
                    Ok(told)
                })
                .await?;
            paging.after = page.next;
            if paging.after.is_none() {
                return Ok(told);
            }
        }
    }

    /// What whoever asked was told of a request from elsewhere; the latest first.
    pub async fn request_news(&self, plan: &Code, request: &Code) -> Result<Vec<RequestNews>, AppError> {
        let (plan, request) = (plan.clone(), request.clone());
        Ok(self.database().read_async(move |c| c.request_news(&plan, &request)).await?)
    }
}

/// Mails some news of a request to those who asked it or follow it: its page says them already.
pub(super) fn mail_news(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    news: &AskerNews,
    now: Timestamp,
) -> Result<(), StoreError> {
    let matter = ReaderMatter::News {
        said: news.said.clone(),
        words: String::new(),
        link: news.link.clone(),
        judge: false,
    };
    mail(tx, plan, request, &news.event, &matter, now)
}

/// Puts down a mail to each confirmed address.
fn mail(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    event: &EventKey,
    matter: &ReaderMatter,
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = now.as_microsecond();
    for reader in tx.request_readers(plan, request)? {
        let errand = ReaderErrand {
            plan: plan.clone(),
            request: request.clone(),
            reader,
            event: event.clone(),
            matter: matter.clone(),
        };
        tx.enqueue(&Errand::Reader(errand).job(lane::ROUTE, at), at)?;
    }
    Ok(())
}

/// Tells of what was done with a request itself: by mail only, its page says it anyway.
pub(super) fn tell_of_step(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    seq: Seq,
    matter: AskerMatter,
    now: Timestamp,
) -> Result<(), AppError> {
    let word = matter.as_str();
    let event = EventKey::new(format!("entry-{seq}/{word}"))
        .map_err(|error| AppError::Store(StoreError::Damaged(error.to_string())))?;
    let mut said = Said::new(format!("asker-told-{word}")).text("code", request.as_str());
    let (mut words, mut judge) = (String::new(), false);
    match matter {
        AskerMatter::Given { unit } => {
            let name = tx.with_lookup(|lookup| unit_name(lookup, &unit))?;
            said = said.with("unit", Value::Named(name));
        }
        AskerMatter::Asked { question } => words = question,
        AskerMatter::Answered { text } => (words, judge) = (text, true),
        AskerMatter::Refused { ground, reason } => {
            let ground = format!("refusal-ground-{}", ground.as_str().replace('_', "-"));
            said = said.with("ground", Value::Word(ground));
            words = reason;
        }
        AskerMatter::OnTheBooks { until } | AskerMatter::Extended { until } => {
            said = said.with("until", Value::Date(until));
        }
        AskerMatter::TakenUpAgain | AskerMatter::Merged | AskerMatter::Closed => {}
    }
    Ok(mail(tx, plan, request, &event, &ReaderMatter::News { said, words, link: None, judge }, now)?)
}
