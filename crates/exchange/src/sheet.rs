//! A sheet as it was read: rows of texts, with what could not be read named by row and column.

use timetable::PlanError;

use crate::geojson::GeoJsonError;
use crate::mspdi::MspdiError;
use crate::plan_sheet::PlanSheetError;
use crate::shapefile::ShapefileError;
use crate::xer::XerError;
use crate::{delimited, xlsx};

/// How much a file may hold. All limits are checked before memory is taken for what exceeds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of a workbook once unpacked, all its pieces together.
    pub unpacked: u64,
    /// How many times larger than packed a workbook may become, beyond its first mebibyte.
    pub ratio: u64,
    pub sheets: usize,
    pub rows: usize,
    pub columns: usize,
    /// Characters of one cell; a longer one becomes a fault of its row.
    pub cell: usize,
    /// Bytes of all texts of a sheet together.
    pub text: usize,
}

impl Limits {
    /// Of a workbook that is read piece by piece: its shared texts are all that is held.
    pub fn of_long_workbook() -> Self {
        Self { bytes: 512 << 20, unpacked: 2 << 30, ..Self::default() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            unpacked: 256 << 20,
            ratio: 200,
            sheets: 64,
            rows: 200_000,
            columns: 200,
            cell: 8_000,
            text: 128 << 20,
        }
    }
}

/// A sheet, without its empty rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The sheet's name; empty for a text file.
    pub name: String,
    pub rows: Vec<Row>,
    pub faults: Vec<Fault>,
    /// The names of all sheets of the workbook.
    pub sheets: Vec<String>,
}

/// A row as people count it, the first one being 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub number: u32,
    pub cells: Vec<String>,
}

/// A cell that cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub row: u32,
    /// Counted from 0.
    pub column: usize,
    /// The beginning of what stands there.
    pub value: String,
    pub kind: FaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    TooLong {
        max: usize,
    },
    /// A formula whose outcome is an error, such as `#N/A`.
    FormulaError,
    /// Part of a merged region below the headings: it is not clear which rows the value is for.
    Merged,
}

impl FaultKind {
    /// The key under which messages explain it.
    pub fn key(self) -> &'static str {
        match self {
            Self::TooLong { .. } => "cell-too-long",
            Self::FormulaError => "cell-formula-error",
            Self::Merged => "cell-merged",
        }
    }

    pub fn args(self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong { max } => vec![("max", max.to_string())],
            Self::FormulaError | Self::Merged => Vec::new(),
        }
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error("the file has {found} bytes; at most {max} are read: divide it")]
    TooLarge { found: u64, max: u64 },
    #[error("the workbook unpacks to more than {max} bytes: divide it")]
    TooLargeUnpacked { max: u64 },
    #[error("the workbook is packed more than {max} times: save it afresh with a spreadsheet program")]
    Bomb { max: u64 },
    #[error("more than {max} sheets")]
    TooManySheets { max: usize },
    #[error("more than {max} rows: divide the file")]
    TooManyRows { max: usize },
    #[error("more than {max} columns, in row {row}: remove what is not needed")]
    TooManyColumns { row: u32, max: usize },
    #[error("the cells hold more than {max} bytes of text: divide the file")]
    TooMuchText { max: usize },
    #[error("an old workbook (.xls): save it as .xlsx or CSV")]
    OldWorkbook,
    #[error("not a workbook that can be read ({why}): save it again as .xlsx or CSV")]
    BrokenWorkbook { why: String },
    #[error("the workbook is protected by a password: remove the protection")]
    Encrypted,
    #[error("there is no sheet '{name}'; there are: {sheets}")]
    NoSheet { name: String, sheets: String },
    #[error("neither UTF-8 nor GB18030: broken at byte {byte}, line {line}: save it as UTF-8")]
    Encoding { byte: usize, line: usize },
    #[error("not a plan that can be read: {}", .0.said)]
    BrokenPlan(FileFault),
    #[error("not a map that can be read: {}", .0.said)]
    BrokenMap(FileFault),
    #[error("a plan file fills the tables step_work, step_links and milestones, and no other")]
    PlanForTable,
    #[error("not a text file (it has NUL bytes): save it as .xlsx or CSV")]
    Binary,
    #[error("the file cannot be read")]
    Unreadable,
}

/// Why a plan of another program, or a map, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The key under which messages explain it, and the values that these may name.
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
    /// It in English, for logs.
    pub said: String,
}

impl From<GeoJsonError> for ReadError {
    fn from(error: GeoJsonError) -> Self {
        Self::BrokenMap(FileFault { key: error.key(), args: error.args(), said: error.to_string() })
    }
}

impl From<ShapefileError> for ReadError {
    fn from(error: ShapefileError) -> Self {
        Self::BrokenMap(FileFault { key: error.key(), args: error.args(), said: error.to_string() })
    }
}

impl From<MspdiError> for ReadError {
    fn from(error: MspdiError) -> Self {
        Self::BrokenPlan(FileFault { key: error.key(), args: error.args(), said: error.to_string() })
    }
}

impl From<XerError> for ReadError {
    fn from(error: XerError) -> Self {
        Self::BrokenPlan(FileFault { key: error.key(), args: error.args(), said: error.to_string() })
    }
}

impl From<PlanSheetError> for ReadError {
    fn from(error: PlanSheetError) -> Self {
        Self::BrokenPlan(FileFault { key: error.key(), args: error.args(), said: error.to_string() })
    }
}

