//! `huitian survey` as a person would use it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../survey/tests/data").join(name)
}

/// A folder of its own per test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("survey-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("folder");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn survey(args: &[&std::ffi::OsStr]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huitian")).arg("survey").args(args).output().expect("runs")
}

fn estimate(responses: &Path, design: &Path, format: &str) -> Output {
    let words = ["estimate", "--responses", "--design", "--format"].map(std::ffi::OsStr::new);
    survey(&[words[0], words[1], responses.as_ref(), words[2], design.as_ref(), words[3], format.as_ref()])
}

fn rake(responses: &Path, margins: &Path, out: &Path, more: &[&str]) -> Output {
    let words = ["rake", "--responses", "--margins", "--out"].map(std::ffi::OsStr::new);
    let mut args =
        vec![words[0], words[1], responses.as_ref(), words[2], margins.as_ref(), words[3], out.as_ref()];
    args.extend(more.iter().map(std::ffi::OsStr::new));
    survey(&args)
}

fn error_of(output: &Output) -> String {
    assert!(!output.status.success(), "should fail: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The expected values of one design, as (question, group_by, group, level) → row.
fn expected(design: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_path(data("expected.csv")).expect("expected values");
    reader.records().map(|record| record.expect("row")).filter(|record| &record[0] == design).collect()
}

fn compare(document: &Value, design: &str) {
    let rows = document["estimates"].as_array().expect("a list");
    for record in expected(design) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let found = rows.iter().find(|row| {
            text(&row["question"]) == record[1]
                && text(&row["group_by"]) == record[2]
                && text(&row["group"]) == record[3]
                && text(&row["level"]) == record[4]
        });
        let found = found.unwrap_or_else(|| panic!("no estimate for {record:?}"));
        for (index, name) in [(5, "estimate"), (6, "std_error"), (7, "deff"), (8, "ci_low"), (9, "ci_high")] {
            let (expected, found): (f64, f64) =
                (record[index].parse().expect("number"), found[name].as_f64().expect("number"));
            assert!(
                (found - expected).abs() < 1e-8 * expected.abs().max(1.0),
                "{design} {name}: {record:?} {found}"
            );
        }
    }
}

const QUESTIONS: &str = "
groups = [\"age\", \"stratum\"]
[[questions]]
column = \"felt\"
kind = \"share\"
labels = { yes = \"Yes\", no = \"No\", unsure = \"Not sure\" }
[[questions]]
column = \"score\"
kind = \"mean\"
range = [1, 5]
[[questions]]
column = \"minutes\"
kind = \"mean\"
";

#[test]
fn estimates_equal_an_independent_package() {
    let folder = Folder::new("estimate");
    for (name, keys) in [
        ("clusters", "weights = \"weight\"\nstrata = \"stratum\"\npsu = \"psu\"\n"),
        ("finite", "weight_column = \"weight\"\nstratum = \"stratum\"\ncluster = \"psu\"\nfpc = \"psus\"\n"),
        (
            "two-stage",
            "weights = \"weight\"\nstrata = \"stratum\"\npsu = [\"psu\", \"ssu\"]\nfpc = [\"psus\", \"ssus\"]\n",
        ),
        ("strata", "weights = \"weight\"\nstrata = [\"stratum\"]\n"),
    ] {
        let design = folder.write("d.toml", &format!("{keys}{QUESTIONS}"));
        compare(&json_of(&estimate(&data("sample.csv"), &design, "json")), name);
    }
}

#[test]
fn population_totals_reduce_the_error() {
    let folder = Folder::new("totals");
    let design = folder.write(
        "d.toml",
        &format!(
            "weights = \"weight\"\nstrata = \"stratum\"\npsu = \"psu\"\nfpc = \"psus\"\n{QUESTIONS}
            [population_totals.age]
            18-34 = 18000
            35-59 = 25000
            \"60+\" = 14000
            [population_totals.sex]
            F = 29500
            M = 27500
            "
        ),
    );
    let document = json_of(&estimate(&data("sample.csv"), &design, "json"));
    compare(&document, "raked");
    assert_eq!(document["raked"]["margins"].as_array().map(Vec::len), Some(2));
}

#[test]
fn csv_and_table_carry_the_same_figures() {
    let folder = Folder::new("formats");
    let design = folder.write("d.toml", &format!("weights = \"weight\"\nmin_base = 50\n{QUESTIONS}"));
    let output = estimate(&data("sample.csv"), &design, "csv");
    assert!(output.status.success());
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let head = reader.headers().expect("head").clone();
    for name in ["question", "group", "level", "estimate", "std_error", "ci_low", "ci_high", "deff", "n"] {
        assert!(head.iter().any(|column| column == name), "{name}");
    }
    let suppressed = head.iter().position(|column| column == "suppressed").expect("column");
    let value = head.iter().position(|column| column == "estimate").expect("column");
    let rows: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("row")).collect();
    assert!(rows.iter().any(|row| &row[suppressed] == "true"));
    assert!(rows.iter().all(|row| (&row[suppressed] == "true") == row[value].is_empty()));
    let output = estimate(&data("sample.csv"), &design, "table");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("56.60 %") && text.contains("suppressed"), "{text}");
}

#[test]
fn raked_weights_equal_an_independent_package_and_feed_estimates() {
    let folder = Folder::new("rake");
    let margins = folder.write(
        "m.csv",
        "variable,category,total\nage,18-34,18000\nage,35-59,25000\nage,60+,14000\nsex,F,29500\nsex,M,27500\n",
    );
    let out = folder.0.join("w.csv");
    let output = rake(&data("sample.csv"), &margins, &out, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let column = |path: &Path, name: &str| -> Vec<f64> {
        let mut reader = csv::Reader::from_path(path).expect("file");
        let index = reader.headers().expect("head").iter().position(|column| column == name).expect("column");
        reader.records().map(|record| record.expect("row")[index].parse().expect("number")).collect()
    };
    let (found, expected) = (column(&out, "weight"), column(&data("raked.csv"), "weight"));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-8 * expected, "{found} {expected}");
    }
    assert_eq!(column(&out, "base_weight"), column(&data("sample.csv"), "weight"));
    let design = folder.write("d.toml", "weights = \"weight\"\n[questions]\nsex = \"share\"\n");
    let document = json_of(&estimate(&out, &design, "json"));
    let share = document["estimates"][0]["estimate"].as_f64().expect("number");
    assert!((share - 29_500.0 / 57_000.0).abs() < 1e-9, "{share}");
}

