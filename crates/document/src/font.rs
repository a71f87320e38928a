//! Fonts of the machine: found by name in the caller's folders, read only when used.

mod face;
mod names;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use face::{Face, Glyph, Kind};

use crate::model::Language;
use crate::style::{companions, fonts};

pub use crate::style::Role;

/// Folders where Debian and its like keep fonts.
pub const SYSTEM_FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
/// The free package with Chinese fonts of both kinds, serif and sans.
pub const CHINESE_PACKAGE: &str = "fonts-noto-cjk";
/// The free package with fonts as wide as Times New Roman and Arial.
pub const LATIN_PACKAGE: &str = "fonts-liberation";

/// Nobody keeps fonts deeper than this.
const DEPTH_MOST: usize = 8;

#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error("no font with Chinese characters was found; install the Debian package {CHINESE_PACKAGE}")]
    NoChinese,
    #[error("no font with letters was found; install the Debian package {LATIN_PACKAGE}")]
    NoLatin,
    #[error("cannot read the font {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the font {path} is damaged")]
    Damaged { path: PathBuf },
}

/// Where a font lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    path: PathBuf,
    /// Of a collection.
    index: u32,
}

/// The fonts of some folders, by every name they go by.
#[derive(Debug, Clone, Default)]
pub struct Library {
    places: BTreeMap<String, Place>,
}

/// The font that stands for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub role: Role,
    /// The font the standard asks for.
    pub wanted: &'static str,
    pub name: String,
    pub path: PathBuf,
}

impl Used {
    /// Whether it is the wanted font itself.
    pub fn is_official(&self) -> bool {
        self.wanted == self.name
    }
}

impl Library {
    /// Looks through folders, the first ones winning. What is no font, or cannot be read, is passed
    /// over: the folders of a system hold all kinds of files.
    pub fn scan<P: AsRef<Path>>(folders: &[P]) -> Self {
        let mut library = Self::default();
        for folder in folders {
            library.look(folder.as_ref(), 0);
        }
        library
    }

    fn look(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                if depth < DEPTH_MOST {
                    self.look(&path, depth + 1);
                }
                continue;
            }
            let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
            if !matches!(extension.as_deref(), Some("ttf" | "otf" | "ttc" | "otc")) {
                continue;
            }
            for (index, names) in names::of(&path).unwrap_or_default() {
                for name in names {
                    let place = || Place { path: path.clone(), index };
                    self.places.entry(name.to_lowercase()).or_insert_with(place);
                }
            }
        }
    }

    fn find(&self, names: &[&'static str]) -> Option<(&'static str, &Place)> {
        names.iter().find_map(|name| Some((*name, self.places.get(&name.to_lowercase())?)))
    }

    /// The fonts that would be used, and for each the one that was wanted.
    pub fn uses(&self, language: Language) -> Vec<Used> {
        let used = |role| {
            let (name, place) = self.find(fonts(language, role))?;
            let wanted = fonts(language, role)[0];
            Some(Used { role, wanted, name: name.to_owned(), path: place.path.clone() })
        };
        Role::ALL.into_iter().filter_map(used).collect()
    }

    /// Reads the fonts for a language.
    pub(crate) fn load(&self, language: Language) -> Result<FontSet, FontError> {
        let mut set = FontSet::default();
        let mut loaded: BTreeMap<&Place, usize> = BTreeMap::new();
        let mut files: BTreeMap<&Path, Arc<[u8]>> = BTreeMap::new();
        for role in Role::ALL {
            let mut chain = Vec::new();
            // Chinese text takes letters from the companion and all else from its own font.
            let (main, other) = (fonts(language, role), companions(language, role));
            for names in [main, other] {
                let Some((_, place)) = self.find(names) else { continue };
                let at = match loaded.get(place) {
                    Some(at) => *at,
                    None => {
                        let bytes = match files.get(place.path.as_path()) {
                            Some(bytes) => Arc::clone(bytes),
                            None => {
                                let bytes: Arc<[u8]> = std::fs::read(&place.path)
                                    .map_err(|source| FontError::Read { path: place.path.clone(), source })?
                                    .into();
                                files.insert(&place.path, Arc::clone(&bytes));
                                bytes
                            }
                        };
                        let face = Face::new(bytes, place.index)
                            .ok_or_else(|| FontError::Damaged { path: place.path.clone() })?;
                        set.faces.push(face);
                        loaded.insert(place, set.faces.len() - 1);
                        set.faces.len() - 1
                    }
                };
                chain.push(at);
            }
            set.chains.insert(role, chain);
        }
        let missing = |probe: char| !set.faces.iter().any(|face| face.has(probe));
        if language == Language::Chinese && missing('中') {
            return Err(FontError::NoChinese);
        }
        if missing('A') {
            return Err(FontError::NoLatin);
        }
        set.latin_second = language == Language::Chinese;
        Ok(set)
    }
}

/// The fonts of a document.
#[derive(Debug, Default)]
pub(crate) struct FontSet {
    pub faces: Vec<Face>,
    chains: BTreeMap<Role, Vec<usize>>,
    /// Letters come from the second font of a chain.
    latin_second: bool,
}

impl FontSet {
    /// The font for a character in a role, and its glyph there; `None` where no font has it.
    pub fn pick(&self, role: Role, character: char) -> Option<(usize, u16)> {
        let chain = self.chains.get(&role).map_or(&[][..], Vec::as_slice);
        let letters =
            self.latin_second && (character as u32) < 0x250 && !crate::character::is_shared(character);
        let ordered: [Option<&usize>; 2] =
            if letters { [chain.get(1), chain.first()] } else { [chain.first(), chain.get(1)] };
        ordered
            .into_iter()
            .flatten()
            .copied()
            .chain(0..self.faces.len())
            .find_map(|at| self.faces.get(at)?.glyph(character).map(|glyph| (at, glyph)))
    }
}
