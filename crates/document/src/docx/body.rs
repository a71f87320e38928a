//! The text itself.

use super::styles::{is_plain, run_properties, style_of};
use super::xml::Xml;
use crate::flow::{Flow, Grid, GridCell, GridRow, Item, Merge, Pair, Paragraph, Piece, Rule, Set, Tag};
use crate::length::{Length, twips};
use crate::model::Language;
use crate::style::{BLACK, CELL_ABOVE, CELL_SIDE, Colour, HAIRLINE, Page, SHADE, Sizes};

/// Rows of more lines may part over pages.
const WHOLE_LINES: Length = 8;

/// Writes items; `last` comes into the properties of the last paragraph, to end a section.
pub(super) struct Body<'a> {
    pub xml: &'a mut Xml,
    pub flow: &'a Flow,
    pub sizes: Sizes,
    pub page: Page,
}

/// The end of a section, written into its last paragraph.
pub(super) type Ending<'a> = &'a dyn Fn(&mut Xml);

impl<'a> Body<'a> {
    pub fn new(xml: &'a mut Xml, flow: &'a Flow, sizes: Sizes, page: Page) -> Self {
        Self { xml, flow, sizes, page }
    }

    pub fn items(&mut self, items: &[Item], ending: Option<Ending>) {
        // Tables have no room around them: the paragraphs beside them give it.
        let mut owed = 0;
        for (at, item) in items.iter().enumerate() {
            let next = items.get(at + 1);
            let end = if next.is_none() { ending } else { None };
            match item {
                Item::Paragraph(paragraph) => {
                    let more = match next {
                        Some(Item::Grid(grid)) => grid.before,
                        _ => 0,
                    };
                    let before = paragraph.before + owed;
                    let after = paragraph.after + more;
                    self.paragraph(&Paragraph { before, after, ..paragraph.clone() }, end);
                    owed = 0;
                }
                Item::Pair(pair) => self.pair(pair),
                Item::Rule(rule) => self.rule(rule),
                Item::Grid(grid) => {
                    self.grid(grid);
                    owed = grid.after;
                    if !matches!(next, Some(Item::Paragraph(_))) {
                        self.sliver(owed, end);
                        owed = 0;
                    }
                }
                Item::Foot(foot) => {
                    self.foot(foot);
                    // What floats hangs on the paragraph behind it.
                    self.sliver(0, end);
                }
            }
            if let (Some(end), Item::Pair(_) | Item::Rule(_)) = (end, item) {
                self.sliver(0, Some(end));
            }
        }
        if let (true, Some(end)) = (items.is_empty(), ending) {
            self.sliver(0, Some(end));
        }
    }

    /// A paragraph as good as invisible, to stand between tables or to carry a section's end.
    fn sliver(&mut self, before: Length, ending: Option<Ending>) {
        self.xml.open("w:p", &[]).open("w:pPr", &[]);
        self.spacing(before, 0, 1_000);
        self.xml.open("w:rPr", &[]).value("w:sz", 2).close();
        if let Some(ending) = ending {
            ending(self.xml);
        }
        self.xml.close().close();
    }

    fn spacing(&mut self, before: Length, after: Length, pitch: Length) {
        self.xml.empty(
            "w:spacing",
            &[
                ("w:before", &twips(before)),
                ("w:after", &twips(after)),
                ("w:line", &twips(pitch)),
                ("w:lineRule", &"exact"),
            ],
        );
    }

    /// The imprint: a table that floats at the foot of the text block, its rules the table's.
    fn foot(&mut self, items: &[Item]) {
        let measure = twips(self.page.measure());
        self.xml.open("w:tbl", &[]).open("w:tblPr", &[]);
        self.xml.empty(
            "w:tblpPr",
            &[
                ("w:leftFromText", &0),
                ("w:rightFromText", &0),
                ("w:vertAnchor", &"margin"),
                ("w:horzAnchor", &"page"),
                ("w:tblpX", &twips(self.page.left)),
                ("w:tblpYSpec", &"bottom"),
            ],
        );
        self.xml.empty("w:tblW", &[("w:w", &measure), ("w:type", &"dxa")]);
        let rules = |item: &Item| match item {
            Item::Rule(rule) => Some(rule.thickness),
            _ => None,
        };
        let thicknesses: Vec<Length> = items.iter().filter_map(rules).collect();
        let (outer, inner) = (thicknesses.first(), thicknesses.get(1));
        self.xml.open("w:tblBorders", &[]);
        for (side, thickness) in [("w:top", outer), ("w:bottom", outer), ("w:insideH", inner)] {
            self.border(side, eighths(thickness.copied().unwrap_or_default()), BLACK);
        }
        self.xml.close();
        self.xml.empty("w:tblLayout", &[("w:type", &"fixed")]);
        self.xml.open("w:tblCellMar", &[]);
        for side in ["w:left", "w:right"] {
            self.xml.empty(side, &[("w:w", &0), ("w:type", &"dxa")]);
        }
        self.xml.close().close();
        self.xml.open("w:tblGrid", &[]).empty("w:gridCol", &[("w:w", &measure)]).close();
        for (at, item) in items.iter().enumerate() {
            let gap = match items.get(at + 1) {
                Some(Item::Rule(rule)) => rule.before,
                _ => 0,
            };
            if !matches!(item, Item::Paragraph(_) | Item::Pair(_)) {
                continue;
            }
            self.xml.open("w:tr", &[]).open("w:trPr", &[]).empty("w:cantSplit", &[]).close();
            self.xml.open("w:tc", &[]).open("w:tcPr", &[]);
            self.xml.empty("w:tcW", &[("w:w", &measure), ("w:type", &"dxa")]).close();
            match item {
                Item::Paragraph(held) => {
                    self.paragraph(&Paragraph { after: held.after + gap, ..held.clone() }, None);
                }
                Item::Pair(pair) => self.pair(pair),
                _ => {}
            }
            self.xml.close().close();
        }
        self.xml.close();
    }

