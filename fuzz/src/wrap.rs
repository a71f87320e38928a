//! Damage within containers: past the checksums and lengths that would stop it at the door.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::mutate::{LONGEST, mutate};
use crate::random::Random;

/// What an input is packed in.
#[derive(Clone, Copy)]
pub enum Wrapping {
    Plain,
    /// A ZIP of pieces: the pieces are damaged and packed again.
    Zip,
    /// Inputs are what is inside; this packs them.
    Packed(fn(&[u8]) -> Vec<u8>),
}

impl Wrapping {
    /// A new input for the pool, and the same as the reader gets it.
    pub fn damaged(self, random: &mut Random, pool: &[Vec<u8>], tokens: &[&str]) -> (Vec<u8>, Vec<u8>) {
        let bare = random.below(8) == 0;
        match self {
            Self::Zip if !bare => {
                let whole = pieces_damaged(random, pool, tokens);
                (whole.clone(), whole)
            }
            Self::Packed(pack) if bare => {
                let packed = random.pick(pool).map(|inside| pack(inside)).unwrap_or_default();
                let damaged = mutate(random, &[packed], tokens);
                // What is inside stayed as it was: there is nothing to begin from anew.
                (Vec::new(), damaged)
            }
            Self::Packed(pack) => {
                let inside = mutate(random, pool, tokens);
                let packed = pack(&inside);
                (inside, packed)
            }
            Self::Plain | Self::Zip => {
                let damaged = mutate(random, pool, tokens);
                (damaged.clone(), damaged)
            }
        }
    }

    /// A sound input as the reader gets it.
    pub fn whole(self, input: &[u8]) -> Vec<u8> {
        match self {
            Self::Packed(pack) => pack(input),
            Self::Plain | Self::Zip => input.to_vec(),
        }
    }
}

/// Gzip, as backups are packed.
pub fn gzip(inside: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory cannot fail; an empty file would only be a poorer input.
    out.write_all(inside).and_then(|()| out.finish()).unwrap_or_default()
}

/// A ZIP of these pieces.
pub fn zip(pieces: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in pieces {
        // A name that was there already is left out.
        if out.start_file(name.as_str(), options).is_ok() && out.write_all(bytes).is_err() {
            return Vec::new();
        }
    }
    out.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn pieces(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut out = Vec::new();
    for at in 0..archive.len().min(64) {
        let piece = archive.by_index(at).ok()?;
        let name = piece.name().ok()?.into_owned();
        let mut inside = Vec::new();
        piece.take(LONGEST as u64).read_to_end(&mut inside).ok()?;
        out.push((name, inside));
    }
    Some(out)
}

fn pieces_damaged(random: &mut Random, pool: &[Vec<u8>], tokens: &[&str]) -> Vec<u8> {
    let base = random.pick(pool).cloned().unwrap_or_default();
    let Some(mut held) = pieces(&base).filter(|held| !held.is_empty()) else {
        return mutate(random, pool, tokens);
    };
    let other = random.pick(pool).and_then(|other| pieces(other)).unwrap_or_default();
    for _ in 0..=random.below(3) {
        if held.is_empty() {
            break;
        }
        let at = random.below(held.len());
        match random.below(16) {
            0 => drop(held.remove(at)),
            1 => {
                let to = random.below(held.len());
                let inside = held[to].1.clone();
                held[at].1 = inside;
            }
            2 => held[at].0.push_str(tokens.first().copied().unwrap_or("x")),
            _ => {
                let (name, inside) = &held[at];
                let same = other.iter().find(|(found, _)| found == name).map(|(_, bytes)| bytes.clone());
                let from: Vec<Vec<u8>> = [inside.clone()].into_iter().chain(same).collect();
                held[at].1 = mutate(random, &from, tokens);
            }
        }
    }
    zip(&held)
}
