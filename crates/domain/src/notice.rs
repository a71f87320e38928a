//! What a person is told: an event, said by a key and values, so that it is worded in the language of
//! whoever reads it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::named::Named;
use crate::subject::Subject;

/// What notices are about; people choose channels by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// An item was assigned, accepted, returned or cleared.
    Item,
    /// A date comes near or has passed.
    Deadline,
    /// A weekly or monthly report is due, handed in or returned.
    Report,
    Meeting,
    Directive,
    /// A resident's request.
    Request,
    /// A promise, a revision or a figure of the plan.
    Plan,
    /// The installation itself, for those who run it.
    System,
}

impl Topic {
    pub const ALL: [Topic; 8] = [
        Self::Item,
        Self::Deadline,
        Self::Report,
        Self::Meeting,
        Self::Directive,
        Self::Request,
        Self::Plan,
        Self::System,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Deadline => "deadline",
            Self::Report => "report",
            Self::Meeting => "meeting",
            Self::Directive => "directive",
            Self::Request => "request",
            Self::Plan => "plan",
            Self::System => "system",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}

/// The identity of what happened: nobody is told twice about the same. The journal's entry and the
/// matter make a good one: `entry-481/assigned`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventKey(String);

/// A page of the site: `/p/huitian-2018/projects/HT-EDU-003`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SitePath(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error("an event's key has 1 to {} characters: ASCII letters, digits and -_./:", EventKey::MAX)]
    EventKey,
    #[error("a page's path begins with one '/' and has no spaces or control characters")]
    SitePath,
}

impl EventKey {
    pub const MAX: usize = 160;

    pub fn new(text: impl Into<String>) -> Result<Self, NoticeError> {
        let text = text.into();
        let good = |b: u8| b.is_ascii_alphanumeric() || b"-_./:".contains(&b);
        if text.is_empty() || text.len() > Self::MAX || !text.bytes().all(good) {
            return Err(NoticeError::EventKey);
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SitePath {
    pub const MAX: usize = 2_000;

    pub fn new(text: impl Into<String>) -> Result<Self, NoticeError> {
        let text = text.into();
        // Two slashes, or one with a backslash, would lead to another site.
        let own = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
        if !own || text.len() > Self::MAX || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(NoticeError::SitePath);
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = NoticeError;
            fn try_from(text: String) -> Result<Self, NoticeError> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
text!(EventKey);
text!(SitePath);

/// A value within a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A name, a code, what someone wrote.
    Text(String),
    /// The key of a word that the program says itself.
    Word(String),
    Number(i64),
    Date(Date),
    /// A name in the reader's language.
    Named(Named),
}

/// A sentence: the key of its message and the values in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub key: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Value>,
}

impl Said {
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), values: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    #[must_use]
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.with(name, Value::Text(value.into()))
    }
}

/// What is told, to whomever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub event: EventKey,
    pub topic: Topic,
    /// Instant dispatch: it waits for no digest and no quiet hours.
    pub urgent: bool,
    pub subject: Option<Subject>,
    pub said: Said,
    pub link: SitePath,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_the_site() {
        assert!(SitePath::new("/p/huitian-2018?as_of=2019-08-14").is_ok());
        assert!(SitePath::new("/").is_ok());
        for bad in ["", "p/x", "//evil.example", "/\\evil.example", "https://x", "/a b", "/a\nb"] {
            assert_eq!(SitePath::new(bad), Err(NoticeError::SitePath), "{bad:?}");
        }
    }

    #[test]
    fn an_event_has_a_plain_key() {
        assert!(EventKey::new("entry-481/assigned").is_ok());
        for bad in [String::new(), "a b".into(), "事".into(), "a".repeat(EventKey::MAX + 1)] {
            assert_eq!(EventKey::new(bad), Err(NoticeError::EventKey));
        }
        assert!(serde_json::from_str::<EventKey>("\"a b\"").is_err());
    }

    #[test]
    fn what_is_said_is_kept_by_key_and_values() {
        let said = Said::new("notice-item-due")
            .text("title", "幼儿园")
            .with("date", Value::Date(jiff::civil::date(2019, 8, 14)));
        let text = serde_json::to_string(&said).unwrap();
        assert_eq!(
            text,
            r#"{"key":"notice-item-due","values":{"date":{"date":"2019-08-14"},"title":{"text":"幼儿园"}}}"#
        );
        assert_eq!(serde_json::from_str::<Said>(&text).unwrap(), said);
    }
}
