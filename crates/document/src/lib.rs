//! Official documents as data, written as DOCX, PDF and XLSX.
//!
//! A [`Document`] says what stands in a document; the layout of GB/T 9704-2012 (in Chinese) or of a
//! plain report (in English) is put on by this crate, once, for both [`docx`] and [`pdf`]. Ledgers
//! and timetables become workbooks with [`xlsx`]; bars over time become a [`chart`]. The crate knows nothing of plans, has no clock, and
//! writes the same bytes for the same input.

pub mod block;
mod character;
pub mod chart;
mod compose;
pub mod docx;
mod flow;
pub mod font;
mod form;
mod grid;
pub mod length;
mod line;
mod model;
pub mod pdf;
mod style;
mod table;
pub mod xlsx;

pub use block::{Block, List, ListStyle, Run, Text};
pub use form::numeral;
pub use model::{
    Annex, Document, DocumentNumber, Imprint, Issue, Kind, Labelled, Labels, Language, Letterhead,
    Orientation, Paper, Properties, Section, Series, Signature,
};
pub use table::{Align, Cell, Column, Form, FormRow, Row, Table, TextSize, Tone};

/// The rules of breaking lines, for those who set text of their own.
pub mod breaking {
    pub use crate::character::{may_break, never_ends_a_line, never_starts_a_line};
    pub use crate::line::{Atom, break_lines};
}
