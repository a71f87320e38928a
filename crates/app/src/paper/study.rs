//! A special, research or evaluation report: what people wrote, and the figures and tables that the ledger gave.

use std::collections::BTreeMap;

use document::xlsx::Sheet;
use document::{
    Align, Block, Cell, Column, Document, Issue, Kind, Row, Series as Line, Table, Text, TextSize,
};
use domain::code::Code;
use domain::item::kind::Series;
use domain::item::light::Light;
use domain::report::{Exhibit, RequestTable, Show};
use jiff::civil::Date;
use words::Lang;

use super::scribe::{Scribe, Width, paragraphs, portrait};
use super::{Data, PaperError, evaluated, gaps};
use crate::App;
use crate::study::{Counted, Counts, StudyReport, counts};

impl App {
    pub(super) async fn study_paper(
        &self,
        plan: &Code,
        code: &Code,
        lang: Lang,
        book: bool,
    ) -> Result<Data, PaperError> {
        let report = self.study(plan, code).await?;
        let scribe = Scribe { lang, portfolio: &report.portfolio };
        Ok(if book {
            Data::Book(scribe.book(dated(&report), sheets(&scribe, &report)))
        } else {
            Data::Document(Box::new(document(&scribe, &report)))
        })
    }
}

fn dated(report: &StudyReport) -> Date {
    report.item.finished().unwrap_or(report.study.as_of)
}

fn document(scribe: &Scribe<'_>, report: &StudyReport) -> Document {
    let english = scribe.english();
    let date = dated(report);
    let office = scribe.office(report.item.lead_unit.as_ref());
    let series = report.item.series.unwrap_or(Series::Special);
    let (mut blocks, mut body) = (Vec::new(), Vec::new());
    let mut table = 0;
    for part in &report.study.parts {
        if part.text.zh.trim().is_empty() && part.shows_nothing() {
            continue;
        }
        blocks.push(Block::heading(1, part.title.get(english)));
        blocks.extend(paragraphs(part.text.get(english)));
        for exhibit in &part.exhibits {
            blocks.extend(exhibit_blocks(scribe, report, exhibit, &mut table));
        }
        for held in &part.tables {
            blocks.push(request_block(scribe, held, &mut table));
        }
        for held in &part.gaps {
            blocks.extend(gaps::blocks(scribe, held, &mut table));
        }
        for held in &part.evaluations {
            blocks = evaluated::sections(scribe, held, (blocks, &mut body), &mut table);
        }
    }
    if table > 0 {
        let day = scribe.day(report.study.as_of);
        blocks.push(Block::Note(scribe.tw("paper-study-source", &[("date", &day)])));
    }
    let issue = Issue { number: report.item.issued.as_ref().map_or(0, |issued| issued.number), total: None };
    let kind = Kind::Report(Line { issue, body: office.clone(), date });
    let mark = format!("paper-mark-{}", series.as_str());
    let mut out = scribe.document(kind, &mark, report.item.name.get(english).to_owned(), date);
    body.push(portrait(blocks));
    out.body = body;
    out.imprint = Some(scribe.imprint(office, date));
    out
}

fn found(exhibit: &Exhibit) -> &[(domain::item::ledger::LedgerRow, Light)] {
    exhibit.found.as_deref().unwrap_or_default()
}

fn exhibit_blocks(
    scribe: &Scribe<'_>,
    report: &StudyReport,
    exhibit: &Exhibit,
    table: &mut usize,
) -> Vec<Block> {
    let title = exhibit.title.get(scribe.english());
    let rows = found(exhibit);
    if exhibit.show == Show::Count {
        let text = scribe.tw("paper-study-count", &[("title", title), ("count", &rows.len().to_string())]);
        return vec![Block::Paragraph(Text::plain(text))];
    }
    if rows.is_empty() {
        return vec![Block::paragraph(scribe.tw("paper-study-none", &[("title", title)]))];
    }
    *table += 1;
    let number = table.to_string();
    let caption = Some(scribe.tw("paper-table", &[("number", &number), ("title", title)]));
    let judge = report.portfolio.plan.lights().on(report.study.as_of);
    let shown: Vec<_> = rows.iter().map(|(row, light)| (row, *light)).collect();
    if let Some(counts) = counts(exhibit) {
        return vec![Block::Table(Table { caption, ..counts_table(scribe, exhibit, &counts) })];
    }
    let mut blocks = scribe.ledger_blocks(&shown, shown.len() as u64, Width::Narrow, &judge);
    if let Some(Block::Table(table)) = blocks.first_mut() {
        table.caption = caption;
    }
    blocks
}

