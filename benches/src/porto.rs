//! The place engine on the walking network of Porto: reading it, nearest facilities, sums within a walk, new and missing
//! links; each beside the peers that could be had. Every time is the best of several, as the peers' are.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use exchange::network_csv::Nodes;
use exchange::osm_pbf::{self, Limits, Sink, Tags};
use place::access::{AccessLeg, KindAccess};
use place::capacity::{Decay, Demand, Step, e2sfca};
use place::effect::Home;
use place::nearest::{Nearest, NearestLists, NearestMap, Seed};
use place::network::{Direction, Link, Network};
use place::overlay::{Attach, NewLink, Overlay};
use place::point::Point;
use place::profile::Profile;
use place::streets::{StreetBuilder, Streets};
use place::sums::{Weights, sums_within};
use place::{distance, missing};

use crate::alone::{self, Told};
use crate::peers::Peers;
use crate::results::{Goal, Results, millis};
use crate::siting;

/// 1,200 metres.
const LIMIT: u32 = 1_200_000;
const ONE: NonZeroUsize = NonZeroUsize::MIN;
const HOMES: usize = 20_000;
const KINDS: usize = 12;
/// Steps of the decay in millimetres; the script of the peers has the same in metres.
const DECAY: [(u32, f64); 3] = [(500_000, 1.0), (1_000_000, 0.68), (1_500_000, 0.22)];

/// What lies beside the project and not in it.
fn data() -> anyhow::Result<PathBuf> {
    scratch::shared_data("data/place").context("name the folder of shared data by HUITIAN_SHARED")
}

