//! Map extracts: a small one written by hand is read back, and none of its damaged forms brings the
//! reader down or past its limits.

use std::io::Write;

use exchange::osm_pbf::{Contents, Damage, Limits, PbfError, Sink, Tags, read};
use flate2::{Compression, write::ZlibEncoder};
use proptest::prelude::*;

/// Writes protocol buffers.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn packed(self, field: u64, values: &[u64]) -> Self {
        let mut list = Self::default();
        for &value in values {
            list.varint(value);
        }
        self.bytes(field, &list.0)
    }
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn deltas(values: &[i64]) -> Vec<u64> {
    let mut last = 0;
    values.iter().map(|&value| zigzag(value - std::mem::replace(&mut last, value))).collect()
}

fn block(kind: &str, content: &[u8], zlib: bool) -> Vec<u8> {
    let blob = if zlib {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        Message::default().number(2, content.len() as u64).bytes(3, &encoder.finish().unwrap())
    } else {
        Message::default().bytes(1, content)
    };
    wrap(kind, &blob.0)
}

fn wrap(kind: &str, blob: &[u8]) -> Vec<u8> {
    let header = Message::default().bytes(1, kind.as_bytes()).number(3, blob.len() as u64);
    let mut bytes = (header.0.len() as u32).to_be_bytes().to_vec();
    bytes.extend(header.0);
    bytes.extend(blob);
    bytes
}

fn header() -> Vec<u8> {
    let features = Message::default().bytes(4, b"OsmSchema-V0.6").bytes(4, b"DenseNodes");
    block("OSMHeader", &features.0, true)
}

fn data(zlib: bool) -> Vec<u8> {
    let texts = ["", "highway", "residential", "shop", "bakery"];
    let table = texts.iter().fold(Message::default(), |table, text| table.bytes(1, text.as_bytes()));
    let dense = Message::default()
        .packed(1, &deltas(&[10, 11, 13]))
        .packed(8, &deltas(&[400_700_000, 400_710_000, -5]))
        .packed(9, &deltas(&[1_163_000_000, 1_163_100_000, 7]))
        .packed(10, &[0, 3, 4, 0, 0]);
    let single = Message::default()
        .number(1, zigzag(-4))
        .packed(2, &[3])
        .packed(3, &[4])
        .number(8, zigzag(1))
        .number(9, zigzag(-2));
    let way =
        Message::default().number(1, 77).packed(2, &[1]).packed(3, &[2]).packed(8, &deltas(&[10, 11, 99]));
    let group = Message::default().bytes(2, &dense.0).bytes(1, &single.0).bytes(3, &way.0);
    let block_content = Message::default().bytes(1, &table.0).bytes(2, &group.0);
    block("OSMData", &block_content.0, zlib)
}

fn extract() -> Vec<u8> {
    [header(), data(true), block("Unheard-of", b"??", false), data(false)].concat()
}

#[derive(Debug, Default, PartialEq)]
struct Collect {
    nodes: Vec<(i64, i64, i64, Option<String>)>,
    ways: Vec<(i64, Vec<i64>, Option<String>)>,
}

impl Sink for Collect {
    fn node(&mut self, id: i64, lon: i64, lat: i64, tags: Tags<'_>) {
        self.nodes.push((id, lon, lat, tags.get("shop").map(str::to_owned)));
    }

    fn way(&mut self, id: i64, nodes: &[i64], tags: Tags<'_>) {
        self.ways.push((id, nodes.to_vec(), tags.get("highway").map(str::to_owned)));
    }
}

fn load(bytes: &[u8]) -> Result<(Contents, Collect), PbfError> {
    let mut collect = Collect::default();
    read(bytes, Limits { nodes: 1000, references: 1000 }, &mut collect).map(|contents| (contents, collect))
}

#[test]
fn reads_dense_and_single_nodes_and_ways() {
    let (contents, found) = load(&extract()).unwrap();
    assert_eq!(contents, Contents { blocks: 4, nodes: 8, ways: 2 });
    let bakery = Some("bakery".to_owned());
    assert_eq!(
        found.nodes[..4],
        [
            (10, 1_163_000_000, 400_700_000, None),
            (11, 1_163_100_000, 400_710_000, bakery.clone()),
            (13, 7, -5, None),
            (-4, -2, 1, bakery),
        ]
    );
    assert_eq!(found.ways[0], (77, vec![10, 11, 99], Some("residential".to_owned())));
}

#[test]
fn names_what_is_wrong() {
    let message = |bytes: &[u8]| load(bytes).unwrap_err().to_string();
    assert!(matches!(load(b""), Err(PbfError::NotPbf)));
    assert!(matches!(load(b"<?xml version=\"1.0\"?><osm/>"), Err(PbfError::NotPbf)));
    assert!(matches!(load(&data(true)), Err(PbfError::NotPbf)));
    let whole = extract();
    let cut = &whole[..whole.len() - 3];
    assert_eq!(message(cut), format!("the file breaks off at byte {}: download or copy it again", cut.len()));
    let future = block("OSMHeader", &Message::default().bytes(4, b"HistoricalInformation").0, false);
    assert!(message(&future).contains("`HistoricalInformation`"));
    let zstd = [header(), wrap("OSMData", &Message::default().bytes(7, b"x").0)].concat();
    assert!(message(&zstd).contains("zstd"));
}

#[test]
fn a_small_block_that_unpacks_to_more_than_it_says_is_refused() {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    let packed = encoder.finish().unwrap();
    for stated in [16, 40 << 20] {
        let bomb = Message::default().number(2, stated).bytes(3, &packed);
        let error = load(&[header(), wrap("OSMData", &bomb.0)].concat()).unwrap_err();
        let PbfError::Damaged { what: Damage::Unpacked { .. } | Damage::BodySize(_), .. } = error else {
            panic!("{error}");
        };
    }
}

#[test]
fn counts_past_the_limits_are_refused() {
    let mut collect = Collect::default();
    let error = read(&extract()[..], Limits { nodes: 5, references: 100 }, &mut collect).unwrap_err();
    assert_eq!(error.to_string(), "the file has more than 5 nodes: cut it to the area of the plan");
    let error = read(&extract()[..], Limits { nodes: 50, references: 4 }, &mut Collect::default());
    assert!(error.unwrap_err().to_string().contains("node references"));
}

#[test]
fn every_cut_is_an_error_or_ends_between_blocks() {
    let whole = extract();
    let lengths = [header(), data(true), block("Unheard-of", b"??", false), data(false)].map(|b| b.len());
    let ends: Vec<usize> = lengths
        .iter()
        .scan(0, |sum, length| {
            *sum += length;
            Some(*sum)
        })
        .collect();
    for cut in 0..whole.len() {
        assert_eq!(load(&whole[..cut]).is_ok(), ends.contains(&cut), "{cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn damaged_files_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        // Uncompressed, so that changes reach the contents.
        let mut bytes = [header(), data(false)].concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((contents, found)) = load(&bytes) {
            prop_assert_eq!(contents.nodes as usize, found.nodes.len());
            prop_assert_eq!(contents.ways as usize, found.ways.len());
        }
    }

    #[test]
    fn noise_never_panics(mut noise in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = load(&noise);
        let mut bytes = header();
        bytes.append(&mut noise.clone());
        let _ = load(&bytes);
        let _ = load(&[header(), block("OSMData", &noise, false)].concat());
        noise.truncate(40);
        let _ = load(&[header(), wrap("OSMData", &noise)].concat());
    }
}
