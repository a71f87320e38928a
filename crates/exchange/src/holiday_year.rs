//! A year of the national calendar as a file: the JSON form that is common for it, or a sheet with a row for each day.
//!
//! JSON: `{"year": 2027, "papers": ["https://…"], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}`.
//! A sheet has the columns date, name and kind (休 or 班, off or work), and may have to, paper, published and year.

use domain::planned_date::parse_day;
use domain::timetabling::holidays::is_worked;
use domain::timetabling::{HolidayPaper, HolidaySpan};
use jiff::civil::Date;
use serde::Deserialize;
use timetable::china::published_in;

use crate::cell::{Cell, Heading};
use crate::sheet::{Limits, ReadError, Sheet};

/// Mistakes that are named; a file with more holds no year.
const NAMED_MOST: usize = 50;
/// No year has so many days: a file may be no larger.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    unpacked: 16 << 20,
    ratio: 200,
    sheets: 64,
    rows: 1_000,
    columns: 50,
    cell: 2_000,
    text: 1 << 20,
};

/// A year as a file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayYear {
    pub year: i16,
    /// The day its last paper came out, where the file says so itself.
    pub published: Option<Date>,
    /// Its address is empty where the file names no paper.
    pub paper: HolidayPaper,
}

/// What is wrong in one place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The row of a sheet, as people count; the place among the days of a JSON file, from 1.
    pub at: u32,
    pub column: &'static str,
    pub value: String,
}

/// Why a file holds no year; nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolidayYearError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("line {line}, column {column}: not the JSON of a year ({why})")]
    Json { line: usize, column: usize, why: String },
    #[error("the sheet has no column {column}; the first row names date, name and kind")]
    NoColumn { column: &'static str },
    #[error("{}", listed(.0))]
    Days(Vec<Mistake>),
    #[error("the days of {first} and of {other} are in one file: bring each year by itself")]
    Years { first: i16, other: i16 },
    #[error("the file lists no days: the paper of its year is not out yet")]
    Nothing,
}

fn listed(mistakes: &[Mistake]) -> String {
    let line = |it: &Mistake| format!("row {}, {}: “{}” cannot be read", it.at, it.column, it.value);
    mistakes.iter().map(line).collect::<Vec<_>>().join("; ")
}

