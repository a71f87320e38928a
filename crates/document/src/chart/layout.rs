//! From rows and days to rectangles and texts on pages.

use jiff::civil::Date;

use super::{Chart, ChartTie, KeyMark, Shape};
use crate::flow::Set;
use crate::length::{Length, mm, pt, tenths};
use crate::model::{Orientation, Paper};
use crate::style::{BLACK, Colour, HAIRLINE, Page, SHADE};
use crate::table::Tone;

const MARGIN: Length = mm(14);
const ROW: Length = tenths(54);
const HEAD: Length = mm(11);
const TITLE: Length = mm(9);
const NOTE: Length = mm(6);
/// Key and page number.
const FOOT: Length = mm(9);
const TEXT: Length = 7_500;
const SIDE: Length = tenths(8);
const THIN: Length = 350;
/// A line leaves a bar and comes to the next one by so much.
const ELBOW: Length = tenths(8);
/// The narrowest distance between two ticks that are named.
const TICK: Length = mm(5);
/// The smallest bar that is seen.
const LEAST: Length = tenths(5);

const TIE: Colour = Colour(0x8a, 0x93, 0x8d);
const STRONG_TIE: Colour = Colour(0x2f, 0x3a, 0x33);
const TODAY: Colour = Colour(0xa8, 0x27, 0x1d);

/// What a text is to a reader who cannot see the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Title,
    Note,
    /// The head of a column.
    Head(usize),
    Cell(usize, usize),
    /// Said on every page, or drawn: no part of the text.
    Furniture,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Drawn {
    Fill {
        x: Length,
        y: Length,
        width: Length,
        height: Length,
        colour: Colour,
    },
    /// One line, centred in its height.
    Text {
        x: Length,
        y: Length,
        width: Length,
        height: Length,
        size: Length,
        strong: bool,
        set: Set,
        text: String,
        part: Part,
    },
}

/// A page with what is drawn on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plate {
    pub page: Page,
    pub marks: Vec<Drawn>,
}

pub(super) fn colour(shape: Shape) -> Colour {
    match shape {
        Shape::Done => Colour(0x4f, 0x8f, 0x66),
        Shape::Ahead => Colour(0x3b, 0x57, 0x78),
        Shape::Critical | Shape::Over => Colour::of(Tone::Red),
        Shape::Spare => Colour(0xa9, 0xbf, 0xd8),
        Shape::Baseline => Colour(0x9a, 0x9a, 0x9a),
    }
}

/// Where a bar lies in its row: from its upper edge, and its height, in hundredths of the row.
fn band(shape: Shape) -> (Length, Length) {
    match shape {
        Shape::Baseline => (74, 14),
        Shape::Spare => (36, 20),
        _ => (20, 48),
    }
}

/// The text as far as it fits; narrow characters count half.
pub(super) fn fitted(text: &str, size: Length, room: Length) -> String {
    let width = |c: char| if u32::from(c) < 0x1100 { size * 52 / 100 } else { size };
    let whole: Length = text.chars().map(width).sum();
    if whole <= room {
        return text.to_owned();
    }
    let mut left = room - size / 2;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            left -= width(*c);
            left >= 0
        })
        .collect();
    out.push('…');
    out
}

fn page(paper: Paper) -> Page {
    let turned = Page::new(crate::model::Language::English, paper, Orientation::Landscape);
    Page { top: MARGIN, right: MARGIN, bottom: MARGIN, left: MARGIN, ..turned }
}

fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

struct Sheetwork<'a> {
    chart: &'a Chart,
    page: Page,
    /// Where the bars begin, and how wide they are together.
    left: Length,
    width: Length,
    span: i64,
    /// Rows below the first of a group are set in.
    grouped: bool,
}

