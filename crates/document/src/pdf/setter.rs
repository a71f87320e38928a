//! Setting text: from pieces to lines of glyphs.

use std::collections::{BTreeSet, HashMap};

use crate::character::is_square;
use crate::flow::{Piece, Set};
use crate::font::{FontSet, Glyph, Role};
use crate::length::Length;
use crate::line::{Atom, break_lines, space, stretch};
use crate::style::{Colour, Sizes};

/// What stands for a character that no font has.
const STAND_INS: [char; 2] = ['〓', '?'];

#[derive(Debug, Clone, Copy)]
pub(super) struct SetGlyph {
    pub glyph: Glyph,
    pub character: char,
    /// From the line's left edge.
    pub x: Length,
    pub advance: Length,
    pub size: Length,
    pub colour: Colour,
}

#[derive(Debug, Clone, Default)]
pub(super) struct SetLine {
    pub glyphs: Vec<SetGlyph>,
    /// How far the line is set in from the left edge, by indent and alignment.
    pub indent: Length,
}

/// The room a paragraph has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub measure: Length,
    pub first: Length,
    pub set: Set,
}

pub(super) struct Setter<'a> {
    fonts: &'a FontSet,
    sizes: Sizes,
    found: HashMap<(Role, char), Option<Glyph>>,
    pub missing: BTreeSet<char>,
}

impl<'a> Setter<'a> {
    pub fn new(fonts: &'a FontSet, sizes: Sizes) -> Self {
        Self { fonts, sizes, found: HashMap::new(), missing: BTreeSet::new() }
    }

    fn glyph(&mut self, role: Role, character: char) -> Option<Glyph> {
        let fonts = self.fonts;
        let missing = &mut self.missing;
        *self.found.entry((role, character)).or_insert_with(|| {
            let pick = |c| fonts.pick(role, c).map(|(face, id)| Glyph { face, id });
            pick(character).or_else(|| {
                missing.insert(character);
                STAND_INS.into_iter().find_map(pick)
            })
        })
    }

    /// The lines of some pieces.
    pub fn lines(&mut self, pieces: &[Piece], room: Room) -> Vec<SetLine> {
        let (mut atoms, mut glyphs) = (Vec::new(), Vec::new());
        for piece in pieces {
            let from = atoms.len();
            for character in piece.text.chars() {
                let character = if character == '\t' { ' ' } else { character };
                if character == '\n' {
                    atoms.push(Atom::new('\n', 0));
                    glyphs.push(None);
                    continue;
                }
                if character.is_control() {
                    continue;
                }
                let Some(glyph) = self.glyph(piece.role, character) else { continue };
                let width = self.advance(glyph, character, piece.size);
                atoms.push(Atom::new(character, width));
                glyphs.push(Some((glyph, piece)));
            }
            self.kern(&mut atoms[from..], &glyphs[from..], piece.size);
            space(&mut atoms[from..], self.square(piece.size));
        }
        let em = pieces.iter().map(|piece| piece.size).max().unwrap_or_default();
        let lines = break_lines(&atoms, room.measure - room.first, room.measure);
        lines
            .iter()
            .enumerate()
            .map(|(at, line)| {
                let start = if at == 0 { room.first } else { 0 };
                let missing = room.measure - start - line.width;
                let held = &atoms[line.atoms.clone()];
                let justified = matches!(room.set, Set::Text) && self.justifies() && !line.last;
                let added = if justified { stretch(held, missing, em) } else { vec![0; held.len()] };
                let indent = start
                    + match room.set {
                        Set::Text | Set::Left => 0,
                        Set::Centre => missing.max(0) / 2,
                        Set::Right => missing.max(0),
                    };
                let mut x = 0;
                let mut set = SetLine { glyphs: Vec::with_capacity(held.len()), indent };
                for ((atom, glyph), added) in held.iter().zip(&glyphs[line.atoms.clone()]).zip(added) {
                    if let Some((glyph, piece)) = glyph {
                        set.glyphs.push(SetGlyph {
                            glyph: *glyph,
                            character: atom.character,
                            x: x - atom.shift,
                            advance: self.natural(*glyph, piece.size),
                            size: piece.size,
                            colour: piece.colour,
                        });
                    }
                    x += atom.width + atom.behind + added;
                }
                set
            })
            .collect()
    }

    fn justifies(&self) -> bool {
        self.sizes.indent > 0
    }

    /// A full-width character's room at a size: the body's follow the grid of the page.
    fn square(&self, size: Length) -> Length {
        if size == self.sizes.body { self.sizes.character } else { size }
    }

    fn natural(&self, glyph: Glyph, size: Length) -> Length {
        self.fonts.faces[glyph.face].advance(glyph.id, size)
    }

    fn advance(&self, glyph: Glyph, character: char, size: Length) -> Length {
        let natural = self.natural(glyph, size);
        let full = natural == size || (is_square(character) && natural * 10 > size * 9);
        if full { natural - size + self.square(size) } else { natural }
    }

    fn kern(&self, atoms: &mut [Atom], glyphs: &[Option<(Glyph, &Piece)>], size: Length) {
        for (at, pair) in glyphs.windows(2).enumerate() {
            if let [Some((left, _)), Some((right, _))] = pair
                && left.face == right.face
                && !is_square(atoms[at].character)
            {
                atoms[at].behind += self.fonts.faces[left.face].kerning(left.id, right.id, size);
            }
        }
    }
}
