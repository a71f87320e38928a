//! The one binary: each subcommand wires a use case to the command line.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
