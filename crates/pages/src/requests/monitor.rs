//! Watching what comes in: week by week, by theme, community or way, beside what came before; every number opens
//! its requests, every picture has its table, and all of it is a file.

use std::fmt::Write as _;
use std::sync::Arc;

use app::request::{Count, Monitor, MonitorBy, MonitorLine, MonitorQuestion, csv_cell};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::Channel;
use jiff::ToSpan;
use jiff::civil::Date;
use sheets::Format;

use super::choices::{self, area_name, category_name, words_of};
use super::list::address;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::tables::attachment;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

/// The weeks that may be looked at.
const WEEKS: [usize; 3] = [13, 26, 52];

/// A number with the list it opens; no address where there is nothing to open.
struct Cell {
    value: u32,
    address: String,
}

struct WeekRow {
    label: String,
    under_way: bool,
    requests: Cell,
    people: u32,
    before: String,
}

struct Row {
    name: String,
    requests: Cell,
    people: u32,
    change: String,
    rising: bool,
    years: Vec<String>,
    usual: String,
    warns: bool,
    bars: String,
    weeks: Vec<Cell>,
}

struct Warned {
    name: String,
    said: String,
    address: String,
}

#[derive(Template)]
#[template(path = "requests/monitor.html")]
struct MonitorPage {
    page: Page,
    typed: Typed,
    by: &'static str,
    bys: Vec<Choice>,
    spans: Vec<usize>,
    weeks: usize,
    categories: Vec<Choice>,
    areas: Vec<Choice>,
    channels: Vec<Choice>,
    said: String,
    season: String,
    csv: String,
    /// Where a report is begun, for those who may.
    report: String,
    warned: Vec<Warned>,
    chart: String,
    week_rows: Vec<WeekRow>,
    heads: Vec<String>,
    year_heads: Vec<String>,
    rows: Vec<Row>,
    all: Row,
    has_before: bool,
}

impl MonitorPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }
}

/// What is asked, by whom and of what.
struct Here {
    visit: Visit,
    plan: Code,
    portfolio: Arc<Portfolio>,
    typed: Typed,
    asked: MonitorQuestion,
}

fn question(typed: &Typed, portfolio: &Portfolio) -> MonitorQuestion {
    let code = |name: &str| Code::new(typed.get(name)).ok();
    MonitorQuestion {
        last: portfolio.view.as_of,
        weeks: typed.get("weeks").parse().ok().filter(|weeks| WEEKS.contains(weeks)).unwrap_or(WEEKS[0]),
        by: MonitorBy::parse(typed.get("by")).unwrap_or_default(),
        category: code("category"),
        areas: code("area").map(|area| portfolio.areas_below(&area)).unwrap_or_default(),
        channel: Channel::parse(typed.get("channel")),
    }
}

impl Here {
    /// Reads what is asked, and what the answer is.
    async fn open(visit: Visit, plan: &str, typed: Typed) -> Result<(Self, Arc<Monitor>), PageError> {
        let plan = known_code(plan)?;
        staff_only(&visit)?;
        let portfolio = visit.portfolio(&plan).await?;
        let asked = question(&typed, &portfolio);
        let found = visit.app.monitor(&plan, asked.clone()).await?;
        Ok((Self { visit, plan, portfolio, typed, asked }, found))
    }

    fn name(&self, line: &MonitorLine) -> String {
        let (lang, code) = (self.visit.lang, Code::new(&line.group).ok());
        match self.asked.by {
            _ if code.is_none() => self.visit.t("monitor-unknown").into_owned(),
            MonitorBy::Theme => category_name(&self.portfolio, code.as_ref(), lang),
            MonitorBy::Community => area_name(&self.portfolio, code.as_ref(), lang),
            MonitorBy::Channel => word(lang, "request-channel", &line.group),
        }
    }

    /// The requests behind a number.
    fn list(&self, group: Option<&MonitorLine>, from: Date, to: Date) -> String {
        let (from, to) = (from.to_string(), to.min(self.asked.last).to_string());
        let name = match self.asked.by {
            MonitorBy::Theme => "category",
            MonitorBy::Community => "area",
            MonitorBy::Channel => "channel",
        };
        let mut changed = vec![("by", ""), ("weeks", ""), ("from", &*from), ("to", &*to)];
        changed.extend(group.map(|line| (name, line.group.as_str())));
        format!("/p/{}/requests?{}", self.plan, address(&self.typed, &changed))
    }

    fn cell(&self, group: Option<&MonitorLine>, count: Count, from: Date, to: Date) -> Cell {
        // The list cannot be asked for what is not known.
        let opens = count.requests > 0 && group.is_none_or(|line| !line.group.is_empty());
        let address = if opens { self.list(group, from, to) } else { String::new() };
        Cell { value: count.requests, address }
    }

