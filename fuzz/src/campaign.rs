//! Damaging and reading in turn, for a while.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::bounds::{self, Cost};
use crate::random::Random;
use crate::wrap::Wrapping;

/// A reader and what to begin from.
pub struct Target {
    pub name: &'static str,
    /// Sound inputs: each is read first.
    pub seeds: Vec<Vec<u8>>,
    /// Words and signs of the format.
    pub tokens: &'static [&'static str],
    pub wrapping: Wrapping,
    /// Reads an input. Gives the shape of the answer, good or not, or what promise was broken.
    pub read: fn(&[u8]) -> Result<String, String>,
}

/// Without `HUITIAN_FUZZ_SECONDS`: all targets together stay below a minute.
const USUAL: u64 = 300;
/// Inputs to begin from; beyond these new ones take the places of old ones.
const POOL_MOST: usize = 512;

/// Memory is measured for the whole process: one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs a target.
///
/// # Panics
/// When an input is at fault: the message names the file that keeps it.
pub fn campaign(target: &Target) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = std::env::var_os("HUITIAN_FUZZ_INPUT") {
        let input = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (answer, cost) = bounds::read(target.read, &input, Path::new(&file));
        println!("{}: {answer:?}, {:.3} s, {} KiB", target.name, cost.time.as_secs_f64(), cost.memory >> 10);
        assert!(answer.is_ok(), "{}: {answer:?}", target.name);
        return;
    }
    let given = std::env::var("HUITIAN_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let seed = std::env::var("HUITIAN_FUZZ_SEED").ok().and_then(|text| text.parse().ok());
    let now =
        || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    // Usual runs repeat each other, so that a change is never blamed for an old fault newly found.
    let seed = seed.unwrap_or_else(|| if given.is_some() { now() } else { 1 });
    let keep = keep(target.name);
    let file = File::create(&keep).unwrap_or_else(|error| panic!("{}: {error}", keep.display()));
    let mut run = Run { target, keep: &keep, file, highest: Cost::default(), read: 0, seed };
    let mut random = Random::new(seed);
    let mut pool = target.seeds.clone();
    let mut seen = HashSet::new();
    for seed in &target.seeds {
        seen.insert(run.one(&target.wrapping.whole(seed)));
    }
    let end = given.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    while end.map_or(run.read < USUAL, |end| Instant::now() < end) {
        // Every other time from a sound one: most others are damaged early already.
        let from = if random.below(2) == 0 { &pool[..target.seeds.len()] } else { &pool[..] };
        let (inside, input) = target.wrapping.damaged(&mut random, from, target.tokens);
        if seen.insert(run.one(&input)) && !inside.is_empty() {
            if pool.len() < POOL_MOST {
                pool.push(inside);
            } else {
                let own = target.seeds.len();
                let at = own + random.below(pool.len() - own);
                pool[at] = inside;
            }
        }
    }
    let Run { highest, read, .. } = run;
    println!(
        "{}: {read} inputs, {} kinds of answers; at most {:.0} ms and {} KiB each; seed {seed}",
        target.name,
        seen.len(),
        highest.time.as_secs_f64() * 1e3,
        highest.memory >> 10
    );
    std::fs::remove_file(&keep).unwrap_or_else(|error| panic!("{}: {error}", keep.display()));
}

/// The file of the input that is being read.
fn keep(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz");
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder.join(format!("{name}.{}", std::process::id()))
}

struct Run<'t> {
    target: &'t Target,
    keep: &'t Path,
    /// Stays open: closing a file each time would wait for the disk.
    file: File,
    highest: Cost,
    read: u64,
    seed: u64,
}

impl Run<'_> {
    fn put(&mut self, input: &[u8]) -> std::io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(input)?;
        self.file.set_len(input.len() as u64)
    }

    fn one(&mut self, input: &[u8]) -> String {
        self.put(input).unwrap_or_else(|error| panic!("{}: {error}", self.keep.display()));
        let (answer, cost) = bounds::read(self.target.read, input, self.keep);
        self.read += 1;
        self.highest.time = self.highest.time.max(cost.time);
        self.highest.memory = self.highest.memory.max(cost.memory);
        answer.unwrap_or_else(|fault| {
            let (name, keep) = (self.target.name, self.keep.display());
            panic!("{name}: {fault}; the input is kept as {keep} (seed {}, input {})", self.seed, self.read)
        })
    }
}
