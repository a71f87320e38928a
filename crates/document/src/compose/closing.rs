//! What stands under the text: annex note, signature, attendance, note, annexes' heads, imprint.

use super::{Composer, halves, items};
use crate::flow::{Item, Pair, Paragraph, Rule, Set, Tag};
use crate::form;
use crate::length::tenths;
use crate::model::{Imprint, Signature};
use crate::style::{BLACK, Page, Role};

impl Composer<'_> {
    pub(super) fn closing(&self, page: &Page) -> Vec<Item> {
        let mut out = self.annex_note();
        if let Some(signature) = &self.document.signature {
            out.extend(self.signature(signature, page));
        }
        for (at, party) in self.document.attendance.iter().enumerate() {
            let label = format!("{}{}", party.label, form::colon(self.language()));
            // The names hang behind the label.
            let hang = self.sizes.character * halves(&label) / 2;
            let pieces = vec![self.piece(label, Role::Heading), self.piece(party.text.as_str(), Role::Body)];
            let held = self.paragraph(pieces, Set::Text);
            let before = if at == 0 { self.sizes.pitch } else { self.sizes.between };
            out.push(Item::Paragraph(if self.chinese() {
                Paragraph { left: self.sizes.indent + hang, first: -hang, before, ..held }
            } else {
                Paragraph { before, ..held }
            }));
        }
        if let Some(note) = &self.document.note {
            let text = if self.chinese() { format!("（{note}）") } else { format!("({note})") };
            let line = self.plain(text, Role::Body, Set::Text);
            out.push(Item::Paragraph(Paragraph {
                first: self.sizes.indent,
                before: self.sizes.between,
                ..line
            }));
        }
        out
    }

    /// 附件：1.…, the titles of further annexes under the first; no full stop.
    fn annex_note(&self) -> Vec<Item> {
        let annexes = &self.document.annexes;
        let label = format!("{}{}", self.document.labels.annex, form::colon(self.language()));
        let label_width = self.sizes.character * halves(&label) / 2;
        items(annexes.iter().enumerate().map(|(at, annex)| {
            let title = annex.title.replace('\n', "");
            let number = if annexes.len() == 1 { String::new() } else { format!("{}.", at + 1) };
            let space = if self.chinese() || number.is_empty() { "" } else { " " };
            let text = format!("{}{number}{space}{title}", if at == 0 { label.as_str() } else { "" });
            let hang = self.sizes.character * halves(&number) / 2;
            let first = if at == 0 { -(label_width + hang) } else { -hang };
            let held = self.plain(text, Role::Body, Set::Text);
            Paragraph {
                left: self.sizes.indent + label_width + hang,
                first,
                before: if at == 0 { self.sizes.pitch } else { 0 },
                keep: self.document.signature.is_some(),
                ..held
            }
        }))
    }

    fn signature(&self, signature: &Signature, page: &Page) -> Vec<Item> {
        let Signature { body, date, sealed } = signature;
        let date = form::date(self.language(), *date);
        // Half-width characters from the right edge.
        let (body_right, date_right) = if !self.chinese() {
            (0, 0)
        } else if *sealed {
            // The date stands four characters from the edge, the body is centred over it.
            (8 + (halves(&date) - halves(body)) / 2, 8)
        } else {
            // The date begins two characters behind the body's first, and ends two from the edge.
            let date_right = (halves(body) - halves(&date) - 4).max(4);
            (date_right + halves(&date) + 4 - halves(body), date_right)
        };
        let half = self.sizes.character / 2;
        let most = page.measure() / 2;
        let right = |halves: i32| (half * halves.max(0)).min(most);
        let room = if *sealed { 2 } else { 1 };
        let before = if self.chinese() { room * self.sizes.pitch } else { self.sizes.pitch * 2 };
        let first = self.plain(body.as_str(), Role::Body, Set::Right);
        let second = self.plain(date, Role::Body, Set::Right);
        items([
            Paragraph { right: right(body_right), before, keep: true, ..first },
            Paragraph { right: right(date_right), ..second },
        ])
    }

    /// 附件1 at the top left in the heading's font, the title centred on the third line.
    pub(super) fn annex_head(&self, at: usize, title: &str, page: &Page) -> Vec<Item> {
        let label = &self.document.labels.annex;
        let number = if self.document.annexes.len() == 1 { String::new() } else { (at + 1).to_string() };
        let space = if self.chinese() || number.is_empty() { "" } else { " " };
        let line = self.plain(format!("{label}{space}{number}"), Role::Heading, Set::Left);
        let head = Paragraph { keep: true, ..line };
        let set = if self.chinese() { Set::Centre } else { Set::Left };
        let piece = self.coloured(&self.shaped(title, page), Role::Title, self.sizes.title, BLACK);
        let held = self.paragraph(vec![piece], set);
        let title = Paragraph {
            pitch: self.sizes.title_pitch,
            before: if self.chinese() { self.sizes.pitch } else { 0 },
            after: if self.chinese() { self.sizes.pitch } else { self.sizes.pitch / 2 },
            keep: true,
            tag: Tag::Title,
            ..held
        };
        items([head, title])
    }

    pub(super) fn imprint(&self, imprint: &Imprint) -> Item {
        let (size, pitch) = (self.sizes.imprint, self.sizes.imprint_pitch);
        let side = if self.chinese() { size } else { 0 };
        let rule = |thickness, before| {
            Item::Rule(Rule { colour: BLACK, thickness: tenths(thickness) / 10, before, after: 0, beyond: 0 })
        };
        let gap = pitch / 10;
        // 0.35 mm for the first and the last rule, 0.25 mm between.
        let mut out = vec![rule(35, 0)];
        for copy in &imprint.copies {
            let label = format!("{}{}", copy.label, form::colon(self.language()));
            let hang = size * halves(&label) / 2;
            let text = format!("{label}{}", copy.text);
            let held = self.paragraph(vec![self.coloured(&text, Role::Body, size, BLACK)], Set::Text);
            let (left, first) = if self.chinese() { (side + hang, -hang) } else { (0, 0) };
            out.push(Item::Paragraph(Paragraph { left, first, right: side, pitch, before: gap, ..held }));
            out.push(rule(25, gap));
        }
        out.push(Item::Pair(Pair {
            start: self.coloured(&imprint.issued_by, Role::Body, size, BLACK),
            end: self.coloured(&imprint.issued_on, Role::Body, size, BLACK),
            side,
            pitch: pitch + gap,
        }));
        out.push(rule(35, gap));
        Item::Foot(out)
    }
}