    fn row(&self, found: &Monitor, line: &MonitorLine, group: Option<&MonitorLine>) -> Row {
        let visit = &self.visit;
        let (first, last) = (found.weeks.first().copied(), found.weeks.last().copied());
        let (first, last) = (first.unwrap_or(self.asked.last), end(last.unwrap_or(self.asked.last)));
        let change = line.before.map(|before| (i64::from(line.all.requests), i64::from(before.requests)));
        let usual = match (line.usual, found.judged.and_then(|week| line.weeks.get(week))) {
            (Some(usual), Some(week)) => visit.tw(
                "monitor-usual",
                &[
                    ("people", &week.people.to_string()),
                    ("mean", &format!("{:.1}", usual.mean)),
                    ("limit", &usual.limit.to_string()),
                ],
            ),
            _ => visit.t("monitor-too-few-weeks").into_owned(),
        };
        Row {
            name: group.map_or_else(|| visit.t("monitor-all").into_owned(), |line| self.name(line)),
            requests: self.cell(group, line.all, first, last),
            people: line.all.people,
            change: change.map_or_else(
                || visit.t("monitor-none-before").into_owned(),
                |(now, before)| {
                    visit.tw(
                        "monitor-before",
                        &[("count", &before.to_string()), ("change", &signed(now - before))],
                    )
                },
            ),
            rising: change.is_some_and(|(now, before)| now > before),
            years: line.years.iter().flatten().map(u32::to_string).collect(),
            usual,
            warns: line.warns,
            bars: bars(&line.weeks),
            weeks: found
                .weeks
                .iter()
                .zip(&line.weeks)
                .map(|(monday, count)| self.cell(group, *count, *monday, end(*monday)))
                .collect(),
        }
    }

    fn warned(&self, found: &Monitor) -> Vec<Warned> {
        let Some((judged, monday)) = found.judged.and_then(|week| Some((week, *found.weeks.get(week)?)))
        else {
            return Vec::new();
        };
        let groups = found.lines.iter().map(|line| (line, Some(line)));
        let every = std::iter::once((&found.all, None)).chain(groups);
        every
            .filter(|(line, _)| line.warns)
            .filter_map(|(line, group)| {
                let usual = line.usual?;
                let (from, to) = (day(self.visit.lang, monday), day(self.visit.lang, end(monday)));
                let args = [
                    ("from", &*from),
                    ("to", &*to),
                    ("people", &*line.weeks.get(judged)?.people.to_string()),
                    ("mean", &*format!("{:.1}", usual.mean)),
                    ("limit", &*usual.limit.to_string()),
                    ("weeks", &*usual.weeks.to_string()),
                ];
                Some(Warned {
                    name: group
                        .map_or_else(|| self.visit.t("monitor-all").into_owned(), |line| self.name(line)),
                    said: self.visit.tw("monitor-warning", &args),
                    address: self.list(group, monday, end(monday)),
                })
            })
            .collect()
    }
}

fn end(monday: Date) -> Date {
    monday.saturating_add(6.days())
}

fn signed(value: i64) -> String {
    match value {
        value if value > 0 => format!("+{value}"),
        value if value < 0 => format!("−{}", -value),
        _ => "±0".to_owned(),
    }
}

/// A strip of small bars, one a week; its numbers stand in the table below.
fn bars(weeks: &[Count]) -> String {
    let most = weeks.iter().map(|week| week.requests).max().unwrap_or(0).max(1);
    let width = weeks.len().max(1) * 4;
    let mut svg = format!(
        "<svg class=\"strip\" viewBox=\"0 0 {width} 20\" width=\"{width}\" height=\"20\" aria-hidden=\"true\" \
         focusable=\"false\">"
    );
    for (at, week) in weeks.iter().enumerate() {
        let high = f64::from(week.requests) * 20.0 / f64::from(most);
        let _ =
            write!(svg, "<rect x=\"{}\" y=\"{:.1}\" width=\"3\" height=\"{high:.1}\"/>", at * 4, 20.0 - high);
    }
    svg.push_str("</svg>");
    svg
}

const WIDE: f64 = 760.0;
const HIGH: f64 = 200.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 26.0;
const TOP: f64 = 12.0;

