//! Reports of the hotline: what came in in a day, a week, a month or some days, drafted with its numbers, written on
//! by people, and issued like every report of a matter of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::code::Code;
use domain::item::kind::Series;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::report::{Part, Period, RequestTable, Rhythm, Tabled, TabledRow};
use domain::request::warning::LEAST_WEEKS;
use domain::source::Source;
use jiff::Span;
use jiff::civil::Date;
use store::{Connection, RateBy, SignRow};
use words::Lang;

use super::monitor::{COUNTED_MOST, MonitorBy, MonitorQuestion};
use super::rates::RateQuestion;
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;
use crate::study::Subjected;

/// Rows of one table: the rest is told by its number.
const ROWS_MOST: usize = 40;
/// Matters of one report, and the days in which they are looked for.
const MATTERS: usize = 10;
const MATTER_DAYS: i64 = 30;

/// What a report of the hotline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HotlineSpan {
    Day(Date),
    /// The week and the month that a day lies in.
    Week(Date),
    Month(Date),
    Days(Date, Date),
}

impl HotlineSpan {
    pub fn days(self) -> (Date, Date) {
        let of = |rhythm, day| {
            let period = Period::containing(rhythm, day);
            (period.from, period.to)
        };
        match self {
            Self::Day(day) => (day, day),
            Self::Week(day) => of(Rhythm::Week, day),
            Self::Month(day) => of(Rhythm::Month, day),
            Self::Days(from, to) => (from, to.max(from)),
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Day(_) => "hotline-day",
            Self::Week(_) => "hotline-week",
            Self::Month(_) => "hotline-month",
            Self::Days(..) => "hotline-days",
        }
    }
}

fn both(key: &str, args: &[(&str, &str)]) -> Named {
    Named::new(words::with(Lang::Zh, key, args), words::with(Lang::En, key, args))
}

/// Requests and people of each group.
fn tallies<'a>(rows: &'a [SignRow], group: impl Fn(&'a SignRow) -> &'a str) -> BTreeMap<&'a str, (u32, u32)> {
    let mut out: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for row in rows {
        let group = group(row);
        let held = out.entry(group).or_default();
        held.0 += 1;
        // Where nobody knows who asked, each request is one person.
        if row.asker.is_empty() || seen.insert((group, &row.asker)) {
            held.1 += 1;
        }
    }
    out
}

fn group_of(shows: Tabled, row: &SignRow) -> &str {
    match shows {
        Tabled::Channels => row.channel.as_str(),
        Tabled::Communities => row.area.as_ref().map_or("", Code::as_str),
        _ => row.category.as_ref().map_or("", Code::as_str),
    }
}

fn name_of(portfolio: &Portfolio, shows: Tabled, group: &str) -> Named {
    let unknown = || both("monitor-unknown", &[]);
    if group.is_empty() {
        return unknown();
    }
    let held = match shows {
        Tabled::Channels => return both(&format!("request-channel-{}", group.replace('_', "-")), &[]),
        Tabled::Communities => {
            Code::new(group).ok().and_then(|code| portfolio.areas.get(&code)).map(|area| area.name.clone())
        }
        Tabled::Units => {
            Code::new(group).ok().and_then(|code| portfolio.units.get(&code)).map(|unit| unit.name.clone())
        }
        _ => portfolio.plan.request_category(group).map(|held| held.name.clone()),
    };
    held.unwrap_or_else(|| Named::new(group, group))
}

/// Counts by group, the most first, with what came in as many days before, and their sum.
fn counted(portfolio: &Portfolio, shows: Tabled, now: &[SignRow], before: &[SignRow]) -> Vec<TabledRow> {
    let (own, earlier) =
        (tallies(now, |row| group_of(shows, row)), tallies(before, |row| group_of(shows, row)));
    let mut groups: Vec<(&str, (u32, u32))> = own.iter().map(|(group, count)| (*group, *count)).collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let left = groups.len().saturating_sub(ROWS_MOST);
    let line = |requests: u32, people: u32, before: u32| {
        vec![requests.to_string(), people.to_string(), before.to_string()]
    };
    let mut rows: Vec<TabledRow> = groups
        .iter()
        .take(ROWS_MOST)
        .map(|(group, (requests, people))| TabledRow {
            name: name_of(portfolio, shows, group),
            code: (*group).to_owned(),
            cells: line(*requests, *people, earlier.get(group).map_or(0, |held| held.0)),
        })
        .collect();
    if left > 0 {
        let rest = groups[ROWS_MOST..].iter().fold((0, 0), |sum, (_, it)| (sum.0 + it.0, sum.1 + it.1));
        rows.push(TabledRow {
            name: both("hotline-rest", &[("count", &left.to_string())]),
            code: String::new(),
            cells: vec![rest.0.to_string(), rest.1.to_string(), "—".into()],
        });
    }
    let all = tallies(now, |_| "").get("").copied().unwrap_or_default();
    rows.push(TabledRow {
        name: both("monitor-all", &[]),
        code: String::new(),
        cells: line(all.0, all.1, before.len() as u32),
    });
    rows
}

