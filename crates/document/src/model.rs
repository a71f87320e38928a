//! What stands in a document.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::block::Block;
use crate::table::Tone;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Chinese,
    English,
}

/// What file managers and archives show. `created` comes from the caller: this crate has no clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Properties {
    pub author: String,
    pub subject: String,
    pub keywords: Vec<String>,
    pub created: Timestamp,
}

/// A word of the form and what stands behind it, as in 抄送：….
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    pub label: String,
    pub text: String,
}

/// 京政办发〔2019〕1号: the code of the issuing body, the year in full, the serial without zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentNumber {
    pub code: String,
    pub year: i16,
    pub serial: u32,
}

/// An issue of a series, with the number counted over all years where the series keeps one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    pub number: u32,
    pub total: Option<u32>,
}

/// The line under the mark of a report or of minutes: issue, issuing body, date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub issue: Issue,
    pub body: String,
    pub date: Date,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// 公文 with the red mark of the issuing body.
    Official { number: Option<DocumentNumber>, signer: Option<Labelled> },
    /// 简报, 专报: a numbered series of an office.
    Report(Series),
    /// 纪要.
    Minutes(Series),
    /// 督办单: a numbered paper that one unit sends another, its mark and rule in its own colour.
    Slip { number: DocumentNumber, date: Date, tone: Tone },
    /// 信函格式: double rules instead of the mark's single one, no number on the first page.
    Letter { number: Option<DocumentNumber> },
    /// A ledger, timetable or statement printed by itself: no mark, the title at the head.
    Plain,
}

/// What stands at the head of the first page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letterhead {
    /// 发文机关标志, red.
    pub mark: String,
    /// 份号, six digits.
    pub copy: Option<u32>,
    /// 密级 and its period.
    pub secrecy: Option<String>,
    /// 紧急程度.
    pub urgency: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    #[default]
    A4,
    A3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    #[default]
    Portrait,
    Landscape,
}

/// Blocks on one kind of page; each section begins a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    pub paper: Paper,
    pub orientation: Orientation,
    pub blocks: Vec<Block>,
}

/// An annex begins a page of its own; its title stands in the annex note under the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annex {
    pub title: String,
    pub sections: Vec<Section>,
}

/// The issuing body and the date under the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub body: String,
    pub date: Date,
    /// Leaves the room and the indents for a seal.
    pub sealed: bool,
}

/// 版记: the last thing on the last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// 主送, 抄送.
    pub copies: Vec<Labelled>,
    /// 印发机关.
    pub issued_by: String,
    /// The date with its word, as in 2019年8月14日印发.
    pub issued_on: String,
}

/// The words of the form that the layout itself puts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// 附件.
    pub annex: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub language: Language,
    pub properties: Properties,
    pub labels: Labels,
    pub kind: Kind,
    pub head: Letterhead,
    /// A line feed asks for a new line where sense wants one.
    pub title: String,
    pub addressee: Option<String>,
    pub body: Vec<Section>,
    pub signature: Option<Signature>,
    /// 出席, 请假, 列席 of minutes.
    pub attendance: Vec<Labelled>,
    /// 附注, set in brackets.
    pub note: Option<String>,
    pub annexes: Vec<Annex>,
    pub imprint: Option<Imprint>,
}