impl From<PlanError> for ReadError {
    fn from(error: PlanError) -> Self {
        Self::BrokenPlan(FileFault { key: error.key(), args: error.args(), said: error.to_string() })
    }
}

impl ReadError {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::TooLarge { .. } => "file-too-large",
            Self::TooLargeUnpacked { .. } => "file-too-large-unpacked",
            Self::Bomb { .. } => "file-bomb",
            Self::TooManySheets { .. } => "file-too-many-sheets",
            Self::TooManyRows { .. } => "file-too-many-rows",
            Self::TooManyColumns { .. } => "file-too-many-columns",
            Self::TooMuchText { .. } => "file-too-much-text",
            Self::OldWorkbook => "file-old-workbook",
            Self::BrokenWorkbook { .. } => "file-broken-workbook",
            Self::Encrypted => "file-encrypted",
            Self::NoSheet { .. } => "file-no-sheet",
            Self::Encoding { .. } => "file-encoding",
            Self::BrokenPlan(fault) | Self::BrokenMap(fault) => fault.key,
            Self::PlanForTable => "file-plan-for-table",
            Self::Binary => "file-binary",
            Self::Unreadable => "file-unreadable",
        }
    }

    /// Whether there is only too much of it to be held at once.
    pub fn is_too_long(&self) -> bool {
        matches!(
            self,
            Self::TooLarge { .. }
                | Self::TooLargeUnpacked { .. }
                | Self::TooManyRows { .. }
                | Self::TooMuchText { .. }
        )
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let mebibytes = |bytes: &u64| bytes.div_ceil(1 << 20).to_string();
        match self {
            Self::TooLarge { found, max } => vec![("found", mebibytes(found)), ("max", mebibytes(max))],
            Self::TooLargeUnpacked { max } => vec![("max", mebibytes(max))],
            Self::Bomb { max } => vec![("max", max.to_string())],
            Self::TooManySheets { max } | Self::TooManyRows { max } => vec![("max", max.to_string())],
            Self::TooManyColumns { row, max } => vec![("row", row.to_string()), ("max", max.to_string())],
            Self::TooMuchText { max } => vec![("max", mebibytes(&(*max as u64)))],
            Self::BrokenWorkbook { why } => vec![("why", why.clone())],
            Self::BrokenPlan(fault) | Self::BrokenMap(fault) => fault.args.clone(),
            Self::NoSheet { name, sheets } => vec![("name", name.clone()), ("sheets", sheets.clone())],
            Self::Encoding { byte, line } => vec![("byte", byte.to_string()), ("line", line.to_string())],
            Self::Empty
            | Self::OldWorkbook
            | Self::Encrypted
            | Self::Binary
            | Self::Unreadable
            | Self::PlanForTable => Vec::new(),
        }
    }
}

/// Reads a sheet: a workbook or a text file, told apart by their first bytes. Without a name the
/// first of `preferred` that the workbook has is taken, else its first sheet that is not empty.
pub fn read(
    bytes: &[u8],
    name: Option<&str>,
    preferred: &[&str],
    limits: &Limits,
) -> Result<Sheet, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() as u64 > limits.bytes {
        return Err(ReadError::TooLarge { found: bytes.len() as u64, max: limits.bytes });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        xlsx::read(bytes, name, preferred, limits)
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        // The same container holds old workbooks and encrypted new ones.
        let needle: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(needle.len()).any(|window| window == needle);
        Err(if encrypted { ReadError::Encrypted } else { ReadError::OldWorkbook })
    } else {
        delimited::read(bytes, limits)
    }
}

/// Gathers rows within the limits.
pub(crate) struct Gather<'a> {
    pub sheet: Sheet,
    limits: &'a Limits,
    text: usize,
}

/// How much of an unusable cell is repeated, in characters.
const SHOWN: usize = 60;

impl<'a> Gather<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        Self { sheet: Sheet::default(), limits, text: 0 }
    }

    pub fn fault(&mut self, row: u32, column: usize, value: &str, kind: FaultKind) {
        let value = value.chars().take(SHOWN).collect();
        self.sheet.faults.push(Fault { row, column, value, kind });
    }

    /// Adds a cell at the end of the sheet or to the right of what its row holds. Blank cells only
    /// keep the place.
    pub fn cell(&mut self, row: u32, column: usize, value: &str) -> Result<(), ReadError> {
        if value.trim().is_empty() {
            return Ok(());
        }
        if column >= self.limits.columns {
            return Err(ReadError::TooManyColumns { row, max: self.limits.columns });
        }
        if self.sheet.rows.last().is_none_or(|last| last.number != row) {
            if self.sheet.rows.len() >= self.limits.rows {
                return Err(ReadError::TooManyRows { max: self.limits.rows });
            }
            self.sheet.rows.push(Row { number: row, cells: Vec::new() });
        }
        // A cell has at most four bytes a character: the count is needed only when it may matter.
        let max = self.limits.cell;
        if value.len() > max && value.chars().count() > max {
            self.fault(row, column, value, FaultKind::TooLong { max });
            return Ok(());
        }
        self.text += value.len();
        if self.text > self.limits.text {
            return Err(ReadError::TooMuchText { max: self.limits.text });
        }
        if let Some(last) = self.sheet.rows.last_mut() {
            if last.cells.len() <= column {
                last.cells.resize(column + 1, String::new());
            }
            last.cells[column] = value.to_owned();
        }
        Ok(())
    }
}
