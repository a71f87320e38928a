//! `huitian place sum`.

use std::{io::Write, num::NonZeroUsize, path::PathBuf};

use clap::Args;
use exchange::decimal::format_scaled;
use place::sums::{self, Weights};

use super::files::{self, NetworkFiles};

/// Sum of weights (people, shops) within a distance of every node of a network
#[derive(Debug, Args)]
#[command(after_help = "\
Writes columns node,sum: every node in the order of the node table, the sum of the weights of all nodes \
it reaches within the limit (inclusive), itself among them. Weights on the same node add up; they may \
have decimals, the sums are exact.

Example:
  huitian place sum --nodes nodes.csv --edges edges.csv --weights people.csv \\
      --limit-metres 1200 --out sums.csv")]
pub(super) struct SumArgs {
    #[command(flatten)]
    network: NetworkFiles,
    /// Weights: columns node, weight
    #[arg(long, value_name = "CSV")]
    weights: PathBuf,
    /// How far to look, inclusive
    #[arg(long, value_name = "METRES", allow_negative_numbers = true, value_parser = files::millimetres)]
    limit_metres: u32,
    /// The file to write
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
    /// Also write the nodes with another node within 1 cm of the limit: two programs may differ there
    #[arg(long, value_name = "CSV")]
    limit_cases: Option<PathBuf>,
    /// Threads to use [default: all]; the result is the same on any number
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

pub(super) fn run(args: &SumArgs) -> anyhow::Result<()> {
    let loaded = args.network.load()?;
    let (nodes, network) = (&loaded.nodes, &loaded.network);
    let given = files::read(&args.weights, |input| nodes.read_weights(input))?;
    let weights = Weights::new(
        network,
        given.rows.iter().filter_map(|&(node, weight)| Some((network.node(node as usize)?, weight))),
    )?;
    let threads = files::threads(args.threads);
    let origins: Vec<_> = network.nodes().collect();
    let sums =
        sums::sums_within(network, &weights, &origins, args.limit_metres, files::threads(args.threads))?;
    if let Some(path) = &args.limit_cases {
        // Where the number of nodes in reach changes within a centimetre of the limit.
        let ones = Weights::new(network, network.nodes().map(|node| (node, 1)))?;
        let count = |limit| sums::sums_within(network, &ones, &origins, limit, threads);
        let narrower = args.limit_metres.checked_sub(files::LIMIT_CASE + 1).map(count).transpose()?;
        let wider = count(args.limit_metres.saturating_add(files::LIMIT_CASE))?;
        files::write(path, |output| {
            writeln!(output, "node")?;
            for index in 0..nodes.len() {
                let before = narrower.as_ref().map_or(0, |counts| counts[index]);
                if before != wider[index] {
                    writeln!(output, "{}", files::quoted(&nodes.name(index)))?;
                }
            }
            Ok(())
        })?;
    }
    files::write(&args.out, |output| {
        writeln!(output, "node,sum")?;
        for (index, sum) in sums.into_iter().enumerate() {
            writeln!(output, "{},{}", files::quoted(&nodes.name(index)), format_scaled(sum, given.places))?;
        }
        Ok(())
    })
}
