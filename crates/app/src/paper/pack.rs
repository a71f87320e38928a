//! What a monthly dispatch is shown: red and amber items, decisions carried over, what units asked, figures.

use document::xlsx::Sheet;
use document::{Align, Block, Cell, Issue, Kind, Row, Series as Line, Table, TextSize};
use domain::code::Code;
use domain::item::Standing;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::{Judge, Light};
use domain::item::query::{LedgerQuery, Sort};
use domain::report::{Ask, AskKind, Pack, Stated};
use domain::rhythm::ReturnAsk;
use words::Lang;

use super::scribe::{IN_TEXT, Scribe, Width, landscape, portrait};
use super::{Data, PaperError, SHEET_MOST};
use crate::App;
use crate::coordination::meeting::since;
use crate::read::Asked;

/// The first rows of a list, and how many it has.
#[derive(Default)]
struct Listed {
    rows: Vec<(LedgerRow, Light)>,
    total: u64,
}

impl Listed {
    fn and(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        Self { rows: self.rows, total: self.total + other.total }
    }

    fn rows(&self) -> Vec<(&LedgerRow, Light)> {
        self.rows.iter().map(|(row, light)| (row, *light)).collect()
    }
}

impl App {
    /// The pack of a dispatch meeting, as the ledger stood on its day.
    pub(super) async fn pack_paper(
        &self,
        plan: &Code,
        code: &Code,
        lang: Lang,
        book: bool,
    ) -> Result<Data, PaperError> {
        let (item, _) = self.item(plan, code, Asked::default()).await?;
        if item.kind != ItemKind::Meeting || item.series != Some(Series::Dispatch) {
            return Err(PaperError::NotThere);
        }
        let held = item.appointment.as_ref().map_or(item.received, |(at, _)| at.date());
        let day = held.min(self.clock().today());
        let asked = Asked { as_of: Some(day), known_at: None };
        let portfolio = self.portfolio(plan, asked).await?;
        let judge = portfolio.plan.lights().on(day);
        let from = since(self.meeting_before(plan, &item, asked).await?.as_ref(), day);
        let most = if book { SHEET_MOST } else { IN_TEXT };
        let listed = |query| self.listed(plan, query, most, asked);
        let red = listed(open(&[Light::Red])).await?;
        let amber = listed(open(&[Light::Orange])).await?.and(listed(open(&[Light::Yellow])).await?);
        let open = LedgerQuery {
            kinds: vec![ItemKind::Decision],
            standings: vec![Standing::Open, Standing::Suspended],
            ..LedgerQuery::default()
        };
        let done = LedgerQuery {
            kinds: vec![ItemKind::Decision],
            standings: vec![Standing::Done],
            finished: (Some(from), Some(day)),
            ..LedgerQuery::default()
        };
        let (open, done) = (listed(open).await?, listed(done).await?);
        let count = |list: &Listed| list.total.to_string();
        let (red_count, amber_count) = (count(&red), count(&amber));
        let (open_count, done_count) = (count(&open), count(&done));
        let (lit, decided) = (red.and(amber), open.and(done));
        if let Some(long) = [&lit, &decided].into_iter().find(|list| book && list.total > SHEET_MOST as u64) {
            return Err(PaperError::TooLong { found: long.total, most: SHEET_MOST });
        }
        let pack = self.pack(plan, (from, day)).await?;
        let scribe = Scribe { lang, portfolio: &portfolio };
        let name = item.name.get(scribe.english()).to_owned();
        let days = format!("{} – {}", scribe.day(from), scribe.day(day));
        if book {
            let mut sheets = Vec::new();
            for (key, list) in [("paper-pack-lit", &lit), ("paper-pack-decisions", &decided)] {
                let table = scribe.ledger_table(list.rows().into_iter(), Width::Wide, &judge);
                let label = scribe.t(key);
                sheets.push(scribe.sheet(
                    label.clone(),
                    format!("{name} · {label}"),
                    Some(days.clone()),
                    table,
                ));
            }
            sheets.extend(self::sheets(&scribe, &name, &days, &pack));
            return Ok(Data::Book(scribe.book(day, sheets)));
        }
        let mut first = vec![Block::paragraph(scribe.tw(
            "paper-pack-said",
            &[
                ("from", &scribe.day(from)),
                ("to", &scribe.day(day)),
                ("red", &red_count),
                ("yellow", &amber_count),
                ("decisions", &open_count),
                ("done", &done_count),
                ("asks", &(pack.asks.len() + pack.returned.len()).to_string()),
            ],
        ))];
        first.extend(super::minutes::agenda(&scribe, &item));
        let mut lists = self::lit(&scribe, &lit.rows(), lit.total, &judge);
        lists.extend(decisions(&scribe, &decided.rows(), decided.total, &judge));
        lists.extend(asks(&scribe, &pack.asks));
        lists.extend(returned(&scribe, &pack.returned));
        lists.extend(stated(&scribe, &pack.stated));
        let office = scribe.office(item.lead_unit.as_ref());
        let issue = Issue { number: super::slip::serial(&item), total: None };
        let kind = Kind::Report(Line { issue, body: office.clone(), date: day });
        let title = scribe.tw("paper-pack-title", &[("meeting", &name)]);
        let mut out = scribe.document(kind, "paper-mark-pack", title, day);
        out.body = vec![portrait(first), landscape(lists)];
        out.imprint = Some(scribe.imprint(office, day));
        Ok(Data::Document(Box::new(out)))
    }

