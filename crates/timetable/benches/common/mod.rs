//! A generator and a stopwatch.

/// A small generator (xorshift) so every run measures the same plan.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// Least and median milliseconds of `runs` runs.
pub fn measure(name: &str, runs: usize, mut work: impl FnMut(usize)) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|run| {
            let begin = std::time::Instant::now();
            work(run);
            begin.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<58} least {:>9.3} ms, median {:>9.3} ms", times[0], times[runs / 2]);
    times[0]
}
