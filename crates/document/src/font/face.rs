//! One font: its glyphs and their measures.

use std::sync::Arc;

use ttf_parser::{GlyphId, Tag};

use crate::length::Length;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    TrueType,
    /// PostScript outlines.
    Cff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub face: usize,
    pub id: u16,
}

#[derive(Debug, Clone)]
pub(crate) struct Face {
    pub bytes: Arc<[u8]>,
    pub index: u32,
    pub kind: Kind,
    pub name: String,
    units: i64,
    pub ascent: f32,
    pub descent: f32,
    pub cap_height: f32,
    pub bounds: [f32; 4],
    pub serif: bool,
    pub weight: u16,
    pub italic_angle: f32,
}

impl Face {
    pub fn new(bytes: Arc<[u8]>, index: u32) -> Option<Self> {
        let face = ttf_parser::Face::parse(&bytes, index).ok()?;
        let units = i64::from(face.units_per_em());
        let scaled = |value: i16| f32::from(value) * 1_000.0 / units as f32;
        let name = face
            .names()
            .into_iter()
            .find(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME && name.is_unicode())
            .and_then(|name| name.to_string())
            .unwrap_or_else(|| "Font".into());
        let bounds = face.global_bounding_box();
        let kind = if face.tables().cff.is_some() { Kind::Cff } else { Kind::TrueType };
        Some(Self {
            kind,
            name: name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect(),
            units,
            ascent: scaled(face.ascender()),
            descent: scaled(face.descender()),
            cap_height: face.capital_height().map_or_else(|| scaled(face.ascender()), scaled),
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scaled),
            serif: !name.contains("Sans") && !name.contains("Arial") && !name.contains("Hei"),
            weight: face.weight().to_number(),
            italic_angle: face.italic_angle(),
            index,
            bytes: Arc::clone(&bytes),
        })
    }

    /// Runs something on the parsed tables: parsing only looks at the table directory.
    fn with<T>(&self, run: impl FnOnce(&ttf_parser::Face) -> T) -> Option<T> {
        ttf_parser::Face::parse(&self.bytes, self.index).ok().map(|face| run(&face))
    }

    pub fn has(&self, character: char) -> bool {
        self.glyph(character).is_some()
    }

    pub fn glyph(&self, character: char) -> Option<u16> {
        self.with(|face| face.glyph_index(character))?.map(|id| id.0).filter(|id| *id != 0)
    }

    /// The advance in thousandths of the size.
    pub fn advance_of_thousand(&self, glyph: u16) -> f32 {
        let advance = self.with(|face| face.glyph_hor_advance(GlyphId(glyph))).flatten().unwrap_or(0);
        f32::from(advance) * 1_000.0 / self.units as f32
    }

    pub fn advance(&self, glyph: u16, size: Length) -> Length {
        let advance = self.with(|face| face.glyph_hor_advance(GlyphId(glyph))).flatten().unwrap_or(0);
        (i64::from(advance) * i64::from(size) / self.units) as Length
    }

    /// How much nearer or farther two glyphs stand than their advances say.
    pub fn kerning(&self, left: u16, right: u16, size: Length) -> Length {
        let pair = |face: &ttf_parser::Face| {
            let table = face.tables().kern?;
            table
                .subtables
                .into_iter()
                .filter(|held| held.horizontal && !held.has_cross_stream && !held.variable)
                .find_map(|held| held.glyphs_kerning(GlyphId(left), GlyphId(right)))
        };
        let units = self.with(pair).flatten().unwrap_or(0);
        (i64::from(units) * i64::from(size) / self.units) as Length
    }

    /// The outlines alone, as PDF wants PostScript ones.
    pub fn cff(subset: &[u8]) -> Option<&[u8]> {
        ttf_parser::RawFace::parse(subset, 0).ok()?.table(Tag::from_bytes(b"CFF "))
    }
}
