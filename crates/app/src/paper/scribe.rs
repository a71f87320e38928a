//! What every paper needs to put the plan in words: the language, the plan's names, the usual tables.

use document::xlsx::{Book, Sheet};
use document::{
    Align, Block, Cell, Column, Document, Imprint, Kind, Labels, Language, Letterhead, Orientation, Paper,
    Properties, Row, Section, Table, TextSize, Tone,
};
use domain::code::Code;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::{Judge, Light};
use domain::portfolio::Portfolio;
use jiff::Timestamp;
use jiff::civil::Date;
use words::Lang;
use words::shown;

/// Rows that one table inside a report prints; the workbook holds them all.
pub(super) const IN_TEXT: usize = 200;

pub(super) struct Scribe<'a> {
    pub lang: Lang,
    pub portfolio: &'a Portfolio,
}

/// Which columns a table of the ledger has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// In the text of a portrait page.
    Narrow,
    /// On a landscape page: also when it came, why it is lit, and how far it is.
    Wide,
}

pub(super) fn tone(light: Light) -> Tone {
    match light {
        Light::Red => Tone::Red,
        Light::Orange => Tone::Orange,
        Light::Yellow => Tone::Yellow,
        Light::Blue => Tone::Blue,
        Light::Green => Tone::Green,
        Light::NoDate | Light::Suspended | Light::Done | Light::Withdrawn => Tone::Grey,
    }
}

pub(super) fn portrait(blocks: Vec<Block>) -> Section {
    Section { blocks, ..Section::default() }
}

pub(super) fn landscape(blocks: Vec<Block>) -> Section {
    Section { orientation: Orientation::Landscape, blocks, ..Section::default() }
}

/// The paragraphs of a written text.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = Block> + '_ {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Block::paragraph)
}

