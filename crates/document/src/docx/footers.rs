//! Page numbers, and what a letter's first page has above and below its text.

use super::body::Body;
use super::styles::run_properties;
use super::xml::{WORD, Xml};
use crate::flow::Flow;
use crate::length::{Length, twips};
use crate::model::Language;
use crate::style::{BLACK, FOLIO_BELOW, Page, Role, Sizes};

/// From the page's lower edge to the footer's, for a letter's rules to come to their place.
pub(super) fn footer_distance(flow: &Flow, sizes: &Sizes, page: &Page) -> Length {
    match &flow.letter {
        Some(letter) => letter.foot_above,
        None => (page.bottom - FOLIO_BELOW - sizes.folio).max(0),
    }
}

/// The page number, "— 1 —" on the right or the left.
pub(super) fn folio(flow: &Flow, sizes: &Sizes, page: &Page, left: bool) -> String {
    let chinese = flow.language == Language::Chinese;
    let mut xml = Xml::new();
    xml.open("w:ftr", &[("xmlns:w", &WORD)]).open("w:p", &[]).open("w:pPr", &[]);
    let under = (page.bottom - FOLIO_BELOW - sizes.folio).max(0) - footer_distance(flow, sizes, page);
    xml.empty(
        "w:spacing",
        &[
            ("w:before", &0),
            ("w:after", &twips(under.max(0))),
            ("w:line", &twips(sizes.folio)),
            ("w:lineRule", &"exact"),
        ],
    );
    let side = twips(sizes.folio);
    if chinese {
        xml.empty("w:ind", &[("w:left", &side), ("w:right", &side)]);
    }
    xml.value(
        "w:jc",
        if !chinese {
            "center"
        } else if left {
            "left"
        } else {
            "right"
        },
    );
    xml.close();
    let run = |xml: &mut Xml, inner: &dyn Fn(&mut Xml)| {
        xml.open("w:r", &[]);
        run_properties(xml, flow.language, Role::Folio, sizes.folio, BLACK);
        inner(xml);
        xml.close();
    };
    let text = |text: &'static str| {
        move |xml: &mut Xml| {
            xml.open("w:t", &[("xml:space", &"preserve")]).text(text).close();
        }
    };
    let mark = |kind: &'static str| {
        move |xml: &mut Xml| {
            xml.empty("w:fldChar", &[("w:fldCharType", &kind)]);
        }
    };
    if chinese {
        run(&mut xml, &text("— "));
    }
    run(&mut xml, &mark("begin"));
    run(&mut xml, &|xml: &mut Xml| {
        xml.open("w:instrText", &[("xml:space", &"preserve")]).text(" PAGE ").close();
    });
    run(&mut xml, &mark("separate"));
    run(&mut xml, &text("1"));
    run(&mut xml, &mark("end"));
    if chinese {
        run(&mut xml, &text(" —"));
    }
    xml.finish()
}

/// A letter's mark and upper rules, as the first page's header.
pub(super) fn letter_header(flow: &Flow, sizes: &Sizes, page: &Page) -> Option<String> {
    let letter = flow.letter.as_ref()?;
    let mut xml = Xml::new();
    xml.open("w:hdr", &[("xmlns:w", &WORD)]);
    Body::new(&mut xml, flow, *sizes, *page).items(&letter.items, None);
    Some(xml.finish())
}

/// A letter's lower rules, as the first page's footer.
pub(super) fn letter_footer(flow: &Flow, sizes: &Sizes, page: &Page) -> Option<String> {
    let letter = flow.letter.as_ref()?;
    let mut xml = Xml::new();
    xml.open("w:ftr", &[("xmlns:w", &WORD)]);
    let mut body = Body::new(&mut xml, flow, *sizes, *page);
    letter.foot.iter().for_each(|rule| body.rule(rule));
    Some(xml.finish())
}
