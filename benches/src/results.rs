//! What was measured, beside its goal.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A goal and whether the measured value meets it.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Measured for comparison only.
    None,
}

struct Line {
    what: String,
    goal: Goal,
    unit: &'static str,
    /// None where it could not be measured; why stands beside it.
    value: Option<f64>,
    beside: String,
}

#[derive(Default)]
pub struct Results {
    lines: Vec<Line>,
}

impl Results {
    pub fn add(
        &mut self,
        what: impl Into<String>,
        goal: Goal,
        value: f64,
        unit: &'static str,
        beside: impl Into<String>,
    ) {
        let line = Line { what: what.into(), goal, unit, value: Some(value), beside: beside.into() };
        eprintln!("  {}: {} {} {}", line.what, number(value), unit, line.beside);
        self.lines.push(line);
    }

    /// Says what could not be measured here, and why.
    pub fn missing(
        &mut self,
        what: impl Into<String>,
        goal: Goal,
        unit: &'static str,
        why: impl Into<String>,
    ) {
        let line = Line { what: what.into(), goal, unit, value: None, beside: why.into() };
        eprintln!("  {}: not measured, {}", line.what, line.beside);
        self.lines.push(line);
    }

    /// Writes the table beside this program's source.
    pub fn write(&self) -> anyhow::Result<()> {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
        Ok(std::fs::write(file, self.to_string())?)
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Speed and memory\n")?;
        writeln!(
            f,
            "Written by `cargo xtask bench` on {}. Each ratio compares two measurements of the",
            machine()
        )?;
        writeln!(f, "same run, taken in turns on the same disk.\n")?;
        writeln!(f, "| measured | goal | result | | beside it |\n|---|---|---:|---|---|")?;
        for line in &self.lines {
            let meets = |held: &dyn Fn(f64) -> bool| match line.value.map(held) {
                Some(true) => "met",
                Some(false) => "**missed**",
                None => "**not measured**",
            };
            let (goal, mark) = match line.goal {
                Goal::AtMost(most) => {
                    (format!("≤ {} {}", number(most), line.unit), meets(&|value| value <= most))
                }
                Goal::AtLeast(least) => {
                    (format!("≥ {} {}", number(least), line.unit), meets(&|value| value >= least))
                }
                Goal::None => (String::new(), ""),
            };
            let result = line.value.map_or_else(|| "—".into(), |it| format!("{} {}", number(it), line.unit));
            writeln!(f, "| {} | {goal} | {result} | {mark} | {} |", line.what, line.beside)?;
        }
        Ok(())
    }
}

/// Three significant digits, thousands set apart.
pub fn number(value: f64) -> String {
    if value >= 1_000.0 {
        let digits = format!("{value:.0}");
        let split = digits.len().saturating_sub(3);
        let head = digits[..split].parse().map_or_else(|_| digits[..split].to_owned(), number_of_thousands);
        return format!("{head},{}", &digits[split..]);
    }
    let places = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn number_of_thousands(thousands: f64) -> String {
    if thousands >= 1_000.0 { number(thousands) } else { format!("{thousands:.0}") }
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, m)| m));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    format!("{cores} cores ({}), load {load} at the end", model.unwrap_or("unknown processor"))
}
