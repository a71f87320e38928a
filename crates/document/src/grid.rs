//! Tables and forms laid out as grids.

use crate::flow::{Grid, GridCell, GridRow, Merge, Piece, Set, tone_piece};
use crate::form;
use crate::length::Length;
use crate::model::Language;
use crate::style::{BLACK, CELL_SIDE, Role, Sizes};
use crate::table::{Align, Cell, Column, Form, Row, Table, TextSize};

/// Nothing is set smaller.
const SMALLEST: Length = 5_000;

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
    let widths = widths(measure, &shares);
    let language = sizes.language;
    let mut rows = heads(&table.columns, &widths, language, size);
    rows.extend(table.rows.iter().map(|held| row(held, &table.columns, &widths, language, size)));
    Grid {
        widths,
        rows,
        pitch,
        boxed: sizes.language == Language::Chinese,
        before: pitch / 4,
        after: pitch / 2,
    }
}

/// A heading, set smaller where its longest word would be broken.
fn heading(column: &Column, width: Length, size: Length, merge: Merge, set: Set) -> GridCell {
    let words = column.heading.split(|c: char| !c.is_ascii() || c.is_whitespace());
    let size = words.map(|word| fitting(word, size, width, Role::Heading)).min().unwrap_or(size);
    head(&column.heading, size, 1, merge, set)
}

fn head(text: &str, size: Length, columns: usize, merge: Merge, set: Set) -> GridCell {
    GridCell { pieces: piece(text, Role::Heading, size), set, columns, merge, head: true }
}

fn heads(columns: &[Column], widths: &[Length], language: Language, size: Length) -> Vec<GridRow> {
    let over = |column: &Column| match language {
        Language::Chinese => Set::Centre,
        Language::English => set(column.align),
    };
    let row = |cells| GridRow { cells, head: true, strong: false, keep: false, lines: 1 };
    let heading = |at: usize, merge| heading(&columns[at], widths[at], size, merge, over(&columns[at]));
    if columns.iter().all(|column| column.group.is_none()) {
        return vec![row((0..columns.len()).map(|at| heading(at, Merge::None)).collect())];
    }
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    let mut at = 0;
    for group in columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        match &group[0].group {
            Some(name) => {
                upper.push(head(name, size, group.len(), Merge::None, Set::Centre));
                lower.extend((at..at + group.len()).map(|at| heading(at, Merge::None)));
            }
            None => {
                upper.push(heading(at, Merge::Start));
                lower.push(head("", size, 1, Merge::Continue, Set::Centre));
            }
        }
        at += group.len();
    }
    vec![row(upper), row(lower)]
}

fn set(align: Align) -> Set {
    match align {
        Align::Start => Set::Left,
        Align::Centre => Set::Centre,
        Align::Number => Set::Right,
    }
}

/// Numbers and dates are never broken: where their column is too narrow they are set smaller.
/// Figures are half as wide as their size, bold ones of a sans-serif a little more.
fn fitting(text: &str, size: Length, width: Length, role: Role) -> Length {
    let room = width - 2 * CELL_SIDE;
    let share = if role == Role::Heading { 58 } else { 51 };
    let wanted = text.chars().count() as Length * size / 100 * share;
    if wanted <= room {
        return size;
    }
    let fit = (i64::from(size) * i64::from(room.max(1)) / i64::from(wanted)) as Length;
    (fit / 500 * 500).max(SMALLEST)
}

fn row(row: &Row, columns: &[Column], widths: &[Length], language: Language, size: Length) -> GridRow {
    let empty = Cell::Empty;
    let role = if row.strong { Role::Heading } else { Role::Body };
    let cells = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cell = row.cells.get(at).unwrap_or(&empty);
            let text = form::cell(language, cell);
            let size = match cell {
                Cell::Number(_) | Cell::Percent(_) | Cell::Day(_) => fitting(&text, size, widths[at], role),
                Cell::Empty | Cell::Text(_) | Cell::Signal { .. } => size,
            };
            let mut pieces = Vec::new();
            if let Cell::Signal { tone, .. } = cell {
                pieces.push(tone_piece(*tone, size));
            }
            pieces.extend(piece(text, role, size));
            GridCell { pieces, set: set(column.align), columns: 1, merge: Merge::None, head: false }
        })
        .collect();
    GridRow { cells, head: false, strong: row.strong, keep: row.keep, lines: 1 }
}

/// A form's four columns: label, text, label, text.
const FORM_SHARES: [u16; 4] = [5, 9, 5, 9];

pub(crate) fn form(form: &Form, sizes: &Sizes, measure: Length) -> Grid {
    let (size, pitch) = sizes.table(TextSize::Normal);
    let label = |text: &str| head(text, size, 1, Merge::None, Set::Centre);
    let filled = |text: &str, columns| GridCell {
        pieces: piece(text, Role::Body, size),
        set: Set::Left,
        columns,
        merge: Merge::None,
        head: false,
    };
    let count = form.rows.len();
    let rows = form
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let cells = match &row.beside {
                Some((other, text)) => {
                    vec![label(&row.label), filled(&row.text, 1), label(other), filled(text, 1)]
                }
                None => vec![label(&row.label), filled(&row.text, 3)],
            };
            // A form that fits stands on one page.
            let keep = at + 1 < count;
            GridRow { cells, head: false, strong: false, keep, lines: row.lines.max(1) }
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
