//! Map extracts of OpenStreetMap in its binary format (`.osm.pbf`).
//!
//! Format: <https://wiki.openstreetmap.org/wiki/PBF_Format>. Nodes (dense or single) and ways are handed
//! to a [`Sink`] as they come; relations are passed over. The file is treated as hostile: every length,
//! index and count is checked, memory stays below the limits of the format for each block and below
//! [`Limits`] for the whole.

use std::io::Read;

use flate2::bufread::ZlibDecoder;
use thiserror::Error;

use crate::protobuf::{Fields, Packed, WireError, zigzag};

/// The format allows 64 KiB for a block's header and 32 MiB for its body.
const HEADER_MAX: u32 = 64 * 1024;
const BODY_MAX: u64 = 32 * 1024 * 1024;

/// The most that is taken from one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub nodes: u64,
    /// Node references of all ways together.
    pub references: u64,
}

impl Default for Limits {
    /// Ten times what a city of twenty million people has mapped.
    fn default() -> Self {
        Self { nodes: 100_000_000, references: 100_000_000 }
    }
}

#[derive(Debug, Error)]
pub enum PbfError {
    #[error("this is not an .osm.pbf file: it does not begin with an OSMHeader block")]
    NotPbf,
    #[error("the file breaks off at byte {at}: download or copy it again")]
    Truncated { at: u64 },
    #[error("the file breaks off in the block at byte {at}: it cannot be read ({source})")]
    Read {
        at: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("the block at byte {at} is damaged: {what}; download or copy the file again")]
    Damaged { at: u64, what: Damage },
    #[error(
        "the block at byte {at} is compressed with {method}, which is not read: \
         write the extract again with zlib compression"
    )]
    Compression { at: u64, method: &'static str },
    #[error("the file needs the feature `{feature}`, which is not read: write the extract without it")]
    Feature { feature: String },
    #[error("the file has more than {limit} {what}: cut it to the area of the plan")]
    TooLarge { what: &'static str, limit: u64 },
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Damage {
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("its header of {0} bytes is larger than the format allows")]
    HeaderSize(u32),
    #[error("its body of {0} bytes is larger than the format allows")]
    BodySize(u64),
    #[error("it unpacks to {found} bytes instead of {stated}")]
    Unpacked { stated: u64, found: u64 },
    #[error("its compressed data is broken")]
    Zlib,
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("a name is not UTF-8")]
    Utf8,
    #[error("it refers to text {0}, which it does not hold")]
    Text(u64),
    #[error("its lists of nodes differ in length")]
    Uneven,
}

/// The tags of a node or way.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'a> {
    strings: &'a [&'a str],
    pairs: &'a [[u32; 2]],
}

