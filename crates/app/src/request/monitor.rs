//! Watching what people bring, over all ways by which it comes: by theme, community or way, week by week, beside
//! the weeks before and the same weeks of earlier years, with an early warning.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::request::Channel;
use domain::request::warning::{LOOKED_BACK, Usual, usual};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, ToSpan};
use store::{Connection, SignRow, StoreError};

use crate::App;
use crate::error::AppError;

/// Requests that are counted at once: the newest ones of the time.
const COUNTED_MOST: usize = 500_000;
/// Counting more than this many is kept for a while.
const MANY: usize = 20_000;
const KEPT_MINUTES: i64 = 10;
const CACHED: usize = 8;
/// Earlier years that are looked at, and the days after which the same week comes again.
const YEARS: i64 = 3;
const YEAR: i64 = 364;

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum MonitorBy {
    #[default]
    Theme,
    Community,
    Channel,
}

impl MonitorBy {
    pub const ALL: [Self; 3] = [Self::Theme, Self::Community, Self::Channel];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Community => "community",
            Self::Channel => "channel",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == text)
    }
}

/// What is asked: so many weeks up to the one that holds a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonitorQuestion {
    pub last: Date,
    pub weeks: usize,
    pub by: MonitorBy,
    pub category: Option<Code>,
    /// An area with all below it; empty: everywhere.
    pub areas: Vec<Code>,
    pub channel: Option<Channel>,
}

/// Requests and people of a week. Where nobody knows who asked, each request is one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub requests: u32,
    pub people: u32,
}

/// One theme, community or way.
#[derive(Debug, Clone, PartialEq)]
pub struct MonitorLine {
    /// Its code; empty where it is not known.
    pub group: String,
    pub weeks: Vec<Count>,
    pub all: Count,
    /// As many weeks before, as far as the register reaches back to them.
    pub before: Option<Count>,
    /// Requests of the same weeks, one, two and three years before: nothing where the register does not reach back.
    pub years: Vec<Option<u32>>,
    /// The last whole week beside what is usual.
    pub usual: Option<Usual>,
    pub warns: bool,
}

/// What a time's requests come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    /// The Monday of each week.
    pub weeks: Vec<Date>,
    /// The place of the last whole week.
    pub judged: Option<usize>,
    pub all: MonitorLine,
    /// The most people first.
    pub lines: Vec<MonitorLine>,
    /// Requests that were counted, and when.
    pub counted: usize,
    pub at: DateTime,
    /// The first day of the register.
    pub since: Option<Date>,
    /// The same weeks of earlier years, in all, week by week: one year before.
    pub year_before: Option<Vec<u32>>,
}

/// The last answers, while they hold.
#[derive(Debug, Default)]
pub(crate) struct MonitorCache(BTreeMap<(Code, MonitorQuestion), Arc<Monitor>>);

fn monday(day: Date) -> Date {
    let back = day.weekday().since(Weekday::Monday);
    day.saturating_sub(i64::from(back).days())
}

fn weeks_after(first: Date, number: i64) -> Date {
    first.saturating_add(Span::new().days(7 * number))
}

/// Requests and people, each person once.
#[derive(Debug, Default, Clone)]
struct Tally<'a> {
    requests: u32,
    known: BTreeSet<&'a str>,
    unknown: u32,
}

impl<'a> Tally<'a> {
    fn add(&mut self, row: &'a SignRow) {
        self.requests += 1;
        if row.asker.is_empty() {
            self.unknown += 1;
        } else {
            self.known.insert(&row.asker);
        }
    }

    fn count(&self) -> Count {
        Count { requests: self.requests, people: self.known.len() as u32 + self.unknown }
    }
}

/// The tallies of one group: week by week from the first that is read, and over both times as a whole.
#[derive(Debug, Clone)]
struct Group<'a> {
    weeks: Vec<Tally<'a>>,
    all: Tally<'a>,
    before: Tally<'a>,
    years: Vec<u32>,
}

/// How the weeks that are read lie: the first of them, how many there are, how many are shown.
#[derive(Debug, Clone, Copy)]
struct Weeks {
    first: Date,
    read: usize,
    shown: usize,
}

impl Weeks {
    fn week(&self, day: Date) -> Option<usize> {
        let days = (day - self.first).get_days();
        usize::try_from(days / 7).ok().filter(|week| days >= 0 && *week < self.read)
    }
}

impl MonitorQuestion {
    fn takes(&self, row: &SignRow) -> bool {
        self.category.as_ref().is_none_or(|code| row.category.as_ref() == Some(code))
            && (self.areas.is_empty() || row.area.as_ref().is_some_and(|area| self.areas.contains(area)))
            && self.channel.is_none_or(|channel| row.channel == channel)
    }

    fn group<'a>(&self, row: &'a SignRow) -> &'a str {
        match self.by {
            MonitorBy::Theme => row.category.as_ref().map_or("", Code::as_str),
            MonitorBy::Community => row.area.as_ref().map_or("", Code::as_str),
            MonitorBy::Channel => row.channel.as_str(),
        }
    }
}

