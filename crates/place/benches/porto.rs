//! Speed on the merged and the raw walking network of Porto and on siting instances drawn from it, with
//! peers in the same run where a Python that has them is named.
//!
//! ```text
//! HUITIAN_SHARED=../shared PLACE_PEERS_PYTHON=/path/to/python cargo bench -p place
//! ```
//!
//! Without the shared data the bench says so and ends. Every figure is the best of several runs.

#![allow(clippy::unwrap_used)]

use std::{
    fs::File,
    hint::black_box,
    io::BufReader,
    num::NonZeroUsize,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use exchange::{
    network_csv::Nodes,
    osm_pbf::{self, Limits, Sink, Tags},
    siting_csv::{Costs, Demand, Sites},
};
use place::{
    access::{AccessLeg, KindAccess},
    distance,
    effect::Home,
    missing,
    nearest::{NearestLists, NearestMap, Seed},
    network::{Direction, Link, Network},
    overlay::{Attach, LinkChange, NewLink, Overlay},
    point::Point,
    profile::Profile,
    siting::{Control, Instance, Model, Selection, Site},
    streets::{StreetBuilder, Streets},
    sums::{Weights, sums_within},
};

const LIMIT: u32 = 1_200_000;

fn main() {
    let Some(data) = scratch::shared_data("data/place") else { return };
    let streets = import(&data);
    let one = NonZeroUsize::MIN;
    let two = NonZeroUsize::new(2).unwrap();
    let merged = merged(&data, one, two);
    changes(&merged);
    let raw = streets.network().unwrap();
    let raw_weights = people(&raw);
    let all: Vec<_> = raw.nodes().collect();
    println!("raw network: {} nodes, {} links", raw.node_count(), raw.links().len());
    time("raw: build", 3, || streets.network().unwrap());
    time("raw: sums within 1,200 m, all nodes, 1 thread", 2, || {
        sums_within(&raw, &raw_weights, &all, LIMIT, one).unwrap()
    });
    siting(&data, &merged);
    peers(&data);
}

/// Prints the best of several runs and returns the last result.
fn time<T>(name: &str, runs: usize, mut work: impl FnMut() -> T) -> T {
    let mut best = Duration::MAX;
    let mut result = None;
    for _ in 0..runs {
        let start = Instant::now();
        let made = black_box(work());
        best = best.min(start.elapsed());
        result = Some(made);
    }
    println!("{name:<58}{:>12.3} ms", best.as_secs_f64() * 1e3);
    result.unwrap()
}

#[derive(Default)]
struct Walk(StreetBuilder);

impl Sink for Walk {
    fn node(&mut self, id: i64, lon: i64, lat: i64, _: Tags<'_>) {
        self.0.node(id, lon, lat);
    }

    fn way(&mut self, _: i64, nodes: &[i64], tags: Tags<'_>) {
        if let Some(usage) = Profile::Walk.admits(|key| tags.get(key)) {
            self.0.way(nodes, usage);
        }
    }
}

fn import(data: &Path) -> Streets {
    time("pbf to graph (Porto, 3.2 MB)", 3, || {
        let input = BufReader::new(File::open(data.join("networks/porto_portugal.osm.pbf")).unwrap());
        let mut walk = Walk::default();
        osm_pbf::read(input, Limits::default(), &mut walk).unwrap();
        let streets = walk.0.finish();
        black_box(streets.network().unwrap());
        streets
    })
}

/// The made-up weights of the check values.
fn people(network: &Network) -> Weights {
    let weight = |node| 10 + network.index(node) as u64 * 7919 % 91;
    Weights::new(network, network.nodes().map(|node| (node, weight(node)))).unwrap()
}

fn merged(data: &Path, one: NonZeroUsize, two: NonZeroUsize) -> Network {
    let open = |name: &str| File::open(data.join("networks").join(name)).unwrap();
    let nodes = Nodes::read(open("porto_portugal_simp_nodes.csv")).unwrap();
    let edges = nodes.read_edges(open("porto_portugal_simp_edges.csv")).unwrap();
    let facilities = nodes.read_facilities(open("porto_portugal_simp_poi_nodes.csv")).unwrap();
    let points: Vec<Point> = nodes.points.iter().map(|p| Point::new(p[0], p[1]).unwrap()).collect();
    let links: Vec<Link> = edges
        .iter()
        .map(|edge| Link {
            from: edge.from,
            to: edge.to,
            length: edge.millimetres,
            direction: Direction::Both,
        })
        .collect();
    let network = time("merged: build", 5, || Network::build(nodes.len(), &points, links.clone()).unwrap());
    let kinds: Vec<Vec<Seed>> = facilities
        .nodes
        .iter()
        .map(|places| {
            let seed = |(facility, &node): (usize, &u32)| Seed {
                node: network.node(node as usize).unwrap(),
                facility: facility as u32,
                distance: 0,
            };
            places.iter().enumerate().map(seed).collect()
        })
        .collect();
    time("merged: nearest, 10 kinds, 1 thread", 10, || NearestMap::sweep_kinds(&network, &kinds, LIMIT, one));
    for k in [3, 5] {
        let k = NonZeroUsize::new(k).unwrap();
        time(&format!("merged: {k} nearest, 10 kinds, 1 thread"), 5, || {
            NearestLists::sweep_kinds(&network, &kinds, LIMIT, k, one)
        });
    }
    let weights = people(&network);
    let all: Vec<_> = network.nodes().collect();
    for threads in [one, two] {
        time(&format!("merged: sums within 1,200 m, all nodes, {threads} thread(s)"), 5, || {
            sums_within(&network, &weights, &all, LIMIT, threads).unwrap()
        });
    }
    network
}

/// A new link, and the full before and after of 20,000 homes and 12 kinds.
fn changes(network: &Network) {
    let leg = |number: usize| {
        let index = number * 7919 % network.links().len();
        let link = network.link(index).unwrap();
        [AccessLeg { link, offset: network.links()[index].length / 3, leg: 5_000 }]
    };
    let kinds: Vec<Vec<[AccessLeg; 1]>> =
        (0..12).map(|kind| (0..200).map(|shop| leg(kind * 1_000 + shop * 37)).collect()).collect();
    let access: Vec<KindAccess> = kinds
        .iter()
        .map(|shops| {
            let shops = shops.iter().enumerate();
            KindAccess::new(network, shops.map(|(shop, legs)| (shop as u32, legs.as_slice())))
        })
        .collect();
    let mut maps: Vec<NearestMap> =
        access.iter().map(|access| NearestMap::sweep(network, access.seeds(), LIMIT)).collect();
    // From the doorstep of a facility to a place far away: the new link brings a whole quarter into reach.
    let near = Attach::Along { link: kinds[0][0][0].link, offset: kinds[0][0][0].offset };
    let ends = [near, Attach::Node(network.node(40_017).unwrap())];
    let link = NewLink { from: ends[0], to: ends[1], length: 50_000, direction: Direction::Both };
    let overlay =
        time("a new link: overlay", 20, || Overlay::new(network, &[LinkChange::Add(link)]).unwrap());
    let shops = kinds[0].iter().enumerate();
    let now = KindAccess::new(&overlay, shops.map(|(shop, legs)| (shop as u32, legs.as_slice())));
    time("a new link: one nearest map repaired and restored", 50, || {
        let undo = maps[0].repair(&overlay, now.seeds(), &[]);
        maps[0].undo(undo);
    });
    let undo = maps[0].repair(&overlay, now.seeds(), &[]);
    println!("    {} nodes nearer", undo.touched().count());
    maps[0].undo(undo);
    let found = time("missing links: candidates below 300 m and above 1,200 m", 2, || {
        missing::candidates(network, missing::Search::default()).unwrap()
    });
    println!("    {} candidates", found.len());
    let people: Vec<Home> =
        (0..20_000).map(|home| Home { community: 0, people: 40, legs: leg(home * 3 + 1).to_vec() }).collect();
    let everybody: Vec<u32> = people.iter().map(|home| home.people).collect();
    let near = |(access, map): (&KindAccess, &NearestMap)| -> Vec<Option<u32>> {
        let near = people.iter().map(|home| access.nearest(network, &home.legs, map));
        near.map(|near| near.map(|near| near.distance)).collect()
    };
    let before: Vec<Vec<Option<u32>>> = access.iter().zip(&maps).map(near).collect();
    let mut by_kind: Vec<missing::Kind<'_>> = access
        .iter()
        .zip(&maps)
        .zip(&before)
        .map(|((access, map), before)| missing::Kind { access, map: map.clone(), before, people: &everybody })
        .collect();
    let few = &found[..found.len().min(1_000)];
    time("missing links: 1,000 ranked for 20,000 homes, 12 kinds", 2, || {
        missing::rank(network, &[], few, &mut by_kind, &people, 20).unwrap()
    });
    let homes: Vec<_> = (0..20_000).map(|home| leg(home * 3 + 1)).collect();
    time("before and after: 20,000 homes, 12 kinds, from scratch", 5, || {
        let mut sum = 0u64;
        for access in &access {
            let map = NearestMap::sweep(network, access.seeds(), LIMIT);
            let after = NearestMap::sweep_overlay(&overlay, access.seeds(), LIMIT);
            for home in &homes {
                let near =
                    |found: Option<place::nearest::Nearest>| u64::from(found.map_or(0, |n| n.distance));
                sum += near(access.nearest(network, home, &map));
                sum += near(access.nearest(&overlay, home, &after));
            }
        }
        sum
    });
}

fn solve(name: &str, instance: &Instance, model: &Model, runs: usize) {
    let start = Instant::now();
    let solution = time(name, runs, || {
        let mut stop = || start.elapsed() > Duration::from_secs(60);
        instance.solve(model, &mut Control { nodes: u64::MAX, stop: &mut stop }).unwrap()
    });
    let state = if solution.proven { "proven" } else { "NOT proven" };
    println!("    {} (bound {}), {state}, {} nodes", solution.objective, solution.bound, solution.nodes);
}

fn all_models(size: &str, instance: &Instance, runs: usize) {
    for p in [5, 10, 20] {
        let selection = Selection { count: Some(p), budget: None };
        let model = Model::PMedian { selection, radius: None };
        solve(&format!("p-median {size}, p = {p}"), instance, &model, runs);
    }
    for p in [5, 10, 20] {
        let selection = Selection { count: Some(p), budget: None };
        let model = Model::MaxCover { selection, radius: 1_000_000, floors: vec![] };
        solve(&format!("maximal cover {size}, 1,000 m, p = {p}"), instance, &model, runs);
    }
    let model = Model::SetCover { radius: LIMIT, by_cost: false };
    solve(&format!("set cover {size}, 1,200 m"), instance, &model, runs);
    // Harder: much overlap.
    for p in [20, 50] {
        let selection = Selection { count: Some(p), budget: None };
        let model = Model::MaxCover { selection, radius: 3_000_000, floors: vec![] };
        solve(&format!("maximal cover {size}, 3,000 m, p = {p}"), instance, &model, 1);
    }
    let model = Model::SetCover { radius: 4_000_000, by_cost: false };
    solve(&format!("set cover {size}, 4,000 m"), instance, &model, 1);
    let selection = Selection { count: Some(40), budget: None };
    let model = Model::PMedian { selection, radius: None };
    solve(&format!("p-median {size}, p = 40"), instance, &model, 1);
}

fn siting(data: &Path, network: &Network) {
    let open = |part: &str| File::open(data.join(format!("oracles/loc_d500s100_{part}.csv"))).unwrap();
    let costs = Costs::read(open("cost")).unwrap();
    let demand = Demand::read(open("demand")).unwrap();
    let sites = Sites::read(open("sites")).unwrap();
    let own = vec![Site::default(); sites.sites.len()];
    all_models("500 x 100", &Instance::new(demand.weights, own, costs.millimetres).unwrap(), 5);

    // Larger ones: nodes and weights spread by a fixed rule.
    for (points, candidates) in [(2_000usize, 300usize), (5_000, 500)] {
        let node = |number: usize, step: usize| network.node(number * step % network.node_count()).unwrap();
        let origins: Vec<_> = (0..points).map(|point| node(point, 7_919)).collect();
        let places: Vec<_> = (0..candidates).map(|site| node(site + 3, 10_007)).collect();
        let weights: Vec<u64> = (0..points as u64).map(|point| 200 + point * 7_919 % 5_800).collect();
        let distances = distance::table(network, &origins, &places, u32::MAX, NonZeroUsize::MIN).concat();
        let instance = Instance::new(weights, vec![Site::default(); candidates], distances).unwrap();
        all_models(&format!("{points} x {candidates}"), &instance, 1);
    }
}

fn peers(data: &Path) {
    let Some(python) = std::env::var_os("PLACE_PEERS_PYTHON") else {
        println!("peers: set PLACE_PEERS_PYTHON to a Python with pandana, networkx and spopt to compare");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers.py");
    let status = Command::new(python).arg(script).arg(data).status();
    if !status.is_ok_and(|status| status.success()) {
        println!("peers: the script did not finish");
    }
}