impl<'a> Tags<'a> {
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        let strings = self.strings;
        self.pairs.iter().map(move |&[key, value]| (strings[key as usize], strings[value as usize]))
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.iter().find_map(|(found, value)| (found == key).then_some(value))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// Takes the contents of an extract in the order of the file.
pub trait Sink {
    /// Coordinates in units of 10⁻⁷ degrees; they may lie off the earth in a damaged file.
    fn node(&mut self, id: i64, lon: i64, lat: i64, tags: Tags<'_>);
    /// `nodes` may name nodes that the extract does not hold.
    fn way(&mut self, id: i64, nodes: &[i64], tags: Tags<'_>);
}

/// What a file held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    pub blocks: u64,
    pub nodes: u64,
    pub ways: u64,
}

/// Reads a whole extract into `sink`. On an error the sink holds a part only: drop it.
///
/// # Errors
/// When the file is no extract, is damaged, or passes the limits.
pub fn read(input: impl Read, limits: Limits, sink: &mut impl Sink) -> Result<Contents, PbfError> {
    let mut reader = Reader {
        input,
        at: 0,
        limits,
        contents: Contents::default(),
        references: 0,
        body: Vec::new(),
        unpacked: Vec::new(),
    };
    reader.run(sink)?;
    Ok(reader.contents)
}

struct Reader<R> {
    input: R,
    at: u64,
    limits: Limits,
    contents: Contents,
    references: u64,
    body: Vec<u8>,
    unpacked: Vec<u8>,
}

impl<R: Read> Reader<R> {
    fn run(&mut self, sink: &mut impl Sink) -> Result<(), PbfError> {
        loop {
            let start = self.at;
            let mut size = [0u8; 4];
            let got = self.fill(&mut size)?;
            if got == 0 && self.contents.blocks > 0 {
                return Ok(());
            }
            let header_size = u32::from_be_bytes(size);
            let first = self.contents.blocks == 0;
            if first && (got < 4 || header_size > HEADER_MAX) {
                return Err(PbfError::NotPbf);
            }
            if got < 4 {
                return Err(PbfError::Truncated { at: start });
            }
            let damaged = |what: Damage| PbfError::Damaged { at: start, what };
            if header_size > HEADER_MAX {
                return Err(damaged(Damage::HeaderSize(header_size)));
            }
            self.take(u64::from(header_size), start).map_err(|error| {
                if first && matches!(error, PbfError::Truncated { .. }) { PbfError::NotPbf } else { error }
            })?;
            let (kind, body_size) = match block_header(&self.body) {
                Err(_) if first => return Err(PbfError::NotPbf),
                other => other.map_err(damaged)?,
            };
            if first && kind != Kind::Header {
                return Err(PbfError::NotPbf);
            }
            if body_size > BODY_MAX {
                return Err(damaged(Damage::BodySize(body_size)));
            }
            self.take(body_size, start)?;
            self.contents.blocks += 1;
            if kind == Kind::Other {
                continue;
            }
            let blob = blob(&self.body, &mut self.unpacked).map_err(|error| error.at(start))?;
            match kind {
                Kind::Header => check_features(blob).map_err(|error| error.at(start))?,
                Kind::Data => {
                    let mut block = Block {
                        limits: self.limits,
                        contents: &mut self.contents,
                        references: &mut self.references,
                    };
                    block.read(blob, sink).map_err(|error| error.at(start))?;
                }
                Kind::Other => {}
            }
        }
    }

    /// Reads until `buffer` is full or the file ends.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, PbfError> {
        let mut got = 0;
        while got < buffer.len() {
            match self.input.read(&mut buffer[got..]) {
                Ok(0) => break,
                Ok(read) => got += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => return Err(PbfError::Read { at: self.at, source }),
            }
        }
        self.at += got as u64;
        Ok(got)
    }

