//! The names of fonts, read without reading the fonts: files of Chinese ones have tens of megabytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use ttf_parser::name::{self, name_id};

const COLLECTION: u32 = 0x7474_6366;
const FACES_MOST: u32 = 64;
const TABLES_MOST: u16 = 256;
const NAMES_MOST: u32 = 1 << 20;

/// The faces of a file with the names each goes by: family and style, full name, PostScript name.
pub(super) fn of(path: &Path) -> io::Result<Vec<(u32, Vec<String>)>> {
    let mut file = File::open(path)?;
    let mut starts = vec![0];
    if word(&mut file)? == COLLECTION {
        word(&mut file)?;
        let count = word(&mut file)?.min(FACES_MOST);
        starts = (0..count).map(|_| word(&mut file)).collect::<io::Result<_>>()?;
    }
    let mut faces = Vec::new();
    for (index, start) in (0u32..).zip(starts) {
        if let Some(names) = face(&mut file, u64::from(start))? {
            faces.push((index, names));
        }
    }
    Ok(faces)
}

fn word(file: &mut File) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

fn face(file: &mut File, start: u64) -> io::Result<Option<Vec<String>>> {
    file.seek(SeekFrom::Start(start + 4))?;
    let mut count = [0; 2];
    file.read_exact(&mut count)?;
    let count = u16::from_be_bytes(count).min(TABLES_MOST);
    file.seek(SeekFrom::Current(6))?;
    let mut records = vec![0; usize::from(count) * 16];
    file.read_exact(&mut records)?;
    let Some(record) = records.chunks_exact(16).find(|record| record.starts_with(b"name")) else {
        return Ok(None);
    };
    let number = |at: usize| u32::from_be_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
    let (offset, length) = (number(8), number(12).min(NAMES_MOST));
    file.seek(SeekFrom::Start(u64::from(offset)))?;
    let mut table = Vec::new();
    file.take(u64::from(length)).read_to_end(&mut table)?;
    Ok(name::Table::parse(&table).map(|table| names(&table)))
}

fn names(table: &name::Table) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut add = |name: String| {
        if !name.is_empty() && !out.contains(&name) {
            out.push(name);
        }
    };
    let held: Vec<(u16, u16, String)> = table
        .names
        .into_iter()
        .filter_map(|name| Some((name.name_id, name.language_id, name.to_string()?)))
        .collect();
    for (id, language, name) in &held {
        match *id {
            name_id::FULL_NAME | name_id::POST_SCRIPT_NAME => add(name.clone()),
            name_id::FAMILY | name_id::TYPOGRAPHIC_FAMILY => {
                let style =
                    if *id == name_id::FAMILY { name_id::SUBFAMILY } else { name_id::TYPOGRAPHIC_SUBFAMILY };
                let style = held.iter().find(|(other, l, _)| *other == style && l == language);
                match style.map(|(_, _, style)| style.as_str()) {
                    None | Some("Regular" | "Normal" | "常规" | "標準") => add(name.clone()),
                    Some(style) => add(format!("{name} {style}")),
                }
            }
            _ => {}
        }
    }
    out
}
