//! A document laid out as far as paper and fonts do not matter: what both writers write.

use crate::length::Length;
use crate::model::{Language, Properties};
use crate::style::{Colour, Page, Role};
use crate::table::Tone;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub text: String,
    pub role: Role,
    pub size: Length,
    pub colour: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// Flush left in English, justified in Chinese.
    Text,
    Left,
    Centre,
    Right,
}

/// What a paragraph is to a reader who cannot see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Tag {
    Title,
    Heading(u8),
    Body,
    Item,
    Caption,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub pieces: Vec<Piece>,
    pub set: Set,
    pub first: Length,
    pub left: Length,
    pub right: Length,
    pub pitch: Length,
    pub before: Length,
    pub after: Length,
    /// Stays with the next item.
    pub keep: bool,
    pub tag: Tag,
}

/// A text at either end of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub start: Piece,
    pub end: Piece,
    pub side: Length,
    pub pitch: Length,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub colour: Colour,
    pub thickness: Length,
    pub before: Length,
    pub after: Length,
    /// Reaches this far beyond the text block on either side.
    pub beyond: Length,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    None,
    Start,
    Continue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GridCell {
    pub pieces: Vec<Piece>,
    pub set: Set,
    pub columns: usize,
    pub merge: Merge,
    pub head: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GridRow {
    pub cells: Vec<GridCell>,
    /// Repeated on every page.
    pub head: bool,
    pub strong: bool,
    /// On one page with the next row.
    pub keep: bool,
    /// At least so many lines high.
    pub lines: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    pub widths: Vec<Length>,
    pub rows: Vec<GridRow>,
    pub pitch: Length,
    /// All lines drawn, or only the level ones.
    pub boxed: bool,
    pub before: Length,
    pub after: Length,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Paragraph(Paragraph),
    Pair(Pair),
    Rule(Rule),
    Grid(Grid),
    /// Stands at the foot of the page it comes to.
    Foot(Vec<Item>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub page: Page,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LetterHead {
    pub items: Vec<Item>,
    /// From the page's edge.
    pub top: Length,
    /// The double rule at the foot of the first page, from the page's lower edge.
    pub foot: Vec<Rule>,
    pub foot_above: Length,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flow {
    pub language: Language,
    pub title: String,
    pub properties: Properties,
    pub parts: Vec<Part>,
    /// Of letters: stands above the text block of the first page, which has no number.
    pub letter: Option<LetterHead>,
}

/// The mark before a signal's text.
pub(crate) const MARK: char = '●';

pub(crate) fn tone_piece(tone: Tone, size: Length) -> Piece {
    Piece { text: format!("{MARK}\u{a0}"), role: Role::Body, size, colour: Colour::of(tone) }
}
