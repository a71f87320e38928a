//! A list of the ledger, printed as it was asked for.

use document::{Block, Kind};
use domain::code::Code;
use domain::item::asking::Asking;
use words::Lang;

use super::scribe::{Scribe, Width, landscape};
use super::{Data, PRINTED_MOST, PaperError, SHEET_MOST};
use crate::App;
use crate::read::Asked;

impl App {
    pub(super) async fn ledger_paper(
        &self,
        plan: &Code,
        asking: &Asking,
        lang: Lang,
        asked: Asked,
        book: bool,
    ) -> Result<Data, PaperError> {
        let portfolio = self.portfolio(plan, asked).await?;
        let query = asking.query(&portfolio);
        let lights = self.ledger_lights(plan, &query, asked).await?;
        let total: u64 = lights.values().sum();
        let most = if book { SHEET_MOST } else { PRINTED_MOST };
        if total > most as u64 {
            return Err(PaperError::TooLong { found: total, most });
        }
        let rows = self.ledger_rows(plan, &query, asking.sort(), most, self.view(asked).await?).await?;
        let scribe = Scribe { lang, portfolio: &portfolio };
        let day = portfolio.view.as_of;
        let judge = portfolio.plan.lights().on(day);
        let title = scribe.tw("paper-ledger-title", &[("plan", &scribe.plan_name())]);
        let note = note(&scribe, asking, total);
        let table = scribe.ledger_table(rows.iter().map(|(row, it)| (row, it.light)), Width::Wide, &judge);
        if book {
            let sheet = scribe.sheet(scribe.t("nav-ledger"), title, Some(note), table);
            return Ok(Data::Book(scribe.book(day, vec![sheet])));
        }
        let mut blocks = vec![Block::Note(note)];
        blocks.push(if rows.is_empty() {
            Block::paragraph(scribe.t("ledger-none"))
        } else {
            Block::Table(table)
        });
        let mut out = scribe.document(Kind::Plain, "", title, day);
        out.body = vec![landscape(blocks)];
        Ok(Data::Document(Box::new(out)))
    }
}

/// As of when, how many, and under which conditions.
fn note(scribe: &Scribe<'_>, asking: &Asking, total: u64) -> String {
    let english = scribe.english();
    let portfolio = scribe.portfolio;
    let mut parts = vec![scribe.tw(
        "paper-ledger-note",
        &[("date", &scribe.day(portfolio.view.as_of)), ("count", &total.to_string())],
    )];
    let code = |text: &str| Code::new(text).ok();
    for (name, value) in asking.pairs() {
        if value.is_empty() || matches!(name, "sort" | "order") {
            continue;
        }
        parts.push(match name {
            "q" => format!("“{}”", value.trim()),
            "kind" => scribe.word("item-kind", value),
            "standing" if value == "all" => scribe.t("ledger-all"),
            "standing" => scribe.word("standing", value),
            "light" => scribe.word("light", value),
            "level" => scribe.word("item-level", value),
            "series" => scribe.word("series", value),
            "unit" => code(value).map_or_else(|| value.to_owned(), |unit| scribe.unit(&unit)),
            "area" => {
                let held = code(value).and_then(|area| portfolio.areas.get(&area));
                held.map_or(value, |area| area.name.get(english)).to_owned()
            }
            "sector" => portfolio.plan.sector(value).map_or(value, |held| held.name.get(english)).to_owned(),
            "due_from" => scribe.tw("ledger-due-from", &[("date", value)]),
            "due_to" => scribe.tw("ledger-due-to", &[("date", value)]),
            "received_from" => scribe.tw("ledger-received-from", &[("date", value)]),
            "received_to" => scribe.tw("ledger-received-to", &[("date", value)]),
            _ => value.to_owned(),
        });
    }
    parts.join(if english { "; " } else { "；" })
}
