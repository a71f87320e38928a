//! Fonts by name, and the styles that headings and text carry.

use super::xml::{WORD, Xml};
use crate::flow::{Piece, Tag};
use crate::length::{Length, twips};
use crate::model::Language;
use crate::style::{BLACK, Colour, Role, Sizes, fonts, sizes};

/// A font as word processors name it, and whether it is set bold.
pub(super) struct Named {
    pub letters: &'static str,
    pub squares: &'static str,
    pub bold: bool,
}

pub(super) fn named(language: Language, role: Role) -> Named {
    match (language, role) {
        (Language::Chinese, role) => {
            Named { letters: "Times New Roman", squares: fonts(language, role)[0], bold: false }
        }
        (Language::English, Role::Heading) => Named { letters: "Arial", squares: "黑体", bold: true },
        (Language::English, Role::Title | Role::Subheading) => {
            Named { letters: "Times New Roman", squares: "宋体", bold: true }
        }
        (Language::English, Role::Body | Role::Folio) => {
            Named { letters: "Times New Roman", squares: "宋体", bold: false }
        }
    }
}

pub(super) fn run_properties(xml: &mut Xml, language: Language, role: Role, size: Length, colour: Colour) {
    let font = named(language, role);
    xml.open("w:rPr", &[]);
    let hint = if language == Language::Chinese { "eastAsia" } else { "default" };
    xml.empty(
        "w:rFonts",
        &[
            ("w:hint", &hint),
            ("w:ascii", &font.letters),
            ("w:hAnsi", &font.letters),
            ("w:eastAsia", &font.squares),
            ("w:cs", &font.letters),
        ],
    );
    if font.bold {
        xml.empty("w:b", &[]);
    } else {
        xml.value("w:b", 0);
    }
    if colour != BLACK {
        xml.value("w:color", colour.hex());
    }
    let halves = (size + 250) / 500;
    xml.value("w:spacing", narrowing(language, size)).value("w:sz", halves).value("w:szCs", halves).close();
}

/// How much nearer than their size the characters of the text stand, in twentieths of a point, for 28
/// to fill a line. The grid of the page says the same, but word processors differ in how they put
/// text on a grid that is narrower than its characters; so the text keeps off it.
fn narrowing(language: Language, size: Length) -> i32 {
    let sizes = sizes(language);
    if size == sizes.body { (sizes.character - sizes.body).div_euclid(50) } else { 0 }
}

/// The style of a paragraph.
pub(super) fn style_of(tag: Tag) -> Option<&'static str> {
    match tag {
        Tag::Title => Some("Title"),
        Tag::Heading(1) => Some("Heading1"),
        Tag::Heading(2) => Some("Heading2"),
        Tag::Heading(3) => Some("Heading3"),
        Tag::Heading(_) => Some("Heading4"),
        Tag::Body | Tag::Item => Some("BodyText"),
        Tag::Caption => Some("Caption"),
        Tag::Other => None,
    }
}

fn voice(tag: Tag, sizes: &Sizes) -> (Role, Length) {
    match tag {
        Tag::Title => (Role::Title, sizes.title),
        Tag::Heading(level) => sizes.heading(level),
        _ => (Role::Body, sizes.body),
    }
}

/// Whether a piece looks as its paragraph's style says anyway.
pub(super) fn is_plain(piece: &Piece, tag: Tag, sizes: &Sizes) -> bool {
    (piece.role, piece.size) == voice(tag, sizes) && piece.colour == BLACK
}

