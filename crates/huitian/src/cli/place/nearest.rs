//! `huitian place nearest`.

use std::{
    io::Write,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use clap::Args;
use exchange::decimal::format_scaled;
use place::nearest::{Nearest, NearestLists, NearestMap, Seed};

use super::files::{self, NetworkFiles};

/// Distance to the nearest facilities of each category, for every node of a network
#[derive(Debug, Args)]
#[command(after_help = "\
Writes columns node,category,rank,metres: nodes in the order of the node table, categories in the order \
of their first line, rank 1 the nearest. Nodes that reach no facility within the limit are left out; \
the limit itself still counts as within. Distances run from the node to the facility. Two facilities at \
one node are two choices.

Example:
  huitian place nearest --nodes nodes.csv --edges edges.csv --pois facilities.csv \\
      --limit-metres 1200 --k 3 --out nearest.csv")]
pub(super) struct NearestArgs {
    #[command(flatten)]
    network: NetworkFiles,
    /// Facilities: columns category, node
    #[arg(long, value_name = "CSV")]
    pois: PathBuf,
    /// How far to look, inclusive
    #[arg(long, value_name = "METRES", allow_negative_numbers = true, value_parser = files::millimetres)]
    limit_metres: u32,
    /// How many facilities of each category to list at most
    #[arg(long, default_value = "1")]
    k: NonZeroUsize,
    /// The file to write
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
    /// Also write the rows within 1 cm of the limit, on either side: two programs may differ there
    #[arg(long, value_name = "CSV")]
    limit_cases: Option<PathBuf>,
    /// Threads to use [default: all]; the result is the same on any number
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

/// What one category found.
enum Found {
    One(NearestMap),
    Several(NearestLists),
}

pub(super) fn run(args: &NearestArgs) -> anyhow::Result<()> {
    let loaded = args.network.load()?;
    let (nodes, network) = (&loaded.nodes, &loaded.network);
    let facilities = files::read(&args.pois, |input| nodes.read_facilities(input))?;
    let kinds: Vec<Vec<Seed>> = facilities
        .nodes
        .iter()
        .map(|places| {
            let seeds = places.iter().enumerate();
            seeds
                .filter_map(|(facility, &node)| {
                    let node = network.node(node as usize)?;
                    Some(Seed { node, facility: facility as u32, distance: 0 })
                })
                .collect()
        })
        .collect();
    let threads = files::threads(args.threads);
    let limit = args.limit_metres;
    let sweep = |limit: u32| -> Vec<Found> {
        if args.k == NonZeroUsize::MIN {
            NearestMap::sweep_kinds(network, &kinds, limit, threads).into_iter().map(Found::One).collect()
        } else {
            let lists = NearestLists::sweep_kinds(network, &kinds, limit, args.k, threads);
            lists.into_iter().map(Found::Several).collect()
        }
    };
    let categories: Vec<_> = facilities.categories.iter().map(|name| files::quoted(name)).collect();
    let write = |path: &Path, found: &[Found], keep: &dyn Fn(u32) -> bool| {
        files::write(path, |output| {
            writeln!(output, "node,category,rank,metres")?;
            for (index, node) in network.nodes().enumerate() {
                let name = nodes.name(index);
                let name = files::quoted(&name);
                for (category, found) in categories.iter().zip(found) {
                    let mut line = |rank: usize, near: Nearest| {
                        if !keep(near.distance) {
                            return Ok(());
                        }
                        let metres = format_scaled(u64::from(near.distance), 3);
                        writeln!(output, "{name},{category},{rank},{metres}")
                    };
                    match found {
                        Found::One(map) => map.at(node).map_or(Ok(()), |near| line(1, near))?,
                        Found::Several(lists) => {
                            for (place, near) in lists.at(node).enumerate() {
                                line(place + 1, near)?;
                            }
                        }
                    }
                }
            }
            Ok(())
        })
    };
    if let Some(path) = &args.limit_cases {
        let wider = limit.saturating_add(files::LIMIT_CASE);
        write(path, &sweep(wider), &|distance| distance.abs_diff(limit) <= files::LIMIT_CASE)?;
    }
    write(&args.out, &sweep(limit), &|_| true)
}
