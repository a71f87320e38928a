//! How a person wants to be told, and when and by which channel a notice is therefore delivered.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::notice::Topic;

/// A way out of the site; on the site itself every notice stands anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    /// The person's own webhook, where one is configured.
    Webhook,
}

impl Channel {
    pub const ALL: [Channel; 2] = [Self::Email, Self::Webhook];
}

/// How often ordinary notices are mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    #[default]
    AtOnce,
    Daily,
    Weekly,
}

/// The language of mails and of messages to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    #[serde(rename = "en")]
    English,
}

/// From one time of day until before another, over midnight when the first is later. The same twice:
/// never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    pub from: Time,
    pub until: Time,
}

impl QuietHours {
    pub fn contains(self, time: Time) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub language: Language,
    /// Only topics for which something other than the default was chosen.
    pub channels: BTreeMap<Topic, BTreeSet<Channel>>,
    pub rhythm: Rhythm,
    /// When a digest is sent, and on which day a weekly one.
    pub digest_time: Time,
    #[serde(with = "weekday")]
    pub digest_day: Weekday,
    pub quiet: Option<QuietHours>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: Language::default(),
            channels: BTreeMap::new(),
            rhythm: Rhythm::default(),
            digest_time: jiff::civil::time(8, 30, 0, 0),
            digest_day: Weekday::Monday,
            quiet: None,
        }
    }
}

impl Preferences {
    /// The channels chosen for a topic; by mail and to the own webhook when nothing was chosen.
    pub fn channels(&self, topic: Topic) -> BTreeSet<Channel> {
        self.channels.get(&topic).cloned().unwrap_or_else(|| Channel::ALL.into())
    }
}

/// When a notice goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    Now,
    /// By itself, once quiet hours are over.
    At(Timestamp),
    /// Together with all others of the period that ends then.
    Digest(Timestamp),
}

/// When and by which channels a notice of a topic is delivered. What is urgent goes out now, and by
/// mail even where the topic is not mailed; a webhook is never sent digests, its reader sees a stream.
pub fn deliveries(
    preferences: &Preferences,
    topic: Topic,
    urgent: bool,
    now: Timestamp,
    zone: &TimeZone,
) -> BTreeMap<Channel, When> {
    let mut channels = preferences.channels(topic);
    if urgent {
        channels.insert(Channel::Email);
        return channels.into_iter().map(|channel| (channel, When::Now)).collect();
    }
    let single = match after_quiet(preferences.quiet, now, zone) {
        moment if moment == now => When::Now,
        moment => When::At(moment),
    };
    channels
        .into_iter()
        .map(|channel| match (channel, preferences.rhythm) {
            (Channel::Webhook, _) | (_, Rhythm::AtOnce) => (channel, single),
            (Channel::Email, rhythm) => {
                let day = (rhythm == Rhythm::Weekly).then_some(preferences.digest_day);
                let period_ends = next(now, preferences.digest_time, day, zone);
                (channel, When::Digest(after_quiet(preferences.quiet, period_ends, zone)))
            }
        })
        .collect()
}

/// The moment itself, or the end of the quiet hours it lies in.
fn after_quiet(quiet: Option<QuietHours>, mut moment: Timestamp, zone: &TimeZone) -> Timestamp {
    let Some(quiet) = quiet else { return moment };
    // Once more where clocks that were put forward skip the end and all that was not quiet after it.
    for _ in 0..3 {
        if !quiet.contains(zone.to_datetime(moment).time()) {
            break;
        }
        moment = next(moment, quiet.until, None, zone);
    }
    moment
}

/// The first moment after `now` when clocks show the time (on the day of the week, if one is asked
/// for). A time that a change of clocks skips comes as much later; one that it repeats comes twice.
fn next(now: Timestamp, time: Time, day: Option<Weekday>, zone: &TimeZone) -> Timestamp {
    let today = zone.to_datetime(now).date();
    // From yesterday: what was skipped then may still be to come. Two weeks hold any day of the week.
    (-1..14)
        .filter_map(|days| today.checked_add(days.days()).ok())
        .filter(|date| day.is_none_or(|day| date.weekday() == day))
        .flat_map(|date| {
            let shown = zone.to_ambiguous_timestamp(date.to_datetime(time));
            [shown.compatible(), shown.later()]
        })
        .flatten()
        .filter(|moment| *moment > now)
        .min()
        // Only at the end of all dates there is none.
        .unwrap_or(now)
}

mod weekday {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(day: &Weekday, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i8(day.to_monday_one_offset())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Weekday, D::Error> {
        Weekday::from_monday_one_offset(i8::deserialize(from)?).map_err(D::Error::custom)
    }
}