    /// The rows of a query with the earliest limits, and how many there are.
    async fn listed(
        &self,
        plan: &Code,
        query: LedgerQuery,
        most: usize,
        asked: Asked,
    ) -> Result<Listed, PaperError> {
        let view = self.view(asked).await?;
        let total = self.ledger_lights_at(plan, &query, view).await?.values().sum();
        let rows = self.ledger_rows(plan, &query, (Sort::Due, false), most, view).await?;
        Ok(Listed { rows: rows.into_iter().map(|(row, verdict)| (row, verdict.light)).collect(), total })
    }
}

fn open(lights: &[Light]) -> LedgerQuery {
    LedgerQuery {
        projects: true,
        milestones: false,
        kinds: ItemKind::ALL
            .iter()
            .copied()
            .filter(|kind| !matches!(kind, ItemKind::Report | ItemKind::Return | ItemKind::Slip))
            .collect(),
        standings: vec![Standing::Open],
        lights: lights.to_vec(),
        ..LedgerQuery::default()
    }
}

pub(super) fn is_decision(row: &LedgerRow) -> bool {
    row.kind == RowKind::Item(ItemKind::Decision)
}

/// Red items, then amber ones, each with the rule that lit it: the first of so many.
pub(super) fn lit(
    scribe: &Scribe<'_>,
    rows: &[(&LedgerRow, Light)],
    total: u64,
    judge: &Judge,
) -> Vec<Block> {
    let mut out = vec![Block::heading(1, scribe.t("paper-pack-lit"))];
    if rows.is_empty() {
        out.push(Block::paragraph(scribe.t("paper-pack-lit-none")));
    } else {
        out.extend(scribe.ledger_blocks(rows, total, Width::Wide, judge));
    }
    out
}

/// Decisions of earlier meetings that are still to be carried out, and those done since: the first of so many.
pub(super) fn decisions(
    scribe: &Scribe<'_>,
    rows: &[(&LedgerRow, Light)],
    total: u64,
    judge: &Judge,
) -> Vec<Block> {
    let mut out = vec![Block::heading(1, scribe.t("paper-pack-decisions"))];
    if rows.is_empty() {
        out.push(Block::paragraph(scribe.t("paper-pack-decisions-none")));
    } else {
        out.extend(scribe.ledger_blocks(rows, total, Width::Wide, judge));
    }
    out
}

fn asks_table(scribe: &Scribe<'_>, asks: &[Ask]) -> Table {
    let rows = (1i64..).zip(asks).map(|(at, ask)| {
        let kind = match ask.kind {
            AskKind::Extension => scribe.t("paper-ask-extension"),
            AskKind::Objection(to) => {
                scribe.tw("item-objection", &[("what", &scribe.word("objection-to", to.as_str()))])
            }
            AskKind::Review => scribe.t("paper-ask-review"),
        };
        let answer = match ask.granted {
            None => "paper-ask-waits",
            Some(true) => "paper-ask-granted",
            Some(false) => "paper-ask-refused",
        };
        Row::new([
            Cell::from(at),
            scribe.unit_cell(ask.unit.as_ref()),
            Cell::from(ask.name.get(scribe.english())),
            Cell::from(kind),
            Cell::from(ask.reason.clone()),
            Cell::Day(ask.on),
            ask.until.map_or(Cell::Empty, Cell::Day),
            Cell::from(scribe.t(answer)),
        ])
    });
    Table {
        caption: None,
        columns: vec![
            scribe.column("paper-head-no", 8, Align::Centre),
            scribe.column("paper-head-unit", 20, Align::Start),
            scribe.column("ledger-head-item", 34, Align::Start),
            scribe.column("paper-head-ask", 18, Align::Start),
            scribe.column("paper-head-reason", 30, Align::Start),
            scribe.column("paper-head-asked-on", 13, Align::Centre),
            scribe.column("paper-head-asked-until", 13, Align::Centre),
            scribe.column("paper-head-answer", 12, Align::Centre),
        ],
        rows: rows.collect(),
        size: TextSize::Tiny,
    }
}

