//! Reports of the hotline: what came in in a day, a week, a month or some days, drafted with its numbers, written on
//! by people, and issued like every report of a matter of its own.

use std::collections::BTreeMap;

use domain::area::AreaLevel;
use domain::code::Code;
use domain::item::kind::Series;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::report::{Part, Period, RequestTable, Rhythm, Tabled, TabledRow, days_before};
use domain::request::rate::{Rates, Share, Tally};
use domain::request::warning::LEAST_WEEKS;
use domain::source::Source;
use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::{Connection, SignTally, StoreError, TallyBy};
use words::Lang;

use super::monitor::{MonitorBy, MonitorQuestion};
use super::rate_lines::RatesBy;
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

/// From which day on the matters of a report on some days are looked for.
pub fn matters_since(from: Date, to: Date) -> Date {
    from.min(to.saturating_sub(Span::new().days(MATTER_DAYS - 1)))
}

fn both(key: &str, args: &[(&str, &str)]) -> Named {
    Named::new(words::with(Lang::Zh, key, args), words::with(Lang::En, key, args))
}

/// What came in in some days: by group, the most first, and over all.
struct CameIn {
    groups: Vec<(String, SignTally)>,
    all: SignTally,
}

fn came_in(c: &mut Connection, plan: &Code, days: (Date, Date), by: TallyBy) -> Result<CameIn, StoreError> {
    Ok(CameIn { groups: c.sign_tallies(plan, days, by)?, all: c.sign_tally(plan, days)? })
}

fn name_of(portfolio: &Portfolio, shows: Tabled, group: &str) -> Named {
    let unknown = || both("monitor-unknown", &[]);
    if group.is_empty() {
        return unknown();
    }
    let held = match shows {
        Tabled::Channels => return both(&format!("request-channel-{}", group.replace('_', "-")), &[]),
        Tabled::Communities => {
            Code::new(group).ok().and_then(|code| portfolio.areas.get(&code)).map(|area| match area.level {
                None | Some(AreaLevel::Community) => area.name.clone(),
                // It stands beside its communities, and is what nobody put into one of them.
                Some(_) => Named::new(
                    words::with(Lang::Zh, "hotline-no-community", &[("area", area.name.get(false))]),
                    words::with(Lang::En, "hotline-no-community", &[("area", area.name.get(true))]),
                ),
            })
        }
        Tabled::Units => {
            Code::new(group).ok().and_then(|code| portfolio.units.get(&code)).map(|unit| unit.name.clone())
        }
        _ => portfolio.plan.request_category(group).map(|held| held.name.clone()),
    };
    held.unwrap_or_else(|| Named::new(group, group))
}

/// Counts by group with what came in in the days or months before, and their sum.
fn counted(portfolio: &Portfolio, shows: Tabled, now: &CameIn, before: &CameIn) -> Vec<TabledRow> {
    let earlier: BTreeMap<&str, u64> =
        before.groups.iter().map(|(group, held)| (group.as_str(), held.requests)).collect();
    let line =
        |now: SignTally, before: String| vec![now.requests.to_string(), now.people.to_string(), before];
    let groups = now.groups.iter().take(ROWS_MOST).map(|(group, held)| TabledRow {
        name: name_of(portfolio, shows, group),
        code: group.clone(),
        cells: line(*held, earlier.get(group.as_str()).copied().unwrap_or_default().to_string()),
    });
    let mut rows: Vec<TabledRow> = groups.collect();
    if let Some(rest) = now.groups.get(ROWS_MOST..).filter(|rest| !rest.is_empty()) {
        // Of several groups people may be the same: they are not added up.
        let requests: u64 = rest.iter().map(|(_, held)| held.requests).sum();
        rows.push(TabledRow {
            name: both("hotline-rest", &[("count", &rest.len().to_string())]),
            code: String::new(),
            cells: vec![requests.to_string(), "—".into(), "—".into()],
        });
    }
    rows.push(TabledRow {
        name: both("monitor-all", &[]),
        code: String::new(),
        cells: line(now.all, before.all.requests.to_string()),
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
                let question = RateQuestion { from, to, by: RatesBy::Unit };
                let found = self.request_rates(plan, question, Asked::default()).await?;
                let percent = |share: Share| {
                    share.percent().map_or_else(|| "—".to_owned(), |value| format!("{value}%"))
                };
                let Some(found) = found else { return Ok(Vec::new()) };
                let row = |name, code: &str, rates: &Rates, score: Option<Decimal>| TabledRow {
                    name,
                    code: code.to_owned(),
                    cells: vec![
                        rates.tally.due.to_string(),
                        percent(rates.response),
                        percent(rates.resolution),
                        percent(rates.satisfaction),
                        score.map_or_else(|| "—".to_owned(), |score| score.to_string()),
                    ],
                };
                let lines = found.lines.iter().take(ROWS_MOST).map(|line| {
                    let name = name_of(portfolio, Tabled::Units, &line.group);
                    row(name, &line.group, &line.rates, line.score)
                });
                let mut rows: Vec<TabledRow> = lines.collect();
                if let Some(rest) = found.lines.get(ROWS_MOST..).filter(|rest| !rest.is_empty()) {
                    let mut tally = Tally::default();
                    rest.iter().for_each(|line| tally.merge(&line.rates.tally));
                    let rates = Rates::of(tally, &found.formula);
                    let name = both("hotline-rest", &[("count", &rest.len().to_string())]);
                    rows.push(row(name, "", &rates, rates.score(&found.formula)));
                }
                rows.push(row(both("monitor-all", &[]), "", &found.all.rates, found.all.score));
                Ok(rows)
            }
            Tabled::Hot => {
                let since = matters_since(from, to);
                let found = self.hot_matters(plan, since, to).await?;
                Ok(found
                    .matters
                    .iter()
                    .filter(|matter| matter.last.date() >= from)
                    .take(MATTERS)
                    .map(|matter| TabledRow {
                        name: matter.name(portfolio),
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
                let (earlier, plan) = (days_before((from, to)), plan.clone());
                let by = match shows {
                    Tabled::Channels => TallyBy::Channel,
                    Tabled::Communities => TallyBy::Area,
                    _ => TallyBy::Category,
                };
                let read = move |c: &mut Connection| {
                    Ok::<_, StoreError>((came_in(c, &plan, (from, to), by)?, came_in(c, &plan, earlier, by)?))
                };
                let (now, before) = self.database().read_async(read).await?;
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
            tables,
            ..Part::of(both(key, &[]), text)
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
    use jiff::civil::date;

    #[test]
    fn spans_are_those_of_the_calendar() {
        let day = date(2019, 8, 14);
        assert_eq!(HotlineSpan::Week(day).days(), (date(2019, 8, 12), date(2019, 8, 18)));
        assert_eq!(HotlineSpan::Month(day).days(), (date(2019, 8, 1), date(2019, 8, 31)));
        assert_eq!(HotlineSpan::Days(day, date(2019, 8, 1)).days(), (day, day));
    }
}
