//! Writing a document as DOCX (ECMA-376): text, tables and page layout that word processors edit.

mod body;
mod footers;
mod package;
mod styles;
mod xml;

use crate::model::Document;

#[derive(Debug, thiserror::Error)]
pub enum DocxError {
    #[error("cannot pack the document: {0}")]
    Pack(#[from] zip::result::ZipError),
    #[error("cannot pack the document: {0}")]
    Io(#[from] std::io::Error),
}

/// The bytes of the file; the same for the same document.
pub fn write(document: &Document) -> Result<Vec<u8>, DocxError> {
    package::pack(&crate::compose::compose(document))
}
