//! From pages to the bytes of a file.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use pdf_writer::types::{ArtifactType, OutlineItemFlags, StructRole, TableHeaderScope};
use pdf_writer::{Content, Date, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::PdfError;
use super::embed::{Usage, embed, packed};
use super::layout::Laid;
use super::sheet::{Mark, Sheet, Text};
use super::tree::{Kind, Tree};
use crate::flow::Flow;
use crate::font::FontSet;
use crate::length::points;
use crate::model::Language;
use crate::style::Colour;

/// Marked content of the pages: by page, the element of each piece in order.
type Pieces = Vec<Vec<usize>>;

pub(super) fn write(flow: &Flow, laid: &Laid, fonts: &FontSet) -> Result<Vec<u8>, PdfError> {
    let mut last = 0;
    let mut next = || {
        last += 1;
        Ref::new(last)
    };
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    let [catalog, pages, info, root, parents] = [next(), next(), next(), next(), next()];
    let mut usages: BTreeMap<usize, Usage> = BTreeMap::new();
    let mut pieces: Pieces = Vec::new();
    let mut contents = Vec::new();
    for sheet in &laid.sheets {
        let mut usage = |face: usize| match usages.entry(face) {
            std::collections::btree_map::Entry::Occupied(_) => {}
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(Usage::new(next(), format!("F{face}")));
            }
        };
        for mark in &sheet.marks {
            if let Mark::Text(text) = mark {
                text.glyphs.iter().for_each(|placed| usage(placed.glyph.face));
            }
        }
        let mut held = Vec::new();
        contents.push(content(sheet, fonts, &mut usages, &mut held));
        pieces.push(held);
    }
    let page_refs: Vec<Ref> = laid.sheets.iter().map(|_| next()).collect();
    for (at, ((sheet, bytes), reference)) in laid.sheets.iter().zip(&contents).zip(&page_refs).enumerate() {
        let stream = next();
        let mut page = pdf.page(*reference);
        let (width, height) = (points(sheet.page.width), points(sheet.page.height));
        page.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(stream);
        page.struct_parents(at as i32);
        page.pair(Name(b"Tabs"), Name(b"S"));
        let mut resources = page.resources();
        let mut held = resources.fonts();
        for usage in usages.values() {
            held.pair(Name(usage.name.as_bytes()), usage.reference);
        }
        held.finish();
        resources.finish();
        page.finish();
        let bytes = packed(bytes);
        pdf.stream(stream, &bytes).filter(Filter::FlateDecode);
    }
    pdf.pages(pages).kids(page_refs.iter().copied()).count(page_refs.len() as i32);
    tree(&mut pdf, &mut next, (root, parents), &laid.tree, &pieces, &page_refs);
    let outline = outline(&mut pdf, &mut next, laid, &page_refs);
    for (face, usage) in &usages {
        embed(&mut pdf, &mut next, &fonts.faces[*face], usage)?;
    }
    information(&mut pdf, info, flow);
    let mut held = pdf.catalog(catalog);
    held.pages(pages);
    held.lang(TextStr(match flow.language {
        Language::Chinese => "zh-CN",
        Language::English => "en",
    }));
    held.mark_info().marked(true);
    held.viewer_preferences().display_doc_title(true);
    held.pair(Name(b"StructTreeRoot"), root);
    if let Some(outline) = outline {
        held.outlines(outline);
    }
    held.finish();
    Ok(pdf.finish())
}

fn information(pdf: &mut Pdf, info: Ref, flow: &Flow) {
    let properties = &flow.properties;
    let mut held = pdf.document_info(info);
    held.title(TextStr(&flow.title)).author(TextStr(&properties.author));
    held.subject(TextStr(&properties.subject)).creator(TextStr("Huitian"));
    held.keywords(TextStr(&properties.keywords.join(", ")));
    let made = TimeZone::UTC.to_datetime(properties.created);
    let part = |value: i8| value.unsigned_abs();
    held.creation_date(
        Date::new(made.year().unsigned_abs())
            .month(part(made.month()))
            .day(part(made.day()))
            .hour(part(made.hour()))
            .minute(part(made.minute()))
            .second(part(made.second()))
            .utc_offset_hour(0)
            .utc_offset_minute(0),
    );
}

fn colour(content: &mut Content, colour: Colour) {
    let part = |value: u8| f32::from(value) / 255.0;
    content.set_fill_rgb(part(colour.0), part(colour.1), part(colour.2));
}

fn content(
    sheet: &Sheet,
    fonts: &FontSet,
    usages: &mut BTreeMap<usize, Usage>,
    pieces: &mut Vec<usize>,
) -> Vec<u8> {
    let mut content = Content::new();
    let height = sheet.page.height;
    let owner = |mark: &Mark| match mark {
        Mark::Text(text) => text.element,
        Mark::Fill { .. } => None,
    };
    for run in sheet.marks.chunk_by(|a, b| owner(a) == owner(b)) {
        match owner(&run[0]) {
            Some(element) => {
                let mut marked = content.begin_marked_content_with_properties(Name(b"P"));
                marked.properties().identify(pieces.len() as i32);
                marked.finish();
                pieces.push(element);
            }
            None => {
                let mut marked = content.begin_marked_content_with_properties(Name(b"Artifact"));
                marked.properties().artifact().kind(ArtifactType::Layout);
                marked.finish();
            }
        }
        for mark in run {
            match mark {
                Mark::Text(held) => text(&mut content, held, height, fonts, usages),
                Mark::Fill { x, y, width, height: tall, colour: fill } => {
                    colour(&mut content, *fill);
                    content.rect(points(*x), points(height - y - tall), points(*width), points(*tall));
                    content.fill_nonzero();
                }
            }
        }
        content.end_marked_content();
    }
    content.finish().into_vec()
}

