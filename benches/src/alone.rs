//! Work measured in a process of its own: the memory told is what it took, and nothing of the benches before it.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::Context;

use crate::results::{Goal, Results};

/// The argument by which this program is asked for such work.
pub const FLAG: &str = "--alone";

/// The most memory the process has held, in megabytes.
const PEAK: &str = "peak";

/// What was measured, by name.
#[derive(Default)]
pub struct Told(BTreeMap<String, f64>);

impl Told {
    pub fn add(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    pub fn get(&self, name: &str) -> anyhow::Result<f64> {
        self.0.get(name).copied().with_context(|| format!("'{name}' was not measured"))
    }

    /// Puts the most memory of the process into the table.
    pub fn memory(&self, results: &mut Results, most: f64) -> anyhow::Result<()> {
        results.add("… memory of the process", Goal::AtMost(most), self.get(PEAK)?, "MB", "");
        Ok(())
    }
}

/// Does a piece of work in a process of its own.
pub fn run(name: &str) -> anyhow::Result<Told> {
    let done = Command::new(std::env::current_exe()?).args([FLAG, name]).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(done.status.success(), "{name}: {}", done.status);
    let said = String::from_utf8(done.stdout)?;
    let value = |line: &str| {
        let (name, value) = line.split_once('\t').context("no value")?;
        anyhow::Ok((name.to_owned(), value.parse()?))
    };
    Ok(Told(said.lines().map(value).collect::<anyhow::Result<_>>()?))
}

/// The other side: does the work and tells what was measured.
pub fn tell(work: fn(&mut Told) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut told = Told::default();
    work(&mut told)?;
    told.add(PEAK, crate::paper::peak()?);
    for (name, value) in &told.0 {
        println!("{name}\t{value}");
    }
    Ok(())
}