fn counted(
    question: &MonitorQuestion,
    span: Weeks,
    rows: &[SignRow],
    years: &[Option<Vec<SignRow>>],
    since: Option<Date>,
    at: DateTime,
) -> Monitor {
    let hidden = span.read - span.shown;
    let empty = || Group {
        weeks: vec![Tally::default(); span.read],
        all: Tally::default(),
        before: Tally::default(),
        years: vec![0; years.len()],
    };
    let mut total = empty();
    let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    let earlier = hidden.saturating_sub(span.shown);
    for row in rows.iter().filter(|row| question.takes(row)) {
        let Some(week) = span.week(row.on) else { continue };
        let own = groups.entry(question.group(row)).or_insert_with(empty);
        for group in [own, &mut total] {
            group.weeks[week].add(row);
            if week >= hidden {
                group.all.add(row);
            } else if week >= earlier {
                group.before.add(row);
            }
        }
    }
    let mut year_before: Option<Vec<u32>> = None;
    for (at, rows) in years.iter().enumerate() {
        let Some(rows) = rows else { continue };
        let mut weeks = vec![0u32; span.shown];
        for row in rows.iter().filter(|row| question.takes(row)) {
            let same = row.on.saturating_add(Span::new().days(YEAR * (at as i64 + 1)));
            let Some(week) = span.week(same).and_then(|week| week.checked_sub(hidden)) else { continue };
            weeks[week] += 1;
            total.years[at] += 1;
            groups.entry(question.group(row)).or_insert_with(empty).years[at] += 1;
        }
        if at == 0 {
            year_before = Some(weeks);
        }
    }
    let shown_from = weeks_after(span.first, hidden as i64);
    // The week that is still under way is not held against whole ones.
    let judged = (0..span.shown)
        .rev()
        .find(|week| weeks_after(shown_from, *week as i64 + 1).saturating_sub(1.days()) <= question.last);
    let reaches = |day: Date| since.is_some_and(|since| since <= day);
    // Weeks before the register began are none.
    let first_known = (0..span.read).find(|week| reaches(weeks_after(span.first, *week as i64)));
    let line = |group: &str, held: &Group<'_>| {
        let counts: Vec<Count> = held.weeks.iter().map(Tally::count).collect();
        let place = judged.map(|week| week + hidden);
        let usual = place.zip(first_known).and_then(|(place, first)| {
            let people: Vec<u32> = counts.get(first..place)?.iter().map(|count| count.people).collect();
            usual(&people)
        });
        let warns = place.zip(usual).is_some_and(|(place, usual)| usual.is_exceeded_by(counts[place].people));
        MonitorLine {
            group: group.to_owned(),
            weeks: counts[hidden..].to_vec(),
            all: held.all.count(),
            before: reaches(weeks_after(span.first, earlier as i64)).then(|| held.before.count()),
            years: years
                .iter()
                .zip(&held.years)
                .map(|(rows, count)| rows.is_some().then_some(*count))
                .collect(),
            usual,
            warns,
        }
    };
    let mut lines: Vec<MonitorLine> = groups
        .iter()
        .filter(|(_, held)| held.all.requests > 0)
        .map(|(group, held)| line(group, held))
        .collect();
    lines.sort_by(|a, b| b.all.people.cmp(&a.all.people).then_with(|| a.group.cmp(&b.group)));
    Monitor {
        weeks: (0..span.shown).map(|week| weeks_after(shown_from, week as i64)).collect(),
        judged,
        all: line("", &total),
        lines,
        counted: rows.len(),
        at,
        since,
        year_before,
    }
}

impl App {
    /// What came in week by week, beside what came before.
    pub async fn monitor(&self, plan: &Code, question: MonitorQuestion) -> Result<Arc<Monitor>, AppError> {
        let at = self.wall_second();
        let key = (plan.clone(), question.clone());
        let fresh = |held: &Monitor| {
            held.counted > MANY && at <= held.at.saturating_add(Span::new().minutes(KEPT_MINUTES))
        };
        if let Some(held) = self.monitor_cache().0.get(&key).filter(|held| fresh(held)).cloned() {
            return Ok(held);
        }
        let shown = question.weeks.clamp(1, 53);
        let read = shown + shown.max(LOOKED_BACK);
        let last = monday(question.last);
        let first = weeks_after(last, 1 - read as i64);
        let span = Weeks { first, read, shown };
        let shown_from = weeks_after(last, 1 - shown as i64);
        let (wanted, to) = (plan.clone(), question.last);
        let (since, rows, years) = self
            .database()
            .read_async(move |c: &mut Connection| {
                let since = c.first_request(&wanted)?;
                let rows = c.request_signs(&wanted, (first, to), COUNTED_MOST)?;
                let mut years = Vec::new();
                for year in 1..=YEARS {
                    let back = Span::new().days(YEAR * year);
                    let (from, to) = (shown_from.saturating_sub(back), to.saturating_sub(back));
                    // Where the register began later, there is nothing to compare with.
                    years.push(match since.is_some_and(|since| since <= from) {
                        // One that is read in part is nothing to compare with.
                        true => Some(c.request_signs(&wanted, (from, to), COUNTED_MOST)?)
                            .filter(|rows| rows.len() < COUNTED_MOST),
                        false => None,
                    });
                }
                Ok::<_, AppError>((since, rows, years))
            })
            .await?;
        // Of more than are read, the day of the oldest that was read and the time before it are not known.
        let since = match rows.last().filter(|_| rows.len() == COUNTED_MOST) {
            Some(oldest) => since.max(oldest.on.tomorrow().ok()),
            None => since,
        };
        // Hundreds of thousands are counted beside the reading, not where others wait.
        let made = tokio::task::spawn_blocking(move || counted(&question, span, &rows, &years, since, at))
            .await
            .map_err(|_| StoreError::Stopped)?;
        let made = Arc::new(made);
        let mut cache = self.monitor_cache();
        if cache.0.len() >= CACHED {
            cache.0.clear();
        }
        cache.0.insert(key, made.clone());
        Ok(made)
    }

    fn monitor_cache(&self) -> std::sync::MutexGuard<'_, MonitorCache> {
        self.inner.monitors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
