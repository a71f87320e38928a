//! What the jobs of the queue say.

use domain::code::Code;
use domain::notice::{EventKey, Notice, Said, SitePath};
use domain::preference::Language;
use domain::request::alert::AlertNews;
use serde::{Deserialize, Serialize};
use store::{Job, NewJob, StoreError};

use crate::request::SmsQuestion;

/// The lanes of the queue; each webhook has one of its own.
pub mod lane {
    /// Working out who is told how. Needs nobody else.
    pub const ROUTE: &str = "route";
    pub const MAIL: &str = "mail";
    /// What is urgent does not stand in line.
    pub const MAIL_URGENT: &str = "mail-urgent";
    pub const DIGEST: &str = "digest";

    pub fn hook(webhook: &str) -> String {
        format!("hook/{webhook}")
    }

    /// Each gateway of short messages has one of its own.
    pub fn sms(plan: &str, gateway: &str) -> String {
        format!("sms/{plan}/{gateway}")
    }
}

/// One errand; `at` is when it happened, in microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Errand {
    /// A person has a notice: how is it delivered?
    Person {
        person: Code,
        event: EventKey,
    },
    /// A unit is told: which webhooks has it?
    Unit {
        unit: Code,
        notice: Notice,
        at: i64,
    },
    Mail {
        person: Code,
        event: EventKey,
    },
    /// `period` tells the digests of a person apart: the moment in which theirs ends.
    Digest {
        person: Code,
        period: i64,
    },
    Hook {
        webhook: Code,
        notice: Notice,
        at: i64,
    },
    /// Somebody who asked, or follows a request, is told: is there a mail server?
    Reader(ReaderErrand),
    ReaderMail(ReaderErrand),
    /// An address is told of what happened in a place: is there a mail server?
    Alert(AlertErrand),
    AlertMail(AlertErrand),
    /// Whoever asked is asked by short message: is there a gateway?
    Ask(AskErrand),
    AskText {
        #[serde(default)]
        language: Language,
        ask: AskErrand,
    },
}

/// A short message to a number that only the protected store knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AskErrand {
    pub plan: Code,
    pub request: Code,
    pub event: EventKey,
    pub question: SmsQuestion,
}

/// A mail to an address that only the protected store knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ReaderErrand {
    pub plan: Code,
    pub request: Code,
    pub reader: String,
    pub event: EventKey,
    pub matter: ReaderMatter,
}

/// A mail of an area alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AlertErrand {
    pub plan: Code,
    pub alert: String,
    pub event: EventKey,
    pub matter: AlertMatter,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertMatter {
    /// Whether the address is theirs.
    Confirm,
    /// What happened; and how much more.
    Digest {
        lines: Vec<AlertLine>,
        #[serde(default)]
        left: u32,
    },
}

/// One thing that is told: by its number, so that what is hidden meanwhile is not told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertLine {
    Request { code: Code, news: Vec<AlertNews> },
    Works { project: Code, step: Code },
}

/// What is mailed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReaderMatter {
    /// Whether the address is theirs.
    Confirm,
    /// The same, and that files with their mail could not be read.
    ConfirmUnread,
    /// A link to the request, as they asked for.
    Link,
    News {
        said: Said,
        /// What somebody wrote: masked as in the journal.
        #[serde(default)]
        words: String,
        #[serde(default)]
        link: Option<SitePath>,
        /// Whether they are asked if it is solved.
        #[serde(default)]
        judge: bool,
    },
}

impl ReaderErrand {
    /// One address is told of one event once, whichever of its requests it is about.
    fn key(&self) -> String {
        match self.matter {
            ReaderMatter::News { .. } => format!("{}/{}/{}", self.plan, self.reader, self.event),
            ReaderMatter::Confirm | ReaderMatter::ConfirmUnread | ReaderMatter::Link => {
                format!("{}/{}/{}/{}", self.plan, self.request, self.reader, self.event)
            }
        }
    }
}

impl AlertErrand {
    fn key(&self) -> String {
        format!("{}/{}/{}", self.plan, self.alert, self.event)
    }
}

impl AskErrand {
    fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.plan, self.request, self.event, self.question.as_str())
    }
}

impl Errand {
    /// The same errand has the same key, so that it is done once.
    pub fn key(&self) -> String {
        match self {
            Self::Person { person, event } => format!("person/{person}/{event}"),
            Self::Unit { unit, notice, .. } => format!("unit/{unit}/{}", notice.event),
            Self::Mail { person, event } => format!("mail/{person}/{event}"),
            Self::Digest { person, period } => digest_key(person, *period),
            Self::Reader(errand) => format!("reader/{}", errand.key()),
            Self::ReaderMail(errand) => format!("reader-mail/{}", errand.key()),
            Self::Alert(errand) => format!("alert/{}", errand.key()),
            Self::AlertMail(errand) => format!("alert-mail/{}", errand.key()),
            Self::Ask(ask) => format!("ask/{}", ask.key()),
            Self::AskText { ask, .. } => format!("ask-text/{}", ask.key()),
            Self::Hook { webhook, notice, .. } => format!("hook/{webhook}/{}", notice.event),
        }
    }

    pub fn job(&self, lane: &str, due_at: i64) -> NewJob {
        // Codes, keys and texts: there is nothing in it that JSON cannot say.
        let body = serde_json::to_string(self).unwrap_or_default();
        NewJob { key: self.key(), lane: lane.to_owned(), body, due_at }
    }

    pub fn read(job: &Job) -> Result<Self, StoreError> {
        serde_json::from_str(&job.body)
            .map_err(|error| StoreError::Damaged(format!("job {}: {error}", job.key)))
    }
}

/// The name of a person's digest, in the queue and on the notices that are part of it.
pub(crate) fn digest_key(person: &Code, period: i64) -> String {
    format!("digest/{person}/{period}")
}
