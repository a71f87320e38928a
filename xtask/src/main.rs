//! Set-up, tests, benches and evaluation of the project: `cargo xtask --help`.

fn main() {}