fn text(
    content: &mut Content,
    text: &Text,
    height: i32,
    fonts: &FontSet,
    usages: &mut BTreeMap<usize, Usage>,
) {
    colour(content, text.colour);
    content.begin_text();
    for run in text.glyphs.chunk_by(|a, b| a.glyph.face == b.glyph.face) {
        let (face, first) = (run[0].glyph.face, run[0].x);
        let Some(usage) = usages.get_mut(&face) else { continue };
        content.set_font(Name(usage.name.as_bytes()), points(text.size));
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, points(first), points(height - text.baseline)]);
        let mut shown = content.show_positioned();
        let mut items = shown.items();
        // Where the next glyph would stand by the widths written in the file, in thousandths of the size.
        let size = f64::from(text.size);
        let mut pen = 0.0_f64;
        let mut pending: Vec<u8> = Vec::new();
        for placed in run {
            let wanted = f64::from(placed.x - first) * 1_000.0 / size;
            let off = wanted - pen;
            if off.abs() >= 0.5 {
                if !pending.is_empty() {
                    items.show(Str(&pending));
                    pending.clear();
                }
                items.adjust(-off as f32);
                pen += f64::from(-(-off as f32));
            }
            pending.extend(usage.glyph(placed.glyph.id, placed.character).to_be_bytes());
            pen += f64::from(fonts.faces[face].advance_of_thousand(placed.glyph.id));
        }
        if !pending.is_empty() {
            items.show(Str(&pending));
        }
        items.finish();
        shown.finish();
    }
    content.end_text();
}

fn role(kind: Kind) -> StructRole {
    match kind {
        Kind::Document => StructRole::Document,
        Kind::Heading(1) => StructRole::H1,
        Kind::Heading(2) => StructRole::H2,
        Kind::Heading(3) => StructRole::H3,
        Kind::Heading(4) => StructRole::H4,
        Kind::Heading(_) => StructRole::H5,
        Kind::Paragraph => StructRole::P,
        Kind::List => StructRole::L,
        Kind::Item => StructRole::LI,
        Kind::Table => StructRole::Table,
        Kind::Row => StructRole::TR,
        Kind::HeadCell => StructRole::TH,
        Kind::Cell => StructRole::TD,
    }
}

fn tree(
    pdf: &mut Pdf,
    next: &mut impl FnMut() -> Ref,
    (root, parents): (Ref, Ref),
    tree: &Tree,
    pieces: &Pieces,
    pages: &[Ref],
) {
    let refs: Vec<Ref> = tree.elements.iter().map(|_| next()).collect();
    let mut marked: Vec<Vec<(usize, usize)>> = vec![Vec::new(); tree.elements.len()];
    for (page, elements) in pieces.iter().enumerate() {
        for (id, element) in elements.iter().enumerate() {
            marked[*element].push((page, id));
        }
    }
    let mut held = pdf.indirect(root).start::<pdf_writer::writers::StructTreeRoot>();
    held.child(refs[Tree::ROOT]);
    held.pair(Name(b"ParentTree"), parents);
    held.parent_tree_next_key(pages.len() as i32);
    held.finish();
    for (at, element) in tree.elements.iter().enumerate() {
        let mut held = pdf.struct_element(refs[at]);
        held.kind(role(element.kind));
        held.parent(if at == Tree::ROOT { root } else { refs[element.parent] });
        if let Kind::HeadCell | Kind::Cell = element.kind {
            let (columns, rows) = element.span;
            if element.kind == Kind::HeadCell || columns > 1 || rows > 1 {
                let mut attributes = held.attributes();
                let mut table = attributes.push().table();
                if element.kind == Kind::HeadCell {
                    table.scope(TableHeaderScope::Column);
                }
                table.col_span(columns as i32).row_span(rows as i32);
                table.finish();
                attributes.finish();
            }
        }
        let mut kids = held.children();
        for child in &element.children {
            kids.struct_element(refs[*child]);
        }
        for (page, id) in &marked[at] {
            kids.marked_content_ref().page(pages[*page]).marked_content_id(*id as i32);
        }
        kids.finish();
        held.finish();
    }
    let mut numbers = pdf.indirect(parents).dict();
    let mut array = numbers.insert(Name(b"Nums")).array();
    for (page, elements) in pieces.iter().enumerate() {
        array.item(page as i32);
        array.push().array().items(elements.iter().map(|element| refs[*element]));
    }
    array.finish();
    numbers.finish();
}

/// The headings, to leap to from beside the pages.
fn outline(pdf: &mut Pdf, next: &mut impl FnMut() -> Ref, laid: &Laid, pages: &[Ref]) -> Option<Ref> {
    let marks = &laid.tree.bookmarks;
    if marks.len() < 2 {
        return None;
    }
    let root = next();
    let refs: Vec<Ref> = marks.iter().map(|_| next()).collect();
    pdf.outline(root).first(refs[0]).last(refs[refs.len() - 1]).count(refs.len() as i32);
    for (at, mark) in marks.iter().enumerate() {
        let mut item = pdf.outline_item(refs[at]);
        item.parent(root).title(TextStr(&mark.title)).flags(OutlineItemFlags::empty());
        if at > 0 {
            item.prev(refs[at - 1]);
        }
        if let Some(after) = refs.get(at + 1) {
            item.next(*after);
        }
        let height = laid.sheets[mark.page].page.height;
        item.dest().page(pages[mark.page]).xyz(0.0, points(height - mark.y), None);
    }
    Some(root)
}
