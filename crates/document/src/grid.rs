//! Tables and forms laid out as grids.

use crate::flow::{Grid, GridCell, GridRow, Merge, Piece, Set, tone_piece};
use crate::form;
use crate::length::Length;
use crate::model::Language;
use crate::style::{BLACK, Role, Sizes};
use crate::table::{Align, Cell, Column, Form, Row, Table, TextSize};

/// Divides a width by shares, to the last unit.
fn widths(measure: Length, shares: &[u16]) -> Vec<Length> {
    let total: i64 = shares.iter().map(|share| i64::from((*share).max(1))).sum();
    let mut sum = 0i64;
    let mut edge = 0;
    shares
        .iter()
        .map(|share| {
            sum += i64::from((*share).max(1));
            let next = (i64::from(measure) * sum / total.max(1)) as Length;
            let width = next - edge;
            edge = next;
            width
        })
        .collect()
}

fn piece(text: impl Into<String>, role: Role, size: Length) -> Vec<Piece> {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Piece { text, role, size, colour: BLACK }] }
}

pub(crate) fn table(table: &Table, sizes: &Sizes, measure: Length) -> Grid {
    let (size, pitch) = sizes.table(table.size);
    let shares: Vec<u16> = table.columns.iter().map(|column| column.width).collect();
    let mut rows = heads(&table.columns, size);
    rows.extend(table.rows.iter().map(|held| row(held, &table.columns, sizes.language, size)));
    Grid {
        widths: widths(measure, &shares),
        rows,
        pitch,
        boxed: sizes.language == Language::Chinese,
        before: pitch / 4,
        after: pitch / 2,
    }
}

fn head(text: &str, size: Length, columns: usize, merge: Merge) -> GridCell {
    GridCell { pieces: piece(text, Role::Heading, size), set: Set::Centre, columns, merge, head: true }
}

fn heads(columns: &[Column], size: Length) -> Vec<GridRow> {
    let row = |cells| GridRow { cells, head: true, strong: false, lines: 1 };
    if columns.iter().all(|column| column.group.is_none()) {
        let cells = columns.iter().map(|column| head(&column.heading, size, 1, Merge::None)).collect();
        return vec![row(cells)];
    }
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for group in columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        match &group[0].group {
            Some(name) => {
                upper.push(head(name, size, group.len(), Merge::None));
                lower.extend(group.iter().map(|column| head(&column.heading, size, 1, Merge::None)));
            }
            None => {
                upper.push(head(&group[0].heading, size, 1, Merge::Start));
                lower.push(head("", size, 1, Merge::Continue));
            }
        }
    }
    vec![row(upper), row(lower)]
}

fn row(row: &Row, columns: &[Column], language: Language, size: Length) -> GridRow {
    let empty = Cell::Empty;
    let role = if row.strong { Role::Heading } else { Role::Body };
    let cells = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cell = row.cells.get(at).unwrap_or(&empty);
            let mut pieces = Vec::new();
            if let Cell::Signal { tone, .. } = cell {
                pieces.push(tone_piece(*tone, size));
            }
            pieces.extend(piece(form::cell(language, cell), role, size));
            let set = match column.align {
                Align::Start => Set::Left,
                Align::Centre => Set::Centre,
                Align::Number => Set::Right,
            };
            GridCell { pieces, set, columns: 1, merge: Merge::None, head: false }
        })
        .collect();
    GridRow { cells, head: false, strong: row.strong, lines: 1 }
}

/// A form's four columns: label, text, label, text.
const FORM_SHARES: [u16; 4] = [5, 9, 5, 9];

pub(crate) fn form(form: &Form, sizes: &Sizes, measure: Length) -> Grid {
    let (size, pitch) = sizes.table(TextSize::Normal);
    let label = |text: &str| head(text, size, 1, Merge::None);
    let filled = |text: &str, columns| GridCell {
        pieces: piece(text, Role::Body, size),
        set: Set::Left,
        columns,
        merge: Merge::None,
        head: false,
    };
    let rows = form
        .rows
        .iter()
        .map(|row| {
            let cells = match &row.beside {
                Some((other, text)) => {
                    vec![label(&row.label), filled(&row.text, 1), label(other), filled(text, 1)]
                }
                None => vec![label(&row.label), filled(&row.text, 3)],
            };
            GridRow { cells, head: false, strong: false, lines: row.lines.max(1) }
        })
        .collect();
    Grid {
        widths: widths(measure, &FORM_SHARES),
        rows,
        pitch: pitch + pitch / 4,
        boxed: true,
        before: pitch / 2,
        after: pitch / 2,
    }
}
