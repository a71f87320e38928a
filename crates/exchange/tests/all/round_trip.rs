//! Whatever is written is read back, whatever is read never panics, and nothing written is a formula.

use std::io::Write;

use exchange::cell::{Cell, Heading, RowSink};
use exchange::delimited::CsvSink;
use exchange::injection::{neutral, original};
use exchange::json::JsonSink;
use exchange::sheet::{FaultKind, Limits, ReadError, Sheet, read};
use exchange::xlsx::XlsxSink;
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn headings(names: &[&str]) -> Vec<Heading> {
    names.iter().map(|name| Heading { name: (*name).into(), label: (*name).into() }).collect()
}

fn written<'a>(mut sink: Box<dyn RowSink + 'a>, rows: &[Vec<Cell>]) {
    for row in rows {
        sink.row(row).unwrap();
    }
    sink.finish().unwrap();
}

fn csv(rows: &[Vec<Cell>], mark: bool) -> Vec<u8> {
    let mut out = Vec::new();
    written(Box::new(CsvSink::new(&mut out, &headings(&["a", "b", "c"]), false, mark).unwrap()), rows);
    out
}

fn xlsx(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut out = Vec::new();
    written(Box::new(XlsxSink::new(&mut out, "表", &headings(&["a", "b", "c"]), false).unwrap()), rows);
    out
}

/// The texts of a sheet below its heading, with the apostrophes of the injection rule taken away.
fn texts(sheet: &Sheet) -> Vec<Vec<String>> {
    sheet
        .rows
        .iter()
        .skip(1)
        .map(|row| {
            let mut cells: Vec<String> = row.cells.iter().map(|cell| original(cell).to_owned()).collect();
            cells.resize(3, String::new());
            cells
        })
        .collect()
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        // A blank text is an empty cell to the reader, unless the rule put an apostrophe before it.
        Cell::Text(text) if neutral(text).trim().is_empty() => String::new(),
        Cell::Text(text) | Cell::Number(text) => text.clone(),
        Cell::Day(day) => day.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    }
}

/// What is expected: rows that are not blank.
fn expected(rows: &[Vec<Cell>]) -> Vec<Vec<String>> {
    let rows = rows.iter().map(|row| row.iter().map(plain).collect::<Vec<_>>());
    rows.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect()
}

/// Any text that the ledger takes: no control characters but line breaks.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\\p{C}]{0,30}",
        "['=+@\t-]{1,3}[^\\p{C}]{0,10}",
        "[a-z\",;\n ]{0,20}",
        Just("_x0041_ and _x005F_x0041_".to_owned()),
        Just("'".to_owned()),
    ]
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        4 => any_text().prop_map(Cell::text),
        1 => (-999_999_999i64..999_999_999).prop_map(Cell::number),
        1 => (-99_999i64..99_999, 1u32..100).prop_map(|(whole, part)| {
            Cell::Number(format!("{whole}.{part:02}").trim_end_matches('0').trim_end_matches('.').into())
        }),
        1 => (1950i16..2150, 1i8..13, 1i8..29).prop_map(|(y, m, d)| {
            Cell::Day(Date::new(y, m, d).unwrap_or(date(2019, 8, 14)))
        }),
        1 => any::<bool>().prop_map(Cell::Bool),
        1 => Just(Cell::Empty),
    ]
}

