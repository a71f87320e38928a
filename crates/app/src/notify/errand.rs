//! What the jobs of the queue say.

use domain::code::Code;
use domain::notice::{EventKey, Notice};
use serde::{Deserialize, Serialize};
use store::{Job, NewJob, StoreError};

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
}

impl Errand {
    /// The same errand has the same key, so that it is done once.
    pub fn key(&self) -> String {
        match self {
            Self::Person { person, event } => format!("person/{person}/{event}"),
            Self::Unit { unit, notice, .. } => format!("unit/{unit}/{}", notice.event),
            Self::Mail { person, event } => format!("mail/{person}/{event}"),
            Self::Digest { person, period } => digest_key(person, *period),
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