pub(super) fn styles(language: Language, sizes: &Sizes) -> String {
    let mut xml = Xml::new();
    xml.open("w:styles", &[("xmlns:w", &WORD)]);
    xml.open("w:docDefaults", &[]).open("w:rPrDefault", &[]).open("w:rPr", &[]);
    let font = named(language, Role::Body);
    xml.empty(
        "w:rFonts",
        &[
            ("w:ascii", &font.letters),
            ("w:hAnsi", &font.letters),
            ("w:eastAsia", &font.squares),
            ("w:cs", &font.letters),
        ],
    );
    let halves = sizes.body / 500;
    xml.value("w:snapToGrid", 0);
    xml.value("w:sz", halves).value("w:szCs", halves);
    xml.empty("w:lang", &[("w:val", &"en-GB"), ("w:eastAsia", &"zh-CN")]);
    xml.close().close();
    xml.open("w:pPrDefault", &[]).open("w:pPr", &[]);
    off_grid(&mut xml);
    xml.empty("w:spacing", &[("w:line", &twips(sizes.pitch)), ("w:lineRule", &"exact")]);
    xml.close().close().close();
    style(&mut xml, language, sizes, ("Normal", "Normal"), None, None);
    style(&mut xml, language, sizes, ("Title", "Title"), Some(Tag::Title), None);
    for (level, (id, name)) in (1..).zip([
        ("Heading1", "heading 1"),
        ("Heading2", "heading 2"),
        ("Heading3", "heading 3"),
        ("Heading4", "heading 4"),
    ]) {
        style(&mut xml, language, sizes, (id, name), Some(Tag::Heading(level)), Some(level - 1));
    }
    style(&mut xml, language, sizes, ("BodyText", "Body Text"), Some(Tag::Body), None);
    style(&mut xml, language, sizes, ("Caption", "caption"), Some(Tag::Caption), None);
    xml.finish()
}

/// No mark hangs into the margin, and nothing is moved to a grid.
fn off_grid(xml: &mut Xml) {
    xml.value("w:overflowPunct", 0).value("w:adjustRightInd", 0).value("w:snapToGrid", 0);
}

fn style(
    xml: &mut Xml,
    language: Language,
    sizes: &Sizes,
    (id, name): (&str, &str),
    tag: Option<Tag>,
    level: Option<u8>,
) {
    let mut attributes: Vec<(&str, &dyn std::fmt::Display)> = vec![("w:type", &"paragraph")];
    if tag.is_none() {
        attributes.push(("w:default", &1));
    }
    attributes.push(("w:styleId", &id));
    xml.open("w:style", &attributes);
    xml.value("w:name", name);
    if let Some(tag) = tag {
        xml.value("w:basedOn", "Normal").value("w:next", "BodyText").empty("w:qFormat", &[]);
        if let Some(level) = level {
            xml.open("w:pPr", &[]).empty("w:keepNext", &[]).value("w:outlineLvl", level).close();
        }
        let (role, size) = voice(tag, sizes);
        run_properties(xml, language, role, size, BLACK);
    } else {
        // The grid's characters are counted from the size that is written here.
        xml.empty("w:qFormat", &[]);
        xml.open("w:pPr", &[]);
        off_grid(xml);
        xml.close();
        run_properties(xml, language, Role::Body, sizes.body, BLACK);
    }
    xml.close();
}

/// Other names of the fonts, for machines that do not have them.
pub(super) fn font_table(language: Language) -> String {
    let mut xml = Xml::new();
    xml.open("w:fonts", &[("xmlns:w", &WORD)]);
    let mut seen = Vec::new();
    for role in Role::ALL {
        let names = fonts(Language::Chinese, role);
        if language == Language::Chinese && !seen.contains(&names[0]) {
            seen.push(names[0]);
            xml.open("w:font", &[("w:name", &names[0])]);
            xml.value("w:altName", names[1..].join(","));
            xml.value("w:charset", "86").value("w:family", "auto").value("w:pitch", "default").close();
        }
    }
    for (name, other, family) in
        [("Times New Roman", "Liberation Serif", "roman"), ("Arial", "Liberation Sans", "swiss")]
    {
        xml.open("w:font", &[("w:name", &name)]);
        xml.value("w:altName", other).value("w:charset", "00").value("w:family", family);
        xml.value("w:pitch", "variable").close();
    }
    xml.finish()
}
