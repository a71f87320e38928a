//! The text itself.

use super::styles::{is_plain, run_properties, style_of};
use super::xml::Xml;
use crate::flow::{Flow, Grid, GridCell, GridRow, Item, Merge, Pair, Paragraph, Piece, Rule, Set, Tag};
use crate::length::{Length, twips};
use crate::model::Language;
use crate::style::{CELL_ABOVE, CELL_SIDE, HAIRLINE, Page, SHADE, Sizes};

/// Rows of more lines may part over pages.
const WHOLE_LINES: Length = 8;

/// Writes items; `last` comes into the properties of the last paragraph, to end a section.
pub(super) struct Body<'a> {
    pub xml: &'a mut Xml,
    pub flow: &'a Flow,
    pub sizes: Sizes,
    pub page: Page,
    /// Inside the imprint, a frame at the foot of the page.
    framed: bool,
}

/// The end of a section, written into its last paragraph.
pub(super) type Ending<'a> = &'a dyn Fn(&mut Xml);

impl<'a> Body<'a> {
    pub fn new(xml: &'a mut Xml, flow: &'a Flow, sizes: Sizes, page: Page) -> Self {
        Self { xml, flow, sizes, page, framed: false }
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
                    self.framed = true;
                    self.items(foot, None);
                    self.framed = false;
                    // A frame hangs on the paragraph behind it.
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
        self.xml.value("w:snapToGrid", 0);
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

    fn frame(&mut self) {
        if self.framed {
            self.xml.empty(
                "w:framePr",
                &[
                    ("w:w", &twips(self.page.measure())),
                    ("w:wrap", &"notBeside"),
                    ("w:vAnchor", &"margin"),
                    ("w:hAnchor", &"margin"),
                    ("w:xAlign", &"left"),
                    ("w:yAlign", &"bottom"),
                ],
            );
        }
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
        self.frame();
        let on_grid = paragraph.pitch == self.sizes.pitch
            && paragraph.pieces.iter().all(|piece| piece.size == self.sizes.body);
        if !on_grid {
            self.xml.value("w:snapToGrid", 0);
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
        self.frame();
        let end = twips(self.page.measure() - pair.side);
        self.xml.open("w:tabs", &[]).empty("w:tab", &[("w:val", &"right"), ("w:pos", &end)]).close();
        self.xml.value("w:snapToGrid", 0);
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
        self.frame();
        let eighths = (rule.thickness * 8 + 500) / 1_000;
        self.xml.open("w:pBdr", &[]);
        self.xml.empty(
            "w:top",
            &[("w:val", &"single"), ("w:sz", &eighths), ("w:space", &0), ("w:color", &rule.colour.hex())],
        );
        self.xml.close();
        self.xml.value("w:snapToGrid", 0);
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
        let black = "000000".to_owned();
        let sides: &[(&str, i32, String)] = if grid.boxed {
            &[
                ("w:top", 4, black.clone()),
                ("w:left", 4, black.clone()),
                ("w:bottom", 4, black.clone()),
                ("w:right", 4, black.clone()),
                ("w:insideH", 4, black.clone()),
                ("w:insideV", 4, black.clone()),
            ]
        } else {
            &[("w:top", 8, black.clone()), ("w:bottom", 8, black.clone()), ("w:insideH", 2, HAIRLINE.hex())]
        };
        for (side, eighths, colour) in sides {
            self.xml.empty(
                side,
                &[("w:val", &"single"), ("w:sz", eighths), ("w:space", &0), ("w:color", colour)],
            );
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
        for row in &grid.rows {
            self.row(grid, row);
        }
        self.xml.close();
    }

    fn row(&mut self, grid: &Grid, row: &GridRow) {
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
            self.cell(grid, row, cell, width);
        }
        self.xml.close();
    }

    fn cell(&mut self, grid: &Grid, row: &GridRow, cell: &GridCell, width: Length) {
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
            self.xml.empty(
                "w:bottom",
                &[("w:val", &"single"), ("w:sz", &4), ("w:space", &0), ("w:color", &"000000")],
            );
            self.xml.close();
        }
        if cell.head && grid.boxed {
            self.xml.empty("w:shd", &[("w:val", &"clear"), ("w:color", &"auto"), ("w:fill", &SHADE.hex())]);
        }
        let place = if grid.boxed || cell.head { "center" } else { "top" };
        self.xml.value("w:vAlign", place).close();
        self.xml.open("w:p", &[]).open("w:pPr", &[]).value("w:snapToGrid", 0);
        self.spacing(0, 0, grid.pitch);
        self.set(cell.set);
        self.xml.close();
        for piece in &cell.pieces {
            self.run(piece, None);
        }
        self.xml.close().close();
    }
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