#[test]
fn bounds_hold() {
    let folder = Folder::new("bounds");
    let margins = folder.write("m.csv", "sex,age,total\nF,,51%\nM,,49%\n,18-34,30%\n,35-59,45%\n,60+,25%\n");
    let (out, report) = (folder.0.join("w.csv"), folder.0.join("r.json"));
    let more = ["--bounds", "0.4,2.2", "--report", report.to_str().expect("path")];
    let output = rake(&data("sample.csv"), &margins, &out, &more);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(&report).expect("report")).expect("JSON");
    assert!(report["trimmed"].as_u64().expect("number") > 0);
    assert!(report["largest_weight_over_mean"].as_f64().expect("number") < 2.2 + 1e-9);
}

#[test]
fn errors_say_what_to_do() {
    let folder = Folder::new("errors");
    let responses = folder.write("r.csv", "id,w,area,q\n1,1,a,3\n2,2,a,9\n3,1,b,4\n");
    let run = |design: &str| error_of(&estimate(&responses, &folder.write("d.toml", design), "json"));
    let text = run("weights = \"W\"\nquestions = [\"q\"]");
    assert!(text.contains("the column \"W\"") && text.contains("did you mean \"w\""), "{text}");
    let text = run("weights = \"w\"\n[[questions]]\ncolumn = \"q\"\nkind = \"mean\"\nrange = [1, 5]");
    assert!(text.contains("response 2 has 9, outside its scale from 1 to 5"), "{text}");
    let text = run("weights = \"w\"\nstrata = \"area\"\nquestions = [\"q\"]");
    assert!(text.contains("stratum \"b\" has only one"), "{text}");
    let text = run("wieght = \"w\"");
    assert!(text.contains("did you mean \"weights\""), "{text}");
    let text = run("weights = \"area\"\nquestions = [\"q\"]");
    assert!(text.contains("response 1 has \"a\" where a number is due"), "{text}");
    let missing = error_of(&estimate(&folder.0.join("none.csv"), &folder.write("d.toml", ""), "json"));
    assert!(missing.contains("none.csv"), "{missing}");

    let out = folder.0.join("w.csv");
    let run = |margins: &str| error_of(&rake(&responses, &folder.write("m.csv", margins), &out, &[]));
    let text = run("variable,category,total\narea,a,5\narea,b,5\narea,c,5\n");
    assert!(text.contains("\"c\"") && text.contains("cannot be met"), "{text}");
    let text = run("variable,category,total\narea,a,5\n");
    assert!(text.contains("1 responses have the category \"b\""), "{text}");
    let text = run("variable,category,total\narea,a,5\narea,b,5\nq,3,5\nq,9,5\nq,4,5\n");
    assert!(text.contains("different populations"), "{text}");
    let text = run("variable,category,total\nstreet,a,5\n");
    assert!(text.contains("street"), "{text}");
    let many: String = (0..200).map(|row| format!("{row},{}\n", if row == 0 { "b" } else { "a" })).collect();
    let margins = folder.write("m.csv", "area,total\na,50%\nb,50%\n");
    let text = error_of(&rake(&folder.write("many.csv", &format!("id,area\n{many}")), &margins, &out, &[]));
    assert!(text.contains("weights explode") && text.contains("area \"b\""), "{text}");
    assert!(!out.exists(), "a failed run leaves no file");
}

