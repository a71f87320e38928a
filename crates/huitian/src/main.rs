//! The one binary: each subcommand wires a use case to the command line.

mod cli;
mod server;
mod site;

/// Requests, rows of an import and the pages of SQLite are many small pieces: a fifth less work than with the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
