//! Shapefiles (ESRI, 1998): the parts of one, in a ZIP, as the same features that GeoJSON has.
//!
//! Of the parts `.shp` and `.dbf` are needed; `.prj` tells the reference system and `.cpg` how texts are written.
//! Positions must be degrees. Sizes that the parts state are not believed: what is read is bounded by what is there.

mod attributes;
mod shapes;

use std::io::{Cursor, Read};

use serde_json::Map;
use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::geojson::Feature;
use crate::sheet::Limits;

/// Entries of the archive that are looked at; a shapefile has some ten parts.
const ENTRIES_MOST: usize = 1_000;
/// An archive packs well: the ratio counts only beyond this size.
const RATIO_FREE: u64 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Error)]
pub enum ShapefileError {
    #[error("the archive cannot be read ({why}): pack the parts of the shapefile again")]
    Archive { why: String },
    #[error("the archive is protected by a password: pack it without one")]
    Encrypted,
    #[error("the archive unpacks to more than {max} bytes: divide it")]
    TooLarge { max: u64 },
    #[error("the archive is packed more than {max} times: pack it again")]
    Bomb { max: u64 },
    #[error("the archive holds {found} shapefiles: bring one at a time")]
    Several { found: usize },
    #[error("the part {part} is missing: pack the .shp, .dbf, .prj and .cpg of one name together")]
    NoPart { part: &'static str },
    #[error("the part {part} is damaged ({why}): export the shapefile again")]
    Broken { part: &'static str, why: String },
    #[error("shape {feature} is of type {kind}, which is not read: use points, lines or polygons")]
    Kind { feature: usize, kind: u32 },
    #[error(
        "shape {feature} lies at {lon}, {lat}, which are no degrees: convert it to longitude and latitude"
    )]
    Degrees { feature: usize, lon: f64, lat: f64 },
    #[error("shape {feature} has a ring that is too short or does not end where it begins")]
    Ring { feature: usize },
    #[error("the shapefile is in the reference system `{name}`: convert it to longitude and latitude first")]
    Projected { name: String },
    #[error("the shapefile refers to the datum of `{name}`: convert it to WGS 84 or CGCS2000 first")]
    Datum { name: String },
    #[error("the texts are written in `{name}`, which is not known: save them as UTF-8 or GBK")]
    UnknownEncoding { name: String },
    #[error("the text of record {record} cannot be read: name its encoding in the part .cpg")]
    Encoding { record: usize },
    #[error("more than {max} records: divide the file")]
    TooManyRows { max: usize },
    #[error("more than {max} fields: remove what is not needed")]
    TooManyColumns { max: usize },
}

impl ShapefileError {
    /// The key under which messages explain it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Archive { .. } => "file-shape-archive",
            Self::Encrypted => "file-encrypted",
            Self::TooLarge { .. } => "file-shape-too-large",
            Self::Bomb { .. } => "file-shape-bomb",
            Self::Several { .. } => "file-shape-several",
            Self::NoPart { .. } => "file-shape-part",
            Self::Broken { .. } => "file-shape-broken",
            Self::Kind { .. } => "file-shape-kind",
            Self::Degrees { .. } => "file-map-degrees",
            Self::Ring { .. } => "file-map-ring",
            Self::Projected { .. } => "file-map-projected",
            Self::Datum { .. } => "file-shape-datum",
            Self::UnknownEncoding { .. } => "file-shape-unknown-encoding",
            Self::Encoding { .. } => "file-shape-encoding",
            Self::TooManyRows { .. } => "file-too-many-rows",
            Self::TooManyColumns { .. } => "file-shape-columns",
        }
    }

    /// The values that a message may name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Archive { why } => vec![("why", why.clone())],
            Self::Encrypted => Vec::new(),
            Self::TooLarge { max } => vec![("max", max.div_ceil(1 << 20).to_string())],
            Self::Bomb { max } => vec![("max", max.to_string())],
            Self::Several { found } => vec![("found", found.to_string())],
            Self::NoPart { part } => vec![("part", (*part).to_owned())],
            Self::Broken { part, why } => vec![("part", (*part).to_owned()), ("why", why.clone())],
            Self::Kind { feature, kind } => {
                vec![("feature", feature.to_string()), ("kind", kind.to_string())]
            }
            Self::Degrees { feature, lon, lat } => vec![
                ("feature", feature.to_string()),
                ("longitude", lon.to_string()),
                ("latitude", lat.to_string()),
            ],
            Self::Ring { feature } => vec![("feature", feature.to_string())],
            Self::Projected { name } | Self::Datum { name } | Self::UnknownEncoding { name } => {
                vec![("name", name.clone())]
            }
            Self::Encoding { record } => vec![("record", record.to_string())],
            Self::TooManyRows { max } | Self::TooManyColumns { max } => vec![("max", max.to_string())],
        }
    }
}

fn broken(part: &'static str, why: impl Into<String>) -> ShapefileError {
    ShapefileError::Broken { part, why: why.into() }
}

/// A ZIP with a part that ends in `.shp`.
pub fn is_shapefile(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"PK\x03\x04") {
        return false;
    }
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else { return false };
    let mut names = archive.file_names().take(ENTRIES_MOST).filter_map(Result::ok);
    names.any(|name| split(&name).is_some_and(|(_, end)| end == "shp"))
}

