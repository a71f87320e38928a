//! A report of the rhythm: the week's, the month's with its dispatch pack, the quarter's and the year's with
//! the plan's figures.

use document::xlsx::Sheet;
use document::{Align, Block, Cell, Document, Issue, Kind, Row, Series as Line, Table, TextSize};
use domain::code::Code;
use domain::item::kind::Series;
use domain::item::ledger::LedgerRow;
use domain::item::light::Light;
use domain::portfolio::Portfolio;
use domain::report::{Content, Period, Rhythm};
use jiff::civil::Date;
use words::Lang;

use super::pack;
use super::scribe::{Scribe, Width, landscape, paragraphs, portrait};
use super::{Data, PaperError};
use crate::App;
use crate::read::Asked;
use crate::report::Report;

/// Figures whose rows a report lists, each under its own heading.
const LISTED: [&str; 5] = ["red", "yellow", "done", "new", "due_next"];
/// Figures of the balance, in the order of its sum.
const BALANCE: [&str; 6] = ["open_before", "new", "reopened", "done", "withdrawn", "open_after"];
const LIGHTS: [&str; 4] = ["red", "yellow", "turned_red", "made_good"];

impl App {
    pub(super) async fn report_paper(
        &self,
        plan: &Code,
        code: &Code,
        lang: Lang,
        book: bool,
    ) -> Result<Data, PaperError> {
        let report = self.report(plan, code).await?;
        // Names of units and the rules of the lights as they were.
        let asked = Asked { as_of: Some(report.content.to), known_at: None };
        let portfolio = self.portfolio(plan, asked).await?;
        let scribe = Scribe { lang, portfolio: &portfolio };
        Ok(if book {
            Data::Book(scribe.book(dated(&report), sheets(&scribe, &report)))
        } else {
            Data::Document(Box::new(document(&scribe, &report)))
        })
    }
}

fn dated(report: &Report) -> Date {
    report.item.finished().unwrap_or(report.content.to)
}

/// What the issue is called on paper: by its week, month or year.
fn title(scribe: &Scribe<'_>, report: &Report) -> String {
    let rhythm = report.item.series.and_then(Rhythm::of);
    let Some(period) = rhythm.map(|rhythm| Period::containing(rhythm, report.content.from)) else {
        return report.item.name.get(scribe.english()).to_owned();
    };
    let from = period.from;
    let week = from.iso_week_date();
    let month = scribe.t(&format!("paper-month-{}", from.month()));
    match period.rhythm {
        Rhythm::Week => scribe.tw(
            "paper-title-week",
            &[("year", &format!("{:04}", week.year())), ("week", &week.week().to_string())],
        ),
        Rhythm::Month => {
            scribe.tw("paper-title-month", &[("year", &from.year().to_string()), ("month", &month)])
        }
        Rhythm::Quarter => {
            let quarter = (from.month() + 2) / 3;
            let (year, quarter) = (from.year().to_string(), quarter.to_string());
            scribe.tw("paper-title-quarter", &[("year", &year), ("quarter", &quarter)])
        }
        Rhythm::Year => scribe.tw("paper-title-year", &[("year", &from.year().to_string())]),
    }
}

fn label(scribe: &Scribe<'_>, key: &str) -> String {
    scribe.t(&format!("report-{}", key.replace('_', "-")))
}

fn rows<'c>(content: &'c Content, key: &str) -> Vec<(&'c LedgerRow, Light)> {
    content.ids(key).filter_map(|id| content.rows.get(id)).map(|(row, light)| (row, *light)).collect()
}

