//! Tables that people make: workbooks, separated values, and what imports make of them.

use app::import::{Profile, Resolver, Sheet as ImportSheet, SheetFault, SheetRow, prepare};
use app::table::{PlanFile, TABLES};
use domain::code::Code;
use exchange::cell::{Cell, Heading, RowSink};
use exchange::delimited::CsvSink;
use exchange::injection::original;
use exchange::sheet::{Limits, Sheet, read};
use exchange::xlsx::XlsxSink;
use fuzz::{Target, Wrapping, campaign, magnitude, shape};
use jiff::civil::date;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::{same, told};

const CSV: &[&str] = &[
    "code,name_zh,name_en,kind,sector,areas,budget_yuan,membership,effective,reason\n\
     HT-1,第一学校,\"School, first\",building,education,huitian,\"1,200.5\",member,2018-08-16,=1+1\n\
     HT-2,公园,Park,,,,-3,removed,2019-10,\"two\nlines\"\n",
    "project;step;aspect;date\nHT-1;start;planned;2018-Q3\n\nHT-1;in_use;actual;2019-09-10\n",
    "year\tissue\tproject\tentry\taim\n2019\t1\tHT-1\tnew\tcomplete\n",
    "\u{feff}台账\n项目,进展\nHT-1,45%\n",
];

const TOKENS: &[&str] = &[
    ",",
    ";",
    "\t",
    "\"",
    "\n",
    "\r\n",
    "'=",
    "code",
    "name_zh",
    "kind",
    "project",
    "date",
    "2019-10",
    "2019年10月",
    "43751",
    "45%",
    "1,200.5",
    "member",
    "project",
    "effective",
    "reason",
    "是",
    "—",
    "published",
    "\u{feff}",
];

const XML: &[&str] = &[
    "<row r=\"1\">",
    "</row>",
    "<c r=\"A1\" t=\"s\"><v>0</v></c>",
    "<c r=\"XFD1048576\"><v>1</v></c>",
    "t=\"str\"",
    "t=\"e\"",
    "t=\"d\"",
    "t=\"inlineStr\"",
    "<is><t>x</t></is>",
    "<v>",
    "</v>",
    "<f>",
    "&amp;",
    "&#0;",
    "&#x10ffff;",
    "<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>",
    "ref=\"A1:B2\"",
    "r=\"B2\"",
    "s=\"99999\"",
    "<sheet name=\"two\" sheetId=\"2\" r:id=\"rId1\"/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<?xml",
    "<!DOCTYPE a [<!ENTITY",
    "formatCode=\"yyyy\"",
    "count=\"4294967295\"",
    "uniqueCount=\"4294967295\"",
    "_x0000_",
    "xml:space=\"preserve\"",
];

/// A workbook with all kinds of cells.
fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["code", "name_zh", "kind", "budget_yuan", "effective", "reason"].iter().enumerate()
    {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.write(1, 0, "HT-1").unwrap();
    sheet.write(1, 1, "第一学校").unwrap();
    sheet.write(1, 3, 1200.5).unwrap();
    let day = ExcelDateTime::from_ymd(2019, 10, 13).unwrap();
    sheet.write_with_format(1, 4, &day, &Format::new().set_num_format("yyyy-mm")).unwrap();
    sheet.write(2, 0, Formula::new("1+1").set_result("#N/A")).unwrap();
    sheet.write(2, 5, true).unwrap();
    sheet.merge_range(12, 0, 13, 1, "merged", &Format::new()).unwrap();
    workbook.add_worksheet().write(0, 0, "second").unwrap();
    workbook.save_to_buffer().unwrap()
}

fn headings(columns: usize) -> Vec<Heading> {
    let heading = |at: usize| Heading { name: format!("c{at}"), label: String::new() };
    (0..columns).map(heading).collect()
}

fn filled(mut sink: Box<dyn RowSink + '_>, rows: &[Vec<String>]) -> Result<(), String> {
    for row in rows {
        let cells: Vec<Cell> = row.iter().map(|cell| Cell::text(cell.clone())).collect();
        sink.row(&cells).map_err(|error| error.to_string())?;
    }
    sink.finish().map_err(|error| error.to_string())
}

/// The texts of rows, of one width; of a row may be left nothing, when its cells were too long.
fn texts(sheet: &Sheet, from: usize, width: usize) -> Vec<Vec<String>> {
    let row = |cells: &Vec<String>| {
        let mut row: Vec<String> = cells.iter().map(|cell| original(cell).to_owned()).collect();
        row.resize(width, String::new());
        row
    };
    let filled = |row: &Vec<String>| row.iter().any(|cell| !cell.is_empty());
    sheet.rows.iter().skip(from).map(|held| row(&held.cells)).filter(filled).collect()
}

/// Whatever was read can be written, and is then read as the same texts.
fn sheet(bytes: &[u8]) -> Result<String, String> {
    let answer = read(bytes, None, &["projects"], &Limits::default());
    // A sheet with faults is refused as a whole; nothing of it is ever written.
    if let Ok(found) = &answer
        && found.faults.is_empty()
    {
        let width = found.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(1);
        let rows = texts(found, 0, width);
        let mut csv = Vec::new();
        let sink =
            CsvSink::new(&mut csv, &headings(width), false, true).map_err(|error| error.to_string())?;
        filled(Box::new(sink), &rows)?;
        let again = read(&csv, None, &[], &Limits::default()).map_err(|error| format!("CSV: {error}"))?;
        same("CSV", &rows, &texts(&again, 1, width))?;
        // Writing a workbook takes its time.
        if rows.len() < 40 && bytes.len().is_multiple_of(4) {
            let mut xlsx = Vec::new();
            let sink =
                XlsxSink::new(&mut xlsx, "s", &headings(width), false).map_err(|error| error.to_string())?;
            filled(Box::new(sink), &rows)?;
            let again =
                read(&xlsx, None, &[], &Limits::default()).map_err(|error| format!("XLSX: {error}"))?;
            same("XLSX", &rows, &texts(&again, 1, width))?;
        }
    }
    Ok(told(&answer, |sheet| {
        format!("{} rows, {} faults", magnitude(sheet.rows.len()), magnitude(sheet.faults.len()))
    }))
}

