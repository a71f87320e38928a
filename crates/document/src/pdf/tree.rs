//! The tree of elements that tells readers who cannot see a page what its texts are.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Heading(u8),
    Paragraph,
    List,
    Item,
    Table,
    Row,
    HeadCell,
    Cell,
}

#[derive(Debug, Clone)]
pub(super) struct Element {
    pub kind: Kind,
    pub parent: usize,
    pub children: Vec<usize>,
    /// Columns and rows that a cell covers.
    pub span: (usize, usize),
}

/// Where a heading stands, for the list of contents beside the pages.
#[derive(Debug, Clone)]
pub(super) struct Bookmark {
    pub title: String,
    pub page: usize,
    pub y: crate::length::Length,
}

#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub elements: Vec<Element>,
    pub bookmarks: Vec<Bookmark>,
}

impl Tree {
    pub const ROOT: usize = 0;

    pub fn new() -> Self {
        let root = Element { kind: Kind::Document, parent: 0, children: Vec::new(), span: (1, 1) };
        Self { elements: vec![root], bookmarks: Vec::new() }
    }

    pub fn add(&mut self, parent: usize, kind: Kind) -> usize {
        let at = self.elements.len();
        self.elements.push(Element { kind, parent, children: Vec::new(), span: (1, 1) });
        self.elements[parent].children.push(at);
        at
    }
}
