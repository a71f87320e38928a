//! The one binary: each subcommand wires a use case to the command line.

mod cli;
mod server;
mod site;

fn main() -> std::process::ExitCode {
    cli::run()
}
