//! Service gaps in a report: one table by kind, one of the register, and what has to be said with them.

use document::xlsx::Sheet;
use document::{Align, Block, Cell, Row, Table, TextSize};
use domain::report::{FoundGaps, GapRow, GapSum, GapTable};
use rust_decimal::Decimal;

use super::scribe::Scribe;
use crate::place::gap_table::{notes, row_answer, row_causes, row_requests};

/// A whole number as a cell.
fn whole(count: u64) -> Cell {
    Cell::from(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A share with one decimal; a dash where there is nobody.
fn share(of: u64, all: u64) -> Cell {
    if all == 0 {
        return Cell::from("—".to_owned());
    }
    let share = (Decimal::from(of) * Decimal::from(100) / Decimal::from(all)).round_dp(1);
    Cell::from(format!("{}%", share.normalize()))
}

/// Both tables of one exhibit, with what limits them.
pub(super) fn blocks(scribe: &Scribe<'_>, held: &GapTable, table: &mut usize) -> Vec<Block> {
    let title = held.title.get(scribe.english());
    let empty = FoundGaps::default();
    let found = held.found.as_ref().unwrap_or(&empty);
    if found.no_residences {
        return vec![Block::paragraph(scribe.tw("paper-gaps-no-residences", &[("title", title)]))];
    }
    let mut caption = |title: &str| {
        *table += 1;
        Some(scribe.tw("paper-table", &[("number", &table.to_string()), ("title", title)]))
    };
    let mut out = Vec::new();
    if !found.sums.is_empty() {
        let caption = caption(&scribe.tw("paper-gaps-by-kind", &[("title", title)]));
        out.push(Block::Table(Table { caption, ..sums(scribe, found) }));
    }
    if found.lines.is_empty() {
        out.push(Block::paragraph(scribe.tw("paper-study-none", &[("title", title)])));
    } else {
        let caption = caption(title);
        out.push(Block::Table(Table { caption, ..lines(scribe, found) }));
    }
    out.extend(notes(scribe.lang, held, found).into_iter().map(Block::Note));
    out
}

fn unit(scribe: &Scribe<'_>, by_residences: bool) -> String {
    scribe.t(if by_residences { "coverage-residences" } else { "coverage-people" })
}

fn sums(scribe: &Scribe<'_>, found: &FoundGaps) -> Table {
    let number = |key: &str| scribe.column(key, 12, Align::Number);
    let columns = vec![
        scribe.column("field-facility-kind", 30, Align::Start),
        number("coverage-covered"),
        number("coverage-not-covered"),
        number("coverage-unknown"),
        number("gaps-covered-before"),
        number("coverage-gained"),
        number("coverage-lost"),
        number("gaps-known"),
    ];
    let row = |sum: &GapSum| {
        let all = sum.all();
        let known = match sum.official {
            Some(official) => format!("{} / {official}", sum.known),
            None => format!("{} / —", sum.known),
        };
        let kind = format!(
            "{} · {} ({} {})",
            sum.kind.get(scribe.english()),
            sum.rule.get(scribe.english()),
            all,
            unit(scribe, sum.by_residences)
        );
        Row::new([
            Cell::from(kind),
            share(sum.covered, all),
            share(sum.not_covered, all),
            share(sum.unknown, all),
            share(sum.covered_before(), all),
            whole(sum.gained),
            whole(sum.lost),
            Cell::from(known),
        ])
    };
    Table { caption: None, columns, rows: found.sums.iter().map(row).collect(), size: TextSize::Small }
}

fn lines(scribe: &Scribe<'_>, found: &FoundGaps) -> Table {
    let english = scribe.english();
    let columns = vec![
        scribe.column("coverage-community", 16, Align::Start),
        scribe.column("field-facility-kind", 22, Align::Start),
        scribe.column("gap-state", 12, Align::Start),
        scribe.column("gap-concerned", 12, Align::Number),
        scribe.column("coverage-unknown", 12, Align::Number),
        scribe.column("coverage-reasons", 20, Align::Start),
        scribe.column("gap-requests", 18, Align::Start),
        scribe.column("gap-answer", 20, Align::Start),
    ];
    let row = |row: &GapRow| {
        Row::new([
            Cell::from(row.area.get(english).to_owned()),
            Cell::from(format!("{} · {}", row.kind.get(english), row.rule.get(english))),
            Cell::from(scribe.word("gap-state", &row.state)),
            whole(row.concerned),
            whole(row.unknown),
            Cell::from(row_causes(scribe.lang, row)),
            Cell::from(row_requests(scribe.lang, row)),
            Cell::from(row_answer(scribe.lang, row)),
        ])
    };
    Table { caption: None, columns, rows: found.lines.iter().map(row).collect(), size: TextSize::Small }
}

/// The tables behind an exhibit, a sheet for each.
pub(super) fn sheets(scribe: &Scribe<'_>, held: &GapTable, name: &str) -> Vec<Sheet> {
    let Some(found) = &held.found else { return Vec::new() };
    let title = held.title.get(scribe.english());
    let by_kind = scribe.tw("paper-gaps-by-kind", &[("title", title)]);
    let note = notes(scribe.lang, held, found).join(" ");
    let of = |title: String, table| {
        let whole = format!("{name} · {title}");
        scribe.sheet(title, whole, Some(note.clone()), table)
    };
    vec![of(by_kind, sums(scribe, found)), of(title.to_owned(), lines(scribe, found))]
}
