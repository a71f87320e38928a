//! Quality of what is understood of residents' messages, measured with the built program on messages that are not in
//! the repository, and written to `benches/EVALUATION.md`. Only numbers are written.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Context;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder with messages_labelled.csv, messages_segmented.csv and messages_unlabelled.csv
    #[arg(long, default_value = "../shared/data/requests", value_name = "FOLDER")]
    data: PathBuf,
    /// Measure the debug build: speeds are then those of unoptimised reading and writing
    #[arg(long)]
    debug: bool,
    /// Where the results go
    #[arg(long, default_value = "benches/EVALUATION.md", value_name = "FILE")]
    out: PathBuf,
}

/// The thresholds of hot issues and what each is by default, as the program's help says.
const THRESHOLDS: [&str; 6] = ["join", "mean", "unrelated", "body-share", "matter", "name-weight"];
/// Issues that are compared.
const TOP: usize = 20;
/// Messages whose pairs are all compared.
const EXACT: usize = 1_500;

pub fn run(args: Args) -> anyhow::Result<()> {
    if !args.data.join("messages_labelled.csv").is_file() {
        println!("{} holds no messages: nothing to evaluate", args.data.display());
        return Ok(());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--package", "huitian"]);
    if !args.debug {
        build.arg("--release");
    }
    anyhow::ensure!(build.status()?.success(), "the build failed");
    let program = PathBuf::from(if args.debug { "target/debug/huitian" } else { "target/release/huitian" });
    let here = Evaluation { program, data: args.data };
    let mut out = String::from(
        "# What is understood of messages\n\n`cargo xtask evaluate` writes this file. The messages are not part \
         of the repository; nothing of them stands here but numbers.\n\n",
    );
    let build = if args.debug { "debug (its text crate optimised)" } else { "release" };
    let _ = writeln!(out, "Build: {build}.\n");
    here.categories(&mut out)?;
    here.duplicates(&mut out)?;
    here.hot_issues(&mut out)?;
    std::fs::write(&args.out, &out).with_context(|| args.out.display().to_string())?;
    println!("{out}");
    Ok(())
}

struct Evaluation {
    program: PathBuf,
    data: PathBuf,
}

/// An issue: the numbers of its messages.
type Issue = BTreeSet<String>;

impl Evaluation {
    fn file(&self, name: &str) -> String {
        self.data.join(name).display().to_string()
    }

    /// What the program prints, and how long it took.
    fn text(&self, args: &[&str]) -> anyhow::Result<(String, f64)> {
        let begun = Instant::now();
        let done = Command::new(&self.program).arg("text").args(args).output()?;
        let seconds = begun.elapsed().as_secs_f64();
        anyhow::ensure!(
            done.status.success(),
            "huitian text {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&done.stderr)
        );
        Ok((String::from_utf8(done.stdout)?, seconds))
    }

    fn categories(&self, out: &mut String) -> anyhow::Result<()> {
        let (labelled, segmented) = (self.file("messages_labelled.csv"), self.file("messages_segmented.csv"));
        out.push_str(
            "## Category\n\nFive parts in rotation, messages that say the same never on both sides; asked about \
             are the labelled messages as they were written.\n\n\
             | learnt from | messages | macro-F1 | right | one of two right | right on the surest 80 % |\n\
             |---|---:|---:|---:|---:|---:|\n",
        );
        for (name, more) in [("labelled", None), ("labelled and segmented", Some(&segmented))] {
            let mut args = vec!["evaluate", "--in", &labelled, "--format", "json"];
            if let Some(more) = more {
                args.extend(["--only-learn", more]);
            }
            let said: serde_json::Value = serde_json::from_str(&self.text(&args)?.0)?;
            let number = |key: &str| said[key].as_f64().unwrap_or(0.0);
            let surest = said["accuracy_on_surest"]
                .as_array()
                .and_then(|all| all.iter().find(|it| it["surest"].as_f64() == Some(0.8)))
                .and_then(|it| it["accuracy"].as_f64())
                .unwrap_or(0.0);
            let _ = writeln!(
                out,
                "| {name} | {} | {:.4} | {:.4} | {:.4} | {surest:.4} |",
                said["messages"],
                number("macro_f1"),
                number("accuracy"),
                number("accuracy_top_two"),
            );
        }
        let unlabelled = self.file("messages_unlabelled.csv");
        let (rows, seconds) = self.text(&["classify", "--in", &unlabelled, "--out", "-"])?;
        let number = rows.lines().count().saturating_sub(1);
        let _ = writeln!(
            out,
            "\nThe shipped model answers {number} messages in {seconds:.2} s, the start of the program, reading \
             and writing included.\n"
        );
        Ok(())
    }

    fn duplicates(&self, out: &mut String) -> anyhow::Result<()> {
        let unlabelled = self.file("messages_unlabelled.csv");
        let (rows, seconds) = self.text(&["duplicates", "--in", &unlabelled, "--out", "-"])?;
        let found: HashSet<(String, String)> =
            rows.lines().skip(1).filter_map(|line| pair(&fields(line))).collect();
        let text = std::fs::read_to_string(&unlabelled)?;
        let table = records(&text);
        let column = |name: &str| table.first().and_then(|head| head.iter().position(|held| held == name));
        let (id, body) = (column("msg_id").context("msg_id")?, column("body").context("body")?);
        let bodies: Vec<(&str, Vec<u64>)> =
            table.iter().skip(1).take(EXACT).map(|row| (row[id].as_str(), pieces(&row[body]))).collect();
        let (mut true_pairs, mut met) = (0usize, 0usize);
        let known: HashSet<&str> = bodies.iter().map(|(id, _)| *id).collect();
        for (at, (first, own)) in bodies.iter().enumerate() {
            for (second, other) in &bodies[at + 1..] {
                let (small, large) = (own.len().min(other.len()), own.len().max(other.len()));
                if large == 0 || small * 2 < large || first == second {
                    continue;
                }
                let shared = common(own, other);
                if shared * 2 >= own.len() + other.len() - shared {
                    true_pairs += 1;
                    let key = ((*first).to_owned(), (*second).to_owned());
                    let turned = ((*second).to_owned(), (*first).to_owned());
                    met += usize::from(found.contains(&key) || found.contains(&turned));
                }
            }
        }
        let among =
            found.iter().filter(|(a, b)| known.contains(a.as_str()) && known.contains(b.as_str())).count();
        let share = |part: usize, of: usize| if of == 0 { 1.0 } else { part as f64 / of as f64 };
        let _ = writeln!(
            out,
            "## Near-duplicates\n\nOf all pairs among the first {} messages, {true_pairs} share half of their \
             pieces of four characters or more. Found of those: {:.4}; of {among} found among them, {:.4} are \
             such pairs. The whole file of {} messages took {seconds:.2} s.\n",
            bodies.len(),
            share(met, true_pairs),
            share(met, among),
            table.len().saturating_sub(1)
        );
        Ok(())
    }

    fn issues(&self, more: &[&str]) -> anyhow::Result<(Vec<Issue>, f64)> {
        let unlabelled = self.file("messages_unlabelled.csv");
        let mut args = vec!["hot-issues", "--in", &unlabelled, "--out", "-"];
        args.extend(more);
        let (said, seconds) = self.text(&args)?;
        let table = records(&said);
        let head = table.first().context("no head")?;
        let at = |name: &str| head.iter().position(|held| held == name).context("a column is missing");
        let (rank, id) = (at("rank")?, at("msg_id")?);
        let mut issues: BTreeMap<u32, Issue> = BTreeMap::new();
        for row in table.iter().skip(1) {
            issues.entry(row[rank].parse()?).or_default().insert(row[id].clone());
        }
        Ok((issues.into_values().collect(), seconds))
    }

    fn hot_issues(&self, out: &mut String) -> anyhow::Result<()> {
        let help = self.text(&["hot-issues", "--help"])?.0;
        let (usual, seconds) = self.issues(&[])?;
        let messages: usize = usual.iter().map(BTreeSet::len).sum();
        let largest = |all: &[Issue]| all.iter().map(BTreeSet::len).max().unwrap_or(0);
        let _ = writeln!(
            out,
            "## Hot issues\n\n{} issues with {messages} messages, the largest with {}; {seconds:.2} s. With each \
             threshold 15 % lower and higher, what becomes of the {TOP} hottest: the mean F1 of each with the \
             issue that resembles it most.\n\n\
             | threshold | from | issues | largest | mean F1 with the usual ones |\n|---|---:|---:|---:|---:|",
            usual.len(),
            largest(&usual)
        );
        let mut worst: f64 = 1.0;
        for name in THRESHOLDS {
            let usual_value = default_of(&help, name).with_context(|| format!("--{name} has no default"))?;
            for factor in [0.85, 1.15] {
                // Shares and similarities end at 1.
                let most = if name == "name-weight" { f64::MAX } else { 1.0 };
                let value = format!("{:.4}", (usual_value * factor).min(most));
                let (changed, _) = self.issues(&[&format!("--{name}"), &value])?;
                let same: f64 = usual.iter().take(TOP).map(|issue| best(issue, &changed)).sum::<f64>()
                    / usual.len().clamp(1, TOP) as f64;
                worst = worst.min(same);
                let _ = writeln!(
                    out,
                    "| {name} | {value} | {} | {} | {same:.3} |",
                    changed.len(),
                    largest(&changed)
                );
            }
        }
        let _ = writeln!(out, "\nThe worst of them keeps {worst:.3}.");
        Ok(())
    }
}

/// The best F1 of an issue with any of others.
fn best(issue: &Issue, others: &[Issue]) -> f64 {
    let f1 =
        |other: &Issue| 2.0 * issue.intersection(other).count() as f64 / (issue.len() + other.len()) as f64;
    others.iter().map(f1).fold(0.0, f64::max)
}

/// The default that the help gives for an option.
fn default_of(help: &str, name: &str) -> Option<f64> {
    let from = help.find(&format!("--{name} "))?;
    let rest = &help[from..];
    let at = rest.find("[default: ")? + "[default: ".len();
    rest[at..].split(']').next()?.parse().ok()
}

/// Hashes of the pieces of four letters and digits, in order, each once.
fn pieces(text: &str) -> Vec<u64> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut out: Vec<u64> = letters
        .windows(4)
        .map(|four| {
            four.iter().fold(0xCBF2_9CE4_8422_2325u64, |sum, c| {
                (sum ^ u64::from(u32::from(*c))).wrapping_mul(0x0000_0100_0000_01B3)
            })
        })
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// How many two ordered lists have in common.
fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared
}

