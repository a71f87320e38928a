//! `huitian place`: distances, sums, networks and siting from the command line.

mod files;
mod import_osm;
mod layer;
mod nearest;
mod site;
mod sum;

use clap::{Args, Subcommand};

/// Where services fall short and where the next ones go: walking distances over a network, sums within
/// a limit, import of networks, siting with a proven bound.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    #[command(subcommand)]
    command: PlaceCommand,
}

#[derive(Debug, Subcommand)]
enum PlaceCommand {
    Nearest(nearest::NearestArgs),
    Sum(sum::SumArgs),
    ImportOsm(import_osm::ImportOsmArgs),
    Site(site::SiteArgs),
    Layer(Box<layer::LayerArgs>),
}

pub fn run(args: PlaceArgs) -> anyhow::Result<()> {
    match args.command {
        PlaceCommand::Nearest(args) => nearest::run(&args),
        PlaceCommand::Sum(args) => sum::run(&args),
        PlaceCommand::ImportOsm(args) => import_osm::run(&args),
        PlaceCommand::Site(args) => site::run(&args),
        PlaceCommand::Layer(args) => layer::run(&args),
    }
}