/// A part's name without its ending, and the ending in small letters. What systems put beside files is no part.
fn split(name: &str) -> Option<(&str, String)> {
    let own = name.rsplit(['/', '\\']).next()?;
    if own.starts_with('.') || name.starts_with("__MACOSX") {
        return None;
    }
    let (stem, end) = name.rsplit_once('.')?;
    Some((stem, end.to_ascii_lowercase()))
}

/// The parts of the one shapefile, unpacked.
struct Parts {
    shp: Vec<u8>,
    dbf: Vec<u8>,
    prj: Option<Vec<u8>>,
    cpg: Option<Vec<u8>>,
}

/// Unpacks, and stops at the first limit that is passed.
struct Unpacking<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    packed: u64,
    unpacked: u64,
    limits: &'a Limits,
}

impl<'a> Unpacking<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, ShapefileError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
        if archive.len() > ENTRIES_MOST {
            return Err(ShapefileError::Archive { why: format!("{} entries", archive.len()) });
        }
        Ok(Self { archive, packed: (bytes.len() as u64).max(1), unpacked: 0, limits })
    }

    fn part(&mut self, at: usize) -> Result<Vec<u8>, ShapefileError> {
        let mut piece = self.archive.by_index(at).map_err(refused)?;
        let (mut out, mut buffer) = (Vec::new(), vec![0u8; 64 << 10]);
        loop {
            let read = piece
                .read(&mut buffer)
                .map_err(|error| ShapefileError::Archive { why: error.to_string() })?;
            if read == 0 {
                return Ok(out);
            }
            self.unpacked += read as u64;
            if self.unpacked > self.limits.unpacked {
                return Err(ShapefileError::TooLarge { max: self.limits.unpacked });
            }
            if self.unpacked > RATIO_FREE && self.unpacked / self.packed > self.limits.ratio {
                return Err(ShapefileError::Bomb { max: self.limits.ratio });
            }
            out.extend_from_slice(&buffer[..read]);
        }
    }

    fn parts(mut self) -> Result<Parts, ShapefileError> {
        // Names that are no text are no parts.
        let all = self.archive.file_names().enumerate();
        let names: Vec<(usize, String, String)> = all
            .filter_map(|(at, name)| {
                let name = name.ok()?;
                let (stem, end) = split(&name)?;
                Some((at, stem.to_owned(), end))
            })
            .collect();
        let shapes: Vec<_> = names.iter().filter(|(_, _, end)| end == "shp").collect();
        let [(shp, stem, _)] = shapes.as_slice() else {
            return Err(match shapes.len() {
                0 => ShapefileError::NoPart { part: ".shp" },
                found => ShapefileError::Several { found },
            });
        };
        let beside = |wanted: &str| {
            names.iter().find(|(_, own, end)| own.eq_ignore_ascii_case(stem) && end == wanted).map(|it| it.0)
        };
        let dbf = beside("dbf").ok_or(ShapefileError::NoPart { part: ".dbf" })?;
        let (prj, cpg) = (beside("prj"), beside("cpg"));
        Ok(Parts {
            shp: self.part(*shp)?,
            dbf: self.part(dbf)?,
            prj: prj.map(|at| self.part(at)).transpose()?,
            cpg: cpg.map(|at| self.part(at)).transpose()?,
        })
    }
}

fn refused(error: ZipError) -> ShapefileError {
    match error {
        ZipError::UnsupportedArchive(why) if why.contains("assword") => ShapefileError::Encrypted,
        error => ShapefileError::Archive { why: error.to_string() },
    }
}

/// Reads the one shapefile of an archive. Fields are properties, as texts; records that were deleted are left out.
///
/// # Errors
/// When the archive passes a limit, a needed part is missing or damaged, positions are no degrees, or the reference
/// system is another than WGS 84 or CGCS2000 (which lie within centimetres of each other). The first error ends it.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Feature>, ShapefileError> {
    let parts = Unpacking::new(bytes, limits)?.parts()?;
    if let Some(prj) = &parts.prj {
        check_reference_system(&String::from_utf8_lossy(prj))?;
    }
    let records = attributes::read(&parts.dbf, parts.cpg.as_deref(), limits)?;
    let shapes = shapes::read(&parts.shp, limits)?;
    if shapes.len() != records.len() {
        let why = format!("{} records for {} shapes", records.len(), shapes.len());
        return Err(broken(".dbf", why));
    }
    let both = shapes.into_iter().zip(records);
    Ok(both
        .filter_map(|(geometry, properties)| {
            let properties: Map<_, _> = properties?;
            Some(Feature { id: None, properties, geometry })
        })
        .collect())
}

/// Reference systems are told in well-known text: `GEOGCS["name",…` or `PROJCS["name",…`.
fn check_reference_system(text: &str) -> Result<(), ShapefileError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let name: String = text.split('"').nth(1).unwrap_or("").chars().take(60).collect();
    let head = text.split(['[', '(']).next().unwrap_or("").trim().to_ascii_uppercase();
    match head.as_str() {
        // An empty part says as much as none.
        "" => Ok(()),
        "GEOGCS" | "GEOGCRS" | "GEODCRS" | "GEODETICCRS" | "GEOGRAPHICCRS" => {
            let plain: String =
                name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
            let known = ["WGS84", "WGS1984", "CGCS2000", "CHINAGEODETICCOORDINATESYSTEM2000"];
            if known.iter().any(|known| plain.contains(known)) {
                Ok(())
            } else {
                Err(ShapefileError::Datum { name })
            }
        }
        _ => Err(ShapefileError::Projected {
            name: if name.is_empty() { head.chars().take(60).collect() } else { name },
        }),
    }
}

#[cfg(test)]
mod tests;