    fn border(&mut self, side: &str, eighths: i32, colour: Colour) {
        self.xml.empty(
            side,
            &[("w:val", &"single"), ("w:sz", &eighths), ("w:space", &0), ("w:color", &colour.hex())],
        );
    }

    fn indent(&mut self, paragraph: &Paragraph) {
        let Paragraph { left, right, first, .. } = paragraph;
        if (*left, *right, *first) == (0, 0, 0) {
            return;
        }
        let (left, right) = (twips(*left), twips(*right));
        let hanging = twips(-first);
        let opening = twips(*first);
        // Two characters of whatever size the text may be given later.
        let by_characters = matches!(paragraph.tag, Tag::Body | Tag::Item | Tag::Heading(_))
            && *first == self.sizes.indent
            && *first > 0;
        let mut attributes: Vec<(&str, &dyn std::fmt::Display)> =
            vec![("w:left", &left), ("w:right", &right)];
        if *first < 0 {
            attributes.push(("w:hanging", &hanging));
        } else {
            if by_characters {
                attributes.push(("w:firstLineChars", &200));
            }
            attributes.push(("w:firstLine", &opening));
        }
        self.xml.empty("w:ind", &attributes);
    }

    fn set(&mut self, set: Set) {
        let how = match set {
            Set::Text if self.flow.language == Language::Chinese => "both",
            Set::Text | Set::Left => "left",
            Set::Centre => "center",
            Set::Right => "right",
        };
        self.xml.value("w:jc", how);
    }

    pub fn paragraph(&mut self, paragraph: &Paragraph, ending: Option<Ending>) {
        self.xml.open("w:p", &[]).open("w:pPr", &[]);
        if let Some(style) = style_of(paragraph.tag) {
            self.xml.value("w:pStyle", style);
        }
        if paragraph.keep {
            self.xml.empty("w:keepNext", &[]);
        }
        self.spacing(paragraph.before, paragraph.after, paragraph.pitch);
        self.indent(paragraph);
        self.set(paragraph.set);
        if let Some(ending) = ending {
            ending(self.xml);
        }
        self.xml.close();
        for piece in &paragraph.pieces {
            self.run(piece, Some(paragraph.tag));
        }
        self.xml.close();
    }

    fn run(&mut self, piece: &Piece, tag: Option<Tag>) {
        self.xml.open("w:r", &[]);
        if !tag.is_some_and(|tag| is_plain(piece, tag, &self.sizes)) {
            run_properties(self.xml, self.flow.language, piece.role, piece.size, piece.colour);
        } else if self.flow.language == Language::Chinese {
            // Quotation marks and dashes belong to both scripts; here they are Chinese.
            self.xml.open("w:rPr", &[]).empty("w:rFonts", &[("w:hint", &"eastAsia")]).close();
        }
        for (at, line) in piece.text.split('\n').enumerate() {
            if at > 0 {
                self.xml.empty("w:br", &[]);
            }
            self.xml.open("w:t", &[("xml:space", &"preserve")]).text(line).close();
        }
        self.xml.close();
    }

    fn pair(&mut self, pair: &Pair) {
        self.xml.open("w:p", &[]).open("w:pPr", &[]);
        let end = twips(self.page.measure() - pair.side);
        self.xml.open("w:tabs", &[]).empty("w:tab", &[("w:val", &"right"), ("w:pos", &end)]).close();
        self.spacing(0, 0, pair.pitch);
        let side = twips(pair.side);
        if side > 0 {
            self.xml.empty("w:ind", &[("w:left", &side), ("w:right", &side)]);
        }
        self.xml.close();
        self.run(&pair.start, None);
        self.xml.open("w:r", &[]).empty("w:tab", &[]).close();
        self.run(&pair.end, None);
        self.xml.close();
    }

    /// A rule is the upper border of a paragraph without height.
    pub fn rule(&mut self, rule: &Rule) {
        self.xml.open("w:p", &[]).open("w:pPr", &[]);
        self.xml.open("w:pBdr", &[]);
        self.border("w:top", eighths(rule.thickness), rule.colour);
        self.xml.close();
        self.spacing(rule.before, rule.after, 1_000);
        let beyond = twips(-rule.beyond);
        if beyond < 0 {
            self.xml.empty("w:ind", &[("w:left", &beyond), ("w:right", &beyond)]);
        }
        self.xml.open("w:rPr", &[]).value("w:sz", 2).close();
        self.xml.close().close();
    }

