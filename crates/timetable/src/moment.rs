//! Time as whole minutes of local civil time.
//!
//! A timetable never needs a time zone: working hours, holidays and promises are all local. Civil dates
//! appear only at the edges, so the engine keeps one integer per instant.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Minutes in a civil day.
pub const DAY: i64 = 1440;

/// The first day this crate accepts in any input, 1900-01-01.
pub const FIRST_DAY: Day = Day(-25_567);
/// The last day this crate accepts in any input, 2299-12-31.
pub const LAST_DAY: Day = Day(120_529);

/// An instant of local civil time: minutes since 1970-01-01 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

/// A civil date: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

/// A date or date-time that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("“{text}” is not a date: write YYYY-MM-DD or YYYY-MM-DDTHH:MM, between 1900 and 2299")]
pub struct NotADate {
    pub text: String,
}

impl Moment {
    /// The instant `minutes` after 1970-01-01 00:00 (negative: before).
    pub const fn from_minutes(minutes: i64) -> Moment {
        Moment(minutes)
    }

    /// Minutes since 1970-01-01 00:00.
    pub const fn minutes(self) -> i64 {
        self.0
    }

    /// The civil date this instant lies on.
    pub fn day(self) -> Day {
        // Every Moment the engine makes lies within a few millennia; the clamp keeps the cast total.
        Day(self.0.div_euclid(DAY).clamp(i32::MIN as i64, i32::MAX as i64) as i32)
    }

    /// Minutes since midnight, 0 … 1439.
    pub fn minute_of_day(self) -> i64 {
        self.0.rem_euclid(DAY)
    }

    /// Whether the instant lies in the span this crate accepts as input.
    pub fn in_range(self) -> bool {
        (FIRST_DAY..=LAST_DAY).contains(&self.day())
    }

    /// Reads a promise: a date-time as it stands, a bare date as the end of that day.
    pub fn parse_promise(text: &str) -> Result<Moment, NotADate> {
        match text.parse::<Day>() {
            Ok(day) => Ok(day.next().start()),
            Err(_) => text.parse(),
        }
    }
}

impl Day {
    /// The date with these numbers, if there is one.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil.
        let y = i64::from(year) - i64::from(month <= 2);
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month_from_march = (i64::from(month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        i32::try_from(era * 146_097 + day_of_era - 719_468).ok().map(Day)
    }

    /// Year, month (1 … 12) and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        let shifted = i64::from(self.0) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year as i32, month, day)
    }

    /// Midnight at which the day begins.
    pub fn start(self) -> Moment {
        Moment(i64::from(self.0) * DAY)
    }

    /// The instant `minute` minutes after the midnight at which the day begins.
    pub fn at(self, minute: i64) -> Moment {
        Moment(i64::from(self.0) * DAY + minute)
    }

    /// The day after.
    pub fn next(self) -> Day {
        Day(self.0.saturating_add(1))
    }

    /// 0 = Monday … 6 = Sunday.
    pub fn weekday(self) -> usize {
        (i64::from(self.0) + 3).rem_euclid(7) as usize
    }
}

/// Number of days of a month (1 … 12) in the Gregorian calendar.
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Day {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Day, NotADate> {
        let error = || NotADate { text: text.chars().take(40).collect() };
        let mut parts = text.trim().splitn(3, '-');
        let mut number = |digits: usize| -> Option<i32> {
            let part = parts.next()?;
            (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?
        };
        let (year, month, day) = match (number(4), number(2), number(2)) {
            (Some(y), Some(m), Some(d)) => (y, m as u32, d as u32),
            _ => return Err(error()),
        };
        Day::new(year, month, day).filter(|d| (FIRST_DAY..=LAST_DAY).contains(d)).ok_or_else(error)
    }
}

impl FromStr for Moment {
    type Err = NotADate;

    /// Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM[:SS[.fff]]` or the same with a blank for the T. Seconds are dropped.
    fn from_str(text: &str) -> Result<Moment, NotADate> {
        let error = || NotADate { text: text.chars().take(40).collect() };
        let text = text.trim();
        let Some((date, time)) = text.split_once(['T', ' ']) else {
            return text.parse::<Day>().map(Day::start);
        };
        let day: Day = date.parse().map_err(|_| error())?;
        let minute = parse_clock(time).ok_or_else(error)?;
        Ok(day.at(minute))
    }
}

/// Minutes since midnight of `HH:MM[:SS[.fff]]`, 00:00 … 24:00.
pub fn parse_clock(text: &str) -> Option<i64> {
    let mut parts = text.trim().splitn(3, ':');
    let mut number = || -> Option<i64> {
        let part = parts.next()?;
        ((1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let (hour, minute) = (number()?, number()?);
    if let Some(seconds) = parts.next() {
        let whole = seconds.split('.').next().unwrap_or_default();
        if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) || whole.parse::<u32>().ok()? > 59 {
            return None;
        }
    }
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some(total)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Moment {
    /// `YYYY-MM-DDTHH:MM`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.minute_of_day();
        write!(f, "{}T{:02}:{:02}", self.day(), minute / 60, minute % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_round_trips_and_follows_its_predecessor() {
        let mut weekday = FIRST_DAY.weekday();
        for n in FIRST_DAY.0..=LAST_DAY.0 {
            let (y, m, d) = Day(n).ymd();
            assert_eq!(Day::new(y, m, d), Some(Day(n)));
            assert_eq!(Day(n).weekday(), weekday);
            weekday = (weekday + 1) % 7;
        }
        assert_eq!(FIRST_DAY.to_string(), "1900-01-01");
        assert_eq!(LAST_DAY.to_string(), "2299-12-31");
        assert_eq!(Day::new(2019, 8, 14).map(Day::weekday), Some(2));
    }

    #[test]
    fn reads_and_writes_date_times() {
        let t: Moment = "2019-08-15T08:30:59".parse().unwrap();
        assert_eq!(t.to_string(), "2019-08-15T08:30");
        assert_eq!("2019-08-15 08:30".parse(), Ok(t));
        assert_eq!("2019-08-15".parse::<Moment>().unwrap().to_string(), "2019-08-15T00:00");
        assert_eq!(Moment::parse_promise("2019-08-15").unwrap().to_string(), "2019-08-16T00:00");
        for bad in [
            "",
            "2019-13-01",
            "2019-02-29",
            "2019-8-15",
            "1899-12-31",
            "2019-08-15T25:00",
            "NA",
            "２０１９-08-15",
        ] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
    }

    #[test]
    fn instants_before_1970_keep_their_day() {
        let t: Moment = "1969-12-31T23:59".parse().unwrap();
        assert_eq!(t.minutes(), -1);
        assert_eq!(t.day().to_string(), "1969-12-31");
    }
}
