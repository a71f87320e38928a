//! Writes a sample of each kind as DOCX and PDF, and ledgers as XLSX, into a folder:
//! `cargo run -p document --example samples -- FOLDER`.

#[path = "../tests/all/samples/mod.rs"]
mod samples;

use std::path::PathBuf;

use document::font::{Library, SYSTEM_FOLDERS};
use document::{Language, docx, pdf, xlsx};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: samples FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let library = Library::scan(&SYSTEM_FOLDERS);
    for (name, document) in samples::all() {
        std::fs::write(folder.join(format!("{name}.docx")), docx::write(&document)?)?;
        let written = pdf::write(&document, &library)?;
        std::fs::write(folder.join(format!("{name}.pdf")), &written.bytes)?;
        println!("{name}: {} pages, missing {:?}", written.pages, written.missing);
        for used in &written.fonts {
            println!("  {:?}: {} for {}", used.role, used.name, used.wanted);
        }
    }
    for (name, language) in [("ledger", Language::Chinese), ("ledger.en", Language::English)] {
        std::fs::write(folder.join(format!("{name}.xlsx")), xlsx::write(&samples::ledger(language))?)?;
    }
    Ok(())
}