pub(crate) fn lay_out(chart: &Chart) -> Vec<Plate> {
    let page = page(chart.paper);
    let labels: Length = chart.columns.iter().map(|column| mm(i32::from(column.width))).sum();
    let left = page.left + labels;
    // A flag at the end of the time has room behind it.
    let width = (page.width - page.right - left - mm(3)).max(mm(20));
    let span = days(chart.from, chart.to).max(1);
    let grouped = chart.rows.iter().any(|row| row.strong);
    let work = Sheetwork { chart, page, left, width, span, grouped };
    let pages = work.pages();
    let count = pages.len();
    pages.iter().enumerate().map(|(at, rows)| work.plate(at, count, rows.clone())).collect()
}

impl Sheetwork<'_> {
    /// Where a day begins.
    fn x(&self, day: Date) -> Length {
        let place = days(self.chart.from, day).clamp(0, self.span);
        self.left + (i64::from(self.width) * place / self.span) as Length
    }

    /// Where a day ends.
    fn end(&self, day: Date) -> Length {
        self.x(day.tomorrow().unwrap_or(day))
    }

    fn top(&self, at: usize) -> Length {
        let title = if at == 0 { TITLE } else { 0 };
        let note = if at == 0 && !self.chart.note.is_empty() { NOTE } else { 0 };
        self.page.top + title + note
    }

    /// The rows of each page: a group's first row does not stand alone at the foot of one.
    fn pages(&self) -> Vec<std::ops::Range<usize>> {
        let rows = &self.chart.rows;
        let mut out = Vec::new();
        let mut from = 0;
        loop {
            let room = self.page.height - self.page.bottom - FOOT - self.top(out.len()) - HEAD;
            let most = (room / ROW).max(1) as usize;
            let mut to = (from + most).min(rows.len());
            if to < rows.len() && to > from + 1 && rows[to - 1].strong && !rows[to].strong {
                to -= 1;
            }
            out.push(from..to);
            if to >= rows.len() {
                return out;
            }
            from = to;
        }
    }

    fn plate(&self, at: usize, count: usize, rows: std::ops::Range<usize>) -> Plate {
        let mut out = Marks(Vec::new());
        let (chart, page) = (self.chart, self.page);
        if at == 0 {
            out.text(
                (page.left, page.top, page.measure(), TITLE),
                pt(14),
                true,
                Set::Left,
                &chart.title,
                Part::Title,
            );
            if !chart.note.is_empty() {
                let place = (page.left, page.top + TITLE, page.measure(), NOTE);
                out.text(place, TEXT, false, Set::Left, &chart.note, Part::Note);
            }
        }
        let head = self.top(at);
        let body = head + HEAD;
        let foot = body + rows.len() as Length * ROW;
        self.heads(&mut out, head, foot, at == 0);
        for (line, row) in rows.clone().enumerate() {
            self.row(&mut out, row, body + line as Length * ROW);
        }
        for tie in &chart.ties {
            self.tie(&mut out, tie, &rows, body, foot);
        }
        // Flags stand before lines.
        for (line, row) in rows.enumerate() {
            if let Some((day, tone)) = chart.rows[row].flag {
                flag(&mut out, self.end(day), body + line as Length * ROW, Colour::of(tone));
            }
        }
        if let Some(today) = chart.today.filter(|day| (chart.from..=chart.to).contains(day)) {
            out.fill(self.x(today), head + HEAD / 2, 600, foot - head - HEAD / 2, TODAY);
        }
        self.foot(&mut out, at, count);
        Plate { page, marks: out.0 }
    }

    fn heads(&self, out: &mut Marks, top: Length, foot: Length, first: bool) {
        let page = self.page;
        out.fill(page.left, top, page.measure(), HEAD, SHADE);
        let mut x = page.left;
        for (at, column) in self.chart.columns.iter().enumerate() {
            let width = mm(i32::from(column.width));
            let part = if first { Part::Head(at) } else { Part::Furniture };
            let set = if at == 0 { Set::Left } else { Set::Centre };
            out.text((x + SIDE, top, width - 2 * SIDE, HEAD), TEXT, true, set, &column.heading, part);
            x += width;
        }
        let month = self.width / (self.span / 30).max(1) as Length;
        let every: i32 = match () {
            () if month >= TICK => 1,
            () if month * 3 >= TICK => 3,
            () => 12,
        };
        let half = HEAD / 2;
        let mut day = self.chart.from.first_of_month();
        let mut year = None;
        while day < self.chart.to {
            let next = day.saturating_add(jiff::Span::new().months(1));
            let (from, to) = (self.x(day), self.x(next));
            if year != Some(day.year()) {
                let rest = self.x(Date::new(day.year() + 1, 1, 1).unwrap_or(Date::MAX)) - from;
                let name = day.year().to_string();
                if rest > mm(9) {
                    let place = (from + SIDE, top, rest - SIDE, half);
                    out.text(place, TEXT, true, Set::Left, &name, Part::Furniture);
                }
                out.fill(from, top, THIN, foot - top, HAIRLINE);
                year = Some(day.year());
            } else if (i32::from(day.month()) - 1) % every == 0 {
                out.fill(from, top + half, THIN, foot - top - half, Colour(0xdd, 0xdd, 0xdd));
            }
            if every < 12 && (i32::from(day.month()) - 1) % every == 0 {
                let room = if every == 1 { to - from } else { (to - from) * 3 };
                if room > tenths(25) {
                    let place = (from, top + half, room, half);
                    out.text(
                        place,
                        TEXT - 1_000,
                        false,
                        Set::Centre,
                        &day.month().to_string(),
                        Part::Furniture,
                    );
                }
            }
            day = next;
        }
        out.fill(page.left, top + HEAD - THIN, page.measure(), THIN * 2, BLACK);
    }

    fn row(&self, out: &mut Marks, at: usize, y: Length) {
        let row = &self.chart.rows[at];
        let page = self.page;
        let mut x = page.left;
        for (column, held) in self.chart.columns.iter().enumerate() {
            let width = mm(i32::from(held.width));
            let text = row.cells.get(column).map_or("", String::as_str);
            let indent = if column == 0 && self.grouped && !row.strong { mm(3) } else { 0 };
            let set = if column == 0 { Set::Left } else { Set::Centre };
            let place = (x + SIDE + indent, y, width - 2 * SIDE - indent, ROW);
            out.text(place, TEXT, row.strong, set, text, Part::Cell(at, column));
            x += width;
        }
        out.fill(page.left, y + ROW - THIN, page.measure(), THIN, Colour(0xdd, 0xdd, 0xdd));
        for bar in &row.bars {
            let (above, height) = band(bar.shape);
            let (from, to) = (self.x(bar.from), self.end(bar.to));
            let width = (to - from).max(LEAST);
            out.fill(from, y + ROW * above / 100, width, ROW * height / 100, colour(bar.shape));
        }
    }

    /// The part of a line between two rows that lies on this page.
    fn tie(
        &self,
        out: &mut Marks,
        tie: &ChartTie,
        rows: &std::ops::Range<usize>,
        body: Length,
        foot: Length,
    ) {
        let ((from, left), (to, right)) = (tie.from, tie.to);
        let (first, last) = (from.min(to), from.max(to));
        if last < rows.start || first >= rows.end {
            return;
        }
        let colour = if tie.strong { STRONG_TIE } else { TIE };
        let middle = |row: usize| match row {
            row if row < rows.start => body,
            row if row >= rows.end => foot,
            row => body + (row - rows.start) as Length * ROW + ROW * 44 / 100,
        };
        let (x1, x2) = (self.end(left), self.x(right));
        let (y1, y2) = (middle(from), middle(to));
        let here = |row: usize| rows.contains(&row);
        if (x1..x1 + 2 * ELBOW).contains(&x2) {
            self.drop(out, (x1, y1), y2, (here(from), here(to)), colour);
            return;
        }
        // Straight down beside the bar when the next one begins behind it; else around it.
        let (down, back) = if x2 >= x1 { (x2 - ELBOW, None) } else { (x1 + ELBOW, Some(x2 - ELBOW)) };
        if here(from) {
            out.level(x1, down, y1, colour);
        }
        let turn = if y2 > y1 { y2 - ROW / 2 } else { y2 + ROW / 2 };
        match back {
            None => out.upright(down, y1, y2, colour),
            Some(_) if !here(to) => out.upright(down, y1, y2, colour),
            Some(back) => {
                out.upright(down, y1, turn, colour);
                out.level(back, down, turn, colour);
                out.upright(back, turn, y2, colour);
            }
        }
        if here(to) {
            out.level(back.unwrap_or(down), x2, y2, colour);
            // The head of the arrow, in three steps.
            for step in 0..3 {
                let half = 450 * (3 - step);
                out.fill(
                    x2 - tenths(9) + step * tenths(3),
                    y2 + THIN / 2 - half,
                    tenths(3),
                    2 * half,
                    colour,
                );
            }
        }
    }

    /// From the end of a bar straight to the beginning of the next one, above or below it.
    fn drop(
        &self,
        out: &mut Marks,
        (x, y1): (Length, Length),
        y2: Length,
        (from, to): (bool, bool),
        colour: Colour,
    ) {
        let x = x + ELBOW / 2;
        let near = if y2 > y1 { y2 - ROW * 24 / 100 } else { y2 + ROW * 24 / 100 };
        if from {
            out.level(x - ELBOW / 2, x, y1, colour);
        }
        out.upright(x, y1, if to { near } else { y2 }, colour);
        if to {
            let down = if y2 > y1 { -1 } else { 1 };
            for step in 0..3 {
                let half = 450 * (3 - step);
                let y = near + down * (tenths(9) - step * tenths(3));
                out.fill(x + THIN / 2 - half, y.min(y + tenths(3)), 2 * half, tenths(3), colour);
            }
        }
    }

    fn foot(&self, out: &mut Marks, at: usize, count: usize) {
        let page = self.page;
        let y = page.height - page.bottom - FOOT + mm(3);
        let mut x = page.left;
        let height = mm(4);
        for (mark, text) in &self.chart.key {
            match mark {
                KeyMark::Bar(shape) => {
                    let (_, tall) = band(*shape);
                    let tall = ROW * tall / 100;
                    out.fill(x, y + (height - tall) / 2, mm(7), tall, colour(*shape));
                }
                KeyMark::Flag(tone) => flag(out, x + mm(3), y - ROW / 8, Colour::of(*tone)),
                KeyMark::Today => out.fill(x + mm(3), y, 600, height, TODAY),
            }
            let wide: Length =
                text.chars().map(|c| if u32::from(c) < 0x1100 { TEXT * 55 / 100 } else { TEXT }).sum();
            out.text((x + mm(8), y, wide + mm(2), height), TEXT, false, Set::Left, text, Part::Furniture);
            x += mm(8) + wide + mm(5);
        }
        let number = format!("{} / {count}", at + 1);
        let place = (page.width - page.right - mm(30), y, mm(30), height);
        out.text(place, TEXT, false, Set::Right, &number, Part::Furniture);
    }
}

