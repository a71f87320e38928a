//! Writing a document as tagged PDF with searchable text and embedded fonts.

mod chart;
mod embed;
mod grid;
mod layout;
mod setter;
mod sheet;
mod tree;
mod write;

pub use chart::write_chart;

use crate::font::{FontError, Library, Used};
use crate::model::Document;

#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error(transparent)]
    Font(#[from] FontError),
    #[error("the font {font} cannot be embedded: {why}")]
    Embed { font: String, why: String },
    #[error("a document of more than {most} pages")]
    TooLong { most: usize },
}

/// A PDF and how it came out.
#[derive(Debug, Clone)]
pub struct Written {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// The font that stood for each role.
    pub fonts: Vec<Used>,
    /// Characters that no font at hand has; 〓 or ? stands for them.
    pub missing: Vec<char>,
}

/// Lays a document out with the fonts of a library.
pub fn write(document: &Document, library: &Library) -> Result<Written, PdfError> {
    let flow = crate::compose::compose(document);
    let fonts = library.load(document.language)?;
    let laid = layout::lay_out(&flow, &fonts)?;
    let bytes = write::write(&flow, &laid, &fonts)?;
    Ok(Written {
        bytes,
        pages: laid.sheets.len(),
        fonts: library.uses(document.language),
        missing: laid.missing,
    })
}