pub(super) fn asks(scribe: &Scribe<'_>, asks: &[Ask]) -> Vec<Block> {
    let mut out = vec![Block::heading(1, scribe.t("paper-pack-asks"))];
    if asks.is_empty() {
        out.push(Block::paragraph(scribe.t("paper-pack-asks-none")));
    } else {
        out.extend(scribe.in_text(asks_table(scribe, asks), asks.len() as u64));
    }
    out
}

/// What units ask in their returns to have decided.
fn returned_table(scribe: &Scribe<'_>, returned: &[ReturnAsk]) -> Table {
    let rows = (1i64..).zip(returned).map(|(at, ask)| {
        Row::new([
            Cell::from(at),
            scribe.unit_cell(Some(&ask.unit)),
            Cell::from(ask.text.clone()),
            Cell::from(ask.name.get(scribe.english())),
            ask.on.map_or(Cell::Empty, Cell::Day),
        ])
    });
    Table {
        caption: None,
        columns: vec![
            scribe.column("paper-head-no", 8, Align::Centre),
            scribe.column("paper-head-unit", 22, Align::Start),
            scribe.column("paper-head-ask", 60, Align::Start),
            scribe.column("item-kind-return", 34, Align::Start),
            scribe.column("paper-head-asked-on", 14, Align::Centre),
        ],
        rows: rows.collect(),
        size: TextSize::Tiny,
    }
}

pub(super) fn returned(scribe: &Scribe<'_>, returned: &[ReturnAsk]) -> Vec<Block> {
    if returned.is_empty() {
        return Vec::new();
    }
    let mut out = vec![Block::heading(1, scribe.t("returns-asked"))];
    out.extend(scribe.in_text(returned_table(scribe, returned), returned.len() as u64));
    out
}

fn stated_table(scribe: &Scribe<'_>, stated: &[Stated]) -> Table {
    let english = scribe.english();
    // Beside what was published, where anything was.
    let published = stated.iter().any(|line| line.published.is_some());
    let rows = (1i64..).zip(stated).map(|(at, line)| {
        let value = line.value.map_or_else(
            || Cell::from(scribe.t("statement-not-recorded")),
            |value| Cell::Number(value.normalize()),
        );
        let beside = line.published.map_or(Cell::Empty, |value| Cell::Number(value.normalize()));
        let mut cells = vec![Cell::from(at), Cell::from(line.label.get(english)), value];
        cells.extend(published.then_some(beside));
        cells.push(Cell::from(line.unit.get(english)));
        cells.push(Cell::from(i64::try_from(line.records).unwrap_or(i64::MAX)));
        Row::new(cells)
    });
    let mut columns = vec![
        scribe.column("paper-head-no", 8, Align::Centre),
        scribe.column("statement-figure", 50, Align::Start),
        scribe.column("paper-head-value", 18, Align::Number),
    ];
    columns.extend(published.then(|| scribe.column("statement-published", 18, Align::Number)));
    columns.push(scribe.column("head-unit", 14, Align::Centre));
    columns.push(scribe.column("statement-records", 14, Align::Number));
    Table { caption: None, columns, rows: rows.collect(), size: TextSize::Small }
}

pub(super) fn stated(scribe: &Scribe<'_>, stated: &[Stated]) -> Vec<Block> {
    if stated.is_empty() {
        return Vec::new();
    }
    vec![Block::heading(1, scribe.t("paper-pack-figures")), Block::Table(stated_table(scribe, stated))]
}

pub(super) fn sheets(scribe: &Scribe<'_>, title: &str, days: &str, pack: &Pack) -> Vec<Sheet> {
    let sheet = |key: &str, table: Table| {
        let label = scribe.t(key);
        scribe.sheet(label.clone(), format!("{title} · {label}"), Some(days.to_owned()), table)
    };
    let mut out = Vec::new();
    if !pack.asks.is_empty() {
        out.push(sheet("paper-pack-asks", asks_table(scribe, &pack.asks)));
    }
    if !pack.returned.is_empty() {
        out.push(sheet("returns-asked", returned_table(scribe, &pack.returned)));
    }
    if !pack.stated.is_empty() {
        out.push(sheet("paper-pack-figures", stated_table(scribe, &pack.stated)));
    }
    out
}
