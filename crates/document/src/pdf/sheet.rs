//! A page with everything placed on it.

use crate::font::Glyph;
use crate::length::Length;
use crate::style::{Colour, Page};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub glyph: Glyph,
    pub character: char,
    /// From the page's left edge.
    pub x: Length,
    pub advance: Length,
}

/// Glyphs on one line, of one size and colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub glyphs: Vec<Placed>,
    /// From the page's upper edge.
    pub baseline: Length,
    pub size: Length,
    pub colour: Colour,
    /// The element of the tree it belongs to; page furniture belongs to none.
    pub element: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Text(Text),
    /// A filled rectangle, its upper left corner first: rules, shades.
    Fill {
        x: Length,
        y: Length,
        width: Length,
        height: Length,
        colour: Colour,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    pub page: Page,
    pub marks: Vec<Mark>,
}