/// Two waves: the second has other answers, and perhaps another wording.
fn two_waves(folder: &Folder, second_wording: &str) -> (PathBuf, PathBuf) {
    let wave = |name: &str, wording: &str, yes: usize| {
        let rows: String =
            (0..400).map(|row| format!("{}\n", if row < yes { "yes" } else { "no" })).collect();
        let responses = folder.write("r.csv", &format!("felt\n{rows}"));
        let question = format!("[[questions]]\ncolumn = \"felt\"\ntext = \"{wording}\"\nkind = \"share\"\n");
        let design = folder.write("d.toml", &format!("{question}share_of = \"yes\"\n"));
        let output = estimate(&responses, &design, "json");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder.write(name, &String::from_utf8(output.stdout).expect("UTF-8"))
    };
    (wave("before.json", "Do you feel it?", 194), wave("after.json", second_wording, 350))
}

fn compare_waves(before: &Path, after: &Path, bridges: Option<&Path>) -> Output {
    let words = ["compare", "--before", "--after", "--format", "json", "--bridges"].map(std::ffi::OsStr::new);
    let mut args = vec![words[0], words[1], before.as_ref(), words[2], after.as_ref(), words[3], words[4]];
    if let Some(bridges) = bridges {
        args.extend([words[5], bridges.as_ref()]);
    }
    survey(&args)
}

#[test]
fn change_between_waves() {
    let folder = Folder::new("change");
    let (before, after) = two_waves(&folder, "Do you feel it?");
    let document = json_of(&compare_waves(&before, &after, None));
    let row = &document["changes"][0];
    assert!((row["difference"].as_f64().expect("number") - 0.39).abs() < 1e-12);
    let expected = (0.485 * 0.515 / 399.0 + 0.875 * 0.125 / 399.0_f64).sqrt();
    assert!((row["std_error"].as_f64().expect("number") - expected).abs() < 1e-12);
    assert_eq!(row["significant"], true);
}

#[test]
fn other_wording_is_not_compared_without_a_bridge() {
    let folder = Folder::new("bridge");
    let (before, after) = two_waves(&folder, "How do you feel?");
    let text = error_of(&compare_waves(&before, &after, None));
    assert!(text.contains("did not ask the same"), "{text}");
    let bridges =
        folder.write("b.toml", "[felt]\nslope = 0.9\nstd_error = 0.02\nreason = \"asked both in May\"\n");
    let document = json_of(&compare_waves(&before, &after, Some(&bridges)));
    let row = &document["changes"][0];
    assert!(row["bridge"].as_str().expect("printed").contains("asked both in May"));
    assert!((row["difference"].as_f64().expect("number") - (0.875 - 0.9 * 0.485)).abs() < 1e-12);
}

#[test]
fn help_shows_examples() {
    for command in ["estimate", "rake", "compare", "questionnaire"] {
        let output = survey(&[command, "--help"].map(std::ffi::OsStr::new));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.contains("EXAMPLES") && text.contains("huitian survey"), "{text}");
    }
}
