//! The clock, given from outside: the program's rules never look at the machine's.

use std::sync::Mutex;
use std::sync::PoisonError;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    /// The zone whose calendar days the plan keeps.
    fn zone(&self) -> &TimeZone;

    fn today(&self) -> Date {
        self.zone().to_datetime(self.now()).date()
    }

    /// The moment a calendar day ends: what was known "at" a day is known by then.
    fn end_of(&self, day: Date) -> Timestamp {
        let next = day.tomorrow().unwrap_or(day);
        self.zone().to_timestamp(next.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
    }
}

/// The machine's clock.
pub struct SystemClock {
    zone: TimeZone,
}

impl SystemClock {
    /// Beijing's calendar, unless another zone is named.
    pub fn new(zone: Option<&str>) -> Result<Self, jiff::Error> {
        Ok(Self { zone: TimeZone::get(zone.unwrap_or("Asia/Shanghai"))? })
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that looks at the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

/// A clock that is set by hand: for playing a plan's past, and for tests.
pub struct FixedClock {
    now: Mutex<Timestamp>,
    zone: TimeZone,
}

impl FixedClock {
    pub fn new(now: Timestamp) -> Result<Self, jiff::Error> {
        Ok(Self { now: Mutex::new(now), zone: TimeZone::get("Asia/Shanghai")? })
    }

    /// Nine in the morning of a day.
    pub fn morning(day: Date) -> Result<Self, jiff::Error> {
        let clock = Self::new(Timestamp::UNIX_EPOCH)?;
        clock.set_morning(day)?;
        Ok(clock)
    }

    pub fn set(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    pub fn set_morning(&self, day: Date) -> Result<(), jiff::Error> {
        self.set(self.zone.to_timestamp(day.at(9, 0, 0, 0))?);
        Ok(())
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
