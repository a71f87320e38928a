//! Maps, networks and gazetteers.

use domain::boundary::Boundary;
use exchange::network_csv::Nodes;
use exchange::osm_pbf::{self, Limits, Sink, Tags};
use exchange::siting_csv::{Costs, Demand, Sites};
use exchange::{geojson, places_csv};
use fuzz::{Target, Wrapping, campaign, magnitude, shape};

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
            }
            Ok(told(&read, |held| magnitude(held.rings().count()).to_owned()))
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
