//! Reading one input under watch: panics, time, memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// No input is longer than 64 KiB: none needs this twice, however busy the machine was the first time.
const SLOW: Duration = Duration::from_secs(5);
/// Beyond this there is no end to wait for.
const LONGEST: Duration = Duration::from_secs(60);
const MEMORY_MOST: usize = 64 << 20;

/// What is being read, for the one who watches.
struct Reading {
    since: Instant,
    memory_before: usize,
    kept: String,
}

static READING: Mutex<Option<Reading>> = Mutex::new(None);
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static PREPARED: Once = Once::new();

/// What reading took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub time: Duration,
    pub memory: usize,
}

/// Reads an input, once more where it took long. The file `kept` holds it already: what kills the process leaves it behind.
pub fn read(
    reader: fn(&[u8]) -> Result<String, String>,
    input: &[u8],
    kept: &Path,
) -> (Result<String, String>, Cost) {
    PREPARED.call_once(prepare);
    let (answer, cost) = once(reader, input, kept);
    if cost.time < SLOW || answer.is_err() {
        return (answer, cost);
    }
    match once(reader, input, kept) {
        (Ok(_), again) if again.time >= SLOW => {
            (Err(format!("took {:.1} s for {} bytes", again.time.as_secs_f64(), input.len())), again)
        }
        other => other,
    }
}

fn once(
    reader: fn(&[u8]) -> Result<String, String>,
    input: &[u8],
    kept: &Path,
) -> (Result<String, String>, Cost) {
    lock(&PANICS).clear();
    let memory_before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let since = Instant::now();
    *lock(&READING) = Some(Reading { since, memory_before, kept: kept.display().to_string() });
    let answer = catch_unwind(AssertUnwindSafe(|| reader(input)));
    *lock(&READING) = None;
    let cost = Cost { time: since.elapsed(), memory: MEMORY.peak_usage().saturating_sub(memory_before) };
    let panics = std::mem::take(&mut *lock(&PANICS));
    // A reader may keep a panic of a library to itself, never one of ours.
    let own = panics.iter().find(|panic| !panic.starts_with('/'));
    let answer = match (answer, own) {
        (Err(_), _) => Err(format!("panicked: {}", panics.join("; "))),
        (Ok(_), Some(own)) => Err(format!("panicked within: {own}")),
        (Ok(_), None) if cost.memory > MEMORY_MOST => {
            Err(format!("took {} MiB for {} bytes", cost.memory >> 20, input.len()))
        }
        (Ok(answer), None) => answer,
    };
    (answer, cost)
}

fn prepare() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let payload = info.payload_as_str().unwrap_or("…");
        // Outside of reading it is a test that fails: that is to be seen.
        if lock(&READING).is_some() {
            lock(&PANICS).push(format!("{place}: {payload}"));
        } else {
            eprintln!("{place}: {payload}");
        }
    }));
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let reading = lock(&READING);
            let Some(now) = reading.as_ref() else { continue };
            let memory = MEMORY.current_usage().saturating_sub(now.memory_before);
            let time = now.since.elapsed();
            // Reading cannot be stopped from outside, and must not take the machine with it.
            if time > LONGEST || memory > 4 * MEMORY_MOST {
                eprintln!("{:.1} s, {} MiB, without an end: {}", time.as_secs_f64(), memory >> 20, now.kept);
                std::process::exit(101);
            }
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