    fn grid(&mut self, grid: &Grid) {
        let total: Length = grid.widths.iter().sum();
        self.xml.open("w:tbl", &[]).open("w:tblPr", &[]);
        self.xml.empty("w:tblW", &[("w:w", &twips(total)), ("w:type", &"dxa")]);
        self.xml.open("w:tblBorders", &[]);
        let sides: &[(&str, Length, Colour)] = if grid.boxed {
            &[
                ("w:top", 500, BLACK),
                ("w:left", 500, BLACK),
                ("w:bottom", 500, BLACK),
                ("w:right", 500, BLACK),
                ("w:insideH", 500, BLACK),
                ("w:insideV", 500, BLACK),
            ]
        } else {
            &[("w:top", 1_000, BLACK), ("w:bottom", 1_000, BLACK), ("w:insideH", 250, HAIRLINE)]
        };
        for (side, thickness, colour) in sides {
            self.border(side, eighths(*thickness), *colour);
        }
        self.xml.close();
        self.xml.empty("w:tblLayout", &[("w:type", &"fixed")]);
        self.xml.open("w:tblCellMar", &[]);
        for (side, room) in
            [("w:top", CELL_ABOVE), ("w:left", CELL_SIDE), ("w:bottom", CELL_ABOVE), ("w:right", CELL_SIDE)]
        {
            self.xml.empty(side, &[("w:w", &twips(room)), ("w:type", &"dxa")]);
        }
        self.xml.close().close();
        self.xml.open("w:tblGrid", &[]);
        for width in &grid.widths {
            self.xml.empty("w:gridCol", &[("w:w", &twips(*width))]);
        }
        self.xml.close();
        let count = grid.rows.len();
        for (at, row) in grid.rows.iter().enumerate() {
            // The last row, a sum mostly, does not stand alone under the heads.
            self.row(grid, row, (at + 2 == count && !row.head) || row.keep);
        }
        self.xml.close();
    }

    fn row(&mut self, grid: &Grid, row: &GridRow, keep: bool) {
        self.xml.open("w:tr", &[]).open("w:trPr", &[]);
        if row.head || lines(grid, row) <= WHOLE_LINES {
            self.xml.empty("w:cantSplit", &[]);
        }
        if row.lines > 1 {
            let height = Length::from(row.lines) * grid.pitch + 2 * CELL_ABOVE;
            self.xml.empty("w:trHeight", &[("w:val", &twips(height)), ("w:hRule", &"atLeast")]);
        }
        if row.head {
            self.xml.empty("w:tblHeader", &[]);
        }
        self.xml.close();
        let mut at = 0;
        for cell in &row.cells {
            let width: Length = grid.widths.iter().skip(at).take(cell.columns).sum();
            at += cell.columns;
            self.cell(grid, row, cell, (width, keep));
        }
        self.xml.close();
    }

    fn cell(&mut self, grid: &Grid, row: &GridRow, cell: &GridCell, (width, keep): (Length, bool)) {
        self.xml.open("w:tc", &[]).open("w:tcPr", &[]);
        self.xml.empty("w:tcW", &[("w:w", &twips(width)), ("w:type", &"dxa")]);
        if cell.columns > 1 {
            self.xml.value("w:gridSpan", cell.columns);
        }
        match cell.merge {
            Merge::None => {}
            Merge::Start => {
                self.xml.value("w:vMerge", "restart");
            }
            Merge::Continue => {
                self.xml.value("w:vMerge", "continue");
            }
        }
        if row.head && !grid.boxed {
            self.xml.open("w:tcBorders", &[]);
            self.border("w:bottom", eighths(500), BLACK);
            self.xml.close();
        }
        if cell.head && grid.boxed {
            self.xml.empty("w:shd", &[("w:val", &"clear"), ("w:color", &"auto"), ("w:fill", &SHADE.hex())]);
        }
        let place = if grid.boxed || cell.head { "center" } else { "top" };
        self.xml.value("w:vAlign", place).close();
        self.xml.open("w:p", &[]).open("w:pPr", &[]);
        if keep {
            self.xml.empty("w:keepNext", &[]);
        }
        self.spacing(0, 0, grid.pitch);
        self.set(cell.set);
        self.xml.close();
        for piece in &cell.pieces {
            self.run(piece, None);
        }
        self.xml.close().close();
    }
}

/// The thickness of a border as word processors count it.
fn eighths(thickness: Length) -> i32 {
    (thickness * 8 + 500) / 1_000
}

/// About how many lines a row has.
fn lines(grid: &Grid, row: &GridRow) -> Length {
    let mut at = 0;
    let mut most = 1;
    for cell in &row.cells {
        let width: Length = grid.widths.iter().skip(at).take(cell.columns).sum();
        at += cell.columns;
        let room = (width - 2 * CELL_SIDE).max(1);
        let text: Length =
            cell.pieces.iter().map(|piece| crate::compose::halves(&piece.text) * piece.size / 2).sum();
        most = most.max(text / room + 1);
    }
    most
}
