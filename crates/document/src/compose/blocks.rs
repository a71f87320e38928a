//! Blocks of the text.

use super::{Composer, items};
use crate::block::{Block, ListStyle, Text};
use crate::flow::{Item, Paragraph, Piece, Set, Tag};
use crate::grid;
use crate::style::{BLACK, Page, Role};

impl Composer<'_> {
    pub(super) fn block(&mut self, block: &Block, page: &Page) -> Vec<Item> {
        match block {
            Block::Heading { level, text } => vec![Item::Paragraph(self.heading(*level, text))],
            Block::Paragraph(text) => vec![Item::Paragraph(self.body(text))],
            Block::List(list) => items(
                list.items.iter().enumerate().map(|(at, text)| self.list_item(list.style, at + 1, text)),
            ),
            Block::Table(table) => {
                let mut out = Vec::new();
                if let Some(caption) = &table.caption {
                    let (size, pitch) = self.sizes.table(table.size);
                    let piece = self.coloured(caption, Role::Heading, size, BLACK);
                    let set = if self.chinese() { Set::Centre } else { Set::Left };
                    let held = self.paragraph(vec![piece], set);
                    let caption =
                        Paragraph { pitch, before: pitch / 2, keep: true, tag: Tag::Caption, ..held };
                    out.push(Item::Paragraph(caption));
                }
                if !table.columns.is_empty() {
                    out.push(Item::Grid(grid::table(table, &self.sizes, page.measure())));
                }
                out
            }
            Block::Form(form) if form.rows.is_empty() => Vec::new(),
            Block::Form(form) => vec![Item::Grid(grid::form(form, &self.sizes, page.measure()))],
            Block::Note(text) => {
                let piece = self.coloured(text, Role::Body, self.sizes.note, BLACK);
                let held = self.paragraph(vec![piece], Set::Text);
                let (pitch, after) = (self.sizes.note_pitch, self.sizes.note_pitch / 2);
                vec![Item::Paragraph(Paragraph { pitch, after, ..held })]
            }
        }
    }

    fn heading(&mut self, level: u8, text: &str) -> Paragraph {
        let level = level.clamp(1, 4);
        let number = self.counter.next(self.language(), usize::from(level) - 1);
        let text = format!("{number}{text}");
        let (role, size) = self.sizes.heading(level);
        let piece = self.coloured(&text, role, size, BLACK);
        if self.chinese() {
            let held = self.paragraph(vec![piece], Set::Text);
            return Paragraph { first: self.sizes.indent, keep: true, tag: Tag::Heading(level), ..held };
        }
        let before = match level {
            1 => 14_000,
            2 => 10_000,
            _ => 6_000,
        };
        let pitch = self.sizes.pitch + size - self.sizes.body;
        Paragraph {
            pitch,
            before,
            after: 3_000,
            keep: true,
            tag: Tag::Heading(level),
            ..self.paragraph(vec![piece], Set::Left)
        }
    }

    fn pieces(&self, text: &Text) -> Vec<Piece> {
        let strong = if self.chinese() { Role::Heading } else { Role::Subheading };
        text.0
            .iter()
            .filter(|run| !run.text.is_empty())
            .map(|run| self.piece(run.text.as_str(), if run.strong { strong } else { Role::Body }))
            .collect()
    }

    fn body(&self, text: &Text) -> Paragraph {
        Paragraph {
            first: self.sizes.indent,
            after: self.sizes.between,
            tag: Tag::Body,
            ..self.paragraph(self.pieces(text), Set::Text)
        }
    }

    /// Chinese items read on like paragraphs; English ones hang.
    fn list_item(&self, style: ListStyle, at: usize, text: &Text) -> Paragraph {
        let mark = match (style, self.chinese()) {
            (ListStyle::Numbered, true) => format!("{at}."),
            (ListStyle::Numbered, false) => format!("{at}.\u{2002}"),
            (ListStyle::Dashed, true) => "——".to_owned(),
            (ListStyle::Dashed, false) => "–\u{2002}".to_owned(),
        };
        let mut pieces = vec![self.piece(mark, Role::Body)];
        pieces.extend(self.pieces(text));
        let held = self.paragraph(pieces, Set::Text);
        if self.chinese() {
            Paragraph { first: self.sizes.indent, tag: Tag::Item, ..held }
        } else {
            let after = self.sizes.between / 2;
            Paragraph { left: 18_000, first: -12_000, after, tag: Tag::Item, ..held }
        }
    }
}