/// The best of several runs in milliseconds, and what the last one made.
pub fn best<T>(runs: usize, mut work: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let mut shortest = f64::INFINITY;
    let mut made = None;
    for _ in 0..runs {
        // What the run before made is gone: memory holds one at a time.
        drop(made.take());
        let begun = Instant::now();
        made = Some(black_box(work()?));
        shortest = shortest.min(millis(begun.elapsed()));
    }
    Ok((made.context("never run")?, shortest))
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

fn read_streets(data: &Path) -> anyhow::Result<Streets> {
    let file = File::open(data.join("networks/porto_portugal.osm.pbf"))?;
    let mut walk = Walk::default();
    osm_pbf::read(BufReader::new(file), Limits::default(), &mut walk)?;
    Ok(walk.0.finish())
}

/// From the file to the graph, in a process of its own.
pub fn streets(told: &mut Told) -> anyhow::Result<()> {
    let data = data()?;
    let (network, took) = best(3, || Ok(read_streets(&data)?.network()?))?;
    told.add("pbf", took);
    told.add("nodes", network.node_count() as f64);
    Ok(())
}

/// The merged network, and the facilities of ten kinds.
fn merged(data: &Path) -> anyhow::Result<(Network, Vec<Vec<Seed>>)> {
    let open = |name: &str| File::open(data.join("networks").join(format!("porto_portugal_simp_{name}.csv")));
    let nodes = Nodes::read(open("nodes")?)?;
    let edges = nodes.read_edges(open("edges")?)?;
    let facilities = nodes.read_facilities(open("poi_nodes")?)?;
    let points = nodes.points.iter().map(|p| Point::new(p[0], p[1]).context("a point off the earth"));
    let points = points.collect::<anyhow::Result<Vec<_>>>()?;
    let link = |edge: &exchange::network_csv::Edge| Link {
        from: edge.from,
        to: edge.to,
        length: edge.millimetres,
        direction: Direction::Both,
    };
    let network = Network::build(nodes.len(), &points, edges.iter().map(link).collect())?;
    let mut kinds = Vec::new();
    for places in &facilities.nodes {
        let mut seeds = Vec::new();
        for (facility, &node) in places.iter().enumerate() {
            let node = network.node(node as usize).context("a facility at no node")?;
            seeds.push(Seed { node, facility: u32::try_from(facility)?, distance: 0 });
        }
        kinds.push(seeds);
    }
    Ok((network, kinds))
}

/// The made-up weights of the check values.
fn people(network: &Network) -> anyhow::Result<Weights> {
    let weight = |node| 10 + network.index(node) as u64 * 7919 % 91;
    Ok(Weights::new(network, network.nodes().map(|node| (node, weight(node))))?)
}

/// Nearest facilities and sums on the merged network, in a process of its own.
pub fn walking(told: &mut Told) -> anyhow::Result<()> {
    let (network, kinds) = merged(&data()?)?;
    told.add("nodes", network.node_count() as f64);
    told.add("nearest", best(10, || Ok(NearestMap::sweep_kinds(&network, &kinds, LIMIT, ONE)))?.1);
    for k in [3, 5] {
        let number = NonZeroUsize::new(k).context("a number")?;
        let sweep = || Ok(NearestLists::sweep_kinds(&network, &kinds, LIMIT, number, ONE));
        told.add(format!("{k} nearest"), best(5, sweep)?.1);
    }
    let weights = people(&network)?;
    let all: Vec<_> = network.nodes().collect();
    for threads in [1, 2] {
        let number = NonZeroUsize::new(threads).context("a number")?;
        let sums = || Ok(sums_within(&network, &weights, &all, LIMIT, number)?);
        told.add(format!("sums {threads}"), best(5, sums)?.1);
    }
    Ok(())
}

pub fn porto(results: &mut Results) -> anyhow::Result<()> {
    let data = data()?;
    let read = alone::run("streets")?;
    let beside = format!("3.2 MB, {} nodes as they are drawn", read.get("nodes")?);
    results.add(
        "walking network of Porto from .osm.pbf",
        Goal::AtMost(1_000.0),
        read.get("pbf")?,
        "ms",
        beside,
    );
    read.memory(results, 60.0)?;
    let raw = read_streets(&data)?.network()?;
    let (weights, all) = (people(&raw)?, raw.nodes().collect::<Vec<_>>());
    let sums = best(2, || Ok(sums_within(&raw, &weights, &all, LIMIT, ONE)?))?.1;
    results.add("… sums within 1,200 m for all of them, one core", Goal::None, sums, "ms", "");
    drop((raw, weights, all));
    let told = alone::run("walking")?;
    let (network, _) = merged(&data)?;
    let folder = tempfile::tempdir()?;
    let shares = shares(&network, &folder.path().join("pairs.csv"))?;
    let peers = Peers::measure(&data, &folder.path().join("pairs.csv"));

    let nearest = told.get("nearest")?;
    let what = format!("nearest of 10 kinds for {} nodes, one core", told.get("nodes")?);
    results.add(what, Goal::AtMost(60.0), nearest, "ms", "");
    peers.ratio(results, Goal::AtLeast(20.0), nearest, ("pandana", "1 nearest, 10 kinds"));
    peers.ratio(results, Goal::None, nearest, ("networkx", "nearest, 10 kinds"));
    for (k, goal) in [(3, Goal::AtLeast(8.0)), (5, Goal::None)] {
        let took = told.get(&format!("{k} nearest"))?;
        results.add(format!("the {k} nearest of 10 kinds, one core"), Goal::None, took, "ms", "");
        peers.ratio(results, goal, took, ("pandana", &format!("{k} nearest, 10 kinds")));
    }
    let (one, two) = (told.get("sums 1")?, told.get("sums 2")?);
    results.add("sums within 1,200 m for all nodes, one core", Goal::None, one, "ms", "");
    peers.ratio(results, Goal::AtLeast(3.0), one, ("pandana", "sums within 1,200 m, all nodes"));
    peers.ratio(results, Goal::None, one, ("pandana", "what is in reach, kept"));
    peers.ratio(results, Goal::None, one, ("pandana", "sums over what was kept"));
    results.add("… on two cores", Goal::AtLeast(1.7), one / two, "×", format!("{two:.0} ms"));
    told.memory(results, 60.0)?;
    results.add("supply per head in reach of 20,000 homes (E2SFCA)", Goal::None, shares, "ms", "");
    peers.ratio(results, Goal::None, shares, ("access", "E2SFCA"));
    changes(results, &network)?;
    siting::siting(results, &data, &network, &peers)
}

/// How much of 300 facilities' supply each of many homes has; what is in reach is written down for the peers.
fn shares(network: &Network, pairs: &Path) -> anyhow::Result<f64> {
    let node = |number: usize| network.node(number % network.node_count()).context("a node");
    let homes = (0..HOMES).map(|home| node(home * 7_919)).collect::<anyhow::Result<Vec<_>>>()?;
    let places = (0..300).map(|place| node(place * 10_007 + 3)).collect::<anyhow::Result<Vec<_>>>()?;
    let supply: Vec<f64> = (0..places.len()).map(|place| 20.0 + (place * 7_919 % 280) as f64).collect();
    let mut out = std::io::BufWriter::new(File::create(pairs)?);
    writeln!(out, "home,people,facility,supply,metres")?;
    let mut demand = Vec::new();
    let table = distance::table(network, &homes, &places, DECAY[2].0, ONE);
    for (home, row) in table.into_iter().enumerate() {
        let people = 10 + (home * 7_919 % 91) as u64;
        let found = row.into_iter().enumerate();
        let reach: Vec<(usize, u32)> = found.filter_map(|(place, far)| Some((place, far?))).collect();
        for (place, far) in &reach {
            let metres = f64::from(*far) / 1_000.0;
            writeln!(out, "{home},{people},{place},{},{metres}", supply[*place])?;
        }
        demand.push(Demand { people, reach });
    }
    out.flush()?;
    let decay = Decay::new(DECAY.map(|(within, weight)| Step { within, weight }).to_vec())?;
    Ok(best(5, || Ok(e2sfca(&supply, &demand, &decay)?))?.1)
}

/// Facilities with their numbers.
fn numbered(shops: &[[AccessLeg; 1]]) -> impl Iterator<Item = (u32, &[AccessLeg])> {
    shops.iter().enumerate().map(|(shop, legs)| (shop as u32, legs.as_slice()))
}

/// A new link, the full before and after of many homes, and which links would help most.
fn changes(results: &mut Results, network: &Network) -> anyhow::Result<()> {
    let leg = |number: usize| {
        let index = number * 7919 % network.links().len();
        let link = network.link(index).context("a link")?;
        anyhow::Ok([AccessLeg { link, offset: network.links()[index].length / 3, leg: 5_000 }])
    };
    let shops = |kind: usize| (0..200).map(|shop| leg(kind * 1_000 + shop * 37)).collect();
    let kinds = (0..KINDS).map(shops).collect::<anyhow::Result<Vec<Vec<_>>>>()?;
    let access: Vec<KindAccess> =
        kinds.iter().map(|shops| KindAccess::new(network, numbered(shops))).collect();
    let mut maps: Vec<NearestMap> =
        access.iter().map(|access| NearestMap::sweep(network, access.seeds(), LIMIT)).collect();
    // From the doorstep of a facility to a place far away: the new link brings a whole quarter into reach.
    let near = Attach::Along { link: kinds[0][0][0].link, offset: kinds[0][0][0].offset };
    let far = Attach::Node(network.node(40_017).context("a node")?);
    let link = NewLink { from: near, to: far, length: 50_000, direction: Direction::Both };
    let overlay = Overlay::new(network, &[link])?;
    let mut worst: f64 = 0.0;
    let mut nearer = 0;
    for (shops, map) in kinds.iter().zip(&mut maps) {
        let now = KindAccess::new(&overlay, numbered(shops));
        let repaired = best(50, || {
            let undo = map.repair(&overlay, now.seeds());
            let touched = undo.touched().count();
            map.undo(undo);
            Ok(touched)
        })?;
        worst = worst.max(repaired.1);
        nearer += repaired.0;
    }
    let beside = format!("{nearer} nodes nearer to one of {KINDS} kinds; restored in the same time");
    results.add(
        "a new link: nearest map of a kind repaired, the worst",
        Goal::AtMost(1.0),
        worst,
        "ms",
        beside,
    );

    let homes = (0..HOMES).map(|home| leg(home * 3 + 1)).collect::<anyhow::Result<Vec<_>>>()?;
    let far = |found: Option<Nearest>| u64::from(found.map_or(0, |it| it.distance));
    let both = best(5, || {
        let mut sum = 0;
        for access in &access {
            let map = NearestMap::sweep(network, access.seeds(), LIMIT);
            let after = NearestMap::sweep_overlay(&overlay, access.seeds(), LIMIT);
            for home in &homes {
                sum += far(access.nearest(network, home, &map)) + far(access.nearest(&overlay, home, &after));
            }
        }
        Ok(sum)
    })?;
    let what = format!("full before and after for {HOMES} homes and {KINDS} kinds");
    results.add(what, Goal::AtMost(200.0), both.1, "ms", "both swept from scratch");

    let (found, took) = best(2, || Ok(missing::candidates(network, missing::Search::default())?))?;
    let beside = format!("{} links below 300 m where walking takes more than 1,200 m", found.len());
    results.add("missing links of the whole network found", Goal::None, took, "ms", beside);
    let people: Vec<Home> =
        homes.iter().map(|legs| Home { community: 0, people: 40, legs: legs.to_vec() }).collect();
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
    let ranked = best(2, || Ok(missing::rank(network, &[], few, &mut by_kind, &people, 20)?))?;
    let what = format!("… {} of them ranked for {HOMES} homes and {KINDS} kinds", few.len());
    results.add(what, Goal::None, ranked.1, "ms", "");
    Ok(())
}
