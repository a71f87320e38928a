//! Ledgers as workbooks.

use crate::samples;

use crate::parts::{parts, texts};
use document::{Cell, Column, Language, xlsx};

#[test]
fn sheets_are_set_up_for_printing() {
    let book = samples::ledger(Language::English);
    let parts = parts(&xlsx::write(&book).expect("a workbook"));
    let sheet = &parts["xl/worksheets/sheet1.xml"];
    // Title, note and two rows of heads stay in view with the first two columns.
    assert!(sheet.contains(r#"<pane xSplit="2" ySplit="4" topLeftCell="C5""#), "{}", &sheet[..900]);
    assert!(sheet.contains(r#"orientation="landscape""#) && sheet.contains(r#"fitToHeight="0""#));
    assert!(sheet.contains(r#"paperSize="9""#));
    assert!(sheet.contains("<oddHeader>&amp;LLedger of the action plan: 100 % &amp;&amp; more</oddHeader>"));
    assert!(sheet.contains("<oddFooter>&amp;C&amp;P / &amp;N</oddFooter>"));
    let names = &parts["xl/workbook.xml"];
    assert!(names.contains("Ledger!$A:$B,Ledger!$3:$4"), "{names}");
    assert_eq!(sheet.matches("<mergeCell ").count(), 2 + 1 + 7);
    // A row of six wrapped lines has the height for them.
    let tall = sheet.split("<row ").filter(|row| row.contains(r#"customHeight="1""#)).filter(|row| {
        let height = row.split(r#"ht=""#).nth(1).and_then(|rest| rest.split('"').next());
        height.and_then(|height| height.parse::<f64>().ok()).is_some_and(|height| height > 55.0)
    });
    assert!(tall.count() >= 15);
}

#[test]
fn cells_keep_their_kind_and_formulas_stay_texts() {
    for language in [Language::Chinese, Language::English] {
        let book = samples::ledger(language);
        let parts = parts(&xlsx::write(&book).expect("a workbook"));
        let sheet = &parts["xl/worksheets/sheet1.xml"];
        assert!(!sheet.contains("<f>"), "no formula");
        assert!(parts["xl/styles.xml"].contains(r#"quotePrefix="1""#));
        let strings = texts(&parts["xl/sharedStrings.xml"], "t");
        assert!(strings.iter().any(|text| text.starts_with("=HYPERLINK(")), "the text shows as it is");
        // 31 December 2019 as a day number, 12,345.67 as a number, 7 % as a share.
        for value in ["43830", "12345.67", "0.07"] {
            assert!(sheet.contains(&format!("<v>{value}</v>")), "{value}");
        }
        let styles = &parts["xl/styles.xml"];
        assert!(styles.contains(r#"formatCode="yyyy-mm-dd""#));
        let number = if language == Language::English { "#,##0.00" } else { "0.00" };
        assert!(
            styles.contains(&format!(r#"formatCode="{number}""#))
                || styles.contains(r#"numFmtId="2""#)
                || styles.contains(r#"numFmtId="4""#)
        );
    }
}

#[test]
fn the_same_book_is_the_same_file() {
    let book = samples::ledger(Language::Chinese);
    let (one, two) = (xlsx::write(&book).expect("one"), xlsx::write(&book).expect("two"));
    assert!(one == two);
    assert!(parts(&one)["docProps/core.xml"].contains("2019-08-14T01:02:03Z"));
}

#[test]
fn names_of_sheets_are_made_fit() {
    let mut book = samples::ledger(Language::Chinese);
    let mut sheet = book.sheets[0].clone();
    sheet.name = "台账".into();
    sheet.table.columns = vec![Column::new("=1", 9, Default::default())];
    sheet.table.rows[1].cells[0] = Cell::from("x".repeat(40_000));
    let mut nameless = sheet.clone();
    nameless.name = "[]:*?/\\".into();
    nameless.table.columns = Vec::new();
    book.sheets.extend([sheet, nameless]);
    let parts = parts(&xlsx::write(&book).expect("a workbook"));
    for name in ["台账", "台账 2", "1"] {
        assert!(parts["xl/workbook.xml"].contains(&format!(r#"<sheet name="{name}""#)), "{name}");
    }
}
