//! The minutes of a meeting: who came, what was on the agenda, what was decided by whom until when.

use document::{
    Align, Block, Cell, Document, Issue, Kind, Labelled, List, ListStyle, Row, Series as Line, Table, Text,
    TextSize,
};
use domain::code::Code;
use domain::item::Item;
use domain::item::kind::{Attendance, ItemKind};
use domain::item::ledger::LedgerRow;
use words::Lang;

use super::scribe::{Scribe, paragraphs, portrait};
use super::{Data, PaperError};
use crate::App;
use crate::read::Asked;

impl App {
    pub(super) async fn minutes_paper(
        &self,
        plan: &Code,
        code: &Code,
        lang: Lang,
        asked: Asked,
    ) -> Result<Data, PaperError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let (item, _) = self.item(plan, code, asked).await?;
        if item.kind != ItemKind::Meeting {
            return Err(PaperError::NotThere);
        }
        let mut decisions = self.decisions_at(plan, code, asked).await?;
        decisions.sort_by(|a, b| (a.due, &a.code).cmp(&(b.due, &b.code)));
        let scribe = Scribe { lang, portfolio: &portfolio };
        Ok(Data::Document(Box::new(document(&scribe, &item, &decisions))))
    }
}

/// The points of the agenda in their order: a list, or headings where something was written to them.
pub(super) fn agenda(scribe: &Scribe<'_>, item: &Item) -> Vec<Block> {
    let mut points: Vec<_> = item.agenda.iter().collect();
    points.sort_by_key(|(point, _)| *point);
    if points.is_empty() {
        return Vec::new();
    }
    let mut out = vec![Block::heading(1, scribe.t("item-agenda"))];
    if points.iter().all(|(_, point)| point.text.trim().is_empty()) {
        let items = points.into_iter().map(|(_, point)| Text::plain(point.title.clone())).collect();
        out.push(Block::List(List { style: ListStyle::Numbered, items }));
        return out;
    }
    for (_, point) in points {
        out.push(Block::heading(2, point.title.clone()));
        out.extend(paragraphs(&point.text));
    }
    out
}

fn document(scribe: &Scribe<'_>, item: &Item, decisions: &[LedgerRow]) -> Document {
    let english = scribe.english();
    let judge = scribe.portfolio.plan.lights().on(scribe.portfolio.view.as_of);
    let (day, place) = match &item.appointment {
        Some((at, place)) => (at.date(), place.as_str()),
        None => (item.received, ""),
    };
    let office = scribe.office(item.lead_unit.as_ref());
    let name = item.name.get(english);
    let mut blocks = vec![Block::paragraph(scribe.tw(
        if place.is_empty() { "paper-minutes-opening" } else { "paper-minutes-opening-at" },
        &[("date", &scribe.day(day)), ("office", &office), ("meeting", name), ("place", place)],
    ))];
    blocks.extend(paragraphs(&item.minutes));
    blocks.extend(agenda(scribe, item));
    blocks.push(Block::heading(1, scribe.t("paper-minutes-decisions")));
    if decisions.is_empty() {
        blocks.push(Block::paragraph(scribe.t("paper-minutes-decisions-none")));
    } else {
        let rows = (1i64..).zip(decisions).map(|(at, row)| {
            let units = row.lead_unit.iter().chain(&row.supporting_units);
            Row::new([
                Cell::from(at),
                Cell::from(row.name.get(english)),
                Cell::from(scribe.units(units)),
                row.due.map_or(Cell::Empty, Cell::Day),
                Cell::from(scribe.word("item-state", &row.state)),
                scribe.light_cell(judge.judge(row).light),
            ])
        });
        blocks.push(Block::Table(Table {
            caption: None,
            columns: vec![
                scribe.column("paper-head-no", 8, Align::Centre),
                scribe.column("paper-head-decision", 34, Align::Start),
                scribe.column("head-lead-unit", 24, Align::Start),
                scribe.column("ledger-head-due", 14, Align::Centre),
                scribe.column("ledger-head-state", 11, Align::Centre),
                scribe.column("ledger-head-light", 11, Align::Centre),
            ],
            rows: rows.collect(),
            size: TextSize::Small,
        }));
        let as_of = scribe.day(scribe.portfolio.view.as_of);
        blocks.push(Block::Note(scribe.tw("paper-minutes-as-of", &[("date", &as_of)])));
    }
    let issue = Issue { number: super::slip::serial(item), total: None };
    let kind = Kind::Minutes(Line { issue, body: office, date: day });
    let mut out = scribe.document(kind, "paper-mark-minutes", name.to_owned(), day);
    out.body = vec![portrait(blocks)];
    for how in [Attendance::Present, Attendance::Excused, Attendance::Observing, Attendance::Absent] {
        let there = item.attendance.iter().filter(|(_, held, _)| *held == how).map(|(unit, _, who)| {
            let unit = scribe.unit(unit);
            if who.is_empty() { unit } else { format!("{unit} {who}") }
        });
        let text = there.collect::<Vec<_>>().join(words::shown::comma(scribe.lang));
        if !text.is_empty() {
            out.attendance.push(Labelled { label: scribe.word("attendance", how.as_str()), text });
        }
    }
    out
}
