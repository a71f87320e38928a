//! Fonts in the file: the glyphs that are used, and what each says.

use std::collections::BTreeMap;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;

use super::PdfError;
use crate::font::{Face, Kind};

const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The glyphs of one font that a document uses.
pub(super) struct Usage {
    pub remapper: GlyphRemapper,
    /// By new glyph: the old one and its character.
    said: BTreeMap<u16, (u16, char)>,
    pub reference: Ref,
    pub name: String,
}

impl Usage {
    pub fn new(reference: Ref, name: String) -> Self {
        Self { remapper: GlyphRemapper::new(), said: BTreeMap::new(), reference, name }
    }

    pub fn glyph(&mut self, id: u16, character: char) -> u16 {
        let new = self.remapper.remap(id);
        self.said.entry(new).or_insert((id, character));
        new
    }
}

/// Six letters before a subset's name, made from what is in it.
fn tag(usage: &Usage) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (old, _) in usage.said.values() {
        hash = (hash ^ u64::from(*old)).wrapping_mul(0x0100_0000_01b3);
    }
    (0..6)
        .map(|_| {
            let letter = (hash % 26) as u8;
            hash /= 26;
            char::from(b'A' + letter)
        })
        .collect()
}

pub(super) fn embed(
    pdf: &mut Pdf,
    next: &mut impl FnMut() -> Ref,
    face: &Face,
    usage: &Usage,
) -> Result<(), PdfError> {
    let failed = |why: String| PdfError::Embed { font: face.name.clone(), why };
    let subset = subsetter::subset(&face.bytes, face.index, &usage.remapper)
        .map_err(|error| failed(error.to_string()))?;
    let name = format!("{}+{}", tag(usage), face.name);
    let base = Name(name.as_bytes());
    let [cid, descriptor, file, unicode] = [next(), next(), next(), next()];
    pdf.type0_font(usage.reference)
        .base_font(base)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(unicode);
    let mut font = pdf.cid_font(cid);
    font.subtype(match face.kind {
        Kind::TrueType => CidFontType::Type2,
        Kind::Cff => CidFontType::Type0,
    });
    font.base_font(base).system_info(SYSTEM).font_descriptor(descriptor).default_width(0.0);
    if face.kind == Kind::TrueType {
        font.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let mut widths = font.widths();
    widths.consecutive(0, [0.0]);
    for (new, (old, _)) in &usage.said {
        widths.consecutive(*new, [face.advance_of_thousand(*old)]);
    }
    widths.finish();
    font.finish();
    let mut flags = FontFlags::SYMBOLIC;
    flags.set(FontFlags::SERIF, face.serif);
    flags.set(FontFlags::ITALIC, face.italic_angle != 0.0);
    let [x_min, y_min, x_max, y_max] = face.bounds;
    let mut held = pdf.font_descriptor(descriptor);
    held.name(base)
        .flags(flags)
        .bbox(Rect::new(x_min, y_min, x_max, y_max))
        .italic_angle(face.italic_angle)
        .ascent(face.ascent)
        .descent(face.descent)
        .cap_height(face.cap_height)
        .stem_v(10.0 + 220.0 * (f32::from(face.weight) - 50.0) / 900.0);
    match face.kind {
        Kind::TrueType => held.font_file2(file),
        Kind::Cff => held.font_file3(file),
    };
    held.finish();
    match face.kind {
        Kind::TrueType => {
            let bytes = packed(&subset);
            let mut stream = pdf.stream(file, &bytes);
            stream.filter(Filter::FlateDecode);
            stream.pair(Name(b"Length1"), subset.len() as i32);
        }
        Kind::Cff => {
            let outlines = Face::cff(&subset).ok_or_else(|| failed("no outlines".into()))?;
            let bytes = packed(outlines);
            let mut stream = pdf.stream(file, &bytes);
            stream.filter(Filter::FlateDecode);
            stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        }
    }
    let mut cmap = UnicodeCmap::new(Name(b"Adobe-Identity-UCS"), SYSTEM);
    for (new, (_, character)) in &usage.said {
        cmap.pair(*new, *character);
    }
    let bytes = packed(cmap.finish().as_slice());
    pdf.cmap(unicode, &bytes).filter(Filter::FlateDecode);
    Ok(())
}