impl App {
    /// What a table of a report says now.
    pub(crate) async fn request_table(
        &self,
        plan: &Code,
        portfolio: &Portfolio,
        table: &RequestTable,
    ) -> Result<Vec<TabledRow>, AppError> {
        let (from, to) = (table.from, table.to);
        match table.shows {
            Tabled::Units => {
                let question = RateQuestion { from, to, by: RateBy::Unit };
                let found = self.request_rates(plan, question, Asked::default()).await?;
                let percent = |share: domain::request::rate::Share| {
                    share.percent().map_or_else(|| "—".to_owned(), |value| format!("{value}%"))
                };
                let lines = found.iter().flat_map(|found| &found.lines).take(ROWS_MOST);
                Ok(lines
                    .map(|line| TabledRow {
                        name: name_of(portfolio, Tabled::Units, &line.group),
                        code: line.group.clone(),
                        cells: vec![
                            line.rates.tally.due.to_string(),
                            percent(line.rates.response),
                            percent(line.rates.resolution),
                            percent(line.rates.satisfaction),
                            line.score.map_or_else(|| "—".to_owned(), |score| score.to_string()),
                        ],
                    })
                    .collect())
            }
            Tabled::Hot => {
                let since = from.min(to.saturating_sub(Span::new().days(MATTER_DAYS - 1)));
                let found = self.hot_matters(plan, since, to).await?;
                Ok(found
                    .matters
                    .iter()
                    .filter(|matter| matter.last.date() >= from)
                    .take(MATTERS)
                    .map(|matter| TabledRow {
                        name: Named::new(matter.title.clone(), ""),
                        code: matter.key.to_string(),
                        cells: vec![
                            matter.people.to_string(),
                            matter.requests.len().to_string(),
                            matter.first.date().to_string(),
                            matter.last.date().to_string(),
                        ],
                    })
                    .collect())
            }
            shows => {
                let days = from.until(to).map_or(0, |span| span.get_days()) + 1;
                let back = |day: Date| day.saturating_sub(Span::new().days(i64::from(days)));
                let (earlier, plan) = ((back(from), back(to)), plan.clone());
                let (now, before) = self
                    .database()
                    .read_async(move |c: &mut Connection| {
                        Ok::<_, AppError>((
                            c.request_signs(&plan, (from, to), COUNTED_MOST)?,
                            c.request_signs(&plan, earlier, COUNTED_MOST)?,
                        ))
                    })
                    .await?;
                Ok(counted(portfolio, shows, &now, &before))
            }
        }
    }

    /// Drafts a report of the hotline. Its numbers are asked for whenever the draft is looked at, and frozen when it
    /// is issued; what is written in it people may change.
    pub async fn draft_hotline(
        &self,
        actor: &Actor,
        plan: &Code,
        span: HotlineSpan,
        source: &Source,
    ) -> Result<Code, AppError> {
        let (from, to) = span.days();
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let table = |key: &str, shows| RequestTable { title: both(key, &[]), shows, from, to, found: None };
        let part = |key: &str, text: Named, tables: Vec<RequestTable>| Part {
            title: both(key, &[]),
            text,
            exhibits: Vec::new(),
            tables,
        };
        let themes = table("hotline-themes", Tabled::Themes);
        let found = self.request_table(plan, &portfolio, &themes).await?;
        let overview = overview(&found);
        let warned = self.warned(plan, to.min(self.clock().today()), &portfolio).await?;
        let mut parts = vec![
            part(
                "hotline-part-overview",
                overview,
                vec![table("hotline-channels", Tabled::Channels), themes],
            ),
            part(
                "hotline-part-communities",
                Named::default(),
                vec![table("hotline-communities", Tabled::Communities)],
            ),
            part("hotline-part-rates", Named::default(), vec![table("hotline-units", Tabled::Units)]),
            part("hotline-part-hot", warned, vec![table("hotline-hot", Tabled::Hot)]),
            part("hotline-part-proposals", Named::default(), Vec::new()),
        ];
        if let HotlineSpan::Month(_) = span {
            let said = self.theme_said(plan, from, &portfolio).await?;
            parts.insert(parts.len() - 1, part("hotline-part-theme", said, Vec::new()));
        }
        let days = [("from", &*from.to_string()), ("to", &*to.to_string())];
        let subjected = Subjected {
            series: Series::Special,
            name: both(span.key(), &days),
            period: (from, to),
            about: None,
        };
        self.draft_study(actor, plan, subjected, parts, source).await
    }

