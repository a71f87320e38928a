//! Maps, networks and gazetteers.

use std::io::{Cursor, Read, Write};

use app::place::layer::Content;
use domain::boundary::Boundary;
use domain::facility::{entrances_text, parse_entrances};
use domain::layer::LayerKind;
use exchange::network_csv::Nodes;
use exchange::osm_pbf::{self, Limits, Sink, Tags};
use exchange::siting_csv::{Costs, Demand, Sites};
use exchange::{geojson, places_csv, shapefile};
use fuzz::{Target, Wrapping, campaign, magnitude, shape};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::told;

/// A protocol buffers field of bytes, or of a number.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
    out
}

fn block(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let blob = field(1, content);
    let mut header = field(1, kind);
    header.push(3 << 3);
    let mut size = blob.len();
    while size >= 0x80 {
        header.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    header.push(size as u8);
    [&(header.len() as u32).to_be_bytes()[..], &header, &blob].concat()
}

/// An extract of one block with this content.
fn extract(content: &[u8]) -> Vec<u8> {
    let features = [field(4, b"OsmSchema-V0.6"), field(4, b"DenseNodes")].concat();
    [block(b"OSMHeader", &features), block(b"OSMData", content)].concat()
}

/// Texts, three dense nodes, a single one and a way.
fn content() -> Vec<u8> {
    let texts =
        ["", "highway", "residential", "shop", "bakery"].map(|text| field(1, text.as_bytes())).concat();
    let dense = [
        field(1, &[20, 2, 4]),
        field(8, &[0xc0, 0x84, 0x3d, 2, 4]),
        field(9, &[0x80, 0x89, 0x7a, 2, 4]),
        field(10, &[0, 3, 4, 0, 0]),
    ];
    let single = [vec![8, 7], field(2, &[3]), field(3, &[4]), vec![64, 2, 72, 3]].concat();
    let way = [vec![8, 77], field(2, &[1]), field(3, &[2]), field(8, &[20, 2, 0x80, 1])].concat();
    let group = [field(2, &dense.concat()), field(1, &single), field(3, &way)].concat();
    [field(1, &texts), field(2, &group)].concat()
}

#[derive(Default)]
struct Count {
    nodes: usize,
    ways: usize,
    tags: usize,
}

impl Sink for Count {
    fn node(&mut self, _: i64, _: i64, _: i64, tags: Tags<'_>) {
        self.nodes += 1;
        self.tags += tags.iter().count();
    }

    fn way(&mut self, _: i64, nodes: &[i64], tags: Tags<'_>) {
        self.ways += nodes.len();
        self.tags += tags.iter().count();
    }
}

#[test]
fn map_extract() {
    campaign(&Target {
        name: "osm_pbf",
        seeds: vec![content()],
        tokens: &["\x0a\x7f", "\x12\x02", "\x7f\x7f\x7f", "OSMData", "\x22\x00"],
        wrapping: Wrapping::Packed(extract),
        read: |bytes| {
            let mut count = Count::default();
            let answer = osm_pbf::read(bytes, Limits::default(), &mut count);
            Ok(told(&answer, |_| [count.nodes, count.ways, count.tags].map(magnitude).join(" ")))
        },
    });
}

#[test]
fn geo_json() {
    const FEATURES: &str = "{\"type\":\"FeatureCollection\",\"features\":[\
        {\"type\":\"Feature\",\"id\":1,\"properties\":{\"name\":\"天通苑\"},\"geometry\":{\"type\":\"Polygon\",\
        \"coordinates\":[[[116.3,40.0],[116.4,40.0],[116.4,40.1],[116.3,40.0]]]}},\
        {\"type\":\"Feature\",\"properties\":null,\"geometry\":{\"type\":\"MultiLineString\",\
        \"coordinates\":[[[116.3,40.0],[116.4,40.0,5]]]}},\
        {\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[116,40]}}]}";
    campaign(&Target {
        name: "geojson",
        seeds: vec![FEATURES.into()],
        tokens: &[
            "[",
            "{",
            "]",
            "}",
            "null",
            "Polygon",
            "MultiPolygon",
            "MultiPoint",
            "GeometryCollection",
            "Feature",
            "crs",
            "1e999",
            "-181",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| Ok(told(&geojson::read(bytes), |found| magnitude(found.len()).to_owned())),
    });
}

/// The parts of the samples, one behind the other, each with its length in front: what is between is damaged, and packed
/// again.
fn apart(archive: &[u8]) -> Vec<u8> {
    let mut parts = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut out = Vec::new();
    for ending in ENDINGS {
        let mut bytes = Vec::new();
        let at = (0..parts.len()).find(|at| {
            let name = parts.name_for_index(*at).and_then(Result::ok);
            name.is_some_and(|name| name.ends_with(ending) && !name.contains("._"))
        });
        if let Some(at) = at {
            parts.by_index(at).unwrap().read_to_end(&mut bytes).unwrap();
        }
        out.extend_from_slice(&(bytes.len() as u16).to_be_bytes());
        out.extend_from_slice(&bytes);
    }
    out
}

const ENDINGS: [&str; 4] = [".shp", ".dbf", ".prj", ".cpg"];

/// Parts packed as one shapefile.
fn packed(content: &[u8]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let mut rest = content;
    for ending in ENDINGS {
        let Some((length, more)) = rest.split_at_checked(2) else { break };
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).min(more.len());
        let (own, more) = more.split_at(length);
        rest = more;
        out.start_file(format!("a{ending}"), SimpleFileOptions::default()).unwrap();
        out.write_all(own).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn shape_file() {
    let samples: [&[u8]; 2] = [
        include_bytes!("../../../crates/exchange/samples/points.zip"),
        include_bytes!("../../../crates/exchange/samples/polygons.zip"),
    ];
    campaign(&Target {
        name: "shapefile",
        seeds: samples.map(apart).to_vec(),
        tokens: &[
            "\u{0}\u{0}\u{27}\u{a}",
            "\u{5}\u{0}\u{0}\u{0}",
            "\u{f}\u{0}\u{0}\u{0}",
            "\u{1f}\u{0}\u{0}\u{0}",
            "\u{7f}\u{7f}\u{7f}\u{7f}",
            "PROJCS[\"",
            "GEOGCS[\"WGS 84\"",
            "GBK",
            "65001",
            "ISO-8859-5",
        ],
        wrapping: Wrapping::Packed(packed),
        read: |bytes| {
            let read = shapefile::read(bytes, &exchange::sheet::Limits::default());
            Ok(told(&read, |found| magnitude(found.len()).to_owned()))
        },
    });
}

/// The content of a layer is read as if a stranger had written it.
#[test]
fn layer_content() {
    const RESIDENCES: &str = "{\"residences\":{\"homes\":[{\"code\":\"A\",\"community\":\"hlg\",\
        \"at\":{\"longitude\":116336200,\"latitude\":40070200},\"people\":9,\"aged\":[[\"3-5\",4]]}]}}";
    const NETWORK: &str = "{\"network\":{\"nodes\":[[1163300000,400700000],[1163400000,400700000]],\
        \"links\":[[0,1,850000]],\"one_way\":[0]}}";
    const PARCELS: &str = "{\"parcels\":{\"parcels\":[{\"code\":\"P\",\
        \"at\":{\"longitude\":116336200,\"latitude\":40070200},\"square_metres\":900,\"kinds\":[\"park\"]}]}}";
    const BASE: &str = "{\"base_map\":{\"features\":[{\"kind\":\"railway\",\"shape\":{\"lines\":[[\
        {\"longitude\":116336200,\"latitude\":40070200},{\"longitude\":116346200,\"latitude\":40070200}]]}}]}}";
    campaign(&Target {
        name: "layer_content",
        seeds: [RESIDENCES, NETWORK, PARCELS, BASE].map(|text| text.as_bytes().to_vec()).to_vec(),
        tokens: &[
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "null",
            "-1",
            "4294967296",
            "2147483647",
            "1e9",
            "\"A\"",
            "\"3-5\"",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let mut out = Vec::new();
            for kind in LayerKind::ALL {
                let read = Content::decode(bytes, kind);
                if let Ok(held) = &read {
                    let again =
                        held.encode().map_err(|error| format!("{error}: what was read is not written"))?;
                    if Content::decode(&again, kind).ok().as_ref() != Some(held) {
                        return Err("what was written is read back otherwise".to_owned());
                    }
                    if let Content::Network(ways) = held {
                        let _ = ways.walk();
                    }
                }
                out.push(told(&read, |_| kind.as_str().to_owned()));
            }
            Ok(out.join(" "))
        },
    });
}

#[test]
fn boundary() {
    campaign(&Target {
        name: "boundary",
        seeds: vec![
            b"POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))".to_vec(),
            b"MULTIPOLYGON (((116.3 40, 116.4 40, 116.4 40.1, 116.3 40)), ((5 5, 9 5, 9 9.25, 5 5)))"
                .to_vec(),
        ],
        tokens: &[
            "(",
            ")",
            ",",
            " ",
            "POLYGON",
            "MULTIPOLYGON",
            "EMPTY",
            "-180",
            "90",
            "1e9",
            "NaN",
            "0.0000001",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let read = Boundary::parse(&String::from_utf8_lossy(bytes));
            if let Ok(held) = &read {
                if Boundary::parse(&held.to_wkt()).as_ref() != Ok(held) {
                    return Err(format!("{} is read back otherwise", held.to_wkt()));
                }
                held.middle();
                held.crosses_itself();
            }
            Ok(told(&read, |held| magnitude(held.rings().count()).to_owned()))
        },
    });
}

#[test]
fn entrances() {
    campaign(&Target {
        name: "entrances",
        seeds: vec![
            b"116.3362 40.0702; 116.3371,40.0711\n-116 -40".to_vec(),
            b"MULTIPOINT ((116.3362 40.0702), (116.3371 40.0711))".to_vec(),
        ],
        tokens: &[
            "(",
            ")",
            ",",
            ";",
            "\n",
            " ",
            "MULTIPOINT",
            "-180",
            "90",
            "1e9",
            "NaN",
            "\u{ff1b}",
            "\u{ff0c}",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let read = parse_entrances(&String::from_utf8_lossy(bytes));
            if let Ok(points) = &read
                && parse_entrances(&entrances_text(points.iter().copied())).as_ref() != Ok(points)
            {
                return Err(format!("{points:?} are read back otherwise"));
            }
            Ok(told(&read, |points| magnitude(points.len()).to_owned()))
        },
    });
}

#[test]
fn network() {
    campaign(&Target {
        name: "network",
        seeds: vec![
            b"id,lon,lat,node,category,weight,u,v,length_m,oneway\n1,116.3,40,1,shop,2.5,1,1,10,no\n2.0,1,1,1,park,3,1,2.0,0.5,yes\n".to_vec(),
            b"node,category,weight,u,v,length\na,shop,1,a,b,1\nb,park,2e3,b,a,2\n".to_vec(),
        ],
        tokens: &[",", "\n", "\"", "1.0", "4294967.295", "4294967296", "0.0000001", "1e12", "yes", "inf", "-0"],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let nodes = Nodes::read(bytes);
            // The same table serves for all: every column has its place in it.
            let Ok(nodes) = nodes else { return Ok(told(&nodes, |_| String::new())) };
            let named: Vec<_> = (0..nodes.len()).map(|node| nodes.name(node).len()).collect();
            let edges = told(&nodes.read_edges(bytes), |edges| magnitude(edges.len()).to_owned());
            let facilities = told(&nodes.read_facilities(bytes), |found| magnitude(found.nodes.len()).to_owned());
            let weights = told(&nodes.read_weights(bytes), |found| magnitude(found.rows.len()).to_owned());
            Ok([magnitude(named.len()), &edges, &facilities, &weights].join(" "))
        },
    });
}

#[test]
fn siting() {
    campaign(&Target {
        name: "siting",
        seeds: vec![
            b"1,2.5,inf\n,4294967,0\n".to_vec(),
            b"node,w,cost,fixed\na,12.5,100,no\nb,0.000001,1e3,yes\n".to_vec(),
        ],
        tokens: &[",", "\n", "\"", "nan", "inf", "1e12", "0.0000001", "yes", "4294967.295"],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let costs = told(&Costs::read(bytes), |costs| magnitude(costs.rows).to_owned());
            let demand = told(&Demand::read(bytes), |demand| magnitude(demand.names.len()).to_owned());
            let sites = told(&Sites::read(bytes), |sites| magnitude(sites.sites.len()).to_owned());
            Ok([costs, demand, sites].join(" "))
        },
    });
}

#[test]
fn gazetteer() {
    campaign(&Target {
        name: "places",
        seeds: vec!["id,name,aliases,parent\n1,天通苑,天通苑社区|天通,\n2,天通苑北,,天通苑\n".into()],
        tokens: &["name", "名称", "地名", "aliases", "|", "、", ",", "\"", "\n"],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let rows = places_csv::read_places(bytes);
            let Ok(rows) = rows else { return Ok(told(&rows, |_| String::new())) };
            let places: Vec<text::places::Place> = rows
                .into_iter()
                .map(|row| text::places::Place {
                    id: row.id,
                    name: row.name,
                    aliases: row.aliases,
                    parent: row.parent,
                })
                .collect();
            Ok(match text::places::Gazetteer::new(places) {
                Ok(gazetteer) => {
                    let found = gazetteer.finder().find(&String::from_utf8_lossy(bytes));
                    magnitude(found.len()).to_owned()
                }
                Err(error) => shape(&error),
            })
        },
    });
}