fn any_rows() -> impl Strategy<Value = Vec<Vec<Cell>>> {
    prop::collection::vec(prop::collection::vec(any_cell(), 3), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn csv_is_read_back(rows in any_rows(), mark: bool) {
        let sheet = read(&csv(&rows, mark), None, &[], &Limits::default()).unwrap();
        prop_assert!(sheet.faults.is_empty());
        prop_assert_eq!(texts(&sheet), expected(&rows));
    }

    #[test]
    fn xlsx_is_read_back(rows in any_rows()) {
        let sheet = read(&xlsx(&rows), None, &[], &Limits::default()).unwrap();
        prop_assert!(sheet.faults.is_empty());
        prop_assert_eq!(texts(&sheet), expected(&rows));
    }

    #[test]
    fn json_holds_the_same(rows in any_rows()) {
        let mut out = Vec::new();
        written(Box::new(JsonSink::new(&mut out, &headings(&["a", "b", "c"])).unwrap()), &rows);
        let read: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(read.len(), rows.len());
        for (object, row) in read.iter().zip(&rows) {
            for (name, cell) in ["a", "b", "c"].iter().zip(row) {
                match (cell, &object[*name]) {
                    (Cell::Text(text), serde_json::Value::String(held)) => prop_assert_eq!(text, held),
                    (Cell::Empty, held) => prop_assert!(held.is_null()),
                    (Cell::Number(number), held) => {
                        prop_assert_eq!(number.parse::<f64>().ok(), held.as_f64());
                    }
                    (cell, held) => prop_assert_eq!(plain(cell), held.to_string().replace('"', "")),
                }
            }
        }
    }

    #[test]
    fn no_text_cell_begins_like_a_formula(rows in any_rows()) {
        for bytes in [csv(&rows, false), xlsx(&rows)] {
            let sheet = read(&bytes, None, &[], &Limits::default()).unwrap();
            let filled: Vec<&Vec<Cell>> = rows
                .iter()
                .filter(|row| row.iter().any(|cell| !plain(cell).is_empty()))
                .collect();
            for (row, cells) in sheet.rows.iter().skip(1).zip(filled) {
                for (held, cell) in row.cells.iter().zip(cells) {
                    if matches!(cell, Cell::Text(_)) {
                        prop_assert!(!held.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", held);
                    }
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        drop(read(&bytes, None, &[], &Limits::default()));
    }

    #[test]
    fn damaged_workbooks_are_read_or_refused(
        rows in any_rows(), at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = xlsx(&rows);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        drop(read(&bytes, None, &[], &Limits::default()));
        bytes.truncate(cut.index(bytes.len()));
        drop(read(&bytes, None, &[], &Limits::default()));
    }
}

/// A ZIP of one stored or deflated piece for each name, made without a spreadsheet library.
fn zipped(pieces: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in pieces {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// A workbook of one sheet with the given rows and what follows them.
fn workbook(sheet_data: &str, behind: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <sheetData>{sheet_data}</sheetData>{behind}</worksheet>"
    );
    zipped(&[
        (
            "[Content_Types].xml",
            b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        ),
        (
            "_rels/.rels",
            b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
              <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
              Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            b"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
              xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
              <sheets><sheet name=\"one\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
              <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
              Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn text_cell(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn formulas_give_what_they_last_came_to() {
    let data = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\"><c r=\"A2\"><f>1+1</f><v>2</v></c>\
         <c r=\"B2\" t=\"e\"><f>NA()</f><v>#N/A</v></c></row>",
        text_cell("A1", "a"),
        text_cell("B1", "b"),
    );
    let sheet = read(&workbook(&data, ""), None, &[], &Limits::default()).unwrap();
    assert_eq!(sheet.rows[1].cells, ["2"]);
    assert_eq!((sheet.faults[0].row, sheet.faults[0].column), (2, 1));
    assert_eq!(sheet.faults[0].kind, FaultKind::FormulaError);
}

#[test]
fn merged_headings_are_spread_and_merged_rows_named() {
    let head =
        format!("<row r=\"1\">{}</row><row r=\"2\">{}</row>", text_cell("A1", "top"), text_cell("B2", "b"));
    let body: String =
        (3..20).map(|row| format!("<row r=\"{row}\">{}</row>", text_cell(&format!("A{row}"), "x"))).collect();
    let merged =
        "<mergeCells count=\"2\"><mergeCell ref=\"A1:A2\"/><mergeCell ref=\"A15:A17\"/></mergeCells>";
    let sheet = read(&workbook(&format!("{head}{body}"), merged), None, &[], &Limits::default()).unwrap();
    assert_eq!(sheet.rows[1].cells, ["top", "b"]);
    assert_eq!((sheet.faults[0].row, sheet.faults[0].kind), (15, FaultKind::Merged));
}

#[test]
fn zip_bombs_are_not_unpacked() {
    let zeros = vec![b' '; 64 << 20];
    let bomb = zipped(&[("xl/workbook.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20, "it packs well");
    assert_eq!(read(&bomb, None, &[], &Limits::default()), Err(ReadError::Bomb { max: 200 }));
    let limits = Limits { unpacked: 1 << 20, ratio: u64::MAX, ..Limits::default() };
    assert_eq!(read(&bomb, None, &[], &limits), Err(ReadError::TooLargeUnpacked { max: 1 << 20 }));
    let limits = Limits { bytes: 100, ..Limits::default() };
    assert!(matches!(read(&bomb, None, &[], &limits), Err(ReadError::TooLarge { .. })));
}

#[test]
fn far_cells_and_long_texts_are_refused_or_named() {
    let data = format!("<row r=\"1\">{}</row>", text_cell("XFD1", "far"));
    assert_eq!(
        read(&workbook(&data, ""), None, &[], &Limits::default()),
        Err(ReadError::TooManyColumns { row: 1, max: 200 })
    );
    let long = "长".repeat(9_000);
    let data = format!(
        "<row r=\"1\">{}</row><row r=\"1048576\">{}</row>",
        text_cell("A1", "a"),
        text_cell("A1048576", &long)
    );
    let sheet = read(&workbook(&data, ""), None, &[], &Limits::default()).unwrap();
    assert_eq!((sheet.faults[0].row, sheet.faults[0].kind), (1_048_576, FaultKind::TooLong { max: 8_000 }));
    assert!(matches!(
        read(b"PK\x03\x04nonsense", None, &[], &Limits::default()),
        Err(ReadError::BrokenWorkbook { .. })
    ));
    let old = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    assert_eq!(read(&old, None, &[], &Limits::default()), Err(ReadError::OldWorkbook));
    assert!(matches!(
        read(&workbook("", ""), Some("two"), &[], &Limits::default()),
        Err(ReadError::NoSheet { .. })
    ));
}

#[test]
fn a_date_is_read_as_far_as_it_is_shown() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2019, 10, 13).unwrap();
    let formats = ["yyyy-mm-dd", "yyyy\"年\"m\"月\"", "mmm-yy", "yyyy", "yyyy\"年\"m\"月\"d\"日\";@", "0.00"];
    for (column, format) in formats.iter().enumerate() {
        let format = rust_xlsxwriter::Format::new().set_num_format(*format);
        sheet.write_datetime_with_format(0, column as u16, &day, &format).unwrap();
    }
    let read = read(&book.save_to_buffer().unwrap(), None, &[], &Limits::default()).unwrap();
    assert_eq!(read.rows[0].cells, ["2019-10-13", "2019-10", "2019-10", "2019", "2019-10-13", "43751"]);
}
