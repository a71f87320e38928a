//! Where the next facilities should stand: answers proven to be the best, and how long that takes.

use std::fs::File;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use exchange::siting_csv::{Costs, Demand, Sites};
use place::distance;
use place::network::Network;
use place::siting::{Control, Instance, Model, Selection, Site};

use crate::peers::Peers;
use crate::porto::best;
use crate::results::{Goal, Results};

/// A question is given up after so long.
const MOST: Duration = Duration::from_secs(60);

struct Asked {
    what: &'static str,
    models: Vec<Model>,
    goal: Goal,
    runs: usize,
    /// The task of a peer for each of the models, where one was given it.
    peer: Vec<String>,
}

fn count(p: u32) -> Selection {
    Selection { count: Some(p), budget: None }
}

fn median(p: u32) -> Model {
    Model::PMedian { selection: count(p), radius: None }
}

fn cover(p: u32, metres: u32) -> Model {
    Model::MaxCover { selection: count(p), radius: metres * 1_000, floors: vec![] }
}

fn reach(metres: u32) -> Model {
    Model::SetCover { radius: metres * 1_000, by_cost: false }
}

/// Answers each of some questions: the slowest in seconds.
fn solve(
    results: &mut Results,
    peers: &Peers,
    (size, instance): (&str, &Instance),
    asked: Asked,
) -> anyhow::Result<()> {
    let (mut slowest, mut given_up, mut times) = (0.0_f64, 0, Vec::new());
    for model in &asked.models {
        let (solution, took) = best(asked.runs, || {
            let begun = Instant::now();
            let mut stop = || begun.elapsed() > MOST;
            Ok(instance.solve(model, &mut Control { nodes: u64::MAX, stop: &mut stop })?)
        })?;
        slowest = slowest.max(took / 1_000.0);
        given_up += usize::from(!solution.proven);
        times.push(took);
    }
    let beside = match given_up {
        0 => format!("each of {} proven", asked.models.len()),
        given_up => format!("{given_up} of {} not proven after {} s", asked.models.len(), MOST.as_secs()),
    };
    results.add(format!("{}, {size}, the slowest", asked.what), asked.goal, slowest, "s", beside);
    for (took, task) in times.into_iter().zip(&asked.peer) {
        peers.ratio(results, Goal::None, took, ("spopt", task));
    }
    Ok(())
}

pub fn siting(results: &mut Results, data: &Path, network: &Network, peers: &Peers) -> anyhow::Result<()> {
    let open = |part: &str| File::open(data.join(format!("oracles/loc_d500s100_{part}.csv")));
    let costs = Costs::read(open("cost")?)?;
    let (demand, sites) = (Demand::read(open("demand")?)?, Sites::read(open("sites")?)?);
    let own = vec![Site::default(); sites.sites.len()];
    let small = Instance::new(demand.weights, own, costs.millimetres)?;
    let small = ("500 × 100", &small);
    let task = |what: &str| [5, 10, 20].map(|p| format!("{what}, p = {p}")).to_vec();
    for asked in [
        Asked {
            what: "p-median, 5, 10 and 20 sites",
            models: [5, 10, 20].map(median).to_vec(),
            goal: Goal::AtMost(0.2),
            runs: 5,
            peer: task("p-median 500 x 100"),
        },
        Asked {
            what: "maximal cover, 5, 10 and 20 sites, 1,000 m",
            models: [5, 10, 20].map(|p| cover(p, 1_000)).to_vec(),
            goal: Goal::AtMost(0.1),
            runs: 5,
            peer: task("maximal cover 500 x 100, 1,000 m"),
        },
        Asked {
            what: "set cover, 1,200 m",
            models: vec![reach(1_200)],
            goal: Goal::None,
            runs: 5,
            peer: vec!["set cover 500 x 100, 1,200 m".into()],
        },
        // Harder: much overlap.
        Asked {
            what: "maximal cover, 20 and 50 sites, 3,000 m",
            models: [20, 50].map(|p| cover(p, 3_000)).to_vec(),
            goal: Goal::None,
            runs: 1,
            peer: Vec::new(),
        },
        Asked {
            what: "set cover, 4,000 m",
            models: vec![reach(4_000)],
            goal: Goal::None,
            runs: 1,
            peer: Vec::new(),
        },
    ] {
        solve(results, peers, small, asked)?;
    }
    // Larger ones: nodes and weights spread by a fixed rule.
    for (points, candidates, goal) in [(2_000usize, 300usize, Goal::AtMost(5.0)), (5_000, 500, Goal::None)] {
        let node = |number: usize| network.node(number % network.node_count()).context("a node");
        let origins = (0..points).map(|at| node(at * 7_919)).collect::<anyhow::Result<Vec<_>>>()?;
        let places = (0..candidates).map(|at| node((at + 3) * 10_007)).collect::<anyhow::Result<Vec<_>>>()?;
        let weights: Vec<u64> = (0..points as u64).map(|at| 200 + at * 7_919 % 5_800).collect();
        let distances = distance::table(network, &origins, &places, u32::MAX, NonZeroUsize::MIN).concat();
        let instance = Instance::new(weights, vec![Site::default(); candidates], distances)?;
        let size = format!("{points} × {candidates}");
        let large = (size.as_str(), &instance);
        for (what, models, goal) in [
            ("p-median, 5, 10 and 20 sites", [5, 10, 20].map(median), goal),
            ("maximal cover, 5, 10 and 20 sites, 1,000 m", [5, 10, 20].map(|p| cover(p, 1_000)), Goal::None),
        ] {
            let asked = Asked { what, models: models.to_vec(), goal, runs: 1, peer: Vec::new() };
            solve(results, peers, large, asked)?;
        }
    }
    Ok(())
}
