//! Tables over pages: rows part between lines where they must, heads come again.

use super::PdfError;
use super::layout::Layout;
use super::setter::{Room, SetLine};
use super::sheet::Mark;
use super::tree::{Kind, Tree};
use crate::flow::{Grid, GridCell, GridRow, Merge};
use crate::length::Length;
use crate::style::{BLACK, CELL_ABOVE, CELL_SIDE, Colour, HAIRLINE, SHADE};

/// Rows that are kept together at most.
const KEPT_MOST: usize = 8;

const THIN: Length = 500;
const THICK: Length = 1_000;
const HAIR: Length = 300;
/// A row that does not fit moves to the next page whole when it is no higher than this share of one.
const WHOLE_SHARE: Length = 3;

struct SetCell {
    x: Length,
    width: Length,
    lines: Vec<SetLine>,
    element: Option<usize>,
}

/// The lines of a cell that are drawn at once, and the height they have.
#[derive(Clone, Copy)]
struct Slice {
    from: usize,
    count: usize,
    height: Length,
    centred: bool,
}

struct SetRow<'g> {
    row: &'g GridRow,
    cells: Vec<SetCell>,
    height: Length,
}

impl Layout<'_> {
    pub(super) fn grid_needed(&mut self, grid: &Grid) -> Length {
        let heads: Length = self.heads(grid).iter().map(|row| row.height).sum();
        let mut first = 0;
        let mut together = 0;
        // The rows that are kept with the first one come with it, as far as a page holds them.
        for (at, row) in grid.rows.iter().filter(|row| !row.head).take(KEPT_MOST).enumerate() {
            let height = self.set_row(grid, row).height;
            if at == 0 {
                first = height;
            }
            together += height;
            if !row.keep {
                break;
            }
        }
        let full = self.bottom() - self.page.top;
        let rows = if together + heads <= full / 2 {
            together
        } else if first <= full / WHOLE_SHARE {
            first
        } else {
            2 * grid.pitch + 2 * CELL_ABOVE
        };
        grid.before + heads + rows
    }

    fn set_row<'g>(&mut self, grid: &Grid, row: &'g GridRow) -> SetRow<'g> {
        let mut at = 0;
        let mut x = 0;
        let mut cells = Vec::with_capacity(row.cells.len());
        for cell in &row.cells {
            let width: Length = grid.widths.iter().skip(at).take(cell.columns).sum();
            at += cell.columns;
            let measure = (width - 2 * CELL_SIDE).max(1);
            let lines = self.setter.lines(&cell.pieces, Room { measure, first: 0, set: cell.set });
            cells.push(SetCell { x, width, lines, element: None });
            x += width;
        }
        let most = cells
            .iter()
            .zip(&row.cells)
            .filter(|(_, cell)| cell.merge == Merge::None)
            .map(|(cell, _)| cell.lines.len())
            .max()
            .unwrap_or_default()
            .max(usize::from(row.lines));
        SetRow { row, cells, height: most as Length * grid.pitch + 2 * CELL_ABOVE }
    }

    fn heads<'g>(&mut self, grid: &'g Grid) -> Vec<SetRow<'g>> {
        let mut rows: Vec<SetRow> =
            grid.rows.iter().take_while(|row| row.head).map(|row| self.set_row(grid, row)).collect();
        // Headings over both rows may want more than the two have.
        let tall = rows.first().map_or(0, |first| {
            let merged =
                first.cells.iter().zip(&first.row.cells).filter(|(_, cell)| cell.merge == Merge::Start);
            merged.map(|(cell, _)| cell.lines.len()).max().unwrap_or_default() as Length * grid.pitch
        });
        let sum: Length = rows.iter().map(|row| row.height).sum();
        if let Some(last) = rows.last_mut() {
            last.height += (tall + 2 * CELL_ABOVE - sum).max(0);
        }
        rows
    }

    pub(super) fn grid(&mut self, grid: &Grid) -> Result<(), PdfError> {
        if !self.fresh {
            self.y += grid.before;
        }
        let table = self.tree.add(Tree::ROOT, Kind::Table);
        let mut heads = self.heads(grid);
        for head in &mut heads {
            self.elements(head, table);
        }
        let head_height: Length = heads.iter().map(|row| row.height).sum();
        if !self.fresh && self.y + head_height + grid.pitch > self.bottom() {
            self.turn()?;
        }
        self.draw_heads(grid, &heads);
        for head in &mut heads {
            head.cells.iter_mut().for_each(|cell| cell.element = None);
        }
        let full = self.bottom() - self.page.top - head_height;
        let body: Vec<&GridRow> = grid.rows.iter().skip(heads.len()).collect();
        for (at, row) in body.iter().enumerate() {
            let mut set = self.set_row(grid, row);
            self.elements(&mut set, table);
            let room = self.bottom() - self.y;
            // The last row, a sum mostly, does not stand alone under the heads; rows that are kept with
            // the next stay with it.
            let mut with = 0;
            let mut kept = row.keep || (at > 0 && at + 2 == body.len());
            for next in body[at + 1..].iter().take(KEPT_MOST) {
                if !kept {
                    break;
                }
                with += self.set_row(grid, next).height;
                kept = next.keep;
            }
            let begins = at == 0 || !body[at - 1].keep;
            let alone = begins && set.height <= room && set.height + with > room && set.height + with <= full;
            if alone {
                self.next_page(grid, &heads)?;
                self.draw_row(grid, &set, None);
            } else if set.height <= room {
                self.draw_row(grid, &set, None);
            } else if set.height <= full / WHOLE_SHARE || room < 3 * grid.pitch {
                self.next_page(grid, &heads)?;
                self.long_row(grid, &set, &heads)?;
            } else {
                self.long_row(grid, &set, &heads)?;
            }
            if at + 1 == body.len() {
                break;
            }
        }
        self.close(grid);
        self.y += grid.after;
        Ok(())
    }

    fn elements(&mut self, set: &mut SetRow, table: usize) {
        let row = self.tree.add(table, Kind::Row);
        for (held, cell) in set.cells.iter_mut().zip(&set.row.cells) {
            if cell.merge == Merge::Continue {
                continue;
            }
            let element = self.tree.add(row, if cell.head { Kind::HeadCell } else { Kind::Cell });
            let rows = if cell.merge == Merge::Start { 2 } else { 1 };
            self.tree.elements[element].span = (cell.columns, rows);
            held.element = Some(element);
        }
    }

    fn next_page(&mut self, grid: &Grid, heads: &[SetRow]) -> Result<(), PdfError> {
        self.close(grid);
        self.turn()?;
        self.draw_heads(grid, heads);
        Ok(())
    }

    /// A row that may be higher than the room that is left: it parts between lines.
    fn long_row(&mut self, grid: &Grid, set: &SetRow, heads: &[SetRow]) -> Result<(), PdfError> {
        let lines = ((set.height - 2 * CELL_ABOVE) / grid.pitch).max(1) as usize;
        let mut done = 0;
        loop {
            let room = ((self.bottom() - self.y - 2 * CELL_ABOVE) / grid.pitch).max(1) as usize;
            let now = room.min(lines - done);
            if done == 0 && now == lines {
                self.draw_row(grid, set, None);
            } else {
                self.draw_row(grid, set, Some((done, now)));
            }
            done += now;
            if done >= lines {
                return Ok(());
            }
            self.next_page(grid, heads)?;
        }
    }

    fn draw_heads(&mut self, grid: &Grid, heads: &[SetRow]) {
        let total: Length = heads.iter().map(|row| row.height).sum();
        let top = self.y;
        let width: Length = grid.widths.iter().sum();
        if grid.boxed {
            self.fill(0, top, width, total, SHADE);
        } else if !heads.is_empty() {
            self.fill(0, top, width, THICK, BLACK);
        }
        for (at, head) in heads.iter().enumerate() {
            for (held, cell) in head.cells.iter().zip(&head.row.cells) {
                let height = if cell.merge == Merge::Start { top + total - self.y } else { head.height };
                if cell.merge != Merge::Continue {
                    let slice = Slice { from: 0, count: held.lines.len(), height, centred: true };
                    self.cell(grid, held, cell, slice);
                }
                let group = at == 0 && cell.merge == Merge::None && heads.len() > 1;
                if group && !grid.boxed {
                    let (x, width) = (held.x + CELL_SIDE, held.width - 2 * CELL_SIDE);
                    self.fill(x, self.y + head.height, width, HAIR, BLACK);
                }
            }
            self.y += head.height;
        }
        if !grid.boxed && !heads.is_empty() {
            self.fill(0, self.y - THIN, width, THIN, BLACK);
        }
        self.fresh = false;
    }

    /// Draws a row, or the `part` of it that begins with a line and has so many.
    fn draw_row(&mut self, grid: &Grid, set: &SetRow, part: Option<(usize, usize)>) {
        let (from, height) = match part {
            Some((from, count)) => (from, count as Length * grid.pitch + 2 * CELL_ABOVE),
            None => (0, set.height),
        };
        for (held, cell) in set.cells.iter().zip(&set.row.cells) {
            let count = part.map_or(held.lines.len(), |(_, count)| count);
            if cell.head && grid.boxed {
                self.fill(held.x, self.y, held.width, height, SHADE);
            }
            self.cell(grid, held, cell, Slice { from, count, height, centred: part.is_none() });
        }
        self.y += height;
        if !grid.boxed {
            let width = grid.widths.iter().sum();
            self.fill(0, self.y - HAIR / 2, width, HAIR, HAIRLINE);
        }
        self.fresh = false;
    }

    fn cell(&mut self, grid: &Grid, held: &SetCell, cell: &GridCell, slice: Slice) {
        let Slice { from, count, height, centred } = slice;
        let end = (from + count).min(held.lines.len());
        let lines = held.lines.get(from..end).unwrap_or_default();
        let text = lines.len() as Length * grid.pitch;
        let middle = centred && (grid.boxed || cell.head);
        let mut y = self.y + if middle { (height - text) / 2 } else { CELL_ABOVE };
        let x = self.page.left + held.x + CELL_SIDE;
        for line in lines {
            self.line(line, x, y, grid.pitch, held.element);
            y += grid.pitch;
        }
        if grid.boxed {
            self.frame(held.x, self.y, held.width, height);
        }
    }

    fn frame(&mut self, x: Length, y: Length, width: Length, height: Length) {
        let half = THIN / 2;
        for (x, y, width, height) in [
            (x - half, y - half, width + THIN, THIN),
            (x - half, y + height - half, width + THIN, THIN),
            (x - half, y - half, THIN, height + THIN),
            (x + width - half, y - half, THIN, height + THIN),
        ] {
            self.fill(x, y, width, height, BLACK);
        }
    }

    /// The rule under the last row of a page.
    fn close(&mut self, grid: &Grid) {
        if !grid.boxed {
            let width = grid.widths.iter().sum();
            self.fill(0, self.y - THICK, width, THICK, BLACK);
        }
    }

    fn fill(&mut self, x: Length, y: Length, width: Length, height: Length, colour: Colour) {
        self.mark(Mark::Fill { x: self.page.left + x, y, width, height, colour });
    }
}
