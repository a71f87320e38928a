//! Reading the cells of a row, and saying what is wrong with them.

use std::str::FromStr;

use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::Ages;
use domain::money::Fen;
use domain::named::Named;
use domain::planned_date::{PlannedDate, parse_day};
use domain::refusal::Reference;
use domain::request::Point;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The longest cell that is read, in characters.
pub const CELL_MOST: usize = 8_000;
/// How much of a bad cell an error repeats, in characters.
const SHOWN: usize = 60;

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    pub column: String,
    /// The cell's text, shortened.
    pub value: String,
    pub problem: CellProblem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellProblem {
    Missing,
    NotACode,
    NotADay,
    NotADate,
    NotAMoment,
    NotALink,
    NotANumber,
    NotAWholeNumber,
    NotYuan,
    NotYesNo,
    NotOneOf(&'static [&'static str]),
    TooLong {
        max: usize,
    },
    /// A moment before the one that it follows.
    TooEarly,
    /// A moment that has not come yet.
    Future {
        today: Date,
    },
    /// No polygon.
    NotABoundary,
    /// No pairs of longitude and latitude.
    NotEntrances,
    /// A longitude or latitude that is not on earth.
    NotDegrees {
        most: u8,
    },
    /// A place far from all areas of the plan.
    OutsideAreas,
    /// A longitude and a latitude that were swapped: they are put right, and it is said.
    Swapped,
    /// Ages such as 3-5 or 65+.
    NotAges,
    /// By where they lie, the coordinates are those of another datum.
    OtherDatum {
        likely: &'static str,
        outside: usize,
        checked: usize,
    },
    /// Outside of all areas of the plan, where by another datum most would lie inside: it may be so.
    OutsideByDatum {
        likely: &'static str,
        outside: usize,
        checked: usize,
    },
    /// People of some ages are more than all.
    MoreThanAll,
    /// People of some ages are more than those of wider ages that hold them.
    MoreThanWider {
        other: Ages,
    },
    /// People of some ages, and nobody said how many there are of all.
    AgesAlone,
    /// All are fewer than people of ages that lie apart, together.
    FewerThanAges,
    /// A polygon that crosses itself.
    CrossesItself,
    /// A code that is not on the books.
    Unknown {
        what: Reference,
    },
    /// Something said of the layer as a whole, otherwise than in the first row.
    OtherThanFirst {
        row: u32,
    },
    TooManyRows {
        max: usize,
    },
    /// Not a time of day.
    NotATime,
    NotAShownPlace,
    /// Lines of questions that cannot be read.
    NotQuestions,
    NotIndexParts,
}

impl CellProblem {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Missing => "cell-missing",
            Self::NotACode => "cell-not-a-code",
            Self::NotADay => "cell-not-a-day",
            Self::NotADate => "cell-not-a-date",
            Self::NotAMoment => "cell-not-a-moment",
            Self::NotALink => "cell-not-a-link",
            Self::NotANumber => "cell-not-a-number",
            Self::NotAWholeNumber => "cell-not-a-whole-number",
            Self::NotYuan => "cell-not-yuan",
            Self::NotYesNo => "cell-not-yes-no",
            Self::NotOneOf(_) => "cell-not-one-of",
            Self::TooLong { .. } => "cell-too-long",
            Self::TooEarly => "cell-too-early",
            Self::Future { .. } => "cell-future",
            Self::NotABoundary => "cell-not-a-boundary",
            Self::NotEntrances => "cell-not-entrances",
            Self::NotDegrees { .. } => "cell-not-degrees",
            Self::OutsideAreas => "cell-outside-areas",
            Self::Swapped => "cell-swapped",
            Self::NotAges => "cell-not-ages",
            Self::OtherDatum { .. } => "cell-other-datum",
            Self::OutsideByDatum { .. } => "cell-outside-by-datum",
            Self::MoreThanAll => "cell-more-than-all",
            Self::MoreThanWider { .. } => "cell-more-than-wider",
            Self::AgesAlone => "cell-ages-alone",
            Self::FewerThanAges => "cell-fewer-than-ages",
            Self::CrossesItself => "cell-crosses-itself",
            Self::Unknown { what: Reference::FacilityKind } => "cell-unknown-facility-kind",
            Self::Unknown { .. } => "cell-unknown-area",
            Self::OtherThanFirst { .. } => "cell-other-than-first",
            Self::TooManyRows { .. } => "cell-too-many-rows",
            Self::NotATime => "cell-not-a-time",
            Self::NotAShownPlace => "cell-not-a-shown-place",
            Self::NotQuestions => "cell-not-questions",
            Self::NotIndexParts => "cell-not-index-parts",
        }
    }

    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NotOneOf(words) => vec![("words", words.join(", "))],
            Self::TooLong { max } | Self::TooManyRows { max } => vec![("max", max.to_string())],
            Self::OtherThanFirst { row } => vec![("row", row.to_string())],
            Self::Future { today } => vec![("today", today.to_string())],
            Self::MoreThanWider { other } => vec![("other", other.to_string())],
            Self::NotDegrees { most } => vec![("most", most.to_string())],
            Self::OtherDatum { likely, outside, checked }
            | Self::OutsideByDatum { likely, outside, checked } => vec![
                ("likely", (*likely).to_owned()),
                ("outside", outside.to_string()),
                ("checked", checked.to_string()),
            ],
            _ => Vec::new(),
        }
    }
}