fn document(scribe: &Scribe<'_>, report: &Report) -> Document {
    let content = &report.content;
    let portfolio: &Portfolio = scribe.portfolio;
    let judge = portfolio.plan.lights().on(content.to);
    let date = dated(report);
    let office = scribe.office(report.item.lead_unit.as_ref());
    let series = report.item.series.unwrap_or(Series::Weekly);
    let issue = Issue { number: report.item.issued.as_ref().map_or(0, |issued| issued.number), total: None };
    let count = |key: &str| content.ids(key).count().to_string();
    let mut blocks = vec![
        Block::heading(1, scribe.t("report-numbers")),
        Block::paragraph(scribe.tw(
            "report-said",
            &[
                ("from", &scribe.day(content.from)),
                ("to", &scribe.day(content.to)),
                ("before", &count("open_before")),
                ("new", &count("new")),
                ("done", &count("done")),
                ("after", &count("open_after")),
                ("red", &count("red")),
                ("yellow", &count("yellow")),
            ],
        )),
        Block::Table(numbers(scribe, content)),
        Block::Note(scribe.tw("paper-report-rule", &[("date", &scribe.day(content.to))])),
    ];
    for section in content.sections.iter().filter(|section| !section.text.trim().is_empty()) {
        blocks.push(Block::heading(1, scribe.t(&format!("report-section-{}", section.key))));
        blocks.extend(paragraphs(&section.text));
    }
    let mut lists = Vec::new();
    if let Some(pack) = &content.pack {
        let lit = [rows(content, "red"), rows(content, "yellow")].concat();
        lists.extend(pack::lit(scribe, &lit, lit.len() as u64, &judge));
        let decisions: Vec<_> =
            rows(content, "open_after").into_iter().filter(|(row, _)| pack::is_decision(row)).collect();
        lists.extend(pack::decisions(scribe, &decisions, decisions.len() as u64, &judge));
        lists.extend(pack::asks(scribe, &pack.asks));
        lists.extend(pack::returned(scribe, &pack.returned));
        lists.extend(pack::stated(scribe, &pack.stated));
    } else {
        for key in LISTED {
            let found = rows(content, key);
            if found.is_empty() {
                continue;
            }
            lists.push(Block::heading(1, label(scribe, key)));
            lists.extend(scribe.ledger_blocks(&found, found.len() as u64, Width::Wide, &judge));
        }
    }
    let mark = format!("paper-mark-{}", series.as_str());
    let kind = Kind::Report(Line { issue, body: office.clone(), date });
    let mut out = scribe.document(kind, &mark, title(scribe, report), date);
    out.body = vec![portrait(blocks)];
    if !lists.is_empty() {
        out.body.push(landscape(lists));
    }
    out.imprint = Some(scribe.imprint(office, date));
    out
}

/// The balance, and the lights at its end.
fn numbers(scribe: &Scribe<'_>, content: &Content) -> Table {
    let count = |key: &str| Cell::from(i64::try_from(content.ids(key).count()).unwrap_or(i64::MAX));
    let pair = |at: usize| {
        let side = |keys: &[&str]| match keys.get(at) {
            Some(key) => [Cell::from(label(scribe, key)), count(key)],
            None => [Cell::Empty, Cell::Empty],
        };
        Row::new(side(&BALANCE).into_iter().chain(side(&LIGHTS)))
    };
    Table {
        caption: None,
        columns: vec![
            scribe.column("paper-head-balance", 26, Align::Start),
            scribe.column("paper-head-count", 12, Align::Number),
            scribe.column("paper-head-lights", 26, Align::Start),
            scribe.column("paper-head-count", 12, Align::Number),
        ],
        rows: (0..BALANCE.len()).map(pair).collect(),
        size: TextSize::Small,
    }
}

/// All rows of the report, a sheet for each number.
fn sheets(scribe: &Scribe<'_>, report: &Report) -> Vec<Sheet> {
    let content = &report.content;
    let judge = scribe.portfolio.plan.lights().on(content.to);
    let days = format!("{} – {}", scribe.day(content.from), scribe.day(content.to));
    let title = report.item.name.get(scribe.english());
    let mut all = numbers(scribe, content);
    all.size = TextSize::Normal;
    let mut out = vec![scribe.sheet(scribe.t("report-numbers"), title.to_owned(), Some(days.clone()), all)];
    for figure in content.figures.iter().filter(|figure| !figure.rows.is_empty()) {
        let name = label(scribe, &figure.key);
        let found = rows(content, &figure.key);
        let table = scribe.ledger_table(found.into_iter(), Width::Wide, &judge);
        out.push(scribe.sheet(name.clone(), format!("{title} · {name}"), Some(days.clone()), table));
    }
    if let Some(pack) = &content.pack {
        out.extend(pack::sheets(scribe, title, &days, pack));
    }
    out
}