impl Scribe<'_> {
    pub fn english(&self) -> bool {
        self.lang.is_english()
    }

    pub fn language(&self) -> Language {
        if self.english() { Language::English } else { Language::Chinese }
    }

    pub fn t(&self, key: &str) -> String {
        words::text(self.lang, key).into_owned()
    }

    pub fn tw(&self, key: &str, args: &[(&str, &str)]) -> String {
        words::with(self.lang, key, args)
    }

    pub fn word(&self, list: &str, value: &str) -> String {
        shown::word(self.lang, list, value)
    }

    pub fn day(&self, day: Date) -> String {
        shown::day(self.lang, day)
    }

    pub fn unit(&self, code: &Code) -> String {
        let held = self.portfolio.units.get(code);
        held.map_or(code.as_str(), |unit| unit.name.get(self.english())).to_owned()
    }

    pub fn units<'c>(&self, codes: impl Iterator<Item = &'c Code>) -> String {
        codes.map(|code| self.unit(code)).collect::<Vec<_>>().join(shown::comma(self.lang))
    }

    pub fn unit_cell(&self, code: Option<&Code>) -> Cell {
        code.map_or(Cell::Empty, |code| Cell::from(self.unit(code)))
    }

    pub fn light_cell(&self, light: Light) -> Cell {
        Cell::Signal { tone: tone(light), text: self.word("light", light.as_str()) }
    }

    pub fn plan_name(&self) -> String {
        self.portfolio.plan.name.get(self.english()).to_owned()
    }

    /// The body that issues: the unit that leads the thing, else the task force.
    pub fn office(&self, unit: Option<&Code>) -> String {
        unit.map_or_else(|| self.t("paper-office"), |unit| self.unit(unit))
    }

    /// A paper of a day is dated the same whenever it is written again.
    pub fn properties(&self, date: Date) -> Properties {
        Properties {
            author: self.t("paper-office"),
            subject: self.plan_name(),
            keywords: Vec::new(),
            created: jiff::tz::TimeZone::UTC
                .to_timestamp(date.at(0, 0, 0, 0))
                .unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    pub fn document(&self, kind: Kind, mark: &str, title: String, date: Date) -> Document {
        Document {
            language: self.language(),
            properties: self.properties(date),
            labels: Labels { annex: self.t("paper-annex") },
            kind,
            head: Letterhead {
                mark: if mark.is_empty() { String::new() } else { self.t(mark) },
                ..Letterhead::default()
            },
            title,
            addressee: None,
            body: Vec::new(),
            signature: None,
            attendance: Vec::new(),
            note: None,
            annexes: Vec::new(),
            imprint: None,
        }
    }

    pub fn imprint(&self, office: String, date: Date) -> Imprint {
        let day = self.day(date);
        Imprint {
            copies: Vec::new(),
            issued_by: office,
            issued_on: self.tw("paper-issued-on", &[("date", &day)]),
        }
    }

    pub fn column(&self, key: &str, width: u16, align: Align) -> Column {
        Column::new(self.t(key), width, align)
    }

    pub fn book(&self, date: Date, sheets: Vec<Sheet>) -> Book {
        Book { language: self.language(), properties: self.properties(date), sheets }
    }

    pub fn sheet(&self, name: String, title: String, note: Option<String>, table: Table) -> Sheet {
        Sheet {
            name,
            title,
            note,
            table,
            paper: Paper::A4,
            orientation: Orientation::Landscape,
            frozen_columns: 2,
        }
    }

    pub fn ledger_columns(&self, width: Width) -> Vec<Column> {
        let mut out = vec![
            self.column("paper-head-no", 8, Align::Centre),
            self.column("ledger-head-item", 32, Align::Start),
            self.column("ledger-head-kind", 13, Align::Centre),
            self.column("head-lead-unit", 22, Align::Start),
        ];
        if width == Width::Wide {
            out.push(self.column("ledger-head-received", 13, Align::Centre));
        }
        out.extend([
            self.column("ledger-head-due", 13, Align::Centre),
            self.column("ledger-head-state", 12, Align::Centre),
            self.column("ledger-head-light", 11, Align::Centre),
        ]);
        if width == Width::Wide {
            out.push(self.column("paper-head-why", 17, Align::Start));
            out.push(self.column("ledger-head-progress", 28, Align::Start));
        }
        out
    }

    fn ledger_row(&self, number: usize, row: &LedgerRow, light: Light, width: Width, judge: &Judge) -> Row {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let kind = match row.kind {
            RowKind::Item(_) | RowKind::Project => row.kind.as_str(),
            RowKind::Milestone { .. } => "milestone",
        };
        let mut cells = vec![
            Cell::from(number),
            Cell::from(row.name.get(self.english())),
            Cell::from(self.word("item-kind", kind)),
            self.unit_cell(row.lead_unit.as_ref()),
        ];
        if width == Width::Wide {
            cells.push(row.received.map_or(Cell::Empty, Cell::Day));
        }
        cells.extend([
            row.due.map_or(Cell::Empty, Cell::Day),
            Cell::from(self.word("item-state", &row.state)),
            self.light_cell(light),
        ]);
        if width == Width::Wide {
            let verdict = judge.judge(row);
            let because = verdict.because.filter(|_| verdict.light == light);
            cells.push(Cell::from(shown::because(self.lang, because)));
            cells.push(Cell::from(row.progress.clone()));
        }
        Row::new(cells)
    }

    pub fn ledger_table<'r>(
        &self,
        rows: impl Iterator<Item = (&'r LedgerRow, Light)>,
        width: Width,
        judge: &Judge,
    ) -> Table {
        let rows = (1..).zip(rows).map(|(at, (row, light))| self.ledger_row(at, row, light, width, judge));
        Table {
            caption: None,
            columns: self.ledger_columns(width),
            rows: rows.collect(),
            size: if width == Width::Wide { TextSize::Tiny } else { TextSize::Small },
        }
    }

    /// A list of the ledger inside a report: its first rows, and how many more of all there are.
    pub fn ledger_blocks(
        &self,
        rows: &[(&LedgerRow, Light)],
        total: u64,
        width: Width,
        judge: &Judge,
    ) -> Vec<Block> {
        self.in_text(self.ledger_table(rows.iter().copied().take(IN_TEXT), width, judge), total)
    }

    /// A table inside a report: as many rows as a reader bears, and how many more of all there are.
    pub fn in_text(&self, mut table: Table, total: u64) -> Vec<Block> {
        table.rows.truncate(IN_TEXT);
        let left = total.saturating_sub(table.rows.len() as u64);
        let mut out = vec![Block::Table(table)];
        if left > 0 {
            out.push(Block::Note(self.tw("paper-more-rows", &[("count", &left.to_string())])));
        }
        out
    }
}