/// What residents' requests come to, with its caption.
fn request_block(scribe: &Scribe<'_>, held: &RequestTable, table: &mut usize) -> Block {
    let title = held.title.get(scribe.english());
    if held.found.as_ref().is_none_or(Vec::is_empty) {
        return Block::paragraph(scribe.tw("paper-study-none", &[("title", title)]));
    }
    *table += 1;
    let number = table.to_string();
    let caption = Some(scribe.tw("paper-table", &[("number", &number), ("title", title)]));
    Block::Table(Table { caption, ..request_table(scribe, held) })
}

fn request_table(scribe: &Scribe<'_>, held: &RequestTable) -> Table {
    let mut columns = vec![scribe.column("hotline-head-name", 30, Align::Start)];
    columns.extend(
        held.shows.heads().iter().map(|key| scribe.column(&format!("hotline-head-{key}"), 12, Align::Number)),
    );
    let cell = |text: &String| text.parse::<i64>().map_or_else(|_| Cell::from(text.clone()), Cell::from);
    let rows = held.found.as_deref().unwrap_or_default().iter().map(|row| {
        let name = Cell::from(row.name.get(scribe.english()).to_owned());
        Row::new(std::iter::once(name).chain(row.cells.iter().map(cell)))
    });
    Table { caption: None, columns, rows: rows.collect(), size: TextSize::Small }
}

/// How many rows of each kind, or of each unit, show which light, with the sum.
fn counts_table(scribe: &Scribe<'_>, exhibit: &Exhibit, counts: &Counts) -> Table {
    let head = if exhibit.show == Show::Units { "head-lead-unit" } else { "ledger-head-kind" };
    let mut columns = vec![scribe.column(head, 30, Align::Start)];
    columns.extend(
        counts.lights.iter().map(|it| Column::new(scribe.word("light", it.as_str()), 12, Align::Number)),
    );
    columns.push(scribe.column("paper-head-sum", 12, Align::Number));
    let number = |count: usize| Cell::from(i64::try_from(count).unwrap_or(i64::MAX));
    let line = |name: String, of: &BTreeMap<Light, usize>| {
        let mut cells = vec![Cell::from(name)];
        cells.extend(counts.lights.iter().map(|light| number(of.get(light).copied().unwrap_or(0))));
        cells.push(number(of.values().sum()));
        cells
    };
    let name = |of: &Counted| match of {
        Counted::Kind(kind) => scribe.word("item-kind", kind),
        Counted::Unit(Some(unit)) => scribe.unit(unit),
        Counted::Unit(None) => scribe.t("paper-no-unit"),
    };
    let mut rows: Vec<Row> = counts.lines.iter().map(|(of, each)| Row::new(line(name(of), each))).collect();
    rows.push(Row::strong(line(scribe.t("paper-head-sum"), &counts.sum)));
    Table { caption: None, columns, rows, size: TextSize::Small }
}

/// The rows behind every exhibit, a sheet for each.
fn sheets(scribe: &Scribe<'_>, report: &StudyReport) -> Vec<Sheet> {
    let english = scribe.english();
    let judge = report.portfolio.plan.lights().on(report.study.as_of);
    let note = scribe.tw("paper-study-source", &[("date", &scribe.day(report.study.as_of))]);
    let name = report.item.name.get(english);
    let mut out: Vec<Sheet> = report
        .study
        .exhibits()
        .map(|exhibit| {
            let rows = found(exhibit).iter().map(|(row, light)| (row, *light));
            let title = exhibit.title.get(english);
            let table = scribe.ledger_table(rows, Width::Wide, &judge);
            scribe.sheet(title.to_owned(), format!("{name} · {title}"), Some(note.clone()), table)
        })
        .collect();
    out.extend(report.study.tables().map(|held| {
        let title = held.title.get(english);
        let table = request_table(scribe, held);
        scribe.sheet(title.to_owned(), format!("{name} · {title}"), Some(note.clone()), table)
    }));
    out.extend(report.study.gaps().flat_map(|held| gaps::sheets(scribe, held, name)));
    out.extend(report.study.evaluations().flat_map(|held| evaluated::sheets(scribe, held, name)));
    if out.is_empty() {
        // A workbook has at least one sheet: this one says that nothing stands behind the report.
        let table = scribe.ledger_table(std::iter::empty(), Width::Wide, &judge);
        out.push(scribe.sheet(scribe.t("report-numbers"), name.to_owned(), Some(note), table));
    }
    out
}