fn pair(fields: &[String]) -> Option<(String, String)> {
    Some((fields.first()?.clone(), fields.get(1)?.clone()))
}

fn fields(line: &str) -> Vec<String> {
    records(line).pop().unwrap_or_default()
}

/// The rows of a table as RFC 4180 has them.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_as_they_are_written() {
        let rows = records("\u{feff}a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n2,\n");
        assert_eq!(rows, [vec!["a", "b"], vec!["1", "x, \"y\"\nz"], vec!["2", ""]]);
    }

    #[test]
    fn defaults_are_read_from_the_help() {
        let help = "  --join <S>  words (0 to 1) [default: 0.45]\n  --mean <S>  more [default: 0.2]";
        assert_eq!(default_of(help, "join"), Some(0.45));
        assert_eq!(default_of(help, "mean"), Some(0.2));
        assert_eq!(default_of(help, "matter"), None);
    }

    #[test]
    fn an_issue_is_most_like_itself() {
        let issue = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Issue>();
        let one = issue(&["a", "b", "c"]);
        assert_eq!(best(&one, &[issue(&["x"]), one.clone()]), 1.0);
        assert!((best(&one, &[issue(&["a", "b", "c", "d", "e", "f"])]) - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(best(&one, &[]), 0.0);
    }
}