fn flag(out: &mut Marks, x: Length, y: Length, colour: Colour) {
    out.fill(x, y + ROW / 10, 700, ROW * 8 / 10, colour);
    out.fill(x, y + ROW / 10, tenths(22), ROW * 3 / 10, colour);
}

struct Marks(Vec<Drawn>);

impl Marks {
    fn fill(&mut self, x: Length, y: Length, width: Length, height: Length, colour: Colour) {
        if width > 0 && height > 0 {
            self.0.push(Drawn::Fill { x, y, width, height, colour });
        }
    }

    fn level(&mut self, from: Length, to: Length, y: Length, colour: Colour) {
        self.fill(from.min(to), y, (to - from).abs() + THIN, THIN, colour);
    }

    fn upright(&mut self, x: Length, from: Length, to: Length, colour: Colour) {
        self.fill(x, from.min(to), THIN, (to - from).abs() + THIN, colour);
    }

    fn text(
        &mut self,
        (x, y, width, height): (Length, Length, Length, Length),
        size: Length,
        strong: bool,
        set: Set,
        text: &str,
        part: Part,
    ) {
        if !text.is_empty() {
            let text = fitted(text, size, width);
            self.0.push(Drawn::Text { x, y, width, height, size, strong, set, text, part });
        }
    }
}