    /// Reads `size` bytes into `self.body`. Memory grows with what is there, not with what is claimed.
    fn take(&mut self, size: u64, start: u64) -> Result<(), PbfError> {
        self.body.clear();
        let got = (&mut self.input)
            .take(size)
            .read_to_end(&mut self.body)
            .map_err(|source| PbfError::Read { at: start, source })?;
        self.at += got as u64;
        if (got as u64) < size { Err(PbfError::Truncated { at: self.at }) } else { Ok(()) }
    }
}

/// An error inside a block, before it is known where the block lies.
enum Inner {
    Damage(Damage),
    Compression(&'static str),
    Feature(String),
    TooLarge { what: &'static str, limit: u64 },
}

impl Inner {
    fn at(self, at: u64) -> PbfError {
        match self {
            Self::Damage(what) => PbfError::Damaged { at, what },
            Self::Compression(method) => PbfError::Compression { at, method },
            Self::Feature(feature) => PbfError::Feature { feature },
            Self::TooLarge { what, limit } => PbfError::TooLarge { what, limit },
        }
    }
}

impl<E: Into<Damage>> From<E> for Inner {
    fn from(error: E) -> Self {
        Self::Damage(error.into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Header,
    Data,
    /// The format asks readers to pass over what they do not know.
    Other,
}

fn block_header(message: &[u8]) -> Result<(Kind, u64), Damage> {
    let (mut kind, mut size) = (None, None);
    for field in Fields::new(message) {
        match field? {
            (1, value) => {
                kind = value.bytes().map(|name| match name {
                    b"OSMHeader" => Kind::Header,
                    b"OSMData" => Kind::Data,
                    _ => Kind::Other,
                });
            }
            (3, value) => size = value.number(),
            _ => {}
        }
    }
    Ok((kind.ok_or(Damage::Missing("type"))?, size.ok_or(Damage::Missing("size"))?))
}

/// Unpacks a blob.
fn blob<'a>(message: &'a [u8], unpacked: &'a mut Vec<u8>) -> Result<&'a [u8], Inner> {
    let mut stated = None;
    let mut zlib = None;
    for field in Fields::new(message) {
        match field? {
            (1, value) => return value.bytes().ok_or(Damage::Missing("data").into()),
            (2, value) => stated = value.number(),
            (3, value) => zlib = value.bytes(),
            (4, _) => return Err(Inner::Compression("lzma")),
            (5, _) => return Err(Inner::Compression("bzip2")),
            (6, _) => return Err(Inner::Compression("lz4")),
            (7, _) => return Err(Inner::Compression("zstd")),
            _ => {}
        }
    }
    let (Some(zlib), Some(stated)) = (zlib, stated) else { return Err(Damage::Missing("data").into()) };
    if stated > BODY_MAX {
        return Err(Damage::BodySize(stated).into());
    }
    unpacked.clear();
    // One byte more than stated is enough to find out that there is more.
    ZlibDecoder::new(zlib).take(stated + 1).read_to_end(unpacked).map_err(|_| Damage::Zlib)?;
    let found = unpacked.len() as u64;
    if found == stated { Ok(unpacked) } else { Err(Damage::Unpacked { stated, found }.into()) }
}

fn check_features(message: &[u8]) -> Result<(), Inner> {
    for field in Fields::new(message) {
        if let (4, value) = field? {
            let feature = value.bytes().unwrap_or_default();
            if !matches!(feature, b"OsmSchema-V0.6" | b"DenseNodes") {
                let text = String::from_utf8_lossy(feature);
                return Err(Inner::Feature(text.chars().take(60).collect()));
            }
        }
    }
    Ok(())
}

struct Block<'c> {
    limits: Limits,
    contents: &'c mut Contents,
    references: &'c mut u64,
}

/// How a block packs its coordinates, in nanodegrees.
#[derive(Clone, Copy)]
struct Grid {
    step: i64,
    lon: i64,
    lat: i64,
}

impl Grid {
    /// Nanodegrees rounded to 10⁻⁷ degrees. Saturates: what does not fit is off the earth anyway.
    fn lon(self, packed: i64) -> i64 {
        self.lon.saturating_add(self.step.saturating_mul(packed)).saturating_add(50).div_euclid(100)
    }

    fn lat(self, packed: i64) -> i64 {
        self.lat.saturating_add(self.step.saturating_mul(packed)).saturating_add(50).div_euclid(100)
    }
}

impl Block<'_> {
    fn read(&mut self, message: &[u8], sink: &mut impl Sink) -> Result<(), Inner> {
        let mut table: &[u8] = &[];
        let mut grid = Grid { step: 100, lon: 0, lat: 0 };
        for field in Fields::new(message) {
            match field? {
                (1, value) => table = value.bytes().ok_or(Damage::Missing("texts"))?,
                (17, value) => grid.step = value.number().unwrap_or(100) as i64,
                (19, value) => grid.lat = value.number().unwrap_or(0) as i64,
                (20, value) => grid.lon = value.number().unwrap_or(0) as i64,
                _ => {}
            }
        }
        let mut strings = Vec::new();
        for field in Fields::new(table) {
            if let (1, value) = field? {
                let bytes = value.bytes().ok_or(Damage::Missing("text"))?;
                strings.push(std::str::from_utf8(bytes).map_err(|_| Damage::Utf8)?);
            }
        }
        for field in Fields::new(message) {
            let (2, value) = field? else { continue };
            for entry in Fields::new(value.bytes().ok_or(Damage::Missing("group"))?) {
                match entry? {
                    (1, value) => {
                        self.node(value.bytes().unwrap_or_default(), grid, &strings, sink)?;
                    }
                    (2, value) => {
                        self.dense(value.bytes().unwrap_or_default(), grid, &strings, sink)?;
                    }
                    (3, value) => self.way(value.bytes().unwrap_or_default(), &strings, sink)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn count_node(&mut self) -> Result<(), Inner> {
        self.contents.nodes += 1;
        if self.contents.nodes > self.limits.nodes {
            return Err(Inner::TooLarge { what: "nodes", limit: self.limits.nodes });
        }
        Ok(())
    }

    fn node(
        &mut self,
        message: &[u8],
        grid: Grid,
        strings: &[&str],
        sink: &mut impl Sink,
    ) -> Result<(), Inner> {
        let (mut id, mut lon, mut lat) = (None, None, None);
        let (mut keys, mut values) = (Packed::default(), Packed::default());
        for field in Fields::new(message) {
            match field? {
                (1, value) => id = value.number().map(zigzag),
                (2, value) => keys = Packed::new(value.bytes().unwrap_or_default()),
                (3, value) => values = Packed::new(value.bytes().unwrap_or_default()),
                (8, value) => lat = value.number().map(zigzag),
                (9, value) => lon = value.number().map(zigzag),
                _ => {}
            }
        }
        let (Some(id), Some(lon), Some(lat)) = (id, lon, lat) else {
            return Err(Damage::Missing("id or position of a node").into());
        };
        self.count_node()?;
        let pairs = pairs(keys, values, strings)?;
        sink.node(id, grid.lon(lon), grid.lat(lat), Tags { strings, pairs: &pairs });
        Ok(())
    }

    fn dense(
        &mut self,
        message: &[u8],
        grid: Grid,
        strings: &[&str],
        sink: &mut impl Sink,
    ) -> Result<(), Inner> {
        let [mut ids, mut lats, mut lons, mut texts] = [Packed::default(); 4];
        for field in Fields::new(message) {
            let (number, value) = field?;
            let list = match number {
                1 => &mut ids,
                8 => &mut lats,
                9 => &mut lons,
                10 => &mut texts,
                _ => continue,
            };
            *list = Packed::new(value.bytes().unwrap_or_default());
        }
        let (mut lats, mut lons) = (lats.deltas(), lons.deltas());
        let mut pairs: Vec<[u32; 2]> = Vec::new();
        for id in ids.deltas() {
            let (Some(lat), Some(lon)) = (lats.next(), lons.next()) else {
                return Err(Damage::Uneven.into());
            };
            pairs.clear();
            while let Some(key) = texts.next() {
                let key = key?;
                if key == 0 {
                    break;
                }
                let value = texts.next().ok_or(Damage::Uneven)??;
                pairs.push([text(key, strings)?, text(value, strings)?]);
            }
            self.count_node()?;
            sink.node(id?, grid.lon(lon?), grid.lat(lat?), Tags { strings, pairs: &pairs });
        }
        if lats.next().is_some() || lons.next().is_some() { Err(Damage::Uneven.into()) } else { Ok(()) }
    }

    fn way(&mut self, message: &[u8], strings: &[&str], sink: &mut impl Sink) -> Result<(), Inner> {
        let mut id = None;
        let [mut keys, mut values, mut nodes] = [Packed::default(); 3];
        for field in Fields::new(message) {
            match field? {
                (1, value) => id = value.number(),
                (2, value) => keys = Packed::new(value.bytes().unwrap_or_default()),
                (3, value) => values = Packed::new(value.bytes().unwrap_or_default()),
                (8, value) => nodes = Packed::new(value.bytes().unwrap_or_default()),
                _ => {}
            }
        }
        let id = id.ok_or(Damage::Missing("id of a way"))? as i64;
        let nodes = nodes.deltas().collect::<Result<Vec<_>, _>>()?;
        self.contents.ways += 1;
        *self.references += nodes.len() as u64;
        if *self.references > self.limits.references {
            return Err(Inner::TooLarge { what: "node references", limit: self.limits.references });
        }
        let pairs = pairs(keys, values, strings)?;
        sink.way(id, &nodes, Tags { strings, pairs: &pairs });
        Ok(())
    }
}

fn text(index: u64, strings: &[&str]) -> Result<u32, Damage> {
    match u32::try_from(index) {
        Ok(short) if (short as usize) < strings.len() => Ok(short),
        _ => Err(Damage::Text(index)),
    }
}

fn pairs(keys: Packed<'_>, mut values: Packed<'_>, strings: &[&str]) -> Result<Vec<[u32; 2]>, Damage> {
    let mut pairs = Vec::new();
    for key in keys {
        let value = values.next().ok_or(Damage::Uneven)??;
        pairs.push([text(key?, strings)?, text(value, strings)?]);
    }
    if values.next().is_some() { Err(Damage::Uneven) } else { Ok(pairs) }
}
