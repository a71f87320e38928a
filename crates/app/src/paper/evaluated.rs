//! The evaluation of a year as a report holds it: frozen as it is printed, in both languages, and printed again from what
//! was frozen.

use document::xlsx::Sheet;
use document::{Align, Block, Cell, Column, Orientation, Row, Section, Table, TextSize};
use domain::history::View;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::report::{EvaluationTable, FoundCell, FoundColumn, FoundEvaluation, FoundTable};
use words::{Lang, shown};

use super::evaluation::{Part, Yearly};
use super::scribe::{Scribe, landscape, portrait};
use crate::App;
use crate::error::AppError;
use crate::evaluation::{PlanEvaluation, last_day};

impl App {
    /// What the evaluation of a year finds on the day of a portfolio.
    pub(crate) async fn evaluation_table(
        &self,
        portfolio: &Portfolio,
        table: &EvaluationTable,
    ) -> Result<FoundEvaluation, AppError> {
        let view = View { as_of: last_day(table.year, portfolio.view.as_of), known: portfolio.view.known };
        let found = self.plan_evaluation_at(&portfolio.plan.code, None, view).await?;
        let year = table.year;
        crate::aside(move || freeze(&found, year)).await
    }
}

fn both((zh, en): (String, String)) -> Named {
    let en = if en == zh { String::new() } else { en };
    Named::new(zh, en)
}

/// A cell as it is printed.
fn written(lang: Lang, cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Signal { text, .. } => text.clone(),
        Cell::Number(number) => shown::number(*number),
        Cell::Percent(percent) => format!("{}%", shown::number(*percent)),
        Cell::Day(on) => shown::day(lang, *on),
    }
}

/// Numbers stay numbers; all else is frozen as it is printed.
fn cell((zh, en): (&Cell, &Cell)) -> FoundCell {
    match (zh, en) {
        (Cell::Empty, Cell::Empty) => FoundCell::Empty,
        (Cell::Number(number), Cell::Number(same)) if number == same => FoundCell::Number(*number),
        (zh, en) => FoundCell::Text(both((written(Lang::Zh, zh), written(Lang::En, en)))),
    }
}

fn table((zh, en): (Part, Part)) -> FoundTable {
    let columns = zh.table.columns.into_iter().zip(en.table.columns).map(|(zh, en)| FoundColumn {
        name: both((zh.heading, en.heading)),
        number: zh.align == Align::Number,
        width: zh.width,
    });
    let rows = zh.table.rows.iter().zip(&en.table.rows);
    FoundTable {
        title: both((zh.title, en.title)),
        columns: columns.collect(),
        rows: rows.map(|(zh, en)| zh.cells.iter().zip(&en.cells).map(cell).collect()).collect(),
        notes: zh.notes.into_iter().zip(en.notes).map(both).collect(),
    }
}

/// Everything that the evaluation of a year says to everybody.
fn freeze(found: &PlanEvaluation, year: i16) -> FoundEvaluation {
    let told = |lang| {
        let scribe = Scribe { lang, portfolio: &found.portfolio };
        let yearly = Yearly { scribe: &scribe, found, year };
        (yearly.summary(), yearly.parts())
    };
    let ((zh, zh_parts), (en, en_parts)) = (told(Lang::Zh), told(Lang::En));
    FoundEvaluation {
        as_of: found.portfolio.view.as_of,
        summary: zh.into_iter().zip(en).map(both).collect(),
        tables: zh_parts.into_iter().zip(en_parts).map(table).collect(),
    }
}

fn printed(scribe: &Scribe<'_>, held: &FoundTable, caption: Option<String>) -> Table {
    let english = scribe.english();
    let columns = held.columns.iter().map(|column| {
        let align = if column.number { Align::Number } else { Align::Start };
        Column::new(column.name.get(english), column.width, align)
    });
    let cell = |held: &FoundCell| match held {
        FoundCell::Empty => Cell::Empty,
        FoundCell::Text(text) => Cell::from(text.get(english).to_owned()),
        FoundCell::Number(number) => Cell::Number(*number),
    };
    Table {
        caption,
        columns: columns.collect(),
        rows: held.rows.iter().map(|row| Row::new(row.iter().map(cell))).collect(),
        size: TextSize::Small,
    }
}