impl HolidayYearError {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Read(error) => error.key(),
            Self::Json { .. } => "holidays-file-json",
            Self::NoColumn { .. } => "holidays-file-no-column",
            Self::Days(_) => "holidays-file-days",
            Self::Years { .. } => "holidays-file-years",
            Self::Nothing => "holidays-file-nothing",
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Read(error) => error.args(),
            Self::Json { line, column, why } => {
                vec![("line", line.to_string()), ("column", column.to_string()), ("why", why.clone())]
            }
            Self::NoColumn { column } => vec![("column", (*column).into())],
            Self::Days(mistakes) => {
                let places: Vec<String> =
                    mistakes.iter().map(|it| format!("{} · {} “{}”", it.at, it.column, it.value)).collect();
                vec![("places", places.join("; "))]
            }
            Self::Years { first, other } => vec![("first", first.to_string()), ("other", other.to_string())],
            Self::Nothing => Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct YearFile {
    year: i16,
    #[serde(default)]
    papers: Vec<String>,
    #[serde(default)]
    published: Option<String>,
    days: Vec<DayEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DayEntry {
    name: String,
    date: String,
    is_off_day: bool,
}

/// Reads a year's file, whichever form it has.
pub fn read(bytes: &[u8]) -> Result<HolidayYear, HolidayYearError> {
    if bytes.len() as u64 > LIMITS.bytes {
        return Err(ReadError::TooLarge { found: bytes.len() as u64, max: LIMITS.bytes }.into());
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return of_json(text);
    }
    of_sheet(&crate::sheet::read(bytes, None, &["holidays", "节假日"], &LIMITS)?)
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn of_json(text: &[u8]) -> Result<HolidayYear, HolidayYearError> {
    let file: YearFile = serde_json::from_slice(text).map_err(|error| HolidayYearError::Json {
        line: error.line(),
        column: error.column(),
        why: shown(&error.to_string()),
    })?;
    let mut mistakes = Vec::new();
    let mut spans = Vec::new();
    for (at, entry) in (1..).zip(&file.days) {
        match parse_day(&entry.date) {
            Some(day) => {
                spans.push(HolidaySpan {
                    from: day,
                    to: day,
                    working: !entry.is_off_day,
                    name: entry.name.trim().to_owned(),
                });
            }
            None if mistakes.len() < NAMED_MOST => {
                mistakes.push(Mistake { at, column: "date", value: shown(&entry.date) });
            }
            None => {}
        }
    }
    let published = match file.published.as_deref() {
        None => None,
        Some(text) => {
            let day = parse_day(text);
            if day.is_none() {
                mistakes.push(Mistake { at: 0, column: "published", value: shown(text) });
            }
            day
        }
    };
    made(file.year, published, &file.papers, spans, mistakes)
}

/// Columns by the names they may bear.
const COLUMNS: [(&str, &[&str]); 7] = [
    ("date", &["日期", "from", "开始", "开始日期"]),
    ("to", &["至", "结束", "结束日期", "until"]),
    ("kind", &["类型", "安排", "休班"]),
    ("name", &["名称", "节日", "holiday"]),
    ("paper", &["文件", "文件地址", "papers", "url"]),
    ("published", &["发布日期", "公布日期"]),
    ("year", &["年份", "年度"]),
];

fn of_sheet(sheet: &Sheet) -> Result<HolidayYear, HolidayYearError> {
    let headings = sheet.rows.first().map_or(&[][..], |row| row.cells.as_slice());
    let place = |column: &str| {
        let (name, also) = COLUMNS.iter().find(|(name, _)| *name == column)?;
        headings.iter().position(|heading| {
            let heading = heading.trim().to_lowercase();
            heading == *name || also.contains(&heading.as_str())
        })
    };
    for column in ["date", "kind", "name"] {
        if place(column).is_none() {
            return Err(HolidayYearError::NoColumn { column });
        }
    }
    let mut mistakes: Vec<Mistake> = sheet
        .faults
        .iter()
        .map(|fault| Mistake { at: fault.row, column: "cell", value: shown(&fault.value) })
        .collect();
    let (mut spans, mut papers, mut published) = (Vec::new(), Vec::new(), None);
    let mut named_year: Option<i16> = None;
    for row in sheet.rows.iter().skip(1) {
        let text = |column: &str| {
            let cell = place(column).and_then(|at| row.cells.get(at));
            cell.map_or("", |cell| crate::injection::original(cell).trim())
        };
        let mut fail = |column: &'static str| {
            if mistakes.len() < NAMED_MOST {
                mistakes.push(Mistake { at: row.number, column, value: shown(text(column)) });
            }
        };
        if COLUMNS.iter().all(|(column, _)| text(column).is_empty()) {
            continue;
        }
        if !text("paper").is_empty() && !papers.iter().any(|held| held == text("paper")) {
            papers.push(text("paper").to_owned());
        }
        if !text("published").is_empty() {
            match parse_day(text("published")) {
                Some(day) => published = published.max(Some(day)),
                None => fail("published"),
            }
        }
        if !text("year").is_empty() {
            match text("year").parse::<i16>() {
                Ok(year) if named_year.is_some_and(|held| held != year) => {
                    let first = named_year.unwrap_or(year);
                    return Err(HolidayYearError::Years { first, other: year });
                }
                Ok(year) => named_year = Some(year),
                Err(_) => fail("year"),
            }
        }
        let from = parse_day(text("date"));
        let to = if text("to").is_empty() { from } else { parse_day(text("to")) };
        let working = is_worked(text("kind"));
        for (column, good) in
            [("date", from.is_some()), ("to", to.is_some() || from.is_none()), ("kind", working.is_some())]
        {
            if !good {
                fail(column);
            }
        }
        if let (Some(from), Some(to), Some(working)) = (from, to, working) {
            spans.push(HolidaySpan { from, to, working, name: text("name").to_owned() });
        }
    }
    let year = named_year.or_else(|| middle(&spans)).unwrap_or_default();
    made(year, published, &papers, spans, mistakes)
}

/// The year that most spans begin in.
fn middle(spans: &[HolidaySpan]) -> Option<i16> {
    let count = |year: i16| spans.iter().filter(|span| span.from.year() == year).count();
    spans.iter().map(|span| span.from.year()).max_by_key(|year| (count(*year), *year))
}

fn made(
    year: i16,
    published: Option<Date>,
    papers: &[String],
    spans: Vec<HolidaySpan>,
    mistakes: Vec<Mistake>,
) -> Result<HolidayYear, HolidayYearError> {
    if !mistakes.is_empty() {
        return Err(HolidayYearError::Days(mistakes));
    }
    if spans.is_empty() {
        return Err(HolidayYearError::Nothing);
    }
    // A year that was arranged twice stands on its last paper.
    let last = papers.iter().max_by_key(|address| published_in(address));
    Ok(HolidayYear { year, published, paper: HolidayPaper::new(last.cloned().unwrap_or_default(), spans) })
}

/// The columns of a year's sheet.
pub fn headings() -> Vec<Heading> {
    let heading = |name: &str| Heading { name: name.to_owned(), label: name.to_owned() };
    ["year", "published", "paper", "date", "to", "kind", "name"].map(heading).into()
}

/// A year as the rows of a sheet, which is read again as the same.
pub fn rows(year: i16, published: Date, paper: &HolidayPaper) -> Vec<Vec<Cell>> {
    let row = |span: &HolidaySpan| {
        vec![
            Cell::Number(year.to_string()),
            Cell::Day(published),
            Cell::Text(paper.address.clone()),
            Cell::Day(span.from),
            Cell::Day(span.to),
            Cell::Text(if span.working { "work" } else { "off" }.to_owned()),
            Cell::Text(span.name.clone()),
        ]
    };
    paper.days.iter().map(row).collect()
}

/// A year in the common JSON form.
pub fn json(year: i16, published: Date, paper: &HolidayPaper) -> String {
    let days = paper.days.iter().flat_map(|span| {
        let one = |day: Date| {
            serde_json::json!({ "name": span.name, "date": day.to_string(), "isOffDay": !span.working })
        };
        let next = |day: &Date| day.tomorrow().ok().filter(|next| *next <= span.to);
        std::iter::successors(Some(span.from), next).map(one)
    });
    let days: Vec<serde_json::Value> = days.collect();
    let file = serde_json::json!({
        "year": year, "papers": [paper.address], "published": published.to_string(), "days": days,
    });
    format!("{file:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const NEXT: &str = r#"{"year": 2027, "papers": ["https://www.gov.cn/zhengce/zhengceku/202611/content_1.htm"],
        "days": [{"name": "春节", "date": "2027-02-05", "isOffDay": true},
                 {"name": "春节", "date": "2027-02-06", "isOffDay": true},
                 {"name": "春节", "date": "2027-01-31", "isOffDay": false}]}"#;

    #[test]
    fn the_forms_say_the_same() {
        let of_json = read(NEXT.as_bytes()).unwrap();
        assert_eq!((of_json.year, of_json.published), (2027, None));
        assert_eq!(of_json.paper.lines(), "2027-01-31 work 春节\n2027-02-05/2027-02-06 off 春节");
        let csv = "日期,至,类型,名称,文件地址\n2027-02-05,2027-02-06,休,春节,https://www.gov.cn/zhengce/zhengceku/202611/content_1.htm\n2027-01-31,,班,春节,\n";
        assert_eq!(read(csv.as_bytes()).unwrap(), of_json);
        // What is written is read again as it was.
        let published = date(2026, 11, 6);
        let written = json(2027, published, &of_json.paper);
        let again = read(written.as_bytes()).unwrap();
        assert_eq!(again, HolidayYear { published: Some(published), ..of_json.clone() });
        let mut out = Vec::new();
        let mut sink: Box<dyn crate::cell::RowSink + '_> =
            Box::new(crate::delimited::CsvSink::new(&mut out, &headings(), false, true).unwrap());
        for row in rows(2027, published, &of_json.paper) {
            sink.row(&row).unwrap();
        }
        sink.finish().unwrap();
        assert_eq!(read(&out).unwrap(), again);
    }

    #[test]
    fn every_year_of_the_shared_data_is_read() {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/schedule/calendar");
        let Ok(files) = std::fs::read_dir(folder) else { return };
        let known = timetable::china::WorkingDays::known_on(None);
        let mut years = 0;
        for file in files.flatten().filter(|file| file.path().extension().is_some_and(|end| end == "json")) {
            let bytes = std::fs::read(file.path()).unwrap();
            match read(&bytes) {
                Ok(year) => {
                    assert_eq!(year.paper.fault(year.year), None, "{}", year.year);
                    years += 1;
                    let told = published_in(&year.paper.address).unwrap();
                    assert!(known.papers.iter().any(|held| held.published == told), "{}", year.year);
                }
                Err(error) => assert_eq!(error, HolidayYearError::Nothing, "{}", file.path().display()),
            }
        }
        assert!(years == 0 || years >= 20);
    }

    #[test]
    fn what_is_no_year_is_told_with_its_place() {
        let fault = |text: &str| read(text.as_bytes()).unwrap_err();
        assert!(matches!(fault("{\"year\": 2027,\n \"days\": [}"), HolidayYearError::Json { line: 2, .. }));
        assert_eq!(fault(r#"{"year": 2027, "papers": [], "days": []}"#), HolidayYearError::Nothing);
        assert!(matches!(fault(r#"{"year": 99999, "days": []}"#), HolidayYearError::Json { .. }));
        let bad = NEXT.replace("2027-02-06", "2027-02-30");
        assert_eq!(
            fault(&bad),
            HolidayYearError::Days(vec![Mistake { at: 2, column: "date", value: "2027-02-30".into() }])
        );
        assert_eq!(fault("date,name\n2027-01-01,元旦\n"), HolidayYearError::NoColumn { column: "kind" });
        let HolidayYearError::Days(mistakes) =
            fault("date,kind,name\n1 Jan,休,元旦\n2027-01-02,maybe,元旦\n")
        else {
            panic!("mistakes")
        };
        let places: Vec<(u32, &str)> = mistakes.iter().map(|it| (it.at, it.column)).collect();
        assert_eq!(places, [(2, "date"), (3, "kind")]);
        let two = "year,date,kind,name\n2027,2027-01-01,休,元旦\n2028,2028-01-01,休,元旦\n";
        assert_eq!(fault(two), HolidayYearError::Years { first: 2027, other: 2028 });
        assert!(matches!(fault(""), HolidayYearError::Read(ReadError::Empty)));
        let deep = format!("{{\"year\":2027,\"days\":{}", "[".repeat(100_000));
        assert!(matches!(fault(&deep), HolidayYearError::Json { .. }));
    }
}
