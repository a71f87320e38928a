//! Telling those who asked, and those who follow, by mail: whoever confirmed an address. Whoever asked is asked by short
//! message, too, whether it is solved. An event is told to nobody twice.

use domain::code::Code;
use domain::journal::Seq;
use domain::notice::{EventKey, Said, SitePath, Value};
use domain::request::telling::AskerMatter;
use jiff::Timestamp;
use store::{StoreError, Tx};

use super::sms::{self, SmsQuestion};
use crate::error::AppError;
use crate::notify::errand::{Errand, ReaderErrand, ReaderMatter, lane};
use crate::notify::unit_name;

/// What all who asked are told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AskerNews {
    /// Names the event: the same one is told to nobody twice, however often it is said. The entry that it came from
    /// and a word make a good one: `entry-481/in_use`.
    pub event: EventKey,
    /// A sentence, by its key, in the words of whoever reads it. It may use `$code`, the request's number.
    pub said: Said,
    /// A page that everybody may open, as that of a project.
    pub link: Option<SitePath>,
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
    mail(tx, plan, request, &news.event, (&matter, true), now)
}

/// Puts down a mail to each confirmed address; to those who only follow where it is for all.
fn mail(
    tx: &mut Tx,
    plan: &Code,
    request: &Code,
    event: &EventKey,
    (matter, for_all): (&ReaderMatter, bool),
    now: Timestamp,
) -> Result<(), StoreError> {
    let at = now.as_microsecond();
    for (reader, follows) in tx.request_readers(plan, request)? {
        if follows && !for_all {
            continue;
        }
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
    let (word, for_all) = (matter.as_str(), matter.is_for_all());
    let event = EventKey::new(format!("entry-{seq}/{word}"))
        .map_err(|error| AppError::Store(StoreError::Damaged(error.to_string())))?;
    if matches!(matter, AskerMatter::Answered { .. }) {
        sms::ask(tx, plan, request, &event, SmsQuestion::Solved, now)?;
    }
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
        AskerMatter::TakenUpAgain | AskerMatter::Merged | AskerMatter::Apart | AskerMatter::Closed => {}
    }
    let matter = ReaderMatter::News { said, words, link: None, judge };
    Ok(mail(tx, plan, request, &event, (&matter, for_all), now)?)
}
