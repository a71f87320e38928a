//! A workbook of orders that is too long to be held: taken in by pieces, as a text file is.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use exchange::cell::{Cell, Heading, RowSink};
use exchange::xlsx::XlsxSink;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const ROWS: usize = 700;

/// Orders, one of which lacks its moment, in a workbook that is larger than what is read at once: beside its sheet lies
/// something large that no sheet needs.
fn workbook(path: &Path) {
    let heading = |name: &str| Heading { name: name.into(), label: String::new() };
    let headings = ["number", "received", "text", "answered", "answer"].map(heading);
    let mut file = File::create(path).unwrap();
    let mut sink = Box::new(XlsxSink::new(&mut file, "requests", &headings, false).unwrap());
    for row in 0..ROWS {
        let received = if row == 600 { "never" } else { "2019-05-01 09:00" };
        let text = format!("第{row}号：回龙观西大街路灯不亮");
        let number = format!("W{row:05}");
        let cells = [number.as_str(), received, &text, "2019-06-01 10:00", "已修复"];
        sink.row(&cells.map(Cell::text)).unwrap();
    }
    sink.finish().unwrap();
    drop(file);
    let file = File::options().read(true).write(true).open(path).unwrap();
    let mut archive = ZipWriter::new_append(file).unwrap();
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    archive.start_file("xl/media/picture.bin", stored).unwrap();
    archive.write_all(&vec![7; 33 << 20]).unwrap();
    archive.finish().unwrap();
}

fn huitian(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huitian"));
    command.args(args).env_remove("HUITIAN_DATABASE").env("LANG", "en_GB.UTF-8").env_remove("LC_ALL");
    command.output().unwrap()
}

#[test]
fn a_workbook_too_long_to_be_held_is_taken_in_by_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("demo.db").display());
    assert!(huitian(&["demo", "--load-only", "--database", &address]).status.success());
    let file = folder.path().join("orders.xlsx");
    workbook(&file);
    let file = file.to_str().unwrap();
    let import = |more: &[&str]| {
        let args = ["import", file, "--table", "requests", "--piece", "100", "--database", &address];
        huitian(&[&args[..], more].concat())
    };
    let told = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    // It is looked through first: nothing is taken in of a file with a mistake.
    let refused = import(&[]);
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    assert!(told(&refused).contains("Row 602") && told(&refused).contains("never"), "{}", told(&refused));
    let rest = import(&["--skip-wrong", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&rest.stdout).unwrap();
    assert_eq!((&report["counts"]["new"], &report["counts"]["refused"]), (&(ROWS - 1).into(), &1.into()));
    let again = import(&["--skip-wrong", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((&report["entries"], &report["counts"]["unchanged"]), (&0.into(), &(ROWS - 1).into()));
    // What is told beside the rows needs them all at once.
    let annotated = import(&["--annotated", "told.xlsx"]);
    assert_eq!(annotated.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&annotated.stderr).contains("--report"), "{annotated:?}");
}
