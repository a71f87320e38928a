//! A chart as PDF: its texts are a table to those who cannot see the bars.

use std::collections::BTreeMap;

use super::layout::{Laid, Layout};
use super::setter::Room;
use super::sheet::Mark;
use super::tree::{Kind, Tree};
use super::{PdfError, Written, write};
use crate::chart::{Chart, Drawn, Part, lay_out};
use crate::flow::{Flow, Piece};
use crate::font::{Library, Role};
use crate::style::{BLACK, sizes};

/// Writes a chart with the fonts of a library.
pub fn write_chart(chart: &Chart, library: &Library) -> Result<Written, PdfError> {
    let fonts = library.load(chart.language)?;
    let plates = lay_out(chart);
    let Some(first) = plates.first() else { return Err(PdfError::TooLong { most: 0 }) };
    let mut layout = Layout::new(&fonts, sizes(chart.language), first.page);
    let mut elements = Elements::default();
    for plate in &plates {
        layout.page = plate.page;
        layout.turn()?;
        for mark in &plate.marks {
            match mark {
                Drawn::Fill { x, y, width, height, colour } => {
                    layout.mark(Mark::Fill { x: *x, y: *y, width: *width, height: *height, colour: *colour })
                }
                Drawn::Text { x, y, width, height, size, strong, set, text, part } => {
                    let role = if *strong { Role::Heading } else { Role::Body };
                    let piece = Piece { text: text.clone(), role, size: *size, colour: BLACK };
                    // The text was fitted by the usual widths; a wider font must not break it in two.
                    let room = Room { measure: *width, first: 0, set: *set };
                    let lines = layout.setter.lines(&[piece], room);
                    let element = elements.of(&mut layout.tree, *part);
                    if let Some(line) = lines.first() {
                        layout.line(line, *x, *y, *height, element);
                    }
                }
            }
        }
    }
    let missing = layout.setter.missing.iter().copied().collect();
    let laid = Laid { sheets: layout.sheets, tree: layout.tree, missing };
    let flow = Flow {
        language: chart.language,
        title: chart.title.clone(),
        properties: chart.properties.clone(),
        parts: Vec::new(),
        letter: None,
    };
    let bytes = write::write(&flow, &laid, &fonts)?;
    Ok(Written {
        bytes,
        pages: laid.sheets.len(),
        fonts: library.uses(chart.language),
        missing: laid.missing,
    })
}

#[derive(Default)]
struct Elements {
    table: Option<usize>,
    head: Option<usize>,
    rows: BTreeMap<usize, usize>,
}

impl Elements {
    fn of(&mut self, tree: &mut Tree, part: Part) -> Option<usize> {
        match part {
            Part::Furniture => None,
            Part::Title => Some(tree.add(Tree::ROOT, Kind::Heading(1))),
            Part::Note => Some(tree.add(Tree::ROOT, Kind::Paragraph)),
            Part::Head(_) => {
                let table = *self.table.get_or_insert_with(|| tree.add(Tree::ROOT, Kind::Table));
                let head = *self.head.get_or_insert_with(|| tree.add(table, Kind::Row));
                Some(tree.add(head, Kind::HeadCell))
            }
            Part::Cell(row, _) => {
                let table = *self.table.get_or_insert_with(|| tree.add(Tree::ROOT, Kind::Table));
                let row = *self.rows.entry(row).or_insert_with(|| tree.add(table, Kind::Row));
                Some(tree.add(row, Kind::Cell))
            }
        }
    }
}
