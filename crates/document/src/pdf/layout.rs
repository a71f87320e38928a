//! Filling pages, from the top down.

use super::PdfError;
use super::setter::{Room, SetLine, Setter};
use super::sheet::{Mark, Placed, Sheet, Text};
use super::tree::{Bookmark, Kind, Tree};
use crate::flow::{Flow, Item, Pair, Paragraph, Piece, Rule, Set, Tag};
use crate::font::{FontSet, Role};
use crate::length::{Length, mm};
use crate::model::Language;
use crate::style::{BLACK, FOLIO_BELOW, Page, Sizes, sizes};

/// Guards against input that would fill the memory.
const PAGES_MOST: usize = 5_000;
/// Lines of a text that go over with what must stay with it.
const LINES_KEPT: usize = 2;
/// The baseline in an em square, from its top, in hundredths.
const BASELINE: Length = 86;

pub(super) struct Laid {
    pub sheets: Vec<Sheet>,
    pub tree: Tree,
    pub missing: Vec<char>,
}

pub(super) fn lay_out(flow: &Flow, fonts: &FontSet) -> Result<Laid, PdfError> {
    let sizes = sizes(flow.language);
    let Some(first) = flow.parts.first() else {
        return Ok(Laid { sheets: Vec::new(), tree: Tree::new(), missing: Vec::new() });
    };
    let mut layout = Layout::new(fonts, sizes, first.page);
    for part in &flow.parts {
        layout.page = part.page;
        layout.turn()?;
        layout.opening = true;
        if let (1, Some(head)) = (layout.sheets.len(), &flow.letter) {
            layout.y = head.top;
            for item in &head.items {
                layout.place(item)?;
            }
            layout.y = layout.y.max(part.page.top);
            let (below, text) = (layout.y, layout.fresh);
            let height: Length = head.foot.iter().map(|rule| rule.before + rule.thickness).sum();
            layout.y = part.page.height - head.foot_above - height;
            head.foot.iter().for_each(|rule| layout.rule(rule));
            (layout.y, layout.fresh) = (below, text);
        }
        layout.items(&part.items)?;
    }
    layout.folios(flow.letter.is_some());
    let missing = layout.setter.missing.iter().copied().collect();
    Ok(Laid { sheets: layout.sheets, tree: layout.tree, missing })
}

pub(super) struct Layout<'a> {
    pub setter: Setter<'a>,
    sizes: Sizes,
    pub sheets: Vec<Sheet>,
    pub tree: Tree,
    pub page: Page,
    pub y: Length,
    /// Nothing stands on the page yet.
    pub fresh: bool,
    /// Nothing stands in the part yet: room above counts even at the top of the page.
    opening: bool,
    list: Option<usize>,
}

impl<'a> Layout<'a> {
    pub fn new(fonts: &'a FontSet, sizes: Sizes, page: Page) -> Self {
        Self {
            setter: Setter::new(fonts, sizes),
            sizes,
            sheets: Vec::new(),
            tree: Tree::new(),
            page,
            y: 0,
            fresh: true,
            opening: true,
            list: None,
        }
    }
}

