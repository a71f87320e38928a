//! The parts of the file and how they hang together.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::DocxError;
use super::body::Body;
use super::footers::{folio, footer_distance, letter_footer, letter_header};
use super::styles::{font_table, styles};
use super::xml::{RELATIONS, WORD, Xml};
use crate::flow::{Flow, Part};
use crate::length::{pt, twips};
use crate::model::Language;
use crate::style::{Page, Sizes, sizes};

const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const WORD_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// A part of the package besides the main one: its relation, kind of content and text.
struct Side {
    name: &'static str,
    relation: &'static str,
    content: &'static str,
    text: String,
}

pub(super) fn pack(flow: &Flow) -> Result<Vec<u8>, DocxError> {
    let sizes = sizes(flow.language);
    let sides = sides(flow, &sizes);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // No clock: every part carries the format's first moment.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut add = |name: &str, text: &str| -> Result<(), DocxError> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(text.as_bytes())?)
    };
    add("[Content_Types].xml", &content_types(&sides))?;
    add("_rels/.rels", &package_relations())?;
    add("docProps/core.xml", &core(flow))?;
    add("word/document.xml", &document(flow, &sizes, &sides))?;
    add("word/_rels/document.xml.rels", &relations(&sides))?;
    for side in &sides {
        add(&format!("word/{}", side.name), &side.text)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn sides(flow: &Flow, sizes: &Sizes) -> Vec<Side> {
    let side = |name, relation, content, text| Side { name, relation, content, text };
    let mut out = vec![
        side("styles.xml", "styles", "styles+xml", styles(flow.language, sizes)),
        side("settings.xml", "settings", "settings+xml", settings(flow)),
        side("fontTable.xml", "fontTable", "fontTable+xml", font_table(flow.language)),
    ];
    let Some(first) = flow.parts.first() else { return out };
    out.push(side("footer-odd.xml", "footer", "footer+xml", folio(flow, sizes, &first.page, false)));
    if flow.language == Language::Chinese {
        out.push(side("footer-even.xml", "footer", "footer+xml", folio(flow, sizes, &first.page, true)));
    }
    if let Some(text) = letter_header(flow, sizes, &first.page) {
        out.push(side("header-first.xml", "header", "header+xml", text));
    }
    if let Some(text) = letter_footer(flow, sizes, &first.page) {
        out.push(side("footer-first.xml", "footer", "footer+xml", text));
    }
    out
}

fn id(at: usize) -> String {
    format!("rId{}", at + 1)
}

fn document(flow: &Flow, sizes: &Sizes, sides: &[Side]) -> String {
    let mut xml = Xml::new();
    xml.open("w:document", &[("xmlns:w", &WORD), ("xmlns:r", &RELATIONS)]).open("w:body", &[]);
    for (at, part) in flow.parts.iter().enumerate() {
        let end = |xml: &mut Xml| section(xml, flow, sizes, sides, part, at == 0);
        let last = at + 1 == flow.parts.len();
        let ending: Option<super::body::Ending> = if last { None } else { Some(&end) };
        Body::new(&mut xml, flow, *sizes, part.page).items(&part.items, ending);
        if last {
            end(&mut xml);
        }
    }
    xml.finish()
}

fn section(xml: &mut Xml, flow: &Flow, sizes: &Sizes, sides: &[Side], part: &Part, first: bool) {
    let Page { width, height, top, right, bottom, left } = part.page;
    xml.open("w:sectPr", &[]);
    for (at, side) in sides.iter().enumerate() {
        let (element, kind) = match side.name {
            "footer-odd.xml" => ("w:footerReference", "default"),
            "footer-even.xml" => ("w:footerReference", "even"),
            "footer-first.xml" if first => ("w:footerReference", "first"),
            "header-first.xml" if first => ("w:headerReference", "first"),
            _ => continue,
        };
        xml.empty(element, &[("w:type", &kind), ("r:id", &id(at))]);
    }
    xml.value("w:type", "nextPage");
    let orientation = if width > height { "landscape" } else { "portrait" };
    xml.empty("w:pgSz", &[("w:w", &twips(width)), ("w:h", &twips(height)), ("w:orient", &orientation)]);
    let head = flow.letter.as_ref().map_or(pt(36), |letter| letter.top);
    xml.empty(
        "w:pgMar",
        &[
            ("w:top", &twips(top)),
            ("w:right", &twips(right)),
            ("w:bottom", &twips(bottom)),
            ("w:left", &twips(left)),
            ("w:header", &twips(head)),
            ("w:footer", &twips(footer_distance(flow, sizes, &part.page))),
            ("w:gutter", &0),
        ],
    );
    if first && flow.letter.is_some() {
        xml.empty("w:titlePg", &[]);
    }
    if flow.language == Language::Chinese {
        // The pitch of characters is told as what it differs from the text's size, in 4096ths.
        let space = f64::from(sizes.character - sizes.body) / 1_000.0 * 4_096.0;
        xml.empty(
            "w:docGrid",
            &[
                ("w:type", &"linesAndChars"),
                ("w:linePitch", &twips(sizes.pitch)),
                ("w:charSpace", &(space.round() as i32)),
            ],
        );
    }
    xml.close();
}

fn settings(flow: &Flow) -> String {
    let mut xml = Xml::new();
    xml.open("w:settings", &[("xmlns:w", &WORD)]);
    if flow.language == Language::Chinese {
        xml.empty("w:evenAndOddHeaders", &[]).value("w:characterSpacingControl", "compressPunctuation");
    }
    xml.open("w:compat", &[]).empty("w:useFELayout", &[]);
    xml.empty(
        "w:compatSetting",
        &[
            ("w:name", &"compatibilityMode"),
            ("w:uri", &"http://schemas.microsoft.com/office/word"),
            ("w:val", &15),
        ],
    );
    xml.finish()
}

fn content_types(sides: &[Side]) -> String {
    let mut xml = Xml::new();
    xml.open("Types", &[("xmlns", &format!("{PACKAGE}/content-types"))]);
    let relations = "application/vnd.openxmlformats-package.relationships+xml";
    xml.empty("Default", &[("Extension", &"rels"), ("ContentType", &relations)]);
    xml.empty("Default", &[("Extension", &"xml"), ("ContentType", &"application/xml")]);
    let core = "application/vnd.openxmlformats-package.core-properties+xml";
    xml.empty("Override", &[("PartName", &"/docProps/core.xml"), ("ContentType", &core)]);
    let main = format!("{WORD_TYPE}.document.main+xml");
    xml.empty("Override", &[("PartName", &"/word/document.xml"), ("ContentType", &main)]);
    for side in sides {
        let (name, kind) = (format!("/word/{}", side.name), format!("{WORD_TYPE}.{}", side.content));
        xml.empty("Override", &[("PartName", &name), ("ContentType", &kind)]);
    }
    xml.finish()
}

fn package_relations() -> String {
    let mut xml = Xml::new();
    xml.open("Relationships", &[("xmlns", &format!("{PACKAGE}/relationships"))]);
    let main = format!("{RELATIONS}/officeDocument");
    xml.empty("Relationship", &[("Id", &"rId1"), ("Type", &main), ("Target", &"word/document.xml")]);
    let core = format!("{PACKAGE}/relationships/metadata/core-properties");
    xml.empty("Relationship", &[("Id", &"rId2"), ("Type", &core), ("Target", &"docProps/core.xml")]);
    xml.finish()
}

fn relations(sides: &[Side]) -> String {
    let mut xml = Xml::new();
    xml.open("Relationships", &[("xmlns", &format!("{PACKAGE}/relationships"))]);
    for (at, side) in sides.iter().enumerate() {
        let kind = format!("{RELATIONS}/{}", side.relation);
        xml.empty("Relationship", &[("Id", &id(at)), ("Type", &kind), ("Target", &side.name)]);
    }
    xml.finish()
}

fn core(flow: &Flow) -> String {
    let properties = &flow.properties;
    let mut xml = Xml::new();
    xml.open(
        "cp:coreProperties",
        &[
            ("xmlns:cp", &format!("{PACKAGE}/metadata/core-properties")),
            ("xmlns:dc", &"http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", &"http://purl.org/dc/terms/"),
            ("xmlns:xsi", &"http://www.w3.org/2001/XMLSchema-instance"),
        ],
    );
    xml.leaf("dc:title", &flow.title).leaf("dc:subject", &properties.subject);
    xml.leaf("dc:creator", &properties.author).leaf("cp:keywords", &properties.keywords.join(", "));
    xml.leaf("dc:language", if flow.language == Language::Chinese { "zh-CN" } else { "en" });
    let moment = properties.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    for name in ["dcterms:created", "dcterms:modified"] {
        xml.open(name, &[("xsi:type", &"dcterms:W3CDTF")]).text(&moment).close();
    }
    xml.finish()
}