/// The cells of one row; errors gather while they are read.
pub struct Cells<'a> {
    get: Box<dyn Fn(&str) -> &'a str + 'a>,
    errors: Vec<CellError>,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(get: Box<dyn Fn(&str) -> &'a str + 'a>) -> Self {
        Self { get, errors: Vec::new() }
    }

    pub(crate) fn errors(&self) -> &[CellError] {
        &self.errors
    }

    pub(crate) fn into_errors(self) -> Vec<CellError> {
        self.errors
    }

    fn raw(&self, column: &str) -> &'a str {
        (self.get)(column).trim()
    }

    pub(crate) fn is_empty(&self, column: &str) -> bool {
        self.raw(column).is_empty()
    }

    /// A value that this row needs; leaving it empty is a mistake.
    pub(crate) fn must<T>(&mut self, column: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.require(column);
        if self.is_empty(column) { None } else { read(self) }
    }

    pub(crate) fn fail(&mut self, column: &str, problem: CellProblem) {
        let value = self.raw(column).chars().take(SHOWN).collect();
        self.errors.push(CellError { column: column.to_owned(), value, problem });
    }

    pub(crate) fn require(&mut self, column: &str) {
        if self.raw(column).is_empty() {
            self.fail(column, CellProblem::Missing);
        }
    }

    pub(crate) fn text(&mut self, column: &str) -> String {
        let text = self.raw(column);
        if text.chars().count() > CELL_MOST {
            self.fail(column, CellProblem::TooLong { max: CELL_MOST });
            return String::new();
        }
        text.replace("\r\n", "\n")
    }

    /// A text in two columns, `…_zh` and `…_en`; `None` where the Chinese one is empty.
    pub(crate) fn named(&mut self, zh: &str, en: &str) -> Option<Named> {
        let (zh, en) = (self.text(zh), self.text(en));
        (!zh.is_empty()).then(|| Named::new(zh, en))
    }

    /// A day with the time of day.
    pub(crate) fn moment(&mut self, column: &str) -> Option<DateTime> {
        self.parsed(column, CellProblem::NotAMoment, |text| {
            DateTime::from_str(&text.replace(['/', '.'], "-").replacen(' ', "T", 1)).ok()
        })
    }

    /// Whether a moment is given by its day alone.
    pub(crate) fn is_bare_day(&self, column: &str) -> bool {
        !self.raw(column).contains([' ', 'T', 't'])
    }

    pub(crate) fn parsed<T>(
        &mut self,
        column: &str,
        problem: CellProblem,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.raw(column);
        if text.is_empty() {
            return None;
        }
        let parsed = parse(text);
        if parsed.is_none() {
            self.fail(column, problem);
        }
        parsed
    }

    pub(crate) fn code(&mut self, column: &str) -> Option<Code> {
        self.parsed(column, CellProblem::NotACode, |text| Code::new(text).ok())
    }

    pub(crate) fn boundary(&mut self, column: &str) -> Option<Boundary> {
        self.parsed(column, CellProblem::NotABoundary, |text| Boundary::parse(text).ok())
    }

    /// Longitude and latitude in the columns of these names; both or neither.
    pub(crate) fn point(&mut self) -> Option<Point> {
        let (longitude, latitude) = (self.degrees("longitude", 180), self.degrees("latitude", 90));
        match (self.is_empty("longitude"), self.is_empty("latitude")) {
            (true, false) => self.fail("longitude", CellProblem::Missing),
            (false, true) => self.fail("latitude", CellProblem::Missing),
            _ => {}
        }
        Some(Point { longitude: longitude?, latitude: latitude? })
    }

    /// Degrees up to so many, in millionths.
    pub(crate) fn degrees(&mut self, column: &str, most: u8) -> Option<i32> {
        let value = self.number(column)?;
        let limit = i32::from(most) * 1_000_000;
        let millionths = value.checked_mul(Decimal::from(1_000_000)).and_then(|value| value.round().to_i32());
        let found = millionths.filter(|found| (-limit..=limit).contains(found));
        if found.is_none() {
            self.fail(column, CellProblem::NotDegrees { most });
        }
        found
    }

    pub(crate) fn codes(&mut self, column: &str) -> Vec<Code> {
        self.parsed(column, CellProblem::NotACode, |text| {
            text.split([';', ';'])
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(|text| Code::new(text).ok())
                .collect::<Option<Vec<_>>>()
        })
        .unwrap_or_default()
    }

    pub(crate) fn day(&mut self, column: &str) -> Option<Date> {
        self.parsed(column, CellProblem::NotADay, |text| parse_day(&text.replace(['/', '.'], "-")))
    }

    pub(crate) fn date(&mut self, column: &str) -> Option<PlannedDate> {
        self.parsed(column, CellProblem::NotADate, |text| PlannedDate::from_str(text).ok())
    }

    pub(crate) fn number(&mut self, column: &str) -> Option<Decimal> {
        self.parsed(column, CellProblem::NotANumber, |text| {
            Decimal::from_str(&text.replace([',', ','], "").replace('%', "")).ok().map(|d| d.normalize())
        })
    }

    pub(crate) fn whole<T: FromStr>(&mut self, column: &str) -> Option<T> {
        self.parsed(column, CellProblem::NotAWholeNumber, |text| text.replace([',', ','], "").parse().ok())
    }

    pub(crate) fn yuan(&mut self, column: &str) -> Option<Fen> {
        self.parsed(column, CellProblem::NotYuan, Fen::parse_yuan)
    }

    pub(crate) fn yes_no(&mut self, column: &str) -> Option<bool> {
        self.parsed(column, CellProblem::NotYesNo, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "是" => Some(true),
            "false" | "no" | "0" | "否" => Some(false),
            _ => None,
        })
    }

    pub(crate) fn word<T>(
        &mut self,
        column: &str,
        words: &'static [&'static str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.parsed(column, CellProblem::NotOneOf(words), parse)
    }
}
