//! Puts the layout of its kind on a document.

mod blocks;
mod closing;
mod opening;

use crate::flow::{Flow, Item, Paragraph, Part, Piece, Set, Tag};
use crate::form::Counter;
use crate::length::Length;
use crate::model::{Document, Kind, Language, Orientation, Paper, Section};
use crate::style::{BLACK, Colour, Page, Role, Sizes, sizes};

pub(crate) fn compose(document: &Document) -> Flow {
    let sizes = sizes(document.language);
    let mut composer = Composer { document, sizes, counter: Counter::default() };
    let portrait = Section::default();
    let sections = if document.body.is_empty() { std::slice::from_ref(&portrait) } else { &document.body };
    let mut parts: Vec<Part> = sections.iter().map(|section| composer.part(section)).collect();
    if let Some(first) = parts.first_mut() {
        let opening = composer.opening(&first.page);
        first.items.splice(0..0, opening);
    }
    if let Some(last) = parts.last_mut() {
        // A signature never stands on a page without text.
        if let (Some(_), Some(Item::Paragraph(text))) = (&document.signature, last.items.last_mut()) {
            text.keep = true;
        }
        last.items.extend(composer.closing(&last.page));
    }
    for (at, annex) in document.annexes.iter().enumerate() {
        composer.counter = Counter::default();
        let sections =
            if annex.sections.is_empty() { std::slice::from_ref(&portrait) } else { &annex.sections[..] };
        for (first, section) in sections.iter().enumerate().map(|(n, section)| (n == 0, section)) {
            let mut part = composer.part(section);
            if first {
                let head = composer.annex_head(at, &annex.title, &part.page);
                part.items.splice(0..0, head);
            }
            parts.push(part);
        }
    }
    if let (Some(imprint), Some(last)) = (&document.imprint, parts.last_mut()) {
        last.items.push(composer.imprint(imprint));
    }
    let letter = match &document.kind {
        Kind::Letter { .. } => parts.first().map(|part| composer.letter_head(&part.page)),
        _ => None,
    };
    Flow {
        language: document.language,
        title: document.title.replace('\n', " ").trim().to_owned(),
        properties: document.properties.clone(),
        parts,
        letter,
    }
}

struct Composer<'a> {
    document: &'a Document,
    sizes: Sizes,
    counter: Counter,
}

impl Composer<'_> {
    fn language(&self) -> Language {
        self.document.language
    }

    fn chinese(&self) -> bool {
        self.language() == Language::Chinese
    }

    fn part(&mut self, section: &Section) -> Part {
        let Section { paper, orientation, blocks } = section;
        let (paper, orientation): (Paper, Orientation) = (*paper, *orientation);
        let page = Page::new(self.language(), paper, orientation);
        let items = blocks.iter().flat_map(|block| self.block(block, &page)).collect();
        Part { page, items }
    }

    fn piece(&self, text: impl Into<String>, role: Role) -> Piece {
        Piece { text: text.into(), role, size: self.sizes.body, colour: BLACK }
    }

    /// A line of text in the body's size, nothing around it.
    fn paragraph(&self, pieces: Vec<Piece>, set: Set) -> Paragraph {
        Paragraph {
            pieces,
            set,
            first: 0,
            left: 0,
            right: 0,
            pitch: self.sizes.pitch,
            before: 0,
            after: 0,
            keep: false,
            tag: Tag::Other,
        }
    }

    fn plain(&self, text: impl Into<String>, role: Role, set: Set) -> Paragraph {
        self.paragraph(vec![self.piece(text, role)], set)
    }

    /// Full-width characters of the body as a length.
    fn characters(&self, count: i32) -> Length {
        self.sizes.character * count
    }

    fn coloured(&self, text: &str, role: Role, size: Length, colour: Colour) -> Piece {
        Piece { text: text.to_owned(), role, size, colour }
    }
}

fn items(paragraphs: impl IntoIterator<Item = Paragraph>) -> Vec<Item> {
    paragraphs.into_iter().map(Item::Paragraph).collect()
}

/// The width of a text in half-width characters, near enough to place a signature without its font.
pub(crate) fn halves(text: &str) -> i32 {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}