#[test]
fn sheet_of_separated_values() {
    let seeds = CSV.iter().map(|text| text.as_bytes().to_vec()).collect();
    campaign(&Target { name: "csv", seeds, tokens: TOKENS, wrapping: Wrapping::Plain, read: sheet });
}

#[test]
fn sheet_of_a_workbook() {
    campaign(&Target {
        name: "xlsx",
        seeds: vec![workbook()],
        tokens: XML,
        wrapping: Wrapping::Zip,
        read: sheet,
    });
}

#[test]
fn rows_of_every_table() {
    fn read_rows(bytes: &[u8]) -> Result<String, String> {
        let Ok(sheet) = read(bytes, None, &[], &Limits::default()) else { return Ok("no sheet".to_owned()) };
        let sheet = ImportSheet {
            name: sheet.name,
            rows: sheet
                .rows
                .into_iter()
                .map(|row| SheetRow { number: row.number, cells: row.cells })
                .collect(),
            faults: sheet
                .faults
                .into_iter()
                .map(|fault| SheetFault {
                    row: fault.row,
                    column: fault.column,
                    value: fault.value,
                    key: fault.kind.key(),
                    args: fault.kind.args(),
                })
                .collect(),
        };
        let plan = Code::new("plan").map_err(|error| error.to_string())?;
        let mut shapes = Vec::new();
        for table in TABLES {
            let (profile, names) = (Profile::default(), Resolver::default());
            let answer = prepare(table, &plan, &sheet, &profile, &names, date(2026, 11, 25));
            if let Err(error) = &answer {
                error.message(words::Lang::Zh, table);
            }
            if let Ok(prepared) = &answer {
                let problems = prepared.problems();
                problems.iter().take(50).for_each(|problem| drop(problem.message(words::Lang::En)));
                let kinds: std::collections::BTreeSet<&str> = problems.iter().map(|p| p.key()).collect();
                shapes.push(format!("{}: {kinds:?}", table.name));
            }
        }
        Ok(shape(&shapes) + &shapes.join(" "))
    }
    let seeds = CSV.iter().map(|text| text.as_bytes().to_vec()).collect();
    campaign(&Target { name: "rows", seeds, tokens: TOKENS, wrapping: Wrapping::Plain, read: read_rows });
}

#[test]
fn profile() {
    const TOML: &str = "table = \"projects\"\nsheet = \"项目\"\nheader_row = 3\ndates = [\"%d.%m.%Y\"]\n\
        [columns]\n\"建设单位\" = \"lead_unit\"\n[constants]\ngrade = \"reported\"\n\
        [values.membership]\n\"在库\" = \"member\"\n";
    campaign(&Target {
        name: "profile",
        seeds: vec![TOML.into(), b"{\"table\":\"units\",\"header_row\":1,\"columns\":{\"a\":\"\"}}".to_vec()],
        tokens: &[
            "[", "]", "{", "[[", "=", "\"\"\"", "'''", "\"", "table", "columns", "values.", "%Y", "projects",
            "0x", "\\u",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = Profile::parse(&String::from_utf8_lossy(bytes));
            if let Ok(profile) = &answer {
                let text = serde_json::to_string(profile).map_err(|error| error.to_string())?;
                same("profile", profile, &Profile::parse(&text).map_err(|error| error.to_string())?)?;
            }
            Ok(told(&answer, |_| "read".to_owned()))
        },
    });
}

#[test]
fn plan_file() {
    const PLAN: &str = "code = \"p\"\nrecorded_on = \"2018-08-16\"\narea = \"a\"\nname = { zh = \"计划\", en = \"Plan\" }\n\
        period = { from = \"2018-01-01\", to = \"2020-12-31\" }\n\
        [[sectors]]\ncode = \"education\"\nzh = \"教育\"\n\
        [[templates]]\ncode = \"building\"\nzh = \"建设\"\nsteps = [{ step = \"start\", zh = \"开工\", \
        gate = { authority_zh = \"区\", document_zh = \"证\", limit_days = 20 } }]\n\
        [[revisions]]\nnumber = 1\nzh = \"第一版\"\ndeclared = 97\ngrade = \"published\"\neffective = \"2018-08-16\"\n\
        [[lists]]\nyear = 2019\nissue = 1\nzh = \"清单\"\nnew = 11\n\
        [[output_kinds]]\ncode = \"places\"\nzh = \"学位\"\nunit_zh = \"个\"\n";
    campaign(&Target {
        name: "plan_file",
        seeds: vec![PLAN.into()],
        tokens: &[
            "[[figures]]",
            "[[published]]",
            "[[output_groups]]",
            "[",
            "{",
            "=",
            "\"",
            "zh = \"\"",
            "value = ",
            "limit_days",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let answer = PlanFile::parse(&String::from_utf8_lossy(bytes));
            Ok(told(&answer, |plan| shape(&plan.registration().command.facts().len())))
        },
    });
}
