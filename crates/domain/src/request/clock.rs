//! Clocks that may stand still: a limit in hours, days or working days, and the pauses within it.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::kind::ClockKind;
use crate::code::Code;
use crate::workday;

/// How long there is. Hours run round the clock; days end at midnight of the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeLimit {
    Hours(u16),
    Days(u16),
    WorkingDays(u16),
}

/// A stretch in which the clock stood still; it may not have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: DateTime,
    pub to: Option<DateTime>,
}

/// A limit as it was set: it stays what it was when the rules change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub clock: ClockKind,
    /// The rule that set it.
    pub preset: Code,
    pub limit: TimeLimit,
    pub from: DateTime,
}

/// The last second of a day.
pub fn end_of(day: Date) -> DateTime {
    day.at(23, 59, 59, 0)
}

fn days_between(from: Date, to: Date) -> i32 {
    workday::day(to).0 - workday::day(from).0
}

fn plus_days(from: Date, days: i32) -> Date {
    from.saturating_add(Span::new().days(days))
}

impl TimeLimit {
    /// Reads `24h`, `7d` or `5wd`, also in Chinese: `24小时`, `7天`, `5个工作日`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit())?;
        let count: u16 = text[..split].parse().ok().filter(|count| *count > 0)?;
        match text[split..].trim() {
            "h" | "小时" | "时" => Some(Self::Hours(count)),
            "d" | "天" | "日" => Some(Self::Days(count)),
            "wd" | "个工作日" | "工作日" => Some(Self::WorkingDays(count)),
            _ => None,
        }
    }

    /// The last moment that keeps the limit. What had run before a pause stays run: after it there is as
    /// much left as there was, in the limit's own unit. A pause that has not ended does not count yet.
    pub fn due(self, from: DateTime, pauses: &[Pause]) -> DateTime {
        let (mut at, mut left) = (from, Left::of(self));
        for pause in pauses {
            let Some(end) = pause.to else { break };
            let start = pause.from.max(at);
            // What ran out before a pause stays as it ran out.
            if start > left.end(at) {
                break;
            }
            if end > start {
                left = left.without(at, start);
                at = end;
            }
        }
        left.end(at)
    }

    /// How it is written: `24h`, `7d`, `5wd`.
    pub fn to_text(self) -> String {
        match self {
            Self::Hours(count) => format!("{count}h"),
            Self::Days(count) => format!("{count}d"),
            Self::WorkingDays(count) => format!("{count}wd"),
        }
    }
}

impl Clock {
    pub fn due(&self, pauses: &[Pause]) -> DateTime {
        self.limit.due(self.from, pauses)
    }
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy)]
enum Left {
    Seconds(i64),
    Days(i32),
    WorkingDays(i32),
}

impl Left {
    fn of(limit: TimeLimit) -> Self {
        match limit {
            TimeLimit::Hours(hours) => Self::Seconds(i64::from(hours) * 3_600),
            TimeLimit::Days(days) => Self::Days(i32::from(days)),
            TimeLimit::WorkingDays(days) => Self::WorkingDays(i32::from(days)),
        }
    }

    /// The last moment when it runs on from here without a pause.
    fn end(self, from: DateTime) -> DateTime {
        match self {
            Self::Seconds(seconds) => from.saturating_add(Span::new().seconds(seconds)),
            Self::Days(days) => end_of(plus_days(from.date(), days)),
            Self::WorkingDays(days) => end_of(workday::nth(from.date(), days)),
        }
    }

    /// What is left once it has run from one moment to another.
    fn without(self, from: DateTime, to: DateTime) -> Self {
        match self {
            Self::Seconds(seconds) => Self::Seconds(seconds - from.duration_until(to).as_secs()),
            Self::Days(days) => Self::Days(days - days_between(from.date(), to.date())),
            Self::WorkingDays(days) => Self::WorkingDays(days - workday::between(from.date(), to.date())),
        }
    }
}
