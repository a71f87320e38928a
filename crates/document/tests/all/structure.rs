//! What stands in the files, part by part.

use crate::samples;

use crate::parts::{parts, texts};
use document::{Block, Document, Kind, Language, docx};

fn word(document: &Document) -> std::collections::BTreeMap<String, String> {
    parts(&docx::write(document).expect("a file"))
}

#[test]
fn pages_follow_the_standard() {
    let parts = word(&samples::official());
    let body = &parts["word/document.xml"];
    // 210 × 297 mm; 37, 28, 35 and 26 mm of margin; the folio's lower edge 23 mm above the page's.
    let margins = r#"<w:pgSz w:w="11906" w:h="16838" w:orient="portrait"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587""#;
    assert!(body.contains(margins), "{}", &body[body.len() - 900..]);
    // 22 lines of 28 characters: the pitches leave room for exactly so many.
    let grid = r#"<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-"#;
    let at = body.find(grid).expect("a grid") + grid.len();
    let space: f64 = body[at..].split('"').next().expect("a number").parse().expect("a number");
    let pitch = 16.0 - space / 4_096.0;
    let (width, height) = (156.0 / 25.4 * 72.0, (16_838.0 - 2_098.0 - 1_984.0) / 20.0);
    assert_eq!((width / pitch).round(), 28.0);
    assert!((width / pitch - 28.0).abs() < 0.01);
    assert_eq!((height / 28.95_f64).floor(), 22.0);
    // Word processors that do not know the grid get 28 characters on a line all the same.
    assert!(parts["word/styles.xml"].contains(r#"<w:spacing w:val="-5"/><w:sz w:val="32"/>"#));
    assert_eq!((width / (16.0 - 5.0 / 20.0)).floor(), 28.0);
    // The wide annex lies on its side.
    assert!(body.contains(r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"#));
    assert_eq!(body.matches("<w:sectPr>").count(), 3);
}

#[test]
fn heads_titles_and_rules_are_there() {
    let parts = word(&samples::official());
    let body = &parts["word/document.xml"];
    // The mark: red, in the title's font, 35 mm under the text block's upper edge less the one line above.
    assert!(body.contains(r#"w:eastAsia="方正小标宋简体""#));
    assert!(body.contains(r#"<w:color w:val="D90000"/>"#));
    assert!(body.contains(r#"<w:spacing w:before="1405""#), "35 mm less a line of 579");
    assert!(body.contains(r#"<w:top w:val="single" w:sz="11" w:space="0" w:color="D90000"/>"#));
    let text = texts(body, "w:t");
    for wanted in [
        "示政办发〔2019〕1号",
        "特急",
        "一、总体要求",
        "（一）工作原则",
        "1.具体安排",
        "（1）责任分工",
        "2019年8月14日",
    ] {
        assert!(text.iter().any(|text| text == wanted), "{wanted}");
    }
    for style in ["Title", "Heading1", "Heading2", "Heading3", "Heading4", "BodyText"] {
        assert!(body.contains(&format!(r#"<w:pStyle w:val="{style}"/>"#)), "{style}");
        assert!(parts["word/styles.xml"].contains(&format!(r#"w:styleId="{style}""#)), "{style}");
    }
    assert!(
        parts["word/fontTable.xml"]
            .contains(r#"<w:font w:name="仿宋_GB2312"><w:altName w:val="FangSong_GB2312,仿宋"#)
    );
}

#[test]
fn page_numbers_stand_right_on_odd_and_left_on_even_pages() {
    let parts = word(&samples::official());
    assert!(parts["word/settings.xml"].contains("<w:evenAndOddHeaders/>"));
    for (name, side) in [("odd", "right"), ("even", "left")] {
        let footer = &parts[&format!("word/footer-{name}.xml")];
        assert!(footer.contains(&format!(r#"<w:jc w:val="{side}"/>"#)));
        assert_eq!(texts(footer, "w:t"), ["— ", "1", " —"]);
        assert!(footer.contains(r#"w:eastAsia="宋体""#) && footer.contains(r#"<w:sz w:val="28"/>"#));
    }
    let relations = &parts["word/_rels/document.xml.rels"];
    assert!(relations.contains("footer-odd.xml") && relations.contains("footer-even.xml"));
}

#[test]
fn tables_repeat_their_heads_and_merge_groups() {
    let body = &word(&samples::report(40))["word/document.xml"];
    assert_eq!(
        body.matches("<w:tblHeader/>").count(),
        1 + 2,
        "one row of the small table, two of the ledger"
    );
    assert_eq!(body.matches(r#"<w:gridSpan w:val="2"/>"#).count(), 1);
    assert_eq!(body.matches(r#"<w:vMerge w:val="restart"/>"#).count(), 7);
    assert_eq!(body.matches(r#"<w:vMerge w:val="continue"/>"#).count(), 7);
    // The columns fill the text block to the twip.
    for grid in body.split("<w:tblGrid>").skip(1) {
        let grid = grid.split("</w:tblGrid>").next().expect("a grid");
        let sum: i32 = grid
            .split("w:w=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().and_then(|n| n.parse::<i32>().ok()).expect("a width"))
            .sum();
        assert!([8_845, 12_757].iter().any(|wanted: &i32| (wanted - sum).abs() <= 6), "{sum}");
    }
}

#[test]
fn the_imprint_floats_at_the_foot_between_rules() {
    let body = &word(&samples::official())["word/document.xml"];
    let at = body.find("<w:tblpPr").expect("a floating table");
    let start = body[..at].rfind("<w:tbl>").expect("its start");
    let table = &body[start..start + body[start..].find("</w:tbl>").expect("its end") + "</w:tbl>".len()];
    assert!(
        table.contains(r#"w:vertAnchor="margin" w:horzAnchor="page" w:tblpX="1587" w:tblpYSpec="bottom""#)
    );
    // 0.35 mm outside, 0.25 mm inside.
    assert!(table.contains(r#"<w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>"#));
    assert!(table.contains(r#"<w:insideH w:val="single" w:sz="6" w:space="0" w:color="000000"/>"#));
    let text = texts(table, "w:t");
    assert!(text[0].starts_with("抄送：市委各部门"));
    assert_eq!(text[1..], ["示例市人民政府办公室", "2019年8月14日印发"]);
}

#[test]
fn letters_have_double_rules_and_no_number_on_the_first_page() {
    let parts = word(&samples::letter());
    let body = &parts["word/document.xml"];
    assert!(body.contains("<w:titlePg/>") && body.contains(r#"w:header="1701" w:footer="1134""#));
    // Both rules reach 7 mm beyond the text block on either side: 170 mm.
    for name in ["header-first", "footer-first"] {
        let part = &parts[&format!("word/{name}.xml")];
        assert_eq!(part.matches(r#"<w:ind w:left="-397" w:right="-397"/>"#).count(), 2, "{name}");
    }
    assert!(!parts["word/footer-first.xml"].contains("PAGE"));
    assert_eq!(texts(&parts["word/header-first.xml"], "w:t"), ["示例工作专班办公室"]);
}

#[test]
fn properties_come_from_the_caller_and_bytes_from_the_input_alone() {
    for (name, document) in samples::all() {
        let (one, two) = (docx::write(&document).expect("a file"), docx::write(&document).expect("a file"));
        assert!(one == two, "{name}");
        let core = &parts(&one)["docProps/core.xml"];
        assert_eq!(texts(core, "dcterms:created"), ["2019-08-14T01:02:03Z"]);
        assert_eq!(texts(core, "dc:creator"), ["示例工作专班"]);
        assert_eq!(texts(core, "dc:title"), [document.title.replace('\n', " ")]);
    }
}

#[test]
fn any_text_is_only_text() {
    let kind = Kind::Official { number: None, signer: None };
    let mut document = samples::base(Language::English, kind, "<w:p>", "a & b\u{0}\u{b}");
    let hostile = "</w:t></w:r> \"'&amp; \u{1} \u{fffe} {{x}} =1+1";
    document.body = vec![document::Section {
        blocks: vec![Block::paragraph(hostile), Block::heading(9, "deep"), Block::heading(0, "flat")],
        ..Default::default()
    }];
    let body = &word(&document)["word/document.xml"];
    let text = texts(body, "w:t");
    assert!(text.iter().any(|text| text == "</w:t></w:r> \"'&amp;   {{x}} =1+1"), "{text:?}");
    assert!(text.iter().any(|text| text == "<w:p>"));
}

#[test]
fn nothing_much_is_a_document_too() {
    for kind in [
        Kind::Official { number: None, signer: None },
        Kind::Letter { number: None },
        Kind::Slip {
            number: document::DocumentNumber { code: String::new(), year: 1, serial: 0 },
            date: jiff::civil::date(1, 1, 1),
            tone: document::Tone::Blue,
        },
        Kind::Plain,
    ] {
        let mut document = samples::base(Language::Chinese, kind, "", "");
        document.annexes = vec![document::Annex { title: String::new(), sections: Vec::new() }];
        document.body = vec![document::Section {
            blocks: vec![
                Block::Table(document::Table::default()),
                Block::Form(document::Form::default()),
                Block::paragraph(""),
            ],
            ..Default::default()
        }];
        assert!(word(&document).contains_key("word/document.xml"));
    }
}
