//! The head of the first page: mark, number, rule, title, addressee.

use super::{Composer, halves, items};
use crate::flow::{Item, LetterHead, Pair, Paragraph, Rule, Set, Tag};
use crate::form;
use crate::length::{Length, mm, tenths};
use crate::line::{Atom, Line, break_lines};
use crate::model::{DocumentNumber, Kind, Labelled};
use crate::style::{BLACK, Colour, Page, RED, Role};
use crate::table::Tone;

/// The mark's upper edge under the text block's, in documents.
const MARK_BELOW: Length = mm(35);
/// The rule under the number.
const RULE_BELOW: Length = mm(4);
const RED_RULE: Length = 1_400;
/// The mark of a letter, from the page's edge; its double rules, as wide as 170 mm.
const LETTER_MARK: Length = mm(30);
const LETTER_RULE: Length = mm(170);
const LETTER_FOOT: Length = mm(20);

impl Composer<'_> {
    pub(super) fn opening(&self, page: &Page) -> Vec<Item> {
        let mut out = items(self.markings());
        let above = out.len() as i32 * self.sizes.pitch;
        match &self.document.kind {
            Kind::Official { number, signer } => {
                let before = if self.chinese() { (MARK_BELOW - above).max(0) } else { 0 };
                out.push(self.mark(page, before, RED));
                out.extend(self.number_line(number.as_ref(), signer.as_ref()));
                out.push(self.rule(RED));
            }
            Kind::Report(series) | Kind::Minutes(series) => {
                out.push(self.mark(page, 0, RED));
                let issue = form::issue(self.language(), series.issue);
                let line = self.plain(issue, Role::Body, Set::Centre);
                let (before, after) = (self.sizes.pitch / 4, self.sizes.pitch / 2);
                out.push(Item::Paragraph(Paragraph { before, after, ..line }));
                out.push(Item::Pair(Pair {
                    start: self.piece(series.body.as_str(), Role::Body),
                    end: self.piece(form::date(self.language(), series.date), Role::Body),
                    side: if self.chinese() { self.characters(1) } else { 0 },
                    pitch: self.sizes.pitch,
                }));
                out.push(self.rule(RED));
            }
            Kind::Slip { number, date, tone } => {
                // Red is that of every mark.
                let colour = if *tone == Tone::Red { RED } else { Colour::of(*tone) };
                out.push(self.mark(page, 0, colour));
                out.push(self.blank());
                out.push(Item::Pair(Pair {
                    start: self.piece(form::number(self.language(), number), Role::Body),
                    end: self.piece(form::date(self.language(), *date), Role::Body),
                    side: 0,
                    pitch: self.sizes.pitch,
                }));
                out.push(self.rule(colour));
            }
            Kind::Letter { number } => {
                if let Some(number) = number {
                    let text = form::number(self.language(), number);
                    let line = self.plain(text, Role::Body, Set::Right);
                    // Seven eighths of a character under the rule.
                    let before = self.sizes.body * 7 / 8;
                    out.push(Item::Paragraph(Paragraph { before, ..line }));
                }
            }
            Kind::Plain => {}
        }
        out.extend(self.title(page));
        out
    }

    /// Copy number, secrecy and urgency, one under the other.
    fn markings(&self) -> Vec<Paragraph> {
        let head = &self.document.head;
        let mut lines = Vec::new();
        if let Some(copy) = head.copy {
            lines.push(self.plain(format!("{copy:06}"), Role::Body, Set::Left));
        }
        for text in [&head.secrecy, &head.urgency].into_iter().flatten() {
            lines.push(self.plain(text.as_str(), Role::Heading, Set::Left));
        }
        lines
    }

    /// The mark on one line, as large as it may be.
    fn mark(&self, page: &Page, before: Length, colour: Colour) -> Item {
        let mark = &self.document.head.mark;
        // A little room is left: fonts differ, and a mark must not come to stand on two lines.
        let fitting = page.measure() / 25 * 24 / halves(mark).max(1) * 2;
        let most = if self.chinese() { self.sizes.mark } else { self.sizes.mark.min(fitting * 9 / 10) };
        let size = most.min(fitting / 500 * 500).max(self.sizes.body);
        let line = self.paragraph(vec![self.coloured(mark, Role::Title, size, colour)], Set::Centre);
        Item::Paragraph(Paragraph { pitch: size * 6 / 5 / 50 * 50, before, ..line })
    }

    fn number_line(&self, number: Option<&DocumentNumber>, signer: Option<&Labelled>) -> Vec<Item> {
        let number = number.map(|number| form::number(self.language(), number));
        let mut out = vec![self.blank()];
        if self.chinese() {
            out.push(self.blank());
        }
        match (number, signer) {
            // With a signer the number moves to the left, one character in, and the signer faces it.
            (number, Some(signer)) => out.push(Item::Pair(Pair {
                start: self.piece(number.unwrap_or_default(), Role::Body),
                end: self.piece(form::labelled(self.language(), signer), Role::Body),
                side: self.characters(1),
                pitch: self.sizes.pitch,
            })),
            (Some(number), None) => {
                out.push(Item::Paragraph(self.plain(number, Role::Body, Set::Centre)));
            }
            (None, None) => {}
        }
        out
    }

    fn rule(&self, colour: Colour) -> Item {
        // The line of text above already leaves a little room under its characters.
        let under = (self.sizes.pitch - self.sizes.body) / 2;
        Item::Rule(Rule {
            colour,
            thickness: RED_RULE,
            before: (RULE_BELOW - under).max(0),
            after: 0,
            beyond: 0,
        })
    }

    fn title(&self, page: &Page) -> Vec<Item> {
        let mut out = Vec::new();
        if !self.document.title.trim().is_empty() {
            let before = match (&self.document.kind, self.chinese()) {
                (Kind::Plain, _) => 0,
                (Kind::Slip { .. }, true) => self.sizes.pitch,
                (_, true) => 2 * self.sizes.pitch,
                (_, false) => self.sizes.pitch * 3 / 2,
            };
            let size = self.sizes.title;
            let text = self.shaped(&self.document.title, page);
            let set = if self.chinese() { Set::Centre } else { Set::Left };
            let held = self.paragraph(vec![self.coloured(&text, Role::Title, size, BLACK)], set);
            let pitch = self.sizes.title_pitch;
            let after = if self.chinese() { self.sizes.pitch } else { self.sizes.pitch / 2 };
            out.push(Item::Paragraph(Paragraph {
                pitch,
                before,
                after,
                keep: true,
                tag: Tag::Title,
                ..held
            }));
        }
        if let Some(addressee) = &self.document.addressee {
            let end = if self.chinese() { "：" } else { ":" };
            let line = self.plain(format!("{addressee}{end}"), Role::Body, Set::Text);
            out.push(Item::Paragraph(Paragraph { after: self.sizes.between, ..line }));
        }
        out
    }

    /// A Chinese title that needs several lines is broken so that each is a little shorter than the
    /// one above. Widths are estimated: a full-width character is as wide as its size in every font,
    /// and both writers must break alike.
    pub(super) fn shaped(&self, title: &str, page: &Page) -> String {
        let lines = title.lines().map(str::trim).filter(|line| !line.is_empty());
        if !self.chinese() {
            return lines.collect::<Vec<_>>().join("\n");
        }
        let size = self.sizes.title;
        let shaped = lines.map(|line| {
            let atoms: Vec<Atom> =
                line.chars().map(|c| Atom::new(c, if c.is_ascii() { size / 2 } else { size })).collect();
            let count = break_lines(&atoms, page.measure(), page.measure()).len();
            let narrowest = (1..=page.measure() / size)
                .map(|characters| characters * size)
                .find(|width| break_lines(&atoms, *width, *width).len() <= count)
                .unwrap_or_else(|| page.measure());
            let width = (narrowest + if count > 1 { size } else { 0 }).min(page.measure());
            let parts = break_lines(&atoms, width, width);
            let text =
                |part: &Line| -> String { atoms[part.atoms.clone()].iter().map(|a| a.character).collect() };
            parts.iter().map(text).collect::<Vec<_>>().join("\n")
        });
        shaped.collect::<Vec<_>>().join("\n")
    }

    pub(super) fn blank(&self) -> Item {
        Item::Paragraph(self.paragraph(Vec::new(), Set::Left))
    }

    /// The mark and the upper double rule (thick over thin) above a letter's text, and the lower one
    /// (thin over thick) at the foot of its first page.
    pub(super) fn letter_head(&self, page: &Page) -> LetterHead {
        let beyond = ((LETTER_RULE - page.measure()) / 2).max(0);
        let rule = |thickness, before| Rule { colour: RED, thickness, before, after: 0, beyond };
        let (thick, thin, gap) = (tenths(7), tenths(3), tenths(5));
        LetterHead {
            items: vec![
                self.mark(page, 0, RED),
                Item::Rule(rule(thick, RULE_BELOW)),
                Item::Rule(rule(thin, gap)),
            ],
            top: LETTER_MARK,
            foot: vec![rule(thin, 0), rule(thick, gap)],
            foot_above: LETTER_FOOT,
        }
    }
}
