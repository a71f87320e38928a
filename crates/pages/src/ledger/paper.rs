//! Reports on paper: an issued report, or its draft, as DOCX and PDF in the official layout, and its rows
//! as a workbook.

use std::sync::OnceLock;

use app::report::Report;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use document::font::{Library, SYSTEM_FOLDERS};
use document::xlsx::{Book, Sheet};
use document::{
    Align, Block, Cell, Column, Document, Issue, Kind, Labels, Language, Letterhead, Orientation, Paper,
    Properties, Row, Section, Series, Signature, Table, TextSize, Tone, docx, pdf, xlsx,
};
use domain::item::ledger::LedgerRow;
use domain::item::light::Light;
use domain::portfolio::Portfolio;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::task::spawn_blocking;

use super::line::unit_name;
use super::list::staff_only;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::visit::Visit;
use crate::words_of::word;

/// Rows that a table on paper prints; the page and the workbook hold them all.
const PRINTED: usize = 200;

/// Fonts of this machine, looked through once.
fn fonts() -> &'static Library {
    static FONTS: OnceLock<Library> = OnceLock::new();
    FONTS.get_or_init(|| Library::scan(&SYSTEM_FOLDERS))
}

enum Format {
    Docx,
    Pdf,
    Xlsx,
}

pub async fn file(
    visit: Visit,
    Path((plan, code, file)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let format = match file.as_str() {
        "report.docx" => Format::Docx,
        "report.pdf" => Format::Pdf,
        "report.xlsx" => Format::Xlsx,
        _ => return Err(PageError::not_found().in_lang(visit.lang)),
    };
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let report = visit.app.report(&plan, &code).await?;
    // Fonts are read from disk, pages are set and files packed: not for the threads that answer.
    let (kind, bytes) = match format {
        Format::Docx => {
            let document = document(&visit, &portfolio, &report);
            let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
            (kind, spawn_blocking(move || docx::write(&document)).await.map_err(failed)?.map_err(failed)?)
        }
        Format::Pdf => {
            let document = document(&visit, &portfolio, &report);
            let written = spawn_blocking(move || pdf::write(&document, fonts())).await.map_err(failed)?;
            ("application/pdf", written.map_err(failed)?.bytes)
        }
        Format::Xlsx => {
            let book = book(&visit, &portfolio, &report);
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            (kind, spawn_blocking(move || xlsx::write(&book)).await.map_err(failed)?.map_err(failed)?)
        }
    };
    let name = format!("attachment; filename=\"{code}.{}\"", file.rsplit('.').next().unwrap_or_default());
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A paper that cannot be set: said in the log, and to the reader as a fault of ours.
fn failed(error: impl std::fmt::Display) -> PageError {
    tracing::error!(%error, "a paper was not written");
    PageError::unwritten()
}

fn tone(light: Light) -> Tone {
    match light {
        Light::Red => Tone::Red,
        Light::Orange => Tone::Orange,
        Light::Yellow => Tone::Yellow,
        Light::Blue => Tone::Blue,
        Light::Green => Tone::Green,
        Light::NoDate | Light::Suspended | Light::Done | Light::Withdrawn => Tone::Grey,
    }
}

fn columns(visit: &Visit) -> Vec<Column> {
    let column = |key: &str, width, align| Column::new(visit.t(key), width, align);
    vec![
        column("ledger-head-item", 40, Align::Start),
        column("ledger-head-kind", 12, Align::Centre),
        column("head-lead-unit", 18, Align::Start),
        column("ledger-head-due", 14, Align::Centre),
        column("ledger-head-state", 12, Align::Centre),
        column("ledger-head-light", 12, Align::Centre),
    ]
}

fn cells(visit: &Visit, portfolio: &Portfolio, row: &LedgerRow, light: Light) -> Row {
    let lang = visit.lang;
    Row::new([
        Cell::from(row.name.get(lang.is_english())),
        Cell::from(word(lang, "item-kind", row.kind.as_str())),
        row.lead_unit.as_ref().map_or(Cell::Empty, |unit| Cell::from(unit_name(portfolio, unit, lang))),
        row.due.map_or(Cell::Empty, Cell::Day),
        Cell::from(word(lang, "item-state", &row.state)),
        Cell::Signal { tone: tone(light), text: word(lang, "light", light.as_str()) },
    ])
}

fn label(visit: &Visit, key: &str) -> String {
    visit.t(&format!("report-{}", key.replace('_', "-"))).into_owned()
}

fn document(visit: &Visit, portfolio: &Portfolio, report: &Report) -> Document {
    let english = visit.lang.is_english();
    let content = &report.content;
    let date = report.item.finished().unwrap_or(content.to);
    let office = visit.t("report-office").into_owned();
    let issue = Issue { number: report.item.issued.as_ref().map_or(0, |issued| issued.number), total: None };
    let count = |key: &str| content.ids(key).count().to_string();
    let mut blocks = vec![
        Block::heading(1, visit.t("report-numbers")),
        Block::paragraph(visit.tw(
            "report-said",
            &[
                ("from", &crate::words_of::day(visit.lang, content.from)),
                ("to", &crate::words_of::day(visit.lang, content.to)),
                ("before", &count("open_before")),
                ("new", &count("new")),
                ("done", &count("done")),
                ("after", &count("open_after")),
                ("red", &count("red")),
                ("yellow", &count("yellow")),
            ],
        )),
    ];
    for section in content.sections.iter().filter(|section| !section.text.trim().is_empty()) {
        blocks.push(Block::heading(1, visit.t(&format!("report-section-{}", section.key))));
        blocks.extend(section.text.lines().filter(|line| !line.trim().is_empty()).map(Block::paragraph));
    }
    for key in ["new", "done", "turned_red", "due_next"] {
        let mut found = content.ids(key).filter_map(|id| content.rows.get(id)).peekable();
        if found.peek().is_none() {
            continue;
        }
        blocks.push(Block::heading(1, label(visit, key)));
        blocks.push(Block::Table(Table {
            caption: None,
            columns: columns(visit),
            rows: found.take(PRINTED).map(|(row, light)| cells(visit, portfolio, row, *light)).collect(),
            size: TextSize::Small,
        }));
    }
    Document {
        language: language(visit),
        properties: properties(visit, portfolio, date),
        labels: Labels { annex: visit.t("report-annex").into_owned() },
        kind: Kind::Report(Series { issue, body: office.clone(), date }),
        head: Letterhead { mark: visit.t("report-mark").into_owned(), ..Letterhead::default() },
        title: report.item.name.get(english).to_owned(),
        addressee: None,
        body: vec![Section { blocks, ..Section::default() }],
        signature: Some(Signature { body: office, date, sealed: false }),
        attendance: Vec::new(),
        note: None,
        annexes: Vec::new(),
        imprint: None,
    }
}

/// The moment a paper of a day is dated: the same whenever it is written again.
fn created(date: Date) -> Timestamp {
    jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// All rows of the report, a sheet for each number.
fn book(visit: &Visit, portfolio: &Portfolio, report: &Report) -> Book {
    let english = visit.lang.is_english();
    let content = &report.content;
    let days = format!(
        "{} – {}",
        crate::words_of::day(visit.lang, content.from),
        crate::words_of::day(visit.lang, content.to)
    );
    let sheets = content.figures.iter().filter(|figure| !figure.rows.is_empty()).map(|figure| {
        let rows = figure.rows.iter().filter_map(|id| content.rows.get(id));
        let name = label(visit, &figure.key);
        Sheet {
            title: format!("{} · {name}", report.item.name.get(english)),
            name,
            note: Some(days.clone()),
            table: Table {
                caption: None,
                columns: columns(visit),
                rows: rows.map(|(row, light)| cells(visit, portfolio, row, *light)).collect(),
                size: TextSize::Small,
            },
            paper: Paper::A4,
            orientation: Orientation::Landscape,
            frozen_columns: 1,
        }
    });
    Book {
        language: language(visit),
        properties: properties(visit, portfolio, report.item.finished().unwrap_or(content.to)),
        sheets: sheets.collect(),
    }
}

fn language(visit: &Visit) -> Language {
    if visit.lang.is_english() { Language::English } else { Language::Chinese }
}

fn properties(visit: &Visit, portfolio: &Portfolio, date: Date) -> Properties {
    Properties {
        author: visit.t("report-office").into_owned(),
        subject: portfolio.plan.name.get(visit.lang.is_english()).to_owned(),
        keywords: Vec::new(),
        created: created(date),
    }
}
