//! Breaking text into lines.

use std::ops::Range;

use crate::character::{blank_before, blank_behind, is_ideograph, is_square, may_break};
use crate::length::Length;

/// A character with its room. `behind` is room to the next one that is dropped at a line's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Atom {
    pub character: char,
    pub width: Length,
    pub behind: Length,
    /// How far to the left of its place the glyph is drawn, where its blank half was taken away.
    pub shift: Length,
    /// Blank room that may be dropped where the character ends a line.
    pub droppable: Length,
}

impl Atom {
    pub fn new(character: char, width: Length) -> Self {
        Self { character, width, behind: 0, shift: 0, droppable: 0 }
    }
}

/// Takes away blank halves between marks that meet, and gives letters beside Chinese a little room.
/// `em` is the text's size; only marks drawn on a full square have halves to give.
pub(crate) fn space(atoms: &mut [Atom], em: Length) {
    let full = |atom: &Atom| atom.width * 10 >= em * 9;
    for at in 0..atoms.len() {
        let atom = atoms[at];
        if blank_behind(atom.character) && full(&atom) {
            atoms[at].droppable = atom.width / 2;
        }
        let Some(next) = atoms.get(at + 1).copied() else { break };
        let (a, b) = (atom.character, next.character);
        let half = em / 2;
        if blank_behind(a) && full(&atom) && (blank_behind(b) || blank_before(b)) && full(&next) {
            atoms[at].width -= half;
            atoms[at].droppable = 0;
        } else if blank_before(a) && blank_before(b) && full(&next) {
            atoms[at + 1].width -= half;
            atoms[at + 1].shift = half;
        } else if (is_ideograph(a) && b.is_ascii_alphanumeric())
            || (a.is_ascii_alphanumeric() && is_ideograph(b))
        {
            atoms[at].behind += em / 8;
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The atoms drawn; blanks at the end are not.
    pub atoms: Range<usize>,
    /// The room they take, the last one's droppable half left out where that made them fit.
    pub width: Length,
    /// Ends the paragraph, or stands before a line feed: never stretched.
    pub last: bool,
}

/// Breaks into lines: the first as wide as `first`, the others as `rest`. A word or group of marks
/// wider than a line is broken anywhere; a single character wider than a line stands alone.
pub fn break_lines(atoms: &[Atom], first: Length, rest: Length) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < atoms.len() {
        let measure = if lines.is_empty() { first } else { rest };
        let (end, last) = end_of_line(atoms, start, measure);
        let mut shown = end;
        while shown > start && is_blank(atoms[shown - 1].character) {
            shown -= 1;
        }
        let natural = width(&atoms[start..shown]);
        let dropped = atoms[start..shown].last().map_or(0, |atom| atom.droppable);
        let fitting = if natural > measure { natural - dropped } else { natural };
        lines.push(Line { atoms: start..shown, width: fitting, last });
        start = end;
    }
    lines
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && c != '\u{a0}'
}

fn width(atoms: &[Atom]) -> Length {
    let sum: Length = atoms.iter().map(|atom| atom.width + atom.behind).sum();
    sum - atoms.last().map_or(0, |atom| atom.behind)
}

/// Where the next line begins, and whether this one ends a paragraph.
fn end_of_line(atoms: &[Atom], start: usize, measure: Length) -> (usize, bool) {
    let mut best = None;
    let mut fitting = start;
    let mut room = 0;
    for at in start..atoms.len() {
        let atom = atoms[at];
        if atom.character == '\n' {
            return (at + 1, true);
        }
        if !is_blank(atom.character) {
            if room + atom.width - atom.droppable > measure {
                break;
            }
            fitting = at + 1;
        }
        room += atom.width + atom.behind;
        match atoms.get(at + 1) {
            None => return (at + 1, true),
            Some(next) if next.character != '\n' && may_break(atom.character, next.character) => {
                best = Some(at + 1);
            }
            Some(_) => {}
        }
    }
    (best.unwrap_or_else(|| fitting.max(start + 1)), false)
}

/// The room to add behind each atom of a line so that it fills the measure: between words, and
/// between Chinese characters. Lines that would be torn apart are left as they are.
pub(crate) fn stretch(atoms: &[Atom], missing: Length, em: Length) -> Vec<Length> {
    let mut added = vec![0; atoms.len()];
    if missing <= 0 || atoms.len() < 2 {
        return added;
    }
    let takes = |at: usize| {
        let (a, b) = (atoms[at].character, atoms[at + 1].character);
        is_blank(a) || (!is_blank(b) && (is_square(a) || is_square(b)))
    };
    let slots: Vec<usize> = (0..atoms.len() - 1).filter(|at| takes(*at)).collect();
    let count = slots.len() as Length;
    if count == 0 || missing / count > em / 2 {
        return added;
    }
    for (nth, at) in slots.into_iter().enumerate() {
        let nth = nth as i64;
        let edge = |n: i64| (i64::from(missing) * n / i64::from(count)) as Length;
        added[at] = edge(nth + 1) - edge(nth);
    }
    added
}