fn notes(scribe: &Scribe<'_>, held: &FoundTable) -> impl Iterator<Item = Block> {
    let english = scribe.english();
    let notes: Vec<Block> = held.notes.iter().map(|note| Block::Note(note.get(english).to_owned())).collect();
    notes.into_iter()
}

/// What a report prints of an evaluation: sections of its own for tables that need the width, and what stands before the
/// first of them goes on from `before`. Returns what the text goes on with.
pub(super) fn sections(
    scribe: &Scribe<'_>,
    held: &EvaluationTable,
    (mut before, out): (Vec<Block>, &mut Vec<Section>),
    number: &mut usize,
) -> Vec<Block> {
    let english = scribe.english();
    let Some(found) = &held.found else { return before };
    before.push(Block::paragraph(scribe.tw("paper-evaluation-as-of", &[("date", &scribe.day(found.as_of))])));
    before.extend(found.summary.iter().map(|text| Block::paragraph(text.get(english))));
    for held in &found.tables {
        let heading = Block::heading(2, held.title.get(english));
        if held.rows.is_empty() {
            before.push(heading);
            before.extend(notes(scribe, held));
            continue;
        }
        *number += 1;
        let args = [("number", number.to_string()), ("title", held.title.get(english).to_owned())];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        let table = Block::Table(printed(scribe, held, Some(scribe.tw("paper-table", &args))));
        let whole = [heading, table].into_iter().chain(notes(scribe, held));
        if !held.is_wide() {
            before.extend(whole);
            continue;
        }
        let text = std::mem::take(&mut before);
        let follows = text.is_empty();
        out.extend((!follows).then(|| portrait(text)));
        match out.last_mut().filter(|last| follows && last.orientation == Orientation::Landscape) {
            Some(last) => last.blocks.extend(whole),
            None => out.push(landscape(whole.collect())),
        }
    }
    before
}

/// The tables of an evaluation, a sheet for each that has rows.
pub(super) fn sheets(scribe: &Scribe<'_>, held: &EvaluationTable, name: &str) -> Vec<Sheet> {
    let english = scribe.english();
    let Some(found) = &held.found else { return Vec::new() };
    let as_of = scribe.tw("paper-evaluation-as-of", &[("date", &scribe.day(found.as_of))]);
    let tables = found.tables.iter().filter(|table| !table.rows.is_empty());
    tables
        .map(|table| {
            let title = table.title.get(english);
            let notes = table.notes.iter().map(|note| note.get(english));
            let note = std::iter::once(as_of.as_str()).chain(notes).collect::<Vec<_>>().join(" ");
            let whole = format!("{name} · {title}");
            scribe.sheet(title.to_owned(), whole, Some(note), printed(scribe, table, None))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use document::Tone;
    use jiff::civil::date;
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn whatever_a_cell_holds_is_frozen() {
        let text = |zh: &str, en: &str| FoundCell::Text(Named::new(zh, en));
        let number = Cell::Number(Decimal::new(25, 1));
        assert_eq!(cell((&number, &number)), FoundCell::Number(Decimal::new(25, 1)));
        assert_eq!(cell((&Cell::Empty, &Cell::Empty)), FoundCell::Empty);
        assert_eq!(cell((&Cell::from("好"), &Cell::from("good"))), text("好", "good"));
        assert_eq!(cell((&Cell::from("好"), &Cell::Empty)), text("好", ""));
        assert_eq!(cell((&Cell::Empty, &Cell::from("good"))), text("", "good"));
        let percent = Cell::Percent(Decimal::from(52));
        assert_eq!(cell((&percent, &percent)), text("52%", ""));
        let day = Cell::Day(date(2019, 3, 4));
        assert_eq!(cell((&day, &day)), text("2019年3月4日", "4 March 2019"));
        let signal = |text: &str| Cell::Signal { tone: Tone::Red, text: text.into() };
        assert_eq!(cell((&signal("红灯"), &signal("red"))), text("红灯", "red"));
    }
}