    /// The themes of a month that everybody may read, with what came in of them.
    async fn theme_said(&self, plan: &Code, month: Date, portfolio: &Portfolio) -> Result<Named, AppError> {
        let mut lines: Vec<Named> = Vec::new();
        for item in self.public_themes(plan).await? {
            let Some(theme) = item.theme.as_ref().filter(|theme| theme.month == month) else { continue };
            let figures = self.theme_figures(plan, &item).await?;
            let of = |wanted: Date| figures.iter().find(|it| it.month == wanted).map(|it| it.requests);
            let before = month.saturating_sub(Span::new().months(1));
            let unit = item.lead_unit.as_ref().map(Code::as_str).unwrap_or_default();
            let unit = name_of(portfolio, Tabled::Units, unit);
            let said = |lang: Lang| {
                let english = lang.is_english();
                let month = month.strftime("%Y-%m").to_string();
                let args = [
                    ("month", month.as_str()),
                    ("name", item.name.get(english)),
                    ("unit", unit.get(english)),
                    ("about", theme.about.get(english)),
                ];
                let mut out = words::with(lang, "hotline-theme-said", &args);
                if let (Some(now), Some(before)) = (of(theme.month), of(before)) {
                    let args = [("now", &*now.to_string()), ("before", &*before.to_string())];
                    out.push_str(if english { " " } else { "" });
                    out.push_str(&words::with(lang, "hotline-theme-result", &args));
                }
                out
            };
            lines.push(Named::new(said(Lang::Zh), said(Lang::En)));
        }
        if lines.is_empty() {
            return Ok(both("hotline-theme-none", &[]));
        }
        let joined = |of: fn(&Named) -> &str| lines.iter().map(of).collect::<Vec<_>>().join("\n");
        Ok(Named::new(joined(|line| &line.zh), joined(|line| &line.en)))
    }

    /// What the early warning says on a day, in both languages.
    async fn warned(&self, plan: &Code, last: Date, portfolio: &Portfolio) -> Result<Named, AppError> {
        let question = MonitorQuestion {
            last,
            weeks: LEAST_WEEKS,
            by: MonitorBy::Theme,
            category: None,
            areas: Vec::new(),
            channel: None,
        };
        let found = self.monitor(plan, question).await?;
        let lines: Vec<Named> = found
            .lines
            .iter()
            .filter(|line| line.warns)
            .filter_map(|line| {
                let (usual, week) = (line.usual?, line.weeks.get(found.judged?)?);
                let name = name_of(portfolio, Tabled::Themes, &line.group);
                let said = |lang, name: &str| {
                    let args = [
                        ("name", name),
                        ("people", &*week.people.to_string()),
                        ("mean", &*format!("{:.1}", usual.mean)),
                        ("limit", &*usual.limit.to_string()),
                    ];
                    words::with(lang, "hotline-warned", &args)
                };
                Some(Named::new(said(Lang::Zh, &name.zh), said(Lang::En, name.get(true))))
            })
            .collect();
        if lines.is_empty() {
            return Ok(both("monitor-warnings-none", &[]));
        }
        let joined = |of: fn(&Named) -> &str| lines.iter().map(of).collect::<Vec<_>>().join("\n");
        Ok(Named::new(joined(|line| &line.zh), joined(|line| &line.en)))
    }
}

/// The first sentence of a report: how many came in, and what most were about.
fn overview(found: &[TabledRow]) -> Named {
    let Some((all, groups)) = found.split_last() else { return Named::default() };
    let first: Vec<&TabledRow> = groups.iter().filter(|row| !row.code.is_empty()).take(3).collect();
    let said = |lang: Lang, comma: &str| {
        let named: Vec<String> =
            first.iter().map(|row| format!("{} {}", row.name.get(lang.is_english()), row.cells[0])).collect();
        let args = [
            ("count", all.cells[0].as_str()),
            ("people", all.cells[1].as_str()),
            ("before", all.cells[2].as_str()),
            ("most", &*named.join(comma)),
        ];
        words::with(lang, if first.is_empty() { "hotline-nothing" } else { "hotline-overview" }, &args)
    };
    Named::new(said(Lang::Zh, "、"), said(Lang::En, ", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::request::Channel;
    use jiff::civil::date;

    fn sign(category: &str, asker: &str) -> SignRow {
        SignRow {
            on: date(2019, 8, 14),
            category: Code::new(category).ok(),
            area: None,
            channel: Channel::Hotline,
            asker: asker.to_owned(),
        }
    }

    #[test]
    fn people_are_counted_once_a_group_and_unknown_ones_each() {
        let rows = [
            sign("parking", "a"),
            sign("parking", "a"),
            sign("parking", ""),
            sign("parking", ""),
            sign("noise", "a"),
            sign("", "b"),
        ];
        let found = tallies(&rows, |row| group_of(Tabled::Themes, row));
        assert_eq!(found.get("parking"), Some(&(4, 3)));
        assert_eq!(found.get("noise"), Some(&(1, 1)));
        assert_eq!(found.get(""), Some(&(1, 1)));
        // Over all, whoever asked about two things is one person.
        assert_eq!(tallies(&rows, |_| "").get(""), Some(&(6, 4)));
    }

    #[test]
    fn spans_are_those_of_the_calendar() {
        let day = date(2019, 8, 14);
        assert_eq!(HotlineSpan::Week(day).days(), (date(2019, 8, 12), date(2019, 8, 18)));
        assert_eq!(HotlineSpan::Month(day).days(), (date(2019, 8, 1), date(2019, 8, 31)));
        assert_eq!(HotlineSpan::Days(day, date(2019, 8, 1)).days(), (day, day));
    }
}