impl Layout<'_> {
    pub fn bottom(&self) -> Length {
        self.page.height - self.page.bottom
    }

    pub fn turn(&mut self) -> Result<(), PdfError> {
        if self.sheets.len() >= PAGES_MOST {
            return Err(PdfError::TooLong { most: PAGES_MOST });
        }
        self.sheets.push(Sheet { page: self.page, marks: Vec::new() });
        self.y = self.page.top;
        self.fresh = true;
        self.opening = false;
        Ok(())
    }

    fn items(&mut self, items: &[Item]) -> Result<(), PdfError> {
        for (at, item) in items.iter().enumerate() {
            let needed = self.needed(&items[at..]);
            let short = self.y + needed > self.bottom();
            if let (true, false, Item::Paragraph(paragraph)) = (short, self.fresh, item)
                && self.parts(paragraph)
            {
                // Its last lines go over to stay with what follows.
                self.paragraph(paragraph, LINES_KEPT)?;
                self.opening = false;
                continue;
            }
            if short && !self.fresh {
                self.turn()?;
            }
            self.place(item)?;
        }
        Ok(())
    }

    /// Whether a paragraph that stays with the next may still part over two pages: a long one of
    /// which two lines have room here.
    fn parts(&mut self, paragraph: &Paragraph) -> bool {
        let heading = matches!(paragraph.tag, Tag::Title | Tag::Heading(_) | Tag::Caption);
        let room = (self.bottom() - self.y - paragraph.before) / paragraph.pitch;
        paragraph.keep && !heading && room >= 2 && self.set(paragraph).len() >= 2 + LINES_KEPT
    }

    /// The least room an item wants, with what it keeps with.
    fn needed(&mut self, items: &[Item]) -> Length {
        let Some(item) = items.first() else { return 0 };
        match item {
            Item::Paragraph(paragraph) => {
                let lines = self.set(paragraph).len().max(1) as Length;
                let before = paragraph.before;
                if paragraph.keep {
                    before + lines * paragraph.pitch + paragraph.after + self.needed(&items[1..])
                } else {
                    before + if lines <= 3 { lines } else { 2 } * paragraph.pitch
                }
            }
            Item::Grid(grid) => self.grid_needed(grid),
            Item::Foot(foot) => foot.iter().map(|item| self.height(item)).sum(),
            item => self.height(item),
        }
    }

    fn height(&mut self, item: &Item) -> Length {
        match item {
            Item::Paragraph(p) => p.before + self.set(p).len().max(1) as Length * p.pitch + p.after,
            Item::Pair(pair) => pair.pitch,
            Item::Rule(rule) => rule.before + rule.thickness + rule.after,
            Item::Grid(_) => 0,
            Item::Foot(foot) => foot.iter().map(|item| self.height(item)).sum(),
        }
    }

    fn place(&mut self, item: &Item) -> Result<(), PdfError> {
        if !matches!(item, Item::Paragraph(Paragraph { tag: Tag::Item, .. })) {
            self.list = None;
        }
        match item {
            Item::Paragraph(paragraph) => self.paragraph(paragraph, 0)?,
            Item::Pair(pair) => self.pair(pair),
            Item::Rule(rule) => self.rule(rule),
            Item::Grid(grid) => self.grid(grid)?,
            Item::Foot(foot) => {
                let height = self.height(item);
                self.y = self.y.max(self.bottom() - height);
                for item in foot {
                    self.place(item)?;
                }
            }
        }
        self.opening = false;
        Ok(())
    }

    fn set(&mut self, paragraph: &Paragraph) -> Vec<SetLine> {
        let measure = self.page.measure() - paragraph.left - paragraph.right;
        self.setter.lines(&paragraph.pieces, Room { measure, first: paragraph.first, set: paragraph.set })
    }

    /// Places a paragraph; `over` of its lines must come to another page than its first.
    fn paragraph(&mut self, paragraph: &Paragraph, over: usize) -> Result<(), PdfError> {
        let lines = self.set(paragraph);
        if !self.fresh || self.opening {
            self.y += paragraph.before;
        }
        if lines.is_empty() {
            self.y += paragraph.pitch + paragraph.after;
            self.fresh = false;
            return Ok(());
        }
        let element = self.element(paragraph);
        let x = self.page.left + paragraph.left;
        let mut done = 0;
        while done < lines.len() {
            let room = ((self.bottom() - self.y) / paragraph.pitch).max(0) as usize;
            let left = lines.len() - done;
            let room = if done == 0 && over > 0 { room.min(left - over) } else { room };
            // No line of a paragraph stands alone at the foot or the head of a page.
            let now = match room {
                room if room >= left => left,
                room if room + 1 == left && room > 2 => room - 1,
                room => room,
            };
            if now == 0 && !self.fresh {
                self.turn()?;
                continue;
            }
            for line in &lines[done..done + now.max(1)] {
                self.line(line, x, self.y, paragraph.pitch, Some(element));
                self.y += paragraph.pitch;
                self.fresh = false;
            }
            done += now.max(1);
            if done < lines.len() {
                self.turn()?;
            }
        }
        self.y += paragraph.after;
        Ok(())
    }

    fn element(&mut self, paragraph: &Paragraph) -> usize {
        let kind = match paragraph.tag {
            Tag::Title => Kind::Heading(1),
            Tag::Heading(level) => Kind::Heading(level + 1),
            Tag::Item => {
                let list = match self.list {
                    Some(list) => list,
                    None => self.tree.add(Tree::ROOT, Kind::List),
                };
                self.list = Some(list);
                return self.tree.add(list, Kind::Item);
            }
            Tag::Body | Tag::Caption | Tag::Other => Kind::Paragraph,
        };
        if matches!(paragraph.tag, Tag::Title | Tag::Heading(1)) {
            let title: String = paragraph.pieces.iter().map(|piece| piece.text.as_str()).collect();
            let page = self.sheets.len() - 1;
            let title = title.replace(['\n', '\u{2002}'], " ");
            self.tree.bookmarks.push(Bookmark { title, page, y: self.y });
        }
        self.tree.add(Tree::ROOT, kind)
    }

    /// Puts a line on the page; `top` is where its pitch begins.
    pub fn line(&mut self, line: &SetLine, x: Length, top: Length, pitch: Length, element: Option<usize>) {
        let left = x + line.indent;
        let most = line.glyphs.iter().map(|glyph| glyph.size).max().unwrap_or_default();
        let baseline = top + (pitch - most) / 2 + most * BASELINE / 100;
        let same = |a: &super::setter::SetGlyph, b: &super::setter::SetGlyph| {
            a.size == b.size && a.colour == b.colour
        };
        for run in line.glyphs.chunk_by(same) {
            let glyphs = run
                .iter()
                .map(|held| Placed {
                    glyph: held.glyph,
                    character: held.character,
                    x: left + held.x,
                    advance: held.advance,
                })
                .collect();
            let (size, colour) = (run[0].size, run[0].colour);
            self.mark(Mark::Text(Text { glyphs, baseline, size, colour, element }));
        }
    }

    pub fn mark(&mut self, mark: Mark) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.marks.push(mark);
        }
    }

    fn pair(&mut self, pair: &Pair) {
        let measure = self.page.measure() - 2 * pair.side;
        let x = self.page.left + pair.side;
        for (piece, set) in [(&pair.start, Set::Left), (&pair.end, Set::Right)] {
            let lines = self.setter.lines(std::slice::from_ref(piece), Room { measure, first: 0, set });
            let element = self.tree.add(Tree::ROOT, Kind::Paragraph);
            for line in lines.iter().take(1) {
                self.line(line, x, self.y, pair.pitch, Some(element));
            }
        }
        self.y += pair.pitch;
        self.fresh = false;
    }

    fn rule(&mut self, rule: &Rule) {
        self.y += rule.before;
        self.mark(Mark::Fill {
            x: self.page.left - rule.beyond,
            y: self.y,
            width: self.page.measure() + 2 * rule.beyond,
            height: rule.thickness,
            colour: rule.colour,
        });
        self.y += rule.thickness + rule.after;
        self.fresh = false;
    }

    /// Page numbers: between dashes, odd ones right and even ones left in Chinese; centred in English.
    fn folios(&mut self, letter: bool) {
        let size = self.sizes.folio;
        for at in usize::from(letter)..self.sheets.len() {
            let number = at + 1;
            let page = self.sheets[at].page;
            let chinese = self.sizes.language == Language::Chinese;
            let text = if chinese { format!("— {number} —") } else { number.to_string() };
            let set = match (chinese, number % 2) {
                (false, _) => Set::Centre,
                (true, 1) => Set::Right,
                (true, _) => Set::Left,
            };
            let side = if chinese { size } else { 0 };
            let piece = Piece { text, role: Role::Folio, size, colour: BLACK };
            let room = Room { measure: page.measure() - 2 * side, first: 0, set };
            let lines = self.setter.lines(&[piece], room);
            let top = page.height - page.bottom + FOLIO_BELOW;
            let top = top.min(page.height - mm(5) - size);
            // The number goes to its own page, not to the last one.
            let last = self.sheets.split_off(at + 1);
            for line in &lines {
                self.line(line, page.left + side, top, size, None);
            }
            self.sheets.extend(last);
        }
    }
}