/// All requests week by week as bars, the same weeks of the year before as a line.
fn chart(visit: &Visit, found: &Monitor) -> String {
    let lines = found.year_before.iter().flatten().copied();
    let most = found.all.weeks.iter().map(|week| week.requests).chain(lines).max().unwrap_or(0).max(4);
    // Ticks of whole requests.
    let step = most.div_ceil(4);
    let top = f64::from(step * 4);
    let number = found.weeks.len().max(1) as f64;
    let each = (WIDE - LEFT) / number;
    let y = |value: f64| TOP + (HIGH - TOP - BOTTOM) * (top - value) / top;
    let mut svg = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDE} {HIGH}\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for tick in 0..=4u32 {
        let at = y(f64::from(tick * step));
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{WIDE}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            at + 4.0,
            tick * step
        );
    }
    let x = |week: usize| LEFT + each * week as f64;
    for (week, count) in found.all.weeks.iter().enumerate() {
        let high = y(0.0) - y(f64::from(count.requests));
        let whole = found.judged.is_some_and(|judged| week <= judged);
        let class = if whole { "bar-ahead" } else { "bar-base" };
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"/>",
            x(week) + each * 0.15,
            y(f64::from(count.requests)),
            each * 0.7,
        );
    }
    if let Some(before) = &found.year_before {
        let points: Vec<String> = before
            .iter()
            .enumerate()
            .map(|(week, count)| format!("{:.1},{:.1}", x(week) + each / 2.0, y(f64::from(*count))))
            .collect();
        let _ = write!(svg, "<polyline class=\"line\" points=\"{}\"/>", points.join(" "));
    }
    let every = found.weeks.len().div_ceil(7).max(1);
    for (week, monday) in found.weeks.iter().enumerate().step_by(every) {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(week) + each / 2.0,
            HIGH - 8.0,
            short(visit, *monday)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A day of the months in short, as the ticks of a chart have it.
fn short(visit: &Visit, day: Date) -> String {
    if visit.lang.is_english() {
        day.strftime("%-d %b").to_string()
    } else {
        day.strftime("%-m/%-d").to_string()
    }
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (here, found) = Here::open(visit, &plan, Typed(query)).await?;
    let Here { visit, plan, portfolio, typed, asked } = &here;
    let lang = visit.lang;
    let page = visit.page(visit.t("monitor-title"));
    let any = |list: Vec<Choice>| {
        let mut out = vec![Choice::new("", visit.t("filter-any"))];
        out.extend(list);
        out
    };
    let since = found.since.map_or_else(String::new, |since| day(lang, since));
    let season = match (found.since, found.all.years.iter().flatten().count()) {
        (None, _) => String::new(),
        (Some(_), 0) => visit.tw("monitor-season-none", &[("since", &since)]),
        (Some(_), years) => visit.tw("monitor-season", &[("years", &years.to_string()), ("since", &since)]),
    };
    let last_day = day(lang, asked.last);
    let said = visit.tw("monitor-said", &[("to", &last_day), ("count", &found.all.all.requests.to_string())]);
    let csv_query = address(typed, &[]);
    let shown = MonitorPage {
        by: asked.by.as_str(),
        bys: MonitorBy::ALL
            .iter()
            .map(|by| Choice::new(by.as_str(), visit.t(&format!("monitor-by-{}", by.as_str()))))
            .collect(),
        spans: WEEKS.to_vec(),
        weeks: asked.weeks,
        categories: choices::categories(portfolio, lang, "filter-any"),
        areas: choices::all_areas(portfolio, lang, "filter-any"),
        channels: any(words_of(lang, "request-channel", Channel::ALL.iter().map(|it| it.as_str()))),
        said,
        season,
        report: if super::hotline::may(visit, plan) && !page.is_past() {
            format!("/p/{plan}/requests/report")
        } else {
            String::new()
        },
        csv: page.link(&format!("/requests/monitor.csv?{csv_query}")),
        warned: here.warned(&found),
        chart: chart(visit, &found),
        week_rows: found
            .weeks
            .iter()
            .zip(&found.all.weeks)
            .enumerate()
            .rev()
            .map(|(at, (monday, count))| WeekRow {
                label: format!("{} – {}", day(lang, *monday), day(lang, end(*monday))),
                under_way: found.judged.is_none_or(|judged| at > judged),
                requests: here.cell(None, *count, *monday, end(*monday)),
                people: count.people,
                before: found
                    .year_before
                    .as_ref()
                    .and_then(|weeks| weeks.get(at))
                    .map_or_else(|| "—".to_owned(), u32::to_string),
            })
            .collect(),
        heads: found.weeks.iter().map(|monday| short(visit, *monday)).collect(),
        year_heads: found
            .all
            .years
            .iter()
            .enumerate()
            .filter(|(_, held)| held.is_some())
            .map(|(at, _)| visit.tw("monitor-years-before", &[("years", &(at + 1).to_string())]))
            .collect(),
        rows: found.lines.iter().map(|line| here.row(&found, line, Some(line))).collect(),
        all: here.row(&found, &found.all, None),
        has_before: found.year_before.is_some(),
        typed: Typed(typed.0.clone()),
        page,
    };
    render(StatusCode::OK, &shown)
}

/// The same as a file: a row for each group and week.
pub async fn csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (here, found) = Here::open(visit, &plan, Typed(query)).await?;
    let Here { visit, plan, asked, .. } = &here;
    let mut out = String::from("\u{feff}group,name,week_from,week_to,requests,people\r\n");
    let groups = found.lines.iter().map(|line| (line.group.clone(), here.name(line), line));
    let all = ("*".to_owned(), visit.t("monitor-all").into_owned(), &found.all);
    for (group, name, line) in groups.chain([all]) {
        for (monday, count) in found.weeks.iter().zip(&line.weeks) {
            let _ = write!(
                out,
                "{},{},{monday},{},{},{}\r\n",
                csv_cell(&group),
                csv_cell(&name),
                end(*monday).min(asked.last),
                count.requests,
                count.people
            );
        }
    }
    Ok(attachment(Format::Csv.media_type(), &format!("requests-by-week-{plan}.csv"), out))
}
